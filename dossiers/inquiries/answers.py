"""What a unit of this tree that was asked wrote back, until the asker records it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select

from dossiers import engines
from dossiers.asking import Question
from dossiers.encryption import place, seal, unseal
from dossiers.extensions import db, run
from dossiers.inquiries.models import InquiryAnswer
from workflow.asking import Opinion, Outcome


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer as it was written: what became of the request, of whom what, the number and day of the letter."""

    outcome: Outcome
    text: str = ""
    results: dict[str, str] = {}
    opinion: Opinion | None = None
    number: str = ""


class Written(msgspec.Struct, frozen=True):
    """An answer that waits to be recorded, and when it was given."""

    answered_on: date
    answer: Answer


_READ = msgspec.json.Decoder(Answer)
_OF = Question(
    select(*InquiryAnswer.__table__.c).where(InquiryAnswer.dossier_id.in_(bindparam("dossiers", expanding=True)))
)
_FORGET = delete(InquiryAnswer).where(InquiryAnswer.dossier_id.in_(bindparam("dossiers", expanding=True)))


def of(dossiers: Sequence[int]) -> dict[tuple[int, int], Written]:
    """Answers to requests of dossiers, by dossier and number; one query. Raises as encryption.unseal."""
    rows = run(_OF, {"dossiers": list(dossiers)}) if dossiers else ()
    return {(row.dossier_id, row.nr): Written(row.answered_on, _opened(row)) for row in rows}


def write(dossier_id: int, nr: int, account_id: int, day: date, answer: Answer) -> None:
    """Write an answer down, in the place of one that was written before; in the current transaction."""
    put = engines.upsert(db, InquiryAnswer.__table__)
    names = ("account_id", "answered_on", "sealed")
    run(
        put.on_conflict_do_update(
            index_elements=["dossier_id", "nr"], set_={name: put.excluded[name] for name in names}
        ),
        {
            "dossier_id": dossier_id,
            "nr": nr,
            "account_id": account_id,
            "answered_on": day,
            "sealed": seal(msgspec.json.encode(answer).decode(), _place(dossier_id, nr)),
        },
    )


def forget(dossiers: Iterable[int]) -> None:
    """Forget what was answered about dossiers, in the transaction that runs: what they hold was erased by law."""
    run(_FORGET, {"dossiers": list(dossiers)})


def _opened(row: Any) -> Answer:
    return _READ.decode(unseal(row.sealed, _place(row.dossier_id, row.nr)))


def _place(dossier_id: int, nr: int) -> str:
    return place("inquiry_answer", "sealed", dossier_id, nr)
