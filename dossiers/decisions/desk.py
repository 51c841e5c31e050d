"""What lies on the desk of a body's office: dossiers to prepare, drafts that wait, decisions not received yet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select, union

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.acting.ballots import voters_of
from dossiers.casework.act import Act, Done
from dossiers.casework.case import Case
from dossiers.casework.helping import actor_over
from dossiers.casework.loading import cases_of, load_cases
from dossiers.casework.many import Answer, advance_all, foresee_all
from dossiers.casework.models import Scope
from dossiers.extensions import run
from dossiers.formatters import say
from dossiers.meetings.agenda import NOT_THE_DOSSIERS, in_order
from dossiers.meetings.closing import why_not
from dossiers.meetings.matters import VOTES
from dossiers.rules import services as rules
from workflow import deadlines, machine, paper_lines
from workflow.facts import Evidence
from workflow.guards import Refusal, Situation
from workflow.paper_lines import Line
from workflow.procedure.table import move_by
from workflow.roles import Role
from workflow.rulestate import Rules
from workflow.stages import State

PREPARE, APPROVE = "prepare_decision", "approve_decision"
ACTS = (PREPARE, APPROVE)
"""What is done here to many at once."""

WORKING = frozenset({Role.COMMITTEE_OFFICER, Role.COMMITTEE_SECRETARY, Role.UPPER_OFFICER, Role.UPPER_SECRETARY})
"""Roles in the office of a body that decides."""

DECISIONS = (State.AWAITING_DECISION, State.RECOGNITION_AWAITING_DECISION)
MOST = 90
"""So many dossiers stand on the desk, those that wait longest."""


@dataclass(frozen=True)
class File:
    """A dossier on the desk. `lacks` is what stands in the way of preparing it, in sentences, `blocking` the papers it
    waits for, `on_file` how many kinds are there; `form` the form of the decision; `refused` why what was asked for
    cannot be done; `picked` it still is chosen. `barred`: why the next act is somebody else's, and whose; "" when it is
    this person's.
    """

    case: Case
    s: Situation
    lacks: tuple[str, ...]
    blocking: tuple[Line, ...]
    on_file: int
    form: str
    refused: tuple[str, ...] = ()
    fine: bool = False
    picked: bool = False
    note: str = ""
    barred: str = ""


@dataclass(frozen=True)
class Issued:
    """A decision the cell has not said it received; `due` is the last day for the ceremony, if that runs already."""

    case: Case
    due: date | None


@dataclass(frozen=True)
class Desk:
    """The desk: to be prepared, drafts prepared (and approved or not), decisions on their way; `more` wait too."""

    to_prepare: list[File]
    prepared: list[File]
    issued: list[Issued]
    more: bool = False
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def asks_approval(self) -> bool:
        """Whether a rulebook of these dossiers asks that somebody approves."""
        return any(file.s.rulebook.flag("decision_approved") for file in self.prepared)


@lru_cache(maxsize=64)
def _first(units: int, states: int, newest: bool) -> Select[Any]:
    """The query of the dossiers that have stood longest (`newest`: shortest) in so many states in so many units.

    Each state in each unit is a range of an index, cut at what the desk holds; these are merged (ADR 15).
    """
    order = (Scope.since.desc(), Scope.dossier_id.desc()) if newest else (Scope.since, Scope.dossier_id)
    parts = [
        select(Scope.dossier_id, Scope.since)
        .where(Scope.ancestor_id == bindparam(f"unit{unit}"), Scope.state == bindparam(f"state{state}"))
        .order_by(*order)
        .limit(bindparam("most"))
        .subquery()
        for unit in range(units)
        for state in range(states)
    ]
    found = union(*(select(part) for part in parts)).subquery().c  # two units may see one dossier
    last = (found.since.desc(), found.dossier_id.desc()) if newest else (found.since, found.dossier_id)
    return select(found.dossier_id).order_by(*last).limit(bindparam("most"))


def _standing(units: Sequence[int], states: Sequence[State], newest: bool = False) -> list[int]:
    """The dossiers that stand in some states in and below some units, as many as the desk holds; one query."""
    asked = {f"unit{nr}": unit for nr, unit in enumerate(units)} | {f"state{nr}": str(s) for nr, s in enumerate(states)}
    return list(run(_first(len(units), len(states), newest), {**asked, "most": MOST}).scalars())


def desk(signed: Signed, said: Callable[[File], File] = lambda file: file) -> Desk:
    """What lies on the desk of this person's bodies, told by the rules; a fixed number of queries. `said` puts beside a
    file what was asked for.
    """
    units = signed.units_as(WORKING)
    if not units:
        return Desk([], [], [])
    numbers = _standing(units, DECISIONS)
    now, today = rules.current(), clock.today()
    cases = sorted(in_order(cases_of(numbers)), key=lambda case: case.due_on or date.max)
    files = [said(file) for case in cases if (file := _file(case, _situation(case, signed, now, today), units))]
    on_the_way = cases_of(_standing(units, (State.APPROVED,), newest=True))
    return Desk(
        [file for file in files if not file.case.facts.preparer],
        [file for file in files if file.case.facts.preparer],
        [Issued(case, _due(case, now)) for case in in_order(on_the_way) if case.facts.received_on is None],
        len(numbers) == MOST,
    )


def _due(case: Case, now: Rules) -> date | None:
    return deadlines.ceremony_due(case.facts, now.books[case.rulebook], now.calendar)


def _situation(case: Case, signed: Signed, now: Rules, today: date) -> Situation:
    """A dossier as the rules see it on the desk; `now` are the rules in force, looked up once for all. No query."""
    actor = actor_over(signed, case)
    return Situation(case.state, case.route, case.facts, now.books[case.rulebook], now.calendar, actor, today)


def _file(case: Case, s: Situation, units: Sequence[int]) -> File | None:
    """A dossier as the desk shows it; None where another body decides. No query."""
    assert case.state is not None
    trigger = VOTES[case.state]
    move = move_by(trigger, case.state, s.route)
    if move is None or voters_of(case, trigger, s)[1] not in units:
        return None
    preparing = _refusals(s, PREPARE)
    lacks = tuple(say(r.message) for r in preparing if r.rule not in NOT_THE_DOSSIERS)
    kind = move.paper_from(case.facts.source)
    blocking, there = paper_lines.blocking(s), len({paper.form for paper in s.facts.papers})
    form = "" if kind is None else s.rulebook.form(kind)
    barred = _barred(_refusals(s, APPROVE) if case.facts.preparer else preparing)
    return File(case, s, lacks, blocking, there, form, barred=barred)


def _refusals(s: Situation, trigger: str) -> tuple[Refusal, ...]:
    option = machine.option(s, trigger)
    return () if option is None else option.refusals


def _barred(refusals: tuple[Refusal, ...]) -> str:
    """Why this person does not do an act, whatever the dossier is like, and who does; "" when none of these says so."""
    found = next((refusal for refusal in refusals if refusal.rule in NOT_THE_DOSSIERS), None)
    return "" if found is None else f"{say(found.message)} {say(found.remedy)}"


def acts_on(
    trigger: str,
    codes: Iterable[str],
    day: date,
    notes: Mapping[str, str],
    signed: Signed,
    key: Callable[..., str | None],
) -> list[tuple[Case, Act]]:
    """The act on each of these dossiers that this person sees; `notes` by code, `key` makes each act once."""
    wanted = list(dict.fromkeys(codes))
    cases = load_cases(wanted, signed)
    return [
        (cases[code], Act(trigger, Evidence(day, reason=notes.get(code, "")), key(code, trigger)))
        for code in wanted
        if code in cases
    ]


def done(acts: Sequence[tuple[Case, Act]], signed: Signed, really: bool) -> dict[str, Answer]:
    """What becomes of each dossier, by code; only if `really` anything is written: all that is allowed, together."""
    answers = advance_all(acts, signed) if really else foresee_all(acts, signed)
    return {case.code: answer for (case, _act), answer in zip(acts, answers, strict=True)}


def reasons(answer: Answer) -> tuple[str, ...]:
    """Why an act was not done; () when it was."""
    return () if isinstance(answer, Done) else why_not(answer)
