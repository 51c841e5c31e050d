"""Pages of verification."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from dossiers.casework import stagepages
from dossiers.casework.acting import add_acts
from dossiers.security import permits
from dossiers.verification.forms import FORMS
from workflow.stages import Stage

blueprint = Blueprint("verification", __name__)
add_acts(blueprint, FORMS)


@blueprint.get("/tham-tra")
@permits("dossier.read")
def stage() -> ResponseReturnValue:
    """The stage of verification."""
    return stagepages.render(Stage.VERIFICATION)
