"""Meetings: who may hold one of which body, calling, changing and cancelling one, and the list of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, exists, select, update

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework.act import NotFound
from dossiers.casework.rows import table_of
from dossiers.extensions import db, run, write_transaction
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.office import services as office
from dossiers.rules import services as rules
from dossiers.units import tree
from dossiers.units.models import UnitAncestor
from workflow.codes import Code
from workflow.roles import Role
from workflow.route import Decider, UnitKind
from workflow.rulebook import in_force
from workflow.text import Text
from workflow.votes import Body


class Kind(Code):
    """What kind of meeting it is."""

    REGULAR = "regular"
    THEMATIC = "thematic"
    SPECIAL = "special"


KIND_LABELS: dict[Kind, Text] = {
    Kind.REGULAR: Text("Thường kỳ", "Regular"),
    Kind.THEMATIC: Text("Chuyên đề", "On one subject"),
    Kind.SPECIAL: Text("Bất thường", "Extraordinary"),
}
TITLES: dict[tuple[Body, Kind], Text] = {
    (Body.CELL, Kind.REGULAR): Text("Sinh hoạt chi bộ thường kỳ", "Regular meeting of the cell"),
    (Body.CELL, Kind.THEMATIC): Text("Sinh hoạt chi bộ chuyên đề", "Cell meeting on one subject"),
    (Body.CELL, Kind.SPECIAL): Text("Họp chi bộ bất thường", "Extraordinary meeting of the cell"),
    (Body.COMMITTEE, Kind.REGULAR): Text("Hội nghị ban chấp hành thường kỳ", "Regular meeting of the committee"),
    (Body.COMMITTEE, Kind.THEMATIC): Text("Hội nghị ban chấp hành chuyên đề", "Committee meeting on one subject"),
    (Body.COMMITTEE, Kind.SPECIAL): Text("Hội nghị ban chấp hành bất thường", "Extraordinary committee meeting"),
    (Body.STANDING_COMMITTEE, Kind.REGULAR): Text(
        "Họp ban thường vụ thường kỳ", "Regular meeting of the standing committee"
    ),
    (Body.STANDING_COMMITTEE, Kind.THEMATIC): Text(
        "Họp ban thường vụ chuyên đề", "Standing committee meeting on one subject"
    ),
    (Body.STANDING_COMMITTEE, Kind.SPECIAL): Text(
        "Họp ban thường vụ bất thường", "Extraordinary meeting of the standing committee"
    ),
    (Body.UNION_EXECUTIVE, Kind.REGULAR): Text("Họp ban chấp hành thường kỳ", "Regular meeting of the executive"),
    (Body.UNION_EXECUTIVE, Kind.THEMATIC): Text("Họp ban chấp hành chuyên đề", "Executive meeting on one subject"),
    (Body.UNION_EXECUTIVE, Kind.SPECIAL): Text("Họp ban chấp hành bất thường", "Extraordinary executive meeting"),
}
"""What a meeting of a body is called."""

SHORT: dict[Body, Text] = {
    Body.CELL: Text("Chi bộ", "Cell"),
    Body.COMMITTEE: Text("Ban chấp hành đảng bộ", "Committee"),
    Body.STANDING_COMMITTEE: Text("Ban thường vụ", "Standing committee"),
    Body.UNION_EXECUTIVE: Text("Ban chấp hành đoàn thể", "Executive of the union"),
}
"""The bodies that hold meetings."""

_OF_COMMITTEES: dict[UnitKind, tuple[Body, ...]] = {
    UnitKind.GRASSROOTS_COMMITTEE: (Body.COMMITTEE, Body.STANDING_COMMITTEE)
}
_OF_UPPER: dict[UnitKind, tuple[Body, ...]] = {UnitKind.UPPER_COMMITTEE: (Body.STANDING_COMMITTEE,)}
HOLDERS: dict[Role, dict[UnitKind, tuple[Body, ...]]] = {
    Role.CELL_SECRETARY: {UnitKind.CELL: (Body.CELL,), UnitKind.GRASSROOTS_CELL: (Body.CELL,)},
    Role.COMMITTEE_SECRETARY: _OF_COMMITTEES,
    Role.COMMITTEE_OFFICER: _OF_COMMITTEES,
    Role.UPPER_SECRETARY: _OF_UPPER,
    Role.UPPER_OFFICER: _OF_UPPER,
    Role.YOUTH_OFFICER: {UnitKind.YOUTH_UNION: (Body.UNION_EXECUTIVE,)},
    Role.UNION_OFFICER: {UnitKind.TRADE_UNION: (Body.UNION_EXECUTIVE,)},
}
"""Whose meetings a role calls and keeps, by the kind of unit it is held in."""


class Shut(Exception):
    """The meeting was closed or cancelled, or decisions of it were signed: that does not change any more."""


class Moved(Exception):
    """Somebody else changed the meeting since it was read."""


@dataclass(frozen=True)
class Called:
    """What a meeting is called with."""

    kind: Kind
    held_on: date
    begins_at: str
    place: str
    chair_id: int | None
    secretary_id: int | None
    other: str


def title(meeting: Any) -> Text:
    """What the meeting is called."""
    return TITLES[Body(meeting.body), Kind(meeting.kind)]


def bodies_of(signed: Signed) -> list[tuple[int, Body]]:
    """The bodies whose meetings this person holds: their unit and which."""
    units, found = tree.current(), []
    for role, unit_id in signed.grants:
        unit = units[unit_id]
        for body in HOLDERS.get(role, {}).get(unit.kind, ()):
            if body is Body.STANDING_COMMITTEE and unit.kind is UnitKind.GRASSROOTS_COMMITTEE:
                allowed = in_force(clock.today(), rules.books()).words("deciding_bodies")
                decider = unit.deciding_body if unit.deciding_body in allowed else allowed[0]
                if decider != Decider.OWN_STANDING:
                    continue
            found.append((unit_id, body))
    return list(dict.fromkeys(found))


def may_hold(meeting: Meeting, signed: Signed) -> bool:
    """Whether this person keeps the meeting: somebody of the unit's own; those above only read."""
    unit = tree.current()[meeting.unit_id]
    return any(
        unit_id == unit.id and Body(meeting.body) in HOLDERS.get(role, {}).get(unit.kind, ())
        for role, unit_id in signed.grants
    )


