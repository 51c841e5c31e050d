"""Plans while they are prepared: an administrator writes them, a second person sends them back or carries them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, case, select, update

from dossiers import clock
from dossiers.accounts import giving
from dossiers.accounts.grants import CONFIRMING, Signed
from dossiers.accounts.models import Account
from dossiers.extensions import db, write_transaction
from dossiers.languages import gettext as _
from dossiers.office import services as office
from dossiers.reorganising.lines import Line, read, written
from dossiers.reorganising.models import Stage, UnitPlan
from dossiers.reorganising.projecting import Fault, project
from dossiers.units import tree

WAITING = (Stage.ASKED, Stage.UNDO_ASKED)
"""Stages at which a second person decides."""


class Overtaken(Exception):
    """Somebody changed the plan since it was read."""


def start(unit_id: int, number: str, decided_on: date, since: date, subject: str, who: Signed) -> UnitPlan:
    """Begin a plan; nothing happens to units yet."""
    with write_transaction():
        plan = UnitPlan(
            unit_id=unit_id, number=number, decided_on=decided_on, since=since, subject=subject, lines="[]",
            stage=Stage.DRAFT, prepared_by=who.account_id, prepared_at=clock.stamp(clock.now()), undo_reason="",
            changes="", done=False, edition=1,
        )  # fmt: skip
        db.session.add(plan)
    return plan


def _step(plan: UnitPlan, stages: Sequence[Stage], who: Signed | None = None, **values: object) -> None:
    """Change a plan if it is still at the version that was read and at one of these stages; `who` of one that was
    carried out. Raises Overtaken.
    """
    wanted = update(UnitPlan).where(
        UnitPlan.id == plan.id, UnitPlan.edition == plan.edition, UnitPlan.stage.in_(stages)
    )
    with write_transaction():
        if db.session.execute(wanted.values(edition=plan.edition + 1, **values)).rowcount != 1:  # type: ignore[attr-defined] # of an update
            raise Overtaken(plan.id)
        db.session.refresh(plan)
        if who is not None:
            told = {"plan": plan.id, "ground": plan.undo_reason}
            office.record(
                "units:undo_asked", plan.unit_id, who.account_id, [plan], behalf=lender(plan, who), **told
            )  # fmt: skip


def faults_of_last(plan: UnitPlan, line: Line) -> list[Fault]:
    """What stands against adding a line to a plan."""
    lines = (*read(plan.lines), line)
    return [fault for fault in project(tree.current(), plan.unit_id, lines).faults if fault.line == len(lines)]


def add(plan: UnitPlan, line: Line) -> None:
    """Add a line. Raises Overtaken."""
    _step(plan, (Stage.DRAFT,), lines=written((*read(plan.lines), line)))


def remove(plan: UnitPlan, number: int) -> None:
    """Take the `number`th line out, if there is one. Raises Overtaken."""
    lines = [line for nr, line in enumerate(read(plan.lines), start=1) if nr != number]
    _step(plan, (Stage.DRAFT,), lines=written(lines))


def ask(plan: UnitPlan) -> None:
    """Hand a plan to the second person. Raises Overtaken."""
    _step(plan, (Stage.DRAFT,), stage=Stage.ASKED, asked_at=clock.stamp(clock.now()))


def send_back(plan: UnitPlan) -> None:
    """Give a plan back to be changed. Raises Overtaken."""
    _step(plan, (Stage.ASKED,), stage=Stage.DRAFT)


def drop(plan: UnitPlan) -> None:
    """Give a plan up that was not carried out. Raises Overtaken."""
    _step(plan, (Stage.DRAFT, Stage.ASKED), stage=Stage.DROPPED)


def ask_to_undo(plan: UnitPlan, reason: str, who: Signed) -> None:
    """Ask for a plan to be undone. Raises Overtaken."""
    asked = {"asked_at": clock.stamp(clock.now()), "undo_by": who.account_id, "undo_reason": reason}
    _step(plan, (Stage.DONE,), who, stage=Stage.UNDO_ASKED, **asked)


def keep_done(plan: UnitPlan, who: Signed) -> None:
    """Leave a plan as it was carried out: it is not undone. Raises Overtaken."""
    _step(plan, (Stage.UNDO_ASKED,), who, stage=Stage.DONE, undo_reason="")


def lender(plan: UnitPlan, who: Signed) -> int | None:
    """The account in whose place this person confirms a plan; None when the role is their own."""
    return who.lender(CONFIRMING, tree.current()[plan.unit_id].chain)


def fault_of_second(plan: UnitPlan, who: Signed) -> str | None:
    """Why this person may not be the second one, as a sentence; None when nothing stands against it."""
    first = plan.undo_by if plan.stage == Stage.UNDO_ASKED else plan.prepared_by
    return fault(plan, db.session.get_one(Account, first), giving.Second(who))


def fault(plan: UnitPlan, account: Account, second: giving.Second) -> str | None:
    """The same of whom is known already; `account` asked for it. No query."""
    return second.why_not(
        account,
        lender(plan, second.who),
        _("Người lập không tự xác nhận: một quản trị viên khác hoặc bí thư của cấp ra quyết định xác nhận."),
        _("Mật khẩu của bạn do người lập đặt trong %(days)s ngày qua: người khác xác nhận.", days=giving.days()),
    )


_ASKED = (
    select(UnitPlan, Account)
    .join(
        Account, Account.id == case((UnitPlan.stage == Stage.UNDO_ASKED, UnitPlan.undo_by), else_=UnitPlan.prepared_by)
    )
    .where(UnitPlan.stage.in_(WAITING), UnitPlan.unit_id.in_(bindparam("units", expanding=True)))
    .order_by(UnitPlan.asked_at, UnitPlan.id)
    .limit(bindparam("limit"))
)


def waiting(units: Sequence[int], second: giving.Second, limit: int) -> list[tuple[UnitPlan, Account]]:
    """The plans of these units and those below that this person may decide on now, each with who asked; one query."""
    rows = db.session.execute(_ASKED, {"units": tree.current().all_below(units), "limit": limit}).tuples()
    return [(plan, asker) for plan, asker in rows if fault(plan, asker, second) is None]


@dataclass(frozen=True)
class Listed:
    """A plan in the list, with who prepared it."""

    plan: UnitPlan
    prepared_by: str


SHOWN = 50


def of_units(units: Sequence[int], page: int) -> list[Listed]:
    """A page of the plans of these units and those below, newest first, one more than is shown; one query."""
    query = (
        select(UnitPlan, Account.name)
        .join(Account, Account.id == UnitPlan.prepared_by)
        .where(UnitPlan.unit_id.in_(tree.current().all_below(units)))
        .order_by(UnitPlan.id.desc())
        .offset((page - 1) * SHOWN)
        .limit(SHOWN + 1)
    )
    return [Listed(plan, name) for plan, name in db.session.execute(query)]
