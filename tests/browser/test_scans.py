"""A scan attached by a phone's camera, and by dropping and pasting; the page shows its pages, within its policy."""

import base64
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from dossiers.extensions import db
from tests.browser.user import User
from tests.conftest import World
from tests.dossiers.papers import samples
from tests.people import code_in, dossier

SIZES = """all => Promise.all(all.map(async one => {
  one.loading = "eager";
  await one.decode();
  return [one.naturalWidth, one.naturalHeight];
}))"""
PHONE = {"width": 360, "height": 740}


def place_of(app: Flask, code: str, form: str) -> str:
    with app.app_context():
        query = "SELECT seq, nr FROM paper_record WHERE dossier_id = :d AND form = :f"
        row = db.session.execute(text(query), {"d": dossier(app, code).id, "f": form}).one()
        return f"{row.seq}.{row.nr}"


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[User]:
    """Somebody with a phone."""
    context = browser.new_context(locale="vi-VN", viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type] # a plain dict
    context.set_default_timeout(8000)
    yield User(context.new_page(), address)
    context.close()


def test_a_phone_photographs_a_paper_and_turns_a_page(phone: User, world: World) -> None:
    code = code_in(world.app, "cell_review", "DB02-C3")
    refused: list[str] = []
    page = phone.page
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    phone.log_in("cell-secretary", "DB02-C3")
    page.goto(f"{phone.address}/ho-so/{code}/giay-to")
    page.locator(f"a[href$='attach_scan?giay={place_of(world.app, code, '1-KNĐ')}']").click()
    camera = page.locator("input[capture]")
    expect(camera).to_be_visible()
    assert camera.get_attribute("accept") == "image/*"
    camera.set_input_files([
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": samples.jpeg(300, 400, orientation=6)},
        {"name": "IMG_2.jpg", "mimeType": "image/jpeg", "buffer": samples.jpeg(300, 400, shade=90)},
    ])  # fmt: skip
    page.get_by_role("button", name="Lưu bản chụp giấy tờ").click()
    expect(page.get_by_text("Đã ghi: Lưu bản chụp giấy tờ")).to_be_visible()
    page.goto(f"{phone.address}/ho-so/{code}/giay-to")
    page.get_by_role("link", name="Bản chụp: 2 trang").click()
    pictures = page.locator("figure img")
    expect(pictures).to_have_count(2)
    sizes = pictures.evaluate_all(SIZES)
    assert sizes == [[400, 300], [300, 400]], "the first was taken on its side and stands upright"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Thêm trang, xếp lại, thay").click()
    page.get_by_label("Xoay trang 1").select_option("0")
    page.get_by_label("Thứ tự của trang 2").fill("1")
    page.get_by_role("button", name="Lưu bản chụp giấy tờ").click()
    expect(page.get_by_text("Đã ghi: Lưu bản chụp giấy tờ")).to_be_visible()
    assert refused == []


GIVE = """([name, content, how]) => {
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const all = new DataTransfer();
  all.items.add(new File([bytes], name, {type: "image/png"}));
  const form = document.getElementById("act");
  if (how === "drop") form.dispatchEvent(new DragEvent("drop", {dataTransfer: all, bubbles: true, cancelable: true}));
  else document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: all, bubbles: true, cancelable: true}));
}"""


def test_files_are_dropped_and_pasted_beside_those_that_were_chosen(user: User, world: World) -> None:
    code = code_in(world.app, "cell_review", "DB02-C3")
    page = user.page
    user.log_in("cell-secretary", "DB02-C3")
    page.goto(f"{user.address}/ho-so/{code}/attach_scan?giay={place_of(world.app, code, '1-KNĐ')}")
    chosen = page.locator("#files")
    chosen.set_input_files([{"name": "a.pdf", "mimeType": "application/pdf", "buffer": samples.pdf(1)}])
    for how in ("drop", "paste"):
        content = base64.b64encode(samples.png(shade=len(how))).decode()
        page.evaluate(GIVE, [f"{how}.png", content, how])
    assert chosen.evaluate("one => [...one.files].map(file => file.name)") == ["a.pdf", "drop.png", "paste.png"]
    expect(page.locator("input[capture]")).to_be_hidden()
    page.get_by_role("button", name="Lưu bản chụp giấy tờ").click()
    expect(page.get_by_text("Đã ghi: Lưu bản chụp giấy tờ")).to_be_visible()
    page.goto(f"{user.address}/ho-so/{code}/giay-to")
    page.get_by_role("link", name="Bản chụp: 3 trang").click()
    expect(page.locator("iframe")).to_have_attribute(
        "src", f"/ho-so/{code}/ban-chup/{dossier(world.app, code).version}/xem"
    )
