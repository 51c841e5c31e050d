"""Requests, and answers that wait to be recorded."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dossiers import engines
from dossiers.extensions import Model
from dossiers.office.logged import apart

_OPEN = "closed_on IS NULL"


class Inquiry(Model):
    """The `nr`th request of a dossier, which event `seq` sent; `addressee` is who was asked, as the letter names them,
    `answer` what was answered in words, or why not.

    `unit_id` is the unit of this tree that was asked: its people find the request by it as long as it is open.
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    nr: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    asked_on: Mapped[date]
    closed_on: Mapped[date | None]
    number: Mapped[str] = mapped_column(String(200))
    addressee: Mapped[str] = mapped_column(Text, info={"sealed": True})
    answer: Mapped[str] = mapped_column(Text, info={"sealed": True})

    __table_args__ = (Index("ix_inquiry_unit", "unit_id", "asked_on", "dossier_id", "nr", **engines.only_where(_OPEN)),)


class InquiryAnswer(Model):
    """What somebody of the unit that was asked wrote back: sealed, until the asker records it as an event."""

    __table_args__ = (apart("It is a letter on its way: what counts is the event by which the asker records it."),)

    dossier_id: Mapped[int] = mapped_column(primary_key=True)
    nr: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    answered_on: Mapped[date]
    sealed: Mapped[str] = mapped_column(Text)
