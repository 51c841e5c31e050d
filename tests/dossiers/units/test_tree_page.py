"""The tree of units: opened branch by branch, searched, and never read whole."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from dossiers.extensions import db
from dossiers.units import services, tree, views
from tests.people import Person, text_of
from workflow.route import UnitKind

Maker = Callable[..., Person]


def shown(page: object) -> list[str]:
    """The codes of the units on a page, from the top."""
    return [code.get_text() for code in page.html.select(".tree li > .sub .code")]  # type: ignore[attr-defined] # WebTest parses it


@pytest.fixture
def large(app: Flask) -> Iterator[None]:
    """One committee with 3,000 cells more."""
    with app.app_context():
        parent = services.by_code("DB02")
        assert parent is not None
        for number in range(3000):
            services.add_unit(f"X{number:04d}", f"Chi bộ thêm {number}", UnitKind.CELL, parent, parent.valid_from)
        db.session.commit()
    yield


def test_the_tree_opens_branch_by_branch_by_links(person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    page = upper.get("/don-vi")
    assert shown(page)[0] == "KHOI" and "DB02" in shown(page) and "DB02-C1" not in shown(page)
    opener = next(a for a in page.html.select("a.turn") if "Công ty Điện lực" in a["aria-label"])
    page = upper.get(opener["href"])
    assert {"DB02-C1", "DB02-S1", "DB01"} <= set(shown(page))
    assert "DB02-C3" not in shown(page)
    page = upper.get(next(a for a in page.html.select("a.turn") if "bộ phận" in a["aria-label"])["href"])
    assert {"DB02", "DB02-S1", "DB02-C3"} <= set(shown(page))
    nested = page.html.find("a", href="/don-vi/DB02-C3").find_parents("ul")
    assert len(nested) == 4, "the level stands in the page, not only in the look of it"
    closer = next(a for a in page.html.select("a.turn") if a["aria-label"].startswith("Thu gọn Đảng bộ bộ phận"))
    assert "DB02-C3" not in shown(upper.get(closer["href"]))


def test_each_sees_the_tree_of_the_own_units(person: Maker) -> None:
    committee = person("committee_officer", "DB02")
    assert shown(committee.get("/don-vi"))[0] == "DB02"
    committee.get("/don-vi?mo=DB01", status=404)
    assert shown(committee.get("/don-vi?q=DB01")) == []
    administrator = person("administrator", "KHOI").get("/don-vi?mo=DB02")
    assert "DB02-C1" in shown(administrator)
    assert not administrator.html.select(".to-list"), "who sees no dossier has no link to lists"


def test_units_are_found_without_accents_in_any_order(person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    found = shown(upper.get("/don-vi?q=dien+luc+chi+bo+3"))
    assert found == ["DB02-C3"]
    assert shown(upper.get("/don-vi?q=db02-c3"))[0] == "DB02-C3"
    assert "Không có đơn vị nào như vậy" in text_of(upper.get("/don-vi?q=zzzz"))


def test_a_unit_is_chosen_for_a_list_with_its_filter(person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    chooser = upper.get("/ho-so?state=applying&sort=name").html.select_one("#unit").find_next("a")
    page = upper.get(chooser["href"])
    page = upper.get(next(a for a in page.html.select("a.turn") if "Công ty Điện lực" in a["aria-label"])["href"])
    link = next(a for a in page.html.select("a.to-list") if "Đảng bộ Công ty Điện lực" in a["aria-label"])
    assert link["href"] == "/ho-so?state=applying&sort=name&unit=DB02"


def test_of_three_thousand_units_a_page_holds_a_hundred(person: Maker, large: None) -> None:
    upper = person("upper_officer", "KHOI")
    page = upper.get("/don-vi?mo=DB02")
    assert len(page.html.select(".tree li")) < views.SHOWN + 40
    more = next(a for a in page.html.select(".tree li > a") if "còn" in a.get_text())
    first = set(shown(page))
    second = set(shown(upper.get(more["href"])))
    assert len(second - first) >= views.SHOWN - 1, "the next hundred"
    inside = upper.get("/don-vi?mo=DB02-S1")
    assert len(inside.html.select(".tree li")) < views.SHOWN, "beside the way to an open unit too"
    assert "DB02-C3" in shown(inside)
    found = upper.get("/don-vi?q=chi+bo+them")
    assert len(shown(found)) == views.SHOWN
    assert not upper.get("/ho-so").html.select("select#unit")
    assert len(upper.get("/bao-cao?unit=DB02").html.select("option")) <= tree.FEW


def test_every_unit_stands_once_in_the_opened_tree(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    with app.test_request_context():
        every = list(tree.current().below([node.id for node in tree.current().named("KHOI", [1])]))
    above = {node.parent_id for node in every}
    seen: set[str] = set()
    for node in every:
        if node.id in above:
            page = shown(upper.get(f"/don-vi?mo={node.code}"))
            assert len(page) == len(set(page)), node.code
            seen |= set(page)
    assert seen == {node.code for node in every}
