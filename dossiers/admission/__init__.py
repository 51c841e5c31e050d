"""The stage of admission: before the cell, the votes, the appraisal, the decision."""
