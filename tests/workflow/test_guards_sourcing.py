"""Sourcing and training at their edges."""

from datetime import date
from typing import Any

import pytest

from tests.workflow.helpers import refusals, rules_against, situation
from tests.workflow.situations import CELL
from workflow.facts import (
    Actor,
    Candidate,
    DossierFacts,
    Source,
)
from workflow.roles import Role
from workflow.stages import State

EVERY_BOOK = True


def test_a_candidate_agrees_before_being_recorded() -> None:
    s = situation(None)
    evidence: dict[str, Any] = {"source": Source.OTHER, "candidate": Candidate(birth_date=date(1990, 1, 1))}
    assert rules_against(s, "create", date(2022, 7, 1), **evidence) == {"consent_note"}
    assert not refusals(s, "create", date(2022, 7, 1), consented=True, **evidence)


def test_the_organisation_of_the_source_nominates_its_own() -> None:
    facts = DossierFacts(source=Source.TRADE_UNION)
    youth = situation(State.SOURCED, facts, actor=Actor("a1", (Role.YOUTH_OFFICER,)))
    union = situation(State.SOURCED, facts, actor=Actor("a1", (Role.UNION_OFFICER,)))
    assert rules_against(youth, "nominate", date(2022, 7, 1), number="1", ballot=CELL) == {"actor_role"}
    assert not refusals(union, "nominate", date(2022, 7, 1), number="1", ballot=CELL)
    other = situation(State.SOURCED, DossierFacts(source=Source.OTHER))
    assert "nomination" in rules_against(other, "nominate", date(2022, 7, 1), number="1", ballot=CELL)


@pytest.mark.parametrize(("born", "refused"), [(date(1992, 7, 31), False), (date(1992, 6, 30), True)])
def test_the_youth_union_nominates_people_of_youth_age(born: date, refused: bool) -> None:
    s = situation(State.SOURCED, DossierFacts(source=Source.YOUTH_UNION, birth_date=born))
    assert ("youth_age" in rules_against(s, "nominate", date(2022, 7, 1), number="1", ballot=CELL)) is refused


def test_an_organisations_candidate_is_not_listed_without_nomination() -> None:
    consented = DossierFacts(source=Source.YOUTH_UNION, consented=True)
    s = situation(State.SOURCED, consented)
    assert rules_against(s, "accept_to_list", date(2022, 7, 1), number="1", helpers=1) == {"direct_listing"}
    neither = situation(State.SOURCED, DossierFacts(source=Source.OTHER, consented=True))
    assert not refusals(neither, "accept_to_list", date(2022, 7, 1), number="1", helpers=1)
    assert rules_against(neither, "accept_to_list", date(2022, 7, 1), number="1") == {"evidence"}, "a helper is named"


def test_the_course_is_proposed_before_enrolling_and_over_before_certifying() -> None:
    dates = {"course_starts_on": date(2022, 7, 4), "course_ends_on": date(2022, 7, 8)}
    assert rules_against(situation(State.LISTED), "enrol", date(2022, 7, 1), **dates) == {"course_proposal"}
    proposed = situation(State.LISTED, DossierFacts(course_proposed_on=date(2022, 6, 30)))
    assert not refusals(proposed, "enrol", date(2022, 7, 1), **dates)
    turned = {"course_starts_on": date(2022, 7, 8), "course_ends_on": date(2022, 7, 4)}
    assert rules_against(proposed, "enrol", date(2022, 7, 1), **turned) == {"evidence"}
    enrolled = situation(State.ENROLLED, DossierFacts(course_ends_on=date(2022, 7, 8)))
    assert rules_against(enrolled, "certify", date(2022, 7, 7), number="1") == {"act_order"}
    assert not refusals(enrolled, "certify", date(2022, 7, 8), number="1")


def test_a_certificate_from_elsewhere_is_still_good() -> None:
    s = situation(State.LISTED)
    common = {"number": "9", "issuer": "TTCT huyện"}
    assert not refusals(s, "record_certificate", date(2022, 7, 15), issued_on=date(2017, 7, 15), **common)
    assert rules_against(s, "record_certificate", date(2022, 7, 16), issued_on=date(2017, 7, 15), **common) == {
        "course_certificate"
    }


@pytest.mark.parametrize("trigger", ["nominate", "accept_to_list"])
def test_a_member_whose_source_says_other_is_told_to_correct_the_source(trigger: str) -> None:
    facts = DossierFacts(birth_date=date(1985, 5, 5), consented=True, union_member=True, unit_has_trade_union=True)
    asked: dict[str, Any] = {"nominate": {"ballot": CELL}, "accept_to_list": {"helpers": 1}}[trigger]
    found = refusals(situation(State.SOURCED, facts), trigger, date(2022, 7, 1), number="1", **asked)
    assert {refusal.mend for refusal in found} == {"correct_candidate"}


@pytest.mark.parametrize(("born", "refused"), [(date(1992, 7, 31), True), (date(1992, 6, 30), False)])
def test_who_is_past_youth_age_is_listed_without_the_youth_union(born: date, refused: bool) -> None:
    facts = DossierFacts(birth_date=born, consented=True, youth_member=True, unit_has_youth_union=True)
    found = rules_against(situation(State.SOURCED, facts), "accept_to_list", date(2022, 7, 1), number="1", helpers=1)
    assert found == ({"direct_listing"} if refused else set())
