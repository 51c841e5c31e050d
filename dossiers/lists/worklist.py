"""The work-list: what it is narrowed by, in which order it stands, page by page; all within one's units.

A list is read as ranges of an index of the scope table, each cut at a page's length and then merged, so that the first
page costs the same however many dossiers there are. An order that no index has (by step, by whose turn it is) is a
range for each of its values, one after the other.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework import counts
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.people.models import Person
from dossiers.units import tree
from dossiers.units.tree import Tree
from workflow.facts import Source
from workflow.roles import Role
from workflow.stages import DONE, STAGE_STATES, Stage, State

ORDERS = ("name", "unit", "state", "since", "turn", "due", "admitted")
"""By what a list can be sorted; with “-” before it the other way round."""

SORTS = tuple(sign + order for order in ORDERS for sign in ("", "-"))
RUNNING, FINISHED, EVERY = "0", "1", "all"
"""Which dossiers a list holds: those with something left to do, those without, all."""
PARTS = (RUNNING, FINISHED, EVERY)
_DONE = {RUNNING: (False,), FINISHED: (True,), EVERY: (False, True)}

COUNTED = 1000
"""Up to so many hits are counted exactly; more only where the number is kept anyway."""
SCANNED = 2000
"""So many lines are looked at to count those that fit a condition no index has."""
PRINTED = 1000
"""So many lines are printed at most."""
_APART = 6
"""Up to so many units are read each for itself."""
_AHEAD = {"state": 3, "turn": 4}
"""In so many places (see Range) a page is looked for first, as it nearly always ends there; one in other orders."""


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
    ended: str = ""
    sort: str = ""
    after: str = ""

    @property
    def part(self) -> str:
        """Which dossiers are asked for: a step says it; unsaid, all of a stage or a year, else those that run."""
        if self.state:
            return FINISHED if State(self.state) in DONE else RUNNING
        return self.ended or (EVERY if self.stage or self.by_admission else RUNNING)

    @property
    def by_admission(self) -> bool:
        """Whether days of admission narrow it."""
        return bool(self.admitted_from or self.admitted_to)

    @property
    def states(self) -> tuple[str, ...]:
        """The steps it is narrowed to, of the dossiers that are asked for; () for none in particular."""
        if not (self.state or self.stage):
            return ()
        chosen = (State(self.state),) if self.state else STAGE_STATES[Stage(self.stage)]
        return tuple(str(state) for state in chosen if (state in DONE) in _DONE[self.part])

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be in it: a stage that leads on, among those that are done."""
        return bool(self.stage) and not self.states

    @property
    def order(self) -> str:
        """The order it stands in: what was asked for if that can be, else what fits what it is narrowed by."""
        if self.sort in SORTS and self.sort.lstrip("-") in self.orders:
            return self.sort
        return "due" if self.overdue else "admitted" if self.by_admission else "since"

    @property
    def orders(self) -> tuple[str, ...]:
        """What it can be sorted by. In a step it is nearly always the same one's turn; days of admission sort alone."""
        if self.by_admission:
            return ("admitted",)
        return tuple(order for order in ORDERS if order != "admitted" and not (order == "turn" and self.states))

    def parameters(self, **other: Any) -> dict[str, str]:
        """What stands for it in an address, without what is empty; `other` fields in their place."""
        f = replace(self, **{"after": "", **other})
        days = {
            name: f"{value:%d/%m/%Y}"
            for name, value in (("admitted_from", f.admitted_from), ("admitted_to", f.admitted_to))
            if value
        }
        told = {
            "stage": f.stage, "state": f.state, "unit": f.unit, "source": f.source, "overdue": "1" if f.overdue else "",
            **days, "ended": f.ended, "sort": f.sort, "after": f.after,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value}


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


@dataclass(frozen=True)
class Hits:
    """How many dossiers a list holds; not `exact`: more than that, as far as was counted."""

    number: int
    exact: bool = True


