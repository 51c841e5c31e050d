"""Forms of verification: the dossier's papers, introducers, relatives, and the conclusion."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wtforms import FormField, ValidationError

from dossiers.acting.forms import ActForm, Brought, MemberRows, PaperRows, Reasoned, Recorded
from dossiers.acting.rows import IntroducerRowForm, Piece, RelativeRowForm, RowList, shown_result
from dossiers.casework.case import Case
from dossiers.fields import DayField, ParagraphField, Words, required, with_empty
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.people.reading import candidate
from dossiers.people.rows import RelativeRow
from dossiers.reading import page
from dossiers.verification.request_forms import AnswerForm, RemindForm, SendForm
from workflow import bundle
from workflow.facts import Introducer
from workflow.facts import Relative as RelativeFact
from workflow.guards import ON_PAPER, Situation, introducing_form
from workflow.papers import Kind


class OpenForm(ActForm):
    """The candidate begins the dossier."""

    happened_on = DayField(_l("Ngày lập hồ sơ"), [required])


class PapersForm(PaperRows):
    """Papers the dossier needs now."""

    happened_on = DayField(_l("Ngày chi bộ nhận giấy tờ"), [required])

    def wanted(self, case: Case, s: Situation) -> tuple[str, ...]:
        """The papers of this half of the road, missing ones first."""
        asked = bundle.wanted(page.with_file(s, candidate(case.person_id)))
        forms = [one.form for one in sorted(asked, key=lambda one: not one.is_missing) for _time in range(one.times)]
        consent = (s.rulebook.form(Kind.CONSENT),) if bundle.takes_consent(s) else ()
        return (*forms, *consent)


class RedoForm(PaperRows):
    """Papers of a stale dossier, made again."""

    happened_on = DayField(_l("Ngày làm lại hồ sơ"), [required])

    def wanted(self, case: Case, s: Situation) -> tuple[str, ...]:
        """Introduction, resolution, opinions and the supplemented CV."""
        own = introducing_form(s)
        cv, introduction, opinions = map(s.rulebook.form, (Kind.CV, Kind.INTRODUCTION, Kind.OPINIONS))
        others = (introduction for _another in case.facts.introducers[1:])
        return (cv, introduction, *others, *((own,) if own else ()), opinions)


class IntroducersForm(MemberRows):
    """One or two official members who introduce the candidate."""

    happened_on = DayField(_l("Ngày chi bộ phân công"), [required])
    introducers = RowList(FormField(IntroducerRowForm), min_entries=2, max_entries=2)

    companion = "introducer"

    @property
    def people(self) -> RowList:
        """The rows of the introducers."""
        return self.introducers

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the official members; whoever introduces already can be replaced."""
        super().prepare(case, s, trigger)
        names = {row.ref: row.name for row in page.companions(case) if row.kind == self.companion}
        known = [(old.ref, names.get(old.ref, old.ref)) for old in case.facts.introducers]
        for row in self.introducers.rows:
            row.replaces.choices = with_empty(known)
        self._replaceable = bool(known)

    def layout(self) -> list[Piece]:
        """Nobody is asked whom a first introducer replaces."""
        if self._replaceable:
            return super().layout()
        unasked = {row.replaces.name for row in self.introducers.rows}
        return [replace(p, fields=tuple(f for f in p.fields if f.name not in unasked)) for p in super().layout()]

    _replaceable = False

    def recall(self, recorded: Recorded) -> None:
        """Those who were assigned, with the day they came together."""
        super().recall(recorded)
        people = recorded.evidence.introducers
        names = ("together_since", "replaces")
        self.choose({"member": person.ref, **{name: getattr(person, name) for name in names}} for person in people)

    def field_of(self, evidence: str) -> str:
        """A refusal of the introducers stands at the first."""
        return self.introducers.rows[0].member.name if evidence == "introducers" else super().field_of(evidence)

    def validate(self, extra_validators: Any = None) -> bool:
        """Two different people."""
        fine: bool = super().validate(extra_validators)
        first, second = (row.member for row in self.introducers.rows)
        if second.data and second.data == first.data:
            second.errors = [_("Chọn hai người khác nhau.")]
            return False
        return fine

    def bring(self, brought: Brought, case: Case) -> None:
        """Introducers as the rules and the file know them."""
        super().bring(brought, case)
        chosen = [row for row in self.introducers.rows if row.member.data]
        brought.evidence["introducers"] = tuple(
            Introducer(row.member.data, row.together_since.data, bool(row.replaces.data), row.replaces.data or "")
            for row in chosen
        )
        brought.companions = self.companions([row.member.data for row in chosen], self.happened_on.data)


