"""Units, registers, accounts, rules and quotas: changed by who may, written to a log of their own."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from webtest import TestApp

from dossiers.accounts.models import Account, RoleAssignment
from dossiers.audit import services as audit
from dossiers.casework import loading
from dossiers.extensions import db
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent
from dossiers.rules import services as rules
from dossiers.units import services as units
from dossiers.units import tree
from tests.conftest import World
from tests.people import Person, code_in, text_of
from workflow.route import ROUTES, RouteName
from workflow.rulebook import shipped

Maker = Callable[..., Person]


def log_of_the_office(person: Maker) -> str:
    return text_of(person("inspector", "KHOI").get("/nhat-ky/quan-tri"))


def test_an_account_is_made_signs_in_and_is_shut(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    form = admin.get("/tai-khoan/moi").forms["act"]
    unit = next(value for value, _, label in form["unit"].options if label.startswith("CB05 "))
    fields = {"name": "Phan Thị Mới", "email": "moi@co-quan.example", "role": "cell_secretary", "unit": unit}
    answer = admin.send(form, **fields)
    assert answer.status_int == 200
    password = answer.html.select_one("#one-time").get_text()
    again = admin.send(admin.get("/tai-khoan/moi").forms["act"], **{**fields, "email": "ＭＯＩ@co-quan.example"})
    assert "đã có tài khoản" in text_of(again)

    web = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
    form = next(f for f in web.get("/dang-nhap").forms.values() if "password" in f.fields)
    form["email"], form["password"] = "moi@co-quan.example", password
    assert form.submit().status_int in (302, 303)
    form = web.get("/viec-cua-toi").follow().forms["act"]
    form["old"], form["new"], form["again"] = password, "một-mật-khẩu-dài", "một-mật-khẩu-dài"
    assert form.submit().status_int == 303
    assert web.get("/viec-cua-toi", status=403), "the role waits for somebody else"
    assert "Đã xác nhận vai trò" in text_of(person("administrator-2", "KHOI").decide("Phan Thị Mới"))
    assert web.get("/viec-cua-toi").status_int == 302, "who is given a role signs in anew"
    form = next(f for f in web.get("/dang-nhap").forms.values() if "password" in f.fields)
    form["email"], form["password"] = "moi@co-quan.example", "một-mật-khẩu-dài"
    assert form.submit().status_int == 302
    assert "Phan Thị Mới" in web.get("/viec-cua-toi").text

    page = admin.get(answer.html.select_one("main a.button")["href"])
    shut = next(f for f in page.forms.values() if f.action.endswith("/khoa"))
    assert "Đã khóa tài khoản" in text_of(shut.submit().follow())
    assert web.get("/viec-cua-toi").status_int == 302
    log = log_of_the_office(person)
    assert "Tạo tài khoản" in log
    assert "Khóa tài khoản" in log
    assert log.count("Phan Thị Mới") == 1, "the log names nobody but who acted: here who changed the own password"


def test_a_role_belongs_in_its_kind_of_unit(app: Flask, person: Maker) -> None:
    """A cell secretary of the whole bloc would act in every cell."""
    admin = person("administrator", "KHOI")
    form = admin.get("/tai-khoan/moi").forms["act"]
    top = next(value for value, _, label in form["unit"].options if label.startswith("KHOI "))
    fields = {"name": "Phan Thị Mới", "email": "moi@co-quan.example"}
    answer = admin.send(form, role="cell_secretary", unit=top, **fields)
    assert answer.status_int == 422
    assert "Vai trò này thuộc về: Chi bộ trực thuộc, Chi bộ cơ sở" in text_of(answer)
    asked = "accounts create --email a@b.example --name A --role cell_secretary --unit KHOI --password mot-mat-khau-dai"
    done = app.test_cli_runner().invoke(args=asked.split())
    assert done.exit_code == 2
    assert done.output.count("\n") == 1


def test_a_role_is_granted_for_a_period_and_ended(app: Flask, person: Maker) -> None:
    admin, helper = person("administrator", "KHOI"), person("cell_secretary", "DB02-C3")
    form = admin.get(f"/tai-khoan/{helper.id}/vai-tro").forms["act"]
    unit = next(value for value, _, label in form["unit"].options if label.startswith("DB02-C1 "))
    wrong = admin.send(form, role="cell_secretary", unit=unit, since="27/07/2022", until="27/07/2022")
    assert "Ngày thôi phải sau" in text_of(wrong)
    assert admin.send(wrong.forms["act"], until="01/09/2022").status_int == 303
    assert helper.get("/ho-so?unit=DB02-C1").html.select_one("table.list tbody") is None, "not before it is confirmed"
    person("committee_secretary", "DB02").decide(helper.name)
    helper.get("/ho-so", status=302)
    helper.sign_in()
    assert helper.get("/ho-so?unit=DB02-C1").status_int == 200
    page = admin.get(f"/tai-khoan/{helper.id}")
    end = next(f for f in page.forms.values() if f.action.endswith("/thoi"))
    end.submit()
    with app.app_context():
        held = db.session.scalars(select(RoleAssignment).where(RoleAssignment.account_id == helper.id)).all()
        assert {(row.valid_to) for row in held} == {date(2022, 9, 1), date(2022, 7, 27)}
    log = log_of_the_office(person)
    assert "Đề nghị giao vai trò" in log
    assert "Thôi vai trò" in log


def test_nobody_shuts_the_own_account(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    token = admin.token()
    assert admin.web.post(f"/tai-khoan/{admin.id}/khoa", {"csrf_token": token}, status="*").status_int == 403
    with app.app_context():
        assert db.session.get_one(Account, admin.id).active


def test_a_unit_is_added_under_a_unit_it_can_stand_under(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    form = admin.get("/don-vi/moi").forms["act"]
    parents = {label.split(" ")[0]: value for value, _, label in form["parent"].options if value}
    fields = {"code": "DB01-C9", "name": "Chi bộ 9, Đảng bộ Văn phòng Ủy ban"}
    wrong = admin.send(form, kind="cell", parent=parents["KHOI"], **fields)
    assert "Loại đơn vị này trực thuộc: Đảng bộ cơ sở, Đảng bộ bộ phận" in text_of(wrong)
    assert admin.send(wrong.forms["act"], parent=parents["DB01"]).status_int == 303
    taken = admin.send(admin.get("/don-vi/moi").forms["act"], kind="cell", parent=parents["DB01"], **fields)
    assert "Mã này đã có" in text_of(taken)
    with app.app_context():
        cell = units.by_code("DB01-C9")
        assert cell is not None
        assert tree.current().place(cell.id).road(shipped()["RB-2021"]) == ROUTES[RouteName.COMMITTEE]
    assert "Thêm đơn vị" in log_of_the_office(person)


def test_units_from_the_command_line(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["units", "add", "X1", "Chi bộ X1", "--kind", "cell", "--parent", "DB01"]).exit_code == 0
    for arguments in (
        ["X1", "Chi bộ X1", "--kind", "cell", "--parent", "DB01"],
        ["X2", "Chi bộ X2", "--kind", "castle", "--parent", "DB01"],
        ["X2", "Chi bộ X2", "--kind", "cell", "--parent", "KHOI"],
        ["X2", "Chi bộ X2", "--kind", "cell", "--parent", "NOWHERE"],
        ["X2", "Chi bộ X2", "--kind", "cell"],
    ):
        done = run(args=["units", "add", *arguments])
        assert done.exit_code == 2
        assert done.output.count("\n") == 1, done.output


def test_the_register_is_kept_by_its_own_unit(app: Flask, person: Maker) -> None:
    own, stranger = person("cell_secretary", "CB01"), person("cell_secretary", "CB02")
    stranger.get("/don-vi/CB01", status=404)
    page = own.get("/don-vi/CB01")
    seat = page.html.select_one('a[href*="/thoi/"]')["href"]
    stranger.get(seat, status=404)
    ended = own.send(own.get(seat).forms["act"], valid_to="31/02/2022")
    assert "không có trong lịch" in text_of(ended)
    assert own.send(ended.forms["act"], valid_to="01/08/2022").status_int == 303
    assert "Thôi biểu quyết" in log_of_the_office(person)
    inspector = person("inspector", "KHOI")
    assert "act" not in inspector.get("/don-vi/CB01").forms, "an inspector changes nothing"
    token = inspector.token()
    answer = inspector.web.post("/don-vi/CB01", {"csrf_token": token, "name": "Hồ Văn Lạ"}, status="*")
    assert answer.status_int == 403


def test_a_value_to_be_confirmed_is_changed_and_used_at_once(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    code = code_in(app, "cell_review")
    with app.app_context():
        case = loading.load_for_administration(code)
        assert rules.books()[case.rulebook].word("quorum") == "2/3"
    page = admin.get("/quy-tac/RB-2021/quorum")
    for wrong in ("two thirds", "1/0", "", "5/2"):
        answer = admin.send(page.forms["act"], value=wrong)
        assert answer.status_int == 422, wrong
    assert "Giá trị vẫn như cũ" in text_of(admin.send(page.forms["act"], value="2/3").follow())
    assert shipped()["RB-2021"].rule("quorum").title.vi not in log_of_the_office(person), "nothing changed"
    assert admin.send(page.forms["act"], value="1/2").status_int == 303
    with app.app_context():
        assert rules.books()["RB-2021"].word("quorum") == "1/2"
        assert rules.books()["RB-2025"].word("quorum") == "2/3"
    checked = admin.send(admin.get("/quy-tac/RB-2021/cell_vote").forms["act"], value="1/2")
    assert checked.status_int == 422
    log = log_of_the_office(person)
    assert shipped()["RB-2021"].rule("quorum").title.vi in log
    assert "ít nhất 1/2" in log


def test_values_are_chosen_and_typed_as_people_say_them(app: Flask, person: Maker) -> None:
    """An age in years, words by their labels, yes and no; never by a code."""
    admin = person("administrator", "KHOI")

    def change(key: str, value: object) -> object:
        form = admin.get(f"/quy-tac/RB-2025/{key}").forms["act"]
        if isinstance(value, set):
            for box in form.fields["value"]:
                box.checked = box._value in value
        else:
            form["value"] = value
        answer = form.submit(expect_errors=True)
        assert answer.status_int == 303, text_of(answer)
        assert answer.location.endswith("bo=RB-2025")
        with app.app_context():
            return rules.books()["RB-2025"].rule(key).value

    page = admin.get("/quy-tac/RB-2025/age_min")
    assert page.forms["act"]["value"].value == "18"
    assert change("age_min", "17") == 204
    assert change("consent_note", "0") is False
    assert change("ceremony_clock_starts", "issued") == "issued"
    assert change("removal_grounds", {"absent", "card_returned"}) == ("absent", "card_returned")
    assert change("opinions", "5-KNĐ, 4-KNĐ") == ("5-KNĐ", "4-KNĐ")
    assert change("stale_dossier", "13") == 13
    nothing = admin.get("/quy-tac/RB-2025/removal_grounds").forms["act"]
    for box in nothing.fields["value"]:
        box.checked = False
    assert "Vui lòng chọn." in text_of(nothing.submit(status=422))
    assert admin.send(admin.get("/quy-tac/RB-2025/stale_dossier").forms["act"], value="một năm").status_int == 422
    strange = admin.get("/quy-tac/RB-2025/ceremony_clock_starts").forms["act"]
    strange["value"].force_value("whenever")
    assert strange.submit(expect_errors=True).status_int == 422


def test_the_rulebook_in_force_comes_first_and_each_has_its_page(app: Flask, person: Maker) -> None:
    someone = person("cell_secretary", "DB02-C3")
    assert someone.get("/quy-tac").html.select_one(".tabs [aria-current]").get_text().strip().startswith("RB-2021")
    later = someone.get("/quy-tac?bo=RB-2026B")
    assert "Quy định 208-QĐ/TW" in text_of(later)
    assert not later.html.select("a[href$=quorum]"), "only an administrator changes values"
    someone.get("/quy-tac?bo=RB-1999", status=404)


def test_the_administrators_calendar_moves_deadlines(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    form = admin.get("/quy-tac/lich").forms["act"]
    assert admin.send(form, day="28/07/2022", working="0", note="Thông báo 1-TB").status_int == 303
    with app.app_context():
        assert rules.calendar().add_working_days(date(2022, 7, 27), 1) == date(2022, 7, 29)
    page = admin.get("/quy-tac")
    assert "Thông báo 1-TB" in text_of(page)
    forget = next(f for f in page.forms.values() if f.action.endswith("/bo"))
    forget.submit()
    with app.app_context():
        assert rules.calendar().add_working_days(date(2022, 7, 27), 1) == date(2022, 7, 28)
    log = log_of_the_office(person)
    assert "Bỏ ngày khỏi lịch riêng" in log


def test_a_quota_is_given_and_shows_when_allotments_differ(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    form = upper.get("/chi-tieu/giao").forms["act"]
    unit = next(value for value, _, label in form["unit"].options if label.startswith("DB01 "))
    fields = {"unit": unit, "year": "2022", "amount": "20", "number": "45-QĐ/ĐUK"}
    assert "tương lai" in text_of(upper.send(form, decided_on="28/07/2022", **fields))
    answer = upper.send(upper.get("/chi-tieu/giao").forms["act"], decided_on="20/07/2022", **fields)
    page = text_of(answer.follow())
    assert "Đã giao cho các đơn vị 141, khác với chỉ tiêu 130" in page
    assert "chưa được giao" not in page
    early = upper.send(upper.get("/chi-tieu/giao").forms["act"], decided_on="20/07/2022", **{**fields, "year": "2031"})
    assert "Cấp trên của đơn vị này chưa được giao chỉ tiêu năm 2031." in text_of(early.follow())
    assert "Giao chỉ tiêu" in log_of_the_office(person)
    person("committee_officer", "DB01").get("/chi-tieu/giao", status=403)


def test_the_log_of_the_office_is_a_chain_the_database_guards(app: Flask, person: Maker, world: World) -> None:
    test_a_quota_is_given_and_shows_when_allotments_differ(app, person)
    test_the_administrators_calendar_moves_deadlines(app, person)
    for statement in ("UPDATE office_event SET topic = 'x'", "DELETE FROM office_event"):
        with app.app_context(), pytest.raises(DBAPIError):
            db.session.execute(text(statement))
    with app.app_context():
        db.session.rollback()
        assert audit.verify()[1] == []
        assert len(db.session.scalars(select(OfficeEvent.seq).where(OfficeEvent.topic != "demo:loaded")).all()) == 4
        off = {
            "sqlite": "DROP TRIGGER office_event_no_update",
            "postgresql": "ALTER TABLE office_event DISABLE TRIGGER ALL",
        }
        db.session.execute(text(off[world.engine]))
        db.session.execute(text("UPDATE office_event SET body = '{}' WHERE seq = 2"))
        db.session.commit()
        _count, findings = audit.verify()
        assert findings == [audit.Finding("OFFICE", 2, "its content was changed")]


def test_what_the_log_of_the_office_speaks_of_is_known() -> None:
    with pytest.raises(ValueError, match="no:such"):
        office.record("no:such", None, None)


def test_an_administrator_sees_no_dossier(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    code = code_in(app, "listed")
    for address in (
        f"/ho-so/{code}",
        "/ho-so",
        "/tim?q=nguyen",
        "/nguon",
        "/nhat-ky",
        "/chi-tieu",
        f"/ho-so/{code}/suspend",
    ):
        admin.get(address, status=403)
