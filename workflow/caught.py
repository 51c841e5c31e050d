"""Dossiers whose road changed while they were on it, and which stand past a step the new road asks for."""

from workflow.facts import DossierFacts
from workflow.papers import Kind
from workflow.route import Route
from workflow.rulebook import Rulebook
from workflow.stages import State
from workflow.votes import Body, Purpose

_HALVES = {
    Purpose.ADMISSION: (
        State.SECTION_APPRAISAL, State.COMMITTEE_REVIEW, State.AWAITING_DECISION, Kind.APPRAISAL,
    ),
    Purpose.RECOGNITION: (
        State.RECOGNITION_SECTION_APPRAISAL, State.RECOGNITION_COMMITTEE_REVIEW, State.RECOGNITION_AWAITING_DECISION,
        Kind.RECOGNITION_APPRAISAL,
    ),
}  # fmt: skip
"""The steps between the cell and the decision, and the paper of the appraisal."""


def behind(state: State | None, route: Route, facts: DossierFacts, book: Rulebook) -> State | None:
    """The step the dossier has still to go back to, because its road was another when it came by; None: there is none.

    After three failed votes on recognition the superior decides without the votes below.
    """
    for purpose, (section, committee, last, kind) in _HALVES.items():
        if state not in (committee, last):
            continue
        limit = book.number("three_failed_votes")
        gave_up = any(facts.failed_on_membership(body) >= limit for body in (Body.CELL, Body.COMMITTEE))
        if purpose is Purpose.RECOGNITION and gave_up:
            return None
        if route.has_section and facts.paper(book.form(kind)) is None:
            return section
        if state is last and route.has_committee_review and not facts.passed(Body.COMMITTEE, purpose):
            return committee
    return None
