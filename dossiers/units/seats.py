"""Seats of registers: what their holders are, until when they sit, and who they are."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.accounts import persons
from dossiers.extensions import db
from dossiers.fields import labelled, with_empty
from dossiers.languages import gettext as _
from dossiers.security import on_behalf, permits, permitted, signed, units_with
from dossiers.units import registers, tree
from dossiers.units.forms import EndForm, HolderForm, RegisterForm, StatusForm, recognised
from dossiers.units.models import BodyMember
from dossiers.units.registers import STATUS_LABELS
from dossiers.units.tree import Node

blueprint = Blueprint("registers", __name__)


def _seat(code: str, seat_id: int) -> tuple[Node, BodyMember]:
    """A seat of an open unit, whose registers whoever asks keeps."""
    found = tree.current().find(code, signed().units)
    seat = db.session.get(BodyMember, seat_id) if seat_id < 2**31 else None
    if found is None or not found.is_open or seat is None or seat.unit_id != found.id:
        abort(404)
    if not permitted("register.manage", found.id):
        abort(403)
    return found, seat


def _shown(form: RegisterForm, template: str, **page: Any) -> ResponseReturnValue:
    if not form.by.errors:
        del form.by  # asked for where votes are touched
    return render_template(template, form=form, **page), 422 if form.is_submitted() else 200


def _done(code: str, text: str) -> ResponseReturnValue:
    flash(text, "done")
    return redirect(url_for("units.unit", code=code), 303)


@blueprint.route("/don-vi/<code>/doi/<int:seat_id>", methods=["GET", "POST"])
@permits("register.manage")
def change(code: str, seat_id: int) -> ResponseReturnValue:
    """What somebody in a register is from a day on."""
    found, seat = _seat(code, seat_id)
    form = StatusForm()
    form.status.choices = with_empty(labelled(STATUS_LABELS))
    if form.validate_on_submit():
        since: date = form.valid_from.data
        with form.told_at(form.valid_from):
            try:
                behalf = on_behalf("register.manage", found.id)
                registers.change(seat, form.status.data, since, signed().account_id, form.by.data or "", behalf)
            except registers.NotLater:
                form.valid_from.errors = [_("Ngày phải sau lần thay đổi gần nhất của người này.")]
            else:
                return _done(code, _("Đã ghi tình trạng mới của %(name)s.", name=seat.name))
    elif not form.is_filled():
        form.valid_from.data = clock.today()
    return _shown(form, "units/change_seat.html", unit=found, seat=seat)


@blueprint.route("/don-vi/<code>/thoi/<int:seat_id>", methods=["GET", "POST"])
@permits("register.manage")
def end(code: str, seat_id: int) -> ResponseReturnValue:
    """End somebody's seat from a day on."""
    found, seat = _seat(code, seat_id)
    form = EndForm()
    if form.validate_on_submit():
        with form.told_at(form.valid_to):
            behalf = on_behalf("register.manage", found.id)
            registers.end(seat, form.valid_to.data, signed().account_id, form.by.data or "", behalf)
            return _done(code, _("Đã ghi %(name)s thôi biểu quyết.", name=seat.name))
    elif not form.is_filled():
        form.valid_to.data = clock.today()
    return _shown(form, "units/end_seat.html", unit=found, seat=seat)


@blueprint.route("/don-vi/<code>/nguoi/<int:seat_id>", methods=["GET", "POST"])
@permits("register.manage")
def holder(code: str, seat_id: int) -> ResponseReturnValue:
    """Say that the holder of a seat is somebody who is known already, in another register or by an account."""
    found, seat = _seat(code, seat_id)
    cards = [
        card for card in persons.matching(seat.name, None, "", units_with("register.manage"))
        if card.person.id != seat.person_id
    ]  # fmt: skip
    form = HolderForm()
    form.person.choices = with_empty([(str(card.person.id), recognised(card)) for card in cards])
    if form.validate_on_submit():
        person = next(card.person for card in cards if str(card.person.id) == form.person.data)
        try:
            registers.link(seat, person, signed().account_id, on_behalf("register.manage", found.id))
        except registers.NotThere as error:
            form.person.errors = [str(error)]
        else:
            return _done(code, _("Đã ghi %(name)s là ai.", name=seat.name))
    page = render_template("units/holder.html", unit=found, seat=seat, form=form, cards=cards)
    return page, 422 if form.is_submitted() else 200
