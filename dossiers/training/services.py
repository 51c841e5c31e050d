"""Classes: who is enrolled, who could be, and the acts on them."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, literal_column, select, union

from dossiers import names
from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework.act import Act
from dossiers.casework.models import Dossier, Scope
from dossiers.courses.models import CourseClass
from dossiers.extensions import run
from dossiers.lists import worklist
from dossiers.people.models import Person
from dossiers.units.models import Unit
from workflow.facts import Evidence
from workflow.roles import Role
from workflow.stages import State

_MEMBERS = Question(
    select(Dossier.code, Person.full_name, Person.birth_date, Unit.name.label("unit"), Dossier.version)
    .join(Person, Person.id == Dossier.person_id)
    .join(Unit, Unit.id == Dossier.unit_id)
    .where(
        Dossier.class_id == bindparam("course"),
        Dossier.state == bindparam("state"),
        exists().where(Scope.dossier_id == Dossier.id, Scope.ancestor_id.in_(bindparam("units", expanding=True))),
    )
    .order_by(Dossier.id)
)


def members(course: CourseClass, signed: Signed, state: State = State.ENROLLED) -> Sequence[Row[*tuple[Any, ...]]]:
    """Who sits in a class, as far as the person may see, by name: (code, name, birth date, unit)."""
    units = worklist.scope_of(signed, "") or (-1,)
    found = run(_MEMBERS, {"course": course.id, "state": str(state), "units": units}).all()
    return sorted(found, key=lambda row: names.sort_key(row.full_name))


_OFFICES = (Role.COMMITTEE_OFFICER, Role.UPPER_OFFICER)
_PROPOSED = 200
"""So many of those who wait are offered for a class; the rest when these have been enrolled."""


@lru_cache(maxsize=64)
def _waiting(held: int) -> Select[Any]:
    """The query of those proposed, for somebody with so many offices: each is a range of an index, then merged."""
    ranges = [
        select(Scope.dossier_id, Scope.sort_key)
        .where(
            Scope.state == literal_column(f"'{State.LISTED}'"),  # as ix_scope_listed says it
            Scope.ancestor_id == bindparam(f"unit{nr}"),
            Scope.turn == bindparam(f"role{nr}"),
        )
        .order_by(Scope.sort_key, Scope.dossier_id)
        .limit(_PROPOSED)
        .subquery()
        for nr in range(held)
    ]
    found = (union(*(select(part) for part in ranges)).subquery() if held > 1 else ranges[0]).c
    return (
        select(
            Dossier.code, Person.full_name, Person.birth_date, Unit.name.label("unit"), Dossier.version, found.sort_key
        )
        .join(found.dossier_id.table, found.dossier_id == Dossier.id)
        .join(Person, Person.id == Dossier.person_id)
        .join(Unit, Unit.id == Dossier.unit_id)
        .order_by(found.sort_key, found.dossier_id)
        .limit(_PROPOSED)
    )


def proposed(signed: Signed) -> Sequence[Row[*tuple[Any, ...]]]:
    """Listed candidates whose cell proposed them and who wait for the office to enrol them."""
    held = [(role, unit) for role, unit in signed.grants if role in _OFFICES]
    if not held:
        return []
    asked = {f"unit{nr}": unit for nr, (_role, unit) in enumerate(held)}
    return run(_waiting(len(held)), asked | {f"role{nr}": str(role) for nr, (role, _unit) in enumerate(held)}).all()


def enrol_act(course: CourseClass, on: date, key: str | None) -> Act:
    """Enrol one candidate into a class."""
    evidence = Evidence(on, course_starts_on=course.starts_on, course_ends_on=course.ends_on)
    return Act("enrol", evidence, key=key, class_id=course.id)


def certify_act(number: str, on: date, key: str | None) -> Act:
    """Certify one candidate."""
    return Act("certify", Evidence(on, number=number), key=key)
