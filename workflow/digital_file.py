"""The digital file of 1361-CV/BTCTW: under which number of its list each paper goes, how its files are named.

Of its 104 kinds of paper we know those of admission. What is not in the list, or whose number is unknown, stays out.
"""

import re

from workflow.facts import DossierFacts
from workflow.papers import Kind
from workflow.stages import State
from workflow.votes import Body, Purpose

SOURCE = "1361-CV/BTCTW (30/6/2026)"

NUMBERS: dict[Kind, int] = {
    Kind.CV: 1,
    Kind.MEMBER_CV: 2,
    Kind.ADMISSION: 5,
    Kind.RECOGNITION: 7,
    Kind.APPLICATION: 37,
    Kind.CERTIFICATE: 38,
    Kind.INTRODUCTION: 39,
    Kind.YOUTH_RESOLUTION: 40,
    Kind.UNION_RESOLUTION: 41,
    Kind.OPINIONS: 42,
    Kind.CELL_RESOLUTION: 43,
    Kind.APPRAISAL: 44,
    Kind.COMMITTEE_RESOLUTION: 45,
    Kind.NEW_MEMBER_CERTIFICATE: 46,
    Kind.SELF_REVIEW: 47,
    Kind.HELPER_REMARKS: 48,
    Kind.MEMBER_OPINIONS: 49,
    Kind.RECOGNITION_CELL_RESOLUTION: 50,
    Kind.RECOGNITION_APPRAISAL: 51,
    Kind.RECOGNITION_COMMITTEE_RESOLUTION: 52,
    Kind.HELPED: 53,
    Kind.FORMAL_TRANSFER: 54,
}
"""Kinds that have one number, whatever the dossier."""

NAME = re.compile(r"[0-9]{2}\.[A-Za-z0-9 -]+(\.[1-9][0-9]?)?\.pdf")
"""How a file of it is called."""


def number(kind: Kind, facts: DossierFacts, state: State) -> int | None:
    """The number of a paper of a kind in a dossier; None for what the list does not know.

    Where it has a row of numbers for a kind (letters of movers, what a superior orders after a wrong admission), which
    of them is ours to conclude: the source names only the row.
    """
    official = facts.recognised_on is not None
    if kind is Kind.ADMISSION and facts.readmission:
        return 6
    if kind is Kind.NOTICE:
        return 8 if state is State.REMOVED else None
    if kind is Kind.LETTER:
        return 92 + _stage(facts)
    if kind is Kind.MENDED_DECISION:
        return 10 if official else 9
    if kind is Kind.ANNULMENT:
        return 12 if official else 11
    if kind is Kind.MENDING_LETTER:
        return 99 if official else 98
    return NUMBERS.get(kind)


def _stage(facts: DossierFacts) -> int:
    """How far a mover's dossier had come: before any vote, after the cell's, the committee's, the decision."""
    if facts.admitted_on is not None:
        return 3
    if facts.cell_resolution_on is None:
        return 0
    return 2 if facts.passed(Body.COMMITTEE, Purpose.ADMISSION) else 1
