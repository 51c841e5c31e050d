"""Introducers and verification at their edges."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tests.workflow.helpers import EVERYBODY, fire, refusals, rules_against, situation
from tests.workflow.situations import at_cell, start, verifying
from workflow.facts import (
    Actor,
    Ballot,
    Introducer,
    Paper,
    Relation,
    Relative,
    Vote,
)
from workflow.route import ROUTES, RouteName
from workflow.rulebook import shipped
from workflow.stages import State
from workflow.votes import Body, Purpose

EVERY_BOOK = True


@pytest.mark.parametrize("missing", ["1-KNĐ", "2-KNĐ", "3-KNĐ"])
def test_verification_starts_with_all_papers(missing: str) -> None:
    facts = verifying()
    papers = tuple(paper for paper in facts.papers if paper.form != missing)
    assert start(facts) == set()
    assert start(verifying(papers=papers)) == {"application_papers"}


@pytest.mark.parametrize(
    ("since", "on", "refused"),
    [
        (date(2021, 7, 2), date(2022, 7, 1), True),
        (date(2021, 7, 1), date(2022, 7, 1), False),
        (date(2020, 2, 29), date(2021, 2, 27), True),
        (date(2020, 2, 29), date(2021, 2, 28), False),
        (None, date(2022, 7, 1), True),
    ],
)
def test_an_introducer_has_worked_with_the_candidate_for_twelve_months(
    since: date | None, on: date, refused: bool
) -> None:
    facts = verifying(introducers=(Introducer("m1", since), Introducer("m2", date(2019, 1, 1))))
    assert ("introducer_tie" in start(facts, on)) is refused
    replaced = verifying(introducers=(Introducer("m1", since, replacement=True), Introducer("m2", date(2019, 1, 1))))
    assert "introducer_tie" not in start(replaced, on)


def test_a_replacement_needs_somebody_to_replace() -> None:
    new = (Introducer("m9", None, replacement=True),)
    nobody = situation(State.APPLYING, verifying(introducers=()))
    somebody = situation(State.APPLYING, verifying())
    assert rules_against(nobody, "assign_introducers", date(2022, 7, 1), introducers=new) == {"introducer_tie"}
    assert not refusals(somebody, "assign_introducers", date(2022, 7, 1), introducers=new)


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        # neither organisation: two official members
        ({"introducers": (Introducer("m1", date(2020, 1, 1)),)}, {"introducers_alone"}),
        ({"introducers": (Introducer("m1", date(2020, 1, 1)),) * 2}, {"introducers_alone"}),
        # a trade unionist where there is a base union: its resolution and one member
        ({"unit_has_trade_union": True, "union_member": True}, {"introducers_with_organisation"}),
        # of youth age where there is a Youth Union, but no member
        ({"unit_has_youth_union": True, "birth_date": date(1996, 1, 1)}, {"introducers_with_organisation"}),
        # past youth age: the Youth Union no longer introduces
        ({"unit_has_youth_union": True, "youth_member": True, "introducers": ()}, {"introducers_alone"}),
    ],
)
def test_who_introduces_follows_from_the_organisations(facts: dict[str, Any], rules: set[str]) -> None:
    assert start(verifying(**facts)) == rules


@pytest.mark.parametrize(("issued", "refused"), [(date(2021, 7, 1), False), (date(2021, 6, 30), True)])
def test_the_nomination_serves_while_it_is_not_older_than_twelve_months(issued: date, refused: bool) -> None:
    facts = verifying(unit_has_trade_union=True, union_member=True)
    with_paper = msgspec.structs.replace(facts, papers=(*facts.papers, Paper("4A-KNĐ", issued)))
    assert ("introducers_with_organisation" in start(with_paper)) is refused


def test_nobody_takes_two_steps_of_control() -> None:
    introducer = Actor("m1", EVERYBODY)
    assert start(verifying(), actor=introducer) == {"separation_of_duties"}
    relatives = tuple(Relative(f"r{n}", r, date(2022, 6, 1)) for n, r in enumerate((Relation.FATHER, Relation.MOTHER)))
    facts = verifying(verifier="a1", relatives=relatives)
    facts = msgspec.structs.replace(facts, papers=(*facts.papers, Paper("5-KNĐ", date(2022, 6, 1))))
    same = situation(State.VERIFYING, facts)
    other = situation(State.VERIFYING, facts, actor=Actor("a2", EVERYBODY))
    assert rules_against(same, "conclude_verification", date(2022, 7, 1), reason="Đủ.") == {"separation_of_duties"}
    assert not refusals(other, "conclude_verification", date(2022, 7, 1), reason="Đủ.")
    vote = Vote(Body.CELL, Purpose.ADMISSION, date(2022, 6, 1), 9, 9, 9, 0, True)
    prepared = situation(
        State.AWAITING_DECISION, at_cell(votes=(vote,), preparer="a1"), route=ROUTES[RouteName.GRASSROOTS_CELL]
    )
    found = rules_against(prepared, "decide_admission", date(2022, 7, 1), number="1", ballot=Ballot(9, 9, 9))
    assert found == {"separation_of_duties"}


@pytest.mark.parametrize(
    ("relations", "complete"),
    [
        (("father",), False),
        (("father", "mother"), True),
        (("guardian",), True),
        (("father", "mother", "spouse"), False),
        (("father", "mother", "spouse", "father_in_law"), False),
        (("father", "mother", "spouse", "father_in_law", "mother_in_law", "child"), True),
    ],
)
def test_the_relatives_the_rule_names_are_verified(relations: tuple[str, ...], complete: bool) -> None:
    relatives = tuple(Relative(f"r{n}", Relation(r), date(2022, 6, 1)) for n, r in enumerate(relations))
    facts = verifying(relatives=relatives, papers=(Paper("5-KNĐ", date(2022, 6, 1)),))
    found = rules_against(situation(State.VERIFYING, facts), "conclude_verification", date(2022, 7, 1), reason="Đủ.")
    assert ("verified_persons" not in found) is complete
    unfinished = (*relatives[:-1], Relative("rx", relatives[-1].relation))
    again = situation(State.VERIFYING, msgspec.structs.replace(facts, relatives=unfinished))
    assert "verified_persons" in rules_against(again, "conclude_verification", date(2022, 7, 1), reason="Đủ.")


# --- the order of verification (06-HD/TW 3.4) ---------------------------------------------------------------------

BEGUN = date(2026, 9, 14)


@pytest.mark.parametrize(
    ("code", "verified_on", "refused"),
    [
        ("RB-2021", BEGUN - timedelta(days=1), False),
        ("RB-2025", BEGUN - timedelta(days=1), True),
        ("RB-2025", BEGUN, False),
        ("RB-2026B", BEGUN - timedelta(days=1), True),
        ("RB-2026B", BEGUN, False),
        ("RB-2026B", BEGUN + timedelta(days=1), False),
        ("RB-2026B", None, False),
    ],
)
def test_an_answer_does_not_come_before_the_letter(code: str, verified_on: date | None, refused: bool) -> None:
    s = situation(State.VERIFYING, verifying(verifying_since=BEGUN), rulebook=code)
    told = (Relative("r1", Relation.FATHER, verified_on),)
    found = rules_against(s, "record_relatives", BEGUN + timedelta(days=2), relatives=told)
    assert found == ({"verification_order"} if refused else set())


def test_before_verification_names_are_entered_and_no_results() -> None:
    s = situation(State.APPLYING, verifying(), rulebook="RB-2026B")
    asked = {"relatives": (Relative("r1", Relation.FATHER),)}
    assert not rules_against(s, "record_relatives", BEGUN, **asked)
    told = {"relatives": (Relative("r1", Relation.FATHER, BEGUN),)}
    assert rules_against(s, "record_relatives", BEGUN, **told) == {"verification_order"}
    member = {"relatives": (Relative("r1", Relation.FATHER, BEGUN, exempt=True),)}
    assert not rules_against(s, "record_relatives", BEGUN, **member), "a Party member's file is looked at at any time"


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False)])
def test_the_cv_comes_after_the_application(days: int, refused: bool) -> None:
    first = date(2026, 6, 1)
    papers = (Paper("1-KNĐ", first), Paper("2-KNĐ", first + timedelta(days=days)), *(Paper("3-KNĐ", first),) * 2)
    s = situation(State.APPLYING, verifying(papers=papers), rulebook="RB-2026B")
    assert ("verification_order" in rules_against(s, "start_verification", BEGUN)) is refused
    old = msgspec.structs.replace(s, rulebook=shipped()["RB-2021"])
    assert "verification_order" not in rules_against(old, "start_verification", BEGUN)


def test_a_dossier_that_was_returned_keeps_its_answers() -> None:
    s = situation(State.APPLYING, verifying(verifying_since=date(2026, 5, 4)), rulebook="RB-2026B")
    again = fire(s, "start_verification", BEGUN)
    assert again.facts.verifying_since == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("relation", "refused"),
    [
        (Relation.FATHER, False),
        (Relation.MOTHER, False),
        (Relation.CHILD, False),
        (Relation.GUARDIAN, True),
        (Relation.SPOUSE, True),
        (Relation.FATHER_IN_LAW, True),
        (Relation.MOTHER_IN_LAW, True),
    ],
)
def test_of_party_members_only_parents_and_children_need_not_be_verified(relation: Relation, refused: bool) -> None:
    s = situation(State.VERIFYING, verifying(verifying_since=BEGUN))
    member = (Relative("r1", relation, BEGUN, exempt=True),)
    found = refusals(s, "record_relatives", BEGUN + timedelta(days=2), relatives=member)
    assert [refusal.rule for refusal in found] == (["exempt_relatives"] if refused else [])
    ordinary = (Relative("r1", relation, BEGUN + timedelta(days=1)),)
    assert not refusals(s, "record_relatives", BEGUN + timedelta(days=2), relatives=ordinary)
