"""Forms of requests: one that goes out, a reminder, what was answered."""

from collections.abc import Sequence
from typing import Any

from flask import request
from msgspec.structs import replace
from wtforms import BooleanField, FormField, HiddenField
from wtforms.validators import Optional

from dossiers.acting.forms import ActForm, Brought, Recorded
from dossiers.acting.rows import CHECKED, Row, RowList, exempt_result, shown_result
from dossiers.casework.case import Case
from dossiers.documents.fields import body_of
from dossiers.fields import (
    DayField,
    LineField,
    NumberWords,
    ParagraphField,
    WholeNumberField,
    Words,
    choice,
    labelled,
    required,
    whole,
    with_empty,
)
from dossiers.formatters import day, say
from dossiers.inquiries import answers, reading
from dossiers.inquiries.answers import Written
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.people import reading as people
from dossiers.people.rows import RelativeRow
from dossiers.units import tree
from workflow.asking import (
    CANDIDATE,
    GIVER_LABELS,
    OUTCOME_LABELS,
    WAY_LABELS,
    Asked,
    Giver,
    Opinion,
    Outcome,
    Request,
    Way,
)
from workflow.facts import RELATION_LABELS
from workflow.facts import Relative as RelativeFact
from workflow.guards import Situation
from workflow.stages import State
from workflow.verifying import Standing, answer_due, verification

NEEDED = _l("Vui lòng nhập mục này.")


def unit_named(typed: str) -> tuple[int | None, str]:
    """The open unit whose code or whole name a text is, with the name of its body; else nobody, and the text itself."""
    units = tree.current()
    text, everywhere = " ".join(typed.split()), units.highest
    found = units.named(text, everywhere)
    exactly = [node for node in found if text.casefold() in (node.code.casefold(), node.name.casefold())]
    return (exactly[0].id, body_of(exactly[0].name)) if len(exactly) == 1 and exactly[0].is_open else (None, text)


def called(asked: Asked, relatives: Sequence[RelativeRow], addressee: str) -> str:
    """A request in a line: whose opinion or about whom, who was asked, and when."""
    if asked.request.giver is not None:
        about = _("ý kiến %(giver)s", giver=say(GIVER_LABELS[asked.request.giver]))
    else:
        names = {row.ref: f"{say(RELATION_LABELS[row.relation])} {row.name}" for row in relatives}
        names[CANDIDATE] = _("người xin vào Đảng")
        about = ", ".join(names.get(ref, ref) for ref in asked.request.about)
    return f"{asked.nr}. {addressee or '–'}: {about} ({day(asked.asked_on)})"


class AboutRow(Row):
    """One who is to be verified, and whether the request asks about them."""

    ref = HiddenField()
    chosen = BooleanField(_l("Hỏi về người này"))

    def placed(self, index: int) -> None:
        """Who it is stands in `told`, by the form."""

    def tell(self, legend: str, note: str) -> None:
        """Say who the row is about."""
        self.legend, self.note = legend, note


