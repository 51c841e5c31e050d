"""Checkpoints, exports, backups, and moving to the other engine."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from dossiers import create_app
from dossiers.audit import checkpoints
from dossiers.backup.sealed import Reader
from dossiers.casework.models import Dossier
from dossiers.extensions import db
from dossiers.people.models import Person as PersonRow
from tests.conftest import World
from tests.dossiers.audit.test_audit import TRIGGERS_OFF, run
from tests.dossiers.casework.test_dossier_log import FIXTURE
from tests.people import Person, code_in, dossier

Maker = Callable[..., Person]


def found(app: Flask) -> list[str]:
    with app.app_context():
        return [f"{f.code}: {f.what}" for f in checkpoints.verify()]


def test_a_checkpoint_stands_while_work_goes_on(app: Flask, person: Maker) -> None:
    with app.app_context():
        checkpoints.make()
    person("cell_secretary", "DB02-C3").act(code_in(app, "trained", "DB02-C3"), "open_dossier")
    with app.app_context():
        checkpoints.make()
    assert found(app) == []


def test_a_chain_rewritten_with_all_its_hashes_is_found(app: Flask, world: World) -> None:
    """Whoever holds the database's password can recompute hashes; the signed root shows it."""
    row = dossier(app, code_in(app, "listed"))
    with app.app_context():
        checkpoints.make()
    run(app, *TRIGGERS_OFF[world.engine])
    run(app, f"UPDATE event SET hash = '{'1' * 64}' WHERE dossier_id = {row.id} AND seq = {row.version}")
    run(app, f"UPDATE dossier SET head_hash = '{'1' * 64}' WHERE id = {row.id}")
    assert found(app) == ["CHECKPOINT-1: events from before it give another root"]


def test_a_dossier_taken_away_whole_is_found(app: Flask, world: World) -> None:
    row = dossier(app, code_in(app, "sourced"))
    with app.app_context():
        checkpoints.make()
    run(app, *TRIGGERS_OFF[world.engine])
    for table in (
        "event_personal",
        "paper_record",
        "vote_record",
        "deadline_record",
        "companion",
        "outbox",
        "scope",
        "event",
    ):
        run(app, f"DELETE FROM {table} WHERE dossier_id = {row.id}")
    if world.engine == "postgresql":
        run(app, f"DELETE FROM dossier_search WHERE dossier_id = {row.id}")
    run(app, f"DELETE FROM dossier WHERE id = {row.id}")
    assert found(app) == [f"CHECKPOINT-1: events from before it give another root; dossier number {row.id} is gone"]


def test_a_forged_checkpoint_is_found(app: Flask, world: World) -> None:
    with app.app_context():
        checkpoints.make()
    with pytest.raises(DBAPIError):
        run(app, "UPDATE checkpoint SET made_at = '2020-01-01T00:00:00.000000Z'")
    with app.app_context():
        db.session.rollback()
    run(app, *TRIGGERS_OFF[world.engine])
    run(app, "UPDATE checkpoint SET made_at = '2020-01-01T00:00:00.000000Z'")
    assert found(app) == ["CHECKPOINT-1: its signature does not fit"]


