"""Dossiers that come along: begun on paper before the program was used, or walked elsewhere so far."""

import secrets
from typing import Any

from wtforms import BooleanField, FormField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.acting.forms import ActForm, Brought, Recorded, state_choices
from dossiers.acting.rows import PaperRowForm, Piece, RowList
from dossiers.casework.case import Case
from dossiers.fields import (
    DayField,
    LineField,
    NameWords,
    OneOfField,
    ParagraphField,
    WholeNumberField,
    Words,
    choice,
    labelled,
    plausible_birth_date,
    required,
    with_empty,
)
from dossiers.formatters import say
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.security import PERMISSIONS
from dossiers.sourcing.forms import SEXES
from dossiers.units import services as units
from dossiers.units import tree
from workflow.facts import SCHOOLING_LABELS, SOURCE_LABELS, Candidate, Schooling, Source, Taken
from workflow.guards import TAKEN_LABELS, Situation
from workflow.papers import Kind
from workflow.procedure.table import MOVES
from workflow.stages import State

_PAPERS = (
    Kind.HELPED, Kind.LETTER, Kind.FORMAL_TRANSFER, Kind.CERTIFICATE, Kind.APPLICATION, Kind.CV, Kind.INTRODUCTION,
    Kind.YOUTH_RESOLUTION, Kind.UNION_RESOLUTION, Kind.OPINIONS, Kind.CELL_RESOLUTION, Kind.APPRAISAL,
    Kind.COMMITTEE_RESOLUTION, Kind.ADMISSION, Kind.MEMBER_CV, Kind.NEW_MEMBER_CERTIFICATE, Kind.SELF_REVIEW,
    Kind.HELPER_REMARKS, Kind.MEMBER_OPINIONS, Kind.RECOGNITION_CELL_RESOLUTION,
)  # fmt: skip
_PERSON = ("full_name", "birth_date", "sex", "contact")
_STATES = tuple(dict.fromkeys(move.dest for move in MOVES if move.trigger == "take_over" and move.dest is not None))


