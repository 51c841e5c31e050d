"""Where dossiers stand when units come to stand elsewhere, or others decide: in the same transaction.

What was walked stays; a dossier that stands where its new road does not lead says so: `follow_new_road` leads it on.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select, update

from dossiers.accounts.grants import Signed
from dossiers.casework import search
from dossiers.casework.act import Act
from dossiers.casework.case import Case
from dossiers.casework.decide import perform
from dossiers.casework.loading import cases_of
from dossiers.casework.many import BatchStore
from dossiers.casework.models import Dossier, Scope
from dossiers.casework.rows import scope_rows, settle, table_of
from dossiers.extensions import run
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow.deadlines import running
from workflow.machine import Refused

BATCH = 200


class Stuck(Exception):
    """Dossiers that the rules do not let go along: (code, why) each."""

    def __init__(self, dossiers: Sequence[tuple[str, Refused]]) -> None:
        super().__init__(", ".join(code for code, _ in dossiers))
        self.dossiers = dossiers


def go_along(acts: Sequence[tuple[Case, Act]], signed: Signed) -> list[Case]:
    """Dossiers go along with their units, each by its act: decided and written in the current transaction, in which the
    tree was changed; they were read before that. Gives them as they then stand.

    Raises Stuck, or Overtaken when somebody acted on one meanwhile: then the transaction has to end.
    """
    store, found, stuck = BatchStore(), [], []
    store.begin(together=True)
    for read, act in acts:
        case = replace(read)
        try:
            perform(store, case, act, signed)
        except Refused as refused:
            stuck.append((case.code, refused))
        else:
            found.append(case)
    if stuck:
        raise Stuck(stuck)
    store.end()
    return found


def after_move(_sender: object, units: tuple[int, ...], **_more: Any) -> None:
    """List all dossiers in and under these units anew, and say whose turn it is on the road they now have."""
    cells = tree.current().all_below(units)
    list_anew(list(run(select(Dossier.id).where(Dossier.unit_id.in_(cells)).order_by(Dossier.id)).scalars()))


def list_anew(numbers: Sequence[int]) -> None:
    """List dossiers where their units now stand, and say whose turn it is; in the current transaction."""
    for at in range(0, len(numbers), BATCH):
        cases = cases_of(numbers[at : at + BATCH])
        for case in cases:
            _settled(case)
        run(delete(table_of(Scope)).where(Scope.dossier_id.in_([case.id for case in cases])))
        run(insert(table_of(Scope)), [row for case in cases for row in scope_rows(case)])
        for case in cases:
            run(update(table_of(Dossier)).where(Dossier.id == case.id).values(turn=case.turn))
        search.index_again({case.id: case.scope_units for case in cases})


def _settled(case: Case) -> None:
    now, due = rules.current(), case.due_on
    assert case.state is not None
    settle(case, running(case.state, case.facts, now.books[case.rulebook], now.calendar))
    case.due_on = due  # days are counted by who counts them (recounting)
