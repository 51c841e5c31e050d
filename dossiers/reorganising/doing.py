"""A plan carried out, or tried: everything in one transaction, which a trial takes back at its end.

So what a preview shows is what happens, by the same steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import select

from dossiers import clock, engines
from dossiers.accounts import grants
from dossiers.accounts.grants import Signed
from dossiers.casework import placing
from dossiers.casework.act import Act
from dossiers.casework.case import Case
from dossiers.casework.loading import cases_of
from dossiers.casework.models import Dossier
from dossiers.extensions import db, run
from dossiers.formatters import day, role, say, state
from dossiers.languages import gettext as _
from dossiers.office import services as office
from dossiers.reorganising import passing, plans, previewing
from dossiers.reorganising.effects import Effects, Going, UnitChange
from dossiers.reorganising.ledger import Done, Gone, Ledger
from dossiers.reorganising.lines import read
from dossiers.reorganising.models import Stage, UnitPlan
from dossiers.reorganising.projecting import UNIONS, Outcome, Stand, project
from dossiers.rules import instance
from dossiers.rules import services as rules
from dossiers.units import services as units_services
from dossiers.units import tree
from dossiers.units.models import Unit, UnitPlacement
from dossiers.units.places import Place
from dossiers.units.tree import Tree
from workflow import caught
from workflow.facts import Evidence, Source
from workflow.procedure import parts
from workflow.procedure.table import move_by, route_knows
from workflow.roles import Role
from workflow.route import DECIDER_LABELS, Decider, route_label

AT_ONCE = 2000
NAMED = 20
"""So many dossiers are named one by one in what stands against a plan."""


def by_decision(plan: UnitPlan) -> str:
    """The decision of a plan in words, as dossiers and the log name it."""
    return f"Quyết định số {plan.number}, ngày {day(plan.decided_on)}, {tree.current().name(plan.unit_id)}"


def trial(number: int, account: int) -> Effects:
    """What a plan would do if this account confirmed it; nothing stays of it."""
    return previewing.trial(number, lambda plan: _perform(plan, account))


def carry_out(number: int, previewed: str, who: Signed) -> Effects:
    """Carry a plan out as it was previewed, and keep it in the office's log. Raises NotAsSeen."""

    def note(plan: UnitPlan, effects: Effects) -> None:
        plan.stage, plan.done = Stage.DONE, True
        plan.confirmed_by, plan.done_at = who.account_id, clock.stamp(clock.now())
        office.record(
            "units:reorganised", plan.unit_id, who.account_id, [*effects.rows, plan],
            behalf=plans.lender(plan, who), plan=plan.id,
            by=by_decision(plan), since=plan.since, units=[change.code for change in effects.units],
            dossiers=len(effects.dossiers),
        )  # fmt: skip

    return previewing.as_seen(number, previewed, Stage.ASKED, lambda plan: _perform(plan, who.account_id), note)


@dataclass
class Loaded:
    """Dossiers as they were read under the old tree: those still open, and all others by number and unit."""

    open: list[Case]
    ended: list[Case]


def dossiers_under(units: Sequence[int]) -> Loaded:
    """All dossiers of the cells in and under these units, as they stand before anything changes."""
    cells = tree.current().all_below(units)
    numbers = list(run(select(Dossier.id).where(Dossier.unit_id.in_(cells)).order_by(Dossier.id)).scalars())
    found = Loaded([], [])
    for at in range(0, len(numbers), AT_ONCE):
        for case in cases_of(numbers[at : at + AT_ONCE]):
            (found.open if case.state in parts.OPEN and not case.facts.closed else found.ended).append(case)
    return found


