"""Pages of decisions: the desk, signing, and the number registers."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.acting.sent import sent_key
from dossiers.casework.act import Done
from dossiers.casework.many import Answer
from dossiers.decisions import desk as desks
from dossiers.decisions import numbers, signing
from dossiers.decisions.desk import Desk, File
from dossiers.decisions.forms import OpenForm, SpoilForm, keeping
from dossiers.decisions.signing import Signing
from dossiers.fields import parse_day, whole
from dossiers.formatters import day as day_in_words
from dossiers.languages import gettext as _
from dossiers.meetings import services as meetings
from dossiers.meetings.models import Meeting
from dossiers.meetings.services import Moved, Shut
from dossiers.papers import registers
from dossiers.papers.registers import RUNS_LABELS, SERIES_LABELS, Book, NotNext, Opened, Taken
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.security import on_behalf, permits, permitted, signed, units_with
from dossiers.units import tree
from workflow.votes import Body

blueprint = Blueprint("decisions", __name__)
LONGEST = 2000
"""So long a note of the board may be."""


@blueprint.route("/quyet-dinh", methods=["GET", "POST"])
@permits("decision.prepare")
def desk() -> ResponseReturnValue:
    """The desk of the bodies one works for: several dossiers are prepared, or drafts approved, together."""
    who = signed()
    if request.method == "GET":
        return _desk_page(desks.desk(who), who, 200)
    trigger = request.form.get("act", "")
    if trigger not in desks.ACTS:
        abort(400)
    picked = request.form.getlist("pick")
    try:
        day, wrong = parse_day(request.form.get("day", "")), ""
    except ValueError as error:
        day, wrong = clock.today(), str(error)
    notes = {name.removeprefix("note-"): text.strip() for name, text in request.form.items() if name[:5] == "note-"}
    too_long = [code for code, text in notes.items() if len(text) > LONGEST]
    if not picked or wrong or too_long:
        said = wrong or (
            _("Ý kiến dài quá %(n)s ký tự: %(codes)s.", n=LONGEST, codes=", ".join(too_long))
            if too_long else _("Chưa chọn hồ sơ nào.")
        )  # fmt: skip
        flash(said, "error")
        found = desks.desk(who, _said(None, picked, notes))
        return _desk_page(found, who, 422, request.form.get("day", ""), trigger, wrong)
    really = request.form.get("step") == "do"

    def key(*about: object) -> str | None:
        return sent_key(request.form.get("act_key"), *about)

    acts = desks.acts_on(trigger, picked, day, notes, who, key)
    acts = [(case, act) for case, act in acts if request.form.get(f"version-{case.code}") == str(case.version)]
    answers = desks.done(acts, who, really)
    went = sum(isinstance(answer, Done) for answer in answers.values())
    moved = [code for code in picked if code not in answers]
    if moved:
        flash(_("Không còn như trang đã hiện, xem lại: %(codes)s.", codes=", ".join(moved)[:300]), "warn")
    if really and went:
        flash(
            _("Đã trình %(n)s hồ sơ.", n=went) if trigger == desks.PREPARE else _("Đã duyệt %(n)s dự thảo.", n=went),
            "done",
        )
    unsent = any(text for code, text in notes.items() if code not in picked)  # typed at others: it stays
    if really and went == len(picked) and not unsent:
        return redirect(url_for("decisions.desk"), 303)
    found = desks.desk(who, _said(answers, picked, notes))
    return _desk_page(found, who, 422 if really and went < len(picked) else 200, day_in_words(day), trigger)


def _said(answers: dict[str, Answer] | None, picked: list[str], notes: dict[str, str]) -> Callable[[File], File]:
    """Beside each file what was typed, and what becomes of it (`answers` None: nothing was asked). What was refused is
    chosen no more, unless all of it was: then what they share is wrong, the day.
    """
    went = any(isinstance(answer, Done) for answer in (answers or {}).values())

    def said(file: File) -> File:
        code = file.case.code
        answer = (answers or {}).get(code) if code in picked else None
        fine = isinstance(answer, Done)
        return replace(
            file, note=notes.get(code, ""), refused=() if answer is None else desks.reasons(answer), fine=fine,
            picked=code in picked if answers is None else fine or (answer is not None and not went),
        )  # fmt: skip

    return said


def _desk_page(
    found: Desk, who: Signed, status: int, day: str = "", trigger: str = "", wrong: str = ""
) -> ResponseReturnValue:
    page = render_template(
        "decisions/desk.html",
        found=found,
        waiting=signing.waiting(who),
        title=meetings.title,
        units=tree.current(),
        day=day,
        trigger=trigger,
        wrong=wrong,
        act_key=secrets.token_hex(16),
    )
    return page, status


@blueprint.route("/quyet-dinh/ky/<int:number>", methods=["GET", "POST"])
@permits("decision.prepare")
def sign(number: int) -> ResponseReturnValue:
    """Sign decisions of a meeting: which of them, on which day; what each would get, and why one cannot be signed."""
    who = signed()
    meeting = meetings.load(number, who)
    if not meetings.may_hold(meeting, who):
        abort(403)
    if meeting.closed or meeting.cancelled_at:
        flash(_("Cuộc họp đã khóa; không còn quyết định nào chờ ký."), "warn")
        return redirect(url_for("decisions.desk"), 303)
    typed = (request.form if request.method == "POST" else request.args).get("ngay", "")
    chosen = {nr for one in request.form.getlist("pick") if (nr := whole(one)) is not None}
    try:
        day = parse_day(typed) if typed else clock.today()
    except ValueError as error:
        flash(str(error), "error")
        found = signing.look(meeting, who, clock.today())
        return _signing_page(found, 422, chosen or None, typed, str(error))
    if request.method == "GET":
        return _signing_page(signing.look(meeting, who, day), 200)
    if not chosen:
        flash(_("Chưa chọn quyết định nào."), "error")
        return _signing_page(signing.look(meeting, who, day), 422)
    if request.form.get("step") != "sign":
        return _signing_page(signing.look(meeting, who, day, chosen), 200, chosen)
    try:
        went = signing.sign(number, who, day, chosen)
    except signing.NotSigned as refused:
        flash(_("Chưa ký quyết định nào; lý do ở từng dòng."), "error")
        return _signing_page(refused.signing, 422)
    except Shut:
        flash(_("Người khác vừa ký hoặc khóa cuộc họp này."), "warn")
        return redirect(url_for("decisions.desk"), 303)
    except Moved:
        flash(_("Người khác vừa sửa cuộc họp này. Chưa ký gì; xem lại rồi ký."), "warn")
        return _signing_page(signing.look(meetings.load(number, who), who, day), 409)
    flash(_("Đã ký %(n)s quyết định.", n=went), "done")
    return redirect(url_for("decisions.desk"), 303)


def _signing_page(
    found: Signing, status: int, chosen: set[int] | None = None, typed: str = "", wrong: str = ""
) -> ResponseReturnValue:
    meeting: Meeting = found.meeting
    page = render_template(
        "decisions/sign.html",
        found=found,
        meeting=meeting,
        title=meetings.title(meeting),
        body=meetings.SHORT[Body(meeting.body)],
        unit=tree.current()[meeting.unit_id],
        units=tree.current(),
        chosen=chosen,
        typed=typed,
        wrong=wrong,
        others=len(found.now.lines) - len(found.lines) if chosen is None else 0,
    )
    return page, status


@blueprint.get("/so-van-ban", endpoint="registers")
@permits("numbers.read")
def register_list() -> ResponseReturnValue:
    """The registers of one's units, with the next number of each."""
    books = _visible_books()
    following = registers.next_numbers(books, clock.today())
    return render_template(
        "decisions/registers.html", books=books, following=following, labels=SERIES_LABELS, runs=RUNS_LABELS,
        units=tree.current(), keeps=bool(units_with("numbers.keep")),
    )  # fmt: skip


