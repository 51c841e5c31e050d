"""Accounts and their roles, for administrators."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from dossiers import clock, names
from dossiers.accounts import passwords, services, sessions
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.extensions import db, write_transaction
from dossiers.fields import (
    DayField,
    LineField,
    NameWords,
    Words,
    choice,
    coded,
    labelled,
    required,
    still_free,
    with_empty,
)
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.security import permits, signed
from dossiers.units import tree
from dossiers.units.models import Unit
from workflow.roles import ROLE_LABELS, Role
from workflow.route import ROLE_UNITS, UNIT_KIND_LABELS, UnitKind

blueprint = Blueprint("accounts", __name__)


class RoleForm(FlaskForm):
    """A role in a unit, from a day on."""

    role = choice(_l("Vai trò"))
    unit = choice(_l("Đơn vị"))
    since = DayField(_l("Từ ngày"), [required])
    until = DayField(_l("Đến trước ngày (để trống nếu chưa biết)"))

    def prepare(self) -> None:
        """Offer every role, and the units in reach."""
        self.role.choices = with_empty(labelled(ROLE_LABELS))
        reach = tree.current().below(signed().units)
        self.unit.choices = with_empty(coded(reach))
        if not self.is_filled() and "since" in self:
            self.since.data = clock.today()

    def chosen(self) -> tuple[Role, Unit]:
        """The role and the unit; the form has been validated."""
        return Role(self.role.data), db.session.get_one(Unit, int(self.unit.data))

    def validate(self, extra_validators: Any = None) -> bool:
        """The role belongs in such a unit; the period has a day."""
        fine: bool = super().validate(extra_validators)
        if self.role.data and self.unit.data and not self.unit.errors and not self.role.errors:
            role, unit = self.chosen()
            if UnitKind(unit.kind) not in ROLE_UNITS[role]:
                kinds = ", ".join(say(UNIT_KIND_LABELS[kind]) for kind in ROLE_UNITS[role])
                self.unit.errors = [_("Vai trò này thuộc về: %(kinds)s.", kinds=kinds)]
                fine = False
        if "until" in self and self.until.data and self.since.data and self.until.data <= self.since.data:
            self.until.errors = [_("Ngày thôi phải sau ngày bắt đầu.")]
            fine = False
        return fine


class AccountForm(RoleForm):
    """A new account with its first role, held from today on."""

    name = LineField(_l("Họ và tên"), [required, NameWords()])
    email = LineField(
        _l("Thư điện tử (dùng để đăng nhập)"),
        [required, Words(120, r"[^@\s]+@[^@\s]+\.[^@\s]+", _l("Ghi dạng ten@noi-lam-viec.vn."))],
    )
    since = None  # type: ignore[assignment] # how WTForms is told to leave a field away
    until = None  # type: ignore[assignment] # the same

    def validate(self, extra_validators: Any = None) -> bool:
        """An address that is free."""
        fine: bool = super().validate(extra_validators)
        if self.email.data and not self.email.errors and services.address(self.email.data) is None:
            self.email.errors = [_("Ghi dạng ten@noi-lam-viec.vn.")]
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
    """Make an account and give it a role; the answer shows its one-time password, which no address ever shows again."""
    form = AccountForm()
    form.prepare()
    if form.validate_on_submit():
        role, unit = form.chosen()
        password = passwords.one_time()
        with still_free(form.email, "account_email", _("Địa chỉ này đã có tài khoản.")):
            made = services.create_with_role(form.email.data, form.name.data, password, role, unit, signed().account_id)
            flash(_("Đã tạo tài khoản cho %(name)s.", name=made.name), "done")
            return render_template("accounts/one_time.html", account=made, password=password)
    return render_template("accounts/new.html", form=form), 422 if form.is_submitted() else 200


def _account(account_id: int) -> Account:
    found = db.session.get(Account, account_id)
    if found is None:
        abort(404)
    return found


def _go_on(account: Account) -> None:
    """Let an administrator who changed the own roles, and so ended the own sessions, go on in a new one."""
    if account.id == signed().account_id:
        sessions.begin(account)


@blueprint.get("/tai-khoan/<int:account_id>")
@permits("administration")
def account(account_id: int) -> ResponseReturnValue:
    """One account: its roles, its sessions, and whether it is open."""
    found = _account(account_id)
    return render_template(
        "accounts/account.html",
        account=found,
        roles=services.roles_of(account_id, clock.today()),
        sessions=sessions.of(account_id),
        own=account_id == signed().account_id,
    )


@blueprint.route("/tai-khoan/<int:account_id>/vai-tro", methods=["GET", "POST"])
@permits("administration")
def grant(account_id: int) -> ResponseReturnValue:
    """Give an account another role for a period."""
    found, form = _account(account_id), RoleForm()
    form.prepare()
    if form.validate_on_submit():
        role, unit = form.chosen()
        with write_transaction():
            services.grant(found, role, unit, form.since.data, form.until.data, signed().account_id)
        _go_on(found)
        flash(_("Đã giao vai trò %(role)s.", role=say(ROLE_LABELS[role])), "done")
        return redirect(url_for("accounts.account", account_id=account_id), 303)
    return render_template("accounts/grant.html", account=found, form=form), 422 if form.is_submitted() else 200


@blueprint.post("/tai-khoan/<int:account_id>/vai-tro/<int:role_id>/thoi")
@permits("administration")
def end_role(account_id: int, role_id: int) -> ResponseReturnValue:
    """End a role from today on."""
    held = db.session.get(RoleAssignment, role_id)
    if held is None or held.account_id != account_id:
        abort(404)
    services.end_role(held, clock.today(), signed().account_id)
    _go_on(_account(account_id))
    flash(_("Đã thôi vai trò từ hôm nay."), "done")
    return redirect(url_for("accounts.account", account_id=account_id), 303)


@blueprint.post("/tai-khoan/<int:account_id>/<any(khoa, mo):how>")
@permits("administration")
def set_active(account_id: int, how: str) -> ResponseReturnValue:
    """Shut an account at once, or open it again; nobody shuts the own one."""
    if account_id == signed().account_id:
        abort(403)
    services.set_active(_account(account_id), how == "mo", signed().account_id)
    flash(_("Đã mở tài khoản.") if how == "mo" else _("Đã khóa tài khoản."), "done")
    return redirect(url_for("accounts.account", account_id=account_id), 303)


@blueprint.route("/tai-khoan/<int:account_id>/mat-khau", methods=["GET", "POST"])
@permits("administration")
def one_time_password(account_id: int) -> ResponseReturnValue:
    """Set a password that is good once, for others only; the answer shows it, which no address ever shows again."""
    if account_id == signed().account_id:
        abort(403)
    found = _account(account_id)
    if request.method == "GET":
        return render_template("accounts/give_password.html", account=found)
    password = services.give_one_time_password(found, signed().account_id)
    return render_template("accounts/one_time.html", account=found, password=password)


@blueprint.post("/tai-khoan/<int:account_id>/phien/ket-thuc")
@permits("administration")
def end_sessions(account_id: int) -> ResponseReturnValue:
    """End every session of somebody else's account."""
    if account_id == signed().account_id:
        abort(403)
    services.end_sessions(_account(account_id).id, signed().account_id)
    flash(_("Đã kết thúc mọi phiên của tài khoản."), "done")
    return redirect(url_for("accounts.account", account_id=account_id), 303)
