"""The rulebooks and the calendar as this instance has them."""
