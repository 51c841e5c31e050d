"""Rules of what is recorded in the year of probation and after it: months, quarters, warnings, the yearly classification."""

from collections.abc import Mapping
from datetime import date

from workflow import monitoring
from workflow.calendar import add_months
from workflow.due import CLASSIFIED_FROM
from workflow.guards.base import Refusal, Situation, day_text
from workflow.probation import (
    AUTHOR_LABELS,
    LEVEL_LABELS,
    MERIT_LABELS,
    MONTH_HEADINGS,
    REMARK_HEADINGS,
    Attendance,
    Author,
    Dues,
    Month,
    first_of,
)
from workflow.roles import Role
from workflow.text import Text

_LATER_EXCUSED = {
    Attendance.ABSENT: (Attendance.EXCUSED,),
    Dues.UNPAID: (Dues.PAID, Dues.EXCUSED),
}
"""What may still become of a month: a good reason told later, dues paid later. All else is corrected."""


def month_fits(s: Situation) -> Refusal | None:
    """The month has begun, and a member's meetings and dues are those of a member."""
    month = s.evidence.month if s.evidence else None
    if month is None:
        return None
    start = s.facts.ceremony_on
    said = month.met is not None or month.dues is not None
    if month.first.day != 1 or month.first > s.on:
        return _month_no(s, f"Tháng {month.first:%m/%Y} chưa đến.", f"{month.first:%m/%Y} has not come.")
    if said and (start is None or month.first < first_of(start)):
        return _month_no(
            s,
            f"Tháng {month.first:%m/%Y} chưa phải là đảng viên; chỉ ghi nhiệm vụ và nhận xét.",
            f"Not a member yet in {month.first:%m/%Y}; only tasks and a remark are recorded.",
        )
    if not said and not any(s.evidence.texts if s.evidence else ()):
        return s.no(
            "evidence", "Chưa ghi gì cho tháng này.", "Nothing is said of this month.",
            "Ghi sinh hoạt, đảng phí, nhiệm vụ hoặc nhận xét.", "Record meeting, dues, tasks or a remark.", "month",
        )  # fmt: skip
    return None


def month_not_said(s: Situation) -> Refusal | None:
    """What was said of a month is not said otherwise; but who was absent may be excused, and who owes may pay."""
    month = s.evidence.month if s.evidence else None
    known = s.facts.year.month(month.first) if month else None
    if month is None or known is None:
        return None
    for old, new in ((known.met, month.met), (known.dues, month.dues)):
        if old is None or new is None or new == old or new in _LATER_EXCUSED.get(old, ()):
            continue
        return _month_said(s, month)
    is_old = month.met in (None, known.met) and month.dues in (None, known.dues)
    return _month_said(s, month) if is_old and not any(s.evidence.texts if s.evidence else ()) else None


def _month_said(s: Situation, month: Month) -> Refusal:
    return s.no(
        "act_order", f"Tháng {month.first:%m/%Y} đã ghi.", f"{month.first:%m/%Y} is recorded already.",
        "Nếu ghi nhầm thì hoàn tác hoặc đính chính.", "If that was a slip, take it back or correct it.", "month",
    )  # fmt: skip


def _month_no(s: Situation, vi: str, en: str) -> Refusal:
    return s.no("act_order", vi, en, "Kiểm tra lại tháng.", "Check the month.", "month")


def texts_fit(s: Situation) -> Refusal | None:
    """As many texts as there are headings, and of a quarter something under at least one."""
    texts = s.evidence.texts if s.evidence else ()
    is_quarter = s.evidence is not None and s.evidence.quarter is not None
    headings = REMARK_HEADINGS if is_quarter else MONTH_HEADINGS
    if s.evidence is None or (len(texts) in (0, len(headings)) and not (is_quarter and not any(map(str.strip, texts)))):
        return None
    return s.no(
        "evidence", "Chưa ghi nhận xét nào theo các mục đã định.", "Nothing is written under the headings.",
        "Ghi vào ít nhất một mục.", "Write under at least one heading.", "texts",
    )  # fmt: skip


def quarter_fits(s: Situation) -> Refusal | None:
    """The quarter is one of the probation, and has begun."""
    nr = s.evidence.quarter if s.evidence else None
    if nr is None:
        return None
    known = {number: begins for number, begins, _ends in monitoring.quarters(s.facts, s.rulebook)}
    if nr in known and s.on >= known[nr]:
        return None
    begins = known.get(nr)
    return s.no(
        "act_order",
        f"Quý {nr} chưa bắt đầu ({day_text(begins)})." if begins else f"Thời gian dự bị không có quý {nr}.",
        f"Quarter {nr} has not begun ({day_text(begins)})." if begins else f"The probation has no quarter {nr}.",
        "Chọn quý đang diễn ra hoặc đã qua.", "Choose a quarter that runs or is over.", "quarter",
    )  # fmt: skip


