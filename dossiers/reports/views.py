"""The report page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.formatters import say
from dossiers.lists import worklist
from dossiers.reports import services
from dossiers.security import permits, signed
from dossiers.units import services as units
from dossiers.units import tree
from workflow.stages import STAGE_LABELS, STAGE_STATES, Stage

blueprint = Blueprint("reports", __name__)


@blueprint.get("/bao-cao")
@permits("quota.read")
def report() -> ResponseReturnValue:
    """Where the dossiers of a unit stand, and those of each unit under it."""
    who = signed()
    scope = worklist.scope_of(who, request.args.get("unit", "")[:20])
    unit = tree.current()[scope[0]] if scope else None
    own, parts = services.by_unit(unit, clock.today()) if unit else (None, [])
    return render_template(
        "reports/report.html",
        own=own,
        parts=parts,
        stages=list(Stage),
        labels={stage: say(STAGE_LABELS[stage]) for stage in Stage},
        stage_states=STAGE_STATES,
        typed=request.args,
        units=tree.current().choices(who.reading_units, units.REPORTED),
    )
