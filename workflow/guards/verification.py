"""Rules of the dossier, its introducers and the verification."""

from workflow.calendar import add_months, age_in_months
from workflow.facts import Relation
from workflow.guards.base import Refusal, Situation, day_text, papers_there
from workflow.text import Text


def application_papers(s: Situation) -> Refusal | None:
    """Application, CV and introduction are on file (12-HD/BTCTW)."""
    missing = [form for form in s.rulebook.words("application_papers") if s.facts.paper(form) is None]
    if not missing:
        return None
    return s.no(
        "application_papers",
        "Còn thiếu: " + "; ".join(f"{f} {s.rulebook.form_title(f).vi}" for f in missing) + ".",
        "Missing: " + "; ".join(f"{f} {s.rulebook.form_title(f).en}" for f in missing) + ".",
        "Bí thư chi bộ ghi số, ngày của giấy tờ.",
        "The cell secretary records the papers.",
        mend="record_papers",
    )


def organisation_resolution(s: Situation) -> Refusal | None:
    """Where there is a base organisation the candidate belongs to, its resolution is on file and fresh.

    Điều lệ Đảng, art. 4; the nomination of the sourcing stage serves while it is not older than the rule on
    stale dossiers allows. A person of youth age where there is a base Youth Union must be its member.
    """
    facts = s.facts
    born = facts.birth_date
    limit = s.rulebook.number("youth_age")
    young = born is not None and age_in_months(born, s.on) <= limit
    if facts.unit_has_youth_union and young and not facts.youth_member:
        return s.no(
            "introducers_with_organisation",
            "Nơi có Đoàn cơ sở, người trong độ tuổi thanh niên phải là đoàn viên.",
            "Where there is a base Youth Union, a person of youth age must be its member.",
            "Kết nạp vào Đoàn trước, rồi sửa thông tin người xin vào Đảng.",
            "Join the Youth Union first, then correct the candidate's data.",
            mend="correct_candidate",
        )
    if facts.unit_has_youth_union and young:
        form = "4-KNĐ"
    elif facts.unit_has_trade_union and facts.union_member:
        form = "4A-KNĐ"
    else:
        return None
    paper = facts.paper(form)
    oldest = add_months(s.on, -s.rulebook.number("stale_dossier"))
    if paper is not None and paper.issued_on >= oldest:
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
    """Enough official members introduce the candidate (Điều lệ Đảng, art. 4)."""
    facts = s.facts
    by_organisation = (facts.unit_has_youth_union and facts.youth_member) or (
        facts.unit_has_trade_union and facts.union_member
    )
    rule = "introducers_with_organisation" if by_organisation else "introducers_alone"
    wanted = s.rulebook.number(rule)
    have = len({introducer.ref for introducer in facts.introducers})
    if have >= wanted:
        return None
    return s.no(
        rule,
        f"Cần {wanted} đảng viên chính thức giới thiệu, hiện có {have}.",
        f"{wanted} official member(s) must introduce the candidate; there is/are {have}.",
        "Chi bộ phân công người giới thiệu.",
        "The cell assigns the introducers.",
        mend="assign_introducers",
    )


def introducer_tie(s: Situation) -> Refusal | None:
    """An introducer has worked or studied with the candidate for 12 months (29-QĐ/TW §3.2)."""
    months = s.rulebook.number("introducer_tie")
    people = s.evidence.introducers if s.evidence and s.evidence.introducers else s.facts.introducers
    for person in people:
        if person.replacement:
            continue
        since = person.together_since
        if since is None or add_months(since, months) > s.on:
            return s.no(
                "introducer_tie",
                f"Người giới thiệu cùng công tác từ {day_text(since)}: chưa đủ {months} tháng.",
                f"The introducer has worked with the candidate since {day_text(since)}: not yet {months} months.",
                "Chọn người khác, hoặc đợi đủ thời gian; người được chi bộ phân công thay thì không tính.",
                "Choose another, or wait; a replacement assigned by the cell is exempt.",
                "introducers" if s.evidence and s.evidence.introducers else "",
                "assign_introducers",
            )
    return None


def verifier_independent(s: Situation) -> Refusal | None:
    """Who introduces a candidate does not verify."""
    if not s.actor.ref or all(person.ref != s.actor.ref for person in s.facts.introducers):
        return None
    return s.no(
        "separation_of_duties",
        "Người giới thiệu không được thẩm tra chính người mình giới thiệu.",
        "Who introduces a candidate does not verify.",
        "Một người khác của văn phòng cấp ủy thẩm tra.",
        "Another officer verifies.",
    )


def relatives_verified(s: Situation) -> Refusal | None:
    """Parents (or who raised them), spouse, parents-in-law and grown children are verified (01-HD/TW §3)."""
    relations = {relative.relation for relative in s.facts.relatives}
    missing: list[Text] = []
    if Relation.GUARDIAN not in relations and not {Relation.FATHER, Relation.MOTHER} <= relations:
        missing.append(Text("cha, mẹ hoặc người nuôi dưỡng", "parents or who raised them"))
    if Relation.SPOUSE in relations and not {Relation.FATHER_IN_LAW, Relation.MOTHER_IN_LAW} <= relations:
        missing.append(Text("cha, mẹ vợ hoặc chồng", "parents-in-law"))
    if missing:
        return s.no(
            "verified_persons",
            "Chưa kê khai: " + "; ".join(text.vi for text in missing) + ".",
            "Not listed: " + "; ".join(text.en for text in missing) + ".",
            "Ghi thân nhân cần thẩm tra.",
            "Record the relatives to be verified.",
            mend="record_relatives",
        )
    open_ones = sum(1 for relative in s.facts.relatives if relative.verified_on is None)
    if open_ones == 0:
        return None
    return s.no(
        "verified_persons",
        f"Còn {open_ones} thân nhân chưa có kết quả thẩm tra.",
        f"{open_ones} relative(s) still without a result.",
        "Ghi kết quả thẩm tra của từng người.",
        "Record the result for each.",
        mend="record_relatives",
    )


def opinions(s: Situation) -> Refusal | None:
    """The opinions of organisations and of the place of residence are summed up in 5-KNĐ."""
    return papers_there(s, "opinions", "record_papers")


def concluded_by_other(s: Situation) -> Refusal | None:
    """Who verified does not conclude."""
    if not s.actor.ref or s.facts.verifier != s.actor.ref:
        return None
    return s.no(
        "separation_of_duties",
        "Người thẩm tra không được tự kết luận.",
        "Who verified does not conclude.",
        "Bí thư cấp ủy (người khác) kết luận.",
        "The secretary (another person) concludes.",
    )
