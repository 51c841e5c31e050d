"""Statements that are built once and then given straight to the driver: questions, which read, and writings.

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

from sqlalchemy import CompoundSelect, Connection, Dialect, Engine, Select, UpdateBase, bindparam, event, insert

from dossiers import engines

_NOTHING: Mapping[str, Any] = {}

Asking = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
"""What asks for rows."""


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

    def __init__(self, statement: Asking) -> None:
        self.statement = statement
        self._asked: dict[str, _Asked] = {}

    def ask(self, connection: Connection, values: Mapping[str, Any] | None) -> Answer:
        """Its rows, read in the transaction of a connection. Raises what SQLAlchemy raises."""
        dialect, given = connection.dialect, values or _NOTHING
        if dialect.name not in self._asked:
            return self._ask_first(connection, values)
        written = self._written(dialect, given)
        if written is None or connection.dispatch.before_cursor_execute:  # whoever listens is told of every statement
            return Answer(list(connection.execute(self.statement, values)))
        driver: Any = connection.connection.dbapi_connection
        try:
            return written.ask(driver, given)
        except dialect.loaded_dbapi.Error as error:
            raise _failed(connection, driver, written.text, error) from error

    def ask_reading(self, engine: Engine, values: Mapping[str, Any] | None) -> Answer | None:
        """Its rows as they stand now, outside any transaction; None where it was not asked yet, or is asked another
        way. Raises what SQLAlchemy raises.
        """
        dialect, given = engine.dialect, values or _NOTHING
        written = self._written(dialect, given) if dialect.name in self._asked else None
        if written is None or engine.dispatch.before_cursor_execute:
            return None
        reader, is_new = _reader_of(engine)
        try:
            return written.ask(reader.driver, given)
        except dialect.loaded_dbapi.Error as error:
            gone = dialect.is_disconnect(error, reader.driver, None)
            if not gone or is_new:
                raise engines.as_told(dialect, written.text, error, gone) from error
            engine.dispose()  # the server was started anew since the page before: no connection is left
        return self.ask_reading(engine, values)

    def _ask_first(self, connection: Connection, values: Mapping[str, Any] | None) -> Answer:
        """By SQLAlchemy, which tells what the columns are called."""
        result: Any = connection.execute(self.statement, values)
        names, kinds = tuple(result.keys()), tuple(told[1] for told in result.cursor.description)
        rows = [*map(_row_of(names), result)]
        self._asked[connection.dialect.name] = _Asked(
            names, kinds, _lists_in(self.statement.compile(dialect=connection.dialect)), {}
        )
        return Answer(rows)

    def _written(self, dialect: Dialect, values: Mapping[str, Any]) -> "_Written | None":
        """As a driver takes it; its text depends on how long the lists are that it is given. None: SQLAlchemy asks."""
        asked = self._asked[dialect.name]
        lengths = tuple([len(values[name]) for name in asked.lists])
        try:
            return asked.by_lengths[lengths]
        except KeyError:
            if any(length > _LONGEST for length in lengths):
                return None
            written = _write(self.statement, dialect, asked, values)
        if len(asked.by_lengths) >= _LENGTHS:
            asked.by_lengths.clear()
        asked.by_lengths[lengths] = written
        return written


_LONGEST, _LENGTHS = 60, 24
"""Values in a list, and texts of a question for lists of different lengths, that are kept for the driver."""


class _Asked(NamedTuple):
    """What is known of a question that was asked."""

    names: tuple[str, ...]
    """Of its columns."""
    kinds: tuple[Any, ...]
    """Their types, as the driver calls them."""
    lists: tuple[str, ...]
    """The names of those of its values that are lists."""
    by_lengths: "dict[tuple[int, ...], _Written | None]"
    """As a driver takes it, by the lengths of these lists."""


class Writing:
    """An INSERT, UPDATE or DELETE that is done again and again; made as a question is.

    An INSERT takes the columns that its first row has.
    """

    def __init__(self, statement: UpdateBase) -> None:
        self.statement = statement
        self._written: dict[tuple[str, tuple[str, ...]], _Written | None] = {}

    def write(self, connection: Connection, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> int:
        """Do it in the transaction of a connection, for each of the rows of values; how many rows it changed. Raises
        what SQLAlchemy raises.
        """
        rows = [values] if isinstance(values, Mapping) else values
        dialect, names = connection.dialect, tuple(rows[0])
        if (dialect.name, names) not in self._written:
            self._written[dialect.name, names] = _write_change(self.statement, dialect, names)
        written = self._written[dialect.name, names]
        if written is None or connection.dispatch.before_cursor_execute:  # whoever listens is told of every statement
            return connection.execute(self.statement, values).rowcount
        driver: Any = connection.connection.dbapi_connection
        try:
            return written.do(driver, rows)
        except dialect.loaded_dbapi.Error as error:
            raise _failed(connection, driver, written.text, error) from error


class Together:
    """INSERTs of at most a row each, in their order: one statement where the engine can, as each has its way to go."""

    def __init__(self, *parts: Writing) -> None:
        self._parts = parts
        self._joined: dict[tuple[tuple[str, ...], ...], Writing] = {}

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any] | None]) -> int:
        """Add a row of each part, but where it is None; how many. Raises what SQLAlchemy raises."""
        if not engines.joins_inserts(connection):
            return sum(part.write(connection, row) for part, row in zip(self._parts, rows, strict=True) if row)
        names = tuple([tuple(row) if row else () for row in rows])
        if names not in self._joined:
            self._joined[names] = self._join(names)
        given = {f"{name}_{nr}": value for nr, row in enumerate(rows) if row for name, value in row.items()}
        self._joined[names].write(connection, given)
        return sum(bool(row) for row in rows)

    def _join(self, names: Sequence[tuple[str, ...]]) -> Writing:
        """The last of them, with the others before it."""
        *before, last = [
            insert(part.statement.table).values({name: bindparam(f"{name}_{nr}") for name in columns})
            for nr, (part, columns) in enumerate(zip(self._parts, names, strict=True))
            if columns
        ]
        return Writing(last.add_cte(*[one.cte(f"part_{nr}") for nr, one in enumerate(before)]))


def _failed(connection: Connection, driver: Any, text: str, error: Any) -> BaseException:
    """What the driver said in a transaction, as SQLAlchemy would do and tell it."""
    gone = connection.dialect.is_disconnect(error, driver, None)
    if gone:
        connection.invalidate(error)
        connection.engine.dispose()  # nor is any other of the pool, which SQLAlchemy would see to
    return engines.as_told(connection.dialect, text, error, gone)


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
    """A statement as a driver takes it."""

    text: str
    order: tuple[str, ...] | None
    """The names of its values in the order of their places; None: they have their names in the text."""
    constants: Mapping[str, Any]
    into: Sequence[tuple[str, Callable[[Any], Any]]]
    """How a value goes in, by its name, where it is not given as it is."""
    lists: Sequence[tuple[str, Sequence[str]]]
    """The names that the values of a list have, each its own, by the name of the list."""
    out: Sequence[tuple[int, Callable[[Any], Any]]] = ()
    """How a column comes out, by its place."""
    row: Callable[[Iterable[Any]], Any] = tuple

    def ask(self, driver: Any, values: Mapping[str, Any]) -> Answer:
        """Its rows. Raises what the driver raises, or KeyError when a value is missing."""
        cursor = driver.execute(self.text, self._given(values))
        try:
            found = cursor.fetchall()
        finally:  # else what failed stays open for as long as somebody keeps the error
            cursor.close()
        return Answer([*map(self.row, map(self._turned, found) if self.out else found)])

    def do(self, driver: Any, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many rows it changed. Raises as `ask`."""
        cursor = driver.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(self.text, self._given(rows[0]))
            else:
                cursor.executemany(self.text, [*map(self._given, rows)])
            changed: int = cursor.rowcount
        finally:
            cursor.close()
        return changed

    def _given(self, values: Mapping[str, Any]) -> Mapping[str, Any] | list[Any]:
        whole = {**self.constants, **values} if self.constants else values
        if self.lists:
            whole = {**whole}
            for name, places in self.lists:
                whole.update(zip(places, whole[name], strict=True))
        if self.into:
            whole = {**whole, **{name: turn(whole[name]) for name, turn in self.into}}
        return whole if self.order is None else [whole[name] for name in self.order]

    def _turned(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for at, turn in self.out:
            values[at] = turn(values[at])
        return values


def _lists_in(made: Any) -> tuple[str, ...]:
    """Of what SQLAlchemy made of a statement: the names of its values that are lists of any length."""
    return tuple(name for bind, name in made.bind_names.items() if bind.expanding and bind.required)


def _write(statement: Asking, dialect: Dialect, asked: _Asked, values: Mapping[str, Any]) -> _Written | None:
    """The question for a driver, given lists as long as these; None where SQLAlchemy must write it each time."""
    known = _known_of(statement.compile(dialect=dialect), dialect, values)
    columns = list(statement.selected_columns)
    if known is None or len(columns) != len(asked.names):
        return None
    typed = enumerate(zip(columns, asked.kinds, strict=True))
    out = ((nr, column.type.dialect_impl(dialect).result_processor(dialect, kind)) for nr, (column, kind) in typed)
    return known._replace(out=tuple((nr, turn) for nr, turn in out if turn is not None), row=_row_of(asked.names))


def _write_change(statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]) -> _Written | None:
    """A statement that writes, given values of these names; None where SQLAlchemy adds some of its own to each row, or
    rows come back.
    """
    made: Any = statement.compile(dialect=dialect, column_keys=list(names), for_executemany=True)
    if made.insert_prefetch or made.update_prefetch or made.effective_returning or _lists_in(made):
        return None
    return _known_of(made, dialect, dict.fromkeys(names))


