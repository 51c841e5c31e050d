"""Official texts: drawn up from the dossier's data, laid out as prescribed, for who sees the file and nobody else."""

import io
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.shared import Mm
from flask import Flask
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from pypdf import PdfReader
from sqlalchemy import select, update

from dossiers.casework import loading
from dossiers.documents import rendering, services
from dossiers.documents.composing import Beside, compose, drafts, layout_of, seal_of, words_in
from dossiers.documents.fields import DOTS, NAMES, fields
from dossiers.extensions import db
from dossiers.people import reading as people
from dossiers.people.models import Person as Candidate
from dossiers.privacy.models import DossierRead
from dossiers.rules import services as rules
from tests.people import Person, code_in, text_of
from workflow.facts import DossierFacts, Paper
from workflow.papers import Kind
from workflow.rulebook import shipped

Maker = Callable[..., Person]


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def values_of(code: str) -> Mapping[str, Any]:
    case = loading.load_for_administration(code)
    book = rules.books()[case.rulebook]
    return fields(case, people.candidate(case.person_id), people.companions(case.id), book, sensitive=True)


@pytest.mark.parametrize("kind", sorted(drafts()))
def test_every_text_is_made_as_pdf_and_as_docx_with_the_same_words(app: Flask, kind: Kind) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    with app.app_context():
        case = loading.load_for_administration(code)
        text = services.composed(case, kind, sensitive=True)
        read = words(rendering.pdf(text))
        made = Document(io.BytesIO(rendering.docx(text)))
    in_tables = " ".join(cell.text for table in made.tables for row in table.rows for cell in row.cells)
    written = " ".join((in_tables, *(paragraph.text for paragraph in made.paragraphs)))
    called = f"V/v {text.subject}" if text.letter else text.title
    named = "" if kind == Beside.COVER_LISTS else case.full_name  # which names each in its table
    for wanted in ("ĐẢNG CỘNG SẢN VIỆT NAM", called, named, text.office, text.mark):
        assert wanted in read, wanted
        assert wanted in written, wanted
    for wanted in words_in(text):
        assert "".join(wanted.split()) in "".join(read.split()), wanted
    assert "{{" not in read and "None" not in read
    page = made.sections[0]
    for margin, wanted in ((page.left_margin, 30), (page.right_margin, 15), (page.top_margin, 20)):
        assert margin == pytest.approx(Mm(wanted), abs=Mm(1) / 10)


_COUNTS = ("day", "entitled", "present", "absent", "in_favour", "against", "percent")
_VOTERS = (
    "executive",
    "cell",
    "committee",
    "deciding",
    "recognition_cell",
    "recognition_committee",
    "recognition_deciding",
)


@pytest.mark.parametrize("kind", sorted(drafts()))
def test_a_text_names_nothing_that_no_dossier_has(kind: Kind) -> None:
    """A slip in a draft would else read as dots for ever."""
    draft = drafts()[kind]
    said = " ".join((*draft.body, draft.subject, draft.to, draft.authority, *draft.receivers))
    known = {
        *NAMES,
        "opinions.organisations",
        "opinions.residence",
        *(f"votes.{voter}.{count}" for voter in _VOTERS for count in _COUNTS),
        *(f"papers.{paper}.{part}" for paper in Kind for part in ("number", "day")),
    }
    assert set(re.findall(r"{{\s*([\w.]+)", said)) <= known


@pytest.mark.parametrize("state", ["listed", "cell_review", "official"])
def test_what_a_dossier_gives_has_a_name(app: Flask, state: str) -> None:
    with app.app_context():
        values = values_of(code_in(app, state))
    assert set(values) <= NAMES
    assert set(values.get("votes", ())) <= set(_VOTERS)


def test_the_drafts_are_plain_templates() -> None:
    strict = SandboxedEnvironment(undefined=StrictUndefined)
    for draft in drafts().values():
        for text in (*draft.body, draft.subject):
            strict.from_string(text)


def test_a_decision_carries_its_number_day_votes_and_who_is_to_carry_it_out(app: Flask) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    with app.app_context():
        case = loading.load_for_administration(code)
        paper = case.facts.paper("9-KNĐ")
        assert paper
        read = words(rendering.pdf(services.composed(case, Kind.ADMISSION, sensitive=True)))
    assert f"Số {paper.number}" in read
    assert f"ngày {paper.issued_on:%d} tháng" in read
    assert "tán thành 9 trên 9 (100,00%)" in read
    assert "BAN THƯỜNG VỤ ĐẢNG ỦY" in read and "Đảng ủy Công ty" in read


def test_what_is_not_known_yet_is_left_as_dots(app: Flask) -> None:
    code = code_in(app, "listed")
    with app.app_context():
        case = loading.load_for_administration(code)
        text = services.composed(case, Kind.CELL_RESOLUTION, sensitive=True)
    assert text.number == f"Số {DOTS}-NQ/CB"
    assert any(f"có mặt {DOTS}" in paragraph.text for paragraph in text.body)


def test_what_somebody_typed_is_letters_and_nothing_else(app: Flask) -> None:
    """Names and places go into a typesetting language and into a template; they must not speak either."""
    code = code_in(app, "probationary", "DB02-C3")
    typed = '#eval("1") *đậm* $x$ {{ 7 * 7 }} <b> \\ "q"'
    with app.app_context():
        case = loading.load_for_administration(code)
        db.session.execute(update(Candidate).where(Candidate.id == case.person_id).values(home_town=typed))
        text = services.composed(case, Kind.ADMISSION, sensitive=True)
        read = words(rendering.pdf(text))
        made = Document(io.BytesIO(rendering.docx(text)))
        db.session.rollback()
    assert typed in read
    assert any(typed in paragraph.text for paragraph in made.paragraphs)