def _lines(scope: Any) -> Select[Any]:
    """What a line shows, beside the list's own columns; `scope` is the list or a part of it."""
    return (
        select(
            Dossier.code, Person.full_name, Person.birth_date, Dossier.unit_id, scope.state, scope.since, scope.source,
            scope.turn, scope.due_on, scope.dossier_id,
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


# --- the orders, and the ranges each is read in ---


class Range(NamedTuple):
    """A range of an index: what is equal in it, and its place among the others; one place: they are merged by the key.

    `dated`: whether its lines have a deadline (None: that does not matter).
    """

    place: int
    state: str | None = None
    done: bool | None = None
    turn: str | None = ""
    dated: bool | None = None


KEYS: dict[str, tuple[Any, ...]] = {
    "name": (Scope.sort_key,),
    "unit": (Scope.unit_code, Scope.sort_key),
    "state": (Scope.since,),
    "since": (Scope.since,),
    "turn": (Scope.due_on,),
    "due": (Scope.due_on,),
    "admitted": (Scope.admitted_on,),
}
"""The columns a range is sorted by; the dossier's number comes last."""


_ONLY: dict[str | None, tuple[Source, ...]] = {
    str(Role.YOUTH_OFFICER): (Source.YOUTH_UNION,),
    str(Role.UNION_OFFICER): (Source.TRADE_UNION,),
    str(State.NOMINATED): (Source.YOUTH_UNION, Source.TRADE_UNION),
}
"""Whose turn it is, and which step there is, only with some sources: among others nobody need be looked for."""


@lru_cache(maxsize=512)
def _ranges(order: str, backwards: bool, states: tuple[str, ...], part: str) -> tuple[Range, ...]:
    """The ranges a list is read in, in their order."""
    done = _DONE[part]
    if order == "admitted":
        return (Range(0),)
    if order == "state":
        known = states or tuple(str(state) for state in State if (state in DONE) in done)
        return tuple(Range(place, state=state) for place, state in enumerate(known[::-1] if backwards else known))
    if order == "turn":
        roles = tuple(map(str, Role)) if False in done else ()
        held = [Range(0, done=False, turn=role) for role in (roles[::-1] if backwards else roles)]
        held += [Range(0, done=ended, turn=None) for ended in done]
        return tuple(
            found._replace(place=2 * place + late, dated=not late)
            for place, found in enumerate(held)
            for late in (0, 1)
        )
    parts = [Range(0, state=state) for state in states] or [Range(0, done=ended) for ended in done]
    if order == "due":
        return tuple(found._replace(place=late, dated=not late) for late in (0, 1) for found in parts)
    return tuple(parts)


def _is_in(found: Range) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if found.state is not None:
        conditions.append(Scope.state == found.state)
    if found.done is not None:
        conditions.append(Scope.done == found.done)
    if found.turn is None:
        conditions.append(Scope.turn.is_(None))
    elif found.turn:
        conditions.append(Scope.turn == found.turn)
    if found.dated is not None:
        conditions.append(Scope.due_on.is_not(None) if found.dated else Scope.due_on.is_(None))
    return conditions


# --- narrowing, and the cursor ---

_NARROWING: dict[str, ColumnElement[bool]] = {
    "source": Scope.source == bindparam("source"),
    "today": Scope.due_on < bindparam("today"),
    "admitted_from": Scope.admitted_on >= bindparam("admitted_from"),
    "admitted_to": Scope.admitted_on <= bindparam("admitted_to"),
    "late": Scope.dossier_id.in_(bindparam("late", expanding=True)),
}
"""The conditions beside the ranges, by the values they want."""


def _values(f: Filter) -> dict[str, Any]:
    """What a list is narrowed by beside its ranges."""
    found = {
        "source": f.source,
        "today": clock.today() if f.overdue else None,
        "admitted_from": f.admitted_from,
        "admitted_to": f.admitted_to,
    }
    return {name: value for name, value in found.items() if value}


def _cursor(order: str, text: str) -> tuple[int, list[Any], int] | None:
    """Where the page before ended: the range, the key in it, the dossier; None for what is none of ours."""
    try:
        place, key, number = json.loads(base64.urlsafe_b64decode(text.encode()))
        if not (isinstance(place, int) and isinstance(number, int) and 0 <= number < 2**31):
            return None
        read = [_READERS[column.key](value) for column, value in zip(KEYS[order], key, strict=True)]
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return None
    return place, read, number


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _word(text: str) -> str:
    if not text.isprintable():
        raise ValueError(text)
    return text


_READERS: dict[str, Any] = {
    "sort_key": bytes.fromhex, "unit_code": _word, "since": date.fromisoformat, "admitted_on": date.fromisoformat,
    "due_on": _day,
}  # fmt: skip


def _make_cursor(order: str, row: Row[Any]) -> str:
    values = [getattr(row, column.key) for column in KEYS[order]]
    key = [v.hex() if isinstance(v, bytes) else v.isoformat() if isinstance(v, date) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps([row.place, key, row.dossier_id]).encode()).decode()


# --- a page ---


@lru_cache(maxsize=512)
def _page(
    order: str,
    backwards: bool,
    ranges: tuple[Range, ...],
    narrowed: frozenset[str],
    units: int,
    resumes: bool,
) -> Question:
    """The query of a page: its ranges, narrowed by the values of these names, for so many units (0: any number, read
    together), from where the page before ended if it `resumes`.

    Built once for each kind of page; a page is then only asked for. Each range stands in the order of an index.
    """
    columns = KEYS[order]
    parts = []
    is_alone = len(ranges) == 1 and units == 1
    # Of several ranges only what orders them is read, and the lines of those that are shown: an index holds that.
    read = (Scope.ancestor_id, Scope.dossier_id, *columns)
    for found in ranges:
        here = [*columns, Scope.dossier_id] if found.dated is not False else [Scope.dossier_id]
        # What is empty in a whole range is sorted by too: that names the index to PostgreSQL.
        sorted_by = [*([Scope.turn] if found.turn is None else []), *columns, Scope.dossier_id]
        conditions = [*_is_in(found), *(_NARROWING[name] for name in sorted(narrowed))]
        if resumes and found.place == ranges[0].place:
            conditions.append(_beyond(here, backwards))
        sorting = [column.desc() if backwards else column for column in sorted_by]
        for nr in range(units) if units else (None,):
            of = Scope.ancestor_id.in_(bindparam("units", expanding=True))
            mine = of if nr is None else Scope.ancestor_id == bindparam(f"unit{nr}")
            query = _keyed(_lines(Scope), Scope, columns) if is_alone else select(*read)
            query = query.add_columns(literal(found.place).label("place")).where(mine, *conditions)
            parts.append(query.order_by(*sorting).limit(bindparam("limit")))
    if is_alone:
        return Question(parts[0])
    inner = _merged(parts, columns, backwards).subquery().c
    lines = _keyed(_lines_of(inner), inner, columns)
    return Question(lines.add_columns(inner.place).order_by(*_in_order(inner, columns, backwards)))


def _keyed(lines: Select[Any], of: Any, columns: tuple[Any, ...]) -> Select[Any]:
    """Lines with the columns they stand in order by, as far as a line does not have them: a cursor is made of these."""
    told = {column.key for column in lines.selected_columns}
    return lines.add_columns(*(getattr(of, column.key) for column in columns if column.key not in told))


def _lines_of(part: Any) -> Select[Any]:
    """The lines of these pairs of a unit and a dossier."""
    return _lines(Scope).join(
        part.dossier_id.table, and_(Scope.ancestor_id == part.ancestor_id, Scope.dossier_id == part.dossier_id)
    )


def _merged(parts: Sequence[Select[Any]], columns: tuple[Any, ...], backwards: bool) -> Select[Any]:
    """The first lines of all ranges together."""
    every = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(every).order_by(*_in_order(every.c, columns, backwards)).limit(bindparam("most"))


def _in_order(of: Any, columns: tuple[Any, ...], backwards: bool) -> list[Any]:
    last = [*(of[column.key] for column in columns), of.dossier_id]
    return [of.place, *(column.desc() if backwards else column for column in last)]


def _beyond(here: list[Any], backwards: bool) -> ColumnElement[bool]:
    """Lines behind the cursor, in an order of these columns."""
    at = [bindparam(f"at_{column.key}", type_=column.type) for column in here]
    behind: ColumnElement[bool] = tuple_(*here) < tuple_(*at) if backwards else tuple_(*here) > tuple_(*at)
    return behind


_IN_STATES = Scope.state.in_(bindparam("states", expanding=True))
_IN_PART = Scope.done.in_(bindparam("done", expanding=True))
_WITHOUT_DAY = ("name", "unit", "since")
"""Orders whose indexes do not say what is overdue: of few such dossiers, all are found by their day first."""
_LATE = {
    by_states: select(Scope.dossier_id)
    .where(
        Scope.ancestor_id.in_(bindparam("units", expanding=True)),
        _IN_STATES if by_states else _IN_PART,
        _NARROWING["today"],
    )
    .distinct()
    .limit(bindparam("limit"))
    for by_states in (False, True)
}


def _part(f: Filter) -> dict[str, Any]:
    """The steps a list is narrowed to, or else whether its dossiers are done."""
    return {"states": f.states} if f.states else {"done": _DONE[f.part]}


def page(f: Filter, signed: Signed, size: int) -> Page:
    """A page of the work-list; the scope is part of the query."""
    units = scope_of(signed, f.unit)
    if not units or f.is_empty:
        return Page([])
    order, backwards = f.order.lstrip("-"), f.order.startswith("-")
    ranges, values = _ranges(order, backwards, f.states, f.part), _values(f)
    if f.overdue:
        ranges = tuple(found for found in ranges if found.dated is not False)
    if f.source:
        of = Source(f.source)
        ranges = tuple(r for r in ranges if of in _ONLY.get(r.turn, (of,)) and of in _ONLY.get(r.state, (of,)))
    if f.overdue and order in _WITHOUT_DAY:
        late = run(_LATE[bool(f.states)], {**values, **_part(f), "units": units, "limit": COUNTED + 1}).scalars().all()
        if len(late) <= COUNTED:  # they are sorted; of more, enough stand in any order
            ranges, values = (Range(0),), {"late": late, **({"source": f.source} if f.source else {})}
    narrowed = frozenset(values)
    at = _cursor(order, f.after) if f.after else None
    if at is not None:
        place, key, number = at
        ranges = tuple(found for found in ranges if found.place >= place)
        at = at if ranges and ranges[0].place == place else None
        values |= {f"at_{column.key}": value for column, value in zip(KEYS[order], key, strict=True)}
        values["at_dossier_id"] = number
    if not ranges:
        return Page([])
    # A dossier can be seen by several of one's units; each of them gives a full page at most.
    apart = len(units) if len(units) <= _APART else 0
    mine = {f"unit{nr}": unit for nr, unit in enumerate(units)} if apart else {"units": units}
    values |= {**mine, "limit": (size + 1) * (1 if apart else len(units)), "most": (size + 1) * len(units)}
    first = tuple(found for found in ranges if found.place < ranges[0].place + _AHEAD.get(order, 1))
    rows = _read(_page(order, backwards, first, narrowed, apart, at is not None), values, apart)
    if len(rows) <= size and first != ranges:
        rows = _read(_page(order, backwards, ranges, narrowed, apart, at is not None), values, apart)
    more = len(rows) > size
    rows = rows[:size]
    names_of = tree.current()
    return Page([_item(row, names_of) for row in rows], _make_cursor(order, rows[-1]) if more else "")


def _read(query: Question, values: dict[str, Any], apart: int) -> Sequence[Row[Any]]:
    rows = run(query, values).all()
    return rows if apart == 1 else list({row.dossier_id: row for row in rows}.values())


# --- how many ---


@lru_cache(maxsize=256)
def _counting(narrowed: frozenset[str], by_states: bool, one: bool, several: bool) -> Question:
    """The query that counts what fits among a bounded number of lines: (lines looked at, lines that fit). With `one`
    step, or part of the list, they stand in the order of an index, so that PostgreSQL reads no table whole.
    """
    known = {**_NARROWING, "part": _IN_STATES if by_states else _IN_PART}
    asked = {*narrowed, "part"}
    days = asked & {"admitted_from", "admitted_to"}
    indexed = days or asked & {"part", "today"}
    rest = [known[name] for name in sorted(asked - indexed)]
    mine = (
        Scope.ancestor_id.in_(bindparam("units", expanding=True)) if several else Scope.ancestor_id == bindparam("unit")
    )
    fits = [case((and_(*rest), 1), else_=0).label("fits")] if rest else []
    query = select(Scope.dossier_id, *fits).where(mine, *(known[name] for name in sorted(indexed)))
    if several:
        query = query.distinct()
    elif one or days:
        query = query.order_by(Scope.admitted_on if days else Scope.due_on if "today" in asked else Scope.since)
    looked = query.limit(bindparam("limit")).subquery()
    fitting = func.coalesce(func.sum(looked.c.fits), 0) if rest else func.count()
    return Question(select(func.count(), fitting).select_from(looked))


def hits(f: Filter, signed: Signed) -> Hits:
    """How many dossiers the list holds, all pages together."""
    units = scope_of(signed, f.unit)
    if not units or f.is_empty:
        return Hits(0)
    values, states = _values(f), f.states
    is_indexed = not f.source and not (f.by_admission and (f.overdue or states or f.part != EVERY))
    limit = COUNTED if is_indexed else SCANNED
    part = _part(f)
    is_one = all(len(values_of) == 1 for values_of in part.values())
    query = _counting(frozenset(values), bool(states), is_one, len(units) > 1)
    mine = {"units": units} if len(units) > 1 else {"unit": units[0]}
    looked, fitting = run(query, {**values, **part, **mine, "limit": limit + 1}).one()
    if looked <= limit:
        return Hits(int(fitting))
    if not values and len(units) == 1:
        wanted = states or tuple(str(state) for state in State if (state in DONE) in _DONE[f.part])
        kept = counts.by_state(units).get(units[0], {})
        return Hits(sum(kept.get(state, 0) for state in wanted))
    return Hits(min(int(fitting), COUNTED), exact=False)
