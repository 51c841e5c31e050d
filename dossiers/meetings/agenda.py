"""The agenda: which dossiers are ready for a body and which nearly, choosing them, and their order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from dossiers import clock, engines
from dossiers.accounts.grants import Signed
from dossiers.acting.ballots import voters_of
from dossiers.asking import Question
from dossiers.casework.case import Case
from dossiers.casework.helping import actor_over
from dossiers.casework.loading import cases_of
from dossiers.casework.models import Scope
from dossiers.casework.rows import table_of
from dossiers.extensions import db, run, write_transaction
from dossiers.formatters import say, state
from dossiers.languages import gettext as _
from dossiers.meetings import matters
from dossiers.meetings.matters import STEP, About, Matter
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.meetings.services import touch
from dossiers.names import sort_key
from dossiers.rules import services as rules
from dossiers.units import registers, tree
from workflow import machine
from workflow.checklist import checklist
from workflow.guards import Situation
from workflow.stages import State
from workflow.votes import Body

_DECISIONS = (State.AWAITING_DECISION, State.RECOGNITION_AWAITING_DECISION)
STATES: dict[Body, tuple[State, ...]] = {
    Body.UNION_EXECUTIVE: (State.SOURCED,),
    Body.CELL: (State.CELL_REVIEW, State.RECOGNITION_CELL_REVIEW),
    Body.COMMITTEE: (State.COMMITTEE_REVIEW, State.RECOGNITION_COMMITTEE_REVIEW, *_DECISIONS),
    Body.STANDING_COMMITTEE: _DECISIONS,
}
"""Where dossiers wait for a body."""

BEFORE: dict[Body, tuple[State, ...]] = {
    Body.UNION_EXECUTIVE: (),
    Body.CELL: (State.VERIFIED,),
    Body.COMMITTEE: (State.SECTION_APPRAISAL, State.RECOGNITION_SECTION_APPRAISAL),
    Body.STANDING_COMMITTEE: (),
}
"""Where they stand one step before."""

MOST = 90
"""So many dossiers are looked at for an agenda, those that wait longest."""
OTHERS = 360
"""So many are looked at for something else than their step asks: most of them do not fit."""

NOT_THE_DOSSIERS = frozenset({"actor_role", "separation_of_duties"})
"""Rules about who acts: another person may."""

_WAITING = Question(
    select(Scope.dossier_id)
    .where(Scope.ancestor_id == bindparam("unit"), Scope.state.in_(bindparam("states", expanding=True)))
    .order_by(Scope.since, Scope.dossier_id)
    .limit(bindparam("most"))
)
_ELSEWHERE = Question(
    select(MeetingLine.dossier_id, Meeting.id, Meeting.held_on)
    .join(Meeting, Meeting.id == MeetingLine.meeting_id)
    .where(
        MeetingLine.dossier_id.in_(bindparam("dossiers", expanding=True)),
        ~Meeting.closed,
        Meeting.cancelled_at.is_(None),
    )
)


@dataclass(frozen=True)
class Offered:
    """A dossier for an agenda: what is `missing` (() when it is ready); the day of another open meeting that has it;
    what it would be voted on about.
    """

    case: Case
    missing: tuple[str, ...] = ()
    elsewhere: date | None = None
    about: About = STEP


@dataclass(frozen=True)
class Offer:
    """What an agenda can take: ready, nearly ready; `more`: others wait too, less long."""

    ready: list[Offered]
    nearly: list[Offered]
    more: bool = False


def asked(case: Case, signed: Signed, day: date, members: int | None) -> Situation:
    """The dossier as the rules see it on the day of a meeting; `members` are the official members of the cell that
    meets, None for another body. No query.
    """
    return Situation(
        case.state,
        case.route,
        case.facts,
        rules.books()[case.rulebook],
        rules.calendar(),
        actor_over(signed, case),
        max(day, clock.today()),
        cell_members=members,
    )


def members_of(meeting: Meeting, day: date) -> int | None:
    """The official members of the cell that meets; None for another body. At most one query."""
    if meeting.body != Body.CELL:
        return None
    return registers.counted(meeting.unit_id, meeting.body, day).members


def vote_of(case: Case, meeting: Meeting, s: Situation, matter: Matter = Matter.STEP) -> str | None:
    """The vote of this meeting's body on a matter, from where the dossier stands; None when it is not theirs."""
    trigger = matters.trigger_of(case, s, matter)
    if trigger is None:
        return None
    return trigger if voters_of(case, trigger, s) == (meeting.body, meeting.unit_id) else None