def _perform(plan: UnitPlan, confirmer: int) -> Effects:
    """Do everything in the current transaction, but for the plan's own row and the log; stops at what stands against
    the lines themselves.
    """
    engines.lock_numbers(db)
    instance.forget()
    before, today = tree.current(), clock.today()
    effects, lines = Effects(), read(plan.lines)
    outcome = project(before, plan.unit_id, lines)
    if not lines:
        effects.faults.append(_("Phương án chưa có dòng nào."))
    effects.faults += [
        _("Dòng %(n)s: %(text)s", n=fault.line, text=fault.text) for fault in outcome.faults
    ]  # fmt: skip
    since = min(plan.since, today)
    effects.units = [_told(before, outcome, stand) for stand in outcome.units.values()]
    placed = _placements(outcome, since, effects)
    if effects.faults:
        return effects
    if plan.since > today:
        effects.faults.append(_("Quyết định có hiệu lực từ %(day)s: thực hiện từ ngày đó.", day=day(plan.since)))
    reach = {unit for unit in outcome.units if unit > 0} | {unit for unit, _to in outcome.picked.values()}
    reach |= {before[unit].parent_id or unit for unit in reach if before[unit].kind in UNIONS}
    loaded = dossiers_under(list(reach))
    effects.seen = repr((instance.values().get(tree.VERSION), [(case.id, case.version) for case in loaded.open]))
    _check_picked(outcome, before, loaded.open, effects)
    ledger = Ledger()
    units = change_tree(before, outcome, since, placed, ledger)
    passing.pass_seats(outcome, since, units, ledger, effects)
    passing.pass_roles(outcome, units, (plan.prepared_by, confirmer), ledger, effects)
    passing.pass_quotas(outcome, since, plan.number, plan.decided_on, units, ledger, effects)
    going = {
        case.id: units[outcome.picked[case.code][1]].id if case.code in outcome.picked
        else outcome.cells.get(case.unit_id, case.unit_id)
        for case in loaded.open
    }  # fmt: skip
    gone = go_along(loaded, going, plan.prepared_by, f"plan-{plan.id:06d}", by_decision(plan), effects)
    passing.look_at_requests({unit: units[to].id for unit, to in outcome.successors.items()}, effects)
    passing.look_at_meetings(outcome, units, {case.id: case for case in gone}, effects)
    _check_closed(outcome, before, loaded.open, effects)
    were = {case.id: case.unit_id for case in loaded.open}
    done = Done(ledger.entries(), tuple(Gone(case.id, case.version, were[case.id]) for case in gone))
    plan.changes = msgspec.json.encode(done).decode()
    effects.rows = ledger.images()
    return effects


def _told(before: Tree, outcome: Outcome, stand: Stand) -> UnitChange:
    def words(one: Stand | None, parent: str) -> str:
        if one is None:
            return ""
        said = [one.name, parent and _("trực thuộc %(unit)s", unit=parent)]
        if one.decider:
            said.append(say(DECIDER_LABELS[Decider(one.decider)]))
        if one.org_code:
            said.append(one.org_code)
        return "; ".join(part for part in said if part)

    def code(unit: int | None) -> str:
        if unit is None:
            return ""
        return outcome.units[unit].code if unit in outcome.units else before[unit].code

    now = words(stand, code(stand.parent))
    if not stand.is_open:
        now = _("kết thúc; kế thừa: %(unit)s", unit=code(stand.parent))
    if stand.id < 0:
        return UnitChange(stand.code, stand.name, "", now)
    node = before[stand.id]
    old = Stand(node.id, node.code, node.name, node.kind, node.deciding_body, node.parent_id, True, node.org_code)
    return UnitChange(node.code, node.name, words(old, before[node.parent_id].code if node.parent_id else ""), now)


def _placements(outcome: Outcome, since: date, effects: Effects) -> dict[int, UnitPlacement]:
    """Where the units stood last; says which of them changed on that day or later."""
    known = [unit for unit in outcome.units if unit > 0]
    query = select(UnitPlacement).where(UnitPlacement.unit_id.in_(known)).order_by(UnitPlacement.valid_from)
    last = {placement.unit_id: placement for placement in db.session.scalars(query)}
    for unit, placement in last.items():
        if since <= placement.valid_from:
            effects.faults.append(
                _("%(unit)s: ngày hiệu lực phải sau lần thay đổi gần nhất, %(day)s.",
                  unit=outcome.units[unit].code, day=day(placement.valid_from))
            )  # fmt: skip
    return last


def _check_picked(outcome: Outcome, before: Tree, cases: Sequence[Case], effects: Effects) -> None:
    where = {case.code: case.unit_id for case in cases}
    for code, (unit, _to) in outcome.picked.items():
        if where.get(code) != unit:
            effects.faults.append(
                _("%(code)s không phải hồ sơ đang giải quyết của %(unit)s.", code=code, unit=before[unit].code)
            )


def _check_closed(outcome: Outcome, before: Tree, cases: Sequence[Case], effects: Effects) -> None:
    for unit in outcome.successors:
        left = sum(case.unit_id == unit for case in cases) if unit not in outcome.cells else 0
        if left:
            effects.faults.append(
                _(
                    "%(unit)s còn %(n)s hồ sơ đang giải quyết: sáp nhập thay vì kết thúc.",
                    unit=before[unit].code,
                    n=left,
                )
            )


