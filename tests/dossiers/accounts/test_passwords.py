"""Passwords: one's own changed, a one-time one given, and how often one may be tried."""

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dossiers.accounts import passwords
from dossiers.accounts.models import SignInTry
from dossiers.extensions import db
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent
from tests.dossiers.accounts.web import (
    NEW,
    SECRETARY,
    account_of,
    browser,
    change_password,
    is_in,
    signed_in,
    token_of,
    try_in,
)
from tests.people import Person, text_of

Maker = Callable[..., Person]


def last_of_the_office(app: Flask) -> tuple[str, int | None, dict[str, str]]:
    with app.app_context():
        event = db.session.scalars(select(OfficeEvent).order_by(OfficeEvent.seq.desc())).first()
        assert event
        return event.topic, event.actor_id, office.readable(event.body)


# --- one's own ---


def test_people_change_their_own_password(app: Flask) -> None:
    web, account = signed_in(app), account_of(app)
    assert change_password(web).location.endswith("/tai-khoan-cua-toi")
    assert last_of_the_office(app) == ("password:changed", account.id, {"account": str(account.id)})
    assert try_in(browser(app)).status_int == 200, "the old one is over"
    assert try_in(browser(app), password=NEW).status_int == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "says"),
    [
        ("không phải mật khẩu", NEW, NEW, "Mật khẩu hiện tại không đúng"),
        ("ho-so-ket-nap-2022", "ngắn quá", "ngắn quá", "cần ít nhất 10 ký tự"),
        ("ho-so-ket-nap-2022", NEW, f"{NEW}!", "không giống nhau"),
        ("ho-so-ket-nap-2022", "ho-so-ket-nap-2022", "ho-so-ket-nap-2022", "phải khác"),
        ("ho-so-ket-nap-2022", "1234567890", "1234567890", "dễ đoán"),
        ("ho-so-ket-nap-2022", "x" * 129, "x" * 129, "dài nhất 128 ký tự"),
        ("ho-so-ket-nap-2022", "", "", "Vui lòng nhập mục này"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_changes(
    app: Flask, old: str, new: str, again: str, says: str
) -> None:
    web = signed_in(app)
    before = account_of(app).password
    answer = change_password(web, new, old, again)
    assert answer.status_int == 422
    assert says in text_of(answer)
    assert NEW not in answer.text and old not in answer.text, "no page repeats a password"
    assert account_of(app).password == before


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("Nguyễn Văn An 1990", False),
        ("nguyenvanan-1234", False),
        ("an.nguyen@co-quan", False),
        ("matkhau123456", False),
        ("aaaaaaaaaaaaaa", False),
        ("qwertyuiop1234", False),
        ("9876543210", False),
        ("con trâu đi trước cái cày", True),
        ("k7mx-93vd-q2hf-trzb", True),
        ("8402917365", True),
        ("Mưa rơi ba ngày", True),
    ],
)
def test_what_is_guessed_first_does_not_count(app: Flask, password: str, fits: bool) -> None:
    with app.test_request_context():
        fault = passwords.fault_of(password, "an.nguyen@co-quan.example", "Nguyễn Văn An")
        assert (fault is None) is fits, fault


def test_letters_count_as_people_count_them(app: Flask) -> None:
    """“ế” is one letter, however it is put together."""
    with app.test_request_context():
        for form in ("NFC", "NFD", "NFKD"):
            assert "ít nhất" in str(passwords.fault_of(unicodedata.normalize(form, "ếộữằỗẩợịẽ"), "a@b.example", "An"))


