"""What a cell records of its new members in the demo: months, quarters, the course, a warning answered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from workflow.calendar import add_months
from workflow.facts import Paper
from workflow.probation import Attendance, Author, Dues, Month, first_of

TASKS = (
    "Giúp đoàn cơ sở tổ chức hoạt động hè: hoàn thành.", "Phụ trách bảng tin chi bộ: đang làm.",
    "Tuyên truyền nghị quyết ở tổ sản xuất: hoàn thành tốt.", "Vận động quyên góp ủng hộ vùng lũ: hoàn thành.",
)  # fmt: skip
REMARKS = (
    ("Lập trường vững vàng, lối sống lành mạnh.", "Hoàn thành nhiệm vụ được giao, sinh hoạt đều.",
     "Cần mạnh dạn phát biểu; quý sau giúp chuẩn bị một chuyên đề."),
    ("Chấp hành tốt chủ trương, quy định.", "Hoàn thành tốt công tác chuyên môn và việc chi bộ giao.",
     "Cần sắp xếp thời gian học lớp đảng viên mới."),
)  # fmt: skip
SILENT = ("DB07", "DB09", "DB13")
"""Organisations whose cells record nothing: a board shows it."""


@dataclass(order=True)
class Entry:
    """Something recorded on a day."""

    day: date
    trigger: str
    evidence: dict[str, Any] = field(compare=False)


def entries(ceremony: date, rng: Random, today: date) -> list[Entry]:
    """What is recorded of somebody's year up to a day, in order of days; one in eight is a case to be warned of."""
    return sorted(entry for entry in _entries(ceremony, rng) if entry.day <= today)


def _entries(ceremony: date, rng: Random) -> Iterator[Entry]:
    is_absent, is_unhelped = rng.random() < 0.12, rng.random() < 0.15
    first = first_of(ceremony)
    for nr in range(13):
        month = add_months(first, nr)
        day = max(month + timedelta(days=23), ceremony)
        lacks = is_absent and nr in (1, 2, 4)
        met = Attendance.ABSENT if lacks else rng.choices(list(Attendance)[:2], (12, 1))[0]
        texts = (rng.choice(TASKS), "") if rng.random() < 0.4 else ()
        said: dict[str, Any] = {"month": Month(month, met, Dues.UNPAID if lacks else Dues.PAID)}
        yield Entry(day, "record_month", said | ({"texts": texts} if texts else {}))
    for nr in range(1, 5):
        if not is_unhelped:
            said = {"quarter": nr, "ground": str(Author.HELPER), "texts": rng.choice(REMARKS)}
            yield Entry(add_months(ceremony, 3 * nr) + timedelta(days=2), "remark_quarter", said)
    if rng.random() < 0.5:
        day = ceremony + timedelta(days=20)
        yield Entry(day, "record_papers", {"papers": (Paper("LL-ĐV", day - timedelta(days=2)),)})
    if rng.random() < 0.8:
        day = add_months(ceremony, 6) + timedelta(days=rng.randrange(40))
        yield Entry(day, "record_papers", {"papers": (Paper("CN-ĐVM", day - timedelta(days=1)),)})
