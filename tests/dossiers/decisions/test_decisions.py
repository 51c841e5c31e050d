"""Decisions prepared, approved and signed many at once; their numbers given when they are signed."""

from collections.abc import Callable
from datetime import date

from flask import Flask
from sqlalchemy import select

from dossiers.accounts import services as accounts
from dossiers.accounts.models import Account
from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, VoteRecord
from dossiers.extensions import db
from dossiers.units.models import OrgPerson
from tests.dossiers.decisions.office import numbers_in, opened, prepared, signing, signs, together, voted, waiting
from tests.dossiers.meetings.meeting import Holder
from tests.people import Person, dossier, set_clock, text_of

Maker = Callable[..., Person]


def date_of(day: int) -> date:
    """A day of July 2022."""
    return date(2022, 7, day)


def test_eleven_are_prepared_together_and_each_keeps_its_note(app: Flask, person: Maker) -> None:
    codes = waiting(app, 11)
    officer = person("upper_officer", "KHOI")
    looked = together(officer, "prepare_decision", codes, "look")
    assert looked.status_int == 200
    assert text_of(looked).count("Ghi được.") == 11
    assert {dossier(app, code).version for code in codes} == {1}, "looking writes nothing"
    notes = {codes[0]: "Hồ sơ đủ, lý lịch rõ ràng."}
    answer = together(officer, "prepare_decision", codes, **notes)
    assert answer.status_int == 303, text_of(answer)
    assert "Đã trình 11 hồ sơ." in text_of(answer.follow())
    assert "Hồ sơ đủ, lý lịch rõ ràng." in text_of(officer.get(f"/ho-so/{codes[0]}/dien-bien"))
    with app.app_context():
        assert audit.verify()[1] == []


def test_what_the_rules_refuse_is_said_at_its_line_and_the_rest_is_done(app: Flask, person: Maker) -> None:
    codes = waiting(app, 3)
    officer = person("upper_officer", "KHOI")
    officer.act(codes[1], "suspend", reason="Chờ xác minh thêm.")
    answer = together(officer, "prepare_decision", codes)
    assert answer.status_int == 422
    assert "Hồ sơ đang tạm dừng." in answer.html.select_one(f"#r-{codes[1]}").get_text()
    assert "Đã trình 2 hồ sơ." in text_of(answer)
    assert "Chưa chọn hồ sơ nào." in text_of(together(officer, "prepare_decision", []))


def test_a_wrong_day_is_said_at_its_field_and_nothing_typed_is_lost(app: Flask, person: Maker) -> None:
    codes = waiting(app, 3)
    officer = person("upper_officer", "KHOI")
    wrong = together(officer, "prepare_decision", [codes[1]], day="31/02/2022", **{codes[2]: "Xem lại lý lịch."})
    assert wrong.status_int == 422
    form = wrong.forms["prepare_decision"]
    assert form["day"].value == "31/02/2022"
    assert "không có trong lịch" in wrong.html.select_one("#day-prepare_decision-error").get_text()
    assert [box._value for box in form.fields["pick"] if box.checked] == [codes[1]]
    form["day"] = "27/07/2022"
    sent = form.submit("step", value="do")
    assert "Đã trình 1 hồ sơ." in text_of(sent)
    assert sent.forms["prepare_decision"][f"note-{codes[2]}"].value == "Xem lại lý lịch.", "typed at another"


def test_a_wrong_day_of_signing_keeps_what_was_chosen(app: Flask, person: Maker) -> None:
    codes = waiting(app, 2)
    officer = person("upper_officer", "KHOI")
    prepared(officer, codes)
    opened(officer, "KHOI")
    holder = Holder(person("upper_secretary", "KHOI"))
    voted(holder, codes)
    first = int(holder.person.get(f"/quyet-dinh/ky/{holder.number}").forms["sign"].fields["pick"][0]._value)
    wrong = signs(holder.person, holder.number, "31/02/2022", [first])
    assert wrong.status_int == 422
    assert wrong.forms["sign"]["ngay"].value == "31/02/2022"
    assert "không có trong lịch" in wrong.html.select_one("#day-error").get_text()
    assert [int(box._value) for box in wrong.forms["sign"].fields["pick"] if box.checked] == [first]


def test_the_desk_begins_with_what_is_due_first(person: Maker) -> None:
    page = person("upper_officer", "KHOI").get("/quyet-dinh").html
    due = [line.get_text() for line in page.select("#prepare_decision .due")]
    days = [tuple(reversed(text.split()[-1].split("/"))) for text in due]
    assert days == sorted(days)
    assert page.select("#prepare_decision .due.late")


