"""An audit log nobody can quietly change: the database refuses, and what gets past it is found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Event
from dossiers.chain import HASHED
from dossiers.extensions import db
from tests.conftest import World
from tests.people import code_in, dossier

TRIGGERS_OFF = {
    "sqlite": [
        "DROP TRIGGER event_no_update",
        "DROP TRIGGER event_no_delete",
        "DROP TRIGGER event_personal_no_update",
        "DROP TRIGGER checkpoint_no_update",
    ],
    "postgresql": [
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "ALTER TABLE event_personal DISABLE TRIGGER ALL",
        "ALTER TABLE checkpoint DISABLE TRIGGER ALL",
    ],
}


def run(app: Flask, *statements: str) -> None:
    with app.app_context():
        for statement in statements:
            db.session.execute(text(statement))
        db.session.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET to_state = 'official' WHERE seq = 1",
        "UPDATE event SET body = '{}'",
        "DELETE FROM event WHERE seq = 3",
        "DELETE FROM event",
        "UPDATE event_personal SET salt = 'x'",
    ],
)
def test_the_database_itself_refuses(app: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError) as refused:
        run(app, statement)
    assert "events are written once" in str(refused.value) or "erased, never changed" in str(refused.value)
    with app.app_context():
        db.session.rollback()
        assert audit.verify()[1] == []


@pytest.fixture
def unguarded(app: Flask, world: World) -> Flask:
    """A database whose triggers somebody with its password took away."""
    run(app, *TRIGGERS_OFF[world.engine])
    return app


CHANGED: dict[str, str] = {
    "trigger": "withdraw",
    "from_state": "official",
    "to_state": "official",
    "happened_on": "2020-01-01",
    "recorded_at": "2020-01-01T00:00:00.000000Z",
    "actor_id": "1",
    "actor_role": "upper_secretary",
    "unit_id": "1",
    "rulebook": "RB-2025",
    "body": '{"number":"9"}',
    "commitment": "ab",
    "prev_hash": "0" * 64,
    "act_key": "forged-key-000000",
    "hash": "f" * 64,
}


@pytest.mark.parametrize("column", [*CHANGED])
def test_any_changed_column_is_found(unguarded: Flask, column: str) -> None:
    row = dossier(unguarded, code_in(unguarded, "official"))
    run(unguarded, f"UPDATE event SET {column} = '{CHANGED[column]}' WHERE dossier_id = {row.id} AND seq = 9")
    with unguarded.app_context():
        _count, findings = audit.verify()
    assert findings
    assert {finding.code for finding in findings} == {row.code}
    assert findings[0].seq in (9, 10)


def test_every_column_but_its_key_is_hashed() -> None:
    assert set(CHANGED) == {*HASHED, "hash"} - {"seq"}
    assert {column.name for column in Event.__table__.columns} == {*HASHED, "hash", "dossier_id"}


def tamper_findings(app: Flask, *statements: str) -> list[audit.Finding]:
    run(app, *statements)
    with app.app_context():
        return audit.verify()[1]


def test_a_removed_event_is_found(unguarded: Flask) -> None:
    row = dossier(unguarded, code_in(unguarded, "official"))
    where = f"dossier_id = {row.id} AND seq = 5"
    findings = tamper_findings(
        unguarded, f"DELETE FROM event_personal WHERE {where}", f"DELETE FROM event WHERE {where}"
    )
    assert findings[0] == audit.Finding(row.code, 5, "event 5 is missing")


def test_a_cut_tail_is_found(unguarded: Flask) -> None:
    row = dossier(unguarded, code_in(unguarded, "official"))
    where = f"dossier_id = {row.id} AND seq = {row.version}"
    findings = tamper_findings(
        unguarded, f"DELETE FROM event_personal WHERE {where}", f"DELETE FROM event WHERE {where}"
    )
    assert findings == [audit.Finding(row.code, row.version, "the tail was cut off")]


def test_two_swapped_events_are_found(unguarded: Flask) -> None:
    row = dossier(unguarded, code_in(unguarded, "listed"))
    run(unguarded, f"DELETE FROM event_personal WHERE dossier_id = {row.id}")
    findings = tamper_findings(
        unguarded,
        f"UPDATE event SET seq = 900 WHERE dossier_id = {row.id} AND seq = 2",
        f"UPDATE event SET seq = 2 WHERE dossier_id = {row.id} AND seq = 3",
        f"UPDATE event SET seq = 3 WHERE dossier_id = {row.id} AND seq = 900",
    )
    assert {finding.seq for finding in findings} >= {2, 3}


def test_an_inserted_event_is_found(unguarded: Flask) -> None:
    row = dossier(unguarded, code_in(unguarded, "listed"))
    columns = ", ".join(c.name for c in Event.__table__.columns if c.name not in ("seq", "act_key"))
    findings = tamper_findings(
        unguarded,
        f"INSERT INTO event (seq, {columns}) SELECT seq + 1, {columns} FROM event "
        f"WHERE dossier_id = {row.id} AND seq = {row.version}",
    )
    assert any(f.seq == row.version + 1 for f in findings)


def test_a_changed_personal_part_is_found_and_one_that_nobody_erased_by_law(unguarded: Flask) -> None:
    row = dossier(unguarded, code_in(unguarded, "listed"))
    run(unguarded, f"DELETE FROM event_personal WHERE dossier_id = {row.id} AND seq = 1")
    with unguarded.app_context():
        findings = audit.verify()[1]
    assert findings[0] == audit.Finding(row.code, 1, "its personal part is missing, and no event says it was erased")
    assert {finding.code for finding in findings} == {row.code}
    other = dossier(unguarded, code_in(unguarded, "listed", skip=1))
    findings = tamper_findings(
        unguarded, f"UPDATE event_personal SET salt = 'x' WHERE dossier_id = {other.id} AND seq = 1"
    )
    assert [f for f in findings if f.code == other.code] == [
        audit.Finding(other.code, 1, "its personal part was changed")
    ]


def test_a_changed_head_is_found(unguarded: Flask) -> None:
    row = dossier(unguarded, code_in(unguarded, "listed"))
    findings = tamper_findings(unguarded, f"UPDATE dossier SET version = version - 1 WHERE id = {row.id}")
    assert findings == [audit.Finding(row.code, row.version, "was inserted after the last act")]


def test_the_command_says_what_it_found(app: Flask, world: World) -> None:
    invoke = app.test_cli_runner().invoke
    fine = invoke(args=["audit", "verify", "--json"])
    assert fine.exit_code == 0
    assert json.loads(fine.output)["findings"] == []
    code = code_in(app, "official")
    run(app, *TRIGGERS_OFF[world.engine])
    run(app, f"UPDATE event SET body = '{{}}' WHERE dossier_id = {dossier(app, code).id} AND seq = 4")
    bad = invoke(args=["audit", "verify"])
    assert bad.exit_code == 1
    assert f"{code} event 4: its content was changed" in bad.output


def test_a_row_of_the_dossier_alone_cannot_lie_about_the_chain(unguarded: Flask) -> None:
    row = dossier(unguarded, code_in(unguarded, "listed"))
    findings = tamper_findings(unguarded, f"UPDATE dossier SET head_hash = '{'a' * 64}' WHERE id = {row.id}")
    assert findings == [audit.Finding(row.code, row.version, "is not the event the dossier ends with")]


Maker = Callable[..., Any]


def test_every_read_of_a_dossier_is_logged_without_personal_data(
    app: Flask, person: Maker, quiet_logs: list[dict[str, Any]]
) -> None:
    code = code_in(app, "official")
    upper = person("upper_officer", "KHOI")
    upper.get(f"/ho-so/{code}")
    reads = [line for line in quiet_logs if line["event"] == "request"]
    assert reads[-1]["dossier"] == code
    assert reads[-1]["account"] == upper.id
    with app.app_context():
        full_name = db.session.execute(
            text(f"SELECT full_name FROM person p JOIN dossier d ON d.person_id = p.id WHERE d.code = '{code}'")
        ).scalar_one()
    assert all(full_name not in json.dumps(line, default=str, ensure_ascii=False) for line in quiet_logs)
    assert Dossier.__table__.name == "dossier"
