"""Nothing typed is ever lost: each way of losing it, in the browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from dossiers.demo.load import DEMO_PASSWORD
from tests.browser.user import User
from tests.conftest import World
from tests.people import code_in

REASON = "Chi ủy đề nghị làm rõ thời gian công tác ở đơn vị cũ."


@pytest.fixture
def at_form(user: User, world: World) -> Iterator[User]:
    """A cell secretary before a form, with a reason typed that would be a pity to lose."""
    code = code_in(world.app, "listed", "DB02-C3")
    user.log_in("cell-secretary", "DB02-C3")
    user.page.goto(f"{user.address}/ho-so/{code}/suspend")
    reason(user).press_sequentially(REASON, delay=1)
    yield user


def reason(user: User) -> Locator:
    return user.page.locator("#act [name=reason]")


def kept(user: User) -> None:
    """Wait until the page says that what was typed is kept."""
    user.page.locator("#act .draft-kept").get_by_text(re.compile("Đã giữ bản nháp lúc")).wait_for()


def sent(user: User) -> None:
    assert reason(user).input_value() == REASON
    user.send()
    expect(user.page.locator(".flash.done")).to_be_visible()


@pytest.mark.browser
def test_the_session_is_over_in_the_middle_of_a_form(at_form: User) -> None:
    at_form.page.context.clear_cookies()
    at_form.send()
    assert "Những gì bạn gõ đã được giữ" in at_form.text()
    at_form.write(at_form.page.get_by_label("Thư điện tử"), "cell-secretary.db02-c3@demo.example")
    at_form.write(at_form.page.get_by_label("Mật khẩu"), DEMO_PASSWORD)
    at_form.activate(at_form.page.get_by_role("button", name="Đăng nhập", exact=True))
    at_form.page.wait_for_url("**/suspend?ban-nhap=1")
    sent(at_form)


@pytest.mark.browser
def test_somebody_else_signs_in_meanwhile_and_reads_nothing_of_it(at_form: User) -> None:
    page = at_form.page.context.new_page()
    other = User(page, at_form.address)
    page.goto(f"{at_form.address}/viec-cua-toi")
    other.sign_in_as("Văn phòng DB02")
    at_form.send()
    assert REASON not in at_form.page.content()
    assert "được giữ cho người đã gõ" in at_form.text()
    other.sign_in_as("Bí thư chi bộ DB02-C3")


@pytest.mark.browser
def test_the_same_person_signs_in_on_a_second_tab(at_form: User) -> None:
    page = at_form.page.context.new_page()
    other = User(page, at_form.address)
    page.goto(f"{at_form.address}/viec-cua-toi")
    other.sign_in_as("Bí thư chi bộ DB02-C3")
    at_form.send()
    if not at_form.page.locator(".flash.done").count():  # the first tab's token is no longer taken
        assert "Những gì bạn gõ vẫn còn" in at_form.text()
        sent(at_form)


@pytest.mark.browser
def test_the_language_is_switched(at_form: User) -> None:
    at_form.activate(at_form.page.get_by_role("button", name="English"))
    at_form.page.get_by_role("button", name="Tiếng Việt").wait_for()
    assert reason(at_form).input_value() == REASON
    at_form.activate(at_form.page.get_by_role("button", name="Tiếng Việt"))
    at_form.page.get_by_role("button", name="English").wait_for()
    sent(at_form)


@pytest.mark.browser
def test_the_language_is_switched_without_script(browser: object, address: str, world: World) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")  # type: ignore[attr-defined]
    user = User(context.new_page(), address)
    user.log_in("cell-secretary", "DB02-C3")
    user.page.goto(f"{address}/ho-so/{code_in(world.app, 'listed', 'DB02-C3')}/suspend")
    reason(user).fill(REASON)
    user.activate(user.page.get_by_role("button", name="English"))
    assert reason(user).input_value() == REASON
    context.close()


@pytest.mark.browser
def test_the_connection_drops(at_form: User) -> None:
    kept(at_form)
    form = at_form.page.url
    at_form.page.context.set_offline(True)
    at_form.page.locator("#act button.primary").click(no_wait_after=True)
    at_form.page.wait_for_timeout(200)
    at_form.page.context.set_offline(False)
    at_form.errors.clear()  # the browser notes that there was no connection
    offered(at_form, form)


@pytest.mark.browser
def test_the_page_is_left_and_the_form_opened_again(at_form: User) -> None:
    kept(at_form)
    form = at_form.page.url
    at_form.activate(at_form.page.get_by_role("link", name="Hủy"))
    at_form.page.go_back()
    offered(at_form, form)


def offered(user: User, form: str) -> None:
    """Open the form again: the draft is offered, shown, taken, and then gone."""
    user.page.goto(form)
    assert reason(user).input_value() == ""
    user.activate(user.page.get_by_role("link", name="Dùng bản nháp"))
    sent(user)
    user.page.goto(form)
    expect(user.page.get_by_role("link", name="Dùng bản nháp")).to_have_count(0)


@pytest.mark.browser
def test_a_draft_is_dropped_when_it_is_not_wanted(at_form: User) -> None:
    kept(at_form)
    at_form.page.reload()
    at_form.activate(at_form.page.get_by_role("button", name="Bỏ bản nháp"))
    assert "Đã bỏ bản nháp." in at_form.text()
    expect(at_form.page.get_by_role("link", name="Dùng bản nháp")).to_have_count(0)


@pytest.mark.browser
def test_a_row_is_added_on_the_spot_and_sent(user: User, world: World) -> None:
    code = code_in(world.app, "applying", "DB02-C3")
    user.sign_in("Bí thư chi bộ DB02-C3")
    user.page.goto(f"{user.address}/ho-so/{code}/record_relatives")
    rows = user.page.locator("#act fieldset.row")
    before = rows.count()
    user.activate(user.page.get_by_role("button", name="Thêm dòng"))
    expect(rows).to_have_count(before + 1)
    assert rows.last.locator("legend").inner_text().strip() == f"Thân nhân {before + 1}"
    rows.last.get_by_label("Quan hệ").select_option(index=1)
    rows.last.get_by_label("Họ và tên").fill("Trần Thị Thử Nghiệm")
    user.send()
    expect(user.page.locator(".flash.done")).to_be_visible()
    user.page.goto(f"{user.address}/ho-so/{code}/than-nhan")
    assert "Trần Thị Thử Nghiệm" in user.text()
