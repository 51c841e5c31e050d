"""The unit tree, and the registers of those entitled to vote."""
