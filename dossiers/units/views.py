"""The unit tree, and the registers of those entitled to vote."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from dossiers import clock
from dossiers.extensions import db
from dossiers.fields import DayField, LineField, NameWords, Words, choice, coded, required, with_empty
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.security import may, permits, signed
from dossiers.units import services, tree
from dossiers.units.models import BodyMember, Unit
from dossiers.units.tree import Node
from workflow.route import UNIT_KIND_LABELS, UnitKind
from workflow.votes import Body

blueprint = Blueprint("units", __name__)


class SeatForm(FlaskForm):
    """Somebody who may vote from a day on."""

    name = LineField(_l("Họ và tên"), [required, NameWords()])
    valid_from = DayField(_l("Từ ngày"), [required])
    exempt = BooleanField(_l("Được miễn sinh hoạt hoặc công tác xa (không tính)"))


class EndForm(FlaskForm):
    """The day a seat ends."""

    valid_to = DayField(_l("Thôi từ ngày"), [required])


class UnitForm(FlaskForm):
    """A new unit under one of those in reach."""

    code = LineField(_l("Mã"), [required, Words(20, r"[0-9A-Za-z\-]+", _l("Mã chỉ gồm chữ không dấu, số và dấu -"))])
    name = LineField(_l("Tên"), [required, Words(200)])
    kind = choice(_l("Loại"))
    parent = choice(_l("Trực thuộc"))
    valid_from = DayField(_l("Từ ngày"), [required])
    may_decide = BooleanField(_l("Được ủy quyền quyết định kết nạp"))

    def prepare(self) -> None:
        """Offer kinds and the units they can stand under."""
        kinds = [kind for kind in UnitKind if services.ABOVE[kind]]
        self.kind.choices = with_empty([(str(kind), say(UNIT_KIND_LABELS[kind])) for kind in kinds])
        parents = tree.current().below(signed().units)
        self.parent.choices = with_empty(coded(parents))
        if not self.is_submitted():
            self.valid_from.data = clock.today()

    def validate(self, extra_validators: Any = None) -> bool:
        """A code that is new, a kind that stands under the chosen unit, delegation to a committee only."""
        fine: bool = super().validate(extra_validators)
        if self.code.data and services.by_code(self.code.data) is not None:
            self.code.errors = [_("Mã này đã có.")]
            fine = False
        if self.kind.data and self.parent.data and not self.parent.errors:
            above = services.ABOVE[UnitKind(self.kind.data)]
            if tree.current()[int(self.parent.data)].kind not in above:
                names = ", ".join(say(UNIT_KIND_LABELS[kind]) for kind in above)
                self.parent.errors = [_("Loại đơn vị này trực thuộc: %(kinds)s.", kinds=names)]
                fine = False
        if self.may_decide.data and self.kind.data != str(UnitKind.GRASSROOTS_COMMITTEE):
            self.may_decide.errors = [_("Chỉ đảng bộ cơ sở được ủy quyền.")]
            fine = False
        return fine


@blueprint.route("/don-vi/moi", methods=["GET", "POST"])
@permits("administration")
def new_unit() -> ResponseReturnValue:
    """Add a unit to the tree."""
    form = UnitForm()
    form.prepare()
    if form.validate_on_submit():
        parent = db.session.get_one(Unit, int(form.parent.data))
        kind, since = UnitKind(form.kind.data), form.valid_from.data
        added = services.open_unit(
            form.code.data, form.name.data, kind, parent, since, bool(form.may_decide.data), signed().account_id
        )
        flash(_("Đã thêm đơn vị %(code)s.", code=added.code), "done")
        return redirect(url_for("units.unit", code=added.code), 303)
    return render_template("units/new.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/don-vi", endpoint="tree")
@permits("signed_in")
def tree_view() -> ResponseReturnValue:
    """The units in reach."""
    found = tree.current().below(signed().units)
    return render_template("units/tree.html", units=found, may_add=may("administration"))


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
    form = SeatForm()
    can_change = may("register.manage") and bool(bodies)
    status = 200
    if form.is_submitted():
        if not can_change:
            abort(403)
        status = 422
        if form.validate():
            services.add_member(
                found.id,
                str(bodies[0]),
                form.name.data,
                form.valid_from.data,
                bool(form.exempt.data),
                signed().account_id,
            )
            flash(_("Đã thêm %(name)s vào danh sách biểu quyết.", name=form.name.data), "done")
            return redirect(url_for("units.unit", code=code), 303)
    else:
        form.valid_from.data = clock.today()
    registers: list[tuple[Body, list[BodyMember]]] = [
        (body, services.register(found.id, body, clock.today())) for body in bodies
    ]
    return render_template("units/unit.html", unit=found, registers=registers, form=form, can_change=can_change), status


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
        services.end_membership(seat, form.valid_to.data, signed().account_id)
        flash(_("Đã ghi %(name)s thôi biểu quyết.", name=seat.name), "done")
        return redirect(url_for("units.unit", code=code), 303)
    if not form.is_submitted():
        form.valid_to.data = clock.today()
    page = render_template("units/end_seat.html", unit=found, seat=seat, form=form)
    return page, 422 if form.is_submitted() else 200
