"""Who may act, when, and in which order."""

from workflow.guards.base import Refusal, Situation, day_text
from workflow.roles import ROLE_LABELS
from workflow.route import role_for
from workflow.text import Text


def competent(s: Situation) -> Refusal | None:
    """The actor holds a role that does this act on this route (domain.md §4, column "who")."""
    roles = tuple(dict.fromkeys(role_for(part, s.route) for part in s.parts))
    if any(role in s.actor.roles for role in roles):
        return None
    vi = " hoặc ".join(ROLE_LABELS[role].vi for role in roles)
    en = " or ".join(ROLE_LABELS[role].en for role in roles)
    return s.no(
        "actor_role",
        f"Việc này do {vi} thực hiện.",
        f"This is done by: {en}.",
        f"Báo {vi} của đơn vị.",
        f"Tell the unit's {en}.",
    )


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


def date_possible(s: Situation) -> Refusal | None:
    """The day of the act is neither in the future nor before the previous act; putting right is done on any day."""
    if s.evidence is None:
        return None
    if s.on > s.today:
        return s.no(
            "act_order",
            f"Ngày {day_text(s.on)} ở tương lai; hôm nay là {day_text(s.today)}.",
            f"{day_text(s.on)} lies in the future; today is {day_text(s.today)}.",
            "Ghi ngày việc đã thực sự diễn ra.",
            "Enter the day it really happened.",
            "happened_on",
        )
    if s.about is None and s.facts.last_on is not None and s.on < s.facts.last_on:
        return s.no(
            "act_order",
            f"Ngày {day_text(s.on)} trước việc gần nhất của hồ sơ ({day_text(s.facts.last_on)}).",
            f"{day_text(s.on)} is before the dossier's previous act ({day_text(s.facts.last_on)}).",
            "Kiểm tra lại ngày; nếu việc trước ghi sai ngày, ghi đính chính.",
            "Check the date; if the earlier act has a wrong date, record a correction.",
            "happened_on",
        )
    issued = s.evidence.issued_on
    if issued is not None and issued > s.today:
        return s.no(
            "act_order",
            f"Ngày văn bản {day_text(issued)} ở tương lai; hôm nay là {day_text(s.today)}.",
            f"The paper's date {day_text(issued)} lies in the future; today is {day_text(s.today)}.",
            "Ghi ngày trên văn bản.",
            "Enter the date on the paper.",
            "issued_on",
        )
    for paper in s.evidence.papers:
        if paper.issued_on > s.today:
            return s.no(
                "act_order",
                f"Ngày của {paper.form} ({day_text(paper.issued_on)}) ở tương lai.",
                f"The date of {paper.form} ({day_text(paper.issued_on)}) lies in the future.",
                "Ghi ngày trên văn bản.",
                "Enter the date on the paper.",
                "papers",
            )
    return None


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
}


def evidence_complete(s: Situation) -> Refusal | None:
    """Everything the act needs is there."""
    if s.evidence is None:
        return None
    for name in s.needs:
        value = getattr(s.evidence, name)
        if value in (None, "", (), 0) or (isinstance(value, str) and not value.strip()):
            text = _NEED_NAMES[name]
            return s.no(
                "evidence",
                f"Còn thiếu {text.vi}.",
                f"Still missing: {text.en}.",
                f"Ghi {text.vi}.",
                f"Enter {text.en}.",
                name,
            )
    return None
