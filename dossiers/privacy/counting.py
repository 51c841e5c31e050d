"""How much each account read in each quarter of an hour that is over. Warnings go by that, and by the newest reads.

It is counted beside requests (`serve`, `worker`), once; what nobody has counted yet is read as it stands.
"""

from collections.abc import Iterable
from datetime import datetime
from time import time
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, case, distinct, func, select

from dossiers import clock, engines
from dossiers.asking import Question
from dossiers.extensions import db, run, write_transaction
from dossiers.privacy.models import DossierRead, ReadCount
from dossiers.privacy.services import OF_DOSSIERS, SLOT, Part
from dossiers.privacy.unusual import Limits, Looks, unusual

OVER = 2
"""A slot that began so many before this one is over: what was read in it has long been written."""

A_DAY = 96
"""Slots in a day; nothing unusual is longer."""

DAYS = 31
"""So far back it is counted when nothing has been yet; nobody is warned of what was before."""

_IS_FOREIGN = DossierRead.part == str(Part.FOREIGN)
_SHOWN = case((DossierRead.part.in_([str(part) for part in OF_DOSSIERS]), DossierRead.dossier_id))
READ = (
    select(
        DossierRead.account_id,
        DossierRead.slot,
        func.count(distinct(_SHOWN)).label("dossiers"),
        func.sum(case((_IS_FOREIGN, 1), else_=0)).label("tried"),
    )
    .where(DossierRead.account_id.is_not(None))
    .group_by(DossierRead.account_id, DossierRead.slot)
)
"""What people read in each slot: different dossiers, and codes out of their reach."""

_UNCOUNTED = Question(READ.where(DossierRead.at >= bindparam("since"), DossierRead.at < bindparam("until")))
_NEWEST = Question(select(func.max(ReadCount.slot)))
COLUMNS = (ReadCount.account_id, ReadCount.slot, ReadCount.dossiers, ReadCount.tried)
_OF = Question(
    select(*COLUMNS).where(
        ReadCount.account_id.in_(bindparam("accounts", expanding=True)), ReadCount.slot >= bindparam("since")
    )
)


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


def looks(rows: Iterable[Any]) -> list[Looks]:
    """Rows of account, slot, dossiers and codes tried, with the hour of the day."""
    return [Looks(row.account_id, row.slot, _hour(row.slot), row.dossiers, row.tried) for row in rows]


def _hour(slot: int) -> int:
    return datetime.fromtimestamp(slot * SLOT, clock.VIETNAM).hour


def count() -> int:
    """Count the slots that are over and were not yet; how many rows that made.

    A row in which something unusual ends, by the settings of now, says so: warnings look for those first.
    """
    until = int(time()) // SLOT - OVER + 1
    newest = run(_NEWEST).scalar()
    since = max(-1 if newest is None else newest, until - A_DAY * DAYS - 1) + 1
    new = looks(run(_UNCOUNTED, {"since": since * SLOT, "until": until * SLOT})) if since < until else []
    db.session.remove()  # what was read is not to be held while this waits for its turn to write
    if not new:
        return 0
    people = sorted({one.account_id for one in new})
    before = looks(run(_OF, {"accounts": people, "since": since - A_DAY}))
    noted = {(one.account_id, one.last): one.number for one in unusual([*before, *new], limits())}
    rows = [
        {
            "account_id": one.account_id, "slot": one.slot, "dossiers": one.dossiers, "tried": one.foreign,
            "noted": noted.get((one.account_id, one.slot)),
        }
        for one in new
    ]  # fmt: skip
    with write_transaction():  # another process may have counted them meanwhile, and found the same
        run(engines.upsert(db, ReadCount.__table__).on_conflict_do_nothing(), rows)
    return len(rows)
