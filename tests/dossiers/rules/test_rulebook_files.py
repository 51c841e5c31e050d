"""Rulebooks loaded as files, by pages and commands: two people, a dry run, versions, both processes."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from webtest import Upload
from webtest.response import TestResponse

from dossiers import create_app
from dossiers.audit import running
from dossiers.casework import trials
from dossiers.casework.models import Dossier, Event
from dossiers.extensions import db, write_transaction
from dossiers.office.models import OfficeEvent
from dossiers.rules import services as rules
from dossiers.rules.models import RulebookFile, TrialFinding
from tests.conftest import World
from tests.people import Person, code_in, dossier, set_clock, text_of

Maker = Callable[..., Person]

BOOK = """code = "RB-2022B"
in_force_from = 2022-08-15
extends = "RB-2021"
title = { vi = "Quy định thử", en = "A regulation to try" }

[rules.ceremony]
value = 20
source = "Quy định thử, điều 4"
state = "one_source"

[rules.age_min]
value = 600
source = "Quy định thử, điều 1"
state = "one_source"
"""


def send(who: Person, text: str, ground: str = "Quy định thử 1-QĐ/TW") -> TestResponse:
    form = who.get("/quy-tac/nap").forms["act"]
    form["ground"] = ground
    form["tep"] = Upload("book.toml", text.encode())
    return form.submit(expect_errors=True)


def test_a_file_that_is_missing_is_said_at_its_field(person: Maker) -> None:
    page = send(person("administrator", "KHOI"), "")
    assert page.status_int == 422
    assert page.html.select_one("#tep-error").get_text(strip=True) == "Chọn tệp của bộ quy tắc."
    assert page.html.select_one('.flash.error a[href="#tep"]')


def press(page: TestResponse, end: str) -> TestResponse:
    return next(form for form in page.forms.values() if (form.action or "").endswith(end)).submit()


def confirmed(person: Maker, text: str = BOOK) -> TestResponse:
    """Loaded by one administrator, confirmed by another: the page after."""
    page = send(person("administrator", "KHOI"), text).follow()
    return press(person("administrator-2", "KHOI").get(page.request.path), "xac-nhan").follow()


def loaded(app: Flask) -> list[Any]:
    with app.app_context():
        return list(db.session.execute(select(RulebookFile.code, RulebookFile.version, RulebookFile.outcome)))


def codes(app: Flask) -> list[str]:
    with app.app_context():
        return list(rules.books())


def findings(app: Flask) -> list[str]:
    with app.app_context():
        return [f"{one.code} {one.what}" for one in running.verify_all(None, None)[1]]


def test_one_loads_another_confirms_and_only_then_is_it_a_rule(app: Flask, person: Maker) -> None:
    admin, second = person("administrator", "KHOI"), person("administrator-2", "KHOI")
    page = send(admin, BOOK).follow()
    address = page.request.path
    assert "chờ người thứ hai xác nhận" in text_of(page)
    assert "Người nạp không tự xác nhận" in text_of(page)
    assert "đủ 18 tuổi đủ 50 tuổi" in text_of(page)
    assert "RB-2022B" not in codes(app)
    assert "RB-2022B" not in admin.get("/quy-tac").text
    assert "1 chờ xác nhận" in text_of(second.get("/quy-tac"))
    asked = admin.web.post(f"{address}/xac-nhan", {"csrf_token": admin.token()}, status=303).follow()
    assert "Người nạp không tự xác nhận" in text_of(asked)
    assert "RB-2022B" not in codes(app)

    done = press(second.get(address), "xac-nhan").follow()
    assert "Đã xác nhận" in text_of(done)
    assert codes(app) == ["RB-2021", "RB-2022B", "RB-2025", "RB-2026", "RB-2026B"]
    again = second.web.post(f"{address}/xac-nhan", {"csrf_token": second.token()}, status=303).follow()
    assert "không còn chờ xác nhận" in text_of(again)
    log = text_of(person("inspector", "KHOI").get("/nhat-ky/quan-tri"))
    assert "Nạp bộ quy tắc" in log
    assert "Xác nhận bộ quy tắc" in log
    whole = second.get(f"{address}/toan-van")
    assert whole.text == BOOK
    assert findings(app) == []


def test_the_secretary_at_the_top_confirms_and_one_below_does_not(app: Flask, person: Maker) -> None:
    address = send(person("administrator", "KHOI"), BOOK).follow().request.path
    below = person("committee_secretary", "DB02")
    assert "bí thư cấp ủy cao nhất" in text_of(below.get(address))
    below.web.post(f"{address}/xac-nhan", {"csrf_token": below.token()}, status=403)
    assert loaded(app) == [("RB-2022B", 1, "")]
    press(person("upper_secretary", "KHOI").get(address), "xac-nhan")
    assert loaded(app) == [("RB-2022B", 1, "confirmed")]
    person("cell_secretary", "DB02-C3").get(address, status=403)


def test_it_can_be_refused_and_then_loaded_anew(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    page = send(admin, BOOK).follow()
    assert "đang chờ xác nhận" in text_of(send(admin, BOOK))
    press(page, "khong-dong-y")
    assert loaded(app) == [("RB-2022B", 1, "refused")]
    assert "bản 2" in text_of(send(admin, BOOK).follow())
    assert "RB-2022B" not in codes(app)
    assert findings(app) == []


def test_every_fault_is_shown_with_its_line_and_nothing_is_stored(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    answer = send(admin, BOOK.replace("value = 20", "value = 2000").replace("2022-08-15", "2025-07-01"))
    assert answer.status_int == 422
    said = text_of(answer)
    assert "Tệp có 2 chỗ sai" in said
    assert "Dòng 2, in_force_from : trùng ngày với RB-2025" in said
    assert "Dòng 7, rules.ceremony.value : ngoài khoảng 0–1200" in said
    nothing = admin.get("/quy-tac/nap").forms["act"]
    nothing["ground"] = "x"
    assert "Chọn tệp của bộ quy tắc" in text_of(nothing.submit(expect_errors=True))
    assert send(admin, BOOK, ground="").status_int == 422
    assert loaded(app) == []


def test_acts_from_its_day_on_are_judged_by_it_those_before_are_not(app: Flask, person: Maker) -> None:
    """The step a dossier stands in keeps its rulebook; the step that begins on the day or after has the new one."""
    confirmed(person, BOOK.replace("value = 600", "value = 217").replace("2022-08-15", "2022-07-27"))
    code = code_in(app, "cell_review", "DB02-C3")
    assert dossier(app, code).rulebook == "RB-2021"
    secretary = person("cell_secretary", "DB02-C3")
    everybody = secretary.everybody(code, "pass_cell_vote")
    secretary.act(code, "pass_cell_vote", number="501-NQ/CB", present=everybody, in_favour=everybody)
    assert dossier(app, code).rulebook == "RB-2022B"
    with app.app_context():
        assert rules.books()["RB-2022B"].number("ceremony") == 20
    assert findings(app) == []


def test_a_dry_run_says_who_would_be_refused_before_it_takes_effect(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    page = send(admin, BOOK).follow()
    with app.app_context():
        trial = trials.of(1)
        assert trial.done
        assert trial.looked == trial.total == db.session.scalar(select(func.count(Dossier.id)))
        assert trial.refused > 0
        assert trial.deadlines > 0
        figures = (trial.refused, trial.deadlines)
    assert f"{figures[0]} hồ sơ sẽ bị từ chối, {figures[1]} thời hạn thay đổi" in text_of(page)
    run_page = page.click("Xem từng hồ sơ")
    said = text_of(run_page)
    assert "được → từ chối: Tuổi tối thiểu khi chi bộ xét" in said
    assert run_page.html.select("main tbody a") == [], "the administrator reads no dossier"
    reader = person("upper_secretary", "KHOI").get(run_page.request.path)
    refused = reader.click("Sẽ bị từ chối")
    assert len(refused.html.select("main tbody tr")) == min(figures[0], trials.PAGE)
    link = refused.html.select_one("main tbody a")["href"]
    assert reader.goto(link).status_int == 200
    with app.app_context():
        approved = db.session.scalars(select(Dossier.code).where(Dossier.state == "approved").limit(1)).one()
    row = next(row for row in _rows(reader) if approved in row)
    assert "Lễ kết nạp" in row
    assert " → " in row


def _rows(page: TestResponse) -> list[str]:
    found = [" ".join(row.get_text(" ").split()) for row in page.html.select("main tbody tr")]
    following = page.html.select_one("a[rel=next]")
    return found + (_rows(page.goto(following["href"])) if following else [])


def test_nobody_confirms_what_was_not_run_dry_or_by_rules_that_changed_since(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "AT_ONCE", 0)
    admin, second = person("administrator", "KHOI"), person("administrator-2", "KHOI")
    page = send(admin, BOOK).follow()
    assert "Đang chạy thử" in text_of(page)
    address = page.request.path
    assert "Chạy thử xong rồi mới xác nhận" in text_of(press(second.get(address), "xac-nhan").follow())
    assert app.test_cli_runner().invoke(args=["worker"]).exit_code == 0
    assert "Đang chạy thử" not in text_of(second.get(address))
    with app.app_context():
        rules.set_day(date(2022, 8, 16), False, "Thông báo", admin.id)
    assert "hãy chạy lại" in text_of(second.get(address))
    assert "Chạy thử xong rồi mới xác nhận" in text_of(press(second.get(address), "xac-nhan").follow())
    monkeypatch.setattr(trials, "AT_ONCE", 10_000)
    press(second.get(address), "chay-thu")
    assert "Đã xác nhận" in text_of(press(second.get(address), "xac-nhan").follow())


def test_a_second_version_replaces_the_first_and_the_first_stays(app: Flask, person: Maker) -> None:
    confirmed(person)
    text = BOOK.replace("value = 20", "value = 25")
    assert "nội dung này đã nạp và đang dùng" in text_of(send(person("administrator", "KHOI"), BOOK))
    assert loaded(app) == [("RB-2022B", 1, "confirmed")]
    page = confirmed(person, text)
    assert "bản 2" in text_of(page)
    with app.app_context():
        assert rules.books()["RB-2022B"].number("ceremony") == 25
        assert db.session.scalar(select(RulebookFile.text).where(RulebookFile.version == 1)) == BOOK
    assert findings(app) == []


def test_a_loaded_rulebook_changed_behind_its_back_is_found_and_not_used(app: Flask, person: Maker) -> None:
    confirmed(person)
    with app.app_context():
        with write_transaction():
            changed = BOOK.replace("value = 20", "value = 30")
            db.session.execute(update(RulebookFile).values(text=changed))
            rules.renew()
        assert "RB-2022B" not in rules.books()
    assert any("rulebook_file" in line and "text" in line for line in findings(app))


def test_another_process_has_it_without_a_restart_and_without_a_query_more(
    app: Flask, world: World, person: Maker
) -> None:
    other = create_app({"SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"], "TESTING": True})
    with other.app_context():
        assert "RB-2022B" not in rules.books()
    confirmed(person)
    with other.test_request_context():
        assert "RB-2022B" in rules.books()
        first = rules.current()
    with other.test_request_context():
        assert rules.current() is first, "it is read once, however many requests ask"
    with other.app_context():
        db.engine.dispose()


def test_many_are_moved_with_a_preview_and_a_ground(app: Flask, person: Maker) -> None:
    confirmed(person)
    admin = person("administrator", "KHOI")
    first, second = code_in(app, "approved"), code_in(app, "cell_review")
    form = admin.get("/quy-tac/chuyen-nhieu").forms["act"]
    shown = admin.send(
        form, codes=f"{first}, {second.lower()}\nHS1999-000001 {first}", rulebook="RB-2022B", reason="Căn cứ số 5"
    )
    assert shown.status_int == 200, text_of(shown)
    said = text_of(shown)
    assert said.count("sẽ chuyển") == 2
    assert "Không có hồ sơ mang mã này" in said
    assert " → " in said
    assert dossier(app, first).rulebook == "RB-2021", "nothing is done by looking"
    sent = shown.forms["act"]
    result = sent.submit("confirmed")
    assert "2 hồ sơ đã chuyển sang RB-2022B" in text_of(result)
    assert "HS1999-000001: Không có hồ sơ" in text_of(result)
    assert {dossier(app, code).rulebook for code in (first, second)} == {"RB-2022B"}
    again = text_of(sent.submit("confirmed"))
    assert again.count("Hồ sơ đang theo bộ quy tắc này") == 2
    with app.app_context():
        made = select(func.count(Event.seq)).where(Event.trigger == "change_rulebook")
        assert db.session.scalar(made) == 2
    history = text_of(person("upper_secretary", "KHOI").get(f"/ho-so/{first}/dien-bien"))
    assert "Đổi bộ quy tắc" in history
    assert "Căn cứ số 5" in history
    assert findings(app) == []


def test_one_that_was_acted_on_after_the_preview_is_left_and_said(app: Flask, person: Maker) -> None:
    admin, code = person("administrator", "KHOI"), code_in(app, "approved")
    form = admin.get("/quy-tac/chuyen-nhieu").forms["act"]
    shown = admin.send(form, codes=code, rulebook="RB-2025", reason="Căn cứ")
    one = admin.get("/quy-tac/chuyen").forms["act"]
    assert admin.send(one, code=code, rulebook="RB-2026", reason="Việc khác").status_int == 303
    result = shown.forms["act"].submit("confirmed")
    assert "Có người vừa ghi vào hồ sơ này" in text_of(result)
    assert dossier(app, code).rulebook == "RB-2026"


def test_more_than_two_hundred_are_not_moved_at_once(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    form = admin.get("/quy-tac/chuyen-nhieu").forms["act"]
    many = " ".join(f"HS2022-{n:06}" for n in range(201))
    assert "nhiều nhất 200" in text_of(admin.send(form, codes=many, rulebook="RB-2025", reason="Căn cứ"))


def test_from_the_command_line(app: Flask, tmp_path: Path, person: Maker) -> None:
    run = app.test_cli_runner().invoke
    file = tmp_path / "book.toml"
    file.write_text(BOOK)
    fine = run(args=["rulebook", "check", str(file)])
    assert (fine.exit_code, fine.output.count("\n")) == (0, 1)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(BOOK.replace("value = 20", "valu = 20"))
    found = run(args=["rulebook", "check", str(wrong)])
    assert found.exit_code == 1
    assert "dòng 7: rules.ceremony.valu: khóa lạ" in found.output
    assert run(args=["rulebook", "check", str(tmp_path / "none.toml")]).exit_code == 2
    tried = run(args=["rulebook", "try", str(file)])
    assert tried.exit_code == 0
    assert "hồ sơ sẽ bị từ chối" in tried.output.splitlines()[-1]
    assert run(args=["rulebook", "try", "RB-1900"]).exit_code == 2
    assert loaded(app) == [], "neither stores anything"
    load = ["rulebook", "load", str(file), "--ground", "Văn bản số 1", "--as"]
    for email, code in (("nobody@demo.example", 2), ("administrator.khoi@demo.example", 0)):
        done = run(args=[*load, email])
        assert (done.exit_code, done.output.count("\n")) == (code, 1), done.output
    again = run(
        args=["rulebook", "load", str(file), "--ground", "Văn bản số 1", "--as", "administrator.khoi@demo.example"]
    )
    assert again.exit_code == 1
    assert loaded(app) == [("RB-2022B", 1, "")]
    listed = run(args=["rulebook", "list"]).output
    assert "RB-2022B     version 1 from 2022-08-15  waits" in listed
    with app.app_context():
        stored = db.session.scalar(select(func.count()).select_from(TrialFinding))
    by_code = run(args=["rulebook", "try", "rb-2022b", "--json"]).output.splitlines()
    assert len(by_code) == stored + 1
    only = run(args=["rulebook", "try", "RB-2022B", "--summary"]).output.splitlines()
    assert only == tried.output.splitlines()[-1:]


def test_what_nobody_may_see_is_shut(app: Flask, person: Maker) -> None:
    address = send(person("administrator", "KHOI"), BOOK).follow().request.path
    cell = person("cell_secretary", "DB02-C3")
    for path in ("/quy-tac/nap", "/quy-tac/da-nap", address, f"{address}/chay-thu", "/quy-tac/chuyen-nhieu"):
        cell.get(path, status=403)
    admin = person("administrator", "KHOI")
    for path in ("/quy-tac/da-nap/99", "/quy-tac/da-nap/99/chay-thu", "/quy-tac/da-nap/99/toan-van"):
        admin.get(path, status=404)
    admin.web.post(f"{address}/xyz", {"csrf_token": admin.token()}, status=404)
    set_clock(app, date(2022, 8, 15))
    assert admin.get("/quy-tac/da-nap?trang=2").status_int == 200
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(OfficeEvent.topic == "rulebook:loaded")) == 1


def test_a_new_version_moves_the_deadlines_of_dossiers_that_are_on_it_and_they_say_so(
    app: Flask, person: Maker
) -> None:
    confirmed(person)
    admin, second, code = person("administrator", "KHOI"), person("administrator-2", "KHOI"), code_in(app, "approved")
    before = dossier(app, code).due_on
    one = admin.get("/quy-tac/chuyen").forms["act"]
    assert admin.send(one, code=code, rulebook="RB-2022B", reason="Căn cứ số 5").status_int == 303
    moved = dossier(app, code).due_on
    assert before
    assert moved
    assert moved < before
    page = send(admin, BOOK.replace("value = 20", "value = 25")).follow()
    run_page = second.get(f"{page.request.path}/chay-thu")
    (row,) = [row for row in _rows(run_page) if code in row]
    assert f"{moved:%d/%m/%Y} → " in row
    assert row.startswith(f"{code} RB-2022B")
    press(second.get(page.request.path), "xac-nhan")
    after = dossier(app, code).due_on
    assert after
    assert moved < after < before
    assert row.endswith(f"{after:%d/%m/%Y}")
    told = text_of(person("upper_secretary", "KHOI").get(f"/ho-so/{code}"))
    assert f"trước là {moved:%d/%m/%Y}: bộ quy tắc RB-2022B, bản 2" in told
    assert findings(app) == []


def test_a_dossier_on_a_later_rulebook_never_comes_to_an_earlier_one(app: Flask, person: Maker) -> None:
    admin, code = person("administrator", "KHOI"), code_in(app, "approved")
    one = admin.get("/quy-tac/chuyen").forms["act"]
    assert admin.send(one, code=code, rulebook="RB-2025", reason="Căn cứ").status_int == 303
    page = send(admin, BOOK).follow()
    assert not any(code in row for row in _rows(admin.get(f"{page.request.path}/chay-thu")))
    form = admin.get("/quy-tac/chuyen-nhieu").forms["act"]
    with app.app_context():
        assert rules.books()["RB-2021"].number("ceremony") == rules.books()["RB-2025"].number("ceremony")
    back = text_of(admin.send(form, codes=code, rulebook="RB-2021", reason="Chuyển nhầm"))
    assert "sẽ chuyển" in back, "by an act it may"