class ComingForm(ActForm):
    """A person with the step reached, the days of the steps walked, and the papers at hand; somebody vouches for it."""

    place = choice(_l("Chi bộ và nguồn"))
    full_name = LineField(_l("Họ và tên"), [required, NameWords()])
    birth_date = DayField(_l("Ngày sinh"), [required])
    sex = OneOfField(_l("Giới tính"), [required], choices=SEXES)
    contact = LineField(_l("Điện thoại hoặc thư điện tử"), [Optional(), Words(120)])
    schooling = choice(_l("Trình độ học vấn"), optional=True)
    stands_in = choice(_l("Hồ sơ đang ở bước"), of=State)
    happened_on = DayField(_l("Ở bước này từ ngày"), [required])
    helpers = WholeNumberField(_l("Số đảng viên hướng dẫn, giúp đỡ"), [Optional()])
    course_ends_on = DayField("")
    dossier_made_on = DayField("")
    cell_resolution_on = DayField("")
    committee_resolution_on = DayField("")
    admitted_on = DayField("")
    received_on = DayField("")
    ceremony_on = DayField("")
    recognition_resolution_on = DayField("")
    recognition_committee_on = DayField("")
    recognised_on = DayField("")
    papers = RowList(FormField(PaperRowForm))
    agreed_by = LineField(_l("Ai xác nhận những điều này đúng với giấy tờ"), [required, Words(200)])
    reason = ParagraphField(_l("Ghi chú"), [Optional(), Words(2000)])
    consented = BooleanField(_l("Người này đồng ý để tổ chức ghi và dùng thông tin của mình vào việc xét kết nạp"))

    in_columns = True

    options: tuple[Any, ...] = ()

    def offer(self, signed: Signed) -> None:
        """The cells in reach of this person, with the sources there."""
        taking = PERMISSIONS["dossier.take_over"] or frozenset()
        found = units.cells_for_sourcing([(role, unit) for role, unit in signed.grants if role in taking])
        known = {(cell.id, source) for cell, source in found}
        for cell in tree.current().below(signed.units_as(taking), units.CELLS):
            bases = tree.current().organisations(tree.current().place(cell.id))
            found += [
                (cell, source) for source in Source
                if (source is Source.OTHER or source in bases) and (cell.id, source) not in known
            ]  # fmt: skip
        self.options = tuple(found)
        self.place.choices = with_empty(
            [(f"{cell.id}:{source}", f"{cell.name} – {say(SOURCE_LABELS[source])}") for cell, source in found]
        )

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """The steps, the days and the papers there are."""
        super().prepare(case, s, trigger)
        self.schooling.choices = with_empty(labelled(SCHOOLING_LABELS))
        self.stands_in.choices = with_empty(state_choices(_STATES))
        if trigger == "receive_transfer":
            self.happened_on.label.text = _("Ngày tiếp nhận")
        for name, label in TAKEN_LABELS.items():
            self[name].label.text = say(label).capitalize()
        lacking = [s.rulebook.form(kind) for kind in _PAPERS]
        there = {row.form.data for row in self.papers.rows}
        self.papers.add({"form": form} for form in lacking if form not in there)
        for row in self.papers.rows:
            row.fits = row.form.data in lacking
            row.legend = f"{row.form.data} – {say(s.rulebook.form_title(row.form.data))}"
        if not self.act_key.data:
            self.act_key.data = secrets.token_hex(16)
        if not self.is_filled():
            self.happened_on.data = clock.today()
        if case.id:  # it is corrected: where it was put on the list stays
            del self.place

    def recall(self, recorded: Recorded) -> None:
        """What was brought along."""
        evidence, person = recorded.evidence, recorded.person
        if not self.is_filled():
            self.papers.show([{**_paper(paper)} for paper in evidence.papers])
        super().recall(recorded)
        for name in _PERSON:
            self.put(name, person.get(name))
        taken = evidence.taken or Taken()
        for name in ("helpers", *TAKEN_LABELS):
            self.put(name, getattr(taken, name) or None)
        if evidence.candidate is not None and evidence.candidate.schooling is not None:
            self.put("schooling", str(evidence.candidate.schooling))
        self._source = evidence.source

    _source: Source | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """A birth date that can be somebody's."""
        fine: bool = super().validate(extra_validators)
        return plausible_birth_date(self.birth_date) and fine

    def cell_id(self) -> int:
        """The chosen cell."""
        return int(self.place.data.split(":")[0])

    def bring(self, brought: Brought, case: Case) -> None:
        """The step with what was walked, the person, the papers."""
        super().bring(brought, case)
        for name in ("helpers", *TAKEN_LABELS):
            brought.evidence.pop(name, None)
        days = {name: self[name].data for name in TAKEN_LABELS}
        brought.evidence["taken"] = Taken(helpers=self.helpers.data or 0, **days)
        source = Source(self.place.data.split(":")[1]) if "place" in self._fields else self._source
        brought.evidence["source"] = source
        schooling = Schooling(self.schooling.data) if self.schooling.data else None
        brought.evidence["candidate"] = Candidate(birth_date=self.birth_date.data, schooling=schooling)
        brought.evidence["consented"] = bool(self.consented.data)
        brought.evidence["papers"] = tuple(row.paper() for row in self.papers.rows if row.issued_on.data)
        brought.person = {name: self[name].data or "" for name in _PERSON} | {"birth_date": self.birth_date.data}

    def field_of(self, evidence: str) -> str:
        """A refusal over papers stands at the first row."""
        if evidence == "papers" and self.papers.rows:
            return str(self.papers.rows[0].issued_on.name)
        return super().field_of(evidence)

    def layout(self) -> list[Piece]:
        """The person, where it stands, the days walked, the papers, who vouches."""
        fields = self._fields
        above = ("place", *_PERSON, "schooling", "stands_in", "happened_on")
        first = [fields[name] for name in above if name in fields]
        days = tuple(fields[name] for name in ("helpers", *TAKEN_LABELS))
        pieces = [Piece((shown,)) for shown in first]
        pieces.append(Piece(days, legend=_("Những việc đã làm, theo giấy tờ")))
        pieces += [row.piece() for row in self.papers.rows if row.shown]
        last = ("agreed_by", "reason", "consented", "version", "act_key")
        return [*pieces, *(Piece((fields[name],)) for name in last)]


def _paper(paper: Any) -> dict[str, Any]:
    return {name: getattr(paper, name) for name in ("form", "number", "issued_on", "issuer")}


FORMS: dict[str, type[ActForm]] = {"take_over": ComingForm, "receive_transfer": ComingForm}
