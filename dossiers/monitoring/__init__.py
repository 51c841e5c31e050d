"""The stage after admission: ceremony, probation, recognition, removal, follow-up."""
