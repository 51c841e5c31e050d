"""advance(): the one way to change a state. Web, bulk, import, API and demo data all come through here."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.exc import IntegrityError

from dossiers import chain, clock
from dossiers.accounts.grants import Signed
from dossiers.casework import counts, paper_numbers
from dossiers.casework.models import CourseClass, Dossier, Event, Person, Scope
from dossiers.casework.store import Case, Changes, DatabaseStore, Duplicate, Overtaken, Row, Store
from dossiers.extensions import run, write_transaction
from dossiers.operations.metrics import acts as acts_recorded
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow import machine
from workflow.bodies import body_for
from workflow.deadlines import MILESTONES, Deadline, running
from workflow.facts import Actor, Ballot, Candidate, DossierFacts, Evidence, Source
from workflow.guards import Refusal, Situation
from workflow.machine import Outcome, Refused
from workflow.procedure.table import route_knows
from workflow.route import Route, UnitKind
from workflow.rulebook import Rulebook, in_force
from workflow.stages import State
from workflow.turn import whose_turn
from workflow.votes import Body

log = structlog.get_logger()

_FACTS = msgspec.json.Decoder(DossierFacts)
_SENT = select(Event.seq).where(Event.act_key == bindparam("key"))

PERSONAL = ("reason", "candidate", "agreed_by")
"""Fields of the evidence that may hold personal content: kept beside the event, bound by a commitment."""


@dataclass
class Act:
    """What somebody does: the trigger with its evidence, and what goes on file beside the rules' facts.

    `key` makes a form act once; `personal` is kept beside the event; `relatives`, `companions` and `person`
    are rows (or changes) of their tables.
    """

    trigger: str
    evidence: Evidence
    key: str | None = None
    personal: Row = field(default_factory=dict)
    relatives: list[Row] = field(default_factory=list)
    companions: list[Row] = field(default_factory=list)
    person: Row = field(default_factory=dict)
    class_id: int | None = None
    to_unit_id: int | None = None
    rulebook: str | None = None


@dataclass(frozen=True)
class Done:
    """What an act did."""

    case: Case
    outcome: Outcome


class NotFound(Exception):
    """No such dossier, or none this person may see: the answer is the same."""


class VersionConflict(Exception):
    """Somebody else acted since the page was opened; `case` is the dossier as it is now."""

    def __init__(self, case: Case, seen: int) -> None:
        super().__init__(f"{case.code}: seen {seen}, now {case.version}")
        self.case = case
        self.seen = seen


# --- Reading a dossier -----------------------------------------------------------------------------------------


_ANY = (
    select(*Dossier.__table__.c, Person.full_name, CourseClass.centre_id, CourseClass.title.label("class_title"))
    .join(Person, Person.id == Dossier.person_id)
    .outerjoin(CourseClass, CourseClass.id == Dossier.class_id)
    .where(Dossier.code == bindparam("code"))
)


@lru_cache(maxsize=64)
def _seen_by(units: int) -> Select[Any]:
    """The dossier if one of so many units sees it: "unit0", "unit1", …"""
    asking = [bindparam(f"unit{n}") for n in range(units)]
    return _ANY.where(exists().where(Scope.dossier_id == Dossier.id, Scope.ancestor_id.in_(asking)))


def load_case(code: str, signed: Signed) -> Case:
    """A dossier this person may see. Raises NotFound."""
    units = signed.reading_units
    asking = {f"unit{n}": unit for n, unit in enumerate(units)}
    return _case(code, run(_seen_by(len(units)), {"code": code, **asking}).first())


def load_for_administration(code: str) -> Case:
    """A dossier for an act of administration, which shows nothing of it. Raises NotFound."""
    return _case(code, run(_ANY, {"code": code}).first())


def _case(code: str, row: Any) -> Case:
    if row is None:
        raise NotFound(code)
    state = State(row.state)
    return Case(
        id=row.id,
        code=row.code,
        person_id=row.person_id,
        unit_id=row.unit_id,
        nominator_id=row.nominator_id,
        class_id=row.class_id,
        centre_id=row.centre_id if state is State.ENROLLED else None,
        previous_id=row.previous_id,
        state=state,
        since=row.since,
        rulebook=row.rulebook,
        version=row.version,
        head_hash=row.head_hash,
        facts=_FACTS.decode(row.facts),
        place=tree.current().place(row.unit_id),
        full_name=row.full_name,
        turn=row.turn,
        due_on=row.due_on,
        class_title=row.class_title,
    )


def situation(case: Case, signed: Signed, evidence: Evidence | None = None) -> Situation:
    """The dossier as the rules see it when this person asks, on the dossier's own rulebook."""
    return Situation(
        case.state,
        case.route,
        case.facts,
        rules.books()[case.rulebook],
        rules.calendar(),
        Actor(signed.ref, signed.roles_over(case.scope_units)),
        clock.today(),
        evidence,
    )


