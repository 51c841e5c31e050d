"""The quota page."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.extensions import db
from dossiers.fields import (
    DayField,
    LineField,
    NumberWords,
    WholeNumberField,
    choice,
    coded,
    parse_day,
    required,
    whole,
    with_empty,
)
from dossiers.formatters import day
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.navigation import page_number
from dossiers.quotas import services
from dossiers.security import may, on_behalf, permits, signed, units_with
from dossiers.units import tree
from dossiers.units.models import Unit

blueprint = Blueprint("quotas", __name__)
SHOWN = 100
"""So many units below stand on a page."""
ORGANISATIONS = ("upper_committee", "grassroots_committee", "grassroots_cell")


class QuotaForm(FlaskForm):
    """A quota of a year for a unit, by a decision."""

    unit = choice(_l("Đơn vị"))
    year = WholeNumberField(_l("Năm"), [required])
    amount = WholeNumberField(_l("Chỉ tiêu"), [required])
    number = LineField(_l("Số quyết định"), [required, NumberWords()])
    decided_on = DayField(_l("Ngày ký quyết định"), [required])

    def validate(self, extra_validators: Any = None) -> bool:
        """A year somebody could mean; a decision that was signed."""
        fine: bool = super().validate(extra_validators)
        if self.year.data is not None and not 1990 <= self.year.data <= 2200:
            self.year.errors = [_("Năm không hợp lý.")]
            fine = False
        if self.decided_on.data and self.decided_on.data > clock.today():
            self.decided_on.errors = [_("Ngày quyết định ở tương lai.")]
            fine = False
        return fine


@blueprint.route("/chi-tieu/giao", methods=["GET", "POST"])
@permits("quota.give")
def give() -> ResponseReturnValue:
    """Give or change a unit's quota."""
    form = QuotaForm()
    reach = tree.current().below(units_with("quota.give"), ORGANISATIONS)
    form.unit.choices = with_empty(coded(reach))
    if form.validate_on_submit():
        unit = db.session.get_one(Unit, int(form.unit.data))
        services.give(
            unit, form.year.data, form.amount.data, form.number.data, form.decided_on.data, signed().account_id,
            on_behalf("quota.give", unit.id),
        )  # fmt: skip
        flash(_("Đã giao chỉ tiêu cho %(unit)s.", unit=unit.name), "done")
        if not services.has_one_above(unit, form.year.data):
            flash(_("Cấp trên của đơn vị này chưa được giao chỉ tiêu năm %(year)s.", year=form.year.data), "warn")
        return redirect(url_for("quotas.report", year=form.year.data), 303)
    if not form.is_filled():
        form.year.data = clock.today().year
    return render_template("quotas/give.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/chi-tieu")
@permits("quota.read")
def report() -> ResponseReturnValue:
    """Progress of a unit in reach against its quota, at a cut-off date."""
    reach, today = units_with("quota.read"), clock.today()
    error = ""
    try:
        as_of = parse_day(request.args["as_of"]) if request.args.get("as_of") else today
    except ValueError as problem:
        as_of, error = today, str(problem)
    typed = request.args.get("year", "")
    asked = whole(typed, 4)
    year = asked if asked is not None and 1990 <= asked <= 2200 else as_of.year
    if typed and str(year) != typed:
        error = _("Năm không hợp lý.")
    named = request.args.get("unit", "")
    own = [tree.current()[unit] for unit in tree.current().roots(reach)[:1]]
    meant = tree.current().named(named, reach) if named else own
    unit = db.session.get(Unit, meant[0].id) if len(meant) == 1 else None
    page = page_number()
    found = services.report(unit, year, min(as_of, date(year, 12, 31)), SHOWN, page) if unit else None
    return render_template(
        "quotas/report.html",
        report=found,
        page=page,
        shown=SHOWN,
        year=year,
        as_of=as_of,
        typed=request.args,
        error=error,
        meant=[(node, url_for("quotas.report", unit=node.code, year=year, as_of=day(as_of))) for node in meant],
        units=tree.current().offered(reach, ORGANISATIONS),
        may_give=may("quota.give"),
    ), 422 if error else 200
