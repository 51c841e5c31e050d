"""Handing a dossier over: with a cover list, ticked by who receives it, or sent back; nobody has to, unless told so."""

import io
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from dossiers.audit import services as audit
from dossiers.casework import loading
from dossiers.casework.models import Dossier
from dossiers.extensions import db
from dossiers.rules import services as rules
from dossiers.units import tree
from tests.dossiers.acting.test_together import asked
from tests.people import Person, code_in, text_of
from workflow.route import UnitKind

Maker = Callable[..., Person]


@pytest.fixture
def places(app: Flask) -> tuple[str, str, str]:
    """A dossier that went from its cell straight to the committee, and the codes of both."""
    with app.app_context():
        query = select(Dossier.code).where(Dossier.state == "committee_review").order_by(Dossier.id)
        for code in db.session.scalars(query).all():
            case, units = loading.load_for_administration(code), tree.current()
            if not case.route.has_section:
                cell, committee = (case.place.unit_of(kind) for kind in (UnitKind.CELL, UnitKind.GRASSROOTS_COMMITTEE))
                assert cell is not None and committee is not None
                return code, units[cell].code, units[committee].code
    raise AssertionError("the demo has none")


@pytest.fixture
def code(places: tuple[str, str, str]) -> str:
    return places[0]


@pytest.fixture
def cell(person: Maker, places: tuple[str, str, str]) -> Person:
    return person("cell_secretary", places[1])


@pytest.fixture
def office(person: Maker, places: tuple[str, str, str]) -> Person:
    return person("committee_officer", places[2])


@pytest.fixture
def secretary(person: Maker, places: tuple[str, str, str]) -> Person:
    return person("committee_secretary", places[2])


def handed(app: Flask, code: str) -> tuple[int, bool] | None:
    """How many papers are handed over, and whether they were received."""
    with app.app_context():
        found = loading.load_for_administration(code).facts.handed
        return None if found is None else (len(found.papers), found.received_on is not None)


def test_the_cell_hands_over_and_the_committee_ticks_each_paper(
    app: Flask, code: str, cell: Person, office: Person, secretary: Person
) -> None:
    assert "Nhận hồ sơ bàn giao" not in text_of(office.get(f"/ho-so/{code}")), "nothing was handed over"
    form = cell.form(code, "hand_over")
    boxes = [box for box in form.fields["listed"] if box.checked]
    count = len(form.fields["listed"])
    assert len(boxes) == count > 5, "all papers are on the list beforehand"
    form.fields["listed"][0].checked = False
    page = cell.send(form).follow()
    assert f"{count - 1} giấy tờ, giao ngày 27/07/2022" in text_of(page) and "chờ nơi nhận đánh dấu" in text_of(page)
    assert f"{count - 1} giấy tờ trong bản kê" in text_of(page)
    assert handed(app, code) == (count - 1, False)
    inbox = secretary.get("/viec-cua-toi")
    group = next(card for card in inbox.html.select("section.card") if "Nhận hồ sơ bàn giao" in card.h2.text)
    assert group.select_one(f'a[href*="{code}"]')
    form = office.form(code, "receive_dossier")
    assert len(form.fields["listed"]) == count - 1 and not any(box.checked for box in form.fields["listed"])
    for box in form.fields["listed"][1:]:
        box.checked = True
    refused = form.submit(expect_errors=True)
    assert refused.status_int == 422 and "Chưa đánh dấu đủ bản kê: " in text_of(refused)
    form = refused.forms["act"]
    for box in form.fields["listed"]:
        box.checked = True
    page = office.send(form).follow()
    assert "đã nhận ngày 27/07/2022" in text_of(page) and handed(app, code) == (count - 1, True)
    assert not page.html.select('a[href$="/receive_dossier"], a[href$="/hand_over"]')
    assert "đã được nhận ngày 27/07/2022" in cell.refused(code, "hand_over")
    with app.app_context():
        assert audit.verify()[1] == []


def test_what_is_sent_back_is_handed_over_anew(app: Flask, code: str, cell: Person, secretary: Person) -> None:
    cell.act(code, "hand_over")
    secretary.act(code, "return_for_correction", return_to="cell_review", reason="Thiếu chữ ký.")
    assert handed(app, code) is None
    assert "Bàn giao</dt>" not in cell.get(f"/ho-so/{code}").text


def test_only_those_between_whom_it_passes_hand_it_over(app: Flask, code: str, cell: Person, office: Person) -> None:
    assert "act" not in office.get(f"/ho-so/{code}/hand_over").forms
    cell.act(code, "hand_over")
    assert "act" not in cell.get(f"/ho-so/{code}/receive_dossier").forms


