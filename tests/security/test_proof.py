"""What an insider with the database in hand does, by SQL or with a program of their own: `audit verify` names it.

Each attack leaves the triggers as they were, unless they are what it is about. What it changed by rows alone is tried
table by table in test_proof_tables.py.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, delete, func, insert, select, text, update

from dossiers import chain, create_app
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.audit import guards
from dossiers.audit.models import Checkpoint
from dossiers.casework import loading
from dossiers.casework.act import Act
from dossiers.casework.advance import advance
from dossiers.casework.models import Dossier, Event, EventPersonal, Scope, StateCount
from dossiers.extensions import db
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent, OfficePersonal
from dossiers.people.models import Person as Candidate
from dossiers.rules.models import InstanceValue
from dossiers.units.models import Unit
from tests.conftest import World
from tests.people import Person, code_in, dossier, unit_of
from tests.security.insider import KEPT, everything, past_the_program, says, verify
from workflow.facts import Evidence
from workflow.roles import Role

NOT_HERE = "was not written by this program"


@pytest.fixture(scope="module")
def full(world: World) -> Iterator[tuple[World, Path]]:
    """The demo after some work, and an export kept elsewhere."""
    yield world, everything(world)


@pytest.fixture
def kept(full: tuple[World, Path]) -> Path:
    """The export, and the database it was made of, with nothing tampered with yet."""
    full[0].reset(KEPT)
    return full[1]


@pytest.fixture
def own_program(world: World, kept: Path, tmp_path: Path) -> Iterator[Flask]:
    """The insider's own copy of this program, with keys of their own, on the same database."""
    settings = {"DATA_KEY": "another key of thirty-two letters", "INSTANCE": str(tmp_path), "TESTING": True}
    app = create_app({**settings, "SQLALCHEMY_DATABASE_URI": world.app.config["SQLALCHEMY_DATABASE_URI"]})
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def two(connection: Connection, state: str = "official") -> tuple[Any, Any]:
    """Two dossiers of different people, in one state."""
    query = select(Dossier.__table__).where(Dossier.state == state).order_by(Dossier.id).limit(2)
    first, second = connection.execute(query).all()
    return first, second


# --- by SQL ------------------------------------------------------------------------------------------------------

Attack = Callable[[Connection], list[tuple[object, ...]]]
"""Tampers, and says what a line must name: a word each."""


def made_official(connection: Connection) -> list[tuple[object, ...]]:
    """With all that lists and reports say of it."""
    one, _ = two(connection, "cell_review")
    connection.execute(update(Dossier).where(Dossier.id == one.id).values(state="official", turn=None, due_on=None))
    connection.execute(update(Scope).where(Scope.dossier_id == one.id).values(state="official", done=True))
    for state, by in (("cell_review", -1), ("official", 1)):
        where = StateCount.unit_id == one.unit_id, StateCount.state == state
        connection.execute(update(StateCount).where(*where).values(dossiers=StateCount.dossiers + by))
    return [(one.code, "dossier", "state", "official"), (one.code, "scope", "state")]


def older_by_its_facts(connection: Connection) -> list[tuple[object, ...]]:
    one, other = two(connection)
    connection.execute(update(Dossier).where(Dossier.id == one.id).values(facts=other.facts))
    return [(one.code, "dossier", "facts")]


def moved_to_another_unit(connection: Connection) -> list[tuple[object, ...]]:
    one, _ = two(connection)
    unit = connection.execute(select(Unit.id).where(Unit.code == "DB02-C3")).scalar_one()
    connection.execute(update(Dossier).where(Dossier.id == one.id).values(unit_id=unit))
    return [(one.code, "dossier", "unit_id")]


def candidates_exchanged(connection: Connection) -> list[tuple[object, ...]]:
    one, other = two(connection)
    for here, there in ((one, other), (other, one)):
        connection.execute(update(Dossier).where(Dossier.id == here.id).values(person_id=there.person_id))
    return [(found.code, "dossier", "person_id") for found in (one, other)]


def anothers_number(connection: Connection) -> list[tuple[object, ...]]:
    """The sealed identity number, and the keys it is found by, as they stand with somebody else."""
    numbered = select(Dossier.id, Dossier.code, Dossier.person_id, Candidate.identity_number).join(Candidate)
    one, other = connection.execute(numbered.where(Candidate.identity_number.is_not(None)).limit(2)).all()
    taken = update(Candidate).where(Candidate.id == one.person_id).values(identity_number=other.identity_number)
    connection.execute(taken)
    key = "dossier_id" if connection.dialect.name == "postgresql" else "rowid"
    words = f"(SELECT words FROM dossier_search WHERE {key} = {other.id})"
    connection.execute(text(f"UPDATE dossier_search SET words = {words} WHERE {key} = {one.id}"))
    return [(one.code, "person", one.person_id, "identity_number"), (one.code, "dossier_search", "words")]


