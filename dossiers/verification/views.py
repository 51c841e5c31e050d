"""Pages of verification: the stage, the desk with its letters, requests to one's own units."""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers import wire
from dossiers.acting.road import act, add_acts, know_forms
from dossiers.casework import answered
from dossiers.casework.helping import roles_over
from dossiers.casework.loading import load_cases
from dossiers.documents import letters
from dossiers.documents import services as documents
from dossiers.documents.letters import Wanted
from dossiers.inquiries import reading
from dossiers.languages import gettext as _
from dossiers.languages import ngettext
from dossiers.lists import stages, worklist
from dossiers.people import reading as people
from dossiers.people.personal import sees_file
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.profile import contents
from dossiers.security import WITH_FRAME, permits, signed, units_with
from dossiers.units import tree
from dossiers.verification import incoming
from dossiers.verification.cv_forms import CvForm
from dossiers.verification.desk import (
    SIZE,
    DeskForm,
    Pick,
    Tried,
    as_address,
    desk,
    filter_of,
    parse_picks,
    remind,
    send,
)
from dossiers.verification.forms import FORMS
from dossiers.verification.incoming import ReplyForm
from workflow.stages import Stage

blueprint = Blueprint("verification", __name__)
add_acts(blueprint, FORMS)
know_forms({"write_cv": CvForm})

PRINTED = 200
"""So many dossiers of the desk are printed at most."""


@blueprint.route("/ho-so/<code>/write_cv", methods=["GET", "POST"])
@permits("dossier.act")
@contents
def write_cv(code: str) -> ResponseReturnValue:
    """A section of the CV, with the scan of the handwritten original beside it in a frame."""
    answer = make_response(act(code, "write_cv", CvForm))
    answer.headers["Content-Security-Policy"] = WITH_FRAME
    return answer


@blueprint.get("/tham-tra")
@permits("list.read")
def stage() -> ResponseReturnValue:
    """The stage of verification."""
    return stages.render(Stage.VERIFICATION)


@blueprint.route("/tham-tra/ban", methods=["GET", "POST"], endpoint="desk")
@permits("request.send")
@contents
def desk_view() -> ResponseReturnValue:
    """The desk: everybody in verification, person by person; requests and reminders sent for many at once."""
    who, is_printed = signed(), request.args.get("in") == "1"
    chosen = filter_of(
        " ".join(request.args.get("unit", "").split())[:60], request.args.get("overdue") == "1",
        request.args.get("after", "")[:400],
    )  # fmt: skip
    size = min(SIZE, int(current_app.config["PAGE_SIZE"]))
    found = desk(chosen, who, PRINTED if is_printed else size)
    form, tried = DeskForm(), None
    form.fit(found.entries, secrets.token_hex(12))
    picks = parse_picks(request.form.getlist("chon"), letters.MOST)
    if request.method == "POST" and request.form.get("viec") == "letters" and picks:
        return redirect(_letters(picks), 303)
    if request.method == "POST" and form.validate():
        tried = remind(picks, form, who) if request.form.get("viec") == "remind" else send(form, who)
        if tried.done:
            flash(_done(tried, request.form.get("viec") == "remind"), "done")
        if tried.done and not tried.refused:
            asked = {**chosen_in_address(chosen), "vua-ghi": as_address(tried.done)}
            return redirect(url_for("verification.desk", **asked), 303)
        found = desk(chosen, who, size)
    just = tried.done if tried else parse_picks(request.args.getlist("vua-ghi"), letters.MOST)
    privacy.note_many([one.case.id for one in found.entries], who.account_id, Part.DESK, "")
    answer = render_template(
        "verification/desk.html",
        f=chosen,
        desk=found,
        form=form,
        tried=tried,
        units=tree.current().offered(who.reading_units),
        waiting=answered.waiting(units_with("request.send"), SIZE),
        is_printed=is_printed,
        letters=_letters(just) if just else "",
    )
    return answer, 200 if request.method == "GET" else 422


def chosen_in_address(chosen: worklist.Filter, after: str = "") -> dict[str, Any]:
    """What the desk is narrowed by, as its address says it."""
    told = {"unit": chosen.unit, "overdue": "1" if chosen.overdue else "", "after": after}
    return {name: value for name, value in told.items() if value}


def _letters(picks: Sequence[Pick]) -> str:
    asked: dict[str, Any] = {"yeu-cau": as_address(picks)}
    return url_for("verification.letters_file", suffix="pdf", **asked)


def _done(tried: Tried, is_reminder: bool) -> str:
    number = len(tried.done)
    reminded = ngettext("Đã ghi nhắc %(num)s yêu cầu.", "Đã ghi nhắc %(num)s yêu cầu.", number)
    sent = ngettext("Đã gửi %(num)s yêu cầu.", "Đã gửi %(num)s yêu cầu.", number)
    return (reminded if is_reminder else sent) % {"num": number}


@blueprint.get("/tham-tra/cong-van.<any(pdf, docx):suffix>")
@permits("request.answer")
@contents
def letters_file(suffix: str) -> ResponseReturnValue:
    """The letters of requests in one file, for who sees the files of their dossiers; a reminder where one went out."""
    who, picks = signed(), parse_picks(request.args.getlist("yeu-cau"), letters.MOST)
    cases = load_cases(sorted({code for code, _nr in picks}), who)
    seen = {code: case for code, case in cases.items() if sees_file(roles_over(who, case))}
    numbers = [case.id for case in seen.values()]
    sent, relatives = reading.letters(numbers), people.relatives_of(numbers)
    persons = people.candidates([case.person_id for case in seen.values()])
    wanted = [
        Wanted(seen[code], seen[code].facts.asked[nr - 1], sent[seen[code].id, nr], persons[seen[code].person_id],
               relatives.get(seen[code].id, []))
        for code, nr in picks if code in seen and 0 < nr <= len(seen[code].facts.asked)
    ]  # fmt: skip
    if not wanted:
        abort(404)
    privacy.note_many([one.case.id for one in wanted], who.account_id, Part.TEXT, "")
    made = documents.drawn([letters.composed(one) for one in wanted], suffix)
    name = f"{_('Công văn thẩm tra')}.{suffix}"
    return wire.named_file(made, documents.MIMETYPES[suffix], name, saved=suffix != "pdf")


@blueprint.get("/yeu-cau")
@permits("request.answer")
@contents
def requests() -> ResponseReturnValue:
    """Requests to the units one answers for."""
    found, who = incoming.received(signed()), signed()
    privacy.note_many([one.wanted.case.id for one in found], who.account_id, Part.REQUEST, "")
    return render_template("verification/requests.html", found=found, most=incoming.MOST)


@blueprint.route("/yeu-cau/<code>/<int:nr>", methods=["GET", "POST"])
@permits("request.answer")
@contents
def reply(code: str, nr: int) -> ResponseReturnValue:
    """A request to a unit, as its letter says, and the answer."""
    who = signed()
    one = incoming.received_one(code, nr, who)
    form = ReplyForm()
    form.fit(one)
    if form.validate_on_submit():
        form.write(one, who)
        flash(_("Đã gửi trả lời cho %(asker)s.", asker=one.asker), "done")
        return redirect(url_for("verification.requests"), 303)
    privacy.note(one.wanted.case.id, who.account_id, Part.REQUEST)
    return render_template("verification/reply.html", one=one, form=form), 422 if form.is_submitted() else 200
