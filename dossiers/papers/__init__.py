"""Papers on file and their numbers."""
