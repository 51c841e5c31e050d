"""Meetings, who came to them, and how they voted on each dossier."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import logged


class Meeting(Model):
    """A meeting of a unit's body. `chair_id` and `secretary_id` are seats of that body; `other` is what else is on.

    `first_number` is the number of the first text it makes, the others follow; `issued_on` the date on decisions when
    they are signed on another day. Once `closed`, it is kept by the office's log as it then stands, with its rows.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    body: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(20))
    held_on: Mapped[date]
    begins_at: Mapped[str] = mapped_column(String(5))
    place: Mapped[str] = mapped_column(String(200))
    chair_id: Mapped[int | None] = mapped_column(ForeignKey("body_member.id"))
    secretary_id: Mapped[int | None] = mapped_column(ForeignKey("body_member.id"))
    other: Mapped[str] = mapped_column(Text)
    first_number: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date | None]
    called_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    called_at: Mapped[str] = mapped_column(String(32))
    cancelled_at: Mapped[str | None] = mapped_column(String(32))
    closed: Mapped[bool]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int]

    __table_args__ = (
        Index("ix_meeting_unit_id", "unit_id", "held_on"),
        logged(personal=("other",), once="closed"),
    )


class MeetingAttendance(Model):
    """Whether the holder of a seat came; see meetings.attendance.Came. `reason` is why not."""

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("body_member.id"), primary_key=True)
    came: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    changed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    closed: Mapped[bool]

    __table_args__ = (logged(personal=("reason",), once="closed"),)


class MeetingLine(Model):
    """A dossier on the agenda, in its `place`, and how the body voted on it.

    `matter` is what is voted on (meetings.matters.Matter), where that is not what the dossier's step asks for: a
    removal on a `ground` of the rulebook, or a refusal with its `reason`, which the dossier's event holds once it is
    recorded.
    `abstained` are the seats of those who took no part, with why (see meetings.results). What was recorded when the
    meeting was closed stands in the rest: `outcome` (meetings.closing.Outcome), by which `act` and event, with how many
    `present`, `entitled` and `needed`.
    """

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    place: Mapped[int]
    matter: Mapped[str] = mapped_column(String(20), server_default="step")
    ground: Mapped[str] = mapped_column(String(40), server_default="")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    in_favour: Mapped[int | None]
    against: Mapped[int | None]
    blank: Mapped[int | None]
    invalid: Mapped[int | None]
    number: Mapped[str] = mapped_column(String(60))
    abstained: Mapped[str] = mapped_column(String(400))
    version: Mapped[int]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[str | None] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(10))
    act: Mapped[str] = mapped_column(String(40))
    event_seq: Mapped[int | None]
    present: Mapped[int | None]
    entitled: Mapped[int | None]
    needed: Mapped[int | None]
    closed: Mapped[bool]

    __table_args__ = (
        Index("ix_meeting_line_dossier_id", "dossier_id"),
        logged(personal=("reason",), once="closed"),
    )
