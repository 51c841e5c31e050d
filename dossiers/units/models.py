"""Units, their place in the tree over time, the persons of the organisation, and the registers of those who vote."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import apart, logged


class Unit(Model):
    """A unit of the tree. `parent_id` is where it stands now, `deciding_body` who decides on its admissions (None: as
    the rulebook has it); UnitPlacement keeps where it stood before and who decided then. `organisation_code` is what
    the member database calls it (2.3.3.3.3 digits with dots), where that is known.
    """

    __table_args__ = (Index("uq_unit_organisation_code", "organisation_code", unique=True), logged())

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(30))
    deciding_body: Mapped[str | None] = mapped_column(String(30))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("unit.id", deferrable=True, initially="IMMEDIATE"), index=True
    )
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    organisation_code: Mapped[str | None] = mapped_column(String(18))


class UnitPlacement(Model):
    """Under which parent a unit stood, and who decided on its admissions, from a day (to a day, not included)."""

    __table_args__ = (logged(),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    deciding_body: Mapped[str | None] = mapped_column(String(30))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class UnitAncestor(Model):
    """Today's tree, closed: each unit with each unit above it, and with itself at depth 0.

    It follows from Unit.parent_id, so the office's log holds none of it: checking it makes it again.
    """

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    ancestor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    depth: Mapped[int]

    __table_args__ = (
        Index("ix_unit_ancestor_ancestor_id", "ancestor_id", "unit_id"),
        apart("It follows from the units' parents; audit verify makes it again and compares."),
    )


class OrgPerson(Model):
    """A person of the organisation: whoever holds seats, accounts and with them roles. No candidate: see people.Person.

    `name_key` is the folded name, by which the same person is looked for; birth date and phone tell two of one name
    apart, where somebody said them.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120), index=True)
    birth_date: Mapped[date | None]
    phone: Mapped[str] = mapped_column(String(30), server_default="")

    __table_args__ = (logged(personal=("name", "name_key", "birth_date", "phone")),)


class SeatStatus(Model):
    """What the holder of a seat is from a day (to a day, not included): see units.registers.Status."""

    __table_args__ = (Index("ix_seat_status_seat_id", "seat_id"), logged())

    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("body_member.id"))
    status: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class BodyMember(Model):
    """One seat in a voting body of a unit, for a period. What the member is meanwhile stands in SeatStatus.

    `person_id` says who it is: four eyes are judged by the person, whatever account or seat is named.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    body: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int] = mapped_column(ForeignKey("org_person.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    __table_args__ = (Index("ix_body_member_unit_id_body", "unit_id", "body"), logged(personal=("name",)))
