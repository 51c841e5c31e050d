"""Two web processes on one PostgreSQL: no lost act, no doubled number, sessions valid on both."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from sqlalchemy import select

from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Event
from dossiers.config import ROOT
from dossiers.extensions import db
from dossiers.people.models import Person as PersonRow
from tests.conftest import World


class Browser:
    """Keeps cookies between requests to whichever process."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def send(self, port: int, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, body and where it leads."""
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urllib.parse.urlencode(fields) if fields else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        text = answer.read().decode()
        connection.close()
        return answer.status, text, answer.headers.get("Location", "")

    def sign_in(self, port: int, label: str) -> None:
        """One click."""
        page = self.send(port, "GET", "/dang-nhap")[1]
        form = re.search(r'action="(/demo/dang-nhap/\d+)">\s*<input type="hidden" name="csrf_token" value="([^"]+)">\s*'
                         rf"(?:<input[^>]*>\s*)?<button>{re.escape(label)}", page)  # fmt: skip
        assert form, page[:500]
        assert self.send(port, "POST", form.group(1), {"csrf_token": form.group(2)})[0] == 303


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return found.group(1)


@pytest.fixture
def ports(world: World) -> Iterator[tuple[int, int]]:
    """Two servers on the same fresh database, with the same secret."""
    world.reset()
    settings = {
        "DOSSIERS_DATABASE_URL": str(world.app.config["SQLALCHEMY_DATABASE_URI"]).replace("+psycopg", ""),
        "DOSSIERS_SECRET_KEY": str(world.app.config["SECRET_KEY"]),
        "DOSSIERS_DATA_KEY": str(world.app.config["DATA_KEY"]),
    }
    running, found = [], []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(port)]
        running.append(
            subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        found.append(port)
    for port in found:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
    yield found[0], found[1]
    for process in running:
        process.terminate()
        process.wait(timeout=20)


def test_two_processes_share_sessions_numbers_and_acts(ports: tuple[int, int], world: World) -> None:
    done: list[tuple[int, str]] = []
    problems: list[str] = []

    def source(worker: int) -> None:
        """Add candidates, each request to the other process than the last: one session on both."""
        browser = Browser()
        browser.sign_in(ports[worker % 2], "Cán bộ Đoàn DB02")
        for number in range(6):
            page = browser.send(ports[number % 2], "GET", "/ho-so/moi")[1]
            place = re.search(r'<option value="(\d+:youth_union)"', page)
            if place is None:
                problems.append("signed out on the other process")
                return
            fields = {
                "csrf_token": field(page, "csrf_token"), "act_key": field(page, "act_key"),
                "full_name": f"Lê Thị Song Song {'ABCDEFGH'[worker]}{'ABCDEF'[number]}", "birth_date": "14/05/1998",
                "sex": "female", "contact": "0900 000 003", "place": place.group(1), "happened_on": "27/07/2022",
                "consented": "y",
            }  # fmt: skip
            status, text, location = browser.send(ports[(number + 1) % 2], "POST", "/ho-so/moi", fields)
            if status != 303:
                problems.append(f"{status} {text[:200]}")
            done.append((status, location))

    threads = [threading.Thread(target=source, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    codes = [location.rsplit("/", 1)[1] for _, location in done]
    assert len(codes) == len(set(codes)) == 24, "no doubled number"
    with world.app.app_context():
        names = db.session.scalars(
            select(PersonRow.full_name).where(PersonRow.full_name.like("Lê Thị Song Song%"))
        ).all()
        assert len(names) == 24, "no lost act"
        assert max(Counter(names).values()) == 1
        assert audit.verify()[1] == []


def test_the_same_dossier_in_two_processes_moves_once(ports: tuple[int, int], world: World) -> None:
    browser = Browser()
    browser.sign_in(ports[0], "Bí thư chi bộ DB02-C3 (đường dài nhất)")
    listed = browser.send(ports[0], "GET", "/ho-so?state=trained")[1]
    found = re.search(r"/ho-so/(HS\d+-\d+)", listed)
    assert found
    code = found.group(1)
    pages = [browser.send(port, "GET", f"/ho-so/{code}/suspend")[1] for port in ports]
    answers: list[int] = []

    def send(index: int) -> None:
        fields = {name: field(pages[index], name) for name in ("csrf_token", "version", "act_key")}
        other = Browser()
        other.cookies = dict(browser.cookies)
        fields |= {"happened_on": "27/07/2022", "reason": "Cùng một lúc."}
        answers.append(other.send(ports[index], "POST", f"/ho-so/{code}/suspend", fields)[0])

    threads = [threading.Thread(target=send, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409], "the second is told what changed"
    with world.app.app_context():
        row = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        acts = db.session.scalars(
            select(Event.trigger).where(Event.dossier_id == row.id, Event.trigger == "suspend")
        ).all()
        assert len(acts) == 1
