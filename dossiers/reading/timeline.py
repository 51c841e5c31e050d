"""The events of a dossier as its timeline."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, bindparam, null, select

from dossiers import profile
from dossiers.accounts.delegating import names_of
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.asking import Question
from dossiers.casework import events
from dossiers.casework.case import Case
from dossiers.casework.helping import roles_over
from dossiers.casework.models import Event, EventPersonal, opened
from dossiers.extensions import run
from dossiers.people.personal import seen_of_event, sees_file
from dossiers.reading.causes import Cause, causes
from dossiers.reading.page import _of_dossier
from workflow.replay import CORRECTION, UNDO
from workflow.roles import Role

_EVENTS = (
    _of_dossier(Event)
    .add_columns(Account.name.label("who"))
    .join(Account, Account.id == Event.actor_id)
    .where(Event.seq > bindparam("after"), Event.seq < bindparam("before"))
    .order_by(Event.seq.desc())
    .limit(bindparam("limit"))
)


_TIMELINE = Question(
    _EVENTS.add_columns(EventPersonal.sealed.label("content")).outerjoin(
        EventPersonal, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq)
    )
)


_TIMELINE_BARE = Question(_EVENTS.add_columns(null().label("content")))


_PUTTING_RIGHT = Question(
    select(Event.trigger, Event.seq, Event.body)
    .where(
        Event.dossier_id == bindparam("dossier"),
        Event.seq >= bindparam("from"),
        Event.trigger.in_((CORRECTION, UNDO)),
    )
    .order_by(Event.seq.desc())
)

Mark = Literal["corrected", "undone"]


@dataclass(frozen=True)
class Line:
    """A line of the timeline: the event with who did it and its personal part.

    `mark` says by which later event it was corrected or taken back; `behalf` is the name of the one it was done for.
    """

    event: Row[Any]
    who: str
    personal: dict[str, Any]
    details: Mapping[str, Any]
    mark: tuple[Mark, int] | None = None
    behalf: str = ""
    cause: Cause | None = None
    """Why deadlines were counted anew, where they were."""


TIMELINE = 50
"""Events on a page of the timeline; a link leads to those before."""


def timeline(
    case: Case, roles: Iterable[Role], after: int = 0, before: int | None = None, limit: int = TIMELINE
) -> list[Line]:
    """A page of the newest events of a dossier, newest first, as much of each as somebody with these roles over the
    dossier reads (people.personal.seen_of_event); one query, and one more where somebody acted for somebody else.
    """
    held = frozenset(roles)
    personal = sees_file(held)  # what nobody is shown is not read either
    wanted = {"dossier": case.id, "after": after, "before": before or case.version + 1, "limit": limit}
    rows = run(_TIMELINE if personal else _TIMELINE_BARE, wanted).all()
    told = [(row.trigger, row.seq, events.said(row.body)) for row in rows]
    if before is not None:  # what puts these right may stand on a page before this one
        later = run(_PUTTING_RIGHT, {"dossier": case.id, "from": before})
        told = [*((row.trigger, row.seq, events.said(row.body)) for row in later), *told]
    marks, own = _marks(told), told[len(told) - len(rows) :]
    names = names_of({details["behalf"] for _trigger, _seq, details in own if "behalf" in details})
    why = causes(details.get("cause") for _trigger, _seq, details in own)
    return [
        Line(
            row,
            row.who,
            _seen(row, case.id, held) if row.content else {},
            details,
            marks.get(row.seq),
            names.get(details.get("behalf"), ""),
            why.get(details.get("cause") or 0),
        )
        for row, (_trigger, _seq, details) in zip(rows, own, strict=True)
    ]


def _seen(row: Any, dossier_id: int, held: frozenset[Role]) -> dict[str, Any]:
    personal = events.personal_said(opened(dossier_id, row.seq, row.content))
    return seen_of_event(profile.told(row.trigger, personal), held)


def _marks(told: Iterable[tuple[str, int, Mapping[str, Any]]]) -> dict[int, tuple[Mark, int]]:
    """By which event each is corrected or taken back; the newest counts, and what was itself taken back does not."""
    found: dict[int, tuple[Mark, int]] = {}
    for trigger, seq, details in told:  # newest first
        about = details.get("event")
        if trigger == UNDO and about:
            found.setdefault(about, ("undone", seq))
        elif trigger == CORRECTION and about and found.get(seq, ("corrected", 0))[0] != "undone":
            found.setdefault(about, ("corrected", seq))
    return found


def changes_since(case: Case, version: int, signed: Signed) -> list[Any]:
    """What others did since a version, oldest first, as much of it as this person sees."""
    return list(reversed(timeline(case, roles_over(signed, case), after=version)))
