"""The scans of a dossier's papers as they are shown, and their content as it is sent."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select

from dossiers.asking import Question
from dossiers.casework.case import Case
from dossiers.extensions import run
from dossiers.formatters import say
from dossiers.papers import files, judging
from dossiers.papers.models import PaperRecord, PaperScan, ScanFile, StoredFile
from dossiers.papers.scanner import INFECTED, WAITING
from dossiers.papers.scans import read_leaves
from dossiers.profile import is_register
from dossiers.rules import services as rules
from workflow.facts import Leaf, Paper

_SCANS = Question(
    select(*PaperScan.__table__.c).where(PaperScan.dossier_id == bindparam("dossier")).order_by(PaperScan.seq)
)
_FILES = Question(
    select(ScanFile.seq, ScanFile.address, StoredFile.kind, StoredFile.size, StoredFile.verdict)
    .outerjoin(StoredFile, StoredFile.address == ScanFile.address)
    .where(ScanFile.dossier_id == bindparam("dossier"))
    .order_by(ScanFile.seq, ScanFile.nr)
)
_PAPERS = Question(
    select(*PaperRecord.__table__.c)
    .where(PaperRecord.dossier_id == bindparam("dossier"))
    .order_by(PaperRecord.seq, PaperRecord.nr)
)

_PAPERS_OF_MANY = Question(
    select(*PaperRecord.__table__.c)
    .where(PaperRecord.dossier_id.in_(bindparam("dossiers", expanding=True)))
    .order_by(PaperRecord.dossier_id, PaperRecord.seq, PaperRecord.nr)
)

Place = tuple[int, int]
"""Which paper: the `nr`th of event `seq`."""


@dataclass(frozen=True)
class ScanShown:
    """A scan: event `seq` attached it to a paper of a form; `files` as stored, columns empty where one is missing."""

    seq: int
    paper: Place
    form: str
    leaves: tuple[Leaf, ...]
    files: tuple[Any, ...]

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return len(self.leaves)

    @property
    def waits(self) -> bool:
        """Whether the virus scanner has not answered for all of it."""
        return any(file.verdict == WAITING for file in self.files)

    @property
    def is_shown(self) -> bool:
        """Whether it may be looked at: all is there, and the virus scanner has answered and found nothing."""
        return all(file.kind and file.verdict not in (WAITING, INFECTED) for file in self.files)

    @property
    def is_text(self) -> bool:
        """Whether it is a text of Word, which no browser shows."""
        return any(file.kind == "docx" for file in self.files)

    @property
    def is_pictures(self) -> bool:
        """Whether every page is a picture."""
        return all(file.kind in ("jpeg", "png") for file in self.files)


@dataclass(frozen=True)
class Scanned:
    """The scan of a paper that counts, if it has one with pages, and those before it, the latest first."""

    paper: Place
    current: ScanShown | None
    earlier: tuple[ScanShown, ...]

    @property
    def key(self) -> str:
        """How the form that attaches a scan names the paper."""
        return f"{self.paper[0]}.{self.paper[1]}"


def of(dossier_id: int) -> list[ScanShown]:
    """All scans of a dossier, oldest first; two queries. A register shows none."""
    if is_register():
        return []
    of_scan: dict[int, list[Any]] = {}
    for row in run(_FILES, {"dossier": dossier_id}):
        of_scan.setdefault(row.seq, []).append(row)
    return [
        ScanShown(
            row.seq, (row.paper_seq, row.paper_nr), row.form, read_leaves(row.leaves), tuple(of_scan.get(row.seq, ()))
        )
        for row in run(_SCANS, {"dossier": dossier_id})
    ]


def papers_of(dossier_id: int) -> Sequence[Row[Any]]:
    """The papers on file, in the order they were brought."""
    return run(_PAPERS, {"dossier": dossier_id}).all()


def papers_of_many(dossiers: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """The papers on file of dossiers, in the order they were brought; one query."""
    found: dict[int, list[Row[Any]]] = {number: [] for number in dossiers}
    for row in run(_PAPERS_OF_MANY, {"dossiers": list(found)}) if found else ():
        found[row.dossier_id].append(row)
    return found


def by_paper(rows: Sequence[Row[Any]], scans: Sequence[ScanShown]) -> dict[Place, Scanned]:
    """For every paper on file its scans. If a correction took papers out of an event, the form tells whose they are."""
    found: dict[Place, list[ScanShown]] = {(row.seq, row.nr): [] for row in rows}
    forms = {(row.seq, row.nr): row.form for row in rows}
    for scan in scans:
        place = scan.paper
        if forms.get(place) != scan.form:
            same = (at for at, form in forms.items() if at[0] == place[0] and form == scan.form)
            place = next(same, place)
        if forms.get(place) == scan.form:
            found[place].append(scan)
    return {place: _scanned(place, of_paper) for place, of_paper in found.items()}


def _scanned(place: Place, scans: Sequence[ScanShown]) -> Scanned:
    newest = scans[-1] if scans and scans[-1].leaves else None
    others = [scan for scan in reversed(scans) if scan is not newest and scan.leaves]
    return Scanned(place, newest, tuple(others))


def of_papers(case: Case) -> Mapping[int, Scanned]:
    """The scans of each paper the rules know of, by the `id` of that; a paper has no other name there."""
    rows = papers_of(case.id)
    found = by_paper(rows, of(case.id))
    return {
        id(paper): found[row.seq, row.nr]
        for paper, row in zip(_in_order(case.facts.papers, rows), rows, strict=True)
        if paper is not None
    }


def _in_order(papers: Sequence[Paper], rows: Sequence[Row[Any]]) -> list[Paper | None]:
    """For every row the paper that it is of: both stand in the order of their events."""
    left, found = list(papers), []
    for row in rows:
        like = (row.form, row.issued_on, row.number)
        paper = next((one for one in left if (one.form, one.issued_on, one.number) == like), None)
        if paper is not None:
            left = [one for one in left if one is not paper]
        found.append(paper)
    return found


def scan_of(dossier_id: int, seq: int) -> ScanShown | None:
    """The scan an event attached, if it has pages."""
    return next((scan for scan in of(dossier_id) if scan.seq == seq and scan.leaves), None)


def pdf(scan: ScanShown) -> bytes:
    """The scan as one PDF. Raises files.Damaged, or judging.Unfit when its pages cannot be put together."""
    contents = [(file.kind, files.read(file.address)) for file in scan.files]
    if len(contents) == 1 and contents[0][0] == "pdf" and _is_whole(scan):
        return contents[0][1]
    return judging.joined(contents, [(leaf.file, leaf.page, leaf.turn) for leaf in scan.leaves])


def _is_whole(scan: ScanShown) -> bool:
    """Whether it is one file as it was sent."""
    pages = files.told([scan.files[0].address])[scan.files[0].address].pages
    return scan.leaves == tuple(Leaf(0, nr, 0) for nr in range(1, pages + 1))


def text(scan: ScanShown) -> bytes:
    """The text of Word it is. Raises files.Damaged."""
    return files.read(scan.files[0].address)


def picture(scan: ScanShown, nr: int) -> tuple[bytes, str] | None:
    """Page `nr`, from 1, as a picture with its type; None if it is none. Raises files.Damaged, or judging.Unfit."""
    if not 1 <= nr <= len(scan.leaves):
        return None
    leaf = scan.leaves[nr - 1]
    file = scan.files[leaf.file]
    if file.kind == "png":
        content = files.read(file.address)
        return (judging.turned(content, leaf.turn) if leaf.turn else content), "image/png"
    return (_oriented(files.read(file.address), leaf.turn), "image/jpeg") if file.kind == "jpeg" else None


_ORIENTATIONS = {90: 6, 180: 3, 270: 8}


def _oriented(jpeg: bytes, turn: int) -> bytes:
    """A JPEG that says how it is to be turned: its pixels stay as they are."""
    if not turn:
        return jpeg
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, _ORIENTATIONS[turn], 0, 0)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def file_name(case: Case, scan: ScanShown, suffix: str) -> str:
    """How a scan is called where it is saved: the dossier's code, the paper, the candidate."""
    title = say(rules.books()[case.rulebook].form_title(scan.form))
    name = f"{case.code} {scan.form} {title} - {case.full_name}"
    return "".join("-" if char in '/\\:*?"<>|' else char for char in name)[:180] + suffix
