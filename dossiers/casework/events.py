"""The event of an act: what it says, and what stands beside it."""

import msgspec

from dossiers import chain, clock
from dossiers.accounts.grants import Signed
from dossiers.casework.act import Act
from dossiers.casework.case import Case, Row
from dossiers.casework.store import Store
from workflow.facts import Evidence
from workflow.stages import State

PERSONAL = ("reason", "candidate", "agreed_by")
"""Fields of the evidence that may hold personal content: kept beside the event, bound by a commitment."""


def _event_rows(
    store: Store,
    case: Case,
    act: Act,
    evidence: Evidence,
    from_state: State | None,
    signed: Signed,
    role: str,
    unit_id: int,
) -> tuple[Row, Row | None]:
    body = msgspec.to_builtins(evidence)
    personal = {name: body.pop(name) for name in PERSONAL if name in body}
    personal |= _whole_rows(act)
    body.pop("happened_on", None)
    if act.to_unit_id is not None:
        body["to_unit"] = act.to_unit_id
    if act.class_id is not None:
        body["class"] = act.class_id
    content, salt = "", ""
    if personal:
        content, salt = chain.canonical(personal), store.salt()
    row: Row = {
        "dossier_id": case.id,
        "seq": case.version,
        "trigger": act.trigger,
        "from_state": str(from_state) if from_state else None,
        "to_state": str(case.state),
        "happened_on": evidence.happened_on,
        "recorded_at": clock.stamp(clock.now()),
        "actor_id": signed.account_id,
        "actor_role": role,
        "unit_id": unit_id,
        "rulebook": case.rulebook,
        "body": chain.canonical(body),
        "commitment": chain.commitment(salt, content) if personal else "",
        "prev_hash": case.head_hash,
        "act_key": act.key,
    }
    row["hash"] = chain.event_hash(case.code, row)
    kept = {"dossier_id": case.id, "seq": case.version, "salt": salt, "content": content} if personal else None
    return row, kept


def _whole_rows(act: Act) -> Row:
    """The rows of people an act brings: whole, so that the tables follow from the events."""
    found: Row = {}
    if act.was:
        found = {"before": act.was, "after": act.person}
    elif act.person:
        found = {"person": act.person}
    if act.relatives:
        found["relatives"] = act.relatives
    if act.companions:
        found["companions"] = act.companions
    return found
