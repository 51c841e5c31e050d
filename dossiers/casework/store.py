"""Where acts are read from and written to: the database for one act, memory for many (demo data, imports).

Both stores take the same rows from casework.services; neither decides anything.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

import msgspec
from sqlalchemy import Insert, Table, Update, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from dossiers import engines, names
from dossiers.casework import counts, search
from dossiers.casework.counts import Counts
from dossiers.casework.models import (
    Companion,
    CourseClass,
    DeadlineRecord,
    Dossier,
    Event,
    EventPersonal,
    Outbox,
    PaperRecord,
    Person,
    Relative,
    Scope,
    VoteRecord,
)
from dossiers.extensions import db, run
from dossiers.units import services as units
from dossiers.units.places import Place
from workflow.deadlines import Deadline
from workflow.facts import DossierFacts
from workflow.route import Route
from workflow.stages import State

Row = dict[str, Any]


@dataclass
class Case:
    """A dossier while an act is done on it: its row, its place, and the units that see it."""

    id: int
    code: str
    person_id: int
    unit_id: int
    nominator_id: int | None
    class_id: int | None
    centre_id: int | None
    previous_id: int | None
    state: State | None
    since: date
    rulebook: str
    version: int
    head_hash: str
    facts: DossierFacts
    place: Place
    full_name: str
    turn: str | None = None
    due_on: date | None = None
    class_title: str | None = None

    @property
    def route(self) -> Route:
        """The dossier's route; a unit that has none never gets a dossier (see services.open_dossier)."""
        assert self.place.route is not None
        return self.place.route

    @property
    def counted_units(self) -> tuple[int, ...]:
        """The lowest units that see this dossier, which count it; see casework.counts."""
        return tuple(unit for unit in (self.unit_id, self.nominator_id, self.centre_id) if unit is not None)

    @property
    def scope_units(self) -> tuple[int, ...]:
        """The units whose people see this dossier in lists."""
        units = [unit_id for unit_id, _, _ in self.place.chain]
        units += [unit for unit in (self.nominator_id, self.centre_id) if unit is not None]
        return tuple(dict.fromkeys(units))


@dataclass
class Changes:
    """The rows one act writes beside the dossier itself, and the dossier as it was `before`."""

    before: Case
    event: Row
    personal: Row | None = None
    papers: list[Row] = field(default_factory=list)
    vote: Row | None = None
    deadlines: list[Deadline] = field(default_factory=list)
    ended: list[Deadline] = field(default_factory=list)
    relatives: list[Row] = field(default_factory=list)
    companions: list[Row] = field(default_factory=list)
    person: Row = field(default_factory=dict)
    scope_moved: bool = False
    counts: Counts = field(default_factory=Counts)
    outbox: Row | None = None


class Store(Protocol):
    """What services need of a store."""

    def salt(self) -> str:
        """32 hex digits that bind a personal part."""

    def entitled(self, unit_id: int, body: str, day: date) -> int:
        """How many people of a unit's body may vote on a day, those exempt left out."""

    def numbers_taken(self, keys: list[str]) -> set[str]:
        """Which of these paper numbers are used already."""

    def centre_of(self, class_id: int | None) -> int | None:
        """The training centre of a class."""

    def new_ids(self) -> tuple[int, int]:
        """Numbers for a new person and a new dossier."""

    def add_person(self, row: Row) -> None:
        """Write a new person."""

    def write(self, case: Case, changes: Changes) -> None:
        """Write an act; `case` is as the act left it."""


class Duplicate(Exception):
    """The same form was sent before: its act is already recorded."""


class Overtaken(Exception):
    """Somebody else acted on the dossier since it was read."""


def _rows(table: type[db.Model]) -> Table:
    found = table.__table__
    assert isinstance(found, Table)
    return found


