"""One act on many dossiers: chosen in the list, seen before it is done, done as one."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Event
from dossiers.extensions import db
from tests.dossiers.accounts.test_delegating import end, lend, newest
from tests.people import Person, code_in, dossier, snapshot, text_of

Maker = Callable[..., Person]
CELL = "DB02-C3"


UNIT = "DB02-C3"


def of_cell(app: Flask, state: str, most: int, unit: str = UNIT) -> list[str]:
    return [code_in(app, state, unit, skip=nr) for nr in range(most)]


def asked(codes: list[str], **more: str) -> str:
    return "/lam-chung?" + urlencode([*(("ho-so", code) for code in codes), *more.items()])


def triggers(app: Flask, code: str) -> list[str]:
    with app.app_context():
        query = select(Event.trigger).join(Dossier, Dossier.id == Event.dossier_id).where(Dossier.code == code)
        return list(db.session.scalars(query.order_by(Event.seq)))


def preview(who: Person, codes: list[str], trigger: str, **fields: str) -> Any:
    form = who.get(asked(codes, viec=trigger)).forms["act"]
    for name, value in fields.items():
        form[name] = value
    return form.submit(expect_errors=True)


def confirm(page: Any) -> Any:
    return page.forms["act"].submit("confirmed", expect_errors=True)


def test_dossiers_are_ticked_in_the_list_and_an_act_they_share_is_chosen(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", CELL)
    codes = of_cell(app, "cell_review", 2)
    page = secretary.get("/ho-so?state=cell_review")
    form = next(form for form in page.forms.values() if form.action == "/lam-chung")
    for box in form.fields["ho-so"]:
        box.checked = box._value in codes
    choose = form.submit()
    assert all(code in text_of(choose) for code in codes)
    offered = {button["value"] for button in choose.html.select("button[name=viec]")}
    assert {"suspend", "return_for_correction"} <= offered
    assert offered.isdisjoint({"pass_cell_vote", "undo", "withdraw", "correct_candidate", "transfer", "record_papers"})


def test_nothing_is_written_before_it_was_seen_and_then_all_in_one(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", CELL)
    codes = of_cell(app, "cell_review", 2)
    before = [snapshot(app, code) for code in codes]
    page = preview(secretary, codes, "suspend", reason="Chờ hướng dẫn")
    assert page.status_int == 200
    assert "Sẽ ghi 2" in text_of(page)
    assert [snapshot(app, code) for code in codes] == before
    done = confirm(page)
    assert "Đã ghi 2, chưa ghi được 0" in text_of(done)
    assert all(triggers(app, code)[-1] == "suspend" for code in codes)
    assert "Đã ghi 2" in text_of(confirm(page)), "sent twice"
    assert all(triggers(app, code).count("suspend") == 1 for code in codes)
    with app.app_context():
        assert audit.verify()[1] == []


def test_what_is_refused_says_why_and_the_rest_is_done(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", CELL)
    codes = of_cell(app, "cell_review", 2)
    secretary.send(secretary.form(codes[0], "suspend"), reason="Chờ")
    page = preview(secretary, codes, "suspend", reason="Chờ hướng dẫn")
    assert "Sẽ ghi 1, không ghi được 1" in text_of(page)
    assert "Hồ sơ đang tạm dừng" in text_of(page)
    assert "Đã ghi 1, chưa ghi được 1" in text_of(confirm(page))
    assert triggers(app, codes[1])[-1] == "suspend"


def test_whoever_acted_meanwhile_is_not_acted_over(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", CELL)
    codes = of_cell(app, "cell_review", 2)
    page = preview(secretary, codes, "suspend", reason="Chờ hướng dẫn")
    secretary.send(secretary.form(codes[0], "suspend"), reason="Một mình")
    secretary.send(secretary.form(codes[0], "resume"))
    before = snapshot(app, codes[0])
    assert "Vừa có người khác ghi" in text_of(confirm(page))
    assert snapshot(app, codes[0]) == before
    assert triggers(app, codes[1])[-1] == "suspend"


def test_what_was_changed_after_the_preview_is_shown_again_first(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", CELL)
    codes = of_cell(app, "cell_review", 2)
    page = preview(secretary, codes, "suspend", reason="Chờ hướng dẫn")
    form = page.forms["act"]
    form["reason"] = "Lý do khác"
    again = form.submit("confirmed")
    assert "Sẽ ghi 2" in text_of(again)
    assert all(triggers(app, code)[-1] != "suspend" for code in codes)


def test_only_what_every_dossier_offers_can_be_chosen(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", CELL)
    codes = of_cell(app, "cell_review", 2)
    page = preview(secretary, codes, "return_for_correction", return_to="verifying", reason="Thiếu", **{
        "points-0-text": "Bổ sung ý kiến nơi cư trú",
    })  # fmt: skip
    assert "Sẽ ghi 2" in text_of(page), text_of(page)
    assert "Đã ghi 2" in text_of(confirm(page))
    assert {dossier(app, code).state for code in codes} == {"verifying"}


def test_a_dossier_out_of_reach_is_not_there(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "DB01-C1")
    theirs = of_cell(app, "cell_review", 1)
    secretary.get(asked(theirs), status=302)
    mine = code_in(app, "probationary", "DB01-C1")
    assert theirs[0] not in text_of(secretary.get(asked([*theirs, mine])))


def test_a_stand_in_does_it_on_behalf_and_not_once_that_ended(app: Flask, person: Maker) -> None:
    holder, other = person("cell_secretary", CELL), person("cell_secretary", "DB02-C4")
    lend(holder, holder, other)
    codes = of_cell(app, "cell_review", 2)
    page = preview(other, codes, "suspend", reason="Chờ hướng dẫn")
    assert f"thay mặt {holder.name}" in text_of(page)
    done = confirm(page)
    assert "Đã ghi 2" in text_of(done)
    assert {newest(app, code)[1]["behalf"] for code in codes} == {holder.id}
    page = preview(other, codes, "resume")
    end(holder)
    assert confirm(page).status_int in (302, 404)
    assert all(triggers(app, code)[-1] == "suspend" for code in codes)
