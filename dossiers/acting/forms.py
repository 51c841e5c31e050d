"""What every form of an act has, and the pieces that forms of the stages are put together from."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Literal

import msgspec
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.casework.act import Act
from dossiers.casework.case import Case
from dossiers.casework.decide import body_unit
from dossiers.fields import (
    DayField,
    LineField,
    NumberWords,
    ParagraphField,
    WholeNumberField,
    Words,
    known_key,
    required,
)
from dossiers.formatters import say
from dossiers.people.rows import CompanionRow
from dossiers.units import services as units
from dossiers.units.models import BodyMember
from workflow.bodies import body_for
from workflow.facts import Ballot, Evidence, Paper
from workflow.guards import Situation
from workflow.stages import STATE_LABELS
from workflow.votes import Body


class ActForm(FlaskForm):
    """Base of every form of an act: when it happened, which version was seen, and a key that makes it act once.

    A subclass adds fields named as the evidence names them; `fill` turns those without such a name into rows.
    """

    class Meta(FlaskForm.Meta):
        """The token stands on the page itself (acting/act.html) and was checked before any view (CSRFProtect)."""

        csrf = False

    happened_on = DayField(_l("Ngày diễn ra"), [required])
    version = HiddenField()
    act_key = HiddenField()

    heading_hint: Any = None
    ballot_body: Body | None = None
    register_size: int | None = None
    _has_papers = False

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Fit the form to a dossier: defaults, choices, the register of those who vote."""
        if not self.act_key.data:
            self.act_key.data = secrets.token_hex(16)
        if not self.version.data:
            self.version.data = str(case.version)
        if not self.is_submitted():
            self.happened_on.data = clock.today()
        if "present" in self:
            self.ballot_body, _purpose = body_for(trigger, s)
            unit = body_unit(case, self.ballot_body)
            members = units.register(unit, self.ballot_body, clock.today()) if unit else []
            self.register_size = sum(1 for member in members if not member.exempt)

    def __iter__(self) -> Iterator[Any]:
        """The fields as people fill them in: the day and the number of the paper first."""
        first = [self._fields[name] for name in ("happened_on", "number") if name in self._fields]
        return iter([*first, *(field for field in self._fields.values() if field not in first)])

    def fields_shown(self) -> int:
        """How many fields a person sees when the form has no rows of its own."""
        return 0 if hasattr(self, "rows") or self._has_papers else len(self._fields)

    def seen_version(self) -> int:
        """The version of the dossier this form was made from; 0 when the field was tampered with."""
        return int(self.version.data) if str(self.version.data).isdigit() else 0

    def act(self, trigger: str, case: Case) -> Act:
        """The act this form describes; the form has been validated."""
        values: dict[str, Any] = {"happened_on": self.happened_on.data}
        for name in ("number", "issuer", "reason", "ground", "agreed_by", "rule"):
            if name in self:
                values[name] = self[name].data or ""
        for name in ("issued_on", "received_on", "days", "return_to", "event"):
            if name in self:
                values[name] = self[name].data or None
        if "present" in self:
            values["ballot"] = Ballot(0, self["present"].data, self["in_favour"].data, self["against"].data or 0)
        act = Act(trigger, Evidence(**values), key=known_key(self.act_key.data))
        return self.fill(act, case)

    def fill(self, act: Act, case: Case) -> Act:
        """Add what is not a plain field of the evidence."""
        return act


class Numbered(FlaskForm):
    """The number of the paper the act makes."""

    number = LineField(_l("Số văn bản"), [required, NumberWords()])


class Reasoned(FlaskForm):
    """Why."""

    reason = ParagraphField(_l("Lý do"), [required, Words(2000)])


class Balloted(FlaskForm):
    """The counted votes; those entitled come from the register."""

    present = WholeNumberField(_l("Số người có mặt"), [required])
    in_favour = WholeNumberField(_l("Tán thành"), [required])
    against = WholeNumberField(_l("Không tán thành"), [Optional()])


class PaperRows(ActForm):
    """A table of papers: for each form a number, a date and an issuer. Empty rows are left out.

    The rows are fields of their own (p0_number, p0_issued_on, …) bound in `prepare`, as the papers asked for
    depend on the dossier.
    """

    paper_forms: tuple[str, ...] = ()
    _has_papers = True

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Make one row a paper."""
        super().prepare(case, s, trigger)
        self.paper_forms = self.wanted(case, s)
        self.book = s.rulebook
        for index, form in enumerate(self.paper_forms):
            title = say(s.rulebook.form_title(form))
            for name, field in (
                ("number", LineField(_("Số của %(paper)s", paper=form), [NumberWords()])),
                ("issued_on", DayField(_("Ngày của %(paper)s", paper=form), description=title)),
                ("issuer", LineField(_("Nơi lập %(paper)s", paper=form), [Words(120)])),
            ):
                bound = field.bind(form=self, name=f"p{index}_{name}", prefix="", translations=None)
                bound.process(self.formdata_now())
                self._fields[f"p{index}_{name}"] = bound

    def formdata_now(self) -> Any:
        """What was sent, or nothing on a first look."""
        from flask import request

        return request.form if self.is_submitted() else None

    def wanted(self, case: Case, s: Situation) -> tuple[str, ...]:
        """The forms a row is offered for; each kind of form names its own."""
        return ()

    def validate(self, extra_validators: Any = None) -> bool:
        """At least one row, and no row with a number but no date."""
        fine: bool = super().validate(extra_validators)
        filled = False
        for index, _form in enumerate(self.paper_forms):
            number, issued = self[f"p{index}_number"], self[f"p{index}_issued_on"]
            issuer = self[f"p{index}_issuer"]
            if (number.data or issuer.data) and not issued.data and not issued.errors:
                issued.errors = [_("Chưa ghi ngày của giấy tờ này.")]
                fine = False
            filled = filled or bool(issued.data) or bool(issued.errors)
        if not filled and self.paper_forms:
            self["p0_issued_on"].errors = [_("Ghi ít nhất một giấy tờ: ngày và, nếu có, số.")]
            return False
        return fine

    def fill(self, act: Act, case: Case) -> Act:
        """The rows that were filled."""
        return replace(act, evidence=msgspec.structs.replace(act.evidence, papers=self.papers()))

    def papers(self) -> tuple[Paper, ...]:
        """The rows that were filled."""
        return tuple(
            Paper(
                form,
                self[f"p{index}_issued_on"].data,
                self[f"p{index}_number"].data or "",
                self[f"p{index}_issuer"].data or "",
            )
            for index, form in enumerate(self.paper_forms)
            if self[f"p{index}_issued_on"].data
        )


def member_choices(case: Case) -> list[tuple[str, str]]:
    """The official members of the dossier's cell, for choosing introducers and helpers."""
    members = units.register(case.unit_id, Body.CELL, clock.today())
    return [(str(member.id), member.name) for member in members]


def member(value: str) -> BodyMember | None:
    """The register's entry behind a choice."""
    from dossiers.extensions import db

    return db.session.get(BodyMember, int(value)) if value.isdigit() else None


def companion_row(kind: Literal["introducer", "helper"], chosen: BodyMember, since: date) -> CompanionRow:
    """The row that keeps who introduces or helps."""
    return CompanionRow(kind, chosen.ref, chosen.name, since)


def state_choices(states: list[Any]) -> list[tuple[str, str]]:
    """States as choices."""
    return [(str(state), say(STATE_LABELS[state])) for state in states]
