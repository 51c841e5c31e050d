"""What an instance gives away or loses by the way: its log, its files, its settings, requests for another host."""

import os
import re
import resource
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from webtest import TestApp

from dossiers import create_app, incoming, logs
from dossiers.accounts.models import Account
from dossiers.config import ROOT, SettingError, load
from dossiers.extensions import db
from dossiers.rules import instance
from tests.conftest import World
from tests.people import Person
from tests.security.served import flask

Maker = Callable[..., Person]
NEAR = {"REMOTE_ADDR": "127.0.0.1"}
AWAY = {"REMOTE_ADDR": "192.0.2.7"}

# --- the program's log ------------------------------------------------------------------------------------------------

NAME, PHONE, NUMBER = "Trần Thị Gài Bẫy", "0912 345 678", "012345678901"
PLANTED = (NAME, "Gài Bẫy", "gai bay", PHONE, "345678", NUMBER, "$argon2", "argon2id")

KINDS = {
    "sqlite": {
        "IntegrityError": "INSERT INTO unit (id, code, name, kind) SELECT id, code, name, kind FROM unit LIMIT 1",
        "DataError": "SELECT length(zeroblob(2000000000))",
        "OperationalError": "SELECT dossier_search FROM dossier_search WHERE dossier_search MATCH '\"' || NEW.id",
    },
    "postgresql": {
        "IntegrityError": "RAISE EXCEPTION 'no %', NEW USING ERRCODE = 'check_violation'",
        "DataError": "PERFORM CAST(CAST(NEW AS text) AS integer)",
        "OperationalError": "RAISE EXCEPTION 'no room for %', NEW USING ERRCODE = 'disk_full'",
        "ProgrammingError": "EXECUTE 'SELECT ' || quote_ident(CAST(NEW AS text))",
        "InternalError": "RAISE EXCEPTION 'aborted %', NEW USING ERRCODE = 'in_failed_sql_transaction'",
    },
}


def spoil(app: Flask, engine: str, table: str, kind: str) -> None:
    """Let every change of a table fail with an error of a kind; PostgreSQL's then tells the whole row."""
    body = KINDS[engine][kind]
    if engine == "sqlite":
        made = [
            f"CREATE TRIGGER trap_{what} BEFORE {what} ON {table} BEGIN {body}; END" for what in ("INSERT", "UPDATE")
        ]
    else:
        made = [
            f"CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$",
            f"CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION trap()",
        ]
    with app.app_context():
        for statement in made:
            db.session.execute(text(statement.replace(":", r"\:")))
        db.session.commit()


def add_person(person: Maker) -> Any:
    """The form of a candidate with the planted name and telephone."""
    page = person("youth_officer", "DB02-DTN").get("/ho-so/moi")
    form = next(form for form in page.forms.values() if "full_name" in form.fields)
    form["full_name"], form["birth_date"], form["sex"], form["contact"] = NAME, "14/05/1998", "female", PHONE
    form["place"].select(form["place"].options[1][0])
    form["consented"].checked = True
    return form


def set_password(person: Maker) -> Any:
    """The form that sets a one-time password: its hash is written."""
    administrator = person("administrator", "KHOI")
    with administrator.app.app_context():
        number = db.session.scalars(select(Account.id).where(Account.email == "cell-secretary.cb01@demo.example")).one()
    page = administrator.get(f"/tai-khoan/{number}/mat-khau")
    return page.forms["act"]


TRIED = {"person": add_person, "account": set_password}


