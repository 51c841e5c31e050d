"""The organisation code of exchange: 14 digits `M1.M2.M3.M4.M5`, of 2, 3, 3, 3 and 3 digits (domain.md §2)."""

import re

_PARTS = re.compile(r"(\d{2})(\d{3})(\d{3})(\d{3})(\d{3})", re.ASCII)


def read(typed: str) -> str | None:
    """A code as it is kept, with its points, from how somebody typed it (with points, blanks or none); None for what
    is no such code.
    """
    found = _PARTS.fullmatch(re.sub(r"[.\s]", "", typed))
    return None if found is None else ".".join(found.groups())