@pytest.mark.parametrize(("day", "title"), [(26, 15), (27, 16), (28, 16)])
def test_a_text_has_the_layout_of_its_day(day: int, title: int) -> None:
    assert layout_of(date(2026, 5, day)).measures["title"] == title


def test_a_page_is_a4_with_letters_of_the_size_prescribed_and_its_own_face(app: Flask) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    with app.app_context():
        text = services.composed(loading.load_for_administration(code), Kind.ADMISSION, sensitive=True)
        page = PdfReader(io.BytesIO(rendering.pdf(text))).pages[0]
    assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (595, 842)
    lefts: list[float] = []
    sizes: set[float] = set()

    def seen(part: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if part.strip():
            lefts.append(tm[4] * cm[0] + tm[5] * cm[2] + cm[4])
            sizes.add(round(size, 1))

    page.extract_text(visitor_text=seen)
    assert min(lefts) == pytest.approx(30 / 25.4 * 72, abs=1.5)
    assert {8, 12, 14, 15} <= sizes
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index, union-attr]
    assert all("+" in str(font["/BaseFont"]) for font in fonts), "letters are not in the file"


def test_the_code_at_the_foot_changes_with_every_letter() -> None:
    book = shipped()["RB-2021"]
    facts = DossierFacts(papers=(Paper("6-KNĐ", date(2022, 3, 1), "1-NQ/CB"),))

    def seal(key: bytes, name: str) -> str:
        values = {"candidate": name, "dots": DOTS}
        return seal_of(key, compose(Kind.CELL_RESOLUTION, values, facts, book, date(2022, 3, 1), "", "m"))

    assert seal(b"k", "An") == seal(b"k", "An")
    assert len({seal(b"k", "An"), seal(b"k", "Ân"), seal(b"other", "An")}) == 3


def test_the_papers_tab_leads_to_the_texts_and_a_look_is_noted(app: Flask, person: Maker) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    secretary = person("cell_secretary", "DB02-C3")
    links = [link["href"] for link in secretary.get(f"/ho-so/{code}/giay-to").html.select(".texts a")]
    assert len(links) >= 10
    pdf = next(link for link in links if "9-KN" in link and link.endswith(".pdf"))
    answer = secretary.get(pdf)
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert "filename*=UTF-8''9-KN%C4%90%20Quy%E1%BA%BFt" in answer.headers["Content-Disposition"]
    with app.app_context():
        noted = select(DossierRead.part).where(DossierRead.account_id == secretary.id)
        assert "text" in db.session.scalars(noted).all()
    docx = secretary.get(pdf.replace(".pdf", ".docx"))
    assert docx.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [("youth_officer", "DB02-DTN", (403, 404)), ("cell_secretary", "DB02-C1", (404,)),
     ("committee_officer", "DB01", (404,)), ("inspector", "KHOI", (200,)), ("training_officer", "TTCT", (403, 404))],
)  # fmt: skip
def test_who_does_not_see_the_file_gets_no_text(
    app: Flask, person: Maker, role: str, unit: str, status: tuple[int, ...]
) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    someone = person(role, unit)
    assert someone.web.get(f"/ho-so/{code}/van-ban/9-KN%C4%90.pdf", status="*").status_int in status
    page = someone.web.get(f"/ho-so/{code}/giay-to", status="*")
    assert bool(page.status_int == 200 and page.html.select(".texts")) is (200 in status)


@pytest.mark.parametrize("wrong", ["1-KN%C4%90.pdf", "x.pdf", "9-KN%C4%90.exe", "9-KN%C4%90", "..%2f..%2fetc.pdf"])
def test_what_is_no_text_is_not_found(app: Flask, person: Maker, wrong: str) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    answer = person("cell_secretary", "DB02-C3").web.get(f"/ho-so/{code}/van-ban/{wrong}", status="*")
    assert answer.status_int == 404
    assert "Traceback" not in text_of(answer)


def test_the_command_writes_a_text_or_says_in_a_line_why_not(app: Flask, tmp_path: Path) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    runner = app.test_cli_runner()
    for name in ("t.pdf", "t.docx"):
        done = runner.invoke(args=["papers", "render", code, "9-KNĐ", str(tmp_path / name)])
        assert done.exit_code == 0 and (tmp_path / name).stat().st_size > 5000
    for arguments, said in (
        ([code, "9-KNĐ", str(tmp_path / "t.txt")], ".pdf or .docx"),
        (["HS1", "9-KNĐ", str(tmp_path / "t.pdf")], "no dossier"),
        ([code, "1-KNĐ", str(tmp_path / "t.pdf")], "there are: "),
        ([code, "9-KNĐ", str(tmp_path / "nowhere" / "t.pdf")], "cannot write"),
    ):
        failed = runner.invoke(args=["papers", "render", *arguments])
        assert failed.exit_code == 2
        assert said in failed.output and failed.output.count("\n") == 1


def test_a_refusal_is_told_to_the_cell(app: Flask, person: Maker, tmp_path: Path) -> None:
    code = code_in(app, "not_admitted")
    officer = person("inspector", "KHOI")
    link = officer.get(f"/ho-so/{code}/giay-to").html.select_one('a[href$="/van-ban/TB-KKN.pdf"]')
    assert link
    read = words(officer.get(link["href"]).body)
    assert "về việc không kết nạp" in read and code in read
    for form, wanted in (("TB-KKN", "không kết nạp"), ("bk-hs", "BẢN KÊ")):
        done = app.test_cli_runner().invoke(args=["papers", "render", code, form, str(tmp_path / "a.pdf")])
        assert done.exit_code == 0, done.output
        assert wanted in words((tmp_path / "a.pdf").read_bytes())
