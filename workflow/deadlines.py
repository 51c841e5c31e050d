"""The deadlines a dossier runs against, computed from its facts (domain.md §3)."""

from collections.abc import Callable
from datetime import date, timedelta

import msgspec

from workflow.calendar import WorkCalendar, add_months
from workflow.facts import DossierFacts
from workflow.rulebook import Rulebook
from workflow.stages import STAGE_STATES, Stage, State
from workflow.verifying import first_due
from workflow.votes import Body, Purpose


class Deadline(msgspec.Struct, frozen=True):
    """A date by which something must be done, and the rule it comes from.

    `due_on` includes `extended_by` working days of extension; it counts whole.
    """

    rule: str
    starts_on: date
    due_on: date
    extended_by: int = 0


class DeadlineSpec(msgspec.Struct, frozen=True):
    """A deadline as data: in which states it runs and how its last day follows from the facts."""

    rule: str
    states: frozenset[State]
    due: Callable[[DossierFacts, Rulebook, WorkCalendar], tuple[date, date] | None]
    extension_rule: str | None = None
    agreed_late: bool = False
    """Whether an extension may still be agreed when it has passed: what is late waits for that agreement."""


def probation_end(facts: DossierFacts, rulebook: Rulebook) -> date | None:
    """The day the twelve months end; it is not moved when it is a day off (24-QĐ/TW §4.2)."""
    return add_months(facts.ceremony_on, rulebook.number("probation")) if facts.ceremony_on else None


