"""Pages across the stages: inbox, work-list, search, the dossier itself, and acts that belong to no one stage."""

import secrets

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from dossiers import clock
from dossiers.casework import reading, services, worklist
from dossiers.casework.acting import add_acts
from dossiers.casework.crossforms import FORMS
from dossiers.casework.services import Act
from dossiers.fields import ChoiceField, LineField, ParagraphField, Words, parse_day, required
from dossiers.formatters import say
from dossiers.rules import services as rules
from dossiers.security import may, permits, signed, way_back
from dossiers.units import tree
from workflow.facts import Evidence, Source
from workflow.machine import Refused
from workflow.stages import STAGE_STATES, Stage, State

blueprint = Blueprint("casework", __name__)
add_acts(blueprint, FORMS)


@blueprint.get("/")
@permits("signed_in")
def home() -> ResponseReturnValue:
    """The first page after signing in."""
    return redirect(url_for("casework.inbox" if may("dossier.read") else "accounts.accounts"))


@blueprint.get("/viec-cua-toi")
@permits("signed_in")
def inbox() -> ResponseReturnValue:
    """What waits for the signed-in person."""
    if not may("dossier.read"):
        return redirect(url_for("accounts.accounts" if may("administration") else "rules.rulebooks"))
    return render_template("casework/inbox.html", groups=worklist.inbox(signed()), can_create=may("dossier.create"))


def _filter() -> worklist.Filter:
    args = request.args

    def known(name: str, values: object) -> str:
        value = args.get(name, "")
        return value if value in set(values) else ""  # type: ignore[call-overload]

    def day(name: str) -> object:
        try:
            return parse_day(args[name])
        except (KeyError, ValueError):
            return None

    return worklist.Filter(
        stage=known("stage", map(str, Stage)),
        state=known("state", map(str, State)),
        unit=args.get("unit", "")[:20],
        source=known("source", map(str, Source)),
        overdue=args.get("overdue") == "1",
        admitted_from=day("admitted_from"),  # type: ignore[arg-type]
        admitted_to=day("admitted_to"),  # type: ignore[arg-type]
        sort=known("sort", worklist.SORTS) or "since",
        after=args.get("after", "")[:200],
    )


@blueprint.get("/ho-so", endpoint="worklist")
@permits("dossier.read")
def worklist_view() -> ResponseReturnValue:
    """The work-list with its filters."""
    who, chosen = signed(), _filter()
    found = worklist.page(chosen, who, current_app.config["PAGE_SIZE"])
    return render_template(
        "casework/worklist.html",
        f=chosen,
        page=found,
        units=tree.current().choices(who.reading_units),
        stage_states=STAGE_STATES,
        can_create=may("dossier.create"),
    )


@blueprint.get("/tim")
@permits("dossier.read")
def search() -> ResponseReturnValue:
    """Dossiers by name, with or without accents, or by code."""
    query = request.args.get("q", "")[:120]
    rows, more = worklist.find(query, signed())
    return render_template("casework/search.html", q=query, rows=rows, more=more)


def _number(name: str) -> int | None:
    typed = request.args.get(name, "")
    return int(typed) if typed.isdigit() and len(typed) < 9 else None


@blueprint.get("/ho-so/<code>")
@permits("dossier.read")
def dossier(code: str) -> ResponseReturnValue:
    """One dossier: where it stands, whose turn, until when, what is missing, what comes next, what happened."""
    who = signed()
    case = services.load_case(code, who)
    services.log.info("read", dossier=code, account=who.account_id)
    page = reading.dossier_page(case, who)
    full = page.full_view
    return render_template(
        "casework/dossier.html",
        page=page,
        **reading.grouped(page),
        lines=reading.timeline(case, before=_number("truoc"), personal=full),
        papers=reading.papers(case),
        votes=reading.votes(case),
        relatives=reading.relatives(case) if full else [],
        companions=reading.companions(case) if full else [],
        past=reading.past_deadlines(case),
    )


class MoveForm(FlaskForm):
    """Move a dossier to another rulebook."""

    code = LineField(_l("Mã hồ sơ"), [required, Words(20)])
    rulebook = ChoiceField(_l("Bộ quy tắc"), [required])
    reason = ParagraphField(_l("Lý do"), [required, Words(2000)])


@blueprint.route("/quy-tac/chuyen", methods=["GET", "POST"])
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
    return render_template("casework/change_rulebook.html", form=form), status


def _moved(form: MoveForm) -> bool:
    act = Act(
        "change_rulebook",
        Evidence(clock.today(), reason=form.reason.data),
        key=secrets.token_hex(16),
        rulebook=form.rulebook.data,
    )
    try:
        version = services.load_for_administration(form.code.data.upper()).version
        services.advance(form.code.data.upper(), act, signed(), version)
    except services.NotFound:
        form.code.errors = [_("Không có hồ sơ mang mã này.")]
        return False
    except Refused as refused:
        form.code.errors = [say(refusal.message) for refusal in refused.refusals]
        return False
    return True


@blueprint.post("/ngon-ngu/<language>")
@permits("public")
def language(language: str) -> ResponseReturnValue:
    """Switch between Vietnamese and English; back to the page one came from."""
    if language not in ("vi", "en"):
        abort(404)
    session["language"] = language
    g.pop("language", None)
    return redirect(way_back(), 303)
