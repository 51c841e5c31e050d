"""The form by which a meeting is called or changed."""

import re
from datetime import date, timedelta
from typing import Any

from wtforms import HiddenField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.extensions import db
from dossiers.fields import DayField, LineField, ParagraphField, Words, choice, required, with_empty
from dossiers.formatters import day, say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.meetings.services import TITLES, Called, Kind
from dossiers.units import registers
from dossiers.units.models import BodyMember
from workflow.votes import Body

_TIME = re.compile(r"(\d{1,2})\s*(?:[:hg.]\s*(\d{2})?)?")
_AHEAD = timedelta(days=366)


class CallForm(FlaskForm):
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
