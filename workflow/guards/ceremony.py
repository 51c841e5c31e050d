"""Rules of the decision on admission and of the ceremony."""

import msgspec

from workflow import deadlines
from workflow.guards.base import Refusal, Situation, day_text
from workflow.roles import ROLE_LABELS, Part
from workflow.route import role_for


def decision_prepared(s: Situation) -> Refusal | None:
    """The organisation board has checked the dossier and prepared the decision."""
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


def approved_by_other(s: Situation) -> Refusal | None:
    """Who prepared a decision does not approve it."""
    if not s.actor.ref or s.facts.preparer != s.actor.ref:
        return None
    return s.no(
        "separation_of_duties",
        "Người trình quyết định không được ký duyệt.",
        "Who prepared the decision does not approve it.",
        "Một người khác có thẩm quyền ký.",
        "Another competent person signs.",
    )


def received_in_order(s: Situation) -> Refusal | None:
    """The cell receives a decision after it was taken and before the ceremony."""
    e = s.evidence
    received = (e.received_on if e else None) or s.facts.received_on
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
    """Ceremony within 30 working days of receipt; later only as the direct superior agreed (24-QĐ/TW §4.1)."""
    e = s.evidence
    received = s.facts.received_on or (e.received_on if e else None)
    if received is None:
        return None
    facts = msgspec.structs.replace(s.facts, received_on=received)
    due = deadlines.ceremony_due(facts, s.rulebook, s.calendar)
    if due is None or s.on <= due:
        return None
    return s.no(
        "ceremony",
        f"Chi bộ nhận quyết định ngày {day_text(received)}; lễ kết nạp phải tổ chức đến hết {day_text(due)}.",
        f"Received on {day_text(received)}: the ceremony was due by {day_text(due)}.",
        "Cấp ủy cấp trên trực tiếp đồng ý bằng gia hạn, rồi ghi lễ kết nạp.",
        "The direct superior agrees to an extension; then record the ceremony.",
        "happened_on" if e else "",
        "extend_deadline",
    )
