"""Attacks on registers of voters: a majority made after the vote, somebody who votes twice, days nobody lived."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dossiers import clock
from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, VoteRecord
from dossiers.extensions import db
from dossiers.units import registers
from dossiers.units.models import BodyMember, Unit
from tests.people import Person, text_of

Maker = Callable[..., Person]


def a_vote(app: Flask) -> tuple[str, str, date]:
    """The dossier of a vote of a cell, the cell, and the day; the newest one."""
    with app.app_context():
        row = db.session.execute(
            select(Dossier.code, Unit.code, VoteRecord.held_on)
            .join(VoteRecord, VoteRecord.dossier_id == Dossier.id)
            .join(Unit, Unit.id == VoteRecord.register_unit_id)
            .where(VoteRecord.body == "cell", VoteRecord.register_unit_id == Dossier.unit_id)
            .order_by(VoteRecord.held_on.desc(), Dossier.id)
        ).first()
        assert row is not None
        return str(row[0]), str(row[1]), row[2]


def keeper(person: Maker, cell: str) -> Person:
    return person("cell_secretary", cell)


def add(someone: Person, cell: str, **fields: Any) -> Any:
    return someone.send(someone.get(f"/don-vi/{cell}").forms["act"], **{"name": "Hồ Văn Thêm", **fields})


def seats(app: Flask, cell: str) -> list[tuple[int, date | None]]:
    with app.app_context():
        query = select(BodyMember.id, BodyMember.valid_to).join(Unit, Unit.id == BodyMember.unit_id)
        return [tuple(row) for row in db.session.execute(query.where(Unit.code == cell).order_by(BodyMember.id))]


def on(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def test_nobody_is_added_behind_a_vote(app: Flask, person: Maker) -> None:
    code, cell, held = a_vote(app)
    someone, before = keeper(person, cell), seats(app, cell)
    answer = add(someone, cell, valid_from=on(held))
    assert answer.status_int == 422
    assert f"biểu quyết đã họp theo danh sách cũ: {code} ({on(held)})" in text_of(answer)
    assert seats(app, cell) == before
    assert add(someone, cell, valid_from=on(held + timedelta(days=1))).status_int == 303
    assert len(seats(app, cell)) == len(before) + 1


@pytest.mark.parametrize("what", ["doi", "thoi"])
def test_nobody_is_changed_or_ended_behind_a_vote(app: Flask, person: Maker, what: str) -> None:
    code, cell, held = a_vote(app)
    someone, before = keeper(person, cell), seats(app, cell)
    fields = {"valid_to": on(held)} if what == "thoi" else {"valid_from": on(held), "status": "exempt"}
    form = someone.get(f"/don-vi/{cell}/{what}/{before[-1][0]}").forms["act"]
    answer = someone.send(form, **fields)
    assert answer.status_int == 422
    assert code in text_of(answer)
    assert seats(app, cell) == before


def test_a_correction_by_a_paper_is_recorded_and_seen_at_the_vote(app: Flask, person: Maker) -> None:
    code, cell, held = a_vote(app)
    someone = keeper(person, cell)
    page = text_of(someone.get(f"/ho-so/{code}/bieu-quyet"))
    assert "Theo danh sách" in page
    with app.app_context():
        name = db.session.scalars(select(Unit.name).where(Unit.code == cell)).one()
    assert f"{name} bản " in page
    assert "đã được đính chính sau đó" not in page
    answer = add(someone, cell, valid_from=on(held))
    answer = someone.send(answer.forms["act"], by="Công văn 9-CV/ĐU ngày 26/07/2022")
    assert answer.status_int == 303, text_of(answer)
    assert "Danh sách đã được đính chính sau đó" in text_of(someone.get(f"/ho-so/{code}/bieu-quyet"))
    log = text_of(person("inspector", "KHOI").get("/nhat-ky/quan-tri"))
    assert "Công văn 9-CV/ĐU" in log
    assert code in log
    with app.app_context():
        assert audit.verify()[1] == []


def test_nobody_stands_twice_in_a_register(app: Flask, person: Maker) -> None:
    _code, cell, _held = a_vote(app)
    someone, before = keeper(person, cell), seats(app, cell)
    soon = on(date(2022, 7, 30))
    assert add(someone, cell, valid_from=soon).status_int == 303
    answer = add(someone, cell, valid_from=soon, name="HỒ VĂN THÊM")
    assert "Chọn người này là ai" in text_of(answer)
    known = answer.forms["act"]["person"].options[1][0]
    answer = someone.send(answer.forms["act"], person=known)
    assert "không ai có hai ghế" in text_of(answer)
    answer = someone.send(answer.forms["act"], person="new")
    assert "ghi ngày sinh để phân biệt" in text_of(answer)
    assert len(seats(app, cell)) == len(before) + 1


def test_one_person_may_sit_in_two_registers(app: Flask, person: Maker) -> None:
    """A member of the committee is a member of a cell, and is one person; a cell does not see who sits elsewhere."""
    officer = person("committee_officer", "DB02")
    name = officer.get("/don-vi/DB02-C3").html.select_one("table.list tbody td").get_text()
    answer = add(officer, "DB02", name=name, valid_from="30/07/2022")
    known = answer.forms["act"]["person"].options[1]
    assert "DB02-C3" in known[2]
    assert officer.send(answer.forms["act"], person=known[0]).status_int == 303
    stranger = person("cell_secretary", "DB03-C1")
    assert add(stranger, "DB03-C1", name=name, valid_from="30/07/2022").status_int == 303, "a name betrays nobody"


@pytest.mark.parametrize("day", ["01/01/1900", "02/02/1930", "01/01/2200", "29/07/2023"])
def test_nobody_sits_from_a_day_nobody_lived(app: Flask, person: Maker, day: str) -> None:
    someone, before = keeper(person, "CB01"), seats(app, "CB01")
    assert "Ngày phải từ" in text_of(add(someone, "CB01", valid_from=day))
    for what, field in (("doi", "valid_from"), ("thoi", "valid_to")):
        form = someone.get(f"/don-vi/CB01/{what}/{before[0][0]}").forms["act"]
        more = {"status": "exempt"} if what == "doi" else {}
        assert "Ngày phải từ" in text_of(someone.send(form, **{field: day}, **more))
    assert seats(app, "CB01") == before


def test_every_vote_of_the_demo_names_its_register(app: Flask) -> None:
    with app.app_context():
        votes = db.session.scalars(select(VoteRecord)).all()
        assert votes
        assert all(vote.register_unit_id and len(vote.register_hash) == 64 for vote in votes)
        asked = {(vote.register_unit_id or 0, vote.body, vote.held_on) for vote in votes}
        now = registers.hashes(asked)
        assert {vote.register_hash == now[vote.register_unit_id or 0, vote.body, vote.held_on] for vote in votes} == {
            True
        }


def test_a_register_named_by_sql_is_found(app: Flask) -> None:
    with app.app_context():
        vote = db.session.scalars(select(VoteRecord).order_by(VoteRecord.dossier_id, VoteRecord.seq)).first()
        assert vote is not None
        code = db.session.scalars(select(Dossier.code).where(Dossier.id == vote.dossier_id)).one()
        vote.register_hash = "0" * 64
        db.session.commit()
        assert any(code in finding.code or "register_hash" in finding.what for finding in audit.verify()[1])
        assert clock.today()
