"""Accounts, whose they are, and the roles asked for them; for administrators."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from dossiers import clock, names
from dossiers.accounts import giving, passwords, persons, services, sessions
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.accounts.persons import Card
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
from dossiers.formatters import day, say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.navigation import page_number
from dossiers.security import permits, permitted, signed, units_with
from dossiers.units import persons as people
from dossiers.units import tree
from dossiers.units.models import OrgPerson, Unit
from workflow.roles import ROLE_LABELS, Role
from workflow.route import ROLE_UNITS, UNIT_KIND_LABELS, UnitKind
from workflow.votes import BODY_LABELS, Body

blueprint = Blueprint("accounts", __name__)


class RoleForm(FlaskForm):
    """A role in a unit, from a day on."""

    role = choice(_l("Vai trò"))
    unit = choice(_l("Đơn vị"))
    since = DayField(_l("Từ ngày"), [required])
    until = DayField(_l("Đến trước ngày (để trống nếu chưa biết)"))

    def prepare(self) -> None:
        """Offer every role, and the units administered."""
        self.role.choices = with_empty(labelled(ROLE_LABELS))
        reach = tree.current().below(units_with("administration"))
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


OTHER = "new"
"""Chosen where nobody of the persons who are known is meant."""


def called(card: Card) -> str:
    """A person in a list to choose from: name, birth date, seats, accounts."""
    units, person = tree.current(), card.person
    seats = [f"{say(BODY_LABELS[Body(body)])} {units[unit].code}" for body, unit in card.seats]
    accounts = [_("tài khoản %(email)s", email=account.email) for account in card.accounts]
    born = [_("sinh %(day)s", day=day(person.birth_date))] if person.birth_date else []
    return " · ".join([person.name, *born, *seats, *accounts])


class AccountForm(RoleForm):
    """A new account, the person whose it is, and its first role, which a second person confirms."""

    name = LineField(_l("Họ và tên"), [required, NameWords()])
    email = LineField(
        _l("Thư điện tử (dùng để đăng nhập)"),
        [required, Words(120, r"[^@\s]+@[^@\s]+\.[^@\s]+", _l("Ghi dạng ten@noi-lam-viec.vn."))],
    )
    birth_date = DayField(_l("Ngày sinh"))
    phone = LineField(_l("Điện thoại"), [Words(30, r"[0-9+ .]*", _l("Chỉ ghi chữ số."))])
    person = choice(_l("Đã biết người cùng tên; đó có phải là người này không"), optional=True)
    ground = LineField(_l("Căn cứ để người này có thêm một tài khoản"), [Words(500)])
    since = None  # type: ignore[assignment] # how WTForms is told to leave a field away
    until = None  # type: ignore[assignment] # the same

    cards: Sequence[Card] = ()

    def prepare(self) -> None:
        """Offer also who is known by that name: nobody has two accounts by accident."""
        super().prepare()
        if self.name.data:
            reach = units_with("administration")
            self.cards = persons.matching(self.name.data, self.birth_date.data, self.phone.data or "", reach)
        if not self.cards:
            del self.person
            del self.ground
            return
        self.person.flags.required = True
        known = [(str(card.person.id), called(card)) for card in self.cards]
        other = [] if any(card.surely for card in self.cards) else [(OTHER, _("Không, là người khác"))]
        self.person.choices = with_empty([*known, *other])

    def whose(self) -> Card | None:
        """The person who is chosen; None for somebody who is not known yet."""
        chosen = self.person.data if "person" in self else None
        return next((card for card in self.cards if str(card.person.id) == chosen), None)

    def validate(self, extra_validators: Any = None) -> bool:
        """An address that is free; who it is, where somebody of that name is known; a ground for a second account."""
        fine: bool = super().validate(extra_validators)
        if "person" in self and not self.person.errors:
            if not self.person.data:
                self.person.errors = [_("Chọn người này là ai: mỗi người của tổ chức chỉ ghi một lần.")]
                fine = False
            whose = self.whose()
            if whose is not None and whose.accounts and not self.ground.data:
                names = ", ".join(account.email for account in whose.accounts)
                self.ground.errors = [_("Người này đã có tài khoản %(names)s; ghi căn cứ để có thêm.", names=names)]
                fine = False
        if self.email.data and not self.email.errors and services.address(self.email.data) is None:
            self.email.errors = [_("Ghi dạng ten@noi-lam-viec.vn.")]
            fine = False
        if self.email.data and services.by_email(self.email.data) is not None:
            self.email.errors = [_("Địa chỉ này đã có tài khoản.")]
            fine = False
        return fine


SHOWN = 50
"""So many accounts stand on a page."""


def _fits(wanted: str, account: Account, held: Iterable[tuple[str, str]]) -> bool:
    """Whether every word looked for stands in an account's name or address, or in its roles and their units."""
    told = [account.name, account.email, *(f"{say(ROLE_LABELS[Role(role)])} {unit}" for role, unit in held)]
    found = names.fold(" ".join(told))
    return all(word in found for word in names.fold(wanted).split())


