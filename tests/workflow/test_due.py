"""What is still lacking for a recognition, and whether it came in time, at the edges."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.workflow import helpers
from tests.workflow.helpers import CALENDAR
from workflow import due
from workflow.facts import DossierFacts, Extension, Paper
from workflow.probation import Author, Followed, Remarked
from workflow.rulebook import shipped

EVERY_BOOK = True
CEREMONY = date(2021, 9, 1)
END = date(2022, 9, 1)
DAY = timedelta(days=1)
REMARKED = Followed(quarters=tuple(Remarked(nr, Author.CELL) for nr in (1, 2, 3, 4)))
DURING = (Paper("LL-ĐV", date(2021, 9, 20)), Paper("CN-ĐVM", date(2021, 12, 1)))


def papers_of_recognition(on: date) -> tuple[Paper, ...]:
    book = shipped()[helpers.BOOK]
    return tuple(Paper(form, on) for form in book.words("recognition_papers"))


def member(**changes: Any) -> DossierFacts:
    known: dict[str, Any] = {"ceremony_on": CEREMONY, "papers": DURING, "followed": REMARKED}
    return DossierFacts(**{**known, **changes})


def keys(facts: DossierFacts, on: date) -> list[str]:
    return [one.key for one in due.lacks(facts, shipped()[helpers.BOOK], on)]


def test_who_has_everything_lacks_the_papers_of_the_end_alone() -> None:
    book = shipped()[helpers.BOOK]
    found = due.lacks(member(), book, date(2022, 8, 1))
    assert [one.key for one in found] == list(book.words("recognition_papers"))
    assert {one.after for one in found} == {END}
    assert all(one.label.vi.startswith(one.key) and one.label.en.startswith(one.key) for one in found)


@pytest.mark.parametrize(("dated", "fine"), [(END, False), (END + DAY, True)])
def test_papers_of_recognition_count_from_the_day_after_the_end(dated: date, fine: bool) -> None:
    assert (keys(member(papers=(*DURING, *papers_of_recognition(dated))), END + DAY) == []) is fine
    assert [one.after for one in due.lacks(member(), shipped()[helpers.BOOK], END + DAY)] == [None] * 3


def test_what_lacks_is_told_in_the_order_it_is_done() -> None:
    bare = member(papers=(), followed=Followed(helper_left_on=date(2022, 1, 1)))
    assert keys(bare, date(2022, 3, 2))[:4] == ["LL-ĐV", "CN-ĐVM", "remarks", "helper"]
    said = next(one for one in due.lacks(bare, shipped()[helpers.BOOK], date(2022, 3, 2)) if one.key == "remarks")
    assert said.label.en == "Remarks on quarters 1, 2"


@pytest.mark.parametrize(("on", "lacks"), [(date(2021, 12, 1), False), (date(2021, 12, 2), True)])
def test_a_quarter_lacks_its_remarks_once_it_is_over(on: date, lacks: bool) -> None:
    assert ("remarks" in keys(member(followed=Followed()), on)) is lacks


def test_after_the_cells_vote_and_before_the_ceremony_nothing_is_asked() -> None:
    assert keys(member(papers=(), recognition_resolution_on=date(2022, 9, 20)), date(2022, 10, 1)) == []
    assert keys(DossierFacts(), date(2022, 10, 1)) == []


def late(facts: DossierFacts, on: date) -> bool:
    return due.is_late(facts, shipped()[helpers.BOOK], CALENDAR, on)


def test_the_cell_has_thirty_working_days_and_the_last_counts_whole() -> None:
    last = CALENDAR.add_working_days(END, 30)
    assert due.vote_by(member(), shipped()[helpers.BOOK], CALENDAR) == last
    assert not late(member(), last)
    assert late(member(), last + DAY)
    assert not late(member(recognition_resolution_on=last), last + DAY)
    assert late(member(recognition_resolution_on=last + DAY), last + DAY)


def test_the_decision_has_its_own_days_and_extensions_count() -> None:
    voted = date(2022, 9, 20)
    days = shipped()[helpers.BOOK].number("recognition_decision")
    last = CALENDAR.add_working_days(voted, days)
    assert not late(member(recognition_resolution_on=voted), last)
    assert late(member(recognition_resolution_on=voted), last + DAY)
    more = (Extension("recognition_decision", 5, voted), Extension("recognition_vote", 5, voted))
    extended = member(recognition_resolution_on=voted, extensions=more)
    assert not late(extended, CALENDAR.add_working_days(voted, days + 5))
    assert late(extended, CALENDAR.add_working_days(voted, days + 5) + DAY)
    assert not late(member(extensions=more), CALENDAR.add_working_days(END, 35))


def test_before_the_ceremony_nothing_is_late() -> None:
    assert not late(DossierFacts(), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("ceremony", "end"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2021, 8, 31), date(2022, 8, 31)),
        (date(2022, 1, 22), date(2023, 1, 22)),
    ],
)
def test_the_end_is_the_very_day_also_on_days_off(ceremony: date, end: date) -> None:
    """29 February, 31 August, and the first day of Tết."""
    facts = member(ceremony_on=ceremony, followed=REMARKED)
    book = shipped()[helpers.BOOK]
    assert {one.after for one in due.lacks(facts, book, end)} == {end}
    assert {one.after for one in due.lacks(facts, book, end + DAY)} == {None}
    assert due.vote_by(facts, book, CALENDAR) == CALENDAR.add_working_days(end, 30)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2022, 1, 1), date(2022, 1, 1)),
        (date(2022, 3, 31), date(2022, 1, 1)),
        (date(2022, 4, 1), date(2022, 4, 1)),
        (date(2022, 12, 31), date(2022, 10, 1)),
    ],
)
def test_quarters_of_the_calendar_year(day: date, first: date) -> None:
    assert due.quarter_of(day) == first


@pytest.mark.parametrize(
    ("admitted", "recognised", "today", "years"),
    [
        (date(2021, 8, 20), None, date(2021, 12, 1), ()),
        (date(2021, 6, 30), None, date(2021, 10, 31), ()),
        (date(2021, 6, 30), None, date(2021, 11, 1), (2021,)),
        (date(2021, 7, 1), None, date(2021, 12, 31), ()),
        (date(2021, 6, 30), date(2022, 9, 20), date(2023, 11, 1), (2021, 2022)),
        (date(2021, 6, 30), date(2022, 12, 30), date(2024, 3, 1), (2021, 2022)),
    ],
)
def test_years_are_classified_from_half_a_year_after_the_admission_to_the_end_of_the_follow_up(
    admitted: date, recognised: date | None, today: date, years: tuple[int, ...]
) -> None:
    facts = member(admitted_on=admitted, recognised_on=recognised)
    assert due.years_to_classify(facts, shipped()[helpers.BOOK], today) == years
