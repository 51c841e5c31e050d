"""Progress against quotas: admissions whose decision date lies in the year and not after the cut-off (domain.md §6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import Date, bindparam, func, select

from dossiers.asking import Question
from dossiers.casework.models import Scope
from dossiers.extensions import db, run, write_transaction
from dossiers.formatters import rate
from dossiers.office import services as office
from dossiers.quotas.models import Quota
from dossiers.units import tree
from dossiers.units.models import Unit, UnitAncestor


@dataclass(frozen=True)
class Line:
    """A unit's quota and what it reached; `quota` None when nothing was allotted to it."""

    unit: Unit
    quota: int | None
    admitted: int
    decision: str

    @property
    def rate(self) -> Decimal:
        """Percent, rounded half up to two decimals."""
        return rate(self.admitted, self.quota or 0)


@dataclass(frozen=True)
class Report:
    """A unit's line and those of the units under it that got an allotment, by code: all of them, or a page.

    `allotted` is the sum allotted to all units below, `below` their number; it may differ from the unit's own quota.
    """

    unit: Unit
    year: int
    as_of: date
    total: Line
    parts: list[Line]
    allotted: int
    below: int


def give(
    unit: Unit, year: int, amount: int, number: str, decided_on: date, actor_id: int, behalf: int | None = None
) -> None:
    """Give a unit its quota of a year by a decision, in whose place; a later decision takes the place of the first."""
    with write_transaction():
        quota = db.session.scalar(select(Quota).where(Quota.unit_id == unit.id, Quota.year == year))
        if quota is None:
            quota = Quota(unit_id=unit.id, year=year)
            db.session.add(quota)
        quota.amount, quota.decision_number, quota.decided_on = amount, number, decided_on
        body = {"year": year, "amount": amount, "decision": number, "decided_on": decided_on}
        office.record("quota:given", unit.id, actor_id, [quota], behalf=behalf, **body)


def has_one_above(unit: Unit, year: int) -> bool:
    """Whether a unit above has a quota of the year, from which this one's could be; so it is of one with none above."""
    if unit.parent_id is None:
        return True
    above = select(UnitAncestor.ancestor_id).where(UnitAncestor.unit_id == unit.id, UnitAncestor.ancestor_id != unit.id)
    found = select(func.count()).select_from(Quota).where(Quota.year == year, Quota.unit_id.in_(above))
    return bool(db.session.scalar(found))


_COUNTED = (
    Scope.admitted_on >= bindparam("first", type_=Date()),
    Scope.admitted_on <= bindparam("last", type_=Date()),
)
_ADMITTED = Question(select(func.count()).select_from(Scope).where(Scope.ancestor_id == bindparam("unit"), *_COUNTED))
_GIVEN = select(Quota).where(Quota.unit_id == bindparam("unit"), Quota.year == bindparam("year"))
_BELOW = (
    select(Quota.unit_id, Quota.amount, Quota.decision_number, Unit.code)
    .join(Unit, Unit.id == Quota.unit_id)
    .join(UnitAncestor, UnitAncestor.unit_id == Quota.unit_id)
    .where(UnitAncestor.ancestor_id == bindparam("unit"), UnitAncestor.depth > 0, Quota.year == bindparam("year"))
)
_ALLOTTED = Question(select(func.count(), func.coalesce(func.sum(_BELOW.subquery().c.amount), 0)))
_SHOWN = _BELOW.order_by(Unit.code).limit(bindparam("most")).offset(bindparam("skipped")).subquery()
# Each unit's are counted in its own range of the index: of all units together the whole index would be read.
_PARTS = (
    select(
        Unit, _SHOWN.c.amount, _SHOWN.c.decision_number,
        select(func.count()).select_from(Scope).where(Scope.ancestor_id == _SHOWN.c.unit_id, *_COUNTED)
        .scalar_subquery(),
    )
    .join(_SHOWN, _SHOWN.c.unit_id == Unit.id)
    .order_by(Unit.code)
)  # fmt: skip
_EVERY = 1_000_000


_BY_CELL = Question(
    select(Scope.ancestor_id, func.count().label("admitted"))
    .where(Scope.ancestor_id.in_(bindparam("cells", expanding=True)), *_COUNTED)
    .group_by(Scope.ancestor_id)
)


def admitted(unit_id: int, year: int, as_of: date) -> int:
    """Admissions decided from 1 January of `year` up to and with `as_of`."""
    return int(run(_ADMITTED, {"unit": unit_id, **_days(year, as_of)}).scalar())


def _admitted_then(units: Sequence[int], year: int, as_of: date) -> dict[int, int]:
    """The same of several units, by the cells that stood under each on the last of these days; one query."""
    days = _days(year, as_of)
    above = tree.current().cells_on(days["last"])
    wanted = set(units)
    cells = [cell for cell, chain in above.items() if not wanted.isdisjoint(chain)]
    found = dict.fromkeys(units, 0)
    for row in run(_BY_CELL, {"cells": cells, **days}) if cells else ():
        for unit in wanted.intersection(above[row.ancestor_id]):
            found[unit] += row.admitted
    return found


def _days(year: int, as_of: date) -> dict[str, date]:
    return {"first": date(year, 1, 1), "last": min(as_of, date(year, 12, 31))}


def report(unit: Unit, year: int, as_of: date, most: int = _EVERY, page: int = 1) -> Report:
    """A unit's progress; of the units below a page of `most`. Four queries whatever their number; one more for days
    before units changed: what stood under a unit then is counted.
    """
    asked = {"unit": unit.id, "year": year, **_days(year, as_of)}
    given = db.session.scalars(_GIVEN, asked).one_or_none()
    below, allotted = run(_ALLOTTED, asked).one()
    total = Line(
        unit, given.amount if given else None, admitted(unit.id, year, as_of), given.decision_number if given else ""
    )
    rows = db.session.execute(_PARTS, {**asked, "most": most, "skipped": (page - 1) * most}) if below else ()
    parts = [Line(found, amount, n, number) for found, amount, number, n in rows]
    if tree.current().has_changed_since(_days(year, as_of)["last"]):
        then = _admitted_then([unit.id, *(part.unit.id for part in parts)], year, as_of)
        total = replace(total, admitted=then[unit.id])
        parts = [replace(part, admitted=then[part.unit.id]) for part in parts]
    return Report(unit, year, as_of, total, parts, int(allotted), below)
