"""What differs between SQLite and PostgreSQL, all in one place.

- How a writing transaction begins: SQLite takes its one write lock at once (BEGIN IMMEDIATE), so that writers
  queue, in a line of their own (dossiers.turns) instead of asking it again and again; PostgreSQL lets them wait where
  they change the same row.
- Whose the file is: SQLite's belongs to its owner only.
- Numbering new persons and dossiers: on PostgreSQL an advisory lock keeps two writers apart.
- "Insert or update": the same statement, built by each dialect.
- The function that makes one JSON object of two columns.
- Statistics: PostgreSQL's planner wants them after many rows came at once.
- Sequences: PostgreSQL's do not notice rows that bring their own number.
- Texts that sort byte by byte: PostgreSQL would ask the language of the database.
- Searching folded names: FTS5 here, a tsvector there (the tables are in the migrations).
- The triggers that refuse to change events, in the migrations too.
- What an error says that something unique was to be there twice.
- Stopping what takes too long: SQLite asks while it works, PostgreSQL has a time for each statement.
"""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from contextvars import ContextVar
from sqlite3 import Connection as SQLiteConnection
from time import perf_counter
from typing import Any, Literal

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    Connection,
    Dialect,
    Engine,
    String,
    TableClause,
    TextClause,
    column,
    event,
    table,
    text,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from dossiers import private, turns

patience: ContextVar[tuple[int, float] | None] = ContextVar("patience", default=None)
"""How many seconds a request may take, and when they are over (by perf_counter); None: there is no hurry."""

only_reads: ContextVar[bool] = ContextVar("only_reads", default=False)
"""Whether what is asked now belongs to a page that is only read."""

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
    "cache_size=-16000",
    "soft_heap_limit=25165824",  # of all connections together: 24 MB
)


@event.listens_for(Engine, "do_connect")
def _before_connect(dialect: Any, _record: Any, arguments: Sequence[Any], _named: Any) -> None:
    """SQLite would make its file readable by whomever the umask lets."""
    if dialect.name == "sqlite" and arguments and _is_file(str(arguments[0])):
        with suppress(OSError):  # SQLite says it better
            private.shut_database(str(arguments[0]))


def _is_file(database: str) -> bool:
    return bool(database) and not database.startswith(("file:", ":memory:"))


@event.listens_for(Engine, "connect")
def _on_connect(connection: Any, _record: Any) -> None:
    if not isinstance(connection, SQLiteConnection):
        _limit(connection)
        connection.commit()
        return
    # The driver must not begin transactions by itself: _on_begin does, so that writers queue instead of failing.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.set_progress_handler(_is_over, 100_000)  # steps of SQLite's machine: a few milliseconds


def _limit(connection: Any) -> None:
    """Let PostgreSQL stop what takes longer than the request may that is about to ask."""
    limit = patience.get()
    if limit is not None:
        connection.execute(f"SET statement_timeout = {1000 * limit[0]}")


def _is_over() -> bool:
    limit = patience.get()
    return limit is not None and perf_counter() > limit[1]


def why_stopped(error: OperationalError) -> Literal["too long", "busy"] | None:
    """Whether the database stopped a statement for its time, or could not begin to write for others; else None."""
    if type(error.orig).__name__ == "QueryCanceled" or str(error.orig) == "interrupted":
        return "too long"
    return "busy" if str(error.orig) == "database is locked" else None


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        _say(connection, "BEGIN")


def _say(connection: Connection, *words: str) -> None:
    """Tell the driver itself: SQLAlchemy's way around it takes longer than SQLite. Raises as SQLAlchemy does."""
    driver: Any = connection.connection.dbapi_connection
    for word in words:
        try:
            driver.execute(word)
        except connection.dialect.loaded_dbapi.Error as error:
            raise as_told(connection.dialect, word, error, gone=False) from error


def as_told(dialect: Dialect, text: str, error: Any, gone: bool) -> BaseException:
    """An error of the driver as SQLAlchemy tells it, without the values; `gone`: its connection is no more."""
    told: BaseException = DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, True, gone, dialect)
    return told


