"""The papers an act puts on file, and the numbers their issuers may use once a year (36-HD/VPTW)."""

from dossiers import names
from dossiers.casework.case import Case, Row
from dossiers.casework.store import Store
from workflow.facts import Evidence, Paper
from workflow.guards import Refusal, Situation
from workflow.machine import Outcome, Refused
from workflow.procedure.move import Issuer
from workflow.route import UnitKind

_KINDS: dict[Issuer, tuple[UnitKind, ...]] = {
    Issuer.CELL: (UnitKind.CELL, UnitKind.GRASSROOTS_CELL),
    Issuer.SECTION: (UnitKind.SECTION_COMMITTEE,),
    Issuer.COMMITTEE: (UnitKind.GRASSROOTS_COMMITTEE,),
}


def issuing_unit(case: Case, issuer: Issuer) -> int | None:
    """The unit in whose series of numbers a paper of the dossier stands."""
    if issuer is Issuer.NOMINATOR:
        return case.nominator_id
    if issuer is Issuer.CENTRE:
        return case.centre_id
    if issuer is Issuer.DECIDING:
        kind = UnitKind.GRASSROOTS_COMMITTEE if case.route.is_delegated else UnitKind.UPPER_COMMITTEE
        return case.place.unit_of(kind)
    return case.place.unit_of(*_KINDS[issuer])


def paper_rows(case: Case, outcome: Outcome, evidence: Evidence) -> list[Row]:
    """The papers an act brings and the one it makes, as rows; `number_key` is what may be used once."""
    rows = [_paper_row(paper, None) for paper in evidence.papers]
    if outcome.paper is not None:
        issuer = None if outcome.issuer is None else f"u{issuing_unit(case, outcome.issuer)}"
        rows.append(_paper_row(outcome.paper, issuer))
    return rows


def _paper_row(paper: Paper, issuer: str | None) -> Row:
    if issuer is None and paper.number and paper.issuer:
        issuer = " ".join(names.words(paper.issuer))
    number = "".join(paper.number.split()).upper()
    key = f"{issuer}/{paper.form}/{paper.issued_on.year}/{number}" if issuer and number else None
    return {
        "form": paper.form,
        "number": paper.number,
        "issued_on": paper.issued_on,
        "issuer": paper.issuer,
        "number_key": key,
    }


def check_numbers(store: Store, s: Situation, papers: list[Row]) -> None:
    """Raises Refused when a number is taken already, or twice in this act."""
    keys = [row["number_key"] for row in papers if row["number_key"]]
    taken = store.numbers_taken(keys)
    if taken or len(set(keys)) < len(keys):
        number = next((row["number"] for row in papers if row["number_key"] in taken), "")
        raise Refused((number_taken(s, number),))


def number_taken(s: Situation, number: str) -> Refusal:
    """The refusal of a number that is taken."""
    return s.no(
        "number_unique",
        f"Số {number} đã dùng cho một văn bản khác trong năm.",
        f"Number {number} is already used for another paper of the year.",
        "Kiểm tra số trên văn bản.",
        "Check the number on the paper.",
        "number" if s.evidence is None or not s.evidence.papers else "papers",
    )
