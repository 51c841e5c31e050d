"""Who read what of whom."""
