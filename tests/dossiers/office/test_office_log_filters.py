"""The log of administration is narrowed by who, what, where and when."""

from collections.abc import Callable
from datetime import date, datetime, time
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from dossiers import clock
from dossiers.accounts.models import Account
from dossiers.extensions import db, write_transaction
from dossiers.office import services as office
from dossiers.units.models import Unit
from tests.people import Person, give, text_of
from workflow.roles import Role

Maker = Callable[..., Person]
ADDRESS = "/nhat-ky/quan-tri"


@pytest.fixture
def names(app: Flask, person: Maker) -> tuple[str, str]:
    """Two people gave quotas to units on the days around 29 February; their names."""
    first, second = person("upper_officer", "KHOI").name, person("committee_officer", "DB02").name
    with app.app_context():
        units = dict(db.session.execute(select(Unit.code, Unit.id)).tuples().all())
        for amount, day, name, unit in (
            (9001, date(2028, 2, 28), first, "DB02"), (9002, date(2028, 2, 29), second, "DB02"),
            (9003, date(2028, 3, 1), first, "DB05"),
        ):  # fmt: skip
            account = db.session.scalars(select(Account.id).where(Account.name == name)).first()
            late = datetime.combine(day, time(23, 59), clock.VIETNAM)
            with clock.at(late), write_transaction():
                office.record("quota:given", units[unit], account, year=2028, amount=amount)
    return first, second


def given(inspector: Person, **asked: str) -> list[int]:
    """Which of these quotas the page tells, in its order."""
    told = text_of(inspector.get(f"{ADDRESS}?{urlencode(asked)}"))
    found = sorted((told.index(str(amount)), amount) for amount in (9001, 9002, 9003) if str(amount) in told)
    return [amount for _at, amount in found]


def test_by_who_what_where_and_when(person: Maker, names: tuple[str, str]) -> None:
    inspector = person("inspector", "KHOI")
    assert given(inspector) == [9003, 9002, 9001]
    assert given(inspector, who=names[1]) == [9002]
    assert given(inspector, topic="quota:given") == [9003, 9002, 9001]
    assert given(inspector, topic="class:opened") == []
    assert given(inspector, unit="db02") == [9002, 9001]
    assert given(inspector, since="29/02/2028") == [9003, 9002]
    assert given(inspector, until="29/02/2028") == [9002, 9001]
    assert given(inspector, since="29/02/2028", until="29/02/2028") == [9002]
    assert given(inspector, who=names[0], topic="quota:given", unit="DB05", since="01/03/2028") == [9003]


@pytest.mark.parametrize(
    "asked", [{"who": "Không Ai Cả"}, {"unit": "XX99"}, {"topic": "meeting:closed", "since": "01/01/2030"}]
)
def test_where_nothing_is_found_it_says_so(person: Maker, names: tuple[str, str], asked: dict[str, str]) -> None:
    page = person("inspector", "KHOI").get(f"{ADDRESS}?{urlencode(asked)}")
    assert "Không có việc nào như vậy" in text_of(page)
    assert page.html.select("table.list") == []


def test_a_day_that_is_none_is_said_at_its_field_and_the_rest_is_kept(person: Maker, names: tuple[str, str]) -> None:
    asked = urlencode({"since": "30/02/2028", "topic": "quota:given", "who": names[0]})
    page = person("inspector", "KHOI").get(f"{ADDRESS}?{asked}", status=422)
    form = next(f for f in page.forms.values() if "topic" in f.fields)
    assert (form["since"].value, form["topic"].value, form["who"].value) == ("30/02/2028", "quota:given", names[0])
    assert page.html.select_one(".field.bad #since") is not None


def test_the_next_page_is_narrowed_too(app: Flask, person: Maker, names: tuple[str, str]) -> None:
    app.config["PAGE_SIZE"] = 1
    asked = {"topic": "quota:given", "unit": "DB02", "since": "28/02/2028"}
    pages = list(person("inspector", "KHOI").pages(f"{ADDRESS}?{urlencode(asked)}"))
    found = [page.html.select_one("main tbody").get_text(" ", strip=True) for page in pages]
    for page in pages[1:]:
        assert set(page.request.GET) == {*asked, "before"}
    assert ["9002" in found[0], "9001" in found[1], len(found)] == [True, True, 2]


def test_who_inspects_a_unit_finds_nothing_of_another(app: Flask, person: Maker, names: tuple[str, str]) -> None:
    within = person("youth_officer", "DB02-DTN")
    give(app, within.id, Role.INSPECTOR, "DB02")
    within.sign_in()
    assert given(within) == [9002, 9001]
    assert given(within, unit="DB05") == given(within, since="01/03/2028") == []


def test_what_was_looked_for_is_itself_told_without_the_name(person: Maker, names: tuple[str, str]) -> None:
    inspector = person("inspector", "KHOI")
    inspector.get(f"{ADDRESS}?{urlencode({'who': names[0], 'topic': 'quota:given', 'unit': 'DB02'})}")
    lines = [row.get_text(" ", strip=True) for row in inspector.get("/nhat-ky/xem").html.select("main tbody tr")]
    (line,) = [line for line in lines if "Giao chỉ tiêu" in line]
    assert "Nhật ký quản trị" in line
    assert "DB02" in line
    assert names[0] not in line
