"""Reading the log of administration: what changed who may act, who votes, and by which rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, or_, select, tuple_

from dossiers.accounts.delegating import names_of
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.asking import Question
from dossiers.audit import telling
from dossiers.audit.log import AS, Narrowed, newest
from dossiers.extensions import run
from dossiers.fields import whole
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent
from dossiers.units import tree
from dossiers.units.models import Unit, UnitAncestor


@dataclass(frozen=True)
class Filter(Narrowed):
    """What the log of administration shows; `unit` is the code of the unit it was about."""

    topic: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Entry:
    """A line of the log; `behalf` is the name of the one in whose place it was done."""

    seq: int
    topic: str
    recorded_at: str
    hash: str
    who: str
    unit: str
    told: list[telling.Told]
    behalf: str = ""


_SEEN = or_(
    OfficeEvent.unit_id.is_(None),
    # By its value, not its column: else every event in the units would be read, and put in order.
    func.coalesce(OfficeEvent.unit_id, -1).in_(
        select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(bindparam("units", expanding=True)))
    ),
)
_CONDITIONS: dict[str, Any] = {
    "topic": OfficeEvent.topic == bindparam("topic"),
    "unit": OfficeEvent.unit_id == bindparam("unit"),
    "since": OfficeEvent.recorded_at >= bindparam("since"),
    "until": OfficeEvent.recorded_at < bindparam("until"),
    "at": tuple_(OfficeEvent.recorded_at, OfficeEvent.seq) < tuple_(bindparam("at"), bindparam("at_seq")),
}
"""What each value asks for."""


@lru_cache(maxsize=64)
def _page(wanted: frozenset[str], actors: int) -> Question:
    conditions = [_SEEN, *(condition for name, condition in _CONDITIONS.items() if name in wanted)]
    found = newest(OfficeEvent, ("recorded_at", "seq"), conditions, actors).c
    return Question(
        select(
            OfficeEvent.seq, OfficeEvent.topic, OfficeEvent.recorded_at, OfficeEvent.hash, OfficeEvent.body,
            Account.name.label("who"), Unit.code.label("unit"),
        )
        .join(found.seq.table, OfficeEvent.seq == found.seq)
        .outerjoin(Account, Account.id == OfficeEvent.actor_id)
        .outerjoin(Unit, Unit.id == OfficeEvent.unit_id)
        .order_by(found.recorded_at.desc(), found.seq.desc())
        .limit(bindparam("limit"))
    )  # fmt: skip


def log(f: Filter, signed: Signed, size: int) -> tuple[list[Entry], str]:
    """A page of the log, newest first, within the units inspected; and the cursor of the next page."""
    inspected = signed.units_as(AS)
    values, actors = _asked(f, inspected), f.actors()
    if values is None or actors is None:
        return [], ""
    asked = {**values, **actors, "units": inspected, "limit": size + 1}
    rows = run(_page(frozenset(values), len(actors)), asked).all()
    bodies = [office.readable(row.body) for row in rows[:size]]
    lenders = [office.lender_of(row.topic, body) for row, body in zip(rows, bodies, strict=False)]
    names = names_of({lender for lender in lenders if lender is not None})
    entries = [
        Entry(
            row.seq, row.topic, row.recorded_at, row.hash, row.who or "–", row.unit or "–",
            telling.office_told(row.topic, body, lender is None), names.get(lender, "") if lender is not None else "",
        )
        for row, body, lender in zip(rows, bodies, lenders, strict=False)
    ]  # fmt: skip
    last = entries[-1] if len(rows) > size else None
    return entries, f"{last.recorded_at}|{last.seq}" if last else ""


def _asked(f: Filter, inspected: Iterable[int]) -> dict[str, Any] | None:
    """The values to ask with; None when no unit inspected has this code."""
    values: dict[str, Any] = {**f.days(), **({"topic": f.topic} if f.topic else {})}
    if f.unit:
        unit = tree.current().find(f.unit.upper(), inspected)
        if unit is None:
            return None
        values["unit"] = unit.id
    at, _, seq = f.before.partition("|")
    return {**values, "at": at, "at_seq": whole(seq)} if at and whole(seq) is not None else values
