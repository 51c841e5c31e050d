"""The rows of papers, and the numbers their issuers may use once a year (36-HD/VPTW)."""

from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from dossiers import names
from workflow.facts import Paper
from workflow.guards import Refusal, Situation


class PaperRow(TypedDict):
    """A paper on file, the `nr`th of event `seq`; `number_key` may be used once, `number_words` finds it."""

    dossier_id: int
    seq: int
    nr: int
    form: str
    number: str
    issued_on: date
    issuer: str
    number_key: str | None
    number_words: str


def paper_row(dossier_id: int, seq: int, nr: int, paper: Paper, filed_by: int, series: int | None = None) -> PaperRow:
    """The `nr`th paper of event `seq`; `series` is the unit in whose numbers it stands, if that is one of ours;
    `filed_by` the unit of whoever filed it.
    """
    key = number_key(paper, filed_by, series)
    return known_row(dossier_id, seq, nr, paper.form, paper.number, paper.issued_on, paper.issuer, key)


def known_row(
    dossier_id: int, seq: int, nr: int, form: str, number: str, issued_on: date, issuer: str, key: str | None
) -> PaperRow:
    """The row of a paper of which all is known that an event with a base tells."""
    return {
        "dossier_id": dossier_id,
        "seq": seq,
        "nr": nr,
        "form": form,
        "number": number,
        "issued_on": issued_on,
        "issuer": issuer,
        "number_key": key,
        "number_words": number_words(number),
    }


def paper_rows(
    dossier_id: int, seq: int, papers: Iterable[Paper], own: Paper | None, filed_by: int, series: int | None
) -> list[PaperRow]:
    """The papers event `seq` brings and, last, the one it makes; see `paper_row`."""
    found = [paper_row(dossier_id, seq, nr, paper, filed_by) for nr, paper in enumerate(papers)]
    if own is not None:
        found.append(paper_row(dossier_id, seq, len(found), own, filed_by, series))
    return found


def number_key(paper: Paper, filed_by: int, series: int | None) -> str | None:
    """What may be used once: issuer, form, year and number; None when there is no number or nobody named gave it.

    A number of a unit's own series is used up by the acts that make its papers. One that was filed under a name
    somebody typed counts among what their own unit filed: whatever they write, they take no number away from others.
    """
    issuer = f"u{series}" if series is not None else ""
    if series is None and paper.issuer:
        issuer = f"b{filed_by}:{' '.join(names.words(paper.issuer))}"
    number = "".join(paper.number.split()).upper()
    return f"{issuer}/{paper.form}/{paper.issued_on.year}/{number}" if issuer and number else None


def number_words(number: str) -> str:
    """How a number is kept to be found: “15-QĐ/ĐU” as “15-qd-du-”, so that it begins with what “15 QĐ” makes."""
    return "".join(f"{word}-" for word in names.words(number))


def taken(papers: Iterable[PaperRow], used: set[str]) -> str | None:
    """A number among `papers` that is in `used`, or stands there twice; None when all are free."""
    seen: set[str] = set()
    for row in papers:
        key = row["number_key"]
        if key is None:
            continue
        if key in used or key in seen:
            return row["number"]
        seen.add(key)
    return None


def number_taken(s: Situation, number: str, in_register: bool = False) -> Refusal:
    """The refusal of a number that is taken; `in_register`: it stands in the issuer's register (papers.registers)."""
    vi, en = (
        f"Số {number} đã dùng cho một văn bản khác trong năm.",
        (f"Number {number} is already used for another paper of the year."),
    )
    if in_register:
        vi, en = (
            f"Số {number} đã có trong sổ của đơn vị ban hành: đã cấp cho văn bản khác hoặc đã hủy.",
            (f"Number {number} stands in the issuer's register: given to another text, or spoiled."),
        )
    return s.no(
        "number_unique",
        vi,
        en,
        "Kiểm tra số trên văn bản.",
        "Check the number on the paper.",
        "number" if s.evidence is None or not s.evidence.papers else "papers",
    )
