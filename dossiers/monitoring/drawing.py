"""The line of a year, drawn: where everything stands on it. Its table says the same to those who do not see it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from dossiers.monitoring.year import How, Mark, Year
from workflow.calendar import add_months

WIDTH, LEFT, RIGHT = 1000, 70, 30
LINE, LANE, APART = 170, 30, 26
"""Where the marks begin, how far their lanes lie apart, and how near two may stand in one."""


@dataclass(frozen=True)
class Dot:
    """A mark of the line: where it stands, its number in the table, how it stands."""

    x: int
    y: int
    nr: int
    how: How


@dataclass(frozen=True)
class Box:
    """A stretch of the line: from where, how wide, how it stands, what it is called."""

    x: int
    width: int
    how: str
    label: str


@dataclass(frozen=True)
class Drawing:
    """The picture of a year. `end` is where the twelve months end, `today` where today is (None: not on it)."""

    height: int
    ticks: tuple[tuple[int, int], ...]
    quarters: tuple[Box, ...]
    months: tuple[Box, ...]
    dues: tuple[Box, ...]
    dots: tuple[Dot, ...]
    end: int
    today: int | None


def draw(year: Year) -> Drawing:
    """Place a year on its line."""
    last = max(year.vote_by, *(mark.day for mark in year.marks))
    span = max(1, (last - year.starts).days)

    def x(day: date) -> int:
        inside = min(max(day, year.starts), last)
        return LEFT + round((WIDTH - LEFT - RIGHT) * (inside - year.starts).days / span)

    def box(first: date, end: date, how: str, label: str) -> Box:
        return Box(x(first), max(4, x(end) - x(first) - 2), how, label)

    dots = tuple(_dots(year.marks, x))
    height = max(dot.y for dot in dots) + LANE
    ends = [add_months(month.first, 1) for month in year.months]
    return Drawing(
        height,
        tuple((x(add_months(year.starts, nr)), nr) for nr in range(13)),
        tuple(box(one.begins, one.ends, one.how, str(one.nr)) for one in year.quarters),
        tuple(
            box(one.first, end, "ahead" if one.met is None else "late" if one.lacking else "done", "")
            for one, end in zip(year.months, ends, strict=True)
        ),
        tuple(
            box(one.first, end, "ahead" if one.dues is None else "late" if one.lacking else "done", "")
            for one, end in zip(year.months, ends, strict=True)
        ),
        dots,
        x(year.ends),
        x(year.today) if year.starts <= year.today <= last else None,
    )


def _dots(marks: Iterable[Mark], x: Callable[[date], int]) -> Iterable[Dot]:
    """Each in the first lane in which nothing stands too near."""
    lanes: list[int] = []
    for nr, mark in enumerate(marks, start=1):
        at = x(mark.day)
        lane = next((lane for lane, taken in enumerate(lanes) if at - taken >= APART), len(lanes))
        if lane == len(lanes):
            lanes.append(at)
        lanes[lane] = at
        yield Dot(at, LINE + lane * LANE, nr, mark.how)
