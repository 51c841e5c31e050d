"""The forms of plans: the decision, and a form for each thing a line does."""

from typing import Any

import msgspec
from wtforms import BooleanField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.fields import (
    ChoiceField,
    DayField,
    LineField,
    NumberWords,
    ParagraphField,
    SomeOfField,
    Words,
    choice,
    coded,
    labelled,
    required,
    with_empty,
)
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.reorganising.lines import Line, What
from dossiers.reorganising.projecting import CELLS, MERGED, SPLIT, Fault
from dossiers.security import units_with
from dossiers.units import registers, tree
from dossiers.units.forms import code_field, is_address, org_code_field, org_code_fits
from dossiers.units.services import ABOVE, bodies_of
from dossiers.units.tree import Node
from workflow.route import DECIDER_LABELS, Decider, UnitKind

ISSUERS = (UnitKind.UPPER_COMMITTEE, UnitKind.GRASSROOTS_COMMITTEE)


class PlanForm(FlaskForm):
    """The decision by which units change."""

    number = LineField(_l("Quyết định số"), [required, NumberWords()])
    decided_on = DayField(_l("Ngày quyết định"), [required])
    unit = choice(_l("Cấp ra quyết định"))
    since = DayField(_l("Có hiệu lực từ ngày"), [required])
    subject = LineField(_l("Về việc"), [required, Words(300)])

    def prepare(self) -> None:
        """Whose decision it can be: committees in reach."""
        issuers = [node for node in tree.current().below(units_with("administration")) if node.kind in ISSUERS]
        self.unit.choices = with_empty(coded(issuers))
        if not self.is_filled():
            self.since.data = clock.today()

    def validate(self, extra_validators: Any = None) -> bool:
        """Days that can be."""
        fine: bool = super().validate(extra_validators)
        if self.decided_on.data and self.decided_on.data > clock.today():
            self.decided_on.errors = [_("Ngày quyết định ở tương lai.")]
            fine = False
        for field in (self.since, self.decided_on):
            fault = registers.fault_of_day(field.data) if field.data and not field.errors else None
            if fault is not None:
                field.errors = [fault]
                fine = False
        return fine


def _numbers(field: SomeOfField) -> tuple[int, ...]:
    return tuple(map(int, field.data or ()))


class LineForm(FlaskForm):
    """What all lines have in common: the units, which are ticked among those under one."""

    what: What
    kinds: tuple[UnitKind, ...] = tuple(kind for kind in UnitKind if ABOVE[kind])
    units = SomeOfField(_l("Đơn vị"), choices=[], coerce=str)

    def prepare(self, within: int, under: Node) -> None:
        """Offer the units in and under the one that is looked at, and targets below whose decision it is."""
        offered = [node for node in tree.current().below([under.id]) if node.kind in self.kinds and node.id != within]
        self.units.choices = coded(offered)
        if "to" in self:
            target: ChoiceField = self["to"]  # type: ignore[assignment] # what it is in every form
            target.choices = with_empty(coded(self.targets(within)))

    def targets(self, within: int) -> list[Node]:
        """The units that can receive."""
        return [node for node in tree.current().below([within]) if node.kind in MERGED]

    def line(self) -> Line:
        """The line that was typed."""
        return Line(self.what, _numbers(self.units))

    def validate(self, extra_validators: Any = None) -> bool:
        """Some unit is ticked."""
        fine: bool = super().validate(extra_validators)
        if not self.units.data:
            self.units.errors = [_("Chưa chọn đơn vị nào.")]
            return False
        return fine

    def told(self, faults: list[Fault]) -> None:
        """Say at their fields what stands against the line."""
        for fault in faults:
            field = self[fault.field if fault.field in self else "units"]
            field.errors = [*field.errors, fault.text]


class MergeForm(LineForm):
    """Units go into another of their kind."""

    what = What.MERGE
    kinds = MERGED
    to = choice(_l("Sáp nhập vào"))
    members = BooleanField(_l("Người trong danh sách biểu quyết sang danh sách của đơn vị nhận"))
    roles = BooleanField(_l("Người giữ vai trò giữ tiếp vai trò đó ở đơn vị nhận"))

    def prepare(self, within: int, under: Node) -> None:
        """Members of a cell go along unless somebody says otherwise."""
        super().prepare(within, under)
        if not self.is_filled():
            self.members.data = True

    def line(self) -> Line:
        """The line that was typed."""
        units = _numbers(self.units)
        return Line(self.what, units, int(self.to.data), roles=self.roles.data, members=self.members.data)


