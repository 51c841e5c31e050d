"""How texts look: the PDF drawn as a picture and measured, the DOCX laid out by another program and read back."""

import io
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from docx import Document
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from dossiers.casework import loading
from dossiers.documents import gathered, letters, rendering, services
from dossiers.documents.composing import Beside, Composed, Table, drafts, words_in, write
from tests.people import code_in
from workflow.papers import Kind

MM = 72 / 25.4
"""Points in a millimetre."""


def needed(program: str) -> str:
    """The path of a program the tests need; fails where it is missing."""
    found = shutil.which(program)
    assert found, f"{program} is missing: bash tools/system-packages"
    return found


def texts_of(app: Flask) -> dict[str, Composed]:
    """Every text there is, of a dossier of the demo, of a meeting, of a class."""
    code = code_in(app, "probationary", "DB02-C3")
    table = Table(("TT", "Tên"), (1, 5), (("1", "Đơn xin vào Đảng"), ("2", "Lý lịch của người xin vào Đảng")))
    lists = dict.fromkeys(gathered.LISTS, ("Một dòng.", "Một dòng khác."))
    named = {name: f"[{name}]" for name in gathered.NAMES}
    with app.app_context():
        case = loading.load_for_administration(code)
        found = {
            str(kind): services.composed(case, kind, True, table if kind is Beside.COVER_LIST else None)
            for kind in drafts()
        }
        for name in gathered.drafts():
            listed = table if name == "class_list" else None
            found[name] = gathered.gathered(name, {**named, **lists}, "HOP-1 · X", "05-NQ/ĐU", table=listed)
        for name, draft in letters.drafts().items():
            known = {"addressee": "Đảng ủy phường An Phú", "candidate": case.full_name, "asker": "Đảng ủy Công ty"}
            day = date(2026, 6, 1)
            found[name] = services.sealed(write(draft, known, "05-CV/ĐU", day, day, "Hà Nội", f"{code} · 1"))
    return found


class Piece(NamedTuple):
    """Letters on a page: where they begin, in points from the left and the bottom, how large, in which face."""

    text: str
    x: float
    y: float
    size: float
    face: str


def pieces(pdf: bytes, page: int = 0) -> list[Piece]:
    """The letters of a page."""
    found: list[Piece] = []

    def seen(text: str, cm: list[float], tm: list[float], font: Mapping[str, Any] | None, size: float) -> None:
        if text.strip():
            x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append(Piece(text.strip(), x, y, round(size, 1), str((font or {}).get("/BaseFont", ""))))

    PdfReader(io.BytesIO(pdf)).pages[page].extract_text(visitor_text=seen)
    return found


def of(found: list[Piece], text: str) -> Piece:
    """The piece that begins a text; the last one."""
    head = text.split()[0]
    return next(piece for piece in reversed(found) if piece.text.startswith(head) or head in piece.text)


@pytest.fixture(scope="module")
def drawn(world: Any) -> Iterator[dict[str, tuple[Composed, bytes]]]:
    """Every text as PDF."""
    world.reset()
    yield {name: (text, rendering.pdf(text)) for name, text in texts_of(world.app).items()}


def test_each_text_has_the_measures_of_the_layout(drawn: dict[str, tuple[Composed, bytes]]) -> None:
    """Margins, sizes, bold and italic, where heading, title and signature stand, a face of Times metrics."""
    for name, (text, pdf) in drawn.items():
        found, m = pieces(pdf), text.measures
        page = PdfReader(io.BytesIO(pdf)).pages[0]
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        assert (round(width / MM), round(height / MM)) == (210, 297), name
        body = [one for one in found if one.size != 8]
        assert min(one.x for one in body) >= m["left"] * MM - 1, name
        assert max(one.y for one in body) <= height - m["top"] * MM + 1, name
        assert min(one.y for one in body) >= m["bottom"] * MM - 6, name
        for one in found:
            assert re.search("LiberationSerif|Tinos|TimesNewRoman|Libertinus", one.face.replace("-", "")), (name, one)
        party = next(one for one in found if "ĐẢNG CỘNG SẢN" in one.text)
        assert party.x > width / 2 - 10 and party.size == m["heading"] and "Bold" in party.face, name
        dated = next(one for one in found if ", ngày" in one.text and "Italic" in one.face)
        assert dated.size == 14 and dated.x > width / 2 - 20 and dated.y < party.y, name
        if text.number:
            number = next(one for one in found if one.text.startswith("Số "))
            assert number.size == 14 and number.x < width / 2, name
        if text.letter:
            about = next(one for one in found if one.text.startswith("V/v"))
            assert about.size == 12 and "Italic" in about.face and about.y < party.y, name
            assert not any(one.text == text.title for one in found), name
        else:
            title = next(one for one in found if one.text.startswith(text.title[:12]) and one.size == m["title"])
            assert "Bold" in title.face and title.y < dated.y, name
        plain = [one for one in body if "Bold" not in one.face and "Italic" not in one.face]
        assert any(one.size == m["body"] for one in plain), name
        pages = len(PdfReader(io.BytesIO(pdf)).pages)
        last = pieces(pdf, pages - 1)
        office = of([one for one in last if one.x > width / 2 - 20], text.office)
        assert pages > 1 or office.y < dated.y - 60, name
        if text.receivers:
            receivers = next(one for one in last if one.text.startswith("Nơi nhận"))
            assert receivers.size == 12 and receivers.x == pytest.approx(m["left"] * MM, abs=1.5), name
            assert text.receivers[-1].startswith("Lưu"), name


