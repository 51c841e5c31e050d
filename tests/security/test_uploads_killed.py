"""kill -9 of a process that serves, in the middle of uploads, again and again: every scan on record is whole, nothing
else is left, whichever way scans are stored.
"""

import http.client
import os
import secrets
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from dossiers.config import ROOT
from tests.dossiers.papers.s3 import running
from tests.dossiers.papers.samples import _saved
from tests.security.served import Browser, Served, flask, served, until

ROUNDS = int(os.environ.get("KILL_ROUNDS", "25"))
"""For each way of storing; twice as many in all."""

PATIENCE, AT_LEAST = 30.0, 6
"""So many seconds are spent on them where the variable does not say how many; on a slow machine fewer, but so many."""

CLIENTS, PROCESSES = 4, 8

LIVES = 5.5
"""Seconds a process has to live, else its death counts as one at once, and the server gives up after some of these."""


def noise(rng: Random, side: int) -> bytes:
    """A picture no other one is like."""
    return _saved(Image.frombytes("L", (side, side), rng.randbytes(side * side)), "PNG")


class Sender(threading.Thread):
    """Sends scans for dossiers of its own until it is told to stop; remembers what was answered."""

    def __init__(self, server: Served, who: Browser, token: str, cases: list[tuple[str, str]], seed: int) -> None:
        super().__init__()
        self.server, self.who, self.token, self.cases = server, who, token, cases
        self.rng, self.stopping = Random(seed), threading.Event()
        self.answered: list[tuple[str, int]] = []
        self.refused: list[str] = []
        self.cut, self.browser = 0, who.copy()
        self.is_sending = False

    def run(self) -> None:
        """One after the other, on a new connection where one broke."""
        while not self.stopping.is_set():
            code, paper = self.rng.choice(self.cases)
            version = self._version(code)
            try:
                self.is_sending = True
                status, text = self._send(self.browser, code, paper, version)
            except (OSError, http.client.HTTPException):
                self.cut += 1
                self.browser.connection.close()
                self.browser = self.who.copy()
                time.sleep(0.02)
                continue
            finally:
                self.is_sending = False
            if status == 303:
                self.answered.append((code, version + 1))
            else:
                self.refused.append(f"{status} {code}: {text[:200]}")

    def _version(self, code: str) -> int:
        with sqlite3.connect(self.server.folder / "dossiers.db", timeout=20) as db:
            return int(db.execute("SELECT version FROM dossier WHERE code = ?", (code,)).fetchone()[0])

    def _send(self, browser: Browser, code: str, paper: str, version: int) -> tuple[int, str]:
        mark = secrets.token_hex(12)
        fields = {"csrf_token": self.token, "version": str(version), "act_key": secrets.token_hex(16), "paper": paper,
                  "happened_on": "27/07/2022", "instead": "y"}  # fmt: skip
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        parts += [
            f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{nr}.png"\r\n\r\n'.encode()
            + noise(self.rng, side) + b"\r\n"
            for nr, side in enumerate((700, 200))
        ]  # fmt: skip
        body = b"".join((*parts, f"--{mark}--\r\n".encode()))
        headers = {"Cookie": browser.cookie, "Content-Type": f"multipart/form-data; boundary={mark}"}
        browser.connection.request("POST", f"/ho-so/{code}/attach_scan?giay={paper}", body, headers)
        answer = browser.connection.getresponse()
        return answer.status, answer.read().decode()


def senders(server: Served) -> list[Sender]:
    """Each with dossiers of its own that have a paper."""
    upper = Browser(server.port)
    upper.sign_in("Ban tổ chức Đảng ủy Khối")
    with sqlite3.connect(server.folder / "dossiers.db") as db:
        cases = db.execute(
            "SELECT d.code, min(p.seq || '.' || p.nr) FROM dossier d JOIN unit u ON u.id = d.unit_id"
            " JOIN paper_record p ON p.dossier_id = d.id WHERE u.kind = 'grassroots_cell' AND d.state IN"
            " ('trained', 'applying', 'verifying', 'verified', 'probationary') GROUP BY d.code ORDER BY d.code"
        ).fetchall()
    assert len(cases) >= CLIENTS
    token = upper.token()
    return [Sender(server, upper, token, cases[nr::CLIENTS], nr) for nr in range(CLIENTS)]


def kill_one(server: Served, clients: list[Sender], born: dict[int, float]) -> None:
    """Kill a process that has lived long enough, rather one that has an upload in its hands; wait for another."""

    def old() -> list[int]:
        now = time.monotonic()
        return [pid for pid in server.children() if now - born.setdefault(pid, now) > LIVES]

    assert until(lambda: old() and any(client.is_sending for client in clients))
    before, may = server.children(), old()
    busy = [client.browser.served_by(may) for client in clients if client.is_sending and client.browser.connection.sock]
    victim = next((pid for pid in busy if pid), may[0])
    os.kill(victim, signal.SIGKILL)
    assert until(lambda: len(now := server.children()) == len(before) and victim not in now)


@pytest.mark.parametrize("where", ["database", "s3"])
def test_uploads_cut_off_by_kill_9_leave_nothing_half(prepared: Path, tmp_path: Path, where: str) -> None:
    rng, is_told = Random(where), "KILL_ROUNDS" in os.environ
    with ExitStack() as stack:
        store = stack.enter_context(running()) if where == "s3" else None
        settings = {name: str(value) for name, value in store.settings.items()} if store else {}
        server = stack.enter_context(served(prepared, tmp_path / "i", PROCESSES, **settings))
        born: dict[int, float] = {}
        clients = senders(server)
        for client in clients:
            client.start()
        try:
            assert until(lambda: sum(len(client.answered) for client in clients) >= CLIENTS, 60)
            begun, rounds = time.monotonic(), 0
            while rounds < ROUNDS and (is_told or rounds < AT_LEAST or time.monotonic() - begun < PATIENCE):
                rounds += 1
                time.sleep(rng.uniform(0.02, 0.5))
                kill_one(server, clients, born)
        finally:
            for client in clients:
                client.stopping.set()
            for client in clients:
                client.join()
        assert sum(client.cut for client in clients) >= rounds // 3, "it was in the middle of uploads"
        assert [text for client in clients for text in client.refused] == []
        server.stop()
        environment = {**os.environ, "DOSSIERS_INSTANCE": str(server.folder)}
        environment |= {f"DOSSIERS_{name}": value for name, value in settings.items()}

        def told(*command: str) -> str:
            done = subprocess.run(
                flask(*command), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        with sqlite3.connect(server.folder / "dossiers.db") as db:
            recorded = set(
                db.execute("SELECT d.code, s.seq FROM paper_scan s JOIN dossier d ON d.id = s.dossier_id").fetchall()
            )
            orphans = db.execute(
                "SELECT count(*) FROM stored_file WHERE address NOT IN (SELECT address FROM scan_file)"
            ).fetchone()[0]
            loose = db.execute(
                "SELECT count(*) FROM file_chunk WHERE address NOT IN (SELECT address FROM stored_file)"
            ).fetchone()[0]
            named = {name for (name,) in db.execute("SELECT object FROM stored_file WHERE object <> ''")}
        answered = {done for client in clients for done in client.answered}
        assert answered <= recorded and len(answered) == sum(len(client.answered) for client in clients)
        assert (orphans, loose) == (0, 0)
        told("audit", "verify")  # reads every file
        if store is not None:
            told("papers", "sweep", "--minutes", "0")
            assert {name.removeprefix("of/us/") for name in store.objects} == named
            assert named and store.badly_signed == 0
