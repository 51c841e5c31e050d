"""Votes at their edges: majorities, quorum, who decides, the rule of three."""

from datetime import date

import pytest

from tests.workflow.helpers import fire, refusals, rules_against, situation
from tests.workflow.situations import CELL, SOUND, at_cell, cell_vote, failed
from workflow.facts import (
    Ballot,
    DossierFacts,
    Vote,
)
from workflow.procedure.table import moves_from
from workflow.route import ROUTES, Route, RouteName
from workflow.stages import State
from workflow.votes import Body, Purpose

EVERY_BOOK = True


@pytest.mark.parametrize(
    ("entitled", "in_favour", "passes"),
    [(14, 9, False), (14, 10, True), (15, 9, False), (15, 10, True), (16, 10, False), (16, 11, True)],
)
def test_the_cell_needs_two_thirds_of_those_entitled(entitled: int, in_favour: int, passes: bool) -> None:
    found = cell_vote(SOUND, date(2022, 7, 1), Ballot(entitled, entitled, in_favour))
    assert ("cell_vote" in found) is not passes


@pytest.mark.parametrize(
    ("ballot", "rule"),
    [
        (Ballot(15, 16, 15), "vote_count"),
        (Ballot(15, 15, 15, 1), "vote_count"),
        (Ballot(15, 9, 9), "cell_vote"),
        (Ballot(0, 0, 0), "cell_vote"),
        (Ballot(15, 10, 10), None),
        (Ballot(15, 15, 10, 5), None),
    ],
)
def test_votes_add_up_and_the_meeting_is_valid(ballot: Ballot, rule: str | None) -> None:
    found = cell_vote(SOUND, date(2022, 7, 1), ballot)
    assert (rule in found) if rule else not found


@pytest.mark.parametrize(
    ("route", "ballot", "passes"),
    [
        (ROUTES[RouteName.COMMITTEE], Ballot(8, 8, 4), False),
        (ROUTES[RouteName.COMMITTEE], Ballot(8, 8, 5), True),
        (ROUTES[RouteName.COMMITTEE], Ballot(9, 9, 5), True),
        (ROUTES[RouteName.DELEGATED], Ballot(9, 9, 5), False),
        (ROUTES[RouteName.DELEGATED], Ballot(9, 9, 6), True),
    ],
)
def test_who_decides_and_by_which_majority(route: Route, ballot: Ballot, passes: bool) -> None:
    votes = tuple(
        Vote(body, Purpose.ADMISSION, date(2022, 6, 1), 9, 9, 9, 0, True) for body in (Body.CELL, Body.COMMITTEE)
    )
    facts = at_cell(votes=votes, preparer="a2")
    s = situation(State.AWAITING_DECISION, facts, route=route)
    found = rules_against(s, "decide_admission", date(2022, 7, 1), number="1-QĐ", ballot=ballot)
    assert (not found) is passes


def test_a_decision_needs_the_votes_of_its_route_and_its_preparation() -> None:
    cell = Vote(Body.CELL, Purpose.ADMISSION, date(2022, 6, 1), 9, 9, 9, 0, True)
    found = {
        route: rules_against(
            situation(State.AWAITING_DECISION, at_cell(votes=(cell,), preparer="a2"), route=route),
            "decide_admission", date(2022, 7, 1), number="1-QĐ", ballot=Ballot(9, 9, 9),
        )
        for route in ROUTES.values()
    }  # fmt: skip
    assert found[ROUTES[RouteName.GRASSROOTS_CELL]] == set()
    assert found[ROUTES[RouteName.DELEGATED]] == set(), "it votes when it decides"
    assert found[ROUTES[RouteName.COMMITTEE]] == found[ROUTES[RouteName.COMMITTEE_SECTION]] == {"committee_vote"}
    unprepared = situation(State.AWAITING_DECISION, at_cell(votes=(cell,)), route=ROUTES[RouteName.GRASSROOTS_CELL])
    assert "decision_prepared" in rules_against(
        unprepared, "decide_admission", date(2022, 7, 1), number="1", ballot=CELL
    )


