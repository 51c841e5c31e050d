"""Vietnamese names: how they are sorted (given name first, ICU order) and how they are found without accents."""

import unicodedata
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def _collator() -> Any:
    import icu  # large, and only wanted where a name is written or sorted

    return icu.Collator.createInstance(icu.Locale("vi_VN"))


def sort_key(full_name: str) -> bytes:
    """A key that sorts as Vietnamese lists do: given name, then family name, then the rest.

    Nguyễn Văn An stands before Trần Thị Bình although N follows nothing: An is before Bình.
    """
    parts = full_name.split()
    ordered = [parts[-1], *parts[:-1]] if parts else [""]
    collator = _collator()
    return b"\x00".join(bytes(collator.getSortKey(part)) for part in ordered)


def fold(text: str) -> str:
    """Lower case without accents, đ as d: fold("Nguyễn Văn Đức") is "nguyen van duc"."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The folded words of a text, letters and digits only."""
    return "".join(char if char.isalnum() else " " for char in fold(text)).split()
