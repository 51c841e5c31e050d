"""What a line of an agenda is about: the vote its step asks for, a removal, or a refusal; and on which ground."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from dossiers.asking import Question
from dossiers.casework import events
from dossiers.casework.amended import amended
from dossiers.casework.case import Case
from dossiers.casework.models import ABOUT_REMOVAL, Event, Scope, VoteRecord
from dossiers.extensions import run
from dossiers.units.models import UnitAncestor
from workflow.codes import Code
from workflow.guards import Situation, deciding_body, removal_body
from workflow.procedure.table import move_by
from workflow.stages import State
from workflow.text import Text
from workflow.votes import Body


class Matter(Code):
    """What is voted on."""

    STEP = "step"
    REMOVAL = "removal"
    REFUSAL = "refusal"


MATTER_LABELS: dict[Matter, Text] = {
    Matter.STEP: Text("Việc theo bước của hồ sơ", "What the dossier's step asks for"),
    Matter.REMOVAL: Text("Xóa tên", "Removal of the name"),
    Matter.REFUSAL: Text("Không kết nạp", "Refusal"),
}

VOTES: dict[State, str] = {
    State.SOURCED: "nominate",
    State.CELL_REVIEW: "pass_cell_vote",
    State.RECOGNITION_CELL_REVIEW: "pass_cell_vote",
    State.COMMITTEE_REVIEW: "pass_committee_vote",
    State.RECOGNITION_COMMITTEE_REVIEW: "pass_committee_vote",
    State.AWAITING_DECISION: "decide_admission",
    State.RECOGNITION_AWAITING_DECISION: "decide_recognition",
}
"""The vote that leads on from a state."""

REMOVABLE: tuple[State, ...] = (
    State.PROBATIONARY,
    State.RECOGNITION_CELL_REVIEW,
    State.RECOGNITION_SECTION_APPRAISAL,
    State.RECOGNITION_COMMITTEE_REVIEW,
    State.RECOGNITION_AWAITING_DECISION,
    State.OFFICIAL,
)
"""Where a member stands whose name can be removed."""

OTHERWISE: dict[Body, tuple[State, ...]] = {
    Body.UNION_EXECUTIVE: (),
    Body.CELL: (State.CELL_REVIEW, *REMOVABLE),
    Body.COMMITTEE: (
        State.SECTION_APPRAISAL,
        State.COMMITTEE_REVIEW,
        State.AWAITING_DECISION,
        State.RECOGNITION_AWAITING_DECISION,
    ),
    Body.STANDING_COMMITTEE: (State.AWAITING_DECISION, State.RECOGNITION_AWAITING_DECISION),
}
"""Where a body may vote on something else than what the step asks for, beside the removals that wait for it."""

_FAILED_REMOVAL = "record_failed_removal_vote"
_FAILURES = {
    "nominate": "", "refuse": "",
    "propose_removal": _FAILED_REMOVAL, "endorse_removal": _FAILED_REMOVAL, "remove": _FAILED_REMOVAL,
}  # fmt: skip


@dataclass(frozen=True)
class About:
    """What a line is about; the `ground` of a removal, one of the rulebook's, and the `reason` of a refusal."""

    matter: Matter = Matter.STEP
    ground: str = ""
    reason: str = ""


STEP = About()


def about(row: Any) -> About:
    """The same as a line of an agenda keeps it."""
    return About(Matter(row.matter), row.ground, row.reason)


def trigger_of(case: Case, s: Situation, matter: Matter) -> str | None:
    """The act a vote on this leads to from where the dossier stands; None: it is not voted on there."""
    trigger = VOTES.get(case.state) if case.state else None
    if matter is Matter.REFUSAL:
        trigger = "refuse"
    elif matter is Matter.REMOVAL:
        trigger = _removal_by(removal_body(s), s)
    move = None if trigger is None else move_by(trigger, case.state, case.route)
    return None if move is None or move.body is None else trigger


def _removal_by(body: Body, s: Situation) -> str:
    if body is Body.CELL:
        return "propose_removal"
    return "remove" if body is deciding_body(s.route) else "endorse_removal"


def failure_of(trigger: str) -> str:
    """The act that records that such a vote failed; "" where only the minutes do."""
    return _FAILURES.get(trigger, "record_failed_vote")


_YEAR = timedelta(days=366)
_VOTED = Question(
    select(VoteRecord.dossier_id)
    .join(UnitAncestor, UnitAncestor.unit_id == VoteRecord.register_unit_id)
    .join(Scope, (Scope.dossier_id == VoteRecord.dossier_id) & (Scope.ancestor_id == UnitAncestor.ancestor_id))
    .where(
        UnitAncestor.ancestor_id == bindparam("unit"),
        ABOUT_REMOVAL,
        VoteRecord.held_on >= bindparam("since"),
        Scope.state.in_([str(state) for state in REMOVABLE]),
    )
    .distinct()
    .limit(bindparam("most"))
)


def removals(unit_id: int, on: date, most: int) -> list[int]:
    """Members in and below a unit of whom a removal was voted on within a year before a day; one query."""
    return list(run(_VOTED, {"unit": unit_id, "since": on - _YEAR, "most": most}).scalars())


_PROPOSED = (
    select(Event.dossier_id, Event.seq, Event.body)
    .where(Event.dossier_id.in_(bindparam("dossiers", expanding=True)), Event.trigger == "propose_removal")
    .order_by(Event.dossier_id, Event.seq)
)


def grounds_of(dossiers: Collection[int]) -> dict[int, str]:
    """On which ground the cell last proposed each removal, as it counts now; two queries, none for nobody."""
    rows = run(_PROPOSED, {"dossiers": list(dossiers)}).all() if dossiers else ()
    right = amended(list(dossiers)) if rows else {}
    found: dict[int, str] = {}
    for row in rows:
        put_right = right.get((row.dossier_id, row.seq))
        if put_right is None:
            found[row.dossier_id] = str(events.said(row.body).get("ground", ""))
        elif put_right.evidence is not None:
            found[row.dossier_id] = put_right.evidence.ground
    return found
