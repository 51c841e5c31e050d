"""Where people judge: the evidence beside the form, the votes it takes, what a final act says before it is done."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import db
from dossiers.units.models import Unit
from tests.people import Person, code_in, dossier, snapshot, text_of, unit_of

Maker = Callable[..., Person]


def test_a_vote_form_says_how_many_must_be_in_favour(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review")
    secretary = person("cell_secretary", unit_of(app, code))
    form = text_of(secretary.get(f"/ho-so/{code}/pass_cell_vote"))
    entitled = int(secretary.everybody(code, "pass_cell_vote"))
    assert f"Cần ít nhất {-(-2 * entitled // 3)} phiếu tán thành." in form
    assert "phiếu tán thành" not in text_of(secretary.get(f"/ho-so/{code}/record_failed_vote"))


def test_a_vote_that_fails_is_recorded_as_failed_without_typing_it_again(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review")
    secretary = person("cell_secretary", unit_of(app, code))
    everybody = secretary.everybody(code, "pass_cell_vote")
    answer = secretary.send(secretary.form(code, "pass_cell_vote"), number="8-NQ", present=everybody, in_favour="1")
    assert answer.status_int == 422
    failed = answer.html.select_one(f'#act button[formaction="/ho-so/{code}/record_failed_vote"]')
    assert failed is not None and failed.get_text() == "Ghi biểu quyết không đạt"
    form = answer.forms["act"]
    form.action = failed["formaction"]
    page = text_of(form.submit(status=303).follow())
    assert "Đã ghi: Ghi biểu quyết không đạt." in page
    votes = text_of(secretary.get(f"/ho-so/{code}/bieu-quyet"))
    assert "không đạt" in votes
    assert dossier(app, code).state == "cell_review"


def test_who_judges_has_the_file_beside_the_form_and_who_may_not_see_it_has_not(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review")
    officer = person("cell_secretary", unit_of(app, code))
    page = officer.get(f"/ho-so/{code}/pass_cell_vote").html
    shown = page.select_one("#evidence").get_text(" ")
    for heading in ("Giấy tờ", "Thân nhân", "Diễn biến mới nhất"):
        assert heading in shown
    assert "2-KNĐ" in shown
    assert "Cha" in shown or "Mẹ" in shown
    bare = officer.get(f"/ho-so/{code}/record_papers").html
    assert bare.select_one("#evidence") is None, "nobody judges by recording papers"


def test_a_union_officer_does_not_read_the_file_beside_a_form(app: Flask, person: Maker) -> None:
    code = code_in(app, "sourced", "DB02", turn="youth_officer")
    officer = person("youth_officer", "DB02-DTN")
    page = officer.get(f"/ho-so/{code}/nominate").html
    shown = page.select_one("#evidence")
    assert shown is None or "Thân nhân" not in shown.get_text(" ")


def test_a_final_act_says_what_it_will_do_and_asks_once(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    secretary = person("cell_secretary", unit_of(app, code))
    before = snapshot(app, code)
    form = secretary.form(code, "withdraw")
    form["reason"] = "Chuyển việc ra tỉnh khác."
    told = form.submit(status=200)
    assert snapshot(app, code) == before, "nothing is written before it is confirmed"
    said = text_of(told)
    assert "Hồ sơ kết thúc ở “Rút hồ sơ”. Muốn xét lại phải lập hồ sơ mới." in said
    again = told.forms["act"]
    again["reason"] = "Lý do khác hẳn."
    changed = again.submit("confirmed", status=200)
    assert snapshot(app, code) == before, "what was confirmed is not what is now typed"
    changed.forms["act"].submit("confirmed", status=303)
    assert dossier(app, code).state == "withdrawn"


def test_what_the_rules_refuse_is_said_before_anything_is_asked(app: Flask, person: Maker) -> None:
    code = code_in(app, "awaiting_decision", turn="upper_officer")
    person("upper_officer", "KHOI").act(code, "prepare_decision")
    secretary = person("upper_secretary", "KHOI")
    form = secretary.form(code, "decide_admission")
    form["number"], form["present"], form["in_favour"] = "77-QĐ/ĐU", "9", "1"
    answer = form.submit(expect_errors=True)
    assert answer.status_int == 422
    assert answer.html.select_one("#act button.final") is None


def test_an_ordinary_act_is_not_asked_about_again(app: Flask, person: Maker) -> None:
    code = code_in(app, "nominated")
    secretary = person("cell_secretary", unit_of(app, code))
    assert "button.final" not in str(secretary.form(code, "accept_to_list"))
    assert secretary.form(code, "accept_to_list").submit(expect_errors=True).status_int != 200


def test_a_late_decision_can_say_why_and_one_in_time_is_not_asked(app: Flask, person: Maker) -> None:
    person("upper_officer", "KHOI")
    secretary = person("upper_secretary", "KHOI")
    with app.app_context():
        rows = db.session.execute(
            select(Dossier.code, Scope.due_on)
            .join(Scope, Scope.dossier_id == Dossier.id)
            .join(Unit, Unit.id == Scope.ancestor_id)
            .where(Dossier.state == "awaiting_decision", Unit.code == "KHOI", Dossier.turn.like("upper%"))
        ).all()
    today = date(2022, 7, 27)
    late = next(code for code, due in rows if due and due < today)
    early = next(code for code, due in rows if due and due >= today)
    assert "reason" not in secretary.form(early, "decide_admission").fields
    assert "Lý do quyết định quá thời hạn" in text_of(secretary.get(f"/ho-so/{late}/decide_admission"))
    if dossier(app, late).turn == "upper_officer":
        person("upper_officer", "KHOI").act(late, "prepare_decision")
    why = "Phải thẩm tra bổ sung ở nước ngoài."
    secretary.act(late, "decide_admission", number="88-QĐ/ĐU", present="9", in_favour="9", reason=why)
    assert why in text_of(secretary.get(f"/ho-so/{late}/dien-bien"))


@pytest.mark.parametrize("trigger", ["require_mending", "confirm_after_mending", "annul_admission", "refuse"])
def test_who_judges_a_wrong_admission_has_the_file_beside_the_form(app: Flask, person: Maker, trigger: str) -> None:
    code = code_in(app, "awaiting_decision" if trigger == "refuse" else "probationary")
    page = person("upper_secretary", "KHOI").get(f"/ho-so/{code}/{trigger}")
    beside = page.html.select_one("aside.evidence")
    assert beside is not None
    assert "Biểu quyết" in beside.get_text()
