"""Rules of requests: who may send them, about whom, and what an answer must say."""

from workflow.asking import CANDIDATE, Asked, Outcome, Request
from workflow.facts import RELATION_LABELS
from workflow.guards.base import Refusal, Situation, day_text
from workflow.roles import ROLE_LABELS, Part
from workflow.route import role_for
from workflow.stages import State
from workflow.text import Text
from workflow.verifying import to_verify, verified_relations

_DATE_FIX = Text("Kiểm tra lại ngày.", "Check the date.")


def _asked(s: Situation) -> Asked | None:
    nr = s.evidence.asked if s.evidence else None
    return next((one for one in s.facts.asked if one.nr == nr), None)


def _request(s: Situation) -> Request | None:
    if s.evidence is None:
        return None
    asked = _asked(s)
    return s.evidence.request or (asked.request if asked else None)


def request_competent(s: Situation) -> Refusal | None:
    """A verification is the office's; the cell committee gathers opinions (domain.md §5, 5-KNĐ and 12-KNĐ)."""
    request, office = _request(s), role_for(Part.ORGANISATION_OFFICER, s.route)
    if request is None or request.giver is not None or office in s.actor.roles:
        return None
    label = ROLE_LABELS[office]
    return s.no(
        "actor_role",
        f"Yêu cầu thẩm tra do {label.vi} gửi và ghi trả lời; chi ủy xin ý kiến đoàn thể, nơi cư trú.",
        f"Verification is asked for by: {label.en}; the cell committee gathers opinions.",
        f"Báo {label.vi} của đơn vị.",
        f"Tell the unit's {label.en}.",
    )


def request_fits(s: Situation) -> Refusal | None:
    """A request asks about those the rule names, who have no result yet; or for one opinion."""
    request = _request(s)
    if request is None:
        return None
    if request.giver is not None:
        return _opinion_fits(s, request)
    if s.state is not State.VERIFYING:
        return s.no(
            "verification_order",
            "Chỉ gửi yêu cầu thẩm tra sau khi bắt đầu thẩm tra.",
            "Verification is asked for once it has begun.",
            "Bắt đầu thẩm tra trước; lúc này chỉ xin ý kiến đoàn thể, nơi cư trú.",
            "Begin the verification first; until then only opinions are asked for.",
            "request",
            "start_verification",
        )
    known = {one.ref: one for one in to_verify(s.facts.relatives, s.rulebook)}
    if not request.about or any(ref != CANDIDATE and ref not in known for ref in request.about):
        relations = [RELATION_LABELS[relation] for relation in verified_relations(s.rulebook)]
        return s.no(
            "verified_persons",
            "Chỉ hỏi về người xin vào Đảng và thân nhân phải thẩm tra đã ghi trong hồ sơ.",
            "Only the candidate and relatives on file who are to be verified are asked about.",
            f"Chọn người được hỏi; chỉ thẩm tra: {', '.join(one.vi.lower() for one in relations)}.",
            f"Choose whom it is about; verified are only: {', '.join(one.en.lower() for one in relations)}.",
            "request",
            "record_relatives",
        )
    waiting = {ref for one in s.facts.asked if one.is_open for ref in one.request.about}
    settled = {ref for ref, one in known.items() if one.verified_on is not None or one.exempt}
    if waiting.isdisjoint(request.about) and settled.isdisjoint(request.about):
        return None
    return s.no(
        "verified_persons",
        "Có người đã có kết quả, được miễn, hoặc đang chờ trả lời.",
        "Somebody has a result already, is exempt, or an answer is waited for.",
        "Bỏ người đó; nếu chờ quá lâu thì nhắc, hoặc ghi là từ chối rồi hỏi nơi khác.",
        "Leave them out; remind, or record a refusal and ask elsewhere.",
        "request",
    )


