"""Pages of plans by which units change: the list, a plan with its lines, what it would do, and that it is done."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dossiers.accounts.models import Account
from dossiers.extensions import db
from dossiers.languages import gettext as _
from dossiers.navigation import page_number
from dossiers.reorganising import doing, plans, undoing
from dossiers.reorganising.effects import Effects
from dossiers.reorganising.forms import FORMS, OneForm, PlanForm, UndoForm
from dossiers.reorganising.lines import WHAT_LABELS, What, read
from dossiers.reorganising.models import Stage, UnitPlan
from dossiers.reorganising.pieces import STAGE_LABELS, line_told
from dossiers.reorganising.previewing import NotAsSeen
from dossiers.security import may, permits, permitted, signed, units_with
from dossiers.units import tree
from dossiers.units.tree import Node

blueprint = Blueprint("reorganising", __name__)

SHOWN = 50
"""So many dossiers stand on a page of a preview."""


@blueprint.get("/don-vi/sap-xep", endpoint="plans")
@permits("units.confirm")
def list_view() -> ResponseReturnValue:
    """The plans for one's units."""
    page = page_number()
    found = plans.of_units(units_with("units.confirm"), page)
    return render_template(
        "reorganising/list.html", found=found[: plans.SHOWN], next_page=page + 1 if len(found) > plans.SHOWN else 0,
        units=tree.current(), stages=STAGE_LABELS, may_prepare=may("administration"),
    )  # fmt: skip


@blueprint.route("/don-vi/sap-xep/moi", methods=["GET", "POST"])
@permits("administration")
def new() -> ResponseReturnValue:
    """Begin a plan with the decision it follows."""
    form = PlanForm()
    form.prepare()
    if form.validate_on_submit():
        made = plans.start(
            int(form.unit.data), form.number.data, form.decided_on.data, form.since.data, form.subject.data, signed()
        )
        return redirect(url_for("reorganising.plan", number=made.id), 303)
    return render_template("reorganising/new.html", form=form), 422 if form.is_submitted() else 200


def _plan(number: int, permission: str = "units.confirm") -> UnitPlan:
    """A plan for the units of whoever asks; aborts with 404 beyond them, with 403 without a permission in them."""
    found = db.session.get(UnitPlan, number)
    if found is None or not permitted("units.confirm", found.unit_id):
        abort(404)
    if not permitted(permission, found.unit_id):
        abort(403)
    return found


def _back(plan: UnitPlan) -> Response:
    return redirect(url_for("reorganising.plan", number=plan.id), 303)


def _overtaken(plan: UnitPlan) -> Response:
    flash(_("Người khác vừa sửa phương án này; đây là bản mới nhất."), "error")
    return _back(plan)


@blueprint.get("/don-vi/sap-xep/<int:number>")
@permits("units.confirm")
def plan(number: int) -> ResponseReturnValue:
    """A plan: the decision, its lines, how far it has come, and what can be done with it."""
    found, units = _plan(number), tree.current()
    accounts = [found.prepared_by, found.confirmed_by, found.undo_by, found.undone_by]
    people = {number: db.session.get_one(Account, number).name for number in accounts if number is not None}
    return render_template(
        "reorganising/plan.html",
        plan=found,
        unit=units[found.unit_id],
        lines=[line_told(line, units) for line in read(found.lines)],
        stage=STAGE_LABELS[Stage(found.stage)],
        whats=WHAT_LABELS,
        people=people,
        prepares=permitted("administration", found.unit_id),
        why_not_second=plans.fault_of_second(found, signed()),
        undo=UndoForm(formdata=None),
    )


def _looked_at(plan: UnitPlan, what: What) -> Node | None:
    """The unit that is looked at to choose from, below whose decision it is; a split wants one that can be split."""
    code = request.args.get("o", "").strip()[:20]
    units = tree.current()
    if not code:
        return None if issubclass(FORMS[what], OneForm) else units[plan.unit_id]
    found = units.find(code, [plan.unit_id]) or units.find(code.upper(), [plan.unit_id])
    fits = found is not None and found.is_open
    if issubclass(FORMS[what], OneForm):
        fits = fits and found is not None and found.id != plan.unit_id and found.kind in FORMS[what].kinds
    return found if fits else None


@blueprint.route("/don-vi/sap-xep/<int:number>/them/<what>", methods=["GET", "POST"])
@permits("administration")
def add(number: int, what: str) -> ResponseReturnValue:
    """Add a line to a plan: tick the units under the one that is looked at (`o` in the address)."""
    found = _plan(number, "administration")
    if what not in set(What) or found.stage != Stage.DRAFT:
        abort(404)
    does = What(what)
    under = _looked_at(found, does)
    page: dict[str, Any] = {"plan": found, "what": WHAT_LABELS[does], "code": what, "under": under}
    page["asked"] = request.args.get("o", "").strip()[:20]
    page["offered"] = tree.current().offered((found.unit_id,))
    page["is_one"] = issubclass(FORMS[does], OneForm)
    if under is None:
        return render_template("reorganising/line.html", form=None, **page), 422 if page["asked"] else 200
    form = FORMS[does]()
    form.prepare(found.unit_id, under)
    if form.validate_on_submit():
        line = form.line()
        faults = plans.faults_of_last(found, line)
        if not faults:
            try:
                plans.add(found, line)
            except plans.Overtaken:
                return _overtaken(found)
            flash(_("Đã thêm một dòng vào phương án."), "done")
            return _back(found)
        form.told(faults)
    return render_template("reorganising/line.html", form=form, **page), 422 if form.is_submitted() else 200


