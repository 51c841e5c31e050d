"""Which reading is out of the ordinary: pure functions over how much was read in each quarter of an hour."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from workflow.codes import Code
from workflow.text import Text

AN_HOUR = 4
"""Slots (quarters of an hour) in an hour."""


class Kind(Code):
    """What is out of the ordinary."""

    MANY = "many"
    NIGHT = "night"
    FOREIGN = "foreign"


KIND_LABELS: dict[Kind, Text] = {
    Kind.MANY: Text("Mở rất nhiều hồ sơ trong một giờ", "Very many dossiers within an hour"),
    Kind.NIGHT: Text("Mở nhiều hồ sơ ban đêm", "Many dossiers at night"),
    Kind.FOREIGN: Text("Thử nhiều mã hồ sơ ngoài phạm vi trong một giờ", "Many codes out of reach within an hour"),
}


@dataclass(frozen=True)
class Limits:
    """From how many on it is out of the ordinary, and which hours of the day are night (from, until)."""

    many: int
    night: int
    foreign: int
    night_from: int
    night_until: int

    def is_night(self, hour: int) -> bool:
        """Whether an hour of the day (0 to 23) is of the night, which may begin before midnight."""
        if self.night_from <= self.night_until:
            return self.night_from <= hour < self.night_until
        return hour >= self.night_from or hour < self.night_until


@dataclass(frozen=True)
class Looks:
    """What one person read in a slot: so many dossiers, so many foreign codes; `hour` is the slot's hour of the day."""

    account_id: int
    slot: int
    hour: int
    dossiers: int
    foreign: int


@dataclass(frozen=True)
class Unusual:
    """Somebody read in an unusual way, from a slot to a slot; `number` at most within an hour, or in a night."""

    kind: Kind
    account_id: int
    first: int
    last: int
    number: int


def unusual(looks: Iterable[Looks], limits: Limits) -> list[Unusual]:
    """What is out of the ordinary, latest first. Hours slide: reading across a full one stays below no limit."""
    found: list[Unusual] = []
    ordered = sorted(looks, key=lambda one: (one.account_id, one.slot))
    for account, group in groupby(ordered, key=lambda one: one.account_id):
        mine = list(group)
        read = [(one.slot, one.dossiers) for one in mine if one.dossiers]
        tried = [(one.slot, one.foreign) for one in mine if one.foreign]
        dark = [(one.slot, one.dossiers) for one in mine if one.dossiers and limits.is_night(one.hour)]
        length = AN_HOUR * ((limits.night_until - limits.night_from) % 24 or 24)
        found += _over(Kind.MANY, account, read, limits.many, AN_HOUR)
        found += _over(Kind.FOREIGN, account, tried, limits.foreign, AN_HOUR)
        found += _over(Kind.NIGHT, account, dark, limits.night, length)
    return sorted(found, key=lambda one: (-one.last, one.account_id, one.kind))


def _over(kind: Kind, account: int, counted: list[tuple[int, int]], limit: int, length: int) -> Iterator[Unusual]:
    """Where the sum over any `length` slots reaches the limit; windows that touch are told as one."""
    running: Unusual | None = None
    within: deque[tuple[int, int]] = deque()
    total = 0
    for slot, number in counted:
        within.append((slot, number))
        total += number
        while slot - within[0][0] >= length:
            total -= within.popleft()[1]
        if total < limit:
            continue
        first = within[0][0]
        if running is not None and first <= running.last:
            running = Unusual(kind, account, running.first, slot, max(total, running.number))
            continue
        if running is not None:
            yield running
        running = Unusual(kind, account, first, slot, total)
    if running is not None:
        yield running
