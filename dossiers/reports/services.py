"""Counts of dossiers by unit and state; every figure has a list behind it."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import bindparam, false, func, select

from dossiers.asking import Question
from dossiers.casework import counts
from dossiers.casework.models import Scope
from dossiers.extensions import run
from dossiers.units import services as units
from dossiers.units import tree
from dossiers.units.tree import Node
from workflow.guards.order import FOUNDED
from workflow.stages import STAGE_STATES, Stage

_STAGE_OF = {str(state): stage for stage, states in STAGE_STATES.items() for state in states}

SHOWN = 100
"""So many of the units below stand on a page."""


@dataclass
class Line:
    """A unit with its number of dossiers in each state, and how many are past a deadline."""

    unit: Node
    states: dict[str, int] = field(default_factory=dict)
    overdue: int = 0

    def in_stages(self) -> dict[Stage, int]:
        """Dossiers in each stage."""
        found = dict.fromkeys(Stage, 0)
        for state, number in self.states.items():
            found[_STAGE_OF[state]] += number
        return found

    @property
    def total(self) -> int:
        """All dossiers."""
        return sum(self.states.values())


_OVERDUE = Question(
    select(Scope.ancestor_id, func.count())
    .where(
        Scope.ancestor_id.in_(bindparam("units", expanding=True)),
        Scope.done == false(),
        # A range with two ends: of an open one PostgreSQL expects a third of the table, and plans anew for each report.
        Scope.due_on >= FOUNDED,
        Scope.due_on < bindparam("today"),
    )
    .group_by(Scope.ancestor_id)
)


def by_unit(unit: Node, today: date, page: int = 1) -> tuple[Line, list[Line], bool]:
    """A unit's own line, those of the units directly under it that have dossiers, SHOWN units a page, and whether there
    are more; two queries.

    Every dossier of a unit lies under exactly one of the units below it, so the own line is their sum.
    """
    below = tree.current().parts(unit.id, units.REPORTED)
    shown = below[(page - 1) * SHOWN : page * SHOWN]
    is_whole = bool(below) and len(shown) == len(below)
    own, lines = Line(unit), {found.id: Line(found) for found in shown}
    asked = list(lines) if is_whole else [unit.id, *lines]
    for unit_id, states in counts.by_state(asked).items():
        if unit_id in lines:
            lines[unit_id].states = states
        if is_whole or unit_id == unit.id:
            for state, number in states.items():
                own.states[state] = own.states.get(state, 0) + number
    for unit_id, number in run(_OVERDUE, {"units": asked, "today": today}):
        if unit_id in lines:
            lines[unit_id].overdue = number
        if is_whole or unit_id == unit.id:
            own.overdue += number
    return own, [line for line in lines.values() if line.total], page * SHOWN < len(below)
