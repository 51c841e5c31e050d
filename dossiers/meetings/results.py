"""How a meeting voted, a line a dossier: what is typed, kept at once for everybody, and what the rules ask of it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select, update

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.acting import ballots
from dossiers.acting.ballots import Counted
from dossiers.asking import Question
from dossiers.casework.case import Case
from dossiers.casework.loading import cases_of
from dossiers.casework.rows import table_of
from dossiers.extensions import run, write_transaction
from dossiers.fields import parse_day
from dossiers.formatters import day
from dossiers.languages import gettext as _
from dossiers.meetings import agenda, typed
from dossiers.meetings.attendance import Attended, Came, Person, attended
from dossiers.meetings.matters import STEP, About, Matter, about, failure_of
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.meetings.services import load, touch
from dossiers.papers import registers
from dossiers.papers.registers import Series, series_of_kind
from dossiers.rules import services as rules
from workflow.bodies import body_for
from workflow.guards import Situation
from workflow.procedure.table import move_by
from workflow.votes import Purpose, needed

NUMBERS = ("in_favour", "against", "blank", "invalid")
NAMES = (*NUMBERS, "number", "abstained")
HEAD = ("first_number", "issued_on")
ALL = frozenset({"t", "tc", "*", "="})
"""What stands for “all in favour” in the field of those in favour."""

INTRODUCER, RELATIVE = "i", "r"
"""Why somebody takes no part in a vote."""


@dataclass(frozen=True)
class Line:
    """A dossier on the agenda: what was typed, and what follows.

    `trigger` is the vote of this body on what the line is `about`, which leads it on (None: it stands elsewhere by
    now), `purpose` what that vote is on for the rules; `present` and `needed` are
    by its own rulebook; `attempt` says which vote of this body on this matter it is; `introducers` are those of the
    body who introduce the candidate and came; `problem` is what is wrong with what was typed, or why it was not taken;
    `kept` is what is on file where that is something else.
    """

    case: Case
    row: Any
    values: Mapping[str, Any]
    trigger: str | None
    s: Situation
    present: int = 0
    exempt: int = 0
    entitled: int = 0
    needed: int | None = None
    attempt: int = 1
    introducers: tuple[Person, ...] = ()
    problem: str = ""
    kept: Mapping[str, Any] | None = None
    by: str = ""
    about: About = STEP
    purpose: Purpose | None = None

    @property
    def failure(self) -> str:
        """The act that records that it failed; "" where only the minutes do."""
        return "" if self.trigger is None else failure_of(self.trigger)

    @property
    def series(self) -> Series | None:
        """The series in which the text is numbered that the vote makes."""
        move = None if self.trigger is None else move_by(self.trigger, self.case.state, self.case.route)
        kind = None if move is None else move.paper_from(self.case.facts.source)
        return None if kind is None else series_of_kind(kind)

    @property
    def dossier_id(self) -> int:
        """The dossier's number."""
        return self.case.id

    @property
    def sign(self) -> str:
        """What the page puts beside the row."""
        return typed.sign(self.row.version, self.values if self.kept is None else self.kept)

    @cached_property
    def abstained(self) -> dict[int, str]:
        """Who took no part, with why, by seat."""
        return abstainers(self.values["abstained"])

    @property
    def is_voted(self) -> bool:
        """Whether a result was typed."""
        return self.values["in_favour"] is not None

    @property
    def counted(self) -> Counted:
        """The result."""
        said = {name: self.values[name] or 0 for name in NUMBERS}
        return Counted(self.present, exempt_present=self.exempt, abstained=len(self.abstained), **said)

    @property
    def voting(self) -> int:
        """Those who were to vote on it."""
        return self.present - len(self.abstained)

    @property
    def passed(self) -> bool:
        """Whether those in favour are enough."""
        favour = self.values["in_favour"]  # what is no number stays as it was typed
        return isinstance(favour, int) and self.needed is not None and favour >= self.needed

    @cached_property
    def wrong(self) -> str:
        """What is wrong with what was typed, in a sentence; "" when nothing is."""
        if self.problem:
            return self.problem
        if self.trigger is None:
            return _("Hồ sơ đã sang bước khác, không còn chờ cuộc họp này.")
        if self.about.matter is Matter.REMOVAL and not self.about.ground and self.trigger != "endorse_removal":
            return _("Chưa chọn căn cứ xóa tên.")
        if self.about.matter is Matter.REFUSAL and not self.about.reason:
            return _("Chưa ghi lý do không kết nạp.")
        if not self.is_voted:
            anything = any(self.values[name] is not None for name in NUMBERS)
            return _("Còn thiếu số phiếu tán thành.") if anything else ""
        missing = self.counted.missing
        if missing < 0:
            return _(
                "Cộng lại %(sum)s phiếu, nhiều hơn %(voting)s người biểu quyết.",
                sum=self.voting - missing, voting=self.voting,
            )  # fmt: skip
        if missing > 0:
            return _("Còn thiếu %(n)s phiếu so với %(voting)s người biểu quyết.", n=missing, voting=self.voting)
        return ""


