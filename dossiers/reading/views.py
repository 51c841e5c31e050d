"""The page of a dossier."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from dossiers.casework import advance, loading
from dossiers.reading import page as reading
from dossiers.reading.timeline import timeline
from dossiers.security import permits, signed

blueprint = Blueprint("reading", __name__)


def _number(name: str) -> int | None:
    typed = request.args.get(name, "")
    return int(typed) if typed.isdigit() and len(typed) < 9 else None


@blueprint.get("/ho-so/<code>")
@permits("dossier.read")
def dossier(code: str) -> ResponseReturnValue:
    """One dossier: where it stands, whose turn, until when, what is missing, what comes next, what happened."""
    who = signed()
    case = loading.load_case(code, who)
    advance.log.info("read", dossier=code, account=who.account_id)
    page = reading.dossier_page(case, who)
    full = page.full_view
    return render_template(
        "reading/dossier.html",
        page=page,
        **reading.grouped(page),
        lines=timeline(case, before=_number("truoc"), personal=full),
        papers=reading.papers(case),
        votes=reading.votes(case),
        relatives=reading.relatives(case) if full else [],
        companions=reading.companions(case) if full else [],
        past=reading.past_deadlines(case),
    )
