"""Who somebody is to the program: an account and the roles it holds in units today."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from flask import g
from sqlalchemy import bindparam, select

from dossiers.accounts.models import Account, RoleAssignment
from dossiers.extensions import run
from workflow.roles import Role

BLIND = frozenset({Role.ADMINISTRATOR})
"""Roles that see no dossier."""

BOUND = frozenset({Role.CELL_MEMBER_HELPER})
"""Roles that reach the dossiers of the people they help in their unit alone (domain.md §2; casework.helping)."""

GIVING = frozenset({Role.ADMINISTRATOR})
"""Roles that ask for roles to be given."""

CONFIRMING = GIVING | {Role.COMMITTEE_SECRETARY, Role.UPPER_SECRETARY}
"""Roles that confirm what somebody else asked for: a second administrator, the secretary of the unit's committee."""

SECRETARIES = frozenset({Role.CELL_SECRETARY, Role.COMMITTEE_SECRETARY, Role.UPPER_SECRETARY})
"""Roles that see who holds which role in their unit."""

IDLE = BLIND | {Role.INSPECTOR}
"""Roles that do no act on a dossier."""


def takes_two(role: Role) -> bool:
    """Whether giving a role takes two: it reads dossiers, or by it roles are given or confirmed."""
    return role not in BLIND or role in GIVING or role in CONFIRMING


@dataclass(frozen=True)
class Signed:
    """A signed-in account with its grants, each a role in a unit (and all units below it), and whose account it is."""

    account_id: int
    grants: tuple[tuple[Role, int], ...]
    person_id: int | None = None

    @property
    def ref(self) -> str:
        """How the facts name this person, without a name."""
        return f"a{self.account_id}"

    @cached_property
    def roles(self) -> frozenset[Role]:
        """All roles held anywhere."""
        return frozenset(role for role, _ in self.grants)

    @cached_property
    def units(self) -> tuple[int, ...]:
        """Units in which this person holds any role."""
        return tuple(dict.fromkeys(unit for _role, unit in self.grants))

    @cached_property
    def reading_units(self) -> tuple[int, ...]:
        """Units all of whose dossiers this person may read."""
        return self.units_as(frozenset(Role) - BLIND - BOUND)

    @cached_property
    def acting_units(self) -> tuple[int, ...]:
        """Units on all of whose dossiers this person may act."""
        return self.units_as(frozenset(Role) - IDLE - BOUND)

    def units_as(self, roles: Container[Role]) -> tuple[int, ...]:
        """The units in which this person holds one of some roles."""
        return tuple(dict.fromkeys(unit for role, unit in self.grants if role in roles))

    def roles_in(self, units: tuple[int, ...]) -> tuple[Role, ...]:
        """The roles held in these units; which of them reach a dossier says casework.helping.roles_over."""
        return tuple(dict.fromkeys(role for role, unit in self.grants if unit in units))


Period = tuple[str, int, date, date | None]
"""A role, its unit, its first day and the day it has ended (None: it goes on)."""

PERIOD = (RoleAssignment.role, RoleAssignment.unit_id, RoleAssignment.valid_from, RoleAssignment.valid_to)
"""The columns of a period."""

_ROLES = (
    select(*PERIOD, Account.person_id)
    .select_from(Account)
    .outerjoin(RoleAssignment, RoleAssignment.account_id == Account.id)
    .where(Account.id == bindparam("account"))
    .order_by(RoleAssignment.id)
)


def know(account_id: int, periods: Sequence[Period], person_id: int | None) -> None:
    """Take what was read of an account's roles, at any time, and whose it is, for the rest of the request."""
    g.periods_of = (account_id, periods, person_id)


def load(account_id: int, day: date) -> Signed:
    """The grants an account holds on a day; at most one query."""
    known, periods, person_id = g.get("periods_of", (None, (), None))
    if known != account_id:
        rows = run(_ROLES, {"account": account_id}).all()
        periods = [row[:-1] for row in rows if row.role is not None]
        person_id = rows[0].person_id if rows else None
    held = (
        (Role(role), unit_id)
        for role, unit_id, first, ended in periods
        if first <= day and (ended is None or day < ended)
    )
    return Signed(account_id, tuple(held), person_id)
