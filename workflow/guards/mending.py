"""Rules of a returned dossier's points, of an admission that is to be mended, and of dossiers that come along."""

from itertools import pairwise

from workflow.facts import Taken
from workflow.guards.base import Refusal, Situation, day_text
from workflow.papers import Kind
from workflow.stages import STAGE_OF, Stage, State
from workflow.text import Text


def point_known(s: Situation) -> Refusal | None:
    """Somebody ticks off a point of the return that is still to be mended."""
    known = {point.nr for point in s.facts.points if point.mended_on is None}
    told = s.evidence.point if s.evidence else None
    nothing = not known if s.evidence is None else told is not None and told not in known
    if not nothing:
        return None
    return s.no(
        "act_order",
        "Điểm này không có hoặc đã sửa." if known else "Hồ sơ không còn điểm nào phải sửa.",
        "There is no such point, or it is mended." if known else "The dossier has no points left to mend.",
        f"Chọn trong các điểm chưa sửa: {', '.join(map(str, sorted(known)))}." if known else "Làm bước tiếp theo.",
        f"Choose one still to mend: {', '.join(map(str, sorted(known)))}." if known else "Take the next step.",
        "point" if s.evidence else "",
    )


def not_being_mended(s: Situation) -> Refusal | None:
    """While the superior has the procedure done again, nothing is decided on the membership but that."""
    since = s.facts.mending_since
    if since is None:
        return None
    return s.no(
        "act_order",
        f"Cấp trên yêu cầu làm lại thủ tục từ ngày {day_text(since)}.",
        f"The superior has the procedure done again since {day_text(since)}.",
        "Quyết định công nhận sau khi làm lại, hoặc hủy bỏ.",
        "Decide to recognise after mending, or annul.",
        mend="confirm_after_mending",
    )


def is_being_mended(s: Situation) -> Refusal | None:
    """Recognised after mending is only what was to be mended."""
    if s.facts.mending_since is not None:
        return None
    return s.no(
        "act_order",
        "Chưa có yêu cầu làm lại thủ tục.",
        "Nobody had the procedure done again.",
        "Cấp trên ra công văn yêu cầu làm lại trước.",
        "The superior orders it by letter first.",
        mend="require_mending",
    )


_ADMITTED = ("admitted_on",)
_ON_PROBATION = (*_ADMITTED, "ceremony_on")
_AFTER_CELL = ("dossier_made_on", "cell_resolution_on")
_NEEDED: dict[State, tuple[str, ...]] = {
    State.ENROLLED: ("course_ends_on",),
    State.APPLYING: ("dossier_made_on",),
    State.VERIFYING: ("dossier_made_on",),
    State.VERIFIED: ("dossier_made_on",),
    State.CELL_REVIEW: ("dossier_made_on",),
    State.SECTION_APPRAISAL: _AFTER_CELL,
    State.COMMITTEE_REVIEW: _AFTER_CELL,
    State.AWAITING_DECISION: _AFTER_CELL,
    State.APPROVED: _ADMITTED,
    State.PROBATIONARY: _ON_PROBATION,
    State.RECOGNITION_CELL_REVIEW: _ON_PROBATION,
    State.RECOGNITION_SECTION_APPRAISAL: (*_ON_PROBATION, "recognition_resolution_on"),
    State.RECOGNITION_COMMITTEE_REVIEW: (*_ON_PROBATION, "recognition_resolution_on"),
    State.RECOGNITION_AWAITING_DECISION: (*_ON_PROBATION, "recognition_resolution_on"),
    State.OFFICIAL: (*_ON_PROBATION, "recognised_on"),
}
"""The days that must be known of a dossier that comes along, by the step it stands at."""

_LABELS: dict[str, Text] = {
    "course_ends_on": Text("ngày bế giảng", "the end of the course"),
    "dossier_made_on": Text("ngày lập hồ sơ", "the day the dossier was made"),
    "cell_resolution_on": Text("ngày nghị quyết của chi bộ", "the day of the cell's resolution"),
    "committee_resolution_on": Text("ngày nghị quyết của đảng ủy", "the day of the committee's resolution"),
    "admitted_on": Text("ngày quyết định kết nạp", "the day of the decision to admit"),
    "received_on": Text("ngày chi bộ nhận quyết định", "the day the decision was received"),
    "ceremony_on": Text("ngày lễ kết nạp", "the day of the ceremony"),
    "recognition_resolution_on": Text(
        "ngày nghị quyết công nhận của chi bộ", "the day of the resolution on recognition"
    ),
    "recognition_committee_on": Text("ngày nghị quyết công nhận của đảng ủy", "the day of the committee's resolution"),
    "recognised_on": Text("ngày quyết định công nhận", "the day of the decision to recognise"),
}
TAKEN_LABELS = _LABELS
_IN_ORDER = tuple(_LABELS)


def needed_days(state: State, has_review: bool) -> tuple[str, ...]:
    """The days that must be known of a dossier that comes along and stands in a state."""
    needed = _NEEDED.get(state, ())
    if state is State.AWAITING_DECISION and has_review:
        return (*needed, "committee_resolution_on")
    if state is State.RECOGNITION_AWAITING_DECISION and has_review:
        return (*needed, "recognition_committee_on")
    return needed


