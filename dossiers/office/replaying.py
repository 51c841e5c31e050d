"""The office's log replayed: what every row of the office must be, and where the tables say something else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select

from dossiers.extensions import Model, run
from dossiers.office import images
from dossiers.office.images import Image, Images, Value
from dossiers.office.models import OfficeEvent

UPGRADE = "run flask --app wsgi upgrade-log"

_BODIES = select(OfficeEvent.body).order_by(OfficeEvent.seq.desc())
_ANCESTORS = "unit_ancestor"
"""Derived from unit.parent_id, so it is not in the log: it is made again and compared."""


@dataclass(frozen=True)
class Recorded:
    """An event of the log. `personal` gives its personal part; None when it has none or lost it (`bound`)."""

    seq: int
    body: str
    bound: bool
    personal: Callable[[], str] | None


@dataclass(frozen=True)
class Row:
    """A row as the log has it, said last by event `seq`; `personal` is None when that part was erased."""

    seq: int
    shown: Mapping[str, Value]
    personal: Mapping[str, Value] | None


Told = dict[str, dict[str, Row]]
"""What the log says stands in each table, by key."""


@dataclass(frozen=True)
class Difference:
    """Where a table is not what the log says: which table, which row (as people call it), which column, and what.

    `seq` is the event that spoke of the row last, 0 for none. What concerns the log as a whole has OFFICE for a table.
    `by_age`: nobody changed anything, the log is older than the table, or than rows in it.
    """

    table: str
    called: str
    column: str | None
    seq: int
    what: str
    by_age: bool = False

    @property
    def code(self) -> str:
        """Table and row."""
        return f"{self.table} {self.called}".rstrip()


class _Head(msgspec.Struct):
    whole: bool = False
    format: int = 1


SINCE = {"seat_status": 3, "checkpoint": 4, "org_person": 4, "role_request": 4}
"""From which format of the log on a table stands in it, where not from the first."""


MARKED = 4
"""From which format of the log on every chain bears the program's marks."""


class _Body(msgspec.Struct):
    rows: list[tuple[str, str, dict[str, Value] | None]] = []


class _Personal(msgspec.Struct):
    rows: list[tuple[str, str, dict[str, Value]]] = []


def fold(events: Sequence[Recorded]) -> Told | None:
    """What the tables must hold after `events`, given by number; None when none of them carries everything.

    The chain they form has been checked. Only events from the newest that carries everything are looked at.
    """
    start = next((i for i in reversed(range(len(events))) if _is_whole(events[i].body)), None)
    if start is None:
        return None
    told: Told = {}
    for event in events[start:]:
        rows = msgspec.json.decode(event.body, type=_Body).rows
        named: dict[tuple[str, str], Mapping[str, Value]] | None = {}
        if event.personal is not None:
            parts = msgspec.json.decode(event.personal(), type=_Personal).rows
            named = {(table, key): values for table, key, values in parts}
        elif event.bound:
            named = None
        for table, key, shown in rows:
            if shown is None:
                told.setdefault(table, {}).pop(key, None)
            else:
                personal = named.get((table, key), {}) if named is not None else None
                told.setdefault(table, {})[key] = Row(event.seq, shown, personal)
    return told


def format_of(body: str) -> int:
    """The format an event of the office was written in."""
    return msgspec.json.decode(body, type=_Head).format


def marks_begin() -> bool:
    """Whether every chain must bear the program's marks: the newest event that carries everything says so."""
    for body in run(_BODIES).scalars():
        try:
            head = msgspec.json.decode(body, type=_Head)
        except (msgspec.MsgspecError, TypeError):
            continue  # is named when the office's chain is checked
        if head.whole:
            return head.format >= MARKED
    return False


def _is_whole(body: str) -> bool:
    return msgspec.json.decode(body, type=_Head).whole


