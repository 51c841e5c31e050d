"""The month of a cell: everybody it follows on one page, what last month says offered, recorded in one go."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from wtforms import FormField, HiddenField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.acting.rows import Row, RowList
from dossiers.asking import Question
from dossiers.casework.act import Act, VersionConflict
from dossiers.casework.case import Case
from dossiers.casework.loading import load_cases
from dossiers.casework.many import Answer, advance_all
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.fields import DayField, LineField, Words, choice, known_key, labelled, required, with_empty
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.monitoring.year_forms import LONGEST, said_of
from dossiers.units import tree
from dossiers.units.tree import Node
from workflow.calendar import add_months
from workflow.facts import Evidence
from workflow.machine import Refused
from workflow.probation import ATTENDANCE_LABELS, DUES_LABELS, Attendance, Dues, Month
from workflow.procedure.table import MOVES
from workflow.roles import Role

MOST = 100
"""So many people stand on one page."""
_STATES = sorted({str(move.source) for move in MOVES if move.trigger == "record_month"})
_OF_CELL = Question(
    select(Dossier.code)
    .join(Scope, Scope.dossier_id == Dossier.id)
    .where(
        Scope.ancestor_id == bindparam("cell"),
        Scope.state.in_(bindparam("states", expanding=True)),
        Dossier.unit_id == bindparam("cell"),
    )
    .order_by(Scope.sort_key, Dossier.id)
    .limit(MOST)
)


def cells_of(signed: Signed) -> list[Node]:
    """The cells whose months this person records."""
    held = {unit for role, unit in signed.grants if role is Role.CELL_SECRETARY}
    return [tree.current()[unit] for unit in sorted(held)]


def people_of(cell: Node, signed: Signed) -> list[Case]:
    """Those a cell follows: members on probation first, then sympathisers, each in the order of names; two queries."""
    codes = list(run(_OF_CELL, {"cell": cell.id, "states": _STATES}).scalars())
    found = load_cases(codes, signed)
    return sorted((found[code] for code in codes if code in found), key=lambda case: case.facts.ceremony_on is None)


class PersonRow(Row):
    """One person's month."""

    code = HiddenField()
    met = choice(_l("Sinh hoạt chi bộ"), optional=True, of=Attendance)
    dues = choice(_l("Đảng phí"), optional=True, of=Dues)
    tasks = LineField(_l("Nhiệm vụ, kết quả"), [Optional(), Words(LONGEST)])
    remark = LineField(_l("Nhận xét"), [Optional(), Words(LONGEST)])

    case: Case | None = None
    known: Month | None = None
    """What is recorded of the month already."""
    refused: str = ""
    """Why it was not recorded."""

    @property
    def is_member(self) -> bool:
        """Whether meetings and dues are asked for."""
        return self.case is not None and self.case.facts.ceremony_on is not None

    def fit(self, case: Case, month: date) -> None:
        """Say who it is about; meetings and dues only of a member, and only what is not recorded yet."""
        self.case, self.known = case, case.facts.year.month(month)
        self.met.choices = with_empty(labelled(ATTENDANCE_LABELS))
        self.dues.choices = with_empty(labelled(DUES_LABELS))
        for name in ("met", "dues"):
            if not self.is_member or (self.known is not None and getattr(self.known, name) is not None):
                del self[name]

    def offer(self, month: date) -> None:
        """Offer what last month says; a lack is never offered, it is said anew."""
        if self.case is None:
            return
        last = self.case.facts.year.month(add_months(month, -1))
        met, dues = (last.met, last.dues) if last is not None else (Attendance.PRESENT, Dues.PAID)
        if "met" in self and met is not Attendance.ABSENT:
            self.met.data = met or Attendance.PRESENT
        if "dues" in self and dues is not Dues.UNPAID:
            self.dues.data = dues or Dues.PAID

    def evidence(self, month: date) -> dict[str, Any] | None:
        """What is said of the month; None when nothing is."""
        met, dues = (self[name].data or None if name in self else None for name in ("met", "dues"))
        texts = (self.tasks.data, self.remark.data)
        return said_of(month, met, dues, texts) if met or dues or any(texts) else None


