"""Drafts of forms."""

from sqlalchemy import Float, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import apart


class Draft(Model):
    """What a person has typed into the form at an address; sealed, and bound to both."""

    __table_args__ = (
        apart("It is what somebody has typed and not sent: nothing rests on it, and it goes after some days.", True),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[float] = mapped_column(Float, index=True)
    """Seconds since 1970, by the real clock: a demo's clock makes no draft old."""
