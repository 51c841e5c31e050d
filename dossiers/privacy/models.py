"""Reads: of dossiers, and of what shows many; and how many there were."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossiers import engines
from dossiers.extensions import Model
from dossiers.office.logged import apart


class DossierRead(Model):
    """Somebody read a part of a dossier, searched, printed or opened a log; who, what, when, from where, what for.

    Looks at the same part from the same address within a quarter of an hour are one row. `dossier_id` is None for what
    is about none; `account_id` for whoever runs a command on the server.
    """

    __table_args__ = (
        UniqueConstraint("dossier_id", "account_id", "part", "slot", "address"),
        Index("ix_dossier_read_dossier_id_id", "dossier_id", "id"),
        Index("ix_dossier_read_account_id_slot", "account_id", "slot", "dossier_id", "part"),
        Index("ix_dossier_read_dossier_id_until", "dossier_id", "until", **engines.only_where("until IS NOT NULL")),
        Index("ix_dossier_read_opened", "at", "id", **engines.only_where("until IS NOT NULL")),
        apart("It is who looked, not what was done: rows are only added, and go after the time a setting says."),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossier.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    part: Mapped[str] = mapped_column(String(20))
    slot: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    """Seconds since 1970, by the real clock."""
    address: Mapped[str] = mapped_column(String(60), server_default="")
    about: Mapped[str] = mapped_column(String(120), server_default="")
    """What was asked for, with names and numbers masked."""
    mark: Mapped[str | None] = mapped_column(String(16), index=True)
    """A keyed hash of the words that were searched: who knows them finds the row, and it tells nobody else."""
    purpose: Mapped[str | None] = mapped_column(String(1000))
    """Sealed: what it was opened for."""
    until: Mapped[int | None] = mapped_column(BigInteger)
    """Until when what was opened beyond the role is shown."""


class ReadCount(Model):
    """How many dossiers, and codes out of reach, an account read in a quarter of an hour that is over.

    `noted`: something unusual ended in it by the settings of then, with so many; None otherwise.
    """

    __table_args__ = (
        Index("ix_read_count_account_id_slot", "account_id", "slot", "dossiers", "tried"),
        Index("ix_read_count_noted", "noted", "slot", "account_id", **engines.only_where("noted IS NOT NULL")),
        apart("It follows from the reads, and goes with them."),
    )

    slot: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    dossiers: Mapped[int]
    tried: Mapped[int]
    noted: Mapped[int | None]
