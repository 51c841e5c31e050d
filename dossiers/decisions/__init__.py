"""Decisions of a body: prepared, approved and signed many at once, and the registers their numbers come from."""
