"""The points a returned dossier is to be mended in, as they were said."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from dossiers.asking import Question
from dossiers.casework import events
from dossiers.casework.case import Case
from dossiers.casework.models import Event, EventPersonal, opened
from dossiers.extensions import run

_RETURNS = Question(
    select(Event.seq, EventPersonal.sealed.label("content"))
    .outerjoin(EventPersonal, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq))
    .where(Event.dossier_id == bindparam("dossier"), Event.trigger == "return_for_correction")
    .order_by(Event.seq.desc())
    .limit(1)
)


@dataclass(frozen=True)
class PointShown:
    """A point of the last return: its number, its text ("" for who may not read it), the day it was mended."""

    nr: int
    text: str
    mended_on: date | None


def texts_of(case: Case) -> dict[int, str]:
    """What the last return asked to be mended, by number; one query, none where nothing was asked."""
    if not case.facts.points:
        return {}
    row = run(_RETURNS, {"dossier": case.id}).first()
    if row is None or row.content is None:
        return {}
    told = events.personal_said(opened(case.id, row.seq, row.content)).get("points", ())
    return dict(enumerate(told, start=1))


def points_of(case: Case, personal: bool) -> tuple[PointShown, ...]:
    """The points of the last return; their texts only where `personal`."""
    texts = texts_of(case) if personal else {}
    return tuple(PointShown(point.nr, texts.get(point.nr, ""), point.mended_on) for point in case.facts.points)
