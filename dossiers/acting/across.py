"""Forms of the acts across the stages: returning, extending, suspending, moving, correcting, ending."""

from dataclasses import replace
from typing import Any

import msgspec
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Optional

from dossiers.acting.forms import ActForm, Numbered, Reasoned, state_choices
from dossiers.casework.act import Act
from dossiers.casework.case import Case
from dossiers.casework.opening import with_organisations
from dossiers.fields import (
    DayField,
    LineField,
    NameWords,
    OneOfField,
    ParagraphField,
    WholeNumberField,
    Words,
    choice,
    coded,
    labelled,
    plausible_birth_date,
    required,
    with_empty,
)
from dossiers.formatters import day, say, trigger
from dossiers.people import personal
from dossiers.people.reading import candidate
from dossiers.reading.timeline import timeline
from dossiers.security import signed
from dossiers.units import services as units
from dossiers.units import tree
from workflow.deadlines import BY_RULE, running
from workflow.facts import SCHOOLING_LABELS, SECTOR_LABELS, SOURCE_LABELS, Candidate, Schooling, Source
from workflow.guards import LEAVING_GROUNDS, SCHOOLING_GROUNDS, Situation
from workflow.procedure.table import moves_from
from workflow.stages import State


class ReturnForm(Reasoned, ActForm):
    """Back to the step that must mend it."""

    happened_on = DayField(_l("Ngày trả hồ sơ"), [required])
    return_to = choice(_l("Trả về bước"))
    reason = ParagraphField(_l("Phải sửa những gì"), [required, Words(2000)])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the earlier steps of this half of the road."""
        super().prepare(case, s, trigger)
        targets = [m.dest for m in moves_from(case.state, case.route) if m.trigger == trigger]
        self.return_to.choices = with_empty(state_choices(targets))

    def act(self, trigger: str, case: Case) -> Act:
        """The step as a state."""
        act = super().act(trigger, case)
        evidence = msgspec.structs.replace(act.evidence, return_to=State(self.return_to.data))
        return replace(act, evidence=evidence)


class ExtendForm(Reasoned, ActForm):
    """More time, with the ground and who agreed."""

    happened_on = DayField(_l("Ngày đồng ý gia hạn"), [required])
    rule = choice(_l("Thời hạn"))
    days = WholeNumberField(_l("Thêm bao nhiêu ngày làm việc"), [required])
    agreed_by = LineField(_l("Ai đồng ý"), [required, Words(200)])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the running deadlines that may be extended."""
        super().prepare(case, s, trigger)
        assert case.state is not None
        runs = running(case.state, case.facts, s.rulebook, s.calendar)
        self.rule.choices = with_empty(
            [
                (d.rule, f"{say(s.rulebook.rule(d.rule).title)} – {day(d.due_on)}")
                for d in runs
                if BY_RULE[d.rule].extension_rule
            ]
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Between one day and a year."""
        fine: bool = super().validate(extra_validators)
        if self.days.data is not None and not 1 <= self.days.data <= 366:
            self.days.errors = [_("Từ 1 đến 366 ngày làm việc.")]
            return False
        return fine


class SuspendForm(Reasoned, ActForm):
    """The dossier waits."""


class ResumeForm(ActForm):
    """The dossier goes on."""


class TransferForm(Reasoned, ActForm):
    """To another cell in the tree, with everything; deadlines are kept."""

    to_unit = choice(_l("Chi bộ tiếp nhận"))

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the cells in reach."""
        super().prepare(case, s, trigger)
        cells = tree.current().below(signed().reading_units, units.CELLS)
        self.to_unit.choices = with_empty(coded(cells))

    def fill(self, act: Act, case: Case) -> Act:
        """The receiving unit and whether it has base organisations."""
        to_unit_id = int(self.to_unit.data)
        unit_tree = tree.current()
        bases = unit_tree.organisations(unit_tree.place(to_unit_id))
        return replace(act, to_unit_id=to_unit_id, evidence=with_organisations(act.evidence, bases))


class CandidateForm(Reasoned, ActForm):
    """The candidate's own data, completed or corrected; what stood before stays in the event.

    Who nominates can still be changed while the candidate only stands on the source list.
    """

    full_name = LineField(_l("Họ và tên"), [required, NameWords()])
    other_names = LineField(_l("Tên gọi khác"), [Optional(), Words(120)])
    birth_date = DayField(_l("Ngày sinh"), [required])
    source = choice(_l("Nguồn giới thiệu"))
    contact = LineField(_l("Điện thoại hoặc thư điện tử"), [Optional(), Words(120)])
    birth_place = LineField(_l("Nơi sinh"), [Optional(), Words(200)])
    home_town = LineField(_l("Quê quán"), [Optional(), Words(200)])
    residence = LineField(_l("Nơi ở hiện nay"), [Optional(), Words(200)])
    occupation = LineField(_l("Nghề nghiệp, chức vụ"), [Optional(), Words(120)])
    employer = LineField(_l("Nơi làm việc"), [Optional(), Words(200)])
    sector = choice(_l("Khu vực"), optional=True)
    schooling = choice(_l("Trình độ học vấn"), optional=True)
    schooling_ground = choice(_l("Căn cứ ngoại lệ về học vấn"), optional=True)
    professional_level = LineField(_l("Trình độ chuyên môn"), [Optional(), Words(120)])
    theory_level = LineField(_l("Trình độ lý luận chính trị"), [Optional(), Words(120)])
    languages = LineField(_l("Ngoại ngữ"), [Optional(), Words(120)])
    youth_member = BooleanField(_l("Là đoàn viên"))
    youth_joined_on = DayField(_l("Ngày vào Đoàn"))
    union_member = BooleanField(_l("Là đoàn viên công đoàn"))
    union_joined_on = DayField(_l("Ngày vào công đoàn"))
    ethnic_group = LineField(_l("Dân tộc"), [Optional(), Words(60)])
    religion = LineField(_l("Tôn giáo"), [Optional(), Words(60)])
    identity_number = LineField(
        _l("Số định danh cá nhân"), [Optional(), Words(12, r"[0-9]{9}|[0-9]{12}", _l("Ghi 9 hoặc 12 chữ số."))]
    )
    reason = ParagraphField(_l("Lý do sửa, bổ sung"), [required, Words(2000)])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Start from what is on file; leave out what the person's role does not see."""
        super().prepare(case, s, trigger)
        self.person = candidate(case.person_id)
        self.schooling.choices = with_empty(labelled(SCHOOLING_LABELS))
        self.schooling_ground.choices = with_empty(labelled(SCHOOLING_GROUNDS))
        self.sector.choices = with_empty(labelled(SECTOR_LABELS))
        if case.state is State.SOURCED:
            known = tree.current().organisations(case.place)
            sources = [source for source in Source if source is Source.OTHER or source in known]
            self.source.choices = [(str(source), say(SOURCE_LABELS[source])) for source in sources]
        else:
            del self.source
        if not personal.sees_sensitive(s.actor.roles):
            for name in personal.SENSITIVE:
                del self[name]
        if self.is_submitted():
            return
        for name in personal.PERSON_FIELDS:
            if name in self:
                self[name].data = getattr(self.person, name)
        if "source" in self:
            self.source.data = str(case.facts.source)
        self.schooling.data = str(case.facts.schooling or "")
        self.schooling_ground.data = case.facts.schooling_ground
        self.youth_member.data = case.facts.youth_member
        self.union_member.data = case.facts.union_member

    def validate(self, extra_validators: Any = None) -> bool:
        """A birth date that can be somebody's."""
        fine: bool = super().validate(extra_validators)
        return plausible_birth_date(self.birth_date) and fine

    def fill(self, act: Act, case: Case) -> Act:
        """What changed, for the file and for the rules."""
        new = {name: self[name].data or None for name in personal.PERSON_FIELDS if name in self}
        new = {
            name: value if value is not None or name in personal.EMPTY_IS_NONE else "" for name, value in new.items()
        }
        old = {name: getattr(self.person, name) for name in new}
        changed = {name: value for name, value in new.items() if (value or "") != (old[name] or "")}
        moved = "source" in self and self.source.data != str(case.facts.source)
        evidence = msgspec.structs.replace(
            act.evidence,
            source=Source(self.source.data) if moved else None,
            candidate=Candidate(
                birth_date=self.birth_date.data,
                schooling=Schooling(self.schooling.data) if self.schooling.data else None,
                schooling_ground=self.schooling_ground.data or "",
                youth_member=bool(self.youth_member.data),
                union_member=bool(self.union_member.data),
            ),
        )
        return replace(act, evidence=evidence, person=changed, was={name: old[name] for name in changed})


class CorrectForm(Reasoned, ActForm):
    """A correction is a new entry that names the old one; the old one stays."""

    event = choice(_l("Việc được đính chính"))
    reason = ParagraphField(_l("Ghi sai gì, đúng là gì, theo văn bản nào"), [required, Words(2000)])

    def prepare(self, case: Case, s: Situation, trigger_code: str) -> None:
        """Offer the events of the dossier."""
        super().prepare(case, s, trigger_code)
        lines = timeline(case, personal=False, limit=case.version)
        self.event.choices = with_empty(
            [(str(x.event.seq), f"{x.event.seq}. {day(x.event.happened_on)} {trigger(x.event.trigger)}") for x in lines]
        )

    def act(self, trigger: str, case: Case) -> Act:
        """The number of the event."""
        act = super().act(trigger, case)
        evidence = msgspec.structs.replace(act.evidence, event=int(self.event.data))
        return replace(act, evidence=evidence)


class ReadmitForm(Reasoned, ActForm):
    """A new dossier for somebody who left, linked to the old."""

    number = LineField(_l("Số văn bản đồng ý của Ban Thường vụ cấp tỉnh"), [required, Words(60)])
    ground = OneOfField(
        _l("Lý do ra khỏi Đảng trước đây"),
        [required],
        choices=[(key, key) for key in LEAVING_GROUNDS],
    )

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """The grounds in the language of the page."""
        super().prepare(case, s, trigger)
        self.ground.choices = labelled(LEAVING_GROUNDS)


class WithdrawForm(Reasoned, ActForm):
    """The candidate withdraws."""


class EndForm(Numbered, Reasoned, ActForm):
    """An end with its paper and reason."""


class DeathForm(Numbered, ActForm):
    """The death of the candidate or member, with its paper."""

    number = LineField(_l("Số giấy tờ"), [required, Words(60)])


FORMS: dict[str, type[ActForm]] = {
    "return_for_correction": ReturnForm,
    "extend_deadline": ExtendForm,
    "suspend": SuspendForm,
    "resume": ResumeForm,
    "transfer": TransferForm,
    "correct_candidate": CandidateForm,
    "correct_record": CorrectForm,
    "readmit": ReadmitForm,
    "withdraw": WithdrawForm,
    "refuse": EndForm,
    "transfer_out": EndForm,
    "record_death": DeathForm,
}
