"""Those who only hold connections, lie about lengths, or stop or kill the server: nobody else is to notice."""

import http.client
import os
import re
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from dossiers.operations.server import Server, listen
from tests.security.served import Browser, Served, one_on_each, served, until

HOST = b"Host: 127.0.0.1\r\n"
UNFINISHED = {
    "nothing": b"",
    "a head": b"GET /dang-nhap HTTP/1.1\r\n" + HOST,
    "a body": b"POST /dang-nhap HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\nemail=",
    "chunks": b"POST /dang-nhap HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nemail",
}
WAYS = [1, 2]


IMPATIENT = {"IDLE_SECONDS": "4", "RECEIVE_SECONDS": "3", "CONNECTIONS": "400"}


@pytest.fixture(params=WAYS, ids=["one process", "two processes"], scope="module")
def server(
    request: pytest.FixtureRequest, prepared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A server in each way of serving, that loses patience soon; tests leave it as it was."""
    with served(prepared, tmp_path_factory.mktemp("served"), request.param, **IMPATIENT) as made:
        yield made


@pytest.fixture(params=WAYS, ids=["one process", "two processes"])
def stopped(request: pytest.FixtureRequest, prepared: Path, tmp_path: Path) -> Iterator[Served]:
    """The same for a test that stops it."""
    with served(prepared, tmp_path, request.param, **IMPATIENT) as made:
        yield made


def answers(server: Served, times: int = 10) -> None:
    """Others are answered, each on a connection of its own."""
    for _ in range(times):
        browser = Browser(server.port)
        status, text = browser.send("GET", "/dang-nhap")
        assert status == 200
        assert "</html>" in text
        browser.connection.close()


def is_shut(one: socket.socket) -> bool:
    """Whether the other side closed the connection, whatever it said before."""
    try:
        while one.recv(65536):
            pass
    except ConnectionError:
        pass
    return True  # else it timed out


def said(one: socket.socket) -> bytes:
    """All that comes until the other side closes the connection."""
    got = b""
    with suppress(ConnectionError):
        while part := one.recv(65536):
            got += part
    return got


# --- holding connections ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", UNFINISHED)
def test_500_unfinished_requests_shut_nobody_out(server: Served, what: str) -> None:
    """More than the server takes: those who wait longest without a request go."""
    with ExitStack() as stack:
        held = []
        for _ in range(500):
            one = stack.enter_context(server.connect())
            one.sendall(UNFINISHED[what])
            held.append(one)
        answers(server)
        assert all(is_shut(one) for one in held), "they are cut"
        answers(server, 1)


@pytest.mark.parametrize("kind", ["a head", "a body", "chunks"])
def test_a_request_that_trickles_is_cut(server: Served, kind: str) -> None:
    with server.connect() as one:
        one.sendall(UNFINISHED[kind])
        trickle = {"a head": b"X: 1\r\n", "a body": b"x", "chunks": b"\r\n1\r\nx"}[kind]

        def is_cut() -> bool:
            try:
                one.sendall(trickle)
                one.settimeout(0.2)
                return one.recv(1) == b""
            except TimeoutError:
                return False
            except OSError:
                return True

        assert until(is_cut), "it never was silent, and never done"
        answers(server, 1)


def test_who_reads_no_answer_holds_no_thread(server: Served) -> None:
    request = b"GET /dang-nhap HTTP/1.1\r\n" + HOST + b"\r\n"
    with ExitStack() as stack:
        for _ in range(60):
            one = stack.enter_context(server.connect())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            one.sendall(request * 5)
        answers(server)


# --- announcing more than is taken ------------------------------------------------------------------------------------


@pytest.mark.parametrize("expects", [b"", b"Expect: 100-continue\r\n"], ids=["sent", "asked for"])
@pytest.mark.parametrize("asked", [b"/dang-nhap", b"/ho-so/HS2022-000001/attach_scan"], ids=["a page", "an upload"])
def test_a_gigabyte_announced_is_refused_before_any_is_sent(server: Served, expects: bytes, asked: bytes) -> None:
    with server.connect() as one:
        one.sendall(b"POST " + asked + b" HTTP/1.1\r\n" + HOST + expects + b"Content-Length: 1000000000\r\n\r\n")
        answer = said(one)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def on_disk(pids: list[int]) -> list[str]:
    """Files that processes have open and nobody else sees."""
    found = []
    for pid in pids:
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                target = os.readlink(file)
                if "(deleted)" in target and not target.startswith(("/dev/zero", "/memfd")):
                    found.append(target)
    return found


def test_what_comes_in_is_cut_at_the_limit_and_never_put_on_the_disk(server: Served) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    sent = 0
    with server.connect() as one:
        one.sendall(b"POST /dang-nhap HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(24):  # 1.5 MB: less than the limit
                one.sendall(chunk)
                sent += len(chunk)
            assert on_disk(server.serving()) == []
            for _ in range(1000):
                one.sendall(chunk)
                sent += len(chunk)
        assert is_shut(one)
    assert sent < 20_000_000, "what the system's buffers take, not 65 MB"
    assert on_disk(server.serving()) == []
    answers(server, 1)


def test_one_head_of_a_megabyte_is_refused(server: Served) -> None:
    with server.connect() as one:
        with suppress(ConnectionError):
            one.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n")
        said(one)
    answers(server, 1)


# --- two lengths ------------------------------------------------------------------------------------------------------

SMUGGLED = b"0\r\n\r\nGET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.mark.parametrize(
    ("version", "headers"),
    [
        (b"1.1", b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n"),
        (b"1.1", b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n"),
        (b"1.1", b"content-length: %d\r\ntransfer-encoding:\tchunked\r\n"),
        (b"1.1", b"Content-Length: %d\r\nTransfer-Encoding:\r\n"),
        (b"1.1", b"Content-Length: %d\r\nTransfer-Encoding: identity\r\n"),
        (b"1.1", b"Content-Length: %d\r\nContent-Length: 0\r\n"),
        (b"1.1", b"Content-Length: +%d\r\n"),
        (b"1.0", b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\nX: %d\r\n"),
    ],
)
def test_a_request_of_two_lengths_is_refused_and_its_connection_closed(
    server: Served, version: bytes, headers: bytes
) -> None:
    """Where a proxy believes the one and the server the other, what follows is somebody else's request."""
    with server.connect() as one:
        one.sendall(b"POST /healthz HTTP/" + version + b"\r\n" + HOST + headers % len(SMUGGLED) + b"\r\n" + SMUGGLED)
        answer = said(one)
    assert answer.count(b"HTTP/1.") == 1, "the second request is answered to nobody"
    assert re.match(rb"HTTP/1.\d (400|501) ", answer)


# --- stopping ---------------------------------------------------------------------------------------------------------


class Writer(threading.Thread):
    """Suspends and resumes dossiers of its own through their forms; knows what was sent, and what was answered."""

    def __init__(self, browser: Browser, token: str, cases: list[list[str]], name: str) -> None:
        super().__init__(name=name)
        self.browser, self.token, self.cases = browser, token, cases
        self.answered: set[str] = set()
        self.unanswered: list[tuple[str, float]] = []

    def run(self) -> None:
        """Write until the connection breaks."""
        for number in range(100_000):
            code, version, trigger = case = self.cases[number % len(self.cases)]
            key = f"{self.name}-{number}".encode().hex().ljust(32, "0")
            fields = {"csrf_token": self.token, "version": version, "act_key": key, "happened_on": "27/07/2022",
                      "reason": "Thử dừng máy."}  # fmt: skip
            sent_at = time.monotonic()
            try:
                status, _text = self.browser.send("POST", f"/ho-so/{code}/{trigger}", fields)
            except (OSError, http.client.HTTPException):
                self.unanswered.append((key, sent_at))
                return
            if status == 303:
                self.answered.add(f"{code} {int(version) + 1}")
                case[1:] = [str(int(version) + 1), "resume" if trigger == "suspend" else "suspend"]


def writers(server: Served, count: int) -> list[Writer]:
    """So many of them, each with dossiers of its own."""
    upper = Browser(server.port)
    upper.sign_in("Ban tổ chức Đảng ủy Khối")
    token = upper.token()
    with sqlite3.connect(server.folder / "dossiers.db") as db:
        cases = [
            [code, str(version), "resume" if suspended else "suspend"]
            for code, version, suspended in db.execute(
                "SELECT d.code, d.version, d.facts LIKE '%\"suspended\":true%' FROM dossier d JOIN unit u ON u.id = "
                "d.unit_id WHERE u.kind = 'grassroots_cell' AND d.state IN ('listed', 'trained', 'applying')"
            )
        ]
    return [Writer(upper.copy(), token, cases[n::count], f"w{n}") for n in range(count)]


def recorded(server: Served) -> set[str]:
    """Acts that came through a form: dossier and place among its acts."""
    query = "SELECT d.code, e.seq FROM event e JOIN dossier d ON d.id = e.dossier_id WHERE e.act_key IS NOT NULL"
    with sqlite3.connect(server.folder / "dossiers.db") as db:
        return {f"{code} {seq}" for code, seq in db.execute(query)}


def test_a_stop_finishes_what_was_asked(stopped: Served) -> None:
    """Whatever was sent before the signal is answered; nothing is done that nobody is told of."""
    running = writers(stopped, 8)
    before = recorded(stopped)
    for writer in running:
        writer.start()
    assert until(lambda: sum(len(writer.answered) for writer in running) > 20)
    stopped_at = time.monotonic()
    assert stopped.stop() == 0
    for writer in running:
        writer.join(timeout=30)
    answered = set().union(*(writer.answered for writer in running))
    assert [key for writer in running for key, sent_at in writer.unanswered if sent_at < stopped_at - 0.05] == []
    assert recorded(stopped) - before == answered, "each act was told, each that was told is there"


def test_a_stop_waits_for_a_body_that_is_on_its_way(stopped: Served) -> None:
    with stopped.connect() as one:
        one.sendall(b"POST /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n\r\nab")
        answers(stopped, 1)
        stopped.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        one.sendall(b"cd")
        assert said(one).startswith(b"HTTP/1.1 405 ")
    assert stopped.process.wait(timeout=30) == 0


def test_a_stop_does_not_wait_for_those_who_only_hold_connections(stopped: Served) -> None:
    with ExitStack() as stack:
        for what in UNFINISHED.values():
            for _ in range(20):
                stack.enter_context(stopped.connect()).sendall(what)
        answers(stopped, 1)
        assert stopped.stop() == 0


# --- several processes ------------------------------------------------------------------------------------------------


@pytest.fixture
def two(prepared: Path, tmp_path: Path) -> Iterator[Served]:
    """A server of two processes."""
    with served(prepared, tmp_path, 2) as made:
        yield made


def threads(pids: list[int]) -> list[int]:
    return sorted(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids)


def test_a_killed_process_is_started_again_and_one_of_them_works_beside(two: Served) -> None:
    assert until(lambda: threads(two.children()) == [2, 3]), "one has a thread more, for what waits beside requests"
    for threads_of_victim in (3, 2):
        before = set(two.children())
        (victim,) = [pid for pid in before if threads([pid]) == [threads_of_victim]]
        os.kill(victim, signal.SIGKILL)
        assert until(lambda gone=victim: gone not in two.children() and len(two.children()) == 2)
        answers(two)
        assert until(lambda: threads(two.children()) == [2, 3])
        assert len(before & set(two.children())) == 1
    assert "process_died" in (two.folder / "log").read_text()
    assert two.stop() == 0


def test_processes_whose_parent_is_killed_end(two: Served) -> None:
    children = two.children()
    two.process.kill()
    two.process.wait()
    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    with pytest.raises(ConnectionRefusedError):
        two.connect()


def test_a_stop_that_comes_while_the_server_looks_after_itself_is_not_lost() -> None:
    """Every second it asks whether to go on; a signal may come just then, or have come just before."""
    listening = listen("127.0.0.1", 0)
    serving = Server(_nothing, listening, 1)  # type: ignore[arg-type] # so much of Flask as a server needs

    def beat() -> bool:
        serving.stop()
        return True

    serving.beat = beat
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_who_asked_before_is_not_who_asks_now(two: Served) -> None:
    """One thread answers all, one after the other."""
    secretary = Browser(two.port)
    secretary.sign_in("Bí thư")
    for browser in one_on_each(two, secretary):
        assert browser.send("GET", "/viec-cua-toi")[0] == 200
    for browser in one_on_each(two, Browser(two.port)):
        status, text = browser.send("GET", "/dang-nhap")
        assert (status, "Đăng xuất" in text) == (200, False)
        assert browser.send("GET", "/viec-cua-toi")[0] == 302


def _nothing(_environ: Any, start: Any) -> list[bytes]:
    start("204 No Content", [])
    return []


SETTINGS = {
    "RECEIVE_SECONDS": 3, "STOP_SECONDS": 1, "CONNECTIONS": 50, "IDLE_SECONDS": 1, "MAX_CONTENT_LENGTH": 1_000_000,
    "UPLOAD_MEGABYTES": 1, "TRUSTED_PROXY": None,
}  # fmt: skip
_nothing.config = SETTINGS  # type: ignore[attr-defined] # as a Flask application has


def test_a_large_answer_goes_to_who_reads_it_and_waits_for_nobody_else() -> None:
    """What is held for one who reads slowly has a limit; one who reads nothing is left, and others are answered."""
    size = 40_000_000

    def large(environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 1_000_000] * (40 if environ["PATH_INFO"] == "/large" else 0)

    large.config = SETTINGS  # type: ignore[attr-defined] # as a Flask application has
    listening = listen("127.0.0.1", 0)
    serving = Server(large, listening, 1)  # type: ignore[arg-type] # so much of Flask as a server needs
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=20) as lazy:
            lazy.sendall(b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n")
            for path, length in (("/", 0), ("/large", size)):
                reader = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                reader.request("GET", path)
                assert len(reader.getresponse().read()) == length
                reader.close()
            assert len(said(lazy)) < size, "it was cut"
    finally:
        serving.stop()
        thread.join()


def test_nothing_is_kept_by_one_process_alone(two: Served) -> None:
    """The demo's clock, the calendar, sessions: each changed through one process, seen by the other at once."""
    administrator = Browser(two.port)
    administrator.sign_in("Quản trị")
    here, there = one_on_each(two, administrator)
    assert "31/12/2022" not in there.send("GET", "/quy-tac")[1]
    day = {"csrf_token": here.token(), "day": "31/12/2022", "working": "0", "note": "Thông báo 12-TB"}
    assert here.send("POST", "/quy-tac/lich", day)[0] == 303
    assert "31/12/2022" in there.send("GET", "/quy-tac")[1]
    clock = {"csrf_token": here.token(), "day": "26/08/2022", "next": "/quy-tac"}
    assert "26/08/2022" not in there.send("GET", "/quy-tac")[1]
    assert here.send("POST", "/demo/dong-ho", clock)[0] == 303
    assert "26/08/2022" in there.send("GET", "/quy-tac")[1]
    assert here.send("POST", "/dang-xuat", {"csrf_token": here.token()})[0] in (302, 303)
    assert there.send("GET", "/quy-tac")[0] == 302, "a session that ended here ended there"


def test_tries_to_sign_in_are_counted_together(two: Served) -> None:
    both = one_on_each(two, Browser(two.port))
    statuses = []
    for attempt in range(12):
        browser = both[attempt % 2]
        fields = {
            "csrf_token": browser.token("/dang-nhap"),
            "email": "khong-ai@demo.example",
            "password": "sai mật khẩu",
        }
        statuses.append(browser.send("POST", "/dang-nhap", fields)[0])
    assert statuses == [200] * 10 + [429] * 2


def test_figures_are_those_of_all_processes(two: Served) -> None:
    both = one_on_each(two, Browser(two.port))
    for number in range(30):
        assert both[number % 2].send("GET", "/dang-nhap")[0] == 200

    def told(browser: Browser) -> float:
        status, page = browser.send("GET", "/metrics")
        assert status == 200
        found = re.search(r'dossiers_requests_total\{page="security.login",status="200"\} ([\d.]+)', page)
        return float(found.group(1)) if found else 0

    for browser in both:
        assert until(lambda asked=browser: told(asked) == 30), "each second they tell each other"
