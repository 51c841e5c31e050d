"""Reading people: what stands sealed is opened for who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select

from dossiers.asking import Question
from dossiers.encryption import place, unseal
from dossiers.extensions import run
from dossiers.people.models import SEALED_OF_RELATIVE, Companion, Person, Relative
from dossiers.people.personal import SENSITIVE
from dossiers.people.rows import RelativeRow
from workflow.facts import Relation

_PERSON = Question(select(*Person.__table__.c).where(Person.id == bindparam("person")))
_COMPANIONS = Question(
    select(*Companion.__table__.c)
    .where(Companion.dossier_id == bindparam("dossier"))
    .order_by(Companion.seq, Companion.nr)
)
_RELATIVES = Question(
    select(*Relative.__table__.c).where(Relative.dossier_id == bindparam("dossier")).order_by(Relative.nr, Relative.ref)
)


@dataclass(frozen=True)
class Candidate:
    """A candidate's row; sensitive columns are opened when they are asked for."""

    row: Row[Any]
    prefix: str = ""
    """Before the names of the columns in the row, where it holds another's too."""

    def __getattr__(self, name: str) -> Any:
        """A column. Raises as encryption.unseal for a sensitive one that was tampered with."""
        value = getattr(self.row, self.prefix + name)
        if value and name in SENSITIVE:
            return unseal(value, place("person", name, self.id))
        return value


BESIDE = [c.label(f"person_{c.name}") for c in Person.__table__.c if c.name != "id"]
"""The columns of a candidate for a statement about a dossier, which itself holds the number as person_id."""


def candidate_of(row: Row[Any]) -> Candidate:
    """The candidate that stands in a dossier's row."""
    return Candidate(row, "person_")


def candidate(person_id: int) -> Candidate:
    """The candidate with this number; one query."""
    return Candidate(run(_PERSON, {"person": person_id}).one())


def relatives(dossier_id: int) -> Sequence[RelativeRow]:
    """The relatives of a dossier; one query. Raises as encryption.unseal."""
    return [relative(row) for row in run(_RELATIVES, {"dossier": dossier_id})]


_OF_MANY = Question(
    select(*Relative.__table__.c)
    .where(Relative.dossier_id.in_(bindparam("dossiers", expanding=True)))
    .order_by(Relative.dossier_id, Relative.nr, Relative.ref)
)
_CANDIDATES = Question(select(*Person.__table__.c).where(Person.id.in_(bindparam("persons", expanding=True))))


def relatives_of(dossiers: Sequence[int]) -> dict[int, list[RelativeRow]]:
    """The relatives of many dossiers, by dossier; one query. Raises as encryption.unseal."""
    found: dict[int, list[RelativeRow]] = {}
    for row in run(_OF_MANY, {"dossiers": list(dossiers)}) if dossiers else ():
        found.setdefault(row.dossier_id, []).append(relative(row))
    return found


def candidates(persons: Sequence[int]) -> dict[int, Candidate]:
    """Candidates by their numbers; one query."""
    rows = run(_CANDIDATES, {"persons": list(persons)}) if persons else ()
    return {row.id: Candidate(row) for row in rows}


def relative_column(row: Any, column: str) -> Any:
    """A column of a relative's row, opened if it is sealed. Raises as encryption.unseal."""
    value = getattr(row, column)
    if value and column in SEALED_OF_RELATIVE:
        return unseal(value, place("relative", column, row.dossier_id, row.ref))
    return value


def relative(row: Any) -> RelativeRow:
    """A relative's row, opened. Raises as encryption.unseal."""
    columns = {name: relative_column(row, name) for name in RelativeRow.__struct_fields__}
    return RelativeRow(**{**columns, "relation": Relation(row.relation)})


def companions(dossier_id: int) -> Sequence[Row[Any]]:
    """Introducers and helpers of a dossier, in the order they were named; one query."""
    return run(_COMPANIONS, {"dossier": dossier_id}).all()


_COMPANIONS_OF = Question(
    select(*Companion.__table__.c)
    .where(Companion.dossier_id.in_(bindparam("dossiers", expanding=True)))
    .order_by(Companion.dossier_id, Companion.seq, Companion.nr)
)


def companions_of(dossiers: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """The same of many dossiers, by dossier; one query."""
    found: dict[int, list[Row[Any]]] = {}
    for row in run(_COMPANIONS_OF, {"dossiers": list(dossiers)}) if dossiers else ():
        found.setdefault(row.dossier_id, []).append(row)
    return found
