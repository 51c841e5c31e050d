"""Requests to units of this tree: what waits for their answer, and the answer. Nothing is shown but the letter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import Field, FormField, HiddenField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.acting.rows import Row, RowList
from dossiers.casework.act import NotFound
from dossiers.casework.case import Case
from dossiers.casework.loading import cases_of, load_for_administration, tried
from dossiers.documents import letters
from dossiers.documents.letters import Wanted
from dossiers.extensions import write_transaction
from dossiers.fields import DayField, LineField, NumberWords, ParagraphField, WholeNumberField, Words, choice, labelled
from dossiers.fields import required as required_field
from dossiers.forms import FlaskForm
from dossiers.inquiries import answers, reading
from dossiers.inquiries.answers import Answer, Written
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.people import reading as people
from dossiers.rules import services as rules
from dossiers.security import ANSWERING
from dossiers.units import tree
from workflow.asking import CANDIDATE, OUTCOME_LABELS, Opinion, Outcome
from workflow.stages import ENDS
from workflow.verifying import answer_due

MOST = 100
"""So many requests stand on the page, the longest waiting first."""


def units_of(signed: Signed) -> tuple[int, ...]:
    """The units for which this person answers: just those in which a role is held, none above or below, and the closed
    ones that these go on in the place of.
    """
    return tree.current().stands_for(unit for role, unit in signed.grants if role in ANSWERING)


@dataclass(frozen=True)
class Received:
    """A request to a unit: which, what its letter says, until when, and what was answered already."""

    wanted: Wanted
    unit: str
    asker: str
    due_on: date
    written: Written | None

    @property
    def is_late(self) -> bool:
        """Whether the answer is overdue."""
        return self.due_on < clock.today()

    @property
    def about(self) -> list[str]:
        """Whom it asks about, as the letter says."""
        return list(letters.about(self.wanted).values())

    @property
    def text(self) -> Any:
        """The letter."""
        return letters.composed(self.wanted)


def received(signed: Signed) -> list[Received]:
    """The open requests to the person's units; a fixed number of queries."""
    found = reading.incoming(units_of(signed), MOST)
    numbers = list(dict.fromkeys(one.dossier_id for one in found))
    cases = {case.id: case for case in cases_of(numbers) if case.state not in ENDS}
    return _received([(cases[one.dossier_id], one.nr) for one in found if one.dossier_id in cases])


def _received(found: list[tuple[Case, int]]) -> list[Received]:
    numbers = list(dict.fromkeys(case.id for case, _nr in found))
    sent, written = reading.letters(numbers), answers.of(numbers)
    persons = people.candidates([case.person_id for case, _nr in found])
    relatives, units = people.relatives_of(numbers), tree.current()
    made = []
    for case, nr in found:
        asked = next(one for one in case.facts.asked if one.nr == nr)
        wanted = Wanted(case, asked, sent[case.id, nr], persons[case.person_id], relatives.get(case.id, []))
        asker = units.name(case.unit_id) if asked.request.giver else letters.asker_of(case)
        due = answer_due(asked, rules.books()[case.rulebook], rules.calendar())
        made.append(Received(wanted, _asked_unit(asked.request.unit), asker, due, written.get((case.id, nr))))
    return made


def _asked_unit(unit: int | None) -> str:
    """The unit a letter names, and which goes on in its place by now."""
    units = tree.current()
    if unit is None or units[unit].is_open:
        return units.name(unit)
    return _("%(unit)s (nay là %(now)s)", unit=units.name(unit), now=units.successor(unit).name)


def received_one(code: str, nr: int, signed: Signed) -> Received:
    """An open request to one of the person's units. Raises NotFound for any other, whatever the person may see else."""
    try:
        case = load_for_administration(code)
    except NotFound:
        tried(code, signed)
        raise
    mine = units_of(signed)
    asked = next((one for one in case.facts.asked if one.nr == nr), None)
    if asked is None or not asked.is_open or asked.request.unit not in mine or case.state in ENDS:
        tried(code, signed)
        raise NotFound(code)
    return _received([(case, nr)])[0]


class ResultRow(Row):
    """What is known of somebody the letter asks about."""

    ref = HiddenField()
    result = LineField(_l("Kết quả thẩm tra"), [Optional(), Words(300)])


