"""Days added late to the calendar: open deadlines are counted anew, and the dossier says old day, new day and why."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask

from dossiers.audit import running
from dossiers.casework import recounting
from dossiers.rules import services as rules
from tests.people import Person, code_in, dossier, set_clock, text_of, unit_of
from workflow import calendar
from workflow.calendar import WorkCalendar, expected, national_days

Maker = Callable[..., Person]
SCENE = "bloc"


def set_day(admin: Person, day: date, working: str, note: str) -> None:
    form = admin.get("/quy-tac/lich").forms["act"]
    assert admin.send(form, day=f"{day:%d/%m/%Y}", working=working, note=note).status_int == 303


def due(app: Flask, code: str) -> date:
    found = dossier(app, code).due_on
    assert found is not None
    return found


def findings(app: Flask) -> list[str]:
    with app.app_context():
        return [f"{one.code} {one.what}" for one in running.verify_all(None, None)[1]]


def line(page: str, rule: str) -> str:
    """The line of an open deadline on the dossier's page."""
    return page.split("Thời hạn đang chạy")[1].split(f"{rule}:")[1].split(":", 1)[0]


def test_an_extra_day_off_moves_the_deadline_and_the_dossier_says_why(app: Flask, person: Maker) -> None:
    code, admin = code_in(app, "approved"), person("administrator", "KHOI")
    before = due(app, code)
    set_day(admin, before, "0", "Thông báo 12/TB")
    after = due(app, code)
    with app.app_context():
        assert after == rules.calendar().next_working(before + timedelta(days=1))
    reader = person("upper_secretary", "KHOI")
    page = text_of(reader.get(f"/ho-so/{code}"))
    told = f"{before:%d/%m/%Y} là ngày nghỉ (Thông báo 12/TB)"
    assert f"{after:%d/%m/%Y} trước là {before:%d/%m/%Y}: {told}" in page
    history = text_of(reader.get(f"/ho-so/{code}/dien-bien"))
    assert f"{before:%d/%m/%Y} → {after:%d/%m/%Y}" in history
    assert f"tính lại thời hạn vì: {told} (nhật ký quản trị số" in history
    reader.language("en")
    assert f"it was {before:%d/%m/%Y}: {before:%d/%m/%Y} is a day off" in text_of(reader.get(f"/ho-so/{code}"))
    assert findings(app) == []


def test_a_make_up_saturday_brings_it_forward_and_taking_it_back_brings_it_back(app: Flask, person: Maker) -> None:
    code, admin = code_in(app, "approved"), person("administrator", "KHOI")
    before = due(app, code)
    saturday = before - timedelta(days=(before.weekday() - 5) % 7 or 7)
    assert saturday.weekday() == 5
    set_day(admin, saturday, "1", "Làm bù")
    after = due(app, code)
    assert after < before
    page = text_of(person("upper_secretary", "KHOI").get(f"/ho-so/{code}"))
    assert f"trước là {before:%d/%m/%Y}: {saturday:%d/%m/%Y} là ngày làm việc (Làm bù)" in page
    form = next(f for f in admin.get("/quy-tac").forms.values() if (f.action or "").endswith(f"{saturday}/bo"))
    form.submit()
    assert due(app, code) == before
    page = text_of(person("upper_secretary", "KHOI").get(f"/ho-so/{code}"))
    assert f"trước là {after:%d/%m/%Y}: bỏ ngày {saturday:%d/%m/%Y} khỏi lịch riêng" in page
    assert findings(app) == []


def test_a_day_after_the_deadline_or_on_a_weekend_changes_nothing(app: Flask, person: Maker) -> None:
    code, admin = code_in(app, "approved"), person("administrator", "KHOI")
    row = dossier(app, code)
    assert row.due_on
    with app.app_context():
        after = rules.calendar().next_working(row.due_on + timedelta(days=1))
    sunday = row.due_on - timedelta(days=(row.due_on.weekday() + 1) % 7 or 7)
    set_day(admin, after, "0", "Sau hạn")
    set_day(admin, sunday, "0", "Chủ nhật")
    again = dossier(app, code)
    assert (again.due_on, again.version) == (row.due_on, row.version)


