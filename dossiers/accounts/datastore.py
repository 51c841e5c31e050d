"""How Flask-Security finds accounts."""

from dataclasses import dataclass
from typing import Any

from flask import g
from flask_security import SQLAlchemyUserDatastore, UserMixin
from sqlalchemy import bindparam, select

from dossiers import engines
from dossiers.accounts import grants, sessions
from dossiers.accounts.models import Account, AccountSession, RoleAssignment
from dossiers.asking import Question
from dossiers.extensions import run, write_transaction
from dossiers.office import services as office
from dossiers.rules import instance
from dossiers.rules.models import InstanceValue

_ACCOUNT = (
    Account.id, Account.email, Account.name, Account.active, Account.password_until, Account.person_id,
    AccountSession.id,
)  # fmt: skip
_VALUES = select(engines.pairs(InstanceValue.key, InstanceValue.value)).scalar_subquery().label("instance_values")
_OF_SESSION = Question(
    select(*_ACCOUNT, AccountSession.seen_at, *grants.PERIOD, _VALUES)
    .select_from(AccountSession)
    .join(Account, Account.id == AccountSession.account_id)
    .outerjoin(RoleAssignment, RoleAssignment.account_id == Account.id)
    .where(AccountSession.key == bindparam("key"), *sessions.is_open, Account.active)
    .order_by(RoleAssignment.id)
)


@dataclass(frozen=True)
class SignedAccount(UserMixin):
    """The account a request is signed in with, and the session that says so: to be read, not changed."""

    id: int
    email: str
    name: str
    active: bool
    password_until: int | None
    person_id: int | None
    session_id: int

    @property
    def must_change(self) -> bool:
        """Whether the password is a one-time one: every page then leads to changing it."""
        return self.password_until is not None


class Accounts(SQLAlchemyUserDatastore):
    """Finds the account of a session, as every request does, with a statement that is built once."""

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Account | SignedAccount | None:
        """The account that `wanted` describes, if there is one. What the library takes for an account's secret word
        is that of a session.
        """
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


def _of_session(word: str) -> SignedAccount | None:
    """The account whose session the cookie's word opens. With it comes, for the rest of the request, what every page
    asks next: its roles, the instance's values, and when the session was noted last.
    """
    rows = run(_OF_SESSION, {"key": sessions.key_of(word), **sessions.oldest()}).all()
    if not rows:
        return None
    first, width = rows[0], len(_ACCOUNT)
    account = SignedAccount(*first[:width])
    grants.know(account.id, [row[width + 1 : -1] for row in rows if row.role is not None], account.person_id)
    instance.know(first.instance_values or {})
    g.session_seen = (account.session_id, first.seen_at)
    return account
