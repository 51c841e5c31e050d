"""The dossier itself: persons, events, advance() (the one way to change a state), lists, search."""
