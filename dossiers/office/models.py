"""The log of the office: what changes who may act, who votes, and by which rules, outside any dossier."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import db


class OfficeEvent(db.Model):
    """One act of administration, written once; a chain of its own. The database refuses UPDATE and DELETE.

    `body` names things by their codes and numbers, never people by name. `actor_id` is empty for the command line.
    """

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
