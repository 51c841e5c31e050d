"""The candidate before the cell at the edges: age, schooling, certificate, freshness."""

from datetime import date, timedelta

import pytest

from tests.workflow.helpers import refusals, rules_against, situation
from tests.workflow.situations import CELL, DAY, SOUND, at_cell, cell_vote
from workflow.deadlines import running
from workflow.facts import (
    Paper,
    Schooling,
    Vote,
)
from workflow.stages import State
from workflow.votes import Body, Purpose

EVERY_BOOK = True


@pytest.mark.parametrize(
    ("born", "on", "refused"),
    [
        (date(2004, 8, 1), date(2022, 7, 31), True),  # 17 years 11 months
        (date(2004, 8, 31), date(2022, 8, 1), False),  # the month counts, not the day
        (date(2004, 2, 29), date(2022, 2, 1), False),
        (date(1962, 7, 1), date(2022, 7, 31), False),  # full 60
        (date(1962, 6, 30), date(2022, 7, 1), True),  # 60 years and 1 month
    ],
)
def test_age_is_counted_in_months_at_the_cells_vote(born: date, on: date, refused: bool) -> None:
    found = cell_vote(at_cell(birth_date=born), on)
    assert bool(found & {"age_min", "age_max"}) is refused


def test_over_sixty_with_prior_written_consent() -> None:
    born, on = date(1961, 5, 2), date(2022, 7, 20)
    consent = Paper("VB-ĐY", on)
    papers = SOUND.papers
    assert "age_max" in cell_vote(at_cell(birth_date=born), on)
    assert not cell_vote(at_cell(birth_date=born, papers=(*papers, consent)), on)
    later = Paper("VB-ĐY", on + DAY)
    assert "age_max" in cell_vote(at_cell(birth_date=born, papers=(*papers, later)), on), (
        "consent comes before the vote"
    )


def test_a_missing_birth_date_is_said() -> None:
    assert "age_min" in cell_vote(at_cell(birth_date=None), date(2022, 7, 1))


@pytest.mark.parametrize(
    ("level", "ground", "refused"),
    [
        (None, "", True),
        (Schooling.PRIMARY, "", True),
        (Schooling.LOWER_SECONDARY, "", False),
        (Schooling.PRIMARY, "island", False),
        (None, "ethnic_minority", False),
        (Schooling.PRIMARY, "no such ground", True),
    ],
)
def test_schooling_or_a_recorded_ground(level: Schooling | None, ground: str, refused: bool) -> None:
    found = cell_vote(at_cell(schooling=level, schooling_ground=ground), date(2022, 7, 1))
    assert ("schooling" in found) is refused


@pytest.mark.parametrize(
    ("issued", "on", "refused"),
    [
        (date(2017, 7, 15), date(2022, 7, 14), False),
        (date(2017, 7, 15), date(2022, 7, 15), False),  # a Friday: the last day counts whole
        (date(2017, 7, 15), date(2022, 7, 16), True),
        (date(2017, 7, 16), date(2022, 7, 18), False),  # ends on a Saturday: the next working day
        (date(2017, 7, 16), date(2022, 7, 19), True),
        (date(2016, 2, 29), date(2021, 3, 1), False),  # 28/02/2021 is a Sunday
        (date(2016, 2, 29), date(2021, 3, 2), True),
        (date(2017, 9, 2), date(2022, 9, 5), False),  # National Day
    ],
)
def test_the_certificate_is_good_for_sixty_months(issued: date, on: date, refused: bool) -> None:
    made = on - timedelta(days=60)
    facts = at_cell(papers=(Paper("CN-NTVĐ", issued, "1"),), dossier_made_on=made, birth_date=date(1990, 1, 1))
    assert ("course_certificate" in cell_vote(facts, on)) is refused


