"""Plans by which units change."""

from datetime import date

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import logged
from workflow.codes import Code


class Stage(Code):
    """How far a plan has come."""

    DRAFT = "draft"
    ASKED = "asked"
    DONE = "done"
    UNDO_ASKED = "undo_asked"
    UNDONE = "undone"
    DROPPED = "dropped"


class UnitPlan(Model):
    """What a decision does to units: its `number` and day, from which day it holds, and what becomes of which unit.

    `unit_id` is whose decision it is: what changes lies below. `lines` are reorganising.lines.Line, `changes` what was
    done (reorganising.ledger.Done), by which it is undone. `asked_at` is when the second person was last asked. `done`:
    it was carried out, and is kept by the office's log.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    number: Mapped[str] = mapped_column(String(60))
    decided_on: Mapped[date]
    since: Mapped[date]
    subject: Mapped[str] = mapped_column(String(300))
    lines: Mapped[str] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(String(12))
    prepared_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    prepared_at: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[str | None] = mapped_column(String(32))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    done_at: Mapped[str | None] = mapped_column(String(32))
    undo_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undo_reason: Mapped[str] = mapped_column(String(500))
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[str | None] = mapped_column(String(32))
    changes: Mapped[str] = mapped_column(Text)
    done: Mapped[bool]
    edition: Mapped[int]

    __table_args__ = (logged(once="done"),)
