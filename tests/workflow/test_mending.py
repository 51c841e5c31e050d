"""What is put right on the way: points of a return, a procedure done again; and people who come along."""

from datetime import date
from typing import Any

import msgspec
import pytest

from tests.workflow.helpers import Walk, fire, refusals, rules_against, situation
from workflow import machine
from workflow.deadlines import running
from workflow.facts import Actor, Ballot, Candidate, DossierFacts, Evidence, Paper, Point, Schooling, Source, Taken
from workflow.guards import Situation, needed_days
from workflow.papers import Kind
from workflow.procedure.table import MOVES, moves_from, route_knows
from workflow.roles import Role
from workflow.route import ROUTES, RouteName
from workflow.rulebook import shipped
from workflow.stages import State
from workflow.votes import Body, Purpose

EVERY_BOOK = True

ON = date(2022, 7, 1)
COMMITTEE = ROUTES[RouteName.COMMITTEE]


# --- points ---------------------------------------------------------------------------------------


def returned(*texts: str) -> Walk:
    walk = Walk().to(State.AWAITING_DECISION)
    walk.do("return_for_correction", return_to=State.VERIFYING, reason="Chưa đủ.", points=texts)
    return walk


def test_a_return_without_points_goes_on_at_once() -> None:
    walk = returned()
    assert walk.facts.points == ()
    walk.do("conclude_verification", actor=None, reason="Đủ điều kiện.")
    assert walk.state is State.VERIFIED


def test_every_point_is_ticked_off_before_the_step_is_taken_again() -> None:
    walk = returned("bên vợ", "nơi cư trú")
    s = situation(walk.state, walk.facts, walk.on)
    assert [r.field for r in refusals(s, "conclude_verification", walk.on, reason="Đủ.")] != []
    walk.do("mend_point", point=2)
    assert [point.mended_on for point in walk.facts.points] == [None, walk.on]
    assert refusals(situation(walk.state, walk.facts, walk.on), "conclude_verification", walk.on, reason="Đủ.")
    walk.do("mend_point", point=1)
    walk.do("conclude_verification", reason="Đủ điều kiện.")
    assert walk.state is State.VERIFIED


@pytest.mark.parametrize("point", [1, 3, 99])
def test_a_point_that_is_not_there_or_mended_is_not_ticked_off(point: int) -> None:
    facts = DossierFacts(points=(Point(1, ON), Point(2)))
    found = refusals(situation(State.VERIFYING, facts), "mend_point", ON, point=point)
    assert [r.field for r in found] == ["point"]
    assert not refusals(situation(State.VERIFYING, facts), "mend_point", ON, point=2)


def test_a_second_return_asks_anew() -> None:
    walk = returned("một", "hai")
    for nr in (1, 2):
        walk.do("mend_point", point=nr)
    walk.do("return_for_correction", return_to=State.APPLYING, reason="Thiếu chữ ký.", points=("chữ ký",))
    assert walk.facts.points == (Point(1),)


# --- a wrong admission ----------------------------------------------------------------------------

MEMBERS = [State.PROBATIONARY, State.RECOGNITION_AWAITING_DECISION, State.OFFICIAL]
MEMBER = DossierFacts(admitted_on=date(2021, 1, 1), ceremony_on=date(2021, 2, 1))
LETTER: dict[str, Any] = {"number": "3-CV", "reason": "Biên bản thiếu."}
UPPER = Ballot(9, 9, 5)


@pytest.mark.parametrize("state", MEMBERS)
def test_the_procedure_is_done_again_and_then_confirmed_or_annulled(state: State) -> None:
    s = situation(state, MEMBER)
    assert rules_against(s, "confirm_after_mending", ON, number="4-QĐ", ballot=UPPER) == {"act_order"}
    asked = fire(s, "require_mending", ON, **LETTER)
    assert (asked.to, asked.facts.mending_since) == (state, ON)
    mending = situation(state, asked.facts)
    assert rules_against(mending, "require_mending", ON, **LETTER) == {"act_order"}
    confirmed = fire(mending, "confirm_after_mending", ON, number="4-QĐ", ballot=UPPER)
    assert (confirmed.to, confirmed.facts.mending_since, confirmed.facts.admitted_on) == (state, None, date(2021, 1, 1))
    annulled = fire(mending, "annul_admission", ON, number="5-QĐ", ballot=UPPER, reason="Chi bộ không họp.")
    assert annulled.to is State.ANNULLED
    assert annulled.facts.admitted_on is None, "it counts in no quota"


def test_nothing_is_decided_on_the_membership_while_the_procedure_is_done_again() -> None:
    facts = msgspec.structs.replace(MEMBER, mending_since=date(2022, 5, 1), prepared_on=date(2022, 6, 1), preparer="a2")
    s = situation(State.RECOGNITION_AWAITING_DECISION, facts)
    against = refusals(s, "decide_recognition", ON, number="9-QĐ", ballot=UPPER)
    assert "confirm_after_mending" in {refusal.mend for refusal in against}


