"""Pages of lists: the inbox, the work-list, the search."""

from collections.abc import Iterable
from datetime import date

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from dossiers import navigation
from dossiers.drafts.sent import keep_while_switching
from dossiers.fields import parse_day
from dossiers.lists import finding, worklist
from dossiers.lists import inbox as waiting
from dossiers.security import held, may, permits, signed, way_back
from dossiers.units import tree
from workflow.facts import Source
from workflow.stages import STAGE_STATES, Stage, State

blueprint = Blueprint("lists", __name__)


@blueprint.get("/")
@permits("signed_in")
def home() -> ResponseReturnValue:
    """The first page after signing in."""
    return redirect(url_for(navigation.first_page(held())))


@blueprint.get("/viec-cua-toi")
@permits("signed_in")
def inbox() -> ResponseReturnValue:
    """What waits for the signed-in person."""
    if not may("dossier.read"):
        return redirect(url_for(navigation.first_page(held())))
    return render_template("lists/inbox.html", box=waiting.inbox(signed()), can_create=may("dossier.create"))


def _filter() -> worklist.Filter:
    args = request.args

    def known(name: str, values: Iterable[str]) -> str:
        value = args.get(name, "")
        return value if value in set(values) else ""

    def day(name: str) -> date | None:
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
        admitted_from=day("admitted_from"),
        admitted_to=day("admitted_to"),
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
        "lists/worklist.html",
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
    rows, more = finding.find(query, signed())
    return render_template("lists/search.html", q=query, rows=rows, more=more)


@blueprint.post("/ngon-ngu/<language>")
@permits("public")
def language(language: str) -> ResponseReturnValue:
    """Switch between Vietnamese and English; back to the page one came from, a form as it was typed."""
    if language not in ("vi", "en"):
        abort(404)
    session["language"] = language
    g.pop("language", None)
    return redirect(keep_while_switching() or way_back(), 303)