def _known_of(made: Any, dialect: Dialect, values: Mapping[str, Any]) -> _Written | None:
    """What SQLAlchemy made of a statement, as far as every one has it, given lists as long as these."""
    if made.literal_execute_params or made.escaped_bind_names:
        return None
    binds = {name: bind for bind, name in made.bind_names.items()}
    written = made.construct_expanded_state({name: values[name] for name, bind in binds.items() if bind.required})
    places = {
        name: tuple(written.parameter_expansion.get(name, ())) if bind.expanding else (name,)
        for name, bind in binds.items()
    }
    if any(len(places[name]) != len(values[name]) for name, bind in binds.items() if bind.expanding and bind.required):
        return None  # of several values each
    turns = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is for name, bind in binds.items()}
    constants: dict[str, Any] = {}
    for name, bind in binds.items():
        if not bind.required:
            given = bind.effective_value if bind.expanding else (bind.effective_value,)
            constants.update(zip(places[name], map(turns[name], given), strict=True))
    asked = [(name, bind) for name, bind in binds.items() if bind.required]
    return _Written(
        str(written.statement),
        None if written.positiontup is None else tuple(written.positiontup),
        constants,
        tuple((place, turns[name]) for name, _bind in asked if turns[name] is not _as_it_is for place in places[name]),
        tuple((name, places[name]) for name, bind in asked if bind.expanding),
    )


def _as_it_is(value: Any) -> Any:
    return value


def _row_of(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    """What makes a row of its values."""
    return partial(tuple.__new__, namedtuple("Row", names, rename=True))
