"""The act that comes next on the ordinary road, and the day it waits for: what pages offer first."""

from datetime import date

import msgspec

from workflow import deadlines
from workflow.facts import DossierFacts, Source
from workflow.papers import Kind
from workflow.procedure.table import move_by
from workflow.roles import Role
from workflow.route import Route, role_for
from workflow.rulebook import Rulebook
from workflow.stages import State
from workflow.turn import is_off_road

_S = State


class Next(msgspec.Struct, frozen=True):
    """The next act (None: there is none) and, if it cannot be done before, the last day to wait for."""

    trigger: str | None
    waits_until: date | None = None


def next_act(state: State, route: Route, facts: DossierFacts, book: Rulebook, today: date) -> Next:
    """What an office does next with a dossier that stands so: no shortcut, and what prepares a step before the step.

    When the follow-up is over the dossier is closed by itself: nobody has to do anything.

    What the rules say to it is another question (machine.option): a day may be missing, or a second person.
    """
    if facts.closed:
        return Next(None)
    if facts.suspended:
        return Next("resume")
    if is_off_road(state, route, facts, book):
        return Next("follow_new_road")
    if facts.mending_since is not None:
        return Next("confirm_after_mending")
    if any(point.mended_on is None for point in facts.points) and state is not _S.OFFICIAL:
        return Next("mend_point")
    if facts.handed is not None and facts.handed.received_on is None:
        return Next("receive_dossier")
    if state is _S.PROBATIONARY:
        return _on_probation(facts, book, today)
    if state is _S.OFFICIAL:
        ends = deadlines.follow_up_end(facts, book)
        waits = _ahead(ends, today)
        return Next(None) if ends is not None and waits is None else Next("close", waits)
    return Next(_simple(state, facts, book))


def _simple(state: State, facts: DossierFacts, book: Rulebook) -> str | None:
    recognition = state.startswith("recognition_")
    steps: dict[State, str] = {
        _S.SOURCED: "accept_to_list" if facts.source is Source.OTHER else "nominate",
        _S.NOMINATED: "accept_to_list",
        _S.LISTED: "enrol" if facts.course_proposed_on or not book.flag("course_proposal") else "propose_course",
        _S.ENROLLED: "certify",
        _S.TRAINED: "open_dossier",
        _S.APPLYING: _applying(facts, book),
        _S.VERIFYING: _verifying(facts, book),
        _S.VERIFIED: "submit_to_cell",
        _S.APPROVED: "receive_decision" if facts.received_on is None else "hold_ceremony",
    }
    for half in ("", "recognition_"):
        steps[State(f"{half}cell_review")] = "pass_cell_vote"
        steps[State(f"{half}section_appraisal")] = "appraise"
        steps[State(f"{half}committee_review")] = "pass_committee_vote"
    decide = "decide_recognition" if recognition else "decide_admission"
    prepared = facts.prepared_on is not None or not book.flag("decision_prepared")
    if prepared and facts.approved_on is None and book.flag("decision_approved"):
        decide = "approve_decision"
    steps[_S.AWAITING_DECISION] = steps[_S.RECOGNITION_AWAITING_DECISION] = decide if prepared else "prepare_decision"
    return steps.get(state)


def _applying(facts: DossierFacts, book: Rulebook) -> str:
    if not facts.introducers:
        return "assign_introducers"
    if _lacks(facts, book.words("application_papers")):
        return "record_papers"
    return "start_verification"


def _verifying(facts: DossierFacts, book: Rulebook) -> str:
    lacks = not facts.relatives or any(r.verified_on is None for r in facts.relatives)
    if lacks and book.flag("contents_kept"):
        return "record_relatives"
    if _lacks(facts, book.words("opinions")):
        return "record_papers"
    return "conclude_verification"


def _on_probation(facts: DossierFacts, book: Rulebook, today: date) -> Next:
    """First the member CV; the papers of recognition are dated after the end."""
    if _lacks(facts, (book.form(Kind.MEMBER_CV),)):
        return Next("record_papers")
    waits = _ahead(deadlines.probation_end(facts, book), today)
    if waits is None and _lacks(facts, (*book.words("new_member_course"), *book.words("recognition_papers"))):
        return Next("record_papers")
    return Next("submit_for_recognition", waits)


def _lacks(facts: DossierFacts, forms: tuple[str, ...]) -> bool:
    return any(facts.paper(form) is None for form in forms)


def _ahead(day: date | None, today: date) -> date | None:
    """A day that has not passed yet."""
    return day if day is not None and day >= today else None


def who_does(trigger: str, state: State, route: Route) -> tuple[Role, ...]:
    """The roles whose act it is on a road; () when the state does not know it."""
    move = move_by(trigger, state, route)
    return () if move is None else tuple(dict.fromkeys(role_for(part, move.road(route)) for part in move.parts))
