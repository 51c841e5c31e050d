"""Signing what a meeting decided: the decisions one chooses, on a day of their own, numbered from the register then.

Voted on one day, signed on another: the line of the meeting holds the vote, and is recorded as an act, the one a
closing makes (meetings.closing), when it is signed. What is not signed stays on the meeting.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework.act import Act, Done
from dossiers.casework.case import Case
from dossiers.casework.many import Answer, advance_together, foresee_all
from dossiers.extensions import run
from dossiers.formatters import day as day_in_words
from dossiers.formatters import say
from dossiers.languages import gettext as _
from dossiers.meetings import results
from dossiers.meetings.closing import Checked, act_of, rows_of, shut, why_not, write_rows
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.meetings.results import Line, Results
from dossiers.meetings.services import bodies_of, lender, load, touch
from dossiers.office import services as office
from dossiers.papers import registers
from dossiers.papers.registers import Book, Series
from workflow.machine import Refused
from workflow.procedure.table import move_by
from workflow.votes import Body

TRIES = 5
"""So often the numbers are taken anew when somebody else took them first."""


@dataclass(frozen=True)
class Signing:
    """The decisions of a meeting that wait for a signature: `lines` that passed, with the number each would get; `why`
    the rules refuse one; `warned` what they let pass and say; `book` the register, None where none is kept here.
    """

    meeting: Meeting
    now: Results
    signed_on: date
    lines: list[Line]
    numbers: Mapping[int, str]
    book: Book | None
    why: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    warned: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    shut: tuple[str, ...] = ()

    @property
    def fine(self) -> list[Line]:
        """Those that can be signed."""
        return [] if self.shut else [line for line in self.lines if line.dossier_id not in self.why]


class NotSigned(Exception):
    """Nothing was written: of some of those chosen the rules say no."""

    def __init__(self, signing: Signing) -> None:
        super().__init__(", ".join(map(str, signing.why)))
        self.signing = signing


_OPEN = Question(
    select(Meeting.id, Meeting.unit_id, Meeting.body, Meeting.kind, Meeting.held_on)
    .where(
        Meeting.unit_id.in_(bindparam("units", expanding=True)),
        Meeting.body.in_([str(Body.STANDING_COMMITTEE), str(Body.COMMITTEE)]),
        ~Meeting.closed,
        Meeting.cancelled_at.is_(None),
        Meeting.held_on <= bindparam("today"),
        select(MeetingLine.dossier_id)
        .where(MeetingLine.meeting_id == Meeting.id, MeetingLine.in_favour.is_not(None), ~MeetingLine.closed)
        .exists(),
    )
    .order_by(Meeting.held_on, Meeting.id)
    .limit(20)
)


def waiting(signed: Signed) -> Sequence[Any]:
    """The meetings of this person's bodies that voted and are not closed; one query."""
    mine = set(bodies_of(signed))
    units = [unit for unit, _body in mine]
    rows = run(_OPEN, {"units": units, "today": clock.today()}).all() if units else []
    return [row for row in rows if (row.unit_id, Body(row.body)) in mine]


def look(meeting: Meeting, signed: Signed, signed_on: date, chosen: Collection[int] | None = None) -> Signing:
    """What signing these (None: all that passed) on a day would record; nothing is written."""
    now = results.results(meeting, signed)
    found = _laid_out(meeting, now, signed_on, chosen)
    answers = foresee_all(_acts(found), signed)
    judged = _judged(found, answers)
    if not judged.why:
        return judged
    can = [line for line in judged.lines if line.dossier_id not in judged.why]
    return replace(judged, numbers=_numbers(can, now, judged.book, signed_on))


