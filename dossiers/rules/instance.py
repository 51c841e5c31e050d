"""This instance's own values, read once a request: whether it is a demo, its clock, versions of what is remembered."""

import secrets
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flask import current_app, g
from sqlalchemy import select

from dossiers import engines
from dossiers.asking import Question
from dossiers.extensions import db, run
from dossiers.rules.models import InstanceValue

Kept = TypeVar("Kept")

_VALUES = Question(select(InstanceValue.key, InstanceValue.value))


def values() -> dict[str, str]:
    """All values; at most one query a request."""
    own = vars(g._get_current_object())  # asked dozens of times a page: each look through the proxy is four calls
    found: dict[str, str] | None = own.get("instance_values")
    if found is None:
        found = own["instance_values"] = dict(run(_VALUES).all())
    return found


def know(found: dict[str, str]) -> None:
    """Take all values, just read, for the rest of the request."""
    g.instance_values = found


def forget() -> None:
    """Read all values again when somebody asks: they changed since."""
    g.pop("instance_values", None)


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
    app = current_app._get_current_object()  # type: ignore[attr-defined] # of the proxy
    kept: dict[str, tuple[str, Any]] = app.extensions.setdefault("remembered", {})
    wanted = values().get(version, "")
    found = kept.get(version)
    if found is None or found[0] != wanted:
        found = kept[version] = (wanted, read())
    again: Kept = found[1]
    return again


def is_demo() -> bool:
    """Whether this database was made by `flask demo load`."""
    return values().get("demo") == "yes"


def demo_day() -> date | None:
    """Where the demo's clock stands; None outside a demo."""
    if not is_demo():
        return None
    day = values().get("clock")
    return date.fromisoformat(day) if day else None
