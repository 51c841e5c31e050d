"""The CV (2-KNĐ) through the pages: left and taken up again, by several people, copied, compared, printed, sealed."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from docx import Document
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, text
from webtest.response import TestResponse

from dossiers.accounts.grants import Signed
from dossiers.audit import services as audit
from dossiers.casework import erasing
from dossiers.casework.models import Dossier, Event, EventPersonal
from dossiers.extensions import db
from dossiers.people.models import Person as Candidate
from dossiers.privacy.models import DossierRead
from dossiers.rules import services as rules
from tests.conftest import World
from tests.people import Person, code_in, dossier, text_of, unit_of
from workflow.cv import PAGES, Section, merged, pairs, year_of
from workflow.roles import Role

Maker = Callable[..., Person]
SECRET = "Trường Trung học Dấu Kín"


@pytest.fixture
def code(app: Flask) -> str:
    return code_in(app, "applying", "DB02-C3")


@pytest.fixture
def secretary(app: Flask, person: Maker, code: str) -> Person:
    return person("cell_secretary", unit_of(app, code))


@pytest.fixture
def officer(person: Maker) -> Person:
    return person("committee_officer", "DB02")


def section(who: Person, code: str, name: str, more: str = "") -> Any:
    """The form of a section."""
    return who.get(f"/ho-so/{code}/write_cv?muc={name}{more}").forms["act"]


def send(form: Any, **fields: Any) -> TestResponse:
    for name, value in fields.items():
        name = name.replace("__", "-")
        if isinstance(value, bool):
            form[name].checked = value
        else:
            form[name] = value
    return form.submit(expect_errors=True)


def write(who: Person, code: str, name: str, **fields: Any) -> TestResponse:
    """A section, written; the page that follows."""
    answer = send(section(who, code, name), **fields)
    assert answer.status_int == 303, text_of(answer)
    return answer.follow()


def verified(app: Flask) -> list[str]:
    with app.app_context():
        return [f"{finding.code}: {finding.what}" for finding in audit.verify()[1]]


def test_a_section_is_saved_by_itself_and_taken_up_again(app: Flask, secretary: Person, code: str) -> None:
    overview = text_of(secretary.get(f"/ho-so/{code}/ly-lich"))
    assert "0/9 mục đã ghi" in overview and "Bắt đầu ghi" in overview
    write(secretary, code, "history", periods__0__since="9/2005", periods__0__until="2010", periods__0__what=SECRET)
    page = secretary.get(f"/ho-so/{code}/ly-lich")
    assert "1/9 mục đã ghi" in text_of(page) and SECRET in text_of(page) and secretary.name in text_of(page)
    assert page.html.select_one("a.primary")["href"].endswith("muc=identity"), "the first that is not written"
    form = section(secretary, code, "history")
    assert (form["periods-0-what"].value, form["periods-0-since"].value) == (SECRET, "9/2005")
    write(secretary, code, "history", periods__1__what="Đi làm")
    shown = text_of(secretary.get(f"/ho-so/{code}/ly-lich"))
    assert SECRET in shown and "Đi làm" in shown and "lần thứ 2" in shown
    assert "Lịch sử bản thân" in text_of(secretary.get(f"/ho-so/{code}/dien-bien"))
    assert SECRET not in secretary.get(f"/ho-so/{code}/dien-bien").text
    assert verified(app) == []


def test_the_button_for_the_next_leads_through_all_nine(secretary: Person, code: str) -> None:
    form, seen = section(secretary, code, "identity"), []
    filled = {
        "history": {"periods__0__what": "Đi học"},
        "family": {"people__0__relation": "father", "people__0__name": "Ông A"},
        "review": {"strengths": "Chăm chỉ"},
    }  # fmt: skip
    for _step in Section:
        here = form["section"].value
        seen.append(here)
        for name, value in filled.get(here, {"nothing": True} if "nothing" in form.fields else {}).items():
            if isinstance(value, bool):
                form[name.replace("__", "-")].checked = value
            else:
                form[name.replace("__", "-")] = value
        answer = form.submit("roi", value="tiep")
        page = answer.follow()
        if "act" in page.forms:
            form = page.forms["act"]
    assert seen == list(map(str, Section))
    assert "9/9 mục đã ghi" in text_of(page) and "Sửa lý lịch" in text_of(page)


def test_what_the_file_knows_is_not_typed_twice(app: Flask, secretary: Person, code: str) -> None:
    form = section(secretary, code, "identity")
    with app.app_context():
        person = db.session.get_one(Candidate, dossier(app, code).person_id)
        assert form["full_name"].value == person.full_name
        assert form["birth_date"].value == f"{person.birth_date:%d/%m/%Y}"
    write(secretary, code, "identity")
    assert "ghi khác hồ sơ" not in text_of(secretary.get(f"/ho-so/{code}/ly-lich"))


def test_two_sections_at_once_do_not_meet(secretary: Person, officer: Person, code: str) -> None:
    mine, theirs = section(secretary, code, "history"), section(officer, code, "review")
    assert send(theirs, strengths="Gương mẫu").status_int == 303
    assert send(mine, periods__0__what="Đi học").status_int == 303
    shown = text_of(secretary.get(f"/ho-so/{code}/ly-lich"))
    assert "Gương mẫu" in shown and "Đi học" in shown


def test_the_second_saver_sees_the_first_and_loses_nothing(
    app: Flask, secretary: Person, officer: Person, code: str
) -> None:
    write(secretary, code, "history", periods__0__what="Học cấp một", periods__1__what="Học cấp hai")
    mine, theirs = section(secretary, code, "history"), section(officer, code, "history")
    assert (
        send(theirs, periods__0__what="Học tiểu học", periods__1__since="2001", periods__2__what="Bộ đội").status_int
        == 303
    )
    version = dossier(app, code).version
    answer = send(
        mine, periods__0__what="Học ở quê", periods__1__what="Học cấp hai ở huyện", periods__2__what="Công nhân"
    )
    assert answer.status_int == 409 and dossier(app, code).version == version, "nothing is written over another's words"
    told = text_of(answer)
    assert officer.name in told and "Người khác vừa ghi: “Học tiểu học”" in told
    form = answer.forms["act"]
    rows = [form[f"periods-{nr}-what"].value for nr in range(4)]
    assert rows == ["Học ở quê", "Học cấp hai ở huyện", "Bộ đội", "Công nhân"], "both sides, put together"
    assert form["periods-1-since"].value == "2001", "a field only the other changed"
    assert form.submit().status_int == 303
    shown = text_of(secretary.get(f"/ho-so/{code}/ly-lich"))
    assert all(words in shown for words in ("Học ở quê", "Bộ đội", "Công nhân", "2001"))
    assert verified(app) == []


def test_sending_twice_writes_once(app: Flask, secretary: Person, code: str) -> None:
    form = section(secretary, code, "history")
    assert send(form, periods__0__what="Đi học").status_int == 303
    version = dossier(app, code).version
    assert form.submit().status_int == 303
    assert dossier(app, code).version == version


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("history", {}, "còn trống"),
        ("history", {"periods__0__since": "2005"}, "Vui lòng nhập mục này"),
        ("history", {"periods__0__what": "Học", "periods__0__since": "hồi nhỏ"}, "Ghi năm, tháng/năm"),
        ("abroad", {"trips__0__where": "Lào", "nothing": True}, "bỏ đánh dấu"),
        ("family", {"people__0__name": "Bà B"}, "Vui lòng nhập mục này"),
        ("identity", {"birth_date": "31/02/1999"}, "không có trong lịch"),
        ("features", {"features": "x" * 4001}, "nhiều nhất là 4000"),
    ],
)
def test_a_section_says_at_the_field_what_is_wrong(
    app: Flask, secretary: Person, code: str, name: str, fields: dict[str, Any], said: str
) -> None:
    version = dossier(app, code).version
    answer = send(section(secretary, code, name), **fields)
    assert answer.status_int == 422 and said in text_of(answer)
    assert dossier(app, code).version == version


def test_a_field_of_another_section_is_not_taken(app: Flask, secretary: Person, code: str) -> None:
    form = section(secretary, code, "review")
    form["strengths"] = "Tốt"
    sent = [(n, v) for n, v in form.submit_fields() if n] + [("features", SECRET), ("people-0-name", SECRET)]
    assert secretary.web.post(f"/ho-so/{code}/write_cv", sent).status_int == 303
    assert SECRET not in text_of(secretary.get(f"/ho-so/{code}/ly-lich"))


def test_where_it_says_other_than_the_file_is_told_at_the_field_and_at_the_paper(
    app: Flask, secretary: Person, code: str
) -> None:
    write(secretary, code, "identity", birth_date="01/02/1980", home_town="Xã Khác, tỉnh Khác")
    form = secretary.get(f"/ho-so/{code}/write_cv?muc=identity")
    assert "Ngày sinh : lý lịch ghi “01/02/1980”" in text_of(form)
    papers = text_of(secretary.get(f"/ho-so/{code}/giay-to"))
    assert "Ghi trên máy: 1/9 mục" in papers and "ghi khác hồ sơ: Ngày sinh" in papers
    form = secretary.form(code, "record_relatives")
    assert (
        secretary.send(form, **{"relatives-0-relation": "father", "relatives-0-name": "Nguyễn Văn Cha"}).status_int
        == 303
    )
    write(
        secretary, code, "family", people__0__relation="father", people__0__name="Nguyễn Văn Cha",
        people__0__born="1950", people__1__relation="mother", people__1__name="Trần Thị Mẹ",
    )  # fmt: skip
    told = text_of(secretary.get(f"/ho-so/{code}/ly-lich"))
    assert "Mẹ : lý lịch ghi “Trần Thị Mẹ”, phần thân nhân phải thẩm tra không có" in told
    assert "Cha :" not in told.split("22. Hoàn cảnh gia đình")[1].split("Nội dung đã ghi")[0]


@pytest.mark.parametrize(("value", "begins"), [("warn", True), ("refuse", False), ("off", True)])
def test_the_rule_says_whether_a_difference_stops_verification(
    app: Flask, person: Maker, value: str, begins: bool
) -> None:
    code = code_in(app, "applying", "DB02-C3")
    secretary, officer = person("cell_secretary", unit_of(app, code)), person("committee_officer", "DB02")
    with app.app_context():
        rules.change_value(dossier(app, code).rulebook, "cv_agreement", value, 1)
    write(secretary, code, "identity", home_town="Xã Khác, tỉnh Khác")
    _introduce(secretary, code)
    answer = officer.send(officer.form(code, "start_verification"))
    told = text_of(answer.follow() if answer.status_int == 303 else answer)
    assert ("Lý lịch ghi khác hồ sơ: Quê quán" in told) is (value != "off")
    assert (dossier(app, code).state == "verifying") is begins
    if not begins:
        write(secretary, code, "identity", home_town=_home(app, code))
        assert officer.send(officer.form(code, "start_verification")).status_int == 303


def _home(app: Flask, code: str) -> str:
    with app.app_context():
        return str(db.session.get_one(Candidate, dossier(app, code).person_id).home_town)


def _introduce(secretary: Person, code: str) -> None:
    """What verification needs beside the CV."""
    secretary.act(
        code, "assign_introducers", **{"introducers-0-member": "first", "introducers-0-together_since": "01/01/2019"}
    )
    form = secretary.form(code, "record_papers")
    rows = {
        field.value: name.split("-")[1] for name, (field, *_more) in form.fields.items() if str(name).endswith("-form")
    }
    filled = {
        f"papers-{nr}-issued_on": "27/07/2022"
        for paper, nr in rows.items()
        if paper in ("1-KNĐ", "2-KNĐ", "3-KNĐ", "4-KNĐ")
    }
    if filled:
        assert secretary.send(form, **filled).status_int == 303


def test_it_is_copied_from_an_earlier_dossier_of_the_same_person(app: Flask, person: Maker) -> None:
    secretary = person("upper_officer", "KHOI")  # the office of grass-roots cells
    code, other = code_in(app, "applying", "CB01"), code_in(app, "verifying", "CB01")
    write(secretary, other, "history", periods__0__what=SECRET)
    wrong = secretary.get(f"/ho-so/{code}/write_cv?muc=history&chep={other}")
    assert SECRET not in wrong.text and "Không chép được" in text_of(wrong), "somebody else's"
    with app.app_context():
        ids = {row.code: row for row in db.session.scalars(select(Dossier).where(Dossier.code.in_((code, other))))}
        mine, theirs = (db.session.get_one(Candidate, ids[one].person_id) for one in (code, other))
        theirs.full_name, theirs.birth_date = mine.full_name, mine.birth_date
        db.session.commit()
    page = secretary.get(f"/ho-so/{code}/write_cv?muc=history&chep={other}")
    assert f"Đã chép từ hồ sơ {other}" in text_of(page)
    form = page.forms["act"]
    assert form["periods-0-what"].value == SECRET
    assert form.submit().status_int == 303
    assert SECRET in text_of(secretary.get(f"/ho-so/{code}/ly-lich"))
    with app.app_context():
        parts = db.session.scalars(
            select(DossierRead.part).where(DossierRead.dossier_id == dossier(app, other).id)
        ).all()
    assert "cv" in parts, "looking at the other one is noted"


def test_what_is_out_of_reach_is_not_copied(app: Flask, person: Maker, code: str) -> None:
    far = next(one for one in _applying(app) if not unit_of(app, one).startswith("DB02"))
    write(person("cell_secretary", unit_of(app, far)), far, "history", periods__0__what=SECRET)
    secretary = person("cell_secretary", unit_of(app, code))
    page = secretary.get(f"/ho-so/{code}/write_cv?muc=history&chep={far}")
    assert SECRET not in page.text and "Không chép được" in text_of(page)


def test_a_helper_writes_for_whom_they_help_without_what_is_sensitive(app: Flask, person: Maker) -> None:
    helper = person("cell_member_helper", "DB02-C3")
    mine = next(
        (code for code in _applying(app) if helper.web.get(f"/ho-so/{code}/write_cv", status="*").status_int == 200),
        None,
    )
    assert mine is not None
    others = [code for code in _applying(app) if code != mine]
    assert {helper.web.get(f"/ho-so/{code}/ly-lich", status="*").status_int for code in others} <= {404, 200}
    secretary = person("cell_secretary", "DB02-C3")
    write(secretary, mine, "identity", ethnic_group="Tày Riêng", religion="Không")
    form = section(helper, mine, "identity")
    assert "ethnic_group" not in form.fields and "religion" not in form.fields
    assert send(form, occupation="Kỹ sư").status_int == 303
    assert "Tày Riêng" not in helper.get(f"/ho-so/{mine}/ly-lich").text
    assert "Tày Riêng" not in helper.get(f"/ho-so/{mine}/ly-lich/in").text
    shown = text_of(secretary.get(f"/ho-so/{mine}/ly-lich"))
    assert "Tày Riêng" in shown and "Kỹ sư" in shown, "what the helper did not see stays"


def _applying(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Dossier.code).where(Dossier.state == "applying").order_by(Dossier.id)))


@pytest.mark.parametrize(
    ("role", "unit", "reads", "writes"),
    [
        ("inspector", "KHOI", 200, 404), ("upper_officer", "KHOI", 200, 404), ("youth_officer", "DB02-DTN", 403, 404),
        ("administrator", "KHOI", 403, 403), ("committee_officer", "DB05", 404, 404),
    ],
)  # fmt: skip
def test_who_else_reads_and_writes(
    app: Flask, person: Maker, code: str, role: str, unit: str, reads: int, writes: int
) -> None:
    write(person("cell_secretary", unit_of(app, code)), code, "history", periods__0__what=SECRET)
    who = person(role, unit)
    for address in (f"/ho-so/{code}/ly-lich", f"/ho-so/{code}/ly-lich/in"):
        answer = who.web.get(address, status="*")
        assert answer.status_int == reads and (SECRET in answer.text) is (reads == 200), address
    answer = who.web.get(f"/ho-so/{code}/write_cv?muc=history", status="*")
    assert SECRET not in answer.text or role in ("inspector", "upper_officer"), "it is shut"
    assert "act" not in answer.forms if answer.status_int == 200 else True


def test_it_is_taken_back_within_the_day(app: Flask, secretary: Person, code: str) -> None:
    write(secretary, code, "history", periods__0__what="Đúng")
    write(secretary, code, "history", periods__0__what=SECRET)
    secretary.act(code, "undo")
    page = text_of(secretary.get(f"/ho-so/{code}/ly-lich"))
    assert "Đúng" in page and SECRET not in page
    assert verified(app) == []


def test_no_word_stands_open_in_the_database(world: World, app: Flask, secretary: Person, code: str) -> None:
    write(secretary, code, "history", periods__0__what=SECRET)
    with app.app_context():
        row = db.session.scalars(
            select(Event).where(Event.trigger == "write_cv").order_by(Event.recorded_at.desc()).limit(1)
        ).one()
        assert row.commitment and SECRET not in row.body
        sealed = db.session.get_one(EventPersonal, (row.dossier_id, row.seq)).sealed
        assert SECRET not in sealed
        facts = db.session.scalars(select(Dossier.facts).where(Dossier.code == code)).one()
        assert SECRET not in facts and '"cv"' in facts
        db.session.remove()
        db.engine.dispose()
    if world.engine == "sqlite":
        for file in Path(world.folder).glob("work.db*"):
            assert SECRET.encode() not in file.read_bytes(), file.name


def test_it_prints_as_the_form(app: Flask, secretary: Person, code: str, tmp_path: Path) -> None:
    write(secretary, code, "history", periods__0__what=SECRET, periods__0__since="2005")
    write(secretary, code, "abroad", nothing=True)
    printed = secretary.get(f"/ho-so/{code}/ly-lich/in")
    for words in ("LÝ LỊCH", SECRET, "15. Lịch sử bản thân", "Không có gì để khai", "Tôi xin cam đoan"):
        assert words in text_of(printed), words
    pdf = secretary.get(f"/ho-so/{code}/van-ban/{quote('2-KNĐ')}.pdf")
    read = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.body)).pages).split())
    for words in ("LÝ LỊCH", SECRET, "22. Hoàn cảnh gia đình", "Không có.", "…………"):
        assert words in read, words
    for suffix in ("pdf", "docx"):
        file = tmp_path / f"a.{suffix}"
        done = app.test_cli_runner().invoke(args=["papers", "render", code, "2-KNĐ", str(file)])
        assert done.exit_code == 0, done.output
    made = Document(str(tmp_path / "a.docx"))
    words = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    assert SECRET in words


def test_the_scan_of_the_original_stands_beside(app: Flask, person: Maker) -> None:
    with app.app_context():
        query = "SELECT d.code FROM dossier d JOIN paper_scan s ON s.dossier_id = d.id WHERE s.form = '2-KNĐ' LIMIT 1"
        code = db.session.execute(text(query)).scalar_one()
    page = person("inspector", "KHOI").get(f"/ho-so/{code}/ly-lich")
    frame = page.html.select_one("aside iframe")
    assert frame is not None and frame["src"].endswith("/xem")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_merging_and_years() -> None:
    page = PAGES[Section.HISTORY]
    base = {"periods.0.what": "a"}
    both = merged(page, base, {"periods.0.what": "b"}, {"periods.0.what": "c"})
    assert dict(both.values) == {"periods.0.what": "c"} and both.both == {"periods.0.what": "b"}
    assert dict(merged(page, base, {}, base).values) == {}, "what the other took away, and nobody changed, is gone"
    assert pairs(page, {}, {"periods": [{}, {"what": "x"}]}) == (("periods.0.what", "x"),)
    assert [year_of(words) for words in ("1960", "3/1960", "05/03/1960", "nay")] == [1960, 1960, 1960, None]


def test_what_is_erased_by_law_is_gone(app: Flask, secretary: Person, code: str) -> None:
    write(secretary, code, "history", periods__0__what=SECRET)
    secretary.act(code, "withdraw", reason="Người này xin rút.")
    with app.app_context():
        erasing.erase(code, "Hết thời hạn lưu.", Signed(1, ((Role.ADMINISTRATOR, 1),)))
    assert verified(app) == []
    page = text_of(secretary.get(f"/ho-so/{code}/ly-lich"))
    assert SECRET not in page and "Nội dung đã xóa theo luật" in page
    assert SECRET not in text_of(secretary.get(f"/ho-so/{code}/ly-lich/in"))


@pytest.mark.parametrize(("role", "unit"), [("youth_officer", "DB02-DTN"), ("cell_secretary", "DB02-C3")])
@pytest.mark.parametrize("state", ["sourced", "listed", "applying", "cell_review"])
def test_the_form_is_shut_with_a_reason_where_the_step_does_not_know_it(
    app: Flask, person: Maker, role: str, unit: str, state: str
) -> None:
    code = code_in(app, state, "DB02-C3")
    answer = person(role, unit).web.get(f"/ho-so/{code}/write_cv", status="*")
    is_open = (role, state) == ("cell_secretary", "applying")
    assert answer.status_int in (200, 404, 409) and ("act" in answer.forms) is is_open
