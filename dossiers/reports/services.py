"""Counts of dossiers by unit and state; every figure has a list behind it."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from dossiers.casework.models import Scope
from dossiers.extensions import db
from dossiers.units import services as units
from dossiers.units.models import Unit
from workflow.stages import STAGE_STATES, Stage


@dataclass
class Line:
    """A unit with its number of dossiers in each state, and how many are past a deadline."""

    unit: Unit
    states: dict[str, int] = field(default_factory=dict)
    overdue: int = 0

    def in_stage(self, stage: Stage) -> int:
        """Dossiers in a stage."""
        return sum(self.states.get(str(state), 0) for state in STAGE_STATES[stage])

    @property
    def total(self) -> int:
        """All dossiers."""
        return sum(self.states.values())


def by_unit(unit: Unit, today: date) -> tuple[Line, list[Line]]:
    """A unit's own line and those of the units directly under it that have dossiers; three queries.

    Every dossier of a unit lies under exactly one of the units below it, so the own line is their sum.
    """
    below = db.session.scalars(
        select(Unit).where(Unit.parent_id == unit.id, Unit.kind.in_(units.REPORTED)).order_by(Unit.code)
    ).all()
    lines = {found.id: Line(found) for found in below or [unit]}
    counts = (
        select(Scope.ancestor_id, Scope.state, func.count())
        .where(Scope.ancestor_id.in_(list(lines)))
        .group_by(Scope.ancestor_id, Scope.state)
    )
    own = Line(unit)
    for unit_id, state, count in db.session.execute(counts):
        lines[unit_id].states[state] = count
        own.states[state] = own.states.get(state, 0) + count
    late = (
        select(Scope.ancestor_id, func.count())
        .where(Scope.ancestor_id.in_(list(lines)), Scope.due_on < today)
        .group_by(Scope.ancestor_id)
    )
    for unit_id, count in db.session.execute(late):
        lines[unit_id].overdue = count
        own.overdue += count
    return own, [line for line in lines.values() if line.total and below]
