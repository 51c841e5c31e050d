"""Pages of the acts that belong to no one stage."""

from flask import Blueprint

from dossiers.acting.across import FORMS
from dossiers.acting.road import add_acts
from dossiers.acting.rulebook import change_rulebook

blueprint = Blueprint("acting", __name__)
add_acts(blueprint, FORMS)
blueprint.add_url_rule("/quy-tac/chuyen", view_func=change_rulebook, methods=["GET", "POST"])
