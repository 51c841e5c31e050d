"""The dossier itself: its events, what follows from them, and advance(), the one way to change a state."""
