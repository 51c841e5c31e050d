"""Whose turn it is: the role that has to do something about a dossier now."""

from workflow.caught import behind
from workflow.facts import DossierFacts
from workflow.procedure.table import TURN, route_knows
from workflow.roles import Part, Role
from workflow.route import Route, role_for
from workflow.rulebook import Rulebook
from workflow.stages import State


def whose_turn(state: State, route: Route, facts: DossierFacts, book: Rulebook) -> Role | None:
    """The role that has to do something now; None when nobody has.

    A nominated source waits for its organisation, a proposed course for the office, a prepared decision for who
    approves it where that is asked for, then for who signs it, a dossier that stands where its new road does not lead
    for its office.
    """
    part: Role | Part | None = TURN.get(state)
    if is_off_road(state, route, facts, book):  # the tree changed under it: its office leads it on
        part = Part.DECIDING_OFFICER
    elif state is State.SOURCED and facts.source.value != "other":
        part = Role.YOUTH_OFFICER if facts.source.value == "youth_union" else Role.UNION_OFFICER
    elif (state is State.LISTED and facts.course_proposed_on is not None) or (
        state is State.APPLYING and not _papers_missing(facts, book)
    ):
        part = Part.ORGANISATION_OFFICER
    elif state is State.VERIFYING and _verification_done(facts, book):
        part = Part.ORGANISATION_SECRETARY
    elif state in (State.AWAITING_DECISION, State.RECOGNITION_AWAITING_DECISION) and facts.preparer:
        waits = facts.approved_on is None and book.flag("decision_approved")
        part = Part.DECIDING_OFFICER if waits else Part.DECIDING_SECRETARY
    return role_for(part, route) if part else None


def is_off_road(state: State, route: Route, facts: DossierFacts, book: Rulebook) -> bool:
    """Whether the dossier stands where its road, changed since, does not lead, or past a step it still asks for."""
    return not route_knows(route, state) or behind(state, route, facts, book) is not None


def _papers_missing(facts: DossierFacts, book: Rulebook) -> bool:
    return not facts.introducers or any(facts.paper(form) is None for form in book.words("application_papers"))


def _verification_done(facts: DossierFacts, book: Rulebook) -> bool:
    results = bool(facts.relatives) and all(relative.verified_on for relative in facts.relatives)
    return (results or not book.flag("contents_kept")) and all(
        facts.paper(form) is not None for form in book.words("opinions")
    )
