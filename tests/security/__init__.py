"""Attacks, a file a family: each was tried once and found its way."""
