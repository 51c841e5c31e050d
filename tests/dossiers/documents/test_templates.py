"""Templates of texts by pages: checked, tried, confirmed by a second person, used from a day on, taken again."""

import io
import shutil
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select, text
from webtest import Upload
from webtest.response import TestResponse

from dossiers.audit import running
from dossiers.casework import loading
from dossiers.documents import marking, services, starting, templates
from dossiers.documents.composing import LETTER, drafts
from dossiers.documents.models import TemplateUse, TextTemplate
from dossiers.extensions import db
from dossiers.office.models import OfficeEvent
from dossiers.papers.judging import Unfit
from dossiers.privacy.models import DossierRead
from tests.people import Person, code_in, text_of
from workflow.papers import Kind

Maker = Callable[..., Person]
KIND = "cell_resolution"
ADDRESS = f"/mau-van-ban/{KIND}"


def docx(*paragraphs: str, foot: str = "", row: tuple[str, ...] = ()) -> bytes:
    """A template as Word saves it."""
    made = Document()
    for one in paragraphs:
        made.add_paragraph(one)
    if row:
        table = made.add_table(rows=0, cols=1)
        for one in row:
            table.add_row().cells[0].text = one
    if foot:
        made.sections[0].footer.paragraphs[0].text = foot
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(pack: bytes, name: str, content: bytes | Callable[[bytes], bytes]) -> bytes:
    """The same with one of its parts changed, or one more."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(pack)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = old.read(info)
            if info.filename == name and callable(content):
                part = content(part)
            new.writestr(info.filename, part)
        if not callable(content):
            new.writestr(name, content)
    return out.getvalue()


PLAIN = docx("MẪU CHÍNH THỨC: {{ candidate|upper }}, chi bộ {{ cell }}", "Vắng: {{ votes.cell.absent }}")
OTHER = docx("MẪU THỨ HAI {{ candidate }}", "{%p for one in text.body %}", "+ {{ one }}", "{%p endfor %}")


def send(who: Person, content: bytes, since: str = "", ground: str = "38-HD/BTCTW") -> TestResponse:
    form = who.get(ADDRESS).forms["act"]
    if since:
        form["since"] = since
    form["ground"] = ground
    form["tep"] = Upload("mau.docx", content)
    return form.submit(expect_errors=True)


def press(page: TestResponse, end: str) -> TestResponse:
    return next(form for form in page.forms.values() if (form.action or "").endswith(end)).submit().follow()


def confirmed(person: Maker, content: bytes = PLAIN) -> TestResponse:
    """Loaded by one administrator, confirmed by another: the page after."""
    page = send(person("administrator", "KHOI"), content).follow()
    return press(person("administrator-2", "KHOI").get(page.request.path), "xac-nhan")


def stored(app: Flask) -> int:
    with app.app_context():
        return sum(db.session.scalar(select(func.count()).select_from(t)) or 0 for t in (TextTemplate, TemplateUse))


def findings(app: Flask) -> list[str]:
    with app.app_context():
        return [f"{one.code} {one.what}" for one in running.verify_all(None, None)[1]]


def made(who: Person, code: str, suffix: str = "docx") -> bytes:
    return who.get(f"/ho-so/{code}/van-ban/6-KN%C4%90.{suffix}").body


def read(content: bytes) -> str:
    return " ".join(one.text for one in Document(io.BytesIO(content)).paragraphs)


def foot(content: bytes) -> str:
    """The code: at the foot of the page, or below the shipped text."""
    made = Document(io.BytesIO(content))
    told = [one.text for one in made.sections[0].footer.paragraphs if one.text]
    return " ".join(told) or made.paragraphs[-1].text


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_one_loads_another_confirms_and_texts_are_made_by_it(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review")
    admin, second = person("administrator", "KHOI"), person("administrator-2", "KHOI")
    reader = person("inspector", "KHOI")
    before = made(reader, code)
    assert "MẪU CHÍNH THỨC" not in read(before) and "· mẫu gốc ·" in foot(before)

    answer = send(admin, PLAIN)
    assert answer.status_int == 303, text_of(answer)
    page = answer.follow()
    assert "chờ người thứ hai xác nhận" in text_of(page)
    assert "MẪU CHÍNH THỨC: NGUYỄN VĂN MẪU" in text_of(page), "it is shown on the sample"
    assert "candidate , cell , votes.cell.absent" in text_of(page)
    assert read(admin.get(f"{page.request.path}/xem-thu.docx").body).startswith("MẪU CHÍNH THỨC: NGUYỄN VĂN MẪU")
    assert "{{ candidate|upper }}" in read(admin.get(f"{page.request.path}/tep.docx").body)
    assert "Người đề nghị không tự xác nhận" in text_of(page)
    assert foot(made(reader, code)) == foot(before), "it waits"
    number = next(form.action for form in page.forms.values() if "khong-dong-y" in (form.action or "")).split("/")[-2]
    asked = admin.web.post(f"/mau-van-ban/de-nghi/{number}/xac-nhan", {"csrf_token": admin.token()}).follow()
    assert "Người đề nghị không tự xác nhận" in text_of(asked)

    listed = text_of(second.get("/mau-van-ban"))
    assert "bản 1" in listed and "{{" not in listed
    assert "Đã xác nhận" in text_of(press(second.get(page.request.path), "xac-nhan"))
    now = made(reader, code)
    with app.app_context():
        case = loading.load_for_administration(code)
    assert read(now).startswith(f"MẪU CHÍNH THỨC: {case.full_name.upper()}, chi bộ Chi bộ")
    assert f"{code} · 6-KNĐ · RB-2021 · mẫu 1 · " in foot(now)
    properties = Document(io.BytesIO(now)).core_properties
    assert (properties.comments, properties.version) == (foot(now).strip(), "mẫu 1")
    assert "bản PDF vẫn theo mẫu gốc" in text_of(admin.get(ADDRESS))
    assert "· mẫu gốc ·" in words(made(reader, code, "pdf"))
    with app.app_context():
        topics = db.session.scalars(select(OfficeEvent.topic).order_by(OfficeEvent.seq.desc()).limit(2)).all()
        noted = db.session.scalars(select(DossierRead.about).where(DossierRead.part == "text")).all()
    assert list(topics) == ["template:confirmed", "template:loaded"]
    assert any(one.startswith("6-KNĐ · RB-2021 · mẫu ") for one in noted)
    log = text_of(reader.get("/nhat-ky/quan-tri"))
    assert "Nạp mẫu văn bản" in log and "Xác nhận mẫu văn bản" in log
    assert findings(app) == []


def test_versions_are_kept_and_an_earlier_one_is_taken_again(app: Flask, person: Maker) -> None:
    code, reader = code_in(app, "cell_review"), person("inspector", "KHOI")
    admin, second = person("administrator", "KHOI"), person("administrator-2", "KHOI")
    confirmed(person)
    confirmed(person, OTHER)
    assert "MẪU THỨ HAI" in read(made(reader, code)) and "+ Ngày" in read(made(reader, code))
    assert "bản 1 đã nạp" in text_of(send(admin, PLAIN)), "the same file is the same version"
    for number, said, mark in ((1, "MẪU CHÍNH THỨC", "mẫu 1"), (0, "NGHỊ QUYẾT", "mẫu gốc")):
        form = admin.get(f"{ADDRESS}/ban/{number}").forms["act"]
        form["ground"] = "Thông báo 2-TB"
        page = form.submit().follow()
        assert said not in read(made(reader, code)), "it waits"
        assert "Đã xác nhận" in text_of(press(second.get(page.request.path), "xac-nhan"))
        assert said in read(made(reader, code)) and mark in foot(made(reader, code))
    listed = text_of(admin.get(ADDRESS))
    assert listed.count("xác nhận") >= 4 and "bản 2" in listed
    assert findings(app) == []


def test_a_text_is_made_by_the_template_of_its_day(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    assert "không trước hôm nay" in text_of(send(admin, PLAIN, since="01/01/2022"))
    assert stored(app) == 0
    page = send(admin, PLAIN, since="01/12/2022").follow()
    press(person("administrator-2", "KHOI").get(page.request.path), "xac-nhan")
    undated, dated = code_in(app, "cell_review"), code_in(app, "probationary", "DB02-C3")
    reader = person("inspector", "KHOI")
    assert "MẪU CHÍNH THỨC" not in read(made(reader, undated)), "its day has not come"
    with app.app_context():
        db.session.execute(text("UPDATE template_use SET since = '2022-01-01'"))
        db.session.commit()
    assert "MẪU CHÍNH THỨC" in read(made(reader, undated))
    with app.app_context():
        paper = loading.load_for_administration(dated).facts.paper("6-KNĐ")
        assert paper
        day = paper.issued_on
        db.session.execute(text("UPDATE template_use SET since = :day"), {"day": day.replace(year=day.year + 1)})
        db.session.commit()
    assert "MẪU CHÍNH THỨC" not in read(made(reader, dated)), "a text that has its day keeps its template"
    assert any("template_use" in one for one in findings(app)), "and what was changed in the table is found"


def test_it_can_be_refused_and_only_one_waits(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    page = send(admin, PLAIN).follow()
    assert "chờ người thứ hai" in text_of(send(admin, OTHER))
    press(page, "khong-dong-y")
    assert "MẪU" not in read(made(person("inspector", "KHOI"), code_in(app, "cell_review")))
    assert send(admin, OTHER).status_int == 303
    assert findings(app) == []


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [("cell_secretary", "DB02-C3", 403), ("inspector", "KHOI", 403), ("committee_officer", "DB02", 403)],
)
def test_who_holds_no_such_right_gets_nothing(app: Flask, person: Maker, role: str, unit: str, status: int) -> None:
    send(person("administrator", "KHOI"), PLAIN)
    someone = person(role, unit)
    for end in ("", "/mau-goc.docx", "/ban/1", "/ban/1/tep.docx", "/ban/1/xem-thu.docx"):
        someone.get(ADDRESS + end, status=status)
    someone.get("/mau-van-ban", status=status)
    token = {"csrf_token": someone.token()}
    for end in (ADDRESS, f"{ADDRESS}/ban/1", "/mau-van-ban/de-nghi/1/xac-nhan"):
        someone.web.post(end, token, status=status)


def test_a_secretary_below_the_top_neither_loads_nor_confirms_and_the_one_at_the_top_confirms(
    app: Flask, person: Maker
) -> None:
    page = send(person("administrator", "KHOI"), PLAIN).follow()
    below = person("committee_secretary", "DB02")
    assert "act" not in below.get(ADDRESS).forms
    token = {"csrf_token": below.token()}
    below.web.post(ADDRESS, token, status=403)
    below.web.post(f"{ADDRESS}/ban/0", token, status=403)
    below.web.post("/mau-van-ban/de-nghi/1/xac-nhan", token, status=403)
    press(person("upper_secretary", "KHOI").get(page.request.path), "xac-nhan")
    with app.app_context():
        assert db.session.scalars(select(TemplateUse.outcome)).all() == ["confirmed"]


ASKED = "{% if cell == candidate %}{% endif %}"
ENDLESS = docx(
    "".join("{% for x in text.body %}" for _ in range(18)) + ASKED * 500 + "{{ candidate }}" + "{% endfor %}" * 18
)


def bomb() -> bytes:
    return with_part(PLAIN, "word/media/zero.bmp", b"\0" * 150_000_000)


def swapped(old: bytes, new: bytes, part: str = "word/document.xml") -> bytes:
    return with_part(PLAIN, part, lambda content: content.replace(old, new, 1))


_FIELD = b'<w:p><w:fldSimple w:instr="%s"/></w:p><w:p>'
_RELATION = (
    b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
    b'Target="http://192.0.2.1/x" TargetMode="External"/></Relationships>'
)
_RELS = "word/_rels/document.xml.rels"

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "Chọn tệp mẫu"),
    "too large": (lambda: b"PK\x03\x04" + b"0" * 1_050_000, "Lớn hơn 1000 kB"),
    "no docx": (lambda: b"%PDF-1.7 not a template", "không đọc được"),
    "a bomb": (bomb, "bung ra"),
    "macros": (lambda: with_part(PLAIN, "word/vbaProject.bin", b"x"), "macro"),
    "an object": (lambda: with_part(PLAIN, "word/embeddings/oleObject1.bin", b"x"), "đối tượng nhúng"),
    "an object within": (lambda: swapped(b"<w:p>", b"<w:p><w:r><w:object/></w:r></w:p><w:p>"), "tự chạy"),
    "a part of another kind": (lambda: swapped(b"<w:p>", b"<w:altChunk/><w:p>"), "tự chạy"),
    "a picture from elsewhere": (
        lambda: swapped(b"</Relationships>", _RELATION % b"image", _RELS), "dẫn ra ngoài"
    ),
    "a link": (lambda: swapped(b"</Relationships>", _RELATION % b"hyperlink", _RELS), "dẫn ra ngoài"),
    "a template elsewhere": (
        lambda: swapped(b"</Relationships>", _RELATION % b"attachedTemplate", _RELS), "dẫn ra ngoài"
    ),
    "a field that reads a file": (lambda: swapped(b"<w:p>", _FIELD % b"INCLUDETEXT C:\\x"), "tự chạy"),
    "a field that runs": (lambda: swapped(b"<w:p>", _FIELD % b"DDEAUTO cmd"), "tự chạy"),
    "an entity": (
        lambda: swapped(b"<w:document", b'<!DOCTYPE x [<!ENTITY a "b">]><w:document'), "bung ra"
    ),
    "no field": (lambda: docx("Không có gì"), "không có trường nào"),
    "an unknown field": (lambda: docx("{{ candidate }} {{ salary }}"), "“salary”: không có trường này"),
    "a way out": (lambda: docx("{{ candidate.__class__ }}"), "“candidate.__class__”: không có trường này"),
    "a call": (lambda: docx("{{ candidate }} {% for x in range(9999999999) %}{% endfor %}"), "“range”: không gọi hàm"),
    "a sum": (lambda: docx("{{ candidate }} {{ 9 ** 9 }}"), "không tính toán"),
    "another file": (lambda: docx("{{ candidate }} {% include 'x' %}"), "thẻ này không dùng được"),
    "a macro": (lambda: docx("{% macro a() %}{{ a() }}{% endmacro %}{{ candidate }}"), "thẻ này không dùng được"),
    "an assignment": (lambda: docx("{% set x = 1 %}{{ candidate }}"), "thẻ này không dùng được"),
    "a filter": (lambda: docx("{{ candidate|map('x') }}"), "“map”: bộ lọc này không dùng được"),
    "no list": (lambda: docx("{% for x in candidate %}{{ x }}{% endfor %}"), "không phải danh sách"),
    "unclosed": (lambda: docx("{% if candidate %} {{ candidate }}"), "sai cú pháp"),
    "in the foot": (lambda: docx("{{ candidate }}", foot="{{ nobody }}"), "“nobody”: không có trường này"),
    "loops in loops": (
        lambda: docx("{% for x in text.body %}" * 19 + "{{ candidate }}" + "{% endfor %}" * 19), "lồng nhau quá sâu"
    ),
    "a loop that never ends": (lambda: ENDLESS, "quá 2 giây"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_is_not_taken_is_refused_with_a_reason_and_nothing_is_stored(app: Flask, person: Maker, what: str) -> None:
    if what == "a loop that never ends":
        app.config["TEMPLATE_SECONDS"] = 2
    admin, (content, said) = person("administrator", "KHOI"), BAD[what]
    answer = send(admin, content())
    assert answer.status_int == 422
    assert said in text_of(answer)
    assert "Traceback" not in answer.text
    assert answer.forms["act"]["ground"].value == "38-HD/BTCTW", "what was typed stays"
    assert stored(app) == 0
    assert admin.get("/mau-van-ban").status_int == 200, "others go on"


def test_every_fault_is_named_at_once_with_its_paragraph(app: Flask, person: Maker) -> None:
    content = docx("{{ candidate }}", "Ông {{ father }}", "Bà {{ mother }} {{ lipsum() }}")
    said = text_of(send(person("administrator", "KHOI"), content))
    for one in ("“father”", "đoạn “Ông {{ father }}”", "“mother”", "“lipsum”: không gọi hàm"):
        assert one in said


def test_a_template_that_loops_on_other_data_is_given_up_and_says_so(app: Flask, person: Maker) -> None:
    """It passed the check; the text it makes of a dossier takes too long, or cannot be made."""
    code, reader = code_in(app, "cell_review"), person("inspector", "KHOI")
    long = 12 * ("{% for a in text.body %}",)
    confirmed(
        person, docx("{{ candidate }}{% if text.signer == '' %}" + "".join(long) + "{% endfor %}" * 12 + "{% endif %}")
    )
    app.config["TEMPLATE_SECONDS"] = 2
    answer = reader.get(f"/ho-so/{code}/van-ban/6-KN%C4%90.docx", status=303).follow()
    assert "Mẫu 1 không làm xong văn bản này trong 2 giây" in text_of(answer)
    assert words(made(reader, code, "pdf")), "the PDF is of the shipped one"
    done = app.test_cli_runner().invoke(
        args=["papers", "render", code, "6-KNĐ", str(app.config["INSTANCE"]) + "/a.docx"]
    )
    assert done.exit_code == 2 and "không làm xong" in done.output and done.output.count("\n") == 1


def test_what_somebody_typed_is_letters_in_a_template_too(app: Flask, person: Maker) -> None:
    code, reader = code_in(app, "cell_review"), person("inspector", "KHOI")
    confirmed(
        person,
        docx("Quê: {{ home_town }}; {{ nobody|default('x') if false else occupation }}".replace("nobody", "cell")),
    )
    typed = '<w:p/> & {{ 7 * 7 }} {% endfor %} "q"'
    with app.app_context():
        person_id = loading.load_for_administration(code).person_id
        db.session.execute(text("UPDATE person SET home_town = :t WHERE id = :id"), {"t": typed, "id": person_id})
        db.session.commit()
    assert f"Quê: {typed};" in read(made(reader, code))


def test_the_code_at_the_foot_changes_with_every_letter_and_with_the_template(app: Flask, person: Maker) -> None:
    code, reader = code_in(app, "cell_review"), person("inspector", "KHOI")
    confirmed(person)

    def seal() -> str:
        return foot(made(reader, code)).rsplit(" ", 1)[-1]

    first = seal()
    assert seal() == first
    with app.app_context():
        person_id = loading.load_for_administration(code).person_id
        db.session.execute(text("UPDATE person SET employer = 'Nơi khác' WHERE id = :id"), {"id": person_id})
        db.session.commit()
    second = seal()
    confirmed(person, OTHER)
    assert len({first, second, seal()}) == 3


def test_a_template_can_show_the_code_itself_and_rows_are_repeated(app: Flask, person: Maker) -> None:
    code, reader = code_in(app, "cell_review"), person("inspector", "KHOI")
    row = ("{%tr for one in text.receivers %}", "Gửi {{ one }}", "{%tr endfor %}")
    confirmed(person, docx("{{ candidate }}", foot="Mã {{ text.mark }}", row=row))
    found = made(reader, code)
    assert foot(found).startswith(f"Mã {code} · 6-KNĐ") and foot(found).count(code) == 1
    cells = [cell.text for table in Document(io.BytesIO(found)).tables for row in table.rows for cell in row.cells]
    assert len(cells) >= 1 and all(one.startswith("Gửi ") for one in cells)


@pytest.mark.parametrize("kind", sorted(templates.known().values()))
def test_each_shipped_text_is_a_template_to_begin_with_that_is_taken(app: Flask, kind: Kind) -> None:
    with app.app_context():
        found = templates.tried(starting.starter(kind))
    assert "candidate" in found.names
    title = drafts()[kind].title
    assert ("V/v" if title == LETTER else title) in " ".join(found.words)
    assert "{{" not in " ".join(found.words)


def test_each_field_has_a_meaning_and_a_sample(app: Flask) -> None:
    """Whoever adds a field to a text says in documents/marking.py what it means."""
    with app.app_context():
        for group in marking.groups(templates.book()):
            for one in group.fields:
                assert one.meaning.vi != one.name, one.name
                assert one.sample, one.name


def test_a_file_that_was_changed_in_the_table_makes_nothing_and_is_found(app: Flask, person: Maker) -> None:
    code, reader = code_in(app, "cell_review"), person("inspector", "KHOI")
    confirmed(person)
    with app.app_context():
        db.session.execute(text("UPDATE text_template SET sealed = 'AAAA'"))
        db.session.commit()
    answer = reader.get(f"/ho-so/{code}/van-ban/6-KN%C4%90.docx", status=303).follow()
    assert "không còn là tệp đã kiểm tra" in text_of(answer)
    assert any("text_template" in one for one in findings(app))


@pytest.fixture
def stranger(app: Flask, tmp_path: Any) -> Callable[[str], None]:
    """A program in LibreOffice's place."""

    def place(script: str) -> None:
        program = tmp_path / "office"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)
        app.config["LIBREOFFICE"] = str(program)
        app.config["LIBREOFFICE_SECONDS"] = 2 if "sleep" in script else 60

    return place


