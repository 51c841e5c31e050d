"""Papers on file."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import db


class PaperRecord(db.Model):
    """A paper on file. `number_key` is unique: issuer, form, year and number are used once."""

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    seq: Mapped[int]
    form: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date]
    issuer: Mapped[str] = mapped_column(String(200))
    number_key: Mapped[str | None] = mapped_column(String(300), unique=True)
