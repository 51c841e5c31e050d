"""Rules of removing a name: grounds, the votes of each body by its own share, and when the superior decides."""

from workflow import deadlines
from workflow.guards.base import Refusal, Situation, day_text
from workflow.guards.voting import deciding_body, quorum, quorum_of_cell
from workflow.roles import ROLE_LABELS, Part, Role
from workflow.route import role_for
from workflow.stages import State
from workflow.text import Text
from workflow.votes import BODY_LABELS, Body, Purpose, needed

REMOVAL_GROUNDS: dict[str, Text] = {
    "absent": Text(
        "3 tháng trong năm không sinh hoạt, không đóng đảng phí, không có lý do chính đáng",
        "3 months in a year without meetings or dues and without good reason",
    ),
    "lost_will": Text("Giảm sút ý chí phấn đấu, đã giáo dục mà không tiến bộ", "Loss of will after education"),
    "not_recognised": Text("Không đủ tư cách công nhận chính thức", "Not fit to be recognised"),
    "card_returned": Text("Trả thẻ hoặc hủy thẻ đảng viên", "Card returned or destroyed"),
    "breach_of_duties": Text("Vi phạm nhiệm vụ đảng viên", "Breach of a member's duties"),
    "no_progress": Text("Đã giáo dục mà không tiến bộ", "No progress after education"),
    "standard_not_met": Text("Không bảo đảm tiêu chuẩn chính trị", "Political standard not met"),
}


def removal_ground(s: Situation) -> Refusal | None:
    """A removal names one of the grounds the rulebook knows; "not recognised" only once the twelve months are over."""
    if s.evidence is None:
        return None
    if s.evidence.ground not in s.rulebook.words("removal_grounds"):
        return s.no(
            "removal_ground",
            "Chưa nêu căn cứ xóa tên.",
            "No ground for removal is named.",
            "Chọn căn cứ theo Điều lệ Đảng, điều 8.",
            "Choose a ground of the statutes, art. 8.",
            "ground",
        )
    end = deadlines.probation_end(s.facts, s.rulebook)
    if s.evidence.ground != "not_recognised" or (end is not None and s.on > end):
        return None
    return s.no(
        "probation",
        f"Chưa hết thời gian dự bị (đến hết {day_text(end)}): chưa xét công nhận thì chưa có căn cứ này.",
        f"The probation lasts until {day_text(end)}: before it nobody is found not fit to be recognised.",
        "Chọn căn cứ khác, hoặc đợi hết 12 tháng.",
        "Choose another ground, or wait for the twelve months.",
        "ground",
    )


def _out_of_votes(s: Situation, body: Body) -> bool:
    return s.facts.failed_votes(body, Purpose.REMOVAL) >= s.rulebook.number("three_failed_votes")


def _gave_up(s: Situation, body: Body) -> bool:
    return _out_of_votes(s, body) or _with_superior(s)


def _with_superior(s: Situation) -> bool:
    """After three failed votes on recognition the superior has it, to recognise or to remove, without votes below."""
    if s.state is not State.RECOGNITION_AWAITING_DECISION:
        return False
    below = (Body.CELL, Body.COMMITTEE) if s.route.has_committee_review else (Body.CELL,)
    limit = s.rulebook.number("three_failed_votes")
    return s.facts.referred or any(s.facts.failed_votes(body, Purpose.RECOGNITION) >= limit for body in below)


def removal_body(s: Situation) -> Body:
    """Whose vote on a removal is next: the cell; the committee, where it votes before another decides; who decides.

    Whoever gave up three times leaves it to the superior, who needs no further vote below (24-QĐ/TW §4.2).
    """
    if _gave_up(s, Body.CELL):
        return deciding_body(s.route)
    if not s.facts.passed(Body.CELL, Purpose.REMOVAL):
        return Body.CELL
    if not s.route.has_committee_review or _gave_up(s, Body.COMMITTEE):
        return deciding_body(s.route)
    return deciding_body(s.route) if s.facts.passed(Body.COMMITTEE, Purpose.REMOVAL) else Body.COMMITTEE


_SHARE: dict[Body, int] = {Body.CELL: 0, Body.COMMITTEE: 1, Body.STANDING_COMMITTEE: 2}


def _share(s: Situation, body: Body) -> str:
    return s.rulebook.words("removal_votes")[_SHARE[body]]


def _majority(s: Situation, body: Body) -> Refusal | None:
    ballot = s.evidence.ballot if s.evidence else None
    if ballot is None:
        return None
    minimum = needed(_share(s, body), ballot.entitled)
    if ballot.entitled > 0 and ballot.in_favour >= minimum:
        return None
    return s.no(
        "removal_votes",
        f"{BODY_LABELS[body].vi}: tán thành xóa tên {ballot.in_favour}/{ballot.entitled}, cần ít nhất {minimum} phiếu.",
        f"{BODY_LABELS[body].en}: {ballot.in_favour} of {ballot.entitled} for removal, {minimum} needed.",
        "Ghi lần biểu quyết không đạt.",
        "Record the failed vote.",
        "in_favour",
        "record_failed_removal_vote",
    )


