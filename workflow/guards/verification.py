"""Rules of the dossier, its introducers and the verification."""

from workflow import deadlines
from workflow.calendar import add_months, age_in_months
from workflow.facts import RELATION_LABELS, Introducer, Relation
from workflow.guards.base import Refusal, Situation, day_text, papers_there
from workflow.papers import Kind, extra
from workflow.text import Text


def application_papers(s: Situation) -> Refusal | None:
    """Application, CV and introduction are on file (12-HD/BTCTW)."""
    return papers_there(s, "application_papers", "record_papers")


def _is_young(s: Situation) -> bool:
    born = s.facts.birth_date
    return born is not None and age_in_months(born, s.on) <= s.rulebook.number("youth_age")


def introducing_form(s: Situation) -> str | None:
    """The form of the organisation's resolution, or None when two members introduce alone."""
    if s.facts.unit_has_youth_union and s.facts.youth_member and _is_young(s):
        return s.rulebook.form(Kind.YOUTH_RESOLUTION)
    if s.facts.unit_has_trade_union and s.facts.union_member:
        return s.rulebook.form(Kind.UNION_RESOLUTION)
    return None


def organisation_resolution(s: Situation) -> Refusal | None:
    """Where there is a base organisation the candidate belongs to, its resolution is on file and fresh.

    Điều lệ Đảng, art. 4; the nomination of the sourcing stage serves while it is not older than the rule on
    stale dossiers allows. A person of youth age where there is a base Youth Union must be its member.
    """
    facts = s.facts
    if facts.unit_has_youth_union and _is_young(s) and not facts.youth_member:
        return s.no(
            "introducers_with_organisation",
            "Nơi có Đoàn cơ sở, người trong độ tuổi thanh niên phải là đoàn viên.",
            "Where there is a base Youth Union, a person of youth age must be its member.",
            "Kết nạp vào Đoàn trước, rồi sửa thông tin người xin vào Đảng.",
            "Join the Youth Union first, then correct the candidate's data.",
            mend="correct_candidate",
        )
    form = introducing_form(s)
    if form is None:
        return None
    paper = facts.paper_by(form, s.on)
    months = s.rulebook.number("stale_dossier")
    if paper is not None and s.on <= deadlines.months_end(paper.issued_on, months, s.rulebook, s.calendar):
        return None
    title = s.rulebook.form_title(form)
    return s.no(
        "introducers_with_organisation",
        f"{form} {title.vi} " + ("chưa có." if paper is None else f"ngày {day_text(paper.issued_on)} đã quá 12 tháng."),
        f"{form} {title.en} "
        + ("is missing." if paper is None else f"of {day_text(paper.issued_on)} is over 12 months."),
        "Đoàn thể ra nghị quyết giới thiệu, chi bộ ghi số và ngày.",
        "The organisation passes its resolution; the cell records it.",
        mend="record_papers",
    )


def introducers(s: Situation) -> Refusal | None:
    """Enough official members introduce the candidate, each with a paper of their own (Điều lệ Đảng, art. 4)."""
    rule = "introducers_alone" if introducing_form(s) is None else "introducers_with_organisation"
    wanted = s.rulebook.number(rule)
    have = len({s.who(introducer.ref) for introducer in s.facts.introducers})
    if have < wanted:
        return s.no(
            rule,
            f"Cần {wanted} đảng viên chính thức giới thiệu, hiện có {have}.",
            f"{wanted} official member(s) must introduce the candidate; there is/are {have}.",
            "Chi bộ phân công người giới thiệu.",
            "The cell assigns the introducers.",
            mend="assign_introducers",
        )
    form = s.rulebook.form(Kind.INTRODUCTION)
    papers = sum(1 for paper in s.facts.papers if paper.form == form and paper.issued_on <= s.on)
    if papers == 0 or papers >= wanted:  # none at all is said with the other papers
        return None
    return s.no(
        rule,
        f"Có {wanted} người giới thiệu nhưng mới có {papers} giấy giới thiệu ({form}).",
        f"{wanted} members introduce the candidate, but there is/are {papers} paper(s) of theirs ({form}).",
        "Ghi giấy giới thiệu của từng người.",
        "Record the paper of each.",
        mend="record_papers",
    )


def still_introduced(s: Situation) -> Refusal | None:
    """At the vote those who introduced are still enough: one may have been replaced since the verification began."""
    return introducers(s) if s.facts.introducers else None


def replaced(s: Situation, offered: tuple[Introducer, ...]) -> tuple[str, ...]:
    """Whom the replacements among those offered take the place of, in their order; "" for nobody.

    One that names nobody takes the place of the longest known who is left.
    """
    known = [old.ref for old in s.facts.introducers]
    free = [ref for ref in known if all(person.replaces != ref for person in offered)]
    return tuple(
        (person.replaces if person.replaces in known else "") if person.replaces else free.pop(0) if free else ""
        for person in offered
        if person.replacement
    )


