"""An act as somebody does it, what it did, and what can stand in its way."""

from dataclasses import dataclass, field

from dossiers.casework.case import Case
from dossiers.papers.files import Sealed
from dossiers.people.rows import CompanionRow, PersonRow, RelativeRow
from workflow.facts import Evidence
from workflow.machine import Outcome


@dataclass(frozen=True)
class Act:
    """What somebody does: the trigger with its evidence, and what goes on file beside the rules' facts.

    `key` makes a form act once. `relatives` and `companions` are whole rows, `files` those of a scan, encrypted;
    `person` are the candidate's columns that are new, `was` what stood in them before. `corrected` is an earlier act as
    it should have been (casework.correcting).
    """

    trigger: str
    evidence: Evidence
    key: str | None = None
    relatives: tuple[RelativeRow, ...] = ()
    companions: tuple[CompanionRow, ...] = ()
    person: PersonRow = field(default_factory=dict)
    was: PersonRow = field(default_factory=dict)
    files: tuple[Sealed, ...] = ()
    class_id: int | None = None
    to_unit_id: int | None = None
    rulebook: str | None = None
    corrected: "Act | None" = None


@dataclass(frozen=True)
class Done:
    """What an act did."""

    case: Case
    outcome: Outcome


class NotFound(Exception):
    """No such dossier, or none this person may see: the answer is the same."""


class VersionConflict(Exception):
    """Somebody else acted since the page was opened; `case` is the dossier as it is now."""

    def __init__(self, case: Case, seen: int) -> None:
        super().__init__(f"{case.code}: seen {seen}, now {case.version}")
        self.case = case
        self.seen = seen


class Duplicate(Exception):
    """The same form was sent before: its act is already recorded."""


class RulesChanged(Exception):
    """The rules changed between deciding an act and writing it: it is decided anew."""


class Overtaken(Exception):
    """Somebody else acted on the dossier since it was read."""
