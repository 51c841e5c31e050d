"""What every form of an act has, and the pieces that forms of the stages are put together from."""

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal, final

from flask import url_for
from wtforms import Field, FormField, HiddenField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.acting import ballots
from dossiers.acting.ballots import Counted
from dossiers.acting.rows import PaperRowForm, Piece, RowList
from dossiers.acting.sent import sent_key
from dossiers.casework.act import Act
from dossiers.casework.case import Case
from dossiers.casework.decide import issuing_unit
from dossiers.fields import (
    ChoiceField,
    DayField,
    LineField,
    NumberWords,
    OneOfField,
    ParagraphField,
    WholeNumberField,
    Words,
    required,
    with_empty,
)
from dossiers.formatters import body, day, say
from dossiers.forms import FlaskForm, Meanwhile, Remembering
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.papers.files import Sealed
from dossiers.papers.registers import offered
from dossiers.people.rows import CompanionRow, PersonRow, RelativeRow
from dossiers.reading.bundle import Listed
from dossiers.units import registers
from workflow import machine
from workflow.deadlines import running
from workflow.facts import DossierFacts, Evidence
from workflow.guards import Situation
from workflow.procedure.table import move_by, road_of
from workflow.rulebook import Rulebook
from workflow.stages import STATE_LABELS, State
from workflow.votes import Body


@dataclass
class Brought:
    """What a form brings, gathered class by class (`ActForm.bring`); `ActForm.act` makes the act of it, once."""

    evidence: dict[str, Any] = field(default_factory=dict)
    relatives: tuple[RelativeRow, ...] = ()
    companions: tuple[CompanionRow, ...] = ()
    person: PersonRow = field(default_factory=dict)
    was: PersonRow = field(default_factory=dict)
    files: tuple[Sealed, ...] = ()
    class_id: int | None = None
    to_unit_id: int | None = None


@dataclass(frozen=True)
class Recorded:
    """What an act recorded, for its form to show again (`ActForm.recall`)."""

    evidence: Evidence
    relatives: tuple[RelativeRow, ...] = ()
    companions: tuple[CompanionRow, ...] = ()
    person: PersonRow = field(default_factory=dict)
    was: PersonRow = field(default_factory=dict)
    class_id: int | None = None
    to_unit_id: int | None = None


