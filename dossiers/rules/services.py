"""The rules as this instance has them: the shipped rulebooks and calendar with the administrator's changes."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeGuard

from blinker import Namespace
from flask_sqlalchemy.session import Session as DatabaseSession
from sqlalchemy import bindparam, delete, event, select

from dossiers import clock, engines, profile
from dossiers.extensions import db, run, write_transaction
from dossiers.office import services as office
from dossiers.rules import instance
from dossiers.rules.models import CalendarDay, InstanceValue, RuleStateRecord, RuleValue
from workflow import rulestate
from workflow.calendar import WorkCalendar
from workflow.rulebook import Rulebook, Value, shipped
from workflow.rulestate import Rules, digest

VERSION = "rules_version"

changed = Namespace().signal("rules-changed")
"""Sent after a value of a rule or a day of the calendar was changed."""

_VERSION = select(InstanceValue.value).where(InstanceValue.key == VERSION).with_for_update(read=True)
_STATE = select(RuleStateRecord.content).where(RuleStateRecord.hash == bindparam("hash"))


class InForce(Rules):
    """The rules of this instance; `kept` says that their state stands in the database."""

    kept = False


def _read() -> InForce:
    values = [*db.session.execute(select(RuleValue.rulebook, RuleValue.key, RuleValue.value)).tuples()]
    if profile.is_register():  # whatever an administrator says
        values += [(code, "contents_kept", "false") for code in shipped()]
    return in_force(values, db.session.execute(select(CalendarDay.day, CalendarDay.working)).tuples().all())


def in_force(values: Sequence[tuple[str, str, str]], days: Sequence[tuple[date, bool]]) -> InForce:
    """The rules as shipped, with values an administrator gave (rulebook, key, value in JSON) and days of the calendar
    (the day, whether it is worked).
    """
    changed: dict[str, dict[str, Value]] = {}
    for book, key, value in values:
        changed.setdefault(book, {})[key] = json.loads(value)
    books = {code: book.changed(changed.get(code, {})) for code, book in shipped().items()}
    calendar = WorkCalendar((day for day, working in days if working), (day for day, working in days if not working))
    return InForce(books, calendar)


def current() -> InForce:
    """The rules in force: rulebooks and working days, with this instance's changes."""
    return instance.remembered(VERSION, _read)


def books() -> dict[str, Rulebook]:
    """Every rulebook by code, with this instance's values."""
    return current().books


def calendar() -> WorkCalendar:
    """The working days, with this instance's changes."""
    return current().calendar


COUNTED = "deadlines_counted_by"
"""The instance's value that holds the hash of the rules by which all open deadlines were last counted."""


def are_counted(now: Rules | None = None) -> bool:
    """Whether open deadlines stand as the rules in force (`now`) count them, not as earlier ones did."""
    return instance.values().get(COUNTED, "") == (now or current()).hash


def keep() -> None:
    """Keep the state of the rules in force under its hash, in the current transaction: an event is about to name it."""
    now = current()
    if not now.kept and db.session().info.get("rules_kept") is not now:
        statement = engines.upsert(db, RuleStateRecord).values(hash=now.hash, content=now.content)
        run(statement.on_conflict_do_nothing())
        db.session().info["rules_kept"] = now


@event.listens_for(DatabaseSession, "after_commit")
def _are_kept(session: DatabaseSession) -> None:
    now = session.info.pop("rules_kept", None)
    if now is not None:
        now.kept = True


@event.listens_for(DatabaseSession, "after_rollback")
def _are_not_kept(session: DatabaseSession) -> None:
    session.info.pop("rules_kept", None)


def is_that(content: object, state: str) -> TypeGuard[str]:
    """Whether this is the content of the state with this hash; in SQLite anything may stand in its place."""
    return isinstance(content, str) and digest(content) == state


def states(only_kept: bool = False) -> Callable[[str], Rules]:
    """The rules of a state by its hash, each read once; raises KeyError for a state that is not kept or was changed.

    Those in force are known before an event has named them, unless `only_kept`.
    """
    found: dict[str, Rules] = {} if only_kept else {current().hash: current()}

    def known(state: str) -> Rules:
        if state not in found:
            content = run(_STATE, {"hash": state}).scalar()
            if not is_that(content, state):
                raise KeyError(state)
            found[state] = rulestate.read(content)
        return found[state]

    return known


def _renew() -> None:
    """Everybody is to read the rules again; open deadlines are to be counted again, also when a change is taken back:
    some may have been counted by it meanwhile.
    """
    instance.renew(VERSION)
    instance.put(COUNTED, "")


def version() -> str:
    """Which of all changes of the rules is the newest, as the current transaction sees it; asked anew each time."""
    return str(run(_VERSION).scalar() or "")


def known_version() -> str:
    """The same as this request knows it: what was decided was decided by these rules."""
    return instance.values().get(VERSION, "")


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
        _renew()
    changed.send()


def set_day(day: date, working: bool, note: str, account_id: int) -> None:
    """Make a day working or off."""
    with write_transaction():
        row = db.session.merge(CalendarDay(day=day, working=working, note=note))
        office.record("day:set", None, account_id, [row], day=day, working=working, note=note)
        _renew()
    changed.send()


def forget_day(day: date, account_id: int) -> None:
    """Take an administrator's day back."""
    with write_transaction():
        db.session.execute(delete(CalendarDay).where(CalendarDay.day == day))
        office.record("day:forgotten", None, account_id, [("calendar_day", day.isoformat())], day=day)
        _renew()
    changed.send()
