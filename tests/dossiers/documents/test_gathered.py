"""Texts of a meeting and of a class: drawn up from what was recorded, one or all, for who may read it."""

import base64
import io
import re
import zipfile
from collections.abc import Callable

import pytest
from docx import Document
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, text

from dossiers.courses.models import CourseClass
from dossiers.documents import gathered
from dossiers.extensions import db, write_transaction
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.privacy.models import DossierRead
from dossiers.training import texts as of_class
from tests.dossiers.documents.test_templates import confirmed
from tests.dossiers.documents.test_texts import words
from tests.dossiers.meetings.meeting import Holder
from tests.dossiers.meetings.test_meetings import TODAY
from tests.dossiers.meetings.thirty import thirty
from tests.people import Person, text_of

Maker = Callable[..., Person]
CLOSED, OPEN = 1, 2
"""Meetings of the demo, of the cell DB02-C3."""


@pytest.mark.parametrize("name", sorted(gathered.drafts()))
def test_a_draft_names_nothing_that_there_is_not(name: str) -> None:
    draft = gathered.drafts()[name]
    said = " ".join((*draft.body, draft.subject, draft.to, draft.authority, *draft.receivers))
    assert set(re.findall(r"{{\s*([\w.]+)", said)) <= gathered.NAMES
    assert {text[1:] for text in draft.body if text.startswith("@")} <= gathered.LISTS


def test_a_notice_is_a_file_that_says_when_where_and_about_whom(app: Flask, person: Maker) -> None:
    cell = person("cell_secretary", "DB02-C3")
    page = cell.get(f"/hop/{OPEN}/giay-moi")
    links = [link["href"] for link in page.html.select('a[href*="/van-ban/giay-moi."]')]
    assert [link.rsplit(".", 1)[1] for link in links] == ["pdf", "docx"]
    shown, read = text_of(page), words(cell.get(links[0]).body)
    assert "GIẤY MỜI" in read and "Kính gửi" in read
    for said in re.findall(r"\d\d:\d\d|Phòng [^·.]*?(?= )", shown)[:2]:
        assert said in read
    made = Document(io.BytesIO(cell.get(links[1]).body))
    assert any("GIẤY MỜI" in paragraph.text for paragraph in made.paragraphs)


def test_minutes_extracts_and_resolutions_say_what_was_recorded(app: Flask, person: Maker) -> None:
    cell = person("cell_secretary", "DB02-C3")
    with app.app_context():
        lines = db.session.scalars(
            select(MeetingLine).where(MeetingLine.meeting_id == CLOSED).order_by(MeetingLine.place)
        ).all()
        told = [(line.entitled, line.in_favour, line.number, line.outcome, line.dossier_id) for line in lines]
    read = words(cell.get(f"/hop/{CLOSED}/van-ban/bien-ban.pdf").body)
    for said in ("BIÊN BẢN", "I. Thành phần", "Vắng có lý do", "CHỦ TRÌ", "THƯ KÝ"):
        assert said in read, said
    for entitled, in_favour, number, outcome, _dossier in told:
        if entitled:
            assert f"có quyền biểu quyết {entitled}" in read and f"tán thành {in_favour}" in read
        if outcome == "passed":
            assert number in read
    extracts = PdfReader(io.BytesIO(cell.get(f"/hop/{CLOSED}/van-ban/trich.pdf").body)).pages
    assert len(extracts) == len([one for one in told if one[3]])
    passed = [one for one in told if one[3] == "passed"]
    answer = cell.get(f"/hop/{CLOSED}/van-ban/nghi-quyet.pdf")
    resolutions = words(answer.body)
    assert resolutions.count("NGHỊ QUYẾT") >= len(passed) > 0
    for one in passed:
        assert f"Số {one[2]}" in resolutions
    with app.app_context():
        noted = select(DossierRead.dossier_id).where(DossierRead.account_id == cell.id, DossierRead.part == "text")
        assert {one[4] for one in told} <= set(db.session.scalars(noted))


