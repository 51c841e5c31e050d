"""Pages of lists: the inbox, the work-list with the filters people keep, the search."""

from collections.abc import Collection, Mapping
from datetime import date
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from dossiers import navigation
from dossiers.accounts import delegating
from dossiers.casework import claims, loading
from dossiers.casework.many import MOST
from dossiers.drafts.sent import keep_while_switching
from dossiers.fields import parse_day, whole
from dossiers.formatters import at
from dossiers.languages import gettext as _
from dossiers.lists import finding, saving, seconds, worklist
from dossiers.lists import inbox as waiting
from dossiers.lists.answers import answers
from dossiers.lists.heads import frame
from dossiers.privacy import services as privacy
from dossiers.privacy import watching
from dossiers.privacy.services import Part
from dossiers.security import held, may, permits, signed, units_with, way_back
from dossiers.units import tree
from workflow.facts import Source
from workflow.stages import Stage, State

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
    if not may("inbox.read"):
        return redirect(url_for(navigation.first_page(held())))
    return render_template(
        "lists/inbox.html",
        box=waiting.inbox(signed(), current_app.config["PAGE_SIZE"]),
        refused=answers(signed()),
        votes=waiting.VOTES if may("meeting.hold") else (),
        can_create=may("dossier.create"),
        warned=watching.warnings(signed()) if may("reads.watch") else (),
        asked=seconds.waiting(signed()),
        lending=delegating.how_many_run(units_with("roles.read")) if may("roles.read") else 0,
        only_second=not may("dossier.read"),
        me=signed().account_id,
    )


@blueprint.post("/nhan-viec")
@permits("dossier.act")
def claim() -> ResponseReturnValue:
    """Say that one works on a dossier (`nhan`), does no more (`tra`), or in another's place (`thay`: with the account
    that was seen to); back to where one came from.
    """
    who = signed()
    how = next((name for name in ("nhan", "tra", "thay") if name in request.form), None)
    code, _space, seen = request.form.get(how or "", "").partition(" ")
    case = loading.load_case(code, who)
    if how is None or not claims.may_claim(case, who):
        flash(_("Hồ sơ %(code)s không còn đến lượt bạn.", code=case.code), "info")
        return redirect(way_back(), 303)
    if how == "tra":
        claims.give_back(case, who)
        flash(_("Đã trả lại hồ sơ %(code)s; người khác nhận được.", code=case.code), "done")
        return redirect(way_back(), 303)
    other = claims.claim(case, who) if how == "nhan" else claims.take_over(case, whole(seen) or 0, who)
    if other is not None:
        since = at(other.since)
        flash(_("%(name)s đã nhận hồ sơ %(code)s lúc %(at)s.", name=other.name, code=case.code, at=since), "warn")
    else:
        flash(_("Bạn đã nhận hồ sơ %(code)s; người khác thấy như vậy.", code=case.code), "done")
    return redirect(way_back(), 303)


def _filter(args: Mapping[str, str]) -> worklist.Filter:
    """What fields of an address, or of a filter that was kept, ask for; what is not known is left out."""

    def known(name: str, values: Collection[str]) -> str:
        value = args.get(name, "")
        return value if value in values else ""

    def day(name: str) -> date | None:
        try:
            return parse_day(args[name])
        except (KeyError, ValueError):
            return None

    return worklist.Filter(
        stage=known("stage", _STAGES),
        state=known("state", _STATES),
        unit=" ".join(args.get("unit", "").split())[:60],
        source=known("source", _SOURCES),
        overdue=args.get("overdue") == "1",
        admitted_from=day("admitted_from"),
        admitted_to=day("admitted_to"),
        ended=known("ended", worklist.PARTS),
        sort=_NAMED.get(args.get("sort", "")) or known("sort", worklist.SORTS),
        after=args.get("after", "")[:400],
    )


_STAGES, _STATES, _SOURCES = (frozenset(map(str, kind)) for kind in (Stage, State, Source))
_NAMED = {"newest": "-since"}
"""Orders of the addresses of earlier versions."""


