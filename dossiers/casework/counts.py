"""How many dossiers stand in each state: kept as acts are written, so that a report costs the same at any size.

Only the lowest units that see a dossier are counted (its cell, the organisation that nominates, the centre of its
class), so that acts in different cells do not wait for each other at the top of the tree; the units above are sums.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import bindparam, delete, func, or_, select

from dossiers import engines
from dossiers.asking import Question, Writing
from dossiers.casework.models import Dossier, StateCount
from dossiers.courses.models import CourseClass
from dossiers.extensions import db, run
from dossiers.units.models import Unit, UnitAncestor
from dossiers.units.services import CELLS
from workflow.stages import State

Counts = Counter[tuple[int, str]]
"""By how much the number of dossiers in a unit and state changes."""

_SUMS = Question(
    select(UnitAncestor.ancestor_id, StateCount.state, func.sum(StateCount.dossiers))
    .join(StateCount, StateCount.unit_id == UnitAncestor.unit_id)
    .join(Unit, Unit.id == UnitAncestor.unit_id)
    .where(
        UnitAncestor.ancestor_id.in_(bindparam("units", expanding=True)),
        # Unions lie below a committee and see the same dossiers as its cells: they only count for themselves.
        or_(Unit.kind.in_(CELLS), UnitAncestor.depth == 0),
        StateCount.dossiers > 0,
    )
    .group_by(UnitAncestor.ancestor_id, StateCount.state)
)


def by_state(units: Sequence[int]) -> dict[int, dict[str, int]]:
    """For each of `units` that has dossiers in or under it: how many stand in each state. One query."""
    found: dict[int, dict[str, int]] = {}
    for unit_id, state, number in run(_SUMS, {"units": tuple(units) or (-1,)}):
        found.setdefault(unit_id, {})[state] = int(number)
    return found


def moved(before: tuple[Iterable[int], State | None], after: tuple[Iterable[int], State | None]) -> Counts:
    """What changes when a dossier goes from units and a state to others (no state: it was not there)."""
    found: Counts = Counter()
    for (units, state), step in ((before, -1), (after, 1)):
        if state is not None:
            for unit in units:
                found[unit, str(state)] += step
    return Counter({key: step for key, step in found.items() if step})


def add(changes: Counts) -> None:
    """Keep the counts, in the current transaction; in one order always, so that two writers cannot block each other."""
    rows = [{"unit_id": unit, "state": state, "dossiers": n} for (unit, state), n in sorted(changes.items()) if n]
    if rows:
        run(_add(engines.is_postgresql(db)), rows)


@cache
def _add(_postgresql: bool) -> Writing:
    statement = engines.upsert(db, StateCount.__table__)
    total = StateCount.dossiers + statement.excluded.dossiers
    return Writing(statement.on_conflict_do_update(index_elements=["unit_id", "state"], set_={"dossiers": total}))


def counted() -> Counts:
    """The same, counted from the dossiers themselves."""
    found: Counts = Counter()
    for unit in (Dossier.unit_id, Dossier.nominator_id):
        query = select(unit, Dossier.state, func.count()).where(unit.is_not(None)).group_by(unit, Dossier.state)
        found.update({(unit_id, state): number for unit_id, state, number in run(query)})
    centres = (
        select(CourseClass.centre_id, func.count())
        .join(Dossier, Dossier.class_id == CourseClass.id)
        .where(Dossier.state == str(State.ENROLLED))
        .group_by(CourseClass.centre_id)
    )
    found.update({(unit_id, str(State.ENROLLED)): number for unit_id, number in run(centres)})
    return found


def kept() -> Counts:
    """The counts as they are kept."""
    query = select(StateCount.unit_id, StateCount.state, StateCount.dossiers).where(StateCount.dossiers != 0)
    return Counter({(unit_id, state): number for unit_id, state, number in run(query)})


def wrong() -> list[tuple[int, str, int, int]]:
    """Where kept counts and dossiers differ: (unit, state, kept, counted)."""
    have, real = kept(), counted()
    return [(*key, have[key], real[key]) for key in sorted(have.keys() | real.keys()) if have[key] != real[key]]


def mend() -> None:
    """Count anew, in the current transaction."""
    run(delete(StateCount))
    add(counted())
