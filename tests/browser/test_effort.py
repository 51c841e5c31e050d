"""What the road costs those who walk it: pages, clicks and keys, counted and bounded.

Counted from the first page after signing in. A page is a load of one; a click is a button, a link or a fold; a key is a
character typed, a line chosen in a list or a box ticked from the keyboard. Signing in and the demo's clock are no work.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.test_road import OF_A_SECTION, Road
from tests.browser.user import User

NAME = "Nguyễn Thị Thử Nghiệm"


class Office:
    """People who begin at their first page and press the verb that stands beside the name."""

    def __init__(self, user: User) -> None:
        self.user, self.road = user, Road(user, OF_A_SECTION, "90")

    def comes(self, role: str) -> None:
        """Somebody signs in."""
        with self.user.aside():
            self.user.sign_in_as(OF_A_SECTION[role])
            self.user.page.wait_for_url(lambda address: "dang-nhap" not in address)

    def begins(self, role: str, **fields: str | bool) -> None:
        """Somebody signs in, presses the verb in the line of the person, and does the act."""
        self.comes(role)
        line = self.user.page.locator("table.tasks tr", has_text=NAME)
        assert line.count(), (role, self.user.text())
        self.user.activate(line.locator(".verb a"))
        self.user.page.locator("#act").wait_for()
        self.does(**fields)

    def goes_on(self, **fields: str | bool) -> None:
        """The next act, from the dossier's page."""
        self.user.activate(self.user.page.locator(".next-act a"))
        self.user.page.locator("#act").wait_for()
        self.does(**fields)

    def does(self, **fields: str | bool) -> None:
        """Fill the form in and send it."""
        user = self.user
        if "in_favour" in fields:
            fields = {name: user.everybody() if value == "all" else value for name, value in fields.items()}
        user.fill(**fields)
        user.send()
        expect(user.page.locator(".flash.done")).to_be_visible()

    def papers(self, *forms: str) -> dict[str, str]:
        """The fields of the days of papers."""
        found = {}
        for form in forms:
            row = self.user.page.locator("fieldset.row", has_text=f"{form} –")
            name = row.get_by_label(f"Ngày của {form}").get_attribute("name")
            assert name is not None
            found[name] = f"{self.road.today:%d%m%Y}"
        return found

    def record(self, *forms: str) -> None:
        """Papers, from the dossier's page."""
        self.user.activate(self.user.page.locator(".next-act a"))
        self.user.page.locator("#act").wait_for()
        self.does(**self.papers(*forms))


@pytest.mark.browser
def test_from_the_source_list_to_the_ceremony_on_the_longest_route(user: User) -> None:
    office = Office(user)
    ballot = {"present": "all", "in_favour": "all"}
    office.comes("youth officer")
    user.activate(user.page.get_by_role("link", name="Thêm quần chúng vào danh sách nguồn").first)
    office.does(
        full_name=NAME.lower(), birth_date="14051998", sex="female", contact="0900000000", schooling="upper_secondary",
        place="~Chi bộ 3, Đảng bộ Công ty Điện lực – Đoàn thanh niên", consented=True,
    )  # fmt: skip
    office.goes_on(number="91-NQ/ĐTN", **ballot)
    office.begins("cell secretary", number="92-NQ/CB", **{"helpers-0-member": "first"})
    office.goes_on()
    begins = office.road.today + timedelta(days=31)
    office.begins("officer of the organisation", course=f"~{begins:%Y-%m}")
    with user.aside():
        office.road.pass_days(40)
    office.comes("training officer")
    user.activate(user.page.get_by_role("link", name=re.compile(f"{begins:%Y-%m}")).first)
    user.write(user.page.get_by_label(f"Số giấy chứng nhận của {NAME}"), "93-GCN")
    user.activate(user.page.get_by_role("button", name="Cấp giấy chứng nhận cho các dòng đã ghi số"))
    user.page.locator(".flash.done").wait_for()
    office.begins("cell secretary")
    since = f"{office.road.today - timedelta(days=800):%d%m%Y}"
    office.goes_on(**{"introducers-0-member": "first", "introducers-0-together_since": since})
    office.record("1-KNĐ", "2-KNĐ", "3-KNĐ")
    office.begins("officer of the organisation")
    relatives = {}
    for row, relation in enumerate(("father", "mother")):
        relatives |= {
            f"relatives-{row}-relation": relation,
            f"relatives-{row}-name": "nguyễn văn a",
            f"relatives-{row}-result": "Chấp hành tốt.",
            f"relatives-{row}-verified_on": f"{office.road.today:%d%m%Y}",
        }
    office.goes_on(**relatives)
    office.record("5-KNĐ")
    office.begins("secretary of the organisation", reason="Lý lịch rõ ràng, đủ điều kiện kết nạp.")
    office.begins("cell secretary")
    office.goes_on(number="94-NQ/CB", **ballot)
    office.begins("section officer", number="95-BC/ĐU")
    office.begins("secretary of the organisation", number="96-NQ/ĐU", **ballot)
    office.begins("officer of the deciding body")
    office.begins("secretary of the deciding body", number="97-QĐ/ĐU", **ballot)
    with user.aside():
        office.road.pass_days(5)
    office.begins("cell secretary")
    office.goes_on()
    assert user.state() == "Đảng viên dự bị"
    assert user.pages <= 34, (user.pages, user.clicks, user.keys)
    assert user.clicks <= 45, (user.pages, user.clicks, user.keys)
    assert user.keys <= 260, (user.pages, user.clicks, user.keys)
