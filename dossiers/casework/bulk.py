"""Where many acts are collected, to be written in large batches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select

from dossiers.casework import counts, search
from dossiers.casework.case import Case, Changes
from dossiers.casework.counts import Counts
from dossiers.casework.models import DeadlineRecord, Dossier, Event, EventPersonal, Scope, VoteRecord
from dossiers.casework.rows import dossier_row, scope_rows, table_of
from dossiers.casework.store import Remembering
from dossiers.extensions import Model, db, run
from dossiers.inquiries.models import Inquiry
from dossiers.outbox.models import Outbox
from dossiers.papers import files
from dossiers.papers.files import Sealed
from dossiers.papers.models import PaperRecord, PaperScan, ScanFile
from dossiers.papers.numbers import PaperRow
from dossiers.people.models import Companion, Person, Relative
from dossiers.rules import services as rules


class BulkStore(Remembering):
    """Collects the rows of many acts and writes them in large batches; `finish` a dossier when it is done.

    Only one BulkStore may write at a time, in one transaction: it numbers persons and dossiers itself.
    """

    def __init__(self, salt: Callable[[], str], batch: int = 2000) -> None:
        super().__init__()
        self._salt = salt
        self._batch = batch
        self._rows: dict[type[Model], list[Mapping[str, Any]]] = {}
        self._search: dict[int, tuple[int, ...]] = {}
        self._numbers: set[str] = set()
        self._counts: Counts = Counts()
        self._keyed: dict[int, dict[tuple[Any, ...], Mapping[str, Any]]] = {}
        self._persons: dict[int, dict[str, Any]] = {}
        self._person_id = db.session.scalar(select(func.max(Person.id))) or 0
        self._dossier_id = db.session.scalar(select(func.max(Dossier.id))) or 0
        self._files: list[Sealed] = []
        self._open = 0

    def salt(self) -> str:
        """32 hex digits from the source given at the start."""
        return self._salt()

    def numbers_taken(self, keys: list[str]) -> set[str]:
        """Which of these numbers this batch used already."""
        return {key for key in keys if key in self._numbers}

    def registered(self, papers: Sequence[PaperRow]) -> set[str]:
        """None: large batches are loaded before anybody keeps a register."""
        return set()

    def new_ids(self) -> tuple[int, int]:
        """The next numbers."""
        self._person_id += 1
        self._dossier_id += 1
        return self._person_id, self._dossier_id

    def write(self, case: Case, changes: Changes) -> None:
        """Remember the rows of an act."""
        if changes.new_person:
            self._persons[case.person_id] = {"id": case.person_id, **changes.person}
        else:
            self._persons[case.person_id].update(changes.person)
        self._add(Event, [changes.event])
        if changes.personal:
            self._add(EventPersonal, [changes.personal])
        filed = changes.filed
        self._numbers.update(row["number_key"] for row in filed.papers if row["number_key"])
        self._counts.update(changes.counts)
        new: tuple[tuple[type[Model], Sequence[Mapping[str, Any]]], ...] = (
            (PaperRecord, filed.papers),
            (VoteRecord, filed.votes),
            (Companion, filed.companions),
            (PaperScan, filed.scans),
            (ScanFile, filed.scan_files),
        )
        for model, rows in new:
            self._add(model, rows)
        self._files += changes.files
        known = self._keyed.setdefault(case.id, {})
        known |= {(DeadlineRecord, row["rule"], row["starts_on"]): row for row in filed.deadlines}
        known |= {(Relative, row["ref"]): row for row in filed.relatives}
        known |= {(Inquiry, row["nr"]): row for row in filed.inquiries}
        known |= {(Inquiry, row["nr"]): {**known[Inquiry, row["nr"]], **row} for row in filed.closed}
        self._add(Outbox, [{**changes.outbox, "done_at": changes.event["recorded_at"]}])

    def _add(self, table: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows.setdefault(table, []).extend(rows)

    def finish(self, case: Case) -> None:
        """The dossier is done: its own rows can be written with the next batch."""
        self._add(Person, [self._persons.pop(case.person_id)])
        self._add(Dossier, [dossier_row(case)])
        self._add(Scope, scope_rows(case))
        for key, row in self._keyed.pop(case.id, {}).items():
            self._add(key[0], [row])
        self._search[case.id] = case.scope_units
        self._open += 1
        if self._open >= self._batch:
            self.flush()

    def flush(self) -> None:
        """Write everything finished so far."""
        rules.keep()
        for table in (
            Person, Dossier, Scope, Event, EventPersonal, PaperRecord, VoteRecord, DeadlineRecord, Relative,
            Companion, PaperScan, ScanFile, Inquiry, Outbox,
        ):  # fmt: skip
            rows = self._rows.get(table)
            if rows:
                run(insert(table_of(table)), rows)
        files.write(self._files)
        self._files.clear()
        search.index_again(self._search)
        counts.add(self._counts)
        self._rows.clear()
        self._counts.clear()
        self._search.clear()
        self._open = 0
