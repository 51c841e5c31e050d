"""Who somebody is to the program: an account and the roles it holds in units today."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from flask import g
from sqlalchemy import bindparam, select

from dossiers.accounts.models import Account, RoleAssignment
from dossiers.asking import Question
from dossiers.extensions import run
from workflow.facts import Actor
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


LENT = frozenset(Role) - IDLE - {Role.CELL_MEMBER_HELPER}
"""Roles that are lent for a period (accounts.delegating): those who control or administer do it themselves, and whom
a helping member helps the cell assigns.
"""

LENDING = frozenset({Role.COMMITTEE_SECRETARY, Role.UPPER_SECRETARY})
"""Roles that lend those of others in and below their unit."""


def takes_two(role: Role) -> bool:
    """Whether giving a role takes two: it reads dossiers, or by it roles are given or confirmed."""
    return role not in BLIND or role in GIVING or role in CONFIRMING


@dataclass(frozen=True)
class Signed:
    """A signed-in account with its grants, each a role in a unit (and all units below it), and whose account it is.

    `lent` says of grants that are not the account's own whose they are: the account it acts for.
    """

    account_id: int
    grants: tuple[tuple[Role, int], ...]
    person_id: int | None = None
    lent: Mapping[tuple[Role, int], int] = field(default_factory=dict, hash=False)

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

    def units_as(self, roles: Container[Role], in_person: bool = False) -> tuple[int, ...]:
        """The units in which this person holds one of some roles; `in_person`: not as a stand-in."""
        grants = self.own if in_person else self.grants
        return tuple(dict.fromkeys(unit for role, unit in grants if role in roles))

    def roles_in(self, units: tuple[int, ...]) -> tuple[Role, ...]:
        """The roles held in these units; which of them reach a dossier says casework.helping.roles_over."""
        return tuple(dict.fromkeys(role for role, unit in self.grants if unit in units))

    @cached_property
    def own(self) -> tuple[tuple[Role, int], ...]:
        """The grants that nobody lent."""
        return tuple(grant for grant in self.grants if grant not in self.lent)

    def held_in(self, role: Role, scope_units: Container[int]) -> int | None:
        """The unit in which a role is held that reaches a dossier seen by these units; an own one before a lent one."""
        return next((unit for held, unit in self.grants if held is role and unit in scope_units), None)

    def behalf(self, role: Role, unit: int | None) -> int | None:
        """The account for which this person acts in a role held in a unit; None when it is their own."""
        return None if unit is None else self.lent.get((role, unit))

    def lender(self, roles: Container[Role], units: Container[int]) -> int | None:
        """The account for which this person does what one of some roles, held in one of these units, lets them do; None
        when one such role is their own.
        """
        found = [self.lent.get(grant) for grant in self.grants if grant[0] in roles and grant[1] in units]
        return None if None in found or not found else found[0]

    def actor(self, roles: tuple[Role, ...], scope_units: tuple[int, ...]) -> Actor:
        """How the rules see this person, whose `roles` reach a dossier seen by these units."""
        if not self.lent:
            return Actor(self.ref, roles)
        held = ((role, self.behalf(role, self.held_in(role, scope_units))) for role in roles)
        return Actor(self.ref, roles, tuple((role, f"a{account}") for role, account in held if account is not None))


Period = tuple[str, int, date, date | None, int | None]
"""A role, its unit, its first day, the day it has ended (None: it goes on), and the account that lent it, if any."""

PERIOD = (
    RoleAssignment.role, RoleAssignment.unit_id, RoleAssignment.valid_from, RoleAssignment.valid_to,
    RoleAssignment.delegated_by_id,
)  # fmt: skip
"""The columns of a period."""

TOLD_FOR = timedelta(days=7)
"""For so long somebody is told that a delegation is over, who still has a form of then open."""

_ROLES = Question(
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
    own: dict[tuple[Role, int], None] = {}
    lent: dict[tuple[Role, int], int] = {}
    for role, unit_id, first, ended, lender in periods:
        if first <= day and (ended is None or day < ended):
            if lender is None:
                own[Role(role), unit_id] = None
            else:
                lent.setdefault((Role(role), unit_id), lender)
    lent = {grant: lender for grant, lender in lent.items() if grant not in own}
    return Signed(account_id, (*own, *lent), person_id, lent)


def ended_lately(account_id: int, day: date) -> list[Period]:
    """What was lent to the account of this request and is over since these days, newest first; no query."""
    known, periods, _person = g.get("periods_of", (None, (), None))
    found = [
        period for period in (periods if known == account_id else ())
        if period[4] is not None and period[3] is not None and period[3] <= day <= period[3] + TOLD_FOR
    ]  # fmt: skip
    return sorted(found, key=lambda period: period[3] or day, reverse=True)
