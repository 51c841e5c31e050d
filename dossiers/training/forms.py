"""Forms of training: proposal, enrolment, certificates; and of classes."""

from typing import Any

from sqlalchemy import select

from dossiers.acting.forms import ActForm, Brought, Numbered, Reasoned, Recorded
from dossiers.casework.case import Case
from dossiers.courses.models import CourseClass
from dossiers.extensions import db
from dossiers.fields import DayField, LineField, NumberWords, Words, choice, required, with_empty
from dossiers.formatters import day
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from workflow.guards import Situation


def classes_from(first: int, most: int) -> list[CourseClass]:
    """The classes there are, newest first: `most` of them, after so many."""
    newest = select(CourseClass).order_by(CourseClass.starts_on.desc(), CourseClass.id.desc())
    return list(db.session.scalars(newest.offset(first).limit(most)))


OFFERED = 60
"""So many classes, the newest, a candidate can be sent to."""


class ProposeForm(ActForm):
    """The cell proposes the candidate for the course."""

    happened_on = DayField(_l("Ngày chi bộ đề nghị"), [required])


class EnrolForm(ActForm):
    """The office sends the candidate to a class."""

    happened_on = DayField(_l("Ngày cử đi học"), [required])
    course = choice(_l("Lớp học"), of=int)

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the classes; the one that begins next is chosen."""
        super().prepare(case, s, trigger)
        classes = classes_from(0, OFFERED)
        self.course.choices = with_empty([(str(c.id), _in_words(c)) for c in classes])
        ahead = [c for c in classes if c.starts_on >= s.today]
        if ahead and not self.is_filled():
            self.course.data = min(ahead, key=lambda c: c.starts_on).id

    def recall(self, recorded: Recorded) -> None:
        """The class the candidate was sent to, however long ago."""
        super().recall(recorded)
        course = db.session.get(CourseClass, recorded.class_id) if recorded.class_id is not None else None
        if course is not None:
            self.course.allow(course.id, _in_words(course))
            self.put("course", course.id)

    def bring(self, brought: Brought, case: Case) -> None:
        """The class, and its dates as evidence."""
        super().bring(brought, case)
        course = db.session.get_one(CourseClass, self.course.data)
        brought.class_id = course.id
        brought.evidence |= {"course_starts_on": course.starts_on, "course_ends_on": course.ends_on}


def _in_words(course: CourseClass) -> str:
    return f"{course.code}: {course.title} ({day(course.starts_on)}–{day(course.ends_on)})"


class CertifyForm(Numbered, ActForm):
    """The centre issues the certificate."""

    happened_on = DayField(_l("Ngày cấp giấy chứng nhận"), [required])


class FailForm(Reasoned, ActForm):
    """The candidate did not pass."""

    happened_on = DayField(_l("Ngày có kết quả"), [required])


class CertificateForm(Numbered, ActForm):
    """A certificate from elsewhere."""

    number = LineField(_l("Số giấy chứng nhận"), [required, NumberWords()])
    happened_on = DayField(_l("Ngày chi bộ nhận giấy"), [required])
    issued_on = DayField(_l("Ngày cấp"), [required])
    issuer = LineField(_l("Nơi cấp"), [required, Words(120)])


def is_known(code: str) -> bool:
    """Whether there is a class with this code."""
    return db.session.scalar(select(CourseClass.id).where(CourseClass.code == code)) is not None


class ClassForm(FlaskForm):
    """A new class."""

    code = LineField(_l("Mã lớp"), [required, Words(20, r"[0-9A-Za-z\-/.]+", _l("Mã chỉ gồm chữ, số và - / ."))])
    title = LineField(_l("Tên lớp"), [required, Words(120)])
    centre = choice(_l("Trung tâm"))
    starts_on = DayField(_l("Khai giảng"), [required])
    ends_on = DayField(_l("Bế giảng"), [required])

    def validate(self, extra_validators: Any = None) -> bool:
        """The class ends on or after its first day; its code is new."""
        fine: bool = super().validate(extra_validators)
        if self.starts_on.data and self.ends_on.data and self.ends_on.data < self.starts_on.data:
            self.ends_on.errors = [_("Bế giảng trước khai giảng.")]
            fine = False
        if self.code.data and is_known(self.code.data):
            self.code.errors = [_("Mã lớp này đã có.")]
            fine = False
        return fine


FORMS: dict[str, type[ActForm]] = {
    "propose_course": ProposeForm,
    "enrol": EnrolForm,
    "certify": CertifyForm,
    "fail_course": FailForm,
    "record_certificate": CertificateForm,
    "renew_certificate": CertificateForm,
}
