"""Lists, the inbox, the search: who stands in them, in which order, within whose reach."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update

from dossiers import names
from dossiers.casework import search
from dossiers.casework.models import Dossier, Scope
from dossiers.courses.models import CourseClass
from dossiers.demo.bloc.units import TODAY
from dossiers.extensions import db
from dossiers.people.models import Person as PersonRow
from dossiers.training import views as training
from dossiers.units.models import Unit
from tests.people import Person, code_in, names_on, text_of, unit_of

Maker = Callable[..., Person]


def rename(app: Flask, code: str, full_name: str) -> None:
    """Give somebody another name, in the lists and the search index too."""
    with app.app_context():
        row = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        db.session.execute(update(PersonRow).where(PersonRow.id == row.person_id).values(full_name=full_name))
        db.session.execute(update(Scope).where(Scope.dossier_id == row.id).values(sort_key=names.sort_key(full_name)))
        units = tuple(db.session.scalars(select(Scope.ancestor_id).where(Scope.dossier_id == row.id)))
        search.index_again({row.id: units})
        db.session.commit()


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
    assert set(codes) >= set(rows), "and beside them, apart, who waits for others"
    assert len(codes) == len(set(codes))
    for section in page.html.select("section.card, details.fold"):
        here = [link["href"].rsplit("/", 1)[1] for link in section.select("a.name")]
        dated = [rows[code].due_on for code in here if code in rows and rows[code].due_on]
        assert dated == sorted(dated)
    assert "Quá hạn" in page.html.select_one("section.card h2").get_text(), "what is late stands on top"
    nothing = person("training_officer", "TTCT")
    with app.app_context():
        db.session.execute(update(Scope).values(turn=None))
        db.session.commit()
    empty = nothing.get("/viec-cua-toi")
    assert "Không có hồ sơ nào đang chờ" in text_of(empty)
    assert empty.html.select_one("main a[href='/boi-duong']"), "a role without dossiers of its own has its own work"


def test_the_inbox_is_grouped_by_act_and_each_verb_opens_its_form(app: Flask, person: Maker) -> None:
    for role, unit in (
        ("upper_officer", "KHOI"), ("upper_secretary", "KHOI"), ("committee_officer", "DB02"),
        ("cell_secretary", "DB02-C3"), ("cell_secretary", "CB01"), ("youth_officer", "DB02-DTN"),
        ("section_officer", "DB02-S1"),
    ):  # fmt: skip
        who = person(role, unit)
        page = who.get("/viec-cua-toi")
        buttons = page.html.select("td.verb a.button")
        assert buttons or role == "section_officer", (role, unit)
        for button in buttons:
            form = who.get(button["href"])
            assert form.forms.get("act"), (role, button["href"])
        for section in page.html.select("section.card:not(.late-box)"):
            name, verbs = section.select_one("h2"), {a.get_text() for a in section.select("td.verb a.button")}
            if verbs:
                assert len(verbs) == 1
                assert name.get_text().startswith(next(iter(verbs)))


def test_who_waits_for_a_day_or_for_others_stands_apart(app: Flask, person: Maker) -> None:
    code = code_in(app, "probationary")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "record_papers")
    cv = next(name for name in form.fields if name and name.endswith("-form") and form[name].value == "LL-ĐV")
    secretary.send(form, **{cv.replace("-form", "-issued_on"): "26/07/2022"})
    page = secretary.get("/viec-cua-toi")
    waiting = page.html.select("details.fold")
    assert any("Đang chờ đến ngày" in fold.get_text() and "đợi đến hết" in fold.get_text() for fold in waiting)
    others = person("committee_officer", "DB02").get("/viec-cua-toi").html.select("details.fold")[-1]
    assert "Chờ người khác" in others.get_text()
    assert not others.select("td.verb a.button"), "nothing to press that is somebody else's"


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


def test_classes_of_before_are_reached_from_the_stage(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SHOWN", 3)
    officer = person("committee_officer", "DB02")
    with app.app_context():
        everything = db.session.scalars(
            select(CourseClass.code).order_by(CourseClass.starts_on.desc(), CourseClass.id.desc())
        ).all()
    assert len(everything) > 3
    assert officer.read_on("/boi-duong", 'main a[href*="/boi-duong/lop/"]') == everything
    assert "Không còn lớp nào trước đó" in text_of(officer.get("/boi-duong?trang=99"))


def test_a_warning_in_the_inbox_has_a_button_that_leads_to_its_answer(person: Maker) -> None:
    page = person("cell_secretary", "DB02-C3").get("/viec-cua-toi")
    buttons = page.html.select("main li a.button[href$='/nam-du-bi']")
    assert buttons
    assert all(button.get_text().startswith("Xem và trả lời") for button in buttons)
