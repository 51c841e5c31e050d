"""The quota page."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from dossiers import clock
from dossiers.casework import worklist
from dossiers.extensions import db
from dossiers.fields import parse_day
from dossiers.quotas import services
from dossiers.security import permits, signed
from dossiers.units import services as units
from dossiers.units.models import Unit

blueprint = Blueprint("quotas", __name__)


@blueprint.get("/chi-tieu")
@permits("quota.read")
def report() -> ResponseReturnValue:
    """Progress of a unit in reach against its quota, at a cut-off date."""
    who, today = signed(), clock.today()
    error = ""
    try:
        as_of = parse_day(request.args["as_of"]) if request.args.get("as_of") else today
    except ValueError as problem:
        as_of, error = today, str(problem)
    typed = request.args.get("year", "")
    year = int(typed) if typed.isdigit() and 1990 <= int(typed) <= 2200 else as_of.year
    if typed and str(year) != typed:
        error = _("Năm không hợp lý.")
    scope = worklist.scope_of(who, request.args.get("unit", "")[:20])
    unit = db.session.get(Unit, scope[0]) if scope else None
    found = services.report(unit, year, min(as_of, date(year, 12, 31))) if unit else None
    return render_template(
        "quotas/report.html",
        report=found,
        year=year,
        as_of=as_of,
        typed=request.args,
        error=error,
        units=units.below(who.reading_units, ("upper_committee", "grassroots_committee", "grassroots_cell")),
    ), 422 if error else 200
