"""Dossiers that come along: from paper, and from elsewhere; through pages, to the end of the road."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Event
from dossiers.extensions import db
from dossiers.rules import instance
from dossiers.units.models import Unit
from tests.people import Person, dossier, text_of
from workflow.stages import State

Maker = Callable[..., Person]
TAKE, RECEIVE = "/ho-so/tiep-nhan", "/ho-so/chuyen-den"
SOMEBODY = {
    "full_name": "trần thị chuyển đến", "birth_date": "02031990", "sex": "female", "consented": True,
    "agreed_by": "Chi ủy nơi chuyển đi", "place": "first", "schooling": "upper_secondary",
}  # fmt: skip
ON_PROBATION = {
    "stands_in": "probationary", "happened_on": "11/07/2022", "helpers": "1", "cell_resolution_on": "10/05/2021",
    "dossier_made_on": "04/02/2021", "admitted_on": "20/07/2021", "received_on": "26/07/2021",
    "ceremony_on": "05/08/2021",
}  # fmt: skip


def paper(form: Any, code: str, day: str, number: str = "") -> dict[str, str]:
    """The fields of a paper's row, whichever it is."""
    rows = [name for name in form.fields if name and name.endswith("-form") and form[name].value == code]
    row = rows[0].removesuffix("-form")
    return {f"{row}-issued_on": day, f"{row}-number": number}


def send(who: Person, address: str, papers: dict[str, str], **fields: Any) -> Any:
    form = who.get(address).forms["act"]
    for code, day in papers.items():
        fields |= paper(form, code, day, f"07-{code}")
    return who.send(form, **{**SOMEBODY, **fields})


def came(who: Person, address: str, papers: dict[str, str], **fields: Any) -> str:
    """Take somebody over; the code of the dossier."""
    answer = send(who, address, papers, **fields)
    assert answer.status_int == 303, text_of(answer)
    return str(answer.location.rsplit("/", 1)[1])


def clock(app: Flask, day: date) -> None:
    with app.app_context():
        instance.put("clock", day.isoformat())
        db.session.commit()


def sound(app: Flask) -> None:
    with app.app_context():
        assert audit.verify()[1] == []


def record(who: Person, code: str, day: date, *forms: str) -> None:
    form = who.form(code, "record_papers")
    fields: dict[str, str] = {}
    for one in forms:
        fields |= paper(form, one, f"{day:%d/%m/%Y}")
    assert who.send(form, **fields).status_int == 303


def test_a_probationary_member_from_elsewhere_becomes_official(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "CB01")
    code = came(secretary, RECEIVE, {"9-KNĐ": "20/07/2021"}, **ON_PROBATION)
    page = text_of(secretary.get(f"/ho-so/{code}"))
    assert "Trần Thị Chuyển Đến" in page, "capitals of a name are put right"
    assert "từ nơi khác chuyển đến" in page
    assert "05/08/2022" in page, "the months count on: they end a year after the ceremony elsewhere"
    assert "05/10/2022" in page, "formal transfer within 60 working days of 11/07/2022, with 1 and 2 September off"
    sound(app)

    asked = date(2022, 8, 9)
    clock(app, asked)
    formal = next(name for name in secretary.form(code, "record_papers").fields if name and name.endswith("-form"))
    assert formal
    record(secretary, code, asked, "CN-ĐVM", "10-KNĐ", "11-KNĐ", "12-KNĐ")
    secretary.act(code, "submit_for_recognition", happened_on="09/08/2022")
    everybody = secretary.everybody(code, "pass_cell_vote")
    secretary.act(code, "pass_cell_vote", number="21-NQ/CB", present=everybody, in_favour=everybody)
    person("upper_officer", "KHOI").act(code, "prepare_decision")
    signs = person("upper_secretary", "KHOI")
    everybody = signs.everybody(code, "decide_recognition")
    signs.act(code, "decide_recognition", number="77-QĐ/ĐUK", present=everybody, in_favour=everybody)
    assert dossier(app, code).state == State.OFFICIAL
    assert "05/08/2022" in text_of(secretary.get(f"/ho-so/{code}"))
    sound(app)


@pytest.mark.parametrize(
    ("stands_in", "days", "papers", "act"),
    [
        ("listed", {"helpers": "1"}, (), "propose_course"),
        ("trained", {"helpers": "1", "course_ends_on": "10/03/2022"}, ("CN-NTVĐ",), "open_dossier"),
        (
            "cell_review", {"helpers": "1", "course_ends_on": "10/03/2022", "dossier_made_on": "01/04/2022"},
            ("CN-NTVĐ", "1-KNĐ", "2-KNĐ", "3-KNĐ"), "pass_cell_vote",
        ),
    ],
)  # fmt: skip
def test_taken_over_from_paper_the_road_goes_on(
    app: Flask, person: Maker, stands_in: str, days: dict[str, str], papers: tuple[str, ...], act: str
) -> None:
    secretary = person("cell_secretary", "CB01")
    code = came(
        secretary, TAKE, dict.fromkeys(papers, "05/04/2022"), stands_in=stands_in, happened_on="20/06/2022", **days
    )
    page = secretary.get(f"/ho-so/{code}")
    assert "từ hồ sơ giấy" in text_of(page)
    assert dossier(app, code).state == stands_in
    assert f"/ho-so/{code}/{act}" in page.text
    sound(app)


