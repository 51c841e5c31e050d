"""The code at the foot of a text leads back to its dossier, for who sees it, and tells whether the text was changed."""

import io
from collections.abc import Callable

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import update
from webtest.forms import Upload

from dossiers.casework import loading
from dossiers.documents import checking, services
from dossiers.documents.composing import drafts
from dossiers.extensions import db
from dossiers.people.models import Person as Candidate
from tests.people import Person, code_in, text_of
from workflow.papers import Kind

Maker = Callable[..., Person]
PAGE = "/van-ban/kiem-tra"
SAME, CHANGED = "Đúng như lúc dựng", "Đã bị sửa sau khi dựng"


def mark_of(app: Flask, code: str, form: Kind = Kind.ADMISSION, grade: str = "") -> str:
    with app.app_context():
        return services.composed(loading.load_for_administration(code), form, sensitive=True, grade=grade).mark


def checked(who: Person, code: str = "", file: tuple[str, bytes] | None = None, status: int = 200) -> str:
    form = who.get(PAGE).forms["check"]
    form["code"] = code
    if file:
        form["file"] = Upload(*file)
    answer = form.submit(expect_errors=True)
    assert answer.status_int == status
    return text_of(answer)


@pytest.mark.parametrize("grade", ["", "mat", "tuyet-mat"])
def test_a_code_copied_from_paper_leads_to_the_dossier_and_shows_what_the_text_said(
    app: Flask, person: Maker, grade: str
) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    cell, mark = person("cell_secretary", "DB02-C3"), mark_of(app, code, grade=grade)
    for typed in (mark, mark.upper().replace(" · ", "  "), f"  {mark}  "):
        said = checked(cell, typed)
        assert SAME in said and f"Mở hồ sơ {code}" in said and "tán thành 9 trên 9" in said, typed
    assert "Đây không phải dòng mã" in checked(cell, "xin chào", status=422)
    wrong = mark[:-1] + ("0" if mark[-1] != "0" else "1")
    said = checked(cell, wrong)
    assert "không ứng với văn bản dựng từ dữ liệu hôm nay" in said and "tán thành 9" not in said


def test_a_code_tells_when_the_data_is_another_now(app: Flask, person: Maker) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    mark = mark_of(app, code)
    with app.app_context():
        number = loading.load_for_administration(code).person_id
        db.session.execute(update(Candidate).where(Candidate.id == number).values(home_town="Xã Khác"))
        db.session.commit()
    assert "không ứng với" in checked(person("cell_secretary", "DB02-C3"), mark)


def test_who_does_not_see_the_dossier_is_told_nothing_of_it(app: Flask, person: Maker) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    mark = mark_of(app, code)
    said = checked(person("cell_secretary", "DB02-C1"), mark)
    assert "Bạn không xem được hồ sơ" in said and SAME not in said and "Mở hồ sơ" not in said
    said = checked(person("cell_secretary", "DB02-C1"), mark.replace(code, "HS1999-000001"))
    assert "Bạn không xem được hồ sơ" in said
    union = checked(person("youth_officer", "DB02-DTN"), mark)
    assert "tán thành" not in union and SAME not in union


def test_a_pdf_is_as_it_was_made_or_not(app: Flask, person: Maker) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    cell = person("cell_secretary", "DB02-C3")
    pdf = cell.get(f"/ho-so/{code}/van-ban/9-KN%C4%90.pdf").body
    said = checked(cell, file=("quyet-dinh.pdf", pdf))
    assert SAME in said and f"Mở hồ sơ {code}" in said
    assert CHANGED in checked(cell, file=("q.pdf", pdf.replace(b"/Type", b"/Typf", 1)))
    body, line, tail = pdf.rpartition(b"%dossiers ")
    assert CHANGED in checked(cell, file=("q.pdf", body + line + b"AAAA" + tail[4:]))
    assert CHANGED in checked(cell, file=("q.pdf", body + line + b"?? 00\n"))
    assert "Không phải tệp nguyên gốc" in checked(cell, file=("q.pdf", body))


def test_a_docx_is_judged_by_its_words(app: Flask, person: Maker) -> None:
    """Saved again without a change it is the same; one digit of a vote, or a name, makes it another."""
    code = code_in(app, "probationary", "DB02-C3")
    cell = person("cell_secretary", "DB02-C3")
    docx = cell.get(f"/ho-so/{code}/van-ban/9-KN%C4%90.docx").body

    def saved(change: tuple[str, str] | None = None) -> bytes:
        made, out = Document(io.BytesIO(docx)), io.BytesIO()
        for paragraph in made.paragraphs:
            for run in paragraph.runs:
                if change:
                    run.text = run.text.replace(*change)
        made.save(out)
        return out.getvalue()

    assert SAME in checked(cell, file=("a.docx", docx))
    assert SAME in checked(cell, file=("a.docx", saved()))
    assert CHANGED in checked(cell, file=("a.docx", saved(("tán thành 9", "tán thành 8"))))
    said = checked(cell, file=("a.docx", saved((mark_of(app, code), "gì đó"))))
    assert "Không phải tệp nguyên gốc" in said


def test_every_text_is_known_again_from_its_file(app: Flask) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    with app.app_context():
        case = loading.load_for_administration(code)
        texts = [services.composed(case, kind, sensitive=True) for kind in drafts()]
        told = checking.docx("a.docx", services.drawn(texts, "docx"))
        assert [one.mark for one in told] == [text.mark for text in texts]
        assert {one.verdict for one in told} == {checking.Verdict.SAME}
        assert [one.mark for one in checking.pdf(services.drawn(texts, "pdf"))] == [text.mark for text in texts]


def test_minutes_are_known_again_and_lead_to_the_meeting(app: Flask, person: Maker) -> None:
    cell = person("cell_secretary", "DB02-C3")
    for suffix in ("pdf", "docx"):
        said = checked(cell, file=(f"b.{suffix}", cell.get(f"/hop/1/van-ban/bien-ban.{suffix}").body))
        assert SAME in said and "Mở cuộc họp" in said


@pytest.mark.parametrize("content", [b"", b"MZ\x00\x01", b"PK\x03\x04 no zip", b"%PDF-1.7 nothing", b"x" * 950_000])
def test_bad_files_are_refused_with_a_sentence(app: Flask, person: Maker, content: bytes) -> None:
    status = 200 if content.startswith(b"%PDF") else 422
    checked(person("cell_secretary", "DB02-C3"), file=("a.docx", content), status=status)


def test_texts_beside_the_bundle_are_called_in_lists_as_they_call_themselves(app: Flask) -> None:
    with app.app_context():
        for kind, title in services._TITLES.items():
            assert title == f"{drafts()[kind].title.capitalize()} {drafts()[kind].subject}"
