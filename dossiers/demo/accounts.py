"""The accounts of a demo, one a role."""

from sqlalchemy import select

from dossiers.accounts.models import Account
from dossiers.extensions import db
from dossiers.rules import instance
from dossiers.security import is_near


def accounts_of_demo() -> list[Account]:
    """The accounts of a demo that stand for a role."""
    return list(db.session.scalars(select(Account).where(Account.demo_label.is_not(None)).order_by(Account.id)))


def demo_accounts() -> list[Account]:
    """The accounts offered for one-click sign-in; none outside a demo or from another machine."""
    return accounts_of_demo() if is_near() and instance.is_demo() else []
