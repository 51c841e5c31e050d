"""Those due for recognition: by the quarter in which their twelve months end, with what each still lacks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dossiers.formatters import say, state
from dossiers.languages import gettext as _
from dossiers.lists.probationers import MOST, Probationer, probationers
from dossiers.rules import services as rules
from dossiers.sheets import Sheet
from workflow.calendar import add_months
from workflow.due import MONTHS, quarter_of

LATE = "qua-han"
"""What the address asks for to see those of whom a deadline has passed."""
QUARTERS = 5
"""This quarter and the four after it: the end of a probation lies in one of them, or behind."""


@dataclass(frozen=True)
class Choice:
    """A quarter that can be looked at, or those who are late: how the address names it, and how many there are (None:
    more are on probation than are read for a page).
    """

    key: str
    first: date | None
    count: int | None


@dataclass(frozen=True)
class Due:
    """The list as of a day; `more`: there are more than are read."""

    as_of: date
    chosen: Choice
    choices: tuple[Choice, ...]
    lines: tuple[Probationer, ...]
    more: bool


def named(first: date) -> str:
    """A quarter as the address names it: 2022-4."""
    return f"{first.year}-{(first.month - 1) // MONTHS + 1}"


def label(choice: Choice) -> str:
    """A quarter as people read it."""
    if choice.first is None:
        return _("Quá hạn xét hoặc quyết định")
    return _("Quý %(n)s/%(y)s", n=(choice.first.month - 1) // MONTHS + 1, y=choice.first.year)


def due(unit_id: int, as_of: date, asked: str = "") -> Due:
    """Those within a unit whose twelve months end in the quarter that is asked for, else in the next one; one query, or
    two where more are on probation than are read.
    """
    now = quarter_of(as_of)
    firsts = {named(first): first for first in (add_months(now, MONTHS * nr) for nr in range(QUARTERS))}
    found = probationers((unit_id,), as_of, MOST + 1)
    is_whole = len(found) <= MOST
    by_quarter = Counter(named(quarter_of(line.ends_on)) for line in found)
    late = sum(1 for line in found if line.is_late)
    choices = (
        Choice(LATE, None, late if is_whole else None),
        *(Choice(key, first, by_quarter[key] if is_whole else None) for key, first in firsts.items()),
    )
    chosen = next((one for one in choices if one.key == asked), choices[2])
    if not is_whole and chosen.first is not None:
        longest = max(book.number("probation") for book in rules.books().values())
        found = probationers((unit_id,), as_of, MOST + 1, add_months(chosen.first, -longest))
    shown = [line for line in found if _is_in(line, chosen)]
    shown.sort(key=lambda line: (line.ends_on, line.code))
    return Due(as_of, chosen, choices, tuple(shown[:MOST]), not is_whole and len(found) > MOST)


def _is_in(line: Probationer, chosen: Choice) -> bool:
    return line.is_late if chosen.first is None else quarter_of(line.ends_on) == chosen.first


def lacking(line: Probationer) -> list[str]:
    """What a line says is missing: what ought to be there first, then what is made after the end."""
    return [say(one.label) for one in sorted(line.lacks, key=lambda one: one.after is not None)]


def made_after(lines: Iterable[Probationer]) -> list[str]:
    """What lines name by its number alone, as it is made after the end of the probation only; with its title."""
    return sorted({say(one.label) for line in lines for one in line.lacks if one.after is not None})


def sheet(found: Due, lines: Iterable[Probationer]) -> Sheet:
    """The list as a table for a file."""
    heads = (
        _("Họ và tên"), _("Mã"), _("Đơn vị"), _("Lễ kết nạp"), _("Hết dự bị"), _("Chi bộ xét trước hết ngày"),
        _("Bước"), _("Còn thiếu"),
    )  # fmt: skip
    return Sheet(
        label(found.chosen),
        heads,
        [
            (line.name, line.code, line.unit, line.ceremony_on, line.ends_on, line.vote_by, state(line.state),
             "; ".join(lacking(line)))
            for line in lines
        ],
    )  # fmt: skip
