"""Finding dossiers: the inbox, the work-list, the search, the pages of the stages."""
