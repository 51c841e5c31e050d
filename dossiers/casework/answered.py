"""Answers of units of the tree that wait to be recorded, within somebody's units."""

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, select

from dossiers.asking import Question
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.inquiries.models import InquiryAnswer

_WAITING = Question(
    select(Dossier.code, InquiryAnswer.nr)
    .join(Dossier, Dossier.id == InquiryAnswer.dossier_id)
    .where(
        exists().where(
            Scope.dossier_id == InquiryAnswer.dossier_id, Scope.ancestor_id.in_(bindparam("units", expanding=True))
        )
    )
    .order_by(InquiryAnswer.answered_on, InquiryAnswer.dossier_id, InquiryAnswer.nr)
    .limit(bindparam("limit"))
)


def waiting(units: Sequence[int], limit: int) -> list[tuple[str, int]]:
    """The requests of dossiers within units, by code and number, that were answered and not recorded yet; one query."""
    return [(row.code, row.nr) for row in run(_WAITING, {"units": list(units), "limit": limit})] if units else []
