"""Those on probation within units, with what the rules warn of; one query however many units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Row, Select, bindparam, select, union_all

from dossiers.asking import Question
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.people.models import Person
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow import due, monitoring
from workflow.calendar import WorkCalendar
from workflow.deadlines import days_left, probation_end
from workflow.due import Lack
from workflow.facts import DossierFacts
from workflow.monitoring import ON_PROBATION, Asked, Warned
from workflow.rulebook import Rulebook
from workflow.stages import State

_FACTS = msgspec.json.Decoder(DossierFacts)
MOST = 500
"""So many new members are read for one page."""


@dataclass(frozen=True)
class Probationer:
    """A probationary member as lists and the board show them, as of a day."""

    code: str
    name: str
    unit_id: int
    unit: str
    state: State
    ceremony_on: date
    ends_on: date
    month: int
    days_to_end: int
    last_month: date | None
    warnings: tuple[Warned, ...]
    asked: Asked
    """What the warnings were looked for in; of it follows what else is asked of a line."""

    @property
    def urged(self) -> tuple[Warned, ...]:
        """The warnings nobody has answered."""
        return monitoring.urged(self.warnings)

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """What is still missing for the recognition."""
        return due.lacks(self.asked.facts, self.asked.book, self.asked.today)

    @property
    def vote_by(self) -> date:
        """The last day on which the cell considers the recognition."""
        last = due.vote_by(self.asked.facts, self.asked.book, self.asked.calendar)
        assert last is not None  # somebody on probation had a ceremony
        return last

    @property
    def is_late(self) -> bool:
        """Whether a deadline of the recognition has passed."""
        return due.is_late(self.asked.facts, self.asked.book, self.asked.calendar, self.asked.today)


_COLUMNS: tuple[Any, ...] = (
    Dossier.code, Person.full_name, Dossier.unit_id, Dossier.state, Dossier.facts, Dossier.rulebook,
)  # fmt: skip
_LINES = select(*_COLUMNS).join(Person, Person.id == Dossier.person_id)
_THESE = Question(_LINES.where(Dossier.id.in_(bindparam("numbers", expanding=True))))


@lru_cache(maxsize=1)
def _query() -> Select[Any]:
    """Each state is a range of an index, cut at the limit; the longest in a state come first."""
    parts = [
        select(Scope.dossier_id, Scope.since)
        .where(
            Scope.ancestor_id.in_(bindparam("units", expanding=True)),
            Scope.state == str(state),
            Scope.since >= bindparam("first"),
        )
        .order_by(Scope.since, Scope.dossier_id)
        .limit(bindparam("limit"))
        .subquery()
        for state in ON_PROBATION
    ]
    found = union_all(*(select(part.c.dossier_id, part.c.since) for part in parts)).subquery()
    return (
        _LINES.join(found, found.c.dossier_id == Dossier.id)
        .order_by(found.c.since, Dossier.id)
        .limit(bindparam("limit"))
    )


def probationers(units: Sequence[int], as_of: date, most: int = MOST, first: date = date.min) -> list[Probationer]:
    """Those on probation on a day in dossiers that these units see, the earliest ceremony first, `most` at most; those
    only whose ceremony was not before the `first` day, if one is given: no step after it is older.

    The dossiers are those of now, looked at from that day.
    """
    if not units:
        return []
    return _made(run(_query(), {"units": list(units), "limit": most, "first": first}), as_of)


def probationers_of(numbers: Sequence[int], as_of: date) -> list[Probationer]:
    """Those of these dossiers that are on probation, the earliest ceremony first; one query."""
    return _made(run(_THESE, {"numbers": list(numbers)}), as_of) if numbers else []


def _made(found: Iterable[Row[Any]], as_of: date) -> list[Probationer]:
    books, calendar = rules.books(), rules.calendar()
    rows = {row.code: row for row in found}
    made = [_probationer(row, books[row.rulebook], calendar, as_of) for row in rows.values()]
    return sorted((one for one in made if one is not None), key=lambda one: (one.ceremony_on, one.code))


def _probationer(row: Row[Any], book: Rulebook, calendar: WorkCalendar, as_of: date) -> Probationer | None:
    facts, state = _FACTS.decode(row.facts), State(row.state)
    ends, ceremony = probation_end(facts, book), facts.ceremony_on
    if ends is None or ceremony is None or ceremony > as_of:
        return None
    return Probationer(
        row.code,
        row.full_name,
        row.unit_id,
        tree.current().name(row.unit_id),
        state,
        ceremony,
        ends,
        monitoring.month_of_probation(facts, as_of),
        days_left(ends, as_of),
        facts.year.months[-1].first if facts.year.months else None,
        monitoring.warnings(state, facts, book, calendar, as_of),
        Asked(state, facts, book, calendar, as_of),
    )
