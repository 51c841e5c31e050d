"""Roles lent for a period: by their holder, or by the body above, to another person, who then acts on the holder's
behalf. What is lent ends on its day by itself, is never lent on, and goes with the role it was lent from (ADR 27).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from dossiers import clock
from dossiers.accounts import giving
from dossiers.accounts.grants import IDLE, LENDING, LENT, SECRETARIES, Signed, ended_lately
from dossiers.accounts.models import Account, Delegation, RoleAssignment
from dossiers.asking import Question
from dossiers.extensions import Model, db, run, write_transaction
from dossiers.formatters import say
from dossiers.languages import gettext as _
from dossiers.office import services as office
from dossiers.units import tree
from dossiers.units.models import BodyMember, Unit, UnitAncestor
from workflow.roles import ROLE_LABELS, Role

SHOWN_FOR = timedelta(days=30)
"""For so long a delegation that is over stands on the page; then in the office's log."""


def most_days() -> int:
    """For how many days a role can be lent at once."""
    return int(current_app.config["DELEGATION_DAYS"])


def _in_force(of: type[RoleAssignment] = RoleAssignment) -> tuple[ColumnElement[bool], ...]:
    return of.valid_from <= bindparam("day"), or_(of.valid_to.is_(None), of.valid_to > bindparam("day"))


@dataclass(frozen=True)
class Fault:
    """Why a role is not lent so, as a sentence, and at which field of the form ("": the whole)."""

    text: str
    field: str = ""


def may_lend(who: Signed, assignment: RoleAssignment) -> bool:
    """Whether this person may lend a role somebody holds: their own, one of a body below, or of their body's office."""
    if assignment.delegated_by_id is not None or Role(assignment.role) not in LENT:
        return False
    if assignment.account_id == who.account_id:
        return True
    return any(
        role in LENDING
        and tree.current()[assignment.unit_id].lies_in((unit,))
        and (unit != assignment.unit_id or Role(assignment.role) not in SECRETARIES)
        for role, unit in who.own
    )


_SEATED = select(BodyMember.person_id).where(
    BodyMember.unit_id == bindparam("unit"),
    BodyMember.valid_from <= bindparam("day"),
    or_(BodyMember.valid_to.is_(None), BodyMember.valid_to > bindparam("day")),
)
_near = aliased(RoleAssignment)
_idle, _idler = aliased(RoleAssignment), aliased(Account)
_CONTROLS = exists(
    select(_idle.id)
    .join(_idler, _idler.id == _idle.account_id)
    .where(
        or_(_idler.id == Account.id, _idler.person_id == Account.person_id),
        _idle.role.in_([str(role) for role in IDLE]),
        *_in_force(_idle),
    )
    .correlate(Account)
)
_STAND_INS = Question(
    select(Account.id, Account.name, Account.person_id, _near.role, _near.unit_id)
    .outerjoin(
        _near,
        and_(
            _near.account_id == Account.id, _near.unit_id.in_(bindparam("near", expanding=True)),
            _near.delegated_by_id.is_(None), *_in_force(_near),
        ),
    )
    .where(Account.active, or_(_near.id.is_not(None), Account.person_id.in_(_SEATED)), ~_CONTROLS)
    .order_by(Account.name, Account.id, _near.id)
)  # fmt: skip


@dataclass(frozen=True)
class StandIn:
    """Somebody a role can be lent to: an account, and what it holds nearby, (role, unit)."""

    account_id: int
    name: str
    held: tuple[tuple[str, int], ...]


def stand_ins(assignment: RoleAssignment, besides: Collection[int]) -> list[StandIn]:
    """Who may stand in for a role's holder: those with a role in its unit, one above, one directly below or one beside
    it, and who sits in a register of the unit; nobody who controls or administers, no account of the holder's person or
    of the accounts `besides`; two queries.
    """
    units, unit = tree.current(), tree.current()[assignment.unit_id]
    around = [parent for parent in (unit.id, unit.parent_id) if parent is not None]
    near = [*unit.chain, *(node.id for parent in around for node in units.under(parent))]
    asked = {"near": near, "unit": assignment.unit_id, "day": clock.today()}
    known = {assignment.account_id, *besides}
    people = set(db.session.scalars(select(Account.person_id).where(Account.id.in_(known)))) - {None}
    found: dict[int, tuple[str, list[tuple[str, int]]]] = {}
    for account_id, name, person_id, role, unit_id in run(_STAND_INS, asked):
        if account_id not in known and person_id not in people:
            held = found.setdefault(account_id, (name, []))[1]
            held += [(role, unit_id)] if role else []
    return [StandIn(account, name, tuple(held)) for account, (name, held) in found.items()]