def dossier_row(case: Case) -> Row:
    """The dossier's row as it is stored."""
    return {
        "id": case.id,
        "code": case.code,
        "person_id": case.person_id,
        "unit_id": case.unit_id,
        "nominator_id": case.nominator_id,
        "class_id": case.class_id,
        "previous_id": case.previous_id,
        "state": str(case.state),
        "since": case.since,
        "rulebook": case.rulebook,
        "version": case.version,
        "head_hash": case.head_hash,
        "facts": msgspec.json.encode(case.facts).decode(),
        "turn": case.turn,
        "due_on": case.due_on,
        "admitted_on": case.facts.admitted_on,
    }


def listed(case: Case) -> Row:
    """What lists filter and sort a dossier by."""
    return {
        "state": str(case.state),
        "since": case.since,
        "source": str(case.facts.source),
        "turn": case.turn,
        "due_on": case.due_on,
        "admitted_on": case.facts.admitted_on,
    }


def scope_rows(case: Case) -> list[Row]:
    """The rows that put the dossier into the lists of its units."""
    shared = {"dossier_id": case.id, **listed(case), "sort_key": names.sort_key(case.full_name)}
    return [{"ancestor_id": unit, **shared} for unit in case.scope_units]


def _insert(table: type[db.Model]) -> Insert:
    return insert(_rows(table))


@lru_cache(maxsize=256)
def _update(table: type[db.Model], where: tuple[str, ...], names: tuple[str, ...]) -> Update:
    """Set columns to the values of these names in the rows whose column x is the value "of_x", for each in `where`.

    Only what changed is set: SQLite writes every index anew that holds a column it is told to set.
    """
    rows = _rows(table)
    wanted = [rows.c[name] == bindparam(f"of_{name}") for name in where]
    return update(rows).where(*wanted).values({name: bindparam(name) for name in names})


def _changed(before: Row, after: Row) -> Row:
    return {name: value for name, value in after.items() if before[name] != value}


_ADD_DOSSIER, _ADD_EVENT, _ADD_PERSONAL, _ADD_OUTBOX, _ADD_PAPER, _ADD_VOTE, _ADD_SCOPE = map(
    _insert, (Dossier, Event, EventPersonal, Outbox, PaperRecord, VoteRecord, Scope)
)
_DROP_SCOPE = delete(_rows(Scope)).where(Scope.dossier_id == bindparam("of"))
_END_DEADLINE = (
    update(_rows(DeadlineRecord))
    .where(
        DeadlineRecord.dossier_id == bindparam("of"),
        DeadlineRecord.rule == bindparam("which"),
        DeadlineRecord.starts_on == bindparam("began_on"),
    )
    .values(ended_on=bindparam("ended_on"))
)

_CENTRE = select(CourseClass.centre_id).where(CourseClass.id == bindparam("class_id"))


class _Reader:
    """Reads both stores share."""

    def entitled(self, unit_id: int, body: str, day: date) -> int:
        """How many people of a unit's body may vote on a day, those exempt left out."""
        return units.entitled(unit_id, body, day)

    def centre_of(self, class_id: int | None) -> int | None:
        """The training centre of a class."""
        if class_id is None:
            return None
        return run(_CENTRE, {"class_id": class_id}).scalar()


