"""Rules of probation and recognition."""

from workflow import caught, deadlines
from workflow.facts import Paper
from workflow.guards.base import Refusal, Situation, day_text, papers_there
from workflow.papers import Kind
from workflow.text import Text
from workflow.votes import BODY_LABELS, Body, Purpose


def probation_over(s: Situation) -> Refusal | None:
    """The twelve months are over: their last day has passed (Điều lệ Đảng, art. 5; 24-QĐ/TW §4.2)."""
    end = deadlines.probation_end(s.facts, s.rulebook)
    if end is not None and s.on > end:
        return None
    return s.no(
        "probation",
        f"Thời gian dự bị đến hết ngày {day_text(end)}." if end else "Chưa ghi lễ kết nạp.",
        f"The probation lasts until {day_text(end)}." if end else "The ceremony is not recorded.",
        f"Lập hồ sơ công nhận sau ngày {day_text(end)}." if end else "Ghi lễ kết nạp.",
        f"Prepare the recognition after {day_text(end)}." if end else "Record the ceremony.",
        "happened_on" if s.evidence else "",
    )


def new_member_course(s: Situation) -> Refusal | None:
    """The certificate of the new-member course is on file (12-HD/BTCTW)."""
    return papers_there(s, "new_member_course", "record_papers")


def recognition_papers(s: Situation) -> Refusal | None:
    """Self-review, remarks and opinions are on file, dated after the twelve months (24-QĐ/TW §4.2)."""
    missing = papers_there(s, "recognition_papers", "record_papers")
    if missing is not None:
        return missing
    again = Text("Lập lại sau ngày hết dự bị.", "Make it again after that day.")
    for form in s.rulebook.words("recognition_papers"):
        paper = s.facts.paper_by(form, s.on)
        early = None if paper is None else within_probation(s, paper, again, mend="record_papers")
        if early is not None:
            return early
    return None


def within_probation(s: Situation, paper: Paper, remedy: Text, field: str = "", mend: str = "") -> Refusal | None:
    """What is said of a paper of recognition that was made before the twelve months ended."""
    end = deadlines.probation_end(s.facts, s.rulebook)
    if end is None or paper.issued_on > end:
        return None
    return s.no(
        "recognition_papers",
        f"{paper.form} ngày {day_text(paper.issued_on)} lập trước khi hết 12 tháng dự bị ({day_text(end)}).",
        f"{paper.form} of {day_text(paper.issued_on)} was made before the 12 months ended ({day_text(end)}).",
        remedy.vi,
        remedy.en,
        field,
        mend,
    )


def recognition_voted(s: Situation) -> Refusal | None:
    """A decision on recognition rests on the votes of the route, or on the rule of three failed votes."""
    facts, limit = s.facts, s.rulebook.number("three_failed_votes")
    bodies = [Body.CELL] + ([Body.COMMITTEE] if s.route.has_committee_review else [])
    if any(facts.failed_on_membership(body) >= limit for body in bodies):
        return None
    missing = [body for body in bodies if not facts.passed(body, Purpose.RECOGNITION)]
    return _not_voted(s, missing, "recognition_vote") or _appraised(s, Kind.RECOGNITION_APPRAISAL)


def admission_voted(s: Situation) -> Refusal | None:
    """A decision on admission rests on the votes of the route."""
    bodies = [Body.CELL] + ([Body.COMMITTEE] if s.route.has_committee_review else [])
    missing = [body for body in bodies if not s.facts.passed(body, Purpose.ADMISSION)]
    return _not_voted(s, missing, "cell_vote") or _appraised(s, Kind.APPRAISAL)


def back_on_road(s: Situation) -> Refusal | None:
    """Back goes only who stands past a step that the road, changed since, still asks for."""
    if s.dest is not None and caught.behind(s.state, s.route, s.facts, s.rulebook) is s.dest:
        return None
    return _walked_already(s)


def _walked_already(s: Situation) -> Refusal:
    return s.no(
        "act_order",
        "Hồ sơ đang đi đúng đường xét.",
        "The dossier is on its road.",
        "Làm bước tiếp theo.",
        "Take the next step.",
    )


def _appraised(s: Situation, kind: Kind) -> Refusal | None:
    """Where there is a section committee it has appraised the dossier, whatever road it came by."""
    form = s.rulebook.form(kind)
    if not s.route.has_section or s.facts.paper(form) is not None:
        return None
    title = s.rulebook.form_title(form)
    return s.no(
        "act_order",
        f"Chưa có {form} {title.vi}.",
        f"Missing: {form} {title.en}.",
        "Đi tiếp theo đường mới, hoặc trả hồ sơ về bước thẩm định.",
        "Go on along the new road, or return the dossier to the appraisal.",
        mend="follow_new_road",
    )


def _not_voted(s: Situation, missing: list[Body], rule: str) -> Refusal | None:
    if not missing:
        return None
    body = BODY_LABELS[missing[0]]
    return s.no(
        "committee_vote" if missing[0] is Body.COMMITTEE else rule,
        f"Chưa có biểu quyết thông qua của: {body.vi}.",
        f"No vote in favour of: {body.en}.",
        "Trả hồ sơ về bước biểu quyết.",
        "Return the dossier to that vote.",
        mend="return_for_correction",
    )
