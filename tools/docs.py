"""Draws docs/generated/ from the code: `make docs`. A test fails when a page is stale."""

import ast
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import Mapper

from dossiers import create_app
from dossiers.config import SETTINGS
from dossiers.extensions import Model
from workflow import drawing, matrix
from workflow.drawing import rules_table
from workflow.rulebook import shipped

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "generated"
NOTE = "<!-- Drawn from the code by `make docs`; change the code, not this page. -->\n\n"


def state_machine() -> str:
    """The picture and the table of the state machine."""
    return (
        "# The state machine\n\n"
        "The main road in full and each end once; side roads (return, extend, suspend …) stand in the table.\n\n"
        f"{drawing.pictures(shipped().values())}\n## Every act\n\n{drawing.moves_table()}"
    )


def who_may() -> str:
    """The matrix of states, acts, roles, roads and rulebooks."""
    return (
        "# Who may do what\n\nEvery act of every state, the roles whose it is, and on which roads; who nominates and "
        "what was recorded before may say no beside that. The role must be held in the dossier's units.\n\n"
        f"{matrix.markdown(shipped().values())}"
    )


def rules() -> str:
    """Every rulebook with its sources."""
    return "# Rules and their sources\n\n" + "\n".join(rules_table(book) for book in shipped().values())


def tables() -> str:
    """The tables and how they hang together, as a Mermaid picture and a list."""
    metadata = _app().extensions["sqlalchemy"].metadata
    lines = ["# Tables", "", "```mermaid", "erDiagram"]
    for table in metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            lines.append(f"  {key.column.table.name} ||--o{{ {table.name} : {key.parent.name}")
    lines += ["```", ""]
    documented = {str(mapper.local_table): mapper.class_ for mapper in _mappers()}
    for table in metadata.sorted_tables:
        text = " ".join((documented[table.name].__doc__ or "").split())
        chain = "The office's log keeps its rows." if "log" in table.info else table.info.get("apart")
        lines += [f"## {table.name}", "", text, ""] + ([f"*{chain}*", ""] if chain else [])
        lines += ["| column | type | |", "|---|---|---|"]
        for column in table.columns:
            marks = [
                "primary key" if column.primary_key else "",
                "may be empty" if column.nullable else "",
                "unique" if column.unique else "",
                *(f"→ {key.column.table.name}" for key in column.foreign_keys),
            ]
            lines.append(f"| `{column.name}` | {column.type!r} | {', '.join(filter(None, marks))} |")
        lines.append("")
    return "\n".join(lines)


def settings() -> str:
    """Every setting with default and effect."""
    lines = ["# Settings", "", "From the environment; a bad value stops the start with one clear line.", ""]
    lines += ["| setting | default | effect |", "|---|---|---|"]
    lines += [f"| `DOSSIERS_{s.name}` | {s.default} | {s.effect} |" for s in SETTINGS]
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Every command of `flask --app wsgi` with its help."""
    lines = [
        "# Commands",
        "",
        "`.venv/bin/flask --app wsgi …`, each with `--help`. Exit code 0 when all went well.",
        "",
    ]
    for name, command in _commands(_app().cli, ""):
        context = click.Context(command, info_name=name)
        lines += [f"## {name}", "", (command.help or "").strip(), "", "```", command.get_usage(context)]
        for parameter in command.params:
            record = parameter.get_help_record(context)
            if record and parameter.name != "help":
                lines.append(f"  {record[0]}  {' '.join(record[1].split())}")
        lines += ["```", ""]
    return "\n".join(lines)


def _commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        if command is None or (not prefix and name == "db"):  # Flask-Migrate documents its own
            continue
        if isinstance(command, click.Group):
            yield from _commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def packages() -> str:
    """The packages and which imports which."""
    edges: dict[tuple[str, str], int] = {}
    for path in sorted([*ROOT.glob("workflow/**/*.py"), *ROOT.glob("dossiers/**/*.py")]):
        here = _room(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or node.module is None:
                continue
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            for target in named if node.module in ("dossiers", "workflow") else [node.module]:
                there = _room(target)
                if target.startswith(("dossiers", "workflow")) and there != here and "base" not in (here, there):
                    edges[here, there] = edges.get((here, there), 0) + 1
    rooms = sorted({room for edge in edges for room in edge})
    lines = [
        "# Packages",
        "",
        "An arrow means “imports”. `base` (configuration, security, fields, formats …) is left out:",
    ]
    lines += ["every package uses it.", "", "```mermaid", "flowchart TD"]
    lines += [f'  {room.replace(".", "_")}["{room}"]' for room in rooms]
    lines += [f"  {a.replace('.', '_')} --> {b.replace('.', '_')}" for a, b in sorted(edges)]
    lines += ["```", "", "| package | what it is about |", "|---|---|"]
    for room in rooms:
        path = ROOT / room.replace(".", "/") / "__init__.py"
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) if path.exists() else ""
        lines.append(f"| `{room}` | {(doc or '').splitlines()[0] if doc else ''} |")
    return "\n".join(lines) + "\n"


def _room(module: str) -> str:
    parts = module.split(".")
    if parts[0] == "workflow":
        return "workflow"
    is_package = len(parts) > 1 and (ROOT / "dossiers" / parts[1]).is_dir()
    return f"dossiers.{parts[1]}" if is_package else "base"


@cache
def _app() -> Flask:
    os.environ.setdefault("DOSSIERS_INSTANCE", tempfile.mkdtemp())
    return create_app()


def _mappers() -> Iterable[Mapper[Any]]:
    return Model.registry.mappers


PAGES: dict[str, Callable[[], str]] = {
    "state-machine.md": state_machine,
    "who-may.md": who_may,
    "rules.md": rules,
    "tables.md": tables,
    "settings.md": settings,
    "commands.md": commands,
    "packages.md": packages,
}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, draw in PAGES.items():
        (FOLDER / name).write_text(NOTE + draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
