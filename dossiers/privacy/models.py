"""Reads of dossiers."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import apart


class DossierRead(Model):
    """Somebody looked at a part of a dossier; looks within the same quarter of an hour are one row."""

    __table_args__ = (
        UniqueConstraint("dossier_id", "account_id", "part", "slot"),
        Index("ix_dossier_read_dossier_id_id", "dossier_id", "id"),
        apart("It is who looked, not what was done: rows are only added, and go after the time a setting says."),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    part: Mapped[str] = mapped_column(String(20))
    slot: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    """Seconds since 1970, by the real clock."""
