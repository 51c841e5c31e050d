"""The rows of requests, as an act writes them and as the events say them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple, TypedDict

from dossiers.encryption import place, seal, unseal
from workflow.asking import Asked


class Sent(NamedTuple):
    """What the event that sent a request says beside the facts: its number, the letter's, and who was asked."""

    seq: int
    number: str
    addressee: str


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


def inquiry_row(dossier_id: int, asked: Asked, sent: Sent) -> InquiryRow:
    """The row of a request, who was asked in the open."""
    return {
        "dossier_id": dossier_id,
        "nr": asked.nr,
        "seq": sent.seq,
        "unit_id": asked.request.unit,
        "asked_on": asked.asked_on,
        "closed_on": asked.closed_on,
        "number": sent.number,
        "addressee": sent.addressee,
    }


def sealed_row(row: InquiryRow) -> InquiryRow:
    """The same as it is stored: who was asked tells where a relative lives, and stands sealed to the row."""
    addressee = seal(row["addressee"], _place(row["dossier_id"], row["nr"])) if row["addressee"] else ""
    return {**row, "addressee": addressee}


def addressee(dossier_id: int, nr: int, sealed: str) -> str:
    """Who was asked, opened. Raises as encryption.unseal."""
    return unseal(sealed, _place(dossier_id, nr)) if sealed else ""


def _place(dossier_id: int, nr: int) -> str:
    return place("inquiry", "addressee", dossier_id, nr)


def all_rows(dossier_id: int, asked: Iterable[Asked], sent: Mapping[int, Sent]) -> list[InquiryRow]:
    """The rows of all requests of a dossier, by what the events that sent them say; who was asked in the open."""
    return [inquiry_row(dossier_id, one, sent[one.nr]) for one in asked]