def _opinion_fits(s: Situation, request: Request) -> Refusal | None:
    if request.about:
        return s.no(
            "verified_persons",
            "Xin ý kiến thì không hỏi về thân nhân.",
            "For an opinion nobody asks about relatives.",
            "Bỏ thân nhân khỏi yêu cầu.",
            "Leave the relatives out.",
            "request",
        )
    if not any(one.is_open and one.request.giver is request.giver for one in s.facts.asked):
        return None
    return s.no(
        "opinions",
        "Đã xin ý kiến nơi này và đang chờ trả lời.",
        "This opinion was asked for and is waited for.",
        "Nhắc trả lời, hoặc ghi trả lời của yêu cầu đã gửi.",
        "Remind of it, or record the answer.",
        "request",
    )


def request_texts(s: Situation) -> Refusal | None:
    """A request names who is asked."""
    if s.evidence is None or not s.evidence.texts:  # what is left out is said with all that is needed
        return None
    if len(s.evidence.texts) == 1 and s.evidence.texts[0].strip():
        return None
    return _lacking(s, Text("nơi được hỏi", "who is asked"), "texts")


def _lacking(s: Situation, what: Text, field: str) -> Refusal:
    return s.no("evidence", f"Còn thiếu {what.vi}.", f"Still missing: {what.en}.", f"Ghi {what.vi}.", f"Enter {what.en}.",
                field)  # fmt: skip


def request_open(s: Situation) -> Refusal | None:
    """What is reminded of, or answered, was asked before and waits for its answer."""
    if not any(one.is_open for one in s.facts.asked):
        return s.no(
            "act_order",
            "Không có yêu cầu nào đang chờ trả lời.",
            "No request waits for an answer.",
            "Gửi yêu cầu trước.",
            "Send a request first.",
            mend="send_request",
        )
    if s.evidence is None:
        return None
    asked = _asked(s)
    if asked is None or not asked.is_open:
        return s.no(
            "act_order",
            "Yêu cầu này không có, hoặc đã được trả lời.",
            "There is no such request, or it was answered.",
            "Chọn một yêu cầu đang chờ; trả lời ghi sai thì đính chính.",
            "Choose one that waits; a wrong answer is corrected.",
            "asked",
        )
    if s.on >= asked.waits_since:
        return None
    return s.no(
        "act_order",
        f"Ngày {day_text(s.on)} trước ngày gửi yêu cầu, hoặc ngày nhắc ({day_text(asked.waits_since)}).",
        f"{day_text(s.on)} is before the request, or the reminder, went out ({day_text(asked.waits_since)}).",
        _DATE_FIX.vi,
        _DATE_FIX.en,
        "happened_on",
    )


def answer_fits(s: Situation) -> Refusal | None:
    """A refusal says why; an answer says something of everybody asked about, or is the opinion that was asked for."""
    e, asked = s.evidence, _asked(s)
    if e is None or asked is None:
        return None
    about = set(asked.request.about)
    if e.outcome is Outcome.REFUSED:
        if e.relatives or e.opinion or e.texts:
            return _foreign(s)
        return None if e.reason.strip() else _lacking(s, Text("lý do từ chối", "why it was refused"), "reason")
    if any(one.ref not in about for one in e.relatives) or (e.opinion is not None and about):
        return _foreign(s)
    told = {one.ref for one in e.relatives if one.verified_on is not None}
    if about - told - {CANDIDATE}:
        return _lacking(s, Text("kết quả của từng người được hỏi", "the result for everybody asked about"), "relatives")
    if (CANDIDATE in about or not about) and not any(text.strip() for text in e.texts):
        return _lacking(s, Text("nội dung trả lời", "what was answered"), "texts")
    if e.opinion is not None and e.opinion.in_favour > e.opinion.present:
        return s.no(
            "vote_count",
            f"Tán thành {e.opinion.in_favour} nhiều hơn số người dự {e.opinion.present}.",
            f"{e.opinion.in_favour} in favour, but {e.opinion.present} present.",
            "Kiểm tra văn bản trả lời.",
            "Check the answer.",
            "opinion",
        )
    return None


def _foreign(s: Situation) -> Refusal:
    return s.no(
        "evidence",
        "Trả lời có phần không thuộc yêu cầu đã gửi.",
        "The answer says what was not asked for.",
        "Chỉ ghi kết quả của những người được hỏi, hoặc ý kiến được xin.",
        "Record the results of those asked about, or the opinion asked for.",
        "relatives",
    )
