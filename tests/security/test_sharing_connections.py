"""Connections are spread over the processes on one socket: who stays connected finds none busier than the other."""

import copy
import http.client
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from dossiers.operations.processes import Connections
from dossiers.operations.server import Server, listen
from tests.security.served import until

SETTINGS = {
    "RECEIVE_SECONDS": 3, "STOP_SECONDS": 1, "CONNECTIONS": 50, "IDLE_SECONDS": 30, "MAX_CONTENT_LENGTH": 1_000_000,
    "UPLOAD_MEGABYTES": 1, "TRUSTED_PROXY": None,
}  # fmt: skip


def application(work: Callable[[str], None] = lambda _path: None) -> Any:
    """So much of a Flask application as a server needs; does `work` for a path."""

    def app(environ: Any, start: Any) -> list[bytes]:
        work(environ["PATH_INFO"])
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    app.config = SETTINGS  # type: ignore[attr-defined]
    return app


class Two:
    """Two servers on one socket, each with a thread in the place of a process."""

    def __init__(self) -> None:
        self.listening = listen("127.0.0.1", 0)
        self.port = self.listening.getsockname()[1]
        shared = Connections(2)
        self.servers = []
        for number in range(2):
            one = Server(application(), self.listening.dup(), 1)
            one.connections = copy.copy(shared)
            one.connections.take(number)
            self.servers.append(one)

    def held(self) -> list[int]:
        """How many connections each holds."""
        return [len(one.active_channels) for one in self.servers]

    def by_turns(self, times: int) -> None:
        """Let each look so many times, one after the other."""
        for _time in range(times):
            self.turn(0, 1)
            self.turn(1, 1)

    def turn(self, number: int, times: int = 3) -> None:
        """Let one look so many times at what came."""
        for _time in range(times):
            self.servers[number]._turn(0.0)


@pytest.fixture
def two() -> Iterator[Two]:
    made = Two()
    yield made
    for one in made.servers:
        if one.is_stopping:
            continue
        one.stop()
        one.run()
    made.listening.close()


@pytest.fixture
def come(two: Two) -> Iterator[Callable[[], http.client.HTTPConnection]]:
    """Somebody connects, and waits to be taken."""
    all_: list[http.client.HTTPConnection] = []

    def one() -> http.client.HTTPConnection:
        all_.append(http.client.HTTPConnection("127.0.0.1", two.port, timeout=20))
        all_[-1].connect()
        return all_[-1]

    yield one
    for connection in all_:
        connection.close()


def test_who_comes_goes_to_the_one_that_holds_fewer(two: Two, come: Callable[[], Any]) -> None:
    for _time in range(6):
        come()
        two.turn(0)  # whatever it leaves
        two.turn(1)
    assert two.held() == [3, 3]


def test_all_who_come_at_once_are_shared_out(two: Two, come: Callable[[], Any]) -> None:
    for _time in range(8):
        come()
    for _time in range(8):
        two.turn(1, 1)
        two.turn(0, 1)
    assert two.held() == [4, 4]


def test_those_who_left_count_no_more(two: Two, come: Callable[[], Any]) -> None:
    first = [come() for _time in range(4)]
    two.by_turns(4)
    assert two.held() == [2, 2]
    for connection in first:
        connection.close()
    two.turn(0, 5)
    two.turn(1, 5)
    assert two.held() == [0, 0]
    come()
    two.turn(1)
    assert two.held() == [0, 1]


def test_nobody_waits_for_one_that_does_not_come(two: Two, come: Callable[[], Any]) -> None:
    """The other holds fewer and takes nobody: it may be at work on something long, or dead."""
    for _time in range(5):
        come()
    assert until(lambda: two.turn(0) or two.held() == [5, 0])


def test_a_stop_takes_all_who_wait_however_many_another_holds(two: Two, come: Callable[[], Any]) -> None:
    answered = []

    def ask(connection: http.client.HTTPConnection) -> None:
        connection.request("GET", "/")
        answered.append(connection.getresponse().status)

    waiting = [Thread(target=ask, args=(come(),)) for _time in range(5)]
    for thread in waiting:
        thread.start()
    time.sleep(0.2)  # their requests lie in the system
    two.servers[0].stop()
    two.servers[0].run()
    for thread in waiting:
        thread.join()
    assert answered == [200] * 5


