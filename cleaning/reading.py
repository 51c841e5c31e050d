"""The words of a text of Word that was cleaned before, in their order."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from cleaning.common import UNZIPPED

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACES = frozenset({f"{_W}tab", f"{_W}br", f"{_W}cr"})


def paragraphs(data: bytes) -> list[str]:
    """Its paragraphs; a row of a table is one, with bars between the cells. Pictures and layout are left behind."""
    from docx.oxml import parse_xml  # resolves no entities; large, and wanted for few scans

    with zipfile.ZipFile(io.BytesIO(data)) as pack, pack.open("word/document.xml") as part:
        body = parse_xml(part.read(UNZIPPED)).find(f"{_W}body")
    return [] if body is None else [text for text in _texts(body) if text.strip()]


def _texts(holder: Any) -> Iterator[str]:
    for one in holder:
        if one.tag == f"{_W}p":
            yield _words(one)
        elif one.tag == f"{_W}tbl":
            for row in one.iter(f"{_W}tr"):
                yield " | ".join(" ".join(_words(cell).split()) for cell in row.iter(f"{_W}tc"))
        else:
            yield from _texts(one)


def _words(paragraph: Any) -> str:
    return "".join(
        " " if one.tag in _SPACES else one.text or "" for one in paragraph.iter() if one.tag in _SPACES | {f"{_W}t"}
    )
