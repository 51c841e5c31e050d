"""What is kept of a new member's year and of the time after it (domain.md §7): frozen, small, without a word typed.

What people write (tasks, remarks, grounds) stands in the events alone; here is only what the rules count.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import msgspec

from workflow.codes import Code
from workflow.text import Text

Key = Annotated[str, msgspec.Meta(max_length=64)]
QuarterNr = Annotated[int, msgspec.Meta(ge=1, le=40)]
Year = Annotated[int, msgspec.Meta(ge=1930, le=9999)]


class Attendance(Code):
    """Whether a member came to the cell's meeting of a month."""

    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"
    NO_MEETING = "no_meeting"


class Dues(Code):
    """Whether a member's dues of a month are paid."""

    PAID = "paid"
    EXCUSED = "excused"
    UNPAID = "unpaid"


class Author(Code):
    """Who remarks on a quarter."""

    HELPER = "helper"
    CELL = "cell"


class Merit(Code):
    """A commendation, or a disciplinary measure."""

    COMMENDATION = "commendation"
    DISCIPLINE = "discipline"


class Level(Code):
    """The levels of the yearly classification of members, best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    DONE = "done"
    NOT_DONE = "not_done"


ATTENDANCE_LABELS: dict[str, Text] = {
    Attendance.PRESENT: Text("Có mặt", "Present"),
    Attendance.EXCUSED: Text("Vắng có lý do", "Absent with reason"),
    Attendance.ABSENT: Text("Vắng không lý do", "Absent without reason"),
    Attendance.NO_MEETING: Text("Chi bộ không họp", "No meeting held"),
}
DUES_LABELS: dict[str, Text] = {
    Dues.PAID: Text("Đã đóng", "Paid"),
    Dues.EXCUSED: Text("Được miễn, hoãn", "Exempt or deferred"),
    Dues.UNPAID: Text("Chưa đóng", "Not paid"),
}
AUTHOR_LABELS: dict[str, Text] = {
    Author.HELPER: Text("Đảng viên giúp đỡ", "Helping member"),
    Author.CELL: Text("Chi bộ", "Cell"),
}
MERIT_LABELS: dict[str, Text] = {
    Merit.COMMENDATION: Text("Khen thưởng", "Commendation"),
    Merit.DISCIPLINE: Text("Kỷ luật", "Discipline"),
}
LEVEL_LABELS: dict[str, Text] = {
    Level.EXCELLENT: Text("Hoàn thành xuất sắc nhiệm vụ", "Tasks done excellently"),
    Level.GOOD: Text("Hoàn thành tốt nhiệm vụ", "Tasks done well"),
    Level.DONE: Text("Hoàn thành nhiệm vụ", "Tasks done"),
    Level.NOT_DONE: Text("Không hoàn thành nhiệm vụ", "Tasks not done"),
}
REMARK_HEADINGS: tuple[Text, ...] = (
    Text("Phẩm chất chính trị, đạo đức, lối sống", "Political quality, ethics, way of life"),
    Text("Thực hiện nhiệm vụ đảng viên, nhiệm vụ được giao", "Duties of a member and tasks given"),
    Text("Điểm cần cố gắng, việc giúp đỡ quý sau", "What to work on, help in the next quarter"),
)
"""The fixed headings of a quarter's remarks, in the order of `Evidence.texts`."""
MONTH_HEADINGS: tuple[Text, ...] = (
    Text("Nhiệm vụ được giao và kết quả", "Tasks given and done"),
    Text("Nhận xét", "Remark"),
)
"""What is written of a month, in the order of `Evidence.texts`."""


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of what is kept."""


class Month(_Kept, frozen=True):
    """A calendar month by its first day; None: nobody has said yet."""

    first: date
    met: Attendance | None = None
    dues: Dues | None = None

    @property
    def is_lacking(self) -> bool:
        """Whether the month lacks a meeting or dues without good reason (Điều lệ Đảng, art. 8)."""
        return self.met is Attendance.ABSENT or self.dues is Dues.UNPAID


class Remarked(_Kept, frozen=True):
    """A quarter of the probation that was remarked on, and by whom."""

    quarter: QuarterNr
    by: Author


class Answered(_Kept, frozen=True):
    """A warning that was answered, and for which causes."""

    warning: Key
    causes: tuple[Key, ...]


class Honoured(_Kept, frozen=True):
    """A commendation or measure and its day."""

    kind: Merit
    on: date


class Classified(_Kept, frozen=True):
    """The classification of a year."""

    year: Year
    level: Level


class Followed(_Kept, frozen=True):
    """All that is kept of a member's year and after. `moved_on`: between our own cells, while on probation."""

    months: tuple[Month, ...] = ()
    quarters: tuple[Remarked, ...] = ()
    answers: tuple[Answered, ...] = ()
    merits: tuple[Honoured, ...] = ()
    years: tuple[Classified, ...] = ()
    helper_left_on: date | None = None
    moved_on: date | None = None
    told_on: date | None = None

    def month(self, first: date) -> Month | None:
        """What is known of a month."""
        return next((month for month in self.months if month.first == first), None)

    def remarked(self, quarter: int, by: Author | None = None) -> bool:
        """Whether a quarter was remarked on, by anybody or by one author."""
        return any(one.quarter == quarter and by in (None, one.by) for one in self.quarters)

    def answered(self, warning: str) -> frozenset[str]:
        """The causes for which a warning was answered."""
        return frozenset(cause for one in self.answers if one.warning == warning for cause in one.causes)


NOTHING = Followed()


def with_month(months: Iterable[Month], said: Month) -> tuple[Month, ...]:
    """The months with what is said of one of them, in their order; what it leaves out stays as it was."""
    known = {month.first: month for month in months}
    old = known.get(said.first, said)
    known[said.first] = Month(said.first, said.met or old.met, said.dues or old.dues)
    return tuple(known[first] for first in sorted(known))


def first_of(day: date) -> date:
    """The first day of the month of a day."""
    return day.replace(day=1)
