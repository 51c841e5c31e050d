"""A year over the whole bloc, month by month with the demo's clock: what the board and the list of those due show is
counted apart each month, from the events and papers by plain SQL and a calendar.
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from flask import Flask
from sqlalchemy import text

from dossiers.extensions import db
from tests.dossiers.monitoring.test_due import shown
from tests.dossiers.monitoring.test_year import cli, month_form, move_clock, row_of, whole
from tests.people import Person
from workflow.calendar import WorkCalendar, add_months

Maker = Callable[..., Person]
CELLS = ("DB02-C3", "DB01-C3", "CB01")
"""Cells that record; the others do nothing from the day the demo begins."""
DAYS = [add_months(date(2022, 8, 25), nr) for nr in range(12)]
CALENDAR = WorkCalendar()
DAY = timedelta(days=1)


def rows(app: Flask, statement: str) -> list[Any]:
    with app.app_context():
        found = list(db.session.execute(text(statement)))
        db.session.rollback()
    return found


def day_of(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])


class Count:
    """What stands in the log of those on probation, read without the program."""

    def __init__(self, app: Flask) -> None:
        on_probation = "(d.state = 'probationary' OR d.state LIKE 'recognition%')"
        self.state = {
            row.code: (row.id, row.state)
            for row in rows(app, f"SELECT d.id, d.code, d.state FROM dossier d WHERE {on_probation}")
        }
        self.ceremony: dict[str, date] = {}
        self.months: dict[str, dict[date, dict[str, str]]] = {code: {} for code in self.state}
        self.quarters: dict[str, set[int]] = {code: set() for code in self.state}
        self.answered: set[tuple[str, str]] = set()
        events = rows(
            app,
            "SELECT d.code, e.trigger, e.happened_on, e.body FROM event e JOIN dossier d ON d.id = e.dossier_id "
            f"WHERE {on_probation} AND e.trigger IN ('hold_ceremony', 'record_month', 'remark_quarter') "
            "ORDER BY e.dossier_id, e.seq",
        )
        for row in events:
            said = json.loads(row.body)["brought"]["evidence"]
            if row.trigger == "hold_ceremony":
                self.ceremony[row.code] = day_of(row.happened_on)
            elif row.trigger == "remark_quarter":
                self.quarters[row.code].add(said["quarter"])
            else:
                known = self.months[row.code].setdefault(day_of(said["month"]["first"]), {})
                known.update({name: said["month"][name] for name in ("met", "dues") if name in said["month"]})
        self.papers = {
            (row.code, row.form)
            for row in rows(app, "SELECT d.code, p.form FROM paper_record p JOIN dossier d ON d.id = p.dossier_id")
        }
        self.voted = {
            row.code
            for row in rows(
                app,
                "SELECT d.code FROM vote_record v JOIN dossier d ON d.id = v.dossier_id "
                "WHERE v.body = 'cell' AND v.purpose = 'recognition'",
            )
        }

    def month(self, code: str, today: date) -> int:
        """Which month of the probation a day lies in: the same-numbered day ends a month."""
        start = self.ceremony[code]
        return max(1, next(nr for nr in range(60) if add_months(start, nr) >= today))

    def warnings(self, code: str, today: date) -> set[str]:
        """What has to be warned of on a day."""
        start, found = self.ceremony[code], set()
        if (code, "LL-ĐV") not in self.papers and today > CALENDAR.add_working_days(start, 30):
            found.add("member_cv")
        if (code, "CN-ĐVM") not in self.papers and today > add_months(start, 9):
            found.add("course_by_month")
        bare = [nr not in self.quarters[code] and add_months(start, 3 * nr) < today for nr in range(1, 5)]
        if any(first and second for first, second in pairwise(bare)):
            found.add("quarters_without_remarks")
        lacking = Counter(
            first.year
            for first, said in self.months[code].items()
            if (said.get("met") == "absent" or said.get("dues") == "unpaid") and first <= today
        )
        if any(number >= 3 for number in lacking.values()):
            found.add("absent_months")
        is_before = self.state[code][1] in ("probationary", "recognition_cell_review")
        if is_before and code not in self.voted and today > CALENDAR.add_working_days(add_months(start, 12), 20):
            found.add("recognition_vote_near")
        return found


def test_a_year_over_the_whole_bloc(app: Flask, person: Maker) -> None:
    officer = person("upper_officer", "KHOI")
    secretaries = {cell: person("cell_secretary", cell) for cell in CELLS}
    absent = "HS2020-000002"
    seen: set[str] = set()
    recorded = 0
    for nr, today in enumerate(DAYS):
        move_clock(officer, today)
        for cell, secretary in secretaries.items():
            form = month_form(secretary)
            if cell == "DB02-C3" and nr in (1, 2, 3):
                form[f"{row_of(form, absent)}met"] = "absent"
            recorded += form.submit(expect_errors=True).status_int == 303
        if nr == 2:
            secretaries["DB02-C3"].act("HS2021-000040", "remark_quarter", quality="Tốt.", quarter="1", ground="cell")
        count = Count(app)
        board = json.loads(cli(app, "monitoring", "board", "--unit", "KHOI", "--as-of", str(today), "--json"))
        assert {line["code"] for line in board} == set(count.ceremony), today
        for line in board:
            code = line["code"]
            assert line["month"] == count.month(code, today), (today, code)
            assert line["days_to_end"] == (add_months(count.ceremony[code], 12) - today).days
            told = set(line["warnings"]) | set(line["answered"])
            # None of the bloc changed the helper or the cell here.
            assert told - {"helper_left", "moved_without_papers"} == count.warnings(code, today), (today, code)
            seen |= told
        page = officer.get(f"/sau-ket-nap/bang?don-vi=KHOI&ngay={today:%d/%m/%Y}")
        figures = [int(node.get_text()) for node in page.html.select("ul.figures strong")]
        months = Counter(count.month(code, today) for code in count.ceremony)
        assert figures[: len(months)] == [number for _month, number in sorted(months.items())]
        ends = [add_months(day, 12) for day in count.ceremony.values()]
        first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        begins, after = add_months(first, 3), add_months(first, 6)
        assert len(shown(officer.get("/sau-ket-nap/den-han"))) == sum(begins <= end < after for end in ends), today
    assert recorded == len(DAYS) * len(CELLS)
    assert {
        "member_cv",
        "course_by_month",
        "quarters_without_remarks",
        "absent_months",
        "recognition_vote_near",
    } <= seen
    assert "absent_months" in Count(app).warnings(absent, DAYS[-1])
    whole(app)
