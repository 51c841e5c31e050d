"""Where acts are read from and written to: the database for one act, memory for many (demo data, imports).

Both stores (see bulk) take the same rows from casework.decide; neither decides anything.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from dossiers import engines
from dossiers.asking import Question, Together, Writing
from dossiers.casework import counts, search
from dossiers.casework.act import Duplicate, Overtaken, RulesChanged
from dossiers.casework.case import Case, Changes
from dossiers.casework.counts import Counts
from dossiers.casework.events import lent_in
from dossiers.casework.models import DeadlineRecord, Dossier, Event, EventPersonal, Scope, VoteRecord
from dossiers.casework.rows import dossier_row, listed, scope_rows, table_of
from dossiers.courses.models import CourseClass
from dossiers.extensions import Model, db, run
from dossiers.inquiries.models import Inquiry, InquiryAnswer
from dossiers.names import sort_key
from dossiers.outbox.models import Outbox
from dossiers.papers import files
from dossiers.papers import registers as number_registers
from dossiers.papers.models import PaperRecord, PaperScan, ScanFile
from dossiers.papers.numbers import PaperRow
from dossiers.papers.registers import Registers
from dossiers.people.models import Companion, Person, Relative
from dossiers.rules import instance
from dossiers.rules import services as rules
from dossiers.units import registers
from dossiers.units.registers import Register


def _stand(decided_by: str) -> None:
    """Raises RulesChanged when other rules are in force than the ones an act was decided by."""
    if rules.version() != decided_by:
        raise RulesChanged


class Store(Protocol):
    """What services need of a store."""

    def salt(self) -> str:
        """32 hex digits that bind a personal part."""

    def entitled(self, unit_id: int, body: str, day: date) -> Register:
        """How many hold a seat in a unit's body on a day, by what they are."""

    def numbers_taken(self, keys: list[str]) -> set[str]:
        """Which of these paper numbers are used already."""

    def registered(self, papers: Sequence[PaperRow]) -> set[str]:
        """The keys of those of these papers whose number stands in a register for another text, or is spoiled."""

    def centre_of(self, class_id: int | None) -> int | None:
        """The training centre of a class."""

    def new_ids(self) -> tuple[int, int]:
        """Numbers for a new person and a new dossier."""

    def write(self, case: Case, changes: Changes) -> None:
        """Write an act; `case` is as the act left it."""


def _insert(table: type[Model]) -> Writing:
    return Writing(insert(table_of(table)))


@lru_cache(maxsize=256)
def _update(table: type[Model], where: tuple[str, ...], names: tuple[str, ...]) -> Writing:
    """Set columns to the values of these names in the rows whose column x is the value "of_x", for each in `where`.

    Only what changed is set: SQLite writes every index anew that holds a column it is told to set.
    """
    rows = table_of(table)
    wanted = [rows.c[name] == bindparam(f"of_{name}") for name in where]
    return Writing(update(rows).where(*wanted).values({name: bindparam(name) for name in names}))


@lru_cache(maxsize=64)
def _change(names: tuple[str, ...]) -> Writing:
    """Set these columns of the dossier that is still as it was decided on, by rules that are still in force."""
    rows = table_of(Dossier)
    still = rows.c.id == bindparam("of_id"), rows.c.version == bindparam("of_version"), rules.STAND
    return Writing(update(rows).where(*still).values({name: bindparam(name) for name in names}))


@lru_cache(maxsize=8)
def _put(_postgresql: bool, model: type[Model], key: tuple[str, ...]) -> Writing:
    """Write whole rows, each in the place of the one with its key."""
    table = table_of(model)
    statement = engines.upsert(db, table)
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    return Writing(statement.on_conflict_do_update(index_elements=list(key), set_=others))


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if before[name] != value}


_ADD_DOSSIER, _ADD_EVENT, _ADD_PERSONAL, _ADD_OUTBOX, _ADD_PAPER, _ADD_VOTE, _ADD_SCOPE = map(
    _insert, (Dossier, Event, EventPersonal, Outbox, PaperRecord, VoteRecord, Scope)
)
RECORD = _ADD_EVENT, _ADD_PERSONAL, _ADD_OUTBOX
"""What an act adds to the log: its event, the personal part if it has one, its line in the outbox."""
_RECORD_TOGETHER = Together(*RECORD)


