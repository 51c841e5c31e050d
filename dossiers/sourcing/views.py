"""Pages of sourcing."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dossiers.acting.road import add_acts
from dossiers.casework import advance
from dossiers.casework.act import Duplicate
from dossiers.languages import gettext as _
from dossiers.lists import stages
from dossiers.security import permits, signed
from dossiers.sourcing.forms import FORMS, CreateForm
from workflow.guards import Refusal
from workflow.machine import Refused
from workflow.stages import Stage

blueprint = Blueprint("sourcing", __name__)
add_acts(blueprint, FORMS)


@blueprint.get("/nguon")
@permits("dossier.read")
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
                flash(_("Đã ghi %(name)s vào nguồn.", name=done.case.full_name), "done")
                return redirect(url_for("reading.dossier", code=done.case.code), 303)
    at_field = {r.field: r for r in refusals if r.field in form}
    top = [r for r in refusals if r.field not in form]
    return render_template("sourcing/create.html", form=form, at_field=at_field, refusals=top), status