class ActForm(Remembering):
    """Base of every form of an act: when it happened, which version was seen, and a key that makes it act once.

    A subclass adds fields named as the evidence names them, which are brought and recalled without more ado. For all
    else it extends `bring` and `recall`, one the mirror of the other, and `layout`, which says what people see.
    """

    class Meta(FlaskForm.Meta):
        """The token stands on the page itself (acting/act.html) and was checked before any view (CSRFProtect)."""

        csrf = False

    happened_on = DayField(_l("Ngày diễn ra"), [required])
    version = HiddenField()
    act_key = HiddenField()
    behalf = HiddenField()
    """For whom the act was to be done when the form was shown (workflow.machine.behalf); "" for oneself."""

    in_columns = False
    """Whether the fields are so many that they stand side by side."""

    takes_files = False
    """Whether files are sent with it."""

    joint: ClassVar[frozenset[str]] = frozenset()
    """Fields that show, and take, a part of their own for each dossier where one act is done on many."""

    listed_papers: Sequence[Listed] | None = None
    """The papers on file, for such a field, where one act is done on many: read for all dossiers at once."""

    recorded: Recorded | None = None
    """What is recalled, if anything is."""

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Fit the form to a dossier: defaults, choices, the register of those who vote."""
        if not self.act_key.data:
            self.act_key.data = secrets.token_hex(16)
        if not self.version.data:
            self.version.data = str(case.version)
        if not self.is_filled():
            self.happened_on.data = clock.today()
            self.behalf.data = machine.behalf(s, trigger)

    def recall(self, recorded: Recorded) -> None:
        """After `prepare`: show again what an act recorded, for correcting it.

        Of a form that was sent, what was typed stays; but what was recorded can be chosen, whatever today's lists say.
        """
        self.recorded = recorded
        for name in self._as_evidence():
            self.put(name, getattr(recorded.evidence, name))

    _kept: tuple[str, ...] = ()

    def withhold(self, names: Iterable[str]) -> None:
        """After `recall`: leave out fields that whoever corrects may not read; what was recorded in them stays."""
        for name in [name for name in names if name in self._fields]:
            del self[name]
            self._kept += (name,)

    def put(self, name: str, value: object) -> None:
        """Show a value in a field if nothing was sent; a list to choose from takes it up."""
        shown = self[name]
        if isinstance(shown, (ChoiceField, OneOfField)):
            shown.allow(value)
        if not self.is_filled():
            shown.data = value

    def layout(self) -> list[Piece]:
        """The form as people see it: the day and the number of the paper first, a list of rows row by row."""
        rest = dict(self._fields)
        first = [rest.pop(name) for name in ("happened_on", "number") if name in rest]
        pieces: list[Piece] = []
        for shown in (*first, *rest.values()):
            if isinstance(shown, RowList):
                pieces += [row.piece() for row in shown.rows if row.shown]
                if shown.grows and len(shown.entries) < shown.most:
                    pieces.append(Piece(more=shown.name, most=shown.most))
            else:
                pieces.append(Piece((shown,)))
        return pieces

    def lengthen(self, name: str | None) -> bool:
        """Give a list of rows more rows if that is what the form was sent for; whether it was."""
        rows = self._fields.get(name or "")
        if not isinstance(rows, RowList) or not rows.grows:
            return False
        rows.lengthen()
        return True

    def __iter__(self) -> Iterator[Field]:
        """All fields that people see or that stand hidden among them, in their order, those of rows too."""
        return (shown for piece in self.layout() for shown in piece.fields)

    def field_of(self, evidence: str) -> str:
        """The name of the field that a refusal over a piece of the evidence stands at; "" if there is none."""
        return evidence if any(shown.name == evidence for shown in self) else ""

    heading: str = ""
    """What the page is called, if not by the act."""

    is_cv = False
    """Whether it is a section of the CV: the way between them and the scan of the original stand beside it."""

    def meet(self, case: Case, s: Situation, trigger: str) -> list[Meanwhile]:
        """Somebody acted on the dossier since the form was made: what was typed goes on from where it stands now, which
        is taken over where nothing was typed. Gives what was changed meanwhile.
        """
        self.version.data = str(case.version)
        if machine.option(s, trigger) is None:
            return []
        return self.go_on(lambda now: now.prepare(case, s, trigger))

    def then(self, code: str) -> str:
        """Where the act leads: to the dossier."""
        return url_for("reading.dossier", code=code)

    def seen_version(self) -> int:
        """The version of the dossier this form was made from; 0 when the field was tampered with."""
        typed = str(self.version.data)
        return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else 0

    @final
    def act(self, trigger: str, case: Case) -> Act:
        """The act this form describes; the form has been validated."""
        brought = Brought()
        self.bring(brought, case)
        return Act(
            trigger,
            Evidence(**brought.evidence),
            sent_key(self.act_key.data, case.code, trigger),
            relatives=brought.relatives,
            companions=brought.companions,
            person=brought.person,
            was=brought.was,
            files=brought.files,
            class_id=brought.class_id,
            to_unit_id=brought.to_unit_id,
        )

    def bring(self, brought: Brought, case: Case) -> None:
        """Put what was typed into what is brought. The one hook: what is no plain field of the evidence goes here."""
        for name in self._as_evidence():
            if self[name].data not in (None, ""):
                brought.evidence[name] = self[name].data
        for name in self._kept:
            assert self.recorded is not None
            brought.evidence[name] = getattr(self.recorded.evidence, name)

    def _as_evidence(self) -> list[str]:
        """The plain fields that are named as the evidence names them."""
        return [
            name for name in Evidence.__struct_fields__ if name in self and not isinstance(self._fields[name], RowList)
        ]


class Numbered(ActForm):
    """The number of the paper the act makes."""

    number = LineField(_l("Số văn bản"), [required, NumberWords()])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the next number of the register, where the unit that issues the paper keeps one."""
        super().prepare(case, s, trigger)
        move = move_by(trigger, case.state, case.route)
        if move is None or move.issuer is None or self.is_filled() or self.number.data:
            return
        unit = issuing_unit(case, move.issuer, road_of(trigger, case.state, case.route))
        self.number.data = offered(unit, move.paper_from(case.facts.source), clock.today())


class Reasoned(ActForm):
    """Why."""

    reason = ParagraphField(_l("Lý do"), [required, Words(2000)])


_VOTES = ("present", "in_favour", "against", "blank", "invalid", "exempt_present", "abstained")


