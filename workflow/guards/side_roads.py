"""Rules of return, extension, suspension, stale dossiers and re-admission."""

from workflow import deadlines
from workflow.calendar import add_months
from workflow.facts import Candidate
from workflow.guards.base import Refusal, Situation, day_text, named
from workflow.guards.verification import introducing_form
from workflow.papers import Kind
from workflow.text import Text

LEAVING_GROUNDS: dict[str, Text] = {
    "removed": Text("Bị xóa tên", "Removed"),
    "left_of_own_accord": Text("Tự bỏ sinh hoạt đảng", "Left of own accord"),
    "asked_to_leave": Text("Làm đơn xin ra khỏi Đảng", "Asked to leave"),
    "serious_disunity": Text("Gây mất đoàn kết nội bộ nghiêm trọng", "Serious disunity"),
    "corruption_sentence": Text("Bị kết án vì tham nhũng", "Sentenced for corruption"),
    "serious_crime": Text("Bị kết án tội nghiêm trọng trở lên", "Sentenced for a serious crime"),
    "minor_offence": Text("Án ít nghiêm trọng đã được xóa án tích", "Minor offence, record cleared"),
}


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
            "Chỉ gia hạn thời hạn quyết định kết nạp, quyết định công nhận và lễ kết nạp, khi thời hạn đó đang chạy.",
            "Only the decisions on admission and recognition and the ceremony are extended, while they run.",
        )
    e = s.evidence
    if e is None or not e.rule or e.days is None:
        return None
    if e.rule not in extendable:
        return s.no(
            "admission_decision_extension",
            "Thời hạn này không chạy hoặc không được gia hạn.",
            "That deadline does not run or cannot be extended.",
            f"Chọn: {'; '.join(s.rulebook.rule(rule).title.vi for rule in sorted(extendable))}.",
            f"Choose: {'; '.join(s.rulebook.rule(rule).title.en for rule in sorted(extendable))}.",
            "rule",
        )
    if s.on > runs[e.rule].due_on and not deadlines.BY_RULE[e.rule].agreed_late:
        due = day_text(runs[e.rule].due_on)
        return s.no(
            deadlines.BY_RULE[e.rule].extension_rule or "",
            f"Thời hạn đã hết ngày {due}: chỉ gia hạn khi còn thời hạn.",
            f"The deadline passed on {due}: it is extended while it runs.",
            "Ghi ngày cấp trên đã đồng ý, nếu sớm hơn; nếu không, quyết định vẫn ghi được nhưng là trễ hạn.",
            "Enter the day the superior agreed if that was earlier; else the decision is still recorded, as late.",
            "happened_on",
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
    """Only a suspended dossier is resumed, on the day it was suspended or later."""
    since = s.facts.suspended_on
    if s.facts.suspended and s.evidence is not None and since is not None and s.on < since:
        return s.no(
            "act_order",
            f"Hồ sơ tạm dừng từ ngày {day_text(since)}, sau ngày {day_text(s.on)}.",
            f"The dossier was suspended on {day_text(since)}, after {day_text(s.on)}.",
            "Kiểm tra lại ngày.",
            "Check the date.",
            "happened_on",
        )
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
    if last is not None and s.on > last:
        return None
    if last is None and s.facts.dossier_made_on is not None:
        return s.no(
            "stale_dossier",
            "Chi bộ đã xét hồ sơ này khi còn hạn nên hồ sơ không quá hạn nữa.",
            "The cell considered this dossier in time: it goes stale no more.",
            "Không phải làm lại giấy tờ theo quy định 12 tháng; ghi bổ sung giấy tờ nếu cần.",
            "Nothing is made again under the rule of 12 months; record further papers if they are needed.",
            mend="record_papers",
        )
    months = s.rulebook.number("stale_dossier")
    return s.no(
        "stale_dossier",
        f"Hồ sơ chưa quá {months} tháng." if last else "Chưa lập hồ sơ.",
        f"The dossier is not older than {months} months." if last else "No dossier was made yet.",
        f"Hồ sơ còn dùng được đến hết {day_text(last)}; chưa phải làm lại." if last else "Lập hồ sơ trước.",
        f"It is good until {day_text(last)}; nothing is made again yet." if last else "Make the dossier first.",
    )


def stale_papers_offered(s: Situation) -> Refusal | None:
    """Making a stale dossier again takes new papers: introduction, resolution, opinions, CV verification."""
    if s.evidence is None:
        return None
    wanted = [s.rulebook.form(kind) for kind in (Kind.INTRODUCTION, Kind.OPINIONS, Kind.CV)]
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
        "Phải làm lại, đề ngày mới: " + "; ".join(named(form, s.rulebook).vi for form in missing) + ".",
        "To be made again, with new dates: " + "; ".join(named(form, s.rulebook).en for form in missing) + ".",
        f"Làm lại sau ngày {day_text(last)}, rồi ghi số và ngày mới của từng giấy tờ." if last else "Ghi từng giấy tờ.",
        f"Make each again after {day_text(last)}, then enter its new number and date." if last else "Record each.",
        "papers",
    )


