"""Side roads at their edges: extension, removal, re-admission, suspension."""

from datetime import date
from typing import Any

import msgspec
import pytest

from tests.workflow.helpers import refusals, rules_against, situation
from tests.workflow.situations import at_cell, failed
from workflow.facts import (
    Ballot,
    Candidate,
    DossierFacts,
    Extension,
    Paper,
    Vote,
)
from workflow.route import ROUTES, RouteName
from workflow.stages import State
from workflow.votes import Body, Purpose

EVERY_BOOK = True


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
    alone = situation(State.PROBATIONARY, with_cell, route=ROUTES[RouteName.GRASSROOTS_CELL])
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
    s = situation(State.PROBATIONARY, facts, route=ROUTES[RouteName.GRASSROOTS_CELL])
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
        (date(2029, 7, 1), "corruption_sentence", "5-TB", {"readmission_excluded"}),
        (date(2029, 7, 1), "asked_to_leave", "5-TB", {"readmission_excluded"}),
    ],
)
def test_readmission(on: date, ground: str, number: str, rules: set[str]) -> None:
    facts = DossierFacts(left_on=date(2019, 7, 1), admitted_on=date(2018, 1, 1))
    s = situation(State.REMOVED, facts)
    assert rules_against(s, "readmit", on, ground=ground, number=number) == rules
    for once in ("readmission", "readmitted"):
        second = situation(State.REMOVED, msgspec.structs.replace(facts, **{once: True}))
        assert rules_against(second, "readmit", on, ground=ground, number=number) == {"readmission_once"}


@pytest.mark.parametrize(
    ("on", "cleared", "refused"),
    [
        (date(2024, 6, 30), date(2019, 7, 1), True),
        (date(2024, 7, 1), date(2019, 7, 1), False),
        (date(2029, 7, 1), None, True),
        (date(2025, 2, 27), date(2020, 2, 29), True),
        (date(2025, 2, 28), date(2020, 2, 29), False),
    ],
)
def test_after_a_minor_offence_the_months_run_from_the_cleared_record(
    on: date, cleared: date | None, refused: bool
) -> None:
    s = situation(State.REMOVED, DossierFacts(left_on=date(2010, 1, 1), admitted_on=date(2009, 1, 1)))
    found = rules_against(s, "readmit", on, ground="minor_offence", number="5-TB", cleared_on=cleared)
    assert found == ({"readmission_minor_offence"} if refused else set())


def test_a_suspended_dossier_waits_but_can_still_end() -> None:
    s = situation(State.LISTED, DossierFacts(suspended=True))
    assert rules_against(s, "propose_course", date(2022, 7, 1)) == {"act_order"}
    assert not refusals(s, "resume", date(2022, 7, 1))
    assert not refusals(s, "withdraw", date(2022, 7, 1), reason="Theo nguyện vọng.")


# --- the identity of a member (24-QĐ/TW §6.2.4) -------------------------------------------------------------------

IS_MEMBER = DossierFacts(birth_date=date(1990, 3, 2), admitted_on=date(2022, 1, 5), ceremony_on=date(2022, 2, 1))
PAPER: dict[str, Any] = {"number": "12/TP-CC", "agreed_by": "Đảng ủy cơ sở"}


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({}, False),
        ({"candidate": Candidate(birth_date=date(1990, 3, 2))}, False),
        ({"candidate": Candidate(birth_date=date(1990, 3, 3))}, True),
        ({"candidate": Candidate(clear=("birth_date",))}, True),
        ({"renamed": True}, True),
    ],
)
def test_name_and_birth_date_of_a_member_need_a_paper_and_the_committee(change: dict[str, Any], refused: bool) -> None:
    on = date(2022, 7, 1)
    s = situation(State.PROBATIONARY, IS_MEMBER)
    asked = {"reason": "Theo giấy khai sinh.", **change}
    assert rules_against(s, "correct_candidate", on, **asked) == ({"member_file"} if refused else set())
    assert not rules_against(s, "correct_candidate", on, **asked, **PAPER)
    for name in PAPER:
        partly = {key: value for key, value in PAPER.items() if key != name}
        assert (name in {r.field for r in refusals(s, "correct_candidate", on, **asked, **partly)}) is refused
    candidate = situation(State.APPLYING, DossierFacts(birth_date=date(1990, 3, 2)))
    assert not rules_against(candidate, "correct_candidate", on, **asked), "before the decision a reason is enough"


@pytest.mark.parametrize(("ground", "refused"), [("removed", False), ("zzz", True)])
def test_a_readmission_names_a_known_ground_of_leaving(ground: str, refused: bool) -> None:
    s = situation(State.REMOVED, DossierFacts(left_on=date(2015, 2, 28)))
    found = rules_against(s, "readmit", date(2022, 7, 1), ground=ground, number="1")
    assert found == ({"evidence"} if refused else set())


def test_what_is_made_again_is_told_by_number_and_title() -> None:
    s = situation(State.CELL_REVIEW, at_cell(dossier_made_on=date(2021, 7, 15)))
    (no,) = refusals(s, "redo_stale_papers", date(2022, 7, 20), papers=(Paper("2-KNĐ", date(2022, 7, 20)),))
    for form in ("3-KNĐ", "5-KNĐ"):
        assert f"{form} {s.rulebook.form_title(form).vi}" in no.message.vi
