"""The warnings of the year of probation at their edges, and what is recorded of it."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tests.workflow import helpers
from tests.workflow.helpers import CALENDAR, Walk, fire, refusals, rules_against, situation
from workflow import bundle, monitoring
from workflow.facts import Actor, DossierFacts, Paper, Vote
from workflow.monitoring import Warned
from workflow.probation import Answered, Attendance, Author, Dues, Followed, Month, Remarked, with_month
from workflow.roles import Role
from workflow.rulebook import shipped
from workflow.stages import State
from workflow.votes import Body, Purpose

EVERY_BOOK = True
S = State
CEREMONY = date(2021, 9, 1)
DAY = timedelta(days=1)
CV = Paper("LL-ĐV", date(2021, 9, 20))
COURSE = Paper("CN-ĐVM", date(2021, 12, 1))
EVERY_QUARTER = tuple(Remarked(nr, Author.HELPER) for nr in (1, 2, 3, 4))
FINE = Followed(quarters=EVERY_QUARTER)


def member(ceremony: date = CEREMONY, followed: Followed = FINE, **changes: Any) -> DossierFacts:
    """A new member about whom nothing is to be said, but for what changes."""
    papers = changes.pop("papers", (CV, COURSE))
    return DossierFacts(
        admitted_on=ceremony - timedelta(days=10), ceremony_on=ceremony, papers=papers, followed=followed, **changes
    )


def warned(facts: DossierFacts, on: date, state: State = S.PROBATIONARY) -> list[Warned]:
    return list(monitoring.warnings(state, facts, shipped()[helpers.BOOK], CALENDAR, on))


def rules(facts: DossierFacts, on: date, state: State = S.PROBATIONARY) -> set[str]:
    return {one.rule for one in warned(facts, on, state)}


def edge(facts: DossierFacts, last: date, rule: str, state: State = S.PROBATIONARY) -> None:
    """The day before the last, the last, and the day after it: only then the warning stands, since that day."""
    assert rule not in rules(facts, last - DAY, state)
    assert rule not in rules(facts, last, state)
    found = {one.rule: one for one in warned(facts, last + DAY, state)}
    assert found[rule].since == last + DAY


def test_nothing_is_warned_of_where_all_is_done() -> None:
    assert warned(member(), date(2022, 9, 1)) == []
    assert warned(DossierFacts(), date(2022, 9, 1)) == []
    assert warned(member(papers=(), followed=Followed()), date(2023, 9, 1), S.OFFICIAL) == []


def test_each_warning_says_its_source_and_whom_it_is_for() -> None:
    book = shipped()[helpers.BOOK]
    for spec in monitoring.SPECS:
        assert book.rule(spec.rule).source
        assert book.rule(spec.rule).state in ("checked", "one_source", "confirm")
        assert spec.to
        assert spec.label.vi
        assert spec.label.en


# --- each at its edges ---


@pytest.mark.parametrize(
    ("ceremony", "last"),
    [
        (date(2021, 9, 1), date(2022, 6, 1)),
        (date(2023, 5, 31), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 11, 29)),
        (date(2024, 5, 31), date(2025, 2, 28)),
    ],
)
def test_no_course_when_month_nine_has_ended(ceremony: date, last: date) -> None:
    edge(member(ceremony, papers=(CV,)), last, "course_by_month")


def test_no_member_cv_after_thirty_working_days() -> None:
    """From Wednesday 01/09/2021; 2 and 3 September are off."""
    edge(member(papers=(COURSE,)), CALENDAR.add_working_days(CEREMONY, 30), "member_cv")
    assert "member_cv" not in rules(member(), date(2022, 8, 1))


@pytest.mark.parametrize(
    ("ceremony", "last"),
    [(CEREMONY, date(2022, 3, 1)), (date(2023, 8, 31), date(2024, 2, 29)), (date(2024, 2, 29), date(2024, 8, 29))],
)
def test_no_remarks_for_two_quarters(ceremony: date, last: date) -> None:
    edge(member(ceremony, Followed()), last, "quarters_without_remarks")


def test_quarters_without_remarks_follow_one_another() -> None:
    def kept(*numbers: int) -> Followed:
        return Followed(quarters=tuple(Remarked(nr, Author.CELL) for nr in numbers))

    end = date(2022, 9, 2)
    assert "quarters_without_remarks" not in rules(member(followed=kept(2, 4)), end)
    assert "quarters_without_remarks" not in rules(member(followed=kept(1, 3)), end)
    found = {one.rule: one for one in warned(member(followed=kept(1)), end)}["quarters_without_remarks"]
    assert found.causes == ("q2", "q3", "q4")
    assert found.since == date(2022, 6, 2)


def test_a_helper_who_left_is_missed_from_the_day_after() -> None:
    left = date(2022, 1, 10)
    edge(member(followed=msgspec.structs.replace(FINE, helper_left_on=left)), left, "helper_left")


@pytest.mark.parametrize("state", [S.PROBATIONARY, S.RECOGNITION_CELL_REVIEW])
def test_no_vote_twenty_working_days_after_the_end(state: State) -> None:
    """The twelve months end on Thursday 01/09/2022, before two days off."""
    last = CALENDAR.add_working_days(date(2022, 9, 1), 20)
    assert last == date(2022, 9, 30)
    edge(member(), last, "recognition_vote_near", state)


@pytest.mark.parametrize(
    ("ceremony", "end"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2021, 8, 31), date(2022, 8, 31)),
        (date(2024, 1, 28), date(2025, 1, 28)),
    ],
)
def test_the_wait_for_a_vote_counts_from_the_very_day(ceremony: date, end: date) -> None:
    """29 February, the end of August, and an end within Tết: the days off are not counted."""
    edge(member(ceremony), CALENDAR.add_working_days(end, 20), "recognition_vote_near")


def test_a_vote_ends_that_wait_passed_or_failed() -> None:
    on = date(2022, 10, 20)
    failed = Vote(Body.CELL, Purpose.RECOGNITION, date(2022, 9, 20), 15, 15, 8)
    assert "recognition_vote_near" not in rules(member(votes=(failed,)), on)
    assert "recognition_vote_near" not in rules(member(recognition_resolution_on=date(2022, 9, 20)), on)


@pytest.mark.parametrize("inside", [True, False])
def test_moved_without_the_papers_of_the_move(inside: bool) -> None:
    moved = date(2022, 3, 1)
    followed = msgspec.structs.replace(FINE, moved_on=moved if inside else None)
    facts = member(followed=followed, moved_in_on=None if inside else moved)
    edge(facts, CALENDAR.add_working_days(moved, 30), "moved_without_papers")
    paper = Paper(shipped()[helpers.BOOK].form("formal_transfer"), date(2022, 3, 10))
    there = msgspec.structs.replace(facts, papers=(*facts.papers, paper))
    assert "moved_without_papers" not in rules(there, date(2022, 8, 1))


def absent(*months: tuple[int, int], **dues: Any) -> DossierFacts:
    kept = tuple(Month(date(year, month, 1), Attendance.ABSENT) for year, month in months)
    return member(followed=msgspec.structs.replace(FINE, months=kept))


def test_three_months_of_a_year_without_meeting_or_dues() -> None:
    two = absent((2022, 1), (2022, 3))
    assert "absent_months" not in rules(two, date(2022, 8, 1))
    three = absent((2022, 1), (2022, 3), (2022, 6))
    assert "absent_months" not in rules(three, date(2022, 5, 31))
    found = {one.rule: one for one in warned(three, date(2022, 6, 1))}["absent_months"]
    assert found.causes == ("2022-01", "2022-03", "2022-06")
    assert found.since == date(2022, 6, 1)


def test_a_year_is_a_calendar_year_and_a_good_reason_counts() -> None:
    assert "absent_months" not in rules(absent((2021, 11), (2021, 12), (2022, 1)), date(2022, 8, 1))
    mixed = (
        Month(date(2022, 1, 1), Attendance.PRESENT, Dues.UNPAID),
        Month(date(2022, 2, 1), Attendance.EXCUSED, Dues.PAID),
        Month(date(2022, 3, 1), Attendance.ABSENT, Dues.PAID),
        Month(date(2022, 4, 1), Attendance.NO_MEETING, Dues.EXCUSED),
    )
    facts = member(followed=msgspec.structs.replace(FINE, months=mixed))
    assert "absent_months" not in rules(facts, date(2022, 8, 1))
    one_more = msgspec.structs.replace(facts.year, months=(*mixed, Month(date(2022, 5, 1), None, Dues.UNPAID)))
    assert "absent_months" in rules(member(followed=one_more), date(2022, 8, 1))


# --- answered, until a cause is new ---


def test_an_answered_warning_stays_answered_until_its_cause_is_new() -> None:
    three = absent((2022, 1), (2022, 3), (2022, 6))
    s = situation(S.PROBATIONARY, three, date(2022, 7, 1))
    causes = ("2022-01", "2022-03", "2022-06")
    after = fire(s, "answer_warning", date(2022, 7, 1), warning="absent_months", causes=causes, reason="Công tác xa.")
    assert [one.answered for one in warned(after.facts, date(2022, 7, 2))] == [True]
    later = with_month(after.facts.year.months, Month(date(2022, 7, 1), Attendance.ABSENT))
    again = msgspec.structs.replace(after.facts, followed=msgspec.structs.replace(after.facts.year, months=later))
    assert [one.answered for one in warned(again, date(2022, 7, 31))] == [False]


def test_a_corrected_ceremony_makes_the_cause_new() -> None:
    followed = msgspec.structs.replace(FINE, answers=(Answered("course_by_month", (CEREMONY.isoformat(),)),))
    facts = member(papers=(CV,), followed=followed)
    assert [one.answered for one in warned(facts, date(2022, 7, 1))] == [True]
    moved = msgspec.structs.replace(facts, ceremony_on=date(2021, 8, 31))
    assert [one.answered for one in warned(moved, date(2022, 7, 1))] == [False]


def test_only_a_warning_that_stands_is_answered_and_with_a_ground() -> None:
    s = situation(S.PROBATIONARY, member(), date(2022, 7, 1))
    cause = (CEREMONY.isoformat(),)
    assert "act_order" in rules_against(
        s, "answer_warning", date(2022, 7, 1), warning="course_by_month", causes=cause, reason="Lớp mở tháng sau."
    )
    late = situation(S.PROBATIONARY, member(papers=(CV,)), date(2022, 7, 1))
    said = {"warning": "course_by_month", "causes": cause}
    assert "evidence" in rules_against(late, "answer_warning", date(2022, 7, 1), **said)
    assert not refusals(late, "answer_warning", date(2022, 7, 1), **said, reason="Lớp mở tháng sau.")


def test_nobody_is_removed_by_a_warning() -> None:
    """A warning mends nothing and moves nobody: the acts it names are those that people do."""
    three = absent((2022, 1), (2022, 3), (2022, 6))
    s = situation(S.PROBATIONARY, three, date(2022, 7, 1))
    done = fire(s, "answer_warning", date(2022, 7, 1), warning="absent_months", causes=("2022-01",), reason="Đã nhắc.")
    assert done.to is S.PROBATIONARY
    assert {spec.mend for spec in monitoring.SPECS}.isdisjoint({"remove", "propose_removal"})


# --- what is recorded ---


def said(s: Any, month: Month, on: date = date(2022, 3, 5), **more: Any) -> set[str]:
    return rules_against(s, "record_month", on, month=month, **more)


def test_a_month_is_said_once_but_dues_may_be_paid_later() -> None:
    s = situation(S.PROBATIONARY, member(), date(2022, 4, 1))
    unpaid = Month(date(2022, 3, 1), Attendance.ABSENT, Dues.UNPAID)
    kept = fire(s, "record_month", date(2022, 3, 5), month=unpaid).facts
    assert kept.year.months == (unpaid,)
    then = situation(S.PROBATIONARY, kept, date(2022, 4, 1))
    assert "act_order" in said(then, unpaid)
    assert "act_order" in said(then, Month(date(2022, 3, 1), Attendance.PRESENT))
    paid = fire(then, "record_month", date(2022, 3, 20), month=Month(date(2022, 3, 1), Attendance.EXCUSED, Dues.PAID))
    assert paid.facts.year.months == (Month(date(2022, 3, 1), Attendance.EXCUSED, Dues.PAID),)
    assert "act_order" in said(
        situation(S.PROBATIONARY, paid.facts, date(2022, 4, 1)), Month(date(2022, 3, 1), None, Dues.UNPAID)
    )


def test_attendance_and_dues_may_come_apart() -> None:
    s = situation(S.PROBATIONARY, member(), date(2022, 4, 1))
    first = fire(s, "record_month", date(2022, 3, 5), month=Month(date(2022, 3, 1), None, Dues.PAID)).facts
    then = situation(S.PROBATIONARY, first, date(2022, 4, 1))
    both = fire(then, "record_month", date(2022, 3, 6), month=Month(date(2022, 3, 1), Attendance.PRESENT)).facts
    assert both.year.months == (Month(date(2022, 3, 1), Attendance.PRESENT, Dues.PAID),)


def test_a_month_has_begun_and_is_a_members_month() -> None:
    s = situation(S.PROBATIONARY, member(), date(2022, 4, 1))
    assert "act_order" in said(s, Month(date(2022, 4, 1), Attendance.PRESENT), date(2022, 3, 31))
    assert not said(s, Month(date(2022, 4, 1), Attendance.PRESENT), date(2022, 4, 1))
    assert not said(s, Month(date(2021, 9, 1), Attendance.PRESENT))
    assert "act_order" in said(s, Month(date(2021, 8, 1), Attendance.PRESENT))
    assert "act_order" in said(s, Month(date(2022, 3, 2), Attendance.PRESENT))
    assert "evidence" in said(s, Month(date(2022, 3, 1)))


def test_of_a_sympathiser_only_tasks_and_a_remark_are_kept() -> None:
    s = situation(S.LISTED, DossierFacts(helpers=1), date(2022, 4, 1))
    assert "act_order" in said(s, Month(date(2022, 3, 1), Attendance.PRESENT), texts=("", ""))
    done = fire(s, "record_month", date(2022, 3, 5), month=Month(date(2022, 3, 1)), texts=("Giúp lớp hè", "Tốt"))
    assert done.facts.followed is None


REMARK = ("Giữ vững lập trường.", "Hoàn thành.", "")


@pytest.mark.parametrize(
    ("on", "fine"), [(date(2021, 11, 30), False), (date(2021, 12, 1), True), (date(2021, 12, 2), True)]
)
def test_a_quarter_is_remarked_on_once_it_begins(on: date, fine: bool) -> None:
    s = situation(S.PROBATIONARY, member(followed=Followed()), date(2022, 4, 1))
    found = rules_against(s, "remark_quarter", on, quarter=2, ground="helper", texts=REMARK)
    assert ("act_order" not in found) is fine


def test_helper_and_cell_remark_once_each_and_the_helper_not_for_the_cell() -> None:
    helper = Actor("a7", (Role.CELL_MEMBER_HELPER,))
    s = situation(S.PROBATIONARY, member(followed=Followed()), date(2022, 4, 1), actor=helper)
    on = date(2022, 1, 5)
    assert "actor_role" in rules_against(s, "remark_quarter", on, quarter=1, ground="cell", texts=REMARK)
    assert "evidence" in rules_against(s, "remark_quarter", on, quarter=1, ground="helper", texts=("", " ", ""))
    assert "act_order" in rules_against(s, "remark_quarter", on, quarter=5, ground="helper", texts=REMARK)
    done = fire(s, "remark_quarter", on, quarter=1, ground="helper", texts=REMARK).facts
    then = situation(S.PROBATIONARY, done, date(2022, 4, 1))
    assert "act_order" in rules_against(then, "remark_quarter", on, quarter=1, ground="helper", texts=REMARK)
    assert not refusals(then, "remark_quarter", on, quarter=1, ground="cell", texts=REMARK)
    assert "actor_role" in rules_against(s, "record_month", on, month=Month(date(2022, 1, 1), Attendance.PRESENT))


def test_a_helper_who_left_is_followed_by_another() -> None:
    s = situation(S.PROBATIONARY, member(), date(2022, 4, 1))
    left = fire(s, "helper_leaves", date(2022, 3, 1), reason="Chuyển công tác.").facts
    assert left.year.helper_left_on == date(2022, 3, 1)
    then = situation(S.PROBATIONARY, left, date(2022, 4, 1))
    assert "act_order" in rules_against(then, "helper_leaves", date(2022, 3, 2), reason="Chuyển công tác.")
    assert fire(then, "assign_helper", date(2022, 3, 5), helpers=1).facts.year.helper_left_on is None


@pytest.mark.parametrize(
    ("admitted", "fine"), [(date(2022, 6, 30), True), (date(2022, 7, 1), False), (date(2022, 6, 29), True)]
)
def test_who_was_admitted_less_than_six_months_before_is_not_classified(admitted: date, fine: bool) -> None:
    facts = msgspec.structs.replace(member(admitted + timedelta(days=10)), admitted_on=admitted)
    s = situation(S.PROBATIONARY, facts, date(2023, 2, 1))
    found = rules_against(s, "classify", date(2022, 12, 15), year=2022, ground="good")
    assert ("classified_after" not in found) is fine


def test_a_year_is_classified_once_and_near_its_end() -> None:
    s = situation(S.OFFICIAL, member(), date(2023, 2, 1))
    assert "act_order" in rules_against(s, "classify", date(2022, 10, 31), year=2022, ground="good")
    assert "evidence" in rules_against(s, "classify", date(2022, 12, 1), year=2022, ground="best")
    done = fire(s, "classify", date(2022, 11, 1), year=2022, ground="excellent").facts
    then = situation(S.OFFICIAL, done, date(2023, 2, 1))
    assert "act_order" in rules_against(then, "classify", date(2022, 12, 1), year=2022, ground="good")


def test_the_months_count_on_where_a_member_moves() -> None:
    walk = Walk().to(S.PROBATIONARY)
    ceremony = walk.facts.ceremony_on
    walk.do("transfer", reason="Chuyển công tác.", member_moves=True)
    assert walk.facts.ceremony_on == ceremony
    assert walk.facts.year.moved_on == walk.on
    assert walk.facts.last is not None


def test_a_transfer_on_the_last_day_changes_neither_the_end_nor_who_votes_next() -> None:
    s = situation(S.PROBATIONARY, member(), date(2022, 9, 1))
    moved = fire(s, "transfer", date(2022, 9, 1), reason="Chuyển công tác.", member_moves=True)
    due = {deadline.rule: deadline.due_on for deadline in moved.deadlines}
    assert due["probation"] == date(2022, 9, 1)
    assert due["recognition_vote"] == CALENDAR.add_working_days(date(2022, 9, 1), 30)
    papers = tuple(Paper(form, date(2022, 9, 5)) for form in ("10-KNĐ", "11-KNĐ", "12-KNĐ"))
    ready = msgspec.structs.replace(moved.facts, papers=(*moved.facts.papers, *papers))
    then = situation(S.PROBATIONARY, ready, date(2022, 9, 6))
    assert fire(then, "submit_for_recognition", date(2022, 9, 6)).to is S.RECOGNITION_CELL_REVIEW
    assert "probation" in rules_against(then, "submit_for_recognition", date(2022, 9, 1))


def test_after_a_move_inside_the_tree_its_paper_is_asked_for() -> None:
    form = shipped()[helpers.BOOK].form("formal_transfer")
    moved = msgspec.structs.replace(FINE, moved_on=date(2022, 3, 1))
    asked = {one.form for one in bundle.wanted(situation(S.PROBATIONARY, member(followed=moved), date(2022, 4, 1)))}
    assert form in asked
    assert form not in {one.form for one in bundle.wanted(situation(S.PROBATIONARY, member(), date(2022, 4, 1)))}
    old = member(followed=moved, papers=(CV, COURSE, Paper(form, date(2021, 12, 1))))
    assert "moved_without_papers" in rules(old, date(2022, 8, 1)), "that of an earlier move"


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2021, 8, 31), 0), (date(2021, 9, 1), 1), (date(2021, 10, 1), 1), (date(2021, 10, 2), 2),
        (date(2022, 9, 1), 12), (date(2022, 9, 2), 13),
    ],
)  # fmt: skip
def test_the_month_of_probation(day: date, month: int) -> None:
    assert monitoring.month_of_probation(member(), day) == month


def test_who_was_removed_is_told_once_and_may_complain_for_thirty_working_days() -> None:
    s = situation(S.REMOVED, member(left_on=date(2022, 3, 1)), date(2022, 6, 1))
    done = fire(s, "tell_person", date(2022, 3, 7))
    assert [(d.rule, d.due_on) for d in done.deadlines] == [
        ("complaint", CALENDAR.add_working_days(date(2022, 3, 7), 30))
    ]
    then = situation(S.REMOVED, done.facts, date(2022, 6, 1))
    assert "act_order" in rules_against(then, "tell_person", date(2022, 3, 8))
