"""Reading the audit log, checking the hash chains, and the log of administration."""