def lines(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


@pytest.mark.parametrize("table", TRIED)
@pytest.mark.parametrize(
    "kind", ["IntegrityError", "DataError", "OperationalError", "ProgrammingError", "InternalError"]
)
def test_no_error_of_a_database_tells_who_it_was_about(
    app: Flask, world: World, person: Maker, capsys: pytest.CaptureFixture[str], table: str, kind: str
) -> None:
    if kind not in KINDS[world.engine]:
        pytest.skip("cannot be brought about by the database; the next test does it")
    form = TRIED[table](person)
    spoil(app, world.engine, table, kind)
    logs.init_app(app)
    answer = form.submit(expect_errors=True)
    said = lines(capsys)
    assert answer.status_int in (500, 503)
    assert kind in said, "and what went wrong is told"
    assert "store.py" in said or "services.py" in said or "run(" in said, "and where"
    assert [word for word in PLANTED if word.casefold() in (said + answer.text).casefold()] == []


def test_a_statement_with_wrong_parameters_does_not_tell_them(
    app: Flask, person: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def spoilt(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> tuple[str, Any]:
        if statement.startswith("INSERT INTO person"):
            statement += " ?" if engine.dialect.name == "sqlite" else " %(none)s"
        return statement, parameters

    form = add_person(person)
    logs.init_app(app)
    try:
        answer = form.submit(expect_errors=True)
    finally:
        event.remove(engine, "before_cursor_execute", spoilt)
    said = lines(capsys)
    assert answer.status_int == 500
    assert re.search("ProgrammingError|OperationalError", said)
    assert [word for word in PLANTED if word.casefold() in said.casefold()] == []


def test_a_missing_index_does_not_tell_what_was_looked_for(
    app: Flask, person: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    upper = person("upper_officer", "KHOI")
    with app.app_context():
        db.session.execute(text("ALTER TABLE dossier_search RENAME TO away"))
        db.session.commit()
    logs.init_app(app)
    for asked in (NAME, NUMBER, PHONE):
        upper.web.get("/tim", {"q": asked}, expect_errors=True)
        form = next(f for f in upper.get("/quy-tac").forms.values() if "q" in f.fields)
        form["q"] = asked
        assert form.submit(expect_errors=True).maybe_follow(expect_errors=True).status_int in (200, 500)
    said = lines(capsys)
    assert "Error" in said
    assert [word for word in PLANTED if word.casefold() in said.casefold()] == []


def test_what_an_error_says_is_told_only_where_it_speaks_of_code(
    capsys: pytest.CaptureFixture[str], app: Flask
) -> None:
    logs.init_app(app)
    for error in (ValueError(NAME), KeyError(PHONE), RuntimeError(NUMBER), AttributeError("'X' has no 'y'")):
        try:
            try:
                raise error
            except Exception as first:
                raise ValueError(NAME) from first
        except ValueError as second:
            logs.structlog.get_logger().error("tried", exc_info=second)
            logs.logging.getLogger("some.library").error("failed for %s", NAME, exc_info=True)
            logs.logging.getLogger("waitress").exception(f"Exception while serving /ho-so/{NUMBER}")
    said = lines(capsys)
    assert said.count("test_operations.py") >= 8
    assert "'X' has no 'y'" in said
    assert [word for word in PLANTED if word.casefold() in said.casefold()] == []


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_umask() -> Iterator[None]:
    """As careless as can be."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    found = [folder, *folder.rglob("*")]
    return [str(path.relative_to(folder)) for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.usefixtures("open_umask")
def test_nobody_else_reads_an_instance_under_any_umask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "of" / "mine"
    monkeypatch.setenv("DOSSIERS_INSTANCE", str(folder))
    app = create_app({"TESTING": True})
    run = app.test_cli_runner().invoke
    for command in ("db upgrade", "units add KHOI Khối --kind upper_committee", f"backup create {folder}/b",
                    f"audit checkpoint --file {folder}/events.gz"):  # fmt: skip
        done = run(args=command.split())
        assert done.exit_code == 0, done.output
    with app.app_context():
        instance.put("x", "y")  # while it is written to, SQLite keeps two files more
        db.session.commit()
        names = {path.name for path in folder.iterdir()}
        assert {"dossiers.db", "dossiers.db-wal", "dossiers.db-shm", "dossiers.db-turn", "b", "events.gz",
                "secret_key.txt", "data_key.txt", "backup_key.txt", "checkpoint_key.pem"} == names  # fmt: skip
        assert open_to_others(folder) == []
        db.session.remove()
        db.engine.dispose()


@pytest.mark.usefixtures("open_umask")
def test_what_was_open_to_others_is_shut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSSIERS_INSTANCE", str(tmp_path / "i"))
    app = create_app({"TESTING": True})
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    with app.app_context():
        db.engine.dispose()
    for path in (tmp_path / "i", *(tmp_path / "i").iterdir()):
        path.chmod(path.stat().st_mode | 0o055)
    with create_app({"TESTING": True}).app_context():
        instance.values()
        assert open_to_others(tmp_path / "i") == []
        db.session.remove()
        db.engine.dispose()


def test_a_folder_of_everybody_is_not_taken_and_not_changed(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    with pytest.raises(SettingError, match="open to others"):
        load({"DOSSIERS_INSTANCE": str(shared)})
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((f"{key}_KEY", secret) for key in ("SECRET", "DATA", "BACKUP")
          for secret in ("x" * 64, " " * 64, "\t" * 40, "ab" * 30, " " * 30 + "drawn by chance", "")),
        *(("TRUSTED_PROXY", value) for value in ("*", "proxy", "10.0.0.0/8", "10.0.0.1,10.0.0.2")),
        *((name, value) for name in ("THREADS", "WORKERS", "PAGE_SIZE", "CONNECTIONS", "HTTPS")
          for value in ("²", "٣", "1²", " 8", "8 ", "+8", "8.0", "", "9" * 5000, "-1", "0x8")),
        *(("TRUSTED_HOSTS", value) for value in ("*", "http://a.vn", "a.vn:80", "a b", "a.vn/x", "-a.vn")),
        ("DATABASE_URL", "sqlite"),
        ("DATABASE_URL", "postgresql://host:port/x"),
        ("IDLE_SECONDS", "1"),
        ("BODY_KILOBYTES", "99999"),
    ],
)  # fmt: skip
def test_a_setting_that_is_none_is_one_line(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingError) as stopped:
        load({"DOSSIERS_INSTANCE": str(tmp_path), f"DOSSIERS_{name}": value})
    assert str(stopped.value).startswith(f"DOSSIERS_{name}")
    assert "\n" not in str(stopped.value)
    assert value not in str(stopped.value) or len(value) < 60, "no secret is told"


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 64, b"\xff" * 64])
def test_a_key_file_that_is_none_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key.txt").write_bytes(content)
    with pytest.raises(SettingError, match=r"secret_key\.txt"):
        load({"DOSSIERS_INSTANCE": str(tmp_path)})


def one_line(*arguments: str, files: int | None = None, **settings: str) -> str:
    """What a command says that cannot be done, in a process of its own; with `files`, no file may grow beyond that."""
    environment = {**os.environ, **{f"DOSSIERS_{name}": value for name, value in settings.items()}}

    def limit() -> None:
        if files is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (files, files))

    done = subprocess.run(
        flask(*arguments), cwd=ROOT, env=environment, capture_output=True, text=True, preexec_fn=limit, timeout=60
    )
    assert done.returncode in (1, 2), done
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith('{"')]
    assert "Traceback" not in done.stdout
    return line


@pytest.mark.parametrize("command", ["serve", "db upgrade", "backup verify x"])
@pytest.mark.parametrize("folder", ["/dev/null/instance", "/proc/instance"], ids=["missing", "read-only"])
def test_an_instance_folder_that_cannot_be_made_is_one_line(command: str, folder: str) -> None:
    assert "DOSSIERS_INSTANCE: " in one_line(*command.split(), INSTANCE=folder)


@pytest.mark.parametrize("room", [0, 20, 300_000])
def test_a_full_disk_is_one_line_and_leaves_no_half_key(tmp_path: Path, room: int) -> None:
    assert one_line("serve", "--prepare", files=room, INSTANCE=str(tmp_path / "i"))
    assert [path for path in (tmp_path / "i").iterdir() if "key" in path.name and path.stat().st_size < 32] == []


COMMANDS = [
    "db upgrade", "prepare", "worker", "upgrade-log", "demo load", "audit verify", "audit checkpoint", "counts verify",
    "dossiers list", "quota report --unit B --year 2022 --as-of 2022-07-10", "backup create {folder}/b",
    "accounts create --email a@b.vn --name A --role inspector --unit KHOI --password mot-hai-ba-bon-5",
    "units add X Y --kind cell", "accounts one-time-password --email a@b.vn", "serve --port 1",
    "dossiers erase X --reason Y --as a@b.vn", "instance copy --to sqlite:///{folder}/other.db",
    "backup restore {folder}/b",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("what", ["a folder", "garbage", "cut off", "read-only"])
def test_a_broken_database_is_one_line_for_every_command(tmp_path: Path, command: str, what: str) -> None:
    path = tmp_path / "broken.db"
    address = f"sqlite:///{path}"
    if what == "a folder":
        path.mkdir()
    elif what == "garbage":
        path.write_bytes(b"no database at all" * 1000)
    elif what == "cut off":
        path.write_bytes(b"SQLite format 3\x00" + bytes(50))
    else:
        path.touch()
        address = f"sqlite:///file:{path}?mode=ro&uri=true"
    app = create_app({"SQLALCHEMY_DATABASE_URI": address, "TESTING": True})
    done = app.test_cli_runner().invoke(args=command.format(folder=tmp_path).split())
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 2
    assert len(done.output.splitlines()) == 1, done.output
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


# --- hosts ------------------------------------------------------------------------------------------------------------

PAGES = ["/", "/dang-nhap", "/healthz", "/readyz", "/metrics", "/static/app.css", "/khong-co"]
FORGED = [
    "evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "localhost@evil.example",
    "localhost, evil.example", "localhost:80@evil.example", "evil.example#localhost", "127.0.0.2", "[::2]", "::1", "",
    "localhost:²", "localhost:80:80", "LOCALHOST.", "0.0.0.0", "demo.vn",
]  # fmt: skip


@pytest.mark.parametrize("host", FORGED)
def test_a_forged_host_is_refused_everywhere(app: Flask, host: str) -> None:
    for near in (NEAR, AWAY):
        web = TestApp(app, extra_environ={**near, "HTTP_HOST": host})
        for page in PAGES:
            answer = web.get(page, status=400, headers={"Host": host})
            assert answer.headers.get("Set-Cookie") is None
            assert not host or host not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]", "[::1]:8000", "LocalHost"])
def test_by_its_own_names_a_machine_reaches_itself(app: Flask, host: str) -> None:
    web = TestApp(app, extra_environ=NEAR)
    assert web.get("/dang-nhap", headers={"Host": host}).status_int == 200


def test_where_hosts_are_named_those_are_taken(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = load({"DOSSIERS_INSTANCE": str(tmp_path), "DOSSIERS_TRUSTED_HOSTS": "Ho-So.vn, dossiers.vn"})["HOSTS"]
    monkeypatch.setitem(app.config, "HOSTS", named)
    away, near = TestApp(app, extra_environ=AWAY), TestApp(app, extra_environ=NEAR)
    for host in ("ho-so.vn", "HO-SO.VN:443", "dossiers.vn"):
        assert away.get("/healthz", headers={"Host": host}, status=200)
        assert away.get("/metrics", headers={"Host": host}, status=404)
        assert near.get("/metrics", headers={"Host": host}, status=404), "not by a name the world knows"
    assert away.get("/healthz", headers={"Host": "localhost"}, status=400)
    assert near.get("/healthz", headers={"Host": "localhost"}, status=200), "who watches the process asks it here"
    through = {"Host": "localhost", "X-Forwarded-For": "127.0.0.1"}
    assert near.get("/healthz", headers=through, status=400), "not through a proxy"


def test_a_demo_is_signed_into_by_a_name_of_this_machine_only(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a page elsewhere could let its own name lead here (DNS rebinding), and sign in with one click."""
    monkeypatch.setitem(app.config, "HOSTS", frozenset({"demo.vn"}))
    web = TestApp(app, extra_environ=NEAR)
    page = web.get("/dang-nhap", headers={"Host": "demo.vn"})
    token = page.html.select_one("input[name=csrf_token]")["value"]
    assert web.post("/demo/dang-nhap/1", {"csrf_token": token}, headers={"Host": "demo.vn"}, status=404)


def test_behind_tls_serving_asks_for_the_names(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        instance.put("demo", "no")
        db.session.commit()
    monkeypatch.setitem(app.config, "HTTPS", True)
    done = app.test_cli_runner().invoke(args=["serve", "--port", "8999"])
    assert done.exit_code == 2
    assert "DOSSIERS_TRUSTED_HOSTS" in done.output


# --- fields -----------------------------------------------------------------------------------------------------------


def multipart(count: int) -> tuple[bytes, dict[str, str]]:
    part = '--x\r\nContent-Disposition: form-data; name="f{}"\r\n\r\n1\r\n'
    body = "".join(part.format(number) for number in range(count)) + "--x--\r\n"
    return body.encode(), {"Content-Type": "multipart/form-data; boundary=x"}


def urlencoded(count: int) -> tuple[bytes, dict[str, str]]:
    body = "&".join(f"f{number}=1" for number in range(count))
    return body.encode(), {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("encode", [urlencoded, multipart])
@pytest.mark.parametrize("path", ["/dang-nhap", "/ngon-ngu/vi", "/ho-so/moi"])
def test_10000_fields_are_refused_in_either_encoding(
    app: Flask, person: Maker, encode: Callable[[int], tuple[bytes, dict[str, str]]], path: str
) -> None:
    for web in (TestApp(app, extra_environ=NEAR), person("youth_officer", "DB02-DTN").web):
        body, headers = encode(10_000)
        answer = web.post(path, body, headers=headers, status="*")
        assert answer.status_int == 413
        body, headers = encode(1_900)
        assert web.post(path, body, headers=headers, status="*").status_int != 413


def test_10000_fields_in_an_address_are_refused(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    for query in ("&".join(["a=1"] * 10_000), "&" * 10_000):
        assert upper.web.get(f"/ho-so?{query}", status=414)


@pytest.mark.parametrize("path", ["/dang-nhap", "/ngon-ngu/vi", "/ho-so/moi"])
def test_json_is_read_nowhere(app: Flask, person: Maker, path: str) -> None:
    content = "{" + ",".join(f'"f{number}":1' for number in range(10_000)) + "}"
    for kind in ("application/json", "application/vnd.api+json", "APPLICATION/JSON; charset=utf-8"):
        web = person("youth_officer", "DB02-DTN").web
        assert web.post(path, content, headers={"Content-Type": kind}, status="*").status_int in (303, 400, 415)


def test_a_file_that_is_sent_is_not_put_on_the_disk(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"file": (open(__file__, "rb"), "x")}):
        stream = incoming.request.files["file"].stream
        assert type(stream).__name__ == "BytesIO"
