"""Who may act, when, and in which order."""

from datetime import date
from functools import lru_cache

import msgspec

from workflow.facts import Control, Evidence
from workflow.guards.base import Refusal, Situation, day_text
from workflow.roles import ROLE_LABELS, Part, Role
from workflow.route import Route, role_for
from workflow.stages import ENDS, State
from workflow.text import Text

FOUNDED = date(1930, 2, 3)
"""No act of the Party happened before this day."""


def competent(s: Situation) -> Refusal | None:
    """The actor holds a role that does this act on this route (domain.md §4, column "who")."""
    roles, said = _competent(s.parts, s.route, s.rulebook.rule("actor_role").source)
    return said if roles.isdisjoint(s.actor.roles) else None


@lru_cache(maxsize=4096)
def _competent(parts: tuple[Role | Part, ...], route: Route, source: str) -> tuple[frozenset[Role], Refusal]:
    """The roles that play these parts on a route, and what the others are told. Kept: whoever looks at a dossier is told
    so of most acts.
    """
    roles = tuple(dict.fromkeys(role_for(part, route) for part in parts))
    vi = " hoặc ".join(ROLE_LABELS[role].vi for role in roles)
    en = " or ".join(ROLE_LABELS[role].en for role in roles)
    said = Refusal(
        "actor_role",
        source,
        Text(f"Việc này do {vi} thực hiện.", f"This is done by: {en}."),
        Text(f"Báo {vi} của đơn vị.", f"Tell the unit's {en}."),
    )
    return frozenset(roles), said


def not_suspended(s: Situation) -> Refusal | None:
    """A suspended dossier waits until it is resumed."""
    if not s.facts.suspended:
        return None
    return s.no(
        "act_order",
        "Hồ sơ đang tạm dừng.",
        "The dossier is suspended.",
        "Bí thư chi bộ hoặc văn phòng cấp ủy cho tiếp tục hồ sơ.",
        "The cell secretary or the committee's officer resumes it.",
        mend="resume",
    )


def not_closed(s: Situation) -> Refusal | None:
    """A closed dossier is only read."""
    if not s.facts.closed:
        return None
    return s.no(
        "act_order",
        "Hồ sơ đã khép lại sau thời gian theo dõi.",
        "The dossier was closed after the follow-up period.",
        "Không còn việc nào phải làm.",
        "Nothing is left to do.",
    )


def day_not_before_the_party(s: Situation) -> Refusal | None:
    """No act is older than the Party."""
    if s.evidence is None or s.on >= FOUNDED:
        return None
    return s.no(
        "act_order",
        f"Ngày {day_text(s.on)} trước ngày thành lập Đảng ({day_text(FOUNDED)}).",
        f"{day_text(s.on)} is before the Party was founded ({day_text(FOUNDED)}).",
        "Kiểm tra lại năm.",
        "Check the year.",
        "happened_on",
    )


def points_mended(s: Situation) -> Refusal | None:
    """A dossier that was returned goes on once every point is mended; it may still go back or end."""
    left = [point.nr for point in s.facts.points if point.mended_on is None]
    if not left or s.state is None or s.dest is None or s.dest in ENDS or _rank(s.dest) <= _rank(s.state):
        return None
    numbers = ", ".join(map(str, left))
    return s.no(
        "act_order",
        f"Hồ sơ bị trả còn điểm chưa sửa: {numbers}.",
        f"The returned dossier still has points to mend: {numbers}.",
        "Sửa từng điểm rồi đánh dấu đã sửa.",
        "Mend each and tick it off.",
        mend="mend_point",
    )


_ORDER = list(State)


def _rank(state: State) -> int:
    return _ORDER.index(state)