def change_tree(
    before: Tree, outcome: Outcome, since: date, placed: dict[int, UnitPlacement], ledger: Ledger
) -> dict[int, Unit]:
    """Write the units as the plan leaves them, with where they stood; in the current transaction. Gives the units by
    their numbers, new ones also by those below zero.
    """
    leaving = (unit for unit, _to in (*outcome.picked.values(), *outcome.seats.values()))
    wanted = {unit for unit in (*outcome.units, *outcome.successors.values(), *leaving) if unit > 0}
    units = {unit.id: unit for unit in db.session.scalars(select(Unit).where(Unit.id.in_(wanted)))}
    for stand in outcome.units.values():
        if stand.id < 0:
            new = Unit(
                code=stand.code, name=stand.name, kind=str(stand.kind), deciding_body=stand.decider,
                parent_id=stand.parent, valid_from=since, org_code=stand.org_code,
            )  # fmt: skip
            ledger.add(new)
            units[stand.id] = new
    db.session.flush()
    for stand in outcome.units.values():
        unit, parent = (
            units[stand.id],
            stand.parent if stand.parent is None or stand.parent > 0 else units[stand.parent].id,
        )
        if stand.id > 0:
            node = before[stand.id]
            ledger.change(placed[stand.id], valid_to=since, name=placed[stand.id].name or node.name)
            ledger.change(
                unit, name=stand.name, deciding_body=stand.decider, parent_id=parent, org_code=stand.org_code,
                valid_to=None if stand.is_open else since,
            )  # fmt: skip
        ledger.add(
            UnitPlacement(
                unit_id=unit.id, parent_id=parent, deciding_body=stand.decider, name=stand.name, valid_from=since
            )
        )
    db.session.flush()
    units_services.close_tree([units[unit].id for unit in outcome.units])
    tree.changed()
    return units


def go_along(
    loaded: Loaded, going: dict[int, int], account: int, key: str, reason: str, effects: Effects
) -> list[Case]:
    """Let open dossiers go where they belong in the tree as it now is, by an act each; list ended ones anew."""
    now, today = tree.current(), clock.today()
    signed = grants.load(account, today)
    if Role.ADMINISTRATOR not in signed.roles:
        effects.faults.append(_("Người lập phương án không còn là quản trị viên: người khác lập lại."))
        return []
    acts: list[tuple[Case, Act]] = []
    bases: dict[int, dict[Source, int]] = {}
    for case in loaded.open:
        to = going[case.id]
        place = now.place(to)
        if to not in bases:
            bases[to] = now.organisations(place)
        nominator = bases[to].get(case.facts.source)
        if place == case.place and nominator == case.nominator_id:
            continue
        if not _can_stand(case, place, now, to, effects):
            continue
        has = {source: source in bases[to] for source in (Source.YOUTH_UNION, Source.TRADE_UNION)}
        evidence = Evidence(
            today, reason=reason, unit_has_youth_union=has[Source.YOUTH_UNION],
            unit_has_trade_union=has[Source.TRADE_UNION],
        )  # fmt: skip
        acts.append((case, Act("reorganise", evidence, f"{key}-{case.id:08d}", to_unit_id=to)))
    try:
        gone = placing.go_along(acts, signed)
    except placing.Stuck as stuck:
        effects.faults += [
            f"{code}: " + " ".join(say(refusal.message) for refusal in why.refusals)
            for code, why in stuck.dossiers[:NAMED]
        ]
        return []
    effects.dossiers = [_going(was, case, now) for (was, _act), case in zip(acts, gone, strict=True)]
    moved = [case.id for case in loaded.ended if now.place(case.unit_id) != case.place]
    placing.list_anew(moved)
    effects.listed = len(moved)
    return gone


def _can_stand(case: Case, place: Place, now: Tree, to: int, effects: Effects) -> bool:
    """Whether there is a road from where a dossier stands; says so when there is none."""
    road = place.road(rules.books()[case.rulebook]) if place.has_dossiers else None
    assert case.state is not None
    if road is None:
        effects.faults.append(_("%(unit)s không có đường xét cho hồ sơ %(code)s.", unit=now[to].code, code=case.code))
    elif not route_knows(road, case.state) and move_by("follow_new_road", case.state, road) is None:
        effects.faults.append(
            _("Hồ sơ %(code)s đang ở bước “%(state)s”, đường mới không có bước này.",
              code=case.code, state=state(case.state))
        )  # fmt: skip
    else:
        return True
    return False


def _going(was: Case, case: Case, now: Tree) -> Going:
    book = rules.books()[case.rulebook]
    assert case.state is not None
    off = not route_knows(case.route, case.state) or caught.behind(case.state, case.route, case.facts, book) is not None
    return Going(
        case.code,
        state(case.state),
        (now[was.unit_id].code, now[case.unit_id].code),
        (say(route_label(was.route, book)), say(route_label(case.route, book))),
        (role(was.turn), role(case.turn)),
        (was.due_on, case.due_on),
        (now.name(was.nominator_id), now.name(case.nominator_id)),
        off,
    )
