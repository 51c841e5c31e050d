"""Pages of monitoring after admission: the stage, a new member's year, a cell's month, the board."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from dossiers import clock, wire
from dossiers.acting.road import add_acts
from dossiers.casework import loading
from dossiers.casework.case import Case
from dossiers.casework.helping import roles_over
from dossiers.fields import known_key, parse_day, whole
from dossiers.formatters import day
from dossiers.languages import gettext as _
from dossiers.lists import stages
from dossiers.lists.probationers import MOST
from dossiers.monitoring import board as boards
from dossiers.monitoring import due as dues_of
from dossiers.monitoring import figures as figures_of
from dossiers.monitoring import month as months
from dossiers.monitoring.drawing import draw
from dossiers.monitoring.forms import FORMS
from dossiers.monitoring.month import MonthPage
from dossiers.monitoring.year import HOW_LABELS, Year, year_of
from dossiers.monitoring.year_forms import month_label, month_named, recent_months
from dossiers.navigation import page_number
from dossiers.people.personal import sees_file
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.reading.page import DossierPage, companions, dossier_page
from dossiers.security import permits, signed, units_with
from dossiers.sheets import MIMETYPES, Sheet
from dossiers.units import registers, tree
from dossiers.units.tree import Node
from workflow.monitoring import BY_RULE
from workflow.probation import MONTH_HEADINGS, REMARK_HEADINGS, first_of
from workflow.stages import Stage
from workflow.votes import Body

blueprint = Blueprint("monitoring", __name__)
add_acts(blueprint, FORMS)


@blueprint.get("/sau-ket-nap")
@permits("list.read")
def stage() -> ResponseReturnValue:
    """The stage of monitoring."""
    return stages.render(Stage.MONITORING)


def _year(code: str) -> tuple[Case, DossierPage, Year]:
    """A member's year, for who sees the file; 404 where there is none."""
    who = signed()
    case = loading.load_case(code, who)
    year = year_of(case, clock.today())
    if year is None or not sees_file(roles_over(who, case)):
        abort(404)
    privacy.note(case.id, who.account_id, Part.YEAR)
    return case, dossier_page(case, who), year


def _helpers(case: Case) -> list[tuple[str, date, bool]]:
    """Those who were assigned last: name, since when, whether the register of the cell has them still."""
    rows = [row for row in companions(case) if row.kind == "helper"]
    there = {seat.ref for seat in registers.register(case.unit_id, Body.CELL, clock.today())}
    return [(row.name, row.since, row.ref in there) for row in rows if row.seq == rows[-1].seq]


@blueprint.get("/ho-so/<code>/nam-du-bi")
@permits("year.read")
def year(code: str) -> ResponseReturnValue:
    """A new member's year: the line, its table, months, quarters, warnings with their answers."""
    case, page, found = _year(code)
    return render_template(
        "monitoring/year.html",
        page=page,
        tab="nam-du-bi",
        year=found,
        line=draw(found),
        helpers=_helpers(case),
        how=HOW_LABELS,
        headings=REMARK_HEADINGS,
    )


@blueprint.get("/ho-so/<code>/tu-kiem-diem")
@permits("year.read")
def self_review(code: str) -> ResponseReturnValue:
    """The self-review of the probationary member, prepared from the year, to be printed and written on."""
    case, page, found = _year(code)
    form = page.book.form("self_review")
    return render_template(
        "monitoring/self_review.html",
        page=page,
        year=found,
        form=form,
        title=page.book.form_title(form),
        headings=REMARK_HEADINGS,
        merits=case.facts.year.merits,
    )


def _cell(cells: list[Node]) -> Node:
    """The cell that is asked for, or the only one; 404 for one that is not this person's."""
    asked = request.args.get("don-vi", cells[0].code if cells else "")
    found = next((cell for cell in cells if cell.code == asked), None)
    if found is None:
        abort(404)
    return found


def _month() -> date:
    """The month that is asked for, if it may be recorded; else this one."""
    asked = request.args.get("thang", "")
    known = {named for named, _label in recent_months(clock.today())}
    return month_named(asked) if asked in known else first_of(clock.today())


@blueprint.route("/sau-ket-nap/thang", methods=["GET", "POST"])
@permits("month.record")
def month() -> ResponseReturnValue:
    """The monthly meeting of a cell: attendance, dues, tasks and remarks of everybody it follows."""
    who, cells = signed(), months.cells_of(signed())
    cell, first = _cell(cells), _month()
    form, status = MonthPage(), 200
    form.fit(months.people_of(cell, who), first)
    if request.method == "POST":
        status = 422
        if form.validate():
            done = form.record(first, who)
            if done and not any(row.refused for row in form.people):
                flash(_("Đã ghi tháng %(month)s cho %(n)s người.", month=month_label(first), n=done), "done")
                return redirect(f"{request.path}?don-vi={cell.code}&thang={first:%Y-%m}", 303)
            told = _("Đã ghi %(n)s người; những dòng có chú thích chưa ghi được.", n=done)
            flash(told if done else _("Chưa ghi được ai."), "warn")
    return render_template(
        "monitoring/month.html",
        form=form,
        cell=cell,
        cells=cells,
        first=first,
        months=recent_months(clock.today()),
        headings=MONTH_HEADINGS,
    ), status


