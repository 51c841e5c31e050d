"""Who is who in the organisation: the accounts and the seats in registers that one person holds.

Events name accounts and seats, and keep doing so; which of them are one person is asked here, so that a link made
later counts on every dossier under way.
"""

from collections.abc import Mapping

from sqlalchemy import String, cast, func, literal, select, union_all

from dossiers.accounts.models import Account
from dossiers.extensions import run
from dossiers.rules import instance
from dossiers.units.models import BodyMember

VERSION = "persons_version"

_REFS = union_all(
    select(Account.person_id, (literal("a") + cast(Account.id, String)).label("ref")).where(
        Account.person_id.is_not(None)
    ),
    select(BodyMember.person_id, (literal("m") + cast(BodyMember.id, String)).label("ref")),
).subquery()
_SHARED = select(_REFS.c.person_id, _REFS.c.ref).where(
    _REFS.c.person_id.in_(select(_REFS.c.person_id).group_by(_REFS.c.person_id).having(func.count() > 1))
)


def known() -> Mapping[str, str]:
    """Whom a reference of an account ("a7") or of a seat ("m12") names, of persons who have more than one."""
    return instance.remembered(VERSION, _read)


def _read() -> dict[str, str]:
    return {row.ref: f"p{row.person_id}" for row in run(_SHARED)}


def changed() -> None:
    """Accounts or seats were made, or tied to another person, in the current transaction."""
    instance.renew(VERSION)
