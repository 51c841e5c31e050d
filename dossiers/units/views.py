"""The unit tree, and the registers of those entitled to vote."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock
from dossiers.extensions import db
from dossiers.fields import still_free
from dossiers.languages import gettext as _
from dossiers.navigation import page_number
from dossiers.security import may, on_behalf, permits, permitted, signed
from dossiers.units import history, persons, registers, services, tree
from dossiers.units.forms import OrgCodeForm, SeatForm, UnitForm
from dossiers.units.models import BodyMember, Unit
from dossiers.units.registers import STATUS_LABELS
from dossiers.units.tree import Node, Tree
from workflow.route import UnitKind

blueprint = Blueprint("units", __name__)


@blueprint.route("/don-vi/moi", methods=["GET", "POST"])
@permits("administration")
def new_unit() -> ResponseReturnValue:
    """Add a unit to the tree."""
    form = UnitForm()
    form.prepare()
    if form.validate_on_submit():
        parent = db.session.get_one(Unit, int(form.parent.data))
        kind, since = UnitKind(form.kind.data), form.valid_from.data
        with still_free(form.code, "unit_code", _("Mã này đã có.")):
            added = services.open_unit(
                form.code.data, form.name.data, kind, parent, since, form.decider.data or None, signed().account_id,
                form.org_code.data or None,
            )  # fmt: skip
            flash(_("Đã thêm đơn vị %(code)s.", code=added.code), "done")
            return redirect(url_for("units.unit", code=added.code), 303)
    return render_template("units/new.html", form=form), 422 if form.is_submitted() else 200


SHOWN = 100
"""So many units of one level, or found by a search, stand on a page."""


@blueprint.get("/don-vi", endpoint="tree")
@permits("signed_in")
def tree_view() -> ResponseReturnValue:
    """The units in reach as a tree: `mo` names the unit that is open, with the way down to it; or those a search finds.

    `loc` is what the work-list is narrowed by meanwhile, when somebody came to choose a unit for it.
    """
    who, units = signed(), tree.current()
    typed = " ".join(request.args.get("q", "").split())[:60]
    narrowed = parse_qsl(request.args.get("loc", "")[:600])
    rest = [(name, value) for name, value in narrowed if name not in ("unit", "after")]
    wanted = request.args.get("mo", "")
    opened = units.find(wanted, who.units) if wanted else None
    if wanted and opened is None:
        abort(404)
    found = units.search(typed, who.units, SHOWN) if typed else []
    exactly = units.find(typed.upper(), who.units)
    if exactly is not None and not exactly.is_open:
        found.insert(0, exactly)
    lines = [] if typed else branches(units, who.units, opened, page_number())
    return render_template(
        "units/tree.html",
        branches=lines,
        above={line.unit.id: line.unit.code for line in _open(lines)},
        found=found,
        q=typed,
        loc=urlencode(rest),
        listed=set(units.roots(who.reading_units)) if may("list.read") else set(),
        list_query=lambda unit: urlencode([*rest, ("unit", unit.code)]),
        may_add=may("administration"),
        may_plan=may("units.confirm"),
    )


@dataclass(frozen=True)
class Branch:
    """A unit in the tree: whether it is open, whether something stands under it, and what of that is shown.

    `left`: so many more stand under it, beginning on page `next` (0: they are shown when it is opened).
    """

    unit: Node
    has_more: bool
    is_open: bool = False
    under: tuple["Branch", ...] = ()
    left: int = 0
    next: int = 0


def branches(units: Tree, reach: tuple[int, ...], opened: Node | None, page: int) -> list[Branch]:
    """The tree as far as it is open: the units somebody holds a role in, what stands under the one that is open, SHOWN
    units a page, and beside the way to it. What stands under others is not looked at.
    """
    roots = sorted((units[unit] for unit in units.roots(reach)), key=lambda node: node.code)
    if opened is None and len(roots) == 1:
        opened = roots[0]
    return [_branch(units, root, opened, page) for root in roots]


def _open(lines: Iterable[Branch]) -> Iterator[Branch]:
    """The branches that are open, with those under them."""
    for line in lines:
        if line.is_open:
            yield line
            yield from _open(line.under)


def _branch(units: Tree, node: Node, opened: Node | None, page: int) -> Branch:
    under = units.under(node.id)
    if opened is None or not opened.lies_in([node.id]):
        return Branch(node, bool(under))
    first, number = (page - 1) * SHOWN, 0
    if opened is node:
        shown, left = under[first : first + SHOWN], max(0, len(under) - first - SHOWN)
        number = page + 1
    elif len(under) > SHOWN:
        shown, left = [below for below in under if opened.lies_in([below.id])], len(under) - 1
    else:
        shown, left = under, 0
    below = tuple(_branch(units, child, opened, page) for child in shown)
    return Branch(node, bool(under), True, below, left, number)


def _unit(code: str, permission: str = "signed_in", closed_too: bool = False) -> Node:
    """An open unit in reach of whoever asks (or one that is closed); aborts with 403 when they lack a permission for
    just this unit.
    """
    found = tree.current().find(code, signed().units)
    if found is None or not (found.is_open or closed_too):
        abort(404)
    if not permitted(permission, found.id):
        abort(403)
    return found


@blueprint.route("/don-vi/<code>", methods=["GET", "POST"])
@permits("signed_in")
def unit(code: str) -> ResponseReturnValue:
    """A unit and its registers; who keeps a register adds people here."""
    found = _unit(code, closed_too=True)
    if not found.is_open:
        return _closed(found)
    bodies, today = services.bodies_of(found.kind), clock.today()
    form = SeatForm(body=str(bodies[0]) if bodies else "")
    form.prepare(found)
    can_change = permitted("register.manage", found.id) and bool(bodies)
    status = 200
    if form.is_submitted():
        if not can_change:
            abort(403)
        status = 422
        if form.validate() and _added(found, form):
            flash(_("Đã thêm %(name)s vào danh sách biểu quyết.", name=form.name.data), "done")
            return redirect(url_for("units.unit", code=code), 303)
    if not form.by.errors:
        del form.by  # asked for where votes are touched
    page = render_template(
        "units/unit.html",
        unit=found,
        registers=[
            (body, registers.register(found.id, body, today), registers.coming(found.id, body, today))
            for body in bodies
        ],
        form=form,
        can_change=can_change,
        administers=permitted("administration", found.id),
        periods=history.periods(found.id),
        sees_roles=permitted("roles.read", found.id),
        statuses=STATUS_LABELS,
    )
    return page, status


def _closed(unit: Node) -> ResponseReturnValue:
    """A unit that is closed: what it was, and which unit goes on in its place."""
    if request.method == "POST":
        abort(404)
    units = tree.current()
    successor = None if unit.parent_id is None else units[unit.parent_id]
    reached = successor is not None and successor.lies_in(signed().units)
    periods = history.periods(unit.id)
    return render_template("units/closed.html", unit=unit, successor=successor, reached=reached, periods=periods)


def _added(unit: Node, form: SeatForm) -> bool:
    """Add whom the form names to a register; False, and a sentence in the form, when that cannot be."""
    known = form.whose()
    person = known.person if known is not None else persons.new(form.name.data, form.birth_date.data)
    seat = BodyMember(unit_id=unit.id, body=form.body.data, name=form.name.data, valid_from=form.valid_from.data)
    with form.told_at(form.valid_from):
        try:
            behalf = on_behalf("register.manage", unit.id)
            registers.add(seat, person, form.status.data, signed().account_id, form.by.data or "", behalf)
        except registers.NotThere as error:
            form.name.errors = [str(error)]
        else:
            return True
    return False


@blueprint.route("/don-vi/<code>/ma-to-chuc", methods=["GET", "POST"])
@permits("administration")
def org_code(code: str) -> ResponseReturnValue:
    """Write down the organisation code of a unit."""
    found = _unit(code, "administration")
    form = OrgCodeForm()
    if not form.is_filled():
        form.org_code.data = found.org_code
    if form.validate_on_submit():
        with still_free(form.org_code, "unit_org_code", _("Mã tổ chức này đã có.")):
            services.set_org_code(db.session.get_one(Unit, found.id), form.org_code.data or None, signed().account_id)
            flash(_("Đã ghi mã tổ chức của đơn vị %(code)s.", code=code), "done")
            return redirect(url_for("units.unit", code=code), 303)
    return render_template("units/org_code.html", unit=found, form=form), 422 if form.is_submitted() else 200
