"""Pages of sourcing."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.acting.road import add_acts, know_forms
from dossiers.casework import advance, loading, opening
from dossiers.casework.act import Duplicate
from dossiers.languages import gettext as _
from dossiers.lists import stages
from dossiers.security import permits, signed
from dossiers.sourcing import along
from dossiers.sourcing.forms import FORMS, CreateForm
from workflow.guards import Refusal
from workflow.machine import Refused
from workflow.stages import Stage
from workflow.triggers import TRIGGERS

blueprint = Blueprint("sourcing", __name__)
add_acts(blueprint, FORMS)
know_forms(along.FORMS)


@blueprint.get("/nguon")
@permits("list.read")
def stage() -> ResponseReturnValue:
    """The stage of sourcing."""
    return stages.render(Stage.SOURCING)


@blueprint.route("/ho-so/moi", methods=["GET", "POST"])
@permits("dossier.create")
def create() -> ResponseReturnValue:
    """Put a candidate on the source list."""
    who, form = signed(), CreateForm()
    form.prepare(who)
    refusals: tuple[Refusal, ...] = ()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                done = advance.open_dossier(form.act(), who, form.cell_id())
            except Duplicate:
                flash(_("Người này đã được ghi từ lần gửi trước."), "info")
                return redirect(url_for("lists.worklist", sort="newest"), 303)
            except Refused as refused:
                refusals = refused.refusals
            else:
                flash(_("Đã thêm %(name)s vào danh sách nguồn.", name=done.case.full_name), "done")
                return redirect(url_for("reading.dossier", code=done.case.code), 303)
    at_field = {r.field: r for r in refusals if r.field in form}
    top = [r for r in refusals if r.field not in form]
    return render_template("sourcing/create.html", form=form, at_field=at_field, refusals=top), status


@blueprint.route("/ho-so/tiep-nhan", methods=["GET", "POST"], endpoint="take_over", defaults={"trigger": "take_over"})
@blueprint.route(
    "/ho-so/chuyen-den", methods=["GET", "POST"], endpoint="receive_transfer", defaults={"trigger": "receive_transfer"}
)
@permits("dossier.take_over")
def take_over(trigger: str) -> ResponseReturnValue:
    """Take a dossier over that began on paper, or that comes with somebody from elsewhere."""
    who, form = signed(), along.ComingForm()
    form.offer(who)
    first = form.options[0][0].id if form.options else None
    refusals: tuple[Refusal, ...] = ()
    status = 200
    if first is not None:
        case = opening.blank(first, clock.today())
        form.prepare(case, loading.situation(case, who), trigger)
    if form.is_submitted() and first is not None:
        status = 422
        if form.validate():
            try:
                done = advance.open_dossier(form.act(trigger, case), who, form.cell_id())
            except Duplicate:
                flash(_("Người này đã được ghi từ lần gửi trước."), "info")
                return redirect(url_for("lists.worklist", sort="newest"), 303)
            except Refused as refused:
                refusals = refused.refusals
            else:
                flash(_("Đã tiếp nhận hồ sơ của %(name)s.", name=done.case.full_name), "done")
                return redirect(url_for("reading.dossier", code=done.case.code), 303)
    stands = [(form.field_of(r.field), r) for r in refusals]
    page = render_template(
        "sourcing/along.html",
        form=form if first is not None else None,
        trigger=TRIGGERS[trigger],
        at_field={name: r for name, r in stands if name},
        refusals=[r for name, r in stands if not name],
    )
    return page, status
