"""Showing a dossier: its page and its timeline."""