_OTHERS = Question(
    select(Scope.dossier_id, Scope.ancestor_id)
    .join(Dossier, Dossier.id == Scope.dossier_id)
    .where(Dossier.person_id == bindparam("person"), Dossier.id != bindparam("this"))
    .order_by(Scope.dossier_id, Scope.ancestor_id)
)
_DROP_SCOPE = Writing(delete(table_of(Scope)).where(Scope.dossier_id == bindparam("of")))
_ERASE = Writing(
    delete(table_of(EventPersonal)).where(
        EventPersonal.dossier_id == bindparam("of"), EventPersonal.seq == bindparam("which")
    )
)
_ADD_COMPANION, _ADD_PERSON = _insert(Companion), _insert(Person)
_ADD_SCAN, _ADD_SCAN_FILE, _ADD_INQUIRY = _insert(PaperScan), _insert(ScanFile), _insert(Inquiry)
_CLOSE = _update(Inquiry, ("dossier_id", "nr"), ("closed_on", "answer"))
_RECORDED = Writing(
    delete(table_of(InquiryAnswer)).where(
        InquiryAnswer.dossier_id == bindparam("of"), InquiryAnswer.nr == bindparam("which")
    )
)
FILED = (PaperRecord, VoteRecord, DeadlineRecord, Relative, Companion, PaperScan, ScanFile, Inquiry)
"""Tables of what stands on file for a dossier."""
_DROP_FILED = tuple(
    Writing(delete(table_of(model)).where(table_of(model).c.dossier_id == bindparam("of"))) for model in FILED
)

_TAKEN = Question(select(PaperRecord.number_key).where(PaperRecord.number_key.in_(bindparam("keys", expanding=True))))
_CENTRE = Question(select(CourseClass.centre_id).where(CourseClass.id == bindparam("class_id")))


class _Reader:
    """Reads both stores share."""

    def entitled(self, unit_id: int, body: str, day: date) -> Register:
        """How many hold a seat in a unit's body on a day, by what they are."""
        return registers.counted(unit_id, body, day)

    def centre_of(self, class_id: int | None) -> int | None:
        """The training centre of a class."""
        if class_id is None:
            return None
        centre: int | None = run(_CENTRE, {"class_id": class_id}).scalar()
        return centre


class Remembering(_Reader):
    """What many acts ask alike, asked once."""

    def __init__(self) -> None:
        super().__init__()
        self._entitled: dict[tuple[int, str, date], Register] = {}
        self._centres: dict[int | None, int | None] = {}

    def entitled(self, unit_id: int, body: str, day: date) -> Register:
        """How many hold a seat; asked once a unit, body and day."""
        key = (unit_id, body, day)
        if key not in self._entitled:
            self._entitled[key] = super().entitled(unit_id, body, day)
        return self._entitled[key]

    def centre_of(self, class_id: int | None) -> int | None:
        """The training centre of a class; asked once."""
        if class_id not in self._centres:
            self._centres[class_id] = super().centre_of(class_id)
        return self._centres[class_id]


