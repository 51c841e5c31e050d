"""Filters that people keep under a name, each for themselves; the version for the printer; units chosen by name."""

from collections.abc import Callable

from flask import Flask

from dossiers.lists import saving
from tests.people import Person, names_on, text_of

Maker = Callable[..., Person]


def keep(who: Person, address: str, name: str) -> object:
    """Open a list and keep what it is narrowed by."""
    form = next(f for f in who.get(address).forms.values() if f.action == "/bo-loc")
    form["name"] = name
    return form.submit().follow()


def kept(who: Person) -> dict[str, str]:
    """The links of the kept filters."""
    return {link.get_text(): link["href"] for link in who.get("/ho-so").html.select(".kept a")}


def test_a_filter_is_kept_under_a_name_by_one_person(person: Maker) -> None:
    mine, other = person("cell_secretary", "DB02-C3"), person("committee_officer", "DB02")
    page = keep(mine, "/ho-so?overdue=1&sort=-name&after=zz", "Quá hạn của tôi")
    assert "Đã giữ bộ lọc" in text_of(page)  # type: ignore[arg-type] # a page
    assert kept(mine) == {"Quá hạn của tôi": "/ho-so?overdue=1&sort=-name"}
    assert kept(other) == {}
    shown = mine.get("/ho-so?sort=-name&overdue=1")
    assert shown.html.select_one(".kept a")["aria-current"] == "page"
    assert not [f for f in shown.forms.values() if f.action == "/bo-loc"], "it is kept already"
    keep(mine, "/ho-so?state=applying", "Quá hạn của tôi")
    assert kept(mine) == {"Quá hạn của tôi": "/ho-so?state=applying"}, "the same name: in its place"


def test_a_kept_filter_is_deleted_by_its_owner_only(person: Maker) -> None:
    mine, other = person("cell_secretary", "DB02-C3"), person("committee_officer", "DB02")
    keep(mine, "/ho-so?state=applying", "Đang làm")
    form = next(f for f in mine.get("/ho-so").forms.values() if f.action.endswith("/xoa"))
    other.web.post(form.action, {"csrf_token": other.token()}, status=404)
    assert kept(mine)
    assert "Đã xóa bộ lọc" in text_of(form.submit().follow())
    assert kept(mine) == {}


def test_what_is_kept_is_known_and_limited(app: Flask, person: Maker) -> None:
    mine = person("cell_secretary", "DB02-C3")
    token = mine.token()
    sent = {"csrf_token": token, "name": "Lạ", "query": "state=nonsense&x=1&sort=name&next=//evil.example"}
    assert mine.web.post("/bo-loc", sent).location.endswith("/ho-so?sort=name"), "what is not known is left out"
    assert "Chưa ghi tên" in text_of(mine.web.post("/bo-loc", {**sent, "name": " "}).follow())
    for number in range(saving.MOST - 1):
        mine.web.post("/bo-loc", {**sent, "name": f"Bộ lọc {number}"}, status=303)
    assert "Đã giữ đủ 20 bộ lọc" in text_of(mine.web.post("/bo-loc", {**sent, "name": "Thêm"}).follow())
    assert len(kept(mine)) == saving.MOST
    mine.web.post("/bo-loc", {"name": "Không có mã", "query": ""}, status=400)


def test_the_version_for_the_printer_holds_the_whole_list_with_its_filter_in_words(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    first = upper.get("/ho-so?source=trade_union&sort=name")
    assert first.html.select_one("a[rel=next]")
    whole = upper.get(first.html.select_one(".hits a")["href"])
    assert not whole.html.select_one("a[rel=next]")
    assert len(names_on(whole)) > len(names_on(first))
    on_paper = " ".join(part.get_text() for part in whole.html.select(".on-paper"))
    assert "nguồn: Công đoàn" in on_paper
    assert "27/07/2022" in on_paper, "the day it is printed"


def test_among_many_units_one_is_named_and_among_few_chosen(person: Maker) -> None:
    upper, cell, committee = (
        person("upper_officer", "KHOI"), person("cell_secretary", "DB02-C3"), person("committee_officer", "DB02"),
    )  # fmt: skip
    page = upper.get("/ho-so")
    assert not page.html.select("select#unit"), "130 units are no list to choose from"
    assert page.html.select_one("input#unit")
    named = upper.web.get("/ho-so", {"unit": "chi bo 3 cong ty dien luc", "sort": "name"})
    assert named.status_int == 302
    assert named.location.endswith("/ho-so?unit=DB02-C3&sort=name")
    several = upper.web.get("/ho-so", {"unit": "cong ty dien luc"})
    links = [link["href"] for link in several.html.select(".plain a")]
    assert "/ho-so?unit=DB02" in links and names_on(several) == []
    assert "Không có hồ sơ nào" in text_of(upper.get("/ho-so?unit=khong-co-don-vi-nay"))
    assert len(committee.get("/ho-so").html.select("select#unit option")) > 3
    assert not cell.get("/ho-so").html.select("#unit"), "one unit: nothing to choose"
    report = upper.web.get("/bao-cao", {"unit": "cong ty dien luc"})
    assert "/bao-cao?unit=DB02" in [link["href"] for link in report.html.select(".plain a")]
