"""Rules of votes: counts, quorum, majorities, the rule of three."""

from workflow.guards.base import Refusal, Situation
from workflow.route import Decider, Route
from workflow.stages import ENDS, State
from workflow.text import Text
from workflow.votes import BODY_LABELS, Body, Purpose, needed


def vote_adds_up(s: Situation) -> Refusal | None:
    """For and against are not more than those present, those present than those entitled, those than all members."""
    ballot = s.evidence.ballot if s.evidence else None
    if ballot is None:
        return None
    if ballot.present > ballot.entitled:
        return s.no(
            "vote_count",
            f"Có mặt {ballot.present} nhưng chỉ có {ballot.entitled} người có quyền biểu quyết.",
            f"{ballot.present} present, but only {ballot.entitled} entitled to vote.",
            "Kiểm tra biên bản; sửa danh sách biểu quyết của đơn vị nếu danh sách sai.",
            "Check the minutes; correct the unit's register if that is wrong.",
            "present",
        )
    if ballot.members is not None and ballot.entitled > ballot.members:
        return s.no(
            "vote_count",
            f"{ballot.entitled} người có quyền biểu quyết nhưng chi bộ chỉ có {ballot.members} đảng viên chính thức.",
            f"{ballot.entitled} entitled to vote, but the cell has only {ballot.members} official member(s).",
            "Kiểm tra biên bản; sửa danh sách biểu quyết của đơn vị nếu danh sách sai.",
            "Check the minutes; correct the unit's register if that is wrong.",
            "present",
        )
    if ballot.exempt_present > ballot.present:
        return s.no(
            "vote_count",
            f"Có {ballot.exempt_present} đảng viên được miễn dự họp, nhiều hơn tổng số có mặt {ballot.present}.",
            f"{ballot.exempt_present} exempt members came, more than the {ballot.present} present in all.",
            "Kiểm tra biên bản: số có mặt gồm cả đảng viên được miễn có dự họp.",
            "Check the minutes: those present include the exempt members who came.",
            "exempt_present",
        )
    rest = ballot.blank + ballot.invalid + ballot.abstained
    if ballot.in_favour + ballot.against + rest > ballot.present:
        beside = Text("", "")
        if rest:
            beside = Text(f", phiếu khác và không biểu quyết {rest}", f", {rest} blank, invalid or not voting")
        return s.no(
            "vote_count",
            f"Tán thành {ballot.in_favour} và không tán thành {ballot.against}{beside.vi} "
            f"cộng lại nhiều hơn số có mặt {ballot.present}.",
            f"{ballot.in_favour} for and {ballot.against} against{beside.en} are more than the {ballot.present} present.",
            "Kiểm tra biên bản kiểm phiếu.",
            "Check the minutes of the count.",
            "in_favour",
        )
    return None


def _too_few(s: Situation) -> Refusal | None:
    ballot = s.evidence.ballot if s.evidence else None
    if ballot is None:
        return None
    minimum = needed(s.rulebook.word("quorum"), ballot.entitled)
    if ballot.entitled > 0 and ballot.present >= minimum:
        return None
    return s.no(
        "quorum",
        f"Có mặt {ballot.present}/{ballot.entitled}: cần ít nhất {minimum} người thì hội nghị mới hợp lệ.",
        f"{ballot.present} of {ballot.entitled} present: a valid meeting needs at least {minimum}.",
        "Họp lại khi đủ số người.",
        "Meet again with enough people.",
        "present",
    )


def quorum_of_cell(s: Situation) -> Refusal | None:
    """A meeting of the cell with fewer than 2/3 of those entitled, where the rulebook refuses it (`quorum_effect`)."""
    return _too_few(s) if s.rulebook.word("quorum_effect") == "refuse" else None


def quorum(s: Situation) -> Refusal | None:
    """A meeting of a committee or an executive is valid with 2/3 of those entitled present."""
    return _too_few(s) if s.rulebook.word("quorum_effect_committee") == "refuse" else None


def quorum_warning(s: Situation) -> Refusal | None:
    """What is said of a meeting with too few people that is recorded all the same, where the rulebook only warns."""
    ballot = s.evidence.ballot if s.evidence else None
    if ballot is None or _too_few(s) is None:
        return None
    minimum = needed(s.rulebook.word("quorum"), ballot.entitled)
    return s.no(
        "quorum",
        f"Có mặt {ballot.present}/{ballot.entitled}, ít hơn {minimum} người thường phải có.",
        f"{ballot.present} of {ballot.entitled} present, fewer than the usual {minimum}.",
        "Vẫn ghi được; kiểm tra lại biên bản và quy chế làm việc.",
        "It is recorded all the same; check the minutes and the working rules.",
        "present",
    )


def smallest_cell(s: Situation) -> Refusal | None:
    """A cell with fewer than three official members does not vote; the superior sends members or merges it first."""
    ballot = s.evidence.ballot if s.evidence else None
    least = s.rulebook.number("smallest_cell")
    members = s.cell_members if ballot is None else ballot.entitled if ballot.members is None else ballot.members
    if members is None or members >= least or members == 0:
        return None
    return s.no(
        "smallest_cell",
        f"Chi bộ có {members} đảng viên chính thức; dưới {least} thì không biểu quyết.",
        f"The cell has {members} official member(s); with fewer than {least} it does not vote.",
        "Cấp ủy cấp trên tăng cường đảng viên hoặc sáp nhập chi bộ trước.",
        "The superior sends members or merges the cell first.",
        "present",
    )


