"""Only casework writes a dossier. The source is read, so that a second way is seen before it ever ran."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dossiers.config import ROOT

TABLES = {
    "Companion": "companion",
    "DeadlineRecord": "deadline_record",
    "Dossier": "dossier",
    "Event": "event",
    "EventPersonal": "event_personal",
    "PaperRecord": "paper_record",
    "Relative": "relative",
    "Scope": "scope",
    "StateCount": "state_count",
    "VoteRecord": "vote_record",
}
"""The models whose rows acts leave, and their tables."""

STANDING = {"state", "version", "head_hash", "facts"}
"""What says where a dossier stands; columns of the row, and the same names of a case."""

WRITING = {"insert", "update", "delete", "upsert", "setattr"}

ALLOWED = {
    "dossiers/backup/services.py": "an empty database is filled with every table's rows, and its chains are checked",
}
"""Files outside casework that may write, and why. Migrations, outside dossiers/, change tables, not standing."""

FILES = [path for path in sorted((ROOT / "dossiers").rglob("*.py")) if "casework" not in path.parts]


def _written(source: str) -> Iterator[str]:
    """What a file writes of a dossier, line by line."""
    tree = ast.parse(source)
    models = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".models")
        for alias in node.names
        if alias.name in TABLES
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del) and node.attr in STANDING:
            yield f"{node.lineno}: sets .{node.attr}"
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} & models.keys()
            if called in models:
                yield f"{node.lineno}: makes a {called}"
            elif called in WRITING and named:
                yield f"{node.lineno}: {called} of {', '.join(sorted(named))}"
            elif (
                called == "setattr" and {part.value for part in node.args if isinstance(part, ast.Constant)} & STANDING
            ):
                yield f"{node.lineno}: sets where a dossier stands"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = re.search(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)", node.value)
            if found and found.group(1) in TABLES.values():
                yield f"{node.lineno}: SQL that writes {found.group(1)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_casework_writes_a_dossier(path: Path) -> None:
    if str(path.relative_to(ROOT)) not in ALLOWED:
        assert list(_written(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        "case.state = State.ENDED",
        "dossier.version += 1",
        "db.session.add(Event(seq=1))",
        "run(insert(Scope), rows)",
        "run(update(table_of(Dossier)).values(turn=None))",
        "run(delete(Dossier.__table__))",
        "engines.upsert(db, table_of(Relative))",
        "setattr(dossier, 'state', 'official')",
        "run(text('UPDATE dossier SET turn = NULL'))",
    ],
)
def test_a_second_way_would_be_seen(line: str) -> None:
    imports = (
        "from dossiers.casework.models import Dossier, Event, Scope\nfrom dossiers.people.models import Relative\n"
    )
    assert list(_written(imports + line))


def test_what_is_allowed_is_there() -> None:
    assert all((ROOT / name).exists() for name in ALLOWED)
