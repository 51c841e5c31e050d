"""The rows of scans: which pages of which files, for which paper."""

from collections.abc import Sequence
from typing import Any, TypedDict

from workflow.facts import Leaf, Scan


class ScanRow(TypedDict):
    """The scan an event attached (papers.models.PaperScan)."""

    dossier_id: int
    seq: int
    paper_seq: int
    paper_nr: int
    form: str
    leaves: str


class ScanFileRow(TypedDict):
    """A file of it."""

    dossier_id: int
    seq: int
    nr: int
    address: str


def scan_row(dossier_id: int, seq: int, scan: Scan) -> ScanRow:
    """The row of the scan event `seq` attached."""
    return {
        "dossier_id": dossier_id,
        "seq": seq,
        "paper_seq": scan.seq,
        "paper_nr": scan.nr,
        "form": scan.form,
        "leaves": " ".join(f"{leaf.file}.{leaf.page}.{leaf.turn}" for leaf in scan.leaves),
    }


def file_rows(dossier_id: int, seq: int, scan: Scan) -> list[ScanFileRow]:
    """The rows of its files."""
    return [
        {"dossier_id": dossier_id, "seq": seq, "nr": nr, "address": address} for nr, address in enumerate(scan.files)
    ]


def read_leaves(text: str) -> tuple[Leaf, ...]:
    """The pages of a scan as its row has them."""
    found = (tuple(map(int, leaf.split("."))) for leaf in text.split())
    return tuple(Leaf(file, page, turn) for file, page, turn in found)  # type: ignore[arg-type] # a turn is one of four


def read_scan(row: Any, addresses: Sequence[str]) -> Scan:
    """A scan as its rows have it."""
    return Scan(row.paper_seq, row.paper_nr, row.form, tuple(addresses), read_leaves(row.leaves))
