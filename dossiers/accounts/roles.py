"""Who holds which role in a unit, and roles that wait for a second person: seen by the unit's secretary, confirmed by
who may.
"""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers.accounts import delegating, giving
from dossiers.accounts.models import RoleRequest
from dossiers.extensions import db
from dossiers.languages import gettext as _
from dossiers.navigation import page_number
from dossiers.security import may, permits, permitted, signed, units_with
from dossiers.units import tree

blueprint = Blueprint("roles", __name__)

SHOWN = 100
"""So many roles stand on a page."""


@blueprint.get("/vai-tro")
@permits("roles.read")
def roles() -> ResponseReturnValue:
    """The roles held and asked for in the units whose secretary or administrator looks; `don-vi` narrows them."""
    reach, code = units_with("roles.read"), request.args.get("don-vi", "")
    narrowed = tree.current().find(code, reach) if code else None
    if code and narrowed is None:
        abort(404)
    units = (narrowed.id,) if narrowed is not None else reach
    page = page_number()
    held = giving.held_in(units, (page - 1) * SHOWN, SHOWN + 1)
    waiting, second = giving.waiting(units), giving.Second(signed())
    return render_template(
        "accounts/roles.html",
        unit=narrowed,
        held=held[:SHOWN],
        next_page=page + 1 if len(held) > SHOWN else None,
        waiting=[(asked, second.fault(asked.request, asked.asked_by, asked.account)) for asked in waiting],
        confirms={asked.unit.id for asked in waiting if permitted("roles.confirm", asked.unit.id)},
        administers=may("administration"),
        lendable={one.role.id for one in held[:SHOWN] if delegating.may_lend(signed(), one.role)},
    )


@blueprint.post("/vai-tro/<int:request_id>/<any('dong-y', 'tu-choi'):how>")
@permits("roles.confirm")
def decide(request_id: int, how: str) -> ResponseReturnValue:
    """Confirm a role that somebody else asked for, or refuse it."""
    asked = db.session.get(RoleRequest, request_id) if request_id < 2**31 else None
    if asked is None or not permitted("roles.read", asked.unit_id):
        abort(404)
    if not permitted("roles.confirm", asked.unit_id):
        abort(403)
    db.session.rollback()  # what was read is read again in the transaction that writes
    fault = giving.decide(request_id, how == "dong-y", signed())
    if fault is not None:
        flash(fault, "error")
    else:
        flash(_("Đã xác nhận vai trò.") if how == "dong-y" else _("Đã từ chối vai trò."), "done")
    return redirect(url_for("roles.roles"), 303)
