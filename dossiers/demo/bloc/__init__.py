"""The bloc of the letter, in July 2022."""
