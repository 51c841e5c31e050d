"""Persons and those beside them: relatives to be verified, who introduces or helps."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.encryption import EncryptedText
from dossiers.extensions import db


class Person(db.Model):
    """A candidate. Nothing more is kept than domain.md §2 allows; sensitive fields stand encrypted."""

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(String(120))
    birth_date: Mapped[date]
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
    ethnic_group: Mapped[str | None] = mapped_column(EncryptedText)
    religion: Mapped[str | None] = mapped_column(EncryptedText)
    identity_number: Mapped[str | None] = mapped_column(EncryptedText)


class Relative(db.Model):
    """A relative to be verified, with the result; `ref` is what the facts call them."""

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    ref: Mapped[str] = mapped_column(String(20))
    relation: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(EncryptedText)
    birth_year: Mapped[int | None]
    place: Mapped[str | None] = mapped_column(EncryptedText)
    occupation: Mapped[str | None] = mapped_column(EncryptedText)
    result: Mapped[str | None] = mapped_column(EncryptedText)
    verified_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("dossier_id", "ref"),)


class Companion(db.Model):
    """An official member beside the candidate: who introduces (`introducer`) or helps (`helper`)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    since: Mapped[date]
    until: Mapped[date | None]
