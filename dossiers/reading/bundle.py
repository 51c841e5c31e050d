"""A whole dossier: what is on file of it, paper by paper in the legal order, and all of it bound to one PDF."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from dossiers.casework.case import Case
from dossiers.documents import rendering
from dossiers.documents import services as documents
from dossiers.documents.composing import Beside, Composed, Table
from dossiers.formatters import day
from dossiers.languages import gettext as _
from dossiers.papers import files, judging
from dossiers.papers.judging import Bound
from dossiers.reading import scans
from dossiers.reading.scans import ScanShown
from dossiers.rules import services as rules
from workflow.facts import Handed
from workflow.papers import Kind

MOST = 200_000_000
"""Bytes of scans that are bound at once."""


class Unready(Exception):
    """The dossier cannot be put together now; the message is a sentence for people."""


@dataclass(frozen=True)
class Piece:
    """A paper on file: its row, what it is, its scan if it has one; `text`: else its text is drawn up from the data."""

    row: Any
    title: str
    kind: Kind | None
    scan: ScanShown | None
    text: bool

    @property
    def called(self) -> str:
        """How people find it: form, title, number and day."""
        number = f"số {self.row.number}, " if self.row.number else ""
        return f"{self.row.form} {self.title} ({number}{day(self.row.issued_on)})"


def pieces(case: Case) -> list[Piece]:
    """All papers on file in the order of the bundle, those of one form by their days; three queries."""
    book = rules.books()[case.rulebook]
    order = {form: nr for nr, form in enumerate(book.forms)}  # a rulebook lists them as the bundle is ordered
    rows = scans.papers_of(case.id)
    scanned = scans.by_paper(rows, scans.of(case.id))
    newest = {row.form: (row.seq, row.nr) for row in sorted(rows, key=lambda row: (row.issued_on, row.seq, row.nr))}
    found = []
    for row in sorted(rows, key=lambda row: (order.get(row.form, len(order)), row.issued_on, row.seq, row.nr)):
        form = book.forms.get(row.form)
        scan, at = scanned[row.seq, row.nr].current, (row.seq, row.nr)
        kind = Kind(form.kind) if form and form.kind else None
        is_written = kind is not Kind.CV or bool(case.facts.cv)  # an empty form says nothing of anybody
        is_ours = documents.kind_of(row.form, book) is not None and kind not in documents.CERTIFICATES
        has_text = scan is None and is_written and is_ours and newest[row.form] == at
        found.append(Piece(row, book.form_title(row.form).vi, kind, scan, has_text))
    return found


class Listed(NamedTuple):
    """A paper on file as lists of several dossiers name it."""

    paper: Handed
    called: str


def listed(cases: Sequence[Case]) -> dict[int, list[Listed]]:
    """All papers on file of dossiers in the order of the bundle, by dossier; one query."""
    rows = scans.papers_of_many(case.id for case in cases)
    found = {}
    for case in cases:
        book = rules.books()[case.rulebook]
        order = {form: nr for nr, form in enumerate(book.forms)}
        pieces_of = [Piece(row, book.form_title(row.form).vi, None, None, False) for row in rows[case.id]]
        pieces_of.sort(key=lambda p: (order.get(p.row.form, len(order)), p.row.issued_on, p.row.seq, p.row.nr))
        found[case.id] = [Listed(Handed(p.row.seq, p.row.nr, p.row.form), p.called) for p in pieces_of]
    return found


def cover_list_of_many(cases: Sequence[Case]) -> Composed:
    """One list of all dossiers with the papers that are handed over (all on file, where none is), under the heading of
    who hands over the first.
    """
    known = listed(cases)
    rows: list[tuple[str, ...]] = []
    for nr, case in enumerate(cases, start=1):
        gone = set(case.facts.handed.papers) if case.facts.handed else None
        papers = [one.called for one in known[case.id] if gone is None or one.paper in gone]
        rows.append((str(nr), f"{case.full_name}, hồ sơ {case.code}", "; ".join(papers), str(len(papers))))
    table = Table(("TT", "Hồ sơ", "Giấy tờ", "Số giấy tờ"), (2, 8, 15, 3), tuple(rows))
    return documents.composed(cases[0], Beside.COVER_LISTS, False, table)


def handed(case: Case) -> list[Piece]:
    """The papers of the cover list: those that were handed over, else all on file."""
    found = pieces(case)
    if case.facts.handed is None:
        return found
    listed = {(paper.seq, paper.nr) for paper in case.facts.handed.papers}
    return [piece for piece in found if (piece.row.seq, piece.row.nr) in listed]


def check(found: Iterable[Piece]) -> None:
    """Raises Unready where a scan cannot be looked at yet, or ever, or where all are too large together."""
    with_scan = [(piece, piece.scan) for piece in found if piece.scan is not None]
    waiting = [piece.row.form for piece, scan in with_scan if scan.waits]
    if waiting:
        raise Unready(
            _("Bản chụp %(forms)s còn chờ phần mềm diệt vi-rút trả lời; thử lại sau.", forms=", ".join(waiting))
        )
    shut = [piece.row.form for piece, scan in with_scan if not scan.is_shown]
    if shut:
        raise Unready(
            _(
                "Bản chụp %(forms)s không mở được (bị báo có mã độc hoặc không còn); lưu bản khác.",
                forms=", ".join(shut),
            )
        )
    sizes = {file.address: file.size for _piece, scan in with_scan for file in scan.files}
    if sum(sizes.values()) > MOST:
        raise Unready(_("Các bản chụp cộng lại lớn hơn %(n)s MB; tải từng bản.", n=MOST // 1_000_000))


class Sources:
    """Files that parts are bound of, each once: scans, as PDF or pictures, and PDF of ours."""

    def __init__(self, shown: Sequence[ScanShown]) -> None:
        """Read the files of these scans. Raises files.Damaged."""
        self._content = files.read_all(file.address for scan in shown for file in scan.files)
        self.files: list[tuple[str, bytes]] = []
        self._places: dict[str, int] = {}

    def scan(self, scan: ScanShown) -> list[tuple[int, int, int]]:
        """The pages of a scan; a text of Word is its words. Raises Unready for one without any."""
        if scan.is_text:
            try:
                return self.made(_words(self._content[scan.files[0].address]))
            except judging.Unfit:
                raise Unready(
                    _("Tệp Word lưu cho %(form)s không đọc được; lưu bản chụp thay vào.", form=scan.form)
                ) from None
        for file in scan.files:
            if file.address not in self._places:
                self._places[file.address] = len(self.files)
                self.files.append((file.kind, self._content[file.address]))
        return [(self._places[scan.files[leaf.file].address], leaf.page, leaf.turn) for leaf in scan.leaves]

    def made(self, pdf: bytes) -> list[tuple[int, int, int]]:
        """All pages of a PDF of ours."""
        self.files.append(("pdf", pdf))
        return [(len(self.files) - 1, 0, 0)]


def _words(docx: bytes) -> bytes:
    head = "Chữ của tệp Word được lưu thay bản chụp; cách trình bày và hình ảnh không có ở đây."
    return rendering.words(judging.words_of(docx), head)


def pdf(case: Case, sensitive: bool) -> bytes:
    """The dossier as one PDF with a bookmark a paper; `sensitive`: texts also say what the law calls so.

    Raises Unready, files.Damaged or judging.Unfit.
    """
    found = pieces(case)
    check(found)
    sources = Sources([piece.scan for piece in found if piece.scan is not None])
    parts = [Bound("Bản kê giấy tờ", sources.made(rendering.pdf(cover_list(case, found))))]
    for piece in found:
        if piece.scan is not None:
            parts.append(Bound(piece.called, sources.scan(piece.scan)))
        elif piece.text and piece.kind is not None:
            text = documents.composed(case, piece.kind, sensitive)
            parts.append(Bound(f"{piece.called} – văn bản dựng từ dữ liệu", sources.made(rendering.pdf(text))))
    return judging.bound(sources.files, parts)


def cover_list(case: Case, found: Sequence[Piece]) -> Composed:
    """The list of papers with their pages, from whoever had the file to whoever acts now."""
    return documents.composed(case, Beside.COVER_LIST, False, cover_table(found))


def cover_table(found: Sequence[Piece]) -> Table:
    """What stands in that list, a row a paper."""
    rows = tuple(
        (
            str(nr),
            f"{piece.row.form} {piece.title}",
            ", ".join(filter(None, (piece.row.number, day(piece.row.issued_on)))),
            str(piece.scan.pages) if piece.scan else "",
            "" if piece.scan else "dựng từ dữ liệu" if piece.text else "chưa có bản chụp",
        )
        for nr, piece in enumerate(found, start=1)
    )
    return Table(("TT", "Tên giấy tờ", "Số, ngày", "Số trang", "Ghi chú"), (2, 12, 6, 3, 5), rows)
