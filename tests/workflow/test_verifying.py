"""Who is verified, how it stands with each, and when an answer is overdue; nobody else is asked about."""

from datetime import date, timedelta

import msgspec
import pytest

from tests.workflow.helpers import CALENDAR, EVERYBODY, fire, refusals, rules_against, situation
from tests.workflow.situations import verifying
from workflow.asking import CANDIDATE, Asked, Giver, Opinion, Outcome, Request, Way
from workflow.deadlines import running
from workflow.facts import Actor, DossierFacts, Relation, Relative
from workflow.roles import Role
from workflow.rulebook import shipped
from workflow.stages import State
from workflow.verifying import Standing, answer_due, given, overdue, to_verify, verification, verified_relations
from workflow.votes import Purpose

ON = date(2026, 9, 14)
EVERY_RELATION = tuple(Relative(f"r-{relation}", relation) for relation in Relation)


@pytest.mark.parametrize("code", sorted(shipped()))
def test_who_is_verified_is_what_the_rulebook_says_and_nobody_else(code: str) -> None:
    book = shipped()[code]
    assert {one.relation for one in to_verify(EVERY_RELATION, book)} == set(book.words("verified_persons"))
    assert set(verified_relations(book)) == {
        Relation.FATHER, Relation.MOTHER, Relation.GUARDIAN, Relation.SPOUSE, Relation.FATHER_IN_LAW,
        Relation.MOTHER_IN_LAW, Relation.CHILD,
    }  # fmt: skip
    rule = book.rules["verified_persons"]
    only = msgspec.structs.replace(
        book, rules={**book.rules, "verified_persons": msgspec.structs.replace(rule, value=("mother",))}
    )
    found = verification(DossierFacts(relatives=EVERY_RELATION), only, CALENDAR, ON)
    assert [one.ref for one in found] == [CANDIDATE, "r-mother"]


def test_how_it_stands_with_each() -> None:
    asked = (
        Asked(1, Request(about=("r1", "r2")), date(2026, 6, 1)),
        Asked(2, Request(Way.PERSON, ("r3",)), date(2026, 9, 10)),
        Asked(3, Request(about=("r4",)), date(2026, 6, 1), (), date(2026, 6, 9), Outcome.REFUSED),
        Asked(4, Request(about=(CANDIDATE,)), date(2026, 6, 1), (), date(2026, 6, 9), Outcome.ANSWERED),
    )
    relatives = (
        Relative("r1", Relation.FATHER), Relative("r2", Relation.MOTHER, date(2026, 6, 20)),
        Relative("r3", Relation.SPOUSE), Relative("r4", Relation.CHILD), Relative("r5", Relation.CHILD),
        Relative("r6", Relation.GUARDIAN, date(2026, 6, 20), exempt=True),
    )  # fmt: skip
    found = verification(DossierFacts(relatives=relatives, asked=asked), shipped()["RB-2026B"], CALENDAR, ON)
    assert {one.ref: one.standing for one in found} == {
        CANDIDATE: Standing.DONE, "r1": Standing.OVERDUE, "r2": Standing.DONE, "r3": Standing.WAITING,
        "r4": Standing.REFUSED, "r5": Standing.NOT_ASKED, "r6": Standing.EXEMPT,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        (date(2022, 7, 1), date(2022, 8, 12)),
        (date(2022, 12, 20), date(2023, 2, 8)),  # New Year's substitute and Tết lie between
    ],
)
def test_an_answer_is_overdue_the_day_after_thirty_working_days(sent: date, due: date) -> None:
    book, facts = shipped()["RB-2021"], DossierFacts(asked=(Asked(1, Request(about=("r1",)), sent),))
    assert answer_due(facts.asked[0], book, CALENDAR) == due
    for days, late in ((-1, 0), (0, 0), (1, 1)):
        assert len(overdue(facts, book, CALENDAR, due + timedelta(days=days))) == late
    runs = [one for one in running(State.VERIFYING, facts, book, CALENDAR) if one.rule == "inquiry_answer"]
    assert [(one.starts_on, one.due_on) for one in runs] == [(sent, due)]


def test_a_reminder_gives_ten_working_days_from_its_day_and_an_opinion_fifteen() -> None:
    book = shipped()["RB-2021"]
    reminded = Asked(1, Request(about=("r1",)), date(2022, 6, 1), (date(2022, 8, 1),))
    assert answer_due(reminded, book, CALENDAR) == date(2022, 8, 15)
    opinion = Asked(2, Request(giver=Giver.RESIDENCE), date(2022, 7, 1))
    assert answer_due(opinion, book, CALENDAR) == date(2022, 7, 22)


