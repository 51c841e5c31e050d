"""Lists of dossiers: the work-list with its filters, the inbox, and name search; all within one's units."""

import base64
import binascii
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam, select, tuple_

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.people.models import Person
from dossiers.units import tree
from dossiers.units.tree import Tree
from workflow.stages import STAGE_STATES, Stage

SORTS = ("since", "newest", "name", "due")


@dataclass(frozen=True)
class Filter:
    """What a work-list shows. Empty values do not filter; `after` is the cursor of the next page."""

    stage: str = ""
    state: str = ""
    unit: str = ""
    source: str = ""
    overdue: bool = False
    admitted_from: date | None = None
    admitted_to: date | None = None
    sort: str = "since"
    after: str = ""


class Item(NamedTuple):
    """A line of a list."""

    code: str
    name: str
    birth_date: date
    unit: str
    state: str
    since: date
    source: str
    turn: str | None
    due_on: date | None


@dataclass(frozen=True)
class Page:
    """Lines and the cursor of the next page ("" on the last)."""

    rows: list[Item]
    next: str = ""


def _lines(scope: Any) -> Select[Any]:
    """What a line shows, beside the list's own columns; `scope` is the list or a part of it."""
    return (
        select(
            Dossier.code, Person.full_name, Person.birth_date, Dossier.unit_id, scope.state, scope.since, scope.source,
            scope.turn, scope.due_on, scope.sort_key, scope.dossier_id,
        )
        .join(Dossier, Dossier.id == scope.dossier_id)
        .join(Person, Person.id == Dossier.person_id)
    )  # fmt: skip


def _item(row: Row[*tuple[Any, ...]], units: Tree) -> Item:
    code, name, birth_date, unit_id, state, since, source, turn, due_on, *_rest = row
    return Item(code, name, birth_date, units.name(unit_id), state, since, source, turn, due_on)


def scope_of(signed: Signed, unit_code: str) -> tuple[int, ...]:
    """The units a list is about: the one asked for if it is in reach, else all of the person's; () if not in reach."""
    units = tree.current()
    if not unit_code:
        return units.roots(signed.reading_units)
    found = units.find(unit_code, signed.reading_units)
    return (found.id,) if found is not None else ()


def _cursor(text: str) -> list[Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, binascii.Error):
        return None
    fits = isinstance(found, list) and len(found) == 2 and isinstance(found[1], int) and 0 <= found[1] < 2**31
    return found if fits else None


def _make_cursor(sort: str, row: Row[Any]) -> str:
    value = row.sort_key.hex() if sort == "name" else (row.due_on if sort == "due" else row.since).isoformat()
    return base64.urlsafe_b64encode(json.dumps([value, row.dossier_id]).encode()).decode()


def _values(f: Filter, sort: str) -> dict[str, Any]:
    """What a list is narrowed by: the values of the conditions that _page knows, by name."""
    found: dict[str, Any] = {}
    if f.state:
        found["state"] = f.state
    elif f.stage in {str(stage) for stage in Stage}:
        found["states"] = [str(state) for state in STAGE_STATES[Stage(f.stage)]]
    if f.source:
        found["source"] = f.source
    if f.overdue:
        found["today"] = clock.today()
    if f.admitted_from:
        found["admitted_from"] = f.admitted_from
    if f.admitted_to:
        found["admitted_to"] = f.admitted_to
    at = _cursor(f.after) if f.after else None
    if at is not None:
        with suppress(ValueError, TypeError):
            found["key"] = bytes.fromhex(at[0]) if sort == "name" else date.fromisoformat(at[0])
            found["number"] = at[1]
    return found


@lru_cache(maxsize=256)
def _page(sort: str, narrowed: frozenset[str], several: bool) -> Select[Any]:
    """The query of a page: in an order, narrowed by the values of these names, for one unit or several.

    Built once for each kind of page; a page is then only asked for. Its order is that of an index, so that it costs
    the same on the first page of any list.
    """
    column: Any = {"name": Scope.sort_key, "due": Scope.due_on}.get(sort, Scope.since)
    here, there = tuple_(column, Scope.dossier_id), tuple_(bindparam("key", type_=column.type), bindparam("number"))
    known: dict[str, ColumnElement[bool]] = {
        "state": Scope.state == bindparam("state"),
        "states": Scope.state.in_(bindparam("states", expanding=True)),
        "source": Scope.source == bindparam("source"),
        "today": Scope.due_on < bindparam("today"),
        "admitted_from": Scope.admitted_on >= bindparam("admitted_from"),
        "admitted_to": Scope.admitted_on <= bindparam("admitted_to"),
        "key": here < there if sort == "newest" else here > there,
    }
    one, many = Scope.ancestor_id == bindparam("unit"), Scope.ancestor_id.in_(bindparam("units", expanding=True))
    conditions = [many if several else one, *(condition for name, condition in known.items() if name in narrowed)]
    if sort == "due":
        conditions.append(Scope.due_on.is_not(None))
    query = select(Scope).where(*conditions).limit(bindparam("limit"))
    inner = _ordered(query, column, Scope.dossier_id, sort).subquery().c
    inner_column: Any = {"name": inner.sort_key, "due": inner.due_on}.get(sort, inner.since)
    return _ordered(_lines(inner), inner_column, inner.dossier_id, sort)


def _ordered(query: Select[Any], column: Any, number: Any, sort: str) -> Select[Any]:
    return query.order_by(column.desc(), number.desc()) if sort == "newest" else query.order_by(column, number)


def page(f: Filter, signed: Signed, size: int) -> Page:
    """A page of the work-list; the scope is part of the query."""
    units = scope_of(signed, f.unit)
    if not units:
        return Page([])
    sort = f.sort if f.sort in SORTS else "since"
    values = _values(f, sort)
    mine = {"units": units} if len(units) > 1 else {"unit": units[0]}
    # A dossier can be seen by several of one's units; each of them gives a full page at most.
    query = _page(sort, frozenset(values), len(units) > 1)
    rows: Sequence[Row[Any]] = run(query, {**values, **mine, "limit": (size + 1) * len(units)}).all()
    if len(units) > 1:
        rows = list({row.dossier_id: row for row in rows}.values())
    more = len(rows) > size
    rows = rows[:size]
    names_of = tree.current()
    return Page([_item(row, names_of) for row in rows], _make_cursor(sort, rows[-1]) if more else "")
