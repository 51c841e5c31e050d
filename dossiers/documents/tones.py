"""Where tone marks stand in oa, oe and uy: on the first vowel (hòa, khỏe, ủy) or on the second (hoà, khoẻ, uỷ).

Both are in use; an office writes all its texts one way. Where letters follow (hoàn, thuyền) there is one way only.
"""

import re
from functools import lru_cache
from unicodedata import normalize

OLD, NEW = "old", "new"

_MARKS = "\u0300\u0301\u0303\u0309\u0323"
_FIRST = re.compile(
    rf"(?<![qQ])([oO])([{_MARKS}])([aAeE])(?![\w\u0300-\u036f])|(?<![qQ])([uU])([{_MARKS}])([yY])(?!\w)"
)
_SECOND = re.compile(rf"([oO])([aAeE])([{_MARKS}])(?![\w\u0300-\u036f])|(?<![qQ])([uU])([yY])([{_MARKS}])(?!\w)")


@lru_cache(maxsize=1024)
def toned(text: str, how: str) -> str:
    """A text with its tone marks where an office wants them: `OLD` or `NEW`."""
    if how == NEW:
        moved = _FIRST.sub(lambda m: (m[1] or m[4]) + (m[3] or m[6]) + (m[2] or m[5]), normalize("NFD", text))
    else:
        moved = _SECOND.sub(lambda m: (m[1] or m[4]) + (m[3] or m[6]) + (m[2] or m[5]), normalize("NFD", text))
    return normalize("NFC", moved)
