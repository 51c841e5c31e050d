"""Pages of the acts that belong to no one stage."""

from flask import Blueprint

from dossiers.acting.across import FORMS
from dossiers.acting.correcting import correct
from dossiers.acting.road import add_acts
from dossiers.acting.rulebook import change_many, change_rulebook
from dossiers.acting.rulebooks import addresses
from dossiers.acting.scans import take_uploads
from dossiers.acting.together_views import cover_list, together
from dossiers.casework.correcting import PROPOSAL
from workflow.replay import CORRECTION

blueprint = Blueprint("acting", __name__)
add_acts(blueprint, FORMS)
take_uploads(blueprint, "acting.attach_scan")
for trigger in (CORRECTION, PROPOSAL):
    blueprint.add_url_rule(f"/ho-so/<code>/{trigger}", trigger, correct, methods=["GET", "POST"])
blueprint.add_url_rule("/lam-chung/ban-ke.<any(pdf, docx):suffix>", view_func=cover_list)
blueprint.add_url_rule("/lam-chung", view_func=together, methods=["GET", "POST"])
blueprint.add_url_rule("/quy-tac/chuyen", view_func=change_rulebook, methods=["GET", "POST"])
blueprint.add_url_rule("/quy-tac/chuyen-nhieu", view_func=change_many, methods=["GET", "POST"])
for address, view, methods in addresses():
    blueprint.add_url_rule(address, view_func=view, methods=methods)
