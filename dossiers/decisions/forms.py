"""Forms of the registers: opening one, declaring a number spoiled."""

import re
from typing import Any

from flask import current_app

from dossiers import clock
from dossiers.fields import DayField, LineField, ParagraphField, WholeNumberField, Words, choice, coded, required
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.papers.registers import RUNS_LABELS, SERIES_LABELS, Runs, Series, used_before
from dossiers.units import tree
from dossiers.units.tree import Node
from workflow.route import UnitKind

KEEPING = (
    UnitKind.UPPER_COMMITTEE,
    UnitKind.GRASSROOTS_COMMITTEE,
    UnitKind.SECTION_COMMITTEE,
    UnitKind.GRASSROOTS_CELL,
    UnitKind.CELL,
)
"""The kinds of units that number texts."""

_USUAL = {UnitKind.CELL: "CB", UnitKind.GRASSROOTS_CELL: "CB"}
_SIGN = re.compile(r"[\w./-]{1,40}")


class OpenForm(FlaskForm):
    """A register of a unit."""

    unit = choice(_l("Đơn vị ban hành"), of=int)
    series = choice(_l("Loại văn bản"), of=Series)
    sign = LineField(_l("Ký hiệu sau số; để trống thì lấy ký hiệu thường dùng"), [Words(40)])
    runs = choice(_l("Số chạy"), of=Runs)
    begins_on = DayField(_l("Dùng sổ từ ngày (ngày trên văn bản)"), [required])
    first = WholeNumberField(_l("Số đầu tiên"), [required])

    _units: dict[int, Node]

    def prepare(self, units: list[Node]) -> None:
        """Offer the units whose registers this person keeps."""
        self._units = {unit.id: unit for unit in units}
        self.unit.choices = coded(units)
        self.series.choices = [(str(one), f"{say(text)} ({one})") for one, text in SERIES_LABELS.items()]
        self.runs.choices = [(str(one), say(text)) for one, text in RUNS_LABELS.items()]
        if not self.is_filled():
            self.begins_on.data, self.first.data = clock.today(), 1
            self.runs.data = Runs(current_app.config["NUMBERS_RUN"])

    def validate(self, extra_validators: Any = None) -> bool:
        """A sign that fits behind a number; a first number that no text has borne yet."""
        fine: bool = super().validate(extra_validators)
        if self.sign.data and not _SIGN.fullmatch(self.sign.data):
            self.sign.errors = [_("Ký hiệu chỉ gồm chữ, số và dấu / - .")]
            fine = False
        if self.first.data is not None and not 1 <= self.first.data <= 100_000:
            self.first.errors = [_("Ghi số từ 1 đến 100000.")]
            fine = False
        if not fine:
            return False
        used = used_before(self.unit.data, self.series.data, self.sign_behind, self.begins_on.data)
        if self.first.data <= used:
            self.first.errors = [
                _(
                    "Trong năm đã có văn bản đến số %(nr)s: ghi số tiếp theo, hoặc dùng sổ từ 01/01 để các số vào sổ.",
                    nr=used,
                )
            ]
        return bool(self.first.data > used)

    @property
    def sign_behind(self) -> str:
        """What stands behind each number: as typed, or the kind of text and the usual short name of the body."""
        kind = self._units[self.unit.data].kind
        return str(self.sign.data or f"{self.series.data}/{_USUAL.get(kind, 'ĐU')}")


class SpoilForm(FlaskForm):
    """A number that no text bears."""

    nr = WholeNumberField(_l("Số bị hỏng"), [required])
    ground = ParagraphField(_l("Lý do"), [required, Words(500)])


def keeping(units: tuple[int, ...]) -> list[Node]:
    """The units below these that number texts."""
    return tree.current().below(units, tuple(map(str, KEEPING)))
