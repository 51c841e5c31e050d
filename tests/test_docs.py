"""Documentation is part of the change: drawn pages are fresh, and what is written speaks of what exists."""

import re
from pathlib import Path

import pytest

from dossiers.config import ROOT, SETTINGS, SettingError, load
from tools.docs import FOLDER, NOTE, PAGES
from workflow.rulebook import shipped
from workflow.triggers import TRIGGERS

PAGES_WRITTEN = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", PAGES)
def test_drawn_pages_are_fresh(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == NOTE + PAGES[name](), "make docs"


def test_every_setting_rule_trigger_and_command_is_in_the_docs() -> None:
    everything = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md"))
    for setting in SETTINGS:
        assert f"`DOSSIERS_{setting.name}`" in everything
    for book in shipped().values():
        for key in book.rules:
            assert f"`{key}`" in everything
    for trigger in TRIGGERS:
        assert f"`{trigger}`" in everything
    for command in ("demo load", "dossiers list", "dossiers show", "quota report", "audit verify", "accounts create"):
        assert f"## {command}" in everything


@pytest.mark.parametrize("page", PAGES_WRITTEN, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_files_named_in_the_docs_exist() -> None:
    for page in PAGES_WRITTEN:
        if "generated" in page.parts:
            continue
        for name in re.findall(
            r"`((?:workflow|dossiers|tests|tools|static|templates)/[\w/.-]+)", page.read_text("utf-8")
        ):
            assert (ROOT / name).exists(), (page.name, name)


def test_every_make_target_has_its_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("setup", "run", "test", "lint", "docs", "catalogues", "screenshots"):
        assert re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE), target


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOSSIERS_PAGE_SIZE", "nine"),
        ("DOSSIERS_PAGE_SIZE", "5000"),
        ("DOSSIERS_THREADS", "-1"),
        ("DOSSIERS_LANGUAGE", "fr"),
        ("DOSSIERS_SECRET_KEY", "short"),
        ("DOSSIERS_DATA_KEY", "short"),
        ("DOSSIERS_DATABASE_URL", "mysql://nowhere"),
        ("DOSSIERS_NO_SUCH_SETTING", "1"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingError) as stopped:
        load({"DOSSIERS_INSTANCE": str(tmp_path), name: value})
    assert str(stopped.value).startswith(f"{name}: ")
    assert "\n" not in str(stopped.value)


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    first = load({"DOSSIERS_INSTANCE": str(tmp_path)})
    assert load({"DOSSIERS_INSTANCE": str(tmp_path)}) == first
    assert len(str(first["SECRET_KEY"])) >= 32
    assert (tmp_path / "secret_key.txt").stat().st_mode & 0o077 == 0