@dataclass(frozen=True)
class Results:
    """The lines of a meeting in their order, with who came; `problems`: so many rows were not taken as typed;
    `version` is the meeting's that was read; `head` what stands above the lines, as it was typed, `head_kept` as it is
    on file, `head_wrong` what is wrong with it, by field; `offered` the next numbers in the
    registers these texts go into.
    """

    lines: list[Line]
    came: Attended
    problems: int = 0
    version: int = 0
    head: Mapping[str, str] = field(default_factory=dict)
    head_kept: Mapping[str, str] = field(default_factory=dict)
    head_wrong: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[int, str] = field(default_factory=dict)
    offered: Mapping[Series, str] = field(default_factory=dict)

    @property
    def head_sign(self) -> str:
        """What the page puts beside what stands above the lines."""
        return typed.sign(self.version, self.head_kept)

    @property
    def decides(self) -> bool:
        """Whether decisions are made, which may be dated on another day than they were voted on."""
        moves = (move_by(line.trigger, line.s.state, line.s.route) for line in self.lines if line.trigger)
        return any(move is not None and move.decides for move in moves)

    @property
    def short(self) -> list[str]:
        """Where too few came for a valid meeting, by the rulebooks of the dossiers; a sentence each."""
        found: dict[str, str] = {}
        for line in self.lines:
            least = needed(line.s.rulebook.word("quorum"), line.entitled) if line.trigger else 0
            if line.present < least:
                found[line.s.rulebook.code] = _(
                    "Có mặt %(here)s/%(all)s người có quyền biểu quyết, cần ít nhất %(n)s (%(book)s).",
                    here=line.present, all=line.entitled, n=least, book=line.s.rulebook.code,
                )  # fmt: skip
        return list(found.values())

    def of(self, dossier: int) -> Line | None:
        """The line of a dossier."""
        return next((line for line in self.lines if line.dossier_id == dossier), None)


def abstainers(text: str) -> dict[int, str]:
    """Seats with why they take no part, as a line keeps them: "12i,15r"."""
    found = (re.fullmatch(r"(\d{1,9})([ir])", part) for part in text.split(","))
    return {int(match[1]): match[2] for match in found if match}


def in_words(seats: Mapping[int, str]) -> str:
    """The same as a line keeps it."""
    return ",".join(f"{seat}{why}" for seat, why in sorted(seats.items()))


_NAMES_OF = Question(select(Account.id, Account.name).where(Account.id.in_(bindparam("accounts", expanding=True))))


def results(meeting: Meeting, signed: Signed, came: Attended | None = None) -> Results:
    """The lines as they stand; a fixed number of queries."""
    rows = [row for row in agenda.lines_of(meeting.id) if not row.closed]  # what was signed already stands
    cases = {case.id: case for case in cases_of([row.dossier_id for row in rows])}
    found = came or attended(meeting)
    writers = {row.changed_by for row in rows} - {None}
    names = dict(run(_NAMES_OF, {"accounts": list(writers)}).all()) if writers else {}
    lines = _judged(meeting, rows, cases, found, signed)
    lines = [replace(line, by=names.get(line.row.changed_by, "")) for line in lines]
    head, offered = _head(meeting), _offered(meeting, {line.series for line in lines})
    following = numbers(lines, meeting.first_number, offered)
    return Results(lines, found, 0, meeting.version, head, head, {}, following, offered)


def _offered(meeting: Meeting, wanted: Collection[Series | None]) -> dict[Series, str]:
    """The next number in the register the unit keeps of each `wanted` kind of text, on the day they will bear; two
    queries at most.
    """
    on = meeting.issued_on or meeting.held_on
    books = registers.books_of([meeting.unit_id])
    books = [book for book in books if book.series in wanted and book.holds(book.series, on)]
    following = registers.next_numbers(books, on)
    return {book.series: book.text(following[book.id]) for book in books}


def _head(meeting: Meeting) -> dict[str, str]:
    return {"first_number": meeting.first_number, "issued_on": day(meeting.issued_on) if meeting.issued_on else ""}


