"""The administrator's pages of texts: the template in force, its fields; loading, trying, confirming, taking again."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock, wire
from dossiers.documents import converting, marking, starting, templates
from dossiers.documents.composing import Beside
from dossiers.documents.models import TextTemplate
from dossiers.documents.templates import NotTaken
from dossiers.fields import DayField, LineField, Words, required
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.navigation import page_number
from dossiers.papers.judging import Unfit
from dossiers.profile import contents
from dossiers.security import permits, signed, units_with
from dossiers.units import tree
from workflow.papers import Kind

SIZE = 30
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class UseForm(FlaskForm):
    """From when a version is to be used, and by what text."""

    since = DayField(_l("Dùng cho văn bản từ ngày"), [required])
    ground = LineField(_l("Theo văn bản nào"), [required, Words(300)])


def _kind(text: str) -> Kind | Beside:
    found = templates.known().get(text)
    if found is None:
        abort(404)
    return found


def _holds_at_the_top(permission: str) -> bool:
    """Whether whoever asks holds a permission by a role at the top of the tree: a template is one for all of it."""
    units = tree.current()
    return any(len(units[unit].chain) == 1 for unit in units_with(permission))


def _form_of(kind: Kind | Beside) -> str:
    """The form a text is under the rulebook of today."""
    forms = templates.book()
    return forms.form(kind) if isinstance(kind, Kind) and kind in forms.kinds else ""


@permits("templates.confirm")
@contents
def texts() -> ResponseReturnValue:
    """Every text with the template in force today and what waits."""
    return render_template("documents/texts.html", lines=templates.lines(), form_of=_form_of, called=templates.called)


@permits("templates.confirm")
@contents
def text_template(text: str) -> ResponseReturnValue:
    """One text: what is in force, which fields can be marked, which versions were used; sent: a new version."""
    kind, form = _kind(text), UseForm()
    wrong: tuple[str, ...] = ()
    loads = _holds_at_the_top("administration")
    if request.method == "POST":
        if not loads:
            abort(403)
        sent = request.files.get("tep")
        try:
            content = sent.read(1000 * int(current_app.config["TEMPLATE_KILOBYTES"]) + 1) if sent else b""
            if form.validate():
                template = templates.load(kind, content, form.since.data, form.ground.data, signed())
                flash(_("Đã kiểm tra và nạp; mẫu chờ người thứ hai xác nhận."), "done")
                return redirect(url_for("documents.version", text=text, number=template.version), 303)
        except NotTaken as error:
            wrong = error.sentences
    elif not form.is_filled():
        form.since.data = clock.today()
    at = page_number()
    found = templates.uses(kind, (at - 1) * SIZE, SIZE + 1)
    page = render_template(
        "documents/text.html",
        kind=kind,
        called=templates.called(kind),
        form_nr=_form_of(kind),
        now=templates.of_day(kind, clock.today()),
        groups=marking.groups(templates.book()),
        uses=found[:SIZE],
        next_page=at + 1 if len(found) > SIZE else None,
        form=form,
        wrong=wrong,
        loads=loads,
        by_office=converting.is_set(),
        most=current_app.config["TEMPLATE_KILOBYTES"],
    )
    return page, 422 if request.method == "POST" else 200


def _version(kind: Kind | Beside, number: int) -> tuple[TextTemplate | None, str]:
    """A version and who loaded it; None for the shipped one, 0. Aborts where there is none."""
    if number == 0:
        return None, ""
    found = templates.version(kind, number)
    if found is None:
        abort(404)
    return found


@permits("templates.confirm")
@contents
def version(text: str, number: int) -> ResponseReturnValue:
    """A version with its text on the sample, and whether it waits; sent: it is asked for again."""
    kind, form, who = _kind(text), UseForm(), signed()
    template, loaded_by = _version(kind, number)
    asks = _holds_at_the_top("administration")
    wrong: tuple[str, ...] = ()
    if request.method == "POST":
        if not asks:
            abort(403)
        try:
            if form.validate():
                templates.ask(kind, template, form.since.data, form.ground.data, who)
                flash(_("Đã đề nghị; mẫu chờ người thứ hai xác nhận."), "done")
                return redirect(url_for("documents.version", text=text, number=number), 303)
        except NotTaken as error:
            wrong = error.sentences
    elif not form.is_filled():
        form.since.data = clock.today()
    waits = templates.waiting_use(kind, number)
    now = templates.of_day(kind, clock.today())
    page = render_template(
        "documents/version.html",
        kind=kind,
        called=templates.called(kind),
        form_nr=_form_of(kind),
        number=number,
        template=template,
        loaded_by=loaded_by,
        words=template.words.splitlines() if template else starting.words(kind, marking.sample(templates.book())),
        is_now=(now.version if now else 0) == number,
        waits=waits,
        fault=templates.fault_of_deciding(waits.use, who) if waits else None,
        decides=_holds_at_the_top("templates.confirm"),
        form=form,
        wrong=wrong,
        asks=asks,
    )
    return page, 422 if request.method == "POST" else 200


@permits("templates.confirm")
@contents
def starting_file(text: str) -> ResponseReturnValue:
    """The shipped text as a template to begin with."""
    kind = _kind(text)
    return wire.named_file(starting.starter(kind), _DOCX, f"{_('Mẫu gốc')} {templates.called(kind)}.docx", saved=True)


@permits("templates.confirm")
@contents
def version_file(text: str, number: int) -> ResponseReturnValue:
    """The file of a version, as it was kept."""
    return _file(text, number, is_sample=False)


@permits("templates.confirm")
@contents
def version_sample(text: str, number: int) -> ResponseReturnValue:
    """The text a version makes of the sample."""
    return _file(text, number, is_sample=True)


def _file(text: str, number: int, is_sample: bool) -> ResponseReturnValue:
    kind = _kind(text)
    template, _by = _version(kind, number)
    if template is None:
        abort(404)
    try:
        content = templates.content(template)
        made = templates.tried(content).made if is_sample else content
    except (NotTaken, Unfit) as error:
        flash(str(error), "error")
        return redirect(url_for("documents.version", text=text, number=number), 303)
    name = _("Xem thử") if is_sample else _("Mẫu")
    return wire.named_file(made, _DOCX, f"{name} {number} {templates.called(kind)}.docx", saved=True)


@permits("templates.confirm")
@contents
def decide_use(number: int, how: str) -> ResponseReturnValue:
    """Confirm that a version is used, or refuse it."""
    found = templates.use(number)
    if found is None or how not in ("xac-nhan", "khong-dong-y"):
        abort(404)
    who, confirm = signed(), how == "xac-nhan"
    if not _holds_at_the_top("templates.confirm") and (confirm or found.use.asked_by_id != who.account_id):
        abort(403)
    text = found.use.text
    fault = templates.decide(found.use, confirm, who)
    if fault is not None:
        flash(fault, "error")
    elif confirm:
        flash(_("Đã xác nhận; văn bản từ ngày đó làm theo mẫu này."), "done")
    else:
        flash(_("Đã ghi không đồng ý; mẫu không được dùng."), "done")
    return redirect(url_for("documents.version", text=text, number=found.version), 303)


def add_pages(blueprint: Blueprint) -> None:
    """Give these pages their addresses; the one that takes a file takes more than other pages do."""
    of_text, of_version = "/mau-van-ban/<text>", "/mau-van-ban/<text>/ban/<int:number>"
    both = ["GET", "POST"]
    blueprint.add_url_rule("/mau-van-ban", view_func=texts)
    blueprint.add_url_rule(of_text, view_func=text_template, methods=both)
    blueprint.add_url_rule(f"{of_text}/mau-goc.docx", view_func=starting_file)
    blueprint.add_url_rule(of_version, view_func=version, methods=both)
    blueprint.add_url_rule(f"{of_version}/tep.docx", view_func=version_file)
    blueprint.add_url_rule(f"{of_version}/xem-thu.docx", view_func=version_sample)
    blueprint.add_url_rule("/mau-van-ban/de-nghi/<int:number>/<how>", view_func=decide_use, methods=["POST"])

    @blueprint.url_value_preprocessor
    def more(asked: str | None, _values: dict[str, Any] | None) -> None:
        if asked == "documents.text_template" and "_user_id" in session:
            request.max_content_length = 1000 * int(current_app.config["TEMPLATE_KILOBYTES"]) + 100_000
