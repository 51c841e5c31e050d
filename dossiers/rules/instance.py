"""This instance's own values, read once a request: whether it is a demo, its clock, versions of what is remembered."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from flask import current_app, g
from sqlalchemy import select

from dossiers import engines
from dossiers.asking import Question
from dossiers.extensions import db, run
from dossiers.rules.models import InstanceValue

Kept = TypeVar("Kept")

_VALUES = Question(select(InstanceValue.key, InstanceValue.value))


@dataclass
class _Known:
    """What a request found out, which asks dozens of times: all values, and what follows from them."""

    values: dict[str, str]
    remembered: dict[str, Any] = field(default_factory=dict)

    @property
    def is_demo(self) -> bool:
        return self.values.get("demo") == "yes"

    @cached_property
    def demo_day(self) -> date | None:
        day = self.values.get("clock") if self.is_demo else None
        return date.fromisoformat(day) if day else None


def _known() -> _Known:
    own = vars(g._get_current_object())  # each look through the proxy is four calls
    found: _Known | None = own.get("instance")
    if found is None:
        found = own["instance"] = _Known(dict(run(_VALUES).all()))
    return found


def values() -> dict[str, str]:
    """All values; at most one query a request."""
    return _known().values


def know(found: dict[str, str]) -> None:
    """Take all values, just read, for the rest of the request."""
    g.instance = _Known(found)


def forget() -> None:
    """Read all values again when somebody asks: they changed since."""
    g.pop("instance", None)


def put(key: str, value: str) -> None:
    """Set a value in the current transaction."""
    statement = engines.upsert(db, InstanceValue).values(key=key, value=value)
    db.session.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
    forget()


def renew(version: str) -> None:
    """Give a version a value it never had, in the current transaction; see `remembered`."""
    put(version, secrets.token_hex(8))


def remembered(version: str, read: Callable[[], Kept]) -> Kept:
    """What `read` finds in the database, kept by this process until the instance's value `version` is another.

    A new version is drawn by chance, not counted, so that a transaction that fails cannot leave its reading behind
    under a version that another one then takes.
    """
    known = _known()
    if version not in known.remembered:
        kept: dict[str, tuple[str, Any]] = current_app.extensions.setdefault("remembered", {})
        wanted = known.values.get(version, "")
        found = kept.get(version)
        if found is None or found[0] != wanted:
            found = kept[version] = (wanted, read())
        known.remembered[version] = found[1]
    again: Kept = known.remembered[version]
    return again


def is_demo() -> bool:
    """Whether this database was made by `flask demo load`."""
    return _known().is_demo


def demo_day() -> date | None:
    """Where the demo's clock stands; None outside a demo."""
    return _known().demo_day
