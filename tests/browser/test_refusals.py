"""A "no" explains itself: the refusals people meet, with their citation on the page."""

from datetime import date

import pytest
from sqlalchemy import select

from dossiers.casework.models import Dossier
from dossiers.extensions import db
from tests.browser.user import User
from tests.conftest import World
from tests.people import code_in, snapshot, unit_of
from workflow.triggers import TRIGGERS

pytestmark = pytest.mark.browser


def blocked(user: User, trigger: str) -> str:
    """Open the greyed action on the dossier's page and read why."""
    item = user.page.locator("li.cannot", has_text=TRIGGERS[trigger].label.vi).first
    if not item.is_visible():
        user.page.get_by_text("Việc khác: trả lại").click()
    item.locator("summary").click()
    return str(item.inner_text())


def test_too_old(user: User, world: World) -> None:
    code = code_in(world.app, "verified", "CB04", skip=1)
    user.log_in("cell-secretary", "CB04")
    user.open(code)
    why = blocked(user, "submit_to_cell")
    assert "đã quá 60 tuổi" in why
    assert "24-QĐ/TW §1.1; 232-QĐ/TW §1; 01-HD/TW §1" in why
    assert "văn bản đồng ý trước" in why


def test_too_young(user: User, world: World) -> None:
    user.log_in("youth-officer", "CB01-DTN")
    user.page.get_by_role("link", name="Thêm quần chúng vào danh sách nguồn").click()
    user.fill(
        full_name="Lê Thị Còn Trẻ", birth_date="14/05/2006", sex="female", contact="0900 000 002", place="first",
        consented=True,
    )  # fmt: skip
    user.page.locator("#act button.primary").click()
    user.act("nominate", number="61-NQ/ĐTN", present="all", in_favour="all")
    code = user.page.url.rsplit("/", 1)[1]
    user.log_in("cell-secretary", "CB01")
    user.open(code)
    user.act("accept_to_list", **{"number": "62-NQ/CB", "helpers-0-member": "first"})
    user.act("record_certificate", number="63-GCN", issued_on="01/06/2022", issuer="TTCT Vĩnh An")
    user.act("open_dossier")
    assert "chưa đủ 18 tuổi" not in user.text(), "age is asked at the cell's vote, not before"
    with world.app.app_context():
        row = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        row.state = "verified"  # the verification between is walked in test_road
        db.session.commit()
    user.open(code)
    why = blocked(user, "submit_to_cell")
    assert "chưa đủ 18 tuổi" in why
    assert "24-QĐ/TW §1.1; 01-HD/TW §1" in why
    assert "Chi bộ xét từ ngày 01/05/2024." in why


def test_uncertified(user: User, world: World) -> None:
    code = code_in(world.app, "trained", "DB01")
    user.log_in("cell-secretary", unit_of(world.app, code))
    user.open(code)
    why = blocked(user, "open_dossier")
    assert "chỉ có giá trị 60 tháng" in why
    assert "01-HD/TW" in why
    user.press("renew_certificate", number="7-GCN", issued_on="01/07/2010", issuer="TTCT Vĩnh An")
    assert "chỉ có giá trị 60 tháng" in user.page.locator("#issued_on-error, .refusals").first.inner_text()
    user.fill(issued_on="01/07/2022")
    user.page.locator("#act button.primary").click()
    user.act("open_dossier")
    assert user.state() == "Làm hồ sơ xin vào Đảng"


def test_stale(user: User, world: World) -> None:
    code = code_in(world.app, "verified", "DB01")
    user.log_in("cell-secretary", unit_of(world.app, code))
    user.open(code)
    why = blocked(user, "submit_to_cell")
    assert "đã quá 12 tháng" in why
    assert "01-HD/TW §3" in why
    user.page.locator("a.button", has_text="Làm lại giấy tờ quá hạn").click()
    user.page.locator("#act").wait_for()
    for row in user.page.locator("fieldset.row").all():
        row.locator("input").nth(1).fill("26/07/2022")
    user.page.locator("#act button.primary").click()
    user.page.locator(".flash.done").wait_for()
    user.act("submit_to_cell")


def test_out_voted(user: User, world: World) -> None:
    code = code_in(world.app, "cell_review")
    user.log_in("cell-secretary", unit_of(world.app, code))
    user.open(code)
    before = snapshot(world.app, code)
    user.press("pass_cell_vote", number="71-NQ/CB", present="all", in_favour="2", against="3")
    error = user.page.locator("#in_favour-error").inner_text()
    assert "cần ít nhất" in error
    assert "24-QĐ/TW §3" in error
    assert user.page.locator("#number").input_value() == "71-NQ/CB", "what was typed is kept"
    assert snapshot(world.app, code) == before
    user.open(code)
    user.act("record_failed_vote", present="all", in_favour="2", against="3")
    user.page.get_by_role("link", name="Biểu quyết", exact=True).click()
    assert "không đạt" in user.page.locator("table.list").inner_text()


def test_too_early(user: User, world: World) -> None:
    code = code_in(world.app, "probationary", "DB04")
    user.log_in("cell-secretary", unit_of(world.app, code))
    user.open(code)
    why = blocked(user, "submit_for_recognition")
    assert "Thời gian dự bị đến hết ngày" in why
    assert "Điều lệ Đảng, điều 5" in why
    user.clock(date(2023, 12, 1))
    user.open(code)
    why = blocked(user, "submit_for_recognition")
    assert "Thời gian dự bị đến hết ngày" not in why
    assert "CN-ĐVM" in why


def test_what_is_wrong_is_gone_to_by_the_keyboard(user: User, world: World) -> None:
    code = code_in(world.app, "applying", "CB01")
    user.log_in("cell-secretary", "CB01")
    for act in ("correct_candidate", "record_relatives"):
        user.page.goto(f"{user.address}/ho-so/{code}/{act}")
        user.page.locator("#act .buttons button").first.click()
        user.page.wait_for_load_state()
        told = user.page.locator("main [role=alert]").first
        assert told.evaluate("one => one === document.activeElement"), act
        user.page.keyboard.press("Tab")
        assert user.page.evaluate("document.activeElement.getAttribute('href')").startswith("#"), "to the first field"
