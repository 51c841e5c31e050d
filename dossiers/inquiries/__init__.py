"""Requests that went out about dossiers, and what committees of this tree answered that is not recorded yet."""
