"""What a final act is said to do, and how many votes a form says it takes: read off the rules, never written down."""

from typing import Any

import pytest

from tests.workflow.helpers import CALENDAR, EVERYBODY, Walk, situation
from workflow.bodies import votes_needed
from workflow.consequences import consequences, is_final
from workflow.deadlines import running
from workflow.facts import Actor, Source
from workflow.procedure.table import MOVES
from workflow.route import ROUTES, RouteName
from workflow.rulebook import shipped
from workflow.stages import ENDS, State
from workflow.triggers import TRIGGERS, Kind

EVERY_BOOK = True
COMMITTEE = ROUTES[RouteName.COMMITTEE]


@pytest.mark.parametrize(("entitled", "wanted"), [(14, 10), (15, 10), (16, 11), (3, 2)])
def test_a_cell_needs_two_thirds(entitled: int, wanted: int) -> None:
    assert votes_needed("pass_cell_vote", situation(State.CELL_REVIEW), entitled) == wanted


@pytest.mark.parametrize(("entitled", "wanted"), [(14, 8), (15, 8), (16, 9)])
def test_a_standing_committee_needs_more_than_half(entitled: int, wanted: int) -> None:
    assert votes_needed("decide_admission", situation(State.AWAITING_DECISION, route=COMMITTEE), entitled) == wanted


def test_nobody_is_told_a_number_where_none_must_be_reached() -> None:
    assert votes_needed("record_failed_vote", situation(State.CELL_REVIEW), 9) is None
    assert votes_needed("submit_to_cell", situation(State.VERIFIED), 9) is None
    assert votes_needed("pass_cell_vote", situation(State.CELL_REVIEW), 0) is None


def test_exactly_ends_and_signed_decisions_are_final() -> None:
    for move in MOVES:
        assert move.is_final == (move.decides or move.dest in ENDS), move.trigger
        if TRIGGERS[move.trigger].kind is Kind.END and move.leads_on:
            assert move.is_final, move.trigger


def told(walk: Walk, trigger: str, **evidence: Any) -> str:
    before = situation(walk.state, walk.facts, walk.on, walk.route, rulebook=walk.rulebook)
    outcome = walk.do(trigger, **evidence)
    assert is_final(trigger, before)
    return " ".join(text.vi for text in consequences(before, outcome))


def test_a_decision_says_where_it_leads_what_begins_to_run_and_that_it_stands() -> None:
    walk = Walk(COMMITTEE, Source.YOUTH_UNION).to(State.AWAITING_DECISION)
    walk.do("prepare_decision", actor=Actor("a2", EVERYBODY))
    text = told(walk, "decide_admission")
    assert "Hồ sơ chuyển sang “Có quyết định kết nạp”." in text
    begun = running(walk.state, walk.facts, shipped()[walk.rulebook], CALENDAR)  # type: ignore[arg-type] # it has one
    assert ("Bắt đầu tính" in text) == bool(begun)
    for deadline in begun:
        assert f"{deadline.due_on:%d/%m/%Y}" in text
    assert "Không hoàn tác được; ghi sai thì đính chính, một người trình và người thứ hai ghi." in text


def test_the_end_of_a_dossier_says_so() -> None:
    walk = Walk(COMMITTEE, Source.YOUTH_UNION).to(State.LISTED)
    text = told(walk, "withdraw", reason="Xin rút.")
    assert "Hồ sơ kết thúc ở “Rút hồ sơ”. Muốn xét lại phải lập hồ sơ mới." in text
    assert "Bắt đầu tính" not in text


def test_recognition_says_from_which_day() -> None:
    walk = Walk(COMMITTEE, Source.YOUTH_UNION).to(State.RECOGNITION_AWAITING_DECISION)
    walk.do("prepare_decision", actor=Actor("a2", EVERYBODY))
    text = told(walk, "decide_recognition")
    assert walk.facts.effective_on is not None
    assert f"Đảng viên chính thức từ ngày {walk.facts.effective_on:%d/%m/%Y}." in text
