"""Rules of the source list and the nomination."""

from workflow.calendar import age_in_months
from workflow.facts import Source
from workflow.guards.base import Refusal, Situation, day_text
from workflow.guards.voting import majority
from workflow.roles import ROLE_LABELS, Role
from workflow.stages import State
from workflow.text import Text
from workflow.votes import Body


def consent(s: Situation) -> Refusal | None:
    """The candidate agreed to be recorded (Luật 91/2025/QH15)."""
    agreed = s.facts.consented or (s.evidence is not None and s.evidence.consented)
    if agreed or s.evidence is None or not s.rulebook.flag("consent_note"):
        return None
    return s.no(
        "consent_note",
        "Chưa ghi nhận sự đồng ý của người được giới thiệu.",
        "The candidate's consent is not recorded.",
        "Hỏi ý kiến người đó rồi đánh dấu ô đồng ý.",
        "Ask the person, then tick the consent box.",
        "consented",
    )


def from_organisation(s: Situation) -> Refusal | None:
    """Only a candidate of the Youth Union or the trade union is nominated by it."""
    if s.facts.source is not Source.OTHER:
        return None
    if _is_member(s):
        return _source_is_wrong(s, "nomination")
    return s.no(
        "nomination",
        "Nguồn này không thuộc Đoàn thanh niên hay công đoàn nên không có nghị quyết giới thiệu.",
        "This candidate belongs to neither organisation, so there is no nomination.",
        "Chi bộ đưa thẳng vào danh sách cảm tình Đảng.",
        "The cell lists the candidate directly.",
        mend="accept_to_list",
    )


def nominating_role(s: Situation) -> Refusal | None:
    """The organisation of the source nominates: the Youth Union its members, the trade union its own."""
    own = Role.YOUTH_OFFICER if s.facts.source is Source.YOUTH_UNION else Role.UNION_OFFICER
    if s.facts.source is Source.OTHER or own in s.actor.roles:
        return None
    return s.no(
        "actor_role",
        f"Nguồn này do {ROLE_LABELS[own].vi} giới thiệu.",
        f"This candidate is nominated by: {ROLE_LABELS[own].en}.",
        f"Báo {ROLE_LABELS[own].vi}.",
        f"Tell the {ROLE_LABELS[own].en}.",
    )


def youth_age(s: Situation) -> Refusal | None:
    """The Youth Union introduces people of youth age."""
    born = s.facts.birth_date
    limit = s.rulebook.number("youth_age")
    if s.facts.source is not Source.YOUTH_UNION or "youth_age" in s.facts.answers:
        return None
    if born is None:
        return s.no(
            "youth_age",
            "Chưa có ngày sinh nên chưa biết còn tuổi đoàn viên hay không.",
            "Without a birth date it is not known whether the candidate is of Youth Union age.",
            "Ghi ngày sinh của người được giới thiệu.",
            "Record the candidate's birth date.",
            mend="correct_candidate",
        )
    if age_in_months(born, s.on) <= limit:
        return None
    return s.no(
        "youth_age",
        f"Sinh ngày {day_text(born)}: đã quá tuổi đoàn viên ({limit // 12} tuổi).",
        f"Born {day_text(born)}: past Youth Union age ({limit // 12}).",
        "Sửa nguồn giới thiệu: công đoàn hoặc nguồn khác.",
        "Correct the source: trade union or other.",
        mend="correct_candidate",
    )


def nomination_vote(s: Situation) -> Refusal | None:
    """The executive (or the whole base branch) passes the resolution."""
    return majority(s, "nomination", Body.UNION_EXECUTIVE, _VOTE_AGAIN)


_VOTE_AGAIN = Text(
    "Chưa đủ phiếu để ra nghị quyết; đoàn thể biểu quyết lại ở phiên họp khác rồi ghi.",
    "Not enough for a resolution; the organisation votes again at another meeting, then records it.",
)


def neither_organisation(s: Situation) -> Refusal | None:
    """Straight from source to list goes only who belongs to neither organisation, whatever the source says."""
    if s.state is not State.SOURCED:
        return None
    if s.facts.source is Source.OTHER and _is_member(s):
        return _source_is_wrong(s, "direct_listing")
    if s.facts.source is not Source.OTHER or not s.rulebook.flag("direct_listing"):
        return _not_directly(s)
    return None


def _is_member(s: Situation) -> bool:
    facts = s.facts
    young = facts.birth_date is None or age_in_months(facts.birth_date, s.on) <= s.rulebook.number("youth_age")
    in_youth_union = facts.youth_member and facts.unit_has_youth_union and young
    return in_youth_union or (facts.union_member and facts.unit_has_trade_union)


def _source_is_wrong(s: Situation, rule: str) -> Refusal:
    """Whoever is a member is put forward by the organisation; the source says who that is."""
    return s.no(
        rule,
        "Người này là đoàn viên thanh niên hoặc đoàn viên công đoàn của đơn vị nhưng nguồn giới thiệu ghi là “khác”.",
        "This person is a member of the unit's Youth Union or trade union, but the source says other.",
        "Sửa nguồn giới thiệu thành Đoàn thanh niên hoặc công đoàn, rồi đoàn thể ghi nghị quyết giới thiệu.",
        "Correct the source to Youth Union or trade union; the organisation then records its resolution.",
        mend="correct_candidate",
    )


def _not_directly(s: Situation) -> Refusal:
    return s.no(
        "direct_listing",
        "Nguồn do đoàn thể quản lý phải có nghị quyết giới thiệu trước.",
        "A candidate of an organisation is nominated first.",
        "Đoàn thanh niên hoặc công đoàn ghi nghị quyết giới thiệu.",
        "The Youth Union or trade union records its resolution.",
        mend="nominate",
    )


def candidate_known(s: Situation) -> Refusal | None:
    """Nobody stands on the source list without a birth date that can be theirs (domain.md §2)."""
    candidate = s.evidence.candidate if s.evidence else None
    if candidate is None:
        return None
    born = candidate.birth_date
    if born is not None and born < s.on and s.on.year - born.year <= _OLDEST:
        return None
    return s.no(
        "evidence",
        "Chưa có ngày sinh." if born is None else f"Ngày sinh {day_text(born)} không thể đúng.",
        "The birth date is missing." if born is None else f"The birth date {day_text(born)} cannot be right.",
        "Ghi ngày sinh của người được giới thiệu.",
        "Enter the candidate's birth date.",
        "birth_date",
    )


_OLDEST = 120
"""Nobody is older, in years."""
