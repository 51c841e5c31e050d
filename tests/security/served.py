"""`flask serve` as it runs for people: a process of its own, with as many below it as it is told."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from dossiers.config import ROOT


def flask(*arguments: str) -> list[str]:
    """The command line of one of our commands."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]


def until(true: Callable[[], object], seconds: float = 30) -> bool:
    """Whether something comes to be true before long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


class Served:
    """A server on this machine, on a copy of a prepared demo."""

    def __init__(self, folder: Path, workers: int, settings: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.folder = folder
        environment = {**os.environ, "DOSSIERS_INSTANCE": str(folder), **settings}
        self.log = (folder / "log").open("w+")
        command = flask("serve", "--port", str(self.port), "--workers", str(workers))
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=self.log, start_new_session=True
        )

    def is_up(self) -> bool:
        """Whether it takes connections; fails when it has ended."""
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def children(self) -> list[int]:
        """The processes that serve, of several."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def serving(self) -> list[int]:
        """The processes that serve."""
        return self.children() or [self.process.pid]

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def end(self) -> None:
        """Take all of it away."""
        if self.process.poll() is None or self.children_left():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def children_left(self) -> bool:
        """Whether processes of its are still there."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@contextmanager
def served(prepared: Path, folder: Path, workers: int, **settings: str) -> Iterator[Served]:
    """Serve a copy of `prepared` until the block ends."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    server = Served(folder, workers, {f"DOSSIERS_{name}": value for name, value in settings.items()})
    try:
        assert until(server.is_up)
        yield server
    finally:
        server.end()


class Browser:
    """Keeps a cookie, and a connection until it is told to take another."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = ""
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def copy(self) -> "Browser":
        """The same person on another connection."""
        made = Browser(self.port)
        made.cookie = self.cookie
        return made

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = value.partition(";")[0]
        return answer.status, text

    def token(self, path: str = "/quy-tac") -> str:
        """The token of a form on a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.send("GET", path)[1])
        assert found
        return found.group(1)

    def sign_in(self, label: str) -> None:
        """One click."""
        page = self.send("GET", "/dang-nhap")[1]
        forms = re.findall(r'action="(/demo/dang-nhap/\d+)">(.*?)</form>', page, re.DOTALL)
        action = next(action for action, inside in forms if f"<button>{label}" in inside)
        assert self.send("POST", action, {"csrf_token": self.token("/dang-nhap")})[0] == 303

    def served_by(self, pids: list[int]) -> int | None:
        """Which of these processes holds the other end of the connection."""
        assert self.connection.sock
        ours = self.connection.sock.getsockname()[1]
        ends = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        theirs = {f"socket:[{end[9]}]" for end in ends if int(end[2].split(":")[1], 16) == ours}
        for pid in pids:
            for file in Path(f"/proc/{pid}/fd").iterdir():
                try:
                    if os.readlink(file) in theirs:
                        return pid
                except FileNotFoundError:
                    pass  # closed meanwhile
        return None


def one_on_each(server: Served, who: Browser) -> list[Browser]:
    """The same person on a connection to each process."""
    found: dict[int, Browser] = {}
    for _ in range(300):
        browser = who.copy()
        browser.send("GET", "/healthz")
        pid = browser.served_by(server.serving())
        if pid is not None and pid not in found:
            found[pid] = browser
        if len(found) == len(server.serving()):
            return list(found.values())
    raise AssertionError("one process takes every connection")
