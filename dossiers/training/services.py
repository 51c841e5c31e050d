"""Classes: who is enrolled, who could be, and acts on many at once (each through advance)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from dossiers.accounts.grants import Signed
from dossiers.casework.act import Act, Duplicate, VersionConflict
from dossiers.casework.advance import advance
from dossiers.casework.models import Dossier, Scope
from dossiers.courses.models import CourseClass
from dossiers.extensions import db
from dossiers.formatters import say
from dossiers.lists import worklist
from dossiers.people.models import Person
from dossiers.units.models import Unit
from workflow.facts import Evidence
from workflow.machine import Refused
from workflow.stages import State


@dataclass
class Result:
    """What became of one line of a bulk act: None when it was done, else the sentence why not."""

    code: str
    name: str
    error: str | None


def members(course: CourseClass, signed: Signed, state: State = State.ENROLLED) -> list[Row[*tuple[Any, ...]]]:
    """Who sits in a class, as far as the person may see: (code, name, birth date, unit)."""
    query = (
        select(Dossier.code, Person.full_name, Person.birth_date, Unit.name.label("unit"), Dossier.version)
        .join(Person)
        .join(Unit, Unit.id == Dossier.unit_id)
        .join(Scope, Scope.dossier_id == Dossier.id)
        .where(
            Dossier.class_id == course.id,
            Dossier.state == str(state),
            Scope.ancestor_id.in_(worklist.scope_of(signed, "") or (-1,)),
        )
        .order_by(Scope.sort_key)
        .distinct()
    )
    query = query.add_columns(Scope.sort_key)
    rows = db.session.execute(query).all()
    return list({row.code: row for row in rows}.values())


def proposed(signed: Signed) -> list[Row[*tuple[Any, ...]]]:
    """Listed candidates whose cell proposed them and who wait for the office to enrol them."""
    offices = ("committee_officer", "upper_officer")
    query = (
        select(
            Dossier.code, Person.full_name, Person.birth_date, Unit.name.label("unit"), Dossier.version, Scope.sort_key
        )
        .join(Person)
        .join(Unit, Unit.id == Dossier.unit_id)
        .join(Scope, Scope.dossier_id == Dossier.id)
        .where(
            Scope.ancestor_id.in_([u for r, u in signed.grants if str(r) in offices] or [-1]),
            Scope.state == str(State.LISTED),
            Scope.turn.in_([str(role) for role in signed.roles if str(role) in offices]),
        )
        .order_by(Scope.sort_key)
        .limit(200)
    )
    return list({row.code: row for row in db.session.execute(query).all()}.values())


def act_on_many(lines: list[tuple[str, str, int, Act]], signed: Signed) -> list[Result]:
    """Do one act a line, (code, name, version, act) each, in a transaction of its own."""
    results: list[Result] = []
    for code, name, version, act in lines:
        try:
            advance(code, act, signed, version)
        except Refused as refused:
            results.append(Result(code, name, " ".join(say(r.message) for r in refused.refusals)))
        except VersionConflict as conflict:
            results.append(Result(code, name, f"{conflict.case.code}: {conflict.seen} → {conflict.case.version}"))
        except Duplicate:
            results.append(Result(code, name, None))
        else:
            results.append(Result(code, name, None))
    return results


def enrol_act(course: CourseClass, on: date, key: str | None) -> Act:
    """Enrol one candidate into a class."""
    evidence = Evidence(on, course_starts_on=course.starts_on, course_ends_on=course.ends_on)
    return Act("enrol", evidence, key=key, class_id=course.id)


def certify_act(number: str, on: date, key: str | None) -> Act:
    """Certify one candidate."""
    return Act("certify", Evidence(on, number=number), key=key)
