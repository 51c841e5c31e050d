"""The page of a dossier: what it is about now, and its tabs, each at an address of its own; the scans of its papers."""

from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from dossiers import wire
from dossiers.casework import claims, loading
from dossiers.casework import cv as cv_in_file
from dossiers.casework.case import Case
from dossiers.casework.helping import roles_over
from dossiers.documents.composing import Beside
from dossiers.documents.fields import OPINIONS
from dossiers.documents.services import GRADE_LABELS, GRADES, MIMETYPES, beside, kind_of, made
from dossiers.fields import ParagraphField, Words, required, whole
from dossiers.formatters import at
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.operations import metrics
from dossiers.papers.files import Damaged
from dossiers.papers.judging import Unfit
from dossiers.people.personal import beyond, field_label, sees_file, sees_sensitive
from dossiers.privacy import services as privacy
from dossiers.privacy.services import PART_LABELS, Part
from dossiers.profile import contents, is_register
from dossiers.reading import bundle, causes, digital, scans
from dossiers.reading import cv as cv_of
from dossiers.reading import page as reading
from dossiers.reading.bundle import Unready
from dossiers.reading.page import DossierPage
from dossiers.reading.scans import ScanShown
from dossiers.reading.timeline import timeline
from dossiers.reading.verifying import standings
from dossiers.security import WITH_FRAME, permits, shown_alone, signed
from dossiers.units import tree
from workflow import paper_lines
from workflow.cv import PAGES
from workflow.papers import Kind
from workflow.verifying import given as opinions_given

blueprint = Blueprint("reading", __name__)

NEWEST = 5
"""Events on the first tab."""


def _number(name: str) -> int | None:
    return whole(request.args.get(name, ""))


def _read(code: str, part: Part) -> tuple[Case, DossierPage]:
    who = signed()
    case = loading.load_case(code, who)
    metrics.told_of(dossier=code, account=who.account_id)
    privacy.note(case.id, who.account_id, part)
    return case, reading.dossier_page(case, who)


@blueprint.get("/ho-so/<code>")
@permits("dossier.read")
def dossier(code: str) -> ResponseReturnValue:
    """One dossier: where it stands, whose turn, until when, what is missing, what comes next, what happened last."""
    case, page = _read(code, Part.OVERVIEW)
    return render_template(
        "reading/dossier.html",
        page=page,
        tab="",
        claimed=case.claimed,
        may_claim=claims.may_claim(case, signed()),
        me=signed().account_id,
        **reading.grouped(page),
        lines=timeline(case, page.roles, limit=NEWEST),
        companions=reading.companions(case) if page.full_view else [],
        moved=causes.moved(case, page.deadlines),
        expected=causes.expected(case, page.deadlines),
    )


@blueprint.get("/ho-so/<code>/giay-to")
@permits("dossier.read")
def papers(code: str) -> ResponseReturnValue:
    """A line a paper: on file, missing, lapsing, to be made again, of no use."""
    case, page = _read(code, Part.PAPERS)
    lines, asked = paper_lines.lines(page.situation), request.args.get("do-mat", "")
    chosen, has_texts = asked if asked in GRADES else "", page.full_view and not is_register()
    return render_template(
        "reading/papers.html",
        page=page,
        tab="giay-to",
        lines=lines,
        texts={line.form for line in lines if kind_of(line.form, page.book)} if has_texts else set(),
        scans=scans.of_papers(case) if page.full_view else {},
        cv=_cv_line(case, page) if page.full_view and not is_register() else None,
        beside=beside(case) if has_texts else [],
        grades=GRADE_LABELS,
        grade=chosen or current_app.config["GRADE"],
        in_address={"do-mat": chosen} if chosen else {},
    )


def _cv_line(case: Case, page: DossierPage) -> dict[str, Any]:
    """What the line of the CV says beside the paper: how far it is written here, in how many places it differs."""
    differs = cv_in_file.differs(case) or ()
    return {"form": page.book.form(Kind.CV), "done": len(case.facts.cv), "of": len(PAGES), "differs": differs}


def _scan(code: str, seq: int, part: Part) -> tuple[Case, DossierPage, ScanShown]:
    """A scan for who sees the file; looking is noted. Aborts for who does not, and where there is none."""
    case, page = _read(code, part)
    if not page.full_view:
        abort(403)
    scan = scans.scan_of(case.id, seq)
    if scan is None:
        abort(404)
    return case, page, scan


def _sent(code: str, seq: int, part: Part, saved: bool = False) -> ResponseReturnValue:
    """A scan as one file."""
    case, _page, scan = _scan(code, seq, part)
    if not scan.is_shown or (scan.is_text and not saved):
        abort(404)
    content = scans.text(scan) if scan.is_text else scans.pdf(scan)
    name = scans.file_name(case, scan, ".docx" if scan.is_text else ".pdf")
    answer = wire.named_file(content, MIMETYPES["docx" if scan.is_text else "pdf"], name, saved)
    shown_alone(answer)
    return answer


