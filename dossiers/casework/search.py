"""Finding a name without accents, within one's units: a full-text index of folded words and of units.

The units stand in the index as words of their own (u17), so that the scope is part of the one lookup and not
a filter behind it. SQLite uses FTS5, PostgreSQL a tsvector; the difference ends in this module.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select, text

from dossiers import engines
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import db
from dossiers.names import fold, words
from dossiers.people.models import Person

Entry = tuple[int, str, tuple[int, ...]]
LIMIT = 400
"""How many matches are ranked at most; more means: ask more exactly."""


def content(full_name: str, units: Iterable[int]) -> str:
    """The words under which a dossier is found: those of its name, and its units."""
    return " ".join([*words(full_name), *(f"u{unit}x" for unit in units)])


def index_many(entries: Sequence[Entry]) -> None:
    """Put new dossiers into the index, in the current transaction."""
    if not entries:
        return
    rows = [{"id": dossier_id, "words": content(name, units)} for dossier_id, name, units in entries]
    add, _drop, _find = engines.search_statements(db)
    db.session.execute(text(add), rows)


def index_one(dossier_id: int, full_name: str, units: tuple[int, ...]) -> None:
    """Put one dossier into the index again."""
    _add, drop, _find = engines.search_statements(db)
    db.session.execute(text(drop), {"id": dossier_id})
    index_many([(dossier_id, full_name, units)])


def index_all() -> None:
    """Put every dossier into an empty index, from the lists and the persons."""
    units: dict[int, list[int]] = {}
    for dossier_id, unit in db.session.execute(select(Scope.dossier_id, Scope.ancestor_id)):
        units.setdefault(dossier_id, []).append(unit)
    rows = db.session.execute(select(Dossier.id, Person.full_name).join(Person)).all()
    index_many([(dossier_id, name, tuple(units.get(dossier_id, ()))) for dossier_id, name in rows])


@dataclass(frozen=True)
class Match:
    """A name that was found, as it is written and without accents."""

    id: int
    full_name: str
    folded: str


def find(query: str, units: Sequence[int]) -> list[Match]:
    """Dossiers whose names hold every word of `query` (the last may be unfinished), seen by one of `units`."""
    wanted = words(query)[:8]
    if not wanted or not units:
        return []
    _add, _drop, statement = engines.search_statements(db)
    match = engines.search_query(db, wanted, [f"u{unit}x" for unit in units])
    rows = db.session.execute(text(statement), {"query": match, "limit": LIMIT})
    return [Match(row.id, row.full_name, _folded(row.full_name)) for row in rows]


@lru_cache(maxsize=4096)
def _folded(full_name: str) -> str:
    return fold(full_name)