def fault_of(assignment: RoleAssignment, stand_in: int, since: date, until: date, who: Signed) -> Fault | None:
    """Why this person may not lend a role to an account from a day to another (not included); None when they may."""
    today, ends = clock.today(), assignment.valid_to
    if assignment.delegated_by_id is not None:
        return Fault(_("Vai trò được ủy quyền thì không ủy quyền tiếp cho người khác được."))
    if not may_lend(who, assignment) or (ends is not None and ends <= today):
        return Fault(_("Bạn không ủy quyền được vai trò này."))
    if since < today:
        return Fault(_("Không ủy quyền cho ngày đã qua."), "since")
    if until <= since:
        return Fault(_("Ngày cuối phải từ ngày đầu trở đi."), "last")
    if (until - since).days > most_days():
        return Fault(_("Mỗi lần ủy quyền nhiều nhất %(n)s ngày.", n=most_days()), "last")
    if ends is not None and until > ends:
        return Fault(_("Người giữ vai trò chỉ giữ đến trước ngày %(day)s.", day=f"{ends:%d/%m/%Y}"), "last")
    if not any(one.account_id == stand_in for one in stand_ins(assignment, [who.account_id])):
        return Fault(_("Người này không làm thay vai trò này được."), "stand_in")
    if giving.Second(who).giver is not None:
        return Fault(
            _(
                "Mật khẩu của bạn do người khác đặt trong %(n)s ngày qua; cấp ủy cấp trên ủy quyền thay.",
                n=giving.days(),
            )
        )
    if db.session.scalar(_same(assignment, since, until)) is not None:
        return Fault(_("Trong thời gian đó vai trò này đã được ủy quyền cho người khác."), "since")
    return None


def _same(held: RoleAssignment, since: date, until: date) -> Select[int]:
    return (
        select(RoleAssignment.id)
        .where(
            RoleAssignment.delegated_by_id == held.account_id,
            RoleAssignment.role == held.role,
            RoleAssignment.unit_id == held.unit_id,
            RoleAssignment.valid_from < until,
            RoleAssignment.valid_to > since,
        )
        .limit(1)
    )


def lend(assignment_id: int, stand_in: int, since: date, until: date, ground: str, who: Signed) -> Fault | None:
    """Lend a role from a day to another (not included): None, or why not. The stand-in has it at the next request."""
    with write_transaction():
        query = select(RoleAssignment).where(RoleAssignment.id == assignment_id).with_for_update()
        held = db.session.scalars(query.execution_options(populate_existing=True)).one()
        fault = fault_of(held, stand_in, since, until, who)
        if fault is not None:
            return fault
        lent = RoleAssignment(
            account_id=stand_in,
            role=held.role,
            unit_id=held.unit_id,
            valid_from=since,
            valid_to=until,
            delegated_by_id=held.account_id,
        )
        db.session.add(lent)
        db.session.flush()
        how = Delegation(assignment_id=lent.id, given_by_id=who.account_id, given_on=clock.today(), ground=ground)
        db.session.add(how)
        body = {"account": stand_in, "role": lent.role, "behalf": held.account_id, "since": since, "until": until}
        office.record("role:lent", lent.unit_id, who.account_id, [lent, how], **body)
    return None


def may_end(who: Signed, lent: RoleAssignment, how: Delegation) -> bool:
    """Whether this person may end a delegation before its day: holder, giver, stand-in, or the body above."""
    if who.account_id in (lent.account_id, lent.delegated_by_id, how.given_by_id):
        return True
    return any(role in LENDING and tree.current()[lent.unit_id].lies_in((unit,)) for role, unit in who.own)


def end(delegation_id: int, who: Signed) -> str | None:
    """End a delegation from today on: None, or why not, as a sentence. Whoever calls this has asked `may_end`."""
    with write_transaction():
        query = (
            select(RoleAssignment, Delegation)
            .join(Delegation, Delegation.assignment_id == RoleAssignment.id)
            .where(Delegation.id == delegation_id)
            .with_for_update()
        )
        lent, how = db.session.execute(query.execution_options(populate_existing=True)).tuples().one()
        today = clock.today()
        if lent.valid_to is not None and lent.valid_to <= today:
            return _("Việc ủy quyền này đã kết thúc rồi.")
        rows = _over(lent, how, today, who.account_id)
        body = {"account": lent.account_id, "role": lent.role, "behalf": lent.delegated_by_id, "until": lent.valid_to}
        office.record("role:lent_ended", lent.unit_id, who.account_id, rows, **body)
    return None


def _over(lent: RoleAssignment, how: Delegation, day: date, actor_id: int) -> list[Model]:
    lent.valid_to = max(day, lent.valid_from)
    how.ended_by_id, how.ended_on = actor_id, clock.today()
    return [lent, how]


