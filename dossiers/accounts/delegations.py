"""Pages of delegations: who stands in for whom, lending a role, ending that early."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.accounts import delegating, services
from dossiers.accounts.models import Account, Delegation, RoleAssignment
from dossiers.extensions import db
from dossiers.fields import DayField, LineField, Words, choice, required, with_empty
from dossiers.formatters import role as in_words
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.navigation import page_number
from dossiers.security import permits, signed, units_with
from dossiers.units import tree

blueprint = Blueprint("delegations", __name__)

SHOWN = 50
"""So many delegations stand on a page."""


class LendForm(FlaskForm):
    """Who stands in, from when until when, and why."""

    stand_in = choice(_l("Người làm thay"), of=int)
    since = DayField(_l("Từ ngày"), [required])
    last = DayField(_l("Đến hết ngày"), [required])
    ground = LineField(_l("Lý do (đi công tác, nghỉ phép, ốm …)"), [required, Words(500)])

    def prepare(self, assignment: RoleAssignment) -> None:
        """Offer who may stand in for the holder of a role."""
        offered = [
            (str(one.account_id), _called(one)) for one in delegating.stand_ins(assignment, [signed().account_id])
        ]
        self.stand_in.choices = with_empty(offered)
        if not self.is_filled():
            self.since.data = clock.today()


def _called(one: delegating.StandIn) -> str:
    units = tree.current()
    return " · ".join([one.name, *(f"{in_words(role)} {units[unit].code}" for role, unit in one.held)])


@blueprint.get("/uy-quyen")
@permits("delegation.read")
def delegations() -> ResponseReturnValue:
    """The delegations one takes part in and those of the units one answers for; the own roles, to be lent."""
    who, page = signed(), page_number()
    held = services.roles_of(who.account_id, clock.today())
    found = delegating.shown_to(who, units_with("roles.read") + units_with("audit.read"), (page - 1) * SHOWN, SHOWN + 1)
    return render_template(
        "accounts/delegations.html",
        own=[(held, unit) for held, unit in held if delegating.may_lend(who, held)],
        found=[(one, not one.is_over and delegating.may_end(who, one.role, one.how)) for one in found[:SHOWN]],
        next_page=page + 1 if len(found) > SHOWN else None,
    )


@blueprint.route("/uy-quyen/vai-tro/<int:role_id>", methods=["GET", "POST"])
@permits("delegation.give")
def lend(role_id: int) -> ResponseReturnValue:
    """Lend a role somebody holds: one's own, or one of the body below."""
    held = db.session.get(RoleAssignment, role_id)
    if held is None or not delegating.may_lend(signed(), held):
        abort(404)
    form = LendForm()
    form.prepare(held)
    if form.validate_on_submit():
        until = form.last.data + timedelta(days=1)
        fault = delegating.lend(held.id, form.stand_in.data, form.since.data, until, form.ground.data, signed())
        if fault is None:
            flash(_("Đã ủy quyền. Người làm thay có vai trò này trong thời hạn đã ghi."), "done")
            return redirect(url_for("delegations.delegations"), 303)
        at: Any = form[fault.field or "stand_in"]
        at.errors = [fault.text]
    page = render_template(
        "accounts/lend.html",
        form=form,
        role=held.role,
        unit=tree.current()[held.unit_id],
        holder=db.session.get_one(Account, held.account_id),
        own=held.account_id == signed().account_id,
        most=delegating.most_days(),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/uy-quyen/<int:number>/thoi")
@permits("delegation.read")
def end(number: int) -> ResponseReturnValue:
    """End a delegation before its day."""
    how = db.session.get(Delegation, number)
    lent = None if how is None else db.session.get(RoleAssignment, how.assignment_id)
    if how is None or lent is None or not delegating.may_end(signed(), lent, how):
        abort(404)
    db.session.rollback()  # what was read is read again in the transaction that writes
    fault = delegating.end(number, signed())
    if fault is not None:
        flash(fault, "error")
    else:
        flash(_("Đã kết thúc ủy quyền. Từ bây giờ người làm thay không còn vai trò này."), "done")
    return redirect(url_for("delegations.delegations"), 303)
