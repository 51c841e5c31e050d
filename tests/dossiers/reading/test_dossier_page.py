"""The page of a dossier: what it shows, and in which order."""

import re
from collections.abc import Callable

from flask import Flask

from tests.people import Person, code_in, unit_of
from workflow.stages import State

Maker = Callable[..., Person]


def test_the_dossier_says_where_whose_turn_until_when_what_is_missing_and_what_comes_next(
    app: Flask, person: Maker
) -> None:
    code = code_in(app, "verifying")
    page = person("upper_officer", "KHOI").get(f"/ho-so/{code}")
    now = page.html.select_one("section.now").get_text(" ")
    for words in ("Đang ở bước", "Thẩm tra lý lịch", "Đến lượt", "Hạn", "Bước sau", "Đã thẩm tra, kết luận"):
        assert words in now
    missing = page.html.select(".checklist .missing")
    assert any("Kết quả thẩm tra: Cha" in item.get_text() for item in missing)
    assert any("5-KNĐ" in item.get_text() for item in missing)
    assert "01-HD/TW §3" in page.html.select_one(".checklist").get_text()


def test_what_cannot_be_done_stays_visible_with_rule_source_and_remedy(app: Flask, person: Maker) -> None:
    code = code_in(app, "verifying", "DB03")
    page = person("cell_secretary", unit_of(app, code)).get(f"/ho-so/{code}")
    blocked = [item for item in page.html.select("li.cannot") if "Kết luận thẩm tra" in item.get_text()]
    assert blocked
    text = " ".join(blocked[0].get_text(" ").split())
    assert "Việc này do Bí thư đảng ủy cơ sở" in text
    assert "01-HD/TW §3" in text


def test_what_only_others_may_prepare_is_folded_away(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    page = person("youth_officer", "DB02-DTN").get(f"/ho-so/{code}")
    fold = next(fold for fold in page.html.select("summary") if "Việc của người khác" in fold.get_text())
    folded = fold.find_parent("details")
    assert "Ghi giấy tờ" in folded.get_text()
    assert "Ghi giấy tờ" not in page.html.select_one("#h-acts").find_next("ul").get_text()
    assert folded.select(".can") == []


def test_what_is_never_ones_own_is_folded_away_of_all_kinds(app: Flask, person: Maker) -> None:
    """Steps stay: what comes next is told to everybody, with who does it."""
    code = code_in(app, "cell_review", "DB02-C3")
    for role, unit in (("youth_officer", "DB02-DTN"), ("cell_secretary", "DB02-C3"), ("inspector", "KHOI")):
        page = person(role, unit).get(f"/ho-so/{code}")
        folds = {fold.find("summary").get_text().split(":")[0]: fold for fold in page.html.select("details.rest")}
        others = folds.get("Việc khác")
        assert all(item.select("p.hint a") for item in ([] if others is None else others.select("li.cannot")))
        theirs = next(fold for name, fold in folds.items() if name.startswith("Việc của người khác"))
        assert not theirs.select("p.hint a, a.button"), "no form would help"
        assert "Việc này do" in theirs.get_text()
        assert page.html.select_one("section.now .next-act") or "Bước tiếp theo" in page.text


def test_a_helping_member_finds_what_they_write_on_top(app: Flask, person: Maker) -> None:
    helper = person("cell_member_helper", "DB02-C3")
    states = {
        row.select_one("a.name")["href"]: row.select_one(".badge").get_text()
        for row in helper.get("/viec-cua-toi").html.select("table.dossiers tbody tr")
    }
    assert "Đảng viên dự bị" in states.values()
    for address, state in states.items():
        first = helper.get(address).html.select("section.now a.primary")
        wanted = ["Nhận xét quý"] if state == "Đảng viên dự bị" else []
        assert [button.get_text() for button in first] == wanted


def test_the_timeline_shows_both_dates_and_who(app: Flask, person: Maker) -> None:
    code = code_in(app, "official")
    page = person("inspector", "KHOI").get(f"/ho-so/{code}/dien-bien")
    lines = page.html.select("ol.timeline li")
    assert len(lines) >= 20
    for line in lines:
        assert re.search(
            r"diễn ra \d\d/\d\d/\d{4} · ghi lúc \d\d/\d\d/\d{4} \d\d:\d\d", " ".join(line.get_text(" ").split())
        )
    assert not page.html.select("li.can"), "an inspector changes nothing"


def test_every_action_button_opens_a_form(app: Flask, person: Maker) -> None:
    for state in State:
        code = code_in(app, str(state))
        secretary = person("cell_secretary", unit_of(app, code))
        for link in secretary.get(f"/ho-so/{code}").html.select("li.can a"):
            assert "act" in secretary.get(link["href"]).forms, link["href"]
