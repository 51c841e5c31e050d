"""Pages of verification."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from dossiers.acting.road import add_acts
from dossiers.lists import stages
from dossiers.security import permits
from dossiers.verification.forms import FORMS
from workflow.stages import Stage

blueprint = Blueprint("verification", __name__)
add_acts(blueprint, FORMS)


@blueprint.get("/tham-tra")
@permits("list.read")
def stage() -> ResponseReturnValue:
    """The stage of verification."""
    return stages.render(Stage.VERIFICATION)
