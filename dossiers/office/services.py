"""Recording the acts of administration."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from dossiers import chain, clock, engines
from dossiers.extensions import db
from dossiers.office.models import OfficeEvent

TOPICS: dict[str, Any] = {
    "unit:added": _l("Thêm đơn vị"),
    "seat:added": _l("Thêm người biểu quyết"),
    "seat:ended": _l("Thôi biểu quyết"),
    "account:created": _l("Tạo tài khoản"),
    "account:disabled": _l("Khóa tài khoản"),
    "account:enabled": _l("Mở tài khoản"),
    "role:granted": _l("Giao vai trò"),
    "role:ended": _l("Thôi vai trò"),
    "rule:changed": _l("Đổi giá trị quy tắc"),
    "day:set": _l("Đặt ngày làm việc, ngày nghỉ"),
    "day:forgotten": _l("Bỏ ngày khỏi lịch riêng"),
    "class:opened": _l("Mở lớp"),
    "quota:given": _l("Giao chỉ tiêu"),
}
"""Everything the log of the office speaks of."""


def record(topic: str, unit_id: int | None, actor_id: int | None, **body: Any) -> None:
    """Append to the log, in the current transaction."""
    if topic not in TOPICS:
        raise ValueError(topic)
    engines.lock_numbers(db)
    last = db.session.execute(
        select(OfficeEvent.seq, OfficeEvent.hash).order_by(OfficeEvent.seq.desc()).limit(1)
    ).first()
    row: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "topic": topic,
        "recorded_at": clock.stamp(clock.now()),
        "actor_id": actor_id,
        "unit_id": unit_id,
        "body": chain.canonical({name: str(value) for name, value in body.items()}),
        "prev_hash": last.hash if last else chain.GENESIS,
    }
    db.session.add(OfficeEvent(**row, hash=chain.office_hash(row)))
    db.session.flush()