def day_has_come(s: Situation) -> Refusal | None:
    """The day of the act is not in the future."""
    if s.evidence is None or s.on <= s.today:
        return None
    return s.no(
        "act_order",
        f"Ngày {day_text(s.on)} ở tương lai; hôm nay là {day_text(s.today)}.",
        f"{day_text(s.on)} lies in the future; today is {day_text(s.today)}.",
        "Ghi ngày việc đã thực sự diễn ra.",
        "Enter the day it really happened.",
        "happened_on",
    )


def day_in_order(s: Situation) -> Refusal | None:
    """The day of the act is not before the act that led here; putting right is done on any day."""
    last = s.facts.last_on
    if s.evidence is None or s.about is not None or last is None or s.on >= last:
        return None
    return s.no(
        "act_order",
        f"Ngày {day_text(s.on)} trước việc đưa hồ sơ đến bước này ({day_text(last)}).",
        f"{day_text(s.on)} is before the act that brought the dossier here ({day_text(last)}).",
        "Kiểm tra lại ngày; nếu việc trước ghi sai ngày, ghi đính chính.",
        "Check the date; if the earlier act has a wrong date, record a correction.",
        "happened_on",
    )


def text_has_come(s: Situation) -> Refusal | None:
    """The date on the paper of the act is not in the future."""
    issued = s.evidence.issued_on if s.evidence else None
    if issued is None or issued <= s.today:
        return None
    return s.no(
        "act_order",
        f"Ngày văn bản {day_text(issued)} ở tương lai; hôm nay là {day_text(s.today)}.",
        f"The paper's date {day_text(issued)} lies in the future; today is {day_text(s.today)}.",
        "Ghi ngày trên văn bản.",
        "Enter the date on the paper.",
        "issued_on",
    )


def papers_by_then(s: Situation) -> Refusal | None:
    """Papers are made by the day they are recorded with."""
    late = [paper for paper in (s.evidence.papers if s.evidence else ()) if paper.issued_on > s.on]
    if not late:
        return None
    vi = "; ".join(f"{paper.form} đề ngày {day_text(paper.issued_on)}" for paper in late)
    en = "; ".join(f"{paper.form} is dated {day_text(paper.issued_on)}" for paper in late)
    return s.no(
        "act_order",
        f"{vi}: sau ngày của việc này ({day_text(s.on)}).",
        f"{en}: after the day of this act ({day_text(s.on)}).",
        "Kiểm tra ngày trên văn bản và ngày của việc.",
        "Check the date on the paper and that of the act.",
        "papers",
    )


def results_by_then(s: Situation) -> Refusal | None:
    """Results of the verification are there by the day they are recorded."""
    days = [relative.verified_on for relative in (s.evidence.relatives if s.evidence else ())]
    late = max((day for day in days if day is not None), default=None)
    if late is None or late <= s.on:
        return None
    return s.no(
        "act_order",
        f"Kết quả thẩm tra đề ngày {day_text(late)}, sau ngày ghi ({day_text(s.on)}).",
        f"A result is dated {day_text(late)}, after the day it is recorded ({day_text(s.on)}).",
        "Kiểm tra ngày có kết quả.",
        "Check the day of the result.",
        "relatives",
    )