def _judged(
    meeting: Meeting, rows: Sequence[Any], cases: Mapping[int, Case], came: Attended, signed: Signed
) -> list[Line]:
    members = came.register.members if meeting.body == "cell" else None
    introducing = {p.seat.ref: p for p in came.people if p.came is Came.PRESENT and p.votes}
    known: dict[Any, tuple[int, int | None]] = {}
    voters = {code: came.voters(book) for code, book in rules.books().items()}
    lines = []
    for row in rows:
        case = cases[row.dossier_id]
        s = agenda.asked(case, signed, meeting.held_on, members)
        on = about(row)
        trigger = agenda.vote_of(case, meeting, s, on.matter)
        values = {name: getattr(row, name) for name in NAMES}
        if trigger is None:
            lines.append(Line(case, row, values, None, s, about=on))
            continue
        present, exempt = voters[case.rulebook]
        key = (trigger, case.state, case.route, case.rulebook, exempt)
        if key not in known:
            known[key] = ballots.majority(trigger, s, came.register, exempt)
        body, purpose = body_for(trigger, s)
        refs = [introducer.ref for introducer in case.facts.introducers]
        lines.append(
            Line(
                case,
                row,
                values,
                trigger,
                s,
                present,
                exempt,
                *known[key],
                case.facts.failed_votes(body, purpose) + 1,
                tuple(introducing[ref] for ref in refs if ref in introducing),
                about=on,
                purpose=purpose,
            )
        )
    return lines


_FIRST = re.compile(r"(\d{1,6})(.*)")


def numbers(lines: Sequence[Line], first: str, offered: Mapping[Series, str]) -> dict[int, str]:
    """The number of the text each dossier gets that passes: its own, or the next from the `first` on that is free;
    where no first one was typed, from the one on that the register of such texts has `offered`.
    """
    found = {line.dossier_id: line.values["number"] for line in lines if line.values["number"]}
    own, following = {"".join(number.split()).upper() for number in found.values()}, dict[str, int]()
    for line in lines:
        if line.dossier_id in found or not line.passed:
            continue
        start = first or (offered.get(line.series, "") if line.series else "")
        match = _FIRST.fullmatch(start)
        if match is None:
            continue
        at = following.get(start, int(match[1]))
        while (number := f"{at:02d}{match[2]}").replace(" ", "").upper() in own:
            at += 1
        found[line.dossier_id], following[start] = number, at + 1
    return found


def number_is_fine(text: str) -> bool:
    """Whether a text can be the number of a paper."""
    return len(text) <= 60 and all(char.isalnum() or char in " -/.()" for char in text)


_LINE = table_of(MeetingLine)
_PUT = (
    update(_LINE)
    .where(_LINE.c.meeting_id == bindparam("of_meeting"), _LINE.c.dossier_id == bindparam("of_dossier"))
    .values({name: bindparam(name) for name in (*NAMES, "changed_by", "changed_at")} | {"version": _LINE.c.version + 1})
)


def save(meeting: Meeting, sent: Mapping[str, str], signed: Signed, all_in_favour: bool = False) -> Results:
    """Keep what was typed, line by line; `all_in_favour` fills the lines nobody filled. A line with something wrong, or
    which somebody else filled otherwise meanwhile, keeps what was typed on the page and what was written on file; all
    others are written. Raises Shut.
    """
    head, columns, head_wrong = _head_sent(sent)
    if not all_in_favour and not head and not _is_typed(sent):
        return results(meeting, signed)
    with write_transaction():
        touch(meeting.id, None, **columns)
        meeting = load(meeting.id, signed)
        before = results(meeting, signed)
        judged = [_taken(line, sent, all_in_favour) for line in before.lines]
        news = [
            {
                "of_meeting": meeting.id,
                "of_dossier": line.dossier_id,
                **{name: line.values[name] for name in NAMES},
                "changed_by": signed.account_id,
                "changed_at": clock.stamp(clock.now()),
            }
            for line, is_new in judged
            if is_new
        ]
        if news:
            run(_PUT, news)
        written = {row.dossier_id: row for row in agenda.lines_of(meeting.id)} if news else {}
    lines = [replace(line, row=written.get(line.dossier_id, line.row)) for line, _new in judged]
    problems = sum(bool(line.problem) for line in lines) + len(head_wrong)
    kept = _head(meeting)
    offered = before.offered
    following = numbers(lines, meeting.first_number, offered)
    return Results(
        lines, before.came, problems, meeting.version, {**kept, **head}, kept, head_wrong, following, offered
    )  # fmt: skip


def _head_sent(sent: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any], dict[str, str]]:
    """What somebody typed above the lines since it was shown: as typed, as the meeting keeps it, what is wrong."""
    named = {f"{name}-head": text for name, text in sent.items() if name in HEAD}
    row = typed.row({**named, "was-head": sent.get("was-head", "")}, "head", HEAD)
    if row is None or not typed.is_touched(row):
        return {}, {}, {}
    columns: dict[str, Any] = {"issued_on": None}
    wrong = {}
    first = row.typed["first_number"]
    if number_is_fine(first) and (not first or _FIRST.fullmatch(first)):
        columns["first_number"] = first
    else:
        wrong["first_number"] = _("Số đầu tiên bắt đầu bằng chữ số, ví dụ 12-NQ/CB.")
    try:
        if row.typed["issued_on"]:
            columns["issued_on"] = parse_day(row.typed["issued_on"])
    except ValueError as error:
        del columns["issued_on"]
        wrong["issued_on"] = str(error)
    return row.typed, columns, wrong


