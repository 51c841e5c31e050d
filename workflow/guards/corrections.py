"""Rules of putting right what was recorded (domain.md §4): corrections, and taking back one's own last act."""

from workflow.guards.base import Refusal, Situation
from workflow.roles import ROLE_LABELS, Role

OF_RECORDS = frozenset({"act_order", "evidence", "vote_count"})
"""Rules of what a record may say at all: no ground makes up for a day that has not come or votes that do not add up.

Against other rules something may truly have happened; then it is recorded as it was, with a ground.
"""


def correction_allowed(s: Situation) -> Refusal | None:
    """Some acts are not corrected but done again; a correction says something new."""
    about = s.about
    if about is None:
        return None
    if about.never is not None:
        return s.no(
            "act_order",
            f"Không đính chính “{about.label.vi}”.",
            f"“{about.label.en}” is not corrected.",
            about.never.vi,
            about.never.en,
            "event",
        )
    if about.changes:
        return None
    return s.no(
        "evidence",
        "Nội dung đính chính giống hệt nội dung đã ghi.",
        "The correction says the same as what was recorded.",
        "Sửa chỗ ghi sai rồi gửi lại.",
        "Change what is wrong, then send it again.",
        "event",
    )


def correction_competent(s: Situation) -> Refusal | None:
    """Who may do the act, or the office of the organisation, corrects it; a touched decision only who signs them."""
    return None if s.about is None else _held_by(s, s.about.recorders)


def proposal_competent(s: Situation) -> Refusal | None:
    """Who may do the act, an office that prepares it or who signs proposes its correction."""
    return None if s.about is None else _held_by(s, s.about.proposers)


def _held_by(s: Situation, wanted: tuple[Role, ...]) -> Refusal | None:
    if not wanted or any(role in s.actor.roles for role in wanted):
        return None
    vi = " hoặc ".join(ROLE_LABELS[role].vi for role in wanted)
    en = " or ".join(ROLE_LABELS[role].en for role in wanted)
    return s.no(
        "actor_role",
        f"Việc này do {vi} đính chính.",
        f"This is corrected by: {en}.",
        f"Báo {vi} của đơn vị.",
        f"Tell the unit's {en}.",
    )


def correction_right(s: Situation) -> Refusal | None:
    """What takes the place of a record could be recorded: its day has come, its votes add up, nothing is left out."""
    return s.about.wrong[0] if s.about is not None and s.about.wrong else None


def correction_by_two(s: Situation) -> Refusal | None:
    """What touches a decision is proposed by one person and recorded by another (domain.md §4, `correct_record`)."""
    about, prepared = s.about, s.facts.correction
    if about is None or not about.touches_decision:
        return None
    if prepared is None or not _is_prepared(s):
        return s.no(
            "separation_of_duties",
            "Đính chính này đụng tới một quyết định: phải có người trình, rồi người khác ghi.",
            "This correction touches a decision: one person proposes it, another records it.",
            "Trình đính chính; người thứ hai xem lại và ghi.",
            "Propose the correction; a second person looks at it and records it.",
            mend="prepare_correction",
        )
    if is_second(s):
        return None
    return s.no(
        "separation_of_duties",
        "Người trình đính chính không tự ghi đính chính đó.",
        "Who proposed the correction does not record it.",
        "Một người khác có thẩm quyền ghi.",
        "Another person who may do so records it.",
    )


def is_second(s: Situation) -> bool:
    """Whether whoever asks is another person than who proposed the correction, by either for whom they act."""
    prepared = s.facts.correction
    if prepared is None:
        return False
    proposed = {s.who(ref) for ref in (prepared.by, prepared.behalf) if ref}
    return not proposed.intersection(s.who(ref) for ref in (s.actor.ref, s.behalf) if ref)


def _is_prepared(s: Situation) -> bool:
    """Whether just this correction was proposed before."""
    prepared = s.facts.correction
    if prepared is None or s.about is None or s.evidence is None:
        return False
    return (prepared.event, prepared.content) == (s.about.seq, s.evidence.content)


