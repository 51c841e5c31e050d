"""The month of a cell by keyboard alone, and on a telephone."""

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.casework import loading
from dossiers.casework.act import Act
from dossiers.casework.advance import advance
from dossiers.casework.models import Dossier
from dossiers.extensions import db
from dossiers.units.models import Unit
from tests.browser.user import User
from tests.conftest import World
from workflow.facts import DossierFacts, Evidence
from workflow.roles import Role

FORTY, MOST_KEYS = 40, 120
AUGUST = date(2022, 8, 1)


def gather(world: World, unit: str, wanted: int) -> list[str]:
    """Members on probation move into a cell until it has so many."""
    with world.app.app_context():
        cell = db.session.scalars(select(Unit.id).where(Unit.code == unit)).one()
        rows = db.session.execute(
            select(Dossier.code, Dossier.unit_id).where(Dossier.state == "probationary").order_by(Dossier.id)
        ).all()
        here = [code for code, unit_id in rows if unit_id == cell]
        for code in [code for code, unit_id in rows if unit_id != cell][: wanted - len(here)]:
            case = loading.load_for_administration(code)
            who = Signed(1, tuple((role, unit_id) for role in Role for unit_id in (*case.scope_units, cell)))
            evidence = Evidence(clock.today(), reason="Chuyển công tác.", member_moves=True)
            advance(code, Act("transfer", evidence, to_unit_id=cell), who, case.version)
            here.append(code)
        db.session.remove()
        return here


def facts_of(world: World, codes: list[str]) -> list[DossierFacts]:
    with world.app.app_context():
        return [loading.load_for_administration(code).facts for code in codes]


@pytest.mark.browser
def test_forty_people_in_a_month_by_keyboard_alone(user: User, world: World) -> None:
    codes = gather(world, "DB02-C3", FORTY)
    user.log_in("cell-secretary", "DB02-C3")
    page = user.page
    page.goto(f"{user.address}/sau-ket-nap")
    page.locator("#demo-clock").fill("26/08/2022")
    page.locator("#demo-clock").press("Enter")
    page.goto(f"{user.address}/sau-ket-nap/thang")
    assert page.locator(".month-people > li").count() >= FORTY
    keys = 0

    def press(key: str) -> None:
        nonlocal keys
        keys += 1
        page.keyboard.press(key)

    press("Tab")
    press("Enter")
    for _stop in range(40):
        if page.evaluate("document.activeElement.classList.contains('primary')"):
            break
        press("Tab")
    with page.expect_navigation():
        press("Enter")
    assert keys <= MOST_KEYS
    expect(page.locator(".flash.done")).to_be_visible()
    for facts in facts_of(world, codes):
        july, august = facts.year.month(date(2022, 7, 1)), facts.year.month(AUGUST)
        if july is None or not july.is_lacking:
            assert august is not None
            assert august.met
            assert august.dues


@pytest.mark.browser
def test_on_a_telephone_a_person_is_one_card(user: User, world: World) -> None:
    user.page.set_viewport_size({"width": 360, "height": 740})
    user.log_in("cell-secretary", "DB02-C3")
    page = user.page
    page.goto(f"{user.address}/sau-ket-nap")
    page.locator("#demo-clock").fill("26/08/2022")
    page.locator("#demo-clock").press("Enter")
    page.goto(f"{user.address}/sau-ket-nap/thang")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    card = page.locator(".month-people > li").first
    card.get_by_label("Sinh hoạt", exact=True).select_option("excused")
    card.get_by_label("Nhiệm vụ, kết quả").fill("Trực cơ quan.")
    page.get_by_role("button", name="Ghi tháng 08/2022").last.click()
    expect(page.locator(".flash.done")).to_be_visible()
    assert "Vắng có lý do" in page.locator(".month-people > li").first.inner_text()


@pytest.mark.browser
def test_the_line_of_a_year_is_seen_at_every_width(user: User, world: World) -> None:
    code = gather(world, "DB02-C3", 1)[0]
    user.log_in("cell-secretary", "DB02-C3")
    for width in (360, 768, 1440):
        user.page.set_viewport_size({"width": width, "height": 800})
        user.page.goto(f"{user.address}/ho-so/{code}/nam-du-bi")
        assert user.page.evaluate("document.documentElement.scrollWidth") <= width
        box = user.page.locator("svg.year").bounding_box()
        assert box is not None
        assert box["width"] >= min(width, 700) - 60
