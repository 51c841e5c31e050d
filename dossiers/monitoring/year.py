"""A new member's year as people read it: what was done, what is late, what comes next, and who does it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from dossiers.casework import correcting
from dossiers.casework.case import Case
from dossiers.casework.replaying import Counted
from dossiers.rules import services as rules
from workflow import deadlines, due, monitoring
from workflow.calendar import WorkCalendar, add_months
from workflow.facts import DossierFacts
from workflow.monitoring import Warned
from workflow.papers import Kind
from workflow.probation import (
    ATTENDANCE_LABELS,
    AUTHOR_LABELS,
    DUES_LABELS,
    LEVEL_LABELS,
    MERIT_LABELS,
    Author,
    first_of,
)
from workflow.roles import Role
from workflow.rulebook import Rulebook
from workflow.text import Text
from workflow.triggers import TRIGGERS
from workflow.votes import BODY_LABELS, Purpose

How = Literal["done", "late", "ahead"]
HOW_LABELS: dict[str, Text] = {
    "done": Text("đã xong", "done"),
    "late": Text("quá hạn", "late"),
    "ahead": Text("sắp tới", "ahead"),
}


@dataclass(frozen=True)
class Mark:
    """A day of the year: what it is, how it stands, and who does it (None: nobody has to)."""

    day: date
    label: Text
    how: How
    who: Role | None = None
    note: str = ""


@dataclass(frozen=True)
class MonthLine:
    """A calendar month: attendance and dues (None: not recorded), tasks and remarks as they were written."""

    first: date
    met: Text | None
    dues: Text | None
    lacking: bool
    recorded: bool
    tasks: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """Remarks on a quarter: by whom, when, a text a heading."""

    author: Text
    day: date
    texts: tuple[str, ...]


@dataclass(frozen=True)
class QuarterLine:
    """A quarter: its days, how it stands, and what was said of it."""

    nr: int
    begins: date
    ends: date
    how: How
    said: tuple[Said, ...]


@dataclass(frozen=True)
class AnswerLine:
    """A warning that was answered, with the ground."""

    label: Text
    day: date
    reason: str


@dataclass(frozen=True)
class YearLine:
    """A year of the classification: its level (None: not classified yet), the day of the member's review of it."""

    year: int
    level: Text | None
    reviewed_on: date | None


@dataclass(frozen=True)
class Year:
    """All that the page of a new member shows."""

    starts: date
    ends: date
    vote_by: date
    today: date
    marks: tuple[Mark, ...]
    months: tuple[MonthLine, ...]
    quarters: tuple[QuarterLine, ...]
    warnings: tuple[Warned, ...]
    answers: tuple[AnswerLine, ...]
    classified: tuple[YearLine, ...]
    followed_until: date | None
    """The last day of the follow-up after recognition; None before it."""

    @property
    def day_nr(self) -> int:
        """Which day of the year today is, from 1."""
        return (self.today - self.starts).days + 1

    @property
    def late(self) -> tuple[Mark, ...]:
        """What is late."""
        return tuple(mark for mark in self.marks if mark.how == "late")

    @property
    def next(self) -> Mark | None:
        """What comes next that somebody has to do."""
        return next((mark for mark in self.marks if mark.how == "ahead" and mark.who is not None), None)


@dataclass
class _Told:
    """What the events say in words, by what it is about."""

    months: dict[date, list[tuple[str, str]]] = field(default_factory=dict)
    quarters: dict[int, list[Said]] = field(default_factory=dict)
    answers: list[AnswerLine] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    reviewed: dict[int, date] = field(default_factory=dict)


def year_of(case: Case, today: date) -> Year | None:
    """The year of a member; None of who is none yet. Reads the dossier's events, which hold what was written."""
    book, calendar, facts = rules.books()[case.rulebook], rules.calendar(), case.facts
    start, end = facts.ceremony_on, deadlines.probation_end(facts, book)
    if start is None or end is None or case.state is None:
        return None
    told = _told(correcting.acts_of(case.id), start)
    warned = monitoring.warnings(case.state, facts, book, calendar, today)
    marks = [*told.marks, *_marks(case, book, calendar, today)]
    return Year(
        start,
        end,
        calendar.add_working_days(end, book.number("recognition_vote") + facts.extension("recognition_vote")),
        today,
        tuple(sorted(marks, key=lambda mark: mark.day)),
        tuple(_months(case, told, end, today)),
        tuple(_quarters(case, book, told, today)),
        warned,
        tuple(told.answers),
        tuple(_years(facts, book, told, today)),
        deadlines.follow_up_end(facts, book),
    )


_MOVES = ("transfer", "suspend", "resume", "extend_deadline", "helper_leaves", "assign_helper")
"""Acts that stand on the line as they happened."""


