"""Figures for the classification of organisations at the end of a year: a line an organisation, each with its dossiers.

Of a year: admissions (by the day of the decision, as quotas count), recognitions in time and late, those whom a
deadline of recognition has passed by, removals of members, and whether the source is enough: what was admitted and what
is under way reach the quota.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Date, bindparam, func, select, union_all

from dossiers.asking import Question
from dossiers.casework import counts
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.languages import gettext as _
from dossiers.lists.probationers import MOST, probationers
from dossiers.lists.worklist import Item, _item, _lines
from dossiers.quotas.models import Quota
from dossiers.rules import services as rules
from dossiers.sheets import Cell, Sheet
from dossiers.units import tree
from dossiers.units.tree import Node
from workflow import due
from workflow.facts import DossierFacts
from workflow.route import UnitKind
from workflow.stages import STAGE_STATES, Stage, State

ORGANISATIONS = (UnitKind.GRASSROOTS_COMMITTEE, UnitKind.GRASSROOTS_CELL)
KINDS = ("admitted", "in_time", "late", "overdue", "removed", "source")
"""What is counted, in the order of the columns."""
SHOWN = 100
"""So many organisations stand on a page."""
READ = 5000
"""So many dossiers of a year are read for a page."""

_FACTS = msgspec.json.Decoder(DossierFacts)
_UNDER_WAY = tuple(
    str(state)
    for stage in (Stage.SOURCING, Stage.TRAINING, Stage.VERIFICATION, Stage.ADMISSION)
    for state in STAGE_STATES[stage]
)
_LEFT = (State.REMOVED, State.TRANSFERRED_OUT, State.DECEASED)
_FIRST, _LAST = bindparam("first", type_=Date()), bindparam("last", type_=Date())
_OF_UNIT = Scope.ancestor_id == bindparam("unit")
_WHO_LEFT = [
    select(Scope.dossier_id).where(_OF_UNIT, Scope.state == str(state), Scope.since >= _FIRST) for state in _LEFT
]
_MET = union_all(
    select(Scope.dossier_id).where(_OF_UNIT, Scope.state == str(State.OFFICIAL), Scope.since.between(_FIRST, _LAST)),
    *_WHO_LEFT,
).subquery()  # each state is a range of an index
_OF_YEAR = Question(
    select(Dossier.code, Dossier.unit_id, Dossier.state, Dossier.facts, Dossier.rulebook)
    .join(_MET, _MET.c.dossier_id == Dossier.id)
    .limit(bindparam("limit"))
)
_WAS_ADMITTED = (_OF_UNIT, Scope.admitted_on.between(_FIRST, _LAST))
_ADMITTED = Question(
    select(Dossier.unit_id, func.count())
    .join(Scope, Scope.dossier_id == Dossier.id)
    .where(*_WAS_ADMITTED)
    .group_by(Dossier.unit_id)
)
_QUOTAS = Question(
    select(Quota.unit_id, Quota.amount).where(
        Quota.year == bindparam("year"), Quota.unit_id.in_(bindparam("units", expanding=True))
    )
)


@dataclass(frozen=True)
class Line:
    """The figures of a unit: a number a kind, and its quota of the year (None: none was given)."""

    unit: Node
    numbers: dict[str, int]
    quota: int | None

    @property
    def is_met(self) -> bool | None:
        """Whether what was admitted and what is under way reach the quota."""
        return None if self.quota is None else self.numbers["admitted"] + self.numbers["source"] >= self.quota


@dataclass(frozen=True)
class Figures:
    """The figures of a unit and of the organisations in it, a page of them; `more`: a year has more than is read."""

    year: int
    as_of: date
    own: Line
    lines: tuple[Line, ...]
    pages: bool
    more: bool


@dataclass(frozen=True)
class _Counted:
    kind: str
    code: str
    unit_id: int


def figures(unit: Node, year: int, as_of: date, page: int = 1) -> Figures:
    """The figures of a year up to a day; five queries, whatever the number of organisations."""
    found, more = _counted(unit, year, as_of)
    admitted = dict(run(_ADMITTED, _asked(unit, year, as_of)).all())
    organisations = [node for node in tree.current().below((unit.id,), ORGANISATIONS) if node.id != unit.id]
    shown = organisations[(page - 1) * SHOWN : page * SHOWN]
    asked = [unit.id, *(node.id for node in shown)]
    quotas = dict(run(_QUOTAS, {"year": year, "units": asked}).all())
    states = counts.by_state(asked)
    numbers: dict[int, Counter[str]] = {number: Counter() for number in asked}
    for one in found:
        _add(numbers, unit.id, one.unit_id, one.kind, 1)
    for unit_id, count in admitted.items():
        _add(numbers, unit.id, unit_id, "admitted", count)
    for number, by_state in states.items():
        numbers[number]["source"] = sum(by_state.get(state, 0) for state in _UNDER_WAY)

    def line(node: Node) -> Line:
        return Line(node, {kind: numbers[node.id][kind] for kind in KINDS}, quotas.get(node.id))

    lines = tuple(line(node) for node in shown)
    return Figures(year, as_of, line(unit), lines, len(organisations) > page * SHOWN, more)


def _add(numbers: dict[int, Counter[str]], whole: int, unit_id: int, kind: str, count: int) -> None:
    """Count for the whole, and for the organisation the cell lies in."""
    numbers[whole][kind] += count
    part = tree.current().place(unit_id).unit_of(*ORGANISATIONS)
    if part is not None and part != whole and part in numbers:
        numbers[part][kind] += count


def _asked(unit: Node, year: int, as_of: date) -> dict[str, Any]:
    return {"unit": unit.id, "first": date(year, 1, 1), "last": min(as_of, date(year, 12, 31))}


def _counted(unit: Node, year: int, as_of: date) -> tuple[list[_Counted], bool]:
    """What is read dossier by dossier: recognitions, removals, and whom a deadline has passed by; two queries."""
    asked, books, calendar = _asked(unit, year, as_of), rules.books(), rules.calendar()
    first, last = asked["first"], asked["last"]
    rows = run(_OF_YEAR, {**asked, "limit": READ + 1}).all()
    found = []
    for row in {row.code: row for row in rows[:READ]}.values():
        facts = _FACTS.decode(row.facts)
        recognised, left = facts.recognised_on, facts.left_on
        if recognised is not None and first <= recognised <= last:
            is_late = due.is_late(facts, books[row.rulebook], calendar, recognised)
            found.append(_Counted("late" if is_late else "in_time", row.code, row.unit_id))
        if row.state == State.REMOVED and left is not None and first <= left <= last:
            found.append(_Counted("removed", row.code, row.unit_id))
    waiting = probationers((unit.id,), last, MOST)
    found += [_Counted("overdue", line.code, line.unit_id) for line in waiting if line.is_late]
    return found, len(rows) > READ


_BY_NAME = _lines(Scope).order_by(Scope.sort_key, Scope.dossier_id).limit(bindparam("limit"))
_OF_EACH_STATE = union_all(
    *(
        select(
            select(Scope.dossier_id, Scope.sort_key)
            .where(_OF_UNIT, Scope.state == state)
            .order_by(Scope.sort_key, Scope.dossier_id)
            .limit(bindparam("limit"))
            .subquery()
        )
        for state in _UNDER_WAY
    )
).subquery()  # the first names of each state, each a range of an index
_FIRST_OF_SOURCE = (
    select(_OF_EACH_STATE.c.dossier_id)
    .order_by(_OF_EACH_STATE.c.sort_key, _OF_EACH_STATE.c.dossier_id)
    .limit(bindparam("limit"))
    .subquery()
)
_ITEMS = {
    "admitted": _BY_NAME.where(*_WAS_ADMITTED),
    "source": _BY_NAME.join(_FIRST_OF_SOURCE, _FIRST_OF_SOURCE.c.dossier_id == Scope.dossier_id).where(_OF_UNIT),
}
# In no order of the database, which would look through all names of the unit for a few codes.
_BY_CODE = Question(
    _lines(Scope).add_columns(Scope.sort_key).where(_OF_UNIT, Dossier.code.in_(bindparam("codes", expanding=True)))
)


def dossiers(kind: str, unit: Node, year: int, as_of: date) -> tuple[list[Item], bool]:
    """The dossiers behind a number, in the order of names, and whether there are more than are shown."""
    if kind in _ITEMS:
        asked = _asked(unit, year, as_of) if kind == "admitted" else {"unit": unit.id}
        rows = run(_ITEMS[kind], {**asked, "limit": MOST + 1}).all()
    else:
        codes = [one.code for one in _counted(unit, year, as_of)[0] if one.kind == kind][: MOST + 1]
        found = run(_BY_CODE, {"unit": unit.id, "codes": codes}).all() if codes else ()
        rows = sorted(found, key=lambda row: (row.sort_key, row.dossier_id))
    units = tree.current()
    return [_item(row, units) for row in rows[:MOST]], len(rows) > MOST


def labels() -> dict[str, str]:
    """The heads of the columns."""
    return {
        "admitted": _("Kết nạp"),
        "in_time": _("Công nhận đúng hạn"),
        "late": _("Công nhận chậm"),
        "overdue": _("Quá hạn, chưa công nhận"),
        "removed": _("Xóa tên"),
        "source": _("Nguồn đang có"),
    }


def sheet(found: Figures) -> Sheet:
    """The figures as a table for a file."""

    def cells(line: Line) -> Sequence[Cell]:
        met = "" if line.is_met is None else _("đủ") if line.is_met else _("chưa đủ")
        return line.unit.name, line.unit.code, line.quota, *(line.numbers[kind] for kind in KINDS), met

    lines: Iterable[Line] = (found.own, *found.lines)
    heads = (_("Đơn vị"), _("Mã"), _("Chỉ tiêu"), *labels().values(), _("Nguồn so với chỉ tiêu"))
    return Sheet(_("Phân loại %(y)s", y=found.year), heads, [cells(line) for line in lines])