def test_a_new_certificate_takes_the_place_of_an_expired_one() -> None:
    old, new = Paper("CN-NTVĐ", date(2015, 1, 5), "1"), Paper("CN-NTVĐ", date(2022, 1, 5), "2")
    assert "course_certificate" in cell_vote(at_cell(papers=(old,)), date(2022, 7, 1))
    assert not cell_vote(at_cell(papers=(old, new)), date(2022, 7, 1))
    assert "course_certificate" in cell_vote(at_cell(papers=()), date(2022, 7, 1)), "none at all"


@pytest.mark.parametrize(
    ("made", "on", "refused"),
    [
        (date(2021, 7, 15), date(2022, 7, 14), False),
        (date(2021, 7, 15), date(2022, 7, 15), False),
        (date(2021, 7, 15), date(2022, 7, 16), True),
        (date(2021, 1, 31), date(2022, 2, 7), False),  # ends on the eve of Tết: the first working day after it
        (date(2021, 1, 31), date(2022, 2, 8), True),
    ],
)
def test_a_dossier_goes_stale_after_twelve_months_without_a_cell_vote(made: date, on: date, refused: bool) -> None:
    assert ("stale_dossier" in cell_vote(at_cell(dossier_made_on=made), on)) is refused


def test_a_stale_dossier_is_made_again_with_new_papers_only() -> None:
    facts = at_cell(dossier_made_on=date(2021, 7, 15), unit_has_youth_union=True, youth_member=True)
    s, on = situation(State.CELL_REVIEW, facts), date(2022, 7, 20)
    fresh = tuple(Paper(form, on) for form in ("2-KNĐ", "3-KNĐ", "4-KNĐ", "5-KNĐ"))
    assert not refusals(s, "redo_stale_papers", on, papers=fresh)
    assert rules_against(s, "redo_stale_papers", on, papers=fresh[:-1]) == {"stale_dossier"}
    old = (*fresh[:-1], Paper("5-KNĐ", date(2022, 7, 15)))
    assert rules_against(s, "redo_stale_papers", on, papers=old) == {"stale_dossier"}
    assert rules_against(s, "redo_stale_papers", date(2022, 7, 15), papers=fresh) >= {"stale_dossier"}, "not stale yet"


@pytest.mark.parametrize(
    ("voted", "refused"),
    [
        (date(2021, 7, 14), True),  # before the dossier was made (again): it is not what the cell considered
        (date(2021, 7, 15), False),
        (date(2022, 7, 15), False),  # the last day
        (date(2022, 7, 16), True),  # it was stale by then
    ],
)
def test_a_failed_vote_of_the_cell_is_a_consideration_and_ends_staleness(voted: date, refused: bool) -> None:
    vote = Vote(Body.CELL, Purpose.ADMISSION, voted, 15, 15, 9, 6)
    facts, on = at_cell(dossier_made_on=date(2021, 7, 15), votes=(vote,)), date(2022, 9, 20)
    assert ("stale_dossier" in cell_vote(facts, on)) is refused
    s = situation(State.CELL_REVIEW, facts)
    assert ("stale_dossier" in {d.rule for d in running(s.state, facts, s.rulebook, s.calendar)}) is refused
    fresh = tuple(Paper(form, on) for form in ("2-KNĐ", "3-KNĐ", "5-KNĐ"))
    assert ("stale_dossier" in rules_against(s, "redo_stale_papers", on, papers=fresh)) is not refused


@pytest.mark.parametrize(
    ("ground", "level", "refused"),
    [
        ("fishermen", None, True),
        ("fishermen", Schooling.PRIMARY, False),
        ("elder", None, False),
        ("mountain", None, False),
    ],
)
def test_fishermen_have_completed_primary_school(ground: str, level: Schooling | None, refused: bool) -> None:
    s = situation(State.CELL_REVIEW, at_cell(schooling=level, schooling_ground=ground), rulebook="RB-2026B")
    found = rules_against(s, "pass_cell_vote", date(2022, 7, 1), number="1-NQ/CB", ballot=CELL)
    assert found == ({"schooling_grounds_primary"} if refused else set())