def _told(acts: list[Counted], start: date) -> _Told:
    found = _Told()
    for act in acts:
        e, trigger = act.recorded.evidence, act.event.trigger
        if trigger == "record_month" and e.month is not None and any(e.texts):
            tasks, remark = (*e.texts, "", "")[:2]
            found.months.setdefault(e.month.first, []).append((tasks, remark))
        elif trigger == "remark_quarter" and e.quarter is not None:
            said = Said(AUTHOR_LABELS[Author(e.ground)], e.happened_on, e.texts)
            found.quarters.setdefault(e.quarter, []).append(said)
        elif trigger == "answer_warning" and e.warning in monitoring.BY_RULE:
            found.answers.append(AnswerLine(monitoring.BY_RULE[e.warning].label, e.happened_on, e.reason))
        elif trigger == "record_merit":
            note = " ".join(part for part in (e.number, e.reason) if part)
            found.marks.append(Mark(e.issued_on or e.happened_on, MERIT_LABELS[e.ground], "done", note=note))
        elif trigger == "classify" and e.year is not None and e.papers:
            found.reviewed[e.year] = e.papers[0].issued_on
        elif trigger in _MOVES and e.happened_on >= start:
            found.marks.append(Mark(e.happened_on, TRIGGERS[trigger].label, "done", note=e.reason))
    return found


def _marks(case: Case, book: Rulebook, calendar: WorkCalendar, today: date) -> Iterator[Mark]:
    """The days of the year: what is on file on its day, what is not by the day it is due."""
    facts = case.facts
    start, end = facts.ceremony_on, deadlines.probation_end(facts, book)
    assert start is not None
    assert end is not None

    def wait(day: date, label: Text, who: Role) -> Mark:
        return Mark(day, label, "late" if day < today else "ahead", who)

    yield Mark(start, Text("Lễ kết nạp", "Ceremony"), "done")
    for kind, last, who in (
        (Kind.MEMBER_CV, deadlines.member_cv_due(facts, book, calendar), Role.CELL_SECRETARY),
        (Kind.NEW_MEMBER_CERTIFICATE, add_months(start, book.number("course_by_month")), Role.COMMITTEE_OFFICER),
    ):
        form = book.form(kind)
        paper, title = facts.paper(form), book.form_title(form)
        if paper is not None:
            yield Mark(paper.issued_on, title, "done", note=paper.number)
        elif last is not None:
            yield wait(last, title, who)
    yield Mark(end, Text("Hết 12 tháng dự bị", "The twelve months end"), "done" if end < today else "ahead")
    last = calendar.add_working_days(end, book.number("recognition_vote") + facts.extension("recognition_vote"))
    for form in book.words("recognition_papers"):
        paper = facts.paper(form)
        if paper is not None:
            yield Mark(paper.issued_on, book.form_title(form), "done", note=paper.form)
        else:
            yield wait(last, book.form_title(form), Role.CELL_SECRETARY)
    votes = [vote for vote in facts.votes if vote.purpose is Purpose.RECOGNITION]
    for vote in votes:
        body = BODY_LABELS[vote.body]
        label = Text(f"{body.vi} biểu quyết công nhận", f"{body.en} votes on recognition")
        yield Mark(vote.held_on, label, "done", note=f"{vote.in_favour}/{vote.entitled}")
    if not votes and facts.recognised_on is None:
        yield wait(last, Text("Chi bộ xét công nhận chính thức", "The cell considers recognition"), Role.CELL_SECRETARY)
    if facts.recognised_on is not None:
        yield Mark(facts.recognised_on, Text("Quyết định công nhận", "Decision to recognise"), "done")


def _months(case: Case, told: _Told, end: date, today: date) -> Iterator[MonthLine]:
    """Every calendar month from the ceremony's to the last of the probation, or to today's if that is earlier."""
    assert case.facts.ceremony_on is not None
    first, last = first_of(case.facts.ceremony_on), first_of(min(end, max(today, case.facts.ceremony_on)))
    while first <= last:
        kept, written = case.facts.year.month(first), told.months.get(first, [])
        met = ATTENDANCE_LABELS[kept.met] if kept and kept.met else None
        dues = DUES_LABELS[kept.dues] if kept and kept.dues else None
        yield MonthLine(
            first, met, dues, bool(kept and kept.is_lacking), kept is not None,
            tuple(tasks for tasks, _remark in written if tasks),
            tuple(remark for _tasks, remark in written if remark),
        )  # fmt: skip
        first = add_months(first, 1)


def _years(facts: DossierFacts, book: Rulebook, told: _Told, today: date) -> Iterator[YearLine]:
    """The years that are classified, and those that ought to be."""
    levels = {one.year: LEVEL_LABELS[one.level] for one in facts.year.years}
    for year in sorted({*levels, *due.years_to_classify(facts, book, today)}):
        yield YearLine(year, levels.get(year), told.reviewed.get(year))


def _quarters(case: Case, book: Rulebook, told: _Told, today: date) -> Iterator[QuarterLine]:
    for nr, begins, ends in monitoring.quarters(case.facts, book):
        how: How = "done" if case.facts.year.remarked(nr) else "late" if ends < today else "ahead"
        yield QuarterLine(nr, begins, ends, how, tuple(told.quarters.get(nr, ())))
