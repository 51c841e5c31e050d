"""Quotas of admissions, and progress against them."""
