"""Scans through the pages: sent, put in order, replaced, looked at, printed, saved; by whom, and what is noted."""

import io
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pikepdf
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, text
from webtest.response import TestResponse

from dossiers.audit import services as audit
from dossiers.casework.models import Event
from dossiers.extensions import db
from dossiers.papers.models import FileChunk, PaperScan, StoredFile
from dossiers.privacy.models import DossierRead
from tests.conftest import World
from tests.dossiers.papers import samples
from tests.dossiers.papers.test_cleaning import BAD
from tests.people import Person, code_in, dossier, snapshot, text_of, unit_of

Maker = Callable[..., Person]


def send(who: Person, code: str, paper: str, *files: tuple[str, bytes], **fields: Any) -> TestResponse:
    """Fill in the form of a paper's scan, with these files chosen, and send it."""
    form = who.get(f"/ho-so/{code}/attach_scan?giay={paper}").forms["act"]
    for name, value in fields.items():
        name = name.replace("__", "-")
        if isinstance(value, bool):
            form[name].checked = value
        else:
            form[name] = value
    sent = [(name, value) for name, value in form.submit_fields() if name and name not in ("files", "photos")]
    with_files = [("files", name, content) for name, content in files]
    return who.web.post(
        f"/ho-so/{code}/attach_scan?giay={paper}", params=sent, upload_files=with_files, expect_errors=True
    )


def attach(who: Person, code: str, paper: str, *files: tuple[str, bytes], **fields: Any) -> int:
    """The same, done: the number of the event."""
    answer = send(who, code, paper, *files, **fields)
    assert answer.status_int == 303, text_of(answer)
    return dossier(who.app, code).version


def verified(app: Flask) -> list[str]:
    with app.app_context():
        return [f"{finding.code}: {finding.what}" for finding in audit.verify()[1]]


def stored(app: Flask) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(StoredFile)) or 0)


@pytest.fixture
def case(app: Flask) -> tuple[str, str]:
    """A dossier with papers, and the first of these."""
    code = code_in(app, "verifying")
    with app.app_context():
        query = "SELECT seq, nr FROM paper_record WHERE dossier_id = :d AND form = '1-KNĐ'"
        row = db.session.execute(text(query), {"d": dossier(app, code).id}).one()
    return code, f"{row.seq}.{row.nr}"


@pytest.fixture
def secretary(app: Flask, person: Maker, case: tuple[str, str]) -> Person:
    return person("cell_secretary", unit_of(app, case[0]))


def test_pages_are_sent_and_looked_at(app: Flask, case: tuple[str, str], secretary: Person) -> None:
    code, paper = case
    page = secretary.get(f"/ho-so/{code}/giay-to")
    assert page.html.select_one(f'a[href="/ho-so/{code}/attach_scan?giay={paper}"]')
    seq = attach(secretary, code, paper, ("a.jpg", samples.jpeg(orientation=6)), ("b.png", samples.png()))
    link = secretary.get(f"/ho-so/{code}/giay-to").html.select_one(f'a[href="/ho-so/{code}/ban-chup/{seq}"]')
    assert link and "2 trang" in link.text
    shown = secretary.get(f"/ho-so/{code}/ban-chup/{seq}")
    assert len(shown.html.select("figure img")) == 2
    first, second = (secretary.get(f"/ho-so/{code}/ban-chup/{seq}/trang/{nr}") for nr in (1, 2))
    assert (first.content_type, second.content_type) == ("image/jpeg", "image/png")
    assert Image.open(io.BytesIO(first.body)).getexif()[0x0112] == 6, "it stands upright"
    assert samples.PLAIN_NAME.encode() not in first.body + second.body
    assert "bản chụp 1-KNĐ: 2 trang" in text_of(secretary.get(f"/ho-so/{code}/dien-bien"))
    secretary.get(f"/ho-so/{code}/ban-chup/{seq}/trang/3", status=404)
    secretary.get(f"/ho-so/{code}/ban-chup/{seq + 1}", status=404)
    assert verified(app) == []


