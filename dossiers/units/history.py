"""What a unit was, and when: its name, where it stood, who decided on its admissions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from dossiers.asking import Question
from dossiers.extensions import run
from dossiers.units import tree
from dossiers.units.models import UnitPlacement
from dossiers.units.tree import Node


@dataclass(frozen=True)
class Period:
    """What a unit was from a day (to a day, not included); `above` is None at the top."""

    name: str
    above: Node | None
    deciding_body: str | None
    valid_from: date
    valid_to: date | None


_PERIODS = Question(
    select(UnitPlacement).where(UnitPlacement.unit_id == bindparam("unit")).order_by(UnitPlacement.valid_from)
)


def periods(unit_id: int) -> Sequence[Period]:
    """The periods of a unit from the first; one query."""
    units = tree.current()
    rows = run(_PERIODS, {"unit": unit_id}).all()
    return [
        Period(
            row.name or units.name(unit_id), None if row.parent_id is None else units[row.parent_id],
            row.deciding_body, row.valid_from, row.valid_to,
        )
        for row in rows
    ]  # fmt: skip
