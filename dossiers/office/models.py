"""The log of the office: what changes who may act, who votes, and by which rules, outside any dossier."""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dossiers import encryption
from dossiers.extensions import Model
from dossiers.office.logged import apart


class OfficeEvent(Model):
    """One act of administration, written once; a chain of its own. The database refuses UPDATE and DELETE.

    `body` says in `rows` how every row the act changed stands after it (since format 2), naming things by their codes
    and numbers, never people by name. `actor_id` is empty for the command line. `hash` covers everything here;
    `commitment` binds the personal part, and is empty where there is none. `mark` is over number and hash (see
    `office_mark`).
    """

    __table_args__ = (
        Index("ix_office_event_recorded", "recorded_at", "seq"),
        Index("ix_office_event_topic", "topic", "recorded_at", "seq"),
        Index("ix_office_event_actor", "actor_id", "recorded_at", "seq"),
        Index("ix_office_event_topic_unit", "topic", "unit_id", "recorded_at", "seq"),
        Index("ix_office_event_unit", "unit_id", "recorded_at", "seq"),
        Index("ix_office_event_actor_topic", "actor_id", "topic", "recorded_at", "seq"),
        Index("ix_office_event_actor_unit", "actor_id", "unit_id", "recorded_at", "seq"),
        Index("ix_office_event_actor_topic_unit", "actor_id", "topic", "unit_id", "recorded_at", "seq"),
        apart("It is the office's chain."),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    body: Mapped[str] = mapped_column(Text)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64), server_default="")
    mark: Mapped[str] = mapped_column(String(64), server_default="")


def office_mark(seq: int, event_hash: str) -> str:
    """The program's mark on an event, and by its hash on all before it: nobody without the key can make it."""
    return encryption.mark("office", seq, event_hash)


class OfficePersonal(Model):
    """The personal part of an act of administration: names in rows, and digests of secrets; sealed to its place.

    It is erasable, while the chain still verifies by the commitment in the event.
    """

    __table_args__ = (apart("It is the erasable part of the office's chain, bound by the commitment in the event."),)

    seq: Mapped[int] = mapped_column(ForeignKey("office_event.seq"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[str] = mapped_column("content", info={"sealed": True})


def office_place(seq: int) -> str:
    """Where the personal part of an office event is sealed to."""
    return encryption.place("office_personal", "content", seq)


def office_opened(seq: int, sealed: str) -> str:
    """The personal part of an office event as it reads. Raises as encryption.unseal."""
    return encryption.unseal(sealed, office_place(seq))
