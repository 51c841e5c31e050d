"""What nobody waits for is written once the answer is sent; a server gathers it and writes many in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import Queue
from threading import Event, Thread
from typing import Any, NamedTuple

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from dossiers.asking import Writing
from dossiers.extensions import db, run, write_transaction

GATHERED = 0.1
"""Seconds for which a server gathers before it writes."""

_WAITING_AT_MOST = 10_000
"""More than that, while the database is busy, and a request waits until there is room."""

_GATHERER = "later"


class _Note(NamedTuple):
    statement: Writing
    rows: Sequence[Mapping[str, Any]]
    failed: Callable[[Exception], object]


def write_later(
    app: Flask,
    response: Response,
    statement: Writing,
    rows: Sequence[Mapping[str, Any]],
    failed: Callable[[Exception], object],
) -> None:
    """Write rows by a statement, in a transaction, once the answer has been sent; those of one statement together, all
    of the same columns.

    Nobody waits, and who asked is not told of it.

    `failed` is given what the database said when it could not be written.
    """
    gatherer: _Gatherer | None = app.extensions.get(_GATHERER)
    note = _Note(statement, rows, failed)
    response.direct_passthrough = False  # a file that is handed through never tells that it was sent
    response.call_on_close(lambda: gatherer.put(note) if gatherer else _write(app, [note]))


@contextmanager
def gathering(app: Flask) -> Iterator[None]:
    """Gather, in this process, what is to be written, until the block ends; then all of it has been written."""
    gatherer = app.extensions[_GATHERER] = _Gatherer(app)
    try:
        yield
    finally:
        del app.extensions[_GATHERER]
        gatherer.stop()


def _write(app: Flask, notes: list[_Note]) -> None:
    with app.app_context():
        try:
            with write_transaction():
                for statement, rows in _together(notes):
                    run(statement, rows)
        except (SQLAlchemyError, KeyError) as error:  # the latter: a row without a column that others have
            if len(notes) == 1:
                notes[0].failed(error)
            else:  # one that cannot be written takes no other with it
                for note in notes:
                    _write(app, [note])
        finally:
            db.session.remove()


def _together(notes: Iterable[_Note]) -> Iterable[tuple[Writing, list[Mapping[str, Any]]]]:
    """What is written by each statement, in the order they first came."""
    found: dict[int, tuple[Writing, list[Mapping[str, Any]]]] = {}
    for note in notes:
        found.setdefault(id(note.statement), (note.statement, []))[1].extend(note.rows)
    return found.values()


class _Gatherer:
    def __init__(self, app: Flask) -> None:
        self._app = app
        self._notes: Queue[_Note] = Queue(_WAITING_AT_MOST)
        self._stopping = Event()
        self._thread = Thread(target=self._work, name=_GATHERER, daemon=True)
        self._thread.start()

    def put(self, note: _Note) -> None:
        self._notes.put(note)

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.wait(GATHERED):
            self._write_all()
        self._write_all()

    def _write_all(self) -> None:
        notes = [self._notes.get_nowait() for _ in range(self._notes.qsize())]  # nobody else takes any
        if notes:
            _write(self._app, notes)
