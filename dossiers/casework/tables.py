"""The rows an act writes, column by column, as their tables have them."""

from datetime import date
from typing import TypedDict

CountedBy = tuple[int, str]
"""The register a vote was counted against: whose it is, and its hash ("": not kept)."""


class EventRow(TypedDict):
    """An event (casework.models.Event)."""

    dossier_id: int
    seq: int
    trigger: str
    from_state: str | None
    to_state: str
    happened_on: date
    recorded_at: str
    actor_id: int
    actor_role: str
    unit_id: int
    rulebook: str
    body: str
    commitment: str
    prev_hash: str
    act_key: str | None
    hash: str


class PersonalPartRow(TypedDict):
    """The personal part of an event, sealed."""

    dossier_id: int
    seq: int
    salt: str
    content: str


class VoteRow(TypedDict):
    """A counted vote."""

    dossier_id: int
    seq: int
    body: str
    purpose: str
    held_on: date
    entitled: int
    present: int
    in_favour: int
    against: int
    passed: bool
    register_unit_id: int | None
    register_hash: str


class DeadlineRow(TypedDict):
    """A deadline; `ended_on` when it has stopped to run."""

    dossier_id: int
    rule: str
    starts_on: date
    due_on: date
    extended_by: int
    ended_on: date | None


class RelativeOnFile(TypedDict):
    """A relative, what identifies sealed to the row."""

    dossier_id: int
    ref: str
    nr: int
    relation: str
    name: str
    birth_year: int | None
    place: str | None
    occupation: str | None
    result: str | None
    verified_on: date | None
    exempt: bool


class CompanionOnFile(TypedDict):
    """A member beside the candidate."""

    dossier_id: int
    seq: int
    nr: int
    kind: str
    ref: str
    name: str
    since: date
    until: date | None


class OutboxRow(TypedDict):
    """What is to be told of an act."""

    topic: str
    dossier_id: int
    seq: int
    created_at: str
    done_at: str | None


class Listed(TypedDict):
    """What lists filter and sort a dossier by."""

    state: str
    since: date
    source: str
    turn: str | None
    due_on: date | None
    admitted_on: date | None
    unit_code: str
    done: bool


class DossierRow(TypedDict):
    """A dossier's own row."""

    id: int
    code: str
    person_id: int
    unit_id: int
    nominator_id: int | None
    class_id: int | None
    previous_id: int | None
    state: str
    since: date
    rulebook: str
    version: int
    head_hash: str
    facts: str
    turn: str | None
    due_on: date | None
    admitted_on: date | None
    mark: str
    correcting: int | None