def test_the_resolution_of_one_dossier_alone(app: Flask, person: Maker) -> None:
    cell = person("cell_secretary", "DB02-C3")
    link = next(
        link["href"]
        for link in cell.get(f"/hop/{CLOSED}").html.select(f'a[href^="/hop/{CLOSED}/nghi-quyet/"]')
    )  # fmt: skip
    page = cell.get(link)
    code = link.rsplit("/", 1)[1]
    file = page.html.select_one('a[href*="/van-ban/nghi-quyet.pdf"]')
    assert file
    read = words(cell.get(file["href"]).body)
    assert code in read and read.count("NGHỊ QUYẾT") == 1


def test_all_texts_of_a_sitting_while_the_page_says_how_far_it_is(app: Flask, person: Maker) -> None:
    codes = thirty(app, 12)
    holder = Holder(person("upper_secretary", "KHOI"))
    holder.calls(TODAY)
    holder.picks(*codes)
    holder.everybody_came()
    form = holder.results()
    lines = holder.lines()
    votes = {f"in_favour__{lines[code]}": "9" for code in codes}
    checked = holder.step(form, "check", first_number="900-QĐ", **votes)
    form = checked.forms["votes"]
    for field in form.fields.get("without", []):
        field.checked = True
    assert holder.step(form, "close").status_int == 303
    page = holder.person.get(f"{holder.address}/nghi-quyet")
    links = [link["href"] for link in page.html.select('a[href*="/van-ban/nghi-quyet/"]')]
    assert len(links) == 2
    for link in links:
        told = holder.person.get(link)
        rows = [row.get_text() for row in told.html.select(".progress li")]
        total = int(re.findall(r"\d+", rows[-1])[-1])
        assert total > 10 and rows[0].startswith("10 ") and rows[-1].startswith(f"{total} ")
        file = told.html.select_one("a[download]")
        content = base64.b64decode(file["href"].split(",", 1)[1])
        if link.endswith("pdf"):
            read = words(content)
            assert len(PdfReader(io.BytesIO(content)).pages) >= total
        else:
            made = Document(io.BytesIO(content))
            read = " ".join(p.text for p in made.paragraphs)
            assert len(made.sections) == total
        assert read.count("Điều 1. ") == total
        assert file["download"].endswith(link.rsplit("/", 1)[1])


@pytest.mark.parametrize("what", ["bien-ban", "nghi-quyet", "trich"])
def test_what_was_not_closed_has_no_minutes(app: Flask, person: Maker, what: str) -> None:
    cell = person("cell_secretary", "DB02-C3")
    assert cell.web.get(f"/hop/{OPEN}/van-ban/{what}.pdf", status="*").status_int == 404
    assert cell.web.get(f"/hop/{CLOSED}/van-ban/{what}.exe", status="*").status_int == 404
    assert cell.web.get(f"/hop/{CLOSED}/van-ban/{what}.pdf?do-mat=x", status="*").status_int == 404


def test_others_get_no_text_of_a_meeting(app: Flask, person: Maker) -> None:
    for role, unit, statuses in (
        ("cell_secretary", "DB02-C1", (404,)), ("youth_officer", "DB02-DTN", (404,)), ("inspector", "KHOI", (200,)),
    ):  # fmt: skip
        answer = person(role, unit).web.get(f"/hop/{CLOSED}/van-ban/bien-ban.pdf", status="*")
        assert answer.status_int in statuses, role


def a_class(app: Flask, person: Maker) -> tuple[int, list[str]]:
    """A class of the demo with people of the bloc in it, and their names."""
    officer = person("upper_officer", "KHOI")
    with app.app_context():
        numbers = db.session.scalars(select(CourseClass.id).order_by(CourseClass.id.desc())).all()
    for number in numbers:
        page = officer.get(f"/boi-duong/lop/{number}")
        if page.html.select('a[href$="ket-qua.pdf"]'):
            with app.test_request_context():
                course = db.session.get_one(CourseClass, number)
                from dossiers import clock
                from dossiers.accounts import grants

                people = of_class.sitting(course, grants.load(officer.id, clock.today()))
            return number, [row.full_name for row in people]
    raise AssertionError("no class has certificates")


