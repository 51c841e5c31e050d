"""Units that change by a decision: merged, split, put under another parent, others decide; prepared and done by two."""