def test_a_failed_vote_is_counted_and_a_passed_one_is_none() -> None:
    s = situation(State.CELL_REVIEW, SOUND)
    assert not refusals(s, "record_failed_vote", date(2022, 7, 1), ballot=Ballot(15, 15, 9))
    assert rules_against(s, "record_failed_vote", date(2022, 7, 1), ballot=Ballot(15, 15, 10)) == {"cell_vote"}


@pytest.mark.parametrize(("times", "third_failed"), [(2, False), (3, True), (4, True)])
def test_after_three_failed_votes_on_recognition_the_superior_decides(times: int, third_failed: bool) -> None:
    facts = DossierFacts(
        admitted_on=date(2021, 4, 1), ceremony_on=date(2021, 5, 1), votes=failed(times, Purpose.RECOGNITION)
    )
    s = situation(State.RECOGNITION_CELL_REVIEW, facts)
    again = rules_against(s, "record_failed_vote", date(2022, 7, 1), ballot=Ballot(15, 15, 5))
    refer = rules_against(s, "refer_to_superior", date(2022, 7, 1), reason="Ba lần không đủ phiếu.")
    assert again == ({"three_failed_votes"} if third_failed else set())
    assert refer == (set() if third_failed else {"three_failed_votes"})


def test_the_rule_of_three_is_not_for_admission() -> None:
    facts = at_cell(votes=failed(5, Purpose.ADMISSION))
    assert not cell_vote(facts, date(2022, 7, 1))


@pytest.mark.parametrize(
    ("ballot", "refused"),
    [
        (Ballot(15, 15, 15, members=15), False),
        (Ballot(15, 15, 15, members=14), True),
        (Ballot(15, 12, 12, exempt_present=12), False),
        (Ballot(15, 12, 12, exempt_present=13), True),
    ],
)
def test_those_entitled_are_members_and_the_exempt_who_came_are_among_those_present(
    ballot: Ballot, refused: bool
) -> None:
    assert cell_vote(at_cell(), date(2022, 7, 1), ballot) == ({"vote_count"} if refused else set())


@pytest.mark.parametrize(
    ("state", "trigger", "mend"),
    [
        (State.AWAITING_DECISION, "decide_admission", "record_failed_vote"),
        (State.AWAITING_DECISION, "refuse", ""),
        (State.RECOGNITION_AWAITING_DECISION, "decide_recognition", "record_failed_vote"),
        (State.APPROVED, "revoke_decision", ""),
        (State.PROBATIONARY, "annul_admission", ""),
    ],
)
@pytest.mark.parametrize("name", [RouteName.COMMITTEE, RouteName.DELEGATED])
def test_too_few_votes_are_recorded_where_that_is_an_act(
    state: State, trigger: str, mend: str, name: RouteName
) -> None:
    s = situation(state, at_cell(), route=ROUTES[name])
    (no,) = (
        r for r in refusals(s, trigger, date(2022, 7, 1), number="1", ballot=Ballot(9, 9, 2)) if r.field == "in_favour"
    )
    assert no.mend == mend
    assert bool(mend) is ("Ghi lần biểu quyết không đạt" in no.remedy.vi)
    assert not mend or any(move.trigger == mend for move in moves_from(state, s.route))


@pytest.mark.parametrize(("present", "warned"), [(9, True), (10, False)])
def test_a_meeting_with_too_few_is_recorded_and_said_not_to_be_usual(present: int, warned: bool) -> None:
    s = situation(State.CELL_REVIEW, at_cell())
    warnings = fire(s, "record_failed_vote", date(2022, 7, 1), ballot=Ballot(15, present, 5)).warnings
    assert [warning.rule for warning in warnings] == (["quorum"] if warned else [])
    assert all("Vẫn ghi được" in warning.remedy.vi for warning in warnings), "what was recorded is not called invalid"
