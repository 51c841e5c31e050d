"""The unit tree, and the registers of those entitled to vote."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.extensions import db
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
    still_free,
    whole,
    with_empty,
)
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.security import may, permits, signed
from dossiers.units import registers, services, tree
from dossiers.units.models import BodyMember, Unit
from dossiers.units.registers import STATUS_LABELS, Status
from dossiers.units.tree import Node, Tree
from workflow.route import DECIDER_LABELS, UNIT_KIND_LABELS, Decider, UnitKind
from workflow.votes import BODY_LABELS

blueprint = Blueprint("units", __name__)


class SeatForm(FlaskForm):
    """Somebody who may vote from a day on."""

    body = choice(_l("Trong"))
    name = LineField(_l("Họ và tên"), [required, NameWords()])
    valid_from = DayField(_l("Từ ngày"), [required])
    status = choice(_l("Là"), of=Status)

    def prepare(self) -> None:
        """Most are official members."""
        self.status.choices = labelled(STATUS_LABELS)
        if not self.is_filled():
            self.valid_from.data, self.status.data = clock.today(), Status.OFFICIAL


class StatusForm(FlaskForm):
    """What somebody is from a day on."""

    status = choice(_l("Là"), of=Status)
    valid_from = DayField(_l("Từ ngày"), [required])


class ChangeForm(FlaskForm):
    """Where a unit stands, and who decides on its admissions, from a day on, by a decision."""

    parent = choice(_l("Trực thuộc"), optional=True)
    decider = choice(_l("Cấp quyết định kết nạp, công nhận"), optional=True, of=Decider)
    valid_from = DayField(_l("Từ ngày"), [required])
    by = LineField(_l("Theo quyết định số, ngày"), [required, Words(120)])

    def prepare(self, unit: Node) -> None:
        """Offer the units it can stand under, and who may decide."""
        above = [node for node in tree.current().below(signed().units) if node.kind in services.ABOVE[unit.kind]]
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


class EndForm(FlaskForm):
    """The day a seat ends."""

    valid_to = DayField(_l("Thôi từ ngày"), [required])


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
        parents = tree.current().below(signed().units)
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


@blueprint.route("/don-vi/moi", methods=["GET", "POST"])
@permits("administration")
def new_unit() -> ResponseReturnValue:
    """Add a unit to the tree."""
    form = UnitForm()
    form.prepare()
    if form.validate_on_submit():
        parent = db.session.get_one(Unit, int(form.parent.data))
        kind, since = UnitKind(form.kind.data), form.valid_from.data
        with still_free(form.code, "unit_code", _("Mã này đã có.")):
            added = services.open_unit(
                form.code.data, form.name.data, kind, parent, since, form.decider.data or None, signed().account_id
            )
            flash(_("Đã thêm đơn vị %(code)s.", code=added.code), "done")
            return redirect(url_for("units.unit", code=added.code), 303)
    return render_template("units/new.html", form=form), 422 if form.is_submitted() else 200


SHOWN = 100
"""So many units of one level, or found by a search, stand on a page."""


def _page_number() -> int:
    return whole(request.args.get("trang", ""), 3) or 1


@blueprint.get("/don-vi", endpoint="tree")
@permits("signed_in")
def tree_view() -> ResponseReturnValue:
    """The units in reach as a tree: `mo` names the unit that is open, with the way down to it; or those a search finds.

    `loc` is what the work-list is narrowed by meanwhile, when somebody came to choose a unit for it.
    """
    who, units = signed(), tree.current()
    typed = " ".join(request.args.get("q", "").split())[:60]
    narrowed = parse_qsl(request.args.get("loc", "")[:600])
    rest = [(name, value) for name, value in narrowed if name not in ("unit", "after")]
    wanted = request.args.get("mo", "")
    opened = units.find(wanted, who.units) if wanted else None
    if wanted and opened is None:
        abort(404)
    found = units.search(typed, who.units, SHOWN) if typed else []
    lines = [] if typed else branches(units, who.units, opened, _page_number())
    return render_template(
        "units/tree.html",
        branches=lines,
        above={line.unit.id: line.unit.code for line in _open(lines)},
        found=found,
        q=typed,
        loc=urlencode(rest),
        listed=set(units.roots(who.reading_units)) if may("dossier.read") else set(),
        list_query=lambda unit: urlencode([*rest, ("unit", unit.code)]),
        may_add=may("administration"),
    )


@dataclass(frozen=True)
class Branch:
    """A unit in the tree: whether it is open, whether something stands under it, and what of that is shown.

    `left`: so many more stand under it, beginning on page `next` (0: they are shown when it is opened).
    """

    unit: Node
    has_more: bool
    is_open: bool = False
    under: tuple["Branch", ...] = ()
    left: int = 0
    next: int = 0


def branches(units: Tree, reach: tuple[int, ...], opened: Node | None, page: int) -> list[Branch]:
    """The tree as far as it is open: the units somebody holds a role in, what stands under the one that is open, SHOWN
    units a page, and beside the way to it. What stands under others is not looked at.
    """
    roots = sorted((units[unit] for unit in units.roots(reach)), key=lambda node: node.code)
    if opened is None and len(roots) == 1:
        opened = roots[0]
    return [_branch(units, root, opened, page) for root in roots]


def _open(lines: Iterable[Branch]) -> Iterator[Branch]:
    """The branches that are open, with those under them."""
    for line in lines:
        if line.is_open:
            yield line
            yield from _open(line.under)


def _branch(units: Tree, node: Node, opened: Node | None, page: int) -> Branch:
    under = units.under(node.id)
    if opened is None or not opened.lies_in([node.id]):
        return Branch(node, bool(under))
    first, number = (page - 1) * SHOWN, 0
    if opened is node:
        shown, left = under[first : first + SHOWN], max(0, len(under) - first - SHOWN)
        number = page + 1
    elif len(under) > SHOWN:
        shown, left = [below for below in under if opened.lies_in([below.id])], len(under) - 1
    else:
        shown, left = under, 0
    below = tuple(_branch(units, child, opened, page) for child in shown)
    return Branch(node, bool(under), True, below, left, number)


def _unit(code: str) -> Node:
    found = tree.current().find(code, signed().units)
    if found is None or not found.is_open:
        abort(404)
    return found


@blueprint.route("/don-vi/<code>", methods=["GET", "POST"])
@permits("signed_in")
def unit(code: str) -> ResponseReturnValue:
    """A unit and its registers; who keeps a register adds people here."""
    found = _unit(code)
    bodies = services.bodies_of(found.kind)
    form = SeatForm(body=str(bodies[0]) if bodies else "")
    form.prepare()
    form.body.choices = [(str(body), say(BODY_LABELS[body])) for body in bodies]
    can_change = may("register.manage") and bool(bodies)
    status = 200
    if form.is_submitted():
        if not can_change:
            abort(403)
        status = 422
        if form.validate():
            registers.add(
                found.id, form.body.data, form.name.data, form.valid_from.data, form.status.data, signed().account_id
            )
            flash(_("Đã thêm %(name)s vào danh sách biểu quyết.", name=form.name.data), "done")
            return redirect(url_for("units.unit", code=code), 303)
    page = render_template(
        "units/unit.html",
        unit=found,
        registers=[(body, registers.register(found.id, body, clock.today())) for body in bodies],
        form=form,
        can_change=can_change,
        may_move=may("administration") and found.parent_id is not None,
        statuses=STATUS_LABELS,
    )
    return page, status


@blueprint.route("/don-vi/<code>/chuyen", methods=["GET", "POST"])
@permits("administration")
def change_unit(code: str) -> ResponseReturnValue:
    """Put a unit under another one, or let others decide on its admissions, from a day on."""
    found = _unit(code)
    if found.parent_id is None:
        abort(404)
    form = ChangeForm()
    form.prepare(found)
    if form.validate_on_submit():
        unit = db.session.get_one(Unit, found.id)
        parent = db.session.get_one(Unit, int(form.parent.data)) if form.parent.data else None
        decider = (form.decider.data if form.decider else None) or None
        try:
            services.change_units(
                [unit], form.valid_from.data, form.by.data, signed().account_id, parent=parent, decider=decider
            )
        except ValueError:
            form.valid_from.errors = [_("Ngày phải sau lần thay đổi gần nhất của đơn vị.")]
        else:
            flash(_("Đã ghi thay đổi của đơn vị %(code)s. Hồ sơ đi tiếp theo đường mới.", code=code), "done")
            return redirect(url_for("units.unit", code=code), 303)
    return render_template("units/change.html", unit=found, form=form), 422 if form.is_submitted() else 200


@blueprint.route("/don-vi/<code>/doi/<int:seat_id>", methods=["GET", "POST"])
@permits("register.manage")
def change_seat(code: str, seat_id: int) -> ResponseReturnValue:
    """What somebody in a register is from a day on."""
    found = _unit(code)
    seat = db.session.get(BodyMember, seat_id)
    if seat is None or seat.unit_id != found.id:
        abort(404)
    form = StatusForm()
    form.status.choices = with_empty(labelled(STATUS_LABELS))
    if form.validate_on_submit():
        try:
            registers.change(seat, form.status.data, form.valid_from.data, signed().account_id)
        except ValueError:
            form.valid_from.errors = [_("Ngày phải sau lần thay đổi gần nhất của người này.")]
        else:
            flash(_("Đã ghi tình trạng mới của %(name)s.", name=seat.name), "done")
            return redirect(url_for("units.unit", code=code), 303)
    elif not form.is_filled():
        form.valid_from.data = clock.today()
    page = render_template("units/change_seat.html", unit=found, seat=seat, form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/don-vi/<code>/thoi/<int:seat_id>", methods=["GET", "POST"])
@permits("register.manage")
def end_seat(code: str, seat_id: int) -> ResponseReturnValue:
    """End somebody's seat from a day on."""
    found = _unit(code)
    seat = db.session.get(BodyMember, seat_id)
    if seat is None or seat.unit_id != found.id:
        abort(404)
    form = EndForm()
    if form.validate_on_submit():
        registers.end(seat, form.valid_to.data, signed().account_id)
        flash(_("Đã ghi %(name)s thôi biểu quyết.", name=seat.name), "done")
        return redirect(url_for("units.unit", code=code), 303)
    if not form.is_filled():
        form.valid_to.data = clock.today()
    page = render_template("units/end_seat.html", unit=found, seat=seat, form=form)
    return page, 422 if form.is_submitted() else 200
