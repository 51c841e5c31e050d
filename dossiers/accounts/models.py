"""Accounts and the roles they hold in units for a period."""

from datetime import date, datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import BigInteger, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import apart, logged


class Account(Model, UserMixin):
    """Somebody who signs in. What they may do stands in RoleAssignment, not here."""

    __table_args__ = (logged(personal=("email", "name", "ground"), digested=("password", "fs_uniquifier")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    """Flask-Security wants it; nobody signs in by it (dossiers.accounts.sessions)."""
    password_until: Mapped[int | None] = mapped_column(BigInteger)
    """Until when a one-time password opens the account, in seconds; None: the password is the owner's own."""
    password_by_id: Mapped[int | None]
    """The account that gave the newest one-time password (None: the command line), and when, in seconds. No foreign
    key: a backup could not put accounts in an order.
    """
    password_given_at: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("org_person.id"), index=True)
    """Whose account it is; None: nobody said."""
    ground: Mapped[str] = mapped_column(String(500), server_default="")
    """Why this person has another account beside one."""
    created_at: Mapped[datetime | None]
    demo_label: Mapped[str | None] = mapped_column(String(60))

    @property
    def must_change(self) -> bool:
        """Whether the password is a one-time one."""
        return self.password_until is not None

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override] # nobody sets them here
        """Flask-Security's own roles are not used: a role here is held in a unit."""
        return []


class RoleRequest(Model):
    """A role that one person wants given and a second one confirms or refuses; it gives nothing until then.

    `expires_on` is the last day on which it can be confirmed. `outcome` is empty while it waits: see grants of two in
    accounts.giving.
    """

    __table_args__ = (Index("ix_role_request_unit_id", "unit_id", "outcome"), logged())

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_on: Mapped[date]
    expires_on: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(20), server_default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_on: Mapped[date | None]


class RoleAssignment(Model):
    """A role in a unit from a day (to a day, not included). `delegated_by_id`: it is that account's role, lent to this
    one, which acts on its behalf (see Delegation).

    `request_id` is what a second person confirmed; None: given on the machine, lent, or before two were asked for.
    """

    __table_args__ = (logged(),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    delegated_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("role_request.id"))


class Delegation(Model):
    """How a role came to be lent, beside the assignment it is held by: who lent it (its holder or the body above), why,
    and who ended it before its day.
    """

    __table_args__ = (logged(personal=("ground",)),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("role_assignment.id"), unique=True)
    given_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    given_on: Mapped[date]
    ground: Mapped[str] = mapped_column(String(500))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_on: Mapped[date | None]


class AccountSession(Model):
    """Somebody signed in with a browser. Times are seconds since 1970; the demo's clock does not move them."""

    __table_args__ = (apart("A session ends and is then forgotten; what is done in it is in the logs.", passing=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of what the cookie holds, so that whoever reads the table cannot sign in by it."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    opened_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[str] = mapped_column(String(40))


class SignInTry(Model):
    """A try of a password during the last minute. Whose it was stands in it as a keyed hash only."""

    __table_args__ = (apart("A try counts for a minute and is then forgotten.", passing=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[float] = mapped_column(Float)
