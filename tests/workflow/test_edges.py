"""Edges where the rulebooks differ or meet: the day before, the day, the day after; and a dossier that passes over."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tests.workflow.helpers import CALENDAR, EVERYBODY, Walk, fire, refusals, rules_against, situation
from tests.workflow.situations import at_cell
from workflow.deadlines import running
from workflow.facts import Actor, Ballot, DossierFacts, Introducer, Paper, Relation, Relative, Schooling, Vote
from workflow.guards import Situation
from workflow.route import ROUTES, RouteName, UnitKind, route_of
from workflow.rulebook import in_force, shipped
from workflow.stages import State
from workflow.votes import Body, Purpose

DAY = timedelta(days=1)
OTHER = Actor("a8", EVERYBODY)
BOOKS = pytest.mark.parametrize("code", list(shipped()))


# --- which rulebook -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2021, 7, 29), "RB-2021"), (date(2021, 7, 30), "RB-2021"), (date(2025, 6, 30), "RB-2021"),
        (date(2025, 7, 1), "RB-2025"), (date(2026, 4, 7), "RB-2025"), (date(2026, 4, 8), "RB-2026"),
        (date(2026, 7, 25), "RB-2026"), (date(2026, 7, 26), "RB-2026B"), (date(2026, 7, 27), "RB-2026B"),
    ],
)  # fmt: skip
def test_the_rulebook_of_a_day(day: date, code: str) -> None:
    assert in_force(day).code == code


# --- what differs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words"), [("RB-2021", "bằng"), ("RB-2025", "bằng"), ("RB-2026", "bằng"), ("RB-2026B", "học xong")]
)
def test_schooling_is_certified_or_completed(code: str, words: str) -> None:
    facts = at_cell(schooling=Schooling.PRIMARY)
    s = situation(State.CELL_REVIEW, facts, rulebook=code)
    found = refusals(s, "pass_cell_vote", date(2022, 7, 1), number="1", ballot=Ballot(15, 15, 15))
    assert [r.rule for r in found] == ["schooling"]
    assert words in found[0].message.vi
    excused = situation(State.CELL_REVIEW, msgspec.structs.replace(facts, schooling_ground="island"), rulebook=code)
    assert not refusals(excused, "pass_cell_vote", date(2022, 7, 1), number="1", ballot=Ballot(15, 15, 15))


CLOCKS = [
    # decided on Monday 3/8/2026, received on Friday 14/8; 2/9 (and 1/9) are off; what starts the clock differs
    ("RB-2021", date(2026, 9, 29)), ("RB-2025", date(2026, 9, 29)), ("RB-2026", date(2026, 9, 29)),
    ("RB-2026B", date(2026, 9, 16)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "last"), CLOCKS)
def test_what_starts_the_clock_of_the_ceremony(code: str, last: date) -> None:
    facts = DossierFacts(admitted_on=date(2026, 8, 3), received_on=date(2026, 8, 14))
    s = situation(State.APPROVED, facts, rulebook=code)
    for on, refused in ((last - DAY, False), (last, False), (last + DAY, True)):
        assert ("ceremony" in rules_against(s, "hold_ceremony", on)) is refused, on
    assert {d.rule: d.due_on for d in running(State.APPROVED, facts, s.rulebook, CALENDAR)}["ceremony"] == last


def test_before_the_decision_is_received_the_clock_runs_only_where_it_starts_with_the_issue() -> None:
    facts = DossierFacts(admitted_on=date(2026, 8, 3))
    for code, runs in (("RB-2021", False), ("RB-2025", False), ("RB-2026", False), ("RB-2026B", True)):
        rules = {d.rule for d in running(State.APPROVED, facts, shipped()[code], CALENDAR)}
        assert ("ceremony" in rules) is runs, code


@pytest.mark.parametrize(
    ("code", "named", "decides"),
    [
        ("RB-2021", None, "upper_standing_committee"), ("RB-2021", "own_committee", "own_committee"),
        ("RB-2021", "own_standing_committee", "upper_standing_committee"),
        ("RB-2025", "own_committee", "own_committee"),
        ("RB-2026", None, "upper_standing_committee"), ("RB-2026B", None, "own_standing_committee"),
        ("RB-2026B", "upper_standing_committee", "upper_standing_committee"),
        ("RB-2026B", "own_committee", "own_standing_committee"),
    ],
)  # fmt: skip
def test_who_may_decide(code: str, named: str | None, decides: str) -> None:
    chain = ((UnitKind.CELL, None), (UnitKind.GRASSROOTS_COMMITTEE, named), (UnitKind.UPPER_COMMITTEE, None))
    road = route_of(chain, shipped()[code])
    assert road is not None
    assert road.decider == decides


@pytest.mark.parametrize("ground", ["card_returned", "breach_of_duties", "no_progress", "standard_not_met"])
@BOOKS
def test_more_grounds_of_removal_since_208(code: str, ground: str) -> None:
    facts = DossierFacts(admitted_on=date(2025, 1, 6), ceremony_on=date(2025, 2, 3))
    s = situation(State.PROBATIONARY, facts, rulebook=code)
    asked: dict[str, Any] = {"number": "1-NQ", "ballot": Ballot(15, 15, 10)}
    assert bool(refusals(s, "propose_removal", date(2026, 8, 3), ground=ground, **asked)) is (code != "RB-2026B")
    assert not refusals(s, "propose_removal", date(2026, 8, 3), ground="absent", **asked)


@BOOKS
def test_a_standing_committee_decides_by_more_than_half_and_a_committee_by_two_thirds(code: str) -> None:
    voted = tuple(Vote(b, Purpose.ADMISSION, date(2026, 8, 3), 9, 9, 9, 0, True) for b in (Body.CELL, Body.COMMITTEE))
    facts = DossierFacts(votes=voted, prepared_on=date(2026, 8, 10), preparer="a9", cell_resolution_on=date(2026, 8, 3))
    for name, entitled, least in (
        (RouteName.COMMITTEE, 14, 8), (RouteName.COMMITTEE, 15, 8), (RouteName.OWN_STANDING, 9, 5),
        (RouteName.OWN_STANDING, 8, 5), (RouteName.DELEGATED, 14, 10), (RouteName.DELEGATED, 15, 10),
        (RouteName.DELEGATED, 16, 11),
    ):  # fmt: skip
        s = situation(State.AWAITING_DECISION, facts, route=ROUTES[name], rulebook=code)
        for in_favour, refused in ((least - 1, True), (least, False), (least + 1, False)):
            ballot = Ballot(entitled, entitled, in_favour)
            found = refusals(s, "decide_admission", date(2026, 8, 17), number="1-QĐ", ballot=ballot)
            assert bool(found) is refused, (name, entitled, in_favour)


# --- new deadlines, in each -----------------------------------------------------------------------


@BOOKS
def test_the_member_cv_is_due_thirty_working_days_after_the_ceremony(code: str) -> None:
    facts = DossierFacts(admitted_on=date(2026, 8, 3), ceremony_on=date(2026, 8, 17))
    book = shipped()[code]
    due = {d.rule: d.due_on for d in running(State.PROBATIONARY, facts, book, CALENDAR)}
    assert due["member_cv"] == date(2026, 9, 30), "1 and 2 September are off"
    there = msgspec.structs.replace(facts, papers=(Paper("LL-ĐV", date(2026, 9, 1)),))
    assert "member_cv" not in {d.rule for d in running(State.PROBATIONARY, there, book, CALENDAR)}


@BOOKS
@pytest.mark.parametrize(
    ("ceremony", "end"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)), (date(2023, 2, 28), date(2024, 2, 28)),
        (date(2025, 8, 31), date(2026, 8, 31)), (date(2026, 1, 1), date(2027, 1, 1)),
    ],
)  # fmt: skip
def test_twelve_months_whatever_the_day(code: str, ceremony: date, end: date) -> None:
    papers = tuple(Paper(form, end + DAY) for form in ("CN-ĐVM", "10-KNĐ", "11-KNĐ", "12-KNĐ"))
    facts = DossierFacts(admitted_on=ceremony, ceremony_on=ceremony, papers=papers)
    s = situation(State.PROBATIONARY, facts, rulebook=code)
    assert "probation" in rules_against(s, "submit_for_recognition", end - DAY)
    assert "probation" in rules_against(s, "submit_for_recognition", end), "the last day has to pass"
    assert not refusals(s, "submit_for_recognition", end + DAY)


@BOOKS
@pytest.mark.parametrize(("made", "refused"), [(-1, True), (0, True), (1, False)])
def test_the_papers_of_recognition_are_dated_after_the_end(code: str, made: int, refused: bool) -> None:
    end = date(2026, 8, 17)
    papers = (
        Paper("CN-ĐVM", date(2026, 3, 2)), Paper("11-KNĐ", end + DAY), Paper("12-KNĐ", end + DAY),
        Paper("10-KNĐ", end + timedelta(days=made)),
    )  # fmt: skip
    facts = DossierFacts(admitted_on=date(2025, 8, 4), ceremony_on=date(2025, 8, 17), papers=papers)
    found = rules_against(situation(State.PROBATIONARY, facts, rulebook=code), "submit_for_recognition", end + 3 * DAY)
    assert ("recognition_papers" in found) is refused


@BOOKS
@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
def test_the_certificate_is_good_for_sixty_months(code: str, days: int, refused: bool) -> None:
    issued = date(2021, 9, 7)  # a Tuesday; 7/9/2026 is a Monday
    facts = at_cell(
        papers=(Paper("CN-NTVĐ", issued, "1"),), dossier_made_on=date(2026, 3, 2), birth_date=date(1990, 5, 5)
    )
    s = situation(State.CELL_REVIEW, facts, rulebook=code)
    on = date(2026, 9, 7) + timedelta(days=days)
    assert (
        "course_certificate" in rules_against(s, "pass_cell_vote", on, number="1", ballot=Ballot(9, 9, 9))
    ) is refused


@BOOKS
@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
def test_a_dossier_is_stale_after_twelve_months(code: str, days: int, refused: bool) -> None:
    made = date(2025, 9, 8)
    facts = at_cell(
        papers=(Paper("CN-NTVĐ", date(2025, 3, 3), "1"),), dossier_made_on=made, birth_date=date(1990, 5, 5)
    )
    s = situation(State.CELL_REVIEW, facts, rulebook=code)
    on = date(2026, 9, 8) + timedelta(days=days)
    assert ("stale_dossier" in rules_against(s, "pass_cell_vote", on, number="1", ballot=Ballot(9, 9, 9))) is refused


@BOOKS
@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
def test_twelve_months_together(code: str, days: int, refused: bool) -> None:
    on = date(2026, 9, 14)
    since = date(2025, 9, 14) + timedelta(days=days)
    s = situation(State.APPLYING, DossierFacts(birth_date=date(1990, 5, 5)), rulebook=code)
    offered = (Introducer("m1", since), Introducer("m2", date(2020, 1, 6)))
    assert ("introducer_tie" in rules_against(s, "assign_introducers", on, introducers=offered)) is refused


# --- from RB-2025 to RB-2026B in the middle of a dossier ------------------------------------------


class Passing(Walk):
    """A dossier whose step is judged by the rulebook in force when the step began, as the application keeps it."""

    def __init__(self, on: date, route: RouteName = RouteName.COMMITTEE) -> None:
        super().__init__(ROUTES[route], rulebook=in_force(on).code, on=on)

    def took(self, outcome: Any) -> None:
        if outcome.to is not self.state:
            self.rulebook = in_force(self.on).code
        super().took(outcome)


@pytest.mark.parametrize(
    ("decided", "book", "last"),
    [
        (date(2026, 7, 24), "RB-2026", date(2026, 9, 16)),  # received on 3/8: thirty working days from there
        (date(2026, 7, 27), "RB-2026B", date(2026, 9, 9)),  # from the decision, although it was received on 3/8
    ],
)
def test_the_clock_is_that_of_the_day_the_step_began(decided: date, book: str, last: date) -> None:
    walk = Passing(date(2025, 11, 3)).to(State.AWAITING_DECISION)
    walk.do("prepare_decision", actor=None)
    walk.on = decided
    walk.do("decide_admission", days=0, actor=OTHER)
    assert walk.rulebook == book
    walk.on = date(2026, 8, 3)
    walk.do("receive_decision", days=0, received_on=date(2026, 8, 3))
    due = {d.rule: d.due_on for d in running(State.APPROVED, walk.facts, shipped()[walk.rulebook], CALENDAR)}
    assert due["ceremony"] == last
    for on, refused in ((last, False), (last + DAY, True)):
        s = situation(State.APPROVED, walk.facts, on, walk.route, rulebook=walk.rulebook)
        assert ("ceremony" in rules_against(s, "hold_ceremony", on)) is refused


def test_what_was_walked_stays_and_the_rest_is_by_the_rules_of_its_day() -> None:
    walk = Passing(date(2025, 11, 3)).to(State.VERIFIED)
    assert walk.rulebook == "RB-2025"
    walk.on = date(2026, 7, 27)
    walk.do("submit_to_cell", days=0)
    assert walk.rulebook == "RB-2026B"
    assert [paper.form for paper in walk.facts.papers][:2] == ["4-KNĐ", "CN-NTVĐ"], "papers stay as they were recorded"
    walk.do("pass_cell_vote")
    walk.road = ROUTES[RouteName.OWN_STANDING]  # the committee's own standing committee decides from now on
    walk.do("follow_new_road")
    assert walk.state is State.AWAITING_DECISION
    walk.do("prepare_decision")
    assert not refusals(
        situation(walk.state, walk.facts, walk.on + DAY, walk.route, OTHER, walk.rulebook),
        "decide_admission", walk.on + DAY, number="9-QĐ", ballot=Ballot(9, 9, 5),
    )  # fmt: skip


@pytest.mark.parametrize(("verified_on", "refused"), [(date(2026, 8, 2), True), (date(2026, 8, 3), False)])
def test_a_result_is_judged_by_the_rules_of_the_step(verified_on: date, refused: bool) -> None:
    facts = DossierFacts(verifying_since=date(2026, 8, 3), birth_date=date(1990, 1, 1))
    relatives = (Relative("r1", Relation.FATHER, verified_on),)
    s: Situation = situation(State.VERIFYING, facts, rulebook="RB-2026B")
    assert (
        "verification_order" in rules_against(s, "record_relatives", date(2026, 8, 5), relatives=relatives)
    ) is refused
    old = situation(State.VERIFYING, facts, rulebook="RB-2021")
    assert fire(old, "record_relatives", date(2026, 8, 5), relatives=relatives).facts.relatives == relatives
