"""Pages of monitoring after admission."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from dossiers.casework import stagepages
from dossiers.casework.acting import add_acts
from dossiers.monitoring.forms import FORMS
from dossiers.security import permits
from workflow.stages import Stage

blueprint = Blueprint("monitoring", __name__)
add_acts(blueprint, FORMS)


@blueprint.get("/sau-ket-nap")
@permits("dossier.read")
def stage() -> ResponseReturnValue:
    """The stage of monitoring."""
    return stagepages.render(Stage.MONITORING)
