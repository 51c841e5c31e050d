"""Laying texts out: PDF by typst, which is loaded when the first text is asked for; DOCX by the program that reads Word
files (dossiers.papers.judging), as python-docx would stay in a worker's memory, 30 MB of it.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from dossiers.documents.composing import FONTS, Composed, about
from dossiers.papers import judging

_LAYOUT = Path(__file__).parent / "layout.typ"
_WORDS = Path(__file__).parent / "words.typ"


def pdf(text: Composed | Sequence[Composed]) -> bytes:
    """The text as PDF; several follow each other, each from a page of its own, numbered by itself."""
    return _set(_LAYOUT, msgspec.to_builtins(text))


def words(paragraphs: Sequence[str], head: str) -> bytes:
    """The bare words of a text as PDF, below a line that says what they are."""
    return _set(_WORDS, {"paragraphs": list(paragraphs), "head": head, "fonts": FONTS})


@cache
def _faces() -> Any:
    """The faces of this machine, looked for once: that takes longer than a text."""
    import typst  # 35 MB that no other page wants

    return typst.Fonts()


def _set(layout: Path, data: Any) -> bytes:
    import typst  # as above

    told = {"data": json.dumps(data, ensure_ascii=False)}
    made = typst.compile(str(layout), font_paths=_faces(), sys_inputs=told)
    assert isinstance(made, bytes)
    return made


def docx(text: Composed | Sequence[Composed]) -> bytes:
    """The text as DOCX, to be edited; several follow each other, each from a page of its own, numbered by itself.

    Raises judging.Unfit when it cannot be made.
    """
    texts = [text] if isinstance(text, Composed) else text
    return judging.drawn([_told(one) for one in texts], FONTS[2])


def _told(text: Composed) -> dict[str, Any]:
    heads = {"above": text.above.upper(), "issuer": text.issuer.upper(), "about": about(text) if text.letter else ""}
    return {**{name: msgspec.to_builtins(getattr(text, name)) for name in _BELOW}, **heads}


_BELOW = tuple(name for name in Composed.__struct_fields__ if name not in ("above", "issuer"))


def steps(texts: Sequence[Composed], suffix: str) -> Iterator[bytes]:
    """Texts in one file, a step each (nothing yet), and at last the file."""
    yield from (b"" for _text in texts)
    yield pdf(texts) if suffix == "pdf" else docx(texts)
