"""Forms of verification: the dossier's papers, introducers, relatives, and the conclusion."""

import secrets
from dataclasses import replace
from typing import Any

import msgspec
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from dossiers.acting.forms import ActForm, PaperRows, Reasoned, companion_row, member, member_choices
from dossiers.casework.act import Act
from dossiers.casework.case import Case
from dossiers.fields import (
    ChoiceField,
    DayField,
    LineField,
    ParagraphField,
    WholeNumberField,
    Words,
    choice,
    labelled,
    required,
    with_empty,
)
from dossiers.people.rows import RelativeRow
from dossiers.reading import page
from workflow.facts import RELATION_LABELS, Introducer, Relation
from workflow.facts import Relative as RelativeFact
from workflow.guards import Situation, introducing_form
from workflow.stages import STAGE_OF, Stage


class OpenForm(ActForm):
    """The candidate begins the dossier."""

    happened_on = DayField(_l("Ngày lập hồ sơ"), [required])


class PapersForm(PaperRows):
    """Papers the dossier needs now."""

    happened_on = DayField(_l("Ngày chi bộ nhận giấy tờ"), [required])

    def wanted(self, case: Case, s: Situation) -> tuple[str, ...]:
        """The papers of this half of the road, missing ones first."""
        if case.state is not None and STAGE_OF[case.state] is Stage.MONITORING:
            forms = (*s.rulebook.words("new_member_course"), *s.rulebook.words("recognition_papers"))
        else:
            own = introducing_form(s)
            asked = (*s.rulebook.words("application_papers"), *((own,) if own else ()), *s.rulebook.words("opinions"))
            forms = (*asked, "VB-ĐY")
        return tuple(sorted(forms, key=lambda form: case.facts.paper(form) is not None))


class RedoForm(PaperRows):
    """Papers of a stale dossier, made again."""

    happened_on = DayField(_l("Ngày làm lại hồ sơ"), [required])

    def wanted(self, case: Case, s: Situation) -> tuple[str, ...]:
        """Introduction, resolution, opinions and the supplemented CV."""
        own = introducing_form(s)
        return ("2-KNĐ", "3-KNĐ", *((own,) if own else ()), "5-KNĐ")


