"""Browsers of people who sign in with address and password."""

from typing import Any

from flask import Flask
from sqlalchemy import select
from webtest import TestApp

from dossiers.accounts.models import Account
from dossiers.demo.load import DEMO_PASSWORD
from dossiers.extensions import db

SECRETARY = "cell-secretary.db02-c3@demo.example"
NEW = "một câu dài dễ nhớ 27"


def browser(app: Flask, agent: str = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/128.0") -> TestApp:
    """A browser of its own."""
    return TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": agent})


def sign_in_form(web: TestApp, address: str = "/dang-nhap") -> Any:
    """The form with address and password."""
    return next(form for form in web.get(address).forms.values() if "password" in form.fields)


def try_in(web: TestApp, email: str = SECRETARY, password: str = DEMO_PASSWORD, address: str = "/dang-nhap") -> Any:
    """Try to sign in; whatever comes back."""
    form = sign_in_form(web, address)
    form["email"], form["password"] = email, password
    return form.submit(expect_errors=True)


def signed_in(app: Flask, email: str = SECRETARY, password: str = DEMO_PASSWORD) -> TestApp:
    """A browser with somebody signed in."""
    web = browser(app)
    assert try_in(web, email, password).status_int == 302
    assert is_in(web)
    return web


def is_in(web: TestApp) -> bool:
    """Whether the browser is signed in."""
    answer = web.get("/tai-khoan-cua-toi", status="*")
    assert answer.status_int in (200, 302)
    return bool(answer.status_int == 200)


def copied(web: TestApp, app: Flask) -> TestApp:
    """Another browser with a copy of everything the first one keeps."""
    thief = browser(app)
    for name, value in web.cookies.items():
        thief.set_cookie(name, value.strip('"'))
    return thief


def token_of(web: TestApp, address: str = "/tai-khoan-cua-toi") -> str:
    """The token of a page's forms."""
    return str(web.get(address).html.select_one("input[name=csrf_token]")["value"])


def account_of(app: Flask, email: str = SECRETARY) -> Account:
    """An account as it stands."""
    with app.app_context():
        found = db.session.scalars(select(Account).where(Account.email == email)).one()
        db.session.expunge(found)
        return found


def change_password(web: TestApp, new: str = NEW, old: str = DEMO_PASSWORD, again: str | None = None) -> Any:
    """Send the form that changes the own password; whatever comes back."""
    form = web.get("/tai-khoan-cua-toi").forms["act"]
    form["old"], form["new"], form["again"] = old, new, new if again is None else again
    return form.submit(expect_errors=True)
