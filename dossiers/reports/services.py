"""Counts of dossiers by unit and state; every figure has a list behind it."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from dossiers.casework.models import Scope
from dossiers.extensions import db
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
    """A unit's own line and those of the units directly under it that have dossiers; three queries."""
    units = [unit, *db.session.scalars(select(Unit).where(Unit.parent_id == unit.id).order_by(Unit.code))]
    lines = {found.id: Line(found) for found in units}
    ids = list(lines)
    counts = (
        select(Scope.ancestor_id, Scope.state, func.count())
        .where(Scope.ancestor_id.in_(ids))
        .group_by(Scope.ancestor_id, Scope.state)
    )
    for unit_id, state, count in db.session.execute(counts).tuples():
        lines[unit_id].states[state] = count
    late = (
        select(Scope.ancestor_id, func.count())
        .where(Scope.ancestor_id.in_(ids), Scope.due_on < today)
        .group_by(Scope.ancestor_id)
    )
    for unit_id, count in db.session.execute(late).tuples():
        lines[unit_id].overdue = count
    own = lines.pop(unit.id)
    return own, [line for line in lines.values() if line.total]