@blueprint.get("/tai-khoan")
@permits("administration")
def accounts() -> ResponseReturnValue:
    """The accounts administered, with the roles each holds today: those of the name, the address, the unit or the role
    that is looked for, SHOWN a page.
    """
    today, units, reach = clock.today(), tree.current(), units_with("administration")
    rows = db.session.execute(
        select(Account, RoleAssignment.role, RoleAssignment.unit_id).outerjoin(
            RoleAssignment,
            (RoleAssignment.account_id == Account.id)
            & (or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > today)),
        )
    ).all()
    held: dict[int, list[tuple[str, str]]] = {}
    found: dict[int, Account] = {}
    foreign: set[int] = set()
    for account, role, unit_id in rows:
        found[account.id] = account
        if role:
            held.setdefault(account.id, []).append((role, units.name(unit_id)))
            if not units[unit_id].lies_in(reach):
                foreign.add(account.id)
    shown = [account for account in found.values() if account.id not in foreign]
    owners = Counter(account.person_id for account in shown if account.person_id is not None)
    wanted, page = " ".join(request.args.get("tim", "").split())[:60], page_number()
    fitting = [account for account in shown if _fits(wanted, account, held.get(account.id, ()))]
    fitting.sort(key=lambda account: names.sort_key(account.name))
    return render_template(
        "accounts/accounts.html",
        accounts=fitting[(page - 1) * SHOWN : page * SHOWN],
        number=len(fitting),
        wanted=wanted,
        page=page,
        more=page * SHOWN < len(fitting),
        held=held,
        shared={person for person, count in owners.items() if count > 1},
        waiting=len(giving.waiting(reach)),
    )


@blueprint.route("/tai-khoan/moi", methods=["GET", "POST"])
@permits("administration")
def new_account() -> ResponseReturnValue:
    """Make an account and ask for its first role; the answer shows its one-time password, which no address ever shows
    again.
    """
    form = AccountForm()
    form.prepare()
    if form.validate_on_submit() and _may_ask(form):
        (role, unit), who, password = form.chosen(), signed(), passwords.one_time()
        ground = form.ground.data or "" if "ground" in form else ""
        made = services.prepared(form.email.data, form.name.data, password, who.account_id, ground)
        known = form.whose()
        with still_free(form.email, "account_email", _("Địa chỉ này đã có tài khoản.")):
            with write_transaction():
                born, phone = form.birth_date.data, form.phone.data or ""
                person = known.person if known is not None else people.new(made.name, born, phone)
                services.create(made, person, unit, who.account_id)
                giving.ask(made, role, unit, clock.today(), None, who)
            flash(_("Đã tạo tài khoản cho %(name)s. Vai trò chờ người thứ hai xác nhận.", name=made.name), "done")
            return render_template("accounts/one_time.html", account=made, password=password)
    return render_template("accounts/new.html", form=form), 422 if form.is_submitted() else 200


def _may_ask(form: AccountForm) -> bool:
    """Whether the new account is somebody else's than who makes it."""
    whose = form.whose()
    if whose is None or whose.person.id != signed().person_id:
        return True
    form.person.errors = [_("Không ai tự giao vai trò cho mình, kể cả qua một tài khoản khác của mình.")]
    return False


def _account(account_id: int) -> Account:
    """An account whose roles, held and asked for, all lie in units that are administered by whoever asks."""
    found, units, reach = db.session.get(Account, account_id), tree.current(), units_with("administration")
    where = persons.units_of([account_id]).get(account_id, set())
    if found is None or not all(units[unit].lies_in(reach) for unit in where):
        abort(404)
    return found


