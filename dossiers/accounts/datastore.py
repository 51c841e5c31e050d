"""How Flask-Security finds accounts."""

from typing import Any

from flask_security import SQLAlchemyUserDatastore
from sqlalchemy import bindparam, select

from dossiers.accounts.models import Account
from dossiers.extensions import db

_OF_SESSION = select(Account).where(Account.fs_uniquifier == bindparam("token"))


class Accounts(SQLAlchemyUserDatastore):
    """Finds the account of a session, as every request does, with a statement that is built once."""

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Account | None:
        """The account that `wanted` describes, if there is one."""
        if wanted.keys() == {"fs_uniquifier"}:
            found: Account | None = db.session.scalar(_OF_SESSION, {"token": wanted["fs_uniquifier"]})
        else:
            found = super().find_user(case_insensitive, **wanted)
        return found