@blueprint.post("/don-vi/sap-xep/<int:number>/bo/<int:line>")
@permits("administration")
def remove(number: int, line: int) -> ResponseReturnValue:
    """Take a line out of a plan."""
    found = _plan(number, "administration")
    try:
        plans.remove(found, line)
    except plans.Overtaken:
        return _overtaken(found)
    return _back(found)


@blueprint.post("/don-vi/sap-xep/<int:number>/<any(trinh, bo):how>")
@permits("administration")
def hand_over(number: int, how: str) -> ResponseReturnValue:
    """Hand a plan to the second person, or give it up."""
    found = _plan(number, "administration")
    try:
        if how == "trinh":
            plans.ask(found)
            flash(_("Đã trình phương án; chờ người thứ hai xem trước và xác nhận."), "done")
        else:
            plans.drop(found)
            flash(_("Đã bỏ phương án."), "done")
    except plans.Overtaken:
        return _overtaken(found)
    return _back(found)


@blueprint.post("/don-vi/sap-xep/<int:number>/tra-lai")
@permits("units.confirm")
def send_back(number: int) -> ResponseReturnValue:
    """Give a plan back to be changed, or do not undo it."""
    found = _plan(number)
    try:
        if found.stage == Stage.UNDO_ASKED:
            plans.keep_done(found, signed())
        else:
            plans.send_back(found)
    except plans.Overtaken:
        return _overtaken(found)
    flash(_("Đã trả lại người lập."), "done")
    return _back(found)


@blueprint.get("/don-vi/sap-xep/<int:number>/xem-truoc")
@permits("units.confirm")
def preview(number: int) -> ResponseReturnValue:
    """What a plan would do, or undoing it: of every dossier, role, register, quota, meeting and deadline."""
    return _preview(_plan(number))


def _preview(found: UnitPlan, effects: Effects | None = None) -> ResponseReturnValue:
    is_undoing = found.stage == Stage.UNDO_ASKED
    if found.stage not in (Stage.DRAFT, Stage.ASKED, Stage.UNDO_ASKED):
        return _back(found)
    number, status = found.id, 200 if effects is None else 409
    if effects is None:
        effects = undoing.trial(number, found.undo_by or 0) if is_undoing else doing.trial(number, signed().account_id)
        found = db.session.get_one(UnitPlan, number)
    page = page_number()
    asked = found.stage in (Stage.ASKED, Stage.UNDO_ASKED)
    shown = effects.dossiers[(page - 1) * SHOWN : page * SHOWN]
    return render_template(
        "reorganising/preview.html",
        plan=found,
        unit=tree.current()[found.unit_id],
        effects=effects,
        seen=effects.print_of(found.edition),
        shown=shown,
        next_page=page + 1 if len(effects.dossiers) > page * SHOWN else 0,
        asked=asked,
        undoing=is_undoing,
        why_not_second=plans.fault_of_second(found, signed()),
    ), status


@blueprint.post("/don-vi/sap-xep/<int:number>/thuc-hien")
@permits("units.confirm")
def carry_out(number: int) -> ResponseReturnValue:
    """Carry a plan out, or undo it, as it was previewed; the second person does."""
    found = _plan(number)
    is_undoing = found.stage == Stage.UNDO_ASKED
    if found.stage not in (Stage.ASKED, Stage.UNDO_ASKED):
        return _overtaken(found)
    fault = plans.fault_of_second(found, signed())
    if fault is not None:
        flash(fault, "error")
        return _back(found)
    act = undoing.undo if is_undoing else doing.carry_out
    try:
        effects = act(number, request.form.get("seen", ""), signed())
    except NotAsSeen as error:
        flash(_("Chưa ghi gì: có điều đã khác lúc xem trước. Xem lại dưới đây rồi xác nhận."), "error")
        return _preview(db.session.get_one(UnitPlan, number), error.effects)
    done = (
        _("Đã hoàn tác phương án; %(n)s hồ sơ về chỗ cũ.", n=len(effects.dossiers)) if is_undoing
        else _("Đã thực hiện phương án; %(n)s hồ sơ đi cùng đơn vị.", n=len(effects.dossiers))
    )  # fmt: skip
    flash(done, "done")
    return redirect(url_for("reorganising.plan", number=number), 303)


@blueprint.post("/don-vi/sap-xep/<int:number>/hoan-tac")
@permits("administration")
def ask_to_undo(number: int) -> ResponseReturnValue:
    """Ask for a plan that was carried out to be undone."""
    found, form = _plan(number, "administration"), UndoForm()
    if not form.validate_on_submit():
        flash(_("Ghi lý do hoàn tác."), "error")
        return _back(found)
    try:
        plans.ask_to_undo(found, form.reason.data, signed())
    except plans.Overtaken:
        return _overtaken(found)
    flash(_("Đã đề nghị hoàn tác; chờ người thứ hai xác nhận."), "done")
    return _back(found)
