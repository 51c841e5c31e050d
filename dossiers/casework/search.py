"""Finding a name without accents, within one's units: a full-text index of folded words and of units.

The units stand in the index as words of their own (u17), so that the scope is part of the one lookup and not
a filter behind it. SQLite uses FTS5, PostgreSQL a tsvector; the difference ends in this module.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import text

from dossiers.extensions import db
from dossiers.names import words

Entry = tuple[int, str, tuple[int, ...]]
LIMIT = 400
"""How many matches are ranked at most; more means: ask more exactly."""


def _content(full_name: str, units: Iterable[int]) -> str:
    return " ".join([*words(full_name), *(f"u{unit}x" for unit in units)])


def _is_postgres() -> bool:
    return db.engine.dialect.name == "postgresql"


def index_many(entries: Sequence[Entry]) -> None:
    """Put new dossiers into the index, in the current transaction."""
    if not entries:
        return
    rows = [{"id": dossier_id, "words": _content(name, units)} for dossier_id, name, units in entries]
    if _is_postgres():
        statement = "INSERT INTO dossier_search (dossier_id, words) VALUES (:id, to_tsvector('simple', :words))"
    else:
        statement = "INSERT INTO dossier_search (rowid, words) VALUES (:id, :words)"
    db.session.execute(text(statement), rows)


def index_one(dossier_id: int, full_name: str, units: tuple[int, ...]) -> None:
    """Put one dossier into the index again."""
    column = "dossier_id" if _is_postgres() else "rowid"
    db.session.execute(text(f"DELETE FROM dossier_search WHERE {column} = :id"), {"id": dossier_id})  # noqa: S608
    index_many([(dossier_id, full_name, units)])


def find(query: str, units: Sequence[int]) -> list[int]:
    """Dossiers whose names hold every word of `query` (the last may be unfinished), seen by one of `units`."""
    wanted = words(query)[:8]
    if not wanted or not units:
        return []
    if _is_postgres():
        names = " & ".join([*wanted[:-1], f"{wanted[-1]}:*"])
        scope = " | ".join(f"u{unit}x" for unit in units)
        statement = "SELECT dossier_id FROM dossier_search WHERE words @@ to_tsquery('simple', :query) LIMIT :limit"
        match = f"({names}) & ({scope})"
    else:
        names = " AND ".join([*(f'"{word}"' for word in wanted[:-1]), f'"{wanted[-1]}" *'])
        scope = " OR ".join(f"u{unit}x" for unit in units)
        statement = "SELECT rowid FROM dossier_search WHERE dossier_search MATCH :query LIMIT :limit"
        match = f"({scope}) AND {names}"
    return list(db.session.scalars(text(statement), {"query": match, "limit": LIMIT}))