def taken_complete(s: Situation) -> Refusal | None:
    """A dossier that comes along brings the days its step needs, in their order, none after the step was entered."""
    e = s.evidence
    if e is None or e.stands_in is None:
        return None
    if s.dest is not None and e.stands_in is not s.dest:
        return s.no(
            "act_order",
            "Bước hồ sơ đang ở khi tiếp nhận không đính chính được: hồ sơ đã đi tiếp từ bước đó.",
            "The step a dossier was taken over at is not corrected: it has gone on from there.",
            "Rút hồ sơ, rồi tiếp nhận lại.",
            "Withdraw it, and take it over again.",
            "stands_in",
        )
    taken = e.taken or Taken()
    missing = [name for name in needed_days(e.stands_in, s.route.has_committee_review) if getattr(taken, name) is None]
    if missing:
        return s.no(
            "evidence",
            "Còn thiếu: " + ", ".join(_LABELS[name].vi for name in missing) + ".",
            "Still missing: " + ", ".join(_LABELS[name].en for name in missing) + ".",
            "Ghi theo giấy tờ đang có.",
            "Enter them from the papers.",
            missing[0],
        )
    days = [(name, day) for name in _IN_ORDER if (day := getattr(taken, name)) is not None]
    for (first, before), (second, after) in pairwise(days):
        if after < before:
            return s.no(
                "act_order",
                f"{_LABELS[second].vi.capitalize()} {day_text(after)} trước {_LABELS[first].vi} {day_text(before)}.",
                f"{_LABELS[second].en.capitalize()} {day_text(after)} is before {_LABELS[first].en} {day_text(before)}.",
                "Kiểm tra hai ngày.",
                "Check the two days.",
                second,
            )
    if days and days[-1][1] > s.on:
        return s.no(
            "act_order",
            f"{_LABELS[days[-1][0]].vi.capitalize()} {day_text(days[-1][1])} sau ngày hồ sơ đến bước này ({day_text(s.on)}).",
            f"{_LABELS[days[-1][0]].en.capitalize()} {day_text(days[-1][1])} is after the step was entered ({day_text(s.on)}).",
            "Kiểm tra hai ngày.",
            "Check the two days.",
            days[-1][0],
        )
    return None


_RECOGNITION_APPRAISED = (State.RECOGNITION_COMMITTEE_REVIEW, State.RECOGNITION_AWAITING_DECISION)


def _needed_papers(s: Situation) -> list[str]:
    assert s.evidence is not None
    state, book = s.evidence.stands_in, s.rulebook
    assert state is not None
    if STAGE_OF[state] in (Stage.SOURCING,) or state is State.ENROLLED:
        return []
    if STAGE_OF[state] is Stage.MONITORING or state is State.APPROVED:
        found = [book.form(Kind.ADMISSION)]
        if s.route.has_section and state in _RECOGNITION_APPRAISED:
            found.append(book.form(Kind.RECOGNITION_APPRAISAL))
        return found
    found = [book.form(Kind.CERTIFICATE)]
    if state not in (State.TRAINED, State.APPLYING):
        found += book.words("application_papers")
    if state in (State.SECTION_APPRAISAL, State.COMMITTEE_REVIEW, State.AWAITING_DECISION):
        found.append(book.form(Kind.CELL_RESOLUTION))
        if s.route.has_section and state is not State.SECTION_APPRAISAL:
            found.append(book.form(Kind.APPRAISAL))
    return found


def taken_papers(s: Situation) -> Refusal | None:
    """A dossier that comes along brings the papers its step rests on."""
    if s.evidence is None or s.evidence.stands_in is None:
        return None
    there = {paper.form for paper in s.evidence.papers}
    missing = [form for form in _needed_papers(s) if form not in there]
    if not missing:
        return None
    return s.no(
        "evidence",
        "Còn thiếu giấy tờ: " + "; ".join(f"{f} {s.rulebook.form_title(f).vi}" for f in missing) + ".",
        "Papers missing: " + "; ".join(f"{f} {s.rulebook.form_title(f).en}" for f in missing) + ".",
        "Ghi số, ngày của từng giấy tờ đang có.",
        "Enter number and date of each.",
        "papers",
    )


def moving_paper(s: Situation) -> Refusal | None:
    """Who moves in brings the paper of the stage: being helped before any vote, then the letter with the dossier; for a
    probationary member the formal transfer follows within its time (12-HD/BTCTW).
    """
    if s.evidence is None or s.evidence.stands_in is None:
        return None
    form = moving_form(s, s.evidence.stands_in)
    if form is None or any(paper.form == form for paper in s.evidence.papers):
        return None
    title = s.rulebook.form_title(form)
    return s.no(
        "mover_papers",
        f"Còn thiếu {form} {title.vi}.",
        f"Missing: {form} {title.en}.",
        "Ghi số, ngày của giấy nơi chuyển đi cấp.",
        "Enter number and date of the paper of the place left.",
        "papers",
    )


def moving_form(s: Situation, state: State) -> str | None:
    """The paper with which somebody moves in a state; None where it follows later."""
    if STAGE_OF[state] is Stage.MONITORING:
        return None
    voted = state in (State.SECTION_APPRAISAL, State.COMMITTEE_REVIEW, State.AWAITING_DECISION, State.APPROVED)
    return s.rulebook.form(Kind.LETTER if voted else Kind.HELPED)
