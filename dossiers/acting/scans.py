"""The form that attaches a scan to a paper: files chosen, dropped, pasted or taken by a camera; pages put in order."""

from typing import Any

from flask import Blueprint, current_app, request, session, url_for
from wtforms import BooleanField, FormField, HiddenField

from dossiers import clock
from dossiers.acting.forms import ActForm, Brought, Recorded
from dossiers.acting.rows import Piece, Row, RowList
from dossiers.casework.case import Case
from dossiers.extensions import write_transaction
from dossiers.fields import ChoiceField, DayField, FilesField, WholeNumberField, choice, with_empty
from dossiers.formatters import day, say
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.papers import files, judging, scanner
from dossiers.papers.files import Sealed
from dossiers.papers.judging import Kept, Sent, Unfit
from dossiers.reading import scans
from dossiers.reading.scans import Scanned
from workflow.facts import Leaf, Scan
from workflow.guards import Situation

TAKEN = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.tif,.tiff,.docx"
PICTURES = "image/*"

Page = tuple[str, int, int]
"""A page of a scan: the address of its file, which page of that, how it is turned."""


class LeafRowForm(Row):
    """A page of the scan there is: where it goes, how it is turned. Which it is stands hidden in the row."""

    place = WholeNumberField("")
    turn = ChoiceField("", choices=[], coerce=int)
    gone = BooleanField("")
    leaf = HiddenField()

    picture = ""

    def placed(self, index: int) -> None:
        """Pages are counted."""
        number = index + 1
        self.legend = _("Trang %(n)s", n=number)
        self.place.label.text = _("Thứ tự của trang %(n)s", n=number)
        self.turn.label.text = _("Xoay trang %(n)s", n=number)
        self.gone.label.text = _("Bỏ trang %(n)s", n=number)
        self.turn.choices = [
            ("0", _("Để nguyên")), ("90", _("Sang phải 90°")), ("180", _("Lộn ngược")), ("270", _("Sang trái 90°")),
        ]  # fmt: skip

    def piece(self) -> Piece:
        """With a picture of the page, where there is one."""
        return Piece(tuple(self), self.legend, self.note, picture=self.picture)


