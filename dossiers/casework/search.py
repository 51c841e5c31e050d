"""Finding dossiers by words, within one's units: a full-text index of folded names, birth years, blind keys and units.

The units stand in the index as words of their own (zzu17x), so that the scope is part of the one lookup and not a
filter behind it; so do birth years (zzy1995x) and the keyed hashes of last digits (people.digits). All begin with zz,
which no name does. SQLite uses FTS5, PostgreSQL a tsvector; the difference ends in dossiers.engines.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import bindparam, select, text

from dossiers import engines
from dossiers.asking import Question
from dossiers.casework.models import Dossier, Scope
from dossiers.encryption import place, unseal
from dossiers.extensions import db, run
from dossiers.names import fold, words
from dossiers.people import digits
from dossiers.people.models import Person

LIMIT = 400
"""How many matches are ranked at most; more means: ask more exactly."""

OURS = "zz"
"""How words begin that are not names."""

FOUND_BY = frozenset({"full_name", "birth_date", "contact", "identity_number"})
"""Columns of a candidate that the index is made of."""

_COLUMNS = (Person.full_name, Person.birth_date, Person.contact, Person.identity_number, Person.id.label("person_id"))
_TOLD = Question(
    select(Dossier.id.label("dossier_id"), *_COLUMNS)
    .join(Person, Person.id == Dossier.person_id)
    .where(Dossier.id.in_(bindparam("dossiers", expanding=True)))
)


@dataclass(frozen=True)
class Told:
    """What a person is found by."""

    full_name: str
    birth_date: date | None = None
    contact: str = ""
    identity_number: str | None = None


def told_of(person: Mapping[str, Any]) -> Told:
    """What a candidate's columns say, the personal number as it reads."""
    return Told(
        str(person["full_name"]), person.get("birth_date"), person.get("contact") or "", person.get("identity_number")
    )


def _told(row: Any) -> Told:
    sealed, identity = row.identity_number, None
    if sealed:
        with suppress(InvalidTag, ValueError):  # of an earlier version, or tampered with: nobody is found by it
            identity = unseal(sealed, place("person", "identity_number", row.person_id))
    return Told(row.full_name, row.birth_date, row.contact, identity)


def year_word(year: int) -> str:
    """The word of a birth year."""
    return f"{OURS}y{year}x"


def content(told: Told, units: Iterable[int]) -> str:
    """The words under which a dossier is found."""
    found = words(told.full_name)
    if told.birth_date is not None:
        found.append(year_word(told.birth_date.year))
    return " ".join([*found, *digits.keys_of(told.identity_number, told.contact), *(_unit_word(u) for u in units)])


def _unit_word(unit: int) -> str:
    return f"{OURS}u{unit}x"


def index_many(entries: Sequence[tuple[int, Told, tuple[int, ...]]]) -> None:
    """Put new dossiers into the index, (number, what finds them, units) each; in the current transaction."""
    if entries:
        add, _drop = engines.search_statements(db)
        db.session.execute(
            text(add), [{"id": number, "words": content(told, units)} for number, told, units in entries]
        )


def index_again(entries: Mapping[int, tuple[int, ...]]) -> None:
    """Put dossiers, each with its units, into the index again, as their candidates' rows now read."""
    if entries:
        _add, drop = engines.search_statements(db)
        rows = run(_TOLD, {"dossiers": list(entries)}).all()
        db.session.execute(text(drop), [{"id": number} for number in entries])
        index_many([(row.dossier_id, _told(row), entries[row.dossier_id]) for row in rows])


def index_all(batch: int = 1000) -> None:
    """Put every dossier into an empty index, from the lists and the persons."""
    units: dict[int, list[int]] = {}
    for dossier_id, unit in db.session.execute(select(Scope.dossier_id, Scope.ancestor_id)):
        units.setdefault(dossier_id, []).append(unit)
    numbers = sorted(units)
    for at in range(0, len(numbers), batch):
        rows = run(_TOLD, {"dossiers": numbers[at : at + batch]})
        index_many([(row.dossier_id, _told(row), tuple(units[row.dossier_id])) for row in rows])


@dataclass(frozen=True)
class Match:
    """Somebody found: the name as it is written and without accents."""

    id: int
    full_name: str
    folded: str


@cache
def _finding(_postgresql: bool) -> Question:
    index, fits = engines.search_lookup(db)
    (number,) = index.c
    return Question(
        select(Dossier.id, Person.full_name)
        .select_from(index)
        .join(Dossier, Dossier.id == number)
        .join(Person, Person.id == Dossier.person_id)
        .where(fits)
        .limit(bindparam("limit"))
    )


def find(query: str, units: Sequence[int] | None, exactly: Sequence[str] = ()) -> list[Match]:
    """Dossiers seen by one of `units` whose names hold every word of `query` (the last may be unfinished), and which
    stand under every word of ours in `exactly`. None: by a unit that sees all there are; a word that stands in every
    entry of the index would take longer to look up than the names.
    """
    wanted = [*exactly, *(word for word in words(query)[:8] if not word.startswith(OURS))]
    if not wanted or (units is not None and not units):
        return []
    match = engines.search_query(db, wanted, [_unit_word(unit) for unit in units or ()])
    rows = run(_finding(engines.is_postgresql(db)), {"query": match, "limit": LIMIT})
    return [Match(row.id, row.full_name, _folded(row.full_name)) for row in rows]


@lru_cache(maxsize=4096)
def _folded(full_name: str) -> str:
    return fold(full_name)
