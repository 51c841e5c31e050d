"""Who is measured: this program, the floor, Django and Roundup; each served on loopback."""

import http.client
import json
import os
import random
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tools.postgres_server import PostgresServer

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "bench" / "work"
WORDS = ["nguyen van an", "tran thi lan", "le duc", "pham ngoc mai", "hoang minh son", "bui xuan"]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def process(command: list[str], port: int, env: dict[str, str] | None = None) -> Iterator[int]:
    """A server, until the block ends; gives its process id."""
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
        yield running.pid
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(timeout=10)
        except subprocess.TimeoutExpired:
            running.kill()
        log.close()


def environment(name: str) -> str:
    """The Python of an environment with what bench/contenders/requirements-NAME.txt asks for, made on first use."""
    venv = WORK / f"venv-{name}"
    if not (venv / "installed").exists():
        wanted = ROOT / f"bench/contenders/requirements-{name}.txt"
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin/pip"), "install", "--quiet", "-r", str(wanted)], check=True)
        (venv / "installed").touch()
    return str(venv / "bin/python")


class Contender(ABC):
    """Somebody to measure: where it listens, how it is signed in, and its requests for each job."""

    name = ""
    processes = 1
    """Served by so many."""
    only_crowds = False
    """Whether it is asked by eight clients only."""
    share = 0
    """Of the dossiers of one database that two contenders serve, each changes its half: the even or the odd ones."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.port = free_port()
        self.cookie = ""
        self.headers: dict[str, str] = {}
        self.pid = 0
        self.rng = random.Random(3)

    def call(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """One request, keeping cookies."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie, **self.headers}
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

    def warm(self) -> None:
        """Read its database once: the measurements are not about a disk that has forgotten it."""
        for data in self.data():
            for part in [data, *data.rglob("*")] if data.is_dir() else [data]:
                if part.is_file():
                    with part.open("rb") as content:
                        while content.read(1 << 24):
                            pass

    def data(self) -> list[Path]:
        """Files and folders of its database."""
        name = f"{self.name.removesuffix('_2')}-{self.size}"
        return [WORK / name, *WORK.glob(f"{name}.*")]

    def cookie_for(self, job: str) -> str:
        """The cookie of who asks in a job."""
        return self.cookie

    def recorded(self) -> int | None:
        """How many acts its database holds, to see that each move was one; None when it does not tell."""
        return None

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
        command = [sys.executable, script, str(file), str(self.size), str(self.port)]
        self.pid = stack.enter_context(process(command, self.port))
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
    versions: dict[int, int]

    def start(self, stack: ExitStack) -> None:
        """Install, build and serve."""
        script = str(ROOT / "bench/contenders/django_app/main.py")
        file = WORK / f"django-{self.size}.db"
        command = [environment("django"), script, str(file), str(self.size), str(self.port), str(self.processes)]
        self.pid = stack.enter_context(process(command, self.port))
        self.token = self.call("GET", "/sign-in")[1]
        with sqlite3.connect(file) as db:
            self.versions = dict(db.execute("SELECT id, version FROM cases_dossier WHERE version > 1").fetchall())

    def recorded(self) -> int:
        """Lines of the history."""
        with sqlite3.connect(WORK / f"django-{self.size}.db") as db:
            return int(db.execute("SELECT max(history_id) FROM cases_historicaldossier").fetchone()[0])

    def requests(self, job: str, count: int) -> list[list[Any]]:
        """As the floor's; a move is sent as a form with the version, a key, the day and why."""
        if job != "move":
            return super().requests(job, count)
        found: list[list[Any]] = []
        for number in self.rng.sample(range(2 - self.share, self.size + 1, 2), count):
            version = self.versions.get(number, 1)
            self.versions[number] = version + 1
            fields = {
                "csrfmiddlewaretoken": self.token, "version": version, "act_key": secrets.token_hex(16),
                "happened_on": "27/07/2022", "reason": "Đo tốc độ.",
            }  # fmt: skip
            found.append(["POST", f"/move/{number}", urllib.parse.urlencode(fields)])
        return found


class DjangoInTwo(Django):
    """The same database by two processes on one socket, a thread each: of what was tried the fastest for eight clients."""

    name, processes, share, only_crowds = "django_2", 2, 1, True


