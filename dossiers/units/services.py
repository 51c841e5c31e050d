"""Reading and changing the unit tree."""

from collections.abc import Iterable
from datetime import date

from blinker import Namespace
from sqlalchemy import delete, func, insert, select

from dossiers.extensions import Model, db, write_transaction
from dossiers.office import services as office
from dossiers.units import tree
from dossiers.units.models import Unit, UnitAncestor, UnitPlacement
from dossiers.units.tree import Node
from workflow.facts import Source
from workflow.roles import Role
from workflow.route import Decider, UnitKind
from workflow.votes import Body

CELLS = (str(UnitKind.CELL), str(UnitKind.GRASSROOTS_CELL))


REPORTED = (*CELLS, str(UnitKind.SECTION_COMMITTEE), str(UnitKind.GRASSROOTS_COMMITTEE), str(UnitKind.UPPER_COMMITTEE))
"""Kinds of unit that have dossiers under them."""


def by_code(code: str) -> Unit | None:
    """The unit with this code."""
    return db.session.scalar(select(Unit).where(Unit.code == code))


def has_code(code: str) -> bool:
    """Whether a unit has this code, in small or capital letters."""
    return db.session.scalar(select(Unit.id).where(func.upper(Unit.code) == code.upper()).limit(1)) is not None


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


def add_unit(
    code: str, name: str, kind: UnitKind, parent: Unit | None, since: date, decider: Decider | None = None
) -> Unit:
    """Add a unit under a parent and keep the closed tree; in the current transaction."""
    unit = Unit(
        code=code,
        name=name,
        kind=str(kind),
        deciding_body=None if decider is None else str(decider),
        parent_id=parent.id if parent else None,
        valid_from=since,
    )
    db.session.add(unit)
    db.session.flush()
    db.session.add(
        UnitPlacement(unit_id=unit.id, parent_id=unit.parent_id, deciding_body=unit.deciding_body, valid_from=since)
    )
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
    code: str,
    name: str,
    kind: UnitKind,
    parent: Unit | None,
    since: date,
    decider: Decider | None,
    actor_id: int | None,
) -> Unit:
    """Add a unit and say so in the office's log. Raises ValueError when such a unit does not stand under `parent`."""
    if (parent is None) != (not ABOVE[kind]) or (parent is not None and UnitKind(parent.kind) not in ABOVE[kind]):
        raise ValueError(kind)
    with write_transaction():
        unit = add_unit(code, name, kind, parent, since, decider)
        above = parent.code if parent else "-"
        placed = db.session.scalars(select(UnitPlacement).where(UnitPlacement.unit_id == unit.id))
        body = {"code": code, "kind": kind, "parent": above, "decides": str(decider or "")}
        office.record("unit:added", unit.id, actor_id, [unit, *placed], **body)
    return unit


def bodies_of(kind: UnitKind) -> tuple[Body, ...]:
    """The voting bodies a unit of a kind has."""
    return {
        UnitKind.CELL: (Body.CELL,),
        UnitKind.GRASSROOTS_CELL: (Body.CELL,),
        UnitKind.GRASSROOTS_COMMITTEE: (Body.COMMITTEE, Body.STANDING_COMMITTEE),
        UnitKind.UPPER_COMMITTEE: (Body.STANDING_COMMITTEE,),
        UnitKind.YOUTH_UNION: (Body.UNION_EXECUTIVE,),
        UnitKind.TRADE_UNION: (Body.UNION_EXECUTIVE,),
    }.get(kind, ())


class CodeTaken(ValueError):
    """Another unit has this organisation code; the message is that unit's own code."""


def give_code(unit: Unit, code: str | None, actor_id: int | None) -> None:
    """Say what the member database calls a unit (None: nothing any more). Raises CodeTaken."""
    other = db.session.scalar(select(Unit.code).where(Unit.organisation_code == code, Unit.id != unit.id))
    if code is not None and other is not None:
        raise CodeTaken(other)
    with write_transaction():
        unit.organisation_code = code
        db.session.flush()
        office.record("unit:coded", unit.id, actor_id, [unit], code=unit.code, organisation_code=code or "")
        tree.changed()


moved = Namespace().signal("units-moved")
"""Sent in the transaction in which units come to stand elsewhere, or others decide: with their numbers."""


def change_units(
    units: Iterable[Unit], since: date, by: str, actor_id: int | None, parent: Unit | None = None,
    decider: Decider | None = None, closed: Iterable[Unit] = (),
) -> None:  # fmt: skip
    """From a day on units stand under another parent, or others decide on their admissions, by a decision (its number
    and date in words); units that were closed by it are closed. All in one transaction, earlier days stay as they were.

    Raises ValueError when a unit does not stand under such a parent, or a day is not after the last change.
    """
    with write_transaction():
        changed: list[Model] = []
        numbers = []
        for unit in units:
            if parent is not None and UnitKind(parent.kind) not in ABOVE[UnitKind(unit.kind)]:
                raise ValueError(unit.code)
            changed += _stands(unit, since, parent, decider)
            numbers.append(unit.id)
        for unit in closed:
            unit.valid_to = since
            changed.append(unit)
        db.session.flush()
        _close_tree(numbers)
        codes = [unit.code for unit in units]
        told = {"units": codes, "since": since, "parent": parent.code if parent else "", "decides": str(decider or "")}
        office.record("units:moved", parent.id if parent else numbers[0], actor_id, changed, by=by, **told)
        tree.changed()
        moved.send(units=tuple(numbers))


def _stands(unit: Unit, since: date, parent: Unit | None, decider: Decider | None) -> list[Model]:
    query = select(UnitPlacement).where(UnitPlacement.unit_id == unit.id).order_by(UnitPlacement.valid_from.desc())
    last = db.session.scalars(query.limit(1)).one()
    if since <= last.valid_from:
        raise ValueError(since)
    last.valid_to = since
    if parent is not None:
        unit.parent_id = parent.id
    if decider is not None:
        unit.deciding_body = str(decider)
    now = UnitPlacement(
        unit_id=unit.id, parent_id=unit.parent_id, deciding_body=unit.deciding_body, valid_from=since
    )  # fmt: skip
    db.session.add(now)
    return [unit, last, now]


def _close_tree(units: Iterable[int]) -> None:
    """Make the closed tree anew for units and all below them."""
    parents = {row.id: row.parent_id for row in db.session.execute(select(Unit.id, Unit.parent_id))}
    chains = {}
    for unit in parents:
        chain, above = [unit], parents[unit]
        while above is not None:
            chain.append(above)
            above = parents[above]
        chains[unit] = chain
    wanted = set(units)
    for unit, chain in chains.items():
        if wanted.isdisjoint(chain):
            continue
        db.session.execute(delete(UnitAncestor).where(UnitAncestor.unit_id == unit))
        rows = [{"unit_id": unit, "ancestor_id": one, "depth": depth} for depth, one in enumerate(chain)]
        db.session.execute(insert(UnitAncestor), rows)
