"""Rulebooks loaded as files: loading, looking at what would change, confirming."""

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField

from dossiers.acting.trying import lines_of
from dossiers.casework import trials
from dossiers.fields import LineField, Words, required, whole
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.navigation import page_number
from dossiers.rules import files
from dossiers.rules import services as rules
from dossiers.rules.files import Loaded
from dossiers.security import permits, signed, units_with
from dossiers.units import tree
from workflow.rulebook import RulebookError, in_force
from workflow.rulefile import MOST_BYTES, Finding
from workflow.words import differences

SIZE = 50


class LoadForm(FlaskForm):
    """A rulebook's file, and what it rests on."""

    ground = LineField(_l("Theo văn bản nào"), [required, Words(300)])
    tep = FileField(_l("Tệp bộ quy tắc"), render_kw={"accept": ".toml,.txt"})


def _one(number: int) -> Loaded:
    found = files.one(number)
    if found is None:
        abort(404)
    return found


def may_decide() -> bool:
    """Whether whoever asks confirms rules for the whole instance: by a role held at the top of the tree."""
    units = tree.current()
    return any(len(units[unit].chain) == 1 for unit in units_with("rulebook.confirm"))


@permits("rulebook.confirm")
def loaded() -> ResponseReturnValue:
    """What was loaded, newest first, with who loaded and who confirmed."""
    at = page_number()
    found = files.page((at - 1) * SIZE, SIZE + 1)
    return render_template("acting/loaded.html", found=found[:SIZE], next_page=at + 1 if len(found) > SIZE else None)


@permits("administration")
def load_file() -> ResponseReturnValue:
    """Load a rulebook: it is checked, kept, and run dry; every fault is shown with its line, and nothing is kept."""
    form = LoadForm()
    findings: tuple[Finding, ...] = ()
    form.tep.flags.required = True
    if form.is_submitted():
        sent = request.files.get("tep")
        content = sent.read(MOST_BYTES + 1) if sent else b""
        fine = form.validate()
        if not content:
            form.tep.errors = [_("Chọn tệp của bộ quy tắc.")]
        elif fine:
            file, found = files.load(content, form.ground.data, signed().account_id)
            if file is not None:
                trials.begin(file)
                flash(_("Đã nạp bộ quy tắc; nó chờ người thứ hai xác nhận."), "done")
                return redirect(url_for("acting.loaded_one", number=file.id), 303)
            findings = found.findings
        else:
            findings = files.checked(content).findings
    status = 422 if form.is_submitted() else 200
    return render_template("acting/load_rulebook.html", form=form, findings=findings, most=MOST_BYTES), status


@permits("rulebook.confirm")
def loaded_one(number: int) -> ResponseReturnValue:
    """One version that was loaded: its hash, what it says otherwise than the one before it, its dry run."""
    found, who = _one(number), signed()
    try:
        book = files.book_of(found.file)
    except RulebookError:
        book = None
    books = rules.books()
    before = None
    if book is not None:
        others = {code: other for code, other in books.items() if code != book.code}
        before = books.get(book.code) if found.waits else None
        before = before or in_force(book.in_force_from, others)
    trial = trials.of(number)
    return render_template(
        "acting/loaded_one.html",
        one=found,
        book=book,
        before=before,
        lines=differences(before, book) if book is not None and before is not None else (),
        trial=trial,
        stale=trial is not None and trials.is_stale(trial),
        decides=may_decide(),
        fault=files.fault_of_deciding(found.file, who) if found.waits else None,
    )


@permits("rulebook.confirm")
def loaded_text(number: int) -> ResponseReturnValue:
    """The whole text of a version, as it was loaded."""
    file = _one(number).file
    response = Response(file.text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file.code}-{file.version}.toml"'
    return response


@permits("rulebook.confirm")
def decide_loaded(number: int, how: str) -> ResponseReturnValue:
    """Confirm a version, which is then among the rules, or refuse it."""
    if how not in ("xac-nhan", "khong-dong-y"):
        abort(404)
    found, who, confirm = _one(number), signed(), how == "xac-nhan"
    if not may_decide() and (confirm or found.file.loaded_by_id != who.account_id):
        abort(403)
    trial = trials.of(number)
    if confirm and found.waits and (trial is None or not trial.done or trials.is_stale(trial)):
        fault: str | None = _("Chạy thử xong rồi mới xác nhận: người xác nhận phải thấy điều gì thay đổi.")
    else:
        fault = files.decide(number, confirm, who)
    if fault is not None:
        flash(fault, "error")
    elif confirm:
        flash(_("Đã xác nhận; bộ quy tắc có hiệu lực từ ngày của nó."), "done")
    else:
        flash(_("Đã ghi không đồng ý; bộ quy tắc không có hiệu lực."), "done")
    return redirect(url_for("acting.loaded_one", number=number), 303)


@permits("rulebook.confirm")
def dry_run(number: int) -> ResponseReturnValue:
    """The dossiers that a version would mean something for, a page at a time; sent: it is run anew."""
    found = _one(number)
    if request.method == "POST":
        if found.waits:
            trials.begin(found.file)
        return redirect(url_for("acting.dry_run", number=number), 303)
    trial = trials.of(number)
    if trial is None:
        return redirect(url_for("acting.loaded_one", number=number), 303)
    only_refused = request.args.get("chi") == "tu-choi"
    page = trials.page(number, whole(request.args.get("sau", "")) or 0, only_refused)
    book = files.book_of(found.file)
    return render_template(
        "acting/dry_run.html",
        one=found,
        trial=trial,
        stale=trials.is_stale(trial),
        only_refused=only_refused,
        lines=list(lines_of(page, book)),
        following=page[-1].id if len(page) == trials.PAGE else None,
    )


def addresses() -> Iterator[tuple[str, Any, list[str]]]:
    """The address, view and methods of each page."""
    yield "/quy-tac/da-nap", loaded, ["GET"]
    yield "/quy-tac/nap", load_file, ["GET", "POST"]
    yield "/quy-tac/da-nap/<int:number>", loaded_one, ["GET"]
    yield "/quy-tac/da-nap/<int:number>/toan-van", loaded_text, ["GET"]
    yield "/quy-tac/da-nap/<int:number>/chay-thu", dry_run, ["GET", "POST"]
    yield "/quy-tac/da-nap/<int:number>/<how>", decide_loaded, ["POST"]