class Roundup(Contender):
    """Roundup, an issue tracker in Python with a history of every item."""

    name = "roundup"

    def start(self, stack: ExitStack) -> None:
        """Install, build, serve and sign in by the form."""
        script = str(ROOT / "bench/contenders/roundup_tracker/main.py")
        folder = WORK / f"roundup-{self.size}"
        command = [environment("roundup"), script, str(folder), str(self.size), str(self.port)]
        self.pid = stack.enter_context(process(command, self.port))
        home = f"http://127.0.0.1:{self.port}/"
        self.headers = {"Referer": home}
        fields = {"__login_name": "admin", "__login_password": "bench", "@action": "Login", "__came_from": home}
        self.call("POST", "/", urllib.parse.urlencode(fields))
        if not self.cookie:
            raise SystemExit("Roundup did not sign us in")

    def requests(self, job: str, count: int) -> list[list[Any]]:
        """Its own addresses: an index with a filter, an item, the item's form."""
        pick = [self.rng.randint(1, self.size) for _ in range(count)]
        index = "/dossier?@template=index&@pagesize=50&@startwith=0"
        cells = [",".join(f"DB{1 + n % 24:02d}-C{c}" for c in (1, 2, 3)) for n in range(count)]
        words = [urllib.parse.quote(WORDS[n % len(WORDS)]) for n in range(count)]
        change = "@action=edit&@submit=1&state="
        return {
            "list": [
                ["GET", f"{index}&@sort=-since&@filter=unit,state&unit={unit}&state=listed", None] for unit in cells
            ],
            "one": [["GET", f"/dossier{n}", None] for n in pick],
            "move": [["POST", f"/dossier{n}", f"{change}step{self.rng.getrandbits(40)}"] for n in pick],
            "search": [["GET", f"{index}&@filter=folded&folded={word}", None] for word in words],
            "report": [["GET", "/dossier?@template=report", None]] * count,
        }[job]


OFFICER, SECRETARY, INSPECTOR = ("upper-officer.khoi", "upper-secretary.khoi", "inspector.khoi")
OWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "inbox": (SECRETARY, ("/viec-cua-toi",)),
    "audit": (
        INSPECTOR,
        ("/nhat-ky?trigger=annul_admission", "/nhat-ky?who=Kh%C3%B4ng+Ai", "/nhat-ky?trigger=nominate"),
    ),
    "ended": (OFFICER, ("/ho-so?ended=1",)),
    "stage": (OFFICER, ("/nguon", "/boi-duong", "/tham-tra", "/xet-ket-nap", "/sau-ket-nap")),
}
"""Jobs only ours has pages for: who asks, and for what by turns. An inbox few dossiers wait in, a log asked for what is
rare, for nobody and for what is common, are those that grow if something does. A new page is a line here.
"""


