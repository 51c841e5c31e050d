"""`flask upgrade-log`: logs of an earlier format begin anew, the office's and each dossier's."""

from dataclasses import dataclass, field

from sqlalchemy import select

from dossiers import clock
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.audit import chains, keys, services
from dossiers.audit.chains import Finding
from dossiers.casework import rebasing
from dossiers.casework.models import Event
from dossiers.extensions import db
from workflow.roles import Role


class NobodyFits(LookupError):
    """Nobody administers under that address; the message is one line."""


@dataclass
class Upgraded:
    """What was written, or why nothing was."""

    findings: list[Finding] = field(default_factory=list)
    office: bool = False
    dossiers: int = 0


def upgrade_log(email: str | None) -> Upgraded:
    """Begin anew what is of an earlier format, as the act of an administrator (by address; the first one if None).

    Raises NobodyFits.
    """
    broken = _broken()
    if broken:
        return Upgraded(broken)
    wanted = any(True for _ in rebasing.needed())
    written, findings = services.upgrade_log(None)
    if findings:
        return Upgraded(findings)
    dossiers = rebasing.begin_anew(_administrator(email), keys.sign) if wanted else 0
    return Upgraded([], written, dossiers)


def _broken() -> list[Finding]:
    """What is wrong with the dossiers' chains: a log that was changed is not begun anew."""
    rows = db.session.execute(select(Event.__table__).order_by(Event.dossier_id, Event.seq)).mappings()
    return chains.check(((row, None) for row in rows), services.heads())[1]


def _administrator(email: str | None) -> tuple[int, str, int]:
    query = (
        select(RoleAssignment.account_id, RoleAssignment.unit_id)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(RoleAssignment.role == str(Role.ADMINISTRATOR), RoleAssignment.valid_from <= clock.today())
        .order_by(RoleAssignment.id)
    )
    row = db.session.execute(query.where(Account.email == email.lower()) if email else query).first()
    if row is None:
        raise NobodyFits(f"{email or 'nobody'} is no administrator: make one with `flask accounts create`")
    return row.account_id, str(Role.ADMINISTRATOR), row.unit_id
