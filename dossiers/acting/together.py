"""One act on many dossiers: which acts they share, what would become of each, and doing it as one (casework.many)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from wtforms import BooleanField, HiddenField

from dossiers.accounts.delegating import names_of
from dossiers.accounts.grants import Signed
from dossiers.acting.forms import ActForm
from dossiers.acting.road import form_of
from dossiers.acting.rows import Piece, RowList
from dossiers.casework.act import Act, Done, VersionConflict
from dossiers.casework.advance import sent_before_of
from dossiers.casework.case import Case
from dossiers.casework.closing import is_shut
from dossiers.casework.loading import load_cases, situation
from dossiers.casework.many import ALONE, Answer, advance_all, foresee_all
from dossiers.fields import ChoiceField, DayField, LineField, OneOfField, ParagraphField, WholeNumberField
from dossiers.formatters import say, state
from dossiers.languages import gettext as _
from dossiers.reading import bundle
from dossiers.reading.refusals import told_to
from workflow import machine
from workflow.consequences import is_final
from workflow.facts import Evidence
from workflow.machine import Refused
from workflow.triggers import TRIGGERS

_PLAIN = (DayField, LineField, ParagraphField, WholeNumberField, BooleanField, ChoiceField, OneOfField)
_ONCE = frozenset({"number", "point"})
"""What no two dossiers have in common: the number of a paper, the number of a point to mend."""


@dataclass(frozen=True)
class Result:
    """What became, or would become, of one dossier: `error` is None when it is done, else why not; `to` the step it
    goes to, if that is another.
    """

    code: str
    name: str
    error: str | None
    to: str = ""
    warnings: tuple[str, ...] = ()


def act_on_many(lines: list[tuple[str, str, Act]], signed: Signed) -> list[Result]:
    """Do one act a line, (code, name, act) each, all that the rules allow in one transaction."""
    cases = load_cases([code for code, _name, _act in lines], signed)
    known = [(code, name, act) for code, name, act in lines if code in cases]
    answers = advance_all([(cases[code], act) for code, _name, act in known], signed)
    return [_told(code, name, answer, signed) for (code, name, _), answer in zip(known, answers, strict=True)]


def _told(code: str, name: str, answer: Answer, signed: Signed) -> Result:
    if isinstance(answer, Refused):
        return Result(code, name, " ".join(say(refusal.message) for refusal in answer.refusals))
    if isinstance(answer, VersionConflict):
        return Result(code, name, _("Vừa có người khác ghi vào hồ sơ này; xem lại rồi làm."))
    if not isinstance(answer, Done):
        return Result(code, name, None)  # recorded when the form was sent first
    outcome = answer.outcome
    moved = state(outcome.to) if outcome.to is not outcome.from_state else ""
    return Result(code, name, None, moved, tuple(say(warning.message) for warning in outcome.warnings))


def is_common(form_class: type[ActForm]) -> bool:
    """Whether what a form asks can be the same for several dossiers: plain values that the evidence names, or lines of
    text; no counted votes, no number of a paper, no people, no files.
    """
    form = form_class()
    return not form.takes_files and all(
        isinstance(shown, HiddenField)
        or (isinstance(shown, RowList) and _is_text(shown))
        or name in form.joint
        or (name in Evidence.__struct_fields__ and name not in _ONCE and isinstance(shown, _PLAIN))
        for name, shown in form._fields.items()
    )


def _is_text(rows: RowList) -> bool:
    """Whether rows are lines of text and nothing hidden says what they are about."""
    return bool(rows.rows) and all(isinstance(part, LineField) for row in rows.rows for part in row)


def shared(cases: Sequence[Case], signed: Signed) -> list[str]:
    """The acts that the steps of all these dossiers know, open to this person for at least one, in the order of the
    table; without those that end a dossier or sign a decision, and those that are done one at a time.
    """
    known: dict[str, list[bool]] = {}
    for case in cases:
        s = situation(case, signed, counted=False)
        options = {option.trigger: option for option in reversed(machine.options(s)) if option.trigger not in ALONE}
        for trigger, option in options.items():
            if not is_final(trigger, s):
                known.setdefault(trigger, []).append(not is_shut(option))
    return [
        trigger for trigger in TRIGGERS
        if len(known.get(trigger, ())) == len(cases) and any(known[trigger])
        and (form := form_of(trigger)) is not None and is_common(form)
    ]  # fmt: skip


class Together:
    """One form for an act on many dossiers: shown once, made an act of for each."""

    def __init__(self, trigger: str, cases: Sequence[Case], signed: Signed) -> None:
        self.trigger, self.cases, self.signed = trigger, cases, signed
        form_class = form_of(trigger)
        assert form_class is not None
        self.situations = [situation(case, signed, counted=False) for case in cases]
        self._forms = [form_class() for _case in cases]
        if form_class.joint:
            papers = bundle.listed(cases)
            for case, form in zip(cases, self._forms, strict=True):
                form.listed_papers = papers[case.id]
        for case, s, form in zip(cases, self.situations, self._forms, strict=True):
            form.prepare(case, s, trigger)
        self.form = self._forms[0]
        """The form people see."""
        self._narrow()

    def _narrow(self) -> None:
        """Offer in lists what every dossier offers, called by what the labels have in common."""
        for name, first in self.form._fields.items():
            if not isinstance(first, (ChoiceField, OneOfField)):
                continue
            fields: list[Any] = [form[name] for form in self._forms]
            lists = [dict(field.choices or ()) for field in fields]
            common = [value for value in lists[0] if all(value in offered for offered in lists)]
            for field in fields:
                field.choices = [(value, _in_common([offered[value] for offered in lists])) for value in common]

    def layout(self) -> list[Piece]:
        """What people see: once what is the same for all, and for each dossier what is its own."""
        joint = self.form.joint
        return [
            *(piece for piece in self.form.layout() if not any(field.short_name in joint for field in piece.fields)),
            *(
                Piece(tuple(form[name] for name in joint), f"{case.full_name} ({case.code})")
                for case, form in zip(self.cases, self._forms, strict=True) if joint
            ),
        ]  # fmt: skip

    @property
    def is_possible(self) -> bool:
        """Whether each list to choose from offers something that fits every dossier."""
        return all(
            any(value for value, _label in field.choices or ())
            for field in self.form._fields.values()
            if isinstance(field, ChoiceField) and field.flags.required
        )

    def behalf(self) -> list[str]:
        """The names of those for whom this person would act on some of the dossiers; at most one query."""
        refs = {machine.behalf(s, self.trigger) for s in self.situations} - {""}
        return list(names_of({int(ref[1:]) for ref in refs}).values())

    def mark(self, at: int) -> str:
        """What a person saw of a dossier: its version, and for whom they would act."""
        return f"{self.cases[at].version}{machine.behalf(self.situations[at], self.trigger)}"

    def validate(self) -> bool:
        """Whether what was typed fits every dossier's form."""
        wrong = [form for form in self._forms if not form.validate()]
        self.form = (wrong or self._forms)[0]  # its errors are shown
        return not wrong

    def results(self, seen: Sequence[str], do: bool) -> list[Result]:
        """What an act would do to each dossier (or did, with `do`), where nobody acted since it was `seen` (see
        `mark`); the form has been validated.
        """
        acts = [form.act(self.trigger, case) for form, case in zip(self._forms, self.cases, strict=True)]
        sent = sent_before_of([act.key for act in acts])
        taken = [at for at, act in enumerate(acts) if act.key in sent or seen[at] == self.mark(at)]
        decide = advance_all if do else foresee_all
        answers = dict(zip(taken, decide([(self.cases[at], acts[at]) for at in taken], self.signed), strict=True))
        found = []
        for at, case in enumerate(self.cases):
            answer: Answer = answers.get(at) or VersionConflict(case, 0)
            if isinstance(answer, Refused):
                roles = self.situations[at].actor.roles
                answer = Refused(tuple(told_to(refusal, roles) for refusal in answer.refusals))
            found.append(_told(case.code, case.full_name, answer, self.signed))
        return found


def _in_common(labels: Sequence[str]) -> str:
    """What labels have in common, without the day or number in which they differ."""
    if len(set(labels)) == 1:
        return labels[0]
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*labels, strict=False))
    return "".join(letters[0] for letters in same).rstrip(" –-/.,:(0123456789")
