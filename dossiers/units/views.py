"""The unit tree, and the registers of those entitled to vote."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField

from dossiers import clock
from dossiers.extensions import db
from dossiers.fields import DayField, LineField, NameWords, required
from dossiers.security import may, permits, signed
from dossiers.units import services
from dossiers.units.models import BodyMember, Unit
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


@blueprint.get("/don-vi")
@permits("signed_in")
def tree() -> ResponseReturnValue:
    """The units in reach."""
    who = signed()
    return render_template("units/tree.html", units=services.below([unit for _role, unit in who.grants]))


def _unit(code: str) -> Unit:
    unit = services.by_code(code)
    if unit is None or unit.id not in {u.id for u in services.below([u for _r, u in signed().grants])}:
        abort(404)
    return unit


@blueprint.route("/don-vi/<code>", methods=["GET", "POST"])
@permits("signed_in")
def unit(code: str) -> ResponseReturnValue:
    """A unit and its registers; who keeps a register adds people here."""
    found = _unit(code)
    bodies = services.bodies_of(found)
    form = SeatForm()
    can_change = may("register.manage") and bool(bodies)
    status = 200
    if form.is_submitted():
        if not can_change:
            abort(403)
        status = 422
        if form.validate():
            services.add_member(found.id, str(bodies[0]), form.name.data, form.valid_from.data, bool(form.exempt.data))
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
        services.end_membership(seat, form.valid_to.data)
        flash(_("Đã ghi %(name)s thôi biểu quyết.", name=seat.name), "done")
        return redirect(url_for("units.unit", code=code), 303)
    if not form.is_submitted():
        form.valid_to.data = clock.today()
    page = render_template("units/end_seat.html", unit=found, seat=seat, form=form)
    return page, 422 if form.is_submitted() else 200
