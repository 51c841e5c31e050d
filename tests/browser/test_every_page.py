"""Every page there is, in both languages, light and dark: axe finds nothing, little goes over the wire, nothing is too
wide for a telephone, and no date or code of a dossier stands on two lines.
"""

from dataclasses import dataclass
from itertools import groupby

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.addresses import PEOPLE, everything
from tests.browser.test_lists import BROKEN
from tests.browser.user import User
from tests.conftest import World

pytestmark = pytest.mark.browser

MOST_BYTES, MOST_REQUESTS = 60 * 1024, 8
ALL = {"resultTypes": ["violations"]}
CONTRAST = {**ALL, "runOnly": ["color-contrast"]}
"""All that the dark can make worse: the page is the same."""


@dataclass
class Wire:
    """What a page fetched with nothing in the browser's cache: bytes as they came, headers included."""

    requests: int = 0
    bytes: int = 0

    def watch(self, page: Page) -> None:
        """Count from now on."""
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.loadingFinished", self._count)

    def _count(self, loaded: dict[str, float]) -> None:
        self.requests += 1
        self.bytes += int(loaded["encodedDataLength"])


def findings(page: Page, options: dict[str, list[str]] = ALL) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0]['failureSummary'][:200]}" for v in found]


def squeezed(page: Page) -> list[str]:
    """What does not fit on a narrower screen, every fold of the page open."""
    found = []
    page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
    for width in (360, 768):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        _seen, broken = page.evaluate(BROKEN)
        if wide > width:
            found.append(f"{wide} wide at {width}")
        found += [f"{piece} on two lines at {width}" for piece in broken if "/" in piece or piece[-6:].isdigit()]
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


@pytest.mark.parametrize(("role", "unit"), [("", ""), *PEOPLE])
def test_axe_finds_nothing_and_little_goes_over_the_wire(user: User, world: World, role: str, unit: str) -> None:
    page, wire = user.page, Wire()
    theirs = sorted({address.path for address in everything(world.app) if (address.role, address.unit) == (role, unit)})
    assert theirs
    if role:
        user.log_in(role.replace("_", "-"), unit)
    else:
        page.goto(f"{user.address}/dang-nhap")
    wire.watch(page)
    faults: list[tuple[str, ...]] = []
    for language in ("English", "Tiếng Việt"):
        page.get_by_role("button", name=language).click()
        for path in theirs:
            wire.requests = wire.bytes = 0
            page.emulate_media(color_scheme="light")
            page.goto(user.address + path)
            if wire.requests > MOST_REQUESTS or wire.bytes > MOST_BYTES:
                faults.append((path, language, f"{wire.bytes} bytes in {wire.requests} requests"))
            assert wire.requests, path
            faults += [(path, language, "light", fault) for fault in findings(page)]
            page.emulate_media(color_scheme="dark")
            faults += [(path, language, "dark", fault) for fault in findings(page, CONTRAST)]
            faults += [(path, language, "narrow", fault) for fault in squeezed(page)]
    assert faults == []


def test_every_page_is_looked_at_by_somebody(world: World) -> None:
    world.reset()
    seen = {who for who, _pages in groupby(everything(world.app), lambda address: (address.role, address.unit))}
    assert seen <= {("", ""), *PEOPLE}


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_one_left_edge_and_fields_of_one_height(user: User, width: int) -> None:
    user.sign_in("Bí thư chi bộ DB02-C3")
    user.page.set_viewport_size({"width": width, "height": 900})
    user.page.goto(f"{user.address}/ui")
    edges = user.page.evaluate(
        """() => ['.demo > span', '.brand', '.menu a', 'h1', 'main > .card', 'footer'].map(name => {
          const node = document.querySelector(name), inside = ['.menu a', 'footer'].includes(name);
          return node.getBoundingClientRect().left + (inside ? parseFloat(getComputedStyle(node).paddingLeft) : 0);
        })"""
    )
    assert len({round(edge) for edge in edges}) == 1, edges
    heights = user.page.evaluate(
        """() => [...document.querySelectorAll('.filters input:not([type]), .filters select, .filters button')].map(
            node => node.getBoundingClientRect().height)"""
    )
    assert len(heights) > 2
    assert len(set(heights)) == 1, heights


def test_the_face_comes_from_here_when_it_is_asked_for(user: User) -> None:
    """Where the system has a face of its own nothing is fetched; each weight loads when a letter needs it."""
    user.page.goto(f"{user.address}/dang-nhap")
    loaded = user.page.evaluate(
        """async () => { const found = [];
        for (const weight of [400, 600])
          found.push((await document.fonts.load(`${weight} 16px "Be Vietnam Pro"`, 'Nguyễn Đặng Ươm')).length);
        return found; }"""
    )
    assert loaded == [1, 1]
