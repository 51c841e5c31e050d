"""Rules of the decision on admission and of the ceremony."""

from datetime import date

import msgspec

from workflow import deadlines
from workflow.guards.base import Refusal, Situation, day_text
from workflow.roles import ROLE_LABELS, Part
from workflow.route import role_for
from workflow.text import Text


def decision_prepared(s: Situation) -> Refusal | None:
    """The organisation board has checked the dossier and prepared the decision, by the day it is taken."""
    if not s.rulebook.flag("decision_prepared"):
        return None
    if s.facts.preparer and s.evidence is not None and s.facts.prepared_on and s.on < s.facts.prepared_on:
        return s.no(
            "act_order",
            f"Quyết định được trình ngày {day_text(s.facts.prepared_on)}, sau ngày {day_text(s.on)}.",
            f"The decision was prepared on {day_text(s.facts.prepared_on)}, after {day_text(s.on)}.",
            "Kiểm tra ngày quyết định.",
            "Check the day of the decision.",
            "happened_on",
        )
    if s.facts.preparer:
        return None
    officer = ROLE_LABELS[role_for(Part.DECIDING_OFFICER, s.route)]
    return s.no(
        "decision_prepared",
        "Chưa có người thẩm định, trình quyết định.",
        "Nobody has checked the dossier and prepared the decision.",
        f"{officer.vi} trình quyết định.",
        f"{officer.en} prepares it.",
        mend="prepare_decision",
    )


def decision_approved(s: Situation) -> Refusal | None:
    """Another person than who prepared it has approved the draft, by the day the decision is dated; asked for where the
    rulebook has it so.
    """
    if not s.rulebook.flag("decision_approved"):
        return None
    approved, dated = s.facts.approved_on, (s.evidence.issued_on if s.evidence else None) or s.on
    if approved is not None and (s.evidence is None or approved <= dated):
        return None
    if approved is not None:
        return s.no(
            "act_order",
            f"Dự thảo được duyệt ngày {day_text(approved)}, sau ngày {day_text(dated)}.",
            f"The draft was approved on {day_text(approved)}, after {day_text(dated)}.",
            "Kiểm tra ngày trên văn bản.",
            "Check the date on the text.",
            "issued_on",
        )
    officer = ROLE_LABELS[role_for(Part.DECIDING_OFFICER, s.route)]
    return s.no(
        "decision_approved",
        "Chưa có người duyệt dự thảo quyết định.",
        "Nobody has approved the draft decision.",
        f"{officer.vi} khác với người trình duyệt dự thảo.",
        f"Another {officer.en} than who prepared it approves the draft.",
        mend="approve_decision",
    )


def is_prepared(s: Situation) -> Refusal | None:
    """What is approved was prepared, by that day."""
    if s.facts.prepared_on is not None and (s.evidence is None or s.on >= s.facts.prepared_on):
        return None
    return s.no(
        "act_order",
        "Chưa có dự thảo quyết định nào được trình đến ngày này.",
        "No draft decision was prepared by this day.",
        "Trình quyết định trước, rồi duyệt.",
        "It is prepared first, then approved.",
        "happened_on" if s.evidence else "",
        "prepare_decision",
    )


def text_dated(s: Situation) -> Refusal | None:
    """The text of a decision is dated on the day of the vote or after it, by today; its date is the decision's."""
    issued = s.evidence.issued_on if s.evidence else None
    if issued is None or issued >= s.on:
        return None
    return s.no(
        "act_order",
        f"Văn bản đề ngày {day_text(issued)}, trước ngày biểu quyết ({day_text(s.on)}).",
        f"The text is dated {day_text(issued)}, before the vote ({day_text(s.on)}).",
        "Kiểm tra ngày trên văn bản.",
        "Check the date on the text.",
        "issued_on",
    )


def not_received(s: Situation) -> Refusal | None:
    """A decision is received once: another receipt would start the ceremony's clock anew."""
    return None if s.facts.received_on is None else _received(s, s.facts.received_on)


def first_receipt(s: Situation) -> Refusal | None:
    """The first receipt of a decision counts; at the ceremony nobody gives it another day."""
    known, told = s.facts.received_on, s.evidence.received_on if s.evidence else None
    return None if known is None or told in (None, known) else _received(s, known)


def _received(s: Situation, known: date) -> Refusal:
    return s.no(
        "act_order",
        f"Đã ghi chi bộ nhận quyết định ngày {day_text(known)}.",
        f"The receipt is recorded already: {day_text(known)}.",
        "Ngày ghi sai thì đính chính.",
        "A wrong date is corrected.",
        "received_on" if s.evidence else "",
        "correct_record",
    )


def received_in_order(s: Situation) -> Refusal | None:
    """The cell receives a decision after it was taken and before the ceremony."""
    e = s.evidence
    received = s.facts.received_on or (e.received_on if e else None)
    if received is None or s.facts.admitted_on is None:
        return None
    if s.facts.admitted_on <= received <= s.on:
        return None
    return s.no(
        "act_order",
        f"Ngày nhận quyết định {day_text(received)} phải từ {day_text(s.facts.admitted_on)} đến {day_text(s.on)}.",
        f"The decision was received on {day_text(received)}: it must be from {day_text(s.facts.admitted_on)} to {day_text(s.on)}.",
        "Kiểm tra ngày chi bộ nhận quyết định.",
        "Check the day the cell received the decision.",
        "received_on",
    )


def ceremony_in_time(s: Situation) -> Refusal | None:
    """Ceremony within 30 working days of receipt, or of the decision's issue, as the rulebook counts; later only as the
    direct superior agreed (24-QĐ/TW §4.1; 208-QĐ/TW).
    """
    e = s.evidence
    received = s.facts.received_on or (e.received_on if e else None)
    facts = msgspec.structs.replace(s.facts, received_on=received)
    start = deadlines.ceremony_start(facts, s.rulebook)
    due = deadlines.ceremony_due(facts, s.rulebook, s.calendar)
    if due is None or s.on <= due:
        return None
    issued = s.rulebook.word("ceremony_clock_starts") == "issued"
    since = Text("Quyết định ban hành", "Issued") if issued else Text("Chi bộ nhận quyết định", "Received")
    return s.no(
        "ceremony",
        f"{since.vi} ngày {day_text(start)}; lễ kết nạp phải tổ chức chậm nhất ngày {day_text(due)}.",
        f"{since.en} on {day_text(start)}: the ceremony was due by {day_text(due)}.",
        "Cấp ủy cấp trên trực tiếp đồng ý thì ghi gia hạn trước, rồi ghi lễ kết nạp.",
        "If the direct superior agrees, the extension is recorded first, then the ceremony.",
        "happened_on" if e else "",
        "extend_deadline",
    )