def _replacement(s: Situation, offered: tuple[Introducer, ...]) -> Refusal | None:
    """Each new introducer is somebody else, and a replacement takes the place of one who is there."""
    refs = [s.who(person.ref) for person in offered]
    gone = replaced(s, offered)
    if len(set(refs)) < len(refs):
        problem = Text("Một người không giới thiệu hai lần.", "Nobody introduces a candidate twice.")
    elif not s.facts.introducers and any(person.replacement for person in offered):
        problem = Text("Chưa có người giới thiệu nào để thay.", "There is no introducer yet who could be replaced.")
    elif "" in gone or len(set(gone)) < len(gone):
        problem = Text("Chưa chọn thay cho người giới thiệu nào.", "It is not said whom each of them replaces.")
    elif {s.who(ref) for ref in gone} & set(refs):
        problem = Text("Người thay phải là người khác.", "A replacement is somebody else.")
    else:
        return None
    return s.no(
        "introducer_tie",
        problem.vi,
        problem.en,
        "Chọn người giới thiệu, và thay cho ai nếu là phân công thay.",
        "Choose the introducers, and for a replacement whom it replaces.",
        "introducers",
        "assign_introducers",
    )


def introducer_tie(s: Situation) -> Refusal | None:
    """An introducer has worked or studied with the candidate for 12 months (29-QĐ/TW §3.2)."""
    months = s.rulebook.number("introducer_tie")
    offered = s.evidence.introducers if s.evidence else ()
    wrong = _replacement(s, offered)
    if wrong is not None:
        return wrong
    for person in offered or s.facts.introducers:
        if person.replacement or s.facts.moved_in:
            continue
        since = person.together_since
        if since is None:
            return s.no(
                "introducer_tie",
                "Chưa ghi người giới thiệu cùng công tác, sinh hoạt với người xin vào Đảng từ ngày nào.",
                "Since when the introducer has known the candidate at work or home is not recorded.",
                f"Ghi ngày bắt đầu; phải đủ {months} tháng.",
                f"Enter the day; it must be {months} months ago.",
                "introducers" if offered else "",
                "assign_introducers",
            )
        if add_months(since, months) > s.on:
            return s.no(
                "introducer_tie",
                f"Người giới thiệu cùng công tác, sinh hoạt từ {day_text(since)}: chưa đủ {months} tháng.",
                f"The introducer has known the candidate at work or home since {day_text(since)}: not yet {months} months.",
                "Chọn người khác, hoặc đợi đủ thời gian; người được chi bộ phân công thay thì không tính.",
                "Choose another, or wait; a replacement assigned by the cell is exempt.",
                "introducers" if offered else "",
                "assign_introducers",
            )
    return None


_PARENTS = ({Relation.FATHER, Relation.MOTHER}, Text("cha, mẹ hoặc người nuôi dưỡng", "parents or who raised them"))
_IN_LAWS = ({Relation.FATHER_IN_LAW, Relation.MOTHER_IN_LAW}, Text("cha, mẹ vợ hoặc chồng", "parents-in-law"))


def relatives_verified(s: Situation) -> Refusal | None:
    """Those whom the rule names are verified: parents (or who raised them), spouse, parents-in-law, grown children.

    01-HD/TW §3; nobody else may be asked about.
    """
    if not s.rulebook.flag("contents_kept"):  # they stand in the file on paper
        return None
    asked = {Relation(word) for word in s.rulebook.words("verified_persons")}
    relations = {relative.relation for relative in s.facts.relatives}
    missing: list[Text] = []
    if Relation.GUARDIAN not in relations and not (_PARENTS[0] & asked) <= relations:
        missing.append(_PARENTS[1])
    if Relation.SPOUSE in relations and not (_IN_LAWS[0] & asked) <= relations:
        missing.append(_IN_LAWS[1])
    if missing:
        return s.no(
            "verified_persons",
            "Chưa kê khai: " + "; ".join(text.vi for text in missing) + ".",
            "Not listed: " + "; ".join(text.en for text in missing) + ".",
            "Ghi thân nhân cần thẩm tra.",
            "Record the relatives to be verified.",
            mend="record_relatives",
        )
    open_ones = [
        relative for relative in s.facts.relatives
        if relative.relation in asked and (relative.verified_on is None or relative.verified_on > s.on)
    ]  # fmt: skip
    if not open_ones:
        return None
    labels = [RELATION_LABELS[relative.relation] for relative in open_ones]
    return s.no(
        "verified_persons",
        f"Còn {len(open_ones)} thân nhân chưa có kết quả thẩm tra.",
        f"{len(open_ones)} relative(s) still without a result.",
        "Ghi kết quả thẩm tra của từng người; đảng viên đã kê khai đủ thì ghi miễn thẩm tra.",
        "Record the result for each; of a fully declared Party member, that no verification is needed.",
        mend="record_relatives",
        items=tuple(Text(f"Kết quả thẩm tra: {one.vi}", f"Result: {one.en}") for one in labels),
    )