def readmission_allowed(s: Situation) -> Refusal | None:
    """36 months after leaving (60 after a minor offence), with consent, once, no excluded ground (§3.5)."""
    once = s.rulebook.number("readmission_once")
    if int(s.facts.readmission) + int(s.facts.readmitted) >= once:
        return s.no(
            "readmission_once",
            "Người này đã được lập hồ sơ kết nạp lại."
            if s.facts.readmitted
            else "Người này đã được kết nạp lại một lần.",
            "This person's re-admission was opened already."
            if s.facts.readmitted
            else "This person was already re-admitted once.",
            "Chỉ kết nạp lại một lần: không lập hồ sơ kết nạp lại nữa.",
            "Re-admission is possible once in a life: no other dossier is opened.",
        )
    e = s.evidence
    ground = e.ground if e else ""
    if ground in s.rulebook.words("readmission_excluded"):
        return s.no(
            "readmission_excluded",
            f"Không kết nạp lại: {LEAVING_GROUNDS[ground].vi}.",
            f"Excluded from re-admission: {LEAVING_GROUNDS[ground].en}.",
            "Không lập hồ sơ kết nạp lại, không có ngoại lệ; nếu chọn nhầm lý do thì chọn lại.",
            "No dossier is opened, without exception; choose again if the ground was chosen by mistake.",
            "ground",
        )
    if e is not None and ground and ground not in LEAVING_GROUNDS:
        return s.no(
            "evidence",
            "Lý do ra khỏi Đảng không có trong danh mục.",
            "This ground of leaving is not one of the list.",
            "Chọn lý do: " + "; ".join(text.vi.lower() for text in LEAVING_GROUNDS.values()) + ".",
            "Choose a ground: " + "; ".join(text.en.lower() for text in LEAVING_GROUNDS.values()) + ".",
            "ground",
        )
    rule = "readmission_minor_offence" if ground == "minor_offence" else "readmission"
    months = s.rulebook.number(rule)
    minor = ground == "minor_offence"
    cleared = e.cleared_on if e else None
    if minor and cleared is None:
        return s.no(
            rule,
            "Chưa ghi ngày được xóa án tích.",
            "The day the record was cleared is missing.",
            "Ghi ngày được xóa án tích.",
            "Enter the day the record was cleared.",
            "cleared_on",
        )
    start = cleared if minor else s.facts.left_on
    first = add_months(start, months) if start else None
    if first is None or s.on < first:
        since = Text("được xóa án tích", "the record was cleared") if minor else Text("ra khỏi Đảng", "leaving")
        return s.no(
            rule,
            f"Chưa đủ {months} tháng từ khi {since.vi} ({day_text(start)}).",
            f"Less than {months} months since {since.en} ({day_text(start)}).",
            f"Có thể xét từ ngày {day_text(first)}.",
            f"Possible from {day_text(first)}.",
            "happened_on" if e else "",
        )
    if e is not None and not e.number.strip() and s.rulebook.flag("readmission_consent"):
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


def identity_of_member(s: Situation) -> Refusal | None:
    """Name and birth date of who was admitted are corrected with a paper and the committee's agreement (24-QĐ/TW §6.2.4).

    `renamed` of the evidence says that the name changes; the name itself no rule needs to know.
    """
    e = s.evidence
    if e is None or s.facts.admitted_on is None:
        return None
    candidate = e.candidate or Candidate()
    born = "birth_date" in candidate.clear or candidate.birth_date not in (None, s.facts.birth_date)
    if not (born or e.renamed) or (e.number.strip() and e.agreed_by.strip()):
        return None
    return s.no(
        "member_file",
        "Họ tên, ngày sinh của đảng viên chỉ sửa khi có giấy tờ và cấp ủy đồng ý.",
        "Name and birth date of a member are corrected only with a paper and the committee's agreement.",
        "Ghi số giấy tờ và cấp ủy đã đồng ý.",
        "Enter the number of the paper and which committee agreed.",
        "agreed_by" if e.number.strip() else "number",
    )
