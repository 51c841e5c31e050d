"""A meeting on thirty dossiers by the keyboard alone, every key counted; and two people at two machines."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from dossiers.casework.models import Event
from dossiers.extensions import db
from dossiers.meetings.models import MeetingLine
from tests.browser.user import User
from tests.conftest import World
from tests.dossiers.meetings.thirty import thirty

pytestmark = pytest.mark.browser
TODAY = "27/07/2022"


class Typist(User):
    """Presses keys, each of which is counted: letters, Tab, Enter, arrows."""

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page, address)
        self.pressed = 0

    def press(self, *keys: str) -> None:
        """Press one key after the other."""
        for key in keys:
            if key.isascii():
                self.page.keyboard.press(key)
            else:  # a letter the driver has no key for
                self.page.keyboard.insert_text(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        """Type a text, letter by letter."""
        self.press(*text)

    def until(self, there: str, key: str = "Tab") -> None:
        """Go on with a key until the focus is on what a selector finds."""
        for _stop in range(60):
            if self.page.evaluate("there => document.activeElement.matches(there)", there):
                return
            self.press(key)
        raise AssertionError(f"the keyboard never reaches {there}")

    def leads_on(self, key: str = "Enter") -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.press(key)


def called(user: User, codes: list[str]) -> str:
    """A meeting with these dossiers on its agenda: its address."""
    page = user.page
    page.goto(f"{user.address}/hop/moi")
    user.fill(place="Phòng họp Ban Thường vụ")
    user.send()
    page.wait_for_url(lambda url: url.rsplit("/", 1)[1].isdigit())
    page.locator("details.fold summary").click()
    for code in codes:
        page.locator(f"input[name=pick][value={code}]").check()
    # Those ready and those nearly so stand in two forms.
    page.locator("#ready button[name=add]").click()
    page.locator("details.fold summary").click()
    page.locator(f"input[name=pick][value={codes[-1]}]").check()
    page.get_by_role("button", name="Vẫn đưa các hồ sơ đã chọn").click()
    expect(page.locator("#agenda tbody tr")).to_have_count(len(codes))
    return page.url


def test_thirty_dossiers_by_keyboard_alone_in_at_most_two_hundred_keys(
    browser: Browser, address: str, world: World
) -> None:
    codes = thirty(world.app)
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(8000)
    user = Typist(context.new_page(), address)
    user.log_in("upper-secretary", "KHOI")
    here = called(user, codes)
    page = user.page

    page.goto(f"{here}/diem-danh")
    user.press("Tab", "Enter")  # over the menu
    user.until("input[type=radio][name^=came]")
    user.press("ArrowDown")  # the first has leave
    user.leads_on()  # and everybody else is there: kept, and on to the results

    assert "/ket-qua" in page.url
    user.until("#first")
    user.type("401-QĐ/ĐU")
    user.press("Enter")
    for nr in range(1, len(codes) + 1):
        if nr in (4, 17):  # two votes fail
            user.type("3")
            user.press("Tab")
            user.type("5")
            user.press("Enter")
        else:
            user.press("t")
    user.until("button[value=check]")
    expect(page.locator("tr.vote.passed"), "seen while typing").to_have_count(28)
    expect(page.locator("tr.vote.failed")).to_have_count(2)
    user.leads_on()
    told = page.locator("main [role=alert]")
    assert "Ghi được 29 hồ sơ, chưa ghi được 1" in told.inner_text()
    assert "Chưa có người thẩm định, trình quyết định" in page.locator("tr.vote").nth(29).inner_text()
    user.until("button.final")
    user.leads_on()
    assert "Đã khóa cuộc họp và ghi 29 hồ sơ" in user.text()
    assert user.pressed <= 200, user.pressed
    with world.app.app_context():
        kept = dict(
            db.session.execute(
                select(MeetingLine.outcome, func.count()).where(MeetingLine.closed).group_by(MeetingLine.outcome)
            ).all()
        )
        assert db.session.scalar(select(func.count()).where(Event.act_key.like("meeting-0000000%"))) == 3 + 29
    assert kept == {"passed": 2 + 27, "failed": 1 + 2, "left": 1}, "with the demo's own"
    assert user.errors == []
    context.close()


@pytest.fixture
def another(browser: Browser, address: str) -> Callable[[], User]:
    """Somebody at another machine."""

    def make() -> User:
        context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(8000)
        return User(context.new_page(), address)

    return make


def test_two_at_two_machines_see_what_the_other_enters(user: User, another: Callable[[], User], world: World) -> None:
    codes = thirty(world.app, 2)
    user.log_in("upper-secretary", "KHOI")
    here = called(user, codes)
    user.page.goto(f"{here}/diem-danh")
    user.page.get_by_role("button", name="Lưu và ghi kết quả").click()
    user.page.wait_for_url("**/ket-qua")
    office = another()
    office.log_in("upper-officer", "KHOI")
    office.page.goto(f"{here}/ket-qua")
    mine = user.page.locator("input.in_favour")
    theirs = office.page.locator("input.in_favour")

    mine.nth(0).press("t")
    user.page.locator(".kept-at", has_text="Đã lưu lúc").wait_for()
    theirs.nth(1).press_sequentially("9")
    office.page.locator(".kept-at", has_text="Đã lưu lúc").wait_for()
    assert theirs.nth(0).input_value() == "9", "what was entered at the other machine appears"

    # Both fill one line otherwise: the second is told at that line, and loses nothing.
    mine.nth(2).press("t")
    expect(mine.nth(1)).to_have_value("9")
    theirs.nth(2).fill("8")
    office.page.locator("input.against").nth(2).fill("1")
    line = office.page.locator("tr.vote").nth(2)
    line.locator(".errors", has_text="vừa ghi dòng này").wait_for()
    assert theirs.nth(2).input_value() == "8"
    office.page.locator("button[value=save]:visible").last.click()
    office.page.wait_for_load_state()
    assert office.page.locator("input.in_favour").nth(2).input_value() == "8", "seen, and saved again"
    assert user.errors == office.errors == []
    office.page.context.close()


def test_without_script_the_same_is_done(browser: Browser, address: str, world: World) -> None:
    codes = thirty(world.app, 1)
    context = browser.new_context(locale="vi-VN", java_script_enabled=False)
    context.set_default_timeout(8000)
    user = User(context.new_page(), address)
    user.log_in("upper-secretary", "KHOI")
    page = user.page
    page.goto(f"{address}/hop/moi")
    page.get_by_label("Địa điểm").fill("Phòng họp")
    page.locator("#act button.primary").click()
    page.locator(f"input[name=pick][value={codes[0]}]").check()
    page.locator("#ready button[name=add]").click()
    page.get_by_role("link", name="Điểm danh").first.click()
    page.get_by_role("button", name="Lưu và ghi kết quả").click()
    page.locator("#first").fill("401-QĐ/ĐU")
    page.locator("input.in_favour").fill("t")
    page.locator("input.in_favour").press("Enter")
    assert page.locator("input.in_favour").input_value() == "9"
    assert "Đạt" in page.locator("tr.vote .said").inner_text()
    page.get_by_role("button", name="Khóa cuộc họp và ghi kết quả").click()
    assert "Đã khóa cuộc họp và ghi 1 hồ sơ" in user.text()
    context.close()
