"""A plan undone: every row as it was before, every dossier back where it stood, while nobody acted since."""

from typing import Any

import msgspec
from sqlalchemy import select

from dossiers import clock, engines
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import RoleAssignment
from dossiers.casework.models import Dossier
from dossiers.extensions import Model, db, run
from dossiers.languages import gettext as _
from dossiers.meetings.models import Meeting
from dossiers.office import services as office
from dossiers.reorganising import doing, ledger, plans, previewing
from dossiers.reorganising.doing import NAMED
from dossiers.reorganising.effects import Effects
from dossiers.reorganising.ledger import Done, Entry
from dossiers.reorganising.models import Stage, UnitPlan
from dossiers.reorganising.passing import end_sessions, look_at_requests
from dossiers.reorganising.projecting import UNIONS
from dossiers.rules import instance
from dossiers.units import services as units_services
from dossiers.units import tree
from dossiers.units.models import Unit, UnitPlacement


def trial(number: int, account: int) -> Effects:
    """What undoing a plan would do, asked by this account; nothing stays of it."""
    return previewing.trial(number, lambda plan: _perform(plan, account))


def undo(number: int, previewed: str, who: Signed) -> Effects:
    """Undo a plan as it was previewed, and keep it in the office's log. Raises NotAsSeen."""

    def note(plan: UnitPlan, effects: Effects) -> None:
        plan.stage = Stage.UNDONE
        plan.undone_by, plan.undone_at = who.account_id, clock.stamp(clock.now())
        office.record(
            "units:undone", plan.unit_id, who.account_id, [*effects.rows, plan],
            behalf=plans.lender(plan, who), plan=plan.id,
            by=doing.by_decision(plan), ground=plan.undo_reason, dossiers=len(effects.dossiers),
        )  # fmt: skip

    return previewing.as_seen(number, previewed, Stage.UNDO_ASKED, lambda plan: _perform(plan, plan.undo_by or 0), note)


def _perform(plan: UnitPlan, account: int) -> Effects:
    engines.lock_numbers(db)
    instance.forget()
    done, effects = msgspec.json.decode(plan.changes, type=Done), Effects()
    rows = ledger.standing(done.rows)
    new_units = {entry.id for entry in done.rows if entry.table == "unit" and entry.before is None}
    touched = {entry.id for entry in done.rows if entry.table == "unit"}
    loaded = doing.dossiers_under(_reach(done, touched))
    effects.seen = repr((instance.values().get(tree.VERSION), [(case.id, case.version) for case in loaded.open]))
    _nobody_acted(done, rows, new_units, effects)
    if effects.faults:
        return effects
    closed = [unit for unit in sorted(touched - new_units) if not tree.current()[unit].is_open]
    told = _restore(plan, done, rows, new_units, touched)
    look_at_requests({unit: unit for unit in closed if tree.current()[unit].is_open}, effects)
    were = {gone.id: gone.unit for gone in done.dossiers}
    going = {case.id: were.get(case.id, case.unit_id) for case in loaded.open}
    late = [case.code for case in loaded.open if case.unit_id in new_units and case.id not in were]
    effects.faults += [_("Hồ sơ %(code)s lập sau khi thực hiện phương án.", code=code) for code in late[:NAMED]]
    if effects.faults:
        return effects
    reason = f"Hoàn tác: {doing.by_decision(plan)}. {plan.undo_reason}"
    doing.go_along(loaded, going, account, f"undo-{plan.id:06d}", reason, effects)
    effects.rows = told
    return effects


def _reach(done: Done, touched: set[int]) -> list[int]:
    """The units whose dossiers may go back: those that changed, successors of closed ones, and where a union was."""
    now, found = tree.current(), set(touched)
    for unit in touched:
        node = now[unit]
        if not node.is_open and node.parent_id is not None:
            found.add(node.parent_id)
    parents = (entry.before["parent_id"] for entry in done.rows if entry.table == "unit" and entry.before
               and now[entry.id].kind in UNIONS)  # fmt: skip
    return sorted(found | {int(parent) for parent in parents if parent is not None})


def _nobody_acted(done: Done, rows: dict[tuple[str, int], Model], new_units: set[int], effects: Effects) -> None:
    """Name everything that somebody did since: on the dossiers, in the registers and roles, in the tree."""
    seqs = {gone.id: gone.seq for gone in done.dossiers}
    versions: dict[int, Any] = {}
    numbers = sorted(seqs)
    for at in range(0, len(numbers), doing.AT_ONCE):
        query = select(Dossier.id, Dossier.code, Dossier.version).where(
            Dossier.id.in_(numbers[at : at + doing.AT_ONCE])
        )
        versions |= {row.id: row for row in run(query)}
    acted = [row.code for row in versions.values() if row.version != seqs[row.id]]
    for code in sorted(acted)[:NAMED]:
        effects.faults.append(_("Hồ sơ %(code)s đã có việc ghi sau khi thực hiện phương án.", code=code))
    kinds = {
        "unit": _("đơn vị"), "unit_placement": _("vị trí của đơn vị"), "body_member": _("danh sách biểu quyết"),
        "seat_status": _("tình trạng biểu quyết"), "role_assignment": _("vai trò"),
        "role_request": _("đề nghị vai trò"), "quota": _("chỉ tiêu"),
    }  # fmt: skip
    changed = [entry.table for entry in done.rows if not ledger.is_as_left(entry, rows.get((entry.table, entry.id)))]
    effects.faults += [
        _("Đã có thay đổi sau khi thực hiện phương án: %(what)s.", what=kinds[table])
        for table in dict.fromkeys(changed)
    ]
    if not new_units:
        return
    children = {entry.id for entry in done.rows if entry.table == "unit"}
    under = select(Unit.code).where(Unit.parent_id.in_(new_units), Unit.valid_to.is_(None), Unit.id.not_in(children))
    effects.faults += [
        _("%(code)s mở sau khi thực hiện phương án, trực thuộc đơn vị mới.", code=code)
        for code in db.session.scalars(under)
    ]
    meetings = (
        select(Unit.code).join(Meeting, Meeting.unit_id == Unit.id).where(Meeting.unit_id.in_(new_units)).distinct()
    )
    effects.faults += [_("%(code)s đã triệu tập cuộc họp.", code=code) for code in db.session.scalars(meetings)]


def _restore(
    plan: UnitPlan, done: Done, rows: dict[tuple[str, int], Model], new_units: set[int], touched: set[int]
) -> list[Model | tuple[str, str]]:
    """Put the rows back. A unit that the plan opened is told of by events: it stays, closed, and its code is free."""

    def stays(entry: Entry) -> bool:
        row = rows.get((entry.table, entry.id))
        is_placed = isinstance(row, UnitPlacement) and row.unit_id in new_units
        return entry.before is None and (is_placed or (entry.table == "unit" and entry.id in new_units))

    accounts = [row.account_id for row in rows.values() if isinstance(row, RoleAssignment)]
    told = ledger.take_back([entry for entry in done.rows if not stays(entry)], rows)
    today = clock.today()
    for row in (rows[entry.table, entry.id] for entry in done.rows if stays(entry)):
        if isinstance(row, Unit):
            row.code, row.org_code, row.valid_to = f"{row.code[:12]}-H{plan.id}", None, max(today, row.valid_from)
        elif isinstance(row, UnitPlacement):
            row.valid_to = max(today, row.valid_from)
        told.append(row)
    db.session.flush()
    units_services.close_tree(sorted(touched))
    tree.changed()
    end_sessions(accounts)
    return told
