"""Warnings of the year of probation: what has not been done and ought to have been. They warn, they never act.

Each is a line of `SPECS`: its rule (value, source and confidence stand in the rulebook), whom it is for, and how it is
found in the facts. A warning names its causes; answered with a ground it stays answered until a cause is new.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import msgspec

from workflow.calendar import WorkCalendar, add_months
from workflow.deadlines import member_cv_due, probation_end
from workflow.facts import DossierFacts
from workflow.papers import Kind
from workflow.probation import Month
from workflow.roles import Role
from workflow.rulebook import Rulebook
from workflow.stages import STAGE_STATES, Stage, State
from workflow.text import Text
from workflow.votes import Body, Purpose

_DAY = timedelta(days=1)
ON_PROBATION: tuple[State, ...] = tuple(s for s in STAGE_STATES[Stage.MONITORING] if s is not State.OFFICIAL)
_BEFORE_VOTE = (State.PROBATIONARY, State.RECOGNITION_CELL_REVIEW)
QUARTER = 3
"""Months of a quarter of the probation."""
PAPER_BEFORE = 2
"""So many months before a move its paper may be dated; an older one is that of an earlier move."""


class Asked(msgspec.Struct, frozen=True):
    """What a warning is looked for in."""

    state: State
    facts: DossierFacts
    book: Rulebook
    calendar: WorkCalendar
    today: date


class Found(msgspec.Struct, frozen=True):
    """A warning that stands: since when, why (each cause by its key), and what is the matter."""

    since: date
    causes: tuple[str, ...]
    message: Text


class Spec(msgspec.Struct, frozen=True):
    """A warning as data: the rule it stands for, whom it is for, its name, what mends it and how it is found."""

    rule: str
    to: tuple[Role, ...]
    label: Text
    mend: str
    find: Callable[[Asked], Found | None]


class Warned(msgspec.Struct, frozen=True):
    """A warning of a dossier. `answered`: with a ground, for all its causes; then it is kept and no more urged."""

    rule: str
    label: Text
    message: Text
    since: date
    causes: tuple[str, ...]
    to: tuple[Role, ...]
    mend: str
    answered: bool = False


def quarters(facts: DossierFacts, book: Rulebook) -> tuple[tuple[int, date, date], ...]:
    """The quarters of the probation: (number, day it begins after, last day)."""
    start = facts.ceremony_on
    if start is None:
        return ()
    last = book.number("probation") // QUARTER
    return tuple(
        (nr, add_months(start, QUARTER * (nr - 1)), add_months(start, QUARTER * nr)) for nr in range(1, last + 1)
    )


def month_of_probation(facts: DossierFacts, day: date) -> int:
    """Which month of the probation a day lies in, from 1; 0 before it. The same-numbered day ends a month."""
    start = facts.ceremony_on
    if start is None or day < start:
        return 0
    whole = (day.year - start.year) * 12 + day.month - start.month
    while add_months(start, whole) < day:
        whole += 1
    while whole > 0 and add_months(start, whole - 1) >= day:
        whole -= 1
    return max(1, whole)


def warnings(
    state: State, facts: DossierFacts, book: Rulebook, calendar: WorkCalendar, today: date
) -> tuple[Warned, ...]:
    """The warnings that stand on a day, those not answered first, then the oldest."""
    if state not in ON_PROBATION or facts.ceremony_on is None:
        return ()
    asked = Asked(state, facts, book, calendar, today)
    made = []
    for spec in SPECS:
        found = spec.find(asked)
        if found is None:
            continue
        answered = set(found.causes) <= facts.year.answered(spec.rule)
        made.append(
            Warned(spec.rule, spec.label, found.message, found.since, found.causes, spec.to, spec.mend, answered)
        )
    return tuple(sorted(made, key=lambda one: (one.answered, one.since)))


def urged(found: Iterable[Warned]) -> tuple[Warned, ...]:
    """Those that nobody has answered."""
    return tuple(one for one in found if not one.answered)


# --- how each is found ---


def _said(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _passed(due: date, vi: str, en: str, cause: date) -> Found:
    """A day that had to be kept and has passed."""
    return Found(due + _DAY, (cause.isoformat(),), Text(vi, en))


def _absent(asked: Asked) -> Found | None:
    """Months of a year that lack a meeting or dues, of the year that lacks enough of them; the newest such year."""
    limit = asked.book.number("absent_months")
    lacking = [month for month in asked.facts.year.months if month.is_lacking and month.first <= asked.today]
    found: list[Month] = []
    for last in lacking:
        if asked.book.word("absent_year") == "calendar_year":
            within = [month for month in lacking if month.first.year == last.first.year]
        else:
            within = [month for month in lacking if add_months(last.first, -12) < month.first <= last.first]
        if len(within) >= limit:
            found += [month for month in within if month not in found]
    if not found:
        return None
    told = ", ".join(f"{month.first:%m/%Y}" for month in found)
    text = Text(
        f"Không sinh hoạt hoặc không đóng đảng phí mà không có lý do: {told}.",
        f"Without meeting or dues and without good reason: {told}.",
    )
    return Found(found[limit - 1].first, tuple(f"{month.first:%Y-%m}" for month in found), text)


def _course(asked: Asked) -> Found | None:
    """The certificate of the new-member course is not there when the month has ended by which it ought to be."""
    start, book = asked.facts.ceremony_on, asked.book
    assert start is not None
    if asked.facts.paper(book.form(Kind.NEW_MEMBER_CERTIFICATE)) is not None:
        return None
    months = book.number("course_by_month")
    due = add_months(start, months)
    if asked.today <= due:
        return None
    return _passed(
        due,
        f"Hết tháng thứ {months} mà chưa có giấy chứng nhận lớp đảng viên mới.",
        f"Month {months} is over without the certificate of the new-member course.", start,
    )  # fmt: skip


def _member_cv(asked: Asked) -> Found | None:
    """The member CV was not written in time."""
    due = member_cv_due(asked.facts, asked.book, asked.calendar)
    if due is None or asked.today <= due:
        return None
    return _passed(
        due,
        f"Chưa có lý lịch đảng viên; hạn là {_said(due)}.",
        f"No member CV; it was due on {_said(due)}.",
        due,
    )


def _remarks(asked: Asked) -> Found | None:
    """So many quarters in a row ended without a remark by anybody."""
    limit = asked.book.number("quarters_without_remarks")
    row: list[tuple[int, date]] = []
    found: list[tuple[int, date]] = []
    for nr, _begins, ends in quarters(asked.facts, asked.book):
        row = [] if ends >= asked.today or asked.facts.year.remarked(nr) else [*row, (nr, ends)]
        if len(row) >= limit:
            found += [one for one in row if one not in found]
    if not found:
        return None
    told = ", ".join(str(nr) for nr, _ends in found)
    text = Text(f"Các quý không có nhận xét: {told}.", f"Quarters without remarks: {told}.")
    return Found(found[max(1, limit) - 1][1] + _DAY, tuple(f"q{nr}" for nr, _ends in found), text)


def _helper(asked: Asked) -> Found | None:
    """The helper left, and nobody took the place."""
    left = asked.facts.year.helper_left_on
    if left is None:
        return None
    due = asked.calendar.add_working_days(left, asked.book.number("helper_left"))
    if asked.today <= due:
        return None
    return _passed(
        due, f"Người giúp đỡ thôi giúp đỡ từ {_said(left)}, chưa phân công người khác.",
        f"The helping member left on {_said(left)}; nobody else was assigned.", left,
    )  # fmt: skip


def _vote(asked: Asked) -> Found | None:
    """The twelve months are over for a while, and the cell has not considered the recognition."""
    end, facts = probation_end(asked.facts, asked.book), asked.facts
    if end is None or asked.today <= end:
        return None
    considered = facts.recognition_resolution_on or any(
        vote.body is Body.CELL and vote.purpose is Purpose.RECOGNITION for vote in facts.votes
    )
    if considered or asked.state not in _BEFORE_VOTE:
        return None
    days = asked.book.number("recognition_vote_near")
    due = asked.calendar.add_working_days(end, days)
    if asked.today <= due:
        return None
    last = asked.calendar.add_working_days(end, asked.book.number("recognition_vote"))
    return _passed(
        due,
        f"Hết dự bị ngày {_said(end)} đã quá {days} ngày làm việc, chi bộ chưa xét; hạn là {_said(last)}.",
        f"Probation ended on {_said(end)}, over {days} working days ago, no vote yet; due by {_said(last)}.", end,
    )  # fmt: skip


def _moved(asked: Asked) -> Found | None:
    """The member moved, and the papers of the move did not come."""
    facts, book = asked.facts, asked.book
    moved = max((day for day in (facts.moved_in_on, facts.year.moved_on) if day is not None), default=None)
    if moved is None:
        return None
    paper = facts.paper(book.form(Kind.FORMAL_TRANSFER))
    if paper is not None and (facts.year.moved_on is None or paper.issued_on >= add_months(moved, -PAPER_BEFORE)):
        return None
    due = asked.calendar.add_working_days(moved, book.number("moved_without_papers"))
    if asked.today <= due:
        return None
    return _passed(
        due,
        f"Chuyển sinh hoạt ngày {_said(moved)}, chưa có giấy chuyển sinh hoạt chính thức.",
        f"Moved on {_said(moved)}; the formal transfer is not on file.", moved,
    )  # fmt: skip


_CELL = (Role.CELL_SECRETARY,)
_CELL_AND_OFFICE = (Role.CELL_SECRETARY, Role.COMMITTEE_OFFICER, Role.UPPER_OFFICER)
_CELL_AND_HELPER = (Role.CELL_SECRETARY, Role.CELL_MEMBER_HELPER)

SPECS: tuple[Spec, ...] = (
    Spec(
        "absent_months", _CELL_AND_OFFICE, Text("Ba tháng không sinh hoạt, đảng phí", "Three months absent"),
        "record_month", _absent,
    ),
    Spec(
        "course_by_month", _CELL_AND_OFFICE, Text("Chưa học lớp đảng viên mới", "No new-member course"),
        "record_papers", _course,
    ),
    Spec("member_cv", _CELL, Text("Chưa có lý lịch đảng viên", "No member CV"), "record_papers", _member_cv),
    Spec(
        "quarters_without_remarks", _CELL_AND_HELPER, Text("Thiếu nhận xét quý", "No remarks"),
        "remark_quarter", _remarks,
    ),
    Spec("helper_left", _CELL, Text("Không có người giúp đỡ", "No helping member"), "assign_helper", _helper),
    Spec(
        "recognition_vote_near", _CELL_AND_OFFICE, Text("Chưa xét công nhận", "No vote on recognition"),
        "submit_for_recognition", _vote,
    ),
    Spec(
        "moved_without_papers", _CELL_AND_OFFICE, Text("Chưa có giấy chuyển sinh hoạt", "No papers of the move"),
        "record_papers", _moved,
    ),
)  # fmt: skip
BY_RULE: dict[str, Spec] = {spec.rule: spec for spec in SPECS}
