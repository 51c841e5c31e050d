"""What an administrator adds to the rules: values to be confirmed, days of the calendar; and the instance itself."""

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import apart, logged


class RuleValue(Model):
    """A value an administrator gave to a rule marked "confirm"."""

    __table_args__ = (logged(),)

    rulebook: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[str] = mapped_column(String(32))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class RulebookFile(Model):
    """A rulebook that somebody loaded as a file: the whole text, and who let it take effect.

    `outcome` is empty while it waits for a second person, then "confirmed" or "refused". Of the confirmed versions of a
    code the newest is in force; the earlier ones stay.
    """

    __table_args__ = (UniqueConstraint("code", "version"), logged())

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    in_force_from: Mapped[date]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the text."""
    text: Mapped[str] = mapped_column(Text)
    ground: Mapped[str] = mapped_column(String(300))
    loaded_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    loaded_at: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(20), server_default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[str | None] = mapped_column(String(32))


class RulebookTrial(Model):
    """A dry run of a loaded rulebook over all dossiers: how far it is, and what it found so far.

    `version` is that of the rules it compares with. `day` is the one it looks from.
    """

    __table_args__ = (apart("It is worked out from dossiers and rules, and run again at will.", passing=True),)

    file_id: Mapped[int] = mapped_column(ForeignKey("rulebook_file.id"), primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    begun_at: Mapped[str] = mapped_column(String(32))
    last_id: Mapped[int]
    looked: Mapped[int]
    total: Mapped[int]
    affected: Mapped[int]
    refused: Mapped[int]
    deadlines: Mapped[int]
    needs: Mapped[int]
    routes: Mapped[int]
    done: Mapped[bool]


class TrialFinding(Model):
    """What a dry run found for a dossier: its changes (workflow.trial) as JSON, which names nobody."""

    __table_args__ = (apart("It is worked out from dossiers and rules, and run again at will.", passing=True),)

    file_id: Mapped[int] = mapped_column(ForeignKey("rulebook_trial.file_id"), primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    refused: Mapped[bool]
    found: Mapped[str] = mapped_column(Text)


class RuleStateRecord(Model):
    """The rule values and the calendar of a time, kept once under the hash that events name (workflow.rulestate)."""

    __tablename__ = "rule_state"
    __table_args__ = (apart("The key is the hash of the content, and events name it."),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)


class CalendarDay(Model):
    """A day an administrator made working (`working`) or off, with the announcement it comes from."""

    __table_args__ = (logged(),)

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200))


class InstanceValue(Model):
    """A fact about this instance: whether it is a demo, and where the demo's clock stands.

    The office's log keeps the first only: the clock and the versions of what is remembered pass.
    """

    __table_args__ = (logged(only=("demo",)),)

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