def end_with(account_id: int, day: date, actor_id: int, held: RoleAssignment | None = None) -> list[Model]:
    """What is lent ends with the role it was lent from (`held`), or with an account that is shut, whichever of the two
    it is; in the current transaction: the rows that changed, for the log.
    """
    query = (
        select(RoleAssignment, Delegation)
        .join(Delegation, Delegation.assignment_id == RoleAssignment.id)
        .where(RoleAssignment.valid_to > day)
    )
    if held is None:
        query = query.where(or_(RoleAssignment.delegated_by_id == account_id, RoleAssignment.account_id == account_id))
    elif held.delegated_by_id is not None:
        query = query.where(RoleAssignment.id == held.id)
    else:
        query = query.where(
            RoleAssignment.delegated_by_id == account_id,
            RoleAssignment.role == held.role,
            RoleAssignment.unit_id == held.unit_id,
        )
    found = db.session.execute(query).tuples().all()
    return [row for lent, how in found for row in _over(lent, how, day, actor_id)]


_holder, _giver, _ender = aliased(Account), aliased(Account), aliased(Account)
_SHOWN = (
    select(
        Delegation, RoleAssignment, Unit, Account.name.label("stand_in"), _holder.name.label("holder"),
        _giver.name.label("giver"), _ender.name.label("ender"),
    )
    .join(RoleAssignment, RoleAssignment.id == Delegation.assignment_id)
    .join(Unit, Unit.id == RoleAssignment.unit_id)
    .join(Account, Account.id == RoleAssignment.account_id)
    .join(_holder, _holder.id == RoleAssignment.delegated_by_id)
    .join(_giver, _giver.id == Delegation.given_by_id)
    .outerjoin(_ender, _ender.id == Delegation.ended_by_id)
    .where(
        RoleAssignment.valid_to > bindparam("after"),
        or_(
            RoleAssignment.account_id == bindparam("account"),
            RoleAssignment.delegated_by_id == bindparam("account"),
            Delegation.given_by_id == bindparam("account"),
            RoleAssignment.unit_id.in_(
                select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(bindparam("units", expanding=True)))
            ),
        ),
    )
    .order_by(RoleAssignment.valid_to.desc(), Delegation.id.desc())
    .offset(bindparam("first"))
    .limit(bindparam("size"))
)  # fmt: skip


@dataclass(frozen=True)
class Lent:
    """A delegation as it is shown, with the names of all who take part (`ender`: "" if nobody ended it early)."""

    how: Delegation
    role: RoleAssignment
    unit: Unit
    stand_in: str
    holder: str
    giver: str
    ender: str

    @property
    def last(self) -> date:
        """Its last day."""
        assert self.role.valid_to is not None
        return self.role.valid_to - timedelta(days=1)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.role.valid_to is not None and self.role.valid_to <= clock.today()

    @property
    def runs(self) -> bool:
        """Whether the stand-in has the role today."""
        return not self.is_over and self.role.valid_from <= clock.today()


def shown_to(who: Signed, units: Sequence[int], first: int, size: int) -> list[Lent]:
    """A page of the delegations somebody takes part in, and of those in and under some units: those that run, are to
    begin, or ended lately; one query.
    """
    asked = {"account": who.account_id, "units": list(units) or [-1], "after": clock.today() - SHOWN_FOR}
    rows = db.session.execute(_SHOWN, {**asked, "first": first, "size": size})
    return [Lent(how, role, unit, a, b, c, d or "") for how, role, unit, a, b, c, d in rows]


_RUNNING = Question(
    select(func.count())
    .select_from(RoleAssignment)
    .where(
        RoleAssignment.delegated_by_id.is_not(None),
        *_in_force(),
        RoleAssignment.unit_id.in_(
            select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(bindparam("units", expanding=True)))
        ),
    )
)


def how_many_run(units: Sequence[int]) -> int:
    """How many roles are lent today in and under some units; one query."""
    return int(run(_RUNNING, {"units": list(units) or [-1], "day": clock.today()}).scalar())


_NAMES = Question(select(Account.id, Account.name).where(Account.id.in_(bindparam("accounts", expanding=True))))


def names_of(accounts: Collection[int]) -> dict[int | None, str]:
    """The names of accounts; at most one query."""
    return {row.id: row.name for row in run(_NAMES, {"accounts": sorted(accounts)})} if accounts else {}


def told_over(who: Signed) -> list[str]:
    """What somebody is told who still has a form open of a role that was lent to them and is over since these days;
    at most one query.
    """
    ended = ended_lately(who.account_id, clock.today())
    names, units = names_of({lender for *_period, lender in ended if lender is not None}), tree.current()
    return [
        _("Từ ngày %(day)s bạn không còn làm thay %(name)s (%(role)s, %(unit)s).",
          day=f"{over:%d/%m/%Y}", name=names[lender], role=say(ROLE_LABELS[Role(role)]), unit=units.name(unit))
        for role, unit, _first, over, lender in ended
    ]  # fmt: skip
