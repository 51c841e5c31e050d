"""This instance's own values, read once a request: demo or not, the demo's clock, the version of the rules."""

from datetime import date

from flask import g
from sqlalchemy import select

from dossiers import engines
from dossiers.extensions import db
from dossiers.rules.models import InstanceValue


def values() -> dict[str, str]:
    """All values; one query a request."""
    if "instance_values" not in g:
        rows = db.session.execute(select(InstanceValue.key, InstanceValue.value)).all()
        g.instance_values = dict(row.tuple() for row in rows)
    found: dict[str, str] = g.instance_values
    return found


def put(key: str, value: str) -> None:
    """Set a value in the current transaction."""
    statement = engines.upsert(db, InstanceValue).values(key=key, value=value)
    db.session.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
    forget()


def forget() -> None:
    """Read the values again when they are next asked for."""
    g.pop("instance_values", None)


def is_demo() -> bool:
    """Whether this database was made by `flask demo load`."""
    return values().get("demo") == "yes"


def demo_day() -> date | None:
    """Where the demo's clock stands; None outside a demo."""
    if not is_demo():
        return None
    day = values().get("clock")
    return date.fromisoformat(day) if day else None