def test_sent_back_with_points_it_is_prepared_again(app: Flask, person: Maker) -> None:
    code = waiting(app, 1)[0]
    officer = person("upper_officer", "KHOI")
    prepared(officer, [code])
    form = officer.form(code, "return_for_correction")
    target = form["return_to"].options[1][0]
    officer.act(code, "return_for_correction", return_to=target, reason="Thiếu.", **{"points-0-text": "Ghi lại ngày"})
    assert dossier(app, code).state != "awaiting_decision"
    assert code not in text_of(officer.get("/quyet-dinh"))


def test_another_person_approves_where_the_rulebook_asks_for_it(app: Flask, person: Maker) -> None:
    codes = waiting(app, 2)
    admin = person("administrator", "KHOI")
    assert admin.send(admin.get("/quy-tac/RB-2021/decision_approved").forms["act"], value="1").status_int == 303
    officer, secretary = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    prepared(officer, codes)
    why = "Người đã trình quyết định không duyệt dự thảo quyết định trên cùng hồ sơ."
    card = officer.get("/quyet-dinh").html.select_one("#approve_decision")
    assert card.get_text().count(why) == len(card.select("tbody tr")) >= len(codes)
    assert card.select("[name=pick], [name=day], textarea, button") == [], "it is offered to somebody else"
    sent = {"csrf_token": officer.token(), "act": "approve_decision", "pick": codes, "day": "27/07/2022", "step": "do"}
    versions = {code: dossier(app, code).version for code in codes}
    sent |= {f"version-{code}": str(version) for code, version in versions.items()}
    own = officer.web.post("/quyet-dinh", sent, expect_errors=True)
    assert own.status_int == 422
    assert why in text_of(own)
    assert {code: dossier(app, code).version for code in codes} == versions
    opened(officer, "KHOI")
    holder = Holder(secretary)
    voted(holder, codes)
    assert "Chưa có người duyệt dự thảo quyết định." in text_of(secretary.get(f"/quyet-dinh/ky/{holder.number}"))
    done = together(secretary, "approve_decision", codes)
    assert done.status_int == 303, text_of(done)
    assert signs(secretary, holder.number).status_int == 303
    assert {dossier(app, code).state for code in codes} == {"approved"}


def test_voted_on_one_day_signed_on_another_and_numbered_then(app: Flask, person: Maker) -> None:
    codes = waiting(app, 4)
    officer, secretary = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    prepared(officer, codes)
    book = opened(officer, "KHOI", first="64", sign="QĐ/ĐUK")
    holder = Holder(secretary)
    voted(holder, codes, "27/07/2022")
    set_clock(app, date_of(29))
    page = secretary.get(f"/quyet-dinh/ky/{holder.number}")
    assert [f"{nr}-QĐ/ĐUK" in text_of(page) for nr in (64, 65, 66, 67)] == [True] * 4
    assert numbers_in(officer, book) == [], "no number is given before it is signed"
    first = [int(box._value) for box in page.forms["sign"].fields["pick"]][:3]
    answer = signs(secretary, holder.number, "29/07/2022", first)
    assert answer.status_int == 303, text_of(answer)
    assert "Đã ký 3 quyết định." in text_of(answer.follow())
    assert numbers_in(officer, book) == ["66-QĐ/ĐUK", "65-QĐ/ĐUK", "64-QĐ/ĐUK"]
    with app.app_context():
        signed = db.session.scalars(select(Dossier).where(Dossier.id.in_(first))).all()
        assert {one.state for one in signed} == {"approved"}
        assert {one.admitted_on for one in signed} == {date_of(29)}, "the day of the text"
        days = select(VoteRecord.held_on).where(
            VoteRecord.dossier_id.in_(first), VoteRecord.body == "standing_committee"
        )
        assert set(db.session.scalars(days)) == {date_of(27)}, "the day of the meeting"
    left = text_of(secretary.get(holder.address))
    assert "66-QĐ/ĐUK" in left
    assert "chưa khóa" in left
    assert "Đã có quyết định ký" in text_of(
        holder.person.web.post(f"{holder.address}/huy", {"csrf_token": secretary.token()}, status=303).follow()
    )
    assert signs(secretary, holder.number, "29/07/2022").status_int == 303
    assert "đã khóa" in text_of(secretary.get(holder.address))
    assert {dossier(app, code).state for code in codes} == {"approved"}
    with app.app_context():
        assert audit.verify()[1] == []


