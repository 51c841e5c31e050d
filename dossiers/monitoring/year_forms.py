"""Forms of what is recorded month by month: meetings and dues, remarks, answers to warnings, merits, classification."""

from datetime import date
from typing import Any

from flask import request
from wtforms import FormField
from wtforms.validators import Optional

from dossiers.acting.forms import ActForm, Brought, Numbered, Reasoned, Recorded
from dossiers.acting.helping import HelperRows
from dossiers.acting.rows import HelperRowForm, Piece, RowList
from dossiers.casework.case import Case
from dossiers.fields import DayField, ParagraphField, Words, choice, labelled, required, with_empty
from dossiers.formatters import day, say
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.rules import services as rules
from workflow import monitoring
from workflow.calendar import add_months
from workflow.facts import Paper
from workflow.guards import Situation
from workflow.papers import Kind
from workflow.probation import (
    ATTENDANCE_LABELS,
    AUTHOR_LABELS,
    DUES_LABELS,
    LEVEL_LABELS,
    MERIT_LABELS,
    REMARK_HEADINGS,
    Attendance,
    Author,
    Dues,
    Month,
    first_of,
)
from workflow.roles import Role

MONTHS_BACK = 14
"""So many months back a month may be recorded."""
LONGEST = 1000
"""Characters of what is written of a month, or under a heading."""


def month_named(text: str) -> date:
    """2022-07 as the first day of the month. Raises ValueError."""
    return date.fromisoformat(f"{text}-01")


def month_label(first: date) -> str:
    """A month as 07/2022."""
    return f"{first:%m/%Y}"


def recent_months(today: date, number: int = MONTHS_BACK) -> list[tuple[str, str]]:
    """The months that may be recorded, the newest first."""
    firsts = [add_months(first_of(today), -back) for back in range(number)]
    return [(f"{first:%Y-%m}", month_label(first)) for first in firsts]