def offer(meeting: Meeting, signed: Signed, chosen: Iterable[int]) -> Offer:
    """The dossiers that wait for the body and are not `chosen` yet, told by the rules; a fixed number of queries."""
    body, taken = Body(meeting.body), set(chosen)
    states = [str(one) for one in (*STATES[body], *BEFORE[body])]
    numbers = list(run(_WAITING, {"unit": meeting.unit_id, "states": states, "most": MOST}).scalars())
    removals = _removals(meeting)
    wanted = [number for number in dict.fromkeys((*numbers, *removals)) if number not in taken]
    cases = cases_of(wanted)
    members = members_of(meeting, meeting.held_on)
    elsewhere = {
        row.dossier_id: row.held_on
        for row in (run(_ELSEWHERE, {"dossiers": wanted}) if wanted else ())
        if row.id != meeting.id
    }
    proposed = _proposed(meeting, signed, members, [case for case in cases if case.id in removals])
    found = Offer([], [], len(numbers) == MOST)
    for case in in_order(cases):
        s = asked(case, signed, meeting.held_on, members)
        about = proposed.get(case.id, STEP)
        missing = _missing(case, meeting, s, about.matter)
        if missing is not None:
            offered = Offered(case, missing, elsewhere.get(case.id), about)
            (found.nearly if missing else found.ready).append(offered)
    return found


def _removals(meeting: Meeting) -> set[int]:
    """Members whose removal may wait for the body: a cell begins one itself. At most one query."""
    if meeting.body in (Body.CELL, Body.UNION_EXECUTIVE):
        return set()
    return set(matters.removals(meeting.unit_id, meeting.held_on, MOST))


def _proposed(meeting: Meeting, signed: Signed, members: int | None, cases: Sequence[Case]) -> dict[int, About]:
    """Of whom the removal is this body's to vote on, with the ground the cell proposed it on."""
    due = [
        case.id
        for case in cases
        if vote_of(case, meeting, asked(case, signed, meeting.held_on, members), Matter.REMOVAL)
    ]
    grounds = matters.grounds_of(due)
    return {dossier: About(Matter.REMOVAL, grounds.get(dossier, "")) for dossier in due}


def others(meeting: Meeting, signed: Signed) -> list[tuple[Case, list[Matter]]]:
    """Whom the body may vote on otherwise than their step asks, and on what: those that stand there longest, and all
    whose removal waits.
    """
    states = [str(state) for state in matters.OTHERWISE[Body(meeting.body)]]
    numbers = run(_WAITING, {"unit": meeting.unit_id, "states": states, "most": OTHERS}).scalars() if states else ()
    cases = cases_of(list(dict.fromkeys((*numbers, *_removals(meeting)))))
    members = members_of(meeting, meeting.held_on)
    found = []
    for case in in_order(cases):
        s = asked(case, signed, meeting.held_on, members)
        fits = [one for one in (Matter.REMOVAL, Matter.REFUSAL) if vote_of(case, meeting, s, one)]
        if fits:
            found.append((case, fits))
    return found


def in_order(cases: Iterable[Case]) -> list[Case]:
    """As an agenda has them at first: admissions before recognitions, by unit, then by name."""
    units = tree.current()
    return sorted(
        cases, key=lambda c: (str(c.state).startswith("recognition"), units[c.unit_id].code, sort_key(c.full_name))
    )


def _missing(case: Case, meeting: Meeting, s: Situation, matter: Matter) -> tuple[str, ...] | None:
    """What the dossier lacks for the body's vote, in sentences; None when it is not on its way to this body."""
    assert case.state is not None
    if matter is Matter.STEP and case.state in BEFORE[Body(meeting.body)]:
        sentence = _("Còn ở bước “%(state)s”.", state=state(case.state))
        return (sentence, *(say(c.refusal.message) for c in checklist(s) if c.refusal is not None))
    trigger = vote_of(case, meeting, s, matter)
    if trigger is None:
        return None
    option = machine.option(s, trigger)
    refusals = () if option is None else option.refusals
    return tuple(say(r.message) for r in refusals if r.rule not in NOT_THE_DOSSIERS)


