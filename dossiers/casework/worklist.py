"""Lists of dossiers: the work-list with its filters, the inbox, and name search; all within one's units."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, tuple_

from dossiers import clock, names
from dossiers.accounts.grants import BLIND, Signed
from dossiers.casework import search
from dossiers.casework.models import Dossier, Person, Scope
from dossiers.extensions import db
from dossiers.units import services as units_of_tree
from dossiers.units.models import Unit, UnitAncestor
from workflow.roles import Role
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


@dataclass(frozen=True)
class Item:
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


@dataclass
class Group:
    """The lines of an inbox for one role."""

    role: Role
    rows: list[Item] = field(default_factory=list)
    more: bool = False


_COLUMNS = (
    Dossier.code,
    Person.full_name,
    Person.birth_date,
    Unit.name.label("unit"),
    Scope.state,
    Scope.since,
    Scope.source,
    Scope.turn,
    Scope.due_on,
    Scope.sort_key,
    Scope.dossier_id,
)


def roots(signed: Signed) -> tuple[int, ...]:
    """The person's reading units without those that lie under another of them; one query when there are several."""
    units = signed.reading_units
    if len(units) < 2:
        return units
    covered = set(
        db.session.scalars(
            select(UnitAncestor.unit_id).where(
                UnitAncestor.unit_id.in_(units), UnitAncestor.ancestor_id.in_(units), UnitAncestor.depth > 0
            )
        )
    )
    return tuple(unit for unit in units if unit not in covered)


def scope_of(signed: Signed, unit_code: str) -> tuple[int, ...]:
    """The units a list is about: the one asked for if it is in reach, else all of the person's; () if not in reach."""
    if not unit_code:
        return roots(signed)
    found = units_of_tree.id_in_reach(unit_code, signed.reading_units)
    return (found,) if found is not None else ()


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


def _conditions(f: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if f.state:
        found.append(Scope.state == f.state)
    elif f.stage in {str(stage) for stage in Stage}:
        found.append(Scope.state.in_([str(state) for state in STAGE_STATES[Stage(f.stage)]]))
    if f.source:
        found.append(Scope.source == f.source)
    if f.overdue:
        found.append(Scope.due_on < clock.today())
    if f.admitted_from:
        found.append(Scope.admitted_on >= f.admitted_from)
    if f.admitted_to:
        found.append(Scope.admitted_on <= f.admitted_to)
    return found


def page(f: Filter, signed: Signed, size: int) -> Page:
    """A page of the work-list; the scope is part of the query. Constant cost: indexes give order and cursor."""
    units = scope_of(signed, f.unit)
    if not units:
        return Page([])
    sort = f.sort if f.sort in SORTS else "since"
    conditions = [Scope.ancestor_id.in_(units) if len(units) > 1 else Scope.ancestor_id == units[0], *_conditions(f)]
    key: Any = {"name": Scope.sort_key, "due": Scope.due_on}.get(sort, Scope.since)
    if sort == "due":
        conditions.append(Scope.due_on.is_not(None))
    at = _cursor(f.after) if f.after else None
    if at is not None:
        try:
            value: Any = bytes.fromhex(at[0]) if sort == "name" else date.fromisoformat(at[0])
        except (ValueError, TypeError):
            value = None
        if value is not None:
            here, there = tuple_(key, Scope.dossier_id), tuple_(value, at[1])
            conditions.append(here < there if sort == "newest" else here > there)
    order = (key.desc(), Scope.dossier_id.desc()) if sort == "newest" else (key, Scope.dossier_id)
    inner = select(Scope).where(and_(*conditions)).order_by(*order).limit((size + 1) * len(units)).subquery()
    columns = [
        Dossier.code, Person.full_name, Person.birth_date, Unit.name.label("unit"), inner.c.state, inner.c.since,
        inner.c.source, inner.c.turn, inner.c.due_on, inner.c.sort_key, inner.c.dossier_id,
    ]  # fmt: skip
    inner_key = {"name": inner.c.sort_key, "due": inner.c.due_on}.get(sort, inner.c.since)
    inner_order = (inner_key.desc(), inner.c.dossier_id.desc()) if sort == "newest" else (inner_key, inner.c.dossier_id)
    rows = db.session.execute(
        select(*columns)
        .select_from(inner)
        .join(Dossier, Dossier.id == inner.c.dossier_id)
        .join(Person, Person.id == Dossier.person_id)
        .join(Unit, Unit.id == Dossier.unit_id)
        .order_by(*inner_order)
    ).all()
    if len(units) > 1:
        rows = list({row.dossier_id: row for row in rows}.values())
    more = len(rows) > size
    rows = rows[:size]
    return Page([_item(row) for row in rows], _make_cursor(sort, rows[-1]) if more else "")


def _item(row: Any) -> Item:
    return Item(
        row.code, row.full_name, row.birth_date, row.unit, row.state, row.since, row.source, row.turn, row.due_on
    )


def inbox(signed: Signed, size: int = 50) -> list[Group]:
    """What waits for each of the person's roles, most urgent first: late, then by deadline, then the longest."""
    groups: list[Group] = []
    by_role: dict[Role, list[int]] = {}
    for role, unit in signed.grants:
        if role not in BLIND:
            by_role.setdefault(role, []).append(unit)
    for role, units in by_role.items():
        group = Group(role)
        for dated in (True, False):
            wanted = size + 1 - len(group.rows)
            if wanted <= 0:
                break
            due = Scope.due_on.is_not(None) if dated else Scope.due_on.is_(None)
            rows = db.session.execute(
                select(*_COLUMNS)
                .join(Dossier, Dossier.id == Scope.dossier_id)
                .join(Person, Person.id == Dossier.person_id)
                .join(Unit, Unit.id == Dossier.unit_id)
                .where(Scope.ancestor_id.in_(units), Scope.turn == str(role), due)
                .order_by(Scope.due_on if dated else Scope.since, Scope.dossier_id)
                .limit(wanted)
            ).all()
            group.rows += [_item(row) for row in rows]
        group.more = len(group.rows) > size
        group.rows = group.rows[:size]
        groups.append(group)
    return groups


def find(query: str, signed: Signed, size: int = 50) -> tuple[list[Item], bool]:
    """Dossiers by name (accents not needed, exact accents first) or by code; and whether there are more.

    Names are ranked first, with nothing but names in hand; only a page of them is then read whole.
    """
    units = roots(signed)
    query = " ".join(query.split())[:120]
    if not query or not units:
        return [], False
    matches = search.find(query, units)
    by_code = db.session.scalar(select(Dossier.id).where(Dossier.code == query.upper()))
    typed, folded = query.lower(), names.fold(query)

    def rank(match: Any) -> tuple[int, int, str]:
        name = match.full_name.lower()
        exact = 0 if name == typed else 1 if typed in name else 2
        return exact, 0 if folded in match.folded else 1, match.folded

    found = [match.id for match in sorted(matches, key=rank)[: size + 1]]
    if by_code is not None and by_code not in found:
        found.insert(0, by_code)
    rows = db.session.execute(
        select(*_COLUMNS)
        .join(Dossier, Dossier.id == Scope.dossier_id)
        .join(Person, Person.id == Dossier.person_id)
        .join(Unit, Unit.id == Dossier.unit_id)
        .where(Scope.ancestor_id.in_(units), Scope.dossier_id.in_(found))
    ).all()
    unique = {row.dossier_id: row for row in rows}
    ordered = [unique[dossier_id] for dossier_id in found if dossier_id in unique]
    return [_item(row) for row in ordered[:size]], len(matches) > size
