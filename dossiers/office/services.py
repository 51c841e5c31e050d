"""Recording the acts of administration."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import select

from dossiers import chain, clock, encryption, engines
from dossiers.extensions import Model, db
from dossiers.languages import lazy as _l
from dossiers.office import images
from dossiers.office.images import Change
from dossiers.office.models import OfficeEvent, OfficePersonal, office_mark, office_place

FORMAT = 4
"""Of an event's body: with 2 came the rows, with later ones tables (replaying.SINCE); from an event of 4 that carries
everything on, all chains bear marks."""

TOPICS: dict[str, Any] = {
    "unit:added": _l("Thêm đơn vị"),
    "unit:coded": _l("Ghi mã tổ chức của đơn vị"),
    "units:moved": _l("Chuyển đơn vị, đổi cấp quyết định"),
    "units:reorganised": _l("Sắp xếp đơn vị theo phương án"),
    "units:undo_asked": _l("Đề nghị, hoặc thôi đề nghị, hoàn tác phương án"),
    "units:undone": _l("Hoàn tác phương án sắp xếp đơn vị"),
    "seat:linked": _l("Gắn người biểu quyết với người"),
    "seat:added": _l("Thêm người biểu quyết"),
    "seat:changed": _l("Đổi tình trạng người biểu quyết"),
    "seat:ended": _l("Thôi biểu quyết"),
    "account:created": _l("Tạo tài khoản"),
    "account:disabled": _l("Khóa tài khoản"),
    "account:enabled": _l("Mở tài khoản"),
    "password:given": _l("Đặt mật khẩu dùng một lần"),
    "password:changed": _l("Tự đổi mật khẩu"),
    "sessions:ended": _l("Kết thúc các phiên của tài khoản"),
    "password:hashed": _l("Mã hóa lại mật khẩu"),
    "account:linked": _l("Gắn tài khoản với người"),
    "role:asked": _l("Đề nghị giao vai trò"),
    "role:refused": _l("Không đồng ý giao vai trò"),
    "role:granted": _l("Giao vai trò"),
    "role:ended": _l("Thôi vai trò"),
    "role:lent": _l("Ủy quyền vai trò"),
    "role:lent_ended": _l("Kết thúc ủy quyền trước hạn"),
    "rule:changed": _l("Đổi giá trị quy tắc"),
    "rulebook:loaded": _l("Nạp bộ quy tắc"),
    "rulebook:confirmed": _l("Xác nhận bộ quy tắc"),
    "rulebook:refused": _l("Không đồng ý bộ quy tắc"),
    "template:loaded": _l("Nạp mẫu văn bản"),
    "template:asked": _l("Đề nghị dùng mẫu văn bản"),
    "template:confirmed": _l("Xác nhận mẫu văn bản"),
    "template:refused": _l("Không đồng ý mẫu văn bản"),
    "day:set": _l("Đặt ngày làm việc, ngày nghỉ"),
    "day:forgotten": _l("Bỏ ngày khỏi lịch riêng"),
    "meeting:called": _l("Triệu tập cuộc họp"),
    "meeting:changed": _l("Sửa cuộc họp"),
    "meeting:cancelled": _l("Hủy cuộc họp"),
    "meeting:closed": _l("Khóa cuộc họp"),
    "register:opened": _l("Mở sổ số văn bản"),
    "number:given": _l("Cấp số văn bản"),
    "number:spoiled": _l("Hủy số văn bản"),
    "decisions:signed": _l("Ký quyết định"),
    "class:opened": _l("Mở lớp"),
    "quota:given": _l("Giao chỉ tiêu"),
    "checkpoint:taken": _l("Chốt nhật ký"),
    "demo:loaded": _l("Nạp dữ liệu dùng thử"),
    "log:rebased": _l("Ghi lại toàn bộ hiện trạng"),
}
"""Everything the log of the office speaks of."""

_FOR_THE_PROGRAM = ("format", "rows", "whole")
"""What of a body is for comparing, not for reading."""

_LAST = select(OfficeEvent.seq, OfficeEvent.hash).order_by(OfficeEvent.seq.desc()).limit(1)


def record(
    topic: str,
    unit_id: int | None,
    actor_id: int | None,
    rows: Iterable[Model | tuple[str, str]] = (),
    **body: Any,
) -> None:
    """Append to the log, in the current transaction, which is flushed.

    `rows` are all the act changed in tables of the log: objects of the session, and (table, key) of those it removed.
    `body` is what a reader of the log sees; in it `behalf` is the account in whose place a stand-in acts, None for all
    others. The first act of a new instance carries everything there is, and says so.
    """
    if topic not in TOPICS:
        raise ValueError(topic)
    if body.get("behalf", 0) is None:
        del body["behalf"]
    engines.lock_numbers(db)
    db.session.flush()
    changes = images.after(rows)
    is_first = db.session.execute(_LAST).first() is None
    whole = is_first and {(table, key) for table, key, _image in changes} == {
        (table, key) for table, found in images.everything().items() for key in found
    }
    _append(topic, unit_id, actor_id, changes, whole, body)


def record_everything(topic: str, actor_id: int | None) -> None:
    """Append an event that carries every row there is, in the current transaction; readers see how many."""
    engines.lock_numbers(db)
    db.session.flush()
    found = images.everything()
    changes: list[Change] = [(table, key, image) for table, rows in found.items() for key, image in rows.items()]
    _append(topic, None, actor_id, changes, True, {table: len(rows) for table, rows in found.items() if rows})


def rebase(actor_id: int | None) -> None:
    """Take what stands in the tables as what the log says from now on; in the current transaction.

    For a log that began before rows stood in it. Whoever calls this has made sure that nothing was changed.
    """
    record_everything("log:rebased", actor_id)


def _append(
    topic: str, unit_id: int | None, actor_id: int | None, changes: list[Change], whole: bool, body: dict[str, Any]
) -> None:
    content: dict[str, Any] = {name: str(value) for name, value in body.items()}
    content["format"] = FORMAT
    content["rows"] = [(table, key, image and image.shown) for table, key, image in changes]
    if whole:
        content["whole"] = True
    named = [(table, key, image.personal) for table, key, image in changes if image and image.personal]
    personal, salt = (chain.canonical({"rows": named}), secrets.token_hex(16)) if named else ("", "")
    last = db.session.execute(_LAST).first()
    row: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "topic": topic,
        "recorded_at": clock.stamp(clock.now()),
        "actor_id": actor_id,
        "unit_id": unit_id,
        "body": chain.canonical(content),
        "prev_hash": last.hash if last else chain.GENESIS,
        "commitment": chain.commitment(salt, personal) if named else "",
    }
    row["hash"] = chain.office_hash(row)
    db.session.add(OfficeEvent(**row, mark=office_mark(row["seq"], row["hash"])))
    db.session.flush()
    if named:
        sealed = encryption.seal(personal, office_place(row["seq"]))
        db.session.add(OfficePersonal(seq=row["seq"], salt=salt, sealed=sealed))
        db.session.flush()


LENDING = ("role:lent", "role:lent_ended")
"""Topics in which `behalf` says whose role is lent."""


def lender_of(topic: str, body: Mapping[str, Any]) -> int | None:
    """The account in whose place an act of the office was done; None when it was the actor's own."""
    return int(body["behalf"]) if "behalf" in body and topic not in LENDING else None


def readable(body: str) -> dict[str, str]:
    """What a person reads of an event's body: everything but the rows and what goes with them."""
    parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return {name: msgspec.json.decode(part) for name, part in parts.items() if name not in _FOR_THE_PROGRAM}
