"""Who read in an unusual way, for those who watch over the units: no dossier, no name of a candidate is told here."""

from dataclasses import dataclass
from datetime import date
from time import time
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, func, literal, or_, select, union_all

from dossiers import clock
from dossiers.accounts.delegating import names_of
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import RoleAssignment
from dossiers.asking import Question
from dossiers.extensions import run
from dossiers.privacy import counting
from dossiers.privacy.counting import COLUMNS, READ
from dossiers.privacy.models import DossierRead, ReadCount
from dossiers.privacy.services import SLOT, TOLD
from dossiers.privacy.unusual import Unusual, unusual
from dossiers.units.models import UnitAncestor
from workflow.roles import Role

WATCHING = TOLD | {Role.ADMINISTRATOR}
"""Who is warned: whoever is told of reads, and administrators, who see whose account it is and nothing else."""

DAYS = 7
"""So far back people are warned."""


@dataclass(frozen=True)
class Warned:
    """Unusual reading, and whose; from and until when (seconds since 1970)."""

    what: Unusual
    name: str

    @property
    def since(self) -> int:
        """The beginning of its first quarter of an hour."""
        return self.what.first * SLOT

    @property
    def until(self) -> int:
        """The end of its last one."""
        return (self.what.last + 1) * SLOT


def _held() -> tuple[ColumnElement[bool], ...]:
    today: BindParameter[date] = bindparam("today")
    return (
        UnitAncestor.ancestor_id.in_(bindparam("units", expanding=True)),
        RoleAssignment.valid_from <= today,
        or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > today),
    )


_OF_UNITS = RoleAssignment.__table__.join(UnitAncestor.__table__, UnitAncestor.unit_id == RoleAssignment.unit_id)
THEIRS = select(RoleAssignment.account_id).select_from(_OF_UNITS).where(*_held())
"""The accounts that hold a role on the day `today` in `units` or below."""


def _is_theirs(account: Any) -> ColumnElement[bool]:
    """The same, asked of each account: of few, and the others are not looked at."""
    one = select(literal(1)).select_from(_OF_UNITS).where(RoleAssignment.account_id == account, *_held())
    return exists(one.correlate_except(RoleAssignment, UnitAncestor))


_BEGIN = func.coalesce(select(func.max(ReadCount.slot) + 1).scalar_subquery(), bindparam("since"))
# The range has two ends so that PostgreSQL expects few of them, whatever the day.
_NEW = READ.where(DossierRead.at >= _BEGIN * SLOT, DossierRead.at < bindparam("until")).subquery()
_LATEST = Question(select(*_NEW.c).where(_is_theirs(_NEW.c.account_id)))
"""What people read since it was last counted."""

# By "noted" alone their index is found: asked for different accounts, SQLite goes through all that was counted.
_NOTED = select(ReadCount.account_id).where(
    ReadCount.noted > 0, ReadCount.slot >= bindparam("since"), _is_theirs(ReadCount.account_id)
)
_COUNTED = Question(
    union_all(
        select(*COLUMNS).where(ReadCount.account_id.in_(_NOTED), ReadCount.slot >= bindparam("since")),
        select(*COLUMNS).where(
            ReadCount.account_id.in_(bindparam("accounts", expanding=True)), ReadCount.slot >= bindparam("day")
        ),
    )
)
"""What was counted: of those with whom something unusual ended, and a day of these accounts; some come twice."""


def watched_units(signed: Signed) -> list[int]:
    """The units somebody watches over."""
    return [unit for role, unit in signed.grants if role in WATCHING]


def warnings(signed: Signed, days: int = DAYS) -> list[Warned]:
    """Unusual reading of the last days by people of the units somebody watches over, latest first; two queries, and a
    third where there is any.

    Only the newest reads are read; of what was counted before, that of people who read something now (for a day), or
    with whom something unusual ended.
    """
    units = watched_units(signed)
    if not units:
        return []
    moment = int(time())
    since = (moment - 86_400 * days) // SLOT
    asked = {"units": units, "today": clock.today(), "since": since}
    # Where nobody counted for weeks, what was not counted reaches farther back than anybody is warned of.
    latest = [row for row in run(_LATEST, {**asked, "until": moment + SLOT}) if row.slot >= since]
    reading = sorted({row.account_id for row in latest})
    day = max(min((row.slot for row in latest), default=0) - counting.A_DAY, since)
    counted = run(_COUNTED, {**asked, "accounts": reading, "day": day}).all()
    looks = {(one.account_id, one.slot): one for one in counting.looks([*latest, *counted])}
    found = unusual(looks.values(), counting.limits())
    names = names_of({one.account_id for one in found})
    return [Warned(one, names[one.account_id]) for one in found]
