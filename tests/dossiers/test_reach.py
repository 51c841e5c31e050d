"""Every page of a dossier, asked by every role about dossiers of the own, a sibling, a parent and a foreign unit.

The declared answer comes from the unit tree alone, not from the tables that lists read.
"""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from dossiers.casework.models import Dossier
from dossiers.extensions import db
from dossiers.security import PERMISSIONS, permission_of
from dossiers.units.models import Unit
from tests.dossiers.test_access import EVERYBODY
from tests.people import Person
from workflow.roles import Role

Maker = Callable[..., Person]
PLACES = ("DB02-C3", "DB02-C1", "DB04", "DB03", "CB01", "DB05")


def dossiers_of_each_relation(app: Flask) -> dict[str, str]:
    """A dossier (by code) of each place: the long road's cell, its sibling, and other organisations."""
    found = {}
    with app.app_context():
        parents = dict(db.session.execute(select(Unit.id, Unit.parent_id)).all())
        codes = dict(db.session.execute(select(Unit.id, Unit.code)).all())
        for row in db.session.execute(select(Dossier.code, Dossier.unit_id).where(Dossier.state != "enrolled")):
            above: int | None = row.unit_id
            while above is not None:
                found.setdefault(codes[above], row.code)
                above = parents[above]
    return {place: found[place] for place in PLACES}


def within(app: Flask, code: str, unit: str) -> bool:
    """Whether the tree gives a unit reach over a dossier: it lies above it, or it is the union that nominates it."""
    with app.app_context():
        row = db.session.execute(select(Dossier.unit_id, Dossier.nominator_id).where(Dossier.code == code)).one()
        tree = {u.id: u for u in db.session.scalars(select(Unit))}
        chain, above = set(), tree.get(row.unit_id)
        while above is not None:
            chain.add(above.code)
            above = tree.get(above.parent_id) if above.parent_id else None
        nominator = tree[row.nominator_id].code if row.nominator_id else None
        return unit in chain or unit == nominator


@pytest.mark.parametrize(("role", "unit"), EVERYBODY)
def test_each_page_of_a_dossier_answers_as_the_tree_declares(app: Flask, person: Maker, role: str, unit: str) -> None:
    someone = person(role, unit)
    pages = [
        (rule.rule, permission_of(app, rule.endpoint))
        for rule in app.url_map.iter_rules()
        if "<code>" in rule.rule and rule.rule.startswith("/ho-so/") and "GET" in (rule.methods or ())
    ]
    assert len(pages) > 40
    for place, code in dossiers_of_each_relation(app).items():
        reach = within(app, code, unit)
        for rule, permission in pages:
            roles = PERMISSIONS[permission or ""]
            assert roles is not None
            address = rule.replace("<code>", code).replace("<form>.<any(pdf, docx):suffix>", "9-KN%C4%90.pdf")
            address = re.sub(r"<int:[^>]+>", "1", address)
            address = re.sub(r"<any\(pdf, docx\):[^>]+>", "pdf", address)
            status = someone.get(address, status="*").status_int
            if Role(role) not in roles:
                assert status == 403, (place, rule)
            elif not reach:
                assert status == 404, (place, rule)
            else:
                nothing_there = status == 404 and "<int:" in rule  # the dossier has no such scan
                led_back = status == 303 and rule.endswith(
                    (".zip", ".pdf")
                )  # not all of it is there: the page says what
                assert status in (200, 403, 409) or nothing_there or led_back, (place, rule, status)


@pytest.mark.parametrize(("role", "unit"), EVERYBODY)
def test_each_units_page_answers_as_the_tree_declares(app: Flask, person: Maker, role: str, unit: str) -> None:
    someone = person(role, unit)
    with app.app_context():
        tree = {u.id: u for u in db.session.scalars(select(Unit))}
    for other in list(tree.values())[::7]:
        chain, above = set(), tree.get(other.id)
        while above is not None:
            chain.add(above.code)
            above = tree.get(above.parent_id) if above.parent_id else None
        assert someone.get(f"/don-vi/{other.code}", status="*").status_int == (200 if unit in chain else 404), (
            other.code
        )
