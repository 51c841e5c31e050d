"""For people: screen readers, keyboard, small screens, zoom, no JavaScript, a light first page."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.keyboard import KeyboardUser
from tests.browser.user import User
from tests.conftest import World
from tests.people import code_in
from workflow.stages import State

pytestmark = pytest.mark.browser

PAGES: dict[str, list[str]] = {
    "Bí thư chi bộ DB02-C3": [
        "/viec-cua-toi", "/tai-khoan-cua-toi", "/ho-so", "/ho-so/moi", "/tim?q=nguyen", "/tim?q=zzz", "/nguon",
        "/don-vi/DB02-C3", "/khong-co",
        "{applying}", "{applying}/record_papers", "{applying}/record_relatives", "{applying}/correct_candidate",
        "{cell_review}", "{cell_review}/pass_cell_vote", "{trained}/withdraw", "/quy-tac",
    ],
    "Ban tổ chức Đảng ủy Khối": ["/chi-tieu", "/chi-tieu/giao", "/bao-cao", "/boi-duong",
                               "/boi-duong/lop/104",
                               "/don-vi", "/don-vi?mo=DB02-S1", "/don-vi?q=chi+bo", "/ho-so?ended=all&sort=name",
                               "/ho-so?unit=cong+ty", "/tim?q=cong+ty"],
    "Ủy ban kiểm tra": ["/nhat-ky", "/nhat-ky/quan-tri"],
    "Quản trị": ["/tai-khoan", "/tai-khoan/1", "/tai-khoan/1/mat-khau", "/tai-khoan/moi", "/don-vi/moi",
                 "/quy-tac/lich"],
}  # fmt: skip


def addresses(world: World, label: str) -> list[str]:
    codes = {
        str(state): code_in(world.app, str(state), "DB02-C3")
        for state in (State.APPLYING, State.CELL_REVIEW, State.TRAINED)
    }
    return [page.format(**{state: f"/ho-so/{code}" for state, code in codes.items()}) for page in PAGES[label]]


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['target']} {v['nodes'][0]['failureSummary'][:160]}" for v in found]


@pytest.mark.parametrize("label", list(PAGES))
def test_axe_finds_nothing_in_both_languages(user: User, world: World, label: str) -> None:
    user.page.goto(f"{user.address}/dang-nhap")
    assert violations(user.page) == []
    user.sign_in_as(label)
    for language in ("English", "Tiếng Việt"):
        user.page.get_by_role("button", name=language).click()
        for address in addresses(world, label):
            user.page.goto(user.address + address)
            assert violations(user.page) == [], (address, language)


def test_axe_finds_nothing_on_refused_forms_and_opened_reasons(user: User, world: World) -> None:
    user.sign_in("Bí thư chi bộ DB02-C3")
    code = code_in(world.app, "cell_review", "DB02-C3")
    user.page.goto(f"{user.address}/ho-so/{code}/pass_cell_vote")
    user.fill(happened_on="31/02/2022", present="x")
    user.page.locator("#act button.primary").click()
    assert violations(user.page) == []
    user.page.goto(f"{user.address}/ho-so/{code_in(world.app, 'applying', 'DB02-C3')}")
    for closed in user.page.locator("details").all():
        closed.evaluate("node => { node.open = true; }")
    assert violations(user.page) == []


@pytest.fixture
def narrow(browser: Browser, address: str) -> Iterator[User]:
    """A telephone: 360 px wide."""
    context = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    yield User(context.new_page(), address)
    context.close()


@pytest.mark.parametrize("label", list(PAGES))
def test_nothing_scrolls_sideways_on_a_telephone_or_at_twice_the_size(narrow: User, world: World, label: str) -> None:
    narrow.sign_in_as(label)
    for address in addresses(world, label):
        narrow.page.goto(narrow.address + address)
        for scale in ("100%", "200%"):
            # Twice the size is asked of a small desktop window; 360 px at 200 % would be half a telephone.
            narrow.page.set_viewport_size({"width": 360 if scale == "100%" else 640, "height": 740})
            narrow.page.evaluate("size => { document.documentElement.style.fontSize = size; }", scale)
            wide = narrow.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], (address, scale, wide)


def test_the_sign_in_page_is_light(user: User) -> None:
    sizes: list[int] = []
    user.page.on("response", lambda answer: sizes.append(len(answer.body())))
    user.page.goto(f"{user.address}/dang-nhap", wait_until="networkidle")
    assert len(sizes) <= 15
    assert sum(sizes) <= 150_000


def test_pages_work_without_javascript(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(locale="vi-VN", java_script_enabled=False)
    someone = User(context.new_page(), address)
    someone.sign_in("Bí thư chi bộ DB02-C3")
    someone.page.goto(f"{address}/ho-so/{code_in(world.app, 'trained', 'DB02-C3')}")
    someone.act("open_dossier")
    context.close()


def test_the_keyboard_alone_ends_a_dossier_from_behind_a_fold(user: User, world: World) -> None:
    """Rare acts lie folded away; the whole road by keyboard is walked in test_road."""
    someone = KeyboardUser(user.page, user.address)
    someone.sign_in("Bí thư chi bộ DB02-C3")
    someone.open(code_in(world.app, "trained", "DB02-C3"))
    someone.act("withdraw", happened_on="27/07/2022", reason="Nguyện vọng cá nhân.")
    assert someone.state() == "Rút hồ sơ"
