"""Meetings in the ward of 2026: its own standing committee decides, cells have exempt members and some elsewhere."""

from collections.abc import Callable

from flask import Flask

from dossiers.audit import services as audit
from tests.dossiers.meetings.meeting import Holder
from tests.people import Person, code_in, dossier, text_of

SCENE = "ward"
Maker = Callable[..., Person]
TODAY = "20/11/2026"


def test_the_secretary_of_the_ward_closes_what_its_standing_committee_decided(app: Flask, person: Maker) -> None:
    officer = person("committee_officer", "BA")
    code = code_in(app, "awaiting_decision", "BA")
    officer.act(code, "prepare_decision")
    holder = Holder(person("committee_secretary", "BA"))
    unit = next(
        a["href"] for a in holder.person.get("/hop/moi").html.select("nav.tabs a") if "Ban thường vụ" in a.get_text()
    )
    page = holder.calls(TODAY, unit.removeprefix("/hop/moi"))
    assert "Họp ban thường vụ thường kỳ" in text_of(page)
    holder.picks(code)
    holder.everybody_came()
    page = holder.step(holder.results(), "all", first_number="71-QĐ/ĐU").follow()
    checked = holder.step(page.forms["votes"], "check")
    assert holder.step(checked.forms["votes"], "close").status_int == 303
    assert dossier(app, code).state == "approved"
    with app.app_context():
        assert audit.verify()[1] == []


def test_exempt_and_absent_are_told_apart(app: Flask, person: Maker) -> None:
    holder = Holder(person("cell_secretary", "BA-01"))
    holder.calls(TODAY)
    page = text_of(holder.person.get(f"{holder.address}/diem-danh"))
    assert page.count("Được miễn công tác, sinh hoạt") == 2
    assert "Sinh hoạt tạm thời nơi khác" in page
    closed = text_of(holder.person.get("/hop/1/bien-ban"))
    assert "Được miễn công tác, sinh hoạt: tổng số 2, có mặt 0" in closed
