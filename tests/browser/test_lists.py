"""Lists as they look: dates and codes in one piece, two lines a row on a desk, filters folded on a telephone, paper."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.user import User

pytestmark = pytest.mark.browser

BROKEN = """() => {
  const pieces = /\\b\\d{2}\\/\\d{2}\\/\\d{4}\\b|\\b[A-Z]{2}\\d{4}-\\d{6}\\b|\\b[A-Z]{2}\\d{2}-[A-Z]+\\d*\\b/g;
  const found = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  let seen = 0;
  for (let node; (node = walker.nextNode());) {
    for (const piece of node.data.matchAll(pieces)) {
      const range = document.createRange();
      range.setStart(node, piece.index);
      range.setEnd(node, piece.index + piece[0].length);
      const lines = new Set([...range.getClientRects()].filter(box => box.width > 0).map(box => Math.round(box.top)));
      if (lines.size) { seen += 1; }
      if (lines.size > 1) { found.push(piece[0]); }
    }
  }
  return [seen, found];
}"""
"""How many dates and codes of dossiers and units are seen, and which stand on two lines."""

LISTS = (
    "/viec-cua-toi", "/ho-so?ended=all&sort=name", "/ho-so?stage=admission", "/tim?q=nguyen", "/tham-tra",
    "/don-vi?mo=DB02", "/boi-duong", "/bao-cao", "/chi-tieu",
)  # fmt: skip


@pytest.mark.parametrize("width", [360, 768, 1024, 1440])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_dates_and_codes_never_break_inside(user: User, width: int, language: str) -> None:
    user.sign_in("Ban tổ chức Đảng ủy Khối")
    if language == "en":
        user.page.get_by_role("button", name="English").click()
    user.page.set_viewport_size({"width": width, "height": 900})
    total = 0
    for address in LISTS:
        user.page.goto(user.address + address)
        for fold in user.page.locator("main details").all():
            fold.evaluate("node => { node.open = true; }")
        seen, broken = user.page.evaluate(BROKEN)
        assert broken == [], (address, broken)
        total += seen
    assert total > 200, "there was something to look at"


def lines(page: Page) -> list[int]:
    """How many lines of text each row of the list takes."""
    return page.evaluate("""() => [...document.querySelectorAll("table.list tbody tr")].map(row =>
      Math.max(...[...row.cells].map(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const boxes = [...range.getClientRects()].filter(box => box.width > 1);
        const tops = boxes.map(box => box.bottom).sort((a, b) => a - b);
        return tops.filter((top, nr) => !nr || top - tops[nr - 1] > 8).length;
      })))""")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_row_takes_two_lines_at_most_on_a_desk(user: User, language: str) -> None:
    user.sign_in("Ban tổ chức Đảng ủy Khối")
    if language == "en":
        user.page.get_by_role("button", name="English").click()
    user.page.set_viewport_size({"width": 1440, "height": 900})
    for address in ("/ho-so?ended=all&sort=state", "/ho-so?stage=admission", "/ho-so?sort=-since", "/viec-cua-toi",
                    "/sau-ket-nap", "/tim?q=nguyen"):  # fmt: skip
        user.page.goto(user.address + address)
        found = lines(user.page)
        assert found and max(found) <= 2, (address, found)


def test_filters_fold_on_a_telephone_and_keep_the_list_in_sight(user: User) -> None:
    user.sign_in("Ban tổ chức Đảng ủy Khối")
    page = user.page
    for width, height in ((360, 740), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(user.address + "/ho-so?stage=admission&source=trade_union")
        first = page.locator("table.list a.name").first.bounding_box()
        assert first and first["y"] + first["height"] < height, "somebody is seen without scrolling"
        assert page.locator("#stage").is_visible() == (width > 1000), "on a desk the filters lie open"
    page.set_viewport_size({"width": 360, "height": 740})
    assert "giai đoạn: Xét kết nạp · nguồn: Công đoàn" in page.locator(".sieve > summary").inner_text()
    page.locator(".sieve > summary").click()
    page.locator("#source").select_option("youth_union")
    page.locator(".sieve button").click()
    page.wait_for_url("**source=youth_union**")
    assert not page.locator("#stage").is_visible(), "folded again"


def test_a_head_sorts_and_the_search_box_keeps_numbers_out_of_the_address(user: User) -> None:
    user.sign_in("Ban tổ chức Đảng ủy Khối")
    page = user.page
    page.goto(user.address + "/ho-so")
    page.locator("th a", has_text="Họ và tên").click()
    page.wait_for_url("**sort=name**")
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Họ và tên")
    user.write(page.get_by_role("searchbox"), "0912345678")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/tim")
    assert "Không thấy ai" in user.text()


def test_a_list_prints_with_title_filter_date_and_page_numbers(user: User) -> None:
    user.sign_in("Ban tổ chức Đảng ủy Khối")
    page = user.page
    page.goto(user.address + "/ho-so?source=trade_union")
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    shown = " ".join(page.locator(".on-paper").all_inner_texts())
    assert "nguồn: Công đoàn" in shown and "in ngày 27/07/2022" in shown
    for gone in (".top", ".menu", ".sieve", "form", ".more"):
        assert not any(part.is_visible() for part in page.locator(gone).all()), gone
    sheets = page.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45][\d.]* 84[12][\d.]*", sheets), "A4 upright"
    boxes = page.evaluate("""() => [...document.styleSheets].flatMap(sheet => [...sheet.cssRules])
      .filter(rule => rule instanceof CSSPageRule).map(rule => rule.cssText).join(" ")""")
    assert "counter(page)" in boxes and "counter(pages)" in boxes


def test_one_box_chooses_all_lines_of_a_table(user: User) -> None:
    user.sign_in("Ban tổ chức Đảng ủy Khối")
    for width in (1440, 360):
        user.page.set_viewport_size({"width": width, "height": 900})
        user.page.goto(user.address + "/ho-so?stage=admission")
        every = user.page.get_by_label("Chọn tất cả")
        boxes = user.page.locator("table.list tbody input[name=ho-so]")
        assert boxes.count() > 1
        every.focus()
        user.page.keyboard.press("Space")
        assert all(box.is_checked() for box in boxes.all())
        boxes.first.uncheck()
        assert every.evaluate("box => [box.checked, box.indeterminate]") == [False, True]
        boxes.first.check()
        assert every.is_checked()
        every.uncheck()
        assert not any(box.is_checked() for box in boxes.all())
    assert user.errors == []


def test_a_table_of_one_line_or_none_has_no_box_for_all(user: User) -> None:
    user.sign_in("Ban tổ chức Đảng ủy Khối")
    for address in ("/bao-cao", "/chi-tieu"):
        user.page.goto(user.address + address)
        assert user.page.get_by_label("Chọn tất cả").count() == 0
