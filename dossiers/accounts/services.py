"""Accounts: making them, giving roles, and the demo's one-click sign-in."""

import secrets
from datetime import date

from flask_security import hash_password
from sqlalchemy import select

from dossiers import clock
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.extensions import db
from dossiers.units.models import Unit
from workflow.roles import Role


def create(email: str, name: str, password: str | None, demo_label: str | None = None) -> Account:
    """A new account, flushed but not committed."""
    account = Account(
        email=email.lower(),
        name=name,
        password=hash_password(password) if password else None,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=clock.now().replace(tzinfo=None),
        demo_label=demo_label,
    )
    db.session.add(account)
    db.session.flush()
    return account


def grant(account: Account, role: Role, unit: Unit, since: date, until: date | None = None) -> None:
    """Give a role in a unit for a period; in the current transaction."""
    db.session.add(
        RoleAssignment(account_id=account.id, role=str(role), unit_id=unit.id, valid_from=since, valid_to=until)
    )


def by_email(email: str) -> Account | None:
    """The account with this address."""
    return db.session.scalar(select(Account).where(Account.email == email.lower()))
