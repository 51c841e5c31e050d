"""The rules as this instance has them: the shipped rulebooks and calendar with the administrator's changes."""

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, select

from dossiers import clock
from dossiers.extensions import db
from dossiers.rules import instance
from dossiers.rules.models import CalendarDay, RuleValue
from workflow.calendar import WorkCalendar
from workflow.rulebook import Rulebook, Value, shipped


@lru_cache(maxsize=8)
def _known(version: str, url: str) -> tuple[dict[str, Rulebook], WorkCalendar]:
    changed: dict[str, dict[str, Value]] = {}
    for row in db.session.execute(select(RuleValue.rulebook, RuleValue.key, RuleValue.value)):
        changed.setdefault(row.rulebook, {})[row.key] = json.loads(row.value)
    books = {code: book.changed(changed.get(code, {})) for code, book in shipped().items()}
    days = db.session.execute(select(CalendarDay.day, CalendarDay.working)).all()
    calendar = WorkCalendar((row.day for row in days if row.working), (row.day for row in days if not row.working))
    return books, calendar


def _current() -> tuple[dict[str, Rulebook], WorkCalendar]:
    return _known(instance.values().get("rules_version", "0"), str(db.engine.url))


def books() -> dict[str, Rulebook]:
    """Every rulebook by code, with this instance's values."""
    return _current()[0]


def calendar() -> WorkCalendar:
    """The working days, with this instance's changes."""
    return _current()[1]


def _bump() -> None:
    version = int(instance.values().get("rules_version", "0")) + 1
    instance.put("rules_version", str(version))


def change_value(rulebook: str, key: str, value: Value, account_id: int) -> None:
    """Give a rule marked "confirm" another value. Raises workflow.rulebook.RulebookError when it does not fit."""
    shipped()[rulebook].changed({key: value})
    db.session.merge(
        RuleValue(
            rulebook=rulebook,
            key=key,
            value=json.dumps(value),
            changed_at=clock.stamp(clock.now()),
            changed_by_id=account_id,
        )
    )
    _bump()
    db.session.commit()


def set_day(day: Any, working: bool, note: str) -> None:
    """Make a day working or off."""
    db.session.merge(CalendarDay(day=day, working=working, note=note))
    _bump()
    db.session.commit()


def forget_day(day: Any) -> None:
    """Take an administrator's day back."""
    db.session.execute(delete(CalendarDay).where(CalendarDay.day == day))
    _bump()
    db.session.commit()
