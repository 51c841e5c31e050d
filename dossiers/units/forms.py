"""The forms of units and of registers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import current_app
from wtforms import Field

from dossiers import clock
from dossiers.accounts import persons
from dossiers.accounts.persons import Card
from dossiers.fields import (
    DayField,
    LineField,
    NameWords,
    Words,
    choice,
    coded,
    in_capitals,
    labelled,
    plain,
    required,
    squeeze,
    with_empty,
)
from dossiers.formatters import day, say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.security import units_with
from dossiers.units import services, tree
from dossiers.units.registers import STATUS_LABELS, NoSuchDay, Status, Touches
from dossiers.units.tree import Node
from workflow.route import DECIDER_LABELS, UNIT_KIND_LABELS, Decider, UnitKind
from workflow.votes import BODY_LABELS, Body

OTHER = "new"
"""Chosen where nobody of the persons who are known is meant."""

NAMED = 5
"""So many votes a sentence names."""


def paper() -> LineField:
    """The field of the paper by which a register is corrected."""
    return LineField(_l("Đính chính danh sách theo văn bản số, ngày"), [Words(120)])


class RegisterForm(FlaskForm):
    """What changes a register from a day on; `by` is asked for, last, where votes held already are touched."""

    by: LineField

    @contextmanager
    def told_at(self, day: Field) -> Iterator[None]:
        """Change the register in it. What its days, or votes held already, do not allow is said at the field `day`,
        and what follows the block shows the form again.
        """
        try:
            yield
        except NoSuchDay as error:
            day.errors = [str(error)]
        except Touches as error:
            day.errors = [self.touches(error)]

    def touches(self, error: Touches) -> str:
        """Say which votes are touched, and ask for the paper by which the register is corrected all the same."""
        named = ", ".join(f"{vote.code} ({day(vote.held_on)})" for vote in error.votes[:NAMED])
        more = len(error.votes) - NAMED
        if more > 0:
            named = _("%(named)s và %(more)s lần khác", named=named, more=more)
        self.by.errors, self.by.flags.required = [_("Chưa ghi theo văn bản nào.")], True
        return _(
            "Thay đổi này chạm đến biểu quyết đã họp theo danh sách cũ: %(votes)s. Ghi từ ngày sau đó; nếu danh sách "
            "đã ghi sai thì ghi văn bản đính chính, rồi đính chính từng biểu quyết.",
            votes=named,
        )  # fmt: skip


class SeatForm(RegisterForm):
    """Somebody who may vote from a day on."""

    body = choice(_l("Trong"))
    name = LineField(_l("Họ và tên"), [required, NameWords()])
    birth_date = DayField(_l("Ngày sinh"))
    valid_from = DayField(_l("Từ ngày"), [required])
    status = choice(_l("Là"), of=Status)
    person = choice(_l("Đã biết người cùng tên; đó có phải là người này không"), optional=True)
    by = paper()
    cards: Sequence[Card] = ()

    def prepare(self, unit: Node) -> None:
        """Most are official members. Who is known by that name is offered: nobody stands twice in the organisation."""
        bodies = services.bodies_of(unit.kind)
        self.body.choices = [(str(body), say(BODY_LABELS[body])) for body in bodies]
        self.status.choices = labelled(STATUS_LABELS)
        self.unit_id = unit.id
        if not self.is_filled():
            self.valid_from.data, self.status.data = clock.today(), Status.OFFICIAL
        if self.name.data:
            reach = units_with("register.manage")
            self.cards = persons.matching(self.name.data, self.birth_date.data, "", reach)
        if not self.cards:
            del self.person
            return
        self.person.flags.required = True
        other = [] if any(card.surely for card in self.cards) else [(OTHER, _("Không, là người khác"))]
        self.person.choices = with_empty([*((str(c.person.id), recognised(c)) for c in self.cards), *other])

    unit_id = 0

    def whose(self) -> Card | None:
        """The person who is chosen; None for somebody who is not known yet."""
        chosen = self.person.data if "person" in self else None
        return next((card for card in self.cards if str(card.person.id) == chosen), None)

    def validate(self, extra_validators: Any = None) -> bool:
        """A day that can be; who it is, where somebody of that name is known."""
        fine: bool = super().validate(extra_validators)
        if "person" not in self or self.person.errors:
            return fine
        here = any((self.body.data, self.unit_id) in card.seats for card in self.cards)
        if not self.person.data:
            self.person.errors = [_("Chọn người này là ai: mỗi người của tổ chức chỉ ghi một lần.")]
        elif self.person.data == OTHER and here and not self.birth_date.data:
            self.birth_date.errors = [_("Danh sách đã có người cùng tên; ghi ngày sinh để phân biệt.")]
        else:
            return fine
        return False


def recognised(card: Card) -> str:
    """A person in a list to choose from: name, birth date, seats."""
    units, person = tree.current(), card.person
    born = [_("sinh %(day)s", day=day(person.birth_date))] if person.birth_date else []
    seats = [f"{say(BODY_LABELS[Body(body)])} {units[unit].code}" for body, unit in card.seats]
    return " · ".join([person.name, *born, *seats])


class StatusForm(RegisterForm):
    """What somebody is from a day on."""

    status = choice(_l("Là"), of=Status)
    valid_from = DayField(_l("Từ ngày"), [required])
    by = paper()


class EndForm(RegisterForm):
    """The day a seat ends."""

    valid_to = DayField(_l("Thôi từ ngày"), [required])
    by = paper()


class HolderForm(FlaskForm):
    """Who holds a seat: somebody who is known already."""

    person = choice(_l("Là"))


class ChangeForm(FlaskForm):
    """Where a unit stands, and who decides on its admissions, from a day on, by a decision."""

    parent = choice(_l("Trực thuộc"), optional=True)
    decider = choice(_l("Cấp quyết định kết nạp, công nhận"), optional=True, of=Decider)
    valid_from = DayField(_l("Từ ngày"), [required])
    by = LineField(_l("Theo quyết định số, ngày"), [required, Words(120)])

    def prepare(self, unit: Node) -> None:
        """Offer the units it can stand under, and who may decide."""
        reach = tree.current().below(units_with("administration"))
        above = [node for node in reach if node.kind in services.ABOVE[unit.kind]]
        self.parent.choices = with_empty(coded(above))
        self.decider.choices = with_empty(labelled(DECIDER_LABELS))
        if unit.kind is not UnitKind.GRASSROOTS_COMMITTEE:
            del self.decider
        if not self.is_filled():
            self.valid_from.data = clock.today()

    def validate(self, extra_validators: Any = None) -> bool:
        """Something changes."""
        fine: bool = super().validate(extra_validators)
        if fine and not self.parent.data and not (self.decider and self.decider.data):
            self.parent.errors = [_("Chọn đơn vị cấp trên mới, hoặc cấp quyết định.")]
            return False
        return fine


def dotted(text: str | None) -> str | None:
    """An organisation code typed without dots, with them."""
    digits = (text or "").replace(".", "").replace(" ", "")
    if len(digits) != 14 or not digits.isdecimal():
        return text
    return ".".join((digits[:2], digits[2:5], digits[5:8], digits[8:11], digits[11:]))


class CodeForm(FlaskForm):
    """What the member database calls a unit."""

    organisation_code = LineField(
        _l("Mã tổ chức (14 chữ số, dạng 00.000.000.000.000; để trống nếu chưa có)"),
        [Words(18, r"|[0-9]{2}(\.[0-9]{3}){4}", _l("Mã tổ chức có 14 chữ số, chia 2.3.3.3.3."))],
        filters=[squeeze, plain, dotted],
    )  # fmt: skip


class UnitForm(FlaskForm):
    """A new unit under one of those in reach."""

    code = LineField(
        _l("Mã"), [required, Words(20, r"[0-9A-Z][0-9A-Z\-]*", _l("Mã chỉ gồm chữ không dấu, số và dấu - ở giữa"))],
        filters=[squeeze, plain, in_capitals],
    )  # fmt: skip
    name = LineField(_l("Tên"), [required, Words(200)])
    kind = choice(_l("Loại"))
    parent = choice(_l("Trực thuộc"))
    valid_from = DayField(_l("Từ ngày"), [required])
    decider = choice(_l("Cấp quyết định kết nạp, công nhận (để trống: theo bộ quy tắc)"), optional=True, of=Decider)

    def prepare(self) -> None:
        """Offer kinds and the units they can stand under."""
        kinds = [kind for kind in UnitKind if services.ABOVE[kind]]
        self.kind.choices = with_empty([(str(kind), say(UNIT_KIND_LABELS[kind])) for kind in kinds])
        parents = tree.current().below(units_with("administration"))
        self.parent.choices = with_empty(coded(parents))
        self.decider.choices = with_empty(labelled(DECIDER_LABELS))
        if not self.is_filled():
            self.valid_from.data = clock.today()

    def validate(self, extra_validators: Any = None) -> bool:
        """A code that is new, a kind that stands under the chosen unit, delegation to a committee only."""
        fine: bool = super().validate(extra_validators)
        if self.code.data and services.has_code(self.code.data):
            self.code.errors = [_("Mã này đã có.")]
            fine = False
        if str(self.code.data).lower() in _pages_beside():
            self.code.errors = [_("Mã này là tên một trang; chọn mã khác.")]
            fine = False
        if self.kind.data and self.parent.data and not self.parent.errors:
            above = services.ABOVE[UnitKind(self.kind.data)]
            if tree.current()[int(self.parent.data)].kind not in above:
                names = ", ".join(say(UNIT_KIND_LABELS[kind]) for kind in above)
                self.parent.errors = [_("Loại đơn vị này trực thuộc: %(kinds)s.", kinds=names)]
                fine = False
        if self.decider.data and self.kind.data != str(UnitKind.GRASSROOTS_COMMITTEE):
            self.decider.errors = [_("Chỉ ghi cho đảng bộ cơ sở.")]
            fine = False
        return fine


def _pages_beside() -> set[str]:
    """What stands in addresses where a unit's code does: a unit named so could not be opened."""
    named = (rule.rule.split("/") for rule in current_app.url_map.iter_rules())
    return {parts[2].lower() for parts in named if parts[1] == "don-vi" and len(parts) > 2 and "<" not in parts[2]}