def correction_needs_two(s: Situation) -> Refusal | None:
    """Only what touches a decision waits for a second person, and once it does it is recorded, not proposed again."""
    if s.about is not None and _is_prepared(s):
        return s.no(
            "separation_of_duties",
            "Đính chính này đã được trình và đang chờ người thứ hai ghi.",
            "This correction was proposed already and waits for a second person to record it.",
            "Người thứ hai có thẩm quyền xem lại và ghi.",
            "A second person who may do so looks at it and records it.",
            mend="correct_record",
        )
    if s.about is None or s.about.touches_decision:
        return None
    return s.no(
        "act_order",
        "Đính chính này không cần người thứ hai.",
        "This correction needs no second person.",
        "Ghi đính chính.",
        "Record the correction.",
        mend="correct_record",
    )


def correction_waits(s: Situation) -> Refusal | None:
    """A correction is declined that somebody proposed."""
    if s.facts.correction is not None:
        return None
    return s.no(
        "act_order",
        "Không có đính chính nào đang chờ người thứ hai.",
        "No correction waits for a second person.",
        "Việc ghi sai thì trình đính chính.",
        "What is wrong is proposed for correction.",
    )


def declined_by_another(s: Situation) -> Refusal | None:
    """Who proposed a correction does not decide on it either way: they take it back, or propose another."""
    prepared = s.facts.correction
    if prepared is None or s.who(prepared.by) != s.who(s.actor.ref):
        return None
    return s.no(
        "separation_of_duties",
        "Người trình đính chính không tự quyết định về đính chính đó.",
        "Who proposed the correction does not decide on it.",
        "Trình sai thì hoàn tác trong ngày, hoặc trình đính chính khác thay vào.",
        "If it is wrong, take it back within the day, or propose another in its place.",
        mend="prepare_correction",
    )


def correction_grounded(s: Situation) -> Refusal | None:
    """Later acts that the rules would not allow any more stay, but with a ground."""
    about = s.about
    if about is None or not about.refused or (s.evidence is not None and s.evidence.kept_because.strip()):
        return None
    vi = "; ".join(text.vi for text in about.refused)
    en = "; ".join(text.en for text in about.refused)
    return s.no(
        "evidence",
        f"Sau đính chính, những việc này không còn đúng quy tắc: {vi}",
        f"After the correction these acts would be against the rules: {en}",
        "Các việc đó vẫn giữ nguyên; ghi căn cứ vì sao vẫn giữ.",
        "They stay as they are; say on what ground.",
        "kept_because",
    )


def own_last_act(s: Situation) -> Refusal | None:
    """Within the day, and before anybody acted after, the doer takes back the own last act (domain.md §4, `undo`)."""
    last = s.facts.last
    if last is None:
        return s.no(
            "act_order",
            "Không có việc nào để hoàn tác.",
            "There is nothing to take back.",
            "Việc ghi sai thì đính chính.",
            "What is wrong is corrected instead.",
        )
    if last.by != s.actor.ref or not s.actor.ref:
        return s.no(
            "actor_role",
            "Việc gần nhất do người khác ghi.",
            "The last act was recorded by somebody else.",
            "Người đã ghi việc đó hoàn tác trong ngày, hoặc đính chính.",
            "Who recorded it takes it back within the day, or it is corrected.",
        )
    if last.on != s.today:
        return s.no(
            "act_order",
            "Chỉ hoàn tác được trong ngày ghi.",
            "An act is taken back only on the day it was recorded.",
            "Ghi đính chính.",
            "Record a correction.",
        )
    if last.undoable:
        return None
    return s.no(
        "act_order",
        "Việc vừa ghi không hoàn tác được: đã ký, đã báo ra ngoài, hoặc đã mở hồ sơ khác.",
        "The last act cannot be taken back: it was signed, told to others, or opened another dossier.",
        "Ghi đính chính.",
        "Record a correction.",
    )
