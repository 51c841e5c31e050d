"""Pages of meetings: the list, calling one, its agenda, who came, the results, and what is printed."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from dossiers import clock
from dossiers.casework.act import NotFound
from dossiers.extensions import db
from dossiers.fields import whole
from dossiers.languages import gettext as _
from dossiers.meetings import agenda, attendance, closing, minutes, results, services
from dossiers.meetings.attendance import CAME_LABELS, Came, attended
from dossiers.meetings.forms import CallForm, MatterForm
from dossiers.meetings.matters import MATTER_LABELS, OTHERWISE
from dossiers.meetings.models import Meeting
from dossiers.meetings.pieces import in_numbers
from dossiers.meetings.services import Moved, Shut
from dossiers.navigation import page_number
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.security import permits, signed
from dossiers.units import tree
from dossiers.units.registers import STATUS_LABELS
from workflow.guards import REMOVAL_GROUNDS
from workflow.votes import Body

blueprint = Blueprint("meetings", __name__)


@blueprint.get("/hop", endpoint="meetings")
@permits("meeting.read")
def list_view() -> ResponseReturnValue:
    """The meetings of one's units."""
    page = page_number()
    found = services.meetings(signed(), page, current_app.config["PAGE_SIZE"])
    return render_template(
        "meetings/list.html", found=found, page=page, title=services.title, units=tree.current(),
        bodies=_bodies(),
    )  # fmt: skip


def _bodies() -> list[tuple[str, str, Any]]:
    """The bodies this person calls: the value in an address, the unit's name, the body in words."""
    units = tree.current()
    return [
        (f"{unit_id}-{body}", units.name(unit_id), services.SHORT[body])
        for unit_id, body in services.bodies_of(signed())
    ]


_VOTE_OF = {
    "nominate": (Body.UNION_EXECUTIVE,),
    "pass_cell_vote": (Body.CELL,),
    "pass_committee_vote": (Body.COMMITTEE,),
    "decide_admission": (Body.STANDING_COMMITTEE, Body.COMMITTEE),
    "decide_recognition": (Body.STANDING_COMMITTEE, Body.COMMITTEE),
}


def _body_asked() -> tuple[int, Body]:
    """The body named in the address, or the first whose vote an act is. Aborts with 404 when it is not one's own."""
    mine = services.bodies_of(signed())
    named, wanted = request.args.get("cua", ""), _VOTE_OF.get(request.args.get("viec", ""), ())
    for unit_id, body in mine:
        if named == f"{unit_id}-{body}":
            return unit_id, body
    if named or not mine:
        abort(404)
    fitting = [(unit_id, body) for kind in wanted for unit_id, body in mine if body is kind]
    return (fitting or mine)[0]


_LIKE = select(Meeting).order_by(Meeting.id.desc()).limit(1)


