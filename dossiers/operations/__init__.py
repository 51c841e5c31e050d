"""What those who run the program look at: whether it lives, whether it is ready, and its figures."""
