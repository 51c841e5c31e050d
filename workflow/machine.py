"""One `transitions` machine a rulebook, shared by all dossiers: what is possible, and doing it."""

from functools import lru_cache
from typing import Any, cast

import msgspec
from transitions import EventData, Machine

from workflow import acts, definition
from workflow import guards as g
from workflow.deadlines import Deadline, running
from workflow.definition import ALWAYS, MOVES, TURN, Move
from workflow.facts import DossierFacts, Paper, Vote
from workflow.guards import Refusal, Situation, not_suspended
from workflow.roles import Part, Role
from workflow.route import Route, role_for
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

    `role` is the one of the actor's roles that made the act theirs to do.
    """

    trigger: str
    from_state: State | None
    to: State
    facts: DossierFacts
    deadlines: tuple[Deadline, ...]
    paper: Paper | None = None
    vote: Vote | None = None
    role: Role | None = None


class Refused(Exception):
    """An act that is not possible; `refusals` says why, in order of importance."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("; ".join(refusal.message.en for refusal in refusals))
        self.refusals = refusals


def refusals(move: Move, s: Situation) -> tuple[Refusal, ...]:
    """Every rule that says no to `move`, guards common to all acts first. Pure; never raises."""
    asked = msgspec.structs.replace(s, parts=move.parts, needs=move.needs)
    checks = ALWAYS if move.suspended_ok else (*ALWAYS, not_suspended)
    found: list[Refusal] = []
    for guard in (*checks, *move.guards):
        refusal = guard(asked)
        if refusal is not None and refusal not in found:
            found.append(refusal)
    return tuple(found)


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
        if move.trigger == "return_for_correction" and evidence is not None:
            return evidence.return_to is move.dest
        return True

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
    found: list[Option] = []
    for move in _moves_from(s.state, s.route):
        trigger = TRIGGERS[move.trigger]
        why = refusals(move, s)
        to = move.dest or s.state
        assert to is not None
        found.append(Option(move.trigger, trigger.label, to, trigger.kind, not why, why))
    return tuple(found)


@lru_cache(maxsize=256)
def _moves_from(state: State | None, route: Route) -> tuple[Move, ...]:
    return definition.moves_from(state, route)


def option(s: Situation, trigger: str) -> Option | None:
    """The one option for `trigger`; None when the state does not know it. Of several ends the first."""
    for move in _moves_from(s.state, s.route):
        if move.trigger == trigger:
            label = TRIGGERS[trigger]
            why = refusals(move, s)
            to = move.dest or s.state
            assert to is not None
            return Option(trigger, label.label, to, label.kind, not why, why)
    return None


def fire(trigger: str, s: Situation) -> Outcome:
    """Do an act: `s` with its evidence in, the outcome out. Raises Refused with every reason."""
    case = _Case(s)
    machine = machine_for(s.rulebook.code)
    event = machine.events.get(trigger)
    known = trigger in {move.trigger for move in _moves_from(s.state, s.route)}
    if event is None or not known or s.evidence is None:
        raise Refused((_unknown(trigger, s),))
    if not event.trigger(case) or case.move is None:
        raise Refused(case.refusals or (_unknown(trigger, s),))
    move = case.move
    to = State(case.state)
    asked = msgspec.structs.replace(s, parts=move.parts, needs=move.needs)
    after = acts.apply(move, asked)
    return Outcome(
        trigger,
        s.state,
        to,
        after,
        running(to, after, s.rulebook, s.calendar),
        acts.paper_of(move, asked, s.evidence),
        acts.vote_of(move, asked, s.evidence),
        next((role for part in move.parts if (role := role_for(part, s.route)) in s.actor.roles), None),
    )


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


class Check(msgspec.Struct, frozen=True):
    """A line of the checklist: the rule it stands for, what is then so, and why it is not yet (None: it is)."""

    rule: str
    label: Text
    refusal: Refusal | None = None


def checklist(s: Situation) -> tuple[Check, ...]:
    """What the next main step asks for, without the question who may take it."""
    move = definition.next_step(s.state, s.route) if s.state else None
    if move is None:
        return ()
    asked = msgspec.structs.replace(s, parts=move.parts, needs=move.needs, evidence=None)
    items: list[Check] = []
    for guard in move.guards:
        check = CHECKS.get(guard.__name__)
        if guard is g.introducer_tie and not s.facts.introducers:
            continue  # nobody yet whose tie could be judged
        refusal = guard(asked) if check else None
        if check is None or (refusal is not None and refusal.rule in ("separation_of_duties", "actor_role")):
            continue
        items.append(Check(refusal.rule, check.label, refusal) if refusal else check)
    return tuple(items)


