"""Classes: who is enrolled, who could be, and acts on many at once."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select, tuple_

from dossiers.accounts.grants import Signed
from dossiers.casework.act import Act, VersionConflict
from dossiers.casework.loading import load_cases
from dossiers.casework.many import Answer, advance_all
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
    """What became of one line of a bulk act: `error` is None when it was done, else the sentence why not."""

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
    turns = [(unit, str(role)) for role, unit in signed.grants if str(role) in ("committee_officer", "upper_officer")]
    query = (
        select(
            Dossier.code, Person.full_name, Person.birth_date, Unit.name.label("unit"), Dossier.version, Scope.sort_key
        )
        .join(Person)
        .join(Unit, Unit.id == Dossier.unit_id)
        .join(Scope, Scope.dossier_id == Dossier.id)
        .where(
            tuple_(Scope.ancestor_id, Scope.turn).in_(turns or [(-1, "")]),
            Scope.state == str(State.LISTED),
        )
        .order_by(Scope.sort_key)
        .limit(200)
    )
    return list({row.code: row for row in db.session.execute(query).all()}.values())


def act_on_many(lines: list[tuple[str, str, Act]], signed: Signed) -> list[Result]:
    """Do one act a line, (code, name, act) each, all that the rules allow in one transaction."""
    cases = load_cases([code for code, _name, _act in lines], signed)
    known = [(code, name, act) for code, name, act in lines if code in cases]
    answers = advance_all([(cases[code], act) for code, _name, act in known], signed)
    return [Result(code, name, _why_not(answer)) for (code, name, _), answer in zip(known, answers, strict=True)]


def _why_not(answer: Answer) -> str | None:
    if isinstance(answer, Refused):
        return " ".join(say(refusal.message) for refusal in answer.refusals)
    if isinstance(answer, VersionConflict):
        return f"{answer.case.code}: {answer.seen} → {answer.case.version}"
    return None  # done, or recorded when the form was sent first


def enrol_act(course: CourseClass, on: date, key: str | None) -> Act:
    """Enrol one candidate into a class."""
    evidence = Evidence(on, course_starts_on=course.starts_on, course_ends_on=course.ends_on)
    return Act("enrol", evidence, key=key, class_id=course.id)


def certify_act(number: str, on: date, key: str | None) -> Act:
    """Certify one candidate."""
    return Act("certify", Evidence(on, number=number), key=key)
