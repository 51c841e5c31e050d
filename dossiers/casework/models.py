"""Persons, dossiers, their events with the hash chain, and what acts leave on file."""

from datetime import date

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.encryption import EncryptedText
from dossiers.extensions import db
from dossiers.office.logged import logged


class Person(db.Model):
    """A candidate. Nothing more is kept than domain.md §2 allows; sensitive fields stand encrypted."""

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(String(120))
    birth_date: Mapped[date]
    sex: Mapped[str] = mapped_column(String(10))
    contact: Mapped[str] = mapped_column(String(120), server_default="")
    other_names: Mapped[str] = mapped_column(String(120), server_default="")
    birth_place: Mapped[str] = mapped_column(String(200), server_default="")
    home_town: Mapped[str] = mapped_column(String(200), server_default="")
    residence: Mapped[str] = mapped_column(String(200), server_default="")
    occupation: Mapped[str] = mapped_column(String(120), server_default="")
    employer: Mapped[str] = mapped_column(String(200), server_default="")
    sector: Mapped[str] = mapped_column(String(30), server_default="")
    professional_level: Mapped[str] = mapped_column(String(120), server_default="")
    theory_level: Mapped[str] = mapped_column(String(120), server_default="")
    languages: Mapped[str] = mapped_column(String(120), server_default="")
    youth_joined_on: Mapped[date | None]
    union_joined_on: Mapped[date | None]
    ethnic_group: Mapped[str | None] = mapped_column(EncryptedText)
    religion: Mapped[str | None] = mapped_column(EncryptedText)
    identity_number: Mapped[str | None] = mapped_column(EncryptedText)


class Dossier(db.Model):
    """One candidate's way. `facts` is what the rules know (workflow.facts), folded act by act.

    `since` is the day the state was entered, `turn` the role that has to act, `due_on` the nearest deadline,
    `head_hash` the hash of the last event, whose number is `version`.
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


class Scope(db.Model):
    """Who can see a dossier in lists: one row for each unit above it, its union and its training centre.

    Copies what lists filter and sort by, so that a page costs the same at every level of the tree.
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

    __table_args__ = (
        Index("ix_scope_state", "ancestor_id", "state", "since", "dossier_id"),
        Index("ix_scope_since", "ancestor_id", "since", "dossier_id"),
        Index("ix_scope_name", "ancestor_id", "sort_key", "dossier_id"),
        Index("ix_scope_due", "ancestor_id", "due_on", "dossier_id"),
        Index("ix_scope_turn", "ancestor_id", "turn", "due_on", "dossier_id"),
        Index("ix_scope_admitted", "ancestor_id", "admitted_on"),
        Index("ix_scope_dossier_id", "dossier_id"),
    )


class StateCount(db.Model):
    """How many dossiers stand in a state, for the lowest units that see them: cells, organisations, centres.

    Kept by every act (casework.counts); what a unit above has is the sum of its cells.
    """

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(40), primary_key=True)
    dossiers: Mapped[int]


class Event(db.Model):
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
        Index("ix_event_actor_id", "actor_id", "recorded_at"),
    )


class EventPersonal(db.Model):
    """The personal part of an event, beside it and encrypted.

    It is erasable, while the chain still verifies by the commitment in the event.
    """

    dossier_id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    content: Mapped[str] = mapped_column(EncryptedText)

    __table_args__ = (ForeignKeyConstraint(["dossier_id", "seq"], ["event.dossier_id", "event.seq"]),)


class PaperRecord(db.Model):
    """A paper on file. `number_key` is unique: issuer, form, year and number are used once."""

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    seq: Mapped[int]
    form: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date]
    issuer: Mapped[str] = mapped_column(String(200))
    number_key: Mapped[str | None] = mapped_column(String(300), unique=True)


class VoteRecord(db.Model):
    """A counted vote."""

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    seq: Mapped[int]
    body: Mapped[str] = mapped_column(String(30))
    purpose: Mapped[str] = mapped_column(String(20))
    held_on: Mapped[date]
    entitled: Mapped[int]
    present: Mapped[int]
    in_favour: Mapped[int]
    against: Mapped[int]
    passed: Mapped[bool]


class DeadlineRecord(db.Model):
    """A deadline of a dossier; `ended_on` is the day it stopped to run."""

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    rule: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[date]
    due_on: Mapped[date]
    extended_by: Mapped[int]
    ended_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("dossier_id", "rule", "starts_on"),)


class Relative(db.Model):
    """A relative to be verified, with the result; `ref` is what the facts call them."""

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    ref: Mapped[str] = mapped_column(String(20))
    relation: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(EncryptedText)
    birth_year: Mapped[int | None]
    place: Mapped[str | None] = mapped_column(EncryptedText)
    occupation: Mapped[str | None] = mapped_column(EncryptedText)
    result: Mapped[str | None] = mapped_column(EncryptedText)
    verified_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("dossier_id", "ref"),)


class Companion(db.Model):
    """An official member beside the candidate: who introduces (`introducer`) or helps (`helper`)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    since: Mapped[date]
    until: Mapped[date | None]


class CourseClass(db.Model):
    """A class of the awareness course, held by a training centre."""

    __table_args__ = (logged(),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    centre_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Outbox(db.Model):
    """What is to be told or done after an act, written in its transaction."""

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(60))
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    seq: Mapped[int]
    created_at: Mapped[str] = mapped_column(String(32))
    done_at: Mapped[str | None] = mapped_column(String(32), index=True)
