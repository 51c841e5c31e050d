"""A session is a row: ended, it is over, whatever a cookie says."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask_login.utils import encode_cookie
from sqlalchemy import delete, select, update
from webtest import TestApp

from dossiers.accounts.models import Account, AccountSession
from dossiers.accounts.sessions import device_of, key_of
from dossiers.extensions import db
from dossiers.office.models import OfficeEvent
from dossiers.rules import instance
from tests.dossiers.accounts.web import (
    NEW,
    SECRETARY,
    account_of,
    browser,
    change_password,
    copied,
    is_in,
    sign_in_form,
    signed_in,
    token_of,
    try_in,
)
from tests.dossiers.test_pages import counted
from tests.people import Person, code_in, give, text_of
from workflow.roles import Role

Maker = Callable[..., Person]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time sessions go by."""
    moment = [1_790_000_000.0]
    monkeypatch.setattr("dossiers.accounts.sessions.time", lambda: moment[0])
    return moment


def sign_out(web: TestApp) -> None:
    page = web.get("/tai-khoan-cua-toi")
    next(form for form in page.forms.values() if form.action == "/dang-xuat").submit()


def rows(app: Flask) -> list[AccountSession]:
    with app.app_context():
        return list(db.session.scalars(select(AccountSession).order_by(AccountSession.id)))


def topics(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(OfficeEvent.topic).order_by(OfficeEvent.seq)))


# --- what ends a session ends it for a copy of its cookie too ---


def test_a_copied_cookie_is_worth_nothing_after_sign_out(app: Flask) -> None:
    web = signed_in(app)
    thief = copied(web, app)
    assert is_in(thief), "the copy is as good as the cookie, as long as the session goes on"
    sign_out(web)
    assert not is_in(web)
    assert not is_in(thief)
    assert rows(app) == []


def test_it_stays_worth_nothing_when_a_shut_account_is_opened_again(app: Flask, person: Maker) -> None:
    web, admin = signed_in(app), person("administrator", "KHOI")
    thief, token = copied(web, app), admin.token()
    for how in ("khoa", "mo"):
        admin.web.post(f"/tai-khoan/{account_of(app).id}/{how}", {"csrf_token": token}, status=303)
        assert not is_in(web)
        assert not is_in(thief)
    assert try_in(web).status_int == 302, "the account is open again, for who knows the password"


def test_a_changed_password_ends_every_session_but_the_one_that_changed_it(app: Flask) -> None:
    web, other = signed_in(app), signed_in(app)
    thief = copied(web, app)
    answer = change_password(web)
    assert answer.status_int == 303, text_of(answer)
    assert "Các phiên khác đã kết thúc" in text_of(answer.follow())
    assert not is_in(thief), "the own session goes on under another word"
    assert not is_in(other)


@pytest.mark.parametrize("change", ["grant", "end"])
def test_a_changed_role_ends_the_sessions(app: Flask, person: Maker, change: str) -> None:
    web, admin, account = signed_in(app), person("administrator", "KHOI"), account_of(app)
    if change == "grant":
        form = admin.get(f"/tai-khoan/{account.id}/vai-tro").forms["act"]
        unit = next(value for value, _, label in form["unit"].options if label.startswith("DB02-C1 "))
        admin.send(form, role="cell_secretary", unit=unit)
        assert is_in(web), "a role that waits changes nothing"
        person("administrator-2", "KHOI").decide(account.name)
    else:
        page = admin.get(f"/tai-khoan/{account.id}")
        next(form for form in page.forms.values() if form.action.endswith("/thoi")).submit()
    assert not is_in(web)


