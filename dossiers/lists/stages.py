"""The page of a stage: its states with how many dossiers stand in each, and those that wait longest."""

from dataclasses import dataclass
from typing import Any

from flask import render_template
from sqlalchemy import bindparam, func, select

from dossiers.asking import Question
from dossiers.casework import counts
from dossiers.casework.models import Scope
from dossiers.extensions import run
from dossiers.lists import worklist
from dossiers.security import signed
from workflow.stages import STAGE_STATES, Stage


@dataclass(frozen=True)
class StateLine:
    """A state of the stage, its number of dossiers in reach and how many are overdue."""

    state: str
    count: int


_DISTINCT = Question(
    select(Scope.state, func.count(Scope.dossier_id.distinct()))
    .where(
        Scope.ancestor_id.in_(bindparam("units", expanding=True)), Scope.state.in_(bindparam("states", expanding=True))
    )
    .group_by(Scope.state)
)


def in_states(units: tuple[int, ...], states: tuple[str, ...]) -> dict[str, int]:
    """How many dossiers stand in each state within units; one query.

    Of one unit the kept counts are asked. Several may see the same dossier, which is then counted once.
    """
    if len(units) == 1:
        return counts.by_state(units).get(units[0], {})
    return dict(run(_DISTINCT, {"units": units or (-1,), "states": states}).all())


def render(stage: Stage, **more: Any) -> str:
    """The page of a stage."""
    who = signed()
    states = tuple(str(state) for state in STAGE_STATES[stage])
    units = worklist.scope_of(who, "")
    found = in_states(units, states)
    waiting = worklist.page(worklist.Filter(stage=str(stage), ended=worklist.RUNNING), who, size=15)
    return render_template(
        "lists/stage.html",
        stage=stage,
        counts=[StateLine(state, found.get(state, 0)) for state in states],
        rows=waiting.rows,
        more=waiting.next,
        **more,
    )