def _go_on(account: Account) -> None:
    """Let an administrator who changed the own roles, and so ended the own sessions, go on in a new one."""
    if account.id == signed().account_id:
        sessions.begin(account)


def _card(account: Account) -> Card | None:
    whose = db.session.get(OrgPerson, account.person_id) if account.person_id is not None else None
    found = persons.cards([whose] if whose else [], units_with("administration"))
    return found[0] if found else None


@blueprint.get("/tai-khoan/<int:account_id>")
@permits("administration")
def account(account_id: int) -> ResponseReturnValue:
    """One account: whose it is, its roles, its sessions, and whether it is open."""
    found = _account(account_id)
    return render_template(
        "accounts/account.html",
        account=found,
        card=_card(found),
        units=tree.current(),
        roles=services.roles_of(account_id, clock.today()),
        waiting=giving.waiting(units_with("administration"), account_id),
        sessions=sessions.of(account_id),
        own=account_id == signed().account_id,
    )


@blueprint.route("/tai-khoan/<int:account_id>/vai-tro", methods=["GET", "POST"])
@permits("administration")
def grant(account_id: int) -> ResponseReturnValue:
    """Ask for another role of an account for a period; somebody else confirms it."""
    found, form = _account(account_id), RoleForm()
    form.prepare()
    if form.validate_on_submit():
        role, unit = form.chosen()
        fault = giving.fault_of_asking(found, role, unit.id, signed())
        if fault is None:
            with write_transaction():
                giving.ask(found, role, unit, form.since.data, form.until.data, signed())
            flash(_("Đã đề nghị vai trò %(role)s; chờ người thứ hai xác nhận.", role=say(ROLE_LABELS[role])), "done")
            return redirect(url_for("accounts.account", account_id=account_id), 303)
        form.role.errors = [fault]
    return render_template("accounts/grant.html", account=found, form=form), 422 if form.is_submitted() else 200


@blueprint.post("/tai-khoan/<int:account_id>/vai-tro/<int:role_id>/thoi")
@permits("administration")
def end_role(account_id: int, role_id: int) -> ResponseReturnValue:
    """End a role from today on."""
    held = db.session.get(RoleAssignment, role_id)
    if held is None or held.account_id != account_id or not permitted("administration", held.unit_id):
        abort(404)
    services.end_role(held, clock.today(), signed().account_id)
    _go_on(_account(account_id))
    flash(_("Đã thôi vai trò từ hôm nay."), "done")
    return redirect(url_for("accounts.account", account_id=account_id), 303)


class WhoseForm(FlaskForm):
    """Whose an account is, and on what ground that is said."""

    name = LineField(_l("Tìm người theo họ và tên"), [required, Words(120)])
    person = choice(_l("Là"))
    ground = LineField(_l("Căn cứ"), [required, Words(500)])


@blueprint.route("/tai-khoan/<int:account_id>/nguoi", methods=["GET", "POST"])
@permits("administration")
def whose(account_id: int) -> ResponseReturnValue:
    """Tie an account to a person of the registers, whose name stands in no address. Nobody ties the own one."""
    found = _account(account_id)
    if account_id == signed().account_id or (found.person_id is not None and found.person_id == signed().person_id):
        abort(403)
    form = WhoseForm()
    if not form.is_filled():
        form.name.data = found.name
    cards = [
        card for card in persons.matching(form.name.data or "", None, "", units_with("administration"))
        if card.person.id != found.person_id
    ]  # fmt: skip
    form.person.choices = with_empty(
        [*((str(card.person.id), called(card)) for card in cards), (OTHER, _("Người khác, chưa ghi ở đâu"))]
    )
    found_only = request.form.get("step") == "find"
    if not found_only and form.validate_on_submit():
        person = next((card.person for card in cards if str(card.person.id) == form.person.data), None)
        if person is not None and person.id == signed().person_id:
            abort(403)
        services.link(found, person, form.ground.data, signed().account_id)
        flash(_("Đã ghi tài khoản này là của ai."), "done")
        return redirect(url_for("accounts.account", account_id=account_id), 303)
    page = render_template("accounts/whose.html", account=found, card=_card(found), form=form)
    return page, 422 if form.is_submitted() and not found_only else 200


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
