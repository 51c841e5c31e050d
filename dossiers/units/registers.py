"""The registers of those who vote: who holds a seat in a body, what they are on a day, and who was entitled."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from blinker import Namespace
from sqlalchemy import Row, bindparam, func, or_, select

from dossiers import clock, engines, names
from dossiers.asking import Question
from dossiers.extensions import db, run, write_transaction
from dossiers.languages import gettext as _
from dossiers.office import services as office
from dossiers.units import persons
from dossiers.units.models import BodyMember, OrgPerson, SeatStatus
from workflow.codes import Code
from workflow.text import Text
from workflow.votes import Body


class Status(Code):
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


_COUNTED = Question(
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
_SEATS = Question(
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


_MEMBERS = Question(
    select(BodyMember.unit_id, func.count())
    .join(SeatStatus, BodyMember.id == SeatStatus.seat_id)
    .where(
        BodyMember.unit_id.in_(bindparam("units", expanding=True)),
        BodyMember.body == bindparam("body"),
        SeatStatus.status != str(Status.PROBATIONARY),
        *_on_the_day(BodyMember),
        *_on_the_day(SeatStatus),
    )
    .group_by(BodyMember.unit_id)
)


def members_of(unit: Any, body: str) -> Any:
    """How many official members the body of a unit has on the `day` a statement is given: a value of that statement."""
    return (
        select(func.count())
        .select_from(BodyMember)
        .join(SeatStatus, BodyMember.id == SeatStatus.seat_id)
        .where(
            BodyMember.unit_id == unit,
            BodyMember.body == body,
            SeatStatus.status != str(Status.PROBATIONARY),
            *_on_the_day(BodyMember),
            *_on_the_day(SeatStatus),
        )
        .scalar_subquery()
    )


def members_in(units: Collection[int], body: str, day: date) -> dict[int, int]:
    """How many official members the bodies of some units have on a day, by unit; one query."""
    return dict(run(_MEMBERS, {"units": list(units), "body": body, "day": day}).all())


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
    seats = [Seat(row.id, ref_of(row.id), row.name, row.valid_from, Status(row.status), row.person_id) for row in found]
    return sorted(seats, key=lambda seat: names.sort_key(seat.name))


_COMING = Question(
    select(BodyMember.id, BodyMember.name, BodyMember.person_id, BodyMember.valid_from, SeatStatus.status)
    .join(SeatStatus, SeatStatus.seat_id == BodyMember.id)
    .where(
        BodyMember.unit_id == bindparam("unit"),
        BodyMember.body == bindparam("body"),
        BodyMember.valid_from > bindparam("day"),
        SeatStatus.valid_from == BodyMember.valid_from,
    )
    .order_by(BodyMember.valid_from, BodyMember.id)
)


def coming(unit_id: int, body: Body, day: date) -> list[Seat]:
    """Those whose seat begins after a day, and what they then are; one query."""
    rows = run(_COMING, {"unit": unit_id, "body": str(body), "day": day})
    return [Seat(row.id, ref_of(row.id), row.name, row.valid_from, Status(row.status), row.person_id) for row in rows]


class NotThere(ValueError):
    """Somebody sits in the register already; the message is a sentence."""


class NoSuchDay(ValueError):
    """A day nobody can have sat from; the message is a sentence."""


@dataclass(frozen=True)
class HeldVote:
    """A vote that was counted against a register: of which dossier, held when."""

    code: str
    held_on: date


class NotLater(ValueError):
    """A day that is not after the last change of the same person."""


class Touches(ValueError):
    """A change would touch votes that were held already: `votes`."""

    def __init__(self, votes: Sequence[HeldVote]) -> None:
        super().__init__(len(votes))
        self.votes = votes


touched = Namespace().signal("votes-touched")
"""Asked which votes were counted against the register of a unit's body on a day or later (before `until`, if given):
who keeps votes answers with HeldVotes.
"""

EARLIEST = date(1930, 2, 3)
"""Nobody sits in a register from before the Party was founded."""

_AHEAD = timedelta(days=366)


def fault_of_day(day: date) -> str | None:
    """Why nobody can sit, or change what they are, from a day, as a sentence; None for a day that can be."""
    if day < EARLIEST or day > clock.today() + _AHEAD:
        first, last = (f"{one:%d/%m/%Y}" for one in (EARLIEST, clock.today() + _AHEAD))
        return _("Ngày phải từ %(first)s đến %(last)s.", first=first, last=last)
    return None


def _checked(day: date) -> None:
    fault = fault_of_day(day)
    if fault is not None:
        raise NoSuchDay(fault)


def _grounded(unit_id: int, body: str, since: date, by: str) -> dict[str, str]:
    """What the log says of votes a change touches: which, and by what paper they are touched. Raises Touches without
    such a paper.
    """
    asked = touched.send(unit_id=unit_id, body=body, since=since)
    votes = [vote for _receiver, answer in asked for vote in answer]
    if not votes:
        return {}
    if not by:
        raise Touches(votes)
    return {"by": by, "votes": ", ".join(f"{vote.code} {vote.held_on}" for vote in votes)}


_EVER = date.max

_SITS = Question(
    select(BodyMember.id)
    .where(
        BodyMember.person_id == bindparam("person"),
        BodyMember.unit_id == bindparam("unit"),
        BodyMember.body == bindparam("body"),
        BodyMember.id != bindparam("but"),
        or_(BodyMember.valid_to.is_(None), BodyMember.valid_to > bindparam("since")),
        BodyMember.valid_from < bindparam("until"),
    )
    .limit(1)
)


def _once(person: OrgPerson, seat: BodyMember) -> None:
    """That a person does not sit twice in a register at one time. Raises NotThere."""
    asked = {
        "person": person.id, "unit": seat.unit_id, "body": seat.body, "but": seat.id or 0, "since": seat.valid_from,
        "until": seat.valid_to or _EVER,
    }  # fmt: skip
    if run(_SITS, asked).first() is not None:
        raise NotThere(_("Người này đã có trong danh sách biểu quyết; không ai có hai ghế."))


def add(
    seat: BodyMember, person: OrgPerson, status: Status, actor_id: int, by: str = "", behalf: int | None = None
) -> None:
    """Add a new seat of a person, with its name, to a register. `by` is the paper by which votes held already are
    touched, `behalf` the account in whose place it is done. Raises NoSuchDay, NotThere, or Touches.
    """
    _checked(seat.valid_from)
    with write_transaction():
        engines.lock_numbers(db)
        if person.id is None:
            db.session.add(person)
            db.session.flush()
        _once(person, seat)
        ground = _grounded(seat.unit_id, seat.body, seat.valid_from, by)
        seat.person_id = person.id
        db.session.add(seat)
        db.session.flush()
        is_now = SeatStatus(seat_id=seat.id, status=str(status), valid_from=seat.valid_from)
        db.session.add(is_now)
        persons.changed()
        told = {"seat": seat.id, "body": seat.body, "since": seat.valid_from, "status": str(status), **ground}
        office.record("seat:added", seat.unit_id, actor_id, [person, seat, is_now], behalf=behalf, **told)


def _statuses(seat: BodyMember) -> list[SeatStatus]:
    query = select(SeatStatus).where(SeatStatus.seat_id == seat.id).order_by(SeatStatus.valid_from)
    return list(db.session.scalars(query))


def change(
    seat: BodyMember, status: Status, since: date, actor_id: int, by: str = "", behalf: int | None = None
) -> None:
    """Somebody is something else from a day on; earlier days stay as they were. `by` and `behalf` as for `add`.

    Raises NoSuchDay, Touches, or NotLater for a day that is not after the last change.
    """
    _checked(since)
    with write_transaction():
        last = _statuses(seat)[-1]
        if since <= last.valid_from:
            raise NotLater(since)
        ground = _grounded(seat.unit_id, seat.body, since, by)
        last.valid_to = since
        is_now = SeatStatus(seat_id=seat.id, status=str(status), valid_from=since)
        db.session.add(is_now)
        db.session.flush()
        told = {"seat": seat.id, "since": since, "status": str(status), **ground}
        office.record("seat:changed", seat.unit_id, actor_id, [last, is_now], behalf=behalf, **told)


def end(seat: BodyMember, until: date, actor_id: int, by: str = "", behalf: int | None = None) -> None:
    """End a seat; the register of earlier days stays as it was. `by` and `behalf` as for `add`.

    Raises NoSuchDay, or Touches; also when the seat had ended earlier, and would be held again meanwhile.
    """
    _checked(until)
    with write_transaction():
        ends = max(until, seat.valid_from)
        from_day = ends if seat.valid_to is None else min(ends, seat.valid_to)
        ground = _grounded(seat.unit_id, seat.body, from_day, by)
        seat.valid_to = ends
        told = {"seat": seat.id, "until": seat.valid_to, **ground}
        office.record("seat:ended", seat.unit_id, actor_id, [seat], behalf=behalf, **told)


def link(seat: BodyMember, person: OrgPerson, actor_id: int, behalf: int | None = None) -> None:
    """The holder of a seat is a person who is known already. `behalf` as for `add`. Raises NotThere."""
    with write_transaction():
        engines.lock_numbers(db)
        _once(person, seat)
        seat.person_id = person.id
        persons.changed()
        told = {"seat": seat.id, "person": person.id}
        office.record("seat:linked", seat.unit_id, actor_id, [seat], behalf=behalf, **told)


_PERIODS = Question(
    select(
        BodyMember.id, BodyMember.unit_id, BodyMember.body, BodyMember.valid_from, BodyMember.valid_to,
        SeatStatus.status, SeatStatus.valid_from.label("is_from"), SeatStatus.valid_to.label("is_to"),
    )
    .join(SeatStatus, SeatStatus.seat_id == BodyMember.id)
    .where(BodyMember.unit_id.in_(bindparam("units", expanding=True)))
    .order_by(BodyMember.id)
)  # fmt: skip


def hashes(asked: Collection[tuple[int, str, date]]) -> dict[tuple[int, str, date], str]:
    """What the registers of units' bodies were on days, as they now read, by (unit, body, day); one query."""
    units = {unit for unit, _body, _day in asked}
    rows = run(_PERIODS, {"units": list(units)}).all() if units else []
    return {
        (unit, body, day): register_of(
            unit,
            body,
            (
                (row.id, row.status) for row in rows
                if (row.unit_id, row.body) == (unit, body)
                and row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
                and row.is_from <= day and (row.is_to is None or day < row.is_to)
            ),
        ).hash
        for unit, body, day in asked
    }  # fmt: skip