def test_the_request_due_first_is_the_deadline_and_none_when_all_are_answered() -> None:
    book = shipped()["RB-2021"]
    first, second = (Asked(nr, Request(about=(f"r{nr}",)), date(2022, 7, nr)) for nr in (1, 4))
    facts = DossierFacts(asked=(second, first))
    assert [one.starts_on for one in running(State.VERIFYING, facts, book, CALENDAR)] == [first.asked_on]
    closed = msgspec.structs.replace(first, closed_on=date(2022, 7, 8), outcome=Outcome.ANSWERED)
    facts = DossierFacts(asked=(second, closed))
    assert [one.starts_on for one in running(State.VERIFYING, facts, book, CALENDAR)] == [second.asked_on]
    assert not running(State.CELL_REVIEW, facts, book, CALENDAR)


# --- acts ------------------------------------------------------------------------------------------------------------

KNOWN = (Relative("r1", Relation.FATHER), Relative("r2", Relation.MOTHER, date(2022, 6, 2)))
DAY = date(2022, 7, 1)
BEGUN = {"verifying_since": date(2022, 6, 1), "relatives": KNOWN}


@pytest.mark.parametrize(
    ("about", "rules"),
    [
        (("r1",), set()), ((CANDIDATE,), set()), ((CANDIDATE, "r1"), set()),
        ((), {"verified_persons"}), (("r9",), {"verified_persons"}), (("r2",), {"verified_persons"}),
        (("r1", "r9"), {"verified_persons"}),
    ],
)  # fmt: skip
def test_a_request_asks_about_those_on_file_who_have_no_result(about: tuple[str, ...], rules: set[str]) -> None:
    s = situation(State.VERIFYING, verifying(**BEGUN))
    assert rules_against(s, "send_request", DAY, request=Request(about=about), texts=("Đảng ủy xã A",)) == rules


def test_nobody_is_asked_about_twice_while_an_answer_is_waited_for() -> None:
    s = situation(State.VERIFYING, verifying(**BEGUN, asked=(Asked(1, Request(about=("r1",)), DAY),)))
    again = {"request": Request(about=("r1",)), "texts": ("Đảng ủy xã B",)}
    assert rules_against(s, "send_request", DAY, **again) == {"verified_persons"}
    opinion = Asked(1, Request(giver=Giver.FRONT), DAY)
    s = situation(State.VERIFYING, verifying(**BEGUN, asked=(opinion,)))
    again = {"request": Request(giver=Giver.FRONT), "texts": ("Mặt trận xã",)}
    assert rules_against(s, "send_request", DAY, **again) == {"opinions"}


@pytest.mark.parametrize("state", [State.APPLYING, State.PROBATIONARY])
def test_outside_verification_only_opinions_are_asked_for(state: State) -> None:
    s = situation(state, verifying(**BEGUN))
    texts = {"texts": ("Đoàn xã",)}
    found = rules_against(s, "send_request", DAY, request=Request(about=("r1",)), **texts)
    assert found == {"verification_order"}
    assert not refusals(s, "send_request", DAY, request=Request(giver=Giver.YOUTH_UNION), **texts)
    about = Request(about=("r1",), giver=Giver.YOUTH_UNION)
    assert rules_against(s, "send_request", DAY, request=about, **texts) == {"verified_persons"}


def test_a_request_names_who_is_asked() -> None:
    s = situation(State.VERIFYING, verifying(**BEGUN))
    for texts in ((), ("",), ("  ",), ("A", "B")):
        found = refusals(s, "send_request", DAY, request=Request(about=("r1",)), texts=texts)
        assert [one.field for one in found] == ["texts"], texts


def test_the_cell_gathers_opinions_and_asks_for_no_verification() -> None:
    cell = Actor("a7", (Role.CELL_SECRETARY,))
    s = situation(State.VERIFYING, verifying(**BEGUN), actor=cell)
    texts = {"texts": ("Đảng ủy xã A",)}
    assert rules_against(s, "send_request", DAY, request=Request(about=("r1",)), **texts) == {"actor_role"}
    done = fire(s, "send_request", DAY, request=Request(giver=Giver.TRADE_UNION), **texts)
    assert not done.facts.controls, "an opinion verifies nobody"


