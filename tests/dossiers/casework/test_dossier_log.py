"""What stands in the tables because of acts is what the acts' events say: every change behind their back is named."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Table, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from dossiers import create_app
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import RoleAssignment
from dossiers.audit import guards, running
from dossiers.audit import services as audit
from dossiers.audit.chains import Finding
from dossiers.audit.comparing import Comparison
from dossiers.casework import erasing, recounting
from dossiers.casework.models import Dossier, Event
from dossiers.extensions import Model, db
from dossiers.rules import services as rules
from tests.conftest import World
from tests.people import Person, code_in, dossier, text_of, unit_of
from workflow.roles import Role

LEFT_BY_ACTS = (
    "dossier", "person", "scope", "state_count", "event", "event_personal", "paper_record", "vote_record",
    "deadline_record", "relative", "companion", "rule_state",
)  # fmt: skip
COLUMNS = [(name, column.name) for name in LEFT_BY_ACTS for column in Model.metadata.tables[name].columns]
GUARDS_OFF = {
    "sqlite": ["PRAGMA defer_foreign_keys = ON", *(f"DROP TRIGGER {name}" for name in guards.SQLITE)],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}


@pytest.fixture(scope="module")
def loaded(world: World) -> World:
    """The demo, once for all tests that undo what they do."""
    world.reset()
    return world


@pytest.fixture
def tampering(loaded: World) -> Iterator[World]:
    """One transaction in which nothing guards the tables, undone at the end."""
    with loaded.app.app_context():
        for statement in GUARDS_OFF[loaded.engine]:
            db.session.execute(text(statement))
        yield loaded
        db.session.rollback()


def chosen() -> Any:
    """A dossier that has a row in every table."""
    return db.session.execute(
        select(Dossier.id, Dossier.code, Dossier.person_id).where(Dossier.state == "official").order_by(Dossier.id)
    ).first()


def findings(dossier_id: int, whole: bool = False) -> list[Finding]:
    """What a check of one dossier, or of all, finds; with rows that belong to nothing."""
    highest = (db.session.execute(text("SELECT max(id) FROM dossier")).scalar_one()) + 1
    compared = Comparison()
    low, high = (0, highest) if whole else (dossier_id, dossier_id + 1)
    compared.chunk(low, high)
    compared.shared()
    compared.rest(highest)
    if whole:
        compared.kept_counts(compared.counts)
    return compared.findings


def row_of(name: str, one: Any) -> dict[str, Any]:
    table = Model.metadata.tables[name]
    query = select(table).order_by(*table.primary_key.columns.values())
    if name == "dossier":
        query = query.where(table.c.id == one.id)
    elif name == "person":
        query = query.where(table.c.id == one.person_id)
    elif "dossier_id" in table.c:
        query = query.where(table.c.dossier_id == one.id)
    rows = db.session.execute(query).mappings().all()
    return dict(rows[len(rows) // 2])


def other(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, Integer):
        return 987_654
    if isinstance(column.type, LargeBinary):
        return b"x"
    return date(1999, 12, 31) if isinstance(column.type, Date) else "kh-ac"


def at(table: Table, row: dict[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]


def test_nothing_is_found_where_nothing_was_changed(tampering: World) -> None:
    assert findings(0, whole=True) == []
    assert audit.check()[1] == []


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_a_change_of_any_column_is_found_and_named(tampering: World, name: str, column: str) -> None:
    table, one = Model.metadata.tables[name], chosen()
    row = row_of(name, one)
    db.session.execute(update(table).where(*at(table, row)).values({column: other(table.c[column], row[column])}))
    found = findings(one.id, whole=name == "state_count")
    assert found
    said = " ".join(f"{finding.code} {finding.what}" for finding in found)
    if name in ("event", "event_personal"):
        assert any(finding.code in (one.code, f"#{one.id}", "#987654") for finding in found), said
    elif name == "dossier" and column in ("id", "code", "version", "head_hash", "mark"):
        assert any(finding.code in (one.code, "kh-ac", f"#{one.id}") for finding in found), said
    else:
        assert name in said or "rules it was judged by" in said, said
        assert column in said or column in table.primary_key.columns or name in ("state_count", "rule_state"), said


ROWS = [name for name in LEFT_BY_ACTS if name not in ("event", "event_personal")]


@pytest.mark.parametrize("name", ROWS)
def test_a_removed_row_is_found(tampering: World, name: str) -> None:
    table, one = Model.metadata.tables[name], chosen()
    row = row_of(name, one)
    db.session.execute(delete(table).where(*at(table, row)))
    found = findings(one.id, whole=name == "state_count")
    assert any(
        name in finding.what or name in finding.code or finding.code in (one.code, f"#{one.id}") for finding in found
    )


@pytest.mark.parametrize("name", ROWS)
def test_an_added_row_is_found(tampering: World, name: str) -> None:
    table, one = Model.metadata.tables[name], chosen()
    row = row_of(name, one)
    key = next(c for c in reversed(table.primary_key.columns.values()) if c.name != "dossier_id" or name == "dossier")
    row[key.name] = other(key, row[key.name])
    if name == "scope":
        row["ancestor_id"] = 1 if row["ancestor_id"] != 1 else 2
        present = select(table).where(*at(table, row))
        row["ancestor_id"] = 3 if db.session.execute(present).first() else row["ancestor_id"]
    for unique in ("number_key", "code"):
        if unique in row:
            row[unique] = "khac"
    db.session.execute(insert(table).values(row))
    assert findings(one.id, whole=name in ("state_count", "dossier"))


GARBAGE = ["x", 8, -1, 2.5, "2022-13-45", "2022-07-01 ", b"x", ""]
"""What SQLite keeps in any column, whatever its type."""


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_what_does_not_fit_its_column_is_found_and_named(tampering: World, name: str, column: str) -> None:
    """Nothing stops the check: what cannot be read is a finding, and the other dossiers are compared as well."""
    if tampering.engine == "postgresql":
        return  # its columns keep what fits them only
    table, one = Model.metadata.tables[name], chosen()
    row = row_of(name, one)
    for value in GARBAGE:
        statement = text(
            f"UPDATE OR IGNORE {name} SET {column} = :value WHERE "
            + " AND ".join(f"{c.name} = :of_{c.name}" for c in table.primary_key.columns)
        )
        with db.session.begin_nested() as undone:
            keys = {f"of_{c.name}": row[c.name] for c in table.primary_key.columns}
            was = db.session.execute(select(table).where(*at(table, row))).mappings().first()
            try:
                changed = db.session.execute(statement, {"value": value, **keys}).rowcount
            except IntegrityError:
                changed = 0  # a number that rows are counted by is kept a number
            if changed and was is not None and was[column] != value:
                found = findings(one.id, whole=name == "state_count")
                said = " ".join(f"{finding.code} {finding.what}" for finding in found)
                named = any(part in said for part in (one.code, name, "#", "its content was changed"))
                assert named, (value, said)
            undone.rollback()


def test_what_stands_under_a_name_in_the_search_is_compared(tampering: World) -> None:
    one = chosen()
    key = "dossier_id" if tampering.engine == "postgresql" else "rowid"
    of_one = f"WHERE {key} = {one.id}"
    with db.session.begin_nested() as undone:
        db.session.execute(text(f"DELETE FROM dossier_search {of_one}"))
        assert Finding(one.code, 0, "dossier_search: the row is missing") in findings(one.id)
        undone.rollback()
    db.session.execute(text(f"UPDATE dossier_search SET words = 'khac u1x' {of_one}"))
    assert Finding(one.code, 0, "dossier_search: words is not what the events say") in findings(one.id)


@pytest.mark.parametrize("more", ["x", " ", "\n", "=", "\u200b"])
@pytest.mark.parametrize(("name", "column"), [("relative", "result"), ("event_personal", "content")])
def test_a_sealed_value_written_otherwise_is_found(tampering: World, name: str, column: str, more: str) -> None:
    """What a lenient reader would open all the same: with a character after it."""
    table, one = Model.metadata.tables[name], chosen()
    row = row_of(name, one)
    assert row[column]
    db.session.execute(update(table).where(*at(table, row)).values({column: row[column] + more}))
    assert any(finding.code == one.code for finding in findings(one.id))


def test_swapped_rows_are_found(tampering: World) -> None:
    """Two people's identity numbers, two relatives' results: readable nowhere but where they were sealed."""
    relatives = Model.metadata.tables["relative"]
    one = chosen()
    rows = db.session.execute(select(relatives).where(relatives.c.dossier_id == one.id)).mappings().all()
    first, second = rows[0], rows[1]
    for here, there in ((first, second), (second, first)):
        db.session.execute(
            update(relatives).where(*at(relatives, dict(here))).values(result=there["result"], name=there["name"])
        )
    found = findings(one.id)
    assert {finding.what for finding in found} == {
        f"relative {row['ref']}: {column} cannot be read, it was changed or stood elsewhere"
        for row in (first, second)
        for column in ("name", "result")
    }


def test_an_event_appended_with_a_new_head_but_not_its_rows_is_found(tampering: World) -> None:
    from dossiers import chain

    one = chosen()
    events = Model.metadata.tables["event"]
    query = select(events).where(events.c.dossier_id == one.id).order_by(events.c.seq.desc())
    last = dict(db.session.execute(query).mappings().first() or {})
    body = json.loads(last["body"])
    body["brought"]["evidence"]["number"] = "99-QĐ/ĐU"
    forged = {**last, "seq": last["seq"] + 1, "prev_hash": last["hash"], "act_key": None, "commitment": ""}
    forged["body"] = json.dumps(body)
    forged["hash"] = chain.event_hash(one.code, forged)
    db.session.execute(insert(events).values(forged))
    db.session.execute(
        update(Dossier).where(Dossier.id == one.id).values(version=forged["seq"], head_hash=forged["hash"])
    )
    assert any(finding.code == one.code for finding in findings(one.id))


# --- the guards of the database -----------------------------------------------------------------------------------


def test_the_guards_are_there(app: Flask) -> None:
    with app.app_context():
        assert guards.check() == []
        assert running.verify_all()[1] == []


def test_a_trigger_taken_away_or_emptied_is_named(tampering: World) -> None:
    if tampering.engine == "sqlite":
        assert len(guards.check()) == len(guards.SQLITE)
        empty = "CREATE TRIGGER event_no_update BEFORE UPDATE ON event WHEN 0 BEGIN SELECT RAISE(ABORT, 'x'); END"
        db.session.execute(text(empty))
        assert Finding("DATABASE", 0, "trigger event_no_update was changed") in guards.check()
    else:
        db.session.execute(text("ALTER TABLE event DISABLE TRIGGER event_no_change"))
        db.session.execute(text("DROP TRIGGER checkpoint_no_change ON checkpoint"))
        assert {finding.what for finding in guards.check()} == {
            "trigger event_no_change was changed or switched off",
            "trigger checkpoint_no_change is missing",
        }


def test_a_column_or_an_index_that_is_not_ours_is_named(tampering: World) -> None:
    db.session.execute(text("DROP INDEX ix_scope_turn"))
    db.session.execute(text("ALTER TABLE quota ADD COLUMN note VARCHAR"))
    said = " ".join(finding.what for finding in guards.check())
    assert "ix_scope_turn" in said
    assert "note" in said


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 1 LIMIT 1",
        "REPLACE INTO event_personal SELECT * FROM event_personal LIMIT 1",
        "REPLACE INTO office_event SELECT * FROM office_event LIMIT 1",
        "REPLACE INTO office_personal SELECT * FROM office_personal LIMIT 1",
        "UPDATE rule_state SET content = '{}'",
        "DELETE FROM rule_state",
    ],
)
def test_sqlite_refuses_to_replace(app: Flask, world: World, statement: str) -> None:
    if world.engine == "postgresql":
        statement = "UPDATE rule_state SET content = '{}'"  # it knows no REPLACE
    with app.app_context(), pytest.raises(Exception, match=r"written once|erased, never changed"):
        db.session.execute(text(statement))


# --- erased by law ------------------------------------------------------------------------------------------------


def administrator(app: Flask) -> Signed:
    row = db.session.scalars(select(RoleAssignment).where(RoleAssignment.role == "administrator")).first()
    assert row
    return Signed(row.account_id, ((Role.ADMINISTRATOR, row.unit_id),))


def test_what_identifies_is_erased_and_the_rest_still_verifies(app: Flask) -> None:
    code = code_in(app, "not_admitted")
    with app.app_context():
        before = dossier(app, code)
        name = db.session.execute(text(f"SELECT full_name FROM person WHERE id = {before.person_id}")).scalar_one()
        assert erasing.erase(code, "Hết thời hạn lưu giữ.", administrator(app)) > 0
        db.session.remove()
        assert audit.verify()[1] == []
        person = db.session.execute(text(f"SELECT * FROM person WHERE id = {before.person_id}")).mappings().one()
        assert person["full_name"] == ""
        assert person["birth_date"] is None
        assert (
            db.session.execute(text(f"SELECT count(*) FROM relative WHERE dossier_id = {before.id}")).scalar_one() == 0
        )
        assert name not in str(
            db.session.execute(text(f"SELECT name FROM companion WHERE dossier_id = {before.id}")).all()
        )
        left = db.session.execute(text(f"SELECT seq FROM event_personal WHERE dossier_id = {before.id}")).all()
        assert [row.seq for row in left] == [dossier(app, code).version], "only why it was erased is kept"
    seen = text_of(Person(app, "upper_officer", "KHOI").get(f"/ho-so/{code}"))
    assert "Xóa dữ liệu cá nhân theo luật" in seen
    assert name not in seen


def test_a_dossier_under_way_is_not_erased(app: Flask) -> None:
    code = code_in(app, "listed")
    with app.app_context(), pytest.raises(erasing.NotEnded):
        erasing.erase(code, "Thử.", administrator(app))


# --- counted anew -------------------------------------------------------------------------------------------------


def test_a_day_taken_away_recounts_open_deadlines_and_says_why(app: Flask) -> None:
    admin = Person(app, "administrator", "KHOI")
    with app.app_context():
        before = dict(db.session.execute(select(Dossier.code, Dossier.due_on).where(Dossier.due_on.is_not(None))).all())
    form = admin.get("/quy-tac/lich").forms["act"]
    assert admin.send(form, day="29/07/2022", working="0", note="Thông báo 12-TB").status_int == 303
    with app.app_context():
        after = dict(db.session.execute(select(Dossier.code, Dossier.due_on).where(Dossier.due_on.is_not(None))).all())
        moved = {code for code, due in before.items() if after[code] != due}
        assert moved
        assert audit.verify()[1] == []
        assert not recounting.is_pending()
        code = sorted(moved)[0]
        kinds = set(db.session.scalars(select(Event.trigger).join(Dossier).where(Dossier.code == code)))
        assert "recount" in kinds
    page = Person(app, "upper_officer", "KHOI").get(f"/ho-so/{code}")
    line = next(item for item in page.html.select(".timeline li") if "Tính lại thời hạn" in item.get_text())
    assert f"{before[code]:%d/%m/%Y} → {after[code]:%d/%m/%Y}" in line.get_text()
    shown = [cell.get_text() for cell in page.html.select(".due")]
    assert any(f"{after[code]:%d/%m/%Y}" in cell for cell in shown), "lists and page show the same day"


def test_many_wait_for_the_worker_and_verify_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounting, "AT_ONCE", 0)
    with app.app_context():
        rules.set_day(date(2022, 7, 29), False, "Thông báo 12-TB", administrator(app).account_id)
        db.session.remove()
        assert audit.verify()[1] == [
            Finding("DEADLINES", 0, "wait to be counted by the rules in force: run flask worker")
        ]
        db.session.remove()
    done = app.test_cli_runner().invoke(args=["worker"])
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert audit.verify()[1] == []


# --- a log of format 1 --------------------------------------------------------------------------------------------

FIXTURE = Path(__file__).parent.parent.parent / "fixtures" / "format-1.zip"
"""A backup made by the version that wrote format 1: 28 dossiers of the demo in every state."""


def test_an_instance_of_format_1_is_brought_up_to_date(tmp_path: Path, world: World) -> None:
    keys = {
        "DATA_KEY": "the-data-key-of-the-fixture-of-format-1",
        "SECRET_KEY": "the-secret-key-of-the-fixture-of-format-1",
        "INSTANCE": str(tmp_path),
    }
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if world.server is not None:
        world.server.execute("DROP DATABASE IF EXISTS old")
        world.server.execute("CREATE DATABASE old")
        url = world.server.url("old")
    old = create_app({"SQLALCHEMY_DATABASE_URI": url, "TESTING": True, **keys})
    run = old.test_cli_runner().invoke
    assert run(args=["db", "upgrade", "0003"]).exit_code == 0
    restored = run(args=["backup", "restore", "--unsigned", str(FIXTURE)])
    assert restored.exit_code == 0, restored.output
    assert run(args=["db", "upgrade"]).exit_code == 0
    assert run(args=["counts", "verify"]).output.strip() == "0 differences."
    told = run(args=["audit", "verify"])
    assert told.exit_code == 1
    assert "28 dossiers is of an earlier format" in told.output
    assert "OFFICE: its log holds no rows" in told.output
    done = run(args=["upgrade-log"])
    assert done.exit_code == 0, done.output
    assert "28 dossiers begin their log anew." in done.output
    assert run(args=["worker"]).exit_code == 0
    verified = run(args=["audit", "verify"])
    assert verified.exit_code == 0, verified.output
    again = run(args=["upgrade-log"])
    assert again.output.strip() == "Nothing was written."
    code = code_in(old, "trained")
    somebody = Person(old, "cell_secretary", unit_of(old, code))
    somebody.act(code, "open_dossier")
    somebody.act(code, "undo")
    assert run(args=["audit", "verify"]).exit_code == 0
    assert "Lập lại nhật ký" in text_of(somebody.get(f"/ho-so/{code}"))
    with old.app_context():
        row = db.session.scalars(select(Event).where(Event.trigger == "rebase")).first()
        assert row
        forged = row.body.replace('"signature":"', '"signature":"0')
        for statement in GUARDS_OFF[world.engine]:
            db.session.execute(text(statement))
        db.session.execute(
            update(Event).where(Event.dossier_id == row.dossier_id, Event.seq == row.seq).values(body=forged)
        )
        assert findings(row.dossier_id)
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


def test_days_are_compared_as_they_are_written(tampering: World) -> None:
    """SQLite reads 2022-W15-5 as a day, and sorts it behind all others: whatever lists ask, it would not be due."""
    if tampering.engine == "postgresql":
        pytest.skip("its columns keep days only")
    one = chosen()
    places = {
        "vote_record": "held_on", "scope": "since", "dossier": "since", "event": "happened_on",
        "relative": "verified_on", "person": "birth_date", "paper_record": "issued_on",
    }  # fmt: skip
    for name, column in places.items():
        table = Model.metadata.tables[name]
        row = row_of(name, one)
        year, week, day = row[column].isocalendar()
        where = " AND ".join(f"{c.name} = :of_{c.name}" for c in table.primary_key.columns)
        keys = {f"of_{c.name}": row[c.name] for c in table.primary_key.columns}
        with db.session.begin_nested() as undone:
            written = {"value": f"{year}-W{week:02d}-{day}", **keys}
            db.session.execute(text(f"UPDATE {name} SET {column} = :value WHERE {where}"), written)
            assert any(finding.code == one.code for finding in findings(one.id)), name
            undone.rollback()


def test_what_cannot_be_read_of_somebody_readmitted_is_named(tampering: World) -> None:
    if tampering.engine == "postgresql":
        pytest.skip("its columns keep what fits them only")
    one = chosen()
    other_id = db.session.scalar(select(Dossier.id).where(Dossier.id != one.id).order_by(Dossier.id).limit(1))
    db.session.execute(update(Dossier).where(Dossier.id == other_id).values(person_id=one.person_id))
    for value in ("'abc'", "CAST(X'FF' AS TEXT)"):
        with db.session.begin_nested() as undone:
            db.session.execute(text(f"UPDATE person SET birth_date = {value} WHERE id = {one.person_id}"))
            said = " ".join(finding.what for finding in findings(one.id))
            assert "person" in said, value
            assert "birth_date" in said, value
            undone.rollback()


def test_bytes_in_the_place_of_a_text_are_found(tampering: World) -> None:
    if tampering.engine == "postgresql":
        pytest.skip("its columns keep what fits them only")
    one = chosen()
    query = "SELECT seq FROM event WHERE dossier_id = :id AND commitment = '' LIMIT 1"
    seq = db.session.execute(text(query), {"id": one.id}).scalar()
    assert seq
    where = {"id": one.id, "seq": seq}
    db.session.execute(text("UPDATE event SET commitment = X'' WHERE dossier_id = :id AND seq = :seq"), where)
    assert Finding(one.code, seq, "its content was changed") in findings(one.id)
