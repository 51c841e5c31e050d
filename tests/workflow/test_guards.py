"""Every rule at its edges: the day before, the day, the day after."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tests.workflow.helpers import EVERYBODY, Walk, refusals, rules_against, situation
from workflow.calendar import WorkCalendar
from workflow.facts import (
    Actor,
    Ballot,
    Candidate,
    DossierFacts,
    Extension,
    Introducer,
    Paper,
    Relation,
    Relative,
    Schooling,
    Source,
    Vote,
)
from workflow.roles import Role
from workflow.route import Route
from workflow.stages import State
from workflow.votes import Body, Purpose

DAY = timedelta(days=1)
SOUND = DossierFacts(
    birth_date=date(1996, 5, 20),
    schooling=Schooling.UPPER_SECONDARY,
    papers=(Paper("CN-NTVĐ", date(2021, 3, 15), "1"),),
    dossier_made_on=date(2022, 3, 1),
)
CELL = Ballot(15, 15, 15)


def at_cell(**changes: Any) -> DossierFacts:
    return msgspec.structs.replace(SOUND, **changes)


def cell_vote(facts: DossierFacts, on: date, ballot: Ballot = CELL) -> set[str]:
    return rules_against(situation(State.CELL_REVIEW, facts), "pass_cell_vote", on, number="1-NQ/CB", ballot=ballot)


# --- age, schooling, certificate, freshness ----------------------------------------------------------------------


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
    old, new = Paper("CN-NTVĐ", date(2015, 1, 5), "1"), Paper("10-KNĐ", date(2022, 1, 5), "2")
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


# --- votes -------------------------------------------------------------------------------------------------------


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
        (Ballot(15, 9, 9), "quorum"),
        (Ballot(0, 0, 0), "quorum"),
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
        (Route.COMMITTEE, Ballot(8, 8, 4), False),
        (Route.COMMITTEE, Ballot(8, 8, 5), True),
        (Route.COMMITTEE, Ballot(9, 9, 5), True),
        (Route.DELEGATED, Ballot(9, 9, 5), False),
        (Route.DELEGATED, Ballot(9, 9, 6), True),
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
        for route in Route
    }  # fmt: skip
    assert found[Route.GRASSROOTS_CELL] == set()
    assert found[Route.DELEGATED] == set(), "it votes when it decides"
    assert found[Route.COMMITTEE] == found[Route.COMMITTEE_SECTION] == {"committee_vote"}
    unprepared = situation(State.AWAITING_DECISION, at_cell(votes=(cell,)), route=Route.GRASSROOTS_CELL)
    assert "decision_prepared" in rules_against(
        unprepared, "decide_admission", date(2022, 7, 1), number="1", ballot=CELL
    )


def test_a_failed_vote_is_counted_and_a_passed_one_is_none() -> None:
    s = situation(State.CELL_REVIEW, SOUND)
    assert not refusals(s, "record_failed_vote", date(2022, 7, 1), ballot=Ballot(15, 15, 9))
    assert rules_against(s, "record_failed_vote", date(2022, 7, 1), ballot=Ballot(15, 15, 10)) == {"cell_vote"}


def failed(times: int, purpose: Purpose, body: Body = Body.CELL) -> tuple[Vote, ...]:
    return tuple(Vote(body, purpose, date(2022, 6, n + 1), 15, 15, 5) for n in range(times))


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


# --- introducers and verification --------------------------------------------------------------------------------


def verifying(**changes: Any) -> DossierFacts:
    papers = tuple(Paper(form, date(2022, 6, 1)) for form in ("1-KNĐ", "2-KNĐ", "3-KNĐ"))
    base: dict[str, Any] = {
        "papers": papers,
        "introducers": (Introducer("m1", date(2020, 1, 1)), Introducer("m2", date(2020, 1, 1))),
        "birth_date": date(1985, 1, 1),
    }
    return DossierFacts(**{**base, **changes})


def start(facts: DossierFacts, on: date = date(2022, 7, 1), actor: Actor | None = None) -> set[str]:
    return rules_against(situation(State.APPLYING, facts, actor=actor), "start_verification", on)


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
    prepared = situation(State.AWAITING_DECISION, at_cell(votes=(vote,), preparer="a1"), route=Route.GRASSROOTS_CELL)
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


# --- sourcing and training ---------------------------------------------------------------------------------------


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


# --- ceremony, probation, recognition ----------------------------------------------------------------------------

APPROVED = DossierFacts(admitted_on=date(2022, 6, 20), received_on=date(2022, 7, 1))


@pytest.mark.parametrize(
    ("on", "refused"), [(date(2022, 8, 11), False), (date(2022, 8, 12), False), (date(2022, 8, 13), True)]
)
def test_the_ceremony_is_within_thirty_working_days_of_receipt(on: date, refused: bool) -> None:
    s = situation(State.APPROVED, APPROVED)
    assert ("ceremony" in rules_against(s, "hold_ceremony", on, received_on=date(2022, 7, 1))) is refused


def test_a_later_ceremony_needs_the_superiors_agreement() -> None:
    extended = msgspec.structs.replace(APPROVED, extensions=(Extension("ceremony", 1, date(2022, 8, 1)),))
    s = situation(State.APPROVED, extended)
    assert not refusals(s, "hold_ceremony", date(2022, 8, 15), received_on=date(2022, 7, 1))
    assert "ceremony" in rules_against(s, "hold_ceremony", date(2022, 8, 16), received_on=date(2022, 7, 1))


def test_the_decision_is_received_after_it_was_taken() -> None:
    s = situation(State.APPROVED, DossierFacts(admitted_on=date(2022, 6, 20)))
    assert rules_against(s, "hold_ceremony", date(2022, 7, 5), received_on=date(2022, 6, 19)) == {"act_order"}
    assert rules_against(s, "hold_ceremony", date(2022, 7, 5), received_on=date(2022, 7, 6)) == {"act_order"}
    assert not refusals(s, "hold_ceremony", date(2022, 7, 5), received_on=date(2022, 6, 20))


def on_probation(ceremony: date, papers_on: date) -> DossierFacts:
    papers = tuple(Paper(form, papers_on) for form in ("12-KNĐ", "13-KNĐ", "14-KNĐ"))
    return DossierFacts(
        admitted_on=ceremony - timedelta(days=10),
        ceremony_on=ceremony,
        papers=(Paper("11-KNĐ", ceremony + timedelta(days=90)), *papers),
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
    walk = Walk(Route.GRASSROOTS_CELL).to(State.RECOGNITION_AWAITING_DECISION)
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


# --- side roads --------------------------------------------------------------------------------------------------


def test_an_extension_keeps_to_its_limit_and_to_running_deadlines() -> None:
    facts = at_cell(cell_resolution_on=date(2022, 6, 1))
    s = situation(State.AWAITING_DECISION, facts)
    common = {"agreed_by": "Ban Thường vụ", "reason": "Hồ sơ phức tạp."}
    on = date(2022, 7, 1)
    assert not refusals(s, "extend_deadline", on, rule="admission_decision", days=30, **common)
    assert rules_against(s, "extend_deadline", on, rule="admission_decision", days=31, **common) == {
        "admission_decision_extension"
    }
    assert rules_against(s, "extend_deadline", on, rule="probation", days=5, **common)
    extended = msgspec.structs.replace(facts, extensions=(Extension("admission_decision", 20, on),))
    again = situation(State.AWAITING_DECISION, extended)
    assert not refusals(again, "extend_deadline", on, rule="admission_decision", days=10, **common)
    assert refusals(again, "extend_deadline", on, rule="admission_decision", days=11, **common)


def test_removal_takes_the_cell_the_committee_and_the_decision() -> None:
    facts = DossierFacts(admitted_on=date(2021, 1, 1), ceremony_on=date(2021, 2, 1))
    on = date(2022, 7, 1)
    remove = {"ground": "absent", "ballot": Ballot(9, 9, 5), "number": "3-QĐ"}
    s = situation(State.PROBATIONARY, facts)
    assert rules_against(s, "remove", on, **remove) == {"removal_votes"}
    cell = Vote(Body.CELL, Purpose.REMOVAL, date(2022, 6, 1), 15, 15, 10, 0, True)
    committee = Vote(Body.COMMITTEE, Purpose.REMOVAL, date(2022, 6, 2), 9, 9, 6, 0, True)
    with_cell = msgspec.structs.replace(facts, votes=(cell,))
    assert rules_against(situation(State.PROBATIONARY, with_cell), "remove", on, **remove) == {"removal_votes"}
    alone = situation(State.PROBATIONARY, with_cell, route=Route.GRASSROOTS_CELL)
    assert not refusals(alone, "remove", on, **remove)
    both = msgspec.structs.replace(facts, votes=(cell, committee))
    assert not refusals(situation(State.PROBATIONARY, both), "remove", on, **remove)
    assert rules_against(situation(State.PROBATIONARY, both), "remove", on, **{**remove, "ground": ""}) == {
        "evidence", "removal_ground",
    }  # fmt: skip


@pytest.mark.parametrize(("times", "third_failed"), [(2, False), (3, True)])
def test_after_three_failed_votes_on_removal_the_superior_decides(times: int, third_failed: bool) -> None:
    votes = failed(times, Purpose.REMOVAL)
    facts = DossierFacts(admitted_on=date(2021, 1, 1), ceremony_on=date(2021, 2, 1), votes=votes)
    s = situation(State.PROBATIONARY, facts, route=Route.GRASSROOTS_CELL)
    on, ground = date(2022, 7, 1), {"ground": "lost_will"}
    again = rules_against(s, "propose_removal", on, ballot=Ballot(15, 15, 10), number="1", **ground)
    decided = rules_against(s, "remove", on, ballot=Ballot(9, 9, 5), number="2", **ground)
    assert again == ({"three_failed_votes"} if third_failed else set())
    assert decided == (set() if third_failed else {"removal_votes"})


@pytest.mark.parametrize(
    ("on", "ground", "number", "rules"),
    [
        (date(2022, 6, 30), "removed", "5-TB", {"readmission"}),
        (date(2022, 7, 1), "removed", "5-TB", set()),
        (date(2022, 7, 1), "removed", "", {"readmission_consent"}),
        (date(2024, 6, 30), "minor_offence", "5-TB", {"readmission_minor_offence"}),
        (date(2024, 7, 1), "minor_offence", "5-TB", set()),
        (date(2029, 7, 1), "corruption_sentence", "5-TB", {"readmission_excluded"}),
        (date(2029, 7, 1), "asked_to_leave", "5-TB", {"readmission_excluded"}),
    ],
)
def test_readmission(on: date, ground: str, number: str, rules: set[str]) -> None:
    facts = DossierFacts(left_on=date(2019, 7, 1), admitted_on=date(2018, 1, 1))
    s = situation(State.REMOVED, facts)
    assert rules_against(s, "readmit", on, ground=ground, number=number) == rules
    second = situation(State.REMOVED, msgspec.structs.replace(facts, readmission=True))
    assert rules_against(second, "readmit", on, ground=ground, number=number) == {"readmission_once"}


def test_a_suspended_dossier_waits_but_can_still_end() -> None:
    s = situation(State.LISTED, DossierFacts(suspended=True))
    assert rules_against(s, "propose_course", date(2022, 7, 1)) == {"act_order"}
    assert not refusals(s, "resume", date(2022, 7, 1))
    assert not refusals(s, "withdraw", date(2022, 7, 1), reason="Theo nguyện vọng.")


# --- every act ---------------------------------------------------------------------------------------------------


def test_no_act_in_the_future_or_before_the_last_one() -> None:
    s = situation(State.LISTED, DossierFacts(last_on=date(2022, 7, 1)), today=date(2022, 7, 27))
    assert rules_against(s, "propose_course", date(2022, 6, 30)) == {"act_order"}
    assert not refusals(s, "propose_course", date(2022, 7, 1))
    assert not refusals(s, "propose_course", date(2022, 7, 27))
    assert rules_against(s, "propose_course", date(2022, 7, 28)) == {"act_order"}


def test_a_refusal_says_rule_source_sentence_and_remedy_in_both_languages() -> None:
    found = refusals(situation(State.CELL_REVIEW, at_cell(birth_date=date(2010, 1, 1))), "pass_cell_vote",
                     date(2022, 7, 1), number="1", ballot=CELL)  # fmt: skip
    assert len(found) == 1
    refusal = found[0]
    assert refusal.rule == "age_min"
    assert refusal.citation == "24-QĐ/TW §1.1; 01-HD/TW §1"
    assert "chưa đủ 18 tuổi" in refusal.message.vi
    assert "not yet 18" in refusal.message.en
    assert "01/01/2028" in refusal.remedy.vi
    assert "01/01/2028" in refusal.remedy.en


def test_a_role_that_is_not_competent_is_named() -> None:
    s = situation(State.CELL_REVIEW, SOUND, actor=Actor("a1", (Role.COMMITTEE_OFFICER,)))
    found = refusals(s, "pass_cell_vote", date(2022, 7, 1), number="1", ballot=CELL)
    assert [refusal.rule for refusal in found] == ["actor_role"]
    assert "Bí thư chi bộ" in found[0].message.vi


def test_a_grassroots_cell_has_its_superior_for_an_office() -> None:
    officer = Actor("a1", (Role.UPPER_OFFICER,))
    facts = verifying()
    assert "actor_role" in start(facts, actor=officer)
    s = situation(State.APPLYING, facts, route=Route.GRASSROOTS_CELL, actor=officer)
    assert not refusals(s, "start_verification", date(2022, 7, 1))


def test_the_administrators_calendar_moves_a_deadline() -> None:
    calendar = WorkCalendar(off=[date(2022, 8, 12)])
    s = situation(State.APPROVED, APPROVED, calendar=calendar)
    assert not refusals(s, "hold_ceremony", date(2022, 8, 15), received_on=date(2022, 7, 1))
