"""What the logs say of an act, in words: what an event holds as a code is told as people call it."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import msgspec

from dossiers.formatters import day, say
from dossiers.languages import gettext, message
from dossiers.people.personal import field_label, field_text
from dossiers.people.rows import person_row
from dossiers.rules import services as rules
from dossiers.units.registers import STATUS_LABELS, Status
from workflow.roles import ROLE_LABELS, Role
from workflow.route import DECIDER_LABELS, UNIT_KIND_LABELS, Decider, UnitKind
from workflow.rulebook import Rule
from workflow.votes import BODY_LABELS, Body
from workflow.words import value_text

Told = tuple[str, str]
"""What it is, and what is said of it."""

LABELS: dict[str, str] = {
    "code": message("mã"), "kind": message("loại"), "parent": message("trực thuộc"),
    "decides": message("cấp quyết định"), "units": message("đơn vị"), "since": message("từ ngày"),
    "until": message("đến trước ngày"), "by": message("theo"), "seat": message("người biểu quyết số"),
    "body": message("trong"), "status": message("là"), "account": message("tài khoản số"), "role": message("vai trò"),
    "rulebook": message("bộ quy tắc"), "key": message("quy tắc"), "value": message("giá trị"),
    "version": message("bản"), "digest": message("mã băm"),
    "day": message("ngày"), "working": message("là ngày"), "note": message("theo"), "year": message("năm"),
    "person": message("người số"), "asked_by": message("do tài khoản số"), "request": message("đề nghị số"),
    "behalf": message("thay mặt tài khoản số"),
    "ground": message("căn cứ"), "votes": message("biểu quyết liên quan"),
    "plan": message("phương án số"), "dossiers": message("số hồ sơ"), "org_code": message("mã tổ chức"),
    "meeting": message("cuộc họp số"), "passed": message("hồ sơ đạt"), "failed": message("hồ sơ không đạt"),
    "text": message("văn bản"),
    "left": message("hồ sơ chưa ghi"), "amount": message("chỉ tiêu"),
    "signed": message("quyết định đã ký"), "sessions": message("số phiên"),
    "register": message("sổ"), "first": message("số đầu tiên"), "numbers": message("các số"),
    "decision": message("quyết định số"), "decided_on": message("ngày quyết định"), "root": message("mã băm gốc"),
}  # fmt: skip
"""What the bodies of the office's events hold (dossiers.office.services.record), as people call it."""

TABLES: dict[str, str] = {
    "unit": message("đơn vị"), "unit_placement": message("vị trí của đơn vị"),
    "body_member": message("người biểu quyết"), "seat_status": message("tình trạng biểu quyết"),
    "quota": message("chỉ tiêu"), "rule_value": message("giá trị quy tắc đã đổi"),
    "rulebook_file": message("bộ quy tắc đã nạp"),
    "text_template": message("mẫu văn bản đã nạp"), "template_use": message("lần dùng mẫu văn bản"),
    "calendar_day": message("ngày của lịch riêng"), "instance_value": message("giá trị của bản dùng thử"),
    "unit_plan": message("phương án sắp xếp đơn vị"),
    "meeting": message("cuộc họp"), "meeting_attendance": message("điểm danh"),
    "meeting_line": message("kết quả biểu quyết của cuộc họp"),
    "course_class": message("lớp"), "account": message("tài khoản"), "role_assignment": message("vai trò được giao"),
    "checkpoint": message("lần chốt nhật ký"),
    "number_book": message("sổ số văn bản"), "registered_number": message("số đã cấp hoặc đã hủy"),
    "org_person": message("người của tổ chức"), "role_request": message("vai trò được đề nghị"),
    "delegation": message("lần ủy quyền"),
}  # fmt: skip
"""The tables of the office's log: an event that carries everything says how many rows of each."""

_CODES: dict[str, tuple[type, Mapping[Any, Any]]] = {
    "kind": (UnitKind, UNIT_KIND_LABELS), "decides": (Decider, DECIDER_LABELS), "body": (Body, BODY_LABELS),
    "status": (Status, STATUS_LABELS), "role": (Role, ROLE_LABELS),
}  # fmt: skip
_DAYS = ("since", "until", "day", "decided_on")
_WHOLE = ("demo:loaded", "log:rebased")


def office_told(topic: str, body: Mapping[str, Any], lends: bool = True) -> list[Told]:
    """What an event of the office says, without what is empty; a word nobody gave a name stands without one. Unless it
    `lends` itself, in whose place it was done stands beside who did it.
    """
    if topic in _WHOLE:
        return [(gettext(TABLES[name]) if name in TABLES else "", str(count)) for name, count in body.items()]
    return [
        (gettext(LABELS[name]) if name in LABELS else "", _value(name, str(value), body))
        for name, value in body.items()
        if value not in ("", "-") and (lends or name != "behalf")
    ]


def _value(name: str, value: str, body: Mapping[str, Any]) -> str:
    """A value as people read it: codes by their labels, days as days. What cannot be read so stands as it is."""
    with suppress(ValueError, KeyError):
        if name in _CODES:
            known, labels = _CODES[name]
            return say(labels[known(value)])
        if name in _DAYS:
            return day(date.fromisoformat(value))
        if name == "units":
            return ", ".join(re.findall(r"'([^']+)'", value)) or value
        if name == "working":
            return gettext("ngày làm việc") if value == "True" else gettext("ngày nghỉ")
        if name in ("key", "value"):
            rule = _rule(body)
            return say(rule.title if name == "key" else value_text(rule))
    return value


def _rule(body: Mapping[str, Any]) -> Rule:
    """The rule an event speaks of, with the value it was given. Raises KeyError when there is none any more."""
    rule = rules.books()[str(body["rulebook"])].rule(str(body["key"]))
    value = json.loads(str(body["value"]))
    return msgspec.structs.replace(rule, value=tuple(value) if isinstance(value, list) else value)


def changes(personal: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What an event changed in a candidate's file: what it is, what stood there, what stands there now."""
    before, after = (person_row(personal.get(name, {})) for name in ("before", "after"))
    for name, old in before.items():
        yield field_label(name), field_text(name, old), field_text(name, after.get(name))
