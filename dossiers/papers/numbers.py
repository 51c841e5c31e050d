"""The papers an act puts on file, and the numbers their issuers may use once a year (36-HD/VPTW)."""

from dossiers import names
from dossiers.casework.case import Case, Row
from dossiers.casework.store import Store
from workflow.facts import Evidence, Paper
from workflow.guards import Refusal, Situation
from workflow.machine import Outcome, Refused
from workflow.route import UnitKind

_ISSUERS: dict[str, tuple[UnitKind, ...]] = {
    "pass_cell_vote": (UnitKind.CELL, UnitKind.GRASSROOTS_CELL),
    "appraise": (UnitKind.SECTION_COMMITTEE,),
    "pass_committee_vote": (UnitKind.GRASSROOTS_COMMITTEE,),
}


def _issuer(case: Case, trigger: str) -> str | None:
    """Whose series of numbers a paper of this act belongs to; None when it is not ours to check."""
    if trigger == "nominate":
        return f"u{case.nominator_id}"
    if trigger == "certify":
        return f"u{case.centre_id}"
    if trigger in ("decide_admission", "decide_recognition", "revoke_decision", "remove"):
        kind = UnitKind.GRASSROOTS_COMMITTEE if case.route.is_delegated else UnitKind.UPPER_COMMITTEE
        return f"u{case.place.unit_of(kind)}"
    if trigger in _ISSUERS:
        return f"u{case.place.unit_of(*_ISSUERS[trigger])}"
    return None


def paper_rows(case: Case, trigger: str, outcome: Outcome, evidence: Evidence) -> list[Row]:
    """The papers an act brings and the one it makes, as rows; `number_key` is what may be used once."""
    rows = [_paper_row(paper, None) for paper in evidence.papers]
    if outcome.paper is not None:
        rows.append(_paper_row(outcome.paper, _issuer(case, trigger)))
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
