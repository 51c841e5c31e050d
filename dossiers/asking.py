"""Questions: SELECTs that are built once and then given straight to the driver.

SQLAlchemy writes the text and knows how values go in and come out; it is asked for both once, not at each page, where
its way around a statement takes several times as long as the statement itself. Who only reads needs no transaction
either: such pages ask on a connection of their thread's own, which can write nothing.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from threading import local
from typing import Any, NamedTuple
from weakref import WeakSet

from sqlalchemy import Connection, Dialect, Engine, Select, event
from sqlalchemy.exc import DBAPIError

from dossiers import engines

_NOTHING: Mapping[str, Any] = {}


class Answer:
    """The rows of a question, all of them: each a tuple whose places also have the names of the columns."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any:
        """The first row; None when there is none."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row. Raises ValueError when there is none, or another."""
        (row,) = self._rows
        return row

    def scalar(self) -> Any:
        """The first value of the first row; None when there is none."""
        return self._rows[0][0] if self._rows else None

    def scalars(self) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self._rows]


class Question:
    """A SELECT that is asked again and again; made where the program begins, or kept by what makes it."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._written: dict[str, _Written | None] = {}

    def ask(self, connection: Connection, values: Mapping[str, Any] | None) -> Answer:
        """Its rows, read in the transaction of a connection. Raises what SQLAlchemy raises."""
        dialect = connection.dialect
        if dialect.name not in self._written:
            return self._ask_first(connection, values)
        written = self._written[dialect.name]
        if written is None or connection.dispatch.before_cursor_execute:  # whoever listens is told of every statement
            return Answer(list(connection.execute(self.statement, values)))
        driver: Any = connection.connection.dbapi_connection
        try:
            return written.ask(driver, values or _NOTHING)
        except dialect.loaded_dbapi.Error as error:
            gone = dialect.is_disconnect(error, driver, None)
            if gone:
                connection.invalidate(error)
                connection.engine.dispose()  # nor is any other of the pool, which SQLAlchemy would see to
            raise _as_told(dialect, written.text, error, gone) from error

    def ask_reading(self, engine: Engine, values: Mapping[str, Any] | None) -> Answer | None:
        """Its rows as they stand now, outside any transaction; None where it was not asked yet, or is asked another
        way. Raises what SQLAlchemy raises.
        """
        dialect = engine.dialect
        written = self._written.get(dialect.name)
        if written is None or engine.dispatch.before_cursor_execute:
            return None
        reader, is_new = _reader_of(engine)
        try:
            return written.ask(reader.driver, values or _NOTHING)
        except dialect.loaded_dbapi.Error as error:
            gone = dialect.is_disconnect(error, reader.driver, None)
            if not gone or is_new:
                raise _as_told(dialect, written.text, error, gone) from error
            engine.dispose()  # the server was started anew since the page before: no connection is left
        return self.ask_reading(engine, values)

    def _ask_first(self, connection: Connection, values: Mapping[str, Any] | None) -> Answer:
        """By SQLAlchemy, which tells what the columns are called."""
        result: Any = connection.execute(self.statement, values)
        names, kinds = tuple(result.keys()), tuple(told[1] for told in result.cursor.description)
        rows = [*map(_row_of(names), result)]
        self._written[connection.dialect.name] = _write(self.statement, connection.dialect, names, kinds)
        return Answer(rows)


def _as_told(dialect: Dialect, text: str, error: Any, gone: bool) -> BaseException:
    """An error of the driver as SQLAlchemy tells it, without the values; `gone`: its connection is no more."""
    told: BaseException = DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, True, gone, dialect)
    return told


# --- connections that only read ---


class _Reader:
    """A thread's connection for pages that only read."""

    driver: Any = None  # where none could be opened

    def __init__(self, engine: Engine) -> None:
        lent = engine.raw_connection()
        self.engine: Engine | None = engine
        self.driver = lent.dbapi_connection
        lent.detach()  # the pool counts those that write
        engines.only_read(self.driver)

    def close(self) -> None:
        """Shut it; the next page of its thread opens another."""
        self.engine = None
        if self.driver is not None:
            self.driver.close()

    def __del__(self) -> None:
        """Its thread has ended. A connection of SQLite holds itself: it would stay open until somebody collects it."""
        self.close()


_of_thread = local()
_readers: WeakSet[_Reader] = WeakSet()


def _reader_of(engine: Engine) -> tuple[_Reader, bool]:
    """This thread's connection to an engine's database, and whether it was only now opened."""
    found: _Reader | None = getattr(_of_thread, "reader", None)
    if found is not None and found.engine is engine:
        return found, False
    if found is not None and found.engine is not None:
        found.close()
    made = _of_thread.reader = _Reader(engine)
    _readers.add(made)
    return made, True


@event.listens_for(Engine, "engine_disposed")
def _shut(engine: Engine) -> None:
    """Whoever lets an engine's connections go means these too."""
    for reader in [*_readers]:
        if reader.engine is engine:
            reader.close()


# --- as a driver takes it ---


class _Written(NamedTuple):
    """A question as a driver takes it."""

    text: str
    order: tuple[str, ...] | None
    """The names of its values in the order of their places; None: they have their names in the text."""
    constants: Mapping[str, Any]
    into: Sequence[tuple[str, Callable[[Any], Any]]]
    """How a value goes in, by its name, where it is not given as it is."""
    out: Sequence[tuple[int, Callable[[Any], Any]]]
    """How a column comes out, by its place."""
    row: Callable[[Iterable[Any]], Any]

    def ask(self, driver: Any, values: Mapping[str, Any]) -> Answer:
        """Its rows. Raises what the driver raises, or KeyError when a value is missing."""
        whole = {**self.constants, **values} if self.constants else values
        if self.into:
            whole = {**whole, **{name: turn(whole[name]) for name, turn in self.into}}
        cursor = driver.execute(self.text, whole if self.order is None else [whole[name] for name in self.order])
        found = cursor.fetchall()
        cursor.close()
        return Answer([*map(self.row, map(self._turned, found) if self.out else found)])

    def _turned(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for at, turn in self.out:
            values[at] = turn(values[at])
        return values


def _write(
    statement: Select[*tuple[Any, ...]], dialect: Dialect, names: tuple[str, ...], kinds: tuple[Any, ...]
) -> _Written | None:
    """The question for a driver, which calls its columns and their types so; None where the text depends on what it is
    given (a list of any length).
    """
    made: Any = statement.compile(dialect=dialect)
    columns = list(statement.selected_columns)
    if made.post_compile_params or made.literal_execute_params or made.escaped_bind_names or len(columns) != len(names):
        return None
    binds = made.binds
    processors = ((name, bind.type.dialect_impl(dialect).bind_processor(dialect)) for name, bind in binds.items())
    turns = {name: turn for name, turn in processors if turn is not None}
    typed = enumerate(zip(columns, kinds, strict=True))
    out = ((nr, column.type.dialect_impl(dialect).result_processor(dialect, kind)) for nr, (column, kind) in typed)
    return _Written(
        str(made),
        None if made.positiontup is None else tuple(made.positiontup),
        {name: turns.get(name, _as_it_is)(bind.effective_value) for name, bind in binds.items() if not bind.required},
        tuple((name, turn) for name, turn in turns.items() if binds[name].required),
        tuple((nr, turn) for nr, turn in out if turn is not None),
        _row_of(names),
    )


def _as_it_is(value: Any) -> Any:
    return value


def _row_of(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    """What makes a row of its values."""
    return partial(tuple.__new__, namedtuple("Row", names, rename=True))
