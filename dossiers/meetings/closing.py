"""Closing a meeting: all its acts, its lines and who came in one transaction, or nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, select, update

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.casework.act import Act, Done, Duplicate, VersionConflict
from dossiers.casework.case import Case
from dossiers.casework.closing import CLOSING_RULES
from dossiers.casework.many import Answer, advance_together, foresee_all
from dossiers.casework.rows import table_of
from dossiers.extensions import Model, db, run
from dossiers.formatters import day, say
from dossiers.languages import gettext as _
from dossiers.meetings.models import Meeting, MeetingAttendance, MeetingLine
from dossiers.meetings.results import Line, Results
from dossiers.meetings.services import lender, touch
from dossiers.office import services as office
from workflow.codes import Code
from workflow.facts import Evidence
from workflow.machine import Refused
from workflow.procedure.table import move_by
from workflow.votes import Body


class Outcome(Code):
    """What a closed meeting recorded of a dossier."""

    PASSED = "passed"
    FAILED = "failed"
    LEFT = "left"


@dataclass(frozen=True)
class Checked:
    """What closing would do: `acts` by dossier; `left` the dossiers of which nothing is recorded, each with why;
    `noted` those whose vote failed where the rules know no act for that: only the minutes record it; `warned` what the
    rules let pass and say; `shut` why the meeting cannot be closed now at all.
    """

    results: Results
    acts: Mapping[int, tuple[Case, Act]]
    left: Mapping[int, tuple[str, ...]]
    warned: Mapping[int, tuple[str, ...]]
    shut: tuple[str, ...] = ()
    noted: frozenset[int] = frozenset()


Acts = dict[int, tuple[Case, Act]]
Left = dict[int, tuple[str, ...]]
"""By dossier."""


class NotAsSeen(Exception):
    """Nothing was written: some of it the rules refuse now, and nobody has agreed to leave that out."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(", ".join(map(str, checked.left)))
        self.checked = checked


def act_of(meeting: Meeting, line: Line, number: str, signed_on: date | None = None) -> tuple[Case, Act]:
    """The act a line records: the vote that passed, or that it failed; a decision is dated on the day it is signed."""
    assert line.trigger is not None
    trigger = line.trigger if line.passed else line.failure
    move = move_by(trigger, line.case.state, line.case.route)
    accepted = move.accepted if move is not None else frozenset()
    evidence = Evidence(
        meeting.held_on,
        number=number if line.passed else "",
        issued_on=signed_on or meeting.issued_on if line.passed and move is not None and move.decides else None,
        ground=line.about.ground if "ground" in accepted else "",
        reason=line.about.reason if "reason" in accepted else "",
        ballot=line.counted.ballot,
        meeting=meeting.id,
    )
    return line.case, Act(trigger, evidence, f"meeting-{meeting.id:08d}-{line.dossier_id}")


def _acts(meeting: Meeting, now: Results, without: Collection[int] = ()) -> tuple[Acts, Left, frozenset[int]]:
    """The acts of the lines that have a result, but for those `without`; why others have none; and those only noted."""
    acts: Acts = {}
    left: Left = {}
    noted: set[int] = set()
    for line in now.lines:
        if line.wrong:
            left[line.dossier_id] = (line.wrong,)
        elif not line.is_voted:
            left[line.dossier_id] = (_("Chưa có kết quả biểu quyết."),)
        elif line.dossier_id in without:
            left[line.dossier_id] = ()
        elif not line.passed and not line.failure:
            noted.add(line.dossier_id)
        else:
            acts[line.dossier_id] = act_of(meeting, line, now.numbers.get(line.dossier_id, ""))
    return acts, left, frozenset(noted)


def check(meeting: Meeting, signed: Signed, now: Results) -> Checked:
    """What closing would record, and what it would leave out and why; nothing is written."""
    acts, left, noted = _acts(meeting, now)
    return _judged(meeting, now, acts, left, noted, foresee_all(list(acts.values()), signed))


def _judged(
    meeting: Meeting, now: Results, acts: Acts, left: Left, noted: frozenset[int], answers: Sequence[Answer]
) -> Checked:
    only_noted = _("Không đạt: chỉ ghi vào biên bản; hồ sơ giữ nguyên bước, biểu quyết lại được ở cuộc họp sau.")
    stops, can = shut(meeting, now), {}
    warned: dict[int, tuple[str, ...]] = dict.fromkeys(noted, (only_noted,))
    for (dossier, act), answer in zip(acts.items(), answers, strict=True):
        if isinstance(answer, Done):
            can[dossier] = act
            warned[dossier] = tuple(say(warning.message) for warning in answer.outcome.warnings)
            continue
        if isinstance(answer, Refused):
            stops += [say(r.message) for r in answer.refusals if r.rule in CLOSING_RULES]
        left[dossier] = why_not(answer)
    if _is_lost(now, left):
        stops.append(
            _("Chưa ghi được hồ sơ nào; lý do ở từng dòng. Nếu không biểu quyết hồ sơ nào thì xóa số phiếu rồi khóa.")
        )
    return Checked(now, can, left, warned, tuple(dict.fromkeys(stops)), noted)


def _is_lost(now: Results, left: Collection[int]) -> bool:
    """Whether closing would record nothing of the votes that were typed: surely not what is meant, and for good."""
    return any(line.is_voted for line in now.lines) and all(line.dossier_id in left for line in now.lines)