def test_where_libreoffice_is_set_it_makes_the_pdf_and_its_time_is_limited(
    app: Flask, person: Maker, stranger: Callable[[str], None]
) -> None:
    code, reader = code_in(app, "cell_review"), person("inspector", "KHOI")
    confirmed(person)
    stranger('for last; do true; done; printf "%%PDF-1.7 by office" > "${last%.docx}.pdf"')
    assert made(reader, code, "pdf").startswith(b"%PDF-1.7 by office\n%dossiers ")
    assert "PDF do LibreOffice chuyển" in text_of(person("administrator", "KHOI").get(ADDRESS))
    for script, said in (("sleep 60", "không chuyển xong sang PDF trong 2 giây"), ("exit 1", "không chuyển được")):
        stranger(script)
        answer = reader.get(f"/ho-so/{code}/van-ban/6-KN%C4%90.pdf", status=303).follow()
        assert said in text_of(answer)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_libreoffice_makes_a_pdf_with_the_same_words(app: Flask, person: Maker) -> None:
    code, reader = code_in(app, "cell_review"), person("inspector", "KHOI")
    confirmed(person)
    app.config["LIBREOFFICE"], app.config["LIBREOFFICE_SECONDS"] = shutil.which("soffice"), 120
    found = words(made(reader, code, "pdf"))
    assert "MẪU CHÍNH THỨC: " in found and f"{code} · 6-KNĐ · RB-2021 · mẫu 1 · " in found


def test_a_version_that_makes_no_text_raises_a_sentence(app: Flask, person: Maker) -> None:
    confirmed(person)
    with app.app_context():
        case = loading.load_for_administration(code_in(app, "cell_review"))
        app.config["TEMPLATE_SECONDS"] = 0
        with pytest.raises(Unfit, match="không làm xong"):
            services.made(case, Kind.CELL_RESOLUTION, "docx", True)
