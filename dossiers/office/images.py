"""Rows as the office's log holds them: read from the database, in values that every engine gives alike."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, inspect, or_, select

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


def plain(value: Any) -> Value:
    """A column's value as JSON holds it: days and moments in ISO 8601, the rest as it is."""
    return value.isoformat() if isinstance(value, date) else value


def key_of(values: Iterable[Any]) -> str:
    """A row's primary key as one text."""
    return "/".join(str(plain(value)) for value in values)


def read(table: Table, where: ColumnElement[bool] | None = None) -> dict[str, Image]:
    """The rows of a table that the log keeps, as they stand in the current transaction, by key; one query."""
    rule = rule_of(table)
    key = list(table.primary_key.columns)
    query = select(table).order_by(*key)
    if where is not None:
        query = query.where(where)
    if rule.only:
        query = query.where(key[0].in_(rule.only))
    hidden = rule.personal | rule.digested
    found: dict[str, Image] = {}
    for row in run(query).mappings():
        values = {str(column.name): plain(row[column]) for column in table.columns}
        shown = {name: value for name, value in values.items() if name not in hidden}
        personal = {name: values[name] for name in rule.personal}
        personal.update({name: _digest(values[name]) for name in rule.digested})
        found[key_of(row[column] for column in key)] = Image(shown, personal)
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
        name = str(row.__table__.name)  # type: ignore[attr-defined]
        if state.identity is None or name not in tables():
            raise ValueError(row)
        wanted.setdefault(name, []).append(state.identity)
    for name, identities in wanted.items():
        table = tables()[name]
        key = list(table.primary_key.columns)
        same = or_(*(and_(*(part == value for part, value in zip(key, each, strict=True))) for each in identities))
        changes += [(name, found, image) for found, image in read(table, same).items()]
    return changes
