"""The verification desk: who is asked where, by whom, until when; answers, reminders, and what the asked unit sees."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from dossiers.acting.rows import shown_result
from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import db
from dossiers.inquiries.models import Inquiry, InquiryAnswer
from dossiers.people import reading as people
from dossiers.people.rows import RelativeRow
from dossiers.privacy.models import DossierRead
from dossiers.rules import services as rules
from dossiers.units.models import Unit
from tests.people import Person, dossier, set_clock, text_of, unit_of
from workflow.asking import Asked, Outcome
from workflow.facts import DossierFacts, Relation, Relative

Maker = Callable[..., Person]
TODAY = date(2022, 7, 27)


def on(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def asked_of(app: Flask, code: str) -> tuple[Asked, ...]:
    return msgspec.json.decode(dossier(app, code).facts, type=DossierFacts).asked


def committee_of(app: Flask, code: str) -> str:
    """The grass-roots committee of a dossier."""
    with app.app_context():
        query = (
            select(Unit.code).join(Scope, Scope.ancestor_id == Unit.id).join(Dossier, Dossier.id == Scope.dossier_id)
            .where(Dossier.code == code, Unit.kind == "grassroots_committee")
        )  # fmt: skip
        return str(db.session.scalars(query).one())


def in_verification(app: Flask) -> str:
    """A dossier of the demo in verification, with a committee, whose parents were asked about outside the tree."""
    with app.app_context():
        query = (
            select(Dossier.code).join(Inquiry, Inquiry.dossier_id == Dossier.id)
            .join(Scope, Scope.dossier_id == Dossier.id).join(Unit, Unit.id == Scope.ancestor_id)
            .where(Dossier.state == "verifying", Inquiry.nr == 1, Inquiry.unit_id.is_(None),
                   Inquiry.closed_on.is_(None), Unit.kind == "grassroots_committee", Dossier.facts.contains('"r1"'))
            .order_by(Dossier.id)
        )  # fmt: skip
        return str(db.session.scalars(query).first())


def three_relatives(app: Flask, person: Maker) -> tuple[str, Person]:
    """A dossier in verification with a father, a mother and a child nobody was asked about, and its officer."""
    code = in_verification(app)
    officer = person("committee_officer", committee_of(app, code))
    answer(officer, code, 1, outcome="refused", reason="Đã chuyển nơi ở từ lâu.")
    form = officer.form(code, "record_relatives")
    fields = {"relation": "child", "name": "Lê Thị Con Gái", "birth_year": "2003"}
    assert officer.send(form, **{f"relatives-2-{name}": value for name, value in fields.items()}).status_int == 303
    return code, officer


def answer(who: Person, code: str, nr: int, **fields: Any) -> Any:
    """Record an answer to a request; what comes back."""
    form = who.get(f"/ho-so/{code}/record_answer?yeu-cau={nr}").forms["act"]
    return who.send(form, **fields)


def rows_of(page: Any, code: str) -> list[str]:
    """The lines of a dossier on the desk, as people read them."""
    card = page.html.select_one(f"section.card:has(a[href='/ho-so/{code}/than-nhan'])")
    return [" ".join(row.get_text(" ").split()) for row in card.select("tbody tr")] if card else []


def field_for(page: Any, code: str, ref: str) -> str:
    """The name of the field in which one says who is asked about somebody."""
    form = page.forms["act"]
    places = {name.split("-")[1] for name in form.fields if name and name.startswith("rows-")}
    return next(
        f"rows-{nr}-addressee" for nr in places
        if (form[f"rows-{nr}-code"].value, form[f"rows-{nr}-ref"].value) == (code, ref)
    )  # fmt: skip


def test_three_relatives_three_ways(app: Flask, person: Maker) -> None:
    """One by letter outside the tree, one by a unit of the tree, one exempt: each is on the desk as it stands."""
    code, officer = three_relatives(app, person)
    page = officer.get("/tham-tra/ban")
    refs = [row.ref for row in relatives_of(app, code)]
    form = page.forms["act"]
    form[field_for(page, code, refs[0])] = "Đảng ủy xã Tân An"
    form[field_for(page, code, refs[1])] = "db07"
    sent = form.submit("viec", value="send")
    assert sent.status_int == 303, text_of(sent)
    after = sent.follow()
    assert "Đã gửi 2 yêu cầu." in after.text
    lines = rows_of(after, code)
    assert any("Đảng ủy xã Tân An" in line and "Đang chờ trả lời" in line for line in lines)
    assert any("Đảng ủy Công ty Xổ số" in line and "Đang chờ trả lời" in line for line in lines)
    outside, inside = asked_of(app, code)[-2:]
    assert (outside.request.about, outside.request.unit) == ((refs[0],), None)
    assert inside.request.about == (refs[1],) and inside.request.unit is not None
    told = answer(officer, code, outside.nr, **{
        "outcome": "answered", "number": "12-CV/ĐU", "results-0-result": "Chấp hành tốt.",
        "results-0-verified_on": on(TODAY),
    })  # fmt: skip
    assert told.status_int == 303, text_of(told)
    exempt = answer(officer, code, inside.nr, **{
        "outcome": "answered", "results-0-exempt": True, "results-0-checked": "Chi bộ 4, hồ sơ số 118",
        "results-0-verified_on": on(TODAY),
    })  # fmt: skip
    assert exempt.status_int == 303, text_of(exempt)
    lines = rows_of(officer.get("/tham-tra/ban"), code)
    assert any("Chấp hành tốt." in line and "Đã có kết quả" in line for line in lines)
    assert any("Miễn thẩm tra: là đảng viên; Chi bộ 4, hồ sơ số 118" in line for line in lines)
    assert any("Lê Thị Con Gái" in line and "Chưa gửi yêu cầu" in line for line in lines)
    page = officer.get(f"/ho-so/{code}/than-nhan")
    tab = text_of(page)
    assert "Miễn thẩm tra: là đảng viên; Chi bộ 4, hồ sơ số 118" in tab
    with app.app_context():
        assert audit.verify()[1] == []


def relatives_of(app: Flask, code: str) -> list[Any]:
    number = dossier(app, code).id
    with app.app_context():
        return list(people.relatives(number))


def test_nobody_is_asked_about_whom_the_rule_does_not_name(app: Flask, person: Maker) -> None:
    code, officer = three_relatives(app, person)
    form = officer.form(code, "send_request")
    for name in [name for name in form.fields if name and re.fullmatch(r"about-\d+-ref", name)][:1]:
        form[name].force_value("r77")
        form[name.replace("ref", "chosen")].checked = True
    refused = officer.send(form, addressee="Đảng ủy xã Tân An")
    assert refused.status_int == 422
    assert "Chỉ hỏi về người xin vào Đảng và thân nhân phải thẩm tra" in text_of(refused)


@pytest.mark.parametrize(("day", "late"), [(-1, False), (0, False), (1, True)])
@pytest.mark.parametrize("sent", [date(2022, 7, 27), date(2022, 12, 20)])  # the second runs over Tết 2023
def test_an_answer_is_overdue_the_day_after_its_last(
    app: Flask, person: Maker, sent: date, day: int, late: bool
) -> None:
    set_clock(app, sent)
    code, officer = three_relatives(app, person)
    page = officer.get(f"/tham-tra/ban?unit={committee_of(app, code)}")
    form = page.forms["act"]
    form[field_for(page, code, "r1")] = "Đảng ủy xã Tân An"
    assert form.submit("viec", value="send").status_int == 303
    with app.app_context():
        due = rules.calendar().add_working_days(sent, 30)
    assert due == (date(2022, 9, 9) if sent.month == 7 else due)
    if sent.month == 12:
        assert (due - sent).days > 6 * 7 + 5, "Tết lies between"
    set_clock(app, due + timedelta(days=day))
    lines = rows_of(officer.get(f"/tham-tra/ban?unit={committee_of(app, code)}"), code)
    line = next(line for line in lines if "Đảng ủy xã Tân An" in line)
    assert ("Quá hạn trả lời" in line) is late
    assert (code in text_of(officer.get("/tham-tra/ban?overdue=1"))) is late
    box = officer.get("/viec-cua-toi")
    assert (f"/ho-so/{code}/remind_request" in box.text) is late


def test_overdue_ones_stand_first_and_many_are_reminded_in_one_go(app: Flask, person: Maker) -> None:
    code, officer = three_relatives(app, person)
    page = officer.get("/tham-tra/ban")
    form = page.forms["act"]
    for ref, where in (("r1", "Đảng ủy xã Tân An"), ("r2", "Đảng ủy xã Phú Mỹ")):
        form[field_for(page, code, ref)] = where
    assert form.submit("viec", value="send").status_int == 303
    set_clock(app, date(2022, 9, 12))
    page = officer.get("/tham-tra/ban")
    first = page.html.select_one("form.desk section.card h2 a.name")["href"]
    assert first.endswith("/than-nhan")
    assert "Quá hạn trả lời" in rows_of(page, first.split("/")[2])[0] + " ".join(rows_of(page, first.split("/")[2]))
    form = page.forms["act"]
    picks = [f"{code}.{one.nr}" for one in asked_of(app, code) if one.is_open and one.request.giver is None]
    boxes = {box._value: box for box in form.fields["chon"]}
    assert set(picks) <= set(boxes)
    for pick in picks:
        boxes[pick].checked = True
    done = form.submit("viec", value="remind")
    assert done.status_int == 303, text_of(done)
    after = done.follow()
    assert "Đã ghi nhắc 2 yêu cầu." in after.text
    assert all(one.reminded == (date(2022, 9, 12),) for one in asked_of(app, code)[-2:])
    assert sum("nhắc 12/09/2022" in line and "Đang chờ trả lời" in line for line in rows_of(after, code)) == 2
    letters = officer.get(after.html.select_one("a[href*='cong-van']")["href"])
    assert letters.content_type == "application/pdf"
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(letters.body)).pages]
    assert len(pages) == 2
    assert "Đảng ủy xã Tân An" in pages[0] and "nhắc trả lời" in pages[0]
    assert "Đảng ủy xã Phú Mỹ" in pages[1]


def asked_inside(app: Flask, person: Maker) -> tuple[str, Person, Person, int]:
    """A request to DB07 about the father: code, who asked, who is asked, its number."""
    code, officer = three_relatives(app, person)
    page = officer.get("/tham-tra/ban")
    form = page.forms["act"]
    form[field_for(page, code, "r1")] = "DB07"
    assert form.submit("viec", value="send").status_int == 303
    return code, officer, person("committee_officer", "DB07"), asked_of(app, code)[-1].nr


def test_the_asked_committee_sees_the_letter_and_answers_and_the_asker_records_it(app: Flask, person: Maker) -> None:
    code, officer, asked, nr = asked_inside(app, person)
    father, mother = relatives_of(app, code)[:2]
    assert asked.web.get(f"/ho-so/{code}", status="*").status_int == 404
    listed = asked.get("/yeu-cau")
    assert f"/yeu-cau/{code}/{nr}" in listed.text
    page = asked.get(f"/yeu-cau/{code}/{nr}")
    assert father.name in text_of(page) and mother.name not in text_of(page)
    assert "Kết quả thẩm tra" in text_of(page)
    empty = asked.send(page.forms["act"], outcome="answered")
    assert empty.status_int == 422
    assert f"Vui lòng nhập kết quả thẩm tra: Cha: {father.name}" in empty.html.select_one(".flash.error").get_text()
    sent = asked.send(
        page.forms["act"], **{"outcome": "answered", "number": "77-CV/ĐU", "results-0-result": "Gia đình tốt."}
    )
    assert sent.status_int == 303, text_of(sent)
    assert "chờ ghi" in text_of(officer.get("/tham-tra/ban"))
    assert "Trả lời đã đến" in text_of(officer.get("/viec-cua-toi"))
    form = officer.get(f"/ho-so/{code}/record_answer?yeu-cau={nr}").forms["act"]
    assert (form["number"].value, form["results-0-result"].value) == ("77-CV/ĐU", "Gia đình tốt.")
    assert officer.send(form).status_int == 303
    assert relatives_of(app, code)[0].result == "Gia đình tốt."
    assert f"/yeu-cau/{code}/{nr}" not in asked.get("/yeu-cau").text
    assert asked.web.get(f"/yeu-cau/{code}/{nr}", status="*").status_int == 404
    with app.app_context():
        assert db.session.scalars(select(InquiryAnswer)).all() == []
        read = select(DossierRead.part).where(DossierRead.account_id == asked.id)
        assert "request" in set(db.session.scalars(read))
        assert audit.verify()[1] == []


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        ("committee_officer", "DB09"),
        ("upper_officer", "KHOI"),
        ("cell_secretary", "DB02-C3"),
        ("youth_officer", "DB02-DTN"),
    ],
)
def test_nobody_but_the_asked_unit_sees_the_request(app: Flask, person: Maker, role: str, unit: str) -> None:
    code, _officer, _asked, nr = asked_inside(app, person)
    other = person(role, unit)
    assert f"/yeu-cau/{code}/{nr}" not in other.get("/yeu-cau").text
    assert other.web.get(f"/yeu-cau/{code}/{nr}", status="*").status_int == 404


def test_the_next_units_officer_sees_nothing_of_the_desk(app: Flask, person: Maker) -> None:
    code, _officer, _asked, nr = asked_inside(app, person)
    other = person("committee_officer", "DB09")
    assert code not in other.get("/tham-tra/ban").text
    assert other.web.get(f"/tham-tra/cong-van.pdf?yeu-cau={code}.{nr}", status="*").status_int == 404
    form = other.get("/tham-tra/ban").forms.get("act")
    fields = {
        "csrf_token": other.token(), "happened_on": on(TODAY), "way": "letter", "viec": "remind",
        "chon": f"{code}.{nr}", "act_key": "0" * 24,
    }  # fmt: skip
    other.web.post("/tham-tra/ban", fields, status="*")
    assert asked_of(app, code)[nr - 1].reminded == ()
    assert form is None or code not in form.text


@pytest.mark.parametrize("role", ["inspector", "youth_officer", "administrator"])
def test_the_desk_is_the_offices(app: Flask, person: Maker, role: str) -> None:
    unit = {"youth_officer": "DB02-DTN"}.get(role, "KHOI")
    assert person(role, unit).web.get("/tham-tra/ban", status="*").status_int == 403


def test_a_recorded_answer_is_corrected(app: Flask, person: Maker) -> None:
    code, officer, _asked, nr = asked_inside(app, person)
    fields = {"outcome": "answered", "results-0-result": "Chấp hành tốt.", "results-0-verified_on": on(TODAY)}
    assert answer(officer, code, nr, **fields).status_int == 303
    seq = dossier(app, code).version
    page = officer.get(f"/ho-so/{code}/correct_record?event={seq}")
    form = page.forms["act"]
    assert form["results-0-result"].value == "Chấp hành tốt."
    form["results-0-result"] = "Có người thân ở nước ngoài, đã kê khai."
    form["correction-reason"] = "Ghi nhầm nội dung công văn."
    seen = form.submit("step", value="look")
    assert "Có người thân ở nước ngoài" in text_of(seen)
    done = seen.forms["act"].submit("step", value="record", expect_errors=True)
    assert done.status_int == 303, text_of(done)
    assert relatives_of(app, code)[0].result == "Có người thân ở nước ngoài, đã kê khai."
    with app.app_context():
        assert audit.verify()[1] == []


def test_opinions_are_put_together_from_their_answers(app: Flask, person: Maker) -> None:
    code = in_verification(app)
    secretary = person("cell_secretary", unit_of(app, code))
    sent = secretary.send(secretary.form(code, "send_request"), addressee="Công đoàn cơ sở", giver="trade_union")
    assert sent.status_int == 303, text_of(sent)
    nr = asked_of(app, code)[-1].nr
    told = answer(
        secretary, code, nr, outcome="answered", text="Nhiệt tình, trách nhiệm.", present="21", in_favour="20"
    )
    assert told.status_int == 303, text_of(told)
    page = text_of(secretary.get(f"/ho-so/{code}/than-nhan"))
    assert "20/21 tán thành." in page and "Nhiệt tình, trách nhiệm." in page
    made = secretary.get(f"/ho-so/{code}/van-ban/5-KN%C4%90.pdf")
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made.body)).pages).split())
    assert "Công đoàn cơ sở (ngày 27/07/2022, 20/21 tán thành): Nhiệt tình, trách nhiệm" in words


def test_a_cell_secretary_asks_for_no_verification(app: Flask, person: Maker) -> None:
    code, _officer = three_relatives(app, person)
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "send_request")
    form["about-1-chosen"].checked = True
    refused = secretary.send(form, addressee="Đảng ủy xã Tân An")
    assert refused.status_int == 422
    assert "Yêu cầu thẩm tra do" in text_of(refused)


def test_who_introduces_cannot_verify_and_is_told_why(app: Flask, person: Maker) -> None:
    code, officer = three_relatives(app, person)
    with app.app_context():
        row = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        facts = msgspec.json.decode(row.facts, type=DossierFacts)
        swapped = tuple(msgspec.structs.replace(one, ref=f"a{officer.id}") for one in facts.introducers[:1])
        row.facts = msgspec.json.encode(msgspec.structs.replace(facts, introducers=swapped)).decode()
        db.session.commit()
    page = officer.get("/tham-tra/ban")
    form = page.forms["act"]
    form[field_for(page, code, "r1")] = "Đảng ủy xã Tân An"
    answer = form.submit("viec", value="send", expect_errors=True)
    assert answer.status_int == 422
    assert "Người đã giới thiệu người này không thẩm tra trên cùng hồ sơ." in text_of(answer)


def test_a_conclusion_is_no_empty_box_and_stands_beside_what_it_rests_on(app: Flask, person: Maker) -> None:
    code, _officer = three_relatives(app, person)
    secretary = person("committee_secretary", committee_of(app, code))
    page = secretary.get(f"/ho-so/{code}/conclude_verification")
    beside = " ".join(page.html.select_one("#evidence").get_text(" ").split())
    assert relatives_of(app, code)[0].name in beside and "Nơi được hỏi từ chối" in beside
    assert "Chi ủy" in beside, "opinions"
    for words in ("", "Đủ.", "Tốt tốt tốt tốt tốt tốt tốt tốt tốt tốt"):
        assert secretary.send(page.forms["act"], reason=words).status_int == 422
    assert "Kết luận quá ngắn" in text_of(secretary.send(page.forms["act"], reason="Đủ điều kiện."))


def test_a_refusal_says_why_and_the_relative_is_asked_about_again(app: Flask, person: Maker) -> None:
    code = in_verification(app)
    officer = person("committee_officer", committee_of(app, code))
    assert answer(officer, code, 1, outcome="refused").status_int == 422
    assert answer(officer, code, 1, outcome="refused", reason="Không quản lý người này.").status_int == 303
    assert asked_of(app, code)[0].outcome is Outcome.REFUSED
    page = officer.get("/tham-tra/ban")
    assert any("Nơi được hỏi từ chối" in line for line in rows_of(page, code))
    assert field_for(page, code, "r1")


def test_who_is_exempt_is_recorded_with_unit_and_file_on_the_old_form_too(app: Flask, person: Maker) -> None:
    code, officer = three_relatives(app, person)
    missing = officer.send(officer.form(code, "record_relatives"), **{"relatives-0-exempt": True})
    assert missing.status_int == 422
    wrong = {box["id"] for box in missing.html.select("#act [aria-invalid]")}
    assert {"relatives-0-checked", "relatives-0-verified_on"} <= wrong
    told = {"relatives-0-exempt": True, "relatives-0-checked": "Chi bộ 4, hồ sơ 118",
            "relatives-0-verified_on": on(TODAY)}  # fmt: skip
    assert officer.send(officer.form(code, "record_relatives"), **told).status_int == 303
    assert relatives_of(app, code)[0].result == "Miễn thẩm tra: là đảng viên; Chi bộ 4, hồ sơ 118"
    again = officer.form(code, "record_relatives")
    assert (again["relatives-0-result"].value, again["relatives-0-checked"].value) == ("", "Chi bộ 4, hồ sơ 118")
    with app.app_context():
        assert audit.verify()[1] == []


def test_what_was_kept_of_somebody_exempt_before_is_shown_as_what_was_looked_at() -> None:
    old = Relative("r1", Relation.FATHER, date(2022, 1, 1), True)
    assert shown_result(old) == {"result": "", "checked": ""}
    row = RelativeRow("r1", Relation.FATHER, "A", None, None, None, "Đảng viên chi bộ 2", date(2022, 1, 1), True)
    assert shown_result(row)["checked"] == "Đảng viên chi bộ 2"