_LINES = Question(
    select(*MeetingLine.__table__.c)
    .where(MeetingLine.meeting_id == bindparam("number"))
    .order_by(MeetingLine.place, MeetingLine.dossier_id)
)


def lines_of(number: int) -> Sequence[Any]:
    """The lines of an agenda in their order, as rows; one query."""
    return run(_LINES, {"number": number}).all()


_NOTHING_ELSE: Mapping[int, About] = {}
_LAST = Question(select(func.max(MeetingLine.place)).where(MeetingLine.meeting_id == bindparam("number")))
_LINE = table_of(MeetingLine)
_DROP = delete(_LINE).where(
    _LINE.c.meeting_id == bindparam("number"), _LINE.c.dossier_id == bindparam("dossier"), ~_LINE.c.closed
)
_PUT = (
    update(_LINE)
    .where(_LINE.c.meeting_id == bindparam("of_meeting"), _LINE.c.dossier_id == bindparam("of_dossier"))
    .where(~_LINE.c.closed)
    .values(place=bindparam("at"))
)

_HERE = (
    _LINE.c.meeting_id == bindparam("of_meeting"), _LINE.c.dossier_id == bindparam("of_dossier"), ~_LINE.c.closed,
)  # fmt: skip
_OTHERWISE = (
    update(_LINE)
    .where(*_HERE, _LINE.c.matter != bindparam("of_matter"))
    .values(in_favour=None, against=None, blank=None, invalid=None, number="", version=_LINE.c.version + 1)
)
_ABOUT = update(_LINE).where(*_HERE).values({name: bindparam(name) for name in ("matter", "ground", "reason")})


def add(meeting: Meeting, dossiers: Sequence[int], about: Mapping[int, About] = _NOTHING_ELSE) -> int:
    """Put dossiers at the end of the agenda, those that stand on it already left where they are; how many were new.
    `about` says of some what is voted on, where that is not what their step asks for.

    Raises Shut.
    """
    with write_transaction():
        touch(meeting.id)
        last = run(_LAST, {"number": meeting.id}).scalar() or 0
        rows = [
            {
                "meeting_id": meeting.id,
                "dossier_id": dossier,
                "place": last + nr,
                "matter": str(about.get(dossier, STEP).matter),
                "ground": about.get(dossier, STEP).ground,
                "reason": about.get(dossier, STEP).reason,
                "number": "",
                "abstained": "",
                "version": 1,
                "outcome": "",
                "act": "",
                "closed": False,
            }
            for nr, dossier in enumerate(dossiers, start=1)
        ]
        before = len(lines_of(meeting.id))
        if rows:
            run(engines.upsert(db, _LINE).on_conflict_do_nothing(), rows)
        return len(lines_of(meeting.id)) - before


def put_about(meeting: Meeting, dossier: int, about: About) -> None:
    """Say what is voted on of a dossier, which comes onto the agenda if it is not there; votes already typed on
    something else are taken off. Raises Shut.
    """
    add(meeting, [dossier], {dossier: about})
    with write_transaction():
        touch(meeting.id)
        here = {"of_meeting": meeting.id, "of_dossier": dossier}
        run(_OTHERWISE, {**here, "of_matter": str(about.matter)})
        run(_ABOUT, {**here, "matter": str(about.matter), "ground": about.ground, "reason": about.reason})


def drop(meeting: Meeting, dossier: int) -> None:
    """Take a dossier off the agenda. Raises Shut."""
    with write_transaction():
        touch(meeting.id)
        run(_DROP, {"number": meeting.id, "dossier": dossier})


def put_in_order(meeting: Meeting, order: Sequence[int]) -> None:
    """Give the dossiers of the agenda these places; who is not named stays behind. Raises Shut."""
    with write_transaction():
        touch(meeting.id)
        there = [row.dossier_id for row in lines_of(meeting.id)]
        named = [dossier for dossier in dict.fromkeys(order) if dossier in there]
        whole = [*named, *(dossier for dossier in there if dossier not in named)]
        if whole:
            at = [{"of_meeting": meeting.id, "of_dossier": one, "at": nr} for nr, one in enumerate(whole, start=1)]
            run(_PUT, at)