def test_an_administrator_who_changes_the_own_roles_goes_on(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    give(app, admin.id, Role.INSPECTOR, "KHOI")
    admin.sign_in()
    thief = copied(admin.web, app)
    page = admin.get(f"/tai-khoan/{admin.id}")
    ends = [form for form in page.forms.values() if form.action.endswith("/thoi")]
    assert "Đã thôi vai trò" in text_of(ends[-1].submit().follow())
    assert not is_in(thief)


def test_an_administrator_ends_all_sessions_of_somebody_else(app: Flask, person: Maker) -> None:
    first, second, admin = signed_in(app), signed_in(app), person("administrator", "KHOI")
    account = account_of(app)
    page = admin.get(f"/tai-khoan/{account.id}")
    assert "Đang mở 2 phiên" in text_of(page)
    ended = next(form for form in page.forms.values() if form.action.endswith("/phien/ket-thuc")).submit().follow()
    assert "Không có phiên nào đang mở" in text_of(ended)
    assert not is_in(first)
    assert not is_in(second)
    assert topics(app)[-1] == "sessions:ended"
    own = {"csrf_token": admin.token()}
    assert admin.web.post(f"/tai-khoan/{admin.id}/phien/ket-thuc", own, status="*").status_int == 403


def test_one_click_in_the_demo_opens_a_session_like_any_other(app: Flask, person: Maker) -> None:
    somebody = person("cell_secretary", "DB02-C3")
    assert len(rows(app)) == 1
    thief = copied(somebody.web, app)
    with app.app_context():
        other = db.session.scalars(select(Account.id).where(Account.demo_label.is_not(None))).first()
    somebody.web.post(f"/demo/dang-nhap/{other}", {"csrf_token": somebody.token()}, status=303)
    assert is_in(somebody.web)
    assert [row.account_id for row in rows(app)] == [other], "signing in as somebody else ends the session of before"
    assert not is_in(thief)


# --- who has the session sees it and ends it ---


def test_people_see_their_own_sessions_and_end_them(app: Flask) -> None:
    here, there = signed_in(app), browser(app, "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Safari/537")
    assert try_in(there).status_int == 302
    third = signed_in(app)
    page = here.get("/tai-khoan-cua-toi")
    listed = [" ".join(row.get_text(" ").split()) for row in page.html.select("table.list tbody tr")]
    assert len(listed) == 3
    assert sum("Chrome · Android" in row for row in listed) == 1
    assert sum("phiên này" in row for row in listed) == 1
    row = next(row for row in page.html.select("table.list tbody tr") if "Android" in row.get_text())
    address = row.select_one("form")["action"]
    ended = next(form for form in page.forms.values() if form.action == address).submit().follow()
    assert "Đã kết thúc phiên" in text_of(ended)
    assert not is_in(there)
    assert is_in(third)
    next(form for form in ended.forms.values() if form.action.endswith("/phien/ket-thuc")).submit()
    assert not is_in(third)
    assert is_in(here)


def test_nobody_ends_a_session_of_somebody_else(app: Flask) -> None:
    web, other = signed_in(app), signed_in(app, "cell-secretary.cb01@demo.example")
    foreign = rows(app)[-1].id
    answer = web.post(f"/tai-khoan-cua-toi/phien/{foreign}/ket-thuc", {"csrf_token": token_of(web)}, status="*")
    assert answer.status_int == 404
    assert is_in(other)


def test_the_table_opens_no_session_and_knows_no_address(app: Flask) -> None:
    web = signed_in(app)
    (row,) = rows(app)
    with app.app_context():
        held = app.session_interface.get_signing_serializer(app).loads(web.cookies["session"].strip('"'))
    assert row.key == key_of(held["_user_id"]) != held["_user_id"]
    assert set(AccountSession.__table__.columns.keys()) == {"id", "key", "account_id", "opened_at", "seen_at", "device"}
    assert row.device == "Firefox · Windows"


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/126 Chrome/120 Safari/537",
            "Cốc Cốc · Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari · iPhone"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_device_is_called_by_what_people_know(agent: str, label: str) -> None:
    assert device_of(agent) == label


# --- time ---


def test_a_session_ends_when_nobody_uses_it(app: Flask, clock: list[float]) -> None:
    web = signed_in(app)
    for _hour in range(15):
        clock[0] += 3600
        assert is_in(web), "each page is an act"
    clock[0] += 3600 * app.config["SESSION_HOURS"]
    assert not is_in(web)


def test_a_session_ends_after_days_in_any_case(app: Flask, clock: list[float]) -> None:
    web = signed_in(app)
    for _hour in range(24 * app.config["SESSION_DAYS"] - 1):
        clock[0] += 3600
        web.get("/quy-tac/lich", status="*")
    assert is_in(web)
    clock[0] += 3600
    assert not is_in(web)


def test_the_demos_clock_ends_no_session(app: Flask) -> None:
    web = signed_in(app)
    with app.app_context():
        instance.put("clock", "2023-01-01")
        db.session.commit()
    assert is_in(web)


def test_that_it_is_in_use_is_noted_every_few_minutes_after_the_answer(app: Flask, clock: list[float]) -> None:
    web = signed_in(app)
    began = rows(app)[0].seen_at
    clock[0] += 60 * app.config["SEEN_MINUTES"]
    with counted(app) as seen:
        web.get("/quy-tac")
    assert not [line for line in seen if line.startswith("UPDATE")]
    clock[0] += 1
    with counted(app) as seen:
        web.get("/quy-tac")
    asked = [line for line in seen if "account_session" in line]
    assert len(asked) == 2
    assert asked[-1].startswith("UPDATE") and seen[-1] == asked[-1], "last of all"
    assert rows(app)[0].seen_at == began + 60 * app.config["SEEN_MINUTES"] + 1


def test_who_asks_and_by_which_session_is_one_question(app: Flask, person: Maker) -> None:
    somebody = person("cell_secretary", "DB02-C3")
    somebody.get("/quy-tac")
    with counted(app) as seen:
        somebody.get("/quy-tac")
    about = [line for line in seen if " account" in line or "role_assignment" in line or "instance_value" in line]
    assert len(about) == 1, about


def test_the_worker_clears_away_what_is_over(app: Flask, clock: list[float]) -> None:
    signed_in(app)
    clock[0] += 3600 * app.config["SESSION_HOURS"] - 1
    signed_in(app)
    clock[0] += 1
    assert len(rows(app)) == 2
    assert "1 sessions cleared away." in app.test_cli_runner().invoke(args=["worker"]).output
    assert len(rows(app)) == 1


# --- what the library would do besides ---


def test_a_forged_remember_yields_no_cookie(app: Flask) -> None:
    web = browser(app)
    fields = {"csrf_token": token_of(web, "/dang-nhap"), "email": SECRETARY, "password": NEW, "remember": "y"}
    for password in (NEW, "ho-so-ket-nap-2022"):
        answer = web.post("/dang-nhap", {**fields, "password": password}, status="*")
        assert not [name for name in web.cookies if name != "session"]
        assert not [line for line in answer.headers.getall("Set-Cookie") if "Expires" in line or "Max-Age" in line]
    assert is_in(web)


def test_a_remembering_cookie_of_before_signs_nobody_in(app: Flask) -> None:
    web = browser(app)
    with app.test_request_context():
        web.set_cookie("remember_token", encode_cookie(account_of(app).fs_uniquifier))
    assert not is_in(web)


def test_no_token_is_given_and_none_is_taken(app: Flask) -> None:
    web = browser(app)
    fields = {"email": SECRETARY, "password": "ho-so-ket-nap-2022"}
    headers = {"X-CSRFToken": token_of(web, "/dang-nhap"), "Accept": "application/json"}
    for address in ("/dang-nhap", "/dang-nhap?include_auth_token"):
        answer = web.post_json(address, {**fields, "include_auth_token": True}, headers=headers, status="*")
        assert answer.status_int == 415
        assert "auth" not in answer.text
    assert not is_in(web)
    page = web.post("/dang-nhap?include_auth_token", fields, headers=headers, status=302)
    assert "authentication_token" not in page.text
    with app.test_request_context():
        forged = account_of(app).get_auth_token()
    other = browser(app)
    assert other.get(f"/tai-khoan-cua-toi?auth_token={forged}", status="*").status_int == 302
    assert other.get("/tai-khoan-cua-toi", headers={"Authentication-Token": forged}, status="*").status_int == 302


def test_the_token_of_forms_from_before_sign_in_is_replaced(app: Flask) -> None:
    web = browser(app)
    before = token_of(web, "/dang-nhap")
    assert try_in(web).status_int == 302
    answer = web.post("/tai-khoan-cua-toi/phien/ket-thuc", {"csrf_token": before}, status="*")
    assert answer.status_int == 400
    own = {"csrf_token": token_of(web)}
    assert web.post("/tai-khoan-cua-toi/phien/ket-thuc", own, status="*").status_int == 303


# --- two tabs ---


def test_a_form_sent_when_the_session_has_ended_leads_to_signing_in_and_back(app: Flask) -> None:
    web, code = signed_in(app), code_in(app, "trained", "DB02-C3")
    form = web.get(f"/ho-so/{code}/open_dossier").forms["act"]
    with app.app_context():
        db.session.execute(delete(AccountSession))
        db.session.commit()
    answer = form.submit()
    assert answer.location.endswith(f"/dang-nhap?next=/ho-so/{code}/open_dossier?ban-nhap%3D1")
    web.reset()  # the browser was shut meanwhile: there is no cookie at all
    answer = form.submit()
    assert answer.location.endswith(f"/dang-nhap?next=/ho-so/{code}/open_dossier?ban-nhap%3D1")
    back = try_in(web, address=answer.location)
    assert back.location.endswith(f"/ho-so/{code}/open_dossier?ban-nhap=1"), "filled as it was typed"
    assert back.follow().status_int == 200


def test_a_button_pressed_then_leads_back_to_its_page(app: Flask) -> None:
    web = signed_in(app)
    address, token = "/tai-khoan-cua-toi/phien/ket-thuc", token_of(web)
    with app.app_context():
        db.session.execute(delete(AccountSession))
        db.session.commit()
    for came, leads in (
        ("http://localhost/ho-so?state=trained", "/dang-nhap?next=/ho-so?state%3Dtrained"),
        ("http://evil.example/ho-so", "/dang-nhap"),
    ):
        answer = web.post(address, {"csrf_token": token}, headers={"Referer": came}, status=302)
        assert answer.location.endswith(leads), answer.location


def test_signing_in_on_a_second_tab_lets_the_first_go_on(app: Flask) -> None:
    web = browser(app)
    first, second = sign_in_form(web), sign_in_form(web, "/dang-nhap?next=/ho-so")
    for form in (first, second):
        form["email"], form["password"] = SECRETARY, "ho-so-ket-nap-2022"
    assert first.submit().location == "/"
    assert second.submit().location.endswith("/ho-so"), "it is signed in: nothing to complain about"
    assert is_in(web)
    with app.app_context():
        db.session.execute(delete(AccountSession))
        db.session.commit()
    assert not is_in(web)
    assert try_in(web).status_int == 302, "on a second tab"
    assert web.get("/ho-so").status_int == 200, "on the first"


def test_a_sign_in_page_left_open_too_long_says_so(app: Flask) -> None:
    web = browser(app)
    form = sign_in_form(web, "/dang-nhap?next=/ho-so")
    web.reset()
    answer = form.submit()
    assert answer.location.endswith("/dang-nhap?next=/ho-so")
    assert "hãy nhập lại" in text_of(answer.follow())


def test_who_lost_every_role_can_still_sign_out_and_change_the_password(app: Flask, person: Maker) -> None:
    admin, account = person("administrator", "KHOI"), account_of(app)
    page = admin.get(f"/tai-khoan/{account.id}")
    next(form for form in page.forms.values() if form.action.endswith("/thoi")).submit()
    web = signed_in(app)
    assert web.get("/viec-cua-toi", status="*").status_int == 403
    assert change_password(web).status_int == 303
    sign_out(web)
    assert not is_in(web)


def test_no_session_begins_when_the_account_is_shut_after_the_password_was_looked_at(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, account = browser(app), account_of(app)

    def shut(_agent: str) -> str:
        with app.app_context():
            db.session.execute(update(Account).where(Account.id == account.id).values(active=False))
            db.session.commit()
        return ""

    monkeypatch.setattr("dossiers.accounts.sessions.device_of", shut)
    try_in(web)
    assert rows(app) == []
    assert not is_in(web)
