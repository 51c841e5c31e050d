"""Accounts and their roles, for administrators."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import or_, select
from wtforms import PasswordField

from dossiers import clock, names
from dossiers.accounts import services
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.casework.forms import choice, with_empty
from dossiers.extensions import db
from dossiers.fields import LineField, NameWords, Words, required
from dossiers.formatters import say
from dossiers.security import permits, signed
from dossiers.units import services as units
from dossiers.units.models import Unit
from workflow.roles import ROLE_LABELS, Role

blueprint = Blueprint("accounts", __name__)


class AccountForm(FlaskForm):
    """A new account with its first role."""

    name = LineField(_l("Họ và tên"), [required, NameWords()])
    email = LineField(
        _l("Thư điện tử (dùng để đăng nhập)"),
        [required, Words(120, r"[^@\s]+@[^@\s]+\.[^@\s]+", _l("Ghi dạng ten@noi-lam-viec.vn."))],
    )
    password = PasswordField(_l("Mật khẩu (ít nhất 10 ký tự)"), [required])
    role = choice(_l("Vai trò"))
    unit = choice(_l("Đơn vị"))

    def validate(self, extra_validators: Any = None) -> bool:
        """A free address and a password long enough."""
        fine: bool = super().validate(extra_validators)
        if self.password.data and len(self.password.data) < 10:
            self.password.errors = [_("Mật khẩu cần ít nhất 10 ký tự.")]
            fine = False
        if self.email.data and services.by_email(self.email.data) is not None:
            self.email.errors = [_("Địa chỉ này đã có tài khoản.")]
            fine = False
        return fine


@blueprint.get("/tai-khoan")
@permits("administration")
def accounts() -> ResponseReturnValue:
    """Every account with the roles it holds today."""
    today = clock.today()
    rows = db.session.execute(
        select(Account, RoleAssignment.role, Unit.name)
        .outerjoin(
            RoleAssignment,
            (RoleAssignment.account_id == Account.id)
            & (or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > today)),
        )
        .outerjoin(Unit, Unit.id == RoleAssignment.unit_id)
    ).all()
    held: dict[int, list[tuple[str, str]]] = {}
    people: dict[int, Account] = {}
    for account, role, unit_name in rows:
        people[account.id] = account
        if role:
            held.setdefault(account.id, []).append((role, unit_name))
    ordered = sorted(people.values(), key=lambda account: names.sort_key(account.name))
    return render_template("accounts/accounts.html", accounts=ordered, held=held)


@blueprint.route("/tai-khoan/moi", methods=["GET", "POST"])
@permits("administration")
def new_account() -> ResponseReturnValue:
    """Make an account and give it a role."""
    form = AccountForm()
    form.role.choices = with_empty([(str(role), say(ROLE_LABELS[role])) for role in Role])
    reach = units.below([unit for _role, unit in signed().grants])
    form.unit.choices = with_empty([(str(unit.id), f"{unit.code} – {unit.name}") for unit in reach])
    if form.validate_on_submit():
        account = services.create(form.email.data, form.name.data, form.password.data)
        unit = db.session.get(Unit, int(form.unit.data))
        assert unit is not None
        services.grant(account, Role(form.role.data), unit, clock.today())
        db.session.commit()
        flash(_("Đã tạo tài khoản cho %(name)s.", name=account.name), "done")
        return redirect(url_for("accounts.accounts"), 303)
    return render_template("accounts/new.html", form=form), 422 if form.is_submitted() else 200
