"""The list of accounts: found by name without marks, address, role or unit, a page at a time, within one's reach."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask

from dossiers.accounts import views
from tests.people import Person, text_of

Maker = Callable[..., Person]


def names_on(admin: Person, query: str) -> list[str]:
    return [link.get_text().strip() for link in admin.get(f"/tai-khoan{query}").html.select("table.list a.name")]


def test_accounts_are_found_by_what_people_know_of_them(app: Flask, person: Maker) -> None:
    admin, one = person("administrator", "KHOI"), person("cell_secretary", "DB02-C3")
    email = "cell-secretary.db02-c3@demo.example"
    for wanted in (one.name, one.name.upper(), email, "bi thu chi bo " + one.name):
        page = admin.get(f"/tai-khoan?{urlencode({'tim': wanted})}")
        assert one.name in text_of(page), wanted
        assert all(one.name == link.get_text().strip() for link in page.html.select("table.list a.name")), wanted
        assert page.html.select_one("#tim")["value"] == wanted, "what was typed stays"
    assert names_on(admin, "?tim=khong+co+ai+ten+nay") == []
    assert "Không có tài khoản nào như vậy" in text_of(admin.get("/tai-khoan?tim=khong+co+ai+ten+nay"))


def test_all_are_reached_page_by_page(person: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = person("administrator", "KHOI")
    monkeypatch.setattr(views, "SHOWN", 1000)
    everybody = names_on(admin, "")
    monkeypatch.setattr(views, "SHOWN", 40)
    assert len(everybody) > 80
    assert admin.read_on("/tai-khoan", "table.list a.name") == everybody
