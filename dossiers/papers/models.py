"""Papers on file."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dossiers import engines
from dossiers.extensions import Model


class PaperRecord(Model):
    """A paper on file, brought by event `seq` as its `nr`th.

    `number_key` is unique: issuer, form, year and number are used once. By `number_words` it is found.
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    nr: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date]
    issuer: Mapped[str] = mapped_column(String(200))
    number_key: Mapped[str | None] = mapped_column(String(300), unique=True)
    number_words: Mapped[str] = mapped_column(engines.plain_text(220), server_default="")

    __table_args__ = (Index("ix_paper_record_number_words", "number_words", "dossier_id"),)
