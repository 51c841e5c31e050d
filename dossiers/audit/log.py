"""Reading the audit log: what was done on dossiers, and what the office changed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, tuple_

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.audit import telling
from dossiers.casework import events
from dossiers.casework.models import Dossier, Event, EventPersonal, Scope, opened
from dossiers.extensions import db
from dossiers.fields import whole
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent
from dossiers.people.personal import seen_of_event
from dossiers.units.models import Unit, UnitAncestor
from workflow.roles import Role

AS = (Role.INSPECTOR,)
"""The log is read in this role, whatever others somebody holds beside it."""


@dataclass(frozen=True)
class Filter:
    """What the log shows. Empty values do not filter."""

    code: str = ""
    who: str = ""
    trigger: str = ""
    since: date | None = None
    until: date | None = None
    before: str = ""


@dataclass(frozen=True)
class Entry:
    """A line of the log: who, when, what, which dossier, before and after."""

    event: Event
    code: str
    who: str
    body: dict[str, Any]
    personal: dict[str, Any]

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What it changed in the candidate's file: what it is, before, after."""
        return list(telling.changes(self.personal))


def log(f: Filter, signed: Signed, size: int) -> tuple[list[Entry], str]:
    """A page of the log, newest first, within the inspector's units; and the cursor of the next page."""
    units = [unit for role, unit in signed.grants if role is Role.INSPECTOR]
    query = (
        select(Event, Dossier.code, Account.name, EventPersonal.sealed)
        .join(Dossier, Dossier.id == Event.dossier_id)
        .join(Account, Account.id == Event.actor_id)
        .outerjoin(EventPersonal, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq))
        .where(exists().where(Scope.dossier_id == Event.dossier_id, Scope.ancestor_id.in_(units or [-1])))
        .order_by(Event.recorded_at.desc(), Event.dossier_id.desc(), Event.seq.desc())
        .limit(size + 1)
    )
    if f.code:
        query = query.where(Dossier.code == f.code.upper())
    if f.who:
        query = query.where(Account.name == f.who)
    if f.trigger:
        query = query.where(Event.trigger == f.trigger)
    if f.since:
        query = query.where(Event.recorded_at >= _start(f.since))
    if f.until:
        query = query.where(Event.recorded_at < _start(f.until + timedelta(days=1)))
    at, number, seq = (*f.before.split("|"), "", "")[:3]
    if whole(number) is not None and whole(seq) is not None:
        here = tuple_(Event.recorded_at, Event.dossier_id, Event.seq)
        query = query.where(here < tuple_(at, whole(number), whole(seq)))
    rows = db.session.execute(query).all()
    entries = [
        Entry(event, code, who, dict(events.said(event.body)), seen_of_event(_personal(event, content), AS))
        for event, code, who, content in rows[:size]
    ]
    last = entries[-1].event if len(rows) > size else None
    return entries, f"{last.recorded_at}|{last.dossier_id}|{last.seq}" if last else ""


def _personal(event: Event, sealed: str | None) -> dict[str, Any]:
    return events.personal_said(opened(event.dossier_id, event.seq, sealed)) if sealed else {}


def _start(day: date) -> str:
    return clock.stamp(datetime.combine(day, time(), clock.VIETNAM))


@dataclass(frozen=True)
class OfficeEntry:
    """A line of the office's log."""

    event: OfficeEvent
    who: str
    unit: str
    told: list[telling.Told]


def office_log(signed: Signed, size: int, before: int | None = None) -> tuple[list[OfficeEntry], int | None]:
    """A page of the log of administration, newest first, within the units inspected; and the next cursor."""
    inspected = [unit for role, unit in signed.grants if role is Role.INSPECTOR]
    below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(inspected or [-1]))
    query = (
        select(OfficeEvent, Account.name, Unit.code)
        .outerjoin(Account, Account.id == OfficeEvent.actor_id)
        .outerjoin(Unit, Unit.id == OfficeEvent.unit_id)
        .where(or_(OfficeEvent.unit_id.is_(None), OfficeEvent.unit_id.in_(below)))
        .order_by(OfficeEvent.seq.desc())
        .limit(size + 1)
    )
    if before is not None:
        query = query.where(OfficeEvent.seq < before)
    rows = db.session.execute(query).all()
    entries = [
        OfficeEntry(event, who or "–", unit or "–", telling.office_told(event.topic, office.readable(event.body)))
        for event, who, unit in rows[:size]
    ]
    return entries, entries[-1].event.seq if len(rows) > size else None
