"""Corrections that wait for a second person, for who may be it."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import aliased

from dossiers.accounts.delegating import names_of
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.asking import Question
from dossiers.casework import correcting, events
from dossiers.casework.case import Case
from dossiers.casework.correcting import DECLINED, PROPOSAL
from dossiers.casework.loading import cases_of, situation
from dossiers.casework.models import Dossier, Event, Scope
from dossiers.casework.replaying import Counted
from dossiers.casework.rows import table_of
from dossiers.extensions import run
from workflow import machine
from workflow.guards.corrections import is_second
from workflow.roles import Role
from workflow.text import Text

SIGNERS = frozenset({Role.COMMITTEE_SECRETARY, Role.UPPER_SECRETARY})
"""Roles that record what somebody proposed: what waits touches a decision, and they sign those."""


@dataclass(frozen=True)
class Awaiting:
    """A correction that waits: of which act of which dossier, asked by whom (`behalf`: for whom, "" for themselves),
    and when (a moment of recording).
    """

    case: Case
    seq: int
    act: Text
    by: str
    behalf: str
    since: str


_ASKED, _LATER = aliased(Event), aliased(Event)
_WAITING = Question(
    select(
        *table_of(Event).c,
        _ASKED.recorded_at.label("asked_at"),
        Account.name.label("asked_by"),
    )
    .join(Dossier, (Dossier.id == Event.dossier_id) & (Dossier.correcting == Event.seq))
    .join(_ASKED, (_ASKED.dossier_id == Dossier.id) & (_ASKED.trigger == PROPOSAL))
    .join(Account, Account.id == _ASKED.actor_id)
    .where(
        Dossier.correcting.is_not(None),
        _ASKED.seq
        == select(func.max(_LATER.seq))
        .where(_LATER.dossier_id == Dossier.id, _LATER.trigger == PROPOSAL)
        .scalar_subquery(),
        exists().where(Scope.dossier_id == Dossier.id, Scope.ancestor_id.in_(bindparam("units", expanding=True))),
        _ASKED.actor_id != bindparam("account"),
    )
    .order_by(_ASKED.recorded_at, Dossier.id)
    .limit(bindparam("limit"))
)


def awaiting(signed: Signed, limit: int) -> list[Awaiting]:
    """The corrections this person may record or decline now, those that wait longest first: none, without a query, for
    who never signs a decision; one query while nothing waits, and three more however many do.
    """
    units = signed.units_as(SIGNERS)
    asked = {"units": list(units), "account": signed.account_id, "limit": limit}
    rows = run(_WAITING, asked).all() if units else []
    cases = {case.id: case for case in cases_of([row.dossier_id for row in rows])}
    found = [(row, cases[row.dossier_id]) for row in rows]
    mine = [(row, case, about) for row, case in found if (about := _about(row, case, signed)) is not None]
    refs = [case.facts.correction.behalf for _row, case, _about in mine if case.facts.correction]
    names = names_of({int(ref[1:]) for ref in refs if ref})
    return [
        Awaiting(case, row.seq, about, row.asked_by, names.get(_number(case), ""), row.asked_at)
        for row, case, about in mine
    ]


def _number(case: Case) -> int | None:
    waits = case.facts.correction
    return int(waits.behalf[1:]) if waits is not None and waits.behalf else None


def _about(row: object, case: Case, signed: Signed) -> Text | None:
    """What the act is called that is to be corrected; None when this person may not be the second one."""
    event = events.told(row, None)
    target = Counted(event, event.body.brought, event.personal, events.recorded(event))
    about = msgspec.structs.replace(correcting.about(case, target, is_erased=False), touches_decision=True)
    s = msgspec.structs.replace(situation(case, signed, counted=False), about=about)
    option = machine.option(s, DECLINED)
    return about.label if option is not None and option.allowed and is_second(s) else None
