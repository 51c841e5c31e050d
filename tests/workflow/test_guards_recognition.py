"""Ceremony, probation and recognition at their edges."""

from datetime import date, timedelta

import msgspec
import pytest

from tests.workflow import helpers
from tests.workflow.helpers import EVERYBODY, Walk, refusals, rules_against, situation
from tests.workflow.situations import APPROVED, DAY
from workflow.facts import (
    Actor,
    DossierFacts,
    Extension,
    Paper,
)
from workflow.route import ROUTES, RouteName
from workflow.stages import State

EVERY_BOOK = True


LAST_DAY = {"RB-2026B": (date(2022, 8, 1), date(2022, 8, 2))}
"""Thirty working days from the issue of the decision, 20/06/2022, and one more; before 208-QĐ/TW from its receipt."""


def last_day(more: int = 0) -> date:
    """The last day of the ceremony of APPROVED under the rulebook of the test, extended by a working day or not."""
    return LAST_DAY.get(helpers.BOOK, (date(2022, 8, 12), date(2022, 8, 15)))[more]


@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
def test_the_ceremony_is_within_thirty_working_days_of_what_starts_its_clock(days: int, refused: bool) -> None:
    s, on = situation(State.APPROVED, APPROVED), last_day() + timedelta(days=days)
    assert ("ceremony" in rules_against(s, "hold_ceremony", on, received_on=date(2022, 7, 1))) is refused


def test_a_later_ceremony_needs_the_superiors_agreement() -> None:
    extended = msgspec.structs.replace(APPROVED, extensions=(Extension("ceremony", 1, date(2022, 8, 1)),))
    s, last = situation(State.APPROVED, extended), last_day(more=1)
    assert not refusals(s, "hold_ceremony", last, received_on=date(2022, 7, 1))
    assert "ceremony" in rules_against(s, "hold_ceremony", last + timedelta(days=1), received_on=date(2022, 7, 1))


def test_the_decision_is_received_after_it_was_taken() -> None:
    s = situation(State.APPROVED, DossierFacts(admitted_on=date(2022, 6, 20)))
    assert rules_against(s, "hold_ceremony", date(2022, 7, 5), received_on=date(2022, 6, 19)) == {"act_order"}
    assert rules_against(s, "hold_ceremony", date(2022, 7, 5), received_on=date(2022, 7, 6)) == {"act_order"}
    assert not refusals(s, "hold_ceremony", date(2022, 7, 5), received_on=date(2022, 6, 20))


def on_probation(ceremony: date, papers_on: date) -> DossierFacts:
    papers = tuple(Paper(form, papers_on) for form in ("10-KNĐ", "11-KNĐ", "12-KNĐ"))
    return DossierFacts(
        admitted_on=ceremony - timedelta(days=10),
        ceremony_on=ceremony,
        papers=(Paper("CN-ĐVM", ceremony + timedelta(days=90)), *papers),
    )


@pytest.mark.parametrize(
    ("ceremony", "last"),
    [
        (date(2021, 8, 31), date(2022, 8, 31)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2021, 9, 2), date(2022, 9, 2)),  # a public holiday: probation ends on its own day
    ],
)
def test_recognition_begins_after_the_full_twelve_months(ceremony: date, last: date) -> None:
    facts = on_probation(ceremony, last + DAY)
    s = situation(State.PROBATIONARY, facts)
    assert "probation" in rules_against(s, "submit_for_recognition", last)
    assert not refusals(s, "submit_for_recognition", last + DAY)


def test_the_papers_of_recognition_are_dated_after_the_twelve_months() -> None:
    on = date(2022, 9, 5)
    early = situation(State.PROBATIONARY, on_probation(date(2021, 8, 31), date(2022, 8, 31)))
    assert rules_against(early, "submit_for_recognition", on) == {"recognition_papers"}
    facts = on_probation(date(2021, 8, 31), date(2022, 9, 1))
    no_course = msgspec.structs.replace(facts, papers=facts.papers[1:])
    assert rules_against(situation(State.PROBATIONARY, no_course), "submit_for_recognition", on) == {
        "new_member_course"
    }


def test_official_from_the_day_the_twelve_months_ended_however_late() -> None:
    walk = Walk(ROUTES[RouteName.GRASSROOTS_CELL]).to(State.RECOGNITION_AWAITING_DECISION)
    ceremony = walk.facts.ceremony_on
    assert ceremony is not None
    walk.do("prepare_decision", actor=Actor("x", EVERYBODY))
    walk.do("decide_recognition", days=500, actor=Actor("y", EVERYBODY))
    assert walk.state is State.OFFICIAL
    assert walk.facts.effective_on == date(ceremony.year + 1, ceremony.month, ceremony.day)
    assert walk.facts.recognised_on == walk.on


def test_the_follow_up_is_closed_when_it_is_over() -> None:
    facts = DossierFacts(admitted_on=date(2020, 1, 1), recognised_on=date(2021, 3, 15))
    s = situation(State.OFFICIAL, facts)
    assert rules_against(s, "close", date(2022, 3, 15)) == {"follow_up"}
    assert not refusals(s, "close", date(2022, 3, 16))