def _is_typed(sent: Mapping[str, str]) -> bool:
    """Whether anything was typed into any row since it was shown."""
    keys = [name.removeprefix("was-") for name in sent if name.startswith("was-")]
    ticked: dict[str, list[str]] = {}
    for name in sent:
        if name.startswith("introducer-"):
            _word, dossier, *seat = name.split("-", 2)
            ticked.setdefault(dossier, []).extend(seat)
    for key in keys:
        row = typed.row(sent, key, (*NUMBERS, "number"))
        if row is None:
            continue
        shown, _, abstained = row.shown.rpartition("|")
        introducers = [str(seat) for seat, why in abstainers(abstained).items() if why == INTRODUCER]
        if typed.is_touched(row._replace(shown=shown)) or sorted(introducers) != sorted(ticked.get(key, [])):
            return True
    return False


def _taken(line: Line, sent: Mapping[str, str], all_in_favour: bool) -> tuple[Line, bool]:
    """A line with what was typed into it, and whether that is to be written."""
    row = typed.row(sent, str(line.dossier_id), (*NUMBERS, "number"))
    found, is_new = line, False
    if row is not None:
        with_seats = typed.Row(row.version, row.shown, {**row.typed, "abstained": _abstained(line, sent)})
        found, is_new = _said(line, with_seats)
    if all_in_favour and found.trigger and not found.problem and not any(found.values[n] is not None for n in NUMBERS):
        return replace(found, values={**found.values, "in_favour": found.voting}), True
    return found, is_new


def _abstained(line: Line, sent: Mapping[str, str]) -> str:
    """Who takes no part: those noted as relatives stay, the introducers are ticked in the row or not."""
    seats = {seat: why for seat, why in line.abstained.items() if why == RELATIVE}
    for person in line.introducers:
        if sent.get(f"introducer-{line.dossier_id}-{person.seat.id}"):
            seats[person.seat.id] = INTRODUCER
    return in_words(seats)


def _said(line: Line, row: typed.Row) -> tuple[Line, bool]:
    if not typed.is_touched(row):
        return line, False
    values: dict[str, Any] = {"number": row.typed["number"], "abstained": row.typed["abstained"]}
    problem = "" if number_is_fine(values["number"]) else _("Số văn bản chỉ gồm chữ, số và dấu - / . ( )")
    for name in NUMBERS:
        text = row.typed[name]
        if name == "in_favour" and text.lower() in ALL:
            values[name] = line.present - len(abstainers(values["abstained"]))
        elif re.fullmatch(r"\d{1,5}", text):
            values[name] = int(text)
        else:
            values[name] = text[:8] or None
            if text:
                problem = _("Ghi số phiếu là một số nguyên, không âm.")
    values = {name: values[name] for name in NAMES}
    if problem:
        return replace(line, values=values, problem=problem, kept=line.values), False
    if values == dict(line.values):
        return line, False
    if row.version != line.row.version:
        problem = _(
            "%(who)s vừa ghi dòng này: %(result)s. Lưu lại nếu vẫn ghi như đang thấy.",
            who=line.by or _("Người khác"), result=in_short(line.values),
        )  # fmt: skip
        return replace(line, values=values, problem=problem, kept=line.values), False
    return replace(line, values=values), True


def in_short(values: Mapping[str, Any]) -> str:
    """A result in few words: 12 tán thành, 1 không …"""
    if values["in_favour"] is None:
        return _("chưa có kết quả")
    return _(
        "tán thành %(f)s, không tán thành %(a)s, phiếu trắng %(b)s, không hợp lệ %(i)s",
        f=values["in_favour"], a=values["against"] or 0, b=values["blank"] or 0, i=values["invalid"] or 0,
    )  # fmt: skip


def set_abstainers(meeting: Meeting, dossier: int, seats: Mapping[int, str], signed: Signed) -> None:
    """Note who takes no part in one vote. Raises Shut."""
    with write_transaction():
        touch(meeting.id)
        line = results(meeting, signed).of(dossier)
        if line is None:
            return
        values = {**{name: line.values[name] for name in NAMES}, "abstained": in_words(seats)}
        who = {"changed_by": signed.account_id, "changed_at": clock.stamp(clock.now())}
        run(_PUT, {"of_meeting": meeting.id, "of_dossier": dossier, **values, **who})
