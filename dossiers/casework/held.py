"""Votes that were held: asked before a register is changed against which they were counted."""

from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from dossiers.asking import Question
from dossiers.casework.models import Dossier, VoteRecord
from dossiers.extensions import run
from dossiers.units.registers import HeldVote

_HELD = Question(
    select(Dossier.code, VoteRecord.held_on)
    .join(Dossier, Dossier.id == VoteRecord.dossier_id)
    .where(
        VoteRecord.register_unit_id == bindparam("unit"),
        VoteRecord.body == bindparam("body"),
        VoteRecord.held_on >= bindparam("since"),
    )
    .order_by(VoteRecord.held_on, Dossier.code, VoteRecord.seq)
)


def counted_since(_sender: object, unit_id: int, body: str, since: date, **_more: Any) -> list[HeldVote]:
    """The votes counted against the register of a unit's body on a day or later."""
    return [HeldVote(code, day) for code, day in run(_HELD, {"unit": unit_id, "body": body, "since": since})]
