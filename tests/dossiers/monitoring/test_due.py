"""Those due for recognition, and the figures of a year: compared with a separate count, opened, printed, taken away."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import select, text

from dossiers.extensions import db
from dossiers.monitoring import due as dues
from dossiers.privacy.models import DossierRead
from dossiers.sheets import Sheet
from tests.dossiers.monitoring.test_year import CELL, move_clock
from tests.dossiers.test_pages import counted
from tests.people import Person, text_of
from workflow.calendar import add_months

Maker = Callable[..., Person]
TODAY = date(2022, 7, 27)


def ceremonies(app: Flask, unit: str) -> dict[str, date]:
    """Those on probation in and under a unit with the day of their ceremony, by plain SQL over the events."""
    with app.app_context():
        rows = db.session.execute(
            text(
                "SELECT d.code, max(e.happened_on) FROM dossier d JOIN event e ON e.dossier_id = d.id "
                "JOIN unit_ancestor a ON a.unit_id = d.unit_id JOIN unit u ON u.id = a.ancestor_id "
                "WHERE u.code = :unit AND (d.state = 'probationary' OR d.state LIKE 'recognition%') "
                "AND e.trigger = 'hold_ceremony' GROUP BY d.code"
            ),
            {"unit": unit},
        ).all()
    return {code: date.fromisoformat(str(day)[:10]) for code, day in rows}


def shown(page: Any) -> list[str]:
    return [link["href"].split("/")[2] for link in page.html.select("table.list a.name")]


def quarter(day: date) -> str:
    return f"{day.year}-{(day.month + 2) // 3}"


@pytest.mark.parametrize("unit", ["KHOI", "DB02", CELL])
def test_each_quarter_holds_those_whose_twelve_months_end_in_it(app: Flask, person: Maker, unit: str) -> None:
    officer, known = person("upper_officer", "KHOI"), ceremonies(app, unit)
    assert known
    for asked in ("2022-3", "2022-4", "2023-1", "2023-2", "2023-3"):
        wanted = sorted(
            (add_months(day, 12), code) for code, day in known.items() if quarter(add_months(day, 12)) == asked
        )
        page = officer.get(f"/sau-ket-nap/den-han?don-vi={unit}&quy={asked}")
        assert shown(page) == [code for _end, code in wanted], asked
        current = page.html.select_one("ul.figures a[aria-current]")
        assert int(current.select_one("strong").get_text()) == len(wanted)


def test_the_next_quarter_is_what_is_asked_for_first(app: Flask, person: Maker) -> None:
    officer = person("upper_officer", "KHOI")
    assert "Quý 4/2022" in officer.get("/sau-ket-nap/den-han").html.select_one("section h2").get_text()
    move_clock(officer, date(2022, 12, 31))
    assert "Quý 1/2023" in officer.get("/sau-ket-nap/den-han").html.select_one("section h2").get_text()


def test_a_line_says_what_is_missing_and_until_when(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", CELL)
    page = secretary.get("/sau-ket-nap/den-han?quy=2023-1")
    row = next(row for row in page.html.select("tbody tr") if "HS2020-000002" in row.get_text())
    lacks = row.select("td")[-1]
    assert "LL-ĐV" in lacks.select_one("strong").get_text()
    later = lacks.select_one(".sub").get_text()
    assert all(form in later for form in ("10-KNĐ", "11-KNĐ", "12-KNĐ"))
    assert "lập sau ngày hết dự bị" in later
    secretary.act("HS2020-000002", "record_papers", **{"papers-0-form": "LL-ĐV", "papers-0-issued_on": "10/03/2022"})
    again = text_of(secretary.get("/sau-ket-nap/den-han?quy=2023-1"))
    assert "LL-ĐV" not in again.split("HS2020-000002")[1].split("HS20")[0]


def test_those_who_are_late_stand_apart(app: Flask, person: Maker) -> None:
    officer = person("upper_officer", "KHOI")
    assert shown(officer.get("/sau-ket-nap/den-han?quy=qua-han")) == []
    found = shown(officer.get("/sau-ket-nap/den-han?quy=qua-han&ngay=15/08/2022"))
    assert "HS2020-000207" in found
    behind = shown(officer.get("/sau-ket-nap/phan-loai/overdue?ngay=15/08/2022"))
    assert set(behind) == set(found)


@pytest.mark.parametrize(
    ("role", "unit", "asked", "status"),
    [
        ("committee_officer", "DB02", "DB02", 200), ("committee_officer", "DB02", "DB03", 404),
        ("cell_secretary", CELL, CELL, 200), ("cell_secretary", CELL, "DB02-C1", 404),
        ("inspector", "KHOI", "KHOI", 200), ("cell_member_helper", CELL, CELL, 403),
        ("training_officer", "TTCT", "TTCT", 403), ("youth_officer", "DB02-DTN", "DB02-DTN", 403),
        ("administrator", "KHOI", "KHOI", 403),
    ],
)  # fmt: skip
def test_who_sees_these_pages_and_files(
    app: Flask, person: Maker, role: str, unit: str, asked: str, status: int
) -> None:
    who = person(role, unit)
    for path in ("den-han", "den-han.csv", "den-han.xlsx", "phan-loai", "phan-loai.csv", "phan-loai/late"):
        who.get(f"/sau-ket-nap/{path}?don-vi={asked}", status=status)


def test_the_list_is_taken_away_as_a_table_and_that_is_noted(app: Flask, person: Maker) -> None:
    officer = person("committee_officer", "DB02")
    page = officer.get("/sau-ket-nap/den-han?quy=2023-1")
    answer = officer.get("/sau-ket-nap/den-han.csv?quy=2023-1")
    assert answer.body.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))
    assert lines[0][1] == "Mã"
    assert [line[1] for line in lines[1:]] == shown(page)
    sheet = officer.get("/sau-ket-nap/den-han.xlsx?quy=2023-1").body
    assert [row[1] for row in cells(sheet)[1:]] == shown(page)
    officer.get("/sau-ket-nap/den-han?quy=2023-1&in=1")
    with app.app_context():
        rows = db.session.execute(select(DossierRead.part, DossierRead.about)).all()
    told = {part: about for part, about in rows if part in ("export", "print")}
    assert told == {"export": f"DB02 2023-1 n={len(lines) - 1}", "print": f"DB02 2023-1 n={len(lines) - 1}"}


def cells(made: bytes) -> list[list[str]]:
    """What a reader of the format finds in the first table of a file."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert file.testzip() is None
        for name in file.namelist():
            ElementTree.fromstring(file.read(name))
        sheet = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    return [
        ["".join(cell.itertext()) for cell in row.findall("m:c", space)] for row in sheet.findall(".//m:row", space)
    ]


