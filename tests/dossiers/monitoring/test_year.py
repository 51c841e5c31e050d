"""The new member's year: the page, the month of a cell, remarks, warnings with their answers, the board."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select, text

from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Event, EventPersonal
from dossiers.extensions import db
from dossiers.monitoring.month import PersonRow, read_dues
from tests.dossiers.test_pages import counted
from tests.people import Person, code_in, dossier, text_of, unit_of
from workflow import probation
from workflow.calendar import add_months
from workflow.facts import DossierFacts
from workflow.probation import Followed, Month

Maker = Callable[..., Person]
CELL = "DB02-C3"


def facts_of(app: Flask, code: str) -> DossierFacts:
    return msgspec.json.decode(dossier(app, code).facts, type=DossierFacts)


def member(app: Flask, unit: str = CELL, skip: int = 0) -> str:
    return code_in(app, "probationary", unit, skip)


def move_clock(who: Person, day: date) -> None:
    """The demo goes on to another day."""
    who.web.post("/demo/dong-ho", {"csrf_token": who.token(), "day": f"{day:%d/%m/%Y}", "next": "/"}, status=303)


def whole(app: Flask) -> None:
    """The log still tells all that stands in the tables."""
    with app.app_context():
        db.session.remove()
        assert audit.verify()[1] == []


# --- who sees a year ---


def test_a_year_is_a_line_with_its_table(app: Flask, person: Maker) -> None:
    code = member(app)
    page = person("cell_secretary", CELL).get(f"/ho-so/{code}/nam-du-bi")
    picture = page.html.select_one("svg.year")
    assert picture["role"] == "img"
    assert not page.html.select("[style]")
    dots = [node.get_text() for node in picture.select("circle + text")]
    table = page.html.select("section[aria-labelledby=h-line] tbody tr")
    assert dots == [row.select_one("td").get_text() for row in table]
    ceremony = facts_of(app, code).ceremony_on
    assert ceremony is not None
    shown = text_of(page)
    assert f"{ceremony:%d/%m/%Y} – {add_months(ceremony, 12):%d/%m/%Y}" in shown
    assert "Lễ kết nạp" in shown
    assert "Hết 12 tháng dự bị" in shown


def test_the_line_says_what_is_late_and_who_must_do_it(app: Flask, person: Maker) -> None:
    code = member(app)
    secretary = person("cell_secretary", CELL)
    move_clock(secretary, date(2022, 12, 1))
    page = secretary.get(f"/ho-so/{code}/nam-du-bi")
    late = " ".join(page.html.select_one("section.now").get_text(" ").split())
    assert "Giấy chứng nhận lớp đảng viên mới (25/10/2022) – Văn phòng đảng ủy cơ sở" in late


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("cell_secretary", CELL, 200), ("cell_member_helper", CELL, 200), ("committee_officer", "DB02", 200),
        ("inspector", "KHOI", 200), ("cell_secretary", "DB02-C1", 404), ("committee_officer", "DB03", 404),
        ("youth_officer", "DB02-DTN", 403), ("training_officer", "TTCT", 403), ("administrator", "KHOI", 403),
    ],
)  # fmt: skip
@pytest.mark.parametrize("page", ["nam-du-bi", "tu-kiem-diem"])
def test_who_sees_a_year(app: Flask, person: Maker, role: str, unit: str, status: int, page: str) -> None:
    person(role, unit).get(f"/ho-so/{member(app)}/{page}", status=status)


def test_who_is_no_member_has_no_year(app: Flask, person: Maker) -> None:
    person("cell_secretary", CELL).get(f"/ho-so/{code_in(app, 'listed', CELL)}/nam-du-bi", status=404)


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [("cell_secretary", CELL, 200), ("cell_secretary", "DB02-C1", 404), ("committee_officer", "DB02", 403),
     ("cell_member_helper", CELL, 403), ("inspector", "KHOI", 403)],
)  # fmt: skip
def test_only_the_cells_secretary_records_its_month(
    app: Flask, person: Maker, role: str, unit: str, status: int
) -> None:
    person(role, unit).get(f"/sau-ket-nap/thang?don-vi={CELL}", status=status)
    person(role, unit).get(f"/sau-ket-nap/dang-phi?don-vi={CELL}", status=status)


# --- the month of a cell ---


def month_form(who: Person, month: str = "") -> Any:
    return who.get(f"/sau-ket-nap/thang{'?thang=' + month if month else ''}").forms["act"]


def row_of(form: Any, code: str) -> str:
    """The prefix of the fields of a person."""
    return next(name for name in form.fields if name and name.endswith("-code") and form[name].value == code)[:-4]


def test_a_month_is_recorded_for_everybody_at_once(app: Flask, person: Maker) -> None:
    secretary, code = person("cell_secretary", CELL), member(app)
    move_clock(secretary, date(2022, 8, 26))
    form = month_form(secretary)
    at = row_of(form, code)
    assert (form[f"{at}met"].value, form[f"{at}dues"].value) == ("present", "paid"), "as last month"
    sympathiser = code_in(app, "listed", CELL)
    of = row_of(form, sympathiser)
    assert f"{of}met" not in form.fields, "of a sympathiser neither meetings nor dues are kept"
    form[f"{at}met"] = "excused"
    form[f"{at}tasks"] = "Giúp lớp hè."
    form[f"{of}remark"] = "Nhiệt tình."
    answer = form.submit(expect_errors=True)
    assert answer.status_int == 303, text_of(answer)
    first = date(2022, 8, 1)
    assert facts_of(app, code).year.month(first) == Month(first, probation.Attendance.EXCUSED, probation.Dues.PAID)
    assert facts_of(app, sympathiser).followed is None
    shown = text_of(secretary.get(f"/ho-so/{code}/nam-du-bi"))
    assert "08/2022 Vắng có lý do Đã đóng Giúp lớp hè." in shown
    history = text_of(secretary.get(f"/ho-so/{code}/dien-bien"))
    assert "Ghi sinh hoạt tháng 08/2022: Vắng có lý do, Đã đóng Giúp lớp hè." in history
    again = month_form(secretary)
    assert f"{row_of(again, code)}met" not in again.fields, "what is recorded is not asked for again"
    whole(app)


def test_a_page_sent_twice_records_once(app: Flask, person: Maker) -> None:
    secretary, code = person("cell_secretary", CELL), member(app)
    move_clock(secretary, date(2022, 8, 26))
    form = month_form(secretary)
    form.submit(status=303)
    version = dossier(app, code).version
    assert form.submit(expect_errors=True).status_int in (303, 422)
    assert dossier(app, code).version == version


def test_a_lack_is_never_offered(app: Flask, person: Maker) -> None:
    secretary, code = person("cell_secretary", CELL), member(app)
    move_clock(secretary, date(2022, 8, 26))
    form = month_form(secretary)
    form[f"{row_of(form, code)}dues"] = "unpaid"
    form.submit(status=303)
    move_clock(secretary, date(2022, 9, 26))
    form = month_form(secretary)
    assert form[f"{row_of(form, code)}met"].value == "present"
    assert form[f"{row_of(form, code)}dues"].value == ""


def test_what_was_typed_is_kept_as_a_draft(app: Flask, person: Maker) -> None:
    secretary, code = person("cell_secretary", CELL), member(app)
    form = month_form(secretary, "2022-07")
    at = row_of(form, code)
    form[f"{at}tasks"] = "Viết dở dang"
    secretary.web.post("/ban-nhap", form.submit_fields(), status=204)
    page = secretary.get("/sau-ket-nap/thang?thang=2022-07")
    link = page.html.select_one(".draft a.button")["href"]
    restored = secretary.get(link).forms["act"]
    assert restored[f"{row_of(restored, code)}tasks"].value == "Viết dở dang"


def test_rows_of_other_cells_and_made_up_codes_are_not_recorded(app: Flask, person: Maker) -> None:
    secretary, other = person("cell_secretary", CELL), member(app, "DB02-C1")
    move_clock(secretary, date(2022, 8, 26))
    form = month_form(secretary)
    before = dossier(app, other).version
    fields = [(name, other if name == "rows-0-code" else value) for name, value in form.submit_fields() if name]
    secretary.web.post("/sau-ket-nap/thang", fields, expect_errors=True)
    assert dossier(app, other).version == before


def test_of_who_was_not_on_the_page_nothing_is_recorded(app: Flask, person: Maker) -> None:
    secretary, code = person("cell_secretary", CELL), member(app)
    move_clock(secretary, date(2022, 8, 26))
    form = month_form(secretary)
    at = row_of(form, code)
    sent = [(name, value) for name, value in form.submit_fields() if name and not name.startswith(at)]
    secretary.web.post("/sau-ket-nap/thang", sent, status=303)
    assert facts_of(app, code).year.month(date(2022, 8, 1)) is None


def test_dues_come_from_a_file(app: Flask, person: Maker) -> None:
    secretary, code = person("cell_secretary", CELL), member(app)
    other = member(app, "DB02-C1")
    move_clock(secretary, date(2022, 9, 26))
    page = secretary.get("/sau-ket-nap/dang-phi")
    form = page.forms[next(name for name in page.forms if "dong" in page.forms[name].fields)]
    form["dong"] = f"mã;tháng;kết quả\n{code};08/2022;đã đóng\n{code};2022-09;unpaid\n{other};08/2022;\n{code};13/2022"
    answer = form.submit(expect_errors=True)
    shown = text_of(answer)
    assert "Đã ghi 2 dòng, chưa ghi được 2" in shown
    assert "Chi bộ không theo dõi hồ sơ này" in shown
    assert "Tháng ghi dạng 07/2022" in shown
    year = facts_of(app, code).year
    august, september = year.month(date(2022, 8, 1)), year.month(date(2022, 9, 1))
    assert august is not None
    assert september is not None
    assert (august.dues, september.dues) == ("paid", "unpaid")
    whole(app)


def test_lines_of_a_file_of_dues(app: Flask) -> None:
    with app.test_request_context("/"):
        lines = read_dues('\ufeffcode,month\n"hs2022-1",7/2022\n\nHS2022-2\t2022-07\tđược miễn\nx;07/2022;gì\n')
    assert [(line.code, line.month, bool(line.wrong)) for line in lines] == [
        ("HS2022-1", date(2022, 7, 1), False),
        ("HS2022-2", date(2022, 7, 1), False),
        ("X", date(2022, 7, 1), True),
    ]


# --- quarters, merits, corrections ---


def test_a_helper_remarks_on_a_quarter_and_on_nothing_else(app: Flask, person: Maker) -> None:
    helper, code = person("cell_member_helper", CELL), member(app)
    move_clock(helper, date(2022, 9, 26))
    shown = helper.act(code, "remark_quarter", quality="Giữ vững lập trường.", quarter="3")
    assert "Nhận xét quý" in text_of(shown)
    assert "Giữ vững lập trường." in text_of(helper.get(f"/ho-so/{code}/nam-du-bi"))
    assert "Việc này do Bí thư chi bộ thực hiện" in text_of(helper.get(f"/ho-so/{code}/record_month"))
    refused = helper.refused(code, "remark_quarter", quality="Lần nữa.", quarter="3", ground="helper")
    assert "đã có nhận xét" in refused
    whole(app)


def test_what_is_written_is_sealed_and_stands_in_no_fact(app: Flask, person: Maker) -> None:
    secretary, code = person("cell_secretary", CELL), code_in(app, "probationary", CELL, skip=3)
    secretary.act(code, "remark_quarter", quality="MỘT LỜI RIÊNG", quarter="1", ground="cell")
    secretary.act(code, "record_merit", ground="commendation", number="3-QĐ/KT", reason="MỘT THÀNH TÍCH")
    with app.app_context():
        row = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        bodies = " ".join(db.session.scalars(select(Event.body).where(Event.dossier_id == row.id)))
        sealed = " ".join(db.session.scalars(select(EventPersonal.sealed).where(EventPersonal.dossier_id == row.id)))
    for words in ("MỘT LỜI RIÊNG", "MỘT THÀNH TÍCH"):
        assert words not in row.facts + bodies + sealed
        assert words in text_of(secretary.get(f"/ho-so/{code}/nam-du-bi"))


def test_a_month_recorded_wrongly_is_corrected(app: Flask, person: Maker) -> None:
    secretary, code = person("cell_secretary", CELL), member(app)
    with app.app_context():
        row = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        query = select(Event.seq).where(Event.dossier_id == row.id, Event.trigger == "record_month")
        seq = db.session.scalars(query.order_by(Event.seq)).first()
    address = f"/ho-so/{code}/correct_record?event={seq}"
    form = secretary.get(address).forms["act"]
    form["met"] = "absent"
    form["correction-reason"] = "Ghi nhầm người."
    seen = form.submit(expect_errors=True)
    done = seen.forms["act"].submit("step", value="record", expect_errors=True)
    assert done.status_int == 303, text_of(done)
    assert facts_of(app, code).year.months[0].met == "absent"
    assert "Vắng không lý do" in text_of(secretary.get(f"/ho-so/{code}/nam-du-bi"))
    whole(app)


# --- warnings ---


def test_a_warning_is_answered_with_a_ground_until_its_cause_is_new(app: Flask, person: Maker) -> None:
    secretary, code = person("cell_secretary", CELL), member(app)
    move_clock(secretary, date(2022, 11, 1))
    name = dossier_name(secretary, code)
    assert name in warned_in_inbox(secretary)
    page = secretary.get(f"/ho-so/{code}")
    link = next(a["href"] for a in page.html.select(".warnings a") if "course_by_month" in a["href"])
    form = secretary.get(link).forms["act"]
    assert form["warning"].value == "course_by_month"
    form["reason"] = "Lớp mở tháng 11, đã đăng ký."
    assert form.submit(expect_errors=True).status_int == 303
    assert "Hết tháng thứ 9" not in text_of(secretary.get(f"/ho-so/{code}"))
    shown = text_of(secretary.get(f"/ho-so/{code}/nam-du-bi"))
    assert "Lớp mở tháng 11, đã đăng ký." in shown
    assert "đã trả lời" in shown
    with app.app_context():
        board = json.loads(cli(app, "monitoring", "board", "--unit", CELL, "--as-of", "2022-12-01", "--json"))
    mine = next(line for line in board if line["code"] == code)
    assert "course_by_month" in mine["answered"]
    assert "course_by_month" not in mine["warnings"]
    whole(app)


def dossier_name(who: Person, code: str) -> str:
    return str(who.get(f"/ho-so/{code}").html.select_one("h1").get_text())


def warned_in_inbox(who: Person) -> str:
    page = who.get("/viec-cua-toi")
    cards = [card for card in page.html.select("section.card") if "Cảnh báo về đảng viên dự bị" in card.get_text()]
    return cards[0].get_text() if cards else ""


def cli(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=list(words))
    assert result.exit_code == 0, result.output
    return str(result.stdout)


# --- a year, month by month ---


def test_a_year_month_by_month(app: Flask, person: Maker) -> None:
    """A cell records each month but misses the course: that warning comes on its day, and only then."""
    secretary = person("cell_secretary", CELL)
    code = code_in(app, "probationary", CELL, skip=3)
    ceremony = facts_of(app, code).ceremony_on
    assert ceremony is not None
    rules_by_month: dict[int, set[str]] = {}
    for nr in range(1, 13):
        day = add_months(ceremony, nr)
        if day >= date(2022, 7, 27):
            move_clock(secretary, day)
            form = month_form(secretary)
            form.submit(expect_errors=True)
            if nr <= 3:
                secretary.act(code, "remark_quarter", quality="Tốt.", quarter="1", ground="cell")
        found = json.loads(cli(app, "monitoring", "board", "--unit", CELL, "--as-of", str(day), "--json"))
        line = next(line for line in found if line["code"] == code)
        assert line["month"] == nr
        rules_by_month[nr] = set(line["warnings"])
    assert all("course_by_month" not in rules_by_month[nr] for nr in range(1, 10))
    assert all("course_by_month" in rules_by_month[nr] for nr in range(10, 13))
    assert "quarters_without_remarks" not in rules_by_month[9]
    assert "absent_months" not in rules_by_month[12]
    kept = facts_of(app, code).year.months
    assert [month.first.month for month in kept][-1] == add_months(ceremony, 12).month
    whole(app)


# --- the board ---


@pytest.mark.parametrize("unit", ["KHOI", "DB02", "DB07", CELL])
def test_the_boards_figures_are_those_of_plain_sql(app: Flask, person: Maker, unit: str) -> None:
    with app.app_context():
        rows = db.session.execute(
            text(
                "SELECT d.code, d.facts FROM dossier d JOIN scope s ON s.dossier_id = d.id JOIN unit u "
                "ON u.id = s.ancestor_id "
                "WHERE u.code = :unit AND (d.state = 'probationary' OR d.state LIKE 'recognition%')"
            ),
            {"unit": unit},
        ).all()
    facts = {code: json.loads(told) for code, told in rows}
    board = json.loads(cli(app, "monitoring", "board", "--unit", unit, "--as-of", "2022-07-27", "--json"))
    assert {line["code"] for line in board} == set(facts)
    for line in board:
        known = facts[line["code"]]
        ceremony = date.fromisoformat(known["ceremony_on"])
        assert line["days_to_end"] == (add_months(ceremony, 12) - date(2022, 7, 27)).days
        forms = {paper["form"] for paper in known.get("papers", [])}
        assert ("course_by_month" in line["warnings"]) == (
            "CN-ĐVM" not in forms and date(2022, 7, 27) > add_months(ceremony, 9)
        )
        lacks = [
            month["first"]
            for month in known.get("followed", {}).get("months", [])
            if month.get("met") == "absent" or month.get("dues") == "unpaid"
        ]
        years = {first[:4] for first in lacks}
        assert ("absent_months" in line["warnings"]) == any(
            sum(first.startswith(year) for first in lacks) >= 3 for year in years
        )
    page = person("upper_officer", "KHOI").get(f"/sau-ket-nap/bang?don-vi={unit}&ngay=27/07/2022")
    shown = page.html.select("table")[0].select("tbody tr") if board else []
    assert len(shown) == len(board)


def test_every_number_of_the_board_opens(app: Flask, person: Maker) -> None:
    officer = person("upper_officer", "KHOI")
    page = officer.get("/sau-ket-nap/bang")
    links = page.html.select("ul.figures a")
    assert links
    for link in links:
        found = officer.get(link["href"]).html.select("table")[0].select("tbody tr")
        assert len(found) == int(link.select_one("strong").get_text())


def test_a_cell_that_does_nothing_stands_out(app: Flask, person: Maker) -> None:
    page = person("upper_officer", "KHOI").get("/sau-ket-nap/bang")
    cells = page.html.select("table")[1].select("tbody tr")
    silent = [int(row.select("td")[3].get_text()) for row in cells]
    assert silent[0] > 0
    assert silent == sorted(silent, reverse=True)


@pytest.mark.parametrize(
    ("role", "unit", "asked", "status"),
    [("committee_officer", "DB02", "DB02", 200), ("committee_officer", "DB02", "DB03", 404),
     ("cell_secretary", CELL, "DB02-C1", 404), ("training_officer", "TTCT", "TTCT", 403)],
)  # fmt: skip
def test_who_sees_which_board(app: Flask, person: Maker, role: str, unit: str, asked: str, status: int) -> None:
    person(role, unit).get(f"/sau-ket-nap/bang?don-vi={asked}", status=status)


def test_a_board_of_any_size_costs_the_same_queries(app: Flask, person: Maker) -> None:
    officer = person("upper_officer", "KHOI")
    numbers = []
    for unit in ("KHOI", CELL):
        officer.get(f"/sau-ket-nap/bang?don-vi={unit}")
        with counted(app) as statements:
            officer.get(f"/sau-ket-nap/bang?don-vi={unit}")
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]


def test_the_command_says_what_is_wrong(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["monitoring", "board", "--unit", "NO", "--as-of", "2022-07-27"])
    assert result.exit_code == 2


# --- what is kept, and nothing else (domain.md §7) ---


def test_nothing_is_kept_beyond_what_the_rules_ask_for() -> None:
    assert set(Followed.__struct_fields__) == {
        "months", "quarters", "answers", "merits", "years", "helper_left_on", "moved_on", "told_on",
    }  # fmt: skip
    assert {name: set(kind.__struct_fields__) for name, kind in vars(probation).items() if _is_kept(kind)} == {
        "Month": {"first", "met", "dues"},
        "Remarked": {"quarter", "by"},
        "Answered": {"warning", "causes"},
        "Honoured": {"kind", "on"},
        "Classified": {"year", "level"},
        "Followed": set(Followed.__struct_fields__),
    }
    assert set(PersonRow()._fields) == {"code", "met", "dues", "tasks", "remark"}


def _is_kept(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, probation._Kept) and kind is not probation._Kept


def test_a_removed_person_is_told_and_how_to_complain(app: Flask, person: Maker) -> None:
    code = code_in(app, "removed")
    officer = person("committee_officer", "DB12")
    form = officer.form(code, "tell_person")
    assert "30 ngày làm việc" in text_of(officer.get(f"/ho-so/{code}/tell_person"))
    assert officer.send(form, happened_on="05/08/2021").status_int == 303
    assert "khiếu nại" in text_of(officer.get(f"/ho-so/{code}"))
    assert unit_of(app, code).startswith("DB12")
    whole(app)


def test_when_the_follow_up_is_over_the_dossier_is_closed_by_itself(app: Flask, person: Maker) -> None:
    code = code_in(app, "official")
    officer = person("upper_officer", "KHOI")
    recognised = facts_of(app, code).recognised_on
    assert recognised is not None
    last = add_months(recognised, 12)
    for day, over in ((last, False), (last + timedelta(days=1), True)):
        move_clock(officer, day)
        shown = text_of(officer.get(f"/ho-so/{code}"))
        assert ("hồ sơ tự khép" in shown) is over
        assert ("đã khép" in shown) is over


def test_a_year_is_classified_with_the_members_own_review_of_it(app: Flask, person: Maker) -> None:
    code = code_in(app, "official")
    officer = person("upper_officer", "KHOI")
    move_clock(officer, date(2022, 11, 30))
    shown = text_of(officer.get(f"/ho-so/{code}/nam-du-bi"))
    assert "chưa xếp loại" in shown
    officer.act(code, "classify", year="2022", ground="good", reviewed_on="25/11/2022")
    table = officer.get(f"/ho-so/{code}/nam-du-bi").html.select_one("section[aria-labelledby=h-years]")
    row = next(row for row in table.select("tbody tr") if row.select_one("td").get_text() == "2022")
    assert [cell.get_text().strip() for cell in row.select("td")] == [
        "2022", "Hoàn thành tốt nhiệm vụ", "25/11/2022",
    ]  # fmt: skip
    assert "Bản tự kiểm điểm hằng năm" in text_of(officer.get(f"/ho-so/{code}/giay-to"))
    whole(app)


def test_who_moves_on_the_last_day_takes_the_year_along(app: Flask, person: Maker) -> None:
    """The months count on, the remarks come along, the receiving cell records and votes, the old one sees no more."""
    code = member(app)
    helper, old, new = (
        person("cell_member_helper", CELL),
        person("cell_secretary", CELL),
        person("cell_secretary", "DB02-C1"),
    )
    officer = person("upper_officer", "KHOI")
    move_clock(helper, date(2022, 9, 26))
    helper.act(code, "remark_quarter", quality="LỜI NHẬN XÉT CŨ", quarter="3")
    ceremony = facts_of(app, code).ceremony_on
    assert ceremony is not None
    last = add_months(ceremony, 12)
    move_clock(officer, last)
    form = officer.form(code, "transfer")
    target = next(value for value, _chosen, label in form["to_unit"].options if label.startswith("DB02-C1 "))
    officer.act(code, "transfer", to_unit=target, reason="Điều động công tác.")
    for gone in (old, helper):
        gone.get(f"/ho-so/{code}/nam-du-bi", status=404)
    shown = text_of(new.get(f"/ho-so/{code}/nam-du-bi"))
    assert "LỜI NHẬN XÉT CŨ" in shown
    assert f"{ceremony:%d/%m/%Y} – {last:%d/%m/%Y}" in shown
    board = json.loads(cli(app, "monitoring", "board", "--unit", "DB02-C1", "--as-of", str(last), "--json"))
    line = next(line for line in board if line["code"] == code)
    assert (line["month"], line["days_to_end"]) == (12, 0)
    assert row_of(month_form(new), code)
    move_clock(new, last + timedelta(days=1))
    assert new.get(f"/ho-so/{code}/submit_for_recognition").forms["act"]
    assert "moved_without_papers" not in line["warnings"]
    whole(app)
