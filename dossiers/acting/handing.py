"""The forms of handing a dossier over: the cover list, and the same list ticked by who receives it."""

from collections.abc import Sequence

from dossiers.acting.forms import ActForm, Brought
from dossiers.acting.rows import Piece
from dossiers.casework.case import Case
from dossiers.fields import DayField, SomeOfField, required
from dossiers.formatters import day
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.reading import bundle
from dossiers.reading.bundle import Listed
from workflow.facts import Handed
from workflow.guards import Situation


class _Listing(ActForm):
    """A list of papers to tick; of many dossiers at once, a list for each."""

    joint = frozenset({"listed"})

    listed = SomeOfField(_l("Giấy tờ"), choices=[])

    _papers: dict[str, Handed]

    def offer(self, case: Case, only: set[Handed] | None = None) -> None:
        """The papers on file, or those of them that were handed over."""
        if self.listed_papers is not None:
            self._offer_beside_others(case, self.listed_papers, only)
            return
        found = {
            f"{piece.row.seq}.{piece.row.nr}": (Handed(piece.row.seq, piece.row.nr, piece.row.form), piece)
            for piece in bundle.pieces(case)
        }
        kept = {key: one for key, one in found.items() if only is None or one[0] in only}
        self._papers = {key: paper for key, (paper, _piece) in kept.items()}
        self.listed.choices = [(key, piece.called + self._pages(piece)) for key, (_paper, piece) in kept.items()]

    def _offer_beside_others(self, case: Case, known: Sequence[Listed], only: set[Handed] | None) -> None:
        """The same, where other dossiers stand on the page: what is ticked here says of which it is. A list without a
        tick stops nobody else's dossier; the rules say what lacks.
        """
        kept = [one for one in known if only is None or one.paper in only]
        self._papers = {f"{case.code}/{one.paper.seq}.{one.paper.nr}": one.paper for one in kept}
        self.listed.choices = [(key, one.called) for key, one in zip(self._papers, kept, strict=True)]
        self.listed.data = [key for key in self.listed.data or () if key.startswith(f"{case.code}/")]
        self.listed.id, self.listed.validators, self.listed.flags.required = f"listed-{case.code}", (), False

    def _pages(self, piece: bundle.Piece) -> str:
        return "" if piece.scan is None else _(", bản chụp %(n)s trang", n=piece.scan.pages)

    def field_of(self, evidence: str) -> str:
        """A refusal of what is handed over stands at the list."""
        return self.listed.name if evidence in ("handed", "listed") else super().field_of(evidence)

    def bring(self, brought: Brought, case: Case) -> None:
        """The papers that were ticked."""
        super().bring(brought, case)
        brought.evidence["handed"] = tuple(self._papers[key] for key in self.listed.data or ())


class HandOverForm(_Listing):
    """The papers that go to the next level, all of them unless somebody leaves one out."""

    happened_on = DayField(_l("Ngày bàn giao"), [required])
    listed = SomeOfField(_l("Giấy tờ bàn giao"), [required], choices=[])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """All papers are ticked."""
        super().prepare(case, s, trigger)
        self.offer(case)
        if not self.is_filled():
            self.listed.data = list(self._papers)


class ReceiveForm(_Listing):
    """What was handed over, each paper ticked by who holds it in the hand."""

    happened_on = DayField(_l("Ngày nhận"), [required])
    listed = SomeOfField(_l("Đánh dấu từng giấy tờ đã nhận"), [required], choices=[])

    _hint = ""

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Only what is on the cover list; nothing is ticked beforehand."""
        super().prepare(case, s, trigger)
        handed = case.facts.handed
        self.offer(case, set(handed.papers) if handed else set())
        if handed is not None:
            self._hint = _(
                "Bàn giao ngày %(day)s. Thiếu giấy tờ nào thì trả hồ sơ để sửa và nêu điểm thiếu.", day=day(handed.on)
            )

    def layout(self) -> list[Piece]:
        """What was handed over and when, first."""
        is_alone = self.listed_papers is None
        return [*([Piece(hint=self._hint)] if self._hint and is_alone else []), *super().layout()]


FORMS: dict[str, type[ActForm]] = {"hand_over": HandOverForm, "receive_dossier": ReceiveForm}