def test_who_prepared_does_not_sign_whatever_account(app: Flask, person: Maker) -> None:
    codes = waiting(app, 2)
    officer, secretary = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    prepared(officer, codes)
    opened(officer, "KHOI")
    holder = Holder(secretary)
    voted(holder, codes)
    with app.app_context():
        same = db.session.get_one(OrgPerson, db.session.get_one(Account, officer.id).person_id)
        accounts.link(db.session.get_one(Account, secretary.id), same, "Cùng một người", 1)
    secretary.sign_in()
    page = secretary.get(f"/quyet-dinh/ky/{holder.number}")
    assert text_of(page).count("Người đã trình quyết định không ký quyết định trên cùng hồ sơ.") == 2
    form = page.forms["sign"]
    for box in form.fields["pick"]:
        box.checked = True
    answer = form.submit("step", value="sign", expect_errors=True)
    assert answer.status_int == 422
    assert {dossier(app, code).state for code in codes} == {"awaiting_decision"}
    assert signing(officer, holder.number), "the officer sees the page"
    assert signs(officer, holder.number).status_int == 422, "and does not sign"


def test_other_units_see_nothing(app: Flask, person: Maker) -> None:
    codes = waiting(app, 2)
    officer, other = person("upper_officer", "KHOI"), person("committee_officer", "DB02")
    prepared(officer, codes[:1])
    book = opened(officer, "KHOI")
    holder = Holder(person("upper_secretary", "KHOI"))
    voted(holder, codes[:1])
    page = text_of(other.get("/quyet-dinh"))
    assert not any(code in page for code in codes)
    other.get(f"/quyet-dinh/ky/{holder.number}", status=404)
    other.get(f"/so-van-ban/{book}", status=404)
    other.get(f"/so-van-ban/{book}/in", status=404)
    fields = {
        "csrf_token": other.token(),
        "act": "prepare_decision",
        "pick": codes[1],
        "day": "27/07/2022",
        "step": "do",
    }
    fields[f"version-{codes[1]}"] = "1"
    assert other.web.post("/quyet-dinh", fields, expect_errors=True).status_int == 422
    assert dossier(app, codes[1]).version == 1
    person("cell_secretary", "DB02-C3").get("/quyet-dinh", status=403)


def test_the_cell_is_told_why_somebody_was_not_admitted(app: Flask, person: Maker) -> None:
    code = waiting(app, 1)[0]
    secretary = person("upper_secretary", "KHOI")
    everybody = secretary.everybody(code, "refuse")
    reason = "Chưa rõ lịch sử chính trị của gia đình."
    secretary.act(code, "refuse", number="12-TB/ĐUK", reason=reason, present=everybody, in_favour=everybody)
    assert dossier(app, code).state == "not_admitted"
    cell = person("cell_secretary", "CB01")
    assert reason in text_of(cell.get("/viec-cua-toi"))
    set_clock(app, date(2022, 9, 1))
    assert reason not in text_of(cell.get("/viec-cua-toi")), "only for a while"
    assert reason not in text_of(person("cell_secretary", "DB02-C3").get("/viec-cua-toi"))


def test_what_was_sent_stands_on_the_desk_until_the_cell_has_it(app: Flask, person: Maker) -> None:
    codes = waiting(app, 1)
    officer, secretary = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    prepared(officer, codes)
    opened(officer, "KHOI")
    holder = Holder(secretary)
    voted(holder, codes)
    assert signs(secretary, holder.number).status_int == 303
    row = next(row for row in officer.get("/quyet-dinh").html.select("tr") if codes[0] in row.get_text())
    assert "tính từ ngày chi bộ nhận" in row.get_text(), "RB-2021: the clock starts with the receipt"
    person("cell_secretary", "CB01").act(codes[0], "receive_decision", happened_on="27/07/2022")
    assert codes[0] not in text_of(officer.get("/quyet-dinh"))


def test_somebody_changed_the_meeting_or_a_dossier_meanwhile(app: Flask, person: Maker) -> None:
    codes = waiting(app, 2)
    officer, secretary = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    form = officer.get("/quyet-dinh").forms["prepare_decision"]
    person("upper_officer", "KHOI").act(codes[0], "prepare_decision")
    for box in form.fields["pick"]:
        box.checked = box._value in codes
    answer = form.submit("step", value="do", expect_errors=True)
    assert answer.status_int == 422
    assert f"Không còn như trang đã hiện, xem lại: {codes[0]}." in text_of(answer)
    assert "Đã trình 1 hồ sơ." in text_of(answer)
    opened(officer, "KHOI")
    holder = Holder(secretary)
    voted(holder, codes)
    form = signing(secretary, holder.number)
    assert signs(secretary, holder.number).status_int == 303
    again = form.submit("step", value="sign", expect_errors=True)
    assert again.status_int == 303, "sent twice: the second is told that all is signed"
    assert "không còn quyết định nào chờ ký" in text_of(again.follow())