def ancestors(parents: Mapping[int, int | None]) -> dict[str, dict[str, Value]]:
    """The closed tree of units by key, from each unit's parent: every unit with those above it and itself."""
    closed: dict[str, dict[str, Value]] = {}
    for unit in parents:
        above: int | None = unit
        depth = 0
        while above is not None and depth <= len(parents):
            closed[f"{unit}/{above}"] = {"unit_id": unit, "ancestor_id": above, "depth": depth}
            above, depth = parents.get(above), depth + 1
    return closed


def compare(
    told: Told, standing: Images, columns: Mapping[str, Iterable[str]], began: int = max(SINCE.values())
) -> list[Difference]:
    """Every difference between what the log says and what stands in the tables, whose `columns` are given.

    `began` is the format the log began with: tables that came later are not in it yet.
    """
    found: list[Difference] = []
    erased: dict[int, set[str]] = {}
    for table, names in columns.items():
        rows, now = told.get(table, {}), standing[table]
        unknown: set[str] = set()
        if SINCE.get(table, 1) > began:
            what = f"is not in the log yet: {UPGRADE}"
            found.append(Difference(table, "", None, 0, what, by_age=True))
            continue
        for key in sorted(rows.keys() | now.keys(), key=lambda text: (len(text), text)):
            row, image = rows.get(key), now.get(key)
            if row is None:
                assert image is not None
                found.append(_added(table, key, image.shown))
            elif image is None:
                found.append(
                    Difference(table, _called(key, row.shown), None, row.seq, "is in the log, not in the table")
                )
            else:
                said = {**row.shown, **(row.personal or {})}
                stands = {**image.shown, **image.personal}
                if said == stands:
                    continue
                for name in names:
                    if row.personal is None and name in image.personal:
                        erased.setdefault(row.seq, set()).add(f"{table}.{name}")
                    elif name not in said:
                        unknown.add(name)
                    elif said[name] != stands[name]:
                        found.append(_changed(table, key, row.shown, name, row.seq))
        found += [
            Difference(table, "", name, 0, f"{name} is not in the log yet: {UPGRADE}", by_age=True)
            for name in sorted(unknown)
        ]
    for seq, lost in sorted(erased.items()):
        what = f"its personal part is gone; what it said of {', '.join(sorted(lost))} cannot be compared"
        found.append(Difference("OFFICE", "", None, seq, what))
    return found


def _called(key: str, shown: Mapping[str, Value]) -> str:
    code = shown.get("code")
    return str(code) if code else key


def _added(table: str, key: str, shown: Mapping[str, Value]) -> Difference:
    return Difference(table, _called(key, shown), None, 0, "is in the table, not in the log")


def _changed(table: str, key: str, shown: Mapping[str, Value], column: str, seq: int) -> Difference:
    return Difference(table, _called(key, shown), column, seq, f"{column} is not what the log says")


def differences(events: Sequence[Recorded]) -> list[Difference]:
    """Compare the office's tables with its log, whose chain has been checked; one query a table."""
    standing = images.everything()
    told = fold(events)
    if told is None:
        if not events and not any(standing.values()):
            return []
        what = f"its log holds no rows to compare the tables with: {UPGRADE}"
        return [Difference("OFFICE", "", None, 0, what, by_age=True)]
    columns: dict[str, list[str]] = {name: table.columns.keys() for name, table in images.tables().items()}
    units = told.get("unit", {})
    newest = max((row.seq for row in units.values()), default=0)
    closed = ancestors({_number(row.shown["id"]): _parent(row.shown["parent_id"]) for row in units.values()})
    told[_ANCESTORS] = {key: Row(newest, values, {}) for key, values in closed.items()}
    table = Model.metadata.tables[_ANCESTORS]
    standing[_ANCESTORS] = {
        images.key_of((row["unit_id"], row["ancestor_id"])): Image(dict(row), {})
        for row in run(select(table)).mappings()
    }
    columns[_ANCESTORS] = table.columns.keys()
    began = next(format_of(event.body) for event in reversed(events) if _is_whole(event.body))
    return compare(told, standing, columns, began)


def _number(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _parent(value: Value) -> int | None:
    return None if value is None else _number(value)