def test_the_road_waits_for_it_only_where_the_rulebook_says_so(app: Flask, code: str, secretary: Person) -> None:
    page = secretary.get(f"/ho-so/{code}/pass_committee_vote")
    assert "Chưa ghi nhận hồ sơ được bàn giao" not in page.text
    with app.app_context():
        rulebook = loading.load_for_administration(code).rulebook
        rules.change_value(rulebook, "handing_over", "required", 1)
    page = secretary.get(f"/ho-so/{code}/pass_committee_vote")
    assert "Chưa ghi nhận hồ sơ được bàn giao" in page.text


@pytest.mark.parametrize("state", ["committee_review", "awaiting_decision", "recognition_committee_review"])
def test_the_cover_list_says_from_whom_to_whom(app: Flask, person: Maker, state: str) -> None:
    code = code_in(app, state)
    answer = person("inspector", "KHOI").get(f"/ho-so/{code}/ban-ke.pdf")
    read = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body)).pages).split())
    for wanted in ("BẢN KÊ", "Kính gửi:", code, "Tên giấy tờ", "NGƯỜI LẬP BẢN KÊ", "6-KNĐ"):
        assert wanted in read, wanted
    head = read.split("Hồ sơ số")[0].split("Kính gửi:")[1]
    assert ("Ban Thường vụ" in head) is (state == "awaiting_decision"), head


# --- many at once ---


def test_many_are_handed_over_with_one_list_received_by_ticks_and_some_sent_back(app: Flask, person: Maker) -> None:
    codes, cell_code, committee = two_of_a_cell(app)
    cell, office = person("cell_secretary", cell_code), person("committee_officer", committee)
    page = cell.get(asked(codes, viec="hand_over"))
    boxes = page.forms["act"].fields["listed"]
    assert all(box.checked for box in boxes), "all papers are on the list beforehand"
    assert {box._value.split("/")[0] for box in boxes} == set(codes)
    assert len({box["id"] for box in page.html.select("input[name=listed]")}) == len(boxes)
    boxes[0].checked = False
    left_out = boxes[0]._value.split("/")[0]
    before = handed(app, codes[0])
    seen = page.forms["act"].submit()
    assert "Sẽ ghi 2, không ghi được 0" in text_of(seen) and handed(app, codes[0]) == before is None
    done = seen.forms["act"].submit("confirmed")
    assert "Đã ghi 2, chưa ghi được 0" in text_of(done)
    counts = {code: handed(app, code) for code in codes}
    assert sum(found[0] for found in counts.values() if found) == len(boxes) - 1
    link = next(a["href"] for a in done.html.select("a[href*='ban-ke.pdf']"))
    text = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(cell.get(link).body)).pages).split())
    assert all(code in text for code in codes) and "các hồ sơ được bàn giao" in text
    assert cell.get(link.replace(".pdf", ".docx")).body.startswith(b"PK")
    received = office.get(asked(codes, viec="receive_dossier"))
    form = received.forms["act"]
    assert not any(box.checked for box in form.fields["listed"]) and len(form.fields["listed"]) == len(boxes) - 1
    for box in form.fields["listed"]:
        box.checked = box._value.startswith(f"{left_out}/")
    done = form.submit().forms["act"].submit("confirmed")
    assert "Đã ghi 1, chưa ghi được 1" in text_of(done) and "Chưa đánh dấu đủ bản kê" in text_of(done)
    other = next(code for code in codes if code != left_out)
    assert [handed(app, code)[1] for code in (left_out, other)] == [True, False]  # type: ignore[index] # both are
    back = done.html.select_one("a[href*='return_for_correction']")["href"]
    assert other in back and left_out not in back
    with app.app_context():
        assert audit.verify()[1] == []


def two_of_a_cell(app: Flask) -> tuple[list[str], str, str]:
    """Two dossiers that go from one cell to its committee next to each other, and the codes of both."""
    found: dict[tuple[str, str], list[str]] = {}
    with app.app_context():
        query = select(Dossier.code).where(Dossier.state == "committee_review").order_by(Dossier.id)
        units = tree.current()
        for code in db.session.scalars(query).all():
            case = loading.load_for_administration(code)
            cell, committee = (case.place.unit_of(kind) for kind in (UnitKind.CELL, UnitKind.GRASSROOTS_COMMITTEE))
            if case.route.has_section or cell is None or committee is None:
                continue
            codes = found.setdefault((units[cell].code, units[committee].code), [])
            codes.append(code)
            if len(codes) == 2:
                return codes, units[cell].code, units[committee].code
    raise AssertionError("the demo has none")


def test_the_list_of_many_names_only_those_one_may_see(app: Flask, person: Maker) -> None:
    codes, cell_code, _committee = two_of_a_cell(app)
    address = "/lam-chung/ban-ke.pdf?" + urlencode([("ho-so", code) for code in codes])
    person("cell_secretary", cell_code).get(address)
    for role, unit in (("committee_officer", "DB09"), ("youth_officer", "DB02-DTN")):
        person(role, unit).web.get(address, status=404)
