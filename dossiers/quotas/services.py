"""Progress against quotas: admissions whose decision date lies in the year and not after the cut-off (domain.md §6)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from dossiers.casework.models import Scope
from dossiers.extensions import db, write_transaction
from dossiers.formatters import rate
from dossiers.office import services as office
from dossiers.quotas.models import Quota
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
    """A unit's line and those of the units under it that got an allotment."""

    unit: Unit
    year: int
    as_of: date
    total: Line
    parts: list[Line]

    @property
    def allotted(self) -> int:
        """The sum allotted to the units below; it may differ from the unit's own quota."""
        return sum(line.quota or 0 for line in self.parts)


def give(unit: Unit, year: int, amount: int, number: str, decided_on: date, actor_id: int) -> None:
    """Give a unit its quota of a year by a decision; a later decision takes the place of the first."""
    with write_transaction():
        quota = db.session.scalar(select(Quota).where(Quota.unit_id == unit.id, Quota.year == year))
        if quota is None:
            quota = Quota(unit_id=unit.id, year=year)
            db.session.add(quota)
        quota.amount, quota.decision_number, quota.decided_on = amount, number, decided_on
        body = {"year": year, "amount": amount, "decision": number, "decided_on": decided_on}
        office.record("quota:given", unit.id, actor_id, [quota], **body)


def has_one_above(unit: Unit, year: int) -> bool:
    """Whether a unit above has a quota of the year, from which this one's could be; so it is of one with none above."""
    if unit.parent_id is None:
        return True
    above = select(UnitAncestor.ancestor_id).where(UnitAncestor.unit_id == unit.id, UnitAncestor.ancestor_id != unit.id)
    found = select(func.count()).select_from(Quota).where(Quota.year == year, Quota.unit_id.in_(above))
    return bool(db.session.scalar(found))


def admitted(unit_id: int, year: int, as_of: date) -> int:
    """Admissions decided from 1 January of `year` up to and with `as_of`."""
    counted = select(func.count()).select_from(Scope).where(Scope.ancestor_id == unit_id, _counts(year, as_of))
    return db.session.scalar(counted) or 0


def _counts(year: int, as_of: date) -> ColumnElement[bool]:
    return and_(Scope.admitted_on >= date(year, 1, 1), Scope.admitted_on <= min(as_of, date(year, 12, 31)))


def report(unit: Unit, year: int, as_of: date) -> Report:
    """A unit's progress; two queries whatever the number of units below."""
    below = aliased(UnitAncestor)
    counts = (
        select(Scope.ancestor_id, func.count().label("n"))
        .where(_counts(year, as_of))
        .group_by(Scope.ancestor_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Unit, Quota.amount, Quota.decision_number, counts.c.n)
        .join(below, and_(below.unit_id == Unit.id, below.ancestor_id == unit.id))
        .outerjoin(Quota, and_(Quota.unit_id == Unit.id, Quota.year == year))
        .outerjoin(counts, counts.c.ancestor_id == Unit.id)
        .where((Quota.id.is_not(None)) | (Unit.id == unit.id))
        .order_by(Unit.code)
    ).all()
    lines = [Line(found, amount, n or 0, number or "") for found, amount, number, n in rows]
    total = next(line for line in lines if line.unit.id == unit.id)
    return Report(unit, year, as_of, total, [line for line in lines if line.unit.id != unit.id])
