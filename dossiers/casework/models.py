"""Dossiers, their events with the hash chain, and what the events leave: lists, counts, votes, deadlines."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from dossiers import encryption, engines
from dossiers.extensions import Model
from dossiers.office.logged import apart
from workflow.votes import Purpose


class Dossier(Model):
    """One candidate's way. `facts` is what the rules know (workflow.facts), folded act by act.

    `since` is the day the state was entered, `turn` the role that has to act, `due_on` the nearest deadline,
    `head_hash` the hash of the last event, whose number is `version`; `mark` is over both (see `head_mark`).
    `correcting` is the act of which a correction waits for a second person.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    nominator_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("course_class.id"), index=True)
    previous_id: Mapped[int | None] = mapped_column(
        ForeignKey("dossier.id", deferrable=True, initially="IMMEDIATE"), index=True
    )
    state: Mapped[str] = mapped_column(String(40))
    since: Mapped[date]
    rulebook: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    head_hash: Mapped[str] = mapped_column(String(64))
    facts: Mapped[str] = mapped_column(Text)
    turn: Mapped[str | None] = mapped_column(String(30))
    due_on: Mapped[date | None]
    admitted_on: Mapped[date | None]
    mark: Mapped[str] = mapped_column(String(64), server_default="")
    correcting: Mapped[int | None]

    __table_args__ = (Index("ix_dossier_correcting", "id", **engines.only_where("correcting IS NOT NULL")),)


def head_mark(code: str, version: int, head_hash: str) -> str:
    """The program's mark on where a dossier's chain ends, and so on all of it: who lacks the key can write a chain
    that fits itself, but not that this instance wrote it.
    """
    return encryption.mark("dossier", code, version, head_hash)


_UNDATED = "due_on IS NULL AND turn IS NOT NULL"
_LISTED = "state = 'listed' AND turn IS NOT NULL"


class Scope(Model):
    """Who can see a dossier in lists: one row for each unit above it, its union and its training centre.

    Copies what lists filter and sort by, so that a page costs the same at every level of the tree. `unit_code` is that
    of the dossier's own unit; `done`: it stands in one of workflow.stages.DONE.
    """

    ancestor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(40))
    since: Mapped[date]
    source: Mapped[str] = mapped_column(String(20))
    turn: Mapped[str | None] = mapped_column(String(30))
    due_on: Mapped[date | None]
    admitted_on: Mapped[date | None]
    sort_key: Mapped[bytes] = mapped_column(LargeBinary)
    unit_code: Mapped[str] = mapped_column(engines.plain_text(20))
    done: Mapped[bool]

    __table_args__ = (
        Index("ix_scope_since", "ancestor_id", "done", "since", "dossier_id"),
        Index("ix_scope_name", "ancestor_id", "done", "sort_key", "dossier_id"),
        Index("ix_scope_unit", "ancestor_id", "done", "unit_code", "sort_key", "dossier_id"),
        Index("ix_scope_due", "ancestor_id", "done", "due_on", "dossier_id"),
        Index("ix_scope_turn", "ancestor_id", "done", "turn", "due_on", "dossier_id", "source"),
        Index("ix_scope_undated", "ancestor_id", "done", "turn", "since", "dossier_id", **engines.only_where(_UNDATED)),
        Index("ix_scope_listed", "ancestor_id", "turn", "sort_key", "dossier_id", **engines.only_where(_LISTED)),
        Index("ix_scope_state", "ancestor_id", "state", "since", "dossier_id", "source"),
        Index("ix_scope_state_name", "ancestor_id", "state", "sort_key", "dossier_id"),
        Index("ix_scope_state_unit", "ancestor_id", "state", "unit_code", "sort_key", "dossier_id"),
        Index("ix_scope_state_due", "ancestor_id", "state", "due_on", "dossier_id"),
        Index("ix_scope_admitted", "ancestor_id", "admitted_on", "dossier_id"),
        Index("ix_scope_dossier_id", "dossier_id"),
        apart("It follows from the dossier and the tree of units; audit verify makes it again and compares."),
    )


