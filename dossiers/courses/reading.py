"""Reading classes by their numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from dossiers.asking import Question
from dossiers.courses.models import CourseClass
from dossiers.extensions import run

_CLASSES = Question(select(*CourseClass.__table__.c).where(CourseClass.id.in_(bindparam("numbers", expanding=True))))


def classes(numbers: Iterable[int | None]) -> Mapping[int | None, Any]:
    """Rows of classes by their numbers; None has none. One query, or none at all."""
    asked = sorted({number for number in numbers if number is not None})
    return {row.id: row for row in run(_CLASSES, {"numbers": asked})} if asked else {}