def quarter_remarked_once(s: Situation) -> Refusal | None:
    """Helper and cell remark once each on a quarter; only the cell's secretary speaks for the cell."""
    e = s.evidence
    if e is None or e.quarter is None:
        return None
    if e.ground not in AUTHOR_LABELS or (e.ground == Author.CELL and Role.CELL_SECRETARY not in s.actor.roles):
        return s.no(
            "actor_role", "Nhận xét của chi bộ do bí thư chi bộ ghi.", "The cell's remarks are its secretary's.",
            "Chọn nhận xét của người giúp đỡ.", "Choose the helper's remarks.", "ground",
        )  # fmt: skip
    if not s.facts.year.remarked(e.quarter, Author(e.ground)):
        return None
    return s.no(
        "act_order", f"Quý {e.quarter} đã có nhận xét.", f"Quarter {e.quarter} has its remarks.",
        "Nếu ghi sai thì đính chính.", "If they are wrong, correct them.", "quarter",
    )  # fmt: skip


def warning_stands(s: Situation) -> Refusal | None:
    """Only a warning that stands is answered, for causes it has."""
    e = s.evidence
    if e is None or s.state is None:
        return None
    found = monitoring.warnings(s.state, s.facts, s.rulebook, s.calendar, s.on)
    if any(one.rule == e.warning and set(e.causes) <= set(one.causes) for one in found):
        return None
    return s.no(
        "act_order", "Không có cảnh báo này vào ngày đó.", "There is no such warning on that day.",
        "Xem các cảnh báo trên trang đảng viên mới.", "See the warnings on the new member's page.", "warning",
    )  # fmt: skip


def merit_known(s: Situation) -> Refusal | None:
    """It is a commendation or a disciplinary measure."""
    return _one_of(s, MERIT_LABELS)


def helper_there(s: Situation) -> Refusal | None:
    """Nobody leaves who has left."""
    if s.facts.year.helper_left_on is None:
        return None
    left = day_text(s.facts.year.helper_left_on)
    return s.no(
        "act_order", f"Đã ghi người giúp đỡ thôi giúp đỡ từ {left}.", f"The helper left on {left} already.",
        "Phân công người khác.", "Assign somebody else.", mend="assign_helper",
    )  # fmt: skip


def classified_level(s: Situation) -> Refusal | None:
    """The level is one of the four."""
    return _one_of(s, LEVEL_LABELS)


def _one_of(s: Situation, known: Mapping[str, Text]) -> Refusal | None:
    if s.evidence is None or s.evidence.ground in known:
        return None
    return s.no(
        "evidence", "Chưa chọn mục phù hợp.", "None of what can be chosen.", "Chọn một mục.", "Choose one.", "ground"
    )


def classified_in_turn(s: Situation) -> Refusal | None:
    """A year is classified once, when its end is near, and not of who was admitted only months before."""
    year = s.evidence.year if s.evidence else None
    admitted = s.facts.admitted_on
    if year is None or admitted is None:
        return None
    months = s.rulebook.number("classified_after")
    if add_months(admitted, months) > date(year, 12, 31):
        return s.no(
            "classified_after",
            f"Kết nạp ngày {day_text(admitted)}, chưa đủ {months} tháng vào cuối năm {year}.",
            f"Admitted on {day_text(admitted)}, less than {months} months before the end of {year}.",
            "Không xếp loại năm này.", "This year is not classified.", "year",
        )  # fmt: skip
    if s.on < date(year, CLASSIFIED_FROM, 1):
        return s.no(
            "act_order", f"Năm {year} chưa đến kỳ xếp loại.", f"{year} is not classified yet.",
            f"Xếp loại từ tháng 11/{year}.", f"Classify from November {year}.", "year",
        )  # fmt: skip
    if any(one.year == year for one in s.facts.year.years):
        return s.no(
            "act_order", f"Năm {year} đã xếp loại.", f"{year} is classified already.",
            "Nếu ghi sai thì đính chính.", "If it is wrong, correct it.", "year",
        )  # fmt: skip
    return None


def not_told(s: Situation) -> Refusal | None:
    """Who was told was told once; the first day counts."""
    told = s.facts.year.told_on
    if told is None:
        return None
    return s.no(
        "act_order", f"Đã thông báo ngày {day_text(told)}.", f"The person was told on {day_text(told)}.",
        "Nếu ghi sai ngày thì đính chính.", "If the day is wrong, correct it.",
    )  # fmt: skip