def found_though_not_there(connection: Connection) -> list[tuple[object, ...]]:
    if connection.dialect.name == "postgresql":
        connection.execute(text("INSERT INTO dossier_search (dossier_id, words) VALUES (987654, 'ma')"))
    else:
        connection.execute(text("INSERT INTO dossier_search (rowid, words) VALUES (987654, 'ma')"))
    return [("#987654", "dossier_search")]


def a_role_more(connection: Connection) -> list[tuple[object, ...]]:
    role = dict(connection.execute(select(RoleAssignment.__table__).limit(1)).mappings().one())
    connection.execute(insert(RoleAssignment).values(**{**role, "id": 4711, "role": "inspector"}))
    return [("role_assignment", 4711)]


def anothers_password(connection: Connection) -> list[tuple[object, ...]]:
    rows = connection.execute(select(Account.id, Account.password).order_by(Account.id).limit(2)).all()
    connection.execute(update(Account).where(Account.id == rows[0].id).values(password=rows[1].password + " "))
    return [("account", rows[0].id, "password")]


def personal_parts_gone(connection: Connection) -> list[tuple[object, ...]]:
    one, _ = two(connection)
    connection.execute(delete(EventPersonal).where(EventPersonal.dossier_id == one.id))
    connection.execute(delete(OfficePersonal).where(OfficePersonal.seq == 1))
    return [(one.code, "personal part is missing"), ("OFFICE event 1", "personal part is gone")]


def chain_rewritten(connection: Connection) -> list[tuple[object, ...]]:
    """From its first event on, with every hash made again and a new head; and no checkpoint is left."""
    one, _ = two(connection)
    rewrite(connection, one, actor_id=2)
    connection.execute(delete(Checkpoint))
    return [(one.code, NOT_HERE), ("checkpoint 1", "is in the log"), ("checkpoint 2", "is in the log")]


def office_rewritten(connection: Connection) -> list[tuple[object, ...]]:
    last = chain.GENESIS
    for row in connection.execute(select(OfficeEvent.__table__).order_by(OfficeEvent.seq)).mappings().all():
        values = {**row, "prev_hash": last, "actor_id": 2}
        last = values["hash"] = chain.office_hash(values)
        connection.execute(update(OfficeEvent).where(OfficeEvent.seq == row["seq"]).values(values))
    return [("OFFICE event 1", NOT_HERE)]


def one_event_more(connection: Connection) -> list[tuple[object, ...]]:
    """The last one once more, as it must read there, with a new head."""
    one, _ = two(connection)
    query = select(Event.__table__).where(Event.dossier_id == one.id, Event.seq == one.version)
    event = {**connection.execute(query).mappings().one(), "seq": one.version + 1, "prev_hash": one.head_hash}
    event |= {"act_key": None, "commitment": ""}
    event["hash"] = chain.event_hash(one.code, event)
    connection.execute(insert(Event).values(event))
    values = {"version": one.version + 1, "head_hash": event["hash"]}
    connection.execute(update(Dossier).where(Dossier.id == one.id).values(values))
    return [(f"{one.code} event {one.version + 1}", NOT_HERE)]


def replaced(connection: Connection) -> list[tuple[object, ...]]:
    """REPLACE INTO, which fires no trigger for the row that goes; PostgreSQL has two statements for it."""
    one, other = two(connection)
    for table in (Event.__table__, EventPersonal.__table__):
        query = select(table).where(table.c.dossier_id == other.id, table.c.seq == 1)
        row = {**connection.execute(query).mappings().one(), "dossier_id": one.id}
        row |= {"act_key": None} if "act_key" in row else {}
        if connection.dialect.name == "sqlite":
            connection.execute(insert(table).prefix_with("OR REPLACE").values(row))
        else:
            connection.execute(delete(table).where(table.c.dossier_id == one.id, table.c.seq == 1))
            connection.execute(insert(table).values(row))
    return [(f"{one.code} event 1", "content was changed"), (f"{one.code} event 1", "personal part was changed")]


def rewrite(connection: Connection, one: Any, **changed: object) -> None:
    """Change columns of all events of a dossier, and make every hash and the head again."""
    last, query = chain.GENESIS, select(Event.__table__).where(Event.dossier_id == one.id).order_by(Event.seq)
    for row in connection.execute(query).mappings().all():
        values = {**row, **changed, "prev_hash": last}
        last = values["hash"] = chain.event_hash(one.code, values)
        connection.execute(update(Event).where(Event.dossier_id == one.id, Event.seq == row["seq"]).values(values))
    connection.execute(update(Dossier).where(Dossier.id == one.id).values(head_hash=last))


def marks_taken_away(connection: Connection) -> list[tuple[object, ...]]:
    one, _ = two(connection)
    connection.execute(update(Dossier).where(Dossier.id == one.id).values(mark=""))
    connection.execute(update(OfficeEvent).where(OfficeEvent.seq == 2).values(mark=""))
    return [(one.code, NOT_HERE), ("OFFICE event 2", NOT_HERE)]