def shut(meeting: Meeting, now: Results) -> list[str]:
    """Why nothing of a meeting can be recorded at all now."""
    found = []
    if meeting.held_on > clock.today():
        found.append(_("Cuộc họp ngày %(day)s chưa diễn ra.", day=day(meeting.held_on)))
    if not now.came.people:
        found.append(_("Danh sách biểu quyết của ngày họp còn trống: thêm người ở trang đơn vị."))
    elif not now.came.is_taken:
        found.append(_("Chưa điểm danh đủ mọi người trong danh sách của ngày họp."))
    return found


def why_not(answer: Answer) -> tuple[str, ...]:
    """Why an act cannot be recorded, in sentences."""
    if isinstance(answer, Refused):
        return tuple(f"{say(refusal.message)} {say(refusal.remedy)}" for refusal in answer.refusals)
    if isinstance(answer, VersionConflict):
        return (_("Người khác vừa ghi hồ sơ này; xem lại hồ sơ."),)
    if isinstance(answer, Duplicate):
        return (_("Kết quả này đã được ghi từ trước."),)
    return ()


_LINE, _CAME = table_of(MeetingLine), table_of(MeetingAttendance)
_SAID = ("number", "outcome", "act", "event_seq", "present", "entitled", "needed")
_CLOSE_LINE = (
    update(_LINE)
    .where(_LINE.c.meeting_id == bindparam("of_meeting"), _LINE.c.dossier_id == bindparam("of_dossier"))
    .values({name: bindparam(name) for name in _SAID} | {"closed": True, "reason": ""})
)
_CLOSE_CAME = update(_CAME).where(_CAME.c.meeting_id == bindparam("of_meeting")).values(closed=True)
_GONE = delete(_CAME).where(
    _CAME.c.meeting_id == bindparam("of_meeting"), _CAME.c.seat_id.in_(bindparam("seats", expanding=True))
)


def close(meeting: Meeting, signed: Signed, without: Collection[int], now: Results) -> Checked:
    """Record everything the meeting decided, in one transaction; leaves out the dossiers in `without`, which the rules
    refuse and somebody agreed to leave. `now` are the results as they were read.

    Raises NotAsSeen when there is more to leave out, or the meeting cannot be closed; Shut when it is closed already;
    Moved when somebody changed it since it was read. Nothing is written then.
    """
    acts, left, noted = _acts(meeting, now, without)
    if shut(meeting, now) or not set(left) <= set(without) or _is_lost(now, left):
        raise NotAsSeen(check(meeting, signed, now))
    done = Checked(now, acts, left, {}, noted=noted)

    def first(cases: Sequence[Case]) -> None:
        at = clock.stamp(clock.now())
        touch(meeting.id, now.version, closed=True, closed_by=signed.account_id, closed_at=at)
        write_rows(meeting, done, {case.id: case.version for case in cases})
        _record(meeting, done, signed)

    answers = advance_together(list(acts.values()), signed, first)
    if not all(isinstance(answer, Done) for answer in answers):
        _acts_again, why, _noted = _acts(meeting, now)
        raise NotAsSeen(_judged(meeting, now, acts, {d: why.get(d, ()) for d in left}, noted, answers))
    return done


def outcome_of(checked: Checked, line: Line) -> Outcome:
    """What is recorded of a line."""
    if line.dossier_id not in checked.acts and line.dossier_id not in checked.noted:
        return Outcome.LEFT
    return Outcome.PASSED if line.passed else Outcome.FAILED


def write_rows(meeting: Meeting, checked: Checked, seqs: Mapping[int, int]) -> None:
    """The lines of a meeting as they are from now on, and who came to it; `seqs` are the events, by dossier."""
    rows = []
    for line in checked.results.lines:
        outcome, act = outcome_of(checked, line), checked.acts.get(line.dossier_id)
        is_left = outcome is Outcome.LEFT
        rows.append(
            {
                "of_meeting": meeting.id,
                "of_dossier": line.dossier_id,
                "number": checked.results.numbers[line.dossier_id] if outcome is Outcome.PASSED else "",
                "outcome": str(outcome),
                "act": "" if act is None else act[1].trigger,
                "event_seq": seqs.get(line.dossier_id),
                "present": None if is_left else line.present,
                "entitled": None if is_left else line.entitled,
                "needed": None if is_left else line.needed,
            }
        )
    if rows:
        run(_CLOSE_LINE, rows)
    if checked.results.came.gone:
        run(_GONE, {"of_meeting": meeting.id, "seats": [p.seat.id for p in checked.results.came.gone]})
    run(_CLOSE_CAME, {"of_meeting": meeting.id})


_ROWS = tuple(
    select(model).where(model.meeting_id == bindparam("number")).execution_options(populate_existing=True)
    for model in (MeetingLine, MeetingAttendance)
)


def rows_of(meeting: Meeting) -> list[Model]:
    """A meeting, its lines and who came as they now stand."""
    return [meeting, *(row for query in _ROWS for row in db.session.scalars(query, {"number": meeting.id}))]


def _record(meeting: Meeting, checked: Checked, signed: Signed) -> None:
    """The office's log keeps all of them."""
    kept = rows_of(meeting)
    outcomes = [outcome_of(checked, line) for line in checked.results.lines]
    office.record(
        "meeting:closed",
        meeting.unit_id,
        signed.account_id,
        kept,
        behalf=lender(meeting.unit_id, Body(meeting.body), signed),
        meeting=meeting.id,
        body=meeting.body,
        day=meeting.held_on,
        passed=outcomes.count(Outcome.PASSED),
        failed=outcomes.count(Outcome.FAILED),
        left=outcomes.count(Outcome.LEFT),
    )