def test_no_cell_of_a_file_begins_a_formula(app: Flask) -> None:
    with app.test_request_context():
        sheet = Sheet("a/b", ("x",), [("=1+1",), ("@x",), (None,), (7,), (date(2022, 7, 1),), ("<&>\x00",)])
        plain = sheet.made("csv").decode("utf-8-sig").splitlines()
        assert plain[:3] == ["x", "'=1+1", "'@x"]
        assert plain[4:6] == ["7", "01/07/2022"]
        found = [row[0] for row in cells(sheet.made("xlsx"))]
    assert found == ["x", "=1+1", "@x", "", "7", "44743", "<&>"]
    assert b"<f>" not in sheet.made("xlsx")
    assert date(1899, 12, 30).toordinal() + 44743 == date(2022, 7, 1).toordinal()


def test_more_people_than_a_page_reads_are_said_to_be_more(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = person("upper_officer", "KHOI")
    whole = shown(officer.get("/sau-ket-nap/den-han?quy=2023-2"))
    monkeypatch.setattr(dues, "MOST", 5)
    page = officer.get("/sau-ket-nap/den-han?quy=2023-2")
    assert shown(page) == whole[:5], "those of the quarter, however many are before it"
    assert "chọn đơn vị nhỏ hơn" in text_of(page)
    assert page.html.select("ul.figures strong") == []


def test_these_pages_ask_as_much_of_a_bloc_as_of_a_cell(app: Flask, person: Maker) -> None:
    officer = person("upper_officer", "KHOI")
    for path in ("den-han", "phan-loai", "phan-loai/late"):
        numbers = []
        for unit in ("KHOI", CELL):
            officer.get(f"/sau-ket-nap/{path}?don-vi={unit}")
            with counted(app) as statements:
                officer.get(f"/sau-ket-nap/{path}?don-vi={unit}")
            numbers.append(len(statements))
        assert numbers[0] == numbers[1], path


# --- figures of a year ---


def by_sql(app: Flask, unit: str, year: int, last: date) -> dict[str, int]:
    """The same figures from the events and tables, without the program's way to them."""
    below = (
        " FROM dossier d JOIN unit_ancestor a ON a.unit_id = d.unit_id JOIN unit u ON u.id = a.ancestor_id "
        "WHERE u.code = :unit "
    )
    days = {"unit": unit, "first": f"{year}-01-01", "last": str(last)}
    with app.app_context():

        def number(more: str) -> int:
            return int(db.session.execute(text(f"SELECT count(DISTINCT d.id){below}{more}"), days).scalar_one())

        happened = (
            "AND EXISTS (SELECT 1 FROM event e WHERE e.dossier_id = d.id AND e.trigger = '{}' "
            "AND e.happened_on BETWEEN :first AND :last)"
        )
        slow = (
            " AND EXISTS (SELECT 1 FROM deadline_record r WHERE r.dossier_id = d.id "
            "AND r.rule IN ('recognition_vote', 'recognition_decision') AND r.ended_on > r.due_on)"
        )
        recognised = number(happened.format("decide_recognition"))
        late = number(happened.format("decide_recognition") + slow)
        before = (
            "'sourced','nominated','listed','enrolled','trained','applying','verifying','verified','cell_review',"
            "'section_appraisal','committee_review','awaiting_decision','approved'"
        )
        return {
            "admitted": number("AND d.admitted_on BETWEEN :first AND :last"),
            "in_time": recognised - late,
            "late": late,
            "removed": number("AND d.state = 'removed' " + happened.format("remove")),
            "source": number(f"AND d.state IN ({before})"),
        }


def lines_of(page: Any) -> dict[str, list[str]]:
    return {
        re.sub(r"\s", "", row.select_one(".sub").get_text()): [cell.get_text().strip() for cell in row.select("td")[1:]]
        for row in page.html.select("table.list tbody tr")
    }


@pytest.mark.parametrize(("year", "day"), [(2022, date(2022, 7, 27)), (2021, date(2021, 12, 31))])
def test_the_figures_of_a_year_are_those_of_plain_sql(app: Flask, person: Maker, year: int, day: date) -> None:
    page = person("upper_officer", "KHOI").get(f"/sau-ket-nap/phan-loai?nam={year}&ngay={day:%d/%m/%Y}")
    lines = lines_of(page)
    assert len(lines) == 25, "the bloc and its organisations"
    for unit in ("KHOI", "DB02", "DB04", "CB01", "DB12"):
        _quota, admitted, in_time, late, _overdue, removed, source, _met = lines[unit]
        found = dict(zip(("admitted", "in_time", "late", "removed", "source"),
                         map(int, (admitted, in_time, late, removed, source)), strict=True))  # fmt: skip
        assert found == by_sql(app, unit, year, day), unit
    assert lines["KHOI"][0] == ("130" if year == 2022 else "–")
    for column in range(1, 7):
        whole = sum(int(cells[column]) for unit, cells in lines.items() if unit != "KHOI")
        assert whole == int(lines["KHOI"][column]), column


def test_every_figure_opens_its_dossiers(app: Flask, person: Maker) -> None:
    officer = person("upper_officer", "KHOI")
    for address in ("?nam=2022", "?nam=2022&ngay=31/12/2022", "?don-vi=DB02"):
        links = officer.get(f"/sau-ket-nap/phan-loai{address}").html.select("td.num a")
        assert links
        for link in links[:40]:
            page = officer.get(link["href"])
            assert len(shown(page)) == int(link.get_text()), link["href"]


def test_the_source_is_met_where_admitted_and_under_way_reach_the_quota(app: Flask, person: Maker) -> None:
    lines = lines_of(person("upper_officer", "KHOI").get("/sau-ket-nap/phan-loai?nam=2022"))
    for unit, (quota, admitted, *_rest, source, met) in lines.items():
        assert met == ("đủ" if int(admitted) + int(source) >= int(quota) else "chưa đủ"), unit
    assert {cells[-1] for cells in lines.values()} == {"đủ", "chưa đủ"}


def test_the_figures_are_taken_away_as_a_table(app: Flask, person: Maker) -> None:
    officer = person("upper_officer", "KHOI")
    rows = cells(officer.get("/sau-ket-nap/phan-loai.xlsx?nam=2022").body)
    lines = lines_of(officer.get("/sau-ket-nap/phan-loai?nam=2022"))
    assert {row[1]: row[2:] for row in rows[1:]} == lines


def test_the_pages_lead_to_one_another(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", CELL)
    for path in ("/viec-cua-toi", "/sau-ket-nap", "/sau-ket-nap/bang"):
        page = secretary.get(path)
        assert [a for a in page.html.select("a") if a["href"].startswith("/sau-ket-nap/den-han")], path
    inbox = person("upper_officer", "KHOI").get("/viec-cua-toi")
    assert [a for a in inbox.html.select("a") if a["href"] == "/sau-ket-nap/den-han"]