class ParentForm(LineForm):
    """Units stand under another parent."""

    what = What.PARENT
    to = choice(_l("Trực thuộc"))

    def targets(self, within: int) -> list[Node]:
        """Committees, and those who decide."""
        kinds = {kind for above in ABOVE.values() for kind in above}
        return [node for node in tree.current().below([within]) if node.kind in kinds]

    def line(self) -> Line:
        """The line that was typed."""
        return Line(self.what, _numbers(self.units), int(self.to.data))


class DeciderForm(LineForm):
    """Others decide on admissions."""

    what = What.DECIDER
    kinds = (UnitKind.GRASSROOTS_COMMITTEE,)
    decider = choice(_l("Cấp quyết định kết nạp, công nhận"), of=Decider)

    def prepare(self, within: int, under: Node) -> None:
        """Offer who may decide."""
        super().prepare(within, under)
        self.decider.choices = with_empty(labelled(DECIDER_LABELS))

    def line(self) -> Line:
        """The line that was typed."""
        return Line(self.what, _numbers(self.units), decider=str(self.decider.data))


class CloseForm(LineForm):
    """Units close; what stood under them stands under their parent."""

    what = What.CLOSE
    kinds = MERGED


class OneForm(LineForm):
    """A line about one unit, the one that is looked at."""

    def prepare(self, within: int, under: Node) -> None:
        """It is named by the address."""
        super().prepare(within, under)
        self.under = under
        del self.units

    under: Node

    def validate(self, extra_validators: Any = None) -> bool:
        """As fields say."""
        return bool(FlaskForm.validate(self, extra_validators))

    def told(self, faults: list[Fault]) -> None:
        """Say at their fields what stands against the line; at the first what concerns the unit."""
        for fault in faults:
            field = self[fault.field] if fault.field in self else next(iter(self))
            field.errors = [*field.errors, fault.text]


class RenameForm(OneForm):
    """A unit has another name, or gets its organisation code."""

    what = What.RENAME
    name = LineField(_l("Tên mới"), [Optional(), Words(200)])
    org_code = org_code_field()

    def validate(self, extra_validators: Any = None) -> bool:
        """Something changes; the code has 14 digits."""
        fine = super().validate(extra_validators)
        if not self.name.data and not self.org_code.data:
            self.name.errors = [_("Ghi tên mới, hoặc mã tổ chức.")]
            fine = False
        return org_code_fits(self.org_code) and fine

    def line(self) -> Line:
        """The line that was typed."""
        return Line(self.what, (self.under.id,), name=self.name.data or "", org_code=self.org_code.data or "")


class SplitForm(OneForm):
    """Part of a unit becomes a unit of its own."""

    what = What.SPLIT
    kinds = SPLIT
    code = code_field()
    name = LineField(_l("Tên đơn vị mới"), [required, Words(200)])
    org_code = org_code_field()
    parts = SomeOfField(_l("Đơn vị trực thuộc sang đơn vị mới"), choices=[], coerce=str)
    seats = SomeOfField(_l("Người trong danh sách biểu quyết sang chi bộ mới"), choices=[], coerce=str)
    dossiers = ParagraphField(_l("Mã hồ sơ sang chi bộ mới"), [Optional(), Words(4000)])

    def prepare(self, within: int, under: Node) -> None:
        """Of a committee the units under it; of a cell dossiers, and those who vote in it."""
        super().prepare(within, under)
        if under.kind in CELLS:
            del self.parts
            seats = registers.register(under.id, bodies_of(under.kind)[0], clock.today())
            self.seats.choices = [(str(seat.id), seat.name) for seat in seats]
        else:
            del self.seats, self.dossiers
            self.parts.choices = coded(tree.current().under(under.id))

    def validate(self, extra_validators: Any = None) -> bool:
        """A code that can be one."""
        fine = super().validate(extra_validators)
        if is_address(self.code):
            fine = False
        return org_code_fits(self.org_code) and fine

    def line(self) -> Line:
        """The line that was typed."""
        line = Line(
            self.what, (self.under.id,), code=self.code.data or "", name=self.name.data or "",
            org_code=self.org_code.data or "",
        )  # fmt: skip
        if "dossiers" not in self:
            return msgspec.structs.replace(line, parts=_numbers(self.parts))
        codes = (self.dossiers.data or "").upper().replace(",", " ").split()
        return msgspec.structs.replace(line, dossiers=tuple(dict.fromkeys(codes)), seats=_numbers(self.seats))


class UndoForm(FlaskForm):
    """Why a plan is undone."""

    reason = LineField(_l("Lý do hoàn tác"), [required, Words(500)])


FORMS: dict[What, type[LineForm]] = {
    What.MERGE: MergeForm, What.SPLIT: SplitForm, What.PARENT: ParentForm, What.DECIDER: DeciderForm,
    What.RENAME: RenameForm, What.CLOSE: CloseForm,
}  # fmt: skip
