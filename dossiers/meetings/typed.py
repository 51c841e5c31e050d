"""What several people type into the rows of one form: each row says what its page showed, so nobody is overwritten."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Row(NamedTuple):
    """A row of a form as it came back: `version` and `shown` are what the page had, `typed` what stands there now."""

    version: int
    shown: str
    typed: dict[str, str]


def sign(version: int, values: Mapping[str, Any]) -> str:
    """What a page puts beside a row: its version, and its values as they were shown."""
    return f"{version}:{_flat(values)}"


def _flat(values: Mapping[str, Any]) -> str:
    return "|".join("" if value is None else str(value) for value in values.values())


def row(sent: Mapping[str, str], key: str, names: tuple[str, ...]) -> Row | None:
    """The row with a key, of fields `<name>-<key>`; None when it was not sent, or its sign is none of ours."""
    version, separator, shown = sent.get(f"was-{key}", "").partition(":")
    if not separator or not version.isdigit() or len(version) > 9:
        return None
    typed = {name: " ".join(sent.get(f"{name}-{key}", "").split()) for name in names}
    return Row(int(version), shown, typed)


def is_touched(found: Row) -> bool:
    """Whether somebody typed into the row since it was shown."""
    return _flat(found.typed) != found.shown
