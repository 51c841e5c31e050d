"""The rows of requests, as an act writes them and as the events say them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple, TypedDict

from dossiers.encryption import place, seal, unseal
from workflow.asking import Asked
from workflow.facts import Evidence


class Told(NamedTuple):
    """What events say of a request beside the facts: which sent it, the letter's number, who was asked, the answer."""

    seq: int
    number: str
    addressee: str
    answer: str = ""


class InquiryRow(TypedDict):
    """A request (inquiries.models.Inquiry)."""

    dossier_id: int
    nr: int
    seq: int
    unit_id: int | None
    asked_on: date
    closed_on: date | None
    number: str
    addressee: str
    answer: str


class ClosedRow(TypedDict):
    """What an answer changes in the row of its request."""

    nr: int
    closed_on: date | None
    answer: str


def told(seq: int, e: Evidence) -> Told:
    """What the event that sends a request says of it."""
    return Told(seq, e.number, "".join(e.texts))


def answer(e: Evidence) -> str:
    """What the event that closes a request says of it: the answer, or why there is none."""
    return "".join(e.texts) or e.reason


def inquiry_row(dossier_id: int, asked: Asked, of: Told) -> InquiryRow:
    """The row of a request, in the open."""
    return {
        "dossier_id": dossier_id,
        "nr": asked.nr,
        "seq": of.seq,
        "unit_id": asked.request.unit,
        "asked_on": asked.asked_on,
        "closed_on": asked.closed_on,
        "number": of.number,
        "addressee": of.addressee,
        "answer": of.answer,
    }


def sealed_row(row: InquiryRow) -> InquiryRow:
    """The same as it is stored: who was asked tells where a relative lives. Both texts stand sealed to the row."""
    dossier_id, nr = row["dossier_id"], row["nr"]
    return {
        **row,
        "addressee": _sealed("addressee", dossier_id, nr, row["addressee"]),
        "answer": _sealed("answer", dossier_id, nr, row["answer"]),
    }


def closed_row(dossier_id: int, asked: Asked, e: Evidence) -> ClosedRow:
    """What the answer to a request changes in its row, as it is stored."""
    text = _sealed("answer", dossier_id, asked.nr, answer(e))
    return {"nr": asked.nr, "closed_on": asked.closed_on, "answer": text}


def opened(column: str, dossier_id: int, nr: int, sealed: str) -> str:
    """A sealed column of a request, opened. Raises as encryption.unseal."""
    return unseal(sealed, place("inquiry", column, dossier_id, nr)) if sealed else ""


def _sealed(column: str, dossier_id: int, nr: int, text: str) -> str:
    return seal(text, place("inquiry", column, dossier_id, nr)) if text else ""


def all_rows(dossier_id: int, asked: Iterable[Asked], of: Mapping[int, Told]) -> list[InquiryRow]:
    """The rows of all requests of a dossier, by what its events tell of them; in the open."""
    return [inquiry_row(dossier_id, one, of[one.nr]) for one in asked]
