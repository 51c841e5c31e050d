"""The rules as this instance has them: the shipped rulebooks and calendar with the administrator's changes."""

import json
from datetime import date

from sqlalchemy import delete, select

from dossiers import clock
from dossiers.extensions import db, write_transaction
from dossiers.office import services as office
from dossiers.rules import instance
from dossiers.rules.models import CalendarDay, RuleValue
from workflow.calendar import WorkCalendar
from workflow.rulebook import Rulebook, Value, shipped

VERSION = "rules_version"


def _read() -> tuple[dict[str, Rulebook], WorkCalendar]:
    changed: dict[str, dict[str, Value]] = {}
    for row in db.session.execute(select(RuleValue.rulebook, RuleValue.key, RuleValue.value)):
        changed.setdefault(row.rulebook, {})[row.key] = json.loads(row.value)
    books = {code: book.changed(changed.get(code, {})) for code, book in shipped().items()}
    days = db.session.execute(select(CalendarDay.day, CalendarDay.working)).all()
    calendar = WorkCalendar((row.day for row in days if row.working), (row.day for row in days if not row.working))
    return books, calendar


def _current() -> tuple[dict[str, Rulebook], WorkCalendar]:
    return instance.remembered(VERSION, _read)


def books() -> dict[str, Rulebook]:
    """Every rulebook by code, with this instance's values."""
    return _current()[0]


def calendar() -> WorkCalendar:
    """The working days, with this instance's changes."""
    return _current()[1]


def change_value(rulebook: str, key: str, value: Value, account_id: int) -> None:
    """Give a rule marked "confirm" another value. Raises workflow.rulebook.RulebookError when it does not fit."""
    shipped()[rulebook].changed({key: value})
    written = json.dumps(value, ensure_ascii=False)
    with write_transaction():
        row = db.session.merge(
            RuleValue(
                rulebook=rulebook,
                key=key,
                value=written,
                changed_at=clock.stamp(clock.now()),
                changed_by_id=account_id,
            )
        )
        office.record("rule:changed", None, account_id, [row], rulebook=rulebook, key=key, value=written)
        instance.renew(VERSION)


def set_day(day: date, working: bool, note: str, account_id: int) -> None:
    """Make a day working or off."""
    with write_transaction():
        row = db.session.merge(CalendarDay(day=day, working=working, note=note))
        office.record("day:set", None, account_id, [row], day=day, working=working, note=note)
        instance.renew(VERSION)


def forget_day(day: date, account_id: int) -> None:
    """Take an administrator's day back."""
    with write_transaction():
        db.session.execute(delete(CalendarDay).where(CalendarDay.day == day))
        office.record("day:forgotten", None, account_id, [("calendar_day", day.isoformat())], day=day)
        instance.renew(VERSION)