class SendForm(ActForm):
    """A request for a verification, or for an opinion."""

    happened_on = DayField(_l("Ngày gửi"), [required])
    number = LineField(_l("Số công văn"), [Optional(), NumberWords()])
    addressee = LineField(_l("Nơi được hỏi (mã hoặc tên đơn vị)"), [required, Words(200)])
    way = choice(_l("Cách hỏi"), of=Way)
    giver = choice(_l("Xin ý kiến của (để trống nếu là thẩm tra)"), optional=True, of=Giver)
    about = RowList(FormField(AboutRow), max_entries=62)

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """A row for each who is to be verified and has no result; only opinions before verification began."""
        super().prepare(case, s, trigger)
        self.way.choices = labelled(WAY_LABELS)
        self.giver.choices = with_empty(labelled(GIVER_LABELS))
        known = {row.ref: row for row in people.relatives(case.id)} if case.state is State.VERIFYING else {}
        self._names = {
            CANDIDATE: _("Người xin vào Đảng"),
            **{ref: f"{say(RELATION_LABELS[row.relation])}: {row.name}" for ref, row in known.items()},
        }
        standing = {one.ref: one.standing for one in verification(case.facts, s.rulebook, s.calendar, s.today)}
        asked = (Standing.NOT_ASKED, Standing.REFUSED)
        self._offer(ref for ref in standing if standing[ref] in asked and case.state is State.VERIFYING)

    _names: dict[str, str]

    def _offer(self, refs: Any) -> None:
        there = {row.ref.data for row in self.about.rows}
        self.about.add({"ref": ref} for ref in refs if ref not in there)
        for row in self.about.rows:
            row.tell(self._names.get(row.ref.data, row.ref.data), "")

    def recall(self, recorded: Recorded) -> None:
        """Who was asked, and about whom."""
        super().recall(recorded)
        sent = recorded.evidence.request
        if sent is None:
            return
        known = tree.current()[sent.unit].code if sent.unit else "".join(recorded.evidence.texts)
        for name, value in (("addressee", known), ("way", sent.way), ("giver", sent.giver)):
            self.put(name, value)
        if not self.is_filled():
            self.about.show([{"ref": ref, "chosen": True} for ref in sent.about])
        self._offer(sent.about)

    def validate(self, extra_validators: Any = None) -> bool:
        """About somebody, or for an opinion."""
        fine: bool = super().validate(extra_validators)
        if fine and not self.giver.data and not any(row.chosen.data for row in self.about.rows):
            self.giver.errors = [_("Chọn người cần thẩm tra, hoặc tổ chức được xin ý kiến.")]
            return False
        return fine

    def field_of(self, evidence: str) -> str:
        """A refusal of the request stands at whom it asks about."""
        return {"request": "giver", "texts": "addressee"}.get(evidence, super().field_of(evidence))

    def bring(self, brought: Brought, case: Case) -> None:
        """The request, and who is asked as the letter names them."""
        super().bring(brought, case)
        unit, name = unit_named(self.addressee.data)
        about = tuple(row.ref.data for row in self.about.rows if row.chosen.data)
        giver = self.giver.data or None
        brought.evidence["request"] = Request(self.way.data, () if giver else about, giver, unit)
        brought.evidence["texts"] = (name,)


