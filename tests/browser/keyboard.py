"""Somebody who uses the keyboard alone: Tab, Enter, Space, arrows and typing."""

from playwright.sync_api import Locator

from tests.browser.user import User

FOCUSED = "node => node === document.activeElement"
TABS = 250
"""More than any page has stops."""


class KeyboardUser(User):
    """Reaches everything by Tab from where the focus is, over the link that skips the menu; never touches a mouse."""

    def reach(self, control: Locator, alike: str = FOCUSED) -> None:
        """Go on with Tab until the focus is on a control (or one `alike`), and see that it shows."""
        press = self.page.keyboard.press
        target = control.element_handle()
        assert target is not None
        if (
            target.evaluate("node => !!node.closest('main')")
            and self.page.evaluate("document.activeElement.tagName") == "BODY"
        ):
            press("Tab")
            assert "Tới nội dung chính" in self.page.evaluate("document.activeElement.innerText")
            press("Enter")
        for _stop in range(TABS):
            if target.evaluate(alike):
                shown = self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert shown != "none", "the focus is not seen"
                return
            press("Tab")
        raise AssertionError(f"the keyboard never reaches {control}")

    def activate(self, control: Locator) -> None:
        """Enter on it; links and buttons lead to a page, a fold only opens."""
        self.reach(control)
        if control.evaluate("node => node.tagName") == "SUMMARY":
            self.page.keyboard.press("Enter")
            return
        if control.get_attribute("data-here") is not None:  # its form opens on this page
            self.page.keyboard.press("Enter")
            self.page.locator("#work #act").wait_for()
            return
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, control: Locator, text: str) -> None:
        """Type over what stands there."""
        self.reach(control)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)

    def choose(self, control: Locator, value: str) -> None:
        """Arrow down to the line."""
        self.reach(control)
        at, wanted = control.evaluate(
            "(node, value) => [node.selectedIndex, [...node.options].findIndex(o => o.value === value)]", value
        )
        for _line in range(abs(wanted - at)):
            self.page.keyboard.press("ArrowDown" if wanted > at else "ArrowUp")
        assert control.input_value() == value

    def tick(self, control: Locator, wanted: bool = True) -> None:
        """Space on a box; arrows among several of which one can be chosen."""
        if control.get_attribute("type") != "radio":
            self.reach(control)
            if control.is_checked() is not wanted:
                self.page.keyboard.press("Space")
        else:
            self.reach(control, "node => document.activeElement.name === node.name")
            self.page.keyboard.press("Space")
            for _other in range(20):
                if control.is_checked():
                    break
                self.page.keyboard.press("ArrowDown")
        assert control.is_checked() is wanted