class DatabaseStore(_Reader):
    """Reads and writes the current transaction."""

    def __init__(self) -> None:
        super().__init__()
        self._registers = Registers()

    def registered(self, papers: Sequence[PaperRow]) -> set[str]:
        """The keys of those of these papers whose number stands in a register for another text, or is spoiled."""
        return number_registers.taken(self._registers, papers)

    def salt(self) -> str:
        """32 random hex digits."""
        return secrets.token_hex(16)

    def numbers_taken(self, keys: list[str]) -> set[str]:
        """Which of these paper numbers are used already."""
        if not keys:
            return set()
        return set(run(_TAKEN, {"keys": keys}).scalars())

    def new_ids(self) -> tuple[int, int]:
        """Numbers for a new person and a new dossier."""
        engines.lock_numbers(db)
        instance.forget()  # units may have changed while this waited
        person = db.session.scalar(select(func.max(Person.id))) or 0
        dossier = db.session.scalar(select(func.max(Dossier.id))) or 0
        return person + 1, dossier + 1

    def write(self, case: Case, changes: Changes) -> None:
        """Write an act. Raises Overtaken when the dossier is not any more as it was `before`, which the database
        finds out while it changes the row, Duplicate when the same form was sent before, and RulesChanged when other
        rules are in force than the act was decided by, registers.Taken when somebody took a number in between.
        """
        rules.keep()
        if changes.new_person:
            run(_ADD_PERSON, [{"id": case.person_id, **changes.person}])
        if case.version == 1:
            _stand(changes.decided_by)
            run(_ADD_DOSSIER, [dossier_row(case)])
        else:
            self._change_dossier(changes, case)
        try:
            self._record((changes.event, changes.personal, changes.outbox))
        except IntegrityError as error:
            raise Duplicate from error
        if changes.person and not changes.new_person:
            run(_update(Person, ("id",), tuple(changes.person)), {"of_id": case.person_id, **changes.person})
        for seq in changes.erased:
            run(_ERASE, {"of": case.id, "which": seq})
        self._file(case, changes)
        self._register(case, changes)
        files.write(changes.files)
        if changes.scope_moved or changes.renamed:
            run(_DROP_SCOPE, {"of": case.id})
            run(_ADD_SCOPE, scope_rows(case))
        else:
            self._change_scope(changes.before, case)
        if changes.renamed or search.FOUND_BY & changes.person.keys():
            self._find_again(case, changes.renamed)
        elif changes.scope_moved:
            search.index_again({case.id: case.scope_units})
        self._count(changes.counts)

    def _record(self, rows: Sequence[Mapping[str, Any] | None]) -> None:
        run(_RECORD_TOGETHER, rows)

    def _add(self, statement: Writing, rows: Sequence[Mapping[str, Any]]) -> None:
        run(statement, rows)

    def _count(self, moved: Counts) -> None:
        counts.add(moved)

    def _register(self, case: Case, changes: Changes) -> None:
        papers, event = changes.filed.papers, changes.event
        if papers:
            number_registers.keep(self._registers, papers, event["actor_id"], lent_in(event), case.code, changes.afresh)

    def _file(self, case: Case, changes: Changes) -> None:
        if changes.afresh:
            for drop in _DROP_FILED:
                run(drop, {"of": case.id})
        filed = changes.filed
        new: tuple[tuple[Writing, Sequence[Mapping[str, Any]]], ...] = (
            (_ADD_PAPER, filed.papers),
            (_ADD_VOTE, filed.votes),
            (_ADD_COMPANION, filed.companions),
            (_ADD_SCAN, filed.scans),
            (_ADD_SCAN_FILE, filed.scan_files),
            (_ADD_INQUIRY, filed.inquiries),
        )
        for statement, rows in new:
            if rows:
                self._add(statement, rows)
        whole: tuple[tuple[type[Model], tuple[str, ...], Sequence[Mapping[str, Any]]], ...] = (
            (DeadlineRecord, ("dossier_id", "rule", "starts_on"), filed.deadlines),
            (Relative, ("dossier_id", "ref"), filed.relatives),
        )
        for model, key, rows in whole:
            if rows:
                self._add(_put(engines.is_postgresql(db), model, key), rows)

        if filed.closed:
            closed = ((row["nr"], row["closed_on"], row["answer"]) for row in filed.closed)
            names = ("of_dossier_id", "of_nr", "closed_on", "answer")
            run(_RECORDED, [{"of": case.id, "which": row["nr"]} for row in filed.closed])
            run(_CLOSE, [dict(zip(names, (case.id, *values), strict=True)) for values in closed])

    def _change_dossier(self, changes: Changes, after: Case) -> None:
        before = changes.before
        changed = _changed(dossier_row(before), dossier_row(after))
        seen = {"of_id": after.id, "of_version": before.version, "decided_by": changes.decided_by}
        if run(_change(tuple(changed)), {**seen, **changed}) != 1:
            _stand(changes.decided_by)
            raise Overtaken

    def _find_again(self, case: Case, renamed: bool) -> None:
        """All dossiers of the person (others before a re-admission) are found, and sorted, by what its row now says."""
        seen_by: dict[int, list[int]] = {}
        for row in run(_OTHERS, {"person": case.person_id, "this": case.id}):
            seen_by.setdefault(row.dossier_id, []).append(row.ancestor_id)
        if renamed and seen_by:
            key = sort_key(case.full_name)
            sort = _update(Scope, ("dossier_id",), ("sort_key",))
            run(sort, [{"of_dossier_id": number, "sort_key": key} for number in seen_by])
        others = {number: tuple(seeing) for number, seeing in seen_by.items()}
        search.index_again({case.id: case.scope_units, **others})

    def _change_scope(self, before: Case, after: Case) -> None:
        changed = _changed(listed(before), listed(after))
        if changed:
            run(_update(Scope, ("dossier_id",), tuple(changed)), {"of_dossier_id": after.id, **changed})