def relatives_asked_about(s: Situation) -> Refusal | None:
    """Nobody but those the rule names may be asked about (01-HD/TW §3)."""
    asked = s.rulebook.words("verified_persons")
    other = next((r for r in (s.evidence.relatives if s.evidence else ()) if r.relation not in asked), None)
    if other is None:
        return None
    label = RELATION_LABELS[other.relation]
    return s.no(
        "verified_persons",
        f"Không thẩm tra người có quan hệ: {label.vi}.",
        f"Not to be verified: {label.en}.",
        f"Bỏ người này khỏi danh sách; chỉ thẩm tra: {', '.join(RELATION_LABELS[Relation(r)].vi.lower() for r in asked)}.",
        f"Take this person off the list; verified are only: "
        f"{', '.join(RELATION_LABELS[Relation(r)].en.lower() for r in asked)}.",
        "relatives",
    )


def relatives_exempt(s: Situation) -> Refusal | None:
    """Only those the rule names need not be verified when they are Party members who are fully declared."""
    exempt = [Relation(word) for word in s.rulebook.words("exempt_relatives")]
    other = next(
        (r for r in (s.evidence.relatives if s.evidence else ()) if r.exempt and r.relation not in exempt), None
    )
    if other is None:
        return None
    label, allowed = RELATION_LABELS[other.relation], [RELATION_LABELS[relation] for relation in exempt]
    return s.no(
        "exempt_relatives",
        f"Không miễn thẩm tra người có quan hệ: {label.vi}, kể cả khi là đảng viên.",
        f"Not exempt from verification, even as a Party member: {label.en}.",
        f"Bỏ dấu miễn thẩm tra và thẩm tra người này; chỉ miễn cho: {', '.join(one.vi.lower() for one in allowed)}.",
        f"Take the mark away and have this person verified; exempt are only: {', '.join(one.en.lower() for one in allowed)}.",
        "relatives",
    )


def cv_after_application(s: Situation) -> Refusal | None:
    """First the application, then the CV (06-HD/TW 3.4)."""
    if not s.rulebook.flag("verification_order"):
        return None
    application, cv = (s.facts.paper_by(s.rulebook.form(kind), s.on) for kind in (Kind.APPLICATION, Kind.CV))
    if application is None or cv is None or cv.issued_on >= application.issued_on:
        return None
    return s.no(
        "verification_order",
        f"Lý lịch ghi ngày {day_text(cv.issued_on)}, trước đơn xin vào Đảng ngày {day_text(application.issued_on)}.",
        f"The CV is dated {day_text(cv.issued_on)}, before the application of {day_text(application.issued_on)}.",
        "Kiểm tra ngày của hai giấy tờ; ghi nhầm thì đính chính, lập sai thì làm lại lý lịch.",
        "Check both dates; correct what was written down wrongly, or have the CV made again.",
        mend="record_papers",
    )


def results_after_start(s: Situation) -> Refusal | None:
    """Answers come after the letters went out, and those when verification began (06-HD/TW 3.4)."""
    if s.evidence is None or s.facts.taken_over or s.facts.moved_in or not s.rulebook.flag("verification_order"):
        return None
    begun = s.facts.verifying_since
    early = [
        person.verified_on for person in s.evidence.relatives
        if person.verified_on is not None and not person.exempt and (begun is None or person.verified_on < begun)
    ]  # fmt: skip
    if not early:
        return None
    if begun is None:
        vi, en = "Chưa bắt đầu thẩm tra nên chưa thể có kết quả.", "Verification has not begun; there is no result yet."
    else:
        vi = f"Kết quả ghi ngày {day_text(min(early))}, trước khi bắt đầu thẩm tra ngày {day_text(begun)}."
        en = f"A result is dated {day_text(min(early))}, before verification began on {day_text(begun)}."
    return s.no(
        "verification_order",
        vi,
        en,
        "Chỉ ghi tên, quan hệ; kết quả ghi sau khi gửi công văn, lý lịch đi thẩm tra.",
        "Enter name and relation; the result is entered after letter and CV went out.",
        "relatives",
        "start_verification" if begun is None else "",
    )


def opinions(s: Situation) -> Refusal | None:
    """The opinions of organisations and of the place of residence are summed up."""
    return papers_there(s, "opinions", "record_papers")


def extra_papers(s: Situation) -> Refusal | None:
    """What is asked for beside the ordinary papers is there: of a private owner, of who moved in."""
    missing = [form for form, _, blocks in extra(s.facts, s.rulebook) if blocks and not s.facts.paper_by(form, s.on)]
    if not missing:
        return None
    rule = next(rule for form, rule, _ in extra(s.facts, s.rulebook) if form == missing[0])
    title = s.rulebook.form_title(missing[0])
    return s.no(
        rule,
        f"Còn thiếu: {missing[0]} {title.vi}.",
        f"Missing: {missing[0]} {title.en}.",
        "Lập hoặc thu giấy tờ còn thiếu, rồi ghi ngày (và số, nếu có) vào hồ sơ.",
        "Make or collect what is missing, then record its date, and its number if it has one.",
        mend="record_papers",
    )