def test_how_long_it_must_be_is_a_setting(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PASSWORD_LENGTH", 30)
    web = signed_in(app)
    assert "Ít nhất 30 ký tự" in text_of(web.get("/tai-khoan-cua-toi"))
    assert "cần ít nhất 30 ký tự" in text_of(change_password(web))


def test_guessing_the_old_password_is_throttled(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SIGN_IN_TRIES", 5)
    web = signed_in(app)
    statuses = [change_password(web, old=f"thử lần {n}").status_int for n in range(5)]
    assert statuses == [422, 422, 422, 422, 429], "signing in was the first try"


# --- given by an administrator ---


def give(app: Flask, person: Maker) -> str:
    admin = person("administrator", "KHOI")
    answer = admin.get(f"/tai-khoan/{account_of(app).id}/mat-khau").forms["act"].submit()
    assert answer.status_int == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return str(answer.html.select_one("#one-time").get_text())


def test_a_one_time_password_is_shown_once_and_changed_at_first_use(app: Flask, person: Maker) -> None:
    web = signed_in(app)
    password = give(app, person)
    assert not is_in(web)
    assert try_in(web).status_int == 200, "the password of before is over"
    assert try_in(web, password=password, address="/dang-nhap?next=/ho-so").location.endswith("/ho-so")
    for address in ("/ho-so", "/viec-cua-toi", "/", "/quy-tac", "/don-vi"):
        answer = web.get(address, status="*")
        assert answer.status_int == 303, address
        assert answer.location.endswith("/tai-khoan-cua-toi")
    page = web.get("/tai-khoan-cua-toi")
    assert not page.html.select(".menu a")
    assert "chỉ dùng để vào lần đầu" in text_of(page)
    form = {"csrf_token": page.html.select_one("input[name=csrf_token]")["value"]}
    sent = web.post("/ho-so/moi", form, status="*")
    assert sent.location.endswith("/tai-khoan-cua-toi"), "forms do not go through either"
    assert "phải khác" in text_of(change_password(web, password, password))
    assert change_password(web, NEW, password).status_int == 303
    assert web.get("/ho-so").status_int == 200
    assert try_in(browser(app), password=password).status_int == 200, "it was good once"
    assert try_in(browser(app), password=NEW).status_int == 302


def test_no_log_and_no_address_holds_it(app: Flask, person: Maker, quiet_logs: list[dict[str, Any]]) -> None:
    admin = person("administrator", "KHOI")
    password = give(app, person)
    account = account_of(app)
    assert last_of_the_office(app) == ("password:given", admin.id, {"account": str(account.id)})
    with app.app_context():
        assert all(password not in body for body in db.session.scalars(select(OfficeEvent.body)))
    assert password not in json.dumps(quiet_logs, default=str)
    assert not any(password in value for value in admin.web.cookies.values())
    page = admin.get(f"/tai-khoan/{account.id}")
    assert password not in page.text
    assert "chưa đổi" in text_of(page)
    assert "Đặt mật khẩu dùng một lần" in text_of(person("inspector", "KHOI").get("/nhat-ky/quan-tri"))


def test_two_are_never_the_same(app: Flask, person: Maker) -> None:
    first = give(app, person)
    assert give(app, person) != first
    assert try_in(browser(app), password=first).status_int == 200


def test_it_is_good_for_a_while_only(app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    password = give(app, person)
    until = account_of(app).password_until
    assert until
    monkeypatch.setattr("dossiers.accounts.sessions.time", lambda: float(until))
    answer = try_in(browser(app), password=password)
    assert "đã hết hạn" in text_of(answer)
    wrong = try_in(browser(app), password="không phải mật khẩu")
    assert "không đúng" in text_of(wrong), "that it is over is said to who has it"


def test_nobody_gives_it_to_the_own_account_or_without_the_role(app: Flask, person: Maker) -> None:
    admin, secretary = person("administrator", "KHOI"), person("cell_secretary", "DB02-C3")
    for method in ("get", "post"):
        fields = {"csrf_token": admin.token()} if method == "post" else {}
        assert getattr(admin.web, method)(f"/tai-khoan/{admin.id}/mat-khau", fields, status="*").status_int == 403
        fields = {"csrf_token": secretary.token()} if method == "post" else {}
        assert getattr(secretary.web, method)(f"/tai-khoan/{admin.id}/mat-khau", fields, status="*").status_int == 403


def test_an_administrator_who_forgot_the_own_gets_one_from_the_command_line(app: Flask) -> None:
    email = "administrator.khoi@demo.example"
    done = app.test_cli_runner().invoke(args=["accounts", "one-time-password", "--email", email.upper()])
    assert done.exit_code == 0
    web = browser(app)
    assert try_in(web, email, done.output.strip()).status_int == 302
    assert web.get("/tai-khoan", status="*").status_int == 303
    unknown = app.test_cli_runner().invoke(args=["accounts", "one-time-password", "--email", "x@y.example"])
    assert (unknown.exit_code, unknown.output.count("\n")) == (2, 1)


# --- how often ---


def spellings(name: str) -> list[str]:
    """The same address as people, and programs, can write it."""
    return [
        f"{name}@demo.example",
        f"{name}@demo.example".upper(),
        f"  {name}@demo.example ",
        f"{name}@ｄｅｍｏ.example",
        "".join(chr(ord(char) + 0xFEE0) if char.isalpha() else char for char in f"{name}@demo.example"),
        f"{name}＠demo.example",
        f"{name}@𝐝𝐞𝐦𝐨.example",
        f"{name}@demo。example",
    ]


@pytest.mark.parametrize("name", ["cell-secretary.db02-c3", "khong-ai.db02-c3"])
def test_every_spelling_of_a_name_is_the_same_name(app: Flask, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(app.config, "SIGN_IN_TRIES", 4)
    monkeypatch.setattr("dossiers.accounts.throttle.time", lambda: 1_790_000_000.0)
    statuses = [try_in(browser(app), one, "không phải mật khẩu").status_int for one in spellings(name)]
    assert statuses == [200] * 4 + [429] * 4


def test_every_spelling_signs_in(app: Flask) -> None:
    for spelling in spellings("cell-secretary.db02-c3"):
        assert try_in(browser(app), spelling).status_int == 302, spelling


def test_what_is_sent_as_json_is_neither_looked_at_nor_counted_for_others(app: Flask) -> None:
    web = browser(app)
    headers = {"X-CSRFToken": token_of(web, "/dang-nhap")}
    for n in range(3):
        answer = web.post_json("/dang-nhap", {"email": SECRETARY, "password": f"{n}"}, headers=headers, status="*")
        assert answer.status_int == 415
    with app.app_context():
        assert db.session.scalars(select(SignInTry)).all() == []