def test_who_introduces_asks_nobody_and_who_asked_does_not_conclude() -> None:
    facts = verifying(**BEGUN)
    introducer = Actor(facts.introducers[0].ref, EVERYBODY)
    sent = {"request": Request(about=("r1",)), "texts": ("Đảng ủy xã A",)}
    s = situation(State.VERIFYING, facts, actor=introducer)
    assert rules_against(s, "send_request", DAY, **sent) == {"separation_of_duties"}
    after = fire(situation(State.VERIFYING, facts, actor=Actor("a5", EVERYBODY)), "send_request", DAY, **sent).facts
    concluding = situation(State.VERIFYING, after, actor=Actor("a5", EVERYBODY))
    assert "separation_of_duties" in rules_against(concluding, "conclude_verification", DAY, reason="Đủ.")


ASKED = Asked(1, Request(about=("r1",)), DAY)
OPINION = Asked(2, Request(giver=Giver.RESIDENCE), DAY)
WAITING = verifying(**BEGUN, asked=(ASKED, OPINION))
RESULT = (Relative("r1", Relation.FATHER, date(2022, 7, 20)),)
THEN = date(2022, 7, 22)


@pytest.mark.parametrize(
    ("evidence", "field"),
    [
        ({"asked": 1, "outcome": Outcome.ANSWERED, "relatives": RESULT}, None),
        ({"asked": 1, "outcome": Outcome.ANSWERED}, "relatives"),
        ({"asked": 1, "outcome": Outcome.ANSWERED, "relatives": (*RESULT, KNOWN[1])}, "relatives"),
        ({"asked": 1, "outcome": Outcome.REFUSED, "reason": "Không quản lý."}, None),
        ({"asked": 1, "outcome": Outcome.REFUSED}, "reason"),
        ({"asked": 1, "outcome": Outcome.REFUSED, "reason": "x", "relatives": RESULT}, "relatives"),
        ({"asked": 2, "outcome": Outcome.ANSWERED, "texts": ("Tốt.",), "opinion": Opinion(9, 9)}, None),
        ({"asked": 2, "outcome": Outcome.ANSWERED, "texts": ("Tốt.",)}, None),
        ({"asked": 2, "outcome": Outcome.ANSWERED}, "texts"),
        ({"asked": 2, "outcome": Outcome.ANSWERED, "texts": ("Tốt.",), "opinion": Opinion(8, 9)}, "opinion"),
        ({"asked": 2, "outcome": Outcome.ANSWERED, "texts": ("Tốt.",), "relatives": RESULT}, "relatives"),
        ({"asked": 3, "outcome": Outcome.ANSWERED, "texts": ("Tốt.",)}, "asked"),
    ],
)
def test_an_answer_says_what_was_asked_and_nothing_else(evidence: dict[str, object], field: str | None) -> None:
    found = refusals(situation(State.VERIFYING, WAITING), "record_answer", THEN, **evidence)
    assert [one.field for one in found] == ([] if field is None else [field])


def test_an_answer_is_the_result_and_closes_the_request() -> None:
    s = situation(State.VERIFYING, WAITING)
    after = fire(s, "record_answer", THEN, asked=1, outcome=Outcome.ANSWERED, relatives=RESULT).facts
    assert after.relatives == (RESULT[0], KNOWN[1])
    assert (after.asked[0].closed_on, after.asked[1]) == (THEN, OPINION)
    again = situation(State.VERIFYING, after)
    assert rules_against(again, "record_answer", THEN, asked=1, outcome=Outcome.ANSWERED, relatives=RESULT)


@pytest.mark.parametrize(("on", "refused"), [(date(2022, 6, 30), True), (DAY, False), (date(2022, 7, 2), False)])
def test_nobody_reminds_before_the_request_went_out(on: date, refused: bool) -> None:
    assert bool(refusals(situation(State.VERIFYING, WAITING), "remind_request", on, asked=1)) is refused


def test_opinions_count_for_their_half_of_the_road() -> None:
    before = msgspec.structs.replace(OPINION, closed_on=THEN, outcome=Outcome.ANSWERED)
    after = Asked(3, Request(giver=Giver.FRONT), date(2023, 7, 1), (), date(2023, 7, 9), Outcome.ANSWERED)
    facts = DossierFacts(asked=(ASKED, before, after), admitted_on=date(2022, 10, 3))
    assert given(facts, Purpose.ADMISSION) == (before,)
    assert given(facts, Purpose.RECOGNITION) == (after,)
