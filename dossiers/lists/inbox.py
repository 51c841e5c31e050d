"""The inbox: what waits for a person."""

from dataclasses import dataclass, field

from sqlalchemy import bindparam

from dossiers.accounts.grants import BLIND, Signed
from dossiers.casework.models import Scope
from dossiers.extensions import run
from dossiers.lists.worklist import Item, _item, _lines
from dossiers.units import tree
from workflow.roles import Role


@dataclass
class Group:
    """The lines of an inbox for one role."""

    role: Role
    rows: list[Item] = field(default_factory=list)
    more: bool = False


_WAITING = _lines(Scope).where(
    Scope.ancestor_id.in_(bindparam("units", expanding=True)), Scope.turn == bindparam("role")
)


_WAITING_UNTIL = (
    _WAITING.where(Scope.due_on.is_not(None)).order_by(Scope.due_on, Scope.dossier_id).limit(bindparam("limit"))
)


_WAITING_SINCE = (
    _WAITING.where(Scope.due_on.is_(None)).order_by(Scope.since, Scope.dossier_id).limit(bindparam("limit"))
)


def inbox(signed: Signed, size: int = 50) -> list[Group]:
    """What waits for each of the person's roles, most urgent first: late, then by deadline, then the longest."""
    groups: list[Group] = []
    names_of = tree.current()
    by_role: dict[Role, list[int]] = {}
    for role, unit in signed.grants:
        if role not in BLIND:
            by_role.setdefault(role, []).append(unit)
    for role, units in by_role.items():
        group = Group(role)
        for dated in (True, False):
            wanted = size + 1 - len(group.rows)
            if wanted <= 0:
                break
            query = _WAITING_UNTIL if dated else _WAITING_SINCE
            rows = run(query, {"units": units, "role": str(role), "limit": wanted})
            group.rows += [_item(row, names_of) for row in rows]
        group.more = len(group.rows) > size
        group.rows = group.rows[:size]
        groups.append(group)
    return groups
