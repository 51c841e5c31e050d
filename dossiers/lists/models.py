"""What people keep of their own for lists, and who works on which dossier."""

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import apart


class SavedFilter(Model):
    """A filter of the work-list under a name; `query` is what stands in the address."""

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(400))

    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        apart("A person's own convenience; it changes nothing for anybody else."),
    )


class Claim(Model):
    """Somebody works on a dossier, so that others need not; it says no more, and gives no right.

    It ends with the `turn` it was made in, and by itself after a time (lists.claims); `since` in seconds since 1970.
    `taken_from_id` had it before, and is told.
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    turn: Mapped[str] = mapped_column(String(30))
    since: Mapped[int] = mapped_column(BigInteger, index=True)
    taken_from_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)

    __table_args__ = (
        apart("A note of who works on what; it passes in a day and changes nothing of the dossier.", passing=True),
    )
