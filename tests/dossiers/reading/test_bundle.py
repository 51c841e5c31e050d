"""A whole dossier in one file: the PDF with bookmarks, the digital file and its check; for whom, and what is noted."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, text, update
from webtest.response import TestResponse

from dossiers.audit import services as audit
from dossiers.encryption import place, seal
from dossiers.extensions import db
from dossiers.papers.models import StoredFile
from dossiers.people.models import Person as Candidate
from dossiers.privacy.models import DossierRead
from tests.dossiers.papers import samples
from tests.dossiers.papers.test_scans import attach
from tests.people import Person, code_in, dossier, text_of, unit_of
from workflow.digital_file import NAME

Maker = Callable[..., Person]

OF_DOSSIER = "SELECT form, seq, nr FROM paper_record WHERE dossier_id = :d ORDER BY seq, nr"


def paper_of(app: Flask, code: str, form: str) -> str:
    """How the form that attaches a scan names a paper."""
    with app.app_context():
        rows = db.session.execute(text(OF_DOSSIER), {"d": dossier(app, code).id}).all()
    return next(f"{row.seq}.{row.nr}" for row in rows if row.form == form)


@pytest.fixture
def code(app: Flask) -> str:
    return code_in(app, "verifying", skip=1)


@pytest.fixture
def secretary(app: Flask, person: Maker, code: str) -> Person:
    return person("cell_secretary", unit_of(app, code))


@pytest.fixture
def scanned(app: Flask, code: str, secretary: Person) -> str:
    """The dossier with scans: a PDF, pictures, a text of Word."""
    attach(secretary, code, paper_of(app, code, "2-KNĐ"), ("a.pdf", samples.pdf(3)))
    attach(secretary, code, paper_of(app, code, "1-KNĐ"), ("b.jpg", samples.jpeg()), ("c.png", samples.png()))
    attach(secretary, code, paper_of(app, code, "CN-NTVĐ"), ("d.docx", word("Giấy chứng nhận", "Ông A | đã học")))
    return code


def word(*paragraphs: str) -> bytes:
    """A text of Word with these words, the last in a table."""
    made, out = Document(), io.BytesIO()
    for one in paragraphs[:-1]:
        made.add_paragraph(one)
    for cell, one in zip(made.add_table(1, 2).rows[0].cells, paragraphs[-1].split(" | "), strict=True):
        cell.text = one
    made.save(out)
    return out.getvalue()


def noted(app: Flask, part: str) -> int:
    with app.app_context():
        return len(db.session.scalars(select(DossierRead.id).where(DossierRead.part == part)).all())


def bookmarks(answer: TestResponse) -> list[tuple[str, int]]:
    reader = PdfReader(io.BytesIO(answer.body))
    return [(one.title, reader.get_destination_page_number(one)) for one in reader.outline]


def test_the_whole_dossier_is_one_pdf_in_the_legal_order(app: Flask, scanned: str, secretary: Person) -> None:
    assert secretary.get(f"/ho-so/{scanned}/giay-to").html.select_one('a[href$="/ca-ho-so.pdf"]')
    answer = secretary.web.get(f"/ho-so/{scanned}/ca-ho-so.pdf")
    assert answer.status_int == 200, text_of(answer.follow())
    assert answer.content_type == "application/pdf" and "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers.getall("Content-Security-Policy") == [
        "default-src 'none'; object-src 'self'; frame-ancestors 'self'"
    ]
    marks = bookmarks(answer)
    forms = [title.split(" ")[0] for title, _page in marks[1:]]
    assert marks[0] == ("Bản kê giấy tờ", 0)
    order = ["CN-NTVĐ", "1-KNĐ", "2-KNĐ", "3-KNĐ", "4-KNĐ", "4A-KNĐ", "5-KNĐ"]
    assert forms[:3] == order[:3] and forms == sorted(forms, key=order.index)
    pages = dict(zip(forms, [page for _title, page in marks[1:]], strict=True))
    assert pages["2-KNĐ"] - pages["1-KNĐ"] == 2 and pages["3-KNĐ"] - pages["2-KNĐ"] == 3, "pages of the scans"
    reader = PdfReader(io.BytesIO(answer.body))
    first = " ".join(reader.pages[0].extract_text().split())
    assert "BẢN KÊ" in first and "Đơn xin vào Đảng" in first and "dựng từ dữ liệu" in first
    words = " ".join(reader.pages[pages["CN-NTVĐ"]].extract_text().split())
    assert "Chữ của tệp Word" in words and "Giấy chứng nhận Ông A | đã học" in words
    assert noted(app, "whole") == 1


def test_a_scan_that_waits_keeps_the_dossier_from_being_put_together(
    app: Flask, scanned: str, secretary: Person
) -> None:
    for verdict, said in (("waiting", "còn chờ phần mềm diệt vi-rút"), ("infected", "không mở được")):
        with app.app_context():
            db.session.execute(update(StoredFile).where(StoredFile.kind == "pdf").values(verdict=verdict))
            db.session.commit()
        for name in ("ca-ho-so.pdf", "ho-so-so.zip"):
            page = secretary.get(f"/ho-so/{scanned}/{name}", status=303).follow()
            assert said in page.text and "2-KNĐ" in page.text, name
    assert noted(app, "whole") + noted(app, "digital") == 0


def test_who_does_not_see_the_file_gets_none(app: Flask, scanned: str, person: Maker) -> None:
    officer = person("youth_officer", "DB02-DTN")
    own = code_in(app, "nominated", "DB02-DTN")
    for name in ("ca-ho-so.pdf", "ho-so-so.zip", "ban-ke.pdf", "ban-ke.docx"):
        officer.get(f"/ho-so/{own}/{name}", status=403)
        person("cell_secretary", "DB05-C1").get(f"/ho-so/{scanned}/{name}", status=404)


def test_the_digital_file_has_the_prescribed_names(app: Flask, scanned: str, secretary: Person) -> None:
    answer = secretary.get(f"/ho-so/{scanned}/ho-so-so.zip")
    pack = zipfile.ZipFile(io.BytesIO(answer.body))
    folders = {name.rsplit("/", 1)[0] for name in pack.namelist()}
    names = [name.rsplit("/", 1)[1] for name in pack.namelist()]
    assert names == [
        "01.Ly lich cua nguoi xin vao Dang.pdf",
        "37.Don xin vao Dang.pdf",
        "38.Giay chung nhan lop nhan thuc ve Dang.pdf",
    ]
    assert all(NAME.fullmatch(name) for name in names)
    (folder,) = folders
    assert re.fullmatch(r"99\.000\.\d{3}\.\d{3}\.\d{3}/([0-9]{12}|chua-co-so-dinh-danh)_[A-Za-z]+", folder), folder
    pages = [len(PdfReader(io.BytesIO(pack.read(name))).pages) for name in pack.namelist()]
    assert pages == [3, 2, 1]
    assert noted(app, "digital") == 1


def bad(path: Path, how: str) -> None:
    """Tamper with a digital file."""
    with zipfile.ZipFile(path) as pack:
        entries, comment = [(name, pack.read(name)) for name in pack.namelist()], pack.comment
    if how == "changed":
        entries[0] = (entries[0][0], entries[0][1][:-1] + b"x")
    elif how == "missing":
        entries.pop()
    elif how == "more":
        entries.append(("notes.txt", b"hello"))
    elif how == "renamed":
        entries[0] = (entries[0][0].replace("/01.", "/02."), entries[0][1])
    elif how == "list":
        comment = comment.replace(b'"missing":[', b'"missing":["X",', 1)
    with zipfile.ZipFile(path, "w") as pack:
        for name, content in entries:
            pack.writestr(name, content)
        pack.comment = comment


def test_the_commands_write_a_digital_file_and_check_it(
    app: Flask, scanned: str, secretary: Person, tmp_path: Path
) -> None:
    run, path = app.test_cli_runner().invoke, tmp_path / "a.zip"
    done = run(args=["papers", "export", scanned.lower(), str(path)])
    assert done.exit_code == 0 and "3 files in 99.000." in done.output and done.output.count("\n") == 1, done.output
    assert "Chưa có bản chụp: 3-KNĐ" in done.output
    with app.app_context():
        query = select(DossierRead.about, DossierRead.dossier_id).where(DossierRead.part == "command")
        assert (f"papers export {scanned}", dossier(app, scanned).id) in [
            tuple(row) for row in db.session.execute(query)
        ]
    fine = run(args=["papers", "verify", str(path)])
    assert fine.exit_code == 0 and "3 files" in fine.output and fine.output.count("\n") == 1, fine.output
    whole = path.read_bytes()
    for how, said in (
        ("changed", "changed"), ("missing", "missing"), ("more", "notes.txt: does not belong"),
        ("renamed", "does not belong"), ("list", "no mark of this instance"),
    ):  # fmt: skip
        path.write_bytes(whole)
        bad(path, how)
        found = run(args=["papers", "verify", str(path)])
        assert (found.exit_code, said in found.output, found.output.count("\n")) == (1, True, 1), (how, found.output)
    path.write_bytes(whole)
    attach(secretary, scanned, paper_of(app, scanned, "1-KNĐ"), ("e.jpg", samples.jpeg(shade=9)), instead=True)
    attach(secretary, scanned, paper_of(app, scanned, "3-KNĐ"), ("f.jpg", samples.jpeg(shade=19)))
    late = run(args=["papers", "verify", str(path), "--json"])
    assert late.exit_code == 1
    assert {one.split(":")[0] for one in json.loads(late.output)["wrong"]} == {
        "37.Don xin vao Dang.pdf",
        "39.Giay gioi thieu cua dang vien chinh thuc.pdf",
    }


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_digital_file_is_told_in_one_line(app: Flask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    done = app.test_cli_runner().invoke(args=["papers", "verify", str(tmp_path / "a.zip")])
    assert done.exit_code == 2 and done.output.startswith("a.zip ") and done.output.count("\n") == 1, done.output


def test_a_dossier_without_scans_has_no_digital_file(app: Flask, code: str, tmp_path: Path) -> None:
    done = app.test_cli_runner().invoke(args=["papers", "export", code, str(tmp_path / "a.zip")])
    assert done.exit_code == 2 and "bản chụp" in done.output and not (tmp_path / "a.zip").exists()


def test_the_folder_names_no_number_to_who_does_not_see_it(app: Flask, scanned: str, person: Maker) -> None:
    """An inspector reads the file, and not the personal number."""
    with app.app_context():
        person_id = dossier(app, scanned).person_id
        db.session.execute(
            update(Candidate)
            .where(Candidate.id == person_id)
            .values(identity_number=seal("001203004567", place("person", "identity_number", person_id)))
        )
        db.session.commit()
    seen = {}
    for role, unit in (("inspector", "KHOI"), ("cell_secretary", unit_of(app, scanned))):
        answer = person(role, unit).get(f"/ho-so/{scanned}/ho-so-so.zip")
        seen[role] = zipfile.ZipFile(io.BytesIO(answer.body)).namelist()[0]
        assert (b"001203004567" in answer.body) is (role == "cell_secretary")
    assert "/chua-co-so-dinh-danh_LeQuocLam/" in seen["inspector"]
    assert "/001203004567_LeQuocLam/" in seen["cell_secretary"]


def test_a_unit_has_an_organisation_code_once(app: Flask, person: Maker) -> None:
    administrator = person("administrator", "KHOI")
    page = administrator.get("/don-vi/DB02/ma-to-chuc")
    form = next(one for one in page.forms.values() if "org_code" in one.fields)
    for typed, said in (("12.34", "14 chữ số"), ("99.000.000.000.001", "Mã tổ chức này đã có")):
        form["org_code"] = typed
        assert said in form.submit(expect_errors=True).text, typed
    form["org_code"] = "12345678901234"
    assert "mã tổ chức 12.345.678.901.234" in text_of(form.submit().follow())
    person("cell_secretary", "DB02-C3").get("/don-vi/DB02-C3/ma-to-chuc", status=403)
    with app.app_context():
        assert audit.verify()[1] == []
