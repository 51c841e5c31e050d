"""What is said of papers when they are recorded: twice, of no use here, dated too early."""

from datetime import date, timedelta

import pytest

from tests.workflow.helpers import Walk, situation
from workflow.bundle import takes_consent
from workflow.facts import DossierFacts, Paper
from workflow.papers import Kind
from workflow.rulebook import shipped
from workflow.stages import State

EVERY_BOOK = True


def said(walk: Walk, *papers: Paper) -> list[str]:
    return [warning.message.vi for warning in walk.do("record_papers", papers=papers).warnings]


def test_a_paper_on_file_already_is_said() -> None:
    walk = Walk().to(State.APPLYING)
    day = walk.on
    assert said(walk, Paper("1-KNĐ", day, "01")) == []
    assert any("đã có trong hồ sơ" in text for text in said(walk, Paper("1-KNĐ", day, "01")))
    assert said(walk, Paper("1-KNĐ", day, "02")) == []


@pytest.mark.parametrize(("years", "months", "useful"), [(24, 0, False), (59, 0, False), (59, 1, True), (61, 0, True)])
def test_consent_is_of_use_from_a_year_before_the_age(years: int, months: int, useful: bool) -> None:
    today = date(2030, 7, 1)
    born = _born(today, years, months)
    facts = DossierFacts(birth_date=born)
    assert takes_consent(situation(State.APPLYING, facts, today)) is useful
    assert takes_consent(situation(State.PROBATIONARY, facts, today)) is False


def _born(today: date, years: int, months: int) -> date:
    whole = today.year * 12 + today.month - 1 - years * 12 - months
    return date(whole // 12, whole % 12 + 1, 1)


def test_consent_of_the_young_is_of_no_use() -> None:
    walk = Walk().to(State.APPLYING)
    form = shipped()[walk.rulebook].form(Kind.CONSENT)
    assert any(f"chưa cần {form}" in text for text in said(walk, Paper(form, walk.on)))


def test_papers_of_recognition_dated_within_the_year_are_said() -> None:
    walk = Walk().to(State.PROBATIONARY)
    form = shipped()[walk.rulebook].words("recognition_papers")[0]
    walk.on += timedelta(days=30)
    assert any("trước khi hết 12 tháng" in text for text in said(walk, Paper(form, walk.on)))
    walk.on += timedelta(days=400)
    assert said(walk, Paper(form, walk.on)) == []