_NEED_NAMES: dict[str, Text] = {
    "number": Text("số văn bản", "the paper's number"),
    "ballot": Text("kết quả biểu quyết", "the counted votes"),
    "reason": Text("lý do", "the reason"),
    "ground": Text("căn cứ", "the ground"),
    "helpers": Text("đảng viên giúp đỡ", "the helping member"),
    "papers": Text("giấy tờ", "the papers"),
    "introducers": Text("người giới thiệu", "the introducer"),
    "relatives": Text("thân nhân", "the relatives"),
    "course_starts_on": Text("ngày khai giảng", "the first day of the course"),
    "course_ends_on": Text("ngày bế giảng", "the last day of the course"),
    "received_on": Text("ngày chi bộ nhận quyết định", "the day the cell received the decision"),
    "return_to": Text("bước phải sửa", "the step that must mend it"),
    "rule": Text("thời hạn được gia hạn", "the deadline to extend"),
    "days": Text("số ngày làm việc gia hạn", "the working days of the extension"),
    "agreed_by": Text("người đồng ý", "who agreed"),
    "event": Text("việc được đính chính", "the act that is corrected"),
    "candidate": Text("thông tin người xin vào Đảng", "the candidate's data"),
    "source": Text("nguồn giới thiệu", "the source"),
    "issuer": Text("nơi cấp", "the issuer"),
    "issued_on": Text("ngày văn bản", "the paper's date"),
    "consented": Text("sự đồng ý của người được giới thiệu", "the candidate's consent"),
    "content": Text("nội dung đính chính", "the content of a correction"),
    "kept_because": Text("căn cứ giữ nguyên việc sau", "the ground to keep later acts"),
    "unit_has_youth_union": Text("tổ chức Đoàn của đơn vị", "the unit's Youth Union"),
    "unit_has_trade_union": Text("tổ chức công đoàn của đơn vị", "the unit's trade union"),
    "cleared_on": Text("ngày được xóa án tích", "the day the record was cleared"),
    "points": Text("những điểm phải sửa", "the points to mend"),
    "point": Text("điểm đã sửa", "the point that was mended"),
    "renamed": Text("việc đổi họ tên", "that the name changes"),
    "handed": Text("giấy tờ bàn giao", "the papers handed over"),
    "scan": Text("bản chụp", "the scan"),
    "cv": Text("mục lý lịch", "a section of the CV"),
    "stands_in": Text("bước hồ sơ đang ở", "the step the dossier stands at"),
    "taken": Text("những việc đã làm trên giấy", "what was done on paper"),
    "meeting": Text("cuộc họp", "the meeting"),
    "month": Text("tháng sinh hoạt", "the month"),
    "quarter": Text("quý", "the quarter"),
    "texts": Text("nội dung ghi", "what is written"),
    "warning": Text("cảnh báo được trả lời", "the warning that is answered"),
    "causes": Text("nguyên do được trả lời", "the causes that are answered"),
    "year": Text("năm", "the year"),
    "request": Text("nơi được hỏi", "who is asked"),
    "asked": Text("yêu cầu đã gửi", "the request"),
    "outcome": Text("kết quả của yêu cầu", "what became of the request"),
    "opinion": Text("số người tán thành", "the votes behind the opinion"),
    "member_moves": Text("việc đảng viên chuyển sinh hoạt", "that a member moves"),
}
"""What people call the pieces of the evidence; every one but the day."""
_CONCLUSION = Text("kết luận thẩm tra", "the conclusion of the verification")

_DEFAULTS = {field.name: field.default for field in msgspec.structs.fields(Evidence) if field.name != "happened_on"}


def evidence_fits(s: Situation) -> Refusal | None:
    """An act brings what its line of the table names and nothing else: a vote nobody asked for is none."""
    if s.evidence is None or s.takes is None:
        return None
    for name, empty in _DEFAULTS.items():
        if name not in s.takes and getattr(s.evidence, name) != empty:
            text = _NEED_NAMES[name]
            return s.no(
                "evidence",
                f"Việc này không ghi {text.vi}.",
                f"This act does not record {text.en}.",
                "Bỏ phần đó; ghi ở việc dành cho nó.",
                "Leave it out; record it with the act it belongs to.",
                name,
            )
    return None


def evidence_complete(s: Situation) -> Refusal | None:
    """Everything the act needs is there."""
    if s.evidence is None:
        return None
    for name in s.needs:
        value = getattr(s.evidence, name)
        if value in (None, "", (), 0) or (isinstance(value, str) and not value.strip()):
            text = _CONCLUSION if name == "reason" and s.control is Control.CONCLUDE else _NEED_NAMES[name]
            return s.no(
                "evidence",
                f"Còn thiếu {text.vi}.",
                f"Still missing: {text.en}.",
                f"Ghi {text.vi}.",
                f"Enter {text.en}.",
                name,
            )
    return None