def lender(unit_id: int, body: Body, signed: Signed) -> int | None:
    """The account in whose place this person keeps the meetings of a unit's body; None when the role is their own."""
    kind = tree.current()[unit_id].kind
    return signed.lender({role for role, held in HOLDERS.items() if body in held.get(kind, ())}, (unit_id,))


_WITHIN = exists().where(
    UnitAncestor.unit_id == Meeting.unit_id, UnitAncestor.ancestor_id.in_(bindparam("units", expanding=True))
)
_ONE = select(Meeting).where(Meeting.id == bindparam("number"), _WITHIN).execution_options(populate_existing=True)


def load(number: int, signed: Signed) -> Meeting:
    """A meeting of a unit this person may read. Raises NotFound."""
    asked = {"number": number, "units": list(signed.reading_units)}
    found = db.session.scalars(_ONE, asked).one_or_none()
    if found is None:
        raise NotFound(str(number))
    return found


_TABLE = Meeting.__table__
_LISTED = select(
    Meeting.id, Meeting.unit_id, Meeting.body, Meeting.kind, Meeting.held_on, Meeting.begins_at, Meeting.place
).where(_WITHIN, Meeting.cancelled_at.is_(None))
_RUNNING = Question(_LISTED.where(~Meeting.closed).order_by(Meeting.held_on, Meeting.begins_at, Meeting.id).limit(200))
_CLOSED = Question(
    _LISTED.where(Meeting.closed)
    .order_by(Meeting.held_on.desc(), Meeting.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("from"))
)


@dataclass(frozen=True)
class Meetings:
    """The meetings of somebody's units: those to come, those whose day has come, and a page of those closed."""

    coming: list[Any]
    open: list[Any]
    closed: list[Any]
    more: bool = False