@blueprint.get("/ho-so", endpoint="worklist")
@permits("list.read")
def worklist_view() -> ResponseReturnValue:
    """The work-list with its filters; with `in=1` as one page for the printer."""
    who, chosen = signed(), _filter(request.args)
    units = tree.current()
    meant = units.named(chosen.unit, who.reading_units) if chosen.unit else []
    if len(meant) == 1 and meant[0].code != chosen.unit:  # a name was typed
        return redirect(url_for("lists.worklist") + "?" + urlencode(chosen.parameters(unit=meant[0].code)))
    is_printed = request.args.get("in") == "1"
    size = worklist.PRINTED if is_printed else current_app.config["PAGE_SIZE"]
    mine = saving.kept(who.account_id)
    around, page = frame(chosen), worklist.page(chosen, who, size)
    is_whole = not chosen.after and not page.next
    if is_printed:
        privacy.note_many((), who.account_id, Part.PRINT, urlencode({"n": len(page.rows), **chosen.parameters()}))
    return render_template(
        "lists/worklist.html",
        f=chosen,
        page=page,
        hits=worklist.Hits(len(page.rows)) if is_whole else worklist.hits(chosen, who),
        counted=worklist.COUNTED,
        around=around,
        units=units.offered(who.reading_units),
        meant=[
            (node, f"{url_for('lists.worklist')}?{urlencode(chosen.parameters(unit=node.code))}")
            for node in (meant if len(meant) > 1 else ())
        ],
        can_create=may("dossier.create"),
        is_printed=is_printed,
        most_together=MOST,
        kept=mine,
        can_keep=bool(around.query) and all(row.query != around.query for row in mine),
    )


@blueprint.post("/bo-loc")
@permits("list.read")
def keep_filter() -> ResponseReturnValue:
    """Keep what a list is narrowed by under a name, for oneself."""
    query = urlencode(_filter(dict(parse_qsl(request.form.get("query", "")[:600]))).parameters())
    name = " ".join(request.form.get("name", "").split())[:60]
    if not name or not name.isprintable():
        flash(_("Chưa ghi tên bộ lọc."), "error")
    else:
        try:
            saving.keep(signed().account_id, name, query[:400])
            flash(_("Đã giữ bộ lọc “%(name)s”.", name=name), "done")
        except saving.TooMany:
            flash(_("Đã giữ đủ %(n)s bộ lọc; xóa bớt một bộ lọc trước.", n=saving.MOST), "error")
    return redirect(f"{url_for('lists.worklist')}?{query}", 303)


@blueprint.post("/bo-loc/<int:number>/xoa")
@permits("list.read")
def drop_filter(number: int) -> ResponseReturnValue:
    """Forget a filter one kept."""
    if not saving.drop(signed().account_id, number):
        abort(404)
    flash(_("Đã xóa bộ lọc."), "done")
    return redirect(way_back(), 303)


@blueprint.route("/tim", methods=["GET", "POST"])
@permits("list.read")
def search() -> ResponseReturnValue:
    """Dossiers by what is typed into the box. It is sent as a form: digits of somebody's number are answered at once
    and stand in no address; what is not of that kind gets an address that can be kept.
    """
    asked = finding.asked_of(request.values.get("q", ""))
    openly = request.method == "GET"
    if not openly and not asked.digits:
        return redirect(url_for("lists.search", q=asked.text), 303)
    who = signed()
    found = finding.find(asked, who, openly=openly)
    if asked.text:
        privacy.note_search(who.account_id, asked.text, found.number)
    if asked.is_code and found.is_empty:
        loading.tried(asked.text.upper(), who)
    refused = openly and asked.is_personal
    return render_template("lists/search.html", q="" if refused else asked.text, found=found, refused=refused)


@blueprint.post("/ngon-ngu/<language>")
@permits("public")
def language(language: str) -> ResponseReturnValue:
    """Switch between Vietnamese and English; back to the page one came from, a form as it was typed."""
    if language not in ("vi", "en"):
        abort(404)
    session["language"] = language
    g.pop("language", None)
    return redirect(keep_while_switching() or way_back(), 303)