class ScanForm(ActForm):
    """The scan of a paper: new files, and the pages of the one there is."""

    happened_on = DayField(_l("Ngày lưu bản chụp"))
    paper = choice(_l("Giấy tờ"))
    files = FilesField(_l("Tệp bản chụp: PDF, JPEG, PNG, HEIC, TIFF hoặc Word"), render_kw={"accept": TAKEN})
    photos = FilesField(_l("Chụp bằng máy ảnh"), render_kw={"accept": PICTURES, "capture": "environment"})
    instead = BooleanField(_l("Thay toàn bộ bản chụp đang có (bản cũ vẫn được giữ)"))
    leaves = RowList(FormField(LeafRowForm), max_entries=100)

    takes_files = True

    _scanned: dict[str, Scanned]
    _forms: dict[str, str]
    _new: list[Kept]
    _sealed: tuple[Sealed, ...]
    _pages: list[Page]

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the papers on file; of the one that was asked for, the pages there are."""
        super().prepare(case, s, trigger)
        self.happened_on.data = clock.today()  # it is put there when it is put there
        rows = scans.papers_of(case.id)
        found = scans.by_paper(rows, scans.of(case.id))
        self._scanned = {one.key: one for one in found.values()}
        self._forms = {f"{row.seq}.{row.nr}": row.form for row in rows}
        labels = {f"{row.seq}.{row.nr}": _label(row, s) for row in rows}
        asked = request.args.get("giay", "")
        if asked in labels:
            self.paper.choices, self.paper.data = [(asked, labels[asked])], asked
        else:
            self.paper.choices = with_empty(list(labels.items()))
        self._show(case)

    def _show(self, case: Case) -> None:
        """A row for each page of the scan there is."""
        scanned = self._scanned.get(self.paper.data or "")
        current = None if scanned is None else scanned.current
        if current is not None and not self.is_filled():
            self.leaves.show(
                {"place": nr, "turn": leaf.turn, "leaf": _named(current.files[leaf.file].address, leaf.page)}
                for nr, leaf in enumerate(current.leaves, start=1)
            )
        if current is None:
            return
        of_leaf = {_named(current.files[leaf.file].address, leaf.page): nr for nr, leaf in enumerate(current.leaves, 1)}
        for row in self.leaves.rows:
            nr = of_leaf.get(row.leaf.data or "")
            if nr and current.is_shown and current.files[current.leaves[nr - 1].file].kind in ("jpeg", "png"):
                row.picture = url_for("reading.scan_page", code=case.code, seq=current.seq, nr=nr)

    def recall(self, recorded: Recorded) -> None:
        """Which paper it was of: a scan is put right by another one."""
        super().recall(recorded)
        if recorded.evidence.scan is not None:
            self.put("paper", f"{recorded.evidence.scan.seq}.{recorded.evidence.scan.nr}")

    def layout(self) -> list[Piece]:
        """Files first, then the pages there are."""
        pieces = [piece for piece in super().layout() if self.happened_on not in piece.fields]
        if not self.leaves.entries:
            pieces = [piece for piece in pieces if self.instead not in piece.fields]
        return pieces

    def field_of(self, evidence: str) -> str:
        """A refusal of the scan stands at its files."""
        return self.files.name if evidence == "scan" else super().field_of(evidence)

    def validate(self, extra_validators: Any = None) -> bool:
        """Every file is what it says and can be kept; something is new."""
        if not super().validate(extra_validators):
            return False
        try:
            self._take()
            self._put_together()
        except Unfit as unfit:
            self.files.errors = [str(unfit)]
            return False
        return True

    def _take(self) -> None:
        """Clean what was sent, ask the virus scanner, encrypt. Raises Unfit."""
        most = 1_000_000 * int(current_app.config["SCAN_MEGABYTES"]) + 1
        sent = [Sent(one.filename, one.stream.read(most)) for one in (*self.files.data, *self.photos.data)]
        if len(sent) > int(current_app.config["SCAN_PAGES"]):
            raise Unfit(_("Nhiều hơn %(n)s trang; chia thành nhiều tệp.", n=current_app.config["SCAN_PAGES"]))
        self._new, verdict = judging.judge(sent) if sent else [], scanner.UNASKED
        for one in sent:
            said = scanner.verdict(one.content)
            if said == scanner.INFECTED:
                raise judging.infected(one.name)
            verdict = scanner.WAITING if scanner.WAITING in (verdict, said) else said
        if self._new and not files.has_begun():
            with write_transaction():
                files.begin()
        self._sealed = tuple(files.seal(one.content, one.kind, one.pages, verdict) for one in self._new)

    def _put_together(self) -> None:
        """The pages as they will be, those kept and the new ones behind them. Raises Unfit."""
        before = self._before()
        kept = [] if self.instead.data else self._kept_leaves(before)
        new: list[Page] = [
            (sealed.address, page, one.turn)
            for one, sealed in zip(self._new, self._sealed, strict=True)
            for page in range(1, one.pages + 1)
        ]
        self._pages = kept + new
        if self._pages == [page for page, _kind in before]:
            raise Unfit(_("Chọn ít nhất một tệp, hoặc xếp, xoay, bỏ một trang đang có."))
        most = int(current_app.config["SCAN_PAGES"])
        if len(self._pages) > most:
            raise Unfit(_("Bản chụp có %(n)s trang; nhiều nhất là %(most)s.", n=len(self._pages), most=most))
        kinds = {page[0]: kind for page, kind in before}
        kinds |= {sealed.address: sealed.kind for sealed in self._sealed}
        if len({page[0] for page in self._pages}) > 1 and any(kinds[page[0]] == "docx" for page in self._pages):
            raise Unfit(_("Tệp Word đứng riêng một bản, không ghép với trang khác; chuyển sang PDF để ghép."))

    def _before(self) -> list[tuple[Page, str]]:
        """The pages there are, each with the kind of its file."""
        scanned = self._scanned.get(self.paper.data or "")
        if scanned is None or scanned.current is None:
            return []
        of_scan = scanned.current.files
        return [
            ((of_scan[leaf.file].address, leaf.page, leaf.turn), of_scan[leaf.file].kind)
            for leaf in scanned.current.leaves
        ]

    def _kept_leaves(self, before: list[tuple[Page, str]]) -> list[Page]:
        """The pages there are as the rows say; a page without a row stays where it is."""
        rows = {row.leaf.data: row for row in self.leaves.rows}
        placed: list[tuple[tuple[int, int, int], Page]] = []
        for nr, ((address, page, turn), _kind) in enumerate(before, start=1):
            row = rows.get(_named(address, page))
            if row is not None and row.gone.data:
                continue
            place = nr if row is None or row.place.data is None else row.place.data
            turn = turn if row is None else row.turn.data
            # One that moves up stands before, one that moves down behind the page that has this place already.
            placed.append(((place, (place > nr) - (place < nr), nr), (address, page, turn)))
        return [page for _place, page in sorted(placed)]

    def bring(self, brought: Brought, case: Case) -> None:
        """The scan as the rules and the file know it."""
        super().bring(brought, case)
        seq, nr = map(int, self.paper.data.split("."))
        addresses = list(dict.fromkeys(address for address, _page, _turn in self._pages))
        leaves = tuple(Leaf(addresses.index(address), page, turn) for address, page, turn in self._pages)  # type: ignore[arg-type] # a turn is one of four
        brought.evidence["scan"] = Scan(seq, nr, self._forms[self.paper.data], tuple(addresses), leaves)
        brought.files = self._sealed


def _named(address: str, page: int) -> str:
    return f"{address[:16]}.{page}"


def _label(row: Any, s: Situation) -> str:
    title = f"{row.form} – {say(s.rulebook.form_title(row.form))}"
    number = _("Số %(n)s", n=row.number) + ", " if row.number else ""
    return f"{title} ({number}{day(row.issued_on)})"


def take_uploads(blueprint: Blueprint, endpoint: str) -> None:
    """Let the page of this form take more than other pages do, from who is signed in."""

    @blueprint.url_value_preprocessor
    def more(asked: str | None, _values: dict[str, Any] | None) -> None:
        if asked == endpoint and "_user_id" in session:
            request.max_content_length = 1_000_000 * int(current_app.config["UPLOAD_MEGABYTES"])
