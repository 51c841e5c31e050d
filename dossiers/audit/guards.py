"""Whether the database still guards the log: its triggers, and the tables as the migrations make them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from dossiers import engines
from dossiers.audit.chains import Finding
from dossiers.extensions import Model, db

_WRITTEN, _ERASED = "events are written once", "the personal part of an event is erased, never changed"
_POINTS, _STATES = "checkpoints are written once", "states of the rules are written once"


def _refuses(name: str, when: str, table: str, words: str, condition: str = "") -> tuple[str, str]:
    guard = f" WHEN {condition}" if condition else ""
    return name, f"CREATE TRIGGER {name} BEFORE {when} ON {table}{guard} BEGIN SELECT RAISE(ABORT, '{words}'); END"


SQLITE: dict[str, str] = dict(
    (
        _refuses("event_no_update", "UPDATE", "event", _WRITTEN),
        _refuses("event_no_delete", "DELETE", "event", _WRITTEN),
        _refuses("office_event_no_update", "UPDATE", "office_event", _WRITTEN),
        _refuses("office_event_no_delete", "DELETE", "office_event", _WRITTEN),
        _refuses("event_personal_no_update", "UPDATE", "event_personal", _ERASED),
        _refuses("office_personal_no_update", "UPDATE", "office_personal", _ERASED),
        _refuses(
            "event_no_replace", "INSERT", "event", f"UNIQUE: {_WRITTEN}",
            "EXISTS (SELECT 1 FROM event WHERE dossier_id = NEW.dossier_id AND seq = NEW.seq) OR "
            "(NEW.act_key IS NOT NULL AND EXISTS (SELECT 1 FROM event WHERE act_key = NEW.act_key))",
        ),
        _refuses(
            "event_personal_no_replace", "INSERT", "event_personal", _ERASED,
            "EXISTS (SELECT 1 FROM event_personal WHERE dossier_id = NEW.dossier_id AND seq = NEW.seq)",
        ),
        _refuses(
            "office_event_no_replace", "INSERT", "office_event", _WRITTEN,
            "EXISTS (SELECT 1 FROM office_event WHERE seq = NEW.seq)",
        ),
        _refuses(
            "office_personal_no_replace", "INSERT", "office_personal", _ERASED,
            "EXISTS (SELECT 1 FROM office_personal WHERE seq = NEW.seq)",
        ),
        _refuses(
            "checkpoint_no_replace", "INSERT", "checkpoint", _POINTS,
            "EXISTS (SELECT 1 FROM checkpoint WHERE id = NEW.id)",
        ),
        _refuses("checkpoint_no_update", "UPDATE", "checkpoint", _POINTS),
        _refuses("checkpoint_no_delete", "DELETE", "checkpoint", _POINTS),
        _refuses("rule_state_no_update", "UPDATE", "rule_state", _STATES),
        _refuses("rule_state_no_delete", "DELETE", "rule_state", _STATES),
    )
)  # fmt: skip
"""The triggers of SQLite, as they must read (white space aside)."""

POSTGRESQL: dict[tuple[str, str], str] = {
    ("event", "event_no_change"): "BEFORE DELETE OR UPDATE",
    ("event", "event_no_truncate"): "BEFORE TRUNCATE",
    ("office_event", "office_event_no_change"): "BEFORE DELETE OR UPDATE",
    ("office_event", "office_event_no_truncate"): "BEFORE TRUNCATE",
    ("event_personal", "event_personal_no_update"): "BEFORE UPDATE",
    ("office_personal", "office_personal_no_update"): "BEFORE UPDATE",
    ("checkpoint", "checkpoint_no_change"): "BEFORE DELETE OR UPDATE",
    ("checkpoint", "checkpoint_no_truncate"): "BEFORE TRUNCATE",
    ("rule_state", "rule_state_no_change"): "BEFORE DELETE OR UPDATE",
    ("rule_state", "rule_state_no_truncate"): "BEFORE TRUNCATE",
}
"""The triggers of PostgreSQL and when they refuse; all call refuse_change()."""

_FUNCTION = "BEGIN RAISE EXCEPTION 'events are written once'; END"


def check() -> list[Finding]:
    """What is wrong with the guards and the tables of the database."""
    triggers = _postgresql() if engines.is_postgresql(db) else _sqlite()
    return [*triggers, *_schema()]


def _plain(sql: str) -> str:
    return " ".join(sql.split())


def _sqlite() -> Iterator[Finding]:
    rows = db.session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    found = {row.name: _plain(row.sql) for row in rows}
    for name, sql in SQLITE.items():
        if name not in found:
            yield Finding("DATABASE", 0, f"trigger {name} is missing")
        elif found[name] != sql:
            yield Finding("DATABASE", 0, f"trigger {name} was changed")
    for name in sorted(found.keys() - SQLITE.keys()):
        yield Finding("DATABASE", 0, f"trigger {name} is not ours")


_TRIGGERS = text(
    "SELECT c.relname AS place, t.tgname AS name, t.tgenabled AS enabled, pg_get_triggerdef(t.oid) AS told "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
)


def _postgresql() -> Iterator[Finding]:
    found = {(row.place, row.name): row for row in db.session.execute(_TRIGGERS)}
    for key, when in POSTGRESQL.items():
        row = found.get(key)
        if row is None:
            yield Finding("DATABASE", 0, f"trigger {key[1]} is missing")
        elif (
            row.enabled not in ("O", b"O", "A", b"A")
            or f" {when} ON " not in row.told
            or "refuse_change()" not in row.told
        ):
            yield Finding("DATABASE", 0, f"trigger {key[1]} was changed or switched off")
    for _place, name in sorted(found.keys() - POSTGRESQL.keys()):
        yield Finding("DATABASE", 0, f"trigger {name} is not ours")
    source = db.session.execute(text("SELECT prosrc FROM pg_proc WHERE proname = 'refuse_change'")).scalar()
    if source is None or _plain(source) != _FUNCTION:
        yield Finding("DATABASE", 0, "function refuse_change was changed")


def _schema() -> Iterator[Finding]:
    from alembic.autogenerate import compare_metadata  # slow to load, and only wanted here
    from alembic.migration import MigrationContext  # slow to load, and not wanted by any page

    def ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
        return not (kind == "table" and name is not None and name.startswith("dossier_search"))

    context = MigrationContext.configure(
        db.session.connection(), opts={"include_object": ours, "compare_type": False, "compare_server_default": False}
    )
    for difference in compare_metadata(context, Model.metadata):
        yield Finding("DATABASE", 0, f"the tables are not as the migrations make them: {_said(difference)}")


def _said(difference: Any) -> str:
    first = difference[0] if isinstance(difference, list) else difference
    kind, *rest = first
    names = [str(getattr(part, "name", part)) for part in rest if part is not None and not isinstance(part, dict)]
    return " ".join([str(kind).replace("_", " "), *names[:3]])
