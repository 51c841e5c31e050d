"""Checkpoints: signed roots over all chains as they stood at a moment."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import logged


class Checkpoint(Model):
    """One signed root. `versions` (compressed) says how far each chain had come, so that it can be made again.

    The office's log says that it was taken, so that one that is taken away is missed.
    """

    __table_args__ = (logged(digested=("versions",)),)

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[str] = mapped_column(String(32))
    dossiers: Mapped[int]
    events: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    public_key: Mapped[str] = mapped_column(String(64))
    versions: Mapped[bytes] = mapped_column(LargeBinary)