class MonthForm(ActForm):
    """What is recorded of one month for one person; the page of the cell records all at once."""

    happened_on = DayField(_l("Ngày họp, hoặc ngày ghi"), [required])
    of_month = choice(_l("Tháng"), of=month_named)
    met = choice(_l("Sinh hoạt chi bộ"), optional=True, of=Attendance)
    dues = choice(_l("Đảng phí"), optional=True, of=Dues)
    tasks = ParagraphField(_l("Nhiệm vụ được giao và kết quả"), [Optional(), Words(LONGEST)])
    remark = ParagraphField(_l("Nhận xét"), [Optional(), Words(LONGEST)])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Of a sympathiser neither meetings nor dues are kept."""
        super().prepare(case, s, trigger)
        self.of_month.choices = recent_months(s.today)
        self.met.choices = with_empty(labelled(ATTENDANCE_LABELS))
        self.dues.choices = with_empty(labelled(DUES_LABELS))
        if case.facts.ceremony_on is None:
            del self.met
            del self.dues

    def recall(self, recorded: Recorded) -> None:
        """The month as it was recorded."""
        super().recall(recorded)
        month = recorded.evidence.month
        if month is None:
            return
        self.of_month.allow(f"{month.first:%Y-%m}", month_label(month.first))
        if not self.is_filled():
            self.of_month.data = month.first
        for name, value in (("met", month.met), ("dues", month.dues)):
            if name in self:
                self.put(name, value)
        for name, text in zip(("tasks", "remark"), recorded.evidence.texts, strict=False):
            self.put(name, text)

    def bring(self, brought: Brought, case: Case) -> None:
        """The month, and what was written of it."""
        super().bring(brought, case)
        met, dues = (self[name].data or None if name in self else None for name in ("met", "dues"))
        brought.evidence |= said_of(self.of_month.data, met, dues, (self.tasks.data, self.remark.data))

    def field_of(self, evidence: str) -> str:
        """The month stands at its field, what is written at the first of its texts."""
        return super().field_of({"month": "of_month", "texts": "tasks"}.get(evidence, evidence))


def said_of(
    month: date, met: Attendance | None, dues: Dues | None, texts: tuple[str | None, str | None]
) -> dict[str, Any]:
    """The evidence of a month; texts are left out where nothing is written."""
    written = tuple(text or "" for text in texts)
    said: dict[str, Any] = {"month": Month(month, met, dues)}
    return said | ({"texts": written} if any(written) else {})


class QuarterForm(ActForm):
    """The remarks on a quarter, under fixed headings."""

    happened_on = DayField(_l("Ngày nhận xét"), [required])
    quarter = choice(_l("Quý của thời gian dự bị"), of=int)
    ground = choice(_l("Ai nhận xét"))
    quality = ParagraphField(_l("Phẩm chất chính trị, đạo đức, lối sống"), [Optional(), Words(LONGEST)])
    duties = ParagraphField(_l("Thực hiện nhiệm vụ đảng viên, nhiệm vụ được giao"), [Optional(), Words(LONGEST)])
    advice = ParagraphField(_l("Điểm cần cố gắng, việc giúp đỡ quý sau"), [Optional(), Words(LONGEST)])

    _names = ("quality", "duties", "advice")

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the quarters that have begun; the first without remarks of the author is chosen."""
        super().prepare(case, s, trigger)
        begun = [(nr, since, end) for nr, since, end in monitoring.quarters(case.facts, s.rulebook) if since <= s.today]
        self.quarter.choices = with_empty(
            [(str(nr), _("Quý %(n)s (%(a)s – %(b)s)", n=nr, a=day(a), b=day(b))) for nr, a, b in begun]
        )
        roles = s.actor.roles
        theirs = [one for one in AUTHOR_LABELS if one is not Author.CELL or Role.CELL_SECRETARY in roles]
        self.ground.choices = with_empty(labelled({one: AUTHOR_LABELS[one] for one in theirs}))
        author = Author.CELL if Role.CELL_SECRETARY in roles else Author.HELPER
        if not self.is_filled():
            self.ground.data = author
            self.quarter.data = next((nr for nr, _a, _b in begun if not case.facts.year.remarked(nr, author)), None)

    def recall(self, recorded: Recorded) -> None:
        """The remarks as they were written."""
        if recorded.evidence.quarter is not None:
            self.quarter.allow(recorded.evidence.quarter)
        if (written := AUTHOR_LABELS.get(recorded.evidence.ground)) is not None:
            self.ground.allow(recorded.evidence.ground, say(written))
        super().recall(recorded)
        for name, text in zip(self._names, recorded.evidence.texts, strict=False):
            self.put(name, text)

    def bring(self, brought: Brought, case: Case) -> None:
        """What was written, a text a heading."""
        super().bring(brought, case)
        brought.evidence["texts"] = tuple(self[name].data or "" for name in self._names)

    def field_of(self, evidence: str) -> str:
        """What is written stands at the first heading."""
        return super().field_of("quality" if evidence == "texts" else evidence)


assert len(QuarterForm._names) == len(REMARK_HEADINGS)


