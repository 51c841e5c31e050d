"""What a plan changed in the office's tables, row by row, so that it can be undone: as it was, as it was left."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Date, inspect, select

from dossiers.accounts.models import RoleAssignment, RoleRequest
from dossiers.extensions import Model, db
from dossiers.quotas.models import Quota
from dossiers.units.models import BodyMember, SeatStatus, Unit, UnitPlacement

MODELS: dict[str, type[Model]] = {
    "unit": Unit, "unit_placement": UnitPlacement, "body_member": BodyMember, "seat_status": SeatStatus,
    "role_assignment": RoleAssignment, "role_request": RoleRequest, "quota": Quota,
}  # fmt: skip
"""The tables a plan changes, those referred to first."""

NAMED = {"body_member": ("name",)}
"""Columns that name a person: a plan keeps none."""

Values = dict[str, str | int | bool | None]


class Entry(msgspec.Struct, frozen=True):
    """A row: what stood in its changed columns `before` (None: it is new), and `after` (None: it was removed)."""

    table: str
    id: int
    before: Values | None
    after: Values | None


class Gone(msgspec.Struct, frozen=True):
    """A dossier that went along: by which event, from which unit."""

    id: int
    seq: int
    unit: int


class Done(msgspec.Struct, frozen=True):
    """What a plan did."""

    rows: tuple[Entry, ...] = ()
    dossiers: tuple[Gone, ...] = ()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def typed(model: type[Model], values: Values) -> dict[str, Any]:
    """Values as the columns of a table hold them."""
    columns = inspect(model).columns
    return {
        name: date.fromisoformat(value) if isinstance(columns[name].type, Date) and isinstance(value, str) else value
        for name, value in values.items()
    }


def _whole(row: Model) -> Values:
    table = str(row.__table__.name)  # type: ignore[attr-defined] # every model is of a table
    left_out = NAMED.get(table, ())
    return {name: _plain(getattr(row, name)) for name in inspect(type(row)).columns.keys() if name not in left_out}  # noqa: SIM118 - no dict


class Ledger:
    """Changes rows in the current transaction, and remembers what it changed."""

    def __init__(self) -> None:
        self._entries: list[tuple[Model, Values | None, Sequence[str]]] = []
        self._removed: list[Entry] = []

    def change(self, row: Model, **values: Any) -> None:
        """Set columns of a row."""
        before = {name: _plain(getattr(row, name)) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        self._entries.append((row, before, tuple(values)))

    def add(self, row: Model) -> None:
        """Add a row."""
        db.session.add(row)
        self._entries.append((row, None, ()))

    def remove(self, row: Model) -> None:
        """Remove a row."""
        values = _whole(row)
        table = str(row.__table__.name)  # type: ignore[attr-defined] # every model is of a table
        self._removed.append(Entry(table, int(str(values["id"])), values, None))
        db.session.delete(row)

    def entries(self) -> tuple[Entry, ...]:
        """What was changed; flushes."""
        db.session.flush()
        found = []
        for row, before, names in self._entries:
            whole = _whole(row)
            after = whole if before is None else {name: whole[name] for name in names}
            table = str(row.__table__.name)  # type: ignore[attr-defined] # every model is of a table
            found.append(Entry(table, int(str(whole["id"])), before, after))
        return (*found, *self._removed)

    def images(self) -> list[Model | tuple[str, str]]:
        """The rows for the office's log."""
        rows: list[Model | tuple[str, str]] = list(dict.fromkeys(row for row, _before, _names in self._entries))
        return [*rows, *((entry.table, str(entry.id)) for entry in self._removed)]


def standing(entries: Sequence[Entry]) -> dict[tuple[str, int], Model]:
    """The rows of these entries that are there, by table and number; a query a table."""
    found: dict[tuple[str, int], Model] = {}
    for table, model in MODELS.items():
        numbers = [entry.id for entry in entries if entry.table == table]
        if numbers:
            key = inspect(model).columns["id"]
            found |= {(table, int(row.id)): row for row in db.session.scalars(select(model).where(key.in_(numbers)))}  # type: ignore[attr-defined] # all have a number
    return found


def is_as_left(entry: Entry, row: Model | None) -> bool:
    """Whether a row is as the plan left it."""
    if entry.after is None or row is None:
        return entry.after is None and row is None
    return all(_plain(getattr(row, name)) == value for name, value in entry.after.items())


def take_back(entries: Sequence[Entry], rows: dict[tuple[str, int], Model]) -> list[Model | tuple[str, str]]:
    """Put rows back as they were before, those left out that are new units; the rows for the office's log."""
    told: list[Model | tuple[str, str]] = []
    for table in reversed(MODELS):  # what refers to others goes before them
        for entry in entries:
            row = rows.get((table, entry.id))
            if entry.table == table and entry.before is None and row is not None:
                db.session.delete(row)
                told.append((table, str(entry.id)))
        db.session.flush()
    for entry in reversed(entries):
        if entry.before is None:
            continue
        model = MODELS[entry.table]
        row = rows.get((entry.table, entry.id))
        if row is None:
            row = model(**typed(model, entry.before))
            db.session.add(row)
        else:
            for name, value in typed(model, entry.before).items():
                setattr(row, name, value)
        told.append(row)
    db.session.flush()
    return told