class MonthPage(FlaskForm):
    """The monthly meeting of a cell."""

    happened_on = DayField(_l("Ngày họp"), [required])
    rows = RowList(FormField(PersonRow), max_entries=MOST)
    act_key = HiddenField()

    def fit(self, people: Sequence[Case], month: date) -> None:
        """A row for each of them, in their order, whatever was sent for whom."""
        by_code = {case.code: case for case in people}
        there = {row.code.data for row in self.rows.rows}
        self.rows.add({"code": case.code} for case in people if case.code not in there)
        for row in self.rows.rows:
            if row.code.data in by_code:
                row.fit(by_code[row.code.data], month)
                if not self.is_submitted() and (not self.is_filled() or row.code.data not in there):
                    row.offer(month)  # of who was not on the page that is sent, nothing is said
        if not self.act_key.data:
            self.act_key.data = new_key()
        if not self.is_filled():
            self.happened_on.data = min(clock.today(), _last_of(month))

    @property
    def people(self) -> list[PersonRow]:
        """The rows of people of this cell."""
        return [row for row in self.rows.rows if row.case is not None]

    def record(self, month: date, signed: Signed) -> int:
        """Record what was said, everybody in one transaction; how many. A row says why it was refused."""
        acts: list[tuple[PersonRow, Case, Act]] = []
        for row in self.people:
            said = row.evidence(month)
            if said is not None and row.case is not None:
                key = known_key(f"{self.act_key.data}-{row.case.code}")
                acts.append((row, row.case, Act("record_month", Evidence(self.happened_on.data, **said), key)))
        answers = advance_all([(case, act) for _row, case, act in acts], signed)
        for (row, _case, _act), answer in zip(acts, answers, strict=True):
            row.refused = why_not(answer)
        return sum(1 for row, _case, _act in acts if not row.refused)


def why_not(answer: Answer) -> str:
    """Why an act was not recorded; "" when it was, now or when the page was sent first."""
    if isinstance(answer, Refused):
        return " ".join(f"{say(refusal.message)} {say(refusal.remedy)}" for refusal in answer.refusals)
    if isinstance(answer, VersionConflict):
        return _("Hồ sơ vừa có người khác ghi; gửi lại.")
    return ""


def _last_of(month: date) -> date:
    return date.fromordinal(add_months(month, 1).toordinal() - 1)


@dataclass(frozen=True)
class Paid:
    """A line of a file of dues: where it stands, what it says, and why it cannot be used ("" if it can)."""

    nr: int
    code: str
    month: date | None
    dues: Dues | None
    wrong: str = ""


_WORDS = {
    **{str(code): code for code in DUES_LABELS},
    **{label.vi.casefold(): Dues(code) for code, label in DUES_LABELS.items()},
    **{label.en.casefold(): Dues(code) for code, label in DUES_LABELS.items()},
    "": Dues.PAID, "được miễn": Dues.EXCUSED, "hoãn": Dues.EXCUSED, "exempt": Dues.EXCUSED, "deferred": Dues.EXCUSED,
}  # fmt: skip
LINES = 500
"""So many lines of a file are read."""


def read_dues(text: str) -> list[Paid]:
    """The lines of a file of dues: code; month (07/2022 or 2022-07); what became of it (left out: paid)."""
    found = []
    for nr, line in enumerate(text.removeprefix("\ufeff").splitlines()[: LINES + 1], start=1):
        cells = [cell.strip().strip('"') for cell in line.replace("\t", ";").replace(",", ";").split(";")]
        if not any(cells) or (nr == 1 and not any(char.isdigit() for char in line)):
            continue  # an empty line, or the heads
        code, named, word = (*cells, "", "")[:3]
        month, dues = _month(named), _WORDS.get(word.casefold())
        wrong = ""
        if month is None:
            wrong = _("Tháng ghi dạng 07/2022.")
        elif dues is None:
            wrong = _("Kết quả không hiểu được: %(word)s.", word=word[:40])
        found.append(Paid(nr, code.upper()[:20], month, Dues(dues) if dues else None, wrong))
    return found


def _month(text: str) -> date | None:
    parts = text.replace("-", "/").split("/")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    year, month = (int(part) for part in (parts if len(parts[0]) == 4 else parts[::-1]))
    return date(year, month, 1) if 1 <= month <= 12 and 1930 <= year <= 2200 else None


def record_dues(lines: Iterable[Paid], cell: Node, signed: Signed, key: str | None) -> list[tuple[Paid, str]]:
    """Record the lines of a file for people of a cell, in one transaction: each with why not ("" when done)."""
    known = {case.code: case for case in people_of(cell, signed)}
    answers: dict[int, str] = {}
    acts: list[tuple[Paid, Case, Act]] = []
    told = list(lines)
    for line in told:
        case = known.get(line.code)
        if line.wrong or line.month is None:
            answers[line.nr] = line.wrong
        elif case is None:
            answers[line.nr] = _("Chi bộ không theo dõi hồ sơ này.")
        else:
            evidence = Evidence(clock.today(), month=Month(line.month, None, line.dues))
            once = known_key(f"{key}-{line.code}-{line.month:%Y%m}")
            acts.append((line, case, Act("record_month", evidence, once)))
    done = advance_all([(case, act) for _line, case, act in acts], signed)
    for (line, _case, _act), answer in zip(acts, done, strict=True):
        answers[line.nr] = why_not(answer)
    return [(line, answers[line.nr]) for line in told]


def new_key() -> str:
    """A key that makes a page act once."""
    return secrets.token_hex(12)
