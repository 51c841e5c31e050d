"""People of the demo who press buttons: they see pages, fill forms in and send them."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from webtest import TestApp
from webtest.response import TestResponse

from dossiers import clock
from dossiers.accounts import services as accounts
from dossiers.accounts.models import Account
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import db, write_transaction
from dossiers.rules import instance
from dossiers.units.models import Unit
from workflow.roles import Role
from workflow.triggers import TRIGGERS


class Person:
    """Somebody signed in. Forms are fetched before they are sent, as a browser does."""

    def __init__(self, app: Flask, role: str, unit: str, language: str = "vi") -> None:
        self.app = app
        self.web = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        email = f"{role.replace('_', '-')}.{unit.lower()}@demo.example"
        with app.app_context():
            account = db.session.scalars(select(Account).where(Account.email == email)).one()
            self.id, self.name = account.id, account.name
        self.sign_in()
        if language != "vi":
            self.language(language)

    def sign_in(self) -> None:
        """Sign in with one click, also when the session of before has ended."""
        page = self.web.get("/dang-nhap")
        token = page.html.select_one("input[name=csrf_token]")["value"]
        with self.app.app_context():
            account = db.session.get_one(Account, self.id)
            label, account.demo_label = account.demo_label, "test"
            db.session.commit()
        self.web.post(f"/demo/dang-nhap/{self.id}", {"csrf_token": token}, status=303)
        with self.app.app_context():
            db.session.get_one(Account, self.id).demo_label = label
            db.session.commit()

    def token(self) -> str:
        """A CSRF token of this session."""
        return str(self.web.get("/quy-tac").html.select_one("input[name=csrf_token]")["value"])

    def language(self, code: str) -> None:
        """Switch the language."""
        self.web.post(f"/ngon-ngu/{code}", {"csrf_token": self.token()}, status=303)

    def get(self, url: str, status: int = 200) -> TestResponse:
        """Open a page."""
        return self.web.get(url, status=status)

    def pages(self, url: str | None) -> Iterator[TestResponse]:
        """A page of a list, and all that follow it, by the link to the next one."""
        while url:
            page = self.get(url)
            yield page
            link = page.html.select_one("a[rel=next]")
            url = link["href"] if link else None

    def read_on(self, url: str, selector: str) -> list[str]:
        """What the links of a list say, on all its pages."""
        return [link.get_text().strip() for page in self.pages(url) for link in page.html.select(selector)]

    def form(self, code: str, trigger: str) -> Any:
        """The form of an act."""
        return self.get(f"/ho-so/{code}/{trigger}").forms["act"]

    def send(self, form: Any, **fields: Any) -> TestResponse:
        """Fill a form in and send it; whatever comes back."""
        for name, value in fields.items():
            if isinstance(value, bool):
                form[name].checked = value
            elif name in form.fields and form[name].tag == "select" and value == "first":
                form[name].select(form[name].options[1][0])
            else:
                form[name] = value
        answer = form.submit(expect_errors=True)
        if answer.status_int == 200 and answer.html.select_one("#act button.final"):
            return self._confirmed(answer)
        return answer

    def _confirmed(self, told: TestResponse) -> TestResponse:
        """A final act says first what it will do, and asks once."""
        return told.forms["act"].submit("confirmed", expect_errors=True)

    def act(self, code: str, trigger: str, **fields: Any) -> TestResponse:
        """Do an act through its page: the dossier's page that follows. Fails when it was not done."""
        answer = self.send(self.form(code, trigger), **fields)
        assert answer.status_int == 303, text_of(answer)
        page = answer.follow()
        assert TRIGGERS[trigger].label.vi in text_of(page) or TRIGGERS[trigger].label.en in text_of(page)
        return page

    def decide(self, name: str, how: str = "dong-y") -> TestResponse:
        """Confirm (or refuse: tu-choi) the role that was asked for somebody, on the page of roles; the page after."""
        page = self.get("/vai-tro")
        row = next(row for row in page.html.select("tbody tr") if name in row.get_text() and row.select("form"))
        action = next(form["action"] for form in row.select("form") if form["action"].endswith(how))
        return next(form for form in page.forms.values() if form.action == action).submit().follow()

    def everybody(self, code: str, trigger: str) -> str:
        """How many may vote, as the form of the act says."""
        found = re.search(r"danh sách hiện có (\d+) người", text_of(self.get(f"/ho-so/{code}/{trigger}")))
        assert found
        return found.group(1)

    def refused(self, code: str, trigger: str, **fields: Any) -> str:
        """Try an act that must not be done: the text of the page that says why."""
        before = snapshot(self.app, code)
        answer = self.send(self.form(code, trigger), **fields)
        assert answer.status_int in (409, 422), (answer.status_int, text_of(answer))
        assert snapshot(self.app, code) == before, "a refused act changed the dossier"
        return text_of(answer)


def text_of(page: TestResponse) -> str:
    """What a person reads on the main part of a page."""
    main = page.html.select_one("main")
    return " ".join(main.get_text(" ").split()) if main else page.text


def snapshot(app: Flask, code: str) -> tuple[Any, ...]:
    """All that an act would change of a dossier."""
    with app.app_context():
        row = db.session.execute(
            select(Dossier.version, Dossier.state, Dossier.facts, Dossier.head_hash).where(Dossier.code == code)
        ).one()
        return tuple(row)


def code_in(app: Flask, state: str, unit: str | None = None, skip: int = 0, **where: Any) -> str:
    """The code of a dossier of the demo in a state, within a unit."""
    with app.app_context():
        query = select(Dossier.code).where(Dossier.state == state).order_by(Dossier.id)
        if unit is not None:
            query = query.join(Scope, Scope.dossier_id == Dossier.id).join(Unit, Unit.id == Scope.ancestor_id)
            query = query.where(Unit.code == unit)
        for name, value in where.items():
            query = query.where(getattr(Dossier, name) == value)
        return str(db.session.scalars(query.offset(skip).limit(1)).one())


def dossier(app: Flask, code: str) -> Dossier:
    """A dossier's row, detached."""
    with app.app_context():
        found = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        db.session.expunge(found)
        return found


def unit_of(app: Flask, code: str) -> str:
    """The code of the cell a dossier belongs to."""
    with app.app_context():
        query = select(Unit.code).join(Dossier, Dossier.unit_id == Unit.id).where(Dossier.code == code)
        return str(db.session.scalars(query).one())


def names_on(page: object) -> list[str]:
    """The names in a list, from the top."""
    return [link.get_text() for link in page.html.select("table.list a.name")]  # type: ignore[attr-defined] # WebTest parses it


def set_clock(app: Flask, day: date) -> None:
    """Turn the clock of the demo to a day."""
    with app.app_context():
        instance.put("clock", day.isoformat())
        db.session.commit()


def give(app: Flask, account_id: int, role: Role, unit: str) -> None:
    """A role in force, as from the machine."""
    with app.app_context(), write_transaction():
        found = db.session.scalars(select(Unit).where(Unit.code == unit)).one()
        account = db.session.get_one(Account, account_id)
        accounts.grant_on_the_machine(account, role, found, clock.today() - timedelta(days=1))
