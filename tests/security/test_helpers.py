"""A helping member sees the people helped, nobody else: on every page, in every act (domain.md §2)."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update

from dossiers.accounts.models import Account
from dossiers.casework.models import Dossier
from dossiers.extensions import db
from dossiers.people.models import Companion, Person
from dossiers.units.models import BodyMember, Unit
from tests import people
from tests.people import code_in, text_of
from tests.security.test_matrix import fillings

Maker = Callable[..., people.Person]
CELL = "DB02-C3"
HELPER = "cell_member_helper"


def in_cell(app: Flask) -> tuple[dict[str, str], dict[str, str]]:
    """The dossiers of the cell, by code with the name: those under way whom the helper helps; the rest."""
    with app.app_context():
        mine = select(Companion.dossier_id).where(
            Companion.kind == "helper",
            Companion.ref.in_(
                [
                    f"m{seat}"
                    for seat in db.session.scalars(
                        select(BodyMember.id)
                        .join(Account, Account.person_id == BodyMember.person_id)
                        .where(Account.email == "cell-member-helper.db02-c3@demo.example")
                    )
                ]
            ),
        )
        rows = db.session.execute(
            select(Dossier.code, Person.full_name, Dossier.id.in_(mine), Dossier.turn)
            .join(Person, Person.id == Dossier.person_id)
            .join(Unit, Unit.id == Dossier.unit_id)
            .where(Unit.code == CELL)
        ).all()
    helped = {code: name for code, name, is_mine, turn in rows if is_mine and turn}
    return helped, {code: name for code, name, _mine, _turn in rows if code not in helped}


def test_every_address_of_a_dossier_is_open_for_those_helped_and_shut_for_the_rest(app: Flask, person: Maker) -> None:
    helper = person(HELPER, CELL)
    helped, others = in_cell(app)
    assert len(helped) > 2 and len(others) > 10
    opened = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.rule.startswith("/ho-so/<code>"):
            continue
        for path in fillings(rule, [*others], []):
            assert helper.web.get(path, expect_errors=True).status_int in (403, 404), path
        for path in fillings(rule, [*helped], []):
            opened += helper.web.get(path, expect_errors=True).status_int == 200
    assert opened > 20


def test_no_other_page_names_anybody_else_of_the_cell(app: Flask, person: Maker) -> None:
    helper = person(HELPER, CELL)
    _helped, others = in_cell(app)
    looked = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith("/ho-so/<code>") or rule.endpoint == "static":
            continue
        for path in fillings(rule, [*others], [CELL]):
            answer = helper.web.get(path, expect_errors=True)
            looked += answer.status_int == 200
            told = [word for pair in others.items() for word in pair if re.search(rf"\b{word}\b", answer.text)]
            assert told == [], path
    assert looked > 5


def test_the_first_page_shows_those_helped(app: Flask, person: Maker) -> None:
    helper = person(HELPER, CELL)
    page = helper.get("/viec-cua-toi")
    helped, _others = in_cell(app)
    assert {link["href"].rsplit("/", 1)[1] for link in page.html.select("table.dossiers a.name")} == set(helped)
    assert page.html.select("form.find") == []
    for path in ("/ho-so", "/tim?q=nguyen", "/sau-ket-nap", "/sau-ket-nap/bang", "/nguon"):
        helper.get(path, status=403)


def test_nothing_is_sent_for_anybody_else(app: Flask, person: Maker) -> None:
    helper = person(HELPER, CELL)
    _helped, others = in_cell(app)
    code = next(code for code in others if code == code_in(app, "probationary", CELL, skip=1))
    fields = {
        "csrf_token": helper.token(),
        "happened_on": "27/07/2022",
        "quarter": "1",
        "ground": "helper",
        "quality": "x",
    }
    helper.web.post(f"/ho-so/{code}/remark_quarter", fields, status=404)
    helper.web.post(f"/ho-so/{code}/record_month", fields, status=404)


@pytest.mark.parametrize("how", ["another", "left", "seat_of_nobody"])
def test_who_helps_no_more_sees_nothing_more(app: Flask, person: Maker, how: str) -> None:
    helper, secretary = person(HELPER, CELL), person("cell_secretary", CELL)
    code = code_in(app, "probationary", CELL)
    helper.get(f"/ho-so/{code}")
    if how == "another":
        form = secretary.form(code, "assign_helper")
        field = next(name for name in form.fields if name and name.endswith("-member"))
        mine = helper.name
        other = next(value for value, _chosen, label in form[field].options if value and label != mine)
        assert secretary.send(form, **{field: other}).status_int == 303
    elif how == "left":
        secretary.act(code, "helper_leaves", reason="Chuyển công tác.")
    else:
        with app.app_context():
            db.session.execute(update(Account).where(Account.id == helper.id).values(person_id=None))
            db.session.commit()
    helper.get(f"/ho-so/{code}", status=404)
    helper.get(f"/ho-so/{code}/nam-du-bi", status=404)
    first = text_of(helper.get("/viec-cua-toi"))
    assert code not in first
    assert ("Chưa được phân công giúp đỡ ai" in first) is (how == "seat_of_nobody")


def test_a_helper_who_comes_back_sees_again(app: Flask, person: Maker) -> None:
    helper, secretary = person(HELPER, CELL), person("cell_secretary", CELL)
    code = code_in(app, "probationary", CELL)
    secretary.act(code, "helper_leaves", reason="Đi học.", happened_on="01/07/2022")
    helper.get(f"/ho-so/{code}", status=404)
    form = secretary.form(code, "assign_helper")
    field = next(name for name in form.fields if name and name.endswith("-member"))
    mine = next(value for value, _chosen, label in form[field].options if label == helper.name)
    assert secretary.send(form, **{field: mine}).status_int == 303
    helper.get(f"/ho-so/{code}")
    assert date(2022, 7, 27).strftime("%d/%m/%Y") in text_of(helper.get(f"/ho-so/{code}/nam-du-bi"))