def removal_cell_majority(s: Situation) -> Refusal | None:
    """The cell proposes a removal by its own share (24-QĐ/TW §8)."""
    return _majority(s, Body.CELL)


def removal_committee_majority(s: Situation) -> Refusal | None:
    """The grass-roots committee endorses a removal by its own share (24-QĐ/TW §8)."""
    return _majority(s, Body.COMMITTEE)


def removal_deciding_majority(s: Situation) -> Refusal | None:
    """The body that decides removes by its own share (24-QĐ/TW §8)."""
    return _majority(s, deciding_body(s.route))


def _votes_left(s: Situation, body: Body) -> Refusal | None:
    if not _out_of_votes(s, body):
        return None
    failed = s.facts.failed_votes(body, Purpose.REMOVAL)
    return s.no(
        "three_failed_votes",
        f"{BODY_LABELS[body].vi} đã biểu quyết xóa tên {failed} lần không đạt.",
        f"{BODY_LABELS[body].en}: {failed} votes for removal have failed.",
        "Báo cáo cấp ủy cấp trên xem xét, quyết định.",
        "Refer the matter to the superior committee.",
        mend="remove",
    )


def removal_cell_votes_left(s: Situation) -> Refusal | None:
    """After three votes of the cell without 2/3 the superior decides (24-QĐ/TW §4.2)."""
    return _votes_left(s, Body.CELL)


def removal_committee_votes_left(s: Situation) -> Refusal | None:
    """After three votes of the committee without 2/3 the superior decides (24-QĐ/TW §4.2)."""
    return _votes_left(s, Body.COMMITTEE)


def removal_attempts_left(s: Situation) -> Refusal | None:
    """Whose vote is next still has one to take."""
    return _votes_left(s, removal_body(s))


def removal_cell_voted(s: Situation) -> Refusal | None:
    """The cell proposed the removal, or its three votes failed and the superior decides."""
    return None if _gave_up(s, Body.CELL) else _voted(s, Body.CELL, "propose_removal")


def removal_committee_voted(s: Situation) -> Refusal | None:
    """The committee agreed where it votes before another decides, unless a body below gave up."""
    if not s.route.has_committee_review or _gave_up(s, Body.CELL) or _gave_up(s, Body.COMMITTEE):
        return None
    return _voted(s, Body.COMMITTEE, "endorse_removal")


def _voted(s: Situation, body: Body, mend: str) -> Refusal | None:
    if s.facts.passed(body, Purpose.REMOVAL):
        return None
    return s.no(
        "removal_votes",
        f"Chưa có biểu quyết xóa tên của: {BODY_LABELS[body].vi}.",
        f"No vote for removal yet by: {BODY_LABELS[body].en}.",
        "Biểu quyết rồi ghi kết quả.",
        "Vote, then record the result.",
        mend=mend,
    )


def removal_vote_failed(s: Situation) -> Refusal | None:
    """A vote on removal recorded as failed did fail, by the share of the body that voted."""
    ballot = s.evidence.ballot if s.evidence else None
    if ballot is None or ballot.in_favour < needed(_share(s, removal_body(s)), ballot.entitled):
        return None
    return s.no(
        "removal_votes",
        f"Tán thành {ballot.in_favour}/{ballot.entitled} là đủ để xóa tên.",
        f"{ballot.in_favour} of {ballot.entitled} is enough for removal.",
        "Ghi biểu quyết thông qua.",
        "Record it as passed.",
        "in_favour",
    )


def removal_quorum(s: Situation) -> Refusal | None:
    """The meeting of the body whose vote is next is valid."""
    return quorum_of_cell(s) if removal_body(s) is Body.CELL else quorum(s)


def removal_recorder(s: Situation) -> Refusal | None:
    """Who keeps the minutes of the body that voted records its failed vote: nobody speaks for another body."""
    body = removal_body(s)
    part = {Body.CELL: Role.CELL_SECRETARY}.get(body) or (
        Role.COMMITTEE_SECRETARY if body is Body.COMMITTEE else role_for(Part.DECIDING_SECRETARY, s.route)
    )
    if part in s.actor.roles:
        return None
    return s.no(
        "actor_role",
        f"Lần biểu quyết này là của {BODY_LABELS[body].vi}; do {ROLE_LABELS[part].vi} ghi.",
        f"This vote is of: {BODY_LABELS[body].en}; recorded by: {ROLE_LABELS[part].en}.",
        f"Báo {ROLE_LABELS[part].vi}.",
        f"Tell the {ROLE_LABELS[part].en}.",
    )


def no_removal_pending(s: Situation) -> Refusal | None:
    """While a removal stands endorsed, recognition is not decided: the removal is decided first."""
    votes = [vote for vote in s.facts.votes if vote.purpose is Purpose.REMOVAL]
    if not votes or not votes[-1].passed:
        return None
    return s.no(
        "act_order",
        "Đang có đề nghị xóa tên chưa quyết định.",
        "A proposed removal waits for its decision.",
        "Quyết định việc xóa tên trước.",
        "Decide the removal first.",
        mend="remove",
    )
