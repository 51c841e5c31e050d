"""One turn to write for all threads of all processes on one SQLite file.

Without it those of several processes ask SQLite again and again, each after a longer pause, and some starve. The lock
is that of a file beside the database's: it goes when the process that holds it dies, however it dies.
"""

import fcntl
import os
import sqlite3
from functools import lru_cache
from threading import RLock
from time import monotonic, sleep

from sqlalchemy.exc import OperationalError

PATIENCE = 15.0
"""Seconds; as long as SQLite itself waits (engines.PRAGMAS)."""

_PAUSE = 0.0005
"""Seconds between two tries while another process writes. Asked for without pause, a lock may wait for ever."""


class Turn:
    """A context: inside it nobody else writes. May be entered again by who has it."""

    def __init__(self, database: str) -> None:
        self._path = f"{database}-turn" if database and not database.startswith(("file:", ":memory:")) else ""
        self._here = RLock()
        self._depth = 0
        self._file = -1

    def __enter__(self) -> None:
        until = monotonic() + PATIENCE
        if not self._here.acquire(timeout=PATIENCE):
            raise _busy()
        try:
            if self._depth == 0 and self._path:
                self._lock(until)
            self._depth += 1
        except BaseException:
            self._here.release()
            raise

    def _lock(self, until: float) -> None:
        if self._file < 0:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:
                return  # a folder that takes no file: SQLite will say so
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if monotonic() > until:
                    raise _busy() from None
                sleep(_PAUSE)

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0 and self._file >= 0:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._here.release()


def _busy() -> OperationalError:
    return OperationalError("a turn to write", None, sqlite3.OperationalError("database is locked"))


@lru_cache(maxsize=64)
def of(database: str) -> Turn:
    """The turn of a database, by the path of its file."""
    return Turn(database)


os.register_at_fork(after_in_child=of.cache_clear)  # a lock shared with the parent would keep nobody out