class StateCount(Model):
    """How many dossiers stand in a state, for the lowest units that see them: cells, organisations, centres.

    Kept by every act (casework.counts); what a unit above has is the sum of its cells.
    """

    __table_args__ = (apart("It follows from the dossiers; audit verify counts them again and compares."),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(40), primary_key=True)
    dossiers: Mapped[int]


class Event(Model):
    """One act, written once. The database refuses UPDATE and DELETE on this table (see migrations).

    `hash` covers everything here, the commitment to the personal part and the previous event's hash.
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    trigger: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str | None] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    happened_on: Mapped[date]
    recorded_at: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    actor_role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    rulebook: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)
    commitment: Mapped[str] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    act_key: Mapped[str | None] = mapped_column(String(64), unique=True)

    __table_args__ = (
        Index("ix_event_recorded_at", "recorded_at", "dossier_id", "seq"),
        Index("ix_event_actor_id", "actor_id", "recorded_at", "dossier_id", "seq"),
        Index("ix_event_trigger", "trigger", "recorded_at", "dossier_id", "seq"),
        Index("ix_event_actor_trigger", "actor_id", "trigger", "recorded_at", "dossier_id", "seq"),
        apart("It is the dossiers' chains."),
    )


class EventPersonal(Model):
    """The personal part of an event, beside it and sealed to its place.

    It is erasable, while the chain still verifies by the commitment in the event; the erasure is an event too.
    """

    dossier_id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[str] = mapped_column("content", info={"sealed": True})

    __table_args__ = (
        ForeignKeyConstraint(["dossier_id", "seq"], ["event.dossier_id", "event.seq"]),
        apart("It is the erasable part of the dossiers' chains, bound by the commitment in the event."),
    )

    @property
    def content(self) -> str:
        """What it says (JSON, see casework.events.Personal). Raises as encryption.unseal."""
        return opened(self.dossier_id, self.seq, self.sealed)


def personal_place(dossier_id: int, seq: int) -> str:
    """Where the personal part of an event is sealed to."""
    return encryption.place("event_personal", "content", dossier_id, seq)


def opened(dossier_id: int, seq: int, sealed: str) -> str:
    """The personal part of an event as it reads. Raises as encryption.unseal."""
    return encryption.unseal(sealed, personal_place(dossier_id, seq))


_REMOVAL = f"purpose = '{Purpose.REMOVAL}'"


class VoteRecord(Model):
    """The counted vote of an event.

    `register_unit_id` is the unit whose register said who was entitled, `register_hash` that register as it then stood
    (units.registers.Register); empty for votes recorded before this was kept.
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(String(30))
    purpose: Mapped[str] = mapped_column(String(20))
    held_on: Mapped[date]
    entitled: Mapped[int]
    present: Mapped[int]
    in_favour: Mapped[int]
    against: Mapped[int]
    passed: Mapped[bool]
    register_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    register_hash: Mapped[str] = mapped_column(String(64), server_default="")

    __table_args__ = (
        Index("ix_vote_record_register", "register_unit_id", "body", "held_on"),
        Index("ix_vote_record_removal", "register_unit_id", "held_on", "dossier_id", **engines.only_where(_REMOVAL)),
    )


ABOUT_REMOVAL = VoteRecord.purpose == literal_column(f"'{Purpose.REMOVAL}'")
"""That a vote was on a removal, as the index of these says it."""


class DeadlineRecord(Model):
    """A deadline of a dossier; `ended_on` is the day it stopped to run."""

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(40), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    due_on: Mapped[date]
    extended_by: Mapped[int]
    ended_on: Mapped[date | None]


class Claim(Model):
    """Somebody works on a dossier, so that others need not; it says no more, and gives no right.

    It ends with the `turn` it was made in, and by itself after a time (casework.claims); `since` in seconds since 1970.
    `taken_from_id` had it before, and is told.
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    turn: Mapped[str] = mapped_column(String(30))
    since: Mapped[int] = mapped_column(BigInteger, index=True)
    taken_from_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)

    __table_args__ = (
        apart("A note of who works on what; it passes in a day and changes nothing of the dossier.", passing=True),
    )