def test_who_stops_is_no_reason_to_leave_anybody(two: Two, come: Callable[[], Any]) -> None:
    """It holds none, takes none, and may still be at work for a while."""
    for _time in range(4):
        come()
    two.by_turns(4)
    two.servers[1].stop()
    two.servers[1].run()
    come()
    two.turn(0, 1)
    assert len(two.servers[0].active_channels) == 3


def _asked(connection: http.client.HTTPConnection, path: str = "/") -> None:
    connection.request("GET", path)


def test_requests_are_answered_in_a_row_but_not_for_long(two: Two, come: Callable[[], Any]) -> None:
    """Who came meanwhile, or sends a large file, does not wait for all of them."""
    first = two.servers[0]
    first.connections = Connections(1)
    all_ = [come() for _time in range(6)]
    two.turn(0, 6)
    done: list[str] = []
    first.application = application(done.append)
    for connection in all_:
        _asked(connection)
    assert until(lambda: first._turn(0.0) or len(done) == 6)
    assert [connection.getresponse().read() for connection in all_] == [b"ok"] * 6

    def slow(path: str) -> None:
        done.append(path)
        time.sleep(0.02)

    done.clear()
    first.application = application(slow)
    for connection in all_:
        _asked(connection, "/slow")
    time.sleep(0.1)  # all of them lie there
    for turn in range(1, 7):
        first._turn(0.0)
        assert len(done) == turn, "it looked after each of these"


def test_an_answer_is_sent_before_the_next_request_is_begun(two: Two, come: Callable[[], Any]) -> None:
    first = two.servers[0]
    first.connections = Connections(1)
    one, other = come(), come()
    two.turn(0)
    seen: list[int] = []

    def work(path: str) -> None:
        if path == "/second":
            one.sock.settimeout(5)
            seen.append(one.getresponse().status)

    first.application = application(work)
    _asked(one, "/first")
    _asked(other, "/second")
    assert until(lambda: first._turn(0.0) or (other.sock and seen == [200]))
    assert other.getresponse().status == 200


def test_an_error_of_a_connection_ends_no_process(
    two: Two, come: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = two.servers[0]
    first.connections = Connections(1)
    broken, other = come(), come()
    two.turn(0)
    channel = next(iter(first.active_channels.values()))

    def fails() -> None:
        raise OSError(113, "No route to host")

    monkeypatch.setattr(channel, "service", fails)
    for connection in (broken, other):
        _asked(connection)
    assert until(lambda: two.turn(0) or two.held()[0] == 1)
    answered = []
    for connection in (broken, other):
        try:
            answered.append(connection.getresponse().status)
        except (http.client.HTTPException, OSError):
            answered.append(0)
    assert sorted(answered) == [0, 200]


def test_what_came_while_a_stop_looks_about_is_answered(two: Two, come: Callable[[], Any]) -> None:
    """Somebody who was silent for longer than a stop waits, and asks just now."""
    first = two.servers[0]
    first.connections = Connections(1)
    silent = come()
    two.turn(0)
    next(iter(first.active_channels.values())).last_activity = time.time() - 20
    first.is_stopping = True
    _asked(silent)
    first.maintenance(time.time())
    first._shut_idle()
    first._turn(0.0)
    first._turn(0.0)
    assert silent.getresponse().status == 200


def test_processes_tell_each_other() -> None:
    shared = Connections(3)
    each = [copy.copy(shared) for _number in range(3)]
    for number, one in enumerate(each):
        one.take(number)
    each[0].hold(2)
    each[1].hold(1)
    assert [one.is_fewer_elsewhere() for one in each] == [True, True, False]
    each[2].hold(1)
    assert [one.is_fewer_elsewhere() for one in each] == [True, False, False]
    each[0].take(0)  # started again
    assert [one.is_fewer_elsewhere() for one in each] == [False, True, True]
