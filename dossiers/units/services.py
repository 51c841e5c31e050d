"""Reading and changing the unit tree and the registers of those entitled to vote."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import bindparam, func, or_, select

from dossiers import names
from dossiers.extensions import db, run, write_transaction
from dossiers.office import services as office
from dossiers.units import tree
from dossiers.units.models import BodyMember, Unit, UnitAncestor, UnitPlacement
from dossiers.units.tree import Node
from workflow.facts import Source
from workflow.roles import Role
from workflow.route import UnitKind
from workflow.votes import Body

CELLS = (str(UnitKind.CELL), str(UnitKind.GRASSROOTS_CELL))


REPORTED = (*CELLS, str(UnitKind.SECTION_COMMITTEE), str(UnitKind.GRASSROOTS_COMMITTEE), str(UnitKind.UPPER_COMMITTEE))
"""Kinds of unit that have dossiers under them."""

_ENTITLED = (
    select(func.count())
    .select_from(BodyMember)
    .where(
        BodyMember.unit_id == bindparam("unit"),
        BodyMember.body == bindparam("body"),
        BodyMember.exempt.is_(False),
        BodyMember.valid_from <= bindparam("day"),
        or_(BodyMember.valid_to.is_(None), BodyMember.valid_to > bindparam("day")),
    )
)


def by_code(code: str) -> Unit | None:
    """The unit with this code."""
    return db.session.scalar(select(Unit).where(Unit.code == code))


def cells_for_sourcing(grants: Iterable[tuple[Role, int]]) -> list[tuple[Node, Source]]:
    """Where somebody with these roles may put a candidate on the source list: (cell, source).

    A union officer sources for the cells of the union's own grass-roots organisation, a cell secretary for the
    own cell, members of the organisation's base unions included.
    """
    units = tree.current()
    found: list[tuple[Node, Source]] = []
    for role, unit_id in grants:
        unit = units[unit_id]
        if role in (Role.YOUTH_OFFICER, Role.UNION_OFFICER) and unit.parent_id is not None:
            source = Source.YOUTH_UNION if role is Role.YOUTH_OFFICER else Source.TRADE_UNION
            found += [(cell, source) for cell in units.below([unit.parent_id], CELLS)]
        elif role is Role.CELL_SECRETARY and unit.kind in CELLS:
            bases = units.organisations(units.place(unit.id))
            found += [(unit, source) for source in Source if source is Source.OTHER or source in bases]
    return found


def entitled(unit_id: int, body: str, day: date) -> int:
    """How many people of a unit's body may vote on a day, those exempt left out."""
    return run(_ENTITLED, {"unit": unit_id, "body": body, "day": day}).scalar() or 0


def register(unit_id: int, body: Body, day: date) -> list[BodyMember]:
    """Everybody in a unit's body on a day, exempt ones too, in Vietnamese name order."""
    seats = db.session.scalars(
        select(BodyMember).where(
            BodyMember.unit_id == unit_id,
            BodyMember.body == str(body),
            BodyMember.valid_from <= day,
            or_(BodyMember.valid_to.is_(None), BodyMember.valid_to > day),
        )
    )
    return sorted(seats, key=lambda seat: names.sort_key(seat.name))


def add_member(unit_id: int, body: str, name: str, since: date, exempt: bool, actor_id: int) -> None:
    """Add somebody to a register from a day on."""
    with write_transaction():
        seat = BodyMember(unit_id=unit_id, body=body, name=name, valid_from=since, exempt=exempt)
        db.session.add(seat)
        db.session.flush()
        office.record("seat:added", unit_id, actor_id, [seat], seat=seat.id, body=body, since=since, exempt=exempt)


def end_membership(seat: BodyMember, until: date, actor_id: int) -> None:
    """End a seat; the register of earlier days stays as it was."""
    with write_transaction():
        seat.valid_to = max(until, seat.valid_from)
        office.record("seat:ended", seat.unit_id, actor_id, [seat], seat=seat.id, until=seat.valid_to)


def add_unit(code: str, name: str, kind: UnitKind, parent: Unit | None, since: date, may_decide: bool = False) -> Unit:
    """Add a unit under a parent and keep the closed tree; in the current transaction."""
    unit = Unit(
        code=code,
        name=name,
        kind=str(kind),
        may_decide=may_decide,
        parent_id=parent.id if parent else None,
        valid_from=since,
    )
    db.session.add(unit)
    db.session.flush()
    db.session.add(UnitPlacement(unit_id=unit.id, parent_id=unit.parent_id, valid_from=since))
    db.session.add(UnitAncestor(unit_id=unit.id, ancestor_id=unit.id, depth=0))
    if parent is not None:
        above = db.session.execute(
            select(UnitAncestor.ancestor_id, UnitAncestor.depth).where(UnitAncestor.unit_id == parent.id)
        ).all()
        for ancestor_id, depth in above:
            db.session.add(UnitAncestor(unit_id=unit.id, ancestor_id=ancestor_id, depth=depth + 1))
    db.session.flush()
    tree.changed()
    return unit


ABOVE: dict[UnitKind, tuple[UnitKind, ...]] = {
    UnitKind.UPPER_COMMITTEE: (),
    UnitKind.GRASSROOTS_COMMITTEE: (UnitKind.UPPER_COMMITTEE,),
    UnitKind.GRASSROOTS_CELL: (UnitKind.UPPER_COMMITTEE,),
    UnitKind.SECTION_COMMITTEE: (UnitKind.GRASSROOTS_COMMITTEE,),
    UnitKind.CELL: (UnitKind.GRASSROOTS_COMMITTEE, UnitKind.SECTION_COMMITTEE),
    UnitKind.YOUTH_UNION: (UnitKind.GRASSROOTS_COMMITTEE, UnitKind.GRASSROOTS_CELL),
    UnitKind.TRADE_UNION: (UnitKind.GRASSROOTS_COMMITTEE, UnitKind.GRASSROOTS_CELL),
    UnitKind.TRAINING_CENTRE: (UnitKind.UPPER_COMMITTEE,),
}
"""Under which kinds of unit a kind of unit stands."""


def open_unit(
    code: str, name: str, kind: UnitKind, parent: Unit | None, since: date, may_decide: bool, actor_id: int | None
) -> Unit:
    """Add a unit and say so in the office's log. Raises ValueError when such a unit does not stand under `parent`."""
    if (parent is None) != (not ABOVE[kind]) or (parent is not None and UnitKind(parent.kind) not in ABOVE[kind]):
        raise ValueError(kind)
    with write_transaction():
        unit = add_unit(code, name, kind, parent, since, may_decide)
        above = parent.code if parent else "-"
        placed = db.session.scalars(select(UnitPlacement).where(UnitPlacement.unit_id == unit.id))
        body = {"code": code, "kind": kind, "parent": above, "may_decide": may_decide}
        office.record("unit:added", unit.id, actor_id, [unit, *placed], **body)
    return unit


def bodies_of(kind: UnitKind) -> tuple[Body, ...]:
    """The voting bodies a unit of a kind has."""
    return {
        UnitKind.CELL: (Body.CELL,),
        UnitKind.GRASSROOTS_CELL: (Body.CELL,),
        UnitKind.GRASSROOTS_COMMITTEE: (Body.COMMITTEE,),
        UnitKind.UPPER_COMMITTEE: (Body.STANDING_COMMITTEE,),
        UnitKind.YOUTH_UNION: (Body.UNION_EXECUTIVE,),
        UnitKind.TRADE_UNION: (Body.UNION_EXECUTIVE,),
    }.get(kind, ())
