"""Meetings of the bodies that vote: called, held, closed; and what is printed of them."""
