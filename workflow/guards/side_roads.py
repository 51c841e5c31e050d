"""Rules of removal, return, extension, suspension and re-admission."""

from workflow import deadlines
from workflow.calendar import add_months
from workflow.guards.base import Refusal, Situation, day_text
from workflow.guards.verification import introducing_form
from workflow.route import Route
from workflow.text import Text
from workflow.votes import BODY_LABELS, Body, Purpose, needed


def removal_ground(s: Situation) -> Refusal | None:
    """A removal names one of the grounds of the Party's statutes, art. 8 (or the refused recognition)."""
    if s.evidence is None or s.evidence.ground in REMOVAL_GROUNDS:
        return None
    return s.no(
        "removal_ground",
        "Chưa nêu căn cứ xóa tên.",
        "No ground for removal is named.",
        "Chọn căn cứ theo Điều lệ Đảng, điều 8.",
        "Choose a ground of the statutes, art. 8.",
        "ground",
    )


REMOVAL_GROUNDS: dict[str, Text] = {
    "absent": Text(
        "3 tháng trong năm không sinh hoạt, không đóng đảng phí, không có lý do chính đáng",
        "3 months in a year without meetings or dues and without good reason",
    ),
    "lost_will": Text("Giảm sút ý chí phấn đấu, đã giáo dục mà không tiến bộ", "Loss of will after education"),
    "not_recognised": Text("Không đủ tư cách công nhận chính thức", "Not fit to be recognised"),
}

LEAVING_GROUNDS: dict[str, Text] = {
    "removed": Text("Bị xóa tên", "Removed"),
    "left_of_own_accord": Text("Tự bỏ sinh hoạt đảng", "Left of own accord"),
    "asked_to_leave": Text("Làm đơn xin ra khỏi Đảng", "Asked to leave"),
    "serious_disunity": Text("Gây mất đoàn kết nội bộ nghiêm trọng", "Serious disunity"),
    "corruption_sentence": Text("Bị kết án vì tham nhũng", "Sentenced for corruption"),
    "serious_crime": Text("Bị kết án tội nghiêm trọng trở lên", "Sentenced for a serious crime"),
    "minor_offence": Text("Án ít nghiêm trọng đã được xóa án tích", "Minor offence, record cleared"),
}

SCHOOLING_GROUNDS: dict[str, Text] = {
    "mountain": Text("Miền núi", "Mountain area"),
    "border": Text("Biên giới", "Border area"),
    "island": Text("Hải đảo", "Island"),
    "ethnic_minority": Text("Dân tộc thiểu số", "Ethnic minority"),
    "very_difficult": Text("Vùng đặc biệt khó khăn", "Very difficult area"),
}


def removal_majority(s: Situation) -> Refusal | None:
    """Removal: cell and committee by 2/3, standing committee by more than half (24-QĐ/TW §8)."""
    ballot = s.evidence.ballot if s.evidence else None
    if ballot is None:
        return None
    shares = s.rulebook.words("removal_votes")
    cell, committee = s.facts.passed(Body.CELL, Purpose.REMOVAL), s.facts.passed(Body.COMMITTEE, Purpose.REMOVAL)
    step = 0 if not cell else 1 if s.route is not Route.GRASSROOTS_CELL and not committee else 2
    minimum = needed(shares[step], ballot.entitled)
    if ballot.entitled > 0 and ballot.in_favour >= minimum:
        return None
    return s.no(
        "removal_votes",
        f"Tán thành xóa tên {ballot.in_favour}/{ballot.entitled}, cần ít nhất {minimum} phiếu.",
        f"{ballot.in_favour} of {ballot.entitled} for removal, {minimum} needed.",
        "Ghi lần biểu quyết không đạt.",
        "Record the failed vote.",
        "in_favour",
    )


def removal_cell_voted(s: Situation) -> Refusal | None:
    """The cell proposed the removal, or its three votes failed and the superior decides."""
    return _removal_voted(s, Body.CELL, "propose_removal")


def removal_committee_voted(s: Situation) -> Refusal | None:
    """The grass-roots committee agreed, where there is one."""
    if s.route is Route.GRASSROOTS_CELL:
        return None
    return _removal_voted(s, Body.COMMITTEE, "endorse_removal")