CHECKS: dict[str, Check] = {
    "certificate_valid": Check("course_certificate", Text("Giấy chứng nhận còn giá trị", "The certificate is valid")),
    "course_proposed": Check("course_proposal", Text("Chi bộ đã đề nghị cử đi học", "The cell proposed the course")),
    "application_papers": Check("application_papers", Text("Đủ đơn, lý lịch, giấy giới thiệu", "All papers on file")),
    "organisation_resolution": Check(
        "introducers_with_organisation", Text("Nghị quyết của đoàn thể đã đủ", "The organisation’s part is done")
    ),
    "introducers": Check("introducers_alone", Text("Đủ đảng viên giới thiệu", "Enough members introduce")),
    "introducer_tie": Check(
        "introducer_tie",
        Text("Người giới thiệu cùng công tác đủ 12 tháng", "Introducers know the candidate long enough"),
    ),
    "relatives_verified": Check("verified_persons", Text("Thân nhân đã thẩm tra xong", "All relatives are verified")),
    "opinions": Check("opinions", Text("Đã tổng hợp ý kiến (5-KNĐ)", "Opinions are summed up (5-KNĐ)")),
    "age": Check("age_min", Text("Tuổi đúng quy định", "The age is right")),
    "schooling": Check("schooling", Text("Trình độ học vấn đúng quy định", "The schooling is right")),
    "not_stale": Check("stale_dossier", Text("Hồ sơ còn trong hạn 12 tháng", "The dossier is fresh")),
    "votes_left": Check("three_failed_votes", Text("Chưa quá 3 lần biểu quyết không đạt", "There are votes left")),
    "decision_prepared": Check("decision_prepared", Text("Quyết định đã được trình", "The decision is prepared")),
    "admission_voted": Check("cell_vote", Text("Các cấp đã biểu quyết thông qua", "The votes of the route passed")),
    "recognition_voted": Check("cell_vote", Text("Các cấp đã biểu quyết thông qua", "The votes of the route passed")),
    "probation_over": Check("probation", Text("Đã hết 12 tháng dự bị", "The twelve months are over")),
    "new_member_course": Check("new_member_course", Text("Đã học lớp đảng viên mới", "New-member course taken")),
    "recognition_papers": Check("recognition_papers", Text("Đủ giấy tờ công nhận", "Recognition papers on file")),
    "ceremony_in_time": Check("ceremony", Text("Còn trong hạn tổ chức lễ kết nạp", "The ceremony is in time")),
}
"""Guards that show on the checklist of the dossier page, with the rule each stands for and the words when it holds."""


def whose_turn(state: State, route: Route, facts: DossierFacts) -> Role | None:
    """The role that has to do something now; None when nobody has.

    A nominated source waits for its organisation, a proposed course for the office, a prepared decision for
    who signs it.
    """
    part: Role | Part | None = TURN.get(state)
    if state is State.SOURCED and facts.source.value != "other":
        part = Role.YOUTH_OFFICER if facts.source.value == "youth_union" else Role.UNION_OFFICER
    elif (state is State.LISTED and facts.course_proposed_on is not None) or (
        state is State.APPLYING and not _papers_missing(facts)
    ):
        part = Part.ORGANISATION_OFFICER
    elif state is State.VERIFYING and _verification_done(facts):
        part = Part.ORGANISATION_SECRETARY
    elif state in (State.AWAITING_DECISION, State.RECOGNITION_AWAITING_DECISION) and facts.preparer:
        part = Part.DECIDING_SECRETARY
    return role_for(part, route) if part else None


def _papers_missing(facts: DossierFacts) -> bool:
    return not facts.introducers or any(facts.paper(form) is None for form in ("1-KNĐ", "2-KNĐ", "3-KNĐ"))


def _verification_done(facts: DossierFacts) -> bool:
    return (
        bool(facts.relatives)
        and all(relative.verified_on for relative in facts.relatives)
        and facts.paper("5-KNĐ") is not None
    )
