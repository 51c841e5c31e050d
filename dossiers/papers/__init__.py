"""Papers on file and their numbers; their scans, and the files of these, encrypted."""