class Ours(Contender):
    """This program, as `flask serve` and `make run` serve it: by two processes, a thread each."""

    name = "ours"
    engine = "sqlite"
    processes = 2
    level = ""
    """The unit whose list is asked for; without one, the grass-roots organisations by turns, as the others are asked."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.folder = WORK / f"ours-{size}"
        self.token = ""
        self.movable: list[list[Any]] = []
        self.codes: list[str] = []
        self.units: list[str] = []
        self.cookies: dict[str, str] = {}

    def settings(self, stack: ExitStack) -> dict[str, str]:
        """What tells the program where its data is."""
        return {}

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of its database."""
        with sqlite3.connect(self.folder / "dossiers.db") as db:
            return db.execute(query).fetchall()

    def start(self, stack: ExitStack) -> None:
        """Load the demo of this size, serve it, sign in as the upper board and those of the jobs of our own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        env = {"DOSSIERS_INSTANCE": str(self.folder), "DOSSIERS_WORKERS": "2", **self.settings(stack)}
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        for arguments in (["db", "upgrade"], ["demo", "load", "--dossiers", str(self.size), "--if-empty"]):
            subprocess.run([*flask, *arguments], cwd=ROOT, env={**os.environ, **env}, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        serve = [*flask, "serve", "--port", str(self.port)]
        self.pid = stack.enter_context(process(serve, self.port, env))
        for who in (INSPECTOR, SECRETARY, OFFICER):
            self._sign_in(who)
        page = self.call("GET", "/quy-tac")[1]
        self.token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)  # type: ignore[union-attr] # every page has one
        step = max(1, self.size // 3000)
        self.codes = [code for (code,) in self.ask(f"SELECT code FROM dossier WHERE id % {step} = 0 LIMIT 3000")]
        listed = "SELECT 1 FROM scope s WHERE s.ancestor_id = u.id AND s.state = 'listed'"
        units = (
            f"SELECT code FROM unit u WHERE kind IN ('grassroots_committee', 'grassroots_cell') AND EXISTS ({listed})"
        )
        self.units = [code for (code,) in self.ask(f"{units} ORDER BY code")]
        # The upper board may suspend what stands in cells directly under it, and let it go on.
        query = (
            "SELECT d.code, d.version, d.facts FROM dossier d JOIN unit u ON u.id = d.unit_id"
            f" WHERE u.kind = 'grassroots_cell' AND d.state IN ('listed', 'trained', 'applying') AND d.id % 2 = {self.share}"
            " ORDER BY d.id LIMIT 3000"
        )
        self.movable = [
            [code, version, "resume" if json.loads(facts).get("suspended") else "suspend"]
            for code, version, facts in self.ask(query)
        ]
        del self.movable[len(self.movable) // 8 * 8 :]  # so that a dossier always comes to the same of eight clients

    def _sign_in(self, who: str) -> None:
        """A session of its own for somebody of the demo."""
        self.cookie = ""
        page = self.call("GET", "/dang-nhap")[1]
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        [(account,)] = self.ask(f"SELECT id FROM account WHERE email = '{who}@demo.example'")
        self.call("POST", f"/demo/dang-nhap/{account}", f"csrf_token={token.group(1)}")
        self.cookies[who] = self.cookie

    def cookie_for(self, job: str) -> str:
        """The upper board's, but for jobs that somebody else has."""
        return self.cookies[OWN[job][0]] if job in OWN else self.cookie

    def recorded(self) -> int:
        """Acts, each with its line in the outbox."""
        return int(self.ask("SELECT max(id) FROM outbox")[0][0])

    def requests(self, job: str, count: int) -> list[list[Any]]:
        """Our addresses; a move suspends a dossier or lets it go on, through its form."""
        if job == "move":
            return [self._move() for _ in range(count)]
        if job in OWN:
            asked = OWN[job][1]
            return [["GET", asked[n % len(asked)], None] for n in range(count)]
        return {
            "list": [
                ["GET", f"/ho-so?unit={self.level or self.units[n % len(self.units)]}&state=listed&sort=newest", None]
                for n in range(count)
            ],
            "one": [["GET", f"/ho-so/{self.rng.choice(self.codes)}", None] for _ in range(count)],
            "search": [["GET", f"/tim?q={urllib.parse.quote(WORDS[n % len(WORDS)])}", None] for n in range(count)],
            "report": [["GET", "/bao-cao", None]] * count,
        }[job]

    def _move(self) -> list[Any]:
        case = self.movable.pop(0)
        code, version, trigger = case
        fields = {
            "csrf_token": self.token, "version": version, "act_key": secrets.token_hex(16),
            "happened_on": "27/07/2022", "reason": "Đo tốc độ.",
        }  # fmt: skip
        self.movable.append([code, version + 1, "resume" if trigger == "suspend" else "suspend"])
        return ["POST", f"/ho-so/{code}/{trigger}", urllib.parse.urlencode(fields)]


class OursOnPostgres(Ours):
    """This program on a PostgreSQL of its own, kept in bench/work."""

    engine = "postgresql"

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.folder = WORK / f"ours-{size}-pg"
        self.url = ""

    def data(self) -> list[Path]:
        """What its server reads."""
        return [WORK / f"postgres-{self.size}"]

    def settings(self, stack: ExitStack) -> dict[str, str]:
        """Start the server; the database in it is made on first use."""
        server = stack.enter_context(PostgresServer(WORK / f"postgres-{self.size}"))
        with suppress(psycopg.errors.DuplicateDatabase):
            server.execute("CREATE DATABASE bench")
        self.url = server.url("bench").replace("+psycopg", "")
        return {"DOSSIERS_DATABASE_URL": self.url}

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of its database."""
        with psycopg.connect(self.url) as db:
            return db.execute(query.encode()).fetchall()