class AnswerForm(Reasoned, ActForm):
    """The ground on which a warning is answered; it stays answered until a cause is new."""

    happened_on = DayField(_l("Ngày trả lời"), [required])
    warning = choice(_l("Cảnh báo"))
    reason = ParagraphField(_l("Căn cứ, lý do và việc đã làm"), [required, Words(2000)])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the warnings that stand and were not answered; a link chooses one."""
        super().prepare(case, s, trigger)
        assert case.state is not None
        found = monitoring.warnings(case.state, case.facts, s.rulebook, s.calendar, s.today)
        self._causes = {one.rule: one.causes for one in found}
        open_ones = monitoring.urged(found)
        self.warning.choices = with_empty([(one.rule, say(one.message)) for one in open_ones])
        asked = request.args.get("canh-bao", "")
        if not self.is_filled() and (asked in {one.rule for one in open_ones} or len(open_ones) == 1):
            self.warning.data = asked if asked in self._causes else open_ones[0].rule

    def recall(self, recorded: Recorded) -> None:
        """The warning that was answered, with its causes of then."""
        rule = recorded.evidence.warning
        self._causes = {**self._causes, rule: recorded.evidence.causes}
        if rule in monitoring.BY_RULE:
            self.warning.allow(rule, say(monitoring.BY_RULE[rule].label))
        super().recall(recorded)

    def bring(self, brought: Brought, case: Case) -> None:
        """The causes the warning has now."""
        super().bring(brought, case)
        brought.evidence["causes"] = self._causes.get(self.warning.data, ())


class HelperForm(HelperRows):
    """The cell assigns a helping member, in the place of one who left or beside."""

    happened_on = DayField(_l("Ngày phân công"), [required])
    helpers = RowList(FormField(HelperRowForm), min_entries=2, max_entries=2)


class HelperLeavesForm(Reasoned, ActForm):
    """The helping member moved or cannot go on."""

    happened_on = DayField(_l("Thôi giúp đỡ từ ngày"), [required])


class MeritForm(Numbered, Reasoned, ActForm):
    """A commendation or a disciplinary measure, with its paper."""

    happened_on = DayField(_l("Ngày quyết định"), [required])
    ground = choice(_l("Loại"))
    reason = ParagraphField(_l("Nội dung"), [required, Words(2000)])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """One of the two."""
        super().prepare(case, s, trigger)
        self.ground.choices = with_empty(labelled(MERIT_LABELS))


class ClassifyForm(ActForm):
    """The classification of a year."""

    happened_on = DayField(_l("Ngày xếp loại"), [required])
    year = choice(_l("Năm"), of=int)
    ground = choice(_l("Mức xếp loại"))
    reviewed_on = DayField(_l("Ngày bản tự kiểm điểm năm của đảng viên"), [Optional()])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """This year and the last."""
        super().prepare(case, s, trigger)
        years = [s.today.year, s.today.year - 1]
        self.year.choices = with_empty([(str(year), str(year)) for year in years])
        self.ground.choices = with_empty(labelled(LEVEL_LABELS))

    def recall(self, recorded: Recorded) -> None:
        """The year that was classified."""
        if recorded.evidence.year is not None:
            self.year.allow(recorded.evidence.year)
        super().recall(recorded)
        for paper in recorded.evidence.papers:
            self.put("reviewed_on", paper.issued_on)

    def bring(self, brought: Brought, case: Case) -> None:
        """The member's own review of the year, if it is there, is a paper on file."""
        super().bring(brought, case)
        if self.reviewed_on.data:
            form = rules.books()[case.rulebook].form(Kind.YEARLY_REVIEW)
            brought.evidence["papers"] = (Paper(form, self.reviewed_on.data),)

    def field_of(self, evidence: str) -> str:
        """The review stands at its day."""
        return super().field_of("reviewed_on" if evidence == "papers" else evidence)


class ToldForm(ActForm):
    """The person was told of the decision, and how to complain."""

    happened_on = DayField(_l("Ngày người đó nhận quyết định"), [required])
    reason = ParagraphField(_l("Thông báo bằng cách nào"), [Optional(), Words(2000)])

    _hint = ""

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Say how long the person may complain."""
        super().prepare(case, s, trigger)
        days = s.rulebook.number("complaint")
        self._hint = _("Người đó có quyền khiếu nại trong %(n)s ngày làm việc kể từ ngày này.", n=days)

    def layout(self) -> list[Piece]:
        """That first."""
        return [Piece(hint=self._hint), *super().layout()]


FORMS: dict[str, type[ActForm]] = {
    "record_month": MonthForm,
    "remark_quarter": QuarterForm,
    "answer_warning": AnswerForm,
    "assign_helper": HelperForm,
    "helper_leaves": HelperLeavesForm,
    "record_merit": MeritForm,
    "classify": ClassifyForm,
    "tell_person": ToldForm,
}
