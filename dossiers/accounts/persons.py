"""Who is who in the organisation: the accounts and the seats in registers that one person holds.

Events name accounts and seats, and keep doing so; which of them are one person is asked here, so that a link made
later counts on every dossier under way.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, bindparam, cast, func, literal, or_, select, union, union_all

from dossiers import clock
from dossiers.accounts.models import Account, RoleAssignment, RoleRequest
from dossiers.asking import Question
from dossiers.extensions import db, run
from dossiers.rules import instance
from dossiers.units import persons, tree
from dossiers.units.models import BodyMember, OrgPerson

_REFS = union_all(
    select(Account.person_id, (literal("a") + cast(Account.id, String)).label("ref")).where(
        Account.person_id.is_not(None)
    ),
    select(BodyMember.person_id, (literal("m") + cast(BodyMember.id, String)).label("ref")),
).subquery()
_SHARED = Question(
    select(_REFS.c.person_id, _REFS.c.ref).where(
        _REFS.c.person_id.in_(select(_REFS.c.person_id).group_by(_REFS.c.person_id).having(func.count() > 1))
    )
)

_ROLES = union(
    select(RoleAssignment.account_id, RoleAssignment.unit_id).where(
        or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > bindparam("day"))
    ),
    select(RoleRequest.account_id, RoleRequest.unit_id).where(
        RoleRequest.outcome == "", RoleRequest.expires_on >= bindparam("day")
    ),
).subquery()
_OF_ACCOUNTS = select(_ROLES).where(_ROLES.c.account_id.in_(bindparam("accounts", expanding=True)))
_UNITS = (
    select(Account.person_id, _ROLES.c.unit_id)
    .join(_ROLES, _ROLES.c.account_id == Account.id)
    .where(Account.person_id.in_(bindparam("people", expanding=True)))
)


def known() -> Mapping[str, str]:
    """Whom a reference of an account ("a7") or of a seat ("m12") names, of persons who have more than one."""
    return instance.remembered(persons.VERSION, _read)


def _read() -> dict[str, str]:
    return {row.ref: f"p{row.person_id}" for row in run(_SHARED)}


@dataclass(frozen=True)
class Card:
    """A person as people recognise them: with their seats, (body, unit), and their accounts. `surely`: more than the
    name is the same as what was asked for.
    """

    person: OrgPerson
    seats: tuple[tuple[str, int], ...]
    accounts: tuple[Account, ...]
    surely: bool = False


def cards(people: Sequence[OrgPerson], reach: tuple[int, ...], sure: Collection[int] = ()) -> list[Card]:
    """Those of these persons who hold a seat or a role (one asked for too) in or under some units, or have an account
    without any; three queries.
    """
    ids = [person.id for person in people]
    if not ids:
        return []
    units, below = tree.current(), set(reach)
    seats: dict[int, list[tuple[str, int]]] = {}
    for seat in persons.seats_of(ids, clock.today()):
        seats.setdefault(seat.person_id, []).append((seat.body, seat.unit_id))
    accounts: dict[int, list[Account]] = {}
    for account in db.session.scalars(select(Account).where(Account.person_id.in_(ids)).order_by(Account.id)):
        accounts.setdefault(account.person_id or 0, []).append(account)
    held: dict[int, set[int]] = {}
    for person_id, unit_id in run(_UNITS, {"people": ids, "day": clock.today()}):
        held.setdefault(person_id, set()).add(unit_id)
    found = []
    for person in people:
        own = tuple(seats.get(person.id, ()))
        where = {unit for _body, unit in own} | held.get(person.id, set())
        near = tuple(seat for seat in own if units[seat[1]].lies_in(below))
        if any(units[unit].lies_in(below) for unit in where) or (not where and person.id in accounts):
            found.append(Card(person, near, tuple(accounts.get(person.id, ())), person.id in sure))
    return found


def matching(name: str, birth_date: date | None, phone: str, reach: tuple[int, ...]) -> list[Card]:
    """Who of those in and under some units may be meant by a name; see units.persons.matching."""
    matches = persons.matching(name, birth_date, phone)
    return cards([match.person for match in matches], reach, {match.person.id for match in matches if match.surely})


def units_of(account_ids: Sequence[int]) -> dict[int, set[int]]:
    """The units in which accounts hold a role today or later, or one is asked for them; one query."""
    found: dict[int, set[int]] = {}
    for account_id, unit_id in run(_OF_ACCOUNTS, {"accounts": list(account_ids), "day": clock.today()}):
        found.setdefault(account_id, set()).add(unit_id)
    return found
