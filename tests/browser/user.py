"""Somebody in front of the browser: reads labels, fills fields, presses buttons."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page, expect

from dossiers.demo.load import DEMO_PASSWORD
from workflow.triggers import TRIGGERS


class User:
    """Drives one page by what a person sees on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        self.pages = self.clicks = self.keys = 0
        self.is_counted = True
        page.on("framenavigated", self._navigated)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        # A refused form answers 422 and a stale one 409: the browser notes that, it is no fault of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def _navigated(self, frame: Any) -> None:
        self.pages += self.is_counted and frame == self.page.main_frame

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is done here is no part of the work: signing in as another role, moving the demo's clock."""
        before, self.is_counted = self.is_counted, False
        yield
        self.page.wait_for_load_state()
        self.is_counted = before

    # --- with the hand: how anything on a page is reached ---

    def activate(self, control: Locator) -> None:
        """Press a button, follow a link, open a fold."""
        self.clicks += self.is_counted
        control.click()
        self.page.wait_for_load_state()  # a link shows its address before its page is there

    def write(self, control: Locator, text: str) -> None:
        """Put a text into a field, in place of what stands there."""
        self.keys += len(text) * self.is_counted
        control.fill(text)

    def choose(self, control: Locator, value: str) -> None:
        """Choose the line of a list that has this value."""
        self.keys += self.is_counted
        control.select_option(value)

    def tick(self, control: Locator, wanted: bool = True) -> None:
        """Set a box, or one of several."""
        self.keys += self.is_counted
        control.set_checked(wanted)

    # --- what people do ---

    def sign_in_as(self, label: str) -> None:
        """Sign out whoever is there, then one click by the role's label."""
        self._leave()
        self.page.goto(f"{self.address}/dang-nhap")
        self.activate(self.page.get_by_role("button", name=label).first)

    def sign_in(self, label: str) -> None:
        """The same, and wait for their first page."""
        self.sign_in_as(label)
        self.page.wait_for_url(lambda url: "/dang-nhap" not in url)

    def log_in(self, role: str, unit: str) -> None:
        """Sign in with address and password, as everybody does outside a demo."""
        self._leave()
        self.page.goto(f"{self.address}/dang-nhap")
        self.write(self.page.get_by_label("Thư điện tử"), f"{role}.{unit.lower()}@demo.example")
        self.write(self.page.get_by_label("Mật khẩu"), DEMO_PASSWORD)
        self.activate(self.page.get_by_role("button", name="Đăng nhập", exact=True))
        self.page.wait_for_url(lambda url: "/dang-nhap" not in url)

    def _leave(self) -> None:
        if self.page.url.startswith("http"):
            leave = self.page.get_by_role("button", name="Đăng xuất")
            if leave.count():
                self.activate(leave)

    def clock(self, day: date) -> None:
        """Move the demo's clock."""
        self.write(self.page.get_by_label("Chuyển ngày hệ thống đến"), f"{day:%d/%m/%Y}")
        self.activate(self.page.get_by_role("button", name="Đặt", exact=True))
        self.page.wait_for_load_state()
        assert self.page.locator("#demo-day").inner_text() == f"{day:%d/%m/%Y}"

    def open(self, code: str) -> None:
        """Open a dossier."""
        self.page.goto(f"{self.address}/ho-so/{code}")

    def find(self, name: str) -> None:
        """Find somebody with the search box and open the first hit."""
        self.write(self.page.get_by_role("searchbox"), name)
        self.activate(self.page.get_by_role("button", name="Tìm", exact=True))
        self.page.wait_for_url("**/tim**")
        self.activate(self.page.locator("table.list a.name").first)
        self.page.wait_for_url("**/ho-so/**")

    def fill(self, **fields: str | bool) -> None:
        """Fill fields in by name; "first" chooses the first real line of a select, "~text" the line with it."""
        for name, value in fields.items():
            control = self.page.locator(f"#act [name={name}]")
            if isinstance(value, bool):
                self.tick(control, value)
            elif control.first.get_attribute("type") == "radio":
                self.tick(self.page.locator(f"#act [name={name}][value={value}]"))
            elif control.evaluate("node => node.tagName") == "SELECT":
                wanted = str(value).removeprefix("~")
                line = control.locator("option", has_text=wanted).first
                if value == "first":
                    wanted = control.locator("option").nth(1).get_attribute("value") or ""
                elif str(value).startswith("~"):
                    wanted = line.get_attribute("value") or ""
                self.choose(control, wanted)
            else:
                self.write(control, value)

    def send(self) -> None:
        """Send the form."""
        self.activate(self.page.locator("#act button.primary"))
        self.page.wait_for_load_state()
        if self.page.locator("#act button.final").count():  # it says first what it will do, and asks once
            self.activate(self.page.locator("#act button.final"))
            self.page.wait_for_load_state()

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
            self.activate(self.page.locator("summary", has_text="Việc khác: trả lại"))
        self.activate(link)
        self.page.locator("#act").wait_for()
        if "in_favour" in fields:
            fields = {name: self.everybody() if value == "all" else value for name, value in fields.items()}
        self.fill(**fields)
        self.send()

    def act(self, trigger: str, **fields: str | bool) -> None:
        """Press, and see that it was recorded."""
        self.press(trigger, **fields)
        expect(self.page.locator(".flash.done")).to_be_visible()
        assert f"Đã ghi: {TRIGGERS[trigger].label.vi}." in self.page.locator(".flash.done").inner_text()

    def state(self) -> str:
        """The state as the page shows it."""
        return self.page.locator(".head .badge").first.inner_text()

    def text(self) -> str:
        """Everything on the main part of the page."""
        return self.page.locator("main").inner_text()