@blueprint.route("/sau-ket-nap/dang-phi", methods=["GET", "POST"])
@permits("month.record")
def dues() -> ResponseReturnValue:
    """Dues from a file: each line a dossier, a month, and what became of it."""
    who, cells = signed(), months.cells_of(signed())
    cell, results, status = _cell(cells), [], 200
    if request.method == "POST":
        sent = request.files.get("tep")
        text = sent.read(200_000).decode("utf-8", "replace") if sent else ""
        lines = months.read_dues(text or request.form.get("dong", "")[:200_000])
        results = months.record_dues(lines, cell, who, known_key(request.form.get("act_key")))
        status = 200 if results and not any(why for _line, why in results) else 422
    return render_template(
        "monitoring/dues.html",
        cell=cell,
        results=results,
        sent=request.method == "POST",
        people=months.people_of(cell, who),
        typed=request.form.get("dong", "") if status == 422 else "",
        act_key=months.new_key(),
    ), status


def _unit() -> Node:
    """The unit that is asked for, or the first one this person reads all of; 404 for one out of reach."""
    units, reach = tree.current(), units_with("board.read")
    asked = request.args.get("don-vi", "")
    node = units.find(asked, reach) if asked else units[units.roots(reach)[0]]
    if node is None:
        abort(404)
    return node


def _as_of() -> date:
    """The day that is asked for, else today."""
    try:
        return parse_day(request.args.get("ngay", ""))
    except ValueError:
        return clock.today()


def _file(sheet: Sheet, suffix: str, name: str) -> ResponseReturnValue:
    return wire.named_file(sheet.made(suffix), MIMETYPES[suffix], f"{name}.{suffix}", saved=True)


@blueprint.get("/sau-ket-nap/bang")
@permits("board.read")
def board() -> ResponseReturnValue:
    """The board of those on probation within a unit, by month and by warning, as of a day."""
    node, as_of = _unit(), _as_of()
    chosen = whole(request.args.get("nam-thang", ""), 3)
    warning = request.args.get("canh-bao", "")
    found = boards.board(node.id, as_of, chosen, warning if warning in BY_RULE else "")
    return render_template(
        "monitoring/board.html",
        board=found,
        unit=node,
        units=tree.current().offered(units_with("board.read")),
        as_of=day(as_of),
        chosen=chosen,
        warning=warning if warning in BY_RULE else "",
        specs=BY_RULE,
        silent=boards.is_silent,
        most=MOST,
    )


@blueprint.get("/sau-ket-nap/den-han")
@permits("board.read")
def due() -> ResponseReturnValue:
    """Those due for recognition in a quarter, with what each still lacks; with `in=1` for the printer."""
    node, as_of = _unit(), _as_of()
    found = dues_of.due(node.id, as_of, request.args.get("quy", ""))
    is_printed = request.args.get("in") == "1"
    if is_printed:
        privacy.note_many((), signed().account_id, Part.PRINT, f"{node.code} {found.chosen.key} n={len(found.lines)}")
    return render_template(
        "monitoring/due.html",
        due=found,
        unit=node,
        units=tree.current().offered(units_with("board.read")),
        as_of=day(as_of),
        label=dues_of.label,
        made_after=dues_of.made_after(found.lines),
        is_printed=is_printed,
        most=MOST,
    )


@blueprint.get("/sau-ket-nap/den-han.<any(csv, xlsx):suffix>")
@permits("board.read")
def due_file(suffix: str) -> ResponseReturnValue:
    """The same list as a file."""
    node = _unit()
    found = dues_of.due(node.id, _as_of(), request.args.get("quy", ""))
    privacy.note_many((), signed().account_id, Part.EXPORT, f"{node.code} {found.chosen.key} n={len(found.lines)}")
    name = _("Đến hạn công nhận %(unit)s %(q)s", unit=node.code, q=found.chosen.key)
    return _file(dues_of.sheet(found, found.lines), suffix, name)


def _year_asked(as_of: date) -> int:
    asked = whole(request.args.get("nam", ""), 4)
    return asked if asked is not None and 1990 <= asked <= 2200 else as_of.year


@blueprint.get("/sau-ket-nap/phan-loai")
@permits("board.read")
def classification() -> ResponseReturnValue:
    """Figures for the classification of organisations at the end of a year; every number opens its dossiers."""
    node, as_of, page = _unit(), _as_of(), page_number()
    found = figures_of.figures(node, _year_asked(as_of), as_of, page)
    return render_template(
        "monitoring/classification.html",
        found=found,
        unit=node,
        units=tree.current().offered(units_with("board.read")),
        as_of=day(as_of),
        labels=figures_of.labels(),
        page=page,
        most=figures_of.READ,
    )


@blueprint.get("/sau-ket-nap/phan-loai.<any(csv, xlsx):suffix>")
@permits("board.read")
def classification_file(suffix: str) -> ResponseReturnValue:
    """The same figures as a file."""
    node, as_of = _unit(), _as_of()
    found = figures_of.figures(node, _year_asked(as_of), as_of, page_number())
    return _file(figures_of.sheet(found), suffix, _("Phân loại %(unit)s %(y)s", unit=node.code, y=found.year))


@blueprint.get("/sau-ket-nap/phan-loai/<any(admitted, in_time, late, overdue, removed, source):kind>")
@permits("board.read")
def classified(kind: str) -> ResponseReturnValue:
    """The dossiers behind a figure."""
    node, as_of = _unit(), _as_of()
    year = _year_asked(as_of)
    rows, more = figures_of.dossiers(kind, node, year, as_of)
    return render_template(
        "monitoring/classified.html",
        title=figures_of.labels()[kind],
        rows=rows,
        more=more,
        unit=node,
        year=year,
        as_of=day(as_of),
        most=MOST,
    )