class OfRequest(ActForm):
    """What is done with a request that waits for its answer."""

    asked = choice(_l("Yêu cầu"), of=int)

    _requests: dict[int, Asked]

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the open requests, the one due first before the others; the address may choose one."""
        super().prepare(case, s, trigger)
        self._requests = {one.nr: one for one in case.facts.asked}
        self._relatives = {row.ref: row for row in people.relatives(case.id)}
        self._letters = reading.letters([case.id])
        self._number = case.id
        waiting = sorted(
            (one for one in case.facts.asked if one.is_open), key=lambda one: answer_due(one, s.rulebook, s.calendar)
        )
        self.asked.choices = [(str(one.nr), self._called(one)) for one in waiting]
        named = whole(request.args.get("yeu-cau", ""), 3)
        if not self.is_filled():
            self.asked.data = named if any(one.nr == named for one in waiting) else waiting[0].nr if waiting else None

    def _called(self, asked: Asked) -> str:
        return called(asked, list(self._relatives.values()), self._letters[self._number, asked.nr].addressee)

    def recall(self, recorded: Recorded) -> None:
        """The request it was about, open or not."""
        nr = recorded.evidence.asked
        if nr in self._requests:
            self.asked.allow(nr, self._called(self._requests[nr]))
        super().recall(recorded)


class RemindForm(OfRequest):
    """A reminder."""

    happened_on = DayField(_l("Ngày nhắc"), [required])
    number = LineField(_l("Số công văn nhắc"), [Optional(), NumberWords()])


class ResultRow(Row):
    """The result for a relative."""

    ref = HiddenField()
    result = LineField(_l("Kết quả thẩm tra"), [Optional(), Words(300)])
    verified_on = DayField(_l("Ngày có kết quả"))
    exempt = BooleanField(_l("Miễn thẩm tra: là đảng viên, đã kê khai đầy đủ"))
    checked = LineField(CHECKED, [Optional(), Words(150)])


class AnswerForm(OfRequest):
    """What was answered."""

    happened_on = DayField(_l("Ngày nhận trả lời"), [required])
    number = LineField(_l("Số văn bản trả lời"), [Optional(), NumberWords()])
    outcome = choice(_l("Kết quả của yêu cầu"), of=Outcome)
    results = RowList(FormField(ResultRow), max_entries=62)
    text = ParagraphField(_l("Nội dung trả lời, ý kiến"), [Optional(), Words(1000)])
    present = WholeNumberField(_l("Số người dự"), [Optional()])
    in_favour = WholeNumberField(_l("Số người tán thành"), [Optional()])
    reason = ParagraphField(_l("Lý do, nếu nơi được hỏi từ chối"), [Optional(), Words(2000)])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """A row for each relative somebody was asked about; what a unit of the tree wrote back stands in the fields."""
        super().prepare(case, s, trigger)
        self.outcome.choices = labelled(OUTCOME_LABELS)
        about = {ref for one in case.facts.asked if one.is_open for ref in one.request.about}
        chosen = self._requests.get(self.asked.data or 0)
        if not self.is_filled() and request.args.get("yeu-cau") and chosen is not None:
            about = set(chosen.request.about)
        written = answers.of([case.id]).get((case.id, self.asked.data or 0))
        if written is not None and not self.is_filled():
            self._take(written)
        else:
            self._offer(about)

    def _take(self, written: Written) -> None:
        answer, when = written.answer, written.answered_on
        shown = {"outcome": answer.outcome, "number": answer.number, "happened_on": when}
        told = {"reason" if answer.outcome is Outcome.REFUSED else "text": answer.text}
        votes = {"present": answer.opinion.present, "in_favour": answer.opinion.in_favour} if answer.opinion else {}
        for name, value in {**shown, **told, **votes}.items():
            self[name].data = value
        self.results.show([{"ref": ref, "result": text, "verified_on": when} for ref, text in answer.results.items()])
        self._offer(answer.results)

    def _offer(self, refs: Any) -> None:
        there = {row.ref.data for row in self.results.rows}
        self.results.add({"ref": ref} for ref in self._relatives if ref in refs and ref not in there)
        for row in self.results.rows:
            known = self._relatives.get(row.ref.data)
            row.legend = f"{say(RELATION_LABELS[known.relation])}: {known.name}" if known else row.ref.data

    def recall(self, recorded: Recorded) -> None:
        """What was answered, and of whom what."""
        super().recall(recorded)
        e = recorded.evidence
        self.put("text", "".join(e.texts))
        if e.opinion is not None:
            self.put("present", e.opinion.present)
            self.put("in_favour", e.opinion.in_favour)
        rows = [self._shown(row) for row in recorded.relatives or e.relatives]
        if not self.is_filled():
            self.results.show(rows)
        self._offer(row["ref"] for row in rows)

    @staticmethod
    def _shown(row: Any) -> dict[str, Any]:
        return {"ref": row.ref, "verified_on": row.verified_on, "exempt": row.exempt, **shown_result(row)}

    def _rows(self) -> list[ResultRow]:
        """The rows of those the chosen request asked about."""
        asked = self._requests.get(self.asked.data or 0)
        about = asked.request.about if asked is not None else ()
        return [row for row in self.results.rows if row.ref.data in about and row.ref.data in self._relatives]

    def validate(self, extra_validators: Any = None) -> bool:
        """An answer says something of everybody asked about; a refusal why; votes go together."""
        fine: bool = super().validate(extra_validators)
        if self.outcome.data == Outcome.REFUSED:
            if not self.reason.data:
                self.reason.errors = [NEEDED]
                return False
            return fine
        for row in self._rows():
            wanted = (row.checked if row.exempt.data else row.result, row.verified_on)
            for field in (one for one in wanted if not one.data and not one.errors):
                field.errors = [NEEDED]
                fine = False
        if (self.present.data is None) != (self.in_favour.data is None):
            self.in_favour.errors = [_("Số người dự và số tán thành đi cùng nhau.")]
            return False
        return fine

    def field_of(self, evidence: str) -> str:
        """Refusals stand at what was typed."""
        first = self.results.rows[0].result.name if self.results.rows else "asked"
        return {"relatives": first, "texts": "text", "opinion": "in_favour"}.get(evidence, super().field_of(evidence))

    def bring(self, brought: Brought, case: Case) -> None:
        """The answer; of relatives whole rows, as the file keeps them."""
        super().bring(brought, case)
        if self.outcome.data == Outcome.REFUSED:
            return
        if self.text.data:
            brought.evidence["texts"] = (self.text.data,)
        if self.present.data is not None and self.in_favour.data is not None:
            brought.evidence["opinion"] = Opinion(self.present.data, self.in_favour.data)
        brought.relatives = tuple(self._relative(row) for row in self._rows())
        brought.evidence["relatives"] = tuple(
            RelativeFact(row.ref, row.relation, row.verified_on, row.exempt) for row in brought.relatives
        )

    def _relative(self, row: ResultRow) -> RelativeRow:
        exempt = bool(row.exempt.data)
        result = exempt_result(row.checked.data) if exempt else row.result.data
        return replace(
            self._relatives[str(row.ref.data)], result=result, verified_on=row.verified_on.data, exempt=exempt
        )
