"""Roles given by two: one person asks, another confirms, and only then is there a role.

Who asked, who confirms and who is to hold the role are three people; not three accounts.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, ScalarSelect, or_, select
from sqlalchemy.orm import aliased

from dossiers import clock
from dossiers.accounts import persons, sessions
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account, RoleAssignment, RoleRequest
from dossiers.extensions import db, write_transaction
from dossiers.languages import gettext as _
from dossiers.office import services as office
from dossiers.units.models import Unit, UnitAncestor
from workflow.roles import Role
from workflow.route import ROLE_UNITS, UnitKind

CONFIRMED, REFUSED = "confirmed", "refused"


def days() -> int:
    """For how many days a role that was asked for waits for a second person."""
    return int(current_app.config["GRANT_DAYS"])


def is_one(account: Account, who: Signed) -> bool:
    """Whether an account belongs to the person who asks, whichever of the two accounts is meant."""
    return account.id == who.account_id or (account.person_id is not None and account.person_id == who.person_id)


def acts_for(account: Account, lender: int | None) -> bool:
    """Whether what is done in the place of `lender` (None: of nobody) is done for the person of an account."""
    if lender is None:
        return False
    known = persons.known()
    mine, theirs = f"a{lender}", f"a{account.id}"
    return known.get(mine, mine) == known.get(theirs, theirs)


def fault_of_asking(account: Account, role: Role, unit_id: int, who: Signed) -> str | None:
    """Why this person may not ask for a role for an account, as a sentence; None when nothing stands against it."""
    if is_one(account, who):
        return _("Không ai tự giao vai trò cho mình, kể cả qua một tài khoản khác của mình.")
    same = (RoleRequest.account_id == account.id, RoleRequest.role == str(role), RoleRequest.unit_id == unit_id)
    if db.session.scalar(select(RoleRequest.id).where(*_waits(), *same).limit(1)) is not None:
        return _("Vai trò này đã được đề nghị và đang chờ người thứ hai.")
    return None


def ask(account: Account, role: Role, unit: Unit, since: date, until: date | None, who: Signed) -> RoleRequest:
    """Ask for a role in a unit for a period (to a day, not included); in the current transaction. It gives nothing yet.

    Raises ValueError when the role is not held in such a unit (workflow.route.ROLE_UNITS).
    """
    if UnitKind(unit.kind) not in ROLE_UNITS[role]:
        raise ValueError(role)
    today = clock.today()
    asked = RoleRequest(
        account_id=account.id,
        role=str(role),
        unit_id=unit.id,
        valid_from=since,
        valid_to=until,
        asked_by_id=who.account_id,
        asked_on=today,
        expires_on=today + timedelta(days=days()),
    )
    db.session.add(asked)
    db.session.flush()
    body = {"request": asked.id, "account": account.id, "role": role, "since": since, "until": until or "-"}
    office.record("role:asked", unit.id, who.account_id, [asked], **body)
    return asked


class Second:
    """Somebody who is to be the second person, and why not this one; `giver` lately gave them their password."""

    def __init__(self, who: Signed) -> None:
        self.who = who
        own = db.session.get_one(Account, who.account_id)
        lately = (own.password_given_at or 0) > sessions.now() - 86_400 * days()
        by = own.password_by_id if lately else None
        self.giver = None if by is None else db.session.get(Account, by)

    def is_in_hands_of(self, first: Account) -> bool:
        """Whether a person lately gave this one their password, and could have signed in as them."""
        giver = self.giver
        return giver is not None and (giver.id == first.id or (giver.person_id or 0) == first.person_id)

    def is_second_to(self, first: Account, lender: int | None) -> bool:
        """Whether this person, in whose place they act, is another than `first`, whichever accounts are meant."""
        return not is_one(first, self.who) and not acts_for(first, lender)

    def why_not(self, first: Account, lender: int | None, itself: str, in_hands: str) -> str | None:
        """Why this person, in whose place they act, may not confirm what `first` asked for: `itself` where they are one
        person, `in_hands` where `first` lately gave them their password; None when nothing stands against it.
        """
        if not self.is_second_to(first, lender):
            return itself
        return in_hands if self.is_in_hands_of(first) else None

    def fault(self, asked: RoleRequest, asker: Account, holder: Account) -> str | None:
        """Why this person may not confirm what `asker` wants `holder` to be given, as a sentence; None when nothing
        stands against it. Nobody confirms what the person asks who lately gave them their password, and could have
        signed in as them.
        """
        today = clock.today()
        if asked.outcome or asked.expires_on < today:
            return _("Đề nghị này không còn chờ xác nhận.")
        if asked.valid_to is not None and asked.valid_to <= today:
            return _("Thời hạn của vai trò này đã qua.")
        if is_one(asker, self.who):
            return _("Người đề nghị không tự xác nhận; một quản trị viên khác hoặc bí thư cấp ủy của đơn vị xác nhận.")
        if is_one(holder, self.who):
            return _("Không ai xác nhận vai trò cho chính mình.")
        if self.is_in_hands_of(asker):
            return _("Mật khẩu của bạn do người đề nghị đặt trong %(days)s ngày qua: người khác xác nhận.", days=days())
        return None


def decide(request_id: int, confirm: bool, who: Signed) -> str | None:
    """Confirm a role, which is then held, or refuse it (its asker takes it back so): None, or why not, as a sentence.

    Whoever calls this has made sure that this person may confirm roles in that unit.
    """
    with write_transaction():
        query = select(RoleRequest).where(RoleRequest.id == request_id).with_for_update()
        asked = db.session.scalars(query.execution_options(populate_existing=True)).one()
        today = clock.today()
        if not confirm:
            if asked.outcome:
                return _("Đề nghị này không còn chờ xác nhận.")
            asked.outcome, asked.decided_by_id, asked.decided_on = REFUSED, who.account_id, today
            body = {"request": asked.id, "account": asked.account_id, "role": asked.role}
            office.record("role:refused", asked.unit_id, who.account_id, [asked], **body)
            return None
        both = db.session.scalars(select(Account).where(Account.id.in_((asked.account_id, asked.asked_by_id))))
        accounts = {account.id: account for account in both}
        fault = Second(who).fault(asked, accounts[asked.asked_by_id], accounts[asked.account_id])
        if fault is not None:
            return fault
        asked.outcome, asked.decided_by_id, asked.decided_on = CONFIRMED, who.account_id, today
        held = RoleAssignment(
            account_id=asked.account_id,
            role=asked.role,
            unit_id=asked.unit_id,
            valid_from=max(asked.valid_from, today),
            valid_to=asked.valid_to,
            request_id=asked.id,
        )
        db.session.add(held)
        sessions.end_all(asked.account_id)
        told = {"since": held.valid_from, "until": held.valid_to or "-", "asked_by": asked.asked_by_id}
        body = {"request": asked.id, "account": held.account_id, "role": held.role}
        office.record("role:granted", held.unit_id, who.account_id, [asked, held], **body, **told)
    return None


def _waits() -> tuple[ColumnElement[bool], ...]:
    """That a request waits."""
    return RoleRequest.outcome == "", RoleRequest.expires_on >= clock.today()


def _below(units: tuple[int, ...]) -> ScalarSelect[int]:
    return select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(units)).scalar_subquery()


@dataclass(frozen=True)
class Asked:
    """A role that waits for a second person."""

    request: RoleRequest
    account: Account
    unit: Unit
    asked_by: Account


def waiting(units: tuple[int, ...], account_id: int | None = None) -> list[Asked]:
    """The roles that wait in and under some units (for one account, if given), oldest first; one query."""
    asker = aliased(Account)
    query = (
        select(RoleRequest, Account, Unit, asker)
        .join(Account, Account.id == RoleRequest.account_id)
        .join(Unit, Unit.id == RoleRequest.unit_id)
        .join(asker, asker.id == RoleRequest.asked_by_id)
        .where(*_waits(), RoleRequest.unit_id.in_(_below(units)))
        .order_by(RoleRequest.id)
    )
    if account_id is not None:
        query = query.where(RoleRequest.account_id == account_id)
    return [Asked(*row) for row in db.session.execute(query)]


def waiting_for(units: tuple[int, ...], second: Second) -> list[Asked]:
    """Those of them that this person may confirm now; one query."""
    return [asked for asked in waiting(units) if second.fault(asked.request, asked.asked_by, asked.account) is None]


@dataclass(frozen=True)
class Held:
    """A role in force or still to begin, and how it came to be: who asked for it and who confirmed it ("": it was given
    on the machine), or who lent it (accounts.delegating).
    """

    role: RoleAssignment
    account: Account
    unit: Unit
    asked_by: str
    confirmed_by: str
    lent_by: str = ""


def held_in(units: tuple[int, ...], first: int, size: int) -> list[Held]:
    """A page of the roles held in and under some units today or later, by unit; one query."""
    asker, second, lender = aliased(Account), aliased(Account), aliased(Account)
    ends = or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > clock.today())
    query = (
        select(RoleAssignment, Account, Unit, asker.name, second.name, lender.name)
        .join(Account, Account.id == RoleAssignment.account_id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .outerjoin(RoleRequest, RoleRequest.id == RoleAssignment.request_id)
        .outerjoin(asker, asker.id == RoleRequest.asked_by_id)
        .outerjoin(second, second.id == RoleRequest.decided_by_id)
        .outerjoin(lender, lender.id == RoleAssignment.delegated_by_id)
        .where(RoleAssignment.unit_id.in_(_below(units)), ends)
        .order_by(Unit.code, RoleAssignment.role, RoleAssignment.id)
        .offset(first)
        .limit(size)
    )
    return [
        Held(role, account, unit, by or "", two or "", lent or "")
        for role, account, unit, by, two, lent in db.session.execute(query)
    ]
