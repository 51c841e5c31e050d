"""The texts of a class: the decisions on it with the list of those who sit in it, and the certificates."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, exists, select

from dossiers import clock, names
from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework.models import Dossier, Scope
from dossiers.courses.models import CourseClass
from dossiers.documents import gathered, services
from dossiers.documents.composing import Composed, Table, write
from dossiers.documents.composing import drafts as texts_of_dossiers
from dossiers.documents.fields import body_of, day_written, taught
from dossiers.extensions import run
from dossiers.lists import worklist
from dossiers.papers.models import PaperRecord
from dossiers.people.models import Person
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow.papers import Kind

_SITTING = Question(
    select(
        Dossier.id, Dossier.code, Dossier.rulebook, Person.full_name, Person.birth_date, Dossier.unit_id,
        PaperRecord.number, PaperRecord.issued_on,
    )
    .join(Person, Person.id == Dossier.person_id)
    .outerjoin(
        PaperRecord,
        (PaperRecord.dossier_id == Dossier.id) & PaperRecord.form.in_(bindparam("forms", expanding=True))
        & (PaperRecord.issued_on >= bindparam("since")),
    )
    .where(
        Dossier.class_id == bindparam("course"),
        exists().where(Scope.dossier_id == Dossier.id, Scope.ancestor_id.in_(bindparam("units", expanding=True))),
    )
    .order_by(Dossier.id, PaperRecord.seq, PaperRecord.nr)
)  # fmt: skip


def sitting(course: CourseClass, signed: Signed) -> list[Any]:
    """Who was sent to a class, as far as the person may see, by name, with the certificate each got; one query."""
    units = worklist.scope_of(signed, "") or (-1,)
    forms = {book.form(Kind.CERTIFICATE) for book in rules.books().values()}
    asked = {"course": course.id, "units": units, "forms": sorted(forms), "since": course.starts_on}
    newest = {row.id: row for row in run(_SITTING, asked)}
    return sorted(newest.values(), key=lambda row: names.sort_key(row.full_name))


def _values(course: CourseClass, count: int) -> dict[str, Any]:
    """What the decisions on a class may name: the committee over its centre takes them."""
    units = tree.current()
    above = units[course.centre_id].parent_id
    opener = body_of(units.name(above)) if above is not None else ""
    return {**taught(course, course.centre_id), "opener": f"Ban Thường vụ {opener}" if opener else "",
            "opener_above": "", "count": f"{count:02d}"}  # fmt: skip


def decision(course: CourseClass, people: Sequence[Any], name: str, grade: str = "") -> list[Composed]:
    """A decision on a class (`class_decision`, `class_results`) and the list that is enclosed with it."""
    units, values = tree.current(), _values(course, len(people))
    mark = f"LOP-{course.id} · {'QĐ-ML' if name == 'class_decision' else 'QĐ-KQ'}"
    rows = tuple(
        (str(nr), row.full_name, day_written(row.birth_date), units.name(row.unit_id), row.number or "")
        for nr, row in enumerate(people, start=1)
    )
    heads = ("TT", "Họ và tên", "Ngày sinh", "Đơn vị", "Số giấy chứng nhận")
    listed = Table(heads, (2, 9, 5, 10, 6), rows)
    return [
        gathered.gathered(name, values, mark, grade=grade),
        gathered.gathered("class_list", values, f"{mark} · DS", table=listed, grade=grade),
    ]


def certificates(course: CourseClass, people: Sequence[Any], grade: str = "") -> list[Composed]:
    """The certificates of a class, one each; where a number was not given yet, dots."""
    draft, book_of, units = texts_of_dossiers()[Kind.CERTIFICATE], rules.books(), tree.current()
    today, values, found = clock.today(), taught(course, course.centre_id), []
    for row in people:
        known = {**values, "candidate": row.full_name, "birth_date": day_written(row.birth_date),
                 "cell": units.name(row.unit_id)}  # fmt: skip
        book = book_of[row.rulebook]
        mark = f"{row.code} · {book.form(Kind.CERTIFICATE)} · {book.code}"
        text = write(draft, known, row.number or "", row.issued_on, today, services.place(), mark,
                     style=services.style(grade))  # fmt: skip
        found.append(services.sealed(text))
    return found
