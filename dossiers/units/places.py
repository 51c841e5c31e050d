"""Where a cell stands in the tree, what is beside it, and who may vote there."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from dossiers.extensions import db
from dossiers.units.models import BodyMember, Unit, UnitAncestor
from workflow.facts import Source
from workflow.route import Route, UnitKind, route_of


@dataclass(frozen=True)
class Place:
    """Where a dossier stands in the tree: its unit upwards, as (id, kind, may_decide)."""

    chain: tuple[tuple[int, UnitKind, bool], ...]
    route: Route | None

    def unit_of(self, *kinds: UnitKind) -> int | None:
        """The nearest unit of one of these kinds, from the dossier's unit upwards."""
        return next((unit_id for unit_id, kind, _ in self.chain if kind in kinds), None)


class UnitReader:
    """Reads of the unit tree both stores share."""

    def place(self, unit_id: int) -> Place:
        """Where a unit stands; one query."""
        rows = db.session.execute(
            select(Unit.id, Unit.kind, Unit.may_decide)
            .join(UnitAncestor, UnitAncestor.ancestor_id == Unit.id)
            .where(UnitAncestor.unit_id == unit_id)
            .order_by(UnitAncestor.depth)
        ).all()
        chain = tuple((row.id, UnitKind(row.kind), row.may_decide) for row in rows)
        return Place(chain, route_of([(kind, may) for _, kind, may in chain]))

    def organisations(self, place: Place) -> dict[Source, int]:
        """The base organisations of the grass-roots organisation: the unit of each source."""
        base = place.unit_of(UnitKind.GRASSROOTS_COMMITTEE, UnitKind.GRASSROOTS_CELL)
        rows = db.session.execute(
            select(Unit.kind, Unit.id)
            .where(Unit.parent_id == base, Unit.kind.in_(list(map(str, Source))), Unit.valid_to.is_(None))
            .order_by(Unit.id.desc())
        )
        return {Source(kind): unit_id for kind, unit_id in rows}

    def entitled(self, unit_id: int, body: str, day: date) -> int:
        """How many people of a unit's body may vote on a day, those exempt left out."""
        seats = (
            select(func.count())
            .select_from(BodyMember)
            .where(
                BodyMember.unit_id == unit_id,
                BodyMember.body == body,
                BodyMember.exempt.is_(False),
                BodyMember.valid_from <= day,
                (BodyMember.valid_to.is_(None)) | (BodyMember.valid_to > day),
            )
        )
        return db.session.scalar(seats) or 0
