"""Official texts: drawn up from a dossier's data, laid out as the Party's office rules say, as PDF or as DOCX."""
