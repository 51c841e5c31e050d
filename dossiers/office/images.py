"""Rows as the office's log holds them: read from the database, in values that every engine gives alike."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, DateTime, Table, and_, inspect, or_, select, type_coerce
from sqlalchemy.types import NullType, TypeEngine

from dossiers.extensions import Model, run
from dossiers.office.logged import Logged

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Image:
    """A row: what may be shown, and what stands in the personal part (persons' names; secrets as digests)."""

    shown: dict[str, Value]
    personal: dict[str, Value]


Images = dict[str, dict[str, Image]]
"""Images by table and key."""

Change = tuple[str, str, Image | None]
"""Table, key, and the row as it now stands; None when it was removed."""


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """The tables that the log keeps, by name, those referred to first."""
    return {str(table.name): table for table in Model.metadata.sorted_tables if "log" in table.info}


def rule_of(table: Table) -> Logged:
    """How rows of a table of the log stand in it."""
    found: Logged = table.info["log"]
    return found


def key_of(values: Sequence[Any]) -> str:
    """A row's primary key as one text."""
    return "/".join([str(_plain(value)) for value in values])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _truth(value: Any) -> Any:
    return bool(value) if value in (0, 1) else value


def _moment(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value).isoformat() if isinstance(value, str) else _plain(value)
    except ValueError:
        return value


_AS_WRITTEN: dict[type[TypeEngine[Any]], Callable[[Any], Any]] = {Boolean: _truth, DateTime: _moment, Date: _plain}
"""How values of a type are written in the log: days and moments in ISO 8601. What does not fit its type stays as it is:
SQLite keeps anything in any column, and such a row must be named, not stop the reading.
"""


def read(table: Table, where: ColumnElement[bool] | None = None) -> dict[str, Image]:
    """The rows of a table that the log keeps, as they stand in the current transaction, by key; one query."""
    rule = rule_of(table)
    key = list(table.primary_key.columns)
    query = select(*(type_coerce(column, NullType()) for column in table.columns)).order_by(*key)
    if where is not None:
        query = query.where(where)
    if rule.only:
        query = query.where(key[0].in_(rule.only))
    if rule.once:
        query = query.where(table.columns[rule.once])
    names = [str(column.name) for column in table.columns]
    places = [names.index(str(column.name)) for column in key]
    unlike = [(str(c.name), _AS_WRITTEN[type(c.type)]) for c in table.columns if type(c.type) in _AS_WRITTEN]
    found: dict[str, Image] = {}
    for row in run(query).all():
        values = dict(zip(names, row, strict=True))
        for name, written in unlike:
            if values[name] is not None:
                values[name] = written(values[name])
        personal = {name: values.pop(name) for name in rule.personal}
        for name in rule.digested:
            personal[name] = _digest(values.pop(name))
        found[key_of([row[place] for place in places])] = Image(values, personal)
    return found


def _digest(value: Value) -> Value:
    return None if value is None else hashlib.sha256(str(value).encode()).hexdigest()


def everything() -> Images:
    """Every row that the log keeps; one query a table."""
    return {name: read(table) for name, table in tables().items()}


def after(rows: Iterable[Model | tuple[str, str]]) -> list[Change]:
    """Rows as they stand after a flush: flushed objects, or (table, key) of rows that were removed.

    One query a table. Raises ValueError for a row of a table that the log does not keep.
    """
    changes: list[Change] = []
    wanted: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        if isinstance(row, tuple):
            changes.append((*row, None))
            continue
        state = inspect(row)
        assert isinstance(row.__table__, Table)
        name = str(row.__table__.name)
        if state.identity is None or name not in tables():
            raise ValueError(row)
        wanted.setdefault(name, []).append(state.identity)
    for name, identities in wanted.items():
        table = tables()[name]
        *first, last = table.primary_key.columns
        beginnings: dict[tuple[Any, ...], list[Any]] = {}
        for each in identities:
            beginnings.setdefault(tuple(each[:-1]), []).append(each[-1])
        same = or_(
            *(
                and_(*(part == value for part, value in zip(first, begins, strict=True)), last.in_(ends))
                for begins, ends in beginnings.items()
            )
        )
        changes += [(name, found, image) for found, image in read(table, same).items()]
    return changes
