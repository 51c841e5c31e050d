"""The report page."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.formatters import say
from dossiers.lists import worklist
from dossiers.lists.pages import page_number
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
    scope = worklist.scope_of(who, "")
    typed = request.args.get("unit", "")
    meant = tree.current().named(typed, who.reading_units) if typed else [tree.current()[unit] for unit in scope[:1]]
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
        units=tree.current().offered(who.reading_units, units.REPORTED),
    )
