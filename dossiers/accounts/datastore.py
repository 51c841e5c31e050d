"""How Flask-Security finds accounts."""

from dataclasses import dataclass
from typing import Any

from flask_security import SQLAlchemyUserDatastore, UserMixin
from sqlalchemy import bindparam, select

from dossiers import engines
from dossiers.accounts import grants
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.extensions import run, write_transaction
from dossiers.office import services as office
from dossiers.rules import instance
from dossiers.rules.models import InstanceValue

_ACCOUNT = (Account.id, Account.email, Account.name, Account.active, Account.fs_uniquifier)
_VALUES = select(engines.pairs(InstanceValue.key, InstanceValue.value)).scalar_subquery().label("instance_values")
_OF_SESSION = (
    select(*_ACCOUNT, *grants.PERIOD, _VALUES)
    .outerjoin(RoleAssignment, RoleAssignment.account_id == Account.id)
    .where(Account.fs_uniquifier == bindparam("token"))
    .order_by(RoleAssignment.id)
)


@dataclass(frozen=True)
class SignedAccount(UserMixin):
    """The account a request is signed in with: to be read, not changed."""

    id: int
    email: str
    name: str
    active: bool
    fs_uniquifier: str


class Accounts(SQLAlchemyUserDatastore):
    """Finds the account of a session, as every request does, with a statement that is built once."""

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Account | SignedAccount | None:
        """The account that `wanted` describes, if there is one."""
        if wanted.keys() == {"fs_uniquifier"}:
            return _of_session(wanted["fs_uniquifier"])
        found = super().find_user(case_insensitive, **wanted)
        assert found is None or isinstance(found, Account)
        return found

    def put(self, model: Any) -> Any:
        """Write what Flask-Security changes of an account by itself, and say so in the office's log.

        Today that is a password hashed anew at sign-in, when the way to hash them has become another.
        """
        with write_transaction():
            super().put(model)  # type: ignore[no-untyped-call] # of Flask-Security
            if isinstance(model, Account):
                office.record("password:hashed", None, model.id, [model], account=model.id)
        return model


def _of_session(token: str) -> SignedAccount | None:
    """The account; with it comes, for the rest of the request, what every page asks next: its roles and the
    instance's values.
    """
    rows = run(_OF_SESSION, {"token": token}).all()
    if not rows:
        return None
    first = rows[0]
    account = SignedAccount(*first[: len(_ACCOUNT)])
    grants.know(account.id, [row[len(_ACCOUNT) : -1] for row in rows if row.role is not None])
    instance.know(first.instance_values or {})
    return account
