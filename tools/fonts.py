"""The face of the pages where a system has none of its own: cut from an installed package into `static/fonts/`.

Only the letters of Vietnamese and English are taken, so that two weights are under 30 KB. Nothing of it is committed;
without it pages take what the system has: `make setup` (and `python -m tools.fonts FOLDER`).
"""

import sys
from importlib import resources
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parent.parent / "static" / "fonts"
FACES = {
    "be-vietnam-pro-400.woff2": "BeVietnamPro-Regular.ttf",
    "be-vietnam-pro-600.woff2": "BeVietnamPro-SemiBold.ttf",
}
RANGES = ((0x20, 0x7E), (0xA0, 0xFF), (0x1EA0, 0x1EF9), (0x2013, 0x2014), (0x2018, 0x2019), (0x201C, 0x201D))
SINGLE = (0x102, 0x103, 0x110, 0x111, 0x128, 0x129, 0x168, 0x169, 0x1A0, 0x1A1, 0x1AF, 0x1B0, 0x2026, 0x20AB)
MARKS = (0x300, 0x301, 0x303, 0x309, 0x323)
LETTERS = {*SINGLE, *MARKS, *(code for first, last in RANGES for code in range(first, last + 1))}
"""What pages are written with: ASCII, Latin-1, the letters of Vietnamese with their marks, dashes and quotes."""


def make(folder: Path = FOLDER) -> None:
    """Write the two weights into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    options = subset.Options(
        flavor="woff2", hinting=False, layout_features=["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
    )
    for name, source in FACES.items():
        with resources.as_file(resources.files("fontpkg_be_vietnam_pro") / "files" / source) as path:
            font = TTFont(path)
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=LETTERS)
            cutter.subset(font)
            font.flavor = "woff2"
            font.save(folder / name)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