# --- Acting ----------------------------------------------------------------------------------------------------


def advance(code: str, act: Act, signed: Signed, version: int, known: Case | None = None) -> Done:
    """Do an act on a dossier in one transaction: state, papers, votes, deadlines, event, lists, outbox.

    `version` is the one the person saw; `known` the dossier if this request has read it already. The rules decide
    before the transaction; it then holds only if nobody acted on the dossier since. Raises NotFound,
    VersionConflict, workflow's Refused, or Duplicate when the same form (act.key) was sent before.
    """
    case = replace(known) if known is not None else _load(code, act, signed)
    if version != case.version:
        raise _overtaken(case, act, version)
    store = DatabaseStore()
    done, changes = decide(store, case, act, signed)
    try:
        with write_transaction():
            store.write(case, changes)
            if act.trigger == "readmit":
                _readmit(store, case, act, signed)
    except Overtaken:
        raise _overtaken(_load(code, act, signed), act, version) from None
    except IntegrityError as error:
        if "number_key" in str(error.orig):
            raise Refused((paper_numbers.number_taken(situation(case, signed), ""),)) from error
        raise
    _told(done, act.trigger, signed)
    return done


def _load(code: str, act: Act, signed: Signed) -> Case:
    return load_for_administration(code) if act.trigger == "change_rulebook" else load_case(code, signed)


def _overtaken(case: Case, act: Act, version: int) -> Exception:
    return Duplicate() if sent_before(act.key) else VersionConflict(case, version)


def open_dossier(act: Act, signed: Signed, unit_id: int) -> Done:
    """Put a candidate on the source list of a unit. `act.person` is the person's row. Raises as `advance`.

    The organisation that will nominate follows from the source and the unit.
    """
    store = DatabaseStore()
    with write_transaction():
        if sent_before(act.key):
            raise Duplicate
        done = open_in(store, act, signed, unit_id)
    _told(done, "create", signed)
    return done


def _told(done: Done, trigger: str, signed: Signed) -> None:
    log.info("act", dossier=done.case.code, trigger=trigger, state=str(done.outcome.to), account=signed.account_id)
    acts_recorded.labels(trigger).inc()


def open_in(store: Store, act: Act, signed: Signed, unit_id: int, previous: Case | None = None) -> Done:
    """Open a dossier in the transaction of `store`; `previous` is the dossier of a member to be re-admitted."""
    units = tree.current()
    place = units.place(unit_id)
    books, today = rules.books(), clock.today()
    book = in_force(act.evidence.happened_on, books)
    if place.route is None:
        raise Refused((_no_road(book),))
    bases = units.organisations(place)
    evidence = with_organisations(act.evidence, bases)
    person_id, dossier_id = store.new_ids()
    full_name = previous.full_name if previous else act.person["full_name"]
    case = Case(
        id=dossier_id,
        code=f"HS{today.year}-{dossier_id:06d}",
        person_id=previous.person_id if previous else person_id,
        unit_id=unit_id,
        nominator_id=bases.get(act.evidence.source) if act.evidence.source else None,
        class_id=None,
        centre_id=None,
        previous_id=previous.id if previous else None,
        state=None,
        since=act.evidence.happened_on,
        rulebook=book.code,
        version=0,
        head_hash=chain.GENESIS,
        facts=DossierFacts(),
        place=place,
        full_name=full_name,
    )
    if previous is None:
        store.add_person({"id": person_id, **act.person})
    created = Act("create", evidence, act.key, {**act.personal, "person": _words(act.person)})
    return perform(store, case, created, signed)


