"""The events of a dossier as its timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, null

from dossiers.accounts.models import Account
from dossiers.casework import events
from dossiers.casework.case import Case
from dossiers.casework.models import Event, EventPersonal, opened
from dossiers.extensions import run
from dossiers.reading.page import _of_dossier

_EVENTS = (
    _of_dossier(Event)
    .add_columns(Account.name.label("who"))
    .join(Account, Account.id == Event.actor_id)
    .where(Event.seq > bindparam("after"), Event.seq < bindparam("before"))
    .order_by(Event.seq.desc())
    .limit(bindparam("limit"))
)


_TIMELINE = _EVENTS.add_columns(EventPersonal.sealed.label("content")).outerjoin(
    EventPersonal, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq)
)


_TIMELINE_BARE = _EVENTS.add_columns(null().label("content"))


@dataclass(frozen=True)
class Line:
    """A line of the timeline: the event with who did it and its personal part."""

    event: Row[Any]
    who: str
    personal: dict[str, Any]
    details: Mapping[str, Any]


TIMELINE = 50
"""Events on a page of the timeline; a link leads to those before."""


def timeline(
    case: Case, after: int = 0, before: int | None = None, personal: bool = True, limit: int = TIMELINE
) -> list[Line]:
    """A page of the newest events of a dossier, newest first, with or without their personal parts; one query."""
    wanted = {"dossier": case.id, "after": after, "before": before or case.version + 1, "limit": limit}
    return [
        Line(
            row,
            row.who,
            events.personal_said(opened(case.id, row.seq, row.content)) if personal and row.content else {},
            events.said(row.body),
        )
        for row in run(_TIMELINE if personal else _TIMELINE_BARE, wanted)
    ]


def changes_since(case: Case, version: int) -> list[Any]:
    """What others did since a version, oldest first."""
    return list(reversed(timeline(case, after=version)))
