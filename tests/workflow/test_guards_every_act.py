"""What holds for every act: dates, roles, refusals that explain themselves."""

from datetime import date

from tests.workflow import helpers
from tests.workflow.helpers import refusals, rules_against, situation
from tests.workflow.situations import APPROVED, CELL, SOUND, at_cell, start, verifying
from workflow.calendar import WorkCalendar
from workflow.facts import (
    Actor,
    DossierFacts,
)
from workflow.roles import Role
from workflow.route import ROUTES, RouteName
from workflow.rulebook import shipped
from workflow.stages import State

EVERY_BOOK = True


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
    assert refusal.citation == shipped()[helpers.BOOK].rule("age_min").source
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
    s = situation(State.APPLYING, facts, route=ROUTES[RouteName.GRASSROOTS_CELL], actor=officer)
    assert not refusals(s, "start_verification", date(2022, 7, 1))


def test_the_administrators_calendar_moves_a_deadline() -> None:
    calendar = WorkCalendar(off=[date(2022, 8, 12)])
    s = situation(State.APPROVED, APPROVED, calendar=calendar, rulebook="RB-2021")
    assert not refusals(s, "hold_ceremony", date(2022, 8, 15), received_on=date(2022, 7, 1))
