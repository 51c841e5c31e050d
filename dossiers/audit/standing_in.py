"""In whose place somebody acts, compared with what the office's log says was lent at that moment.

An event that claims to act for somebody needs a role lent by just them, to its actor, in its unit, in force then; and
who acts by a role that was lent does not pass it off as their own.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from dossiers import clock
from dossiers.extensions import run
from dossiers.office.models import OfficeEvent
from dossiers.office.services import lender_of, readable
from dossiers.rules import instance

_EVENTS = (
    select(OfficeEvent.recorded_at, OfficeEvent.body)
    .where(OfficeEvent.body.contains('"role_assignment"', autoescape=True))
    .order_by(OfficeEvent.seq)
)
_SLACK = timedelta(minutes=1)
"""So long at most an act takes that began before midnight."""
_FOREVER = "9999"

_Rows = list[tuple[str, str, dict[str, Any] | None]]


class _Body(msgspec.Struct):
    rows: _Rows = []
    whole: bool = False


@dataclass(frozen=True)
class Period:
    """A role as the log had it from one moment of recording to another; `lender` is None where it was the holder's."""

    account: int
    role: str
    unit: int
    lender: int | None
    since: str
    until: str
    first: date
    ended: date | None

    def runs(self, at: str) -> bool:
        """Whether it was in force at a moment of recording."""
        if not self.since <= at <= self.until:
            return False
        moment = clock.parse_stamp(at)
        days = {moment.date(), (moment - _SLACK).date()}
        return any(self.first <= day and (self.ended is None or day < self.ended) for day in days)


class Lendings:
    """Roles held and lent, moment by moment, as the office's log says; one query."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, str, int], list[Period]] = defaultdict(list)
        for period in _periods():
            self._held[period.account, period.role, period.unit].append(period)
        self._lent = {key for key, periods in self._held.items() if any(one.lender is not None for one in periods)}

    def fault(self, account: int, role: str, unit: int, behalf: int | None, at: str) -> str | None:
        """What is wrong with an act done at a moment by an account in a role held in a unit, for whom it says."""
        key = account, role, unit
        if behalf is None and key not in self._lent:
            return None
        running = [one for one in self._held.get(key, ()) if one.runs(at)]
        if behalf is not None:
            if any(one.lender == behalf for one in running):
                return None
            return f"acts for account {behalf}, who had then lent account {account} no role {role} in this unit"
        lenders = {one.lender for one in running}
        if not lenders or None in lenders:
            return None
        return f"was done by a role that account {min(map(int, filter(None, lenders)))} had lent, and does not say so"

    def fault_of_office(self, topic: str, body: str, account: int | None, at: str) -> str | None:
        """What is wrong with an act of the office, which names no role: whose place its actor says to take."""
        behalf = lender_of(topic, readable(body)) if '"behalf"' in body else None
        if behalf is None:
            return None
        for (holder, _role, _unit), periods in self._held.items():
            if holder == account and any(one.lender == behalf and one.runs(at) for one in periods):
                return None
        return f"acts for account {behalf}, who had then lent account {account} no role"


def _periods() -> Iterator[Period]:
    """Every role as each event left it, until the next event that speaks of it. What was there when the log first held
    everything was there before; what cannot be read is named when the office's chain is checked.
    """
    versions: dict[str, list[tuple[str, dict[str, Any] | None]]] = defaultdict(list)
    for recorded_at, text in run(_EVENTS):
        try:
            body = msgspec.json.decode(text, type=_Body)
        except (msgspec.MsgspecError, TypeError):
            continue
        for table, key, shown in body.rows:
            if table == "role_assignment":
                versions[key].append(("" if body.whole and not versions[key] else recorded_at, shown))
    bounds = _whole_day if instance.is_demo() else _moment
    for told in versions.values():
        ends = [bounds(since)[1] for since, _shown in told[1:]] + [_FOREVER]
        for (since, shown), until in zip(told, ends, strict=True):
            if shown is not None:
                yield _period(shown, bounds(since)[0], until)


def _moment(at: str) -> tuple[str, str]:
    return at, at


def _whole_day(at: str) -> tuple[str, str]:
    """A demo's day stays while real nights pass: of what was recorded on one of its days nothing was first."""
    if not at:
        return at, at
    start = clock.parse_stamp(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return clock.stamp(start), clock.stamp(start + timedelta(days=1))


def _period(shown: dict[str, Any], since: str, until: str) -> Period:
    ended = shown["valid_to"]
    return Period(
        shown["account_id"], shown["role"], shown["unit_id"], shown.get("delegated_by_id"), since, until,
        date.fromisoformat(shown["valid_from"]), None if ended is None else date.fromisoformat(ended),
    )  # fmt: skip
