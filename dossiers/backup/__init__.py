"""Backups in a form of their own, readable by both engines; and moving an instance."""