def test_an_act_while_the_count_waits_says_the_new_day_and_why(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "AT_ONCE", 0)
    code, admin = code_in(app, "approved"), person("administrator", "KHOI")
    before = due(app, code)
    set_day(admin, before, "0", "Thông báo 13/TB")
    assert due(app, code) == before, "it waits for the worker"
    officer = person("cell_secretary", unit_of(app, code))
    officer.act(code, "suspend", reason="Chờ ý kiến.")
    after = due(app, code)
    assert after > before
    history = text_of(officer.get(f"/ho-so/{code}/dien-bien"))
    assert f"{before:%d/%m/%Y} → {after:%d/%m/%Y}" in history
    assert f"tính lại thời hạn vì: {before:%d/%m/%Y} là ngày nghỉ (Thông báo 13/TB)" in history
    version = dossier(app, code).version
    assert app.test_cli_runner().invoke(args=["worker"]).exit_code == 0
    assert dossier(app, code).version == version, "it stands as counted already"
    assert findings(app) == []


def test_what_is_only_expected_is_told_until_it_is_announced(app: Flask, person: Maker) -> None:
    set_clock(app, date(2026, 12, 1))
    admin = person("administrator", "KHOI")
    page = admin.get("/quy-tac")
    rows = [" ".join(item.get_text(" ").split()) for item in page.html.select("section:last-of-type li")]
    assert "05/02/2027 dự kiến" in rows, "Tết"
    assert "02/09/2027 dự kiến" in rows
    assert "24/11/2026 dự kiến" in rows
    assert "30/04/2027" in rows, "what the law names is no guess"
    assert "22/08/2026 làm bù" in rows
    set_day(admin, date(2027, 2, 5), "0", "Thông báo của Bộ Nội vụ")
    page = admin.get("/quy-tac")
    rows = [" ".join(item.get_text(" ").split()) for item in page.html.select("section:last-of-type li")]
    assert not any(row.startswith("05/02/2027") for row in rows), "it is announced: it stands among the own days"


@pytest.fixture
def not_announced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody has announced the days off of 2022 yet."""
    monkeypatch.setattr(calendar, "ANNOUNCED_UNTIL", 2021)
    expected.cache_clear()
    yield
    monkeypatch.undo()
    expected.cache_clear()


@pytest.mark.usefixtures("not_announced")
def test_a_deadline_that_counts_on_expected_days_says_so(app: Flask, person: Maker) -> None:
    """A ceremony put off over National Day, whose days off nobody has announced."""
    code = code_in(app, "approved")
    officer, admin = person("upper_officer", "KHOI"), person("administrator", "KHOI")
    set_day(admin, date(2022, 7, 30), "0", "Không đổi gì")
    officer.act(code, "extend_deadline", rule="ceremony", days="25", agreed_by="Ban Thường vụ", reason="Mưa bão.")
    guess = due(app, code)
    with app.app_context():
        off = [day for day in rules.current().expected(2022) if date(2022, 8, 1) < day < guess and day.weekday() < 5]
        sure = rules.current().as_announced(2022)
        assert off
        last = [day for day in (guess - timedelta(days=n) for n in range(20)) if sure.is_working(day)][len(off)]
    page = text_of(officer.get(f"/ho-so/{code}"))
    assert f"dự kiến có tính ngày nghỉ chưa công bố; không nghỉ thì hết hạn {last:%d/%m/%Y}" in page
    for day in off:
        set_day(admin, day, "0", "Thông báo của Bộ Nội vụ")
    assert due(app, code) == guess
    assert f"hết hạn {last:%d/%m/%Y}" not in text_of(officer.get(f"/ho-so/{code}")), "all are announced"


def test_the_calendar_knows_what_is_expected() -> None:
    assert date(2027, 2, 8) in expected(2027)
    assert date(2027, 5, 3) not in expected(2027), "a day off that falls on a weekend is made up for by law"
    assert date(2026, 2, 17) not in expected(2026), "announced"
    assert date(2026, 11, 24) in expected(2026)
    worked = [one.day for one in national_days(2026) if one.working]
    assert worked == [date(2026, 1, 10), date(2026, 8, 22)]
    now = WorkCalendar()
    sure = now.worked(expected(2027))
    assert not now.is_working(date(2027, 2, 8))
    assert sure.is_working(date(2027, 2, 8))
    assert not sure.is_working(date(2027, 2, 7)), "a Sunday all the same"
    assert not sure.is_working(date(2027, 4, 30))
