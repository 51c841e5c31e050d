"""Reading requests: of dossiers, and those that wait for the answer of units."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from dossiers.extensions import run
from dossiers.inquiries.models import Inquiry
from dossiers.inquiries.rows import addressee

_OF = select(*Inquiry.__table__.c).where(Inquiry.dossier_id.in_(bindparam("dossiers", expanding=True)))


def addressees(dossiers: Iterable[int]) -> dict[tuple[int, int], str]:
    """Who was asked by each request of dossiers, by dossier and number; one query. Raises as encryption.unseal."""
    numbers = list(dossiers)
    rows: Sequence[Any] = run(_OF, {"dossiers": numbers}).all() if numbers else ()
    return {(row.dossier_id, row.nr): addressee(row.dossier_id, row.nr, row.addressee) for row in rows}
