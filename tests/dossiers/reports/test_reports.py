"""Reports: every figure is that of the list behind it, at each level of the tree; counts are checked and mended."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from dossiers import create_app
from dossiers.extensions import db
from dossiers.quotas import views as quotas_views
from dossiers.reports import services
from dossiers.units import services as units
from dossiers.units import tree
from dossiers.units.models import Unit
from tests.people import Person, code_in, text_of
from workflow.route import UnitKind

Maker = Callable[..., Person]


def listed(someone: Person, address: str) -> int:
    """How many dossiers a list holds, all its pages together."""
    found = 0
    while True:
        page = someone.get(address)
        found += len(page.html.select("table.list a.name"))
        further = page.html.select_one("a[rel=next]")
        if further is None:
            return found
        address = further["href"]


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        ("upper_officer", "KHOI"), ("committee_officer", "DB02"), ("section_officer", "DB02-S1"),
        ("cell_secretary", "DB02-C3"), ("cell_secretary", "CB01"), ("youth_officer", "DB02-DTN"),
    ],
)  # fmt: skip
def test_every_figure_is_that_of_the_list_behind_it(app: Flask, person: Maker, role: str, unit: str) -> None:
    someone = person(role, unit)
    page = someone.get("/bao-cao")
    figures = [
        (link["href"], int(link.text))
        for link in page.html.select("main td a")
        if link["href"].startswith("/ho-so?") and link.text.strip().isdigit()
    ]
    assert len(figures) > 2
    for address, figure in figures:
        assert listed(someone, address) == figure, address


def test_the_report_follows_an_act_at_once(app: Flask, person: Maker) -> None:
    secretary, upper = person("cell_secretary", "DB02-C3"), person("upper_officer", "KHOI")

    def applying() -> int:
        link = upper.get("/bao-cao").html.select_one('main td a[href$="state=applying"]')
        return int(link.text) if link else 0

    before = applying()
    secretary.act(code_in(app, "trained", "DB02-C3"), "open_dossier")
    assert applying() == before + 1


def test_a_stage_counts_what_its_lists_hold(app: Flask, person: Maker) -> None:
    for someone in (person("upper_officer", "KHOI"), person("youth_officer", "DB02-DTN")):
        links = someone.get("/nguon").html.select('main a[href^="/ho-so?state="]')
        assert len(links) == 3
        for link in links:
            assert listed(someone, link["href"]) == int(link.strong.text)


def test_counts_that_went_wrong_are_found_and_mended(app: Flask, person: Maker) -> None:
    invoke = app.test_cli_runner().invoke
    right = invoke(args=["counts", "verify", "--json"])
    assert (right.exit_code, json.loads(right.output)["differences"]) == (0, [])
    with app.app_context():
        cell = db.session.execute(text("SELECT id FROM unit WHERE code = 'DB02-C3'")).scalar()
        db.session.execute(text(f"UPDATE state_count SET dossiers = 99 WHERE unit_id = {cell} AND state = 'trained'"))
        db.session.execute(text("DELETE FROM state_count WHERE state = 'official'"))
        db.session.commit()
    wrong = invoke(args=["counts", "verify"])
    assert wrong.exit_code == 1
    assert "DB02-C3 trained: kept 99, counted" in wrong.output
    assert invoke(args=["counts", "verify", "--mend"]).exit_code == 0
    assert invoke(args=["counts", "verify"]).output.strip() == "0 differences."
    assert "99" not in text_of(person("cell_secretary", "DB02-C3").get("/bao-cao"))


def test_a_unit_added_elsewhere_is_seen_by_every_process(app: Flask, person: Maker) -> None:
    """The tree is remembered by each process until its version changes; a failed change leaves nothing behind."""
    officer = person("upper_officer", "KHOI")
    assert "DB01-C9" not in officer.get("/don-vi?mo=DB01").text
    with app.app_context():
        parent = units.by_code("DB01")
        units.add_unit("DB01-C9", "Chi bộ 9", UnitKind.CELL, parent, parent.valid_from)
        assert tree.current().find("DB01-C9", [parent.id]) is not None
        db.session.rollback()
    assert "DB01-C9" not in officer.get("/don-vi?mo=DB01").text
    other = create_app({name: app.config[name] for name in ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "TESTING")})
    with other.app_context():
        parent = db.session.query(Unit).filter_by(code="DB01").one()
        units.open_unit("DB01-C9", "Chi bộ 9", UnitKind.CELL, parent, parent.valid_from, None, None)
        db.session.remove()
        db.engine.dispose()
    assert "DB01-C9" in officer.get("/don-vi?mo=DB01").text


def test_many_units_stand_on_several_pages_and_the_sums_are_of_all(
    person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    upper = person("upper_officer", "KHOI")
    whole = upper.get("/bao-cao")
    lines = [row.get_text() for row in whole.html.select("section:nth-of-type(2) tbody tr")]
    assert len(lines) > 7
    monkeypatch.setattr(services, "SHOWN", 7)
    first = upper.get("/bao-cao")
    assert first.html.select_one("section").get_text() == whole.html.select_one("section").get_text(), "of all units"
    found, page = [], first
    while True:
        found += [row.get_text() for row in page.html.select("section:last-of-type tbody tr")]
        following = page.html.select_one("a[rel=next]")
        if following is None:
            break
        page = upper.get(following["href"])
    assert found == lines


def test_many_quotas_stand_on_several_pages(person: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    upper = person("upper_officer", "KHOI")
    whole = upper.get("/chi-tieu")
    lines = [row.get_text() for row in whole.html.select("tbody tr")]
    assert len(lines) > 7
    monkeypatch.setattr(quotas_views, "SHOWN", 7)
    found, address = [], "/chi-tieu"
    while address:
        page = upper.get(address)
        found += [row.get_text() for row in page.html.select("tbody tr")]
        assert "Đã giao cho các đơn vị" not in text_of(whole) or "Đã giao cho các đơn vị" in text_of(page)
        following = page.html.select_one("a[rel=next]")
        address = following["href"] if following else ""
    assert found == lines
