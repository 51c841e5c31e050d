"""Who looked at a dossier: noted for every part, told to those entitled and to nobody else, kept for a set time."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from dossiers.extensions import db
from dossiers.privacy import services as privacy
from dossiers.privacy.models import DossierRead
from tests.people import Person, code_in, dossier, text_of, unit_of

Maker = Callable[..., Person]
PARTS = {
    "": "overview", "/giay-to": "papers", "/than-nhan": "relatives", "/bieu-quyet": "votes", "/dien-bien": "history",
}  # fmt: skip


def parts(app: Flask, code: str, who: Person) -> list[str]:
    with app.app_context():
        found = select(DossierRead.part).where(
            DossierRead.dossier_id == dossier(app, code).id, DossierRead.account_id == who.id
        )
        return list(db.session.scalars(found.order_by(DossierRead.id)))


def test_every_part_and_the_forms_are_reads_and_looks_close_together_are_one(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    secretary = person("cell_secretary", "DB02-C3")
    for _twice in range(2):
        for address, _part in PARTS.items():
            secretary.get(f"/ho-so/{code}{address}")
    secretary.form(code, "pass_cell_vote")
    assert parts(app, code, secretary) == [*PARTS.values(), "form"]


def test_the_page_that_says_what_changed_meanwhile_is_a_read(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    secretary, officer = person("cell_secretary", "DB02-C3"), person("committee_officer", "DB02")
    form = officer.form(code, "suspend")
    with app.app_context():
        db.session.execute(DossierRead.__table__.delete())
        db.session.commit()
    secretary.act(code, "suspend", reason="Ốm dài ngày.")
    answer = officer.send(form, reason="Ốm.")
    assert answer.status_int in (409, 422)
    assert parts(app, code, officer) == ["form"]


def test_what_was_refused_is_no_read_but_a_code_that_was_tried(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    stranger = person("cell_secretary", "CB01")
    stranger.get(f"/ho-so/{code}", status=404)
    assert parts(app, code, stranger) == ["foreign"]


@pytest.mark.parametrize(
    ("role", "unit", "told"),
    [
        ("cell_secretary", "DB02-C3", True), ("committee_secretary", "DB02", True), ("upper_secretary", "KHOI", True),
        ("inspector", "KHOI", True), ("committee_officer", "DB02", False), ("upper_officer", "KHOI", False),
        ("youth_officer", "DB02-DTN", False),
    ],
)  # fmt: skip
def test_who_is_told(app: Flask, person: Maker, role: str, unit: str, told: bool) -> None:
    code = code_in(app, "cell_review", "DB02-C3", skip=0)
    reader = person("committee_officer", "DB02")
    reader.get(f"/ho-so/{code}/than-nhan")
    someone = person(role, unit)
    overview = someone.web.get(f"/ho-so/{code}", status="*")
    page = someone.web.get(f"/ho-so/{code}/nhat-ky-xem", status="*")
    if told:
        assert "Nhật ký xem" in text_of(overview)
        assert reader.name in text_of(page) and "Thân nhân" in text_of(page)
    else:
        assert page.status_int in (403, 404)
        assert "nhat-ky-xem" not in overview.text


def test_the_list_goes_on_page_by_page(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    secretary = person("cell_secretary", unit_of(app, code))
    with app.app_context():
        read = {"dossier_id": dossier(app, code).id, "account_id": secretary.id, "part": "papers"}
        rows = [{**read, "slot": n, "at": n * privacy.SLOT} for n in range(privacy.PAGE + 7)]
        db.session.execute(DossierRead.__table__.insert(), rows)
        db.session.commit()
    page, seen = secretary.get(f"/ho-so/{code}/nhat-ky-xem"), 0
    while True:
        seen += len(page.html.select("table.list tbody tr"))
        after = page.html.select_one("a[rel=next]")
        if after is None:
            break
        page = secretary.get(after["href"])
    assert seen >= privacy.PAGE + 7


def test_reads_go_after_the_time_the_setting_says(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    person("cell_secretary", "DB02-C3").get(f"/ho-so/{code}")
    with app.app_context():
        assert privacy.forget() == 0
        db.session.execute(update(DossierRead).values(at=DossierRead.at - 731 * 86_400))
        db.session.commit()
        assert privacy.forget() == 1
        assert db.session.scalar(select(func.count()).select_from(DossierRead)) == 0
