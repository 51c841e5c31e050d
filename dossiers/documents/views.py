"""Texts of a dossier, as files; and whether a text is as it was made."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from dossiers import wire
from dossiers.casework import loading
from dossiers.casework.act import NotFound
from dossiers.casework.helping import roles_over
from dossiers.documents import checking, pages, services
from dossiers.documents.checking import VERDICT_LABELS, Told
from dossiers.fields import LineField, Words
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
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
        made = services.made(case, kind, suffix, sees_sensitive(roles), grade=request.args.get("do-mat", ""))
    except Unfit as error:
        flash(str(error), "error")
        return redirect(url_for("reading.papers", code=case.code), 303)
    except ValueError:  # no such grade
        abort(404)
    privacy.note(case.id, who.account_id, Part.TEXT, made.mark.removeprefix(f"{case.code} · "))
    return wire.named_file(
        made.content, services.MIMETYPES[suffix], services.file_name(case, kind, suffix), suffix != "pdf"
    )


class CheckForm(FlaskForm):
    """The code at the foot of a text."""

    code = LineField(_l("Dòng mã in ở chân văn bản"), [Words(200)])


@blueprint.route("/van-ban/kiem-tra", methods=["GET", "POST"])
@permits("dossier.read")
@contents
def check() -> ResponseReturnValue:
    """Whether a text is as it was made, by its code or its file; from there to the dossier, for who sees it."""
    form, found, problem = CheckForm(), list[dict[str, Any]](), ""
    if form.validate_on_submit():
        sent = request.files.get("file")
        if sent is not None and sent.filename:
            told, problem = _of_file(sent)
        else:
            mark = checking.mark_in(str(form.code.data or ""))
            told, problem = ([Told(mark, None)], "") if mark else ([], _("Đây không phải dòng mã của chương trình."))
        found = [_shown(one) for one in told]
    page = render_template("documents/check.html", form=form, found=found, problem=problem, labels=VERDICT_LABELS)
    return page, 422 if problem else 200


def _of_file(sent: FileStorage) -> tuple[list[Told], str]:
    """What is told of a file, or why it is not taken."""
    name, content = sent.filename or "", sent.read(checking.LARGEST + 1)
    if len(content) > checking.LARGEST:
        return [], _("Tệp quá lớn; văn bản của chương trình nhỏ hơn nhiều.")
    if content.startswith(b"%PDF-"):
        return checking.pdf(content), ""
    try:
        return checking.docx(name, content), ""
    except Unfit as error:
        return [], str(error)


def _shown(told: Told) -> dict[str, Any]:
    """What the page shows of a text: where it leads, for who may go there, and the verdict."""
    if not told.mark or told.number is not None:
        return {"told": told, "code": ""}
    try:
        case = loading.load_case(told.about, who := signed())
    except NotFound:
        return {"told": told, "code": "", "unseen": True}
    if told.verdict is None and sees_file(roles_over(who, case)):
        told = checking.against_today(told.mark, case)
        privacy.note(case.id, who.account_id, Part.TEXT)
    return {"told": told, "code": case.code}
