"""Keeping what is typed as it is typed, and forgetting it."""

from flask import Blueprint, Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from dossiers.drafts import services
from dossiers.drafts.services import Kept
from dossiers.languages import gettext as _
from dossiers.security import permits

blueprint = Blueprint("drafts", __name__)


@blueprint.post("/ban-nhap")
@permits("signed_in")
def keep() -> ResponseReturnValue:
    """Keep what was typed so far (a script sends it now and then)."""
    _mine()
    if services.keep(request.form) is None:
        abort(413)
    answer = Response(status=204)
    del answer.headers["Content-Type"]  # there is no content
    return answer


@blueprint.post("/ban-nhap/bo")
@permits("signed_in")
def drop() -> ResponseReturnValue:
    """Forget a draft; back to the empty form."""
    of = _mine()
    services.drop(of.account_id, of.path)
    flash(_("Đã bỏ bản nháp."), "info")
    return redirect(of.path, 303)


def _mine() -> Kept:
    """Whose form was sent, and where it stands; it must be this person's."""
    of = services.signed_by(request.form)
    if of is None or of.account_id != current_user.id:
        abort(400)
    return of