class DatabaseStore(_Reader):
    """Reads and writes the current transaction."""

    def salt(self) -> str:
        """32 random hex digits."""
        return secrets.token_hex(16)

    def numbers_taken(self, keys: list[str]) -> set[str]:
        """Which of these paper numbers are used already."""
        if not keys:
            return set()
        return set(db.session.scalars(select(PaperRecord.number_key).where(PaperRecord.number_key.in_(keys))))

    def new_ids(self) -> tuple[int, int]:
        """Numbers for a new person and a new dossier."""
        engines.lock_numbers(db)
        person = db.session.scalar(select(func.max(Person.id))) or 0
        dossier = db.session.scalar(select(func.max(Dossier.id))) or 0
        return person + 1, dossier + 1

    def add_person(self, row: Row) -> None:
        """Write a new person."""
        db.session.execute(insert(Person), [row])

    def write(self, case: Case, changes: Changes) -> None:
        """Write an act. Raises Overtaken when the dossier is not any more as it was `before`, which the database
        finds out while it changes the row, and Duplicate when the same form was sent before.
        """
        if case.version == 1:
            run(_ADD_DOSSIER, [dossier_row(case)])
        else:
            self._change_dossier(changes.before, case)
        try:
            run(_ADD_EVENT, [changes.event])
        except IntegrityError as error:
            raise Duplicate from error
        if changes.personal:
            run(_ADD_PERSONAL, [changes.personal])
        if changes.papers:
            run(_ADD_PAPER, changes.papers)
        if changes.vote:
            run(_ADD_VOTE, [changes.vote])
        if changes.person:
            run(update(_rows(Person)).where(Person.id == case.person_id).values(changes.person))
        self._write_deadlines(case, changes)
        self._write_people(case, changes)
        if changes.scope_moved:
            run(_DROP_SCOPE, {"of": case.id})
            run(_ADD_SCOPE, scope_rows(case))
            search.index_one(case.id, case.full_name, case.scope_units)
        else:
            self._change_scope(changes.before, case)
        counts.add(changes.counts)
        if changes.outbox:
            run(_ADD_OUTBOX, [changes.outbox])

    def _change_dossier(self, before: Case, after: Case) -> None:
        changed = _changed(dossier_row(before), dossier_row(after))
        statement = _update(Dossier, ("id", "version"), tuple(changed))
        if run(statement, {"of_id": after.id, "of_version": before.version, **changed}).rowcount != 1:
            raise Overtaken

    def _change_scope(self, before: Case, after: Case) -> None:
        changed = _changed(listed(before), listed(after))
        if changed:
            run(_update(Scope, ("dossier_id",), tuple(changed)), {"of_dossier_id": after.id, **changed})

    def _write_deadlines(self, case: Case, changes: Changes) -> None:
        if changes.deadlines:
            statement = engines.upsert(db, _rows(DeadlineRecord))
            run(
                statement.on_conflict_do_update(
                    index_elements=["dossier_id", "rule", "starts_on"],
                    set_={
                        "due_on": statement.excluded.due_on,
                        "extended_by": statement.excluded.extended_by,
                        "ended_on": None,
                    },
                ),
                [_deadline_row(case.id, deadline, None) for deadline in changes.deadlines],
            )
        for deadline in changes.ended:
            which = {"of": case.id, "which": deadline.rule, "began_on": deadline.starts_on}
            run(_END_DEADLINE, {**which, "ended_on": changes.event["happened_on"]})

    def _write_people(self, case: Case, changes: Changes) -> None:
        for row in changes.relatives:
            same = (Relative.dossier_id == case.id) & (Relative.ref == row["ref"])
            if run(select(Relative.id).where(same)).first():
                run(update(_rows(Relative)).where(same).values(row))
            else:
                run(insert(_rows(Relative)), [row])
        if changes.companions:
            run(insert(_rows(Companion)), changes.companions)


def _deadline_row(dossier_id: int, deadline: Deadline, ended_on: date | None) -> Row:
    return {
        "dossier_id": dossier_id,
        "rule": deadline.rule,
        "starts_on": deadline.starts_on,
        "due_on": deadline.due_on,
        "extended_by": deadline.extended_by,
        "ended_on": ended_on,
    }