NEW_ROWS = 2


def _shown(row: Any) -> dict[str, Any]:
    """A relative as the fields of a row show them."""
    names = ("ref", "relation", "name", "birth_year", "place", "occupation", "verified_on", "exempt")
    return {**{name: getattr(row, name, None) for name in names}, **shown_result(row)}


class RelativesForm(ActForm):
    """Relatives to be verified: known ones to be completed, and rows for new ones."""

    happened_on = DayField(_l("Ngày ghi"), [required])
    relatives = RowList(FormField(RelativeRowForm), max_entries=60, grows=2)

    _known: frozenset[str] = frozenset()
    """The refs of this dossier's relatives; another one, which somebody made up, names nobody."""

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """A row for each known relative and some for new ones."""
        super().prepare(case, s, trigger)
        known = page.relatives(case)
        self._known = frozenset(relative.ref for relative in known)
        self._show(known, len(known) + NEW_ROWS if known else 4)

    def recall(self, recorded: Recorded) -> None:
        """Those that were recorded; of whom the file has forgotten the name, the rules still know the rest."""
        super().recall(recorded)
        rows = recorded.relatives or recorded.evidence.relatives
        self._known |= {row.ref for row in rows}
        self._show(rows, len(rows) + NEW_ROWS)

    def _show(self, rows: Sequence[object], count: int) -> None:
        if not self.is_filled():
            self.relatives.show([_shown(row) for row in rows])
        self.relatives.add({} for _row in range(count - len(self.relatives)))

    def _new_ref(self, number: int) -> str:
        """The ref of somebody new in a row: the same each time the form is sent."""
        return f"r{hashlib.sha256(f'{self.act_key.data} {number}'.encode()).hexdigest()[:8]}"

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody is recorded."""
        fine: bool = super().validate(extra_validators)
        if not any(row.begun for row in self.relatives.rows):
            self.relatives.rows[0].name.errors = [_("Ghi ít nhất một thân nhân.")]
            return False
        return fine

    def bring(self, brought: Brought, case: Case) -> None:
        """Relatives as the rules and the file know them."""
        super().bring(brought, case)
        found: dict[str, RelativeRow] = {}
        for number, row in enumerate(self.relatives.rows):
            if row.begun:
                ref = row.ref.data
                known = ref in self._known and ref not in found
                ref = ref if known else self._new_ref(number)
                found[ref] = row.relative(ref)
        brought.relatives = tuple(found.values())
        brought.evidence["relatives"] = tuple(
            RelativeFact(r.ref, r.relation, r.verified_on, r.exempt) for r in found.values()
        )


class StartForm(ActForm):
    """The office begins to verify."""

    happened_on = DayField(_l("Ngày bắt đầu thẩm tra"), [required])


SHORTEST = 30
"""A conclusion says something: so many letters at least, of several words."""


def concludes(form: Any, field: Any) -> None:
    """A conclusion is no empty box: it says whether the candidate is fit. Raises ValidationError."""
    words = (field.data or "").split()
    if len(" ".join(words)) < SHORTEST or len(set(words)) < 5:
        raise ValidationError(
            _("Kết luận quá ngắn: ghi rõ lịch sử chính trị, chính trị hiện nay và có đủ điều kiện không.")
        )


class ConcludeForm(Reasoned, ActForm):
    """The committee's conclusion."""

    happened_on = DayField(_l("Ngày kết luận"), [required])
    reason = ParagraphField(_l("Kết luận thẩm tra"), [required, Words(2000), concludes])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """A register asks for no text."""
        super().prepare(case, s, trigger)
        self._asked = s.rulebook.flag("contents_kept")
        if not self._asked:
            del self.reason

    _asked = True

    def bring(self, brought: Brought, case: Case) -> None:
        """The text, or where it stands."""
        super().bring(brought, case)
        if not self._asked:
            brought.evidence["reason"] = ON_PAPER


FORMS: dict[str, type[ActForm]] = {
    "open_dossier": OpenForm,
    "record_papers": PapersForm,
    "assign_introducers": IntroducersForm,
    "record_relatives": RelativesForm,
    "start_verification": StartForm,
    "conclude_verification": ConcludeForm,
    "send_request": SendForm,
    "remind_request": RemindForm,
    "record_answer": AnswerForm,
    "redo_stale_papers": RedoForm,
}