def with_organisations(evidence: Evidence, bases: dict[Source, int]) -> Evidence:
    """The evidence, completed by whether the grass-roots organisation has base organisations."""
    return msgspec.structs.replace(
        evidence, unit_has_youth_union=Source.YOUTH_UNION in bases, unit_has_trade_union=Source.TRADE_UNION in bases
    )


def _words(row: Row) -> Row:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items() if value}


def _readmit(store: Store, old: Case, act: Act, signed: Signed) -> None:
    evidence = Evidence(
        act.evidence.happened_on,
        source=old.facts.source,
        consented=True,
        ground="readmission",
        candidate=msgspec.structs.replace(
            act.evidence.candidate or _candidate_of(old.facts), birth_date=old.facts.birth_date
        ),
    )
    open_in(store, Act("create", evidence), signed, old.unit_id, previous=old)


def _candidate_of(facts: DossierFacts) -> Candidate:
    return Candidate(facts.birth_date, facts.schooling, facts.schooling_ground or None)


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
    papers = paper_numbers.paper_rows(case, outcome, evidence)
    paper_numbers.check_numbers(store, asked, papers)
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
        relatives=[{**row, "dossier_id": case.id} for row in act.relatives],
        companions=[{**row, "dossier_id": case.id} for row in act.companions],
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
        case.full_name = act.person["full_name"]
        changes.scope_moved = True
    return Done(case, outcome), changes


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


def sent_before(key: str | None) -> bool:
    """Whether the form with this key was already recorded."""
    return key is not None and run(_SENT, {"key": key}).first() is not None


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


def _no_road(book: Rulebook) -> Refusal:
    empty = Situation(None, Route.COMMITTEE, DossierFacts(), book, rules.calendar(), Actor(), clock.today())
    return empty.no(
        "actor_role",
        "Đơn vị này không phải chi bộ nên không có danh sách nguồn.",
        "This unit is not a cell and has no source list.",
        "Chọn chi bộ nơi người đó công tác.",
        "Choose the cell where the person works.",
        "unit",
    )


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


def _event_rows(
    store: Store,
    case: Case,
    act: Act,
    evidence: Evidence,
    from_state: State | None,
    signed: Signed,
    role: str,
    unit_id: int,
) -> tuple[Row, Row | None]:
    body = msgspec.to_builtins(evidence)
    personal = {name: body.pop(name) for name in PERSONAL if name in body}
    personal.update(act.personal)
    body.pop("happened_on", None)
    if act.to_unit_id is not None:
        body["to_unit"] = act.to_unit_id
    if act.class_id is not None:
        body["class"] = act.class_id
    content, salt = "", ""
    if personal:
        content, salt = chain.canonical(personal), store.salt()
    row: Row = {
        "dossier_id": case.id,
        "seq": case.version,
        "trigger": act.trigger,
        "from_state": str(from_state) if from_state else None,
        "to_state": str(case.state),
        "happened_on": evidence.happened_on,
        "recorded_at": clock.stamp(clock.now()),
        "actor_id": signed.account_id,
        "actor_role": role,
        "unit_id": unit_id,
        "rulebook": case.rulebook,
        "body": chain.canonical(body),
        "commitment": chain.commitment(salt, content) if personal else "",
        "prev_hash": case.head_hash,
        "act_key": act.key,
    }
    row["hash"] = chain.event_hash(case.code, row)
    kept = {"dossier_id": case.id, "seq": case.version, "salt": salt, "content": content} if personal else None
    return row, kept