class ReplyForm(FlaskForm):
    """The answer of the unit that was asked."""

    answered_on = DayField(_l("Ngày trả lời"), [required_field])
    number = LineField(_l("Số văn bản trả lời"), [Optional(), NumberWords()])
    outcome = choice(_l("Trả lời"), of=Outcome)
    results = RowList(FormField(ResultRow), max_entries=62)
    text = ParagraphField(_l("Nội dung trả lời, ý kiến; hoặc lý do từ chối"), [Optional(), Words(1000)])
    present = WholeNumberField(_l("Số người dự"), [Optional()])
    in_favour = WholeNumberField(_l("Số người tán thành"), [Optional()])

    def fit(self, one: Received) -> None:
        """A row for each relative the letter asks about; votes only for an opinion."""
        self.outcome.choices = labelled(OUTCOME_LABELS)
        request = one.wanted.asked.request
        self._refs = tuple(ref for ref in request.about if ref != CANDIDATE)
        self._wants_text = request.giver is not None or CANDIDATE in request.about
        self._since = one.wanted.asked.asked_on
        if request.giver is None:
            del self["present"], self["in_favour"]
        if not self.is_filled():
            known = one.written.answer if one.written else None
            self.answered_on.data = one.written.answered_on if one.written else clock.today()
            if known is not None:
                self.outcome.data, self.text.data, self.number.data = known.outcome, known.text, known.number
                if known.opinion is not None:
                    self.present.data, self.in_favour.data = known.opinion.present, known.opinion.in_favour
            told = known.results if known else {}
            self.results.show([{"ref": ref, "result": told.get(ref, "")} for ref in self._refs])
        names = letters.about(one.wanted)
        for row in self.results.rows:
            row.legend = names.get(row.ref.data, "")

        for field in (*(row.result for row in self.results.rows), *([self.text] if self._wants_text else ())):
            field.flags.required = True

    def __iter__(self) -> Iterator[Field]:
        """All fields, those of rows too: what is wrong is summed up on top."""
        for name, field in self._fields.items():
            yield from [row.result for row in self.results.rows] if name == "results" else [field]

    _refs: tuple[str, ...] = ()
    _wants_text = False
    _since: date

    def validate(self, extra_validators: Any = None) -> bool:
        """An answer says something of everybody asked about, a refusal why."""
        fine: bool = super().validate(extra_validators)
        needed = _("Vui lòng nhập mục này.")
        on = self.answered_on.data
        if on is not None and not self._since <= on <= clock.today():
            self.answered_on.errors = [_("Ngày trả lời từ ngày gửi yêu cầu đến hôm nay.")]
            fine = False
        is_refused = self.outcome.data == Outcome.REFUSED
        if (is_refused or self._wants_text) and not self.text.data:
            self.text.errors = [needed]
            fine = False
        if is_refused:
            return fine
        for row in self._rows:
            if not row.result.data:
                row.result.errors = [_("Vui lòng nhập kết quả thẩm tra: %(who)s.", who=row.legend)]
                fine = False
        if "present" in self and (self.present.data is None) != (self.in_favour.data is None):
            self.in_favour.errors = [_("Số người dự và số tán thành đi cùng nhau.")]
            fine = False
        elif "present" in self and (self.in_favour.data or 0) > (self.present.data or 0):
            self.in_favour.errors = [_("Số tán thành nhiều hơn số người dự.")]
            fine = False
        return fine

    @property
    def _rows(self) -> list[ResultRow]:
        return [row for row in self.results.rows if row.ref.data in self._refs]

    def write(self, one: Received, signed: Signed) -> None:
        """Write the answer down for whoever asked."""
        opinion, results = None, {}
        if self.outcome.data == Outcome.ANSWERED:
            results = {str(row.ref.data): row.result.data for row in self._rows}
            if "present" in self and self.present.data is not None and self.in_favour.data is not None:
                opinion = Opinion(self.present.data, self.in_favour.data)
        answer = Answer(self.outcome.data, self.text.data or "", results, opinion, self.number.data or "")
        case, nr = one.wanted.case, one.wanted.asked.nr
        with write_transaction():
            answers.write(case.id, nr, signed.account_id, self.answered_on.data, answer)
