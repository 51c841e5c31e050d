"""Rules of the dossier, its introducers and the verification."""

from workflow.calendar import add_months, age_in_months
from workflow.facts import Relation
from workflow.guards.base import Refusal, Situation, day_text, papers_there
from workflow.text import Text


def application_papers(s: Situation) -> Refusal | None:
    """Application, CV and introduction are on file (12-HD/BTCTW)."""
    return papers_there(s, "application_papers", "record_papers")


def _is_young(s: Situation) -> bool:
    born = s.facts.birth_date
    return born is not None and age_in_months(born, s.on) <= s.rulebook.number("youth_age")


def introducing_form(s: Situation) -> str | None:
    """The form of the organisation's resolution: 4-KNĐ, 4A-KNĐ, or None when two members introduce alone."""
    if s.facts.unit_has_youth_union and s.facts.youth_member and _is_young(s):
        return "4-KNĐ"
    if s.facts.unit_has_trade_union and s.facts.union_member:
        return "4A-KNĐ"
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
    rule = "introducers_alone" if introducing_form(s) is None else "introducers_with_organisation"
    wanted = s.rulebook.number(rule)
    have = len({introducer.ref for introducer in s.facts.introducers})
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
    offered = s.evidence.introducers if s.evidence else ()
    people = offered or s.facts.introducers
    if any(person.replacement for person in offered) and not s.facts.introducers:
        return s.no(
            "introducer_tie",
            "Chưa có người giới thiệu nào để thay.",
            "There is no introducer yet who could be replaced.",
            "Phân công người giới thiệu lần đầu thì bỏ dấu “thay người giới thiệu”.",
            "For a first introducer, do not tick “replacement”.",
            "introducers",
            "assign_introducers",
        )
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
                "introducers" if offered else "",
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
