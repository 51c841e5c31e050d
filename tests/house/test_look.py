"""How pages look: colours by what they mean, in light and dark, readable; and the face cut for Vietnamese."""

import re
from itertools import combinations
from pathlib import Path
from unicodedata import normalize

import pytest
from fontTools.ttLib import TTFont

from dossiers.config import ROOT
from tools import fonts

CSS = (ROOT / "static" / "app.css").read_text(encoding="utf-8")
TOKENS = re.compile(r":root \{(.*?)\n {0,2}\}", re.DOTALL)
LIGHT, DARK = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block)) for block in TOKENS.findall(CSS))
STAGES = [name for name in LIGHT if re.fullmatch(r"stage-[a-z]+", name) and not name.endswith("-ground")]
STATUSES = ("success", "info", "warning", "danger")
READ_ON: list[tuple[str, str]] = [
    *((ink, ground) for ink in ("ink", "soft", "link") for ground in ("ground", "card", "field")),
    ("ink", "sunken"), ("soft", "sunken"),
    *((status, f"{status}-ground") for status in STATUSES),
    *((status, "card") for status in ("success", "warning", "danger")),
    *((stage, f"{stage}-ground") for stage in STAGES),
    ("on-brand", "brand"), ("on-action", "action"), ("on-action", "action-hover"), ("on-danger", "danger"),
    ("on-danger", "danger-hover"), ("on-here", "here"), ("on-paused", "paused"), ("ink", "danger-ground"),
    ("soft", "danger-ground"), ("soft", "warning-ground"),
]  # fmt: skip
"""What is written on what."""


def _light_of(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG counts it."""
    low, high = sorted((_light_of(one), _light_of(other)))
    return (high + 0.05) / (low + 0.05)


def test_dark_has_a_colour_for_every_one_of_light() -> None:
    assert set(LIGHT) == set(DARK)
    assert len(STAGES) == 6


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_everything_can_be_read(colours: dict[str, str]) -> None:
    weak = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in READ_ON}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
    for border in ("edge", "focus", "danger"):  # what shows a field, and where one is
        assert contrast(colours[border], colours["card"]) >= 3, border


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_a_colour_means_one_thing(colours: dict[str, str]) -> None:
    meanings = ["brand", "action", *STATUSES, *STAGES, *(f"{name}-ground" for name in (*STATUSES, *STAGES))]
    assert [pair for pair in combinations(meanings, 2) if colours[pair[0]] == colours[pair[1]]] == []


def test_colours_are_named_by_what_they_mean() -> None:
    """Nothing but the two lists of tokens holds a colour, and nothing asks for one that is not there."""
    rest = TOKENS.sub("", CSS)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(|:\s*(?:red|white|black)\b", rest) == []
    assert set(re.findall(r"var\(--([a-z-]+)\)", CSS)) <= {*LIGHT, "radius", "control", "left"}


def test_templates_hold_no_style_and_no_script() -> None:
    for template in sorted((ROOT / "templates").rglob("*.html")):
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=", template.read_text("utf-8")), (
            template
        )


def test_the_face_has_every_letter_of_vietnamese_and_is_small(tmp_path: Path) -> None:
    fonts.make(tmp_path)
    made = sorted(tmp_path.iterdir())
    assert [path.name for path in made] == sorted(fonts.FACES)
    assert sum(path.stat().st_size for path in made) < 30_000
    bare, marks = "aăâeêioôơuưy", ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    for path in made:
        letters = TTFont(path).getBestCmap()
        for letter in bare:
            for mark in marks:
                composed = normalize("NFC", letter + mark)
                assert {ord(composed), ord(composed.upper())} <= set(letters), composed
        assert {ord(letter) for letter in "đĐ–“”₫"} <= set(letters)
        assert f"fonts/{path.name}" in CSS
