"""The CV prepared over three sittings by three people: the helper, the cell's secretary, the committee's office."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from dossiers.audit import services as audit
from dossiers.casework.models import Dossier
from dossiers.extensions import db
from tests.browser.user import User
from tests.conftest import World
from tests.dossiers.papers import samples
from tests.people import Person
from workflow.cv import Section

PEOPLE = {"helper": "cell-member-helper", "secretary": "cell-secretary", "office": "committee-officer"}
PHONE = {"width": 360, "height": 740}


def helped(world: World) -> str:
    """A dossier being prepared whose helper holds the account of the helping member."""
    helper = Person(world.app, "cell_member_helper", "DB02-C3")
    with world.app.app_context():
        codes = list(db.session.scalars(select(Dossier.code).where(Dossier.state.in_(("applying", "verifying")))))
    return next(code for code in codes if helper.web.get(f"/ho-so/{code}/write_cv", status="*").status_int == 200)


@pytest.fixture
def people(browser: Browser, address: str) -> Iterator[dict[str, User]]:
    """Three people, each at a screen of their own; the helper has a phone."""
    contexts = [browser.new_context(locale="vi-VN", viewport=PHONE if name == "helper" else None) for name in PEOPLE]  # type: ignore[arg-type] # a plain dict
    found = {}
    for (name, role), context in zip(PEOPLE.items(), contexts, strict=True):
        context.set_default_timeout(8000)
        found[name] = User(context.new_page(), address)
        found[name].log_in(role, "DB02" if name == "office" else "DB02-C3")
    yield found
    for context in contexts:
        context.close()


def save(page: Page, on: bool = False) -> None:
    """Save a section, and go on to the next or back to the whole."""
    page.get_by_role("button", name="Ghi, sang mục sau" if on else "Ghi", exact=True).click()
    page.wait_for_load_state()


def test_three_people_prepare_it_over_three_sittings(people: dict[str, User], world: World) -> None:
    code = helped(world)
    helper, secretary, office = (people[name].page for name in PEOPLE)
    at = f"{people['helper'].address}/ho-so/{code}"

    # The first sitting: the helper, with a phone, beside the candidate.
    helper.goto(f"{at}/ly-lich")
    helper.get_by_role("link", name="Bắt đầu ghi").click()
    expect(helper.get_by_label("Họ và tên đang dùng")).not_to_have_value("")
    expect(helper.get_by_label("Tôn giáo")).to_have_count(0)
    save(helper, on=True)
    expect(helper.get_by_role("heading", level=1)).to_contain_text("15. Lịch sử bản thân")
    helper.locator("[name='periods-0-since']").fill("9/2000")
    helper.locator("[name='periods-0-what']").fill("Học tiểu học ở xã")
    assert helper.evaluate("document.documentElement.scrollWidth") <= 360
    save(helper)
    expect(helper.get_by_text("2/9 mục đã ghi")).to_be_visible()

    # The second: the secretary goes on where it was left, with the keyboard, and what was not saved is not lost.
    secretary.goto(f"{at}/ly-lich")
    secretary.get_by_role("link", name="Ghi tiếp").focus()
    secretary.keyboard.press("Enter")
    expect(secretary.get_by_role("heading", level=1)).to_contain_text("16. Công việc")
    secretary.get_by_label("Không có gì để khai ở mục này").check()
    save(secretary, on=True)
    for section in list(Section)[3:7]:
        expect(secretary.locator("input[name=section]").first).to_have_value(str(section))
        secretary.get_by_label("Không có gì để khai ở mục này").check()
        save(secretary, on=True)
    secretary.locator("[name='people-0-relation']").select_option("father")
    secretary.locator("[name='people-0-name']").fill("Ông Nguyễn Văn Cha")
    save(secretary, on=True)
    expect(secretary.get_by_role("heading", level=1)).to_contain_text("23–24")

    # The third: the office has the same section open as the secretary, and mends what the helper wrote.
    office.goto(f"{at}/write_cv?muc=history")
    secretary.goto(f"{at}/write_cv?muc=history")
    office.locator("[name='periods-0-what']").fill("Học tiểu học, xã Tân Hòa")
    save(office)
    expect(office.get_by_text("8/9 mục đã ghi")).to_be_visible()
    secretary.locator("[name='periods-0-until']").fill("5/2005")
    secretary.locator("[name='periods-1-what']").fill("Học trung học")
    save(secretary)
    expect(secretary.get_by_text("Hồ sơ vừa có người khác ghi")).to_be_visible()
    expect(secretary.locator("[name='periods-0-what']")).to_have_value("Học tiểu học, xã Tân Hòa")
    expect(secretary.locator("[name='periods-0-until']")).to_have_value("5/2005")
    expect(secretary.locator("[name='periods-1-what']")).to_have_value("Học trung học")
    save(secretary)
    secretary.goto(f"{at}/ly-lich")
    whole = secretary.locator("#history")
    whole.locator("summary").click()
    for words in ("9/2000", "5/2005", "Học tiểu học, xã Tân Hòa", "Học trung học"):
        expect(whole).to_contain_text(words)

    # The handwritten original is photographed and stands beside.
    secretary.goto(f"{at}/giay-to")
    attach = secretary.locator("a.scanned", has_text="2-KNĐ").first
    if not attach.count():
        secretary.goto(f"{at}/record_papers")
        rows = secretary.locator("input[type=hidden][name$='-form']")
        for nr in range(rows.count()):
            if rows.nth(nr).get_attribute("value") == "2-KNĐ":
                secretary.locator(f"[name='papers-{nr}-issued_on']").fill("26/07/2022")
        people["secretary"].send()
        secretary.goto(f"{at}/giay-to")
    secretary.locator("a.scanned", has_text="2-KNĐ").first.click()
    secretary.locator("input[name=files]").set_input_files(
        {"name": "ly-lich.jpg", "mimeType": "image/jpeg", "buffer": samples.jpeg(300, 400)}
    )
    people["secretary"].send()
    secretary.goto(f"{at}/write_cv?muc=review")
    picture = secretary.locator("aside img")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => { one.loading = 'eager'; return one.decode().then(() => one.naturalWidth) }") == 300
    secretary.locator("[name=strengths]").fill("Chăm chỉ, trung thực.")
    save(secretary, on=True)
    expect(secretary.get_by_text("9/9 mục đã ghi")).to_be_visible()
    for user in people.values():
        assert user.errors == []
    with world.app.app_context():
        assert audit.verify()[1] == []
