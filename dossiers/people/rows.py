"""Rows of people as acts bring them and events keep them: typed, without a database."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from workflow.facts import Relation

PersonRow = dict[str, date | str | None]
"""Columns of a candidate (see people.personal.PERSON_FIELDS) with their values."""

Texts = dict[str, str | None]
"""The same as events keep it: days as ISO texts."""

DAYS = ("birth_date", "youth_joined_on", "union_joined_on")


def texts(row: PersonRow) -> Texts:
    """Columns of a candidate as events keep them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def person_row(row: Mapping[str, date | str | None]) -> PersonRow:
    """The same with days as days, as the table has them."""
    return {
        name: date.fromisoformat(value) if name in DAYS and isinstance(value, str) and value else value
        for name, value in row.items()
    }


class RelativeRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A relative to be verified, whole: what the file keeps beside what the rules know (workflow.facts.Relative)."""

    ref: str
    relation: Relation
    name: str
    birth_year: int | None = None
    place: str | None = None
    occupation: str | None = None
    result: str | None = None
    verified_on: date | None = None
    exempt: bool = False


class CompanionRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """An official member beside the candidate from a day on: who introduces or helps. `ref` names without a name."""

    kind: Literal["introducer", "helper"]
    ref: str
    name: str
    since: date
    until: date | None = None
