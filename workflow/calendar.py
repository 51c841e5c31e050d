"""Days: Vietnamese working days and calendar months (domain.md §3, "Counting").

Working days are Monday–Friday less public holidays and substitute days off, plus make-up working Saturdays,
as the `holidays` package knows them, and swaps announced since; an administrator adds and removes single days.
"""

import calendar as _calendar
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import msgspec

_DAY = timedelta(days=1)
_SWAPPED = {date(2026, 1, 2): date(2026, 1, 10)}
"""Days off and the Saturdays worked for them that were announced and that the package does not know."""
_REMEMBERED = 20_000
"""Ends of periods a calendar remembers: many dossiers share their days."""


ANNOUNCED_UNTIL = 2026
"""The last year whose days off and made up for were announced; of later ones some are only expected."""
_NOT_LAW = ("Lunar New Year", "National Day", "substituted")
"""Days off, as the package names them, that are announced year by year; the law names the others."""
_CULTURE_DAY = "Vietnam Cultural Day"


@lru_cache(maxsize=128)
def expected(year: int) -> frozenset[date]:
    """The days off of a year that nobody has announced yet: Tết and National Day of years to come, 24 November."""
    import holidays  # only where it is asked for, as below

    return frozenset(
        day
        for day, name in holidays.country_holidays("VN", years=year).items()
        if day.year == year
        and (_CULTURE_DAY in name or (year > ANNOUNCED_UNTIL and any(part in name for part in _NOT_LAW)))
    )


class NationalDay(msgspec.Struct, frozen=True):
    """A day that differs from Monday to Friday by the national calendar: off, or worked (`working`); `expected` while
    nobody has announced it.
    """

    day: date
    working: bool
    expected: bool


def national_days(year: int) -> tuple[NationalDay, ...]:
    """What a year has of them, in order; days off that fall on a weekend change nothing and are left out."""
    off, made_up = _national(year)
    days = [NationalDay(day, False, day in expected(year)) for day in off - made_up if day.weekday() < 5]
    return tuple(sorted((*days, *(NationalDay(day, True, False) for day in made_up)), key=lambda one: one.day))


@lru_cache(maxsize=512)
def _national(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """(days off, make-up working days) of one year, nationwide."""
    import holidays  # reads the calendars of every country: only once a working day is asked for

    known = holidays.country_holidays("VN", years=year)
    days_off = {day for day in (*known, *_SWAPPED) if day.year == year}
    made_up = {day for day in (*known.weekend_workdays, *_SWAPPED.values()) if day.year == year}
    return frozenset(days_off), frozenset(made_up)


def add_months(day: date, months: int) -> date:
    """The day with the same number `months` calendar months later, else that month's last day.

    add_months(29/02/2024, 12) is 28/02/2025. Beyond the calendar's ends it stops at the first or last day.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, _calendar.monthrange(year, month + 1)[1]))


def age_in_months(born: date, on: date, count_by: str = "month") -> int:
    """Age on a day in whole months: `count_by` "month" ignores the days, "day" waits for the day itself."""
    months = (on.year * 12 + on.month) - (born.year * 12 + born.month)
    if count_by == "day" and add_months(born, months) > on:
        months -= 1
    return months


KEPT_YEARS = range(2000, 2061)
"""The years of which a calendar can be told in full (`WorkCalendar.told`)."""


class WorkCalendar:
    """Working days of Vietnam with an administrator's changes.

    `working` are days that count although the national calendar has them off, `off` the reverse. With `complete` these
    two say all there is to say of KEPT_YEARS, and nobody is asked about national days in them: the calendar of an
    earlier day, whatever the package of today knows.
    """

    def __init__(self, working: Iterable[date] = (), off: Iterable[date] = (), complete: bool = False) -> None:
        self._working = frozenset(working)
        self._off = frozenset(off) - self._working
        self._complete = complete
        self._ends: dict[tuple[date, int], date] = {}

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day."""
        if day in self._working:
            return True
        if day in self._off:
            return False
        if self._complete and day.year in KEPT_YEARS:
            return day.weekday() < 5
        days_off, made_up = _national(day.year)
        if day in made_up:
            return True
        return day.weekday() < 5 and day not in days_off

    def told(self) -> tuple[tuple[date, ...], tuple[date, ...]]:
        """All of KEPT_YEARS that differs from Monday to Friday: (days that count, days that do not), in order.

        `WorkCalendar(*told, complete=True)` answers the same, for ever.
        """
        if self._complete:
            return tuple(sorted(self._working)), tuple(sorted(self._off))
        days_off, made_up = set(self._off), set(self._working)
        for year in KEPT_YEARS:
            off, working = _national(year)
            made_up |= working - self._off
            days_off |= off - self._working - working
        days_off -= made_up
        return tuple(sorted(made_up)), tuple(sorted(days_off))

    def worked(self, days: Iterable[date]) -> "WorkCalendar":
        """The same calendar if some days off were worked after all, where they are weekdays."""
        also = {day for day in days if day.weekday() < 5}
        return WorkCalendar(self._working | also, self._off - also, self._complete)

    def add_working_days(self, day: date, days: int) -> date:
        """The last day of a period of `days` working days that begins with the event on `day`.

        The day of the event is not counted and the last day counts whole: 30 from Friday 01/07/2022 is Friday
        12/08/2022. Stops at the end of the calendar.
        """
        known = self._ends.get((day, days))
        if known is not None:
            return known
        left = days
        current = day
        while left > 0 and current < date.max:
            current += _DAY
            if self.is_working(current):
                left -= 1
        if len(self._ends) >= _REMEMBERED:
            self._ends.clear()
        self._ends[day, days] = current
        return current

    def next_working(self, day: date) -> date:
        """`day` itself if it is a working day, else the next one."""
        current = day
        while current < date.max and not self.is_working(current):
            current += _DAY
        return current

    def end_of_months(self, day: date, months: int) -> date:
        """The last day of a period of months, moved to a working day when it ends on a day off."""
        return self.next_working(add_months(day, months))

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and with `last` (negative when `last` is earlier)."""
        if last < first:
            return -self.working_days_between(last, first)
        count = 0
        current = first
        while current < last:
            current += _DAY
            count += self.is_working(current)
        return count
