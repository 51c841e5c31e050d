"""What those who run it rely on: health, readiness, figures, throttling, cookies behind TLS, a graceful stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from webtest import TestApp

from dossiers import create_app
from dossiers.accounts.models import SignInTry
from dossiers.config import ROOT
from dossiers.extensions import db, run
from dossiers.rules import instance
from tests.people import Person, code_in, text_of

NEAR = {"REMOTE_ADDR": "127.0.0.1"}


def test_health_and_readiness(app: Flask) -> None:
    web = TestApp(app, extra_environ=NEAR)
    assert web.get("/healthz").json == {"status": "ok"}
    assert web.get("/readyz").json == {"status": "ready"}
    with app.app_context():
        db.session.execute(text("ALTER TABLE alembic_version RENAME TO away"))
        db.session.commit()
    assert web.get("/readyz", status=503)
    assert web.get("/healthz")


def test_figures_for_this_machine_only(app: Flask, person: Callable[..., Person]) -> None:
    person("cell_secretary", "DB02-C3").act(code_in(app, "trained", "DB02-C3"), "open_dossier")
    page = TestApp(app, extra_environ=NEAR).get("/metrics").text
    assert 'dossiers_acts_total{trigger="open_dossier"}' in page
    assert 'dossiers_requests_total{page="verification.open_dossier",status="303"}' in page
    assert "HS20" not in page, "no dossier in a figure"
    assert TestApp(app, extra_environ={"REMOTE_ADDR": "192.0.2.1"}).get("/metrics", status=404)


def test_each_request_is_one_line_of_the_log_without_its_address(
    app: Flask, person: Callable[..., Person], quiet_logs: list[dict[str, Any]]
) -> None:
    person("upper_officer", "KHOI").web.get("/tim", {"q": "nguyen van an"})
    lines = [line for line in quiet_logs if line["event"] == "request"]
    assert lines[-1]["page"] == "lists.search"
    assert lines[-1]["status"] == 200
    assert "nguyen" not in json.dumps(quiet_logs, default=str)


def test_sign_in_is_throttled_for_known_and_unknown_names_alike_by_all_processes_together(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_659_000_000.0]
    monkeypatch.setattr("dossiers.accounts.throttle.time", lambda: clock[0])
    settings = {name: app.config[name] for name in ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "DATA_KEY", "INSTANCE")}
    processes = [create_app({**settings, "TESTING": True}) for _ in range(2)]
    for email in ("upper-officer.khoi@demo.example", "khong-ai@demo.example"):
        webs = [TestApp(process, extra_environ=NEAR) for process in processes]
        for attempt in range(12):
            form = next(f for f in webs[attempt % 2].get("/dang-nhap").forms.values() if "password" in f.fields)
            form["email"], form["password"] = email, f"sai-mật-khẩu-{attempt}"
            answer = form.submit(expect_errors=True)
            assert answer.status_int == (200 if attempt < 10 else 429)
        assert "Thử quá nhiều lần" in text_of(answer)
    with app.app_context():
        tries = db.session.scalars(select(SignInTry)).all()
        assert len(tries) == 10 * 3 + 10 * 2, "for the name, the account if there is one, the address; not the refused"
        assert not any(told in row.key for row in tries for told in ("@", "demo.example", NEAR["REMOTE_ADDR"]))
    clock[0] += 61
    form = next(f for f in webs[0].get("/dang-nhap").forms.values() if "password" in f.fields)
    form["email"], form["password"] = email, "sau một phút"
    assert form.submit().status_int == 200
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInTry)) == 2, "what is older is not kept"
    for process in processes:
        with process.app_context():
            db.engine.dispose()


def test_behind_tls_cookies_are_bound_to_the_host(app: Flask) -> None:
    settings = {name: app.config[name] for name in ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "DATA_KEY", "INSTANCE")}
    os.environ["DOSSIERS_HTTPS"] = "1"
    try:
        secure = create_app({**settings, "TESTING": True})
    finally:
        del os.environ["DOSSIERS_HTTPS"]
    web = TestApp(secure, extra_environ={**NEAR, "wsgi.url_scheme": "https"})
    page = web.get("/dang-nhap")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert attribute in cookie
    assert "Domain" not in cookie
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    with secure.app_context():
        db.engine.dispose()


def test_what_takes_too_long_is_stopped_and_says_so(
    app: Flask, person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    upper = person("upper_officer", "KHOI")
    monkeypatch.setitem(app.config, "REQUEST_SECONDS", 1)
    long = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50000000) SELECT count(*) FROM n"
    with app.app_context():
        db.engine.dispose()  # a connection gets its limit when a request makes it
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("dossiers.lists.inbox.inbox", lambda *_: run(text(long)))
        page = upper.get("/viec-cua-toi", status=503)
    assert "Mất quá nhiều thời gian" in text_of(page)
    assert page.html.select_one("main code")
    assert upper.get("/viec-cua-toi", status=200), "the connection is fit for the next request"
    with app.app_context():
        db.engine.dispose()


def test_too_large_a_request_is_refused_in_the_same_dress(app: Flask, person: Callable[..., Person]) -> None:
    upper = person("upper_officer", "KHOI")
    answer = upper.web.post("/ngon-ngu/vi", {"csrf_token": upper.token(), "next": "x" * 2_000_000}, status="*")
    assert answer.status_int == 413
    assert "lớn hơn mức cho phép" in text_of(answer)


@pytest.fixture
def served(tmp_path: Path) -> Any:
    """`flask serve` as people start it, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DOSSIERS_INSTANCE": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--prepare", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    lines = []
    assert process.stdout
    while not lines or "Open http" not in lines[-1]:
        line = process.stdout.readline()
        assert line, lines
        lines.append(line)
    yield process, port, lines
    process.kill()
    process.wait()


def test_first_start_makes_the_demo_says_where_and_stops_when_told(served: Any) -> None:
    process, port, lines = served
    said = "".join(lines)
    assert "Made 242 dossiers of invented people." in said
    assert "upper-officer.khoi@demo.example" in said
    assert f"Open http://127.0.0.1:{port}/" in said
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/dang-nhap") as page:
        assert "Đăng nhập thử theo vai trò" in page.read().decode()
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert process.wait(timeout=10) == 0
    assert time.monotonic() - began < 10


def test_a_demo_or_a_server_without_tls_is_not_shown_to_the_network(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    done = run(args=["serve", "--host", "0.0.0.0", "--port", "8999"])
    assert done.exit_code == 2
    assert "this machine only" in done.output
    with app.app_context():
        instance.put("demo", "no")
        db.session.commit()
    done = run(args=["serve", "--host", "0.0.0.0", "--port", "8999"])
    assert done.exit_code == 2
    assert "DOSSIERS_HTTPS=1" in done.output


@pytest.mark.parametrize(
    "command",
    [
        "demo load",
        "dossiers list",
        "audit verify",
        "counts verify",
        "quota report --unit B --year 2022 --as-of 2022-07-10",
        "upgrade-log",
        "worker",
    ],
)
def test_without_its_tables_every_command_says_in_one_line_what_to_do(tmp_path: Path, command: str) -> None:
    empty = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/empty.db", "TESTING": True})
    done = empty.test_cli_runner().invoke(args=command.split())
    assert done.exit_code == 2, done.output
    (line,) = done.output.splitlines()
    assert "flask db upgrade" in line