def certificate_end(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> date | None:
    """The last day the course certificate is good for a cell's vote."""
    paper = certificate(facts, rulebook)
    if paper is None:
        return None
    return months_end(paper[1], rulebook.number("course_certificate"), rulebook, calendar)


def certificate(facts: DossierFacts, rulebook: Rulebook, by: date | None = None) -> tuple[str, date] | None:
    """(number, date) of the newest certificate of the awareness course, made by a day if one is given."""
    form = rulebook.form("awareness_certificate")
    newest = facts.paper_by(form, by) if by else facts.paper(form)
    return (newest.number, newest.issued_on) if newest else None


def stale_on(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> date | None:
    """The last day a dossier can be voted on by the cell without making its papers again.

    None: no dossier was made, or the cell considered it in time; a vote that failed is a consideration too.
    """
    made = facts.dossier_made_on
    if made is None or facts.cell_resolution_on is not None:
        return None
    last = months_end(made, rulebook.number("stale_dossier"), rulebook, calendar)
    considered = any(
        vote.body is Body.CELL and vote.purpose is Purpose.ADMISSION and made <= vote.held_on <= last
        for vote in facts.votes
    )
    return None if considered else last


def ceremony_start(facts: DossierFacts, rulebook: Rulebook) -> date | None:
    """Where the clock of the ceremony starts: when the cell received the decision, or when that was issued."""
    return facts.admitted_on if rulebook.word("ceremony_clock_starts") == "issued" else facts.received_on


def ceremony_due(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> date | None:
    """The last day for the ceremony, extensions included."""
    start = ceremony_start(facts, rulebook)
    if start is None:
        return None
    due = calendar.add_working_days(start, rulebook.number("ceremony"))
    return calendar.add_working_days(due, facts.extension("ceremony"))


def follow_up_end(facts: DossierFacts, rulebook: Rulebook) -> date | None:
    """The last day of the follow-up after recognition."""
    return add_months(facts.recognised_on, rulebook.number("follow_up")) if facts.recognised_on else None


def months_end(start: date, months: int, rulebook: Rulebook, calendar: WorkCalendar) -> date:
    """The last day of a period of months, moved off a day off where the rulebook counts so."""
    if rulebook.word("month_end") == "next_working_day":
        return calendar.end_of_months(start, months)
    return add_months(start, months)


def _working(
    rule: str, start: Callable[[DossierFacts, Rulebook], date | None]
) -> Callable[[DossierFacts, Rulebook, WorkCalendar], tuple[date, date] | None]:
    def due(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> tuple[date, date] | None:
        begins = start(facts, rulebook)
        if begins is None:
            return None
        return begins, calendar.add_working_days(begins, rulebook.number(rule))

    return due


def _course_certificate(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> tuple[date, date] | None:
    held = certificate(facts, rulebook)
    due = certificate_end(facts, rulebook, calendar)
    return (held[1], due) if held and due else None


def _stale(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> tuple[date, date] | None:
    due = stale_on(facts, rulebook, calendar)
    return (facts.dossier_made_on, due) if facts.dossier_made_on and due else None


def _follow_up(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> tuple[date, date] | None:
    due = follow_up_end(facts, rulebook)
    return (facts.recognised_on, due) if facts.recognised_on and due and not facts.closed else None


def _probation(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> tuple[date, date] | None:
    due = probation_end(facts, rulebook)
    return (facts.ceremony_on, due) if facts.ceremony_on and due else None


def member_cv_due(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> date | None:
    """The last day for the member CV, extensions included; None when it is there, or nobody is a member yet."""
    period = _member_cv(facts, rulebook, calendar)
    return calendar.add_working_days(period[1], facts.extension("member_cv")) if period else None


def _member_cv(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> tuple[date, date] | None:
    if facts.ceremony_on is None or facts.paper(rulebook.form("member_cv")) is not None:
        return None
    return facts.ceremony_on, calendar.add_working_days(facts.ceremony_on, rulebook.number("member_cv"))


def _formal_transfer(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> tuple[date, date] | None:
    if facts.moved_in_on is None or facts.paper(rulebook.form("formal_transfer")) is not None:
        return None
    return facts.moved_in_on, calendar.add_working_days(facts.moved_in_on, rulebook.number("formal_transfer"))


def _complaint(facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> tuple[date, date] | None:
    told = facts.year.told_on
    return (told, calendar.add_working_days(told, rulebook.number("complaint"))) if told else None


def _answers(opinions: bool) -> Callable[[DossierFacts, Rulebook, WorkCalendar], tuple[date, date] | None]:
    return lambda facts, rulebook, calendar: first_due(facts, opinions, rulebook, calendar)


_ASKING = frozenset({State.APPLYING, State.VERIFYING, State.PROBATIONARY})
_BEFORE_CELL_VOTE = frozenset((State.TRAINED, *STAGE_STATES[Stage.VERIFICATION], State.CELL_REVIEW))
_AFTER_CELL_VOTE = frozenset(
    (
        *STAGE_STATES[Stage.VERIFICATION],
        State.CELL_REVIEW,
        State.SECTION_APPRAISAL,
        State.COMMITTEE_REVIEW,
        State.AWAITING_DECISION,
    )
)
_RECOGNITION = frozenset(STAGE_STATES[Stage.MONITORING]) - {State.OFFICIAL}

SPECS: tuple[DeadlineSpec, ...] = (
    DeadlineSpec("course_certificate", _BEFORE_CELL_VOTE, _course_certificate),
    DeadlineSpec("stale_dossier", frozenset(_BEFORE_CELL_VOTE - {State.TRAINED}), _stale),
    DeadlineSpec(
        "admission_decision",
        _AFTER_CELL_VOTE,
        _working("admission_decision", lambda facts, _: facts.cell_resolution_on),
        "admission_decision_extension",
    ),
    DeadlineSpec(
        "ceremony",
        frozenset({State.APPROVED}),
        _working("ceremony", ceremony_start),
        "ceremony_extension",
        agreed_late=True,
    ),
    DeadlineSpec("inquiry_answer", _ASKING, _answers(opinions=False)),
    DeadlineSpec("opinion_answer", _ASKING, _answers(opinions=True)),
    DeadlineSpec("member_cv", frozenset({State.PROBATIONARY}), _member_cv),
    DeadlineSpec("formal_transfer", frozenset({State.PROBATIONARY}), _formal_transfer),
    DeadlineSpec("probation", frozenset({State.PROBATIONARY}), _probation),
    DeadlineSpec(
        "recognition_vote",
        frozenset({State.PROBATIONARY, State.RECOGNITION_CELL_REVIEW}),
        _working("recognition_vote", probation_end),
    ),
    DeadlineSpec(
        "recognition_decision",
        _RECOGNITION,
        _working("recognition_decision", lambda facts, _: facts.recognition_resolution_on),
        "recognition_decision_extension",
    ),
    DeadlineSpec("follow_up", frozenset({State.OFFICIAL}), _follow_up),
    DeadlineSpec("complaint", frozenset({State.REMOVED, State.ANNULLED}), _complaint),
)
BY_RULE: dict[str, DeadlineSpec] = {spec.rule: spec for spec in SPECS}
MILESTONES = frozenset({"probation", "follow_up", "complaint"})
"""Deadlines that are waited for, not missed: the day after them is when the next step opens."""


def running(state: State, facts: DossierFacts, rulebook: Rulebook, calendar: WorkCalendar) -> tuple[Deadline, ...]:
    """The deadlines that run in `state`, earliest first.

    The period for a decision keeps running when the dossier is returned for correction.
    """
    found: list[Deadline] = []
    for spec in SPECS:
        if state not in spec.states:
            continue
        if spec.rule == "recognition_vote" and facts.recognition_resolution_on is not None:
            continue
        period = spec.due(facts, rulebook, calendar)
        if period is None:
            continue
        extended = facts.extension(spec.rule)
        due = calendar.add_working_days(period[1], extended)
        found.append(Deadline(spec.rule, period[0], due, extended))
    return tuple(sorted(found, key=lambda deadline: (deadline.due_on, deadline.rule)))


def days_left(due_on: date, today: date) -> int:
    """Calendar days until the end of `due_on`; 0 on the day itself, negative when it has passed."""
    return (due_on - today) // timedelta(days=1)
