"""Statements given straight to the driver: what is read and written is the same as by SQLAlchemy."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import bindparam, event, func, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from dossiers import asking, engines
from dossiers.accounts.models import Account
from dossiers.asking import Question, Together, Writing
from dossiers.casework.models import Dossier, StateCount
from dossiers.extensions import db, run, write_transaction
from dossiers.rules.models import InstanceValue
from dossiers.units.models import Unit
from tests import addresses
from tests.conftest import World
from tests.people import Person, code_in, text_of

Maker = Callable[..., Person]

OF_THE_MOMENT = re.compile(r'value="[\w.-]{24,}"|<code>[0-9A-F]{8}</code>|\d+ (?:giây|phút) trước|\d\d:\d\d(?::\d\d)?')
"""What differs from one look to the next: signed tokens, and moments."""
TELLS_OF_LOOKS = ("/nhat-ky", "/nhat-ky-xem", "/xem", "/tai-khoan")
"""Pages that tell who looked at what, or since when a session goes on: the second look finds the first."""


@contextmanager
def listened(app: Flask) -> Iterator[None]:
    """Somebody wants to be told of statements: SQLAlchemy asks them all."""
    with app.app_context():
        engine = db.engine

    def note(*_told: object) -> None:
        """Listening is enough."""

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def reading() -> Iterator[None]:
    """As a page that is only read."""
    known = engines.only_reads.set(True)
    try:
        yield
    finally:
        engines.only_reads.reset(known)


def test_every_page_says_the_same_by_the_driver_and_by_sqlalchemy(app: Flask) -> None:
    people: dict[tuple[str, str], Person] = {}
    compared = 0
    with app.app_context():
        pages = addresses.everything(app)
    for page in pages:
        if any(part in page.path for part in TELLS_OF_LOOKS) or not page.role:
            continue
        who = page.role, page.unit
        someone = people.setdefault(who, people.get(who) or Person(app, *who))
        someone.web.get(page.path, expect_errors=True)  # now every question of it is written
        by_driver = someone.web.get(page.path, expect_errors=True)
        with listened(app):
            by_sqlalchemy = someone.web.get(page.path, expect_errors=True)
        if "html" not in by_driver.content_type:
            continue
        assert OF_THE_MOMENT.sub("", by_driver.text) == OF_THE_MOMENT.sub("", by_sqlalchemy.text), page
        compared += 1
    assert compared > 100


def test_a_page_shows_what_was_written_a_moment_ago(app: Flask, person: Maker) -> None:
    who = person("cell_secretary", "DB02-C3")
    code = code_in(app, "cell_review", "DB02-C3")
    who.get(f"/ho-so/{code}")
    for name in ("Nguyễn Thị Một", "Nguyễn Thị Hai"):
        with app.app_context():
            db.session.execute(
                text(
                    "UPDATE person SET full_name = :name WHERE id = (SELECT person_id FROM dossier WHERE code = :code)"
                ),
                {"name": name, "code": code},
            )
            db.session.commit()
        assert name in text_of(who.get(f"/ho-so/{code}"))


def test_who_only_reads_can_write_nothing(app: Flask) -> None:
    with app.app_context():
        reader, _is_new = asking._reader_of(db.engine)
        with pytest.raises(db.engine.dialect.loaded_dbapi.Error, match=r"readonly|read-only"):
            reader.driver.execute("UPDATE dossier SET version = version + 1")
        driver = db.session.connection().connection.dbapi_connection
        assert driver is not reader.driver, "whoever writes has a connection of the pool"


_ONE = Question(select(Dossier.code, Dossier.since, Dossier.id).where(Dossier.code == bindparam("code")))
_MANY = Question(select(Dossier.code).where(Dossier.code.in_(bindparam("codes", expanding=True))).order_by(Dossier.id))
_LISTS = Question(
    select(Dossier.code)
    .where(
        Dossier.state.in_(("cell_review", "listed")),
        Dossier.since.in_(bindparam("days", expanding=True)),
        Dossier.code.in_(bindparam("codes", expanding=True)),
        Dossier.since <= bindparam("until"),
    )
    .order_by(Dossier.code)
)


def test_rows_have_places_and_names_and_what_comes_out_is_what_went_in(app: Flask) -> None:
    code = code_in(app, "cell_review")
    with app.app_context():
        by_sqlalchemy = tuple(db.session.execute(_ONE.statement, {"code": code}).one())
        for _time in range(2):
            row = run(_ONE, {"code": code}).one()
            assert tuple(row) == by_sqlalchemy == (row.code, row.since, row.id)
    with app.app_context(), reading():
        assert tuple(run(_ONE, {"code": code}).one()) == by_sqlalchemy
        assert not db.session.registry.has(), "nothing was begun for it"
        answer = run(_ONE, {"code": "HS1999-000000"})
        assert (answer.first(), answer.scalar(), answer.all(), answer.scalars(), list(answer)) == (
            None,
            None,
            [],
            [],
            [],
        )
        with pytest.raises(ValueError, match="unpack"):
            answer.one()


def test_a_list_may_have_any_length(app: Flask) -> None:
    code = code_in(app, "cell_review")
    with app.app_context(), reading():
        for asked in (*([code, "HS1999-000000"][:size] for size in (1, 2, 1, 0, 2)), [code, *["x"] * 90]):
            assert run(_MANY, {"codes": asked}).scalars() == asked[:1]


def test_lists_of_days_and_lists_that_never_change(app: Flask) -> None:
    codes = [code_in(app, "cell_review"), code_in(app, "listed"), code_in(app, "probationary")]
    with app.app_context(), reading():
        days = list(db.session.scalars(select(Dossier.since).where(Dossier.code.in_(codes)).distinct()))
        db.session.remove()
        for size in range(len(days) + 1):
            asked = {"days": days[:size], "codes": set(codes), "until": max(days)}
            found = run(_LISTS, asked).scalars()
            assert found == list(db.session.scalars(_LISTS.statement, asked))
            db.session.remove()
        assert found == sorted(codes[:2])


def test_inside_a_transaction_what_it_wrote_is_read(app: Flask) -> None:
    code = code_in(app, "cell_review")
    with app.app_context(), reading():
        run(_ONE, {"code": code})
        db.session.execute(text("UPDATE dossier SET code = 'HS1998-000001' WHERE code = :code"), {"code": code})
        assert run(_ONE, {"code": "HS1998-000001"}).first() is not None
        db.session.rollback()
        db.session.remove()
        assert run(_ONE, {"code": "HS1998-000001"}).first() is None


_WRONG = Question(select(Account.id, Account.name).where(Account.email == bindparam("email")))


@pytest.mark.parametrize("is_page", [True, False])
def test_an_error_is_told_as_sqlalchemy_tells_it_without_what_was_asked_for(app: Flask, is_page: bool) -> None:
    with app.app_context():
        run(_WRONG, {"email": "x"})
        db.session.remove()
        db.session.execute(text("ALTER TABLE account RENAME COLUMN email TO away"))
        db.session.commit()
        db.session.remove()
        known = engines.only_reads.set(is_page)
        try:
            with pytest.raises(DBAPIError) as told:
                run(_WRONG, {"email": "nguoi.bi.mat@demo.example"})
        finally:
            engines.only_reads.reset(known)
    assert "email" in str(told.value)
    assert "nguoi.bi.mat" not in str(told.value)


def test_a_question_without_one_of_its_values_is_refused(app: Flask) -> None:
    with app.app_context(), reading():
        run(_ONE, {"code": "x"})
        db.session.remove()
        with pytest.raises((KeyError, DBAPIError), match="code"):
            run(_ONE, {})


def test_pages_go_on_when_the_server_of_the_database_was_started_anew(app: Flask, world: World, person: Maker) -> None:
    if world.server is None:
        pytest.skip("a file is no server")
    who = person("upper_officer", "KHOI")
    for _time in range(2):
        who.get("/ho-so")
        world.server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'work' AND pid <> pg_backend_pid()"
        )
        assert "Hồ sơ" in text_of(who.get("/ho-so"))


_NUMBERS = select(literal(1).label("n")).cte("numbers", recursive=True)
_COUNTED = _NUMBERS.union_all(select(_NUMBERS.c.n + 1).where(_NUMBERS.c.n < bindparam("top")))
_SLOW = Question(select(func.count()).select_from(_COUNTED))


def test_one_that_takes_too_long_is_stopped(app: Flask) -> None:
    with app.app_context(), reading():
        run(_SLOW, {"top": 10})
        db.session.remove()
        token = engines.patience.set((1, 0.0))  # its time is over
        asking._shut(db.engine)  # PostgreSQL is told when a connection is opened
        try:
            with pytest.raises(OperationalError) as told:
                run(_SLOW, {"top": 2_000_000_000})
        finally:
            engines.patience.reset(token)
            asking._shut(db.engine)
    assert engines.why_stopped(told.value) == "too long"


_ADD = Writing(insert(StateCount.__table__))
_SET = Writing(
    update(StateCount.__table__)
    .where(StateCount.state == bindparam("of_state"))
    .values({"dossiers": bindparam("dossiers")})
)
_DATED = Writing(
    update(Dossier.__table__)
    .where(Dossier.__table__.c.code == bindparam("of_code"))
    .values({name: bindparam(name) for name in ("since", "facts")})
)


def test_what_is_written_by_the_driver_is_what_sqlalchemy_would_write(app: Flask) -> None:
    code = code_in(app, "cell_review")
    facts = '{"tên":"Đỗ Thị Hà"}'
    written = {"of_code": code, "since": date(2024, 2, 29), "facts": facts}
    columns = select(Dossier.since, Dossier.facts).where(Dossier.code == code)
    raw = text("SELECT CAST(since AS TEXT), CAST(facts AS TEXT) FROM dossier WHERE code = :code")
    with app.app_context():
        told = []
        for way in (nullcontext(), listened(app)):
            with way:
                assert run(_DATED, written) == 1
            told.append(
                (tuple(db.session.execute(columns).one()), tuple(db.session.execute(raw, {"code": code}).one()))
            )
            db.session.rollback()
    assert told[0] == told[1]
    assert told[0][0] == (date(2024, 2, 29), facts)


def test_it_says_how_many_rows_it_changed(app: Flask) -> None:
    with app.app_context():
        unit = db.session.scalars(select(Unit.id).order_by(Unit.id)).first()
        rows = [{"unit_id": unit, "state": state, "dossiers": 3} for state in ("a", "b", "c")]
        assert (run(_ADD, rows[:1]), run(_ADD, rows[1:])) == (1, 2)
        assert run(_SET, {"of_state": "a", "dossiers": 9}) == 1
        assert run(_SET, [{"of_state": state, "dossiers": 7} for state in ("b", "c", "none")]) == 2
        assert run(_SET, {"of_state": "none", "dossiers": 9}) == 0
        known = select(StateCount.dossiers).where(StateCount.state.in_(tuple("abc"))).order_by(StateCount.state)
        assert list(db.session.scalars(known)) == [9, 7, 7]
        db.session.rollback()
        assert list(db.session.scalars(known)) == [], "it belongs to the transaction"


@pytest.mark.parametrize("many", [False, True])
def test_what_must_be_there_once_is_refused_as_sqlalchemy_refuses_it(app: Flask, many: bool) -> None:
    with app.app_context():
        unit = db.session.scalars(select(Unit.id).order_by(Unit.id)).first()
        row = {"unit_id": unit, "state": "một bước bí mật", "dossiers": 1}
        run(_ADD, row)
        with pytest.raises(IntegrityError) as told:
            run(_ADD, [row, row] if many else row)
        db.session.rollback()
    assert told.value.orig is not None
    assert "bí mật" not in str(told.value).replace(str(told.value.orig), "")


def _held_open() -> list[str]:
    """The files and connections of databases this process has open."""
    found = []
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # it was the look itself
            found.append(str(one.readlink()))
    return sorted(one for one in found if "work.db" in one or one.startswith("socket:"))


@pytest.mark.parametrize("kind", ["one", "many", "asked", "asked in a transaction"])
def test_an_error_that_somebody_keeps_keeps_no_connection(app: Flask, kind: str) -> None:
    """On SQLite it would take the files of the next one away with it, when it is let go at last."""
    with app.app_context():
        db.engine.dispose()
        before = _held_open()
        unit = db.session.scalars(select(Unit.id).order_by(Unit.id)).first()
        run(_SLOW, {"top": 10})
        row = {"unit_id": unit, "state": "a", "dossiers": 1}
        run(_ADD, row)
        db.session.commit()
        token = engines.patience.set((1, 0.0))
        try:
            with pytest.raises(DBAPIError) as told, reading() if kind == "asked" else nullcontext():
                if kind.startswith("asked"):
                    db.session.remove()
                    db.engine.dispose()  # PostgreSQL is told of the time when a connection is opened
                    run(_SLOW, {"top": 2_000_000_000})
                else:
                    run(_ADD, row if kind == "one" else [row, row])
        finally:
            engines.patience.reset(token)
        db.session.remove()
        db.engine.dispose()
        assert _held_open() == before
    assert told.value.orig is not None


_BOTH = Together(_ADD, Writing(insert(InstanceValue.__table__)))


def test_rows_added_together_are_those_added_one_by_one(app: Flask) -> None:
    values = select(InstanceValue.key, InstanceValue.value).where(InstanceValue.key.in_(("a", "b")))
    with app.app_context():
        unit = db.session.scalars(select(Unit.id).order_by(Unit.id)).first()
        counts = select(StateCount.dossiers).where(StateCount.state == "a")
        told = []
        for way in (nullcontext(), listened(app)):
            with way:
                assert run(_BOTH, [{"unit_id": unit, "state": "a", "dossiers": 3}, {"key": "a", "value": "Đ"}]) == 2
                assert run(_BOTH, [None, {"key": "b", "value": "2"}]) == 1
            told.append((list(db.session.scalars(counts)), sorted(db.session.execute(values).tuples())))
            db.session.rollback()
        assert told[0] == told[1] == ([3], [("a", "Đ"), ("b", "2")])


def test_of_rows_added_together_none_stays_when_one_is_refused(app: Flask) -> None:
    with app.app_context():
        unit = db.session.scalars(select(Unit.id).order_by(Unit.id)).first()
        row = {"unit_id": unit, "state": "a", "dossiers": 3}
        with pytest.raises(IntegrityError), write_transaction():
            run(_BOTH, [row, {"key": "a", "value": "1"}])
            run(_BOTH, [{**row, "state": "b"}, {"key": "a", "value": "2"}])
        assert db.session.scalar(select(StateCount.dossiers).where(StateCount.state.in_(("a", "b")))) is None
