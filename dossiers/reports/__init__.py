"""Reports: where dossiers stand, by unit and step."""
