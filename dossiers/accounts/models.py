"""Accounts and the roles they hold in units for a period."""

from datetime import date, datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import apart, logged


class Account(Model, UserMixin):
    """Somebody who signs in. What they may do stands in RoleAssignment, not here."""

    __table_args__ = (logged(personal=("email", "name"), digested=("password", "fs_uniquifier")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime | None]
    demo_label: Mapped[str | None] = mapped_column(String(60))

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override] # nobody sets them here
        """Flask-Security's own roles are not used: a role here is held in a unit."""
        return []


class RoleAssignment(Model):
    """A role in a unit from a day (to a day, not included), possibly delegated by another account."""

    __table_args__ = (logged(),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    delegated_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class SignInTry(Model):
    """A try to sign in during the last minute. Whose it was stands in it as a keyed hash only."""

    __table_args__ = (apart("A try counts for a minute and is then forgotten.", passing=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[float] = mapped_column(Float)
