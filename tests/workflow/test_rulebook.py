"""Rulebooks: loaded from data, chosen by date, changed only where a value stands as to be confirmed."""

from datetime import date, timedelta

import pytest

from workflow import guards
from workflow.deadlines import SPECS
from workflow.papers import Kind
from workflow.procedure.table import MOVES
from workflow.rulebook import CONFIDENCES, RulebookError, in_force, shipped
from workflow.stages import State
from workflow.triggers import TRIGGERS
from workflow.words import legal_basis, value_text

KEYS_OF_THE_DOMAIN = {
    "age_min", "age_max", "age_counts_by", "schooling", "nomination", "introducers_with_organisation",
    "introducers_alone", "introducer_tie", "course_certificate", "stale_dossier", "verified_persons", "opinions",
    "cell_vote", "committee_vote", "standing_committee_vote", "admission_decision", "admission_decision_extension",
    "ceremony", "probation", "new_member_course", "recognition_vote", "recognition_decision",
    "recognition_decision_extension", "effective_date", "three_failed_votes", "removal_votes", "removal_ground",
    "readmission", "readmission_minor_offence", "readmission_consent", "readmission_once", "readmission_excluded",
    "member_file", "quorum", "exempt_members", "month_end",
}  # fmt: skip


@pytest.mark.parametrize("code", ["RB-2021", "RB-2025"])
def test_every_rule_of_the_domain_has_value_unit_source_and_state(code: str) -> None:
    book = shipped()[code]
    assert set(book.rules) >= KEYS_OF_THE_DOMAIN
    for rule in book.rules.values():
        assert bool(rule.unit.vi) == bool(rule.unit.en) == (rule.value is not None), rule.key
        assert "_" not in value_text(rule).vi, rule.key
        assert rule.source, rule.key
        assert rule.state in CONFIDENCES
        assert rule.title.vi, rule.key
        assert rule.title.en, rule.key
    for number in range(1, 18):
        assert f"{number}-KNĐ" in book.forms
    assert {book.forms[code].kind for code in book.forms} >= {str(kind) for kind in Kind}


def test_chosen_by_date_the_day_before_and_the_day() -> None:
    first = date(2025, 7, 1)
    assert in_force(first - timedelta(days=1)).code == "RB-2021"
    assert in_force(first).code == "RB-2025"
    assert in_force(date(2021, 7, 30)).code == "RB-2021"
    assert in_force(date(1999, 1, 1)).code == "RB-2021", "before the first one, the first"


def test_only_values_to_be_confirmed_change_and_only_to_their_kind() -> None:
    book = shipped()["RB-2021"]
    assert book.changed({"youth_age": 420}).number("youth_age") == 420
    assert book.changed({"age_counts_by": "day"}).word("age_counts_by") == "day"
    assert book.number("youth_age") == 360, "the shipped book stays as it is"
    for key, value in (
        ("cell_vote", "1/2"),
        ("no_such_rule", 1),
        ("youth_age", "thirty"),
        ("youth_age", -1),
        ("youth_age", True),
        ("quorum", "two thirds"),
        ("quorum", "1/0"),
        ("age_counts_by", "week"),
    ):
        with pytest.raises(RulebookError):
            book.changed({key: value})  # type: ignore[dict-item]


def test_lists_of_papers_hold_known_papers_only() -> None:
    book = shipped()["RB-2025"]
    assert book.changed({"recognition_papers": ["10-KNĐ", "11-KNĐ"]}).words("recognition_papers") == (
        "10-KNĐ",
        "11-KNĐ",
    )
    for value in (["99-KNĐ"], []):
        with pytest.raises(RulebookError):
            book.changed({"recognition_papers": value})
    with pytest.raises(RulebookError):
        book.changed({"removal_votes": ["2/3"]})


def test_the_definition_speaks_only_of_what_exists() -> None:
    book = shipped()["RB-2021"]
    for move in MOVES:
        assert move.trigger in TRIGGERS
        assert not move.form or book.form(move.form) in book.forms
    for spec in SPECS:
        assert spec.rule in book.rules
        assert spec.extension_rule is None or spec.extension_rule in book.rules
    assert {move.trigger for move in MOVES} == set(TRIGGERS)
    assert {move.dest for move in MOVES if move.dest} == set(State)


def test_every_exported_guard_says_where_its_rule_comes_from() -> None:
    used = {guard for move in MOVES for guard in move.guards}
    for guard in used:
        assert guard.__doc__, guard.__name__
        assert getattr(guards, guard.__name__) is guard


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("29-QĐ/TW §4.3.1; 232-QĐ/TW", "Quy định số 29-QĐ/TW, Quy định số 232-QĐ/TW"),
        ("294-QĐ/TW (kế thừa 29-QĐ/TW §4.3.1; 232-QĐ/TW)", "Quy định số 294-QĐ/TW"),
        ("06-HD/TW 3.4", "Hướng dẫn số 06-HD/TW"),
        ("Điều lệ Đảng, điều 8; 294-QĐ/TW (kế thừa 24-QĐ/TW §8)", "Quy định số 294-QĐ/TW"),
        ("Thông lệ văn phòng (chưa thấy quy định)", "Thông lệ văn phòng"),
    ],
)
def test_an_official_text_names_what_is_in_force(source: str, named: str) -> None:
    assert legal_basis(source) == named
