"""Codes: the words by which rules, columns and tables name a state, a role, a kind."""

from enum import StrEnum


class Code(StrEnum):
    """A word of a fixed list. Where words are looked up, it is the word itself: equal to it, and found by it.

    An enumeration hashes the member's name, in Python; here it is the word's own hash, which is found once.
    """

    __hash__ = str.__hash__