@blueprint.route("/hop/moi", methods=["GET", "POST"])
@permits("meeting.hold")
def call() -> ResponseReturnValue:
    """Call a meeting; with `viec` all dossiers that are ready for it come along."""
    unit_id, body = _body_asked()
    form = CallForm()
    before = db.session.scalars(_LIKE.where(Meeting.unit_id == unit_id, Meeting.body == str(body))).one_or_none()
    form.prepare(unit_id, body, before)
    if form.validate_on_submit():
        number = services.call(
            unit_id, body, form.called, signed().account_id, services.lender(unit_id, body, signed())
        )
        if request.args.get("viec"):
            meeting = services.load(number, signed())
            ready = agenda.offer(meeting, signed(), ()).ready
            agenda.add(meeting, [one.case.id for one in ready], {one.case.id: one.about for one in ready})
        flash(_("Đã triệu tập."), "done")
        return redirect(url_for("meetings.meeting", number=number), 303)
    page = render_template(
        "meetings/call.html", form=form, body=services.SHORT[body], unit=tree.current()[unit_id],
        bodies=_bodies(), chosen=f"{unit_id}-{body}",
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


def _own(number: int) -> Meeting:
    """A meeting this person keeps. Raises NotFound outside one's units; aborts with 403 for those who only read it."""
    meeting = services.load(number, signed())
    if not services.may_hold(meeting, signed()):
        abort(403)
    return meeting


def _lender(meeting: Meeting) -> int | None:
    return services.lender(meeting.unit_id, Body(meeting.body), signed())


def _back(meeting: Meeting, endpoint: str = "meeting") -> ResponseReturnValue:
    return redirect(url_for(f"meetings.{endpoint}", number=meeting.id), 303)


def _already_shut(meeting: Meeting) -> ResponseReturnValue:
    """Where somebody is led who wants to change what is closed."""
    db.session.refresh(meeting)
    said = (
        _("Cuộc họp đã hủy; không sửa được nữa.")
        if meeting.cancelled_at
        else _("Cuộc họp đã khóa; không sửa được nữa.")
        if meeting.closed
        else _("Đã có quyết định ký theo cuộc họp này: ngày họp, điểm danh không sửa được nữa.")
    )
    flash(said, "warn")
    return _back(meeting)


def _about(meeting: Meeting) -> dict[str, Any]:
    """What every page of a meeting shows."""
    names = minutes.names_of([meeting.chair_id, meeting.secretary_id])
    return {
        "meeting": meeting,
        "title": services.title(meeting),
        "body": services.SHORT[Body(meeting.body)],
        "unit": tree.current()[meeting.unit_id],
        "above": _above(meeting),
        "chair": names.get(meeting.chair_id or 0, ""),
        "secretary": names.get(meeting.secretary_id or 0, ""),
        "may_hold": services.may_hold(meeting, signed()),
        "is_open": not meeting.closed and meeting.cancelled_at is None,
        "is_ahead": meeting.held_on > clock.today(),
        "grounds": REMOVAL_GROUNDS,
    }


def _above(meeting: Meeting) -> str:
    parent = tree.current()[meeting.unit_id].parent_id
    return tree.current().name(parent)


@blueprint.get("/hop/<int:number>")
@permits("meeting.read")
def meeting(number: int) -> ResponseReturnValue:
    """A meeting: its agenda, and once it is closed what came of it."""
    found = services.load(number, signed())
    about = _about(found)
    if not about["is_open"]:
        kept = minutes.kept(number)
        return render_template(
            "meetings/closed.html", lines=kept, right=minutes.put_right(kept), units=tree.current(),
            Outcome=closing.Outcome, **about,
        )  # fmt: skip
    lines = results.results(found, signed()).lines
    offer = agenda.offer(found, signed(), (line.dossier_id for line in lines)) if about["may_hold"] else None
    signed_lines = [line for line in minutes.kept(number) if line.closed]
    return render_template(
        "meetings/meeting.html", lines=lines, offer=offer, signed_lines=signed_lines, units=tree.current(),
        votes_otherwise=bool(OTHERWISE[Body(found.body)]), matters=MATTER_LABELS, **about
    )  # fmt: skip


@blueprint.route("/hop/<int:number>/sua", methods=["GET", "POST"])
@permits("meeting.hold")
def change(number: int) -> ResponseReturnValue:
    """Call it for another day, place or chair."""
    found = _own(number)
    if found.closed or found.cancelled_at:
        return _already_shut(found)
    form = CallForm()
    form.start(found.unit_id, Body(found.body), found)
    if form.validate_on_submit():
        try:
            services.change(found, form.called, form.seen, signed().account_id, _lender(found))
        except Shut:
            return _already_shut(found)
        except Moved:
            meanwhile = form.meet(services.load(number, signed()))
            flash(_("Người khác vừa sửa cuộc họp này. Những gì bạn gõ vẫn còn; kiểm tra rồi gửi lại."), "warn")
            return render_template("meetings/change.html", form=form, meanwhile=meanwhile, **_about(found)), 409
        flash(_("Đã sửa cuộc họp."), "done")
        return _back(found)
    form.remember()
    return render_template("meetings/change.html", form=form, **_about(found)), 422 if form.is_submitted() else 200


@blueprint.post("/hop/<int:number>/huy")
@permits("meeting.hold")
def cancel(number: int) -> ResponseReturnValue:
    """The meeting does not take place."""
    found = _own(number)
    try:
        services.cancel(found, signed().account_id, _lender(found))
    except Shut:
        return _already_shut(found)
    flash(_("Đã hủy cuộc họp."), "done")
    return redirect(url_for("meetings.meetings"), 303)


@blueprint.post("/hop/<int:number>/chuong-trinh")
@permits("meeting.hold")
def change_agenda(number: int) -> ResponseReturnValue:
    """Put dossiers on the agenda, take one off, change the order."""
    found = _own(number)
    sent = request.form
    try:
        if "add" in sent or "all" in sent:
            _add(found, sent.get("all") == "1", sent.getlist("pick"))
        elif (dropped := whole(sent.get("drop", ""))) is not None:
            agenda.drop(found, dropped)
        else:
            agenda.put_in_order(found, _order(found))
    except Shut:
        return _already_shut(found)
    return _back(found)


def _add(found: Meeting, everything: bool, picked: list[str]) -> None:
    there = {line.dossier_id for line in agenda.lines_of(found.id)}
    offer = agenda.offer(found, signed(), ())
    offered = (*offer.ready, *offer.nearly)
    fits = {one.case.code: one.case.id for one in offered}
    codes = [one.case.code for one in offer.ready] if everything else picked
    if not codes:
        flash(_("Chưa chọn hồ sơ nào."), "warn")
    twice = [code for code in dict.fromkeys(codes) if fits.get(code) in there]
    strange = [code for code in dict.fromkeys(codes) if code not in fits]
    if twice and not everything:
        flash(_("Đã có trong chương trình: %(codes)s.", codes=", ".join(twice)), "warn")
    if strange:
        flash(_("Không chờ cuộc họp này: %(codes)s.", codes=", ".join(strange)[:300]), "warn")
    about = {one.case.id: one.about for one in offered}
    added = agenda.add(found, [fits[code] for code in dict.fromkeys(codes) if code in fits], about)
    if added:
        flash(_("Đã đưa %(n)s hồ sơ vào chương trình.", n=added), "done")


def _order(found: Meeting) -> list[int]:
    """The order that was typed, or the one a button asks for."""
    lines = [line.dossier_id for line in agenda.lines_of(found.id)]
    for name, step in (("up", -1), ("down", 1)):
        moved = whole(request.form.get(name, ""))
        if moved in lines:
            at = lines.index(moved)
            to = min(max(at + step, 0), len(lines) - 1)
            lines.insert(to, lines.pop(at))
            return lines
    typed = {dossier: request.form.get(f"place-{dossier}", "") for dossier in lines}
    places = {
        dossier: nr if (place := whole(text, 5)) is None else place
        for nr, (dossier, text) in enumerate(typed.items(), 1)
    }
    return sorted(lines, key=lambda dossier: (places[dossier], lines.index(dossier)))


@blueprint.route("/hop/<int:number>/noi-dung", methods=["GET", "POST"])
@permits("meeting.hold")
def say_matter(number: int) -> ResponseReturnValue:
    """Put a dossier on the agenda for a removal or a refusal, or change what a line is about."""
    found = _own(number)
    if found.closed or found.cancelled_at:
        return _already_shut(found)
    form = MatterForm()
    lines = {line.case.code: line for line in results.results(found, signed()).lines}
    form.prepare(agenda.others(found, signed()), lines, request.args.get("ho-so", ""))
    if form.validate_on_submit():
        dossier, about = form.about
        try:
            agenda.put_about(found, dossier, about)
        except Shut:
            return _already_shut(found)
        flash(_("Đã ghi vào chương trình."), "done")
        return _back(found)
    page = render_template("meetings/matter.html", form=form, **_about(found))
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/hop/<int:number>/diem-danh", methods=["GET", "POST"])
@permits("meeting.read")
def who_came(number: int) -> ResponseReturnValue:
    """Who came: once, for all dossiers."""
    found = services.load(number, signed())
    about, status = _about(found), 200
    if request.method == "POST":
        _own(number)
        try:
            came, wrong = attendance.save(found, request.form, signed().account_id)
        except Shut:
            return _already_shut(found)
        except attendance.Stranger:
            flash(
                _("Có người không thuộc danh sách của ngày họp; chưa ghi gì. Tải lại trang rồi điểm danh lại."), "error"
            )
            return _back(found, "who_came")
        if not wrong:
            flash(_("Đã ghi điểm danh."), "done")
            return _back(found, "enter" if request.form.get("step") == "on" else "who_came")
        status = 409
    else:
        came = attended(found)
    return render_template(
        "meetings/attendance.html", came=came, labels=CAME_LABELS, Came=Came,
        statuses=STATUS_LABELS, **about,
    ), status  # fmt: skip


@blueprint.route("/hop/<int:number>/ket-qua", methods=["GET", "POST"])
@permits("meeting.hold")
def enter(number: int) -> ResponseReturnValue:
    """The results, a row a dossier: kept as they are typed, checked, and recorded together."""
    found = _own(number)
    if found.closed or found.cancelled_at:
        return _already_shut(found)
    if request.method == "GET":
        return _results_page(found, results.results(found, signed()), 200)
    step = request.form.get("step", "")
    try:
        now = results.save(found, request.form, signed(), all_in_favour=step == "all")
        if step == "keep":
            return jsonify(in_numbers(now)), 409 if now.problems else 200
        found = services.load(number, signed())
        if step == "close" and not now.problems:
            without = {nr for one in request.form.getlist("without") if (nr := whole(one)) is not None}
            done = closing.close(found, signed(), without, now)
            flash(_("Đã khóa cuộc họp và ghi %(n)s hồ sơ.", n=len(done.acts)), "done")
            return _back(found)
    except Shut:
        return _already_shut(found)
    except closing.NotAsSeen as refused:
        return _results_page(found, refused.checked.results, 422, refused.checked)
    except Moved:
        return _results_page(found, results.results(found, signed()), 409, moved=True)
    if step in ("check", "close") and not now.problems:
        return _results_page(found, now, 200, closing.check(found, signed(), now))
    if now.problems:
        return _results_page(found, now, 409)
    return _back(found, "enter")


def _results_page(
    found: Meeting, now: results.Results, status: int, checked: closing.Checked | None = None, moved: bool = False
) -> ResponseReturnValue:
    page = render_template(
        "meetings/results.html", now=now, checked=checked, moved=moved, units=tree.current(), **_about(found)
    )
    return page, status


@blueprint.get("/hop/<int:number>/so-lieu")
@permits("meeting.hold")
def figures(number: int) -> ResponseReturnValue:
    """The results as they stand now, for a page that is open elsewhere."""
    found = _own(number)
    if found.closed or found.cancelled_at:
        abort(409)
    return jsonify(in_numbers(results.results(found, signed())))


@blueprint.route("/hop/<int:number>/khong-bieu-quyet/<code>", methods=["GET", "POST"])
@permits("meeting.hold")
def abstaining(number: int, code: str) -> ResponseReturnValue:
    """Who takes no part in the vote on one dossier: who introduces the candidate, or is a relative."""
    found = _own(number)
    if found.closed or found.cancelled_at:
        return _already_shut(found)
    now = results.results(found, signed())
    line = next((line for line in now.lines if line.case.code == code), None)
    if line is None:
        raise NotFound(code)
    voters = [person for person in now.came.people if person.votes and person.came is Came.PRESENT]
    if request.method == "POST":
        chosen = {p.seat.id: request.form.get(f"why-{p.seat.id}", "") for p in voters}
        seats = {seat: why for seat, why in chosen.items() if why in (results.INTRODUCER, results.RELATIVE)}
        try:
            results.set_abstainers(found, line.dossier_id, seats, signed())
        except Shut:
            return _already_shut(found)
        flash(_("Đã ghi người không biểu quyết."), "done")
        return _back(found, "enter")
    return render_template("meetings/abstaining.html", line=line, voters=voters, **_about(found))


@blueprint.get("/hop/<int:number>/giay-moi")
@permits("meeting.read")
def notice(number: int) -> ResponseReturnValue:
    """The notice that calls the meeting, for the printer."""
    found = services.load(number, signed())
    return render_template("meetings/notice.html", lines=minutes.kept(number), units=tree.current(), **_about(found))


def _closed(number: int) -> Meeting:
    found = services.load(number, signed())
    if not found.closed:
        raise NotFound(str(number))
    return found


@blueprint.get("/hop/<int:number>/bien-ban")
@permits("meeting.read")
def record(number: int) -> ResponseReturnValue:
    """The minutes, for the printer."""
    found = _closed(number)
    lines, came = minutes.kept(number), attended(found)
    seats = {seat for line in lines for seat in results.abstainers(line.abstained)}
    names = minutes.names_of(sorted(seats))
    return render_template(
        "meetings/minutes.html", lines=lines, right=minutes.put_right(lines), came=came, Came=Came,
        units=tree.current(), Outcome=closing.Outcome,
        took_no_part={line.dossier_id: [names[seat] for seat in results.abstainers(line.abstained)] for line in lines},
        **_about(found),
    )  # fmt: skip


@blueprint.get("/hop/<int:number>/nghi-quyet")
@permits("meeting.read")
def resolutions(number: int) -> ResponseReturnValue:
    """Every resolution, a page each, for the printer."""
    return _texts(_closed(number), "meetings/resolutions.html", None)


@blueprint.get("/hop/<int:number>/nghi-quyet/<code>")
@permits("meeting.read")
def resolution(number: int, code: str) -> ResponseReturnValue:
    """The resolution on one dossier, for the printer."""
    return _texts(_closed(number), "meetings/resolutions.html", code)


@blueprint.get("/hop/<int:number>/trich/<code>")
@permits("meeting.read")
def extract(number: int, code: str) -> ResponseReturnValue:
    """The extract of the minutes about one dossier, for the printer."""
    return _texts(_closed(number), "meetings/extract.html", code)


def _texts(found: Meeting, template: str, code: str | None) -> ResponseReturnValue:
    wanted = {closing.Outcome.PASSED} if template.endswith("resolutions.html") else {*closing.Outcome}
    lines = [line for line in minutes.kept(found.id) if line.outcome in wanted and code in (None, line.code)]
    if not lines and code is not None:
        raise NotFound(code)
    for line in lines:
        privacy.note(line.dossier_id, signed().account_id, Part.VOTES)
    right = minutes.put_right(lines)
    return render_template(
        template, lines=lines, right=right, reasons=minutes.reasons_of(lines, right), units=tree.current(),
        Outcome=closing.Outcome, code=code, **_about(found),
    )  # fmt: skip
