"""The report page."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.formatters import say
from dossiers.navigation import page_number
from dossiers.reports import services
from dossiers.security import permits, units_with
from dossiers.units import services as units
from dossiers.units import tree
from workflow.stages import STAGE_LABELS, STAGE_STATES, Stage

blueprint = Blueprint("reports", __name__)


@blueprint.get("/bao-cao")
@permits("quota.read")
def report() -> ResponseReturnValue:
    """Where the dossiers of a unit stand, and those of each unit under it."""
    tree_now, reach = tree.current(), units_with("quota.read")
    typed = request.args.get("unit", "")
    meant = tree_now.named(typed, reach) if typed else [tree_now[unit] for unit in tree_now.roots(reach)[:1]]
    unit = meant[0] if len(meant) == 1 else None
    page = page_number()
    own, parts, more = services.by_unit(unit, clock.today(), page) if unit else (None, [], False)
    return render_template(
        "reports/report.html",
        own=own,
        parts=parts,
        page=page,
        more=more,
        stages=list(Stage),
        labels={stage: say(STAGE_LABELS[stage]) for stage in Stage},
        stage_states=STAGE_STATES,
        typed=typed,
        meant=[(node, url_for("reports.report", unit=node.code)) for node in meant],
        units=tree_now.offered(reach, units.REPORTED),
    )
