"""Accounts: making them, giving roles, and the demo's one-click sign-in."""

import secrets
from datetime import date

from flask_security import hash_password
from sqlalchemy import or_, select

from dossiers import clock
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.extensions import db, security, write_transaction
from dossiers.office import services as office
from dossiers.units.models import Unit
from workflow.roles import Role
from workflow.route import ROLE_UNITS, UnitKind


def create(email: str, name: str, password: str | None, demo_label: str | None = None) -> Account:
    """A new account, flushed but not committed."""
    account = Account(
        email=email.lower(),
        name=name,
        password=hash_password(security.password_util.normalize(password)) if password else None,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=clock.now().replace(tzinfo=None),
        demo_label=demo_label,
    )
    db.session.add(account)
    db.session.flush()
    return account


def grant(account: Account, role: Role, unit: Unit, since: date, until: date | None, actor_id: int | None) -> None:
    """Give a role in a unit for a period (to a day, not included); in the current transaction.

    Raises ValueError when the role is not held in such a unit (workflow.route.ROLE_UNITS).
    """
    if UnitKind(unit.kind) not in ROLE_UNITS[role]:
        raise ValueError(role)
    held = RoleAssignment(account_id=account.id, role=str(role), unit_id=unit.id, valid_from=since, valid_to=until)
    db.session.add(held)
    body = {"account": account.id, "role": role, "since": since, "until": until or "-"}
    office.record("role:granted", unit.id, actor_id, [held], **body)


def create_with_role(email: str, name: str, password: str, role: Role, unit: Unit, actor_id: int | None) -> Account:
    """A new account that holds a role from today on. Raises ValueError as `grant`."""
    with write_transaction():
        account = create(email, name, password)
        office.record("account:created", unit.id, actor_id, [account], account=account.id)
        grant(account, role, unit, clock.today(), None, actor_id)
    return account


def end_role(assignment: RoleAssignment, until: date, actor_id: int) -> None:
    """End a role from a day on; what was done with it stays as it was."""
    with write_transaction():
        assignment.valid_to = max(until, assignment.valid_from)
        body = {"account": assignment.account_id, "role": assignment.role, "until": assignment.valid_to}
        office.record("role:ended", assignment.unit_id, actor_id, [assignment], **body)


def set_active(account: Account, active: bool, actor_id: int) -> None:
    """Open an account again, or shut it at once: sessions end with their next page."""
    with write_transaction():
        account.active = active
        topic = "account:enabled" if active else "account:disabled"
        office.record(topic, None, actor_id, [account], account=account.id)


def roles_of(account_id: int, day: date) -> list[tuple[RoleAssignment, Unit]]:
    """The roles an account holds on a day or later, with their units."""
    query = (
        select(RoleAssignment, Unit)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(
            RoleAssignment.account_id == account_id,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day),
        )
        .order_by(RoleAssignment.valid_from, RoleAssignment.id)
    )
    return [(assignment, unit) for assignment, unit in db.session.execute(query)]


def by_email(email: str) -> Account | None:
    """The account with this address."""
    return db.session.scalar(select(Account).where(Account.email == email.lower()))
