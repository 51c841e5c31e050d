"""Recording and reading the acts of administration."""

from dataclasses import dataclass
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from dossiers import clock, engines
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.audit.models import OfficeEvent
from dossiers.casework import chain
from dossiers.extensions import db
from dossiers.units.models import Unit, UnitAncestor
from workflow.roles import Role

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


@dataclass(frozen=True)
class Entry:
    """A line of the office's log."""

    event: OfficeEvent
    who: str
    unit: str
    body: dict[str, str]


def log(signed: Signed, size: int, before: int | None = None) -> tuple[list[Entry], int | None]:
    """A page of the log, newest first, within the inspector's units; and where the next page begins."""
    units = [unit for role, unit in signed.grants if role is Role.INSPECTOR]
    below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(units or [-1]))
    query = (
        select(OfficeEvent, Account.name, Unit.code)
        .outerjoin(Account, Account.id == OfficeEvent.actor_id)
        .outerjoin(Unit, Unit.id == OfficeEvent.unit_id)
        .where(or_(OfficeEvent.unit_id.is_(None), OfficeEvent.unit_id.in_(below)))
        .order_by(OfficeEvent.seq.desc())
        .limit(size + 1)
    )
    if before is not None:
        query = query.where(OfficeEvent.seq < before)
    rows = db.session.execute(query).all()
    entries = [
        Entry(event, who or "–", unit or "–", msgspec.json.decode(event.body)) for event, who, unit in rows[:size]
    ]
    return entries, entries[-1].event.seq if len(rows) > size else None


def verify() -> tuple[int, list[tuple[int, str]]]:
    """Check the chain of the office's log: (events checked, [(number, what is wrong)])."""
    findings: list[tuple[int, str]] = []
    previous, expected = chain.GENESIS, 1
    for row in db.session.execute(select(OfficeEvent.__table__).order_by(OfficeEvent.seq)).mappings():
        if row["seq"] != expected:
            findings.append((expected, f"event {expected} is missing"))
        elif row["prev_hash"] != previous:
            findings.append((row["seq"], "does not follow the event before it"))
        if chain.office_hash(dict(row)) != row["hash"]:
            findings.append((row["seq"], "its content was changed"))
        previous, expected = row["hash"], row["seq"] + 1
    return expected - 1, findings