def only_read(connection: Any) -> None:
    """Let a connection of the driver write nothing, and each statement stand for itself."""
    if isinstance(connection, SQLiteConnection):
        connection.execute("PRAGMA query_only=ON")
    else:
        connection.autocommit = True
        connection.execute("SET default_transaction_read_only = on")
        _limit(connection)


def turn_to_write(db: SQLAlchemy) -> AbstractContextManager[Any]:
    """Wait until nobody else writes, here or in another process; where writers lock rows there is nothing to wait for.

    Raises OperationalError when it takes too long, as SQLite itself would.
    """
    return nullcontext() if is_postgresql(db) else turns.of(str(db.engine.url.database or ""))


def begin_to_write(db: SQLAlchemy) -> None:
    """Let the transaction write. What was read before may have changed: SQLite's ends and a new one begins,
    PostgreSQL's shows each statement what others committed.
    """
    if not is_postgresql(db):
        _say(db.session.connection(), "COMMIT", "BEGIN IMMEDIATE")


def pool_options(threads: int) -> dict[str, Any]:
    """Connections for so many threads. The one used last is used next: what it has read it need not read again.

    No error tells what a statement was given: names and numbers of people.
    """
    return {
        "pool_size": threads,
        "max_overflow": 2,
        "pool_use_lifo": True,
        "pool_reset_on_return": None,  # whoever gives one back has ended its transaction
        "hide_parameters": True,
    }


def joins_inserts(connection: Connection) -> bool:
    """Whether one statement can add rows to several tables."""
    return connection.dialect.name == "postgresql"


def is_postgresql(db: SQLAlchemy) -> bool:
    """Whether the application runs on PostgreSQL."""
    return bool(db.engine.dialect.name == "postgresql")


def upsert(db: SQLAlchemy, table: Any) -> Any:
    """An INSERT into `table` that takes on_conflict_do_update."""
    if is_postgresql(db):
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert  # large, and not wanted on SQLite

        return postgresql_insert(table)
    return sqlite_insert(table)


def only_where(condition: str) -> dict[str, Any]:
    """What makes an index hold only the rows of a condition, on both engines."""
    return {f"{dialect}_where": text(condition) for dialect in ("sqlite", "postgresql")}


def plain_text(length: int) -> String:
    """A text column that is compared byte by byte on both engines, so that a range of beginnings is a range."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class pairs(FunctionElement[Any]):
    """All rows of two columns as one JSON object: a small table as one value of another query. None without rows."""

    type = JSON()
    inherit_cache = True


@compiles(pairs)
def _pairs(element: pairs, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_object({compiler.process(element.clauses, **kw)})"


@compiles(pairs, "postgresql")
def _pairs_on_postgresql(element: pairs, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_object_agg({compiler.process(element.clauses, **kw)})"


def lock_numbers(db: SQLAlchemy) -> None:
    """Let nobody else number persons and dossiers until this transaction ends."""
    if is_postgresql(db):
        db.session.execute(text("SELECT pg_advisory_xact_lock(7301)"))


def follow_numbers(db: SQLAlchemy, tables: Sequence[str]) -> None:
    """Let sequences go on after the highest number, when rows of `tables` brought their own."""
    if not is_postgresql(db):
        return
    for name in tables:
        highest = f"(SELECT max(id) FROM {name})"  # noqa: S608 - the names are those of our own tables
        db.session.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {highest})"))


def gather_statistics(db: SQLAlchemy) -> None:
    """Tell PostgreSQL what many new rows look like: it finds out minutes later, planning blindly till then."""
    if is_postgresql(db):
        db.session.execute(text("ANALYZE"))


def broken_unique(error: IntegrityError) -> str | None:
    """What was to be unique and is not, as “table_column”; None when the database refused for another reason."""
    told = str(error.orig)
    found = re.search(r"UNIQUE constraint failed: (\S+)|unique constraint \"(?:uq|ix)_(\w+)\"", told)
    return None if found is None else (found[1] or found[2]).rstrip(",").replace(".", "_")


def snapshot_options(db: SQLAlchemy) -> dict[str, Any]:
    """Options of a connection that sees one picture of the database, however long it reads."""
    return {"isolation_level": "REPEATABLE READ"} if is_postgresql(db) else {}


def see_one_picture(db: SQLAlchemy) -> None:
    """Let the session's transaction, if it only begins, see what it reads as it stood at one moment."""
    if not db.session().in_transaction():
        db.session.connection(execution_options=snapshot_options(db))