def _laid_out(meeting: Meeting, now: Results, signed_on: date, chosen: Collection[int] | None) -> Signing:
    lines = [line for line in now.lines if _decides(line) and (chosen is None or line.dossier_id in chosen)]
    book = registers.Registers().book(meeting.unit_id, Series.DECISION, signed_on)
    closed = list(shut(meeting, now))
    if signed_on > clock.today():
        closed.append(_("Ngày ký %(day)s ở tương lai.", day=day_in_words(signed_on)))
    return Signing(
        meeting, now, signed_on, lines, _numbers(lines, now, book, signed_on), book, shut=tuple(closed)
    )  # fmt: skip


def _decides(line: Line) -> bool:
    move = move_by(line.trigger, line.s.state, line.s.route) if line.trigger else None
    return move is not None and move.decides and line.passed and not line.wrong


def _numbers(lines: Sequence[Line], now: Results, book: Book | None, day: date) -> dict[int, str]:
    """The number of each decision: its own where it was numbered by hand, else the next of the register."""
    if book is None:
        return {line.dossier_id: now.numbers.get(line.dossier_id, "") for line in lines}
    offered = {book.series: book.text(registers.next_numbers([book], day)[book.id])}
    return results.numbers(lines, "", offered)


def _acts(found: Signing) -> list[tuple[Case, Act]]:
    return [
        act_of(found.meeting, line, found.numbers.get(line.dossier_id, ""), found.signed_on) for line in found.lines
    ]


def _judged(found: Signing, answers: Sequence[Answer]) -> Signing:
    why, warned = {}, {}
    for line, answer in zip(found.lines, answers, strict=True):
        if isinstance(answer, Done):
            warned[line.dossier_id] = tuple(say(warning.message) for warning in answer.outcome.warnings)
        else:
            why[line.dossier_id] = why_not(answer)
    return replace(found, why=why, warned=warned)


def sign(number: int, signed: Signed, signed_on: date, chosen: Collection[int]) -> int:
    """Sign these decisions of a meeting, all of them in one transaction with their numbers, or none; how many.

    Raises NotSigned when the rules say no to one of them, Moved when somebody changed the meeting meanwhile, Shut when
    it is closed, NotFound.
    """
    for left in reversed(range(TRIES)):
        meeting = load(number, signed)
        found = _laid_out(meeting, results.results(meeting, signed), signed_on, chosen)
        if found.shut or len(found.lines) < len(set(chosen)) or not found.lines:
            raise NotSigned(look(meeting, signed, signed_on))
        answers = _write(found, signed)
        if all(isinstance(answer, Done) for answer in answers):
            return len(answers)
        if not (left and found.book is not None and _all_overtaken(found, answers)):
            raise NotSigned(_judged(found, answers))
    raise AssertionError("the last try returns or raises")


def _all_overtaken(found: Signing, answers: Sequence[Answer]) -> bool:
    """Whether all that stands in the way is that somebody took a number of the register meanwhile."""
    for line, answer in zip(found.lines, answers, strict=True):
        if isinstance(answer, Done):
            continue
        only = isinstance(answer, Refused) and all(refusal.rule == "number_unique" for refusal in answer.refusals)
        if not only or line.values["number"]:
            return False
    return True


def _write(found: Signing, signed: Signed) -> list[Answer]:
    meeting, acts = found.meeting, _acts(found)
    is_last = len(found.lines) == len(found.now.lines)
    done = Checked(
        replace(found.now, lines=found.lines, numbers=found.numbers),
        {line.dossier_id: act for line, act in zip(found.lines, acts, strict=True)},
        {},
        {},
    )

    def first(cases: Sequence[Case]) -> None:
        ends = (
            {"closed": True, "closed_by": signed.account_id, "closed_at": clock.stamp(clock.now())} if is_last else {}
        )
        touch(meeting.id, found.now.version, **ends)
        write_rows(meeting, done, {case.id: case.version for case in cases})
        office.record(
            "decisions:signed", meeting.unit_id, signed.account_id, rows_of(meeting),
            behalf=lender(meeting.unit_id, Body(meeting.body), signed), meeting=meeting.id,
            body=meeting.body, day=found.signed_on, signed=len(acts),
        )  # fmt: skip

    return advance_together(acts, signed, first)
