"""Working days and calendar months at their edges."""

from datetime import date

import pytest

from workflow.calendar import WorkCalendar, add_months, age_in_months
from workflow.votes import needed, parse_share

CALENDAR = WorkCalendar()


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2022, 7, 1), True),  # Friday
        (date(2022, 7, 2), False),  # Saturday
        (date(2022, 9, 1), False),  # National Day, two days off
        (date(2022, 9, 2), False),
        (date(2022, 9, 5), True),
        (date(2022, 1, 31), False),  # Tết: the last day of the old year
        (date(2022, 2, 4), False),
        (date(2022, 2, 7), True),
        (date(2022, 1, 3), False),  # New Year on a Saturday, made up on Monday
        (date(2024, 5, 4), True),  # a Saturday worked for Monday 29/04/2024
        (date(2024, 4, 29), False),
        (date(2026, 1, 2), False),  # announced after the package: a Friday off, the Saturday of next week worked for it
        (date(2026, 1, 3), False),
        (date(2026, 1, 9), True),
        (date(2026, 1, 10), True),
        (date(2026, 1, 11), False),
    ],
)
def test_working_days_follow_the_vietnamese_calendar(day: date, working: bool) -> None:
    assert CALENDAR.is_working(day) is working


def test_thirty_working_days_from_the_directive() -> None:
    assert CALENDAR.add_working_days(date(2022, 7, 1), 30) == date(2022, 8, 12)


def test_the_day_of_the_event_is_not_counted_and_a_day_off_neither() -> None:
    assert CALENDAR.add_working_days(date(2022, 7, 1), 1) == date(2022, 7, 4)
    assert CALENDAR.add_working_days(date(2022, 7, 2), 1) == date(2022, 7, 4)
    assert CALENDAR.add_working_days(date(2022, 1, 28), 1) == date(2022, 2, 7), "Tết lies between"
    assert CALENDAR.add_working_days(date(2022, 7, 1), 0) == date(2022, 7, 1)


def test_an_administrator_adds_and_removes_days() -> None:
    changed = WorkCalendar(working=[date(2022, 7, 2)], off=[date(2022, 7, 4)])
    assert changed.add_working_days(date(2022, 7, 1), 1) == date(2022, 7, 2)
    assert changed.add_working_days(date(2022, 7, 2), 1) == date(2022, 7, 5)
    assert WorkCalendar([date(2022, 9, 2)], [date(2022, 9, 2)]).is_working(date(2022, 9, 2)), "working wins"


def test_working_days_between_is_the_inverse() -> None:
    assert CALENDAR.working_days_between(date(2022, 7, 1), date(2022, 8, 12)) == 30
    assert CALENDAR.working_days_between(date(2022, 8, 12), date(2022, 7, 1)) == -30


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2021, 8, 31), 12, date(2022, 8, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2022, 1, 31), 1, date(2022, 2, 28)),
        (date(2022, 3, 15), -12, date(2021, 3, 15)),
        (date(9999, 12, 1), 12, date.max),
        (date(1, 1, 1), -1, date.min),
    ],
)
def test_months_end_on_the_day_with_the_same_number(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


def test_a_period_of_months_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    assert CALENDAR.end_of_months(date(2021, 9, 2), 12) == date(2022, 9, 5)
    assert CALENDAR.end_of_months(date(2021, 7, 1), 12) == date(2022, 7, 1)


def test_age_in_months_ignores_the_day_or_waits_for_it() -> None:
    born = date(2004, 7, 31)
    assert age_in_months(born, date(2022, 7, 1)) == 216
    assert age_in_months(born, date(2022, 6, 30)) == 215
    assert age_in_months(born, date(2022, 7, 30), "day") == 215
    assert age_in_months(born, date(2022, 7, 31), "day") == 216
    assert age_in_months(date(2004, 2, 29), date(2022, 2, 28), "day") == 216


@pytest.mark.parametrize(
    ("share", "entitled", "votes"),
    [
        ("2/3", 14, 10),
        ("2/3", 15, 10),
        ("2/3", 16, 11),
        ("2/3", 3, 2),
        ("2/3", 1, 1),
        (">1/2", 8, 5),
        (">1/2", 9, 5),
        (">1/2", 1, 1),
        (">1/2", 2, 2),
        ("2/3", 0, 0),
    ],
)
def test_majorities_are_of_those_entitled(share: str, entitled: int, votes: int) -> None:
    assert needed(share, entitled) == votes


@pytest.mark.parametrize("share", ["", "two thirds", "3/2", ">", "1/0"])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    with pytest.raises((ValueError, ZeroDivisionError)):
        parse_share(share)


def test_an_announced_swap_is_counted_and_an_administrator_may_take_it_back() -> None:
    assert CALENDAR.add_working_days(date(2025, 11, 20), 30) == date(2026, 1, 5), "02/01/2026 is off"
    assert CALENDAR.add_working_days(date(2026, 1, 9), 1) == date(2026, 1, 10)
    off = WorkCalendar(working=[date(2026, 1, 2)], off=[date(2026, 1, 10)])
    assert off.add_working_days(date(2025, 12, 31), 1) == date(2026, 1, 2)
    assert off.add_working_days(date(2026, 1, 9), 1) == date(2026, 1, 12)
    kept = WorkCalendar(*CALENDAR.told(), complete=True)
    assert (kept.is_working(date(2026, 1, 2)), kept.is_working(date(2026, 1, 10))) == (False, True)
