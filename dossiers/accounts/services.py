"""Accounts: making them, giving roles, shutting them, their passwords. What changes an account ends its sessions."""

import secrets
import unicodedata
from datetime import date

from flask import current_app
from flask_security import uia_email_mapper
from sqlalchemy import or_, select

from dossiers import clock
from dossiers.accounts import delegating, passwords, sessions
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.extensions import db, write_transaction
from dossiers.office import services as office
from dossiers.units import persons
from dossiers.units.models import OrgPerson, Unit
from workflow.roles import Role
from workflow.route import ROLE_UNITS, UnitKind


def address(typed: str) -> str | None:
    """An address as accounts have it and signing in looks it up, one for all its spellings; None when it is none."""
    found = uia_email_mapper(unicodedata.normalize("NFKC", typed).strip())
    return found.lower() if found else None


def _until() -> int:
    """Until when a one-time password made now opens its account."""
    return sessions.now() + 3600 * int(current_app.config["ONE_TIME_HOURS"])


def grant_on_the_machine(account: Account, role: Role, unit: Unit, since: date) -> None:
    """Give a role in a unit from a day on, in force at once: whoever gives commands on the machine needs no second one
    (accounts.giving asks for one on pages). In the current transaction; the account signs in anew.

    Raises ValueError when the role is not held in such a unit (workflow.route.ROLE_UNITS).
    """
    if UnitKind(unit.kind) not in ROLE_UNITS[role]:
        raise ValueError(role)
    held = RoleAssignment(account_id=account.id, role=str(role), unit_id=unit.id, valid_from=since)
    db.session.add(held)
    sessions.end_all(account.id)
    office.record("role:granted", unit.id, None, [held], account=account.id, role=role, since=since)


def create_with_role(email: str, name: str, password: str, role: Role, unit: Unit) -> Account:
    """A new account, made on the machine, of somebody new to the organisation; it holds a role from today on.

    Raises ValueError as `grant_on_the_machine`, and when `email` is no address.
    """
    made = prepared(email, name, password, None)
    with write_transaction():
        create(made, persons.new(name), unit, None)
        grant_on_the_machine(made, role, unit, clock.today())
    return made


def prepared(email: str, name: str, password: str, actor_id: int | None, ground: str = "") -> Account:
    """A new account, not written yet: hashing its password takes time, and nobody should wait for that.

    `password` is good until its owner sets an own one. Raises ValueError when `email` is no address.
    """
    at = address(email)
    if at is None:
        raise ValueError(email)
    return Account(
        email=at,
        name=name,
        password=passwords.hashed(password),
        password_until=_until(),
        password_by_id=actor_id,
        password_given_at=sessions.now(),
        ground=ground,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=clock.now().replace(tzinfo=None),
    )


def create(account: Account, person: OrgPerson, unit: Unit, actor_id: int | None) -> None:
    """Write a new account of a person of the organisation, who may be new too; in the current transaction."""
    db.session.add(person)
    db.session.flush()
    account.person_id = person.id
    db.session.add(account)
    db.session.flush()
    persons.changed()
    body = {"account": account.id, "person": person.id}
    office.record("account:created", unit.id, actor_id, [person, account], **body)


def link(account: Account, person: OrgPerson | None, ground: str, actor_id: int) -> None:
    """An account is another person's than was said so far (None: of somebody who is not known yet), on a ground."""
    with write_transaction():
        whose = person or persons.new(account.name)
        db.session.add(whose)
        db.session.flush()
        account.person_id, account.ground = whose.id, ground
        sessions.end_all(account.id)
        persons.changed()
        office.record("account:linked", None, actor_id, [whose, account], account=account.id, person=whose.id)


def end_role(assignment: RoleAssignment, until: date, actor_id: int) -> None:
    """End a role from a day on, and what was lent of it; what was done with it stays. The account signs in anew."""
    with write_transaction():
        lent = delegating.end_with(assignment.account_id, until, actor_id, assignment)
        assignment.valid_to = max(until, assignment.valid_from)
        sessions.end_all(assignment.account_id)
        body = {"account": assignment.account_id, "role": assignment.role, "until": assignment.valid_to}
        office.record("role:ended", assignment.unit_id, actor_id, dict.fromkeys([assignment, *lent]), **body)


def set_active(account: Account, active: bool, actor_id: int) -> None:
    """Open an account again, or shut it at once: its sessions are over, what it lent and was lent too, and stay so when
    it is opened again.
    """
    with write_transaction():
        account.active = active
        sessions.end_all(account.id)
        lent = [] if active else delegating.end_with(account.id, clock.today(), actor_id)
        topic = "account:enabled" if active else "account:disabled"
        office.record(topic, None, actor_id, [account, *lent], account=account.id)


def change_password(account: Account, password: str) -> None:
    """Give an account the password its owner chose; all its sessions end, also the one that asks."""
    found = passwords.hashed(password)
    with write_transaction():
        account.password, account.password_until = found, None
        sessions.end_all(account.id)
        office.record("password:changed", None, account.id, [account], account=account.id)


def give_one_time_password(account: Account, actor_id: int | None) -> str:
    """A new password for an account, to be changed at first use; it is said here and nowhere else. Sessions end."""
    password = passwords.one_time()
    found = passwords.hashed(password)
    with write_transaction():
        account.password, account.password_until = found, _until()
        account.password_by_id, account.password_given_at = actor_id, sessions.now()
        sessions.end_all(account.id)
        office.record("password:given", None, actor_id, [account], account=account.id)
    return password


def end_sessions(account_id: int, actor_id: int) -> int:
    """End every session of an account, as an administrator does; how many there were."""
    with write_transaction():
        ended = sessions.end_all(account_id)
        if ended:
            office.record("sessions:ended", None, actor_id, account=account_id, sessions=ended)
    return ended


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
    """The account with this address, however it is spelled."""
    return db.session.scalar(select(Account).where(Account.email == address(email)))
