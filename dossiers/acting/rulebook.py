"""Moving a dossier to another rulebook: an act of administration."""

import secrets

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.casework import loading
from dossiers.casework.act import Act, NotFound
from dossiers.casework.advance import advance
from dossiers.fields import ChoiceField, LineField, ParagraphField, Words, required
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.rules import services as rules
from dossiers.security import permits, signed
from workflow.facts import Evidence
from workflow.machine import Refused


class MoveForm(FlaskForm):
    """Move a dossier to another rulebook."""

    code = LineField(_l("Mã hồ sơ"), [required, Words(20)])
    rulebook = ChoiceField(_l("Bộ quy tắc"), [required])
    reason = ParagraphField(_l("Lý do"), [required, Words(2000)])


@permits("administration")
def change_rulebook() -> ResponseReturnValue:
    """Move a dossier to another rulebook; the administrator sees nothing of it but the code."""
    form = MoveForm()
    form.rulebook.choices = [(code, f"{code}: {say(book.title)}") for code, book in rules.books().items()]
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate() and _moved(form):
            flash(_("Đã chuyển hồ sơ sang bộ quy tắc %(book)s.", book=form.rulebook.data), "done")
            return redirect(url_for("rules.rulebooks"), 303)
    return render_template("acting/change_rulebook.html", form=form), status


def _moved(form: MoveForm) -> bool:
    act = Act(
        "change_rulebook",
        Evidence(clock.today(), reason=form.reason.data),
        key=secrets.token_hex(16),
        rulebook=form.rulebook.data,
    )
    try:
        version = loading.load_for_administration(form.code.data.upper()).version
        advance(form.code.data.upper(), act, signed(), version)
    except NotFound:
        form.code.errors = [_("Không có hồ sơ mang mã này.")]
        return False
    except Refused as refused:
        form.code.errors = [say(refusal.message) for refusal in refused.refusals]
        return False
    return True
