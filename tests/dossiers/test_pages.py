"""Pages: what they show, in which order, within whose reach, and with how many queries."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event, func, insert, select, update

from dossiers import names
from dossiers.casework import search
from dossiers.casework.models import Dossier, Scope
from dossiers.demo.player import TODAY
from dossiers.extensions import db
from dossiers.people.models import Person as PersonRow
from dossiers.units.models import Unit
from tests.people import Person, code_in, text_of, unit_of
from workflow.stages import State

Maker = Callable[..., Person]


def names_on(page: object) -> list[str]:
    return [link.get_text() for link in page.html.select("table.list a.name")]  # type: ignore[attr-defined]


def rename(app: Flask, code: str, full_name: str) -> None:
    """Give somebody another name, in the lists and the search index too."""
    with app.app_context():
        row = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        db.session.execute(update(PersonRow).where(PersonRow.id == row.person_id).values(full_name=full_name))
        db.session.execute(update(Scope).where(Scope.dossier_id == row.id).values(sort_key=names.sort_key(full_name)))
        units = tuple(db.session.scalars(select(Scope.ancestor_id).where(Scope.dossier_id == row.id)))
        search.index_one(row.id, full_name, units)
        db.session.commit()


# --- dossier page -------------------------------------------------------------------------------------------------


def test_the_dossier_says_where_whose_turn_until_when_what_is_missing_and_what_comes_next(
    app: Flask, person: Maker
) -> None:
    code = code_in(app, "verifying")
    page = person("upper_officer", "KHOI").get(f"/ho-so/{code}")
    now = page.html.select_one("section.now").get_text(" ")
    for words in ("Bước hiện tại", "Thẩm tra lý lịch", "Đến lượt", "Hạn", "Tiếp theo", "Đã thẩm tra, kết luận"):
        assert words in now
    missing = page.html.select(".checklist .missing")
    assert any("thân nhân" in item.get_text().lower() or "cha, mẹ" in item.get_text() for item in missing)
    assert any("5-KNĐ" in item.get_text() for item in missing)
    assert "01-HD/TW §3" in page.html.select_one(".checklist").get_text()


def test_what_cannot_be_done_stays_visible_with_rule_source_and_remedy(app: Flask, person: Maker) -> None:
    code = code_in(app, "verifying", "DB03")
    page = person("cell_secretary", unit_of(app, code)).get(f"/ho-so/{code}")
    blocked = [item for item in page.html.select("li.cannot") if "Kết luận thẩm tra" in item.get_text()]
    assert blocked
    text = " ".join(blocked[0].get_text(" ").split())
    assert "Việc này do Bí thư đảng ủy cơ sở" in text
    assert "verified_persons" in text
    assert "01-HD/TW §3" in text


def test_the_timeline_shows_both_dates_and_who(app: Flask, person: Maker) -> None:
    code = code_in(app, "official")
    page = person("inspector", "KHOI").get(f"/ho-so/{code}")
    lines = page.html.select("ol.timeline li")
    assert len(lines) >= 20
    for line in lines:
        assert re.search(
            r"diễn ra \d\d/\d\d/\d{4} · ghi lúc \d\d/\d\d/\d{4} \d\d:\d\d", " ".join(line.get_text(" ").split())
        )
    assert not page.html.select("li.can"), "an inspector changes nothing"


def test_every_action_button_opens_a_form(app: Flask, person: Maker) -> None:
    for state in State:
        code = code_in(app, str(state))
        secretary = person("cell_secretary", unit_of(app, code))
        for link in secretary.get(f"/ho-so/{code}").html.select("li.can a"):
            assert "act" in secretary.get(link["href"]).forms, link["href"]


# --- lists --------------------------------------------------------------------------------------------------------


def test_names_are_sorted_the_vietnamese_way(app: Flask, person: Maker) -> None:
    for number, full_name in enumerate(
        ("Trần Thị Bình", "Nguyễn Văn An", "Đỗ Văn Ân", "Lê Thị Ăn", "Nguyễn Văn Đức", "Nguyễn Văn Dũng", "Bùi Văn An")
    ):
        rename(app, code_in(app, "probationary", skip=number), full_name)
    page = person("upper_officer", "KHOI").get("/ho-so?state=probationary&sort=name")
    order = names_on(page)
    wanted = [
        "Bùi Văn An",
        "Nguyễn Văn An",
        "Lê Thị Ăn",
        "Đỗ Văn Ân",
        "Trần Thị Bình",
        "Nguyễn Văn Dũng",
        "Nguyễn Văn Đức",
    ]
    assert [name for name in order if name in wanted] == wanted


def test_the_pages_of_a_list_hold_everybody_once(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    app.config["PAGE_SIZE"], size = 20, app.config["PAGE_SIZE"]
    try:
        for sort in ("since", "newest", "name", "due"):
            seen: list[str] = []
            url: str | None = f"/ho-so?sort={sort}"
            while url:
                page = upper.get(url)
                seen += [link["href"] for link in page.html.select("table.list a.name")]
                following = page.html.select_one("a[rel=next]")
                url = following["href"] if following else None
            assert len(seen) == len(set(seen)), sort
            with app.app_context():
                query = select(Dossier.id) if sort != "due" else select(Dossier.id).where(Dossier.due_on.is_not(None))
                assert len(seen) == len(db.session.scalars(query).all()), sort
    finally:
        app.config["PAGE_SIZE"] = size


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("stage=training", lambda d: d.state in ("enrolled", "trained")),
        ("state=applying", lambda d: d.state == "applying"),
        ("state=applying&source=trade_union", lambda d: d.state == "applying" and '"trade_union"' in d.facts),
        ("overdue=1", lambda d: d.due_on is not None and d.due_on < TODAY),
        ("state=probationary&unit=DB02", lambda d: d.state == "probationary"),
        (
            "admitted_from=01/01/2022&admitted_to=10/07/2022",
            lambda d: d.admitted_on is not None and date(2022, 1, 1) <= d.admitted_on <= date(2022, 7, 10),
        ),
    ],
)
def test_filters(app: Flask, person: Maker, query: str, fits: Callable[[Dossier], bool]) -> None:
    app.config["PAGE_SIZE"], size = 200, app.config["PAGE_SIZE"]
    try:
        page = person("upper_officer", "KHOI").get(f"/ho-so?{query}")
    finally:
        app.config["PAGE_SIZE"] = size
    shown = {link["href"].rsplit("/", 1)[1] for link in page.html.select("table.list a.name")}
    unit = re.search(r"unit=(\w+)", query)
    with app.app_context():
        select_all = (
            select(Dossier).join(Scope, Scope.dossier_id == Dossier.id).join(Unit, Unit.id == Scope.ancestor_id)
        )
        every = db.session.scalars(select_all.where(Unit.code == (unit.group(1) if unit else "KHOI"))).all()
        assert shown == {d.code for d in every if fits(d)}
    assert shown


def test_the_inbox_holds_what_waits_for_me_most_urgent_first(app: Flask, person: Maker) -> None:
    page = person("upper_officer", "KHOI").get("/viec-cua-toi")
    codes = [link["href"].rsplit("/", 1)[1] for link in page.html.select("table.list a.name")]
    with app.app_context():
        rows = {d.code: d for d in db.session.scalars(select(Dossier).where(Dossier.turn == "upper_officer"))}
    assert set(codes) == set(rows)
    dated = [rows[code].due_on for code in codes if rows[code].due_on]
    assert dated == sorted(dated)
    assert "quá hạn" in text_of(page)
    nothing = person("training_officer", "TTCT")
    with app.app_context():
        db.session.execute(update(Scope).values(turn=None))
        db.session.commit()
    assert "Không có hồ sơ nào đang chờ" in text_of(nothing.get("/viec-cua-toi"))


# --- search -------------------------------------------------------------------------------------------------------


def test_search_needs_no_accents_and_ranks_exact_ones_first(app: Flask, person: Maker) -> None:
    for number, full_name in enumerate(("Nguyễn Văn Đức", "Nguyễn Vân Dực", "Nguyễn Văn Đức Huy")):
        rename(app, code_in(app, "probationary", skip=number), full_name)
    upper = person("upper_officer", "KHOI")
    found = names_on(upper.web.get("/tim", {"q": "nguyen van duc"}))
    assert set(found) >= {"Nguyễn Văn Đức", "Nguyễn Vân Dực", "Nguyễn Văn Đức Huy"}
    assert names_on(upper.web.get("/tim", {"q": "Nguyễn Văn Đức"}))[0] == "Nguyễn Văn Đức"
    assert names_on(upper.web.get("/tim", {"q": "Nguyễn Vân Dực"}))[0] == "Nguyễn Vân Dực"
    assert "Nguyễn Văn Đức" in names_on(upper.web.get("/tim", {"q": "  đức   NGUYỄN "})), "any order, unfinished too"
    code = code_in(app, "probationary")
    assert names_on(upper.web.get("/tim", {"q": code.lower()})) == ["Nguyễn Văn Đức"]
    assert "Không thấy ai" in text_of(upper.web.get("/tim", {"q": "zzz qqq"}))


def test_search_stays_within_ones_units(app: Flask, person: Maker) -> None:
    code = code_in(app, "trained", "DB01")
    rename(app, code, "Tạ Thị Duy Nhất")
    assert names_on(person("committee_officer", "DB01").web.get("/tim", {"q": "ta thi duy nhat"})) == [
        "Tạ Thị Duy Nhất"
    ]
    stranger = person("committee_officer", "DB02")
    assert names_on(stranger.web.get("/tim", {"q": "ta thi duy nhat"})) == []
    assert names_on(stranger.web.get("/tim", {"q": code})) == []
    assert names_on(stranger.get("/ho-so?unit=DB01")) == []


# --- quota and audit ----------------------------------------------------------------------------------------------


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
    assert "Chưa có hồ sơ nào trong đơn vị này" in text_of(own.get("/bao-cao?unit=DB02"))


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


# --- queries ------------------------------------------------------------------------------------------------------


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
