"""Persons and those beside them: relatives to be verified, who introduces or helps."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model

SEALED = {"sealed": True}
"""Marks columns that hold sealed text (dossiers.encryption), bound to table, column and primary key."""


class Person(Model):
    """A candidate. Nothing more is kept than domain.md §2 allows; sensitive fields stand sealed.

    What identifies is empty once it was erased by law.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(String(120))
    birth_date: Mapped[date | None]
    sex: Mapped[str] = mapped_column(String(10))
    contact: Mapped[str] = mapped_column(String(120), server_default="")
    other_names: Mapped[str] = mapped_column(String(120), server_default="")
    birth_place: Mapped[str] = mapped_column(String(200), server_default="")
    home_town: Mapped[str] = mapped_column(String(200), server_default="")
    residence: Mapped[str] = mapped_column(String(200), server_default="")
    occupation: Mapped[str] = mapped_column(String(120), server_default="")
    employer: Mapped[str] = mapped_column(String(200), server_default="")
    sector: Mapped[str] = mapped_column(String(30), server_default="")
    professional_level: Mapped[str] = mapped_column(String(120), server_default="")
    theory_level: Mapped[str] = mapped_column(String(120), server_default="")
    languages: Mapped[str] = mapped_column(String(120), server_default="")
    youth_joined_on: Mapped[date | None]
    union_joined_on: Mapped[date | None]
    ethnic_group: Mapped[str | None] = mapped_column(info=SEALED)
    religion: Mapped[str | None] = mapped_column(info=SEALED)
    identity_number: Mapped[str | None] = mapped_column(info=SEALED)


class Relative(Model):
    """A relative to be verified, with the result; `ref` is what the facts call them, `nr` their place among them."""

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(String(20), primary_key=True)
    nr: Mapped[int]
    relation: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(info=SEALED)
    birth_year: Mapped[int | None]
    place: Mapped[str | None] = mapped_column(info=SEALED)
    occupation: Mapped[str | None] = mapped_column(info=SEALED)
    result: Mapped[str | None] = mapped_column(info=SEALED)
    verified_on: Mapped[date | None]
    exempt: Mapped[bool] = mapped_column(server_default=false())


class Companion(Model):
    """An official member beside the candidate: who introduces (`introducer`) or helps (`helper`).

    `seq` is the event that named them, `nr` their place in it.
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    nr: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    since: Mapped[date]
    until: Mapped[date | None]

    __table_args__ = (Index("ix_companion_ref", "ref"),)


SEALED_OF_PERSON = tuple(c.name for c in Person.__table__.columns if c.info.get("sealed"))
SEALED_OF_RELATIVE = tuple(c.name for c in Relative.__table__.columns if c.info.get("sealed"))