@blueprint.get("/ho-so/<code>/ban-chup/<int:seq>")
@permits("dossier.read")
@contents
def scan(code: str, seq: int) -> ResponseReturnValue:
    """A scan with its pages, and the ways to print, save or change it."""
    case, page, shown = _scan(code, seq, Part.SCAN)
    found = scans.by_paper(scans.papers_of(case.id), scans.of(case.id))
    of_paper = next((one for one in found.values() if shown in (one.current, *one.earlier)), None)
    answer = make_response(render_template("papers/scan.html", page=page, tab="giay-to", scan=shown, of_paper=of_paper))
    answer.headers["Content-Security-Policy"] = WITH_FRAME
    return answer


@blueprint.get("/ho-so/<code>/ban-chup/<int:seq>/trang/<int:nr>")
@permits("dossier.read")
@contents
def scan_page(code: str, seq: int, nr: int) -> ResponseReturnValue:
    """A page of a scan, as a picture."""
    _case, _page, shown = _scan(code, seq, Part.SCAN)
    found = scans.picture(shown, nr) if shown.is_shown else None
    if found is None:
        abort(404)
    content, kind = found
    answer = current_app.response_class(content, mimetype=kind)
    shown_alone(answer)
    return answer


@blueprint.get("/ho-so/<code>/ban-chup/<int:seq>/xem")
@permits("dossier.read")
@contents
def scan_shown(code: str, seq: int) -> ResponseReturnValue:
    """A scan as PDF, within its page."""
    return _sent(code, seq, Part.SCAN)


@blueprint.get("/ho-so/<code>/ban-chup/<int:seq>/in")
@permits("dossier.read")
@contents
def scan_printed(code: str, seq: int) -> ResponseReturnValue:
    """A scan as PDF, to be printed."""
    return _sent(code, seq, Part.SCAN_PRINTED)


@blueprint.get("/ho-so/<code>/ban-chup/<int:seq>/tai-ve")
@permits("dossier.read")
@contents
def scan_saved(code: str, seq: int) -> ResponseReturnValue:
    """A scan as a file to keep."""
    return _sent(code, seq, Part.SCAN_SAVED, saved=True)


def _put_together(
    code: str, part: Part, make: Callable[[Case, bool], bytes], kind: str, name: str
) -> ResponseReturnValue:
    """A file made of all a dossier holds, for who sees the file; why not, on the tab of papers, where it cannot be."""
    who = signed()
    case = loading.load_case(code, who)
    roles = roles_over(who, case)
    if not sees_file(roles):
        abort(403)
    try:
        content = make(case, sees_sensitive(roles))
    except (Unready, Unfit) as error:
        flash(str(error), "error")
    except Damaged:
        flash(_("Một bản chụp của hồ sơ không đọc được; báo người quản trị kiểm tra nhật ký."), "error")
    else:
        privacy.note(case.id, who.account_id, part)
        answer = wire.named_file(content, kind, f"{case.code} {name} - {case.full_name}{_SUFFIX[kind]}", saved=True)
        shown_alone(answer)
        return answer
    return redirect(url_for("reading.papers", code=code), 303)


_ZIP = "application/zip"
_SUFFIX = {MIMETYPES["pdf"]: ".pdf", MIMETYPES["docx"]: ".docx", _ZIP: ".zip"}


@blueprint.get("/ho-so/<code>/ca-ho-so.pdf")
@permits("dossier.read")
@contents
def whole_dossier(code: str) -> ResponseReturnValue:
    """All papers on file as one PDF, with a bookmark each."""
    return _put_together(code, Part.WHOLE, bundle.pdf, MIMETYPES["pdf"], _("Hồ sơ"))


@blueprint.get("/ho-so/<code>/ho-so-so.zip")
@permits("dossier.read")
@contents
def digital_file(code: str) -> ResponseReturnValue:
    """The scans under the names of 1361-CV/BTCTW, as a zip."""

    def make(case: Case, sensitive: bool) -> bytes:
        return digital.make(case, sensitive).content

    return _put_together(code, Part.DIGITAL, make, _ZIP, _("Hồ sơ số"))


@blueprint.get("/ho-so/<code>/ban-ke.<any(pdf, docx):suffix>")
@permits("dossier.read")
def cover_list(code: str, suffix: str) -> ResponseReturnValue:
    """The list of the papers on file."""

    def make(case: Case, _sensitive: bool) -> bytes:
        return made(case, Beside.COVER_LIST, suffix, False, bundle.cover_table(bundle.handed(case))).content

    return _put_together(code, Part.COVER_LIST, make, MIMETYPES[suffix], _("Bản kê giấy tờ"))


