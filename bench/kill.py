"""`make kill`: kill -9 of the server under eight writing clients, again and again; nothing acknowledged may be lost.

Two processes serve. Each round kills one of them in the midst of acts, then, once another has taken its place, all of
them at once. Each client suspends and resumes dossiers of its own through their forms; where it got no answer it leaves
the dossier alone and goes on. Then the database is read: an act that was answered with 303 must be there exactly once,
and every chain must verify. Exit code 1 at the first loss.
"""

import argparse
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random

from bench.players import ROOT, free_port

CLIENTS = 8


class Writer(threading.Thread):
    """One client: acts on its own dossiers until the server is gone; remembers the keys that were acknowledged."""

    def __init__(self, port: int, cookie: str, token: str, cases: list[list[object]], seed: int) -> None:
        super().__init__()
        self.port, self.cookie, self.token, self.cases = port, cookie, token, cases
        self.rng = Random(seed)
        self.acknowledged: list[str] = []
        self.refused: list[str] = []

    def run(self) -> None:
        """Write until nobody takes a connection any more."""
        while self.cases:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.connect()
            except OSError:
                return
            self._write(connection)

    def _write(self, connection: HTTPConnection) -> None:
        """Write until the connection breaks; nobody knows then whether the last act was done."""
        while self.cases:
            case = self.rng.choice(self.cases)
            code, version, trigger = case
            key = f"{self.rng.getrandbits(128):032x}"
            fields = {"csrf_token": self.token, "version": version, "act_key": key, "happened_on": "27/07/2022",
                      "reason": "Thử tắt máy."}  # fmt: skip
            headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
            try:
                connection.request("POST", f"/ho-so/{code}/{trigger}", urllib.parse.urlencode(fields), headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, HTTPException):
                self.cases.remove(case)
                return
            if answer.status == 303:
                self.acknowledged.append(f"{code} {int(str(version)) + 1}")
                case[1:] = [int(str(version)) + 1, "resume" if trigger == "suspend" else "suspend"]
            else:
                self.refused.append(f"{answer.status} {code} {trigger}")


def kill_one(server: subprocess.Popen[bytes], rng: Random) -> None:
    """Kill one of the processes that serve, and wait until another has taken its place."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    before = children.read_text().split()
    victim = rng.choice(before)
    os.kill(int(victim), signal.SIGKILL)
    for _ in range(200):
        now = children.read_text().split()
        if len(now) == len(before) and victim not in now:
            return
        time.sleep(0.05)
    raise SystemExit("a killed process was not started again")


def sign_in(port: int) -> tuple[str, str]:
    """A session of the upper board: (cookie, CSRF token)."""
    cookie = ""

    def call(method: str, path: str, body: str | None = None) -> str:
        nonlocal cookie
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {"Cookie": cookie} | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for value in answer.headers.get_all("Set-Cookie") or []:
            cookie = value.partition(";")[0]
        return answer.read().decode()

    page = call("GET", "/dang-nhap")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    account = re.search(r'action="(/demo/dang-nhap/\d+)"', page)
    assert token
    assert account
    call("POST", account.group(1), f"csrf_token={token.group(1)}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', call("GET", "/quy-tac"))
    assert token
    return cookie, token.group(1)


def main() -> None:
    """The rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dossiers-kill-"))
    env = {**os.environ, "DOSSIERS_INSTANCE": str(folder)}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "prepare"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    total, rng = 0, Random(1)
    for turn in range(1, options.rounds + 1):
        port = free_port()
        server = subprocess.Popen([*flask, "serve", "--port", str(port), "--workers", "2"], cwd=ROOT, env=env,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  start_new_session=True)  # fmt: skip
        for _ in range(200):
            try:
                HTTPConnection("127.0.0.1", port, timeout=1).connect()
                break
            except OSError:
                time.sleep(0.05)
        cookie, token = sign_in(port)
        db = sqlite3.connect(folder / "dossiers.db")
        query = (
            "SELECT d.code, d.version, CASE WHEN d.facts LIKE '%\"suspended\":true%' THEN 'resume' ELSE 'suspend' END FROM dossier d"
            " JOIN unit u ON u.id = d.unit_id WHERE u.kind = 'grassroots_cell' AND d.state IN ('sourced', 'nominated', 'listed', 'trained', 'applying', 'verifying')"
        )
        cases = [list(row) for row in db.execute(query)]
        acts = int(db.execute("SELECT count(*) FROM event WHERE act_key IS NOT NULL").fetchone()[0])
        db.close()
        writers = [Writer(port, cookie, token, cases[n::CLIENTS], turn * 100 + n) for n in range(CLIENTS)]
        for writer in writers:
            writer.start()
        for _ in range(600):  # the first pages of a process take long
            if sum(len(writer.acknowledged) for writer in writers) >= CLIENTS:
                break
            time.sleep(0.05)
        time.sleep(rng.uniform(0.1, 0.9))
        kill_one(server, rng)
        time.sleep(rng.uniform(0.1, 0.5))
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        for writer in writers:
            writer.join()
        keys = [key for writer in writers for key in writer.acknowledged]
        total += len(keys)
        db = sqlite3.connect(folder / "dossiers.db")
        query = "SELECT d.code, e.seq FROM event e JOIN dossier d ON d.id = e.dossier_id WHERE e.act_key IS NOT NULL"
        found = {f"{code} {seq}" for code, seq in db.execute(query)}
        db.close()
        lost = [key for key in keys if key not in found]
        doubled = len(found) - acts - len(keys) - CLIENTS  # each may have done one that nobody told it of
        refused = [text for writer in writers for text in writer.refused]
        checked = subprocess.run(
            [*flask, "audit", "verify"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        print(f"round {turn}: {len(keys)} acknowledged, {len(lost)} lost; {checked.stdout.strip()}", flush=True)
        if lost or doubled > 0 or refused or checked.returncode:
            print(refused[:3], checked.stdout, f"kept for a look: {folder}")
            sys.exit(1)
    shutil.rmtree(folder)
    print(f"{total} acknowledged acts in {options.rounds} rounds, every one there once, all chains verify.")


if __name__ == "__main__":
    main()