def removal_votes_left(s: Situation) -> Refusal | None:
    """After three votes without 2/3 for removal the superior decides (24-QĐ/TW §4.2)."""
    failed = s.facts.failed_votes(removal_body(s), Purpose.REMOVAL)
    if failed < s.rulebook.number("three_failed_votes"):
        return None
    return s.no(
        "three_failed_votes",
        f"Đã biểu quyết xóa tên {failed} lần không đủ 2/3.",
        f"{failed} votes for removal have failed to reach 2/3.",
        "Báo cáo cấp ủy cấp trên xem xét, quyết định.",
        "Refer the matter to the superior committee.",
        mend="remove",
    )


def removal_body(s: Situation) -> Body:
    """The body whose vote on a removal is next: the cell, then the committee where there is one."""
    committee_next = s.facts.passed(Body.CELL, Purpose.REMOVAL) and s.route is not Route.GRASSROOTS_CELL
    return Body.COMMITTEE if committee_next else Body.CELL


def _removal_voted(s: Situation, body: Body, mend: str) -> Refusal | None:
    failed = s.facts.failed_votes(body, Purpose.REMOVAL)
    if s.facts.passed(body, Purpose.REMOVAL) or failed >= s.rulebook.number("three_failed_votes"):
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
    """A vote on removal recorded as failed did fail, and there is still a vote to take."""
    ballot = s.evidence.ballot if s.evidence else None
    if ballot is None:
        return None
    if ballot.in_favour < needed(s.rulebook.words("removal_votes")[0], ballot.entitled):
        return None
    return s.no(
        "removal_votes",
        f"Tán thành {ballot.in_favour}/{ballot.entitled} là đủ để đề nghị xóa tên.",
        f"{ballot.in_favour} of {ballot.entitled} is enough for removal.",
        "Ghi biểu quyết thông qua.",
        "Record it as passed.",
        "in_favour",
    )


def return_target(s: Situation) -> Refusal | None:
    """A dossier is returned to an earlier step of the same half of its road; another step is another return."""
    if s.evidence is None:
        return None
    if s.evidence.return_to is not None and s.dest is not None and s.evidence.return_to is not s.dest:
        return s.no(
            "act_order",
            "Bước nhận lại hồ sơ không đính chính được: hồ sơ đã ở bước đó từ ngày ấy.",
            "The step a dossier was returned to is not corrected: it has stood there since.",
            "Trả hồ sơ một lần nữa về đúng bước.",
            "Return the dossier once more, to the right step.",
            "return_to",
            "return_for_correction",
        )
    if s.evidence.return_to is not None:
        return None
    return s.no(
        "evidence",
        "Chưa chọn bước phải sửa.",
        "The step that must mend it is not chosen.",
        "Chọn bước nhận lại hồ sơ.",
        "Choose the step that takes the dossier back.",
        "return_to",
    )


def extension_possible(s: Situation) -> Refusal | None:
    """An extension names a deadline that runs and may be extended, and keeps to its limit."""
    runs = {d.rule: d for d in deadlines.running(s.state, s.facts, s.rulebook, s.calendar)} if s.state else {}
    extendable = {rule for rule in runs if deadlines.BY_RULE[rule].extension_rule}
    if not extendable:
        return s.no(
            "admission_decision_extension",
            "Không có thời hạn nào đang chạy mà được gia hạn.",
            "No deadline is running that may be extended.",
            "Chỉ gia hạn quyết định và lễ kết nạp.",
            "Only decisions and the ceremony can be extended.",
        )
    e = s.evidence
    if e is None or not e.rule or e.days is None:
        return None
    if e.rule not in extendable:
        return s.no(
            "admission_decision_extension",
            "Thời hạn này không chạy hoặc không được gia hạn.",
            "That deadline does not run or cannot be extended.",
            "Chọn thời hạn đang chạy.",
            "Choose a running deadline.",
            "rule",
        )
    key = deadlines.BY_RULE[e.rule].extension_rule or ""
    limit = s.rulebook.number(key)
    already = s.facts.extension(e.rule)
    if limit and already + e.days > limit:
        return s.no(
            key,
            f"Gia hạn {already + e.days} ngày làm việc, nhiều nhất là {limit}.",
            f"{already + e.days} working days of extension; at most {limit} are allowed.",
            f"Còn có thể gia hạn {max(limit - already, 0)} ngày.",
            f"{max(limit - already, 0)} more day(s) are possible.",
            "days",
        )
    return None


