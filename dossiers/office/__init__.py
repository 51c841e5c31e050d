"""The log of administration: what changes who may act, who votes, and by which rules."""
