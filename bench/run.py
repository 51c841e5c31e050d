"""`make bench`: ours beside the floor and a Django app of the same job, in one run, in interleaved rounds.

Every contender is served by waitress with 8 threads on loopback, signed in, on SQLite with WAL and synchronous=FULL;
one is measured while the others idle. Writes bench/results/latest.json and docs/performance.md.
"""

import argparse
import http.client
import json
import os
import platform
import random
import re
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "bench" / "work"
RESULTS = ROOT / "bench" / "results" / "latest.json"
PAGE = ROOT / "docs" / "performance.md"
JOBS = ("list", "one", "move", "search", "report")
TARGETS = {  # job: (against Django, against the floor)
    "list": (0.6, 2.2), "one": (1.0, None), "move": (1.0, None), "search": (0.2, None), "report": (0.2, None),
}  # fmt: skip
WORDS = ["nguyen van an", "tran thi lan", "le duc", "pham ngoc mai", "hoang minh son", "bui xuan"]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def process(command: list[str], port: int, env: dict[str, str] | None = None) -> Iterator[None]:
    """A server, until the block ends."""
    log = (WORK / f"server-{port}.log").open("w")
    running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=log, stderr=log)
    try:
        for _ in range(6000):
            if running.poll() is not None:
                raise SystemExit(f"a server did not start; see {log.name}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(timeout=10)
        except subprocess.TimeoutExpired:
            running.kill()
        log.close()


class Contender(ABC):
    """Somebody to measure: where it listens, how it is signed in, and its requests for each job."""

    name = ""

    def __init__(self, size: int) -> None:
        self.size = size
        self.port = free_port()
        self.cookie = ""
        self.rng = random.Random(3)

    def call(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """One request, keeping cookies."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        jar = dict(part.split("=", 1) for part in self.cookie.split("; ") if part)
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            jar[name] = rest.partition(";")[0]
        self.cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    @abstractmethod
    def start(self, stack: ExitStack) -> None:
        """Build what is missing, serve until the stack ends, sign in."""

    @abstractmethod
    def requests(self, job: str, count: int) -> list[list[Any]]:
        """`count` requests of a job."""


class Floor(Contender):
    """Bare Flask and raw sqlite3."""

    name = "floor"

    def start(self, stack: ExitStack) -> None:
        """Build and serve."""
        file = WORK / f"floor-{self.size}.db"
        script = str(ROOT / "bench/contenders/floor.py")
        stack.enter_context(process([sys.executable, script, str(file), str(self.size), str(self.port)], self.port))
        self.call("GET", "/sign-in")

    def requests(self, job: str, count: int) -> list[list[Any]]:
        """The floor's addresses."""
        pick = [self.rng.randint(1, self.size) for _ in range(count)]
        return {
            "list": [["GET", f"/list?unit=DB{1 + n % 24:02d}&state=listed", None] for n in range(count)],
            "one": [["GET", f"/one/{n}", None] for n in pick],
            "move": [["POST", f"/move/{n}", ""] for n in pick],
            "search": [["GET", f"/search?q={urllib.parse.quote(WORDS[n % len(WORDS)])}", None] for n in range(count)],
            "report": [["GET", "/report", None]] * count,
        }[job]


class Django(Floor):
    """Django, viewflow.fsm, django-simple-history."""

    name = "django"
    token = ""

    def start(self, stack: ExitStack) -> None:
        """Install, build and serve."""
        venv = WORK / "venv-django"
        wanted = ROOT / "bench/contenders/requirements-django.txt"
        if not (venv / "installed").exists():
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
            subprocess.run([str(venv / "bin/pip"), "install", "--quiet", "-r", str(wanted)], check=True)
            (venv / "installed").touch()
        script = str(ROOT / "bench/contenders/django_app/main.py")
        file = WORK / f"django-{self.size}.db"
        command = [str(venv / "bin/python"), script, str(file), str(self.size), str(self.port)]
        stack.enter_context(process(command, self.port))
        self.token = self.call("GET", "/sign-in")[1]

    def requests(self, job: str, count: int) -> list[list[Any]]:
        """As the floor's, with the token where Django asks for it."""
        found = super().requests(job, count)
        body = f"csrfmiddlewaretoken={self.token}"
        return [[method, path, body if method == "POST" else None] for method, path, _ in found]


class Ours(Contender):
    """This program, as `flask serve` serves it."""

    name = "ours"
    level = "DB02"

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.folder = WORK / f"ours-{size}"
        self.token = ""
        self.movable: list[list[Any]] = []
        self.codes: list[str] = []

    def start(self, stack: ExitStack) -> None:
        """Load the demo of this size, serve it, sign in as the upper board."""
        env = {"DOSSIERS_INSTANCE": str(self.folder), "DOSSIERS_THREADS": "8"}
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        if not (self.folder / "dossiers.db").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            for arguments in (["db", "upgrade"], ["demo", "load", "--dossiers", str(self.size)]):
                subprocess.run([*flask, *arguments], cwd=ROOT, env={**os.environ, **env}, check=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        stack.enter_context(process([*flask, "serve", "--port", str(self.port)], self.port, env))
        page = self.call("GET", "/dang-nhap")[1]
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        account = re.search(r'action="(/demo/dang-nhap/\d+)"', page)
        assert token
        assert account
        self.call("POST", account.group(1), f"csrf_token={token.group(1)}")
        page = self.call("GET", "/quy-tac")[1]
        self.token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
        db = sqlite3.connect(self.folder / "dossiers.db")
        query = "SELECT code FROM dossier WHERE id % ? = 0 LIMIT 3000"
        self.codes = [code for (code,) in db.execute(query, (max(1, self.size // 3000),))]
        grassroots = (
            "SELECT d.code, d.version FROM dossier d JOIN unit u ON u.id = d.unit_id WHERE u.kind = 'grassroots_cell'"
            " AND d.state IN ('listed', 'trained', 'applying') AND d.facts NOT LIKE '%suspended%' ORDER BY d.id LIMIT 3000"
        )
        self.movable = [[code, version, "suspend"] for code, version in db.execute(grassroots)]
        db.close()

    def requests(self, job: str, count: int) -> list[list[Any]]:
        """Our addresses; a move suspends a dossier or lets it go on, through its form."""
        if job == "move":
            return [self._move() for _ in range(count)]
        return {
            "list": [["GET", f"/ho-so?unit={self.level}&state=listed&sort=newest", None] for _ in range(count)],
            "one": [["GET", f"/ho-so/{self.rng.choice(self.codes)}", None] for _ in range(count)],
            "search": [["GET", f"/tim?q={urllib.parse.quote(WORDS[n % len(WORDS)])}", None] for n in range(count)],
            "report": [["GET", "/bao-cao", None]] * count,
        }[job]

    def _move(self) -> list[Any]:
        case = self.movable.pop(0)
        code, version, trigger = case
        fields = {
            "csrf_token": self.token, "version": version, "act_key": f"{self.rng.getrandbits(128):032x}",
            "happened_on": "27/07/2022", "reason": "Đo tốc độ.",
        }  # fmt: skip
        self.movable.append([code, version + 1, "resume" if trigger == "suspend" else "suspend"])
        return ["POST", f"/ho-so/{code}/{trigger}", urllib.parse.urlencode(fields)]


def measure(contender: Contender, job: str, count: int, clients: int) -> list[float]:
    """One round: the times of `count` requests."""
    asked = {
        "port": contender.port,
        "clients": clients,
        "cookie": contender.cookie,
        "requests": contender.requests(job, count),
    }
    done = subprocess.run([sys.executable, "-m", "bench.client"], input=json.dumps(asked), capture_output=True, text=True,
                          cwd=ROOT, check=True)  # fmt: skip
    answer = json.loads(done.stdout)
    if answer["wrong"]:
        raise SystemExit(f"{contender.name} {job}: {answer['wrong']}")
    return [float(ms) for ms in answer["ms"]]


def run(sizes: list[int], rounds: int, count: int, ours_alone: int) -> list[dict[str, Any]]:
    """All sizes; rows as bench/results/latest.json holds them."""
    rows = []
    for size in sizes:
        with ExitStack() as stack:
            kinds = [Ours] if size == ours_alone else [Ours, Django, Floor]
            contenders = [kind(size) for kind in kinds]
            for contender in contenders:
                print(f"{size}: starting {contender.name}", flush=True)
                contender.start(stack)
            for job in JOBS:
                for clients in (1, 8):
                    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
                    for turn in range(rounds + 1):
                        for contender in contenders:
                            found = measure(contender, job, count if turn else max(20, clients), clients)
                            if turn:  # the first round warms up
                                times[contender.name] += found
                    p50 = {name: round(statistics.median(found), 3) for name, found in times.items()}
                    rows.append({"job": job, "size": size, "engine": "sqlite", "clients": clients, "p50_ms": p50})
                    print(f"{size} {job} {clients}: {p50}", flush=True)
            ours = contenders[0]
            assert isinstance(ours, Ours)
            for level in ("KHOI", "DB02-C3"):
                ours.level = level
                found = [ms for _ in range(rounds) for ms in measure(ours, "list", count, 1)]
                rows.append({"job": f"list at {level}", "size": size, "engine": "sqlite", "clients": 1,
                             "p50_ms": {"ours": round(statistics.median(found), 3)}})  # fmt: skip
    return rows


def page(rows: list[dict[str, Any]], started: str) -> str:
    """docs/performance.md."""
    lines = [
        "# Performance",
        "",
        f"Written by `make bench` on {started}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
        "Medians in milliseconds over HTTP on loopback, signed in, each contender behind waitress with 8 threads on SQLite",
        "(WAL, synchronous=FULL), measured in interleaved rounds of one run. How: [bench](../bench/README.md).",
        "",
        "| job | dossiers | clients | ours | Django | floor | ours / Django | ours / floor | target | |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    largest = max((row["size"] for row in rows if "django" in row["p50_ms"]), default=0)
    for row in rows:
        p50 = row["p50_ms"]
        if "django" not in p50:
            continue
        against = {name: p50["ours"] / p50[name] for name in ("django", "floor")}
        target, verdict = "", ""
        if row["size"] == largest and row["clients"] == 1:
            django, floor = TARGETS[row["job"]]
            target = f"≤ {django} × Django" + (f", ≤ {floor} × floor" if floor else "")
            reached = against["django"] <= django and (floor is None or against["floor"] <= floor)
            verdict = "reached" if reached else "**missed**"
        lines.append(
            f"| {row['job']} | {row['size']:,} | {row['clients']} | {p50['ours']:.2f} | {p50['django']:.2f} | {p50['floor']:.2f}"
            f" | {against['django']:.2f} | {against['floor']:.2f} | {target} | {verdict} |"
        )
    lines += ["", "## Growth, and levels of the tree (ours, one client)", ""]
    lines += [
        "| job | " + " | ".join(f"{size:,}" for size in sorted({row["size"] for row in rows})) + " | last / first |"
    ]
    lines += ["|---|" + "---|" * (len({row["size"] for row in rows}) + 1)]
    for job in dict.fromkeys(row["job"] for row in rows):
        series = [row["p50_ms"]["ours"] for row in rows if row["job"] == job and row["clients"] == 1]
        lines.append(f"| {job} | " + " | ".join(f"{ms:.2f}" for ms in series) + f" | {series[-1] / series[0]:.2f} |")
    note = ROOT / "bench" / "notes.md"
    return "\n".join(lines) + "\n" + ("\n" + note.read_text(encoding="utf-8") if note.exists() else "")


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=120, help="requests a round")
    parser.add_argument("--alone", type=int, default=0, help="a size at which only ours is measured")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    sizes = [int(size) for size in options.sizes.split(",")]
    rows = run([*sizes, *([options.alone] if options.alone else [])], options.rounds, options.count, options.alone)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(rows, datetime.now(UTC).date().isoformat()), encoding="utf-8")


if __name__ == "__main__":
    main()