def _visible_books() -> list[Book]:
    return registers.books_of(tree.current().all_below(units_with("numbers.read")))


def _book(number: int) -> Book:
    """A register of a unit within one's own; 404 for any other."""
    book = registers.load(number)
    if book is None or not permitted("numbers.read", book.unit_id):
        abort(404)
    return book


@blueprint.route("/so-van-ban/moi", methods=["GET", "POST"])
@permits("numbers.keep")
def open_register() -> ResponseReturnValue:
    """Begin a register."""
    form = OpenForm()
    form.prepare(keeping(units_with("numbers.keep")))
    if form.validate_on_submit():
        try:
            number = registers.open_book(
                form.unit.data, form.series.data, form.sign_behind, form.runs.data, form.begins_on.data,
                form.first.data, signed().account_id, on_behalf("numbers.keep", form.unit.data),
            )  # fmt: skip
        except Opened:
            form.begins_on.errors = [_("Sổ đang dùng bắt đầu sau ngày này; sổ mới phải bắt đầu sau.")]
        else:
            flash(_("Đã mở sổ."), "done")
            return redirect(url_for("decisions.register", number=number), 303)
    return render_template("decisions/open.html", form=form), 422 if form.is_submitted() else 200


def _about(book: Book) -> dict[str, Any]:
    there = numbers.left_out(book)
    usual = book.period(clock.today())
    asked = request.args.get("ky", usual if usual in there else next(iter(there), usual))
    if asked not in (*there, usual):
        abort(404)
    return {
        "book": book,
        "period": asked,
        "periods": list(there),
        "missing": there.get(asked, 0),
        "unit": tree.current()[book.unit_id],
        "label": SERIES_LABELS[book.series],
        "runs": RUNS_LABELS[book.runs],
        "units": tree.current(),
    }


