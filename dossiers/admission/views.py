"""Pages of admission."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from dossiers.admission.forms import FORMS
from dossiers.casework import stagepages
from dossiers.casework.acting import add_acts
from dossiers.security import permits
from workflow.stages import Stage

blueprint = Blueprint("admission", __name__)
add_acts(blueprint, FORMS)


@blueprint.get("/xet-ket-nap")
@permits("dossier.read")
def stage() -> ResponseReturnValue:
    """The stage of admission."""
    return stagepages.render(Stage.ADMISSION)
