"""What people keep of their own for lists."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
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
