"""Which refusals no form can overcome."""

from workflow.machine import Option

CLOSING_RULES = frozenset({"actor_role"})
"""Refusals no form can overcome; others may, since an act is often recorded after the day it happened."""


def is_shut(option: Option) -> bool:
    """Whether no form could overcome what stands against an act."""
    return not CLOSING_RULES.isdisjoint([refusal.rule for refusal in option.refusals])
