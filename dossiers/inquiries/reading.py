"""Reading requests: of dossiers, and those that wait for the answer of units."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from dossiers.asking import Question
from dossiers.extensions import run
from dossiers.inquiries.models import Inquiry
from dossiers.inquiries.rows import opened


class Letter(NamedTuple):
    """What the file keeps of a request beside the facts: the letter's number, who was asked, what was answered."""

    number: str
    addressee: str
    answer: str


class Incoming(NamedTuple):
    """A request that waits for the answer of a unit of this tree."""

    dossier_id: int
    nr: int
    unit_id: int
    asked_on: date


_OF = Question(select(*Inquiry.__table__.c).where(Inquiry.dossier_id.in_(bindparam("dossiers", expanding=True))))
_INCOMING = Question(
    select(Inquiry.dossier_id, Inquiry.nr, Inquiry.unit_id, Inquiry.asked_on)
    .where(Inquiry.unit_id.in_(bindparam("units", expanding=True)), Inquiry.closed_on.is_(None))
    .order_by(Inquiry.asked_on, Inquiry.dossier_id, Inquiry.nr)
    .limit(bindparam("limit"))
)


_OPEN_OF = Question(
    select(Inquiry.unit_id, func.count())
    .where(Inquiry.unit_id.in_(bindparam("units", expanding=True)), Inquiry.closed_on.is_(None))
    .group_by(Inquiry.unit_id)
)


def letters(dossiers: Iterable[int]) -> dict[tuple[int, int], Letter]:
    """The letters of all requests of dossiers, by dossier and number; one query. Raises as encryption.unseal."""
    numbers = list(dossiers)
    rows = run(_OF, {"dossiers": numbers}).all() if numbers else ()
    return {
        (row.dossier_id, row.nr): Letter(
            row.number,
            opened("addressee", row.dossier_id, row.nr, row.addressee),
            opened("answer", row.dossier_id, row.nr, row.answer),
        )
        for row in rows
    }


def incoming(units: Iterable[int], limit: int) -> list[Incoming]:
    """The open requests that units were asked by, the longest waiting first, so many at most; one query."""
    numbers = list(units)
    return [Incoming(*row) for row in run(_INCOMING, {"units": numbers, "limit": limit})] if numbers else []


def count_open(units: Iterable[int]) -> dict[int, int]:
    """How many open requests each of these units was asked by, of those that were at all; one query."""
    numbers = list(units)
    return {row[0]: row[1] for row in run(_OPEN_OF, {"units": numbers})} if numbers else {}
