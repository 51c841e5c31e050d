"""The table as the machine walks it: every line once for each state it starts in, and what is read off it."""

from functools import lru_cache

import msgspec

from workflow import guards as g
from workflow.guards import Guard
from workflow.procedure import parts
from workflow.procedure.monitoring import MONITORING
from workflow.procedure.move import Line, Move
from workflow.procedure.side_roads import SIDE_ROADS
from workflow.procedure.steps import STEPS
from workflow.roles import Part, Role
from workflow.route import Route
from workflow.stages import State
from workflow.triggers import TRIGGERS, Kind

_S = State

LINES: tuple[Line, ...] = (*STEPS, *SIDE_ROADS, *MONITORING)
MOVES: tuple[Move, ...] = tuple(
    Move(**msgspec.structs.asdict(line), source=source) for line in LINES for source in line.sources
)

ALWAYS: tuple[Guard, ...] = (
    g.competent, g.not_closed,
    g.day_not_before_the_party, g.day_has_come, g.day_in_order, g.text_has_come, g.papers_by_then, g.results_by_then,
    g.points_mended,
    g.evidence_complete, g.evidence_fits, g.separated, g.contents_allowed,
)  # fmt: skip
"""Guards every act passes, before its own."""

OF_EVIDENCE: frozenset[Guard] = frozenset({
    g.day_not_before_the_party, g.day_has_come, g.day_in_order, g.text_has_come, g.papers_by_then, g.results_by_then,
    g.evidence_complete, g.evidence_fits, g.month_fits, g.month_not_said, g.texts_fit, g.quarter_fits,
    g.quarter_remarked_once, g.warning_stands, g.merit_known, g.classified_level, g.classified_in_turn,
})  # fmt: skip
"""Guards that judge what is brought and nothing else: who asks what is possible has brought nothing yet."""

TURN: dict[State, Role | Part] = {
    _S.SOURCED: Role.CELL_SECRETARY,
    _S.NOMINATED: Role.CELL_SECRETARY,
    _S.LISTED: Role.CELL_SECRETARY,
    _S.ENROLLED: Role.TRAINING_OFFICER,
    _S.TRAINED: Role.CELL_SECRETARY,
    _S.APPLYING: Role.CELL_SECRETARY,
    _S.VERIFYING: Part.ORGANISATION_OFFICER,
    _S.VERIFIED: Role.CELL_SECRETARY,
    _S.APPROVED: Role.CELL_SECRETARY,
    _S.PROBATIONARY: Role.CELL_SECRETARY,
    **{state: part for state, part in parts.HOLDER.items() if state not in parts.VERIFICATION},
}
"""Whose turn it is in a state when nothing more exact is known (see `turn.whose_turn`)."""


@lru_cache(maxsize=256)
def moves_from(state: State | None, route: Route) -> tuple[Move, ...]:
    """The lines of the table that start in `state` on `route`, in their order."""
    return tuple(move for move in MOVES if move.source == state and move.fits(route))


def move_by(trigger: str, state: State | None, route: Route) -> Move | None:
    """The line of `trigger` in `state` on `route`, of several ends the first; None when the state does not know it."""
    return next((move for move in moves_from(state, route) if move.trigger == trigger), None)


def road_of(trigger: str, state: State | None, route: Route) -> Route:
    """The road whose bodies and roles an act is of: the dossier's own, or the superior's."""
    move = move_by(trigger, state, route)
    return route if move is None else move.road(route)


def next_step(state: State, route: Route) -> Move | None:
    """The main step on from `state`, the one the checklist of the dossier page is about."""
    for move in moves_from(state, route):
        if move.dest is not None and TRIGGERS[move.trigger].kind is Kind.STEP:
            return move
    return None


def route_knows(route: Route, state: State) -> bool:
    """Whether a dossier on `route` can stand in `state` (a route without a section has no section appraisal)."""
    return parts.roads_with(state).fits(route)