class Balloted(ActForm):
    """The counted votes; those entitled come from the register."""

    present = WholeNumberField(_l("Số người có mặt"), [required])
    in_favour = WholeNumberField(_l("Tán thành"), [required])
    against = WholeNumberField(_l("Không tán thành"), [Optional()])
    blank = WholeNumberField(_l("Phiếu trắng, không có ý kiến"), [Optional()])
    invalid = WholeNumberField(_l("Phiếu không hợp lệ"), [Optional()])
    exempt_present = WholeNumberField(_l("Trong số có mặt: đảng viên được miễn sinh hoạt"), [Optional()])
    abstained = WholeNumberField(_l("Trong số có mặt: không tham gia biểu quyết"), [Optional()])

    _hint = ""

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Say how many are on the register of those who vote; where the step asks for no vote, nobody is asked."""
        super().prepare(case, s, trigger)
        move = move_by(trigger, case.state, case.route)
        if move is not None and move.body is None:
            for name in _VOTES:
                del self[name]
            return
        if move is not None and "ballot" not in move.needs:  # a refusal says so where it was voted on
            for shown in (self.present, self.in_favour):
                shown.validators, shown.flags.required = [Optional()], False
        who, seats = ballots.register_on(case, trigger, s, clock.today())
        if not seats.exempt:
            del self["exempt_present"]
        self._hint = _("%(body)s: danh sách hiện có %(n)s người có quyền biểu quyết.", body=body(who), n=seats.official)
        if wanted := ballots.majority(trigger, s, seats)[1]:
            self._hint += " " + _("Cần ít nhất %(n)s phiếu tán thành.", n=wanted)
        self._hint += " " + _("Khi ghi, số người được tính theo danh sách của ngày họp.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Where a vote may be told and need not, it is told whole or not at all."""
        fine = super().validate(extra_validators)
        told = [self[name] for name in _VOTES if name in self._fields]
        if any(shown.data is not None for shown in told):
            for shown in (self.present, self.in_favour):
                if shown.data is None and not shown.errors:
                    shown.errors = [_("Vui lòng nhập mục này.")]
                    fine = False
        return fine

    def recall(self, recorded: Recorded) -> None:
        """The votes as they were counted."""
        super().recall(recorded)
        if recorded.evidence.ballot is not None:
            for name in (name for name in _VOTES if name in self._fields):
                self.put(name, getattr(recorded.evidence.ballot, name))

    def layout(self) -> list[Piece]:
        """The register first. Who took no part is named at a meeting; what was recorded of it can be corrected."""
        pieces = super().layout()
        if self.recorded is None and "abstained" in self._fields:
            pieces = [piece for piece in pieces if self.abstained not in piece.fields]
        return [*([Piece(hint=self._hint)] if self._hint else []), *pieces]

    def bring(self, brought: Brought, case: Case) -> None:
        """The votes; those entitled are counted when the act is decided."""
        super().bring(brought, case)
        if "present" not in self._fields or self.present.data is None:
            return
        exempt = self.exempt_present.data or 0 if "exempt_present" in self._fields else 0
        known = self.recorded.evidence if self.recorded is not None else None
        brought.evidence["ballot"] = Counted(
            self.present.data,
            self.in_favour.data,
            self.against.data or 0,
            exempt,
            self.blank.data or 0,
            self.invalid.data or 0,
            self.abstained.data or 0 if known is not None else 0,
        ).ballot
        if known is not None and known.meeting is not None:
            brought.evidence["meeting"] = known.meeting


class DecisionForm(Numbered, Balloted, ActForm):
    """The decision with its counted votes."""

    happened_on = DayField(_l("Ngày biểu quyết"), [required])
    number = LineField(_l("Số quyết định"), [required, NumberWords()])
    issued_on = DayField(_l("Ngày trên văn bản, nếu khác ngày biểu quyết"))


