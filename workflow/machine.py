"""One `transitions` machine a rulebook, shared by all dossiers: what is possible, and doing it."""

from functools import lru_cache
from typing import Any, cast

import msgspec
from transitions import EventData, Machine

from workflow import acts, bodies
from workflow.bundle import remarks
from workflow.deadlines import Deadline, running
from workflow.facts import DossierFacts, Paper, Vote
from workflow.guards import Guard, Refusal, Situation, cv_warning, not_closed, not_suspended, quorum_warning
from workflow.procedure.move import Issuer, Move
from workflow.procedure.table import ALWAYS, MOVES, OF_EVIDENCE, move_by, moves_from
from workflow.roles import Role
from workflow.stages import STATE_LABELS, State
from workflow.text import Text
from workflow.triggers import TRIGGERS, Kind

START = "start"
"""The machine's name for "not there yet"; a dossier never has this state."""


class Option(msgspec.Struct, frozen=True):
    """One act and where it leads (`to` equals the state when the dossier stays), possible or refused."""

    trigger: str
    label: Text
    to: State
    kind: Kind
    allowed: bool
    refusals: tuple[Refusal, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """What an act did: the new state and facts, the deadlines that now run, the paper and vote it recorded.

    `warnings` are what the rulebook lets pass and says all the same.

    `role` is the one of the actor's roles that made the act theirs to do; `issuer` in whose series of numbers the
    paper stands.
    """

    trigger: str
    from_state: State | None
    to: State
    facts: DossierFacts
    deadlines: tuple[Deadline, ...]
    paper: Paper | None = None
    vote: Vote | None = None
    role: Role | None = None
    issuer: Issuer | None = None
    warnings: tuple[Refusal, ...] = ()


class Refused(Exception):
    """An act that is not possible; `refusals` says why, in order of importance."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("; ".join(refusal.message.en for refusal in refusals))
        self.refusals = refusals


def refusals(move: Move, s: Situation) -> tuple[Refusal, ...]:
    """Every rule that says no to `move`, guards common to all acts first. Pure; never raises."""
    asked = move.asks(s)
    found: list[Refusal] = []
    for guard in _asked(move.guards, move.suspended_ok, move.closed_ok, s.evidence is None):
        refusal = guard(asked)
        if refusal is not None and refusal not in found:
            found.append(refusal)
    return tuple(found)


@lru_cache(maxsize=512)
def _asked(own: tuple[Guard, ...], suspended_ok: bool, closed_ok: bool, is_bare: bool) -> tuple[Guard, ...]:
    """The guards of a line of the table, after those all acts pass; `is_bare`: without those that judge evidence."""
    common = ALWAYS if suspended_ok else (*ALWAYS, not_suspended)
    left_out = {*(OF_EVIDENCE if is_bare else ()), *((not_closed,) if closed_ok else ())}
    return tuple(guard for guard in (*common, *own) if guard not in left_out)


class _Case:
    """The model the shared machine moves: the state of one dossier for the length of one act."""

    def __init__(self, situation: Situation) -> None:
        self.state = str(situation.state) if situation.state else START
        self.situation = situation
        self.refusals: tuple[Refusal, ...] = ()
        self.move: Move | None = None


def _fits(move: Move) -> Any:
    def fits(event: EventData) -> bool:
        case = cast(_Case, event.model)
        if not move.fits(case.situation.route):
            return False
        evidence = case.situation.evidence
        chosen = move.chosen_by
        return evidence is None or chosen is None or getattr(evidence, chosen) is move.dest

    return fits


def _permitted(move: Move) -> Any:
    def permitted(event: EventData) -> bool:
        case = cast(_Case, event.model)
        case.refusals = refusals(move, case.situation)
        if case.refusals:
            return False
        case.move = move
        return True

    return permitted


@lru_cache(maxsize=16)
def machine_for(rulebook_code: str) -> Machine:
    """The machine of a rulebook. It holds no dossier: `fire` lends it one at a time."""
    machine = Machine(
        model=None, states=[START, *(str(s) for s in State)], initial=START, auto_transitions=False, send_event=True
    )
    machine.name = f"{rulebook_code}: "
    for move in MOVES:
        machine.add_transition(
            move.trigger,
            str(move.source) if move.source else START,
            str(move.dest or move.source),
            conditions=[_fits(move), _permitted(move)],
        )
    return machine


def options(s: Situation) -> tuple[Option, ...]:
    """Every act that exists in the dossier's state on its route, possible or refused with the reasons."""
    return tuple(_option(move, s) for move in moves_from(s.state, s.route))


def option(s: Situation, trigger: str) -> Option | None:
    """The option for `trigger`, of several ends the first that is possible; None when the state does not know it."""
    found = [_option(move, s) for move in moves_from(s.state, s.route) if move.trigger == trigger]
    return next((option for option in found if option.allowed), found[0] if found else None)


def _option(move: Move, s: Situation) -> Option:
    trigger, why, to = TRIGGERS[move.trigger], refusals(move, s), move.dest or s.state
    assert to is not None
    return Option(move.trigger, trigger.label, to, trigger.kind, not why, why)


def fire(trigger: str, s: Situation) -> Outcome:
    """Do an act: `s` with its evidence in, the outcome out. Raises Refused with every reason."""
    case = _Case(s)
    machine = machine_for(s.rulebook.code)
    event = machine.events.get(trigger)
    if event is None or move_by(trigger, s.state, s.route) is None or s.evidence is None:
        raise Refused((_unknown(trigger, s),))
    if not event.trigger(case) or case.move is None:
        raise Refused(case.refusals or (_unknown(trigger, s),))
    move = case.move
    to = State(case.state)
    asked = move.asks(s)
    after = acts.apply(move, asked)
    return Outcome(
        trigger,
        s.state,
        to,
        after,
        running(to, after, s.rulebook, s.calendar),
        acts.paper_of(move, asked, s.evidence),
        bodies.vote_of(move, asked, s.evidence),
        next((role for role in asked.competent if role in s.actor.roles), None),
        move.issuer,
        (*(said for said in (quorum_warning(asked), cv_warning(asked)) if said is not None), *remarks(asked)),
    )


def behalf(s: Situation, trigger: str) -> str:
    """For whom the actor would do an act, when the role it is done in was lent to them; else ""."""
    move = move_by(trigger, s.state, s.route)
    return move.asks(s).behalf if move is not None else ""


def _unknown(trigger: str, s: Situation) -> Refusal:
    label = TRIGGERS[trigger].label if trigger in TRIGGERS else Text(trigger, trigger)
    state = STATE_LABELS[s.state] if s.state else Text("chưa có hồ sơ", "no dossier yet")
    return s.no(
        "act_order",
        f"“{label.vi}” không làm được ở bước “{state.vi}”.",
        f"“{label.en}” is not possible at “{state.en}”.",
        "Xem các việc có thể làm trên trang hồ sơ.",
        "See the dossier's page for what is possible.",
    )