def _cv(code: str, part: Part) -> tuple[Case, DossierPage, cv_of.Overview]:
    """The CV for who sees the file; looking is noted. Aborts for who does not."""
    case, page = _read(code, part)
    if not page.full_view:
        abort(403)
    return case, page, cv_of.overview(case, page.book, cv_of.hidden_from(page))


@blueprint.get("/ho-so/<code>/ly-lich")
@permits("dossier.read")
@contents
def cv(code: str) -> ResponseReturnValue:
    """The CV: how far each section is written and by whom, what it says, where it differs, its scan beside it."""
    case, page, found = _cv(code, Part.CV)
    others = cv_of.earlier(case, signed()) if page.can_open("write_cv") else ()
    answer = make_response(render_template("reading/cv.html", page=page, tab="ly-lich", cv=found, others=others))
    answer.headers["Content-Security-Policy"] = WITH_FRAME
    return answer


@blueprint.get("/ho-so/<code>/ly-lich/in")
@permits("dossier.read")
@contents
def cv_printed(code: str) -> ResponseReturnValue:
    """The CV as the form has it, to be printed."""
    _case, page, found = _cv(code, Part.CV_PRINTED)
    return render_template("reading/cv_printed.html", page=page, cv=found)


@blueprint.get("/ho-so/<code>/than-nhan")
@permits("dossier.read")
@contents
def relatives(code: str) -> ResponseReturnValue:
    """The relatives with relation and result, for who may see the file."""
    case, page = _read(code, Part.RELATIVES)
    found = reading.relatives(case) if page.full_view else []
    shown = standings([case])[case.id] if page.full_view else None
    given = [page.book.form(kind) for kind, purpose in OPINIONS.items() if opinions_given(case.facts, purpose)]
    return render_template(
        "reading/relatives.html", page=page, tab="than-nhan", relatives=found, shown=shown, given=given
    )


@blueprint.get("/ho-so/<code>/bieu-quyet")
@permits("dossier.read")
def votes(code: str) -> ResponseReturnValue:
    """The votes, with their counts."""
    case, page = _read(code, Part.VOTES)
    found = reading.votes(case)
    return render_template(
        "reading/votes.html",
        page=page,
        tab="bieu-quyet",
        votes=found,
        registers=reading.counted_against(found),
        amended=reading.votes_amended(case, found),
        units=tree.current(),
    )


@blueprint.get("/ho-so/<code>/dien-bien")
@permits("dossier.read")
def history(code: str) -> ResponseReturnValue:
    """All events, newest first, and the deadlines that ended."""
    case, page = _read(code, Part.HISTORY)
    return render_template(
        "reading/history.html",
        page=page,
        tab="dien-bien",
        lines=timeline(case, page.roles, before=_number("truoc")),
        past=reading.past_deadlines(case),
    )


class PurposeForm(FlaskForm):
    """What somebody opens more of a dossier for than their role shows."""

    purpose = ParagraphField(_l("Mở để làm gì, theo văn bản hoặc yêu cầu nào"), [required, Words(300)])

    def validate(self, extra_validators: Any = None) -> bool:
        """A purpose is more than a word."""
        fine: bool = super().validate(extra_validators)
        if fine and len(str(self.purpose.data).split()) < 3:
            self.purpose.errors = [_("Ghi rõ mục đích, ít nhất ba từ.")]
            return False
        return fine


@blueprint.route("/ho-so/<code>/mo-muc-che", methods=["GET", "POST"])
@permits("dossier.read")
def open_covered(code: str) -> ResponseReturnValue:
    """Open for a while, and for a purpose that those entitled are told, what one's role does not show."""
    case, page = _read(code, Part.FORM)
    if not beyond(page.roles):
        abort(403)
    form = PurposeForm()
    if not page.closed:
        return redirect(page.address, 303)  # it is open
    if form.validate_on_submit():
        until = privacy.open_for(case.id, signed().account_id, form.purpose.data)
        flash(_("Đã mở đến %(at)s. Bí thư và ủy ban kiểm tra thấy ai mở và mở để làm gì.", at=at(until)), "done")
        return redirect(page.address, 303)
    fields = [field_label(name) for name in page.closed]
    minutes = current_app.config["OPENING_MINUTES"]
    shown = render_template("reading/open_covered.html", page=page, form=form, fields=fields, minutes=minutes)
    return shown, 422 if form.is_submitted() else 200


@blueprint.get("/ho-so/<code>/nhat-ky-xem")
@permits("dossier.read")
def reads(code: str) -> ResponseReturnValue:
    """Who looked at the dossier, for those who are told."""
    case, page = _read(code, Part.READS)
    if not page.tells_reads:
        abort(403)
    found = privacy.of(case.id, _number("truoc"))
    more = len(found) == privacy.PAGE
    return render_template(
        "reading/reads.html",
        page=page,
        tab="nhat-ky-xem",
        reads=found,
        labels=PART_LABELS,
        more=more,
        purpose_of=privacy.purpose_of,
    )
