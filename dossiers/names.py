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


def plain(text: str) -> str:
    """A text with letters and digits of another shape (full width, raised, in one sign) as the plain ones they mean."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", "".join(_plain_char(char) for char in text))


@lru_cache(maxsize=4096)
def _plain_char(char: str) -> str:
    is_word = unicodedata.category(char)[0] in "LN" or unicodedata.east_asian_width(char) == "F"
    return unicodedata.normalize("NFKC", char) if is_word else char


def foreign(text: str) -> str:
    """The first letter or digit of a text that is of no Latin alphabet ("а" of the Cyrillic, say); "" for none."""
    if text.isascii():
        return ""
    return next((char for char in text if not _is_ours(char)), "")


@lru_cache(maxsize=4096)
def _is_ours(char: str) -> bool:
    category = unicodedata.category(char)
    if category[0] == "N":
        return char.isascii()
    return category[0] != "L" or unicodedata.name(char, "").startswith("LATIN ")


def fold(text: str) -> str:
    """Lower case without accents, đ as d: fold("Nguyễn Văn Đức") is "nguyen van duc"."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def without_marks(text: str) -> str:
    """Letters without accents and marks, capitals as they are: "Nguyễn Văn Đức" is "Nguyen Van Duc"."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The folded words of a text, letters and digits only."""
    return "".join(char if char.isalnum() else " " for char in fold(text)).split()
