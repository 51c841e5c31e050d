"""What dossiers are compared by: units, classes and rules, as the office's log says, so that a unit changed behind its
back is named as itself and not by all that would follow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import msgspec
from sqlalchemy import select

from dossiers.courses.models import CourseClass
from dossiers.extensions import run
from dossiers.office import replaying
from dossiers.office.models import OfficeEvent
from dossiers.office.replaying import Recorded, Told
from dossiers.rules import services as rules
from dossiers.units import tree
from dossiers.units.models import Unit
from dossiers.units.tree import Tree
from workflow.rulestate import Rules

_EVENTS = select(OfficeEvent.seq, OfficeEvent.body).order_by(OfficeEvent.seq)


@dataclass(frozen=True)
class References:
    """Units as they stand, their codes, the centre of each class, the rules in force; whether chains bear marks."""

    units: Tree
    codes: Mapping[int, str]
    centres: Mapping[int, int]
    rules: Rules
    marked: bool


def read() -> References:
    """As the office's log says; as the tables say where it is too old to hold rows, or cannot be read: that is named
    when the office is checked.
    """
    try:
        told = replaying.fold([Recorded(row.seq, row.body, False, None) for row in run(_EVENTS)])
        if told is not None:
            return _told(told)
    except (msgspec.MsgspecError, ArithmeticError, LookupError, TypeError, ValueError):
        pass  # the office's chain is broken, and that is said
    codes = dict(run(select(Unit.id, Unit.code)).all())
    centres: dict[int, int] = dict(run(select(CourseClass.id, CourseClass.centre_id)).all())
    return References(tree.current(), codes, centres, rules.current(), False)


def _told(told: Told) -> References:
    units = list(_rows(told, "unit"))
    return References(
        tree.Tree(lambda: units, list(_rows(told, "unit_placement"))),
        {unit.id: unit.code for unit in units},
        {one.id: one.centre_id for one in _rows(told, "course_class")},
        rules.in_force(
            [(row.rulebook, row.key, row.value) for row in _rows(told, "rule_value")],
            [(row.day, row.working) for row in _rows(told, "calendar_day")],
            rules.texts_of(_rows(told, "rulebook_file")),
        ),
        replaying.marks_begin(),
    )


_DAYS = ("valid_from", "valid_to", "day", "in_force_from")


def _rows(told: Told, table: str) -> Iterator[Any]:
    for row in told.get(table, {}).values():
        days = {name: date.fromisoformat(str(row.shown[name])) for name in _DAYS if row.shown.get(name) is not None}
        yield SimpleNamespace(**{**row.shown, **days})
