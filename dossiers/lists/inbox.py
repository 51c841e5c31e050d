"""The inbox: what a person can do now, grouped by the act; what waits for a day; what waits for others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, false

from dossiers import clock
from dossiers.accounts.grants import BLIND, Signed
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.lists.worklist import Item, _item, _lines
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow.ahead import next_act, who_does
from workflow.facts import DossierFacts
from workflow.roles import Role
from workflow.route import walked
from workflow.stages import State
from workflow.triggers import TRIGGERS

_FACTS = msgspec.json.Decoder(DossierFacts)

VOTES = ("pass_cell_vote", "pass_committee_vote", "decide_admission", "decide_recognition")
"""Acts of which several are gathered into a meeting."""


@dataclass(frozen=True)
class Task:
    """A line: the dossier, the act that comes next ("" when it is not the person's), the day it waits for."""

    item: Item
    act: str = ""
    waits_until: date | None = None


@dataclass
class Group:
    """What can be done now by one act."""

    trigger: str
    tasks: list[Task] = field(default_factory=list)


@dataclass
class Inbox:
    """What stands on a person's first page; `more`: there are more lines of one's own than are shown."""

    roles: tuple[Role, ...]
    late: list[Task] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    waiting: list[Task] = field(default_factory=list)
    others: list[Task] = field(default_factory=list)
    more: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do now."""
        return not self.late and not self.groups


_COLUMNS = _lines(Scope).add_columns(Dossier.facts, Dossier.rulebook, Dossier.unit_id.label("cell"))
_MINE = _COLUMNS.where(
    Scope.ancestor_id.in_(bindparam("units", expanding=True)), Scope.done == false(), Scope.turn == bindparam("role")
)
_UNTIL = _MINE.where(Scope.due_on.is_not(None)).order_by(Scope.due_on, Scope.dossier_id).limit(bindparam("limit"))
_SINCE = _MINE.where(Scope.due_on.is_(None)).order_by(Scope.since, Scope.dossier_id).limit(bindparam("limit"))
_OTHERS = (
    _lines(Scope)
    .where(
        Scope.ancestor_id.in_(bindparam("units", expanding=True)),
        Scope.done == false(),
        Scope.turn.is_not(None),
        Scope.turn.not_in(bindparam("roles", expanding=True)),
        Scope.due_on.is_not(None),
    )
    .order_by(Scope.due_on, Scope.dossier_id)
    .limit(bindparam("limit"))
)


def inbox(signed: Signed, size: int = 50, others: int = 10) -> Inbox:
    """What waits for the person, most urgent first: late, then by deadline, then the longest.

    Each role is asked once for what has a deadline and once for the rest, `size` lines at most.
    """
    by_role: dict[Role, list[int]] = {}
    for role, unit in signed.grants:
        if role not in BLIND:
            by_role.setdefault(role, []).append(unit)
    found = Inbox(tuple(by_role))
    tasks: dict[str, Task] = {}
    for role, units in by_role.items():
        rows: list[Row[Any]] = []
        for query in (_UNTIL, _SINCE):
            wanted = size + 1 - len(rows)
            if wanted > 0:
                rows += run(query, {"units": units, "role": str(role), "limit": wanted}).all()
        found.more |= len(rows) > size
        for row in rows[:size]:
            tasks.setdefault(row.code, _task(row, role))
    _sort_in(found, tasks.values())
    if by_role:
        units = list({unit for held in by_role.values() for unit in held})
        asked = {"units": units, "roles": [str(role) for role in by_role], "limit": others}
        rows_of_others = {row.code: row for row in run(_OTHERS, asked)}
        found.others = [
            Task(_item(row, tree.current())) for code, row in rows_of_others.items() if code not in tasks
        ]  # fmt: skip
    return found


def _task(row: Row[Any], role: Role) -> Task:
    """A line with the act that comes next, if it is this role's."""
    book = rules.books()[row.rulebook]
    state, facts = State(row.state), _FACTS.decode(row.facts)
    road = tree.current().place(row.cell).road(book)
    assert road is not None
    route = walked(road, book, facts.referred)
    ahead = next_act(state, route, facts, book, clock.today())
    mine = ahead.trigger is not None and role in who_does(ahead.trigger, state, route)
    return Task(_item(row, tree.current()), ahead.trigger if mine and ahead.trigger else "", ahead.waits_until)


def _sort_in(found: Inbox, tasks: Iterable[Task]) -> None:
    today = clock.today()
    groups: dict[str, Group] = {}
    for task in tasks:
        if task.waits_until is not None:
            found.waiting.append(task)
        elif task.item.due_on is not None and task.item.due_on < today:
            found.late.append(task)
        else:
            groups.setdefault(task.act, Group(task.act)).tasks.append(task)
    order = list(TRIGGERS)
    found.groups = sorted(groups.values(), key=lambda group: order.index(group.trigger) if group.trigger else -1)
    found.waiting.sort(key=lambda task: task.waits_until or today)