class BulkStore(_Reader):
    """Collects the rows of many acts and writes them in large batches; `finish` a dossier when it is done.

    Only one BulkStore may write at a time, in one transaction: it numbers persons and dossiers itself.
    """

    def __init__(self, salt: Callable[[], str], batch: int = 2000) -> None:
        self._salt = salt
        self._batch = batch
        self._rows: dict[type[db.Model], list[Row]] = {}
        self._search: list[tuple[int, str, tuple[int, ...]]] = []
        self._entitled: dict[tuple[int, str, date], int] = {}
        self._numbers: set[str] = set()
        self._counts: Counts = Counts()
        self._deadlines: dict[int, dict[tuple[str, date], Row]] = {}
        self._relatives: dict[int, dict[str, Row]] = {}
        self._persons: dict[int, Row] = {}
        self._centres: dict[int | None, int | None] = {}
        self._person_id = db.session.scalar(select(func.max(Person.id))) or 0
        self._dossier_id = db.session.scalar(select(func.max(Dossier.id))) or 0
        self._open = 0

    def salt(self) -> str:
        """32 hex digits from the source given at the start."""
        return self._salt()

    def entitled(self, unit_id: int, body: str, day: date) -> int:
        """How many may vote, remembered."""
        key = (unit_id, body, day)
        if key not in self._entitled:
            self._entitled[key] = super().entitled(unit_id, body, day)
        return self._entitled[key]

    def centre_of(self, class_id: int | None) -> int | None:
        """The training centre of a class, remembered."""
        if class_id not in self._centres:
            self._centres[class_id] = super().centre_of(class_id)
        return self._centres[class_id]

    def numbers_taken(self, keys: list[str]) -> set[str]:
        """Which of these numbers this batch used already."""
        return {key for key in keys if key in self._numbers}

    def new_ids(self) -> tuple[int, int]:
        """The next numbers."""
        self._person_id += 1
        self._dossier_id += 1
        return self._person_id, self._dossier_id

    def add_person(self, row: Row) -> None:
        """Remember a new person until the dossier is finished."""
        self._persons[row["id"]] = row

    def write(self, case: Case, changes: Changes) -> None:
        """Remember the rows of an act."""
        self._add(Event, [changes.event])
        if changes.personal:
            self._add(EventPersonal, [changes.personal])
        self._add(PaperRecord, changes.papers)
        self._numbers.update(row["number_key"] for row in changes.papers if row["number_key"])
        if changes.vote:
            self._add(VoteRecord, [changes.vote])
        self._counts.update(changes.counts)
        self._add(Companion, changes.companions)
        if changes.person:
            self._persons[case.person_id].update(changes.person)
        deadlines = self._deadlines.setdefault(case.id, {})
        for deadline in changes.deadlines:
            deadlines[deadline.rule, deadline.starts_on] = _deadline_row(case.id, deadline, None)
        for deadline in changes.ended:
            known = deadlines.get((deadline.rule, deadline.starts_on))
            if known is not None:
                known["ended_on"] = changes.event["happened_on"]
        relatives = self._relatives.setdefault(case.id, {})
        for row in changes.relatives:
            relatives.setdefault(row["ref"], {}).update(row)
        if changes.outbox:
            self._add(Outbox, [changes.outbox])

    def _add(self, table: type[db.Model], rows: Iterable[Row]) -> None:
        self._rows.setdefault(table, []).extend(rows)

    def finish(self, case: Case) -> None:
        """The dossier is done: its own rows can be written with the next batch."""
        self._add(Person, [self._persons.pop(case.person_id)])
        self._add(Dossier, [dossier_row(case)])
        self._add(Scope, scope_rows(case))
        self._add(DeadlineRecord, self._deadlines.pop(case.id, {}).values())
        self._add(Relative, self._relatives.pop(case.id, {}).values())
        self._search.append((case.id, case.full_name, case.scope_units))
        self._open += 1
        if self._open >= self._batch:
            self.flush()

    def flush(self) -> None:
        """Write everything finished so far."""
        for table in (
            Person, Dossier, Scope, Event, EventPersonal, PaperRecord, VoteRecord, DeadlineRecord, Relative,
            Companion, Outbox,
        ):  # fmt: skip
            rows = self._rows.get(table)
            if rows:
                db.session.execute(insert(_rows(table)), rows)
        search.index_many(self._search)
        counts.add(self._counts)
        self._rows.clear()
        self._counts.clear()
        self._search.clear()
        self._open = 0
