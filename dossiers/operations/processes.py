"""Several processes on one socket: forked, watched, started again when one dies, and stopped together."""

import mmap
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger()

_SOON = 5.0
"""Seconds; a process that dies sooner than this after its start has died at once."""

_AT_MOST = 5
"""Deaths at once, one after the other, after which none is started any more."""


class Watch:
    """Runs `work(number)` in so many processes; each is to return when it is sent SIGTERM."""

    def __init__(self, count: int, work: Callable[[int], None], patience: int) -> None:
        self._count, self._work, self._patience = count, work, patience
        self._running: dict[int, tuple[int, float]] = {}
        self._stopping_since: float | None = None
        self._failures = 0

    def run(self) -> int:
        """Start them and watch them until a signal says stop, and all have; the exit code of the whole."""
        signals = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # else it would not wake us
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        for number in range(self._count):
            self._start(number)
        while self._running:
            came = signal.sigtimedwait(signals, 1.0)
            if came is not None and came.si_signo != signal.SIGCHLD:
                self._stop()
            self._bury()
            if self._stopping_since is not None and time.monotonic() - self._stopping_since > self._patience:
                self._send(signal.SIGKILL)
        return 0 if self._failures < _AT_MOST else 1

    def _start(self, number: int) -> None:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                self._work(number)
                code = 0
            except BaseException as error:
                log.error("process_failed", number=number, exc_info=error)
            finally:
                os._exit(code)  # the parent's stack is not ours to unwind
        self._running[pid] = (number, time.monotonic())

    def _bury(self) -> None:
        """Take note of those that ended; start each again unless all are to stop."""
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            number, began = self._running.pop(pid)
            if self._stopping_since is not None:
                continue
            log.error("process_died", number=number, status=os.waitstatus_to_exitcode(status))
            self._failures = self._failures + 1 if time.monotonic() - began < _SOON else 0
            if self._failures >= _AT_MOST:
                log.error("processes_given_up")
                self._stop()
            else:
                self._start(number)

    def _stop(self) -> None:
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()
        self._send(signal.SIGTERM)

    def _send(self, what: signal.Signals) -> None:
        for pid in self._running:
            os.kill(pid, what)


class Connections:
    """How many connections each process holds, in memory that all share. Made before they are forked; each then takes a
    number of its own.
    """

    def __init__(self, processes: int) -> None:
        self._held = memoryview(mmap.mmap(-1, 4 * processes)).cast("I")
        self._number = 0

    def take(self, number: int) -> None:
        """Say which process this is; it holds none yet."""
        self._number = number
        self.hold(0)

    def hold(self, count: int) -> None:
        """Say how many this one holds now."""
        self._held[self._number] = count

    def take_none(self) -> None:
        """Say that this one takes no connection any more."""
        self.hold(2**32 - 1)

    def is_fewer_elsewhere(self) -> bool:
        """Whether another one holds fewer."""
        return min(self._held) < self._held[self._number]


def begin(stop: Callable[..., Any], is_alone: bool) -> Callable[[], bool]:
    """In the process that serves: let signals call `stop`. Gives what tells whether the parent is still the same."""
    parent = os.getppid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, stop)
    # A terminal sends its Ctrl+C to all of a family; who watches them tells them.
    signal.signal(signal.SIGINT, stop if is_alone else signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD))
    return lambda: os.getppid() == parent
