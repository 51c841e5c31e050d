"""Tests of monitoring after admission."""