@pytest.mark.parametrize(("in_favour", "passes"), [(4, False), (5, True)])
@pytest.mark.parametrize("trigger", ["confirm_after_mending", "annul_admission"])
def test_more_than_half_of_the_standing_committee(trigger: str, in_favour: int, passes: bool) -> None:
    s = situation(State.PROBATIONARY, msgspec.structs.replace(MEMBER, mending_since=date(2022, 5, 1)))
    reason = {"reason": "Lập sau."} if trigger == "annul_admission" else {}
    found = refusals(s, trigger, ON, number="4-QĐ", ballot=Ballot(9, 9, in_favour), **reason)
    assert bool(found) is not passes


def test_votes_on_mending_and_annulment_are_kept_apart_from_recognition() -> None:
    s = situation(State.PROBATIONARY, msgspec.structs.replace(MEMBER, mending_since=date(2022, 5, 1)))
    for trigger, purpose in (("confirm_after_mending", Purpose.MENDING), ("annul_admission", Purpose.ANNULMENT)):
        reason = {"reason": "Lập sau."} if trigger == "annul_admission" else {}
        vote = fire(s, trigger, ON, number="4-QĐ", ballot=UPPER, **reason).facts.votes[-1]
        assert (vote.purpose, vote.body) == (purpose, Body.STANDING_COMMITTEE)


# --- coming along ---------------------------------------------------------------------------------

DAYS = {
    "course_ends_on": date(2021, 3, 1), "dossier_made_on": date(2021, 5, 1), "cell_resolution_on": date(2021, 7, 1),
    "committee_resolution_on": date(2021, 8, 1), "admitted_on": date(2021, 9, 1), "received_on": date(2021, 9, 8),
    "ceremony_on": date(2021, 9, 15), "recognition_resolution_on": date(2022, 10, 1),
    "recognition_committee_on": date(2022, 10, 10), "recognised_on": date(2022, 11, 1),
}  # fmt: skip
ENTERED = date(2022, 11, 3)


def coming(trigger: str, state: State, **days: date | None) -> tuple[Situation, dict[str, Any]]:
    book = shipped()["RB-2021"]
    forms = ("CN-NTVĐ", "1-KNĐ", "2-KNĐ", "3-KNĐ", "6-KNĐ", "9-KNĐ", book.form(Kind.HELPED), book.form(Kind.LETTER))
    told = {name: day for name, day in (DAYS | days).items() if day is not None}
    return situation(None), {
        "source": Source.TRADE_UNION, "candidate": Candidate(date(1988, 4, 30), Schooling.UPPER_SECONDARY),
        "consented": True, "unit_has_trade_union": True, "stands_in": state, "agreed_by": "Bí thư chi bộ",
        "taken": Taken(helpers=1, **told), "papers": tuple(Paper(form, date(2021, 9, 1)) for form in forms),
    }  # fmt: skip


STATES = sorted({m.dest for m in MOVES if m.trigger == "take_over" and m.dest is not None})


@pytest.mark.parametrize("trigger", ["take_over", "receive_transfer"])
@pytest.mark.parametrize("state", [s for s in STATES if route_knows(COMMITTEE, s)])
def test_a_dossier_enters_the_state_it_stands_in_and_can_go_on(trigger: str, state: State) -> None:
    first = needed_days(state, True)
    kept = {name: day if list(DAYS).index(name) <= _last(first) else None for name, day in DAYS.items()}
    s, evidence = coming(trigger, state, **kept)
    done = fire(s, trigger, ENTERED, **evidence)
    assert done.to is state
    assert (done.facts.taken_over, done.facts.moved_in) == (trigger == "take_over", trigger == "receive_transfer")
    assert any(m.dest not in (None, state) for m in moves_from(state, COMMITTEE)), "a way on"
    for name in first:
        without = {**kept, name: None}
        s, evidence = coming(trigger, state, **without)
        assert name in {r.field for r in refusals(s, trigger, ENTERED, **evidence)}


def _last(names: tuple[str, ...]) -> int:
    return max((list(DAYS).index(name) for name in names), default=-1)


@pytest.mark.parametrize("state", [s for s in STATES if not route_knows(COMMITTEE, s)])
def test_a_step_the_road_does_not_know_is_not_entered(state: State) -> None:
    s, evidence = coming("take_over", state)
    assert refusals(s, "take_over", ENTERED, **evidence)


def test_the_day_after_and_the_day_before_another() -> None:
    for name, before in zip(list(DAYS)[1:], DAYS.values(), strict=False):
        s, evidence = coming("take_over", State.OFFICIAL, **{name: before.replace(year=before.year - 1)})
        assert name in {r.field for r in refusals(s, "take_over", ENTERED, **evidence)}, name
        s, evidence = coming("take_over", State.OFFICIAL, **{name: before})
        assert name not in {r.field for r in refusals(s, "take_over", ENTERED, **evidence)}, "the same day is fine"


@pytest.mark.parametrize(("day", "fine"), [(date(2022, 11, 3), True), (date(2022, 11, 4), False)])
def test_no_day_is_after_the_step_was_entered(day: date, fine: bool) -> None:
    s, evidence = coming("take_over", State.OFFICIAL, recognised_on=day)
    assert bool(refusals(s, "take_over", ENTERED, **evidence)) is not fine


