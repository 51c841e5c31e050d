"""Texts about several dossiers: of a meeting, of a class. Whoever gathers what they say hands it over."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from dossiers import clock
from dossiers.documents.composing import Composed, Draft, Table, write
from dossiers.documents.fields import DOTS
from dossiers.documents.services import place, sealed, style

MOST = 50
"""So many texts stand in one file."""

NAMES = frozenset({
    "body", "body_above", "title", "members", "time", "day", "where", "chair", "secretary", "authority", "matter",
    "candidate", "birth_date", "cell", "centre", "centre_above", "opener", "opener_above", "course", "course_code",
    "course_starts_on", "course_ends_on", "count", "dots",
})  # fmt: skip
"""What these texts may name."""

LISTS = frozenset({"agenda", "attendance", "votes", "other"})
"""The lists of paragraphs they may hold."""


@lru_cache(maxsize=1)
def drafts() -> Mapping[str, Draft]:
    """The drafts by name."""
    read = tomllib.loads((Path(__file__).parent / "gathered.toml").read_text("utf-8"))
    return {name: msgspec.convert(draft, Draft) for name, draft in read.items()}


def gathered(
    name: str,
    values: Mapping[str, Any],
    mark: str,
    number: str = "",
    day: date | None = None,
    table: Table | None = None,
    grade: str = "",
) -> Composed:
    """A text by its draft's name, sealed; `mark` says of what it is, `number` and `day` stand at its head."""
    known = {**values, "dots": DOTS}
    return sealed(write(drafts()[name], known, number, day, clock.today(), place(), mark, table, style(grade)))
