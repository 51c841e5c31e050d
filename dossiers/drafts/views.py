"""Keeping what is typed as it is typed, and forgetting it."""

from flask import Blueprint, Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from dossiers.drafts import services
from dossiers.languages import gettext as _
from dossiers.security import permits

blueprint = Blueprint("drafts", __name__)


@blueprint.post("/ban-nhap")
@permits("signed_in")
def keep() -> ResponseReturnValue:
    """Keep what was typed so far (a script sends it now and then)."""
    of = services.signed_by(request.form)
    if of is None or of.account_id != current_user.id:
        abort(400)
    if services.keep(request.form) is None:
        abort(413)
    answer = Response(status=204)
    del answer.headers["Content-Type"]  # there is no content
    return answer


@blueprint.post("/ban-nhap/bo")
@permits("signed_in")
def drop() -> ResponseReturnValue:
    """Forget a draft; back to the empty form."""
    of = services.signed_by(request.form)
    if of is None or of.account_id != current_user.id:
        abort(400)
    services.drop(of.account_id, of.path)
    flash(_("Đã bỏ bản nháp."), "info")
    return redirect(of.path, 303)
