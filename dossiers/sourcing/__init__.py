"""The stage of sourcing: the source list, the nomination, the list of the cell."""
