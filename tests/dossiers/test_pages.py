"""Pages of several rooms: every figure opens its list, the log is read, and with how many queries."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event, func, insert, select

from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import db
from tests.people import Person, code_in, names_on, text_of, unit_of

Maker = Callable[..., Person]


def test_every_figure_of_the_quota_page_opens_its_list(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    page = upper.get("/chi-tieu?year=2022&as_of=10/07/2022")
    text = text_of(page)
    assert "63 /130" in text or "63/130" in text
    assert "48,46 %" in text
    assert "486-QĐ/TU" in text
    app.config["PAGE_SIZE"], size = 200, app.config["PAGE_SIZE"]
    try:
        for link in page.html.select('main a[href*="admitted_from"]'):
            listed = upper.get(link["href"])
            assert len(names_on(listed)) == int(link.get_text()), link["href"]
    finally:
        app.config["PAGE_SIZE"] = size
    assert "48.46 %" in text_of(person("upper_officer", "KHOI", "en").get("/chi-tieu?year=2022&as_of=10/07/2022"))


def test_every_figure_of_the_report_opens_its_list(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    app.config["PAGE_SIZE"], size = 500, app.config["PAGE_SIZE"]
    try:
        for unit in ("KHOI", "DB02"):
            page = upper.get(f"/bao-cao?unit={unit}")
            links = page.html.select("td.num a, td a.due")
            assert len(links) > 10
            for link in links:
                assert len(names_on(upper.get(link["href"]))) == int(link.get_text()), link["href"]
    finally:
        app.config["PAGE_SIZE"] = size
    own = person("cell_secretary", "CB01")
    assert "Chọn một đơn vị trong phạm vi của bạn" in text_of(own.get("/bao-cao?unit=DB02"))


def test_a_committee_sees_its_own_quota_only(app: Flask, person: Maker) -> None:
    own = person("committee_officer", "DB02")
    page = own.get("/chi-tieu?year=2022")
    assert "Đảng bộ Công ty Điện lực" in text_of(page)
    assert "Bệnh viện" not in text_of(page)
    assert "Chọn một đơn vị trong phạm vi của bạn" in text_of(own.get("/chi-tieu?unit=DB05&year=2022"))


def test_the_inspector_reads_the_log_with_filters(app: Flask, person: Maker) -> None:
    inspector = person("inspector", "KHOI")
    page = inspector.get("/nhat-ky")
    assert len(page.html.select("table.list tbody tr")) == 50
    code = code_in(app, "removed")
    mine = inspector.get(f"/nhat-ky?code={code}")
    rows = [" ".join(row.get_text(" ").split()) for row in mine.html.select("table.list tbody tr")]
    assert any("Quyết định xóa tên" in row and "Đảng viên dự bị → Xóa tên" in row for row in rows)
    assert all(code in row for row in rows)
    removals = inspector.get("/nhat-ky?trigger=remove")
    assert len(removals.html.select("table.list tbody tr")) == 1
    later = inspector.get("/nhat-ky?since=28/07/2022")
    assert not later.html.select("table.list tbody tr"), "nothing was recorded after the demo's day"
    wrong = inspector.get("/nhat-ky?since=31/02/2022", status=422)
    assert "không có trong lịch" in text_of(wrong)
    following = page.html.select_one("a[rel=next]")["href"]
    second = inspector.get(following)
    assert page.html.select("table.list tbody tr")[-1] != second.html.select("table.list tbody tr")[0]
    assert not page.html.select("main form[method=post]"), "the log is read-only"


def test_the_log_shows_what_stood_before_and_after(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    person("cell_secretary", unit_of(app, code)).act(
        code, "correct_candidate", contact="0911 111 111", reason="Đổi số."
    )
    text = text_of(person("inspector", "KHOI").get(f"/nhat-ky?code={code}&trigger=correct_candidate"))
    assert "0911 111 111" in text
    assert re.search(r"09\d{8} → 0911 111 111", text)


def test_only_inspectors_read_the_log(app: Flask, person: Maker) -> None:
    for role, unit in (("upper_officer", "KHOI"), ("administrator", "KHOI"), ("cell_secretary", "CB01")):
        person(role, unit).get("/nhat-ky", status=403)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile, transactions aside."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


PAGES = {
    "/viec-cua-toi": 8,
    "/ho-so": 8,
    "/ho-so?sort=name": 8,
    "/ho-so?stage=admission&overdue=1": 8,
    "/nguon": 8,
    "/boi-duong": 8,
    "/tim?q=nguyen": 7,
    "/chi-tieu?year=2022": 8,
    "/bao-cao": 9,
    "/don-vi": 6,
    "/quy-tac": 6,
}


def test_queries_do_not_grow_with_the_rows(app: Flask, person: Maker) -> None:
    upper, inspector = person("upper_officer", "KHOI"), person("inspector", "KHOI")
    code = code_in(app, "official")
    pages = {
        **{url: (upper, most) for url, most in PAGES.items()},
        "/nhat-ky": (inspector, 6),
        f"/ho-so/{code}": (upper, 16),
    }

    def measure() -> dict[str, int]:
        found = {}
        for url, (who, _most) in pages.items():
            who.get(url)
            with counted(app) as seen:
                who.get(url)
            found[url] = len(seen)
        return found

    before = measure()
    with app.app_context():
        _more(60)
    secretary = person("cell_secretary", unit_of(app, code))
    for _ in range(5):
        secretary.act(code, "correct_candidate", reason="Ghi thêm để nhật ký dài ra.")
    after = measure()
    for url, (_who, most) in pages.items():
        assert after[url] <= before[url], url
        assert after[url] <= most, (url, after[url])


def _more(count: int) -> None:
    """Many more rows in every list: copies of a dossier, seen by the same units."""
    for state in ("awaiting_decision", "sourced", "trained"):
        source = db.session.scalars(select(Dossier).where(Dossier.state == state)).first()
        assert source is not None
        scopes = db.session.scalars(select(Scope).where(Scope.dossier_id == source.id)).all()
        top = db.session.scalar(select(func.max(Dossier.id))) or 0
        for number in range(top + 1, top + 1 + count):
            copy = {c.name: getattr(source, c.name) for c in Dossier.__table__.columns}
            db.session.execute(insert(Dossier).values({**copy, "id": number, "code": f"HS2000-{number:06d}"}))
            for scope in scopes:
                row = {c.name: getattr(scope, c.name) for c in Scope.__table__.columns}
                db.session.execute(insert(Scope).values({**row, "dossier_id": number}))
        db.session.commit()