def defer_foreign_keys(db: SQLAlchemy) -> None:
    """Let rows refer to rows that come later in this transaction (a unit to a parent with a higher number)."""
    if is_postgresql(db):
        db.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    else:
        db.session.execute(text("PRAGMA defer_foreign_keys = ON"))


def driver_url(url: str) -> str:
    """A database's address with the driver this program uses."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def search_statements(db: SQLAlchemy) -> tuple[str, str]:
    """How to put a dossier's words into the index, and to take them out: (add, drop)."""
    if is_postgresql(db):
        return (
            "INSERT INTO dossier_search (dossier_id, words) VALUES (:id, to_tsvector('simple', :words))",
            "DELETE FROM dossier_search WHERE dossier_id = :id",
        )
    return (
        "INSERT INTO dossier_search (rowid, words) VALUES (:id, :words)",
        "DELETE FROM dossier_search WHERE rowid = :id",
    )


def search_lookup(db: SQLAlchemy) -> tuple[TableClause, TextClause]:
    """How to look words up in the index: its table, with one column, the dossier's number; and the condition that a row
    fits the value "query" (see `search_query`).
    """
    if is_postgresql(db):
        # In a SELECT of its own what is looked for is made once, not for each row.
        return table("dossier_search", column("dossier_id")), text("words @@ (SELECT to_tsquery('simple', :query))")
    return table("dossier_search", column("rowid")), text("dossier_search MATCH :query")


def search_contents(db: SQLAlchemy) -> str:
    """What the index of names holds for the dossiers from :low up to but not with :high: (dossier_id, words)."""
    if is_postgresql(db):
        return (
            "SELECT dossier_id, array_to_string(tsvector_to_array(words), ' ') AS words FROM dossier_search "
            "WHERE dossier_id >= :low AND dossier_id < :high"
        )
    return "SELECT rowid AS dossier_id, words FROM dossier_search WHERE rowid >= :low AND rowid < :high"


def search_numbers(db: SQLAlchemy) -> str:
    """The numbers that stand in the index of names and are no dossier's (dossier_id)."""
    if is_postgresql(db):
        return "SELECT dossier_id FROM dossier_search WHERE dossier_id NOT IN (SELECT id FROM dossier) ORDER BY 1"
    return "SELECT rowid AS dossier_id FROM dossier_search WHERE rowid NOT IN (SELECT id FROM dossier) ORDER BY 1"


def as_indexed(db: SQLAlchemy, contents: Sequence[str]) -> list[str]:
    """These words as `search_contents` gives them; at most one query."""
    if not contents or not is_postgresql(db):
        return list(contents)
    told = text(
        "SELECT array_to_string(tsvector_to_array(to_tsvector('simple', words)), ' ') "
        "FROM unnest(CAST(:all AS text[])) WITH ORDINALITY AS t (words, nr) ORDER BY nr"
    )
    return list(db.session.execute(told, {"all": list(contents)}).scalars())


def search_query(db: SQLAlchemy, wanted: Sequence[str], scope: Sequence[str]) -> str:
    """All `wanted` words (the last may be unfinished) and one of `scope` if it has any, as the engine writes it."""
    if is_postgresql(db):
        every = [*wanted[:-1], f"{wanted[-1]}:*", *([f"({' | '.join(scope)})"] if scope else [])]
        return " & ".join(every)
    every = [f"({' OR '.join(scope)})"] if scope else []
    return " AND ".join([*every, *(f'"{word}"' for word in wanted[:-1]), f'"{wanted[-1]}" *'])
