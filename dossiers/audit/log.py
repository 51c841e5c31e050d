"""Reading the audit log: what was done on dossiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, exists, select, tuple_, union_all

from dossiers import clock, profile
from dossiers.accounts.delegating import names_of
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.asking import Question
from dossiers.audit import telling
from dossiers.casework import events
from dossiers.casework.models import Dossier, Event, EventPersonal, Scope, opened
from dossiers.extensions import db, run
from dossiers.fields import whole
from dossiers.people.personal import seen_of_event
from workflow.roles import Role

AS = (Role.INSPECTOR,)
"""The log is read in this role, whatever others somebody holds beside it."""


@dataclass(frozen=True)
class Narrowed:
    """What a log shows: the acts of who, recorded when, behind the page before. Empty values do not filter."""

    who: str = ""
    since: date | None = None
    until: date | None = None
    before: str = ""

    def days(self) -> dict[str, str]:
        """The moments between which it was recorded, by the names of their conditions."""
        days = {"since": self.since, "until": self.until and self.until + timedelta(days=1)}
        return {name: _start(day) for name, day in days.items() if day}

    def actors(self) -> dict[str, int] | None:
        """The accounts of who, as `newest` asks for them; none where all are meant, None when nobody has the name."""
        found = run(_ACCOUNTS, {"who": self.who}).scalars() if self.who else []
        return None if self.who and not found else {f"actor{nr}": account for nr, account in enumerate(found)}


@dataclass(frozen=True)
class Filter(Narrowed):
    """What the log of dossiers shows."""

    code: str = ""
    trigger: str = ""


@dataclass(frozen=True)
class Entry:
    """A line of the log: who, when, what, which dossier, before and after."""

    event: Event
    code: str
    who: str
    body: dict[str, Any]
    personal: dict[str, Any]
    behalf: str = ""
    """The name of the one for whom it was done, if that is another than who did it."""

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What it changed in the candidate's file: what it is, before, after."""
        return list(telling.changes(self.personal))


_UNITS: Any = bindparam("units", expanding=True)
_KEYS = (Event.recorded_at, Event.dossier_id, Event.seq)
_ACCOUNTS = Question(select(Account.id).where(Account.name == bindparam("who")).order_by(Account.id).limit(40))
_DOSSIER = Question(select(Dossier.id).where(Dossier.code == bindparam("code")))
_OF_ONE = (
    select(*_KEYS, Event.trigger, Event.actor_id).where(Event.dossier_id == bindparam("dossier")).limit(1_000_000)
).subquery()
"""The events of one dossier, read by its key whatever else is asked: the limit keeps other indexes out of it."""


def _wanted(of: Any) -> dict[str, ColumnElement[bool]]:
    """The conditions on events, by the value each wants (the last: behind the page before)."""
    at = tuple_(*(bindparam(f"at_{name}") for name in ("recorded", "dossier", "seq")))
    return {
        "trigger": of.trigger == bindparam("trigger"),
        "since": of.recorded_at >= bindparam("since"),
        "until": of.recorded_at < bindparam("until"),
        "at_recorded": tuple_(of.recorded_at, of.dossier_id, of.seq) < at,
    }


def newest(of: Any, keys: Sequence[str], conditions: Sequence[Any], actors: int) -> Subquery:
    """The `keys` of the newest events that meet conditions, of so many accounts (actor0, actor1, …; 0: of all): of
    each no more than "limit", in the order of an index.
    """
    columns = [getattr(of, key) for key in keys]
    parts = []
    for nr in range(actors) if actors else (None,):
        mine = [] if nr is None else [of.actor_id == bindparam(f"actor{nr}")]
        query = select(*columns).where(*mine, *conditions).order_by(*(column.desc() for column in columns))
        parts.append(query.limit(bindparam("limit")).subquery())
    return union_all(*(select(part) for part in parts)).subquery() if len(parts) > 1 else parts[0]


@lru_cache(maxsize=256)
def _page(wanted: frozenset[str], actors: int) -> Select[Event, str, str, str]:
    """The query of a page with these conditions, of so many accounts (0: of all). Only keys are read of what is
    looked for, each account's in the order of an index, and whole the lines that are shown.
    """
    of = _OF_ONE.c if "dossier" in wanted else Event
    seen = exists().where(Scope.dossier_id == of.dossier_id, Scope.ancestor_id.in_(_UNITS))
    conditions = [seen, *(condition for name, condition in _wanted(of).items() if name in wanted)]
    found = newest(of, ("recorded_at", "dossier_id", "seq"), conditions, actors).c
    return (
        select(Event, Dossier.code, Account.name, EventPersonal.sealed)
        .join(found.seq.table, (Event.dossier_id == found.dossier_id) & (Event.seq == found.seq))
        .join(Dossier, Dossier.id == Event.dossier_id)
        .join(Account, Account.id == Event.actor_id)
        .outerjoin(EventPersonal, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq))
        .order_by(found.recorded_at.desc(), found.dossier_id.desc(), found.seq.desc())
        .limit(bindparam("limit"))
    )


def log(f: Filter, signed: Signed, size: int) -> tuple[list[Entry], str]:
    """A page of the log, newest first, within the inspector's units; and the cursor of the next page.

    Who and which dossier is meant is looked up first: events of nobody need not be looked for.
    """
    values: dict[str, Any] = {**f.days(), **({"trigger": f.trigger} if f.trigger else {})}
    at = f.before.split("|")
    if len(at) == 3 and all(whole(part) is not None for part in at[1:]):
        values |= {"at_recorded": at[0], "at_dossier": whole(at[1]), "at_seq": whole(at[2])}
    if f.code:
        values["dossier"] = run(_DOSSIER, {"code": f.code.upper()}).scalar() or -1
    actors = f.actors()
    if actors is None:
        return [], ""
    query = _page(frozenset(values), len(actors))
    rows = db.session.execute(query, {**values, **actors, "units": signed.units_as(AS), "limit": size + 1}).all()
    told = [dict(events.said(event.body)) for event, _code, _who, _content in rows[:size]]
    names = names_of({said["behalf"] for said in told if "behalf" in said})
    entries = [
        Entry(event, code, who, said, seen_of_event(_personal(event, content), AS), names.get(said.get("behalf"), ""))
        for (event, code, who, content), said in zip(rows, told, strict=False)
    ]
    last = entries[-1].event if len(rows) > size else None
    return entries, f"{last.recorded_at}|{last.dossier_id}|{last.seq}" if last else ""


def _personal(event: Event, sealed: str | None) -> dict[str, Any]:
    if not sealed:
        return {}
    return profile.told(event.trigger, events.personal_said(opened(event.dossier_id, event.seq, sealed)))


def _start(day: date) -> str:
    return clock.stamp(datetime.combine(day, time(), clock.VIETNAM))
