"""Templates of texts that stand in for the shipped ones: every version with its file, and which is used from when."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import logged


class TextTemplate(Model):
    """A version of a template of `text` (a key of documents.composing.drafts), as it was cleaned and tried.

    `digest` is the SHA-256 of the file, `names` the fields it names, `words` what it read like on the sample, a
    paragraph a line. Nothing of a row ever changes.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    names: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    loaded_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    loaded_at: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[str] = mapped_column(Text, deferred=True)
    """The file, encrypted for its text, version and digest."""

    __table_args__ = (UniqueConstraint("text", "version"), logged(digested=("sealed",)))


class TemplateUse(Model):
    """From which day a text is drawn up by which version; None: by the shipped one.

    `outcome` is empty while it waits for a second person, then "confirmed" or "refused". Of the confirmed ones that
    have begun on a text's day the one with the latest day is in force, of several of one day the one asked for last.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(60))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("text_template.id"))
    since: Mapped[date]
    ground: Mapped[str] = mapped_column(String(300))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(20), server_default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (Index("ix_template_use_text", "text", "outcome", "since", "id"), logged())
