"""The forms by which a meeting is called or changed, and by which a line says what is voted on."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import HiddenField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.casework.case import Case
from dossiers.extensions import db
from dossiers.fields import DayField, LineField, ParagraphField, Words, choice, labelled, required, with_empty
from dossiers.formatters import day, say, state
from dossiers.forms import FlaskForm, Meanwhile, Remembering
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.meetings.matters import MATTER_LABELS, About, Matter, grounds_of
from dossiers.meetings.results import Line
from dossiers.meetings.services import TITLES, Called, Kind
from dossiers.rules import services as rules
from dossiers.units import registers
from dossiers.units.models import BodyMember
from workflow.guards import REMOVAL_GROUNDS
from workflow.rulebook import Rulebook
from workflow.votes import Body

_TIME = re.compile(r"(\d{1,2})\s*(?:[:hg.]\s*(\d{2})?)?")
_AHEAD = timedelta(days=366)


class CallForm(Remembering):
    """What a meeting is called with."""

    kind = choice(_l("Loại cuộc họp"), of=Kind)
    held_on = DayField(_l("Ngày họp"), [required])
    begins_at = LineField(_l("Giờ họp"), [required, Words(8)])
    place = LineField(_l("Địa điểm"), [required, Words(200)])
    chair = choice(_l("Chủ trì"), of=int, optional=True)
    secretary = choice(_l("Thư ký"), of=int, optional=True)
    other = ParagraphField(_l("Nội dung khác"), [Optional(), Words(2000)])
    version = HiddenField()

    _unit_id: int
    _body: Body

    def prepare(self, unit_id: int, body: Body, like: Any = None) -> None:
        """Fit it to a body; what is not filled is as in `like`, a meeting."""
        self._unit_id, self._body = unit_id, body
        self.kind.choices = [(str(kind), say(text)) for (of, kind), text in TITLES.items() if of is body]
        on = self.held_on.data or clock.today()
        people = {seat.id: seat.name for seat in registers.register(unit_id, body, on) if seat.is_official}
        offered = with_empty([(str(number), name) for number, name in people.items()])
        self.chair.choices = self.secretary.choices = offered
        if like is not None and not self.is_filled():
            self.begins_at.data, self.place.data = like.begins_at, like.place
            self.kind.data = Kind(like.kind)
            self.chair.data = like.chair_id if like.chair_id in people else None
            self.secretary.data = like.secretary_id if like.secretary_id in people else None
        elif not self.is_filled():
            self.begins_at.data = "14:00"
        if self.held_on.data is None and not self.is_filled():
            self.held_on.data = clock.today()

    def validate(self, extra_validators: Any = None) -> bool:
        """A day that can be meant, a time of day, two people of the body's register of that day."""
        for shown in (self.chair, self.secretary):
            self._allow_known(shown)
        fine: bool = super().validate(extra_validators)
        if self.held_on.data and self.held_on.data > clock.today() + _AHEAD:
            self.held_on.errors = [_("Ngày họp còn hơn một năm nữa; kiểm tra lại năm.")]
            fine = False
        if self.begins_at.data and not self.begins_at.errors:
            found = _TIME.fullmatch(self.begins_at.data)
            if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
                self.begins_at.errors = [_("Ghi giờ họp, ví dụ 14:00.")]
                fine = False
            else:
                self.begins_at.data = f"{int(found[1]):02d}:{found[2] or '00'}"
        if self.held_on.data and not self.held_on.errors:
            official = [s for s in registers.register(self._unit_id, self._body, self.held_on.data) if s.is_official]
            there = {seat.id for seat in official}
            for shown in (self.chair, self.secretary):
                if shown.data and not shown.errors and shown.data not in there:
                    shown.errors = [self._why_not(shown.data, self.held_on.data)]
                    fine = False
        if fine and self.chair.data and self.chair.data == self.secretary.data:
            self.secretary.errors = [_("Chủ trì và thư ký là hai người.")]
            fine = False
        return fine

    def _allow_known(self, shown: Any) -> None:
        """Whoever is not on the register is told so at the field, not that the line is unknown."""
        if isinstance(shown.data, int):
            shown.allow(shown.data)

    def _why_not(self, seat_id: int, on: date) -> str:
        seat = db.session.get(BodyMember, seat_id)
        if seat is None or (seat.unit_id, seat.body) != (self._unit_id, self._body):
            return _("Người này không thuộc cơ quan họp; chọn trong danh sách.")
        if seat.valid_to is not None and seat.valid_to <= on:
            return _("%(name)s thôi tham gia từ ngày %(day)s.", name=seat.name, day=day(seat.valid_to))
        return _("%(name)s chưa có trong danh sách chính thức ngày %(day)s.", name=seat.name, day=day(on))

    def show(self, meeting: Any) -> None:
        """Show a meeting as it was called."""
        if self.is_filled():
            return
        self.held_on.data, self.other.data, self.version.data = meeting.held_on, meeting.other, str(meeting.version)

    def meet(self, meeting: Any) -> list[Meanwhile]:
        """Somebody changed the meeting since the form was shown: go on from how it stands. Gives what was changed."""
        self.version.data = str(meeting.version)
        return self.go_on(lambda now: now.start(self._unit_id, self._body, meeting))

    def start(self, unit_id: int, body: Body, meeting: Any) -> None:
        """Fit it to a meeting that is to be changed, shown as it was called."""
        self.show(meeting)
        self.prepare(unit_id, body, meeting)

    @property
    def called(self) -> Called:
        """What was typed; the form has been validated."""
        return Called(
            Kind(self.kind.data),
            self.held_on.data,
            self.begins_at.data,
            self.place.data,
            self.chair.data or None,
            self.secretary.data or None,
            self.other.data or "",
        )

    @property
    def seen(self) -> int:
        """The version of the meeting the form was made from; 0 when it was tampered with."""
        typed = str(self.version.data)
        return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else 0


