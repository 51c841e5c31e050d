"""A ward in November 2026, under the rules of then."""
