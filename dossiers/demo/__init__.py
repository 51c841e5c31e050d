"""The bloc of the letter as demo data, its clock, and one-click sign-in on this machine."""
