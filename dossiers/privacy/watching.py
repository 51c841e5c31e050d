"""Who read in an unusual way, for those who watch over the units: no dossier, no name of a candidate is told here."""

from dataclasses import dataclass
from datetime import date, datetime
from time import time

from flask import current_app
from sqlalchemy import BindParameter, Select, bindparam, case, distinct, func, or_, select

from dossiers import clock
from dossiers.accounts.delegating import names_of
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import RoleAssignment
from dossiers.asking import Question
from dossiers.extensions import run
from dossiers.privacy.models import DossierRead
from dossiers.privacy.services import OF_DOSSIERS, SLOT, TOLD, Part
from dossiers.privacy.unusual import Limits, Looks, Unusual, unusual
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

_IS_FOREIGN = DossierRead.part == str(Part.FOREIGN)
_SHOWN = case((DossierRead.part.in_([str(part) for part in OF_DOSSIERS]), DossierRead.dossier_id))
_LOOKS = Question(
    select(
        DossierRead.account_id,
        DossierRead.slot,
        func.count(distinct(_SHOWN)).label("dossiers"),
        func.sum(case((_IS_FOREIGN, 1), else_=0)).label("tried"),
    )
    .where(DossierRead.slot >= bindparam("since"), DossierRead.account_id.in_(THEIRS))
    .group_by(DossierRead.account_id, DossierRead.slot)
)
"""What people read in each quarter of an hour; of a row nothing is asked that its index does not hold."""


def watched_units(signed: Signed) -> list[int]:
    """The units somebody watches over."""
    return [unit for role, unit in signed.grants if role in WATCHING]


def limits() -> Limits:
    """What this instance holds for unusual (settings)."""
    settings = current_app.config
    return Limits(
        int(settings["UNUSUAL_READS"]),
        int(settings["UNUSUAL_NIGHT"]),
        int(settings["UNUSUAL_FOREIGN"]),
        int(settings["NIGHT_FROM"]),
        int(settings["NIGHT_UNTIL"]),
    )


def warnings(signed: Signed, days: int = DAYS) -> list[Warned]:
    """Unusual reading of the last days by people of the units somebody watches over, latest first; one query, and a
    second where there is any.
    """
    units = watched_units(signed)
    if not units:
        return []
    since = (int(time()) - 86_400 * days) // SLOT
    rows = run(_LOOKS, {"since": since, "units": units, "today": clock.today()})
    looks = [Looks(row.account_id, row.slot, _hour(row.slot), row.dossiers, row.tried) for row in rows]
    found = unusual(looks, limits())
    names = names_of({one.account_id for one in found})
    return [Warned(one, names[one.account_id]) for one in found]


def _hour(slot: int) -> int:
    return datetime.fromtimestamp(slot * SLOT, clock.VIETNAM).hour
