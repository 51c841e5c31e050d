"""Who read in an unusual way, for those who watch over the units: no dossier, no name of a candidate is told here."""

from dataclasses import dataclass
from datetime import date
from time import time

from sqlalchemy import BindParameter, Select, bindparam, or_, select

from dossiers import clock
from dossiers.accounts.delegating import names_of
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import RoleAssignment
from dossiers.asking import Question
from dossiers.extensions import run
from dossiers.privacy import counting
from dossiers.privacy.counting import READ
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


def _theirs() -> Select[int]:
    today: BindParameter[date] = bindparam("today")
    return (
        select(RoleAssignment.account_id)
        .join(UnitAncestor, UnitAncestor.unit_id == RoleAssignment.unit_id)
        .where(
            UnitAncestor.ancestor_id.in_(bindparam("units", expanding=True)),
            RoleAssignment.valid_from <= today,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > today),
        )
    )


THEIRS = _theirs()
"""The accounts that hold a role on the day `today` in `units` or below."""

_LATEST = Question(READ.where(DossierRead.slot > bindparam("after"), DossierRead.account_id.in_(THEIRS)))
"""What people read in each quarter of an hour; of a row nothing is asked that its index does not hold."""
_NOTED = Question(
    select(ReadCount.account_id)
    .where(ReadCount.noted.is_not(None), ReadCount.slot >= bindparam("since"), ReadCount.account_id.in_(THEIRS))
    .distinct()
)


def watched_units(signed: Signed) -> list[int]:
    """The units somebody watches over."""
    return [unit for role, unit in signed.grants if role in WATCHING]


def warnings(signed: Signed, days: int = DAYS) -> list[Warned]:
    """Unusual reading of the last days by people of the units somebody watches over, latest first; at most six queries.

    Only the newest reads are read; of what was counted before, that of people who read something now (for a day), or
    with whom something unusual ended.
    """
    units = watched_units(signed)
    if not units:
        return []
    since, counted = (int(time()) - 86_400 * days) // SLOT, counting.newest()
    asked = {"units": units, "today": clock.today(), "since": since}
    latest = counting.looks(run(_LATEST, {**asked, "after": max(counted, since - 1)}))
    noted = set(run(_NOTED, asked).scalars())
    reading = {one.account_id for one in latest} - noted
    looks = [
        *latest,
        *counting.counted(noted, since),
        *counting.counted(reading, max(counted - counting.A_DAY, since)),
    ]
    found = unusual(looks, counting.limits())
    names = names_of({one.account_id for one in found})
    return [Warned(one, names[one.account_id]) for one in found]
