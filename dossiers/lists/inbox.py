"""The inbox: what a person can do now, grouped by the act; what waits for a day; what waits for others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Row, Select, and_, bindparam, false, select, union_all

from dossiers import clock, profile
from dossiers.accounts.delegating import names_of
from dossiers.accounts.grants import BLIND, BOUND, Signed
from dossiers.asking import Question
from dossiers.casework import answered, claims, helping
from dossiers.casework.case import Claimed
from dossiers.casework.claims import CLAIMER
from dossiers.casework.models import Claim, Dossier, Scope
from dossiers.extensions import run
from dossiers.inquiries import reading
from dossiers.lists.probationers import Probationer, probationers, probationers_of
from dossiers.lists.vacancies import Vacant, vacancies
from dossiers.lists.worklist import Item, _item, _lines, _lines_of
from dossiers.rules import services as rules
from dossiers.security import ANSWERING, OFFICES
from dossiers.units import tree
from workflow.ahead import next_act, who_does
from workflow.facts import DossierFacts
from workflow.roles import Role
from workflow.route import walked
from workflow.stages import State
from workflow.triggers import TRIGGERS
from workflow.verifying import overdue

_FACTS = msgspec.json.Decoder(DossierFacts)

VOTES = ("nominate", "pass_cell_vote", "pass_committee_vote", "decide_admission", "decide_recognition")
"""Acts of which several are gathered into a meeting."""


COUNTED = 50
"""So many requests and answers are counted."""


@dataclass(frozen=True)
class Task:
    """A line: the dossier, the act that comes next ("" when it is not the person's), the day it waits for.

    `behalf` is the account whose work it is, when the role was lent; `claimed` who said to work on it.
    """

    item: Item
    act: str = ""
    waits_until: date | None = None
    behalf: int | None = None
    claimed: Claimed | None = None


@dataclass
class Group:
    """What can be done now by one act."""

    trigger: str
    tasks: list[Task] = field(default_factory=list)


@dataclass
class Inbox:
    """What stands on a person's first page; `more`: there are more lines of one's own than are shown.

    `warned` are those on probation of whom something is to be said to this person, `helped` all whom they help;
    `vacant` what waits for nobody; `lost` what others took over; `names` whom this person stands in for, by account,
    and `lent` in what: (account, role, unit); `requests` to units of theirs wait for an answer, `answers` to be
    recorded, each counted up to COUNTED.
    """

    roles: tuple[Role, ...]
    late: list[Task] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    waiting: list[Task] = field(default_factory=list)
    others: list[Task] = field(default_factory=list)
    more: bool = False
    warned: list[Probationer] = field(default_factory=list)
    helped: list[Item] = field(default_factory=list)
    vacant: list[Vacant] = field(default_factory=list)
    lost: Sequence[Any] = ()
    names: Mapping[int | None, str] = field(default_factory=dict)
    lent: list[tuple[int, Role, str]] = field(default_factory=list)
    requests: int = 0
    answers: int = 0

    @property
    def helps_nobody(self) -> bool:
        """Whether somebody holds the role of a helper and helps nobody."""
        return not self.helped and not BOUND.isdisjoint(self.roles)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do now."""
        return not self.late and not self.groups


_PARTS = 400
"""So many ranges are read in one statement; of more the units are read together."""


@lru_cache(maxsize=256)
def _first(roles: tuple[str, ...], units: int, dated: bool, whole: bool) -> Select[Any]:
    """The query of the first lines whose turn it is one of these roles', in so many units, with a deadline (the nearest
    first) or without (the longest first); `whole`: with what the next act is worked out from.

    Each role in each unit is a range of an index, cut at a page's length; these are merged (ADR 15).
    """
    column = Scope.due_on if dated else Scope.since
    apart = units * len(roles) <= _PARTS
    within = [Scope.ancestor_id == bindparam(f"unit{nr}") for nr in range(units)] if apart else [_IN_UNITS]
    parts = [
        select(Scope.ancestor_id, Scope.dossier_id, column)
        .where(mine, Scope.done == false(), Scope.turn == role, Scope.due_on.is_not(None) if dated else _UNDATED)
        .order_by(column, Scope.dossier_id)
        .limit(bindparam("limit"))
        .subquery()
        for mine in within
        for role in roles
    ]
    found: Any = (union_all(*(select(part) for part in parts)).subquery() if len(parts) > 1 else parts[0]).c
    merged = (
        select(found.ancestor_id, found.dossier_id, found[column.key])
        .order_by(found[column.key], found.dossier_id)
        .limit(bindparam("limit"))
        .subquery()
        .c
    )
    lines = _lines_of(merged).order_by(merged[column.key], merged.dossier_id)
    if not whole:
        return lines
    noted = (Claim.account_id.label("claimed_by"), CLAIMER.name.label("claimer"), Claim.since.label("claimed_since"))
    more = (Dossier.facts, Dossier.rulebook, Dossier.unit_id.label("cell"), merged.ancestor_id.label("held_in"))
    lines = lines.outerjoin(Claim, and_(Claim.dossier_id == Dossier.id, claims.counts(Scope.turn)))
    return lines.outerjoin(CLAIMER, CLAIMER.id == Claim.account_id).add_columns(*more, *noted)


_IN_UNITS = Scope.ancestor_id.in_(bindparam("units", expanding=True))
_UNDATED = Scope.due_on.is_(None)


def _read(roles: tuple[str, ...], units: Sequence[int], dated: bool, limit: int, whole: bool) -> Sequence[Row[Any]]:
    apart = len(units) * len(roles) <= _PARTS
    mine: dict[str, Any] = {f"unit{nr}": unit for nr, unit in enumerate(units)} if apart else {"units": units}
    mine |= {"claimed_after": claims.oldest()} if whole else {}
    return run(_first(roles, len(units), dated, whole), {**mine, "limit": limit}).all()


def inbox(signed: Signed, size: int = 50, others: int = 10) -> Inbox:
    """What waits for the person, most urgent first: late, then by deadline, then the longest.

    Each role is asked once for what has a deadline and once for the rest, `size` lines at most.
    """
    by_role: dict[Role, list[int]] = {}
    for role, unit in signed.grants:
        if role not in BLIND and role not in BOUND:
            by_role.setdefault(role, []).append(unit)
    mine = helping.helped(signed)
    found = Inbox((*by_role, *(role for role in BOUND if role in signed.roles)))
    tasks: dict[str, Task] = {}
    for role, units in by_role.items():
        rows: list[Row[Any]] = []
        for dated in (True, False):
            wanted = size + 1 - len(rows)
            if wanted > 0:
                rows += _read((str(role),), units, dated, wanted, whole=True)
        found.more |= len(rows) > size
        for row in rows[:size]:
            task = _task(row, role, signed.behalf(role, row.held_in))
            if row.code not in tasks or (tasks[row.code].behalf is not None and task.behalf is None):
                tasks[row.code] = task  # what is one's own is not somebody else's
    _sort_in(found, tasks.values())
    if by_role:
        units = list(dict.fromkeys(unit for held in by_role.values() for unit in held))
        theirs = tuple(str(role) for role in Role if role not in by_role)
        rows_of_others = {row.code: row for row in _read(theirs, units, dated=True, limit=others, whole=False)}
        found.others = [
            Task(_item(row, tree.current())) for code, row in rows_of_others.items() if code not in tasks
        ]  # fmt: skip
    if mine:
        asked = {"units": signed.units_as(BOUND), "helped": list(mine)}
        found.helped = [
            _item(row, tree.current()) for row in {row.code: row for row in run(_OF_HELPED, asked)}.values()
        ]
    found.warned = _warned(by_role, mine)
    found.vacant, found.lost = vacancies(signed), claims.lost(signed) if by_role else ()
    found.lent = [(lender, role, tree.current().name(unit)) for (role, unit), lender in signed.lent.items()]
    found.names = names_of(set(signed.lent.values()))
    if profile.is_register():
        return found
    answering = [unit for role, units in by_role.items() if role in ANSWERING for unit in units]
    found.requests = len(reading.incoming(tree.current().stands_for(answering), COUNTED))
    offices = [unit for role, units in by_role.items() if role in OFFICES for unit in units]
    found.answers = len(answered.waiting(tree.current().roots(tuple(dict.fromkeys(offices))), COUNTED))
    return found


_OF_HELPED = Question(
    _lines(Scope)
    .where(
        Scope.ancestor_id.in_(bindparam("units", expanding=True)),
        Scope.dossier_id.in_(bindparam("helped", expanding=True)),
    )
    .order_by(Scope.sort_key, Scope.dossier_id)
)
WARNED = frozenset({Role.CELL_SECRETARY, Role.COMMITTEE_OFFICER})
"""Roles that are told of warnings in their inbox; who has more people above them has the board."""


def _warned(by_role: dict[Role, list[int]], mine: Sequence[int], most: int = 100) -> list[Probationer]:
    """Those on probation with a warning that nobody has answered, for one of these roles, or of whom one helps (`mine`)
    for the helper; two queries.
    """
    told = WARNED.intersection(by_role)
    units = tree.current().roots(tuple({unit for role in told for unit in by_role[role]}))
    found = {line.code: line for line in probationers(units, clock.today(), most) if _is_for(line, told)}
    found |= {line.code: line for line in probationers_of(mine, clock.today()) if _is_for(line, BOUND)}
    return list(found.values())


def _is_for(line: Probationer, roles: frozenset[Role]) -> bool:
    return any(roles.intersection(one.to) for one in line.urged)


def _task(row: Row[Any], role: Role, behalf: int | None) -> Task:
    """A line with the act that comes next, if it is this role's."""
    book = rules.books()[row.rulebook]
    state, facts = State(row.state), _FACTS.decode(row.facts)
    road = tree.current().place(row.cell).road(book)
    assert road is not None
    route = walked(road, book, facts.referred)
    ahead = next_act(state, route, facts, book, clock.today())
    reminds = not profile.is_register() and role in who_does("remind_request", state, route)
    if reminds and overdue(facts, book, rules.calendar(), clock.today()):
        return Task(_item(row, tree.current()), "remind_request")
    mine = ahead.trigger is not None and role in who_does(ahead.trigger, state, route)
    act = ahead.trigger if mine and ahead.trigger else ""
    noted = None if row.claimed_by is None else Claimed(row.claimed_by, row.claimer, row.claimed_since)
    return Task(_item(row, tree.current()), act, ahead.waits_until, behalf, noted)


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
