"""The board of those on probation: month by month, warning by warning, cell by cell, each number with its lines."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dossiers.lists.probationers import MOST, Probationer, probationers
from workflow.calendar import add_months
from workflow.probation import first_of


@dataclass(frozen=True)
class Cell:
    """What stands out of a cell: its members on probation, those warned of, those of whom two months say nothing."""

    name: str
    members: int
    warned: int
    silent: int


@dataclass(frozen=True)
class Board:
    """The board of a unit as of a day; `shown` are the lines asked for, `more`: there are more than are read."""

    as_of: date
    lines: tuple[Probationer, ...]
    shown: tuple[Probationer, ...]
    months: tuple[tuple[int, int], ...]
    warnings: tuple[tuple[str, int], ...]
    cells: tuple[Cell, ...]
    more: bool


def board(unit_id: int, as_of: date, month: int | None = None, warning: str = "") -> Board:
    """Everybody on probation within a unit, narrowed to a month of probation or a warning; one query."""
    found = probationers((unit_id,), as_of, MOST + 1)
    lines = tuple(found[:MOST])
    months = Counter(line.month for line in lines)
    warnings = Counter(one.rule for line in lines for one in line.urged)
    shown = tuple(
        line
        for line in lines
        if month in (None, line.month) and (not warning or any(one.rule == warning for one in line.urged))
    )
    return Board(
        as_of, lines, shown, tuple(sorted(months.items())), tuple(warnings.most_common()),
        _cells(lines, as_of), len(found) > MOST,
    )  # fmt: skip


def is_silent(line: Probationer, as_of: date) -> bool:
    """Whether nothing was recorded of the last two whole months, for somebody who was a member by then."""
    before = add_months(first_of(as_of), -2)
    return first_of(line.ceremony_on) <= before and (line.last_month is None or line.last_month < before)


def _cells(lines: Iterable[Probationer], as_of: date) -> tuple[Cell, ...]:
    by_cell: dict[str, list[Probationer]] = {}
    for line in lines:
        by_cell.setdefault(line.unit, []).append(line)
    made = (
        Cell(name, len(own), sum(1 for line in own if line.urged), sum(1 for line in own if is_silent(line, as_of)))
        for name, own in by_cell.items()
    )
    return tuple(sorted(made, key=lambda cell: (-cell.silent, -cell.warned, cell.name)))