class Late(ActForm):
    """Why a decision comes after its deadline: whoever answers for it can say so (29-QĐ/TW §4.3.1)."""

    reason = ParagraphField(_l("Lý do quyết định quá thời hạn"), [Optional(), Words(2000)])

    _is_asked = False

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Only asked when a deadline has passed."""
        super().prepare(case, s, trigger)
        assert case.state is not None
        runs = running(case.state, case.facts, s.rulebook, s.calendar)
        self._is_asked = any(deadline.due_on < s.today for deadline in runs)

    def recall(self, recorded: Recorded) -> None:
        """What was said then is shown, late or not."""
        super().recall(recorded)
        self._is_asked = self._is_asked or bool(recorded.evidence.reason)

    def layout(self) -> list[Piece]:
        """The other fields, and the reason where it is asked for."""
        pieces = super().layout()
        return pieces if self._is_asked else [piece for piece in pieces if self.reason not in piece.fields]


class PaperRows(ActForm):
    """A table of papers: for each form a number, a date and an issuer. Empty rows are left out."""

    papers = RowList(FormField(PaperRowForm))

    forms: tuple[str, ...] = ()
    """The codes of the papers that may be recorded, one as often as it may be."""

    _book: Rulebook
    _facts: DossierFacts

    def wanted(self, case: Case, s: Situation) -> tuple[str, ...]:
        """The papers a row is offered for; each kind of form names its own."""
        return ()

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """A row for each paper that is wanted, beside those that were sent."""
        super().prepare(case, s, trigger)
        self._book, self._facts = s.rulebook, case.facts
        self.forms = self.wanted(case, s)
        self._offer()

    def recall(self, recorded: Recorded) -> None:
        """The papers that were recorded, wanted now or not, before those that still could be."""
        super().recall(recorded)
        if not self.is_filled():
            self.papers.show(recorded.evidence.papers)
        there = Counter(paper.form for paper in recorded.evidence.papers)
        self.forms = (*there.elements(), *(Counter(self.forms) - there).elements())
        self._offer()

    def _offer(self) -> None:
        """Add a row for each paper that has none, and say of each row which paper it is about."""
        lacking = Counter(self.forms) - Counter(row.form.data for row in self.papers.rows)
        self.papers.add({"form": form} for form in lacking.elements())
        for row in self.papers.rows:
            code, known = row.form.data, self._facts.paper(row.form.data)
            row.fits = code in self.forms
            row.legend = f"{code} – {say(self._book.form_title(code))}"
            row.note = _("đã có, ngày %(d)s", d=day(known.issued_on)) if known else ""

    def validate(self, extra_validators: Any = None) -> bool:
        """At least one paper."""
        fine: bool = super().validate(extra_validators)
        rows = [row for row in self.papers.rows if row.shown]
        if rows and not any(row.issued_on.data or row.issued_on.errors for row in rows):
            rows[0].issued_on.errors = [_("Ghi ít nhất một giấy tờ: ngày và, nếu có, số.")]
            return False
        return fine

    def bring(self, brought: Brought, case: Case) -> None:
        """The rows that were filled."""
        super().bring(brought, case)
        brought.evidence["papers"] = tuple(row.paper() for row in self.papers.rows if row.issued_on.data)


class MemberRows(ActForm):
    """One or two official members of the dossier's cell beside the candidate, a row each."""

    companion: Literal["introducer", "helper"]
    """What they do."""

    members: Mapping[str, str] = {}
    """Who can be chosen: names by ref."""

    @property
    def people(self) -> RowList:
        """The rows of the members; each kind of form names its own."""
        raise NotImplementedError

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the official members of the cell."""
        super().prepare(case, s, trigger)
        self._offer(
            {
                seat.ref: seat.name
                for seat in registers.register(case.unit_id, Body.CELL, clock.today())
                if seat.is_official
            }
        )

    def _offer(self, members: Mapping[str, str]) -> None:
        self.members = members
        for row in self.people.rows:
            row.member.choices = with_empty(list(members.items()))

    def recall(self, recorded: Recorded) -> None:
        """Who was chosen can be chosen again, in the register or not."""
        super().recall(recorded)
        chosen = {row.ref: row.name for row in recorded.companions if row.kind == self.companion}
        self._offer({**self.members, **chosen})

    def choose(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Show rows that were filled before, unless others were sent."""
        if not self.is_filled():
            self.people.show(rows)
            self._offer(self.members)

    def companions(self, refs: Iterable[str], since: date) -> tuple[CompanionRow, ...]:
        """Those chosen, as the file keeps them."""
        return tuple(CompanionRow(self.companion, ref, self.members[ref], since) for ref in refs)


def state_choices(states: Iterable[State]) -> list[tuple[str, str]]:
    """States as choices."""
    return [(str(state), say(STATE_LABELS[state])) for state in states]