@pytest.mark.parametrize(
    ("fields", "papers", "says"),
    [
        ({"ceremony_on": ""}, {"9-KNĐ": "20/07/2021"}, "ngày lễ kết nạp"),
        ({"ceremony_on": "05/07/2021"}, {"9-KNĐ": "20/07/2021"}, "trước"),
        ({"ceremony_on": "12/07/2022"}, {"9-KNĐ": "20/07/2021"}, "sau ngày"),
        ({}, {}, "Còn thiếu giấy tờ: 9-KNĐ"),
        ({"agreed_by": ""}, {"9-KNĐ": "20/07/2021"}, "Ai xác nhận"),
        ({"birth_date": "31/02/1990"}, {"9-KNĐ": "20/07/2021"}, "31/2/1990"),
        ({"happened_on": "28/07/2022"}, {"9-KNĐ": "20/07/2021"}, "28/07/2022"),
        ({"consented": False}, {"9-KNĐ": "20/07/2021"}, "đồng ý"),
    ],
)
def test_what_is_missing_or_cannot_be_is_said_and_what_was_typed_is_kept(
    app: Flask, person: Maker, fields: dict[str, Any], papers: dict[str, str], says: str
) -> None:
    secretary = person("cell_secretary", "CB01")
    answer = send(secretary, TAKE, papers, **{**ON_PROBATION, **fields})
    assert answer.status_int == 422
    assert says in text_of(answer)
    assert answer.forms["act"]["full_name"].value.casefold() == "trần thị chuyển đến"


def test_who_moves_before_a_vote_brings_the_paper_of_being_helped(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "CB01")
    fields = {"stands_in": "listed", "happened_on": "20/06/2022", "helpers": "1"}
    form = secretary.get(RECEIVE).forms["act"]
    helped = next(form[name].value for name in form.fields if name and name.endswith("-form"))
    assert helped in text_of(send(secretary, RECEIVE, {}, **fields))
    code = came(secretary, RECEIVE, {helped: "15/06/2022"}, **fields)
    assert dossier(app, code).state == "listed"
    sound(app)


def test_nobody_takes_a_dossier_over_into_a_cell_of_others(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "CB01")
    form = secretary.get(TAKE).forms["act"]
    offered = {value for value, _chosen, _text in form["place"].options if value}
    with app.app_context():
        ids = dict(db.session.execute(select(Unit.code, Unit.id)).tuples().all())
    assert {value.split(":")[0] for value in offered} == {str(ids["CB01"])}
    form["place"].force_value(f"{ids['CB02']}:other")
    answer = secretary.send(form, **{k: v for k, v in (SOMEBODY | ON_PROBATION).items() if k != "place"})
    assert answer.status_int == 422
    for role, unit in (("youth_officer", "DB02-DTN"), ("inspector", "KHOI"), ("administrator", "KHOI")):
        person(role, unit).get(TAKE, status=403)


def test_a_day_of_a_dossier_taken_over_is_corrected(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "CB01")
    code = came(secretary, RECEIVE, {"9-KNĐ": "20/07/2021"}, **ON_PROBATION)
    form = secretary.get(f"/ho-so/{code}/correct_record?event=1").forms["act"]
    assert form["ceremony_on"].value == "05/08/2021"
    form["ceremony_on"], form["correction-reason"] = "09/08/2021", "Ghi nhầm ngày lễ kết nạp."
    shown = form.submit("step", value="look", expect_errors=True)
    assert "09/08/2022" in shown.text, "what changes is shown before it is recorded"
    done = shown.forms["act"].submit("step", value="record", expect_errors=True)
    assert done.status_int == 303, text_of(done)
    assert "09/08/2022" in text_of(secretary.get(f"/ho-so/{code}"))
    sound(app)


def test_the_points_of_a_return_are_ticked_off_before_it_goes_on(app: Flask, person: Maker) -> None:
    with app.app_context():
        returned = select(Dossier.code).join(Event).where(Event.trigger == "return_for_correction")
        code = str(db.session.scalars(returned).first())
    officer = person("committee_officer", "DB03")
    page = officer.get(f"/ho-so/{code}")
    text = text_of(page)
    assert "Hồ sơ bị trả: những điểm phải sửa" in text
    assert "Xác minh bên vợ ở nơi cư trú cũ" in text
    signs = person("committee_secretary", "DB03")
    assert "chưa sửa" in text_of(signs.get(f"/ho-so/{code}/conclude_verification", status="*")).casefold() or (
        "điểm" in text_of(signs.get(f"/ho-so/{code}")).casefold()
    )
    link = next(a["href"] for a in page.html.select("#h-points ~ ol a"))
    form = officer.get(link).forms["act"]
    assert form["point"].value == "1"
    assert officer.send(form, reason="Đã có công văn trả lời.").status_int == 303
    after = officer.get(f"/ho-so/{code}")
    assert not after.html.select("#h-points ~ ol a")
    sound(app)
