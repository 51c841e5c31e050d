"""Reads as those see them who watch over units: what was opened for a purpose, and every read for inspectors."""

from collections.abc import Callable, Sequence
from time import time
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import BindParameter, and_, bindparam, literal, not_, or_, select, true

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.formatters import source, stage, state, trigger
from dossiers.languages import gettext as _
from dossiers.office.services import TOPICS
from dossiers.privacy import services as privacy
from dossiers.privacy.models import DossierRead
from dossiers.privacy.services import COLUMNS, LAST, PAGE, TOLD, Part, mark_of
from dossiers.privacy.watching import THEIRS
from workflow.roles import Role

DAYS = 30
"""So far back the page tells what was unusual and what was opened."""

_UNITS: BindParameter[int] = bindparam("units", expanding=True)
_WITHIN = (
    select(literal(1))
    .where(Scope.dossier_id == DossierRead.dossier_id, Scope.ancestor_id.in_(_UNITS))
    .limit(1)  # asked of each row: PostgreSQL would else read everything in the units first, and look it up there
    .scalar_subquery()
    .is_not(None)
)
_ROWS = (
    select(*COLUMNS, Dossier.code)
    .outerjoin(Account, Account.id == DossierRead.account_id)
    .outerjoin(Dossier, Dossier.id == DossierRead.dossier_id)
    .where(DossierRead.id < bindparam("before"))
    .order_by(DossierRead.id.desc())
    .limit(bindparam("limit"))
)
_OPENED = (
    _ROWS.where(DossierRead.until.is_not(None), DossierRead.at >= bindparam("since"), _WITHIN)
    .order_by(None)
    .order_by(DossierRead.at.desc(), DossierRead.id.desc())  # as their index has them
)
_ABOUT_NONE = and_(
    DossierRead.dossier_id.is_(None), or_(DossierRead.account_id.is_(None), DossierRead.account_id.in_(THEIRS))
)
_BY_THE_LOG = and_(DossierRead.part == str(Part.LOG), DossierRead.dossier_id.is_not(None))
"""Told on each dossier; here the log is one row, else it would fill pages."""
_READS = _ROWS.where(or_(_WITHIN, _ABOUT_NONE), not_(_BY_THE_LOG))
_NARROWED = {
    (by_name, by_mark): _READS.where(
        Account.name == bindparam("name") if by_name else true(),
        DossierRead.mark == bindparam("mark") if by_mark else true(),
    )
    for by_name in (False, True)
    for by_mark in (False, True)
}


_LABELS: dict[str, Callable[[str], str]] = {
    "state": state, "stage": stage, "source": source, "trigger": trigger,
    "topic": lambda topic: str(TOPICS[topic]),
}  # fmt: skip
_AS_IT_STANDS = ("code", "unit", "who", "since", "until", "admitted_from", "admitted_to")


def told(row: Any) -> str:
    """What a read was for or about, in words; "" when there is nothing to say."""
    if row.part not in (Part.LOG, Part.PRINT):
        return privacy.purpose_of(row) or str(row.about)
    asked = dict(parse_qsl(row.about))
    said = [_LABELS[name](value) for name, value in asked.items() if name in _LABELS]
    said += [value for name, value in asked.items() if name in _AS_IT_STANDS]
    if asked.get("office"):
        said.append(_("Nhật ký quản trị"))
    if "n" in asked:
        said.append(_("%(n)s dòng", n=asked["n"]))
    return ", ".join(said)


def openings(signed: Signed) -> Sequence[Any]:
    """What was opened beyond a role in the units whose secretary or inspector somebody is: rows of COLUMNS and code."""
    units = [unit for role, unit in signed.grants if role in TOLD]
    if not units:
        return ()
    asked = {"units": units, "since": int(time()) - 86_400 * DAYS, "before": LAST, "limit": PAGE}
    return run(_OPENED, asked).all()


def reads(signed: Signed, name: str, words: str, before: int | None) -> tuple[Sequence[Any], int | None]:
    """A page of reads, latest first, within the units somebody inspects, and the next cursor: of dossiers there, and
    searches, logs and prints of people there. `name` of who read; `words` that were searched, found by their hash.
    """
    units = signed.units_as((Role.INSPECTOR,))
    asked: dict[str, Any] = {"units": units, "before": before or LAST, "limit": PAGE + 1, "today": clock.today()}
    asked |= ({"name": name} if name else {}) | ({"mark": mark_of(words)} if words else {})
    rows = run(_NARROWED[bool(name), bool(words)], asked).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None