class IntroducersForm(ActForm):
    """One or two official members who introduce the candidate."""

    happened_on = DayField(_l("Ngày chi bộ phân công"), [required])
    introducers = choice(_l("Người giới thiệu"))
    together_since = DayField(_l("Cùng công tác, học tập từ ngày"))
    second = choice(_l("Người giới thiệu thứ hai"), optional=True)
    second_since = DayField(_l("Người thứ hai cùng công tác, học tập từ ngày"))
    replacement = BooleanField(_l("Phân công thay người giới thiệu trước (không cần đủ 12 tháng)"))

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the official members of the cell."""
        super().prepare(case, s, trigger)
        choices = with_empty(member_choices(case))
        self.introducers.choices = choices
        self.second.choices = choices

    def validate(self, extra_validators: Any = None) -> bool:
        """Two different people."""
        fine: bool = super().validate(extra_validators)
        if self.second.data and self.second.data == self.introducers.data:
            self.second.errors = [_("Chọn hai người khác nhau.")]
            return False
        return fine

    def fill(self, act: Act, case: Case) -> Act:
        """Introducers as the rules and the file know them."""
        people, rows = [], []
        for field, since in ((self.introducers, self.together_since), (self.second, self.second_since)):
            chosen = member(field.data) if field.data else None
            if chosen is not None:
                people.append(Introducer(chosen.ref, since.data, bool(self.replacement.data)))
                rows.append(companion_row("introducer", chosen, self.happened_on.data))
        evidence = msgspec.structs.replace(act.evidence, introducers=tuple(people))
        return replace(act, evidence=evidence, companions=tuple(rows))


NEW_ROWS = 4


class RelativesForm(ActForm):
    """Relatives to be verified: known ones to be completed, and rows for new ones."""

    happened_on = DayField(_l("Ngày ghi"), [required])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """A row for each known relative and some for new ones."""
        super().prepare(case, s, trigger)
        self.known = page.relatives(case)
        relations = with_empty(labelled(RELATION_LABELS))
        count = len(self.known) + (NEW_ROWS if self.known else 6)
        self.rows = list(range(count))
        from flask import request

        sent = request.form if self.is_submitted() else None
        for index in self.rows:
            old = self.known[index] if index < len(self.known) else None
            fields: tuple[tuple[str, Any, Any], ...] = (
                ("relation", ChoiceField(_("Quan hệ"), choices=relations), old and old.relation),
                ("name", LineField(_("Họ và tên"), [Words(120)]), old and old.name),
                ("birth_year", WholeNumberField(_("Năm sinh")), old and old.birth_year),
                ("place", LineField(_("Nơi ở"), [Words(200)]), old and old.place),
                ("occupation", LineField(_("Nghề nghiệp"), [Words(120)]), old and old.occupation),
                ("result", LineField(_("Kết quả thẩm tra"), [Words(500)]), old and old.result),
                ("verified_on", DayField(_("Ngày có kết quả")), old and old.verified_on),
            )
            for name, field, value in fields:
                bound = field.bind(form=self, name=f"r{index}_{name}", prefix="", translations=None)
                bound.process(sent, value)
                self._fields[f"r{index}_{name}"] = bound

    def validate(self, extra_validators: Any = None) -> bool:
        """Rows that were begun are complete; results come with their date."""
        fine: bool = super().validate(extra_validators)
        begun = False
        for index in self.rows:
            cell = {
                name: self[f"r{index}_{name}"] for name in ("relation", "name", "birth_year", "result", "verified_on")
            }
            if not (cell["relation"].data or cell["name"].data):
                continue
            begun = True
            for name in ("relation", "name"):
                if not cell[name].data:
                    cell[name].errors = [_("Chưa ghi mục này.")]
                    fine = False
            if bool(cell["result"].data) != bool(cell["verified_on"].data) and not cell["verified_on"].errors:
                cell["verified_on"].errors = [_("Kết quả và ngày có kết quả đi cùng nhau.")]
                fine = False
            year = cell["birth_year"].data
            if year is not None and not 1850 <= year <= 2100:
                cell["birth_year"].errors = [_("Năm sinh không hợp lý.")]
                fine = False
        if not begun:
            self["r0_name"].errors = [_("Ghi ít nhất một thân nhân.")]
            return False
        return fine

    def fill(self, act: Act, case: Case) -> Act:
        """Relatives as the rules and the file know them."""
        facts: list[RelativeFact] = []
        rows: list[RelativeRow] = []
        for index in self.rows:
            name = self[f"r{index}_name"].data
            if not name:
                continue
            ref = self.known[index].ref if index < len(self.known) else f"r{secrets.token_hex(4)}"
            relation = Relation(self[f"r{index}_relation"].data)
            verified = self[f"r{index}_verified_on"].data
            facts.append(RelativeFact(ref, relation, verified))
            rows.append(
                RelativeRow(
                    ref,
                    relation,
                    name,
                    self[f"r{index}_birth_year"].data,
                    self[f"r{index}_place"].data or None,
                    self[f"r{index}_occupation"].data or None,
                    self[f"r{index}_result"].data or None,
                    verified,
                )
            )
        evidence = msgspec.structs.replace(act.evidence, relatives=tuple(facts))
        return replace(act, evidence=evidence, relatives=tuple(rows))


class StartForm(ActForm):
    """The office begins to verify."""

    happened_on = DayField(_l("Ngày bắt đầu thẩm tra"), [required])


class ConcludeForm(Reasoned, ActForm):
    """The committee's conclusion."""

    happened_on = DayField(_l("Ngày kết luận"), [required])
    reason = ParagraphField(_l("Kết luận thẩm tra"), [required, Words(2000)])


FORMS: dict[str, type[ActForm]] = {
    "open_dossier": OpenForm,
    "record_papers": PapersForm,
    "assign_introducers": IntroducersForm,
    "record_relatives": RelativesForm,
    "start_verification": StartForm,
    "conclude_verification": ConcludeForm,
    "redo_stale_papers": RedoForm,
}
