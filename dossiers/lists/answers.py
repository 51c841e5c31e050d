"""What was decided against a candidate, told to the cell with its reason (29-QĐ/TW §4.3.1)."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, select

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework import events
from dossiers.casework.models import Dossier, Event, EventPersonal, Scope, opened
from dossiers.extensions import run
from dossiers.people.models import Person
from workflow.roles import Role
from workflow.stages import State

TOLD_DAYS = 30
"""So long a refusal stands in the inbox of the cell."""


@dataclass(frozen=True)
class Answer:
    """Somebody who was not admitted: since when, and why ("" once that was erased)."""

    code: str
    name: str
    since: date
    reason: str


_REFUSED = Question(
    select(
        Dossier.id,
        Dossier.code,
        Person.full_name,
        Scope.since,
        Event.seq,
        EventPersonal.sealed.label("content"),
    )
    .select_from(Scope)
    .join(Dossier, Dossier.id == Scope.dossier_id)
    .join(Person, Person.id == Dossier.person_id)
    .join(Event, (Event.dossier_id == Dossier.id) & (Event.to_state == Scope.state) & (Event.from_state != Scope.state))
    .outerjoin(EventPersonal, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq))
    .where(
        Scope.ancestor_id.in_(bindparam("units", expanding=True)),
        Scope.state == str(State.NOT_ADMITTED),
        Scope.since >= bindparam("since"),
    )
    .order_by(Scope.since.desc(), Event.dossier_id, Event.seq.desc())
    .limit(20)
)


def answers(signed: Signed) -> list[Answer]:
    """Who was refused lately in the cells whose secretary this person is, the newest first; at most one query."""
    units = signed.units_as({Role.CELL_SECRETARY})
    if not units:
        return []
    asked = {"units": list(units), "since": clock.today() - timedelta(days=TOLD_DAYS)}
    found: dict[str, Answer] = {}
    for row in run(_REFUSED, asked):
        told = {} if row.content is None else events.personal_said(opened(row.id, row.seq, row.content))
        found.setdefault(row.code, Answer(row.code, row.full_name, row.since, told.get("reason", "")))
    return list(found.values())
