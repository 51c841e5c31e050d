"""The rules as this instance has them: the shipped rulebooks and calendar with the administrator's changes."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any, TypeGuard

import structlog
from blinker import Namespace
from flask_sqlalchemy.session import Session as DatabaseSession
from sqlalchemy import bindparam, delete, event, func, select

from dossiers import clock, engines, profile
from dossiers.asking import Question
from dossiers.extensions import db, run, write_transaction
from dossiers.office import services as office
from dossiers.rules import instance
from dossiers.rules.models import CalendarDay, InstanceValue, RulebookFile, RuleStateRecord, RuleValue
from workflow import rulestate
from workflow.calendar import WorkCalendar, expected
from workflow.rulebook import Rulebook, Value, shipped, with_loaded
from workflow.rulestate import Rules, digest

log = structlog.get_logger()

VERSION = "rules_version"
CONFIRMED, REFUSED = "confirmed", "refused"

changed = Namespace().signal("rules-changed")
"""Sent after a value of a rule or a day of the calendar was changed."""

_NEWEST = select(InstanceValue.value).where(InstanceValue.key == VERSION).with_for_update(read=True)
_VERSION = Question(_NEWEST)
STAND = func.coalesce(_NEWEST.scalar_subquery(), "") == bindparam("decided_by")
"""That no change of the rules came after the one `decided_by`, and none comes before this transaction ends."""
_STATE = Question(select(RuleStateRecord.content).where(RuleStateRecord.hash == bindparam("hash")))


class InForce(Rules):
    """The rules of this instance; `kept` says that their state stands in the database. `own_days` are those of the
    calendar that an administrator set: nobody waits for their announcement.
    """

    kept = False
    own_days: frozenset[date] = frozenset()

    def expected(self, year: int) -> tuple[date, ...]:
        """Days off of a year and the years that its deadlines reach into that nobody has announced yet, in order."""
        years = range(year, year + 4)
        return tuple(sorted({day for one in years for day in expected(one)} - self.own_days))

    def as_announced(self, year: int) -> WorkCalendar:
        """The working days if none of those came that are only expected."""
        if year not in self._announced:
            self._announced[year] = self.calendar.worked(self.expected(year))
        return self._announced[year]

    @cached_property
    def _announced(self) -> dict[int, WorkCalendar]:
        return {}


_VALUES = select(RuleValue.rulebook, RuleValue.key, RuleValue.value)
_LOADED = select(
    RulebookFile.code, RulebookFile.version, RulebookFile.in_force_from, RulebookFile.digest, RulebookFile.text,
    RulebookFile.outcome,
).where(RulebookFile.outcome == CONFIRMED)  # fmt: skip


def _read() -> InForce:
    values = [*db.session.execute(_VALUES).tuples()]
    days = db.session.execute(select(CalendarDay.day, CalendarDay.working)).tuples().all()
    loaded = db.session.execute(_LOADED).all()
    if profile.is_register():  # whatever an administrator says
        codes = {*shipped(), *(file.code for file in loaded)}
        values += [(code, "contents_kept", "false") for code in sorted(codes)]
    return in_force(values, days, texts_of(loaded))


def texts_of(files: Iterable[Any]) -> tuple[str, ...]:
    """The texts in force of rulebooks that were loaded (rows of their table): of each code the newest that was
    confirmed, each after those it may extend. One that is not the text that was loaded is left out: it was tampered
    with, which `audit verify` names.
    """
    newest: dict[str, Any] = {}
    for file in sorted(files, key=lambda file: int(file.version)):
        if file.outcome == CONFIRMED:
            newest[file.code] = file
    found = []
    for file in sorted(newest.values(), key=lambda file: file.in_force_from):
        if digest(str(file.text)) == file.digest:
            found.append(str(file.text))
        else:
            log.error("a rulebook is not what was loaded", rulebook=file.code)
    return tuple(found)


def in_force(
    values: Sequence[tuple[str, str, str]], days: Sequence[tuple[date, bool]], texts: tuple[str, ...] = ()
) -> InForce:
    """The rules as shipped and as loaded (`texts` of files), with values an administrator gave (rulebook, key, value in
    JSON) and days of the calendar (the day, whether it is worked).
    """
    changed: dict[str, dict[str, Value]] = {}
    for book, key, value in values:
        changed.setdefault(book, {})[key] = json.loads(value)
    books = {code: book.changed(changed.get(code, {})) for code, book in with_loaded(texts).items()}
    calendar = WorkCalendar((day for day, working in days if working), (day for day, working in days if not working))
    found = InForce(books, calendar, texts=texts)
    found.own_days = frozenset(day for day, _working in days)
    return found


def as_loaded() -> dict[str, Rulebook]:
    """Every rulebook by code, without this instance's values."""
    return with_loaded(texts_of(db.session.execute(_LOADED)))


def own_values() -> dict[str, dict[str, Value]]:
    """The values this instance gave, by rulebook and key."""
    found: dict[str, dict[str, Value]] = {}
    for book, key, value in db.session.execute(_VALUES):
        found.setdefault(book, {})[key] = json.loads(value)
    return found


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


def renew() -> None:
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
    as_loaded()[rulebook].changed({key: value})
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
        renew()
    changed.send()


def set_day(day: date, working: bool, note: str, account_id: int) -> None:
    """Make a day working or off."""
    with write_transaction():
        row = db.session.merge(CalendarDay(day=day, working=working, note=note))
        office.record("day:set", None, account_id, [row], day=day, working=working, note=note)
        renew()
    changed.send()


def forget_day(day: date, account_id: int) -> None:
    """Take an administrator's day back."""
    with write_transaction():
        db.session.execute(delete(CalendarDay).where(CalendarDay.day == day))
        office.record("day:forgotten", None, account_id, [("calendar_day", day.isoformat())], day=day)
        renew()
    changed.send()
