"""Pages of admission."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from dossiers.acting.road import add_acts
from dossiers.admission.forms import FORMS
from dossiers.lists import stages
from dossiers.security import permits
from workflow.stages import Stage

blueprint = Blueprint("admission", __name__)
add_acts(blueprint, FORMS)


@blueprint.get("/xet-ket-nap")
@permits("list.read")
def stage() -> ResponseReturnValue:
    """The stage of admission."""
    return stages.render(Stage.ADMISSION)