def test_lines_of_a_paragraph_stand_as_far_apart_as_prescribed(drawn: dict[str, tuple[Composed, bytes]]) -> None:
    text, pdf = drawn[str(Kind.ADMISSION)]
    rows = sorted({round(one.y, 1) for one in pieces(pdf) if one.size == text.measures["body"]}, reverse=True)
    gaps = [round(upper - lower, 1) for upper, lower in pairwise(rows)]
    assert text.measures["line"] in gaps


def test_the_picture_of_a_text_has_ink_only_within_the_margins(
    drawn: dict[str, tuple[Composed, bytes]], tmp_path: Path
) -> None:
    """One picture a page, at 72 dots an inch: a dot is a point."""
    program = needed("pdftoppm")
    for name, (text, pdf) in drawn.items():
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(pdf)
        subprocess.run([program, "-r", "72", "-f", "1", "-l", "1", "-gray", file, tmp_path / name], check=True)
        picture = Image.open(next(tmp_path.glob(f"{name}-*.pgm"))).point(lambda dot: 255 if dot < 128 else 0)
        box = picture.getbbox()
        assert box, name
        left, top, right, _bottom = box
        m = text.measures
        assert left >= m["left"] * MM - 2 and right <= picture.width - m["right"] * MM + 2, (name, box)
        assert m["top"] * MM - 5 <= top <= (m["top"] + 6) * MM, (name, box)  # the hook of Ả stands above its line
        heading = picture.crop((0, 0, picture.width, int(60 * MM)))
        assert heading.crop((picture.width // 2, 0, picture.width, heading.height)).getbbox(), name
        if text.issuer:
            assert heading.crop((0, 0, picture.width // 2, heading.height)).getbbox(), name


def test_pages_from_the_second_on_are_numbered_top_centre(app: Flask) -> None:
    with app.app_context():
        long = {"votes": tuple(f"{nr}. Một dòng dài của biên bản. " * 6 for nr in range(40))}
        pdf = rendering.pdf(gathered.gathered("minutes", {**dict.fromkeys(gathered.LISTS, ()), **long}, "HOP-1 · BB"))
    pages = len(PdfReader(io.BytesIO(pdf)).pages)
    assert pages > 2
    for nr in range(pages):
        highest = max(pieces(pdf, nr), key=lambda one: one.y)
        assert (highest.text == str(nr + 1)) is (nr > 0)
        if nr:
            assert highest.x == pytest.approx((30 + 165 / 2) * MM, abs=6)


def test_another_program_lays_every_docx_out_on_the_same_page_with_the_same_words(app: Flask, tmp_path: Path) -> None:
    """All of them in one go of LibreOffice, then read back from its PDF; and each by python-docx."""
    program = needed("soffice")
    texts = texts_of(app)
    for name, text in texts.items():
        (tmp_path / f"{name}.docx").write_bytes(rendering.docx(text))
    (tmp_path / "several.docx").write_bytes(rendering.docx(list(texts.values())[:3]))
    home = f"-env:UserInstallation=file://{tmp_path / 'home'}"
    files = sorted(tmp_path.glob("*.docx"))
    subprocess.run(
        [program, home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, *files],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    for name, text in texts.items():
        pdf = (tmp_path / f"{name}.pdf").read_bytes()
        pages = PdfReader(io.BytesIO(pdf)).pages
        assert (round(float(pages[0].mediabox.width)), round(float(pages[0].mediabox.height))) == (595, 842), name
        read = "".join("".join(page.extract_text() for page in pages).split())
        for wanted in words_in(text):
            assert "".join(wanted.split()) in read, (name, wanted)
        found, m = [one for one in pieces(pdf) if one.size != 8], text.measures
        assert min(one.x for one in found) >= m["left"] * MM - 7, name  # a table stands a little out
        party = next(one for one in found if "ĐẢNG CỘNG SẢN" in one.text)
        assert party.x > 595 / 2 - 20 and party.size == m["heading"], name
        made = Document(str(tmp_path / f"{name}.docx"))
        page = made.sections[0]
        for margin, side in ((page.left_margin, "left"), (page.right_margin, "right"), (page.top_margin, "top")):
            assert margin is not None and round(margin.mm) == m[side], name
        if not text.letter:
            title = next(one for one in made.paragraphs if one.text == text.title)
            assert title.runs[0].bold and title.runs[0].font.size.pt == m["title"], name
    assert len(PdfReader(tmp_path / "several.pdf").pages) >= 3
