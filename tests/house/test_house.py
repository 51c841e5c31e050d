"""The rules of the house: what a newcomer reads is short, what is ignored says why, every room is known."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dossiers.config import ROOT

SCREEN = 160
PACKAGES = sorted(path.parent.name for path in (ROOT / "dossiers").glob("*/__init__.py"))
SOURCES = [path for room in ("dossiers", "workflow", "tools", "bench") for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("template", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_no_line_of_a_template_is_longer_than_a_screen(template: Path) -> None:
    lines = template.read_text(encoding="utf-8").splitlines()
    assert [(n, len(line)) for n, line in enumerate(lines, 1) if len(line) > SCREEN] == []


def test_every_package_is_named_where_newcomers_look() -> None:
    text = (ROOT / "docs" / "how-it-is-built.md").read_text(encoding="utf-8")
    assert [name for name in PACKAGES if not re.search(rf"`{name}/?`", text)] == []


def test_every_package_says_what_it_is_about() -> None:
    for name in PACKAGES:
        source = (ROOT / "dossiers" / name / "__init__.py").read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(source)), name


def test_every_package_has_its_place_in_the_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers")
    placed = {name.strip() for layer in layers for name in re.split(r"[|:]", layer)}
    assert placed == {f"dossiers.{name}" for name in PACKAGES}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_ignored_says_why(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        assert not re.search(r"# noqa(?!: [A-Z]+\d+ - \w)", line), line
        assert not re.search(r"# type: ignore(?!\[[a-z, -]+\] # \w)", line), line


def _imports_inside(path: Path) -> Iterator[tuple[int, str]]:
    """Imports inside functions."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
                    yield node.lineno, module or ""


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.parts[len(ROOT.parts)] in ("dossiers", "workflow")], ids=lambda path: path.stem
)
def test_an_import_inside_a_function_says_why(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, module in _imports_inside(path):
        assert re.search(r"  # \w", lines[number - 1]), f"{path.name}:{number}: {module} is imported inside a function"
