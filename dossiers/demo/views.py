"""What only a demo has: one-click sign-in on this machine, a clock that can be moved forward, a page of components."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import login_user, logout_user

from dossiers import clock
from dossiers.accounts.models import Account
from dossiers.demo.specimens import specimens
from dossiers.extensions import db
from dossiers.fields import parse_day
from dossiers.languages import gettext as _
from dossiers.rules import instance
from dossiers.security import loopback_only, permits, way_back

blueprint = Blueprint("demo", __name__)


@blueprint.post("/demo/dang-nhap/<int:account_id>")
@permits("demo")
@loopback_only
def sign_in(account_id: int) -> ResponseReturnValue:
    """Sign in as one of the demo's accounts, without a password; on to the page that was asked for."""
    account = db.session.get(Account, account_id)
    if account is None or account.demo_label is None:
        abort(404)
    logout_user()
    login_user(account)
    return redirect(way_back(), 303)


@blueprint.post("/demo/dong-ho")
@permits("demo")
@loopback_only
def move_clock() -> ResponseReturnValue:
    """Move the demo's clock forward; never back, as acts would then lie in the future."""
    back = way_back()
    try:
        day = parse_day(request.form.get("day", ""))
    except ValueError as problem:
        flash(str(problem), "error")
        return redirect(back, 303)
    if day < clock.today():
        flash(_("Đồng hồ chỉ chạy tới, không lùi lại."), "error")
    else:
        instance.put("clock", day.isoformat())
        db.session.commit()
        flash(_("Đồng hồ của bản dùng thử nay là %(day)s.", day=f"{day:%d/%m/%Y}"), "done")
    return redirect(back, 303)


@blueprint.get("/ui")
@permits("demo")
@loopback_only
def components() -> ResponseReturnValue:
    """What pages are made of, each piece in each of its states, for who changes how they look."""
    return render_template("demo/ui.html", s=specimens())