def is_suspended(s: Situation) -> Refusal | None:
    """Only a suspended dossier is resumed."""
    if s.facts.suspended:
        return None
    return s.no(
        "act_order",
        "Hồ sơ không tạm dừng.",
        "The dossier is not suspended.",
        "Không cần làm gì.",
        "Nothing to do.",
    )


def is_stale(s: Situation) -> Refusal | None:
    """Papers are made again only when the dossier went stale."""
    last = deadlines.stale_on(s.facts, s.rulebook, s.calendar)
    if last is not None and s.on > last and s.facts.cell_resolution_on is None:
        return None
    return s.no(
        "stale_dossier",
        "Hồ sơ chưa quá 12 tháng.",
        "The dossier is not older than 12 months.",
        f"Có thể dùng đến hết {day_text(last)}." if last else "Chưa lập hồ sơ.",
        f"It is good until {day_text(last)}." if last else "No dossier was made yet.",
    )


def stale_papers_offered(s: Situation) -> Refusal | None:
    """Making a stale dossier again takes new papers: introduction, resolution, opinions, CV verification."""
    if s.evidence is None:
        return None
    wanted = ["3-KNĐ", "5-KNĐ", "2-KNĐ"]
    own = introducing_form(s)
    if own is not None:
        wanted.append(own)
    last = deadlines.stale_on(s.facts, s.rulebook, s.calendar)
    offered = {p.form for p in s.evidence.papers if last is None or p.issued_on > last}
    missing = [form for form in wanted if form not in offered]
    if not missing:
        return None
    return s.no(
        "stale_dossier",
        "Phải làm lại, đề ngày mới: " + ", ".join(missing) + ".",
        "To be made again, with new dates: " + ", ".join(missing) + ".",
        "Ghi số và ngày mới của từng giấy tờ.",
        "Enter the new number and date of each.",
        "papers",
    )


def readmission_allowed(s: Situation) -> Refusal | None:
    """36 months after leaving (60 after a minor offence), with consent, once, no excluded ground (§3.5)."""
    if s.facts.readmission:
        return s.no(
            "readmission_once",
            "Người này đã được kết nạp lại một lần.",
            "This person was already re-admitted once.",
            "Chỉ kết nạp lại một lần.",
            "Re-admission is possible once in a life.",
        )
    e = s.evidence
    ground = e.ground if e else ""
    if ground in s.rulebook.words("readmission_excluded"):
        return s.no(
            "readmission_excluded",
            f"Không kết nạp lại: {LEAVING_GROUNDS[ground].vi}.",
            f"Excluded from re-admission: {LEAVING_GROUNDS[ground].en}.",
            "Không có ngoại lệ.",
            "There is no exception.",
            "ground",
        )
    rule = "readmission_minor_offence" if ground == "minor_offence" else "readmission"
    months = s.rulebook.number(rule)
    first = add_months(s.facts.left_on, months) if s.facts.left_on else None
    if first is None or s.on < first:
        return s.no(
            rule,
            f"Chưa đủ {months} tháng từ khi ra khỏi Đảng ({day_text(s.facts.left_on)}).",
            f"Less than {months} months since leaving ({day_text(s.facts.left_on)}).",
            f"Có thể xét từ ngày {day_text(first)}.",
            f"Possible from {day_text(first)}.",
            "happened_on" if e else "",
        )
    if e is not None and not e.number.strip():
        return s.no(
            "readmission_consent",
            "Chưa có văn bản đồng ý của Ban Thường vụ cấp tỉnh.",
            "The provincial standing committee's written consent is missing.",
            "Ghi số văn bản đồng ý.",
            "Enter the number of the consent.",
            "number",
        )
    return None


def follow_up_over(s: Situation) -> Refusal | None:
    """A dossier is closed when the follow-up after recognition is over: after its last day."""
    last = deadlines.follow_up_end(s.facts, s.rulebook)
    if last is not None and s.on > last:
        return None
    return s.no(
        "follow_up",
        f"Thời gian theo dõi sau công nhận đến hết ngày {day_text(last)}.",
        f"The follow-up after recognition lasts until {day_text(last)}.",
        f"Khép hồ sơ sau ngày {day_text(last)}.",
        f"Close the dossier after {day_text(last)}.",
        "happened_on" if s.evidence else "",
    )
