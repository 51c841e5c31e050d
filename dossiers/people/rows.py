"""Rows of people as acts bring them and events keep them: typed, without a database."""

from datetime import date
from typing import Literal

import msgspec

from workflow.facts import Relation

PersonRow = dict[str, date | str | None]
"""Columns of a candidate (see people.personal.PERSON_FIELDS) with their values."""


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


class CompanionRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """An official member beside the candidate from a day on: who introduces or helps. `ref` names without a name."""

    kind: Literal["introducer", "helper"]
    ref: str
    name: str
    since: date
    until: date | None = None
