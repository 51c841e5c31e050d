"""Accounts, the roles they hold in units for a period, and signing in."""