def majority(s: Situation, rule: str, body: Body, remedy: Text, mend: str = "") -> Refusal | None:
    ballot = s.evidence.ballot if s.evidence else None
    if ballot is None:
        return None
    minimum = needed(s.rulebook.word(rule), ballot.entitled)
    if ballot.entitled > 0 and ballot.in_favour >= minimum:
        return None
    return s.no(
        rule,
        f"{BODY_LABELS[body].vi}: tán thành {ballot.in_favour}/{ballot.entitled}, cần ít nhất {minimum} phiếu.",
        f"{BODY_LABELS[body].en}: {ballot.in_favour} of {ballot.entitled} in favour, {minimum} needed.",
        remedy.vi,
        remedy.en,
        "in_favour",
        mend,
    )


_FAILED = Text(
    "Ghi lần biểu quyết không đạt, rồi biểu quyết lại hoặc trả hồ sơ.",
    "Record the failed vote, then vote again or return the dossier.",
)
_NO_TEXT = Text(
    "Không đủ phiếu thì không ra văn bản; khi có đủ phiếu ở phiên họp sau mới ghi.",
    "Without enough votes there is no text; record it when a later meeting has them.",
)


def _when_short(s: Situation) -> tuple[Text, str]:
    """(what to do without enough votes, by which act): only on the main road a failed vote is an act of its own."""
    return (_NO_TEXT, "") if s.dest in ENDS or s.dest is None else (_FAILED, "record_failed_vote")


def cell_majority(s: Situation) -> Refusal | None:
    """At least 2/3 of the official members in favour."""
    return majority(s, "cell_vote", Body.CELL, *_when_short(s))


def committee_majority(s: Situation) -> Refusal | None:
    """At least 2/3 of the members of the grass-roots committee in favour."""
    return majority(s, "committee_vote", Body.COMMITTEE, *_when_short(s))


def deciding_majority(s: Situation) -> Refusal | None:
    """More than half of the standing committee; 2/3 of a delegated committee's members in office."""
    return majority(s, *_deciding(s.route), *_when_short(s))


def deciding_body(route: Route) -> Body:
    """The body that decides on a route: the grass-roots committee where it is delegated."""
    return _deciding(route)[1]


def _deciding(route: Route) -> tuple[str, Body]:
    if route.decider is Decider.OWN_COMMITTEE:
        return "delegated_committee_vote", Body.COMMITTEE
    return "standing_committee_vote", Body.STANDING_COMMITTEE


def voting_body(state: State | None, route: Route) -> tuple[str, Body]:
    """(rule, body) of the vote held in a state: the cell, or the grass-roots committee."""
    if state in (State.COMMITTEE_REVIEW, State.RECOGNITION_COMMITTEE_REVIEW):
        return "committee_vote", Body.COMMITTEE
    if state in (State.AWAITING_DECISION, State.RECOGNITION_AWAITING_DECISION):
        return _deciding(route)
    return "cell_vote", Body.CELL


def vote_failed(s: Situation) -> Refusal | None:
    """A vote recorded as failed did fail."""
    ballot = s.evidence.ballot if s.evidence else None
    if ballot is None:
        return None
    rule, _ = voting_body(s.state, s.route)
    minimum = needed(s.rulebook.word(rule), ballot.entitled)
    if ballot.in_favour < minimum:
        return None
    return s.no(
        rule,
        f"Tán thành {ballot.in_favour}/{ballot.entitled} là đủ ({minimum}): đây không phải lần biểu quyết không đạt.",
        f"{ballot.in_favour} of {ballot.entitled} is enough ({minimum}): this vote did not fail.",
        "Ghi biểu quyết thông qua.",
        "Record it as passed.",
        "in_favour",
    )


def votes_left(s: Situation) -> Refusal | None:
    """After three votes without 2/3 for recognition the superior decides (24-QĐ/TW §4.2)."""
    deciding = s.state in (State.AWAITING_DECISION, State.RECOGNITION_AWAITING_DECISION)
    if s.purpose is not Purpose.RECOGNITION or (deciding and s.facts.referred):
        return None
    _, body = voting_body(s.state, s.route)
    failed = s.facts.failed_votes(body, Purpose.RECOGNITION)
    limit = s.rulebook.number("three_failed_votes")
    if failed < limit:
        return None
    return s.no(
        "three_failed_votes",
        f"Đã biểu quyết {failed} lần không đạt.",
        f"{failed} votes have failed.",
        "Báo cáo cấp ủy cấp trên xem xét, quyết định.",
        "Refer the matter to the superior committee.",
        mend="refer_to_superior",
    )


def three_votes_failed(s: Situation) -> Refusal | None:
    """Only after three failed votes, on recognition or on removal, does the superior take over."""
    _, body = voting_body(s.state, s.route)
    failed = s.facts.failed_on_membership(body)
    limit = s.rulebook.number("three_failed_votes")
    if failed >= limit:
        return None
    return s.no(
        "three_failed_votes",
        f"Mới có {failed} lần biểu quyết không đạt; đủ {limit} lần mới báo cáo cấp trên quyết định.",
        f"{failed} vote(s) failed so far; only after {limit} does the superior decide.",
        "Tiếp tục biểu quyết ở bước này và ghi kết quả.",
        "Go on voting at this step and record the result.",
    )
