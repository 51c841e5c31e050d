"""Somebody in front of the browser: reads labels, fills fields, presses buttons."""

import re
from datetime import date
from typing import Any

from playwright.sync_api import Page

from dossiers.demo.load import DEMO_PASSWORD
from workflow.triggers import TRIGGERS


class User:
    """Drives one page by what a person sees on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        # A refused form answers 422 and a stale one 409: the browser notes that, it is no fault of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def sign_in_as(self, label: str) -> None:
        """Sign out whoever is there, then one click by the role's label."""
        self._leave()
        self.page.goto(f"{self.address}/dang-nhap")
        self.page.get_by_role("button", name=label).click()

    def sign_in(self, label: str) -> None:
        """The same, for those whose first page is their inbox."""
        self.sign_in_as(label)
        self.page.wait_for_url("**/viec-cua-toi")

    def log_in(self, role: str, unit: str) -> None:
        """Sign in with address and password, as everybody does outside a demo."""
        self._leave()
        self.page.goto(f"{self.address}/dang-nhap")
        self.page.get_by_label("Thư điện tử").fill(f"{role}.{unit.lower()}@demo.example")
        self.page.get_by_label("Mật khẩu").fill(DEMO_PASSWORD)
        self.page.get_by_role("button", name="Đăng nhập", exact=True).click()
        self.page.wait_for_url("**/viec-cua-toi")

    def _leave(self) -> None:
        if self.page.url.startswith("http"):
            leave = self.page.get_by_role("button", name="Đăng xuất")
            if leave.count():
                leave.click()

    def clock(self, day: date) -> None:
        """Move the demo's clock."""
        self.page.get_by_label("Đưa đồng hồ tới ngày").fill(f"{day:%d/%m/%Y}")
        self.page.get_by_role("button", name="Đặt", exact=True).click()
        assert self.page.locator("#demo-day").inner_text() == f"{day:%d/%m/%Y}"

    def open(self, code: str) -> None:
        """Open a dossier."""
        self.page.goto(f"{self.address}/ho-so/{code}")

    def find(self, name: str) -> None:
        """Find somebody with the search box and open the first hit."""
        self.page.get_by_role("searchbox").fill(name)
        self.page.get_by_role("button", name="Tìm", exact=True).click()
        self.page.locator("table.list a.name").first.click()

    def fill(self, **fields: str | bool) -> None:
        """Fill fields in by name; "first" chooses the first real line of a select, "~text" the line with it."""
        for name, value in fields.items():
            control = self.page.locator(f"#act [name={name}]")
            if isinstance(value, bool):
                control.set_checked(value)
            elif control.first.get_attribute("type") == "radio":
                self.page.locator(f"#act [name={name}][value={value}]").check()
            elif control.evaluate("node => node.tagName") == "SELECT":
                wanted = str(value).removeprefix("~")
                line = control.locator("option", has_text=wanted).first
                control.select_option(
                    ""
                    if value == ""
                    else control.locator("option").nth(1).get_attribute("value")
                    if value == "first"
                    else line.get_attribute("value")
                    if str(value).startswith("~")
                    else wanted
                )
            else:
                control.fill(value)

    def everybody(self) -> str:
        """How many may vote, as the form of the act says."""
        found = re.search(r"danh sách hiện có (\d+) người", self.text())
        assert found
        return found.group(1)

    def press(self, trigger: str, **fields: str | bool) -> None:
        """Open an act from the dossier's page, fill its form in and send it."""
        label = TRIGGERS[trigger].label.vi
        link = self.page.locator("a.button", has_text=label).first
        if not link.is_visible():
            self.page.get_by_text("Việc khác: trả lại").click()
        link.click()
        if "in_favour" in fields:
            fields = {name: self.everybody() if value == "all" else value for name, value in fields.items()}
        self.fill(**fields)
        self.page.locator("#act button.primary").click()

    def act(self, trigger: str, **fields: str | bool) -> None:
        """Press, and see that it was recorded."""
        self.press(trigger, **fields)
        self.page.wait_for_load_state()
        assert self.page.locator(".flash.done").count(), self.text()
        assert f"Đã ghi: {TRIGGERS[trigger].label.vi}." in self.page.locator(".flash.done").inner_text()

    def state(self) -> str:
        """The state as the page shows it."""
        return self.page.locator(".head .badge").first.inner_text()

    def text(self) -> str:
        """Everything on the main part of the page."""
        return self.page.locator("main").inner_text()
