"""What day it is: the real one in Vietnam, or the demo's own clock; overridden while demo data is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

from dossiers.rules import instance

VIETNAM = timezone(timedelta(hours=7))
_override: ContextVar[datetime | None] = ContextVar("clock_override", default=None)


def now() -> datetime:
    """This moment, aware, in Vietnamese time. In a demo the date is the demo clock's, the time of day is real."""
    fixed = _override.get()
    if fixed is not None:
        return fixed
    real = datetime.now(VIETNAM)
    day = instance.demo_day()
    return real if day is None else datetime.combine(day, real.timetz())


def today() -> date:
    """The date in Vietnam."""
    return now().date()


def stamp(moment: datetime) -> str:
    """A moment as it is recorded: UTC, ISO 8601, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_stamp(text: str) -> datetime:
    """The moment of a stamp, in Vietnamese time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(VIETNAM)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Make `moment` the present, for demo data and tests."""
    token = _override.set(moment)
    try:
        yield
    finally:
        _override.reset(token)