def test_pages_are_turned_put_in_order_and_left_out_and_the_old_scan_is_kept(
    app: Flask, case: tuple[str, str], secretary: Person
) -> None:
    code, paper = case
    first = attach(secretary, code, paper, ("a.pdf", samples.pdf(2)), ("b.jpg", samples.jpeg()))
    second = attach(secretary, code, paper, leaves__2__place="1", leaves__2__turn="90", leaves__1__gone=True)
    made = secretary.get(f"/ho-so/{code}/ban-chup/{second}/xem")
    with pikepdf.open(io.BytesIO(made.body)) as document:
        assert [(len(page.images), int(page.get("/Rotate", 0))) for page in document.pages] == [(1, 90), (0, 0)]
    old = secretary.get(f"/ho-so/{code}/ban-chup/{first}")
    assert "Đây là bản cũ." in text_of(old)
    third = attach(secretary, code, paper, ("c.png", samples.png()), instead=True)
    shown = secretary.get(f"/ho-so/{code}/ban-chup/{third}")
    assert [a["href"].rsplit("/", 1)[1] for a in shown.html.select(".scan ul a")] == [str(second), str(first)]
    assert "1 trang" in text_of(secretary.get(f"/ho-so/{code}/giay-to"))
    none = attach(secretary, code, paper, leaves__0__gone=True)
    assert not secretary.get(f"/ho-so/{code}/giay-to").html.select('.papers a[href*="ban-chup"]')
    secretary.get(f"/ho-so/{code}/ban-chup/{none}", status=404)
    assert "không còn dùng" in text_of(secretary.get(f"/ho-so/{code}/ban-chup/{third}"))
    assert verified(app) == []


def test_taking_it_back_brings_the_scan_of_before(app: Flask, case: tuple[str, str], secretary: Person) -> None:
    code, paper = case
    first = attach(secretary, code, paper, ("a.png", samples.png()))
    attach(secretary, code, paper, ("b.png", samples.png(shade=7)), instead=True)
    secretary.act(code, "undo")
    assert secretary.get(f"/ho-so/{code}/giay-to").html.select_one(f'a[href="/ho-so/{code}/ban-chup/{first}"]')
    assert verified(app) == []