def meetings(signed: Signed, page: int, size: int) -> Meetings:
    """What there is to see for this person; `page` of those closed counts from 1. Two queries."""
    units = list(signed.reading_units)
    running = run(_RUNNING, {"units": units}).all()
    closed = run(_CLOSED, {"units": units, "limit": size + 1, "from": (page - 1) * size}).all()
    today = clock.today()
    return Meetings(
        [row for row in running if row.held_on > today],
        [row for row in running if row.held_on <= today],
        list(closed[:size]),
        len(closed) > size,
    )


def call(unit_id: int, body: Body, called: Called, actor_id: int, behalf: int | None = None) -> int:
    """Call a meeting, for whom if in somebody's place; its number."""
    with write_transaction():
        meeting = Meeting(
            unit_id=unit_id,
            body=str(body),
            first_number="",
            issued_on=None,
            called_by=actor_id,
            called_at=clock.stamp(clock.now()),
            cancelled_at=None,
            closed=False,
            closed_by=None,
            closed_at=None,
            version=1,
            **_columns(called),
        )
        db.session.add(meeting)
        db.session.flush()
        _record("meeting:called", unit_id, called.held_on, actor_id, meeting.id, body, behalf)
    return meeting.id


def _record(topic: str, unit_id: int, on: date, actor_id: int, number: int, body: str, behalf: int | None) -> None:
    office.record(topic, unit_id, actor_id, behalf=behalf, meeting=number, body=body, day=on)


def _columns(called: Called) -> dict[str, Any]:
    return {
        "kind": str(called.kind),
        "held_on": called.held_on,
        "begins_at": called.begins_at,
        "place": called.place,
        "chair_id": called.chair_id,
        "secretary_id": called.secretary_id,
        "other": called.other,
    }


def change(meeting: Meeting, called: Called, seen: int, actor_id: int, behalf: int | None = None) -> None:
    """Call it otherwise. Raises Shut, and Moved when somebody changed it since version `seen`."""
    with write_transaction():
        touch(meeting.id, seen, **_columns(called))
        nothing_signed(meeting.id)
        _record("meeting:changed", meeting.unit_id, called.held_on, actor_id, meeting.id, meeting.body, behalf)


_LINE = table_of(MeetingLine)
_FORGET = update(_LINE).where(_LINE.c.meeting_id == bindparam("of_meeting"), ~_LINE.c.closed).values(reason="")
"""Why somebody was to be refused is nobody's to know from a meeting that did not take place."""


def cancel(meeting: Meeting, actor_id: int, behalf: int | None = None) -> None:
    """It does not take place. Raises Shut."""
    with write_transaction():
        touch(meeting.id, cancelled_at=clock.stamp(clock.now()))
        nothing_signed(meeting.id)
        run(_FORGET, {"of_meeting": meeting.id})
        _record("meeting:cancelled", meeting.unit_id, meeting.held_on, actor_id, meeting.id, meeting.body, behalf)


_VERSION = Question(
    select(Meeting.version).where(Meeting.id == bindparam("number"), ~Meeting.closed, Meeting.cancelled_at.is_(None))
)
_TOUCH = update(_TABLE).where(  # type: ignore[arg-type] # a Table, which the base class does not say
    _TABLE.c.id == bindparam("of"), ~_TABLE.c.closed, _TABLE.c.cancelled_at.is_(None)
)


def touch(number: int, seen: int | None = None, **columns: Any) -> None:
    """Change the meeting in the current transaction; whoever else changes it waits until that ends. Raises Shut when it
    is closed or cancelled, Moved when it is not any more at the version `seen`.
    """
    statement, asked = _TOUCH, {"of": number}
    if seen is not None:
        statement, asked = _TOUCH.where(_TABLE.c.version == bindparam("seen")), {**asked, "seen": seen}
    if run(statement.values(version=_TABLE.c.version + 1, **columns), asked).rowcount == 1:
        return
    raise Shut if run(_VERSION, {"number": number}).scalar() is None else Moved


_SIGNED = Question(
    select(MeetingLine.dossier_id).where(MeetingLine.meeting_id == bindparam("number"), MeetingLine.closed).limit(1)
)


def nothing_signed(number: int) -> None:
    """Raises Shut when a decision of the meeting was signed: its day and who came stand."""
    if run(_SIGNED, {"number": number}).first() is not None:
        raise Shut