def _step(case: Case) -> str:
    return state(case.state) if case.state else ""


class MatterForm(FlaskForm):
    """What a dossier is voted on, where that is not what its step asks for."""

    code = choice(_l("Hồ sơ được biểu quyết"))
    matter = choice(_l("Biểu quyết về"), of=Matter)
    ground = choice(_l("Căn cứ, nếu xóa tên"), optional=True)
    reason = ParagraphField(_l("Lý do, nếu không kết nạp"), [Optional(), Words(2000)])

    _fits: Mapping[str, tuple[Case, Collection[Matter]]]
    _books: Mapping[str, Rulebook]

    def prepare(
        self, offered: Sequence[tuple[Case, Collection[Matter]]], lines: Mapping[str, Line], chosen: str
    ) -> None:
        """Offer the dossiers this body may vote on otherwise, and those on its agenda; `chosen` is asked for."""
        self._fits = {case.code: (case, fits) for case, fits in offered}
        on_agenda = {code: self._fits.get(code, (line.case, ()))[1] for code, line in lines.items()}
        self._fits |= {code: (lines[code].case, (Matter.STEP, *fits)) for code, fits in on_agenda.items()}
        self._books = rules.books()
        self.code.choices = with_empty(
            [(code, f"{code} – {case.full_name} – {_step(case)}") for code, (case, _fits) in self._fits.items()]
        )
        self.matter.choices = with_empty(labelled(MATTER_LABELS))
        self.ground.choices = with_empty(labelled(REMOVAL_GROUNDS))
        if self.is_filled() or chosen not in self._fits:
            return
        line, (case, fits) = lines.get(chosen), self._fits[chosen]
        about = line.about if line is not None else About(next(iter(fits), Matter.REMOVAL))
        self.code.data, self.matter.data, self.reason.data = chosen, about.matter, about.reason
        self.ground.data = about.ground or grounds_of([case.id]).get(case.id, "")

    def validate(self, extra_validators: Any = None) -> bool:
        """Something this body votes on where the dossier stands, on a ground of its rulebook or for a reason."""
        fine: bool = super().validate(extra_validators)
        found = self._fits.get(self.code.data or "")
        if found is None or not fine:
            return False
        case, fits = found
        matter = Matter(self.matter.data)
        if matter not in fits:
            self.matter.errors = [_("Ở bước “%(state)s”, cuộc họp này không biểu quyết việc đó.", state=_step(case))]
            return False
        if matter is Matter.REMOVAL and self.ground.data not in self._books[case.rulebook].words("removal_grounds"):
            self.ground.errors = [_("Chọn căn cứ theo bộ quy tắc của hồ sơ (%(book)s).", book=case.rulebook)]
            return False
        if matter is Matter.REFUSAL and not self.reason.data:
            self.reason.errors = [_("Vui lòng nhập mục này.")]
            return False
        return True

    @property
    def about(self) -> tuple[int, About]:
        """The dossier, and what was typed; the form has been validated."""
        matter = Matter(self.matter.data)
        ground = self.ground.data or "" if matter is Matter.REMOVAL else ""
        reason = self.reason.data or "" if matter is Matter.REFUSAL else ""
        return self._fits[self.code.data][0].id, About(matter, ground, reason)