@pytest.mark.parametrize("page", ["xem", "in", "tai-ve"])
def test_a_file_is_sent_with_a_policy_of_its_own(
    app: Flask, case: tuple[str, str], secretary: Person, page: str
) -> None:
    code, paper = case
    seq = attach(secretary, code, paper, ("a.pdf", samples.pdf(2)))
    answer = secretary.get(f"/ho-so/{code}/ban-chup/{seq}/{page}")
    assert answer.content_type == "application/pdf" and answer.body.startswith(b"%PDF-")
    policy = answer.headers.getall("Content-Security-Policy")
    assert policy == ["default-src 'none'; object-src 'self'; frame-ancestors 'self'"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.getall("X-Frame-Options") == ["SAMEORIGIN"]
    told = answer.headers["Content-Disposition"]
    assert told.startswith("attachment" if page == "tai-ve" else "inline")
    assert "filename*=UTF-8''" in told and "1-KN%C4%90" in told and told.endswith(".pdf")
    frame = secretary.get(f"/ho-so/{code}/ban-chup/{seq}")
    assert "frame-src 'self'" in frame.headers["Content-Security-Policy"]
    assert frame.html.select_one("iframe")["src"].endswith(f"/ban-chup/{seq}/xem")


def test_a_text_of_word_is_saved_and_stands_alone(app: Flask, case: tuple[str, str], secretary: Person) -> None:
    code, paper = case
    refused = send(secretary, code, paper, ("a.docx", samples.docx()), ("b.png", samples.png()))
    assert refused.status_int == 422 and "Tệp Word đứng riêng" in text_of(refused)
    seq = attach(secretary, code, paper, ("a.docx", samples.docx()))
    assert "tải về để mở" in text_of(secretary.get(f"/ho-so/{code}/ban-chup/{seq}"))
    secretary.get(f"/ho-so/{code}/ban-chup/{seq}/xem", status=404)
    saved = secretary.get(f"/ho-so/{code}/ban-chup/{seq}/tai-ve")
    assert saved.headers["Content-Disposition"].startswith("attachment") and ".docx" in str(saved.headers)


def test_every_look_print_and_save_is_noted_with_who(app: Flask, case: tuple[str, str], secretary: Person) -> None:
    code, paper = case
    seq = attach(secretary, code, paper, ("a.pdf", samples.pdf(1)))
    for page in ("", "/in", "/tai-ve"):
        secretary.get(f"/ho-so/{code}/ban-chup/{seq}{page}")
    with app.app_context():
        query = select(DossierRead.part).where(DossierRead.account_id == secretary.id)
        parts = set(db.session.scalars(query.where(DossierRead.dossier_id == dossier(app, code).id)))
    assert {"scan", "scan_printed", "scan_saved"} <= parts
    told = text_of(secretary.get(f"/ho-so/{code}/nhat-ky-xem"))
    assert "In bản chụp giấy tờ" in told and "Tải bản chụp giấy tờ về" in told


def test_who_does_not_see_the_file_sees_no_scan_and_who_may_not_record_attaches_none(
    app: Flask, case: tuple[str, str], secretary: Person, person: Maker
) -> None:
    code, paper = case
    seq = attach(secretary, code, paper, ("a.png", samples.png()))
    with app.app_context():
        org = db.session.execute(
            text("SELECT u.code FROM dossier d JOIN unit u ON u.id = d.nominator_id WHERE d.code = :c"), {"c": code}
        ).scalar()
        union = "youth_officer" if str(org).endswith("DTN") else "union_officer"
    outside = person("cell_secretary", "DB02-C3" if unit_of(app, code) != "DB02-C3" else "CB01")
    pages = ("", "/trang/1", "/xem", "/in", "/tai-ve")
    for page in pages:
        outside.get(f"/ho-so/{code}/ban-chup/{seq}{page}", status=404)
    if org:
        officer = person(union, org)
        for page in pages:
            officer.get(f"/ho-so/{code}/ban-chup/{seq}{page}", status=403)
        assert "ban-chup" not in officer.get(f"/ho-so/{code}/giay-to").text
    inspector = person("inspector", "KHOI")
    inspector.get(f"/ho-so/{code}/ban-chup/{seq}/trang/1")
    assert "attach_scan" not in inspector.get(f"/ho-so/{code}/giay-to").text
    before = snapshot(app, code)
    inspector.web.post(
        f"/ho-so/{code}/attach_scan", params={"csrf_token": inspector.token(), "paper": paper},
        upload_files=[("files", "a.png", samples.png())], status=403,
    )  # fmt: skip
    assert snapshot(app, code) == before


@pytest.mark.parametrize("bad", BAD)
def test_what_is_not_taken_is_said_at_the_field_and_nothing_is_stored(
    app: Flask, case: tuple[str, str], secretary: Person, bad: str
) -> None:
    (code, paper), (name, content, why) = case, BAD[bad]
    before, files = snapshot(app, code), stored(app)
    answer = send(secretary, code, paper, ("fine.png", samples.png()), (name, content))
    assert answer.status_int == 422
    assert why in answer.html.select_one("#files-error").text
    assert (snapshot(app, code), stored(app)) == (before, files)


def test_a_bomb_keeps_nobody_else_waiting(app: Flask, case: tuple[str, str], secretary: Person, person: Maker) -> None:
    """The server stays free while one file is still being unpacked."""
    code, paper = case
    other, ends = person("committee_officer", "DB02"), []
    bomb = Thread(target=lambda: ends.append(send(secretary, code, paper, ("a.docx", samples.docx_bomb())).status_int))
    bomb.start()
    assert other.get("/viec-cua-toi").status_int == 200
    bomb.join()
    assert ends == [422]


def test_nothing_new_is_refused_and_so_is_a_paper_that_is_not_on_file(
    app: Flask, case: tuple[str, str], secretary: Person
) -> None:
    code, paper = case
    assert "Chọn ít nhất một tệp" in text_of(send(secretary, code, paper))
    files, form = stored(app), secretary.get(f"/ho-so/{code}/attach_scan").forms["act"]
    for made_up in ("", "999.0", "1.77", "x"):
        sent = [(name, value) for name, value in form.submit_fields() if name and name not in ("files", "photos")]
        sent = [(name, made_up if name == "paper" else value) for name, value in sent]
        new = [("files", "a.png", samples.png())]
        answer = secretary.web.post(f"/ho-so/{code}/attach_scan", params=sent, upload_files=new, status=422)
        assert answer.html.select_one("#paper-error")
    assert stored(app) == files


def test_more_than_a_page_may_send_is_refused_before_it_is_read(
    app: Flask, case: tuple[str, str], secretary: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, paper = case
    monkeypatch.setitem(app.config, "UPLOAD_MEGABYTES", 1)
    answer = send(secretary, code, paper, ("a.png", bytes(1_100_000)))
    assert answer.status_int == 413 and "Gửi quá nhiều" in text_of(answer)
    monkeypatch.setitem(app.config, "UPLOAD_MEGABYTES", 5)
    assert send(secretary, code, paper, ("a.png", bytes(1_100_000))).status_int == 422
    nobody = app.test_client().post(f"/ho-so/{code}/attach_scan", data={"files": (io.BytesIO(bytes(2_000_000)), "a")})
    assert nobody.status_code in (303, 400, 413), "who is not signed in sends no more than to any page"


def test_the_same_file_twice_is_stored_once(app: Flask, case: tuple[str, str], secretary: Person) -> None:
    code, paper = case
    before = stored(app)
    attach(secretary, code, paper, ("a.png", samples.png()))
    attach(secretary, code, paper, ("b.png", samples.png()), ("c.png", samples.png()), ("d.jpg", samples.jpeg()))
    assert stored(app) == before + 2
    assert verified(app) == []


def test_the_same_form_sent_twice_attaches_once(app: Flask, case: tuple[str, str], secretary: Person) -> None:
    code, paper = case
    form = secretary.get(f"/ho-so/{code}/attach_scan?giay={paper}").forms["act"]
    sent = [(name, value) for name, value in form.submit_fields() if name and name not in ("files", "photos")]
    files = [("files", "a.png", samples.png())]
    address = f"/ho-so/{code}/attach_scan?giay={paper}"
    secretary.web.post(address, params=sent, upload_files=files, status=303)
    again = secretary.web.post(address, params=sent, upload_files=files, status=303).follow()
    assert "đã được ghi nhận từ lần gửi trước" in again.text
    with app.app_context():
        count = select(func.count()).select_from(PaperScan).where(PaperScan.dossier_id == dossier(app, code).id)
        assert db.session.scalar(count) == 1


def test_a_name_in_a_scan_stands_nowhere_in_the_database(
    app: Flask, world: World, case: tuple[str, str], secretary: Person
) -> None:
    code, paper = case
    telling = b"Vo Danh Khong Ai Biet"
    content = samples.pdf(1).replace(b"0 0 80 80 re f", b"0 0 80 80 re f %" + telling)
    made = pikepdf.open(io.BytesIO(content))
    made.pages[0].Contents = made.make_stream(b"BT (" + telling + b") Tj ET")
    out = io.BytesIO()
    made.save(out)
    seq = attach(secretary, code, paper, ("a.pdf", out.getvalue()))
    with pikepdf.open(io.BytesIO(secretary.get(f"/ho-so/{code}/ban-chup/{seq}/xem").body)) as shown:
        shown.pages[0].contents_coalesce()
        assert telling in shown.pages[0].Contents.read_bytes()
    with app.app_context():
        chunks = b"".join(db.session.scalars(select(FileChunk.content)))
        bodies = "".join(db.session.scalars(select(Event.body)))
    assert telling not in chunks and b"%PDF" not in chunks and telling.decode() not in bodies
    if world.engine == "sqlite":
        for file in world.folder.glob("work.db*"):
            assert telling not in Path(file).read_bytes(), file
