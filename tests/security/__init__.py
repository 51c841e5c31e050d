"""Attacks, a file a family: by people who are signed in, have the address of a form, or the database in hand."""