@pytest.fixture
def exported(app: Flask, tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / "events.gz"
    done = app.test_cli_runner().invoke(args=["audit", "checkpoint", "--file", str(path), "--json"])
    assert done.exit_code == 0, done.output
    return path, json.loads(done.output)["public_key"]


def rewritten(path: Path, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Path:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = change([json.loads(line) for line in file])
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return path


def test_an_export_is_checked_without_the_database(exported: tuple[Path, str], app: Flask) -> None:
    path, key = exported
    count, findings = checkpoints.verify_file(path, key)
    assert findings == []
    assert count > 2000
    with gzip.open(path, "rt", encoding="utf-8") as file:
        whole = file.read()
    with app.app_context():
        someone = db.session.scalars(select(PersonRow.full_name)).first()
    assert someone
    assert someone not in whole, "an export holds no personal part"
    assert checkpoints.verify_file(path, "00" * 32)[1][-1].what == "it is signed with another key"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda ls: [*ls[:2], *ls[3:]], "is missing"),
        (lambda ls: ls[:-1], "give another root"),
        (lambda ls: [*ls[:9], {**ls[9], "to_state": "official"}, *ls[10:]], "its content was changed"),
        (lambda ls: [*ls[:9], ls[10], ls[9], *ls[11:]], "is missing"),
        (lambda ls: [*ls, ls[-1]], "is missing"),
        (lambda ls: [{**ls[0], "root": "0" * 64}, *ls[1:]], "its signature does not fit"),
    ],
)
def test_a_changed_export_is_found(exported: tuple[Path, str], change: Any, says: str) -> None:
    findings = checkpoints.verify_file(rewritten(exported[0], change), exported[1])[1]
    assert any(says in finding.what for finding in findings), findings


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"no json\n"), gzip.compress(b"[1]\n"), None],
    ids=["empty", "not packed", "no json", "no event", "no file"],  # a packed file holds the time: no name for a test
)
def test_a_file_that_is_no_export(app: Flask, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.gz"
    if content is not None:
        path.write_bytes(content)
    done = app.test_cli_runner().invoke(args=["audit", "verify", "--file", str(path)])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1


def test_a_backup_taken_while_people_work_is_whole_and_restores(app: Flask, person: Maker, tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    secretary = person("cell_secretary", "DB02-C3")
    form = secretary.form(code_in(app, "trained", "DB02-C3"), "open_dossier")
    invoke = app.test_cli_runner().invoke
    assert invoke(args=["backup", "create", str(path)]).exit_code == 0
    assert secretary.send(form).status_int == 303, "work goes on"
    assert invoke(args=["backup", "verify", str(path)]).exit_code == 0
    with app.app_context():
        names = set(db.session.scalars(select(PersonRow.full_name)))
        keys = {name: app.config[name] for name in ("SECRET_KEY", "DATA_KEY", "INSTANCE")}
        with zipfile.ZipFile(io.BufferedReader(Reader(path, app.config["BACKUP_KEY"]))) as pack:
            raw = pack.read("event_personal.jsonl").decode()
            assert app.config["DATA_KEY"] not in pack.read("manifest.json").decode()
    assert not any(name in raw for name in names), "what is encrypted stays encrypted"

    other = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'other.db'}", "TESTING": True, **keys})
    runner = other.test_cli_runner().invoke
    assert runner(args=["db", "upgrade"]).exit_code == 0
    restored = runner(args=["backup", "restore", str(path)])
    assert restored.exit_code == 0, restored.output
    assert runner(args=["audit", "verify"]).exit_code == 0
    with other.app_context():
        assert set(db.session.scalars(select(PersonRow.full_name))) == names
        db.session.remove()
    somebody = Person(other, "upper_officer", "KHOI")
    assert somebody.web.get("/tim", {"q": "nguyen"}).html.select("table.list a.name"), "the search index is there"
    again = runner(args=["backup", "restore", str(path)])
    assert again.exit_code == 2
    assert "not empty" in again.output
    with other.app_context():
        db.engine.dispose()


def test_a_backup_from_an_earlier_version_says_where_it_restores(app: Flask, tmp_path: Path) -> None:
    """The rest of its way is in test_dossier_log: at its own migration, then `db upgrade`, then `upgrade-log`."""
    late = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'late.db'}", "TESTING": True})
    assert late.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    refused = late.test_cli_runner().invoke(args=["backup", "restore", "--unsigned", str(FIXTURE)])
    assert refused.exit_code == 2
    assert "flask db upgrade 0003" in refused.output
    with late.app_context():
        db.engine.dispose()


def test_an_instance_moves_to_the_other_engine(app: Flask, world: World, tmp_path: Path) -> None:
    if world.server:
        target = f"sqlite:///{tmp_path / 'moved.db'}"
        done = app.test_cli_runner().invoke(args=["instance", "copy", "--to", target, "--json"])
        assert done.exit_code == 0, done.output
        manifest = json.loads(done.output)
        moved = create_app({"SQLALCHEMY_DATABASE_URI": target, "TESTING": True})
        with moved.app_context():
            assert len(db.session.scalars(select(Dossier.id)).all()) == manifest["rows"]["dossier"]
            db.session.remove()
            db.engine.dispose()
        back = world.server.url("moved")
        world.server.execute("DROP DATABASE IF EXISTS moved WITH (FORCE)")
        world.server.execute("CREATE DATABASE moved")
        keys = {name: app.config[name] for name in ("SECRET_KEY", "DATA_KEY", "INSTANCE")}
        embedded = create_app({"SQLALCHEMY_DATABASE_URI": target, "TESTING": True, **keys})
        done = embedded.test_cli_runner().invoke(args=["instance", "copy", "--to", back, "--json"])
        assert done.exit_code == 0, done.output
        assert json.loads(done.output)["root"] == manifest["root"]
        served = create_app({"SQLALCHEMY_DATABASE_URI": back, "TESTING": True, **keys})
        Person(served, "cell_secretary", "DB02-C3").act(code_in(served, "trained", "DB02-C3"), "open_dossier")
        with served.app_context():
            db.session.execute(text("SELECT 1"))
            db.session.remove()
            db.engine.dispose()
    else:
        done = app.test_cli_runner().invoke(args=["instance", "copy", "--to", f"sqlite:///{tmp_path / 'moved.db'}"])
        assert done.exit_code == 0, done.output
        full = app.test_cli_runner().invoke(args=["instance", "copy", "--to", f"sqlite:///{tmp_path / 'moved.db'}"])
        assert full.exit_code == 2
        assert "not empty" in full.output
