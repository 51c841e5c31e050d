"""What follows from an act: the rules are asked, nothing is written."""

from dataclasses import replace

import msgspec

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.casework import counts
from dossiers.casework.act import Act, Done
from dossiers.casework.case import Case, Changes, Row
from dossiers.casework.events import _event_rows
from dossiers.casework.store import Store
from dossiers.papers import numbers
from dossiers.people.rows import CompanionRow, RelativeRow
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow import machine
from workflow.bodies import body_for
from workflow.deadlines import MILESTONES, Deadline, running
from workflow.procedure.table import route_knows
from workflow.turn import whose_turn
from workflow.facts import Actor, Ballot, Evidence
from workflow.guards import Situation
from workflow.machine import Refused
from workflow.route import UnitKind
from workflow.rulebook import in_force
from workflow.stages import State
from workflow.votes import Body


def perform(store: Store, case: Case, act: Act, signed: Signed) -> Done:
    """Ask the rules and write what follows; changes `case` to what it is after the act. Raises as `decide`."""
    done, changes = decide(store, case, act, signed)
    store.write(case, changes)
    return done


def decide(store: Store, case: Case, act: Act, signed: Signed) -> tuple[Done, Changes]:
    """Ask the rules what follows from an act, and writes nothing; changes `case` to what it then is. Raises Refused."""
    books, calendar, today = rules.books(), rules.calendar(), clock.today()
    book = books[case.rulebook]
    actor = Actor(signed.ref, signed.roles_over(case.scope_units))
    asked = Situation(case.state, case.route, case.facts, book, calendar, actor, today, act.evidence)
    evidence = _with_register(store, case, act, asked)
    asked = msgspec.structs.replace(asked, evidence=evidence)
    _check_transfer(case, act, asked, signed)
    outcome = machine.fire(act.trigger, asked)
    papers = numbers.paper_rows(case, outcome, evidence)
    numbers.check_numbers(store, asked, papers)
    before = () if case.state is None else running(case.state, case.facts, book, calendar)
    moved = case.version == 0
    role = outcome.role
    assert role is not None
    unit_id = next(unit for held, unit in signed.grants if held is role and unit in case.scope_units)
    was = replace(case)
    if outcome.to is not case.state:
        case.state, case.since = outcome.to, evidence.happened_on
        case.rulebook = in_force(evidence.happened_on, books).code
    if act.rulebook is not None:
        case.rulebook = act.rulebook
    case.facts = outcome.facts
    moved |= _move(store, case, act)
    case.version += 1
    after = running(outcome.to, case.facts, books[case.rulebook], calendar)
    case.due_on = min((d.due_on for d in after if d.rule not in MILESTONES), default=None)
    turn = None if case.facts.suspended or case.facts.closed else whose_turn(outcome.to, case.route, case.facts)
    case.turn = str(turn) if turn else None
    event, personal = _event_rows(store, case, act, evidence, was.state, signed, str(role), unit_id)
    case.head_hash = event["hash"]
    for row in papers:
        row.update(dossier_id=case.id, seq=case.version)
    vote = outcome.vote
    changes = Changes(
        before=was,
        event=event,
        personal=personal,
        papers=papers,
        vote=None if vote is None else {**msgspec.structs.asdict(vote), "dossier_id": case.id, "seq": case.version},
        deadlines=[deadline for deadline in after if deadline not in before],
        ended=_ended(before, after),
        relatives=[_row(row, case) for row in act.relatives],
        companions=[_row(row, case) for row in act.companions],
        person=act.person,
        scope_moved=moved,
        counts=counts.moved((was.counted_units, was.state), (case.counted_units, case.state)),
        outbox={
            "topic": f"dossier:{act.trigger}",
            "dossier_id": case.id,
            "seq": case.version,
            "created_at": event["recorded_at"],
            "done_at": None,
        },
    )
    if act.person.get("full_name"):
        case.full_name = str(act.person["full_name"])
        changes.scope_moved = True
    return Done(case, outcome), changes


def _row(row: RelativeRow | CompanionRow, case: Case) -> Row:
    return {**msgspec.structs.asdict(row), "dossier_id": case.id}


def _ended(before: tuple[Deadline, ...], after: tuple[Deadline, ...]) -> list[Deadline]:
    runs = {(deadline.rule, deadline.starts_on) for deadline in after}
    return [deadline for deadline in before if (deadline.rule, deadline.starts_on) not in runs]


def _move(store: Store, case: Case, act: Act) -> bool:
    """Change who sees the dossier: a class's centre while it is held, another unit or organisation."""
    seen = case.scope_units
    if act.class_id is not None:
        case.class_id = act.class_id
    case.centre_id = store.centre_of(case.class_id) if case.state is State.ENROLLED else None
    if act.to_unit_id is not None:
        case.unit_id = act.to_unit_id
        case.place = tree.current().place(act.to_unit_id)
    if act.to_unit_id is not None or act.evidence.source is not None:
        case.nominator_id = tree.current().organisations(case.place).get(case.facts.source)
    return case.scope_units != seen


BODY_UNITS: dict[Body, tuple[UnitKind, ...]] = {
    Body.CELL: (UnitKind.CELL, UnitKind.GRASSROOTS_CELL),
    Body.COMMITTEE: (UnitKind.GRASSROOTS_COMMITTEE,),
    Body.STANDING_COMMITTEE: (UnitKind.UPPER_COMMITTEE,),
}


def body_unit(case: Case, body: Body) -> int | None:
    """The unit whose register says who may vote."""
    return case.nominator_id if body is Body.UNION_EXECUTIVE else case.place.unit_of(*BODY_UNITS[body])


def _with_register(store: Store, case: Case, act: Act, s: Situation) -> Evidence:
    """Those entitled to vote are counted from the register on the day; nobody types them."""
    evidence = act.evidence
    if evidence.ballot is None:
        return evidence
    body, _ = body_for(act.trigger, s)
    unit = body_unit(case, body)
    entitled = store.entitled(unit, str(body), evidence.happened_on) if unit else 0
    b = evidence.ballot
    return msgspec.structs.replace(evidence, ballot=Ballot(entitled, b.present, b.in_favour, b.against))


def _check_transfer(case: Case, act: Act, s: Situation, signed: Signed) -> None:
    if act.trigger != "transfer":
        return
    place = tree.current().place(act.to_unit_id) if act.to_unit_id else None
    reach = {unit for _, unit in signed.grants}
    fits = (
        place is not None
        and place.route is not None
        and act.to_unit_id != case.unit_id
        and any(unit in reach for unit, _, _ in place.chain)
    )
    if not fits:
        raise Refused(
            (
                s.no(
                    "actor_role",
                    "Chưa chọn chi bộ tiếp nhận khác trong phạm vi của bạn.",
                    "Choose another receiving cell within your reach.",
                    "Chọn chi bộ; ra ngoài phạm vi thì nhờ ban tổ chức cấp trên.",
                    "Choose a cell; beyond your reach the upper board transfers.",
                    "to_unit",
                ),
            )
        )
    assert place is not None
    assert place.route is not None
    assert case.state is not None
    if not route_knows(place.route, case.state):
        raise Refused(
            (
                s.no(
                    "act_order",
                    "Đơn vị tiếp nhận không có bước hiện tại của hồ sơ.",
                    "The receiving unit's road does not know the dossier's present step.",
                    "Trả hồ sơ về một bước chung rồi chuyển.",
                    "Return the dossier to a step both know, then transfer.",
                    "to_unit",
                    "return_for_correction",
                ),
            )
        )
