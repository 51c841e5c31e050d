"""The registers of those who vote: who holds a seat in a body, what they are on a day, and who was entitled."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from dossiers import names
from dossiers.extensions import db, run, write_transaction
from dossiers.office import services as office
from dossiers.units.models import BodyMember, SeatStatus
from workflow.text import Text
from workflow.votes import Body


class Status(StrEnum):
    """What the holder of a seat is (domain.md §3, "entitled in a cell")."""

    OFFICIAL = "official"
    EXEMPT = "exempt"
    ELSEWHERE = "elsewhere"
    PROBATIONARY = "probationary"


STATUS_LABELS: dict[Status, Text] = {
    Status.OFFICIAL: Text("Chính thức", "Official"),
    Status.EXEMPT: Text("Được miễn công tác, sinh hoạt", "Exempt"),
    Status.ELSEWHERE: Text("Sinh hoạt tạm thời nơi khác", "Temporarily active elsewhere"),
    Status.PROBATIONARY: Text("Dự bị (dự họp, không biểu quyết)", "Probationary (attends, does not vote)"),
}


@dataclass(frozen=True)
class Register:
    """How many hold a seat on a day, by what they are; `hash` names the register as it stood: its seats, and what
    their holders were.
    """

    official: int = 0
    exempt: int = 0
    elsewhere: int = 0
    probationary: int = 0
    hash: str = ""

    @property
    def members(self) -> int:
        """All official members, those exempt and those elsewhere too."""
        return self.official + self.exempt + self.elsewhere


def _on_the_day(model: type[BodyMember] | type[SeatStatus]) -> tuple[Any, Any]:
    day: Any = bindparam("day")
    return model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to > day)


_COUNTED = (
    select(BodyMember.id, SeatStatus.status)
    .join(SeatStatus, BodyMember.id == SeatStatus.seat_id)
    .where(
        BodyMember.unit_id == bindparam("unit"),
        BodyMember.body == bindparam("body"),
        *_on_the_day(BodyMember),
        *_on_the_day(SeatStatus),
    )
    .order_by(BodyMember.id)
)
_SEATS = (
    select(BodyMember.id, BodyMember.name, BodyMember.person_id, BodyMember.valid_from, SeatStatus.status)
    .join(SeatStatus, SeatStatus.seat_id == BodyMember.id)
    .where(
        BodyMember.unit_id == bindparam("unit"),
        BodyMember.body == bindparam("body"),
        *_on_the_day(BodyMember),
        *_on_the_day(SeatStatus),
    )
)


def ref_of(seat_id: int) -> str:
    """How the facts of a dossier name who holds a seat; accounts.persons knows who that is."""
    return f"m{seat_id}"


def counted(unit_id: int, body: str, day: date) -> Register:
    """How many hold a seat in a unit's body on a day, by what they are; one query."""
    return register_of(unit_id, body, run(_COUNTED, {"unit": unit_id, "body": body, "day": day}).all())


def register_of(unit_id: int, body: str, seats: Iterable[Any]) -> Register:
    """The register of a unit's body with these seats, given as (id, status) by id."""
    held = [(seat_id, str(status)) for seat_id, status in seats]
    names = "".join(f"{seat_id}:{status};" for seat_id, status in held)
    found = hashlib.sha256(f"{unit_id}/{body}/{names}".encode()).hexdigest()
    return Register(**Counter(status for _seat, status in held), hash=found)


@dataclass(frozen=True)
class Seat:
    """Somebody in a body on a day; `ref` names the person without a name."""

    id: int
    ref: str
    name: str
    since: date
    status: Status
    person_id: int = 0

    @property
    def is_official(self) -> bool:
        """Whether this is an official member, whoever may vote on a day."""
        return self.status is not Status.PROBATIONARY


def register(unit_id: int, body: Body, day: date) -> list[Seat]:
    """Everybody in a unit's body on a day, in Vietnamese name order; one query."""
    found: list[Row[Any]] = list(run(_SEATS, {"unit": unit_id, "body": str(body), "day": day}).all())
    seats = [
        Seat(row.id, ref_of(row.id), row.name, row.valid_from, Status(row.status), row.person_id) for row in found
    ]
    return sorted(seats, key=lambda seat: names.sort_key(seat.name))


def add(unit_id: int, body: str, name: str, since: date, status: Status, actor_id: int) -> None:
    """Add somebody to a register from a day on."""
    with write_transaction():
        seat = BodyMember(unit_id=unit_id, body=body, name=name, valid_from=since)
        db.session.add(seat)
        db.session.flush()
        is_now = SeatStatus(seat_id=seat.id, status=str(status), valid_from=since)
        db.session.add(is_now)
        db.session.flush()
        told = {"seat": seat.id, "body": body, "since": since, "status": str(status)}
        office.record("seat:added", unit_id, actor_id, [seat, is_now], **told)


def _statuses(seat: BodyMember) -> list[SeatStatus]:
    query = select(SeatStatus).where(SeatStatus.seat_id == seat.id).order_by(SeatStatus.valid_from)
    return list(db.session.scalars(query))


def change(seat: BodyMember, status: Status, since: date, actor_id: int) -> None:
    """Somebody is something else from a day on; earlier days stay as they were. Raises ValueError for a day that is not
    after the last change.
    """
    with write_transaction():
        last = _statuses(seat)[-1]
        if since <= last.valid_from:
            raise ValueError(since)
        last.valid_to = since
        is_now = SeatStatus(seat_id=seat.id, status=str(status), valid_from=since)
        db.session.add(is_now)
        db.session.flush()
        told = {"seat": seat.id, "since": since, "status": str(status)}
        office.record("seat:changed", seat.unit_id, actor_id, [last, is_now], **told)


def end(seat: BodyMember, until: date, actor_id: int) -> None:
    """End a seat; the register of earlier days stays as it was."""
    with write_transaction():
        seat.valid_to = max(until, seat.valid_from)
        office.record("seat:ended", seat.unit_id, actor_id, [seat], seat=seat.id, until=seat.valid_to)
