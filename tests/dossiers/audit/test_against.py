"""An export kept elsewhere shows what whoever holds the database cannot hide; a daily run looks at what is new."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from dossiers.audit import checkpoints
from dossiers.extensions import db
from tests.conftest import World
from tests.dossiers.audit.test_audit import TRIGGERS_OFF, run
from tests.people import Person, code_in, dossier

Maker = Callable[..., Person]


def against(app: Flask, path: Path) -> tuple[int, list[str]]:
    """What `audit verify --against` says."""
    done = app.test_cli_runner().invoke(args=["audit", "verify", "--against", str(path), "--json"])
    assert done.exit_code in (0, 1), done.output
    told = json.loads(done.output)["findings"]
    return done.exit_code, [f"{line['dossier']}: {line['what']}" for line in told]


@pytest.fixture
def exported(app: Flask, tmp_path: Path) -> Path:
    path = tmp_path / "events.gz"
    assert app.test_cli_runner().invoke(args=["audit", "checkpoint", "--file", str(path)]).exit_code == 0
    return path


def test_work_goes_on_and_nothing_is_found(app: Flask, person: Maker, exported: Path) -> None:
    person("cell_secretary", "DB02-C3").act(code_in(app, "trained", "DB02-C3"), "open_dossier")
    assert against(app, exported) == (0, [])


def test_yesterdays_database_put_back_is_named(app: Flask, person: Maker, world: World, tmp_path: Path) -> None:
    code = code_in(app, "trained", "DB02-C3")
    version = dossier(app, code).version
    person("cell_secretary", "DB02-C3").act(code, "open_dossier")
    path = tmp_path / "today.gz"
    assert app.test_cli_runner().invoke(args=["audit", "checkpoint", "--file", str(path)]).exit_code == 0
    world.reset()  # the database as it was before
    exit_code, said = against(app, path)
    assert exit_code == 1
    assert f"{code}: ends here, in the file at {version + 1}: an older database was put back" in said
    assert any("is missing here, or is another" in line for line in said)


def test_a_deleted_checkpoint_with_a_rewritten_chain_is_named(app: Flask, world: World, exported: Path) -> None:
    row = dossier(app, code_in(app, "listed"))
    run(app, *TRIGGERS_OFF[world.engine])
    if world.engine == "sqlite":
        run(app, "DROP TRIGGER checkpoint_no_delete")
    run(app, "DELETE FROM checkpoint")
    run(app, f"UPDATE event SET hash = '{'1' * 64}' WHERE dossier_id = {row.id} AND seq = {row.version}")
    run(app, f"UPDATE dossier SET head_hash = '{'1' * 64}' WHERE id = {row.id}")
    _exit_code, said = against(app, exported)
    assert f"{row.code}: is another event than in the file" in said
    assert any(line.startswith("CHECKPOINT: the one of") for line in said)


def test_a_dossier_taken_away_is_named(app: Flask, world: World, exported: Path) -> None:
    row = dossier(app, code_in(app, "sourced"))
    run(app, *TRIGGERS_OFF[world.engine])
    tables = [
        "event_personal", "paper_record", "vote_record", "deadline_record", "companion", "relative", "outbox", "scope",
        "event",
    ]  # fmt: skip
    for table in tables + (["dossier_search"] if world.engine == "postgresql" else []):
        run(app, f"DELETE FROM {table} WHERE dossier_id = {row.id}")
    run(app, f"DELETE FROM dossier WHERE id = {row.id}")
    _exit_code, said = against(app, exported)
    assert any(line.startswith(f"{row.code}: is in the file and not here") for line in said)


@pytest.mark.parametrize("content", [b"", b"no gzip"])
def test_a_file_that_is_no_export(app: Flask, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(content)
    done = app.test_cli_runner().invoke(args=["audit", "verify", "--against", str(path)])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1


def test_another_instances_export_is_not_ours(app: Flask, exported: Path, tmp_path: Path) -> None:
    with app.app_context():
        key = Path(app.config["INSTANCE"]) / "checkpoint_key.pem"
        kept = key.read_bytes()
        key.unlink()
    try:
        _exit_code, said = against(app, exported)
        assert any("signed with another key" in line for line in said)
    finally:
        key.write_bytes(kept)
    assert shutil.which("python3") is None or checkpoints.newest is not None


def test_the_daily_run_looks_at_what_was_done_since(app: Flask, person: Maker, world: World) -> None:
    code = code_in(app, "trained", "DB02-C3")
    old = dossier(app, code_in(app, "official"))
    person("cell_secretary", "DB02-C3").act(code, "open_dossier")

    def since(day: str) -> dict[str, Any]:
        done = app.test_cli_runner().invoke(args=["audit", "verify", "--since", day, "--json"])
        return dict(json.loads(done.output))

    few, many = since("2022-07-27"), since("2000-01-01")
    assert few["findings"] == many["findings"] == []
    assert few["events"] < many["events"]
    run(app, *TRIGGERS_OFF[world.engine])
    with app.app_context():
        fresh = dossier(app, code)
        db.session.execute(text(f"UPDATE dossier SET state = 'official' WHERE id IN ({fresh.id}, {old.id})"))
        db.session.commit()
    assert code in {line["dossier"] for line in since("2022-07-27")["findings"]}
    bad = app.test_cli_runner().invoke(args=["audit", "verify", "--since", "gestern"])
    assert bad.exit_code == 2