@blueprint.route("/so-van-ban/<int:number>", methods=["GET", "POST"])
@permits("numbers.read")
def register(number: int) -> ResponseReturnValue:
    """A register, the newest number first; a number that no text bears is declared spoiled here."""
    book = _book(number)
    about, keeps = _about(book), permitted("numbers.keep", book.unit_id)
    form = SpoilForm()
    if request.method == "POST":
        if not keeps:
            abort(403)
        if form.validate_on_submit():
            try:
                behalf = on_behalf("numbers.keep", book.unit_id)
                registers.spoil(book, about["period"], form.nr.data, form.ground.data, signed().account_id, behalf)
            except NotNext:
                form.nr.errors = [_("Số này chưa đến lượt, hoặc nằm trước số đầu tiên của sổ.")]
            except Taken:
                form.nr.errors = [_("Số này đã cấp cho một văn bản trong hồ sơ, hoặc đã hủy.")]
            else:
                flash(_("Đã ghi số hỏng vào sổ."), "done")
                return redirect(url_for("decisions.register", number=number, ky=about["period"] or None), 303)
    size = int(current_app.config["PAGE_SIZE"])
    lines, more = numbers.entries(book, about["period"], size, whole(request.args.get("tu", "")))
    page = render_template(
        "decisions/register.html", lines=lines, more=more, form=form, keeps=keeps, **about,
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/so-van-ban/<int:number>/in")
@permits("numbers.read")
def printed(number: int) -> ResponseReturnValue:
    """The register as a book, for the printer: from its first number on."""
    book = _book(number)
    about = _about(book)
    lines, _more = numbers.entries(book, about["period"], numbers.PRINTED)
    dossiers = [line.row.dossier_id for line in lines if line.row is not None and line.row.dossier_id]
    privacy.note_many(dossiers, signed().account_id, Part.PRINT, f"{book.series} {book.sign}")
    above = tree.current().name(about["unit"].parent_id)
    return render_template("decisions/printed.html", lines=lines[::-1], above=above, **about)
