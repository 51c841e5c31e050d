"""The stage of verification: papers, introducers, relatives, the conclusion."""
