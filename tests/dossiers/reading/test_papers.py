"""The tab of papers: a line a paper, what blocks the next step on top, the act that mends it for who may do it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from flask import Flask

from tests.people import Person, code_in, set_clock, text_of, unit_of

Maker = Callable[..., Person]


def test_what_the_next_step_waits_for_is_said_with_the_act_that_mends_it(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    page = secretary.get(f"/ho-so/{code}/giay-to")
    assert "Bước tới còn chờ giấy tờ: thiếu 1-KNĐ, 2-KNĐ, 3-KNĐ" in text_of(page)
    missing = [row for row in page.html.select(".papers tbody tr") if "Còn thiếu" in row.text]
    assert [row.select_one("strong").text for row in missing] == ["1-KNĐ", "2-KNĐ", "3-KNĐ"]
    assert all(row.select_one("td:nth-child(2) a")["href"].endswith("/record_papers") for row in missing)
    assert person("inspector", "KHOI").get(f"/ho-so/{code}/giay-to").html.select(".papers td:nth-child(2) a") == []


def test_what_is_recorded_is_there_and_what_is_still_missing_stays(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    assert "Còn thiếu" in _line(secretary, code, "2-KNĐ")
    form = secretary.form(code, "record_papers")
    rows = [field.value for name, (field, *_) in form.fields.items() if name and name.endswith("-form")]
    row = rows.index("2-KNĐ")
    secretary.act(code, "record_papers", **{f"papers-{row}-issued_on": "20/07/2022"})
    assert "Đã có" in _line(secretary, code, "2-KNĐ") and "20/07/2022" in _line(secretary, code, "2-KNĐ")
    assert "thiếu 1-KNĐ, 3-KNĐ" in text_of(secretary.get(f"/ho-so/{code}/giay-to"))


def test_stale_papers_are_made_again_by_one_button(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review")
    secretary = person("cell_secretary", unit_of(app, code))
    assert "Làm lại giấy tờ quá hạn" not in text_of(secretary.get(f"/ho-so/{code}/giay-to"))
    set_clock(app, date(2023, 12, 1))
    page = secretary.get(f"/ho-so/{code}/giay-to")
    assert "Phải lập lại" in _line(secretary, code, "2-KNĐ")
    assert page.html.select_one(".buttons .primary")["href"].endswith("/redo_stale_papers")


def _line(who: Person, code: str, form: str) -> str:
    rows = who.get(f"/ho-so/{code}/giay-to").html.select(".papers tbody tr")
    return " ".join(next(row for row in rows if row.select_one("strong").text == form).text.split())


def test_the_first_page_says_what_lapses_before_the_next_step_is_due(app: Flask, person: Maker) -> None:
    """As the tab of papers does, with a way there; nothing where nothing lapses."""
    code = code_in(app, "verifying")
    who = person("cell_secretary", unit_of(app, code))
    days = [cell.get_text(strip=True) for cell in who.get(f"/ho-so/{code}/giay-to").html.select("td.when:not(.none)")]
    end = min(datetime.strptime(day, "%d/%m/%Y").date() for day in days)  # noqa: DTZ007 - a day has no zone
    for before in (400, 1, 0, -1):
        set_clock(app, end - timedelta(days=before))
        overview, tab = who.get(f"/ho-so/{code}"), who.get(f"/ho-so/{code}/giay-to")
        told = [link.get_text(strip=True) for link in overview.html.select("section.now dl a[href$=giay-to]")]
        assert told == [line.get_text(strip=True) for line in tab.html.select("p.flash.info")]
        assert bool(told) is (before in (0, 1)), (before, told)
        if told:
            assert f"đến hết {end:%d/%m/%Y}" in " ".join(told)