BY_SQL: tuple[Attack, ...] = (
    made_official, older_by_its_facts, moved_to_another_unit, candidates_exchanged, anothers_number,
    found_though_not_there, a_role_more, anothers_password, personal_parts_gone, chain_rewritten, office_rewritten,
    one_event_more, replaced, marks_taken_away,
)  # fmt: skip


@pytest.mark.parametrize("attack", BY_SQL, ids=lambda attack: attack.__name__)
def test_what_is_done_by_sql_is_named(world: World, kept: Path, attack: Attack) -> None:
    with past_the_program(world) as connection:
        expected = attack(connection)
    code, lines = verify(world)
    assert code == 1
    assert [parts for parts in expected if not says(lines, *parts)] == [], lines


def test_a_trigger_dropped_is_named(world: World, kept: Path) -> None:
    """Every one of them; with them gone nothing else need be wrong."""
    with world.app.app_context():
        if world.engine == "sqlite":
            names = list(guards.SQLITE)
            dropped = [f"DROP TRIGGER {name}" for name in names]
        else:
            names = [name for _table, name in guards.POSTGRESQL]
            dropped = [f"DROP TRIGGER {name} ON {table}" for table, name in guards.POSTGRESQL]
        for statement in dropped:
            db.session.execute(text(statement))
        db.session.commit()
    code, lines = verify(world)
    assert code == 1
    assert lines == [f"DATABASE: trigger {name} is missing" for name in names]


def test_an_instance_made_a_demo_lets_nobody_in_unnamed(world: World, kept: Path) -> None:
    """Anybody could then sign in as anybody with one click."""
    with world.app.app_context():
        demo = db.session.get_one(InstanceValue, "demo")
        demo.value = "no"
        office.record("log:rebased", None, None, [demo])
        db.session.commit()
    assert verify(world) == (0, [])
    with past_the_program(world) as connection:
        connection.execute(update(InstanceValue).where(InstanceValue.key == "demo").values(value="yes"))
    code, lines = verify(world)
    assert code == 1
    assert says(lines, "instance_value demo", "value")


# --- with a program of one's own ---------------------------------------------------------------------------------


def test_an_act_of_another_program_is_named(world: World, own_program: Flask) -> None:
    """Everything fits: events, rows, counts. Only the mark that the instance's key makes does not."""
    code = code_in(world.app, "trained", "DB02-C3")
    secretary = Person(world.app, "cell_secretary", unit_of(world.app, code))
    with own_program.app_context():
        case = loading.load_for_administration(code)
        act = Act("open_dossier", Evidence(date(2022, 7, 27)))
        advance(code, act, Signed(secretary.id, ((Role.CELL_SECRETARY, case.unit_id),)), case.version)
    exit_code, lines = verify(world)
    assert exit_code == 1
    assert lines == [lines[0]], "nothing else is wrong"
    assert says(lines, f"{code} event {dossier(world.app, code).version}", NOT_HERE)


def test_a_role_given_by_another_program_is_named(world: World, own_program: Flask) -> None:
    with own_program.app_context():
        values = {"account_id": 1, "role": "inspector", "unit_id": 1, "valid_to": None, "delegated_by_id": None}
        since = db.session.scalars(select(func.min(RoleAssignment.valid_from))).one()
        role = RoleAssignment(**values, valid_from=since)
        db.session.add(role)
        db.session.flush()
        office.record("role:granted", 1, 1, [role])
        db.session.commit()
        last = db.session.scalars(select(func.max(OfficeEvent.seq))).one()
    exit_code, lines = verify(world)
    assert exit_code == 1
    assert lines == [f"OFFICE event {last}: {line}" for line in [lines[0].split(": ", 1)[1]]]
    assert NOT_HERE in lines[0]


def test_a_checkpoint_signed_with_another_key_is_named(world: World, own_program: Flask) -> None:
    assert own_program.test_cli_runner().invoke(args=["audit", "checkpoint"]).exit_code == 0
    exit_code, lines = verify(world)
    assert exit_code == 1
    assert says(lines, "CHECKPOINT-3", "signature")


# --- on files ----------------------------------------------------------------------------------------------------


def test_yesterdays_database_is_named(world: World, kept: Path) -> None:
    world.reset("fresh")
    assert verify(world) == (0, []), "it fits itself: only what was kept elsewhere shows it"
    exit_code, lines = verify(world, "--against", kept)
    assert exit_code == 1
    assert says(lines, "OFFICE", "an older database was put back")
    assert any(line.startswith("HS") and "an older database was put back" in line for line in lines)


def test_an_export_forged_is_named(world: World, kept: Path, tmp_path: Path, own_program: Flask) -> None:
    """One that was made elsewhere is not taken for this instance's."""
    forged = tmp_path / "forged.gz"
    assert own_program.test_cli_runner().invoke(args=["audit", "checkpoint", "--file", str(forged)]).exit_code == 0
    with own_program.app_context():
        db.engine.dispose()
    world.reset(KEPT)
    exit_code, lines = verify(world, "--against", forged)
    assert exit_code == 1
    assert says(lines, "FILE CHECKPOINT", "another key")