def test_the_months_of_probation_count_on() -> None:
    kept = {
        name: day if list(DAYS).index(name) <= list(DAYS).index("ceremony_on") else None for name, day in DAYS.items()
    }
    s, evidence = coming("receive_transfer", State.PROBATIONARY, **kept)
    facts = fire(s, "receive_transfer", date(2022, 3, 1), **evidence).facts
    ends = {d.rule: d.due_on for d in running(State.PROBATIONARY, facts, s.rulebook, s.calendar)}
    assert ends["probation"] == date(2022, 9, 15)
    assert ends["formal_transfer"] == date(2022, 5, 27), "60 working days; Hùng Vương, 30/4 and 1/5 are off"


def test_votes_on_paper_count_as_vouched_for() -> None:
    s, evidence = coming("take_over", State.AWAITING_DECISION)
    facts = fire(s, "take_over", ENTERED, **evidence).facts
    assert {(v.body, v.purpose) for v in facts.vouched} >= {
        (Body.CELL, Purpose.ADMISSION),
        (Body.COMMITTEE, Purpose.ADMISSION),
    }
    assert machine.options(situation(State.AWAITING_DECISION, facts))


def test_who_moves_brings_the_paper_of_the_stage() -> None:
    book = shipped()["RB-2021"]
    for state, form in (
        (State.LISTED, Kind.HELPED), (State.CELL_REVIEW, Kind.HELPED), (State.COMMITTEE_REVIEW, Kind.LETTER),
        (State.AWAITING_DECISION, Kind.LETTER), (State.APPROVED, Kind.LETTER), (State.PROBATIONARY, None),
    ):  # fmt: skip
        s, evidence = coming("receive_transfer", state)
        there = evidence["papers"]
        evidence["papers"] = tuple(p for p in there if p.form not in (book.form(Kind.HELPED), book.form(Kind.LETTER)))
        found = {r.rule for r in refusals(s, "receive_transfer", ENTERED, **evidence)}
        assert ("mover_papers" in found) is (form is not None), state
        if form is not None:
            evidence["papers"] += (Paper(book.form(form), date(2022, 1, 3)),)
            assert "mover_papers" not in {r.rule for r in refusals(s, "receive_transfer", ENTERED, **evidence)}


@pytest.mark.parametrize(
    ("state", "form"), [
        (State.LISTED, Kind.HELPED), (State.CELL_REVIEW, Kind.HELPED), (State.AWAITING_DECISION, Kind.LETTER),
        (State.APPROVED, Kind.LETTER), (State.PROBATIONARY, Kind.FORMAL_TRANSFER),
        (State.OFFICIAL, Kind.FORMAL_TRANSFER),
    ],
)  # fmt: skip
def test_who_leaves_takes_the_paper_of_the_stage_along(state: State, form: str) -> None:
    facts = MEMBER if state in (State.PROBATIONARY, State.OFFICIAL) else DossierFacts()
    done = fire(situation(state, facts), "transfer_out", ON, number="8-CV", reason="Chuyển công tác.")
    assert done.to is State.TRANSFERRED_OUT
    assert done.facts.papers[-1].form == shipped()["RB-2021"].form(form)


def test_an_act_that_opens_a_dossier_is_not_done_to_one() -> None:
    for trigger in ("take_over", "receive_transfer"):
        s, evidence = coming(trigger, State.LISTED)
        opened = msgspec.structs.replace(s, state=State.LISTED)
        assert refusals(opened, trigger, ENTERED, **evidence)
    assert Evidence(ON).stands_in is None


# --- the superior, also where the organisation decides itself ------------------------------------


@pytest.mark.parametrize("name", list(ROUTES))
def test_a_wrong_admission_is_the_superiors_on_every_road(name: RouteName) -> None:
    road = ROUTES[name]
    own, above = Actor("a1", (Role.COMMITTEE_SECRETARY,)), Actor("a2", (Role.UPPER_SECRETARY,))
    mending = msgspec.structs.replace(MEMBER, mending_since=date(2022, 5, 1))
    acts: list[tuple[str, DossierFacts, dict[str, Any]]] = [
        ("require_mending", MEMBER, LETTER),
        ("confirm_after_mending", mending, {"number": "4-QĐ", "ballot": UPPER}),
        ("annul_admission", mending, {"number": "5-QĐ", "ballot": UPPER, "reason": "Chi bộ không họp."}),
    ]
    for trigger, facts, evidence in acts:
        mine = situation(State.PROBATIONARY, facts, route=road, actor=own)
        assert rules_against(mine, trigger, ON, **evidence) == {"actor_role"}, "nobody mends their own admission"
        done = fire(situation(State.PROBATIONARY, facts, route=road, actor=above), trigger, ON, **evidence)
        assert done.role is Role.UPPER_SECRETARY
        if "ballot" in evidence:
            assert done.facts.votes[-1].body is Body.STANDING_COMMITTEE
            few = {**evidence, "ballot": Ballot(9, 9, 4)}
            assert rules_against(situation(State.PROBATIONARY, facts, route=road, actor=above), trigger, ON, **few)
