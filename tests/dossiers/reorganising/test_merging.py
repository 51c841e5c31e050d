"""Committees merged: previewed, done, verified, undone; refused when somebody acted since, and by whom it must be."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from dossiers.accounts import grants, sessions
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.casework.act import Act
from dossiers.casework.advance import open_dossier
from dossiers.casework.models import Dossier, Event, Scope
from dossiers.extensions import db
from dossiers.office.models import OfficeEvent
from dossiers.quotas import services as quotas
from dossiers.units import tree
from dossiers.units.models import Unit
from tests.dossiers.reorganising import plans
from tests.dossiers.verification.test_desk import asked_inside
from tests.people import Person, text_of, unit_of
from workflow.facts import Evidence, Source
from workflow.machine import Refused
from workflow.procedure.parts import OPEN
from workflow.stages import State

Maker = Callable[..., Person]


def merged(admin: Person, **more: bool) -> int:
    """A plan that merges DB03 into DB02, handed over."""
    plan = plans.begin(admin)
    plans.added(admin, plan, "merge", "KHOI", ("DB03",), to="DB02", **more)
    plans.hand_over(admin, plan)
    return plan


def open_in(app: Flask, committee: str) -> str:
    """The code of an open dossier of a committee, one that can be suspended."""
    with app.app_context():
        query = (
            select(Dossier.code).join(Scope, Scope.dossier_id == Dossier.id).join(Unit, Unit.id == Scope.ancestor_id)
        )
        states = [str(state) for state in OPEN if state not in (State.OFFICIAL, State.SOURCED, State.ENROLLED)]
        found = query.where(Unit.code == committee, Dossier.state.in_(states)).order_by(Dossier.id).limit(1)
        return str(db.session.scalars(found).one())


def test_two_committees_merge_and_come_apart_again(app: Flask, person: Maker) -> None:
    before = plans.picture(app)
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    code = open_in(app, "DB03")
    plan = merged(admin)
    preview = text_of(second.get(f"/don-vi/sap-xep/{plan}/xem-truoc"))
    for told in ("kết thúc; kế thừa: DB02", code, "Mọi hạn giữ nguyên", "7 của DB03 cộng vào DB02, thành 19",
                 "thôi cùng đơn vị", "DB03: "):  # fmt: skip
        assert told in preview, told
    assert plans.picture(app) == before, "a preview changes nothing"
    plans.confirm(second, plan)
    assert plans.findings(app) == []
    with app.app_context():
        units = tree.current()
        cells = {node.code for node in units.below([plans.number_of("DB02")], ("cell",))}
        assert {"DB03-C1", "DB03-C2", "DB03-C3", "DB02-C1"} <= cells
        dossier = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        last = db.session.scalars(
            select(Event).where(Event.dossier_id == dossier.id, Event.seq == dossier.version)
        ).one()
        assert (last.trigger, last.actor_role) == ("reorganise", "administrator")
        log = db.session.scalars(select(OfficeEvent).order_by(OfficeEvent.seq.desc()).limit(1)).one()
        assert log.topic == "units:reorganised" and "64-QĐ/ĐUK" in log.body
    seen = person("committee_officer", "DB02").get(f"/ho-so/{code}/dien-bien")
    assert "Sắp xếp lại đơn vị" in text_of(seen) and "Quyết định số 64-QĐ/ĐUK" in text_of(seen)
    plans.ask_to_undo(admin, plan)
    assert plans.confirm(second, plan).follow().status_int == 200
    assert plans.findings(app) == []
    assert plans.picture(app) == before


def test_a_closed_unit_leads_to_its_successor_and_takes_nothing_new(app: Flask, person: Maker) -> None:
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    plans.confirm(second, merged(admin))
    page = second.get("/don-vi/DB03")
    assert "đã kết thúc hoạt động" in text_of(page)
    assert page.html.select_one("main a[href='/don-vi/DB02']") is not None
    assert page.html.select("main form") == []
    found = second.get("/don-vi?q=db03")
    assert "DB03" in [code.get_text() for code in found.html.select(".tree .code")]
    history = text_of(second.get("/don-vi/DB03-C1"))
    assert "Quá trình của đơn vị" in history and "DB03" in history and "27/07/2022" in history
    form = admin.get("/don-vi/moi").forms["act"]
    assert not any("DB03 –" in text for _v, _s, text in form["parent"].options)


def test_of_earlier_days_everything_is_read_as_it_was(app: Flask, person: Maker) -> None:
    plans.confirm(person("upper_secretary", "KHOI"), merged(person("administrator", "KHOI")))
    with app.app_context():
        units = tree.current()
        cell = plans.number_of("DB03-C1")
        then, now = units.place_on(cell, date(2022, 7, 26)), units.place_on(cell, date(2022, 7, 27))
        assert [units[unit].code for unit, _, _ in then.chain] == ["DB03-C1", "DB03", "KHOI"]
        assert [units[unit].code for unit, _, _ in now.chain] == ["DB03-C1", "DB02", "KHOI"]


def test_who_acted_since_keeps_what_they_did(app: Flask, person: Maker) -> None:
    """Somebody acts after the plan was carried out: it is not undone, and says why."""
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    code = open_in(app, "DB03")
    plan = merged(admin)
    plans.confirm(second, plan)
    person("cell_secretary", unit_of(app, code)).act(code, "suspend", reason="Đi công tác dài ngày.")
    plans.ask_to_undo(admin, plan)
    after = plans.picture(app)
    page = second.get(f"/don-vi/sap-xep/{plan}/xem-truoc")
    assert f"Hồ sơ {code} đã có việc ghi" in text_of(page)
    assert "act" not in page.forms
    assert plans.picture(app) == after


def test_who_acts_between_preview_and_button_stops_everything(app: Flask, person: Maker) -> None:
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    code = open_in(app, "DB03")
    plan = merged(admin)
    seen = second.get(f"/don-vi/sap-xep/{plan}/xem-truoc")
    person("cell_secretary", unit_of(app, code)).act(code, "suspend", reason="Đi công tác dài ngày.")
    before = plans.picture(app)
    answer = plans.press(second, seen, "/thuc-hien", 409)
    assert "Chưa ghi gì" in text_of(answer) and code in text_of(answer)
    assert plans.picture(app) == before
    assert plans.press(second, answer, "/thuc-hien").status_int == 303, "what is shown now can be confirmed"
    assert plans.findings(app) == []
    assert plans.press(second, seen, "/thuc-hien").follow().html.select_one(".flash.error"), "twice does nothing"


def test_it_takes_two_persons(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    plan = merged(admin)
    page = admin.get(f"/don-vi/sap-xep/{plan}/xem-truoc")
    assert "Người lập không tự xác nhận" in text_of(page) and "act" not in page.forms
    before = plans.picture(app)
    answer = admin.web.post(f"/don-vi/sap-xep/{plan}/thuc-hien", {"csrf_token": admin.token(), "seen": "x"})
    assert "Người lập không tự xác nhận" in text_of(answer.follow())
    with app.app_context():  # another account of the same person is no second person
        first = db.session.get_one(Account, admin.id)
        other = db.session.scalars(select(Account).where(Account.email == "administrator-2.khoi@demo.example")).one()
        other.person_id = first.person_id
        db.session.commit()
    other_account = person("administrator-2", "KHOI")
    assert "act" not in other_account.get(f"/don-vi/sap-xep/{plan}/xem-truoc").forms
    after = plans.picture(app)
    assert after["dossiers"] == before["dossiers"] and after["unit"] == before["unit"]


def test_the_neighbours_see_nothing_of_it(app: Flask, person: Maker) -> None:
    """A secretary confirms below the own committee only; who is neither that nor an administrator stays out."""
    admin = person("administrator", "KHOI")
    plan = merged(admin)
    neighbour = person("committee_secretary", "DB05")
    for page in ("", "/xem-truoc"):
        neighbour.get(f"/don-vi/sap-xep/{plan}{page}", status=404)
    neighbour.web.post(f"/don-vi/sap-xep/{plan}/thuc-hien", {"csrf_token": neighbour.token()}, status=404)
    assert "64-QĐ/ĐUK" not in text_of(neighbour.get("/don-vi/sap-xep"))
    person("committee_officer", "DB02").get("/don-vi/sap-xep", status=403)
    neighbour.get("/don-vi/sap-xep/moi", status=403)
    person("upper_secretary", "KHOI").get(f"/don-vi/sap-xep/{plan}/them/merge", status=403)


def test_roles_and_quotas_pass_on_as_the_line_says(app: Flask, person: Maker) -> None:
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    officer = person("committee_officer", "DB03")
    plan = merged(admin, roles=True, members=True)
    plans.confirm(second, plan)
    with app.app_context():
        held = db.session.execute(
            select(Unit.code, RoleAssignment.valid_to)
            .join(Unit, Unit.id == RoleAssignment.unit_id)
            .where(RoleAssignment.account_id == officer.id)
            .order_by(RoleAssignment.id)
        ).all()
        assert [tuple(row) for row in held] == [("DB03", date(2022, 7, 27)), ("DB02", None)]
        second_unit = db.session.scalars(select(Unit).where(Unit.code == "DB02")).one()
        assert quotas.report(second_unit, 2022, date(2022, 7, 27)).total.quota == 19
    assert plans.findings(app) == []
    officer.sign_in()
    assert "DB02" in officer.get("/don-vi").text


def test_figures_of_earlier_years_stay_where_they_were(app: Flask, person: Maker) -> None:
    def figures() -> dict[str, int]:
        with app.app_context():
            units = {
                unit.code: unit for unit in db.session.scalars(select(Unit).where(Unit.code.in_(("DB02", "DB03"))))
            }
            return {code: quotas.report(unit, 2021, date(2021, 12, 31)).total.admitted for code, unit in units.items()}

    before = figures()
    assert all(before.values())
    plans.confirm(person("upper_secretary", "KHOI"), merged(person("administrator", "KHOI")))
    assert figures() == before


def test_who_was_given_the_password_by_who_prepared_is_no_second_person(app: Flask, person: Maker) -> None:
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    plan = merged(admin)
    with app.app_context():
        account = db.session.get_one(Account, second.id)
        account.password_by_id, account.password_given_at = admin.id, sessions.now()
        db.session.commit()
    page = second.get(f"/don-vi/sap-xep/{plan}/xem-truoc")
    assert "Mật khẩu của bạn do người lập đặt" in text_of(page) and "act" not in page.forms


def test_a_dossier_opened_in_a_closed_cell_is_refused(app: Flask, person: Maker) -> None:
    """A form that was open before the cell closed, sent after."""
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    plan = plans.begin(admin)
    plans.added(admin, plan, "merge", "DB03", ("DB03-C1",), to="DB03-C2 ")
    plans.hand_over(admin, plan)
    plans.confirm(second, plan)
    assert plans.findings(app) == []
    with app.app_context():
        closed = plans.number_of("DB03-C1")
        signed = grants.load(second.id, date(2022, 7, 27))
        act = Act("create", Evidence(date(2022, 7, 27), source=Source.OTHER, consented=True), person={"full_name": "X"})
        with pytest.raises(Refused) as refused:
            open_dossier(act, signed, closed)
        assert "đang hoạt động" in refused.value.refusals[0].message.vi


def test_requests_to_a_unit_that_closes_are_answered_by_who_goes_on(app: Flask, person: Maker) -> None:
    code, _officer, _asked, nr = asked_inside(app, person)  # of DB07
    successor, admin, second = person("committee_officer", "DB02"), *by_two(person)
    assert f"/yeu-cau/{code}/{nr}" not in successor.get("/yeu-cau").text
    before = plans.picture(app)
    plan = plans.begin(admin)
    plans.added(admin, plan, "merge", "KHOI", ("DB07",), to="DB02")
    plans.hand_over(admin, plan)
    assert "1 yêu cầu gửi DB07: DB02 trả lời" in text_of(second.get(f"/don-vi/sap-xep/{plan}/xem-truoc"))
    plans.confirm(second, plan)
    assert plans.findings(app) == []
    assert f"/yeu-cau/{code}/{nr}" in successor.get("/yeu-cau").text
    page = successor.get(f"/yeu-cau/{code}/{nr}")
    assert "nay là" in text_of(page)
    assert "yeu-cau" in successor.get("/viec-cua-toi").text
    person("committee_officer", "DB09").web.get(f"/yeu-cau/{code}/{nr}", status=404)
    sent = successor.send(page.forms["act"], **{"outcome": "answered", "results-0-result": "Gia đình tốt."})
    assert sent.status_int == 303, text_of(sent)
    plans.ask_to_undo(admin, plan)
    assert "1 yêu cầu do DB07 trả lời như trước" in text_of(second.get(f"/don-vi/sap-xep/{plan}/xem-truoc"))
    plans.confirm(second, plan)
    assert plans.findings(app) == [] and plans.picture(app) == before
    successor.web.get(f"/yeu-cau/{code}/{nr}", status=404)
    again = person("committee_officer", "DB07")
    assert again.get(f"/yeu-cau/{code}/{nr}").forms["act"]["results-0-result"].value == "Gia đình tốt."


def by_two(person: Maker) -> tuple[Person, Person]:
    """Who prepares plans, and who confirms them."""
    return person("administrator", "KHOI"), person("upper_secretary", "KHOI")
