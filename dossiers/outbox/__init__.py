"""What is to be told or done after an act."""
