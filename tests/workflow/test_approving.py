"""A draft decision is approved by another person than who prepared it, where a rulebook asks for that."""

from datetime import date, timedelta

import msgspec
import pytest

from tests.workflow.helpers import CALENDAR, EVERYBODY, refusals, rules_against
from workflow.facts import Actor, Ballot, Control, Controlled, DossierFacts, Evidence, Vote
from workflow.guards import Situation
from workflow.procedure.table import move_by
from workflow.route import ROUTES, RouteName
from workflow.rulebook import shipped
from workflow.stages import State
from workflow.votes import Body, Purpose

PREPARED = date(2022, 7, 1)
DAY = timedelta(days=1)
CELL = Vote(Body.CELL, Purpose.ADMISSION, date(2022, 6, 1), 15, 15, 15, passed=True)
FACTS = DossierFacts(
    cell_resolution_on=date(2022, 6, 1), votes=(CELL,), preparer="a1", prepared_on=PREPARED,
    controls=(Controlled(Control.PREPARE, "a1"),),
)  # fmt: skip


def asked(facts: DossierFacts, who: str, approval: bool = True) -> Situation:
    """A dossier of a grass-roots cell before the standing committee above, seen by somebody with every role."""
    book = shipped()["RB-2021"].changed({"decision_approved": approval})
    route = ROUTES[RouteName.GRASSROOTS_CELL]
    return Situation(
        State.AWAITING_DECISION, route, facts, book, CALENDAR, Actor(who, EVERYBODY), date(2022, 8, 1)
    )  # fmt: skip


def test_who_prepared_it_does_not_approve_it() -> None:
    found = refusals(asked(FACTS, "a1"), "approve_decision", PREPARED)
    assert [refusal.rule for refusal in found] == ["separation_of_duties"]
    assert "Người đã trình quyết định không duyệt dự thảo quyết định" in found[0].message.vi
    assert not refusals(asked(FACTS, "a2"), "approve_decision", PREPARED)


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False)])
def test_it_is_approved_once_it_is_prepared(days: int, refused: bool) -> None:
    assert bool(refusals(asked(FACTS, "a2"), "approve_decision", PREPARED + days * DAY)) is refused
    nothing = msgspec.structs.replace(FACTS, preparer="", prepared_on=None)
    assert "act_order" in rules_against(asked(nothing, "a2"), "approve_decision", PREPARED)


@pytest.mark.parametrize("approval", [True, False])
def test_the_signature_waits_for_it_only_where_that_is_asked(approval: bool) -> None:
    vote = {"number": "1", "ballot": Ballot(9, 9, 9)}
    found = rules_against(asked(FACTS, "a3", approval), "decide_admission", PREPARED, **vote)
    assert ("decision_approved" in found) is approval


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False)])
def test_the_text_is_not_older_than_its_approval(days: int, refused: bool) -> None:
    approved = msgspec.structs.replace(FACTS, approved_on=PREPARED + 3 * DAY)
    signed = PREPARED + (3 + days) * DAY
    found = rules_against(
        asked(approved, "a3"), "decide_admission", PREPARED, number="1", ballot=Ballot(9, 9, 9), issued_on=signed
    )  # fmt: skip
    assert ("act_order" in found) is refused


def test_sent_back_it_is_approved_anew() -> None:
    approved = msgspec.structs.replace(FACTS, approved_on=PREPARED)
    for trigger in ("return_for_correction", "prepare_decision"):
        move = move_by(trigger, State.AWAITING_DECISION, ROUTES[RouteName.GRASSROOTS_CELL])
        assert move is not None
        assert move.effect is not None
        s = asked(approved, "a1")
        assert move.effect(s, Evidence(PREPARED))["approved_on"] is None
