"""Rules of the candidate before the cell: age, schooling, freshness; and of the decision."""

from workflow import deadlines
from workflow.calendar import add_months, age_in_months
from workflow.facts import SCHOOLING_LABELS, Schooling
from workflow.guards.base import Refusal, Situation, day_text
from workflow.papers import Kind
from workflow.text import Text


def age(s: Situation) -> Refusal | None:
    """Full 18 to full 60 years at the cell's vote, counted in months (24-QĐ/TW §1.1).

    Over 60 only with prior written consent of the standing committee directly under the Centre.
    """
    born = s.facts.birth_date
    if born is None and "age" in s.facts.answers:
        return None  # it was right when it was asked, and was erased since
    if born is None:
        return s.no(
            "age_min",
            "Chưa có ngày sinh.",
            "The birth date is missing.",
            "Ghi ngày sinh của người xin vào Đảng.",
            "Record the candidate's birth date.",
            mend="correct_candidate",
        )
    months = age_in_months(born, s.on, s.rulebook.word("age_counts_by"))
    low, high = s.rulebook.number("age_min"), s.rulebook.number("age_max")
    if months < low:
        first = add_months(born, low)
        if s.rulebook.word("age_counts_by") == "month":
            first = first.replace(day=1)
        return s.no(
            "age_min",
            f"Sinh ngày {day_text(born)}: ngày {day_text(s.on)} chưa đủ {low // 12} tuổi.",
            f"Born {day_text(born)}: not yet {low // 12} on {day_text(s.on)}.",
            f"Chi bộ xét từ ngày {day_text(first)}.",
            f"The cell can vote from {day_text(first)}.",
        )
    if months <= high:
        return None
    agreed = s.facts.paper(s.rulebook.form(Kind.CONSENT))
    if agreed is not None and agreed.issued_on <= s.on:
        return None
    return s.no(
        "age_max",
        f"Sinh ngày {day_text(born)}: ngày {day_text(s.on)} đã quá {high // 12} tuổi.",
        f"Born {day_text(born)}: over {high // 12} on {day_text(s.on)}.",
        "Phải có văn bản đồng ý trước của Ban Thường vụ cấp ủy trực thuộc Trung ương (VB-ĐY).",
        "Prior written consent of the standing committee directly under the Centre (VB-ĐY) is needed.",
        mend="record_papers",
    )


_LEVELS = list(Schooling)


def schooling(s: Situation) -> Refusal | None:
    """The schooling the rulebook asks for, certified or completed, or a recorded ground (24-QĐ/TW §1.2; 208-QĐ/TW)."""
    level = s.facts.schooling
    if level is not None and _LEVELS.index(level) >= _LEVELS.index(Schooling(s.rulebook.word("schooling"))):
        return None
    ground = s.facts.schooling_ground
    if ground in s.rulebook.words("schooling_grounds"):
        return _primary(s, ground) if level is None else None
    least = SCHOOLING_LABELS[Schooling(s.rulebook.word("schooling"))]
    proof = _PROOFS[s.rulebook.word("schooling_proof")]
    grounds = [SCHOOLING_GROUNDS[ground] for ground in s.rulebook.words("schooling_grounds")]
    return s.no(
        "schooling",
        f"Chưa ghi nhận {proof.vi} {least.vi.lower()} hoặc căn cứ ngoại lệ.",
        f"No {least.en.lower()} {proof.en} and no ground for an exception are recorded.",
        "Ghi trình độ học vấn, hoặc căn cứ: " + ", ".join(ground.vi.lower() for ground in grounds) + ".",
        "Record the schooling, or the ground: " + ", ".join(ground.en.lower() for ground in grounds) + ".",
        mend="correct_candidate",
    )


def _primary(s: Situation, ground: str) -> Refusal | None:
    if ground not in s.rulebook.words("schooling_grounds_primary"):
        return None
    label = SCHOOLING_GROUNDS[ground]
    return s.no(
        "schooling_grounds_primary",
        f"Căn cứ ngoại lệ “{label.vi}” vẫn đòi hỏi đã học xong tiểu học; chưa ghi trình độ học vấn.",
        f"The ground “{label.en}” still asks for primary schooling; no schooling is recorded.",
        "Ghi trình độ học vấn của người xin vào Đảng.",
        "Record the candidate's schooling.",
        mend="correct_candidate",
    )


_PROOFS = {
    "certified": Text("bằng tốt nghiệp", "certificate"),
    "completed": Text("việc học xong chương trình", "programme completed"),
}
SCHOOLING_GROUNDS: dict[str, Text] = {
    "mountain": Text("Miền núi", "Mountain area"),
    "border": Text("Biên giới", "Border area"),
    "island": Text("Hải đảo", "Island"),
    "ethnic_minority": Text("Dân tộc thiểu số", "Ethnic minority"),
    "very_difficult": Text("Vùng đặc biệt khó khăn", "Very difficult area"),
    "fishermen": Text("Ngư dân (học xong tiểu học)", "Fishermen (primary completed)"),
    "elder": Text("Già làng, trưởng bản", "Elders"),
    "prestige": Text("Người có uy tín", "Persons of prestige"),
}


def not_stale(s: Situation) -> Refusal | None:
    """No more than 12 months after the dossier was made without a cell vote (01-HD/TW §3)."""
    last = deadlines.stale_on(s.facts, s.rulebook, s.calendar)
    if last is None or s.on <= last:
        return None
    return s.no(
        "stale_dossier",
        f"Hồ sơ lập ngày {day_text(s.facts.dossier_made_on)} đã quá 12 tháng (đến hết {day_text(last)}) mà chi bộ chưa xét.",
        f"Made on {day_text(s.facts.dossier_made_on)}, the dossier passed 12 months ({day_text(last)}) without a cell vote.",
        "Làm lại giấy giới thiệu, nghị quyết đoàn thể, ý kiến nhận xét và bổ sung thẩm tra lý lịch.",
        "Make the introduction, the resolution and the opinions again; supplement the verification.",
        mend="redo_stale_papers",
    )
