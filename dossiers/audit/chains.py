"""Checking chains, wherever the events come from: the database, an exported file, a backup."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dossiers import chain


@dataclass(frozen=True)
class Finding:
    """Something wrong: in which dossier (or row of the office), at which event (0: at none), and what."""

    code: str
    seq: int
    what: str


@dataclass(frozen=True)
class Head:
    """Where a dossier's chain ends, as the dossier itself says."""

    code: str
    version: int
    hash: str


NOT_WRITTEN_HERE = "was not written by this program with this instance's key: its mark does not fit"
"""Of an event that fits into its chain, and that nobody with the key wrote."""

Columns = Mapping[Any, Any]
"""An event by its columns, from a database or a file."""

Personal = tuple[str, Callable[[], str]] | None
"""The salt of an event's personal part and how to read it (which may fail); None when it was erased."""


def check(events: Iterable[tuple[Columns, Personal]], heads: Mapping[int, Head]) -> tuple[int, list[Finding]]:
    """Check dossiers' events, given by dossier and number: (events checked, findings)."""
    findings: list[Finding] = []
    count = 0
    seen: dict[int, int] = {}
    last: dict[int, str] = {}
    for row, personal in events:
        count += 1
        dossier_id, seq = row["dossier_id"], row["seq"]
        head = heads.get(dossier_id)
        code = head.code if head else f"#{dossier_id}"
        expected = seen.get(dossier_id, 0) + 1
        if seq != expected:
            findings.append(Finding(code, expected, f"event {expected} is missing"))
        elif row["prev_hash"] != last.get(dossier_id, chain.GENESIS):
            findings.append(Finding(code, seq, "does not follow the event before it"))
        if chain.event_hash(code, row) != row["hash"]:
            findings.append(Finding(code, seq, "its content was changed"))
        if personal is not None and not _is_bound(personal, row["commitment"]):
            findings.append(Finding(code, seq, "its personal part was changed"))
        seen[dossier_id], last[dossier_id] = seq, row["hash"]
    for dossier_id, head in heads.items():
        if seen.get(dossier_id, 0) < head.version:
            findings.append(Finding(head.code, seen.get(dossier_id, 0) + 1, "the tail was cut off"))
        elif seen[dossier_id] > head.version:
            findings.append(Finding(head.code, head.version + 1, "was inserted after the last act"))
        elif last[dossier_id] != head.hash:
            findings.append(Finding(head.code, head.version, "is not the event the dossier ends with"))
    return count, findings


def _is_bound(personal: tuple[str, Callable[[], str]], commitment: str) -> bool:
    salt, read = personal
    try:
        return chain.commitment(salt, read()) == commitment
    except Exception:  # whatever a changed ciphertext breaks on: it is changed
        return False


def check_office(events: Iterable[tuple[Columns, Personal]]) -> tuple[int, list[Finding]]:
    """Check the chain of the office's log, given by number: (events checked, findings)."""
    findings: list[Finding] = []
    previous, expected, count = chain.GENESIS, 1, 0
    for row, personal in events:
        count += 1
        if row["seq"] != expected:
            findings.append(Finding("OFFICE", expected, f"event {expected} is missing"))
        elif row["prev_hash"] != previous:
            findings.append(Finding("OFFICE", row["seq"], "does not follow the event before it"))
        if chain.office_hash(row) != row["hash"]:
            findings.append(Finding("OFFICE", row["seq"], "its content was changed"))
        if personal is not None and not _is_bound(personal, row["commitment"]):
            findings.append(Finding("OFFICE", row["seq"], "its personal part was changed"))
        previous, expected = row["hash"], row["seq"] + 1
    return count, findings


def root(heads: Iterable[Head]) -> str:
    """The Merkle root over all heads, in the order given. Leaves and nodes are hashed apart (00, 01)."""
    level = [chain.digest(b"\x00" + f"{h.code}:{h.version}:{h.hash}".encode()) for h in heads]
    if not level:
        return chain.GENESIS
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [chain.digest(b"\x01" + b"".join(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0].hex()
