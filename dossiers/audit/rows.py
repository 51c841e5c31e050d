"""What comparing rests on: what dossiers are compared by, values as they stand in tables, and rows that differ named.

People's names never stand in a finding, nor what is sealed.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, Select, bindparam, func, select, type_coerce
from sqlalchemy.types import NullType

from dossiers import engines
from dossiers.audit import references
from dossiers.audit.chains import Finding
from dossiers.audit.standing_in import Lendings
from dossiers.casework import recounting
from dossiers.casework.counts import Counts
from dossiers.casework.rows import table_of
from dossiers.extensions import Model, db, run
from dossiers.office.models import OfficeEvent
from dossiers.rules import services as rules
from workflow.replay import Known

Key = tuple[Any, ...]
Progress = Callable[[int], None]
"""Told how many more events were checked."""


def as_stored(column: Any) -> Any:
    """Days and truths as they stand in the table: SQLite keeps an 8 for true, and many ways to write a day."""
    if isinstance(column.type, (Boolean, Date)):
        return type_coerce(column, NullType()).label(column.name)
    return column


def between(model: type[Model], column: Any) -> Select[Any]:
    """Rows of a range of dossiers."""
    return select(*map(as_stored, table_of(model).c)).where(column >= bindparam("low"), column < bindparam("high"))


_OFFICE = select(func.max(OfficeEvent.seq))


class Rows:
    """What is found, and what it is compared by."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._public_key = ""
        self._office: int | None = -1
        self._progress = progress
        self._as_text = not engines.is_postgresql(db)
        self.begin()

    def begin(self) -> None:
        """Nothing is found yet. In another picture of the database what the office changed meanwhile is read anew."""
        office = run(_OFFICE).scalar()
        if office != self._office:
            self._office = office
            self._known: Known = rules.states(only_kept=True)
            read = references.read()
            self._now, self._units, self._marked = read.rules, read.units, read.marked
            self._codes, self._centres = read.codes, read.centres
            self._lendings = Lendings()
        self._waiting = recounting.is_pending(self._now)
        self._several: set[int] = set()
        self.findings: list[Finding] = []
        self.events = 0
        self.counts: Counts = Counter()
        self.old: list[str] = []
        self.unmarked = 0

    def age(self) -> list[Finding]:
        """One finding for all dossiers with a log of an earlier format, and one while deadlines wait to be counted."""
        found = []
        if self.old:
            what = (
                f"of {len(self.old)} dossiers is of an earlier format, nothing can be compared: run flask upgrade-log"
            )
            found.append(Finding("LOG", 0, what))
        if self.unmarked:
            what = f"of {self.unmarked} dossiers bears no marks of the program yet: run flask upgrade-log"
            found.append(Finding("LOG", 0, what))
        if self._waiting:
            found.append(Finding("DEADLINES", 0, "wait to be counted by the rules in force: run flask worker"))
        return found

    def _stored(self, value: Any) -> Any:
        """A value as the engine keeps it (see `as_stored`)."""
        return value.isoformat() if self._as_text and isinstance(value, date) else value

    def _all_stored(self, values: Key) -> Key:
        return tuple(map(self._stored, values)) if self._as_text else values

    def _say(self, code: str, seq: int, what: str) -> None:
        self.findings.append(Finding(code, seq, what))

    def _rows(
        self, code: str, model: type[Model], key: tuple[str, ...], expected: dict[Key, Key], actual: dict[Key, Key]
    ) -> None:
        expected = {self._all_stored(at): self._all_stored(row) for at, row in expected.items()}
        if expected == actual:
            return
        table = table_of(model)
        columns = [column.name for column in table.columns if column.name not in ("dossier_id", *key)]
        for at in sorted({*expected, *actual}, key=str):
            named = f"{table.name} {' '.join(str(part) for part in at)}"
            if at not in actual:
                self._say(code, 0, f"{named}: the row is missing")
            elif at not in expected:
                self._say(code, 0, f"{named}: the row was added")
            else:
                for column, old, new in zip(columns, actual[at], expected[at], strict=True):
                    if old != new:
                        self._say(code, 0, differs(named, column, old, new))

    def _unowned(self, model: type[Model], numbers: Iterable[int]) -> None:
        for number in sorted(numbers):
            self._say(f"#{number}", 0, f"{table_of(model).name}: rows of a dossier that is not there")


def differs(named: str, column: str, actual: Any, expected: Any) -> str:
    """That a column of a row holds what the events do not say; what names somebody is not repeated."""
    told = (
        ""
        if column in ("facts", "name", "sort_key", "issuer", "number", "addressee", "answer")
        else f": {actual}, not {expected}"
    )
    return f"{named}: {column} is not what the events say{told}"
