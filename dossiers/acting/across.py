"""Forms of the acts across the stages: returning, extending, suspending, moving, correcting, ending."""

from datetime import date
from typing import Any

import msgspec
from flask import request
from wtforms import BooleanField, FormField
from wtforms.validators import Optional

from dossiers.acting.forms import ActForm, Balloted, Brought, Numbered, Reasoned, Recorded, state_choices
from dossiers.acting.handing import FORMS as HANDING
from dossiers.acting.rows import Piece, Row, RowList
from dossiers.acting.scans import ScanForm
from dossiers.casework.case import Case
from dossiers.fields import (
    DayField,
    LineField,
    NameWords,
    NumberWords,
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
from dossiers.formatters import day, say, state
from dossiers.formatters import trigger as label
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.people import personal
from dossiers.people.reading import candidate
from dossiers.people.rows import PersonRow
from dossiers.reading.points import texts_of
from dossiers.security import signed
from dossiers.units import services as units
from dossiers.units import tree
from workflow.deadlines import BY_RULE, running
from workflow.facts import SCHOOLING_LABELS, SECTOR_LABELS, SOURCE_LABELS, Candidate, Schooling, Source
from workflow.guards import LEAVING_GROUNDS, SCHOOLING_GROUNDS, Situation
from workflow.monitoring import ON_PROBATION
from workflow.procedure.table import moves_from
from workflow.route import route_label
from workflow.rulebook import Rulebook
from workflow.stages import State


class PointRow(Row):
    """A point that must be mended."""

    text = LineField("", [Optional(), Words(500)])

    def placed(self, index: int) -> None:
        """Points are counted."""
        self.text.label.text = _("Điểm phải sửa %(n)s", n=index + 1)


class ReturnForm(Reasoned, ActForm):
    """Back to the step that must mend it."""

    happened_on = DayField(_l("Ngày trả hồ sơ"), [required])
    return_to = choice(_l("Trả về bước"), of=State)
    reason = ParagraphField(_l("Vì sao trả lại"), [required, Words(2000)])
    points = RowList(FormField(PointRow), min_entries=3, max_entries=20, grows=3)

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the earlier steps of this half of the road."""
        super().prepare(case, s, trigger)
        moves = moves_from(case.state, case.route)
        targets = [move.dest for move in moves if move.trigger == trigger and move.dest is not None]
        self.return_to.choices = with_empty(state_choices(targets))

    def recall(self, recorded: Recorded) -> None:
        """The step it went back to."""
        if (step := recorded.evidence.return_to) is not None:
            self.return_to.allow(step, state(step))
        super().recall(recorded)
        if not self.is_filled() and recorded.evidence.points:
            self.points.show([{"text": text} for text in recorded.evidence.points])

    def bring(self, brought: Brought, case: Case) -> None:
        """The points that were named."""
        super().bring(brought, case)
        brought.evidence["points"] = tuple(row.text.data for row in self.points.rows if row.text.data)


class MendPointForm(ActForm):
    """A point of the return was mended."""

    happened_on = DayField(_l("Ngày sửa xong"), [required])
    point = choice(_l("Điểm đã sửa"), of=int)
    reason = ParagraphField(_l("Đã sửa thế nào"), [Optional(), Words(2000)])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the points that are left; a link on the dossier's page chooses one."""
        super().prepare(case, s, trigger)
        texts = texts_of(case) if personal.sees_file(s.actor.roles) else {}
        left = [point.nr for point in case.facts.points if point.mended_on is None]
        self.point.choices = with_empty([(str(nr), f"{nr}. {texts.get(nr, '')}") for nr in left])
        asked = request.args.get("diem", "")
        if not self.is_filled() and asked in {str(nr) for nr in left}:
            self.point.data = int(asked)

    def recall(self, recorded: Recorded) -> None:
        """The point that was ticked off."""
        if (point := recorded.evidence.point) is not None:
            self.point.allow(point, str(point))
        super().recall(recorded)


class NewRoadForm(ActForm):
    """The tree or who decides changed: the dossier goes on where the new road has it stand."""

    happened_on = DayField(_l("Từ ngày"), [required])

    _hint = ""

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Say which road it is now."""
        super().prepare(case, s, trigger)
        self._hint = _("Đường xét nay là: %(road)s.", road=say(route_label(case.route, s.rulebook)))

    def layout(self) -> list[Piece]:
        """The road first."""
        return [Piece(hint=self._hint), *super().layout()]


class ExtendForm(Reasoned, ActForm):
    """More time, with the ground and who agreed."""

    happened_on = DayField(_l("Ngày đồng ý gia hạn"), [required])
    rule = choice(_l("Thời hạn"))
    days = WholeNumberField(_l("Thêm bao nhiêu ngày làm việc"), [required])
    agreed_by = LineField(_l("Ai đồng ý"), [required, Words(200)])

    _book: Rulebook

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the running deadlines that may be extended."""
        super().prepare(case, s, trigger)
        assert case.state is not None
        self._book = s.rulebook
        runs = running(case.state, case.facts, s.rulebook, s.calendar)
        self.rule.choices = with_empty(
            [
                (d.rule, f"{say(s.rulebook.rule(d.rule).title)} – {day(d.due_on)}")
                for d in runs
                if BY_RULE[d.rule].extension_rule
            ]
        )

    def recall(self, recorded: Recorded) -> None:
        """The deadline that was extended, running or not."""
        if (rule := recorded.evidence.rule) in self._book.rules:
            self.rule.allow(rule, say(self._book.rule(rule).title))
        super().recall(recorded)

    def validate(self, extra_validators: Any = None) -> bool:
        """Between one day and a year."""
        fine: bool = super().validate(extra_validators)
        if self.days.data is not None and not 1 <= self.days.data <= 366:
            self.days.errors = [_("Từ 1 đến 366 ngày làm việc.")]
            return False
        return fine


class SuspendForm(Reasoned, ActForm):
    """The dossier waits."""

    happened_on = DayField(_l("Tạm dừng từ ngày"), [required])


class ResumeForm(ActForm):
    """The dossier goes on."""

    happened_on = DayField(_l("Tiếp tục từ ngày"), [required])


class TransferForm(Reasoned, ActForm):
    """To another cell in the tree, with everything; deadlines are kept."""

    happened_on = DayField(_l("Ngày chuyển"), [required])
    to_unit = choice(_l("Chi bộ tiếp nhận"), of=int)

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the cells in reach."""
        super().prepare(case, s, trigger)
        cells = tree.current().below(signed().acting_units, units.CELLS)
        self.to_unit.choices = with_empty(coded(cells))

    def recall(self, recorded: Recorded) -> None:
        """The cell it went to."""
        super().recall(recorded)
        if recorded.to_unit_id is not None:
            self.to_unit.allow(*coded([tree.current()[recorded.to_unit_id]])[0])
        self.put("to_unit", recorded.to_unit_id)

    def bring(self, brought: Brought, case: Case) -> None:
        """The receiving unit and whether it has base organisations."""
        super().bring(brought, case)
        brought.to_unit_id = self.to_unit.data
        bases = tree.current().organisations(tree.current().place(self.to_unit.data))
        brought.evidence["unit_has_youth_union"] = Source.YOUTH_UNION in bases
        brought.evidence["unit_has_trade_union"] = Source.TRADE_UNION in bases
        brought.evidence["member_moves"] = case.state in ON_PROBATION


_OF_THE_FILE = ("schooling", "schooling_ground", "youth_member", "union_member", "private_owner")
"""What the rules ask of the file beside its columns."""


class CandidateForm(Reasoned, ActForm):
    """The candidate's own data, completed or corrected; what stood before stays in the event.

    Who nominates can still be changed while the candidate only stands on the source list.
    """

    happened_on = DayField(_l("Ngày sửa, bổ sung"), [required])
    full_name = LineField(_l("Họ và tên"), [required, NameWords()])
    other_names = LineField(_l("Tên gọi khác"), [Optional(), Words(120)])
    birth_date = DayField(_l("Ngày sinh"), [required])
    sex = OneOfField(_l("Giới tính"), [required], choices=(("female", _l("Nữ")), ("male", _l("Nam"))))
    source = choice(_l("Nguồn giới thiệu"), of=Source)
    contact = LineField(_l("Điện thoại hoặc thư điện tử"), [Optional(), Words(120)])
    birth_place = LineField(_l("Nơi sinh"), [Optional(), Words(200)])
    home_town = LineField(_l("Quê quán"), [Optional(), Words(200)])
    residence = LineField(_l("Nơi ở hiện nay"), [Optional(), Words(200)])
    occupation = LineField(_l("Nghề nghiệp, chức vụ"), [Optional(), Words(120)])
    employer = LineField(_l("Nơi làm việc"), [Optional(), Words(200)])
    sector = choice(_l("Khu vực"), optional=True)
    schooling = choice(_l("Trình độ học vấn"), optional=True, of=Schooling)
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
    private_owner = BooleanField(_l("Là chủ doanh nghiệp tư nhân (sở hữu hoặc chi phối, trực tiếp điều hành)"))
    reason = ParagraphField(_l("Lý do sửa, bổ sung"), [required, Words(2000)])
    number = LineField(_l("Số giấy tờ làm căn cứ (khi sửa họ tên, ngày sinh)"), [Optional(), NumberWords()])
    agreed_by = LineField(_l("Cấp ủy đã đồng ý (khi sửa họ tên, ngày sinh)"), [Optional(), Words(200)])

    in_columns = True

    _on_file: PersonRow

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Start from what is on file; leave out what the person's role does not see."""
        super().prepare(case, s, trigger)
        person = candidate(case.person_id)
        self._on_file = {name: getattr(person, name) for name in personal.PERSON_FIELDS}
        self.schooling.choices = with_empty(labelled(SCHOOLING_LABELS))
        self.schooling_ground.choices = with_empty(labelled(SCHOOLING_GROUNDS))
        self.sector.choices = with_empty(labelled(SECTOR_LABELS))
        if case.state is State.SOURCED:
            known = tree.current().organisations(case.place)
            sources = [source for source in Source if source is Source.OTHER or source in known]
            self.source.choices = [(str(source), say(SOURCE_LABELS[source])) for source in sources]
            if not self.is_filled():
                self.source.data = case.facts.source
        else:
            del self.source
        if case.facts.admitted_on is None:  # the name and birth date of a member are corrected with a paper
            del self.number
            del self.agreed_by
        hidden = personal.withheld(s.actor.roles)
        for name in (*hidden, *(_OF_THE_FILE if not personal.sees_file(s.actor.roles) else ())):
            if name in self._fields:
                del self[name]
        facts = case.facts
        rules = Candidate(
            None, facts.schooling, facts.schooling_ground, facts.youth_member, facts.union_member, facts.private_owner
        )
        self._put(self._on_file, rules)

    def recall(self, recorded: Recorded) -> None:
        """What was completed or corrected, over what is on file; what the person does not see is kept as it was."""
        source = self.source.data if "source" in self else None
        super().recall(recorded)
        if "source" in self and recorded.evidence.source is None:
            self.put("source", source)
        self._on_file |= recorded.was
        self._put(recorded.person, recorded.evidence.candidate or Candidate())
        # an empty line in it says that nothing was changed
        if recorded.evidence.candidate is not None and "schooling" in self._fields:
            self.put("schooling", recorded.evidence.candidate.schooling)

    def _put(self, person: PersonRow, candidate: Candidate) -> None:
        """Show columns of a person and what the rules know of them."""
        known = {name: getattr(candidate, name) for name in candidate.__struct_fields__}
        for name, value in (*known.items(), *person.items()):
            if name in self and (value is not None or name in person):
                self.put(name, value)

    def _typed(self, name: str) -> date | str | None:
        """A column as it was typed; columns of plain text hold "" where nothing is known."""
        value: date | str | None = self[name].data or None
        return "" if value is None and name not in personal.EMPTY_IS_NONE else value

    def validate(self, extra_validators: Any = None) -> bool:
        """A birth date that can be somebody's."""
        fine: bool = super().validate(extra_validators)
        return plausible_birth_date(self.birth_date) and fine

    def bring(self, brought: Brought, case: Case) -> None:
        """What changed, for the file and for the rules; beside it whatever was recorded before, changed or not."""
        super().bring(brought, case)
        then = self.recorded.person if self.recorded else {}
        source = self.recorded.evidence.source if self.recorded else None
        new = {name: self._typed(name) for name in personal.PERSON_FIELDS if name in self}
        brought.person = {
            name: value
            for name, value in (then | new).items()
            if name in then or (value or "") != (self._on_file.get(name) or "")
        }
        brought.was = {name: self._on_file.get(name) for name in brought.person}
        if "source" not in self and source is not None:
            brought.evidence["source"] = source
        elif "source" in self and source is None and self.source.data == case.facts.source:
            del brought.evidence["source"]  # it did not change
        if "schooling" not in self._fields:  # the person does not see the file: what the rules know of it stays
            told = self.recorded.evidence.candidate if self.recorded else None
            brought.evidence["candidate"] = msgspec.structs.replace(
                told or Candidate(), birth_date=self.birth_date.data
            )
            return
        brought.evidence["candidate"] = Candidate(
            birth_date=self.birth_date.data,
            schooling=self.schooling.data or None,
            schooling_ground=self.schooling_ground.data or "",
            youth_member=bool(self.youth_member.data),
            union_member=bool(self.union_member.data),
            private_owner=bool(self.private_owner.data),
            clear=("schooling",) if case.facts.schooling and not self.schooling.data else (),
        )


class UndoForm(ActForm):
    """Who did the last act takes it back; the event stays, marked."""

    happened_on = DayField(_l("Ngày hoàn tác"), [required])

    def layout(self) -> list[Piece]:
        """Say first what will be taken back."""
        return [Piece(hint=self._hint), *super().layout()]

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Find what the last act was."""
        super().prepare(case, s, trigger)
        last = case.facts.last
        self._hint = _("Sẽ hoàn tác: %(act)s.", act=label(last.trigger)) if last else ""


class DeclineForm(Reasoned, ActForm):
    """A proposed correction is not recorded."""

    happened_on = DayField(_l("Ngày trả lời"), [required])


class ReadmitForm(Reasoned, ActForm):
    """A new dossier for somebody who left, linked to the old."""

    happened_on = DayField(_l("Ngày lập hồ sơ"), [required])
    number = LineField(_l("Số văn bản đồng ý của Ban Thường vụ cấp tỉnh"), [required, Words(60)])
    ground = OneOfField(
        _l("Lý do ra khỏi Đảng trước đây"),
        [required],
        choices=[(key, key) for key in LEAVING_GROUNDS],
    )

    cleared_on = DayField(_l("Ngày được xóa án tích (án ít nghiêm trọng)"))

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """The grounds in the language of the page."""
        super().prepare(case, s, trigger)
        self.ground.choices = labelled(LEAVING_GROUNDS)


class WithdrawForm(Reasoned, ActForm):
    """The candidate withdraws."""

    happened_on = DayField(_l("Ngày xin rút"), [required])


class RefuseForm(Numbered, Reasoned, Balloted, ActForm):
    """No: with its paper and reason, and with the vote of the body that decides."""


class EndForm(Numbered, Reasoned, ActForm):
    """An end with its paper and reason."""

    happened_on = DayField(_l("Ngày chuyển đi"), [required])


class DeathForm(Numbered, ActForm):
    """The death of the candidate or member, with its paper."""

    happened_on = DayField(_l("Ngày từ trần"), [required])
    number = LineField(_l("Số giấy chứng tử, giấy báo"), [required, Words(60)])


FORMS: dict[str, type[ActForm]] = {
    **HANDING,
    "attach_scan": ScanForm,
    "return_for_correction": ReturnForm,
    "follow_new_road": NewRoadForm,
    "mend_point": MendPointForm,
    "extend_deadline": ExtendForm,
    "suspend": SuspendForm,
    "resume": ResumeForm,
    "transfer": TransferForm,
    "correct_candidate": CandidateForm,
    "decline_correction": DeclineForm,
    "undo": UndoForm,
    "readmit": ReadmitForm,
    "withdraw": WithdrawForm,
    "refuse": RefuseForm,
    "transfer_out": EndForm,
    "record_death": DeathForm,
}
