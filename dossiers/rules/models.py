"""What an administrator adds to the rules: values to be confirmed, days of the calendar; and the instance itself."""

from datetime import date

from sqlalchemy import ForeignKey, String, Text
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