def test_a_class_has_its_decisions_with_the_list_and_a_certificate_each(app: Flask, person: Maker) -> None:
    number, names = a_class(app, person)
    officer = person("upper_officer", "KHOI")
    opened = officer.get(f"/boi-duong/lop/{number}/mo-lop.pdf")
    read = words(opened.body)
    assert "QUYẾT ĐỊNH" in read and "DANH SÁCH" in read and f"gồm {len(names):02d} học viên" in read
    assert all(name in read for name in names)
    done = words(officer.get(f"/boi-duong/lop/{number}/ket-qua.pdf").body)
    assert "đã hoàn thành" in done
    pages = PdfReader(io.BytesIO(officer.get(f"/boi-duong/lop/{number}/chung-nhan.pdf").body)).pages
    assert len(pages) == len(names)
    for page, name in zip(pages, names, strict=True):
        assert name in " ".join(page.extract_text().split())
    made = Document(io.BytesIO(officer.get(f"/boi-duong/lop/{number}/mo-lop.docx").body))
    assert len(made.sections) == 2
    with app.app_context():
        noted = select(DossierRead.part).where(DossierRead.account_id == officer.id)
        assert "text" in db.session.scalars(noted).all()


def test_the_texts_of_a_class_are_for_who_manages_it(app: Flask, person: Maker) -> None:
    number, _names = a_class(app, person)
    for role, unit in (("cell_secretary", "DB02-C3"), ("inspector", "KHOI")):
        assert person(role, unit).web.get(f"/boi-duong/lop/{number}/mo-lop.pdf", status="*").status_int == 403
    officer = person("upper_officer", "KHOI")
    assert officer.web.get(f"/boi-duong/lop/{number}/mo-lop.pdf?do-mat=x", status="*").status_int == 404
    assert officer.web.get("/boi-duong/lop/999/mo-lop.pdf", status="*").status_int == 404


def test_where_a_template_of_ones_own_is_in_force_each_resolution_is_a_file_by_itself(
    app: Flask, person: Maker
) -> None:
    confirmed(person)  # of 6-KNĐ, the resolution of a cell
    with app.app_context():
        day = db.session.scalars(select(Meeting.held_on).where(Meeting.id == CLOSED)).one()
        with write_transaction():
            db.session.execute(text("UPDATE template_use SET since = :day"), {"day": day})
    cell = person("cell_secretary", "DB02-C3")
    pack = zipfile.ZipFile(io.BytesIO(cell.get(f"/hop/{CLOSED}/van-ban/nghi-quyet.docx").body))
    made = [Document(io.BytesIO(pack.read(name))) for name in pack.namelist()]
    said = [" ".join(one.text for one in each.paragraphs) for each in made]
    assert len(said) > 1 and any("MẪU CHÍNH THỨC" in one for one in said)
    link = next(
        link["href"] for link in cell.get(f"/hop/{CLOSED}").html.select(f'a[href^="/hop/{CLOSED}/nghi-quyet/"]')
    )
    alone = cell.get(f"/hop/{CLOSED}/van-ban/nghi-quyet.docx?ho-so={link.rsplit('/', 1)[1]}")
    assert Document(io.BytesIO(alone.body)).paragraphs
    told = cell.get(f"/hop/{CLOSED}/van-ban/nghi-quyet/docx")
    assert len(told.html.select(".progress li")) == len(made)
    file = told.html.select_one("a[download]")
    assert file["download"].endswith(".zip")
    again = zipfile.ZipFile(io.BytesIO(base64.b64decode(file["href"].split(",", 1)[1])))
    assert again.namelist() == pack.namelist()
    assert "NGHỊ QUYẾT" in words(cell.get(f"/hop/{CLOSED}/van-ban/nghi-quyet.pdf").body), "the shipped layout"
