"""Texts of a dossier, as files."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from dossiers import wire
from dossiers.casework import loading
from dossiers.casework.helping import roles_over
from dossiers.documents import pages, services
from dossiers.papers.judging import Unfit
from dossiers.people.personal import sees_file, sees_sensitive
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.profile import contents
from dossiers.rules import services as rules
from dossiers.security import permits, signed

blueprint = Blueprint("documents", __name__)
pages.add_pages(blueprint)


@blueprint.get("/ho-so/<code>/van-ban/<form>.<any(pdf, docx):suffix>")
@permits("dossier.read")
@contents
def text(code: str, form: str, suffix: str) -> ResponseReturnValue:
    """A text of a dossier, drawn up from what is known today, for who sees the file."""
    who = signed()
    case = loading.load_case(code, who)
    roles = roles_over(who, case)
    if not sees_file(roles):
        abort(403)
    kind = services.kind_of(form, rules.books()[case.rulebook])
    if kind is None:
        abort(404)
    try:
        made = services.made(case, kind, suffix, sees_sensitive(roles))
    except Unfit as error:
        flash(str(error), "error")
        return redirect(url_for("reading.papers", code=case.code), 303)
    privacy.note(case.id, who.account_id, Part.TEXT, made.mark.removeprefix(f"{case.code} · "))
    return wire.named_file(
        made.content, services.MIMETYPES[suffix], services.file_name(case, kind, suffix), suffix != "pdf"
    )
