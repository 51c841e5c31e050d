"""Pages of monitoring after admission."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from dossiers.acting.road import add_acts
from dossiers.lists import stages
from dossiers.monitoring.forms import FORMS
from dossiers.security import permits
from workflow.stages import Stage

blueprint = Blueprint("monitoring", __name__)
add_acts(blueprint, FORMS)


@blueprint.get("/sau-ket-nap")
@permits("dossier.read")
def stage() -> ResponseReturnValue:
    """The stage of monitoring."""
    return stages.render(Stage.MONITORING)
