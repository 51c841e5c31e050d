"""What each table says of itself beside its model: that the office's log keeps its rows, or why no chain does."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Logged:
    """How rows of a table stand in the log.

    `personal` columns name a person: they stand in the personal part of an event, which can be erased. `digested`
    columns are secrets: only their SHA-256 stands there. `only` names the keys that are logged; empty: every row is.
    `once` names a column that says of a row whether it is logged yet; empty: it is from the beginning.
    """

    personal: frozenset[str]
    digested: frozenset[str]
    only: tuple[str, ...]
    once: str = ""


def logged(
    personal: tuple[str, ...] = (), digested: tuple[str, ...] = (), only: tuple[str, ...] = (), once: str = ""
) -> dict[str, Any]:
    """What a model puts at the end of its `__table_args__` to have its rows in the log: see Logged."""
    return {"info": {"log": Logged(frozenset(personal), frozenset(digested), only, once)}}


def apart(why: str, passing: bool = False) -> dict[str, Any]:
    """What a model puts there whose rows belong to no chain: `why`, a sentence. A backup leaves `passing` rows out."""
    return {"info": {"apart": why, "passing": passing}}
