"""Reading the audit log, and checking that nobody changed it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

import msgspec
from sqlalchemy import String, exists, or_, select, type_coerce

from dossiers import clock, encryption, engines
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.audit import chains
from dossiers.audit.chains import Finding, Head
from dossiers.casework.models import Dossier, Event, EventPersonal, Scope
from dossiers.extensions import db, write_transaction
from dossiers.office import replaying
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent, OfficePersonal
from dossiers.office.replaying import Difference
from dossiers.units.models import Unit, UnitAncestor
from workflow.roles import Role


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


def log(f: Filter, signed: Signed, size: int) -> tuple[list[Entry], str]:
    """A page of the log, newest first, within the inspector's units; and the cursor of the next page."""
    units = [unit for role, unit in signed.grants if role is Role.INSPECTOR]
    query = (
        select(Event, Dossier.code, Account.name, EventPersonal.content)
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
    at = f.before.split("|")
    if len(at) == 3 and at[1].isdigit() and at[2].isdigit():
        from sqlalchemy import tuple_

        here = tuple_(Event.recorded_at, Event.dossier_id, Event.seq)
        query = query.where(here < tuple_(at[0], int(at[1]), int(at[2])))
    rows = db.session.execute(query).all()
    entries = [
        Entry(event, code, who, msgspec.json.decode(event.body), msgspec.json.decode(content) if content else {})
        for event, code, who, content in rows[:size]
    ]
    last = entries[-1].event if len(rows) > size else None
    return entries, f"{last.recorded_at}|{last.dossier_id}|{last.seq}" if last else ""


def _start(day: date) -> str:
    from datetime import datetime, time

    return clock.stamp(datetime.combine(day, time(), clock.VIETNAM))


@dataclass(frozen=True)
class OfficeEntry:
    """A line of the office's log."""

    event: OfficeEvent
    who: str
    unit: str
    body: dict[str, str]


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
        OfficeEntry(event, who or "–", unit or "–", office.readable(event.body)) for event, who, unit in rows[:size]
    ]
    return entries, entries[-1].event.seq if len(rows) > size else None


def heads() -> dict[int, Head]:
    """Where every dossier's chain ends, by its number."""
    rows = db.session.execute(
        select(Dossier.id, Dossier.code, Dossier.version, Dossier.head_hash).order_by(Dossier.id)
    ).all()
    return {dossier_id: Head(code, version, head_hash) for dossier_id, code, version, head_hash in rows}


def verify() -> tuple[int, list[Finding]]:
    """Check every event of every dossier, the office's log, and the office's tables: (events checked, findings)."""
    engines.see_one_picture(db)
    office_count, office_findings = verify_office()
    count, findings = chains.check(_events(), heads())
    return office_count + count, [*office_findings, *findings]


def verify_office() -> tuple[int, list[Finding]]:
    """Check the office's log and, when it is whole, its tables against it: (events checked, findings)."""
    count, findings, differences = _check_office()
    return count, [*findings, *map(_told, differences)]


def upgrade_log(actor_id: int | None) -> tuple[bool, list[Finding]]:
    """Let the office's log hold every row if it is too old to: (whether it was written, findings that forbid it)."""
    with write_transaction():
        _count, findings, differences = _check_office()
        findings += [_told(found) for found in differences if not found.by_age]
        if findings or not differences:
            return False, findings
        office.rebase(actor_id)
    return True, []


def _check_office() -> tuple[int, list[Finding], list[Difference]]:
    events = list(_office_events())
    count, findings = chains.check_office(events)
    if findings:
        return count, findings, []  # what a changed log says of the tables is worth nothing
    recorded = [
        replaying.Recorded(row["seq"], row["body"], bool(row["commitment"]), personal[1] if personal else None)
        for row, personal in events
    ]
    return count, [], replaying.differences(recorded)


def _told(found: Difference) -> Finding:
    return Finding(found.code, found.seq, found.what)


def _office_events() -> Iterator[tuple[Mapping[str, Any], chains.Personal]]:
    table = OfficeEvent.__table__
    query = (
        select(table, OfficePersonal.salt, type_coerce(OfficePersonal.content, String).label("sealed"))
        .outerjoin(OfficePersonal, OfficePersonal.seq == table.c.seq)
        .order_by(table.c.seq)
    )
    for row in db.session.execute(query).mappings():
        sealed = row["sealed"]
        yield row, None if sealed is None else (row["salt"], cache(partial(encryption.unseal, sealed)))


def _events() -> Iterator[tuple[Mapping[str, Any], chains.Personal]]:
    table = Event.__table__
    query = (
        select(table, EventPersonal.salt, type_coerce(EventPersonal.content, String).label("sealed"))
        .outerjoin(EventPersonal, (EventPersonal.dossier_id == table.c.dossier_id) & (EventPersonal.seq == table.c.seq))
        .order_by(table.c.dossier_id, table.c.seq)
        .execution_options(yield_per=5000)
    )
    for row in db.session.execute(query).mappings():
        sealed = row["sealed"]
        yield row, None if sealed is None else (row["salt"], partial(encryption.unseal, sealed))
