"""An insider with the database in hand, but not the keys: writes past the program, leaves the guards as they were."""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, DateTime, Integer, LargeBinary, text
from webtest import Upload

from dossiers.extensions import db
from tests.conftest import World
from tests.dossiers.documents.test_templates import OTHER, PLAIN, press, send
from tests.dossiers.papers import samples
from tests.dossiers.reorganising import plans
from tests.people import Person, code_in, unit_of

_END = defaultdict(lambda: r"(?!\w)", {"…": ""})
KEPT = "with_everything"


@contextmanager
def past_the_program(world: World) -> Iterator[Connection]:
    """A connection that no trigger and no foreign key stops; committed, and every trigger stands again afterwards."""
    with world.app.app_context(), db.engine.connect() as connection:
        if world.engine == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")  # of no effect once a transaction has begun
            triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for trigger in triggers:
                connection.execute(text(f"DROP TRIGGER {trigger.name}"))
            yield connection
            for trigger in triggers:
                connection.exec_driver_sql(trigger.sql)
        else:
            connection.execute(text("SET session_replication_role = replica"))
            yield connection
        connection.commit()
        connection.invalidate()


def verify(world: World, *more: str | Path) -> tuple[int, list[str]]:
    """What `flask audit verify` says: exit code, and a line a finding. Nothing is remembered from before."""
    world.app.extensions.pop("remembered", None)
    done = world.app.test_cli_runner().invoke(args=["audit", "verify", *map(str, more)])
    assert done.exception is None or isinstance(done.exception, SystemExit), f"it broke off: {done.exception!r}"
    *lines, last = done.output.splitlines()
    assert last.endswith("findings."), done.output
    return done.exit_code, lines


def says(lines: list[str], *parts: object) -> bool:
    """Whether one line names all these parts, as words (of one that ends with “…”, its beginning)."""
    wanted = [re.compile(rf"(?<!\w){re.escape(str(part).removesuffix('…'))}{_END[str(part)[-1:]]}") for part in parts]
    return any(all(part.search(line) for part in wanted) for line in lines)


def everything(world: World) -> Path:
    """Load the demo, do what leaves a row in every table that proves something, and keep it; an export of it all."""
    world.reset()
    run = world.app.test_cli_runner().invoke
    admin = Person(world.app, "administrator", "KHOI")
    for book, value in (("RB-2021", "1/2"), ("RB-2025", "3/4")):
        assert admin.send(admin.get(f"/quy-tac/{book}/quorum").forms["act"], value=value).status_int == 303
    _rulebooks(admin, Person(world.app, "administrator-2", "KHOI"))
    _templates(admin, Person(world.app, "administrator-2", "KHOI"))
    for day, note in (("28/07/2022", "Thông báo 1-TB"), ("29/07/2022", "Thông báo 2-TB")):
        form = admin.get("/quy-tac/lich").forms["act"]
        assert admin.send(form, day=day, working="0", note=note).status_int == 303
    assert run(args=["worker"]).exit_code == 0
    secretary = Person(world.app, "cell_secretary", "DB02-C3")
    secretary.act(code_in(world.app, "trained", "DB02-C3"), "open_dossier")
    for skip, number in enumerate(("012345678901", "034095017713")):
        code = code_in(world.app, "applying", skip=skip)
        fields = {"identity_number": number, "religion": "Không", "reason": "Bổ sung theo lý lịch."}
        Person(world.app, "cell_secretary", unit_of(world.app, code)).act(code, "correct_candidate", **fields)
    for skip in range(2):
        code = code_in(world.app, "cell_review", skip=skip)
        _scanned(Person(world.app, "cell_secretary", unit_of(world.app, code)), code, samples.png(shade=100 + skip))
    for number in (12, 13):
        form = admin.get(f"/tai-khoan/{number}/vai-tro").forms["act"]
        unit = next(value for value, _, label in form["unit"].options if label.startswith("KHOI "))
        assert admin.send(form, role="inspector", unit=unit).status_int == 303
    for cell, last in (("DB02-C3", "30/07/2022"), ("DB02-C4", "31/07/2022")):
        who = Person(world.app, "cell_secretary", cell)
        form = who.get(who.get("/uy-quyen").html.select_one("main a[href*=vai-tro]")["href"]).forms["act"]
        assert who.send(form, stand_in="first", last=last, ground=f"Đi công tác đến {last}").status_int == 303
    for committee, name in (("DB10", "Đảng bộ Dược phẩm"), ("DB11", "Đảng bộ Thuế")):
        plan = plans.begin(admin)
        plans.added(admin, plan, "rename", committee, name=name)
        plans.hand_over(admin, plan)
        plans.confirm(Person(world.app, "upper_secretary", "KHOI"), plan)
    path = world.folder / "kept elsewhere.gz"
    for more in ([], ["--file", str(path)]):
        assert run(args=["audit", "checkpoint", *more]).exit_code == 0
    world.keep(KEPT)
    return path


def _rulebooks(admin: Person, second: Person) -> None:
    """Two rulebooks loaded as files, one of them confirmed."""
    for code, day in (("RB-2029", "2029-01-01"), ("RB-2030", "2030-01-01")):
        form = admin.get("/quy-tac/nap").forms["act"]
        title = f'title = {{ vi = "Quy định {code}", en = "Regulation {code}" }}'
        text = f'code = "{code}"\nin_force_from = {day}\nextends = "RB-2026B"\n{title}\n'
        form["ground"], form["tep"] = f"Quy định thử {code}", Upload("book.toml", text.encode())
        page = form.submit()
        assert page.status_int == 303
    last = second.get(page.headers["Location"])
    assert next(f for f in last.forms.values() if (f.action or "").endswith("xac-nhan")).submit().status_int == 303


def _templates(admin: Person, second: Person) -> None:
    """Two templates of a text: one in force, one that waits."""
    for content in (PLAIN, OTHER):
        page = send(admin, content)
        assert page.status_int == 303
        if content is PLAIN:
            press(second.get(page.headers["Location"]), "xac-nhan")


def _scanned(who: Person, code: str, picture: bytes) -> None:
    """A scan of the first paper of a dossier that has none."""
    address = who.get(f"/ho-so/{code}/giay-to").html.select_one("a[href*=attach_scan]")["href"]
    form = who.get(address).forms["act"]
    sent = [(name, value) for name, value in form.submit_fields() if name and name not in ("files", "photos")]
    assert who.web.post(address, params=sent, upload_files=[("files", "a.png", picture)]).status_int == 303


def other(column: Column[Any], value: Any) -> Any:
    """Another value that fits a column."""
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, Integer):
        return 987_654
    if isinstance(column.type, LargeBinary):
        return b"other"
    if isinstance(column.type, DateTime):
        return datetime(1999, 12, 31, 23, 59)  # noqa: DTZ001 - as it stands in the database
    return date(1999, 12, 31) if isinstance(column.type, Date) else "kh-ac"
