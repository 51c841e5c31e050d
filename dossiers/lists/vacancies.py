"""Work that would vanish with who left: what waits for a role nobody holds in the unit rises to the unit above."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from dossiers import clock
from dossiers.accounts.grants import LENT, Signed
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.asking import Question
from dossiers.casework.models import Scope
from dossiers.extensions import run
from dossiers.units import tree
from dossiers.units.models import Unit, UnitAncestor
from workflow.roles import Role
from workflow.route import ROLE_UNITS

TOLD = frozenset(
    {
        Role.SECTION_OFFICER, Role.COMMITTEE_OFFICER, Role.COMMITTEE_SECRETARY, Role.UPPER_OFFICER,
        Role.UPPER_SECRETARY,
    }
)  # fmt: skip
"""Roles that are told what waits for nobody, in their unit and in those directly below it."""
MOST = 100
"""So many dossiers are counted for a role; more are said to be that many and more."""


@dataclass(frozen=True)
class Vacant:
    """A role nobody holds in a unit, and how many dossiers wait for it (`waiting`, up to MOST)."""

    unit: str
    code: str
    role: str
    waiting: int

    @property
    def is_more(self) -> bool:
        """Whether more wait than were counted."""
        return self.waiting >= MOST


_expected = union_all(
    *(
        select(literal(str(kind)).label("kind"), literal(str(role)).label("role"))
        for role, kinds in ROLE_UNITS.items() if role in LENT for kind in kinds
    )
).subquery()  # fmt: skip
"""Which roles the kinds of units have."""


def _held(unit: Any, *of: ColumnElement[bool]) -> ColumnElement[bool]:
    """That somebody whose account is open holds one of some roles in a unit, as a stand-in too."""
    return exists().where(
        RoleAssignment.unit_id == unit,
        *of,
        RoleAssignment.valid_from <= bindparam("day"),
        or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > bindparam("day")),
        RoleAssignment.account_id == Account.id,
        Account.active,
    )


_waiting = (
    select(Scope.dossier_id)
    .where(Scope.ancestor_id == Unit.id, Scope.done == false(), Scope.turn == _expected.c.role)
    .limit(MOST)
    .correlate(Unit, _expected)
)
_over, _between = aliased(UnitAncestor), aliased(UnitAncestor)
_VACANT = Question(
    select(Unit.id, _expected.c.role, select(func.count()).select_from(_waiting.subquery()).scalar_subquery())
    .join(_expected, _expected.c.kind == Unit.kind)
    .join(_over, and_(_over.unit_id == Unit.id, _over.ancestor_id.in_(bindparam("units", expanding=True))))
    .where(
        Unit.valid_to.is_(None),
        ~_held(Unit.id, RoleAssignment.role == _expected.c.role),
        ~exists().where(
            _between.unit_id == Unit.id,
            _between.depth.between(1, _over.depth - 1),
            _held(_between.ancestor_id, RoleAssignment.role.in_([str(role) for role in TOLD])),
        ),
    )
    .order_by(Unit.code, _expected.c.role)
)


def vacancies(signed: Signed) -> list[Vacant]:
    """What waits for nobody in the units this person answers for, and in those below that no office in between is told
    of; one query.
    """
    units = signed.units_as(TOLD)
    if not units:
        return []
    known = tree.current()
    found = dict.fromkeys(run(_VACANT, {"units": units, "day": clock.today()}))
    return [Vacant(known.name(unit), known[unit].code, role, waiting) for unit, role, waiting in found if waiting]
