"""How Flask-Security finds accounts."""

from typing import Any

from flask_security import SQLAlchemyUserDatastore
from sqlalchemy import bindparam, select

from dossiers.accounts.models import Account
from dossiers.extensions import run

_OF_SESSION = select(*Account.__table__.c).where(Account.fs_uniquifier == bindparam("token"))


class Accounts(SQLAlchemyUserDatastore):
    """Finds the account of a session, as every request does, with a statement that is built once.

    That account is only read: it is no object of the database session, and what is changed on it is not stored.
    """

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Account | None:
        """The account that `wanted` describes, if there is one."""
        if wanted.keys() == {"fs_uniquifier"}:
            row = run(_OF_SESSION, {"token": wanted["fs_uniquifier"]}).mappings().first()
            return Account(**row) if row is not None else None
        found: Account | None = super().find_user(case_insensitive, **wanted)
        return found
