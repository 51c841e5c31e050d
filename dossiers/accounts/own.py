"""What everybody does with the own account: change the password, see the sessions and end them."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from wtforms import PasswordField

from dossiers.accounts import passwords, services, sessions, throttle
from dossiers.accounts.models import Account
from dossiers.extensions import db, write_transaction
from dossiers.fields import required
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.security import permits

blueprint = Blueprint("own", __name__)


class PasswordForm(FlaskForm):
    """The password of before, and the one that is to be, twice."""

    old = PasswordField(_l("Mật khẩu hiện tại"), [required], render_kw={"autocomplete": "current-password"})
    new = PasswordField(_l("Mật khẩu mới"), [required], render_kw={"autocomplete": "new-password"})
    again = PasswordField(_l("Nhập lại mật khẩu mới"), [required], render_kw={"autocomplete": "new-password"})
    account: Account

    def prepare(self, account: Account) -> None:
        """Fit it to an account."""
        self.account = account
        if account.must_change:
            self.old.label.text = _("Mật khẩu dùng một lần")

    def validate(self, extra_validators: Any = None) -> bool:
        """The old one is right, the new one fit and another. Aborts with 429 after too many tries."""
        if not super().validate(extra_validators):
            return False
        if not throttle.admits(self.account.email, self.account.id):
            abort(429)
        old, new = self.old.data or "", self.new.data or ""
        if not passwords.is_right(old, self.account):
            self.old.errors = [_("Mật khẩu hiện tại không đúng.")]
        elif passwords.is_right(new, self.account):
            self.new.errors = [_("Mật khẩu mới phải khác mật khẩu hiện tại.")]
        elif fault := passwords.fault_of(new, self.account.email, self.account.name):
            self.new.errors = [fault]
        elif new != self.again.data:
            self.again.errors = [_("Hai lần nhập không giống nhau.")]
        return not self.errors


@blueprint.route("/tai-khoan-cua-toi", methods=["GET", "POST"])
@permits("own_account")
def account() -> ResponseReturnValue:
    """The own account: changing the password, and where it is signed in."""
    found = db.session.get_one(Account, current_user.id)
    form = PasswordForm()
    form.prepare(found)
    if form.validate_on_submit():
        was_once = found.must_change
        services.change_password(found, form.new.data or "")
        sessions.begin(found)
        flash(_("Đã đổi mật khẩu. Các phiên khác đã kết thúc."), "done")
        return redirect(url_for("lists.home" if was_once else "own.account"), 303)
    page = render_template(
        "accounts/own.html",
        account=found,
        form=form,
        least=passwords.least(),
        sessions=sessions.of(found.id),
        here=current_user.session_id,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/tai-khoan-cua-toi/phien/<int:session_id>/ket-thuc")
@permits("own_account")
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of the own sessions, as that of a browser one has left."""
    if not sessions.end(session_id, current_user.id):
        abort(404)
    flash(_("Đã kết thúc phiên."), "done")
    return redirect(url_for("own.account"), 303)


@blueprint.post("/tai-khoan-cua-toi/phien/ket-thuc")
@permits("own_account")
def end_others() -> ResponseReturnValue:
    """End every own session but this one."""
    with write_transaction():
        sessions.end_all(current_user.id, but=current_user.session_id)
    flash(_("Đã kết thúc mọi phiên khác."), "done")
    return redirect(url_for("own.account"), 303)
