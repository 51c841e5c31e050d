"""Rules of the awareness course and its certificate."""

from datetime import date

from workflow import deadlines
from workflow.guards.base import Refusal, Situation, day_text
from workflow.stages import State


def course_proposed(s: Situation) -> Refusal | None:
    """The cell has proposed the candidate for the course."""
    proposed = s.facts.course_proposed_on
    if proposed is not None and s.evidence is not None and s.on < proposed:
        return s.no(
            "act_order",
            f"Chi bộ đề nghị ngày {day_text(proposed)}, sau ngày {day_text(s.on)}.",
            f"The cell proposed it on {day_text(proposed)}, after {day_text(s.on)}.",
            "Kiểm tra ngày cử đi học.",
            "Check the day of enrolment.",
            "happened_on",
        )
    if proposed is not None or not s.rulebook.flag("course_proposal"):
        return None
    return s.no(
        "course_proposal",
        "Chi bộ chưa đề nghị cử đi học lớp nhận thức về Đảng.",
        "The cell has not proposed the candidate for the course.",
        "Bí thư chi bộ ghi đề nghị cử đi học.",
        "The cell secretary records the proposal.",
        mend="propose_course",
    )


def course_dates(s: Situation) -> Refusal | None:
    """A course ends on or after the day it starts."""
    e = s.evidence
    if e is None or e.course_starts_on is None or e.course_ends_on is None:
        return None
    if e.course_ends_on >= e.course_starts_on:
        return None
    return s.no(
        "evidence",
        f"Ngày bế giảng {day_text(e.course_ends_on)} trước ngày khai giảng {day_text(e.course_starts_on)}.",
        f"The course ends ({day_text(e.course_ends_on)}) before it starts ({day_text(e.course_starts_on)}).",
        "Kiểm tra hai ngày của lớp.",
        "Check the two dates of the course.",
        "course_ends_on",
    )


def course_over(s: Situation) -> Refusal | None:
    """A certificate is issued when the course is over, and dated so."""
    ends = s.facts.course_ends_on
    issued = s.evidence.issued_on if s.evidence else None
    if ends is None or min(s.on, issued or s.on) >= ends:
        return None
    return s.no(
        "act_order",
        f"Lớp học đến hết ngày {day_text(ends)} mới bế giảng.",
        f"The course ends on {day_text(ends)}.",
        "Ghi kết quả khi lớp đã bế giảng.",
        "Record the result when the course is over.",
        "issued_on" if issued is not None and s.on >= ends else "happened_on" if s.evidence else "",
    )


def certificate_valid(s: Situation) -> Refusal | None:
    """A certificate of the awareness course, not older than the rule allows (01-HD/TW)."""
    held = deadlines.certificate(s.facts, s.rulebook, s.on)
    return _certificate(s, held[1] if held else None)


def offered_certificate_valid(s: Situation) -> Refusal | None:
    """The certificate somebody brings from elsewhere is still good."""
    issued = s.evidence.issued_on if s.evidence else None
    if issued is None:
        return None  # that it is missing is said already
    if issued > s.on:
        return s.no(
            "act_order",
            f"Giấy chứng nhận đề ngày {day_text(issued)}, sau ngày ghi ({day_text(s.on)}).",
            f"The certificate is dated {day_text(issued)}, after the day it is recorded ({day_text(s.on)}).",
            "Ghi ngày trên giấy chứng nhận.",
            "Enter the date on the certificate.",
            "issued_on",
        )
    return _certificate(s, issued)


def _certificate(s: Situation, issued: date | None) -> Refusal | None:
    if issued is None:
        return s.no(
            "course_certificate",
            "Chưa có giấy chứng nhận lớp nhận thức về Đảng.",
            "There is no certificate of the awareness course.",
            "Cử đi học, hoặc ghi giấy chứng nhận đã có.",
            "Enrol the candidate, or record a certificate already held.",
            mend="record_certificate" if s.state is State.LISTED else "renew_certificate",
        )
    months = s.rulebook.number("course_certificate")
    last = deadlines.months_end(issued, months, s.rulebook, s.calendar)
    if s.on <= last:
        return None
    return s.no(
        "course_certificate",
        f"Giấy chứng nhận cấp ngày {day_text(issued)} chỉ có giá trị {months} tháng, đến hết {day_text(last)}.",
        f"The certificate of {day_text(issued)} was good for {months} months, until {day_text(last)}.",
        "Học lại lớp nhận thức về Đảng và ghi giấy chứng nhận mới.",
        "Take the course again and record the new certificate.",
        mend="renew_certificate",
    )
