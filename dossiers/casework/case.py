"""A dossier while an act is done on it, and what one act changes."""

from dataclasses import dataclass, field
from datetime import date

from dossiers.casework.counts import Counts
from dossiers.casework.tables import (
    CompanionOnFile,
    DeadlineRow,
    EventRow,
    OutboxRow,
    PersonalPartRow,
    RelativeOnFile,
    VoteRow,
)
from dossiers.inquiries.rows import ClosedRow, InquiryRow
from dossiers.papers.files import Sealed
from dossiers.papers.numbers import PaperRow
from dossiers.papers.scans import ScanFileRow, ScanRow
from dossiers.people.reading import Candidate
from dossiers.people.rows import PersonRow
from dossiers.rules import services as rules
from dossiers.rules.services import known_version
from dossiers.units.places import Place
from workflow.facts import DossierFacts
from workflow.route import Route, walked
from workflow.stages import State


@dataclass(frozen=True)
class Claimed:
    """That somebody works on a dossier, and since when (seconds since 1970)."""

    account_id: int
    name: str
    since: int


@dataclass
class Case:
    """A dossier while an act is done on it: its row, its place, and the units that see it."""

    id: int
    code: str
    person_id: int
    unit_id: int
    nominator_id: int | None
    class_id: int | None
    centre_id: int | None
    previous_id: int | None
    state: State | None
    since: date
    rulebook: str
    version: int
    head_hash: str
    facts: DossierFacts
    place: Place
    full_name: str
    turn: str | None = None
    due_on: date | None = None
    class_title: str | None = None
    candidate: Candidate | None = None
    """Whose dossier it is, where it was read with it (loading.load_case)."""
    claimed: Claimed | None = None
    """Who works on it, where that was read with it."""
    cell_members: int | None = None
    """The official members of its cell today, where they were counted with it."""
    left_unit: int | None = None
    """A unit that saw the dossier until the last act took it out of its sight, for who did that act today."""

    @property
    def acting_units(self) -> tuple[int, ...]:
        """The units in which a role may be held that acts on the dossier."""
        return self.scope_units if self.left_unit is None else (*self.scope_units, self.left_unit)

    @property
    def route(self) -> Route:
        """The dossier's road today, under its rulebook; where there is none no dossier is opened (opening.open_in)."""
        book = rules.books()[self.rulebook]
        road = self.place.road(book)
        assert road is not None
        return walked(road, book, self.facts.referred)

    @property
    def counted_units(self) -> tuple[int, ...]:
        """The lowest units that see this dossier, which count it; see casework.counts."""
        return tuple(unit for unit in (self.unit_id, self.nominator_id, self.centre_id) if unit is not None)

    @property
    def scope_units(self) -> tuple[int, ...]:
        """The units whose people see this dossier in lists."""
        units = [unit_id for unit_id, _, _ in self.place.chain]
        units += [unit for unit in (self.nominator_id, self.centre_id) if unit is not None]
        return tuple(dict.fromkeys(units))


@dataclass
class Filed:
    """Rows that stand on file for a dossier, as their tables have them: each whole, the same for both stores.

    `deadlines` and `relatives` take the place of the row with their key; the others are new, but for `closed`: what
    an answer changes in the row of its request.
    """

    papers: list[PaperRow] = field(default_factory=list)
    votes: list[VoteRow] = field(default_factory=list)
    deadlines: list[DeadlineRow] = field(default_factory=list)
    relatives: list[RelativeOnFile] = field(default_factory=list)
    companions: list[CompanionOnFile] = field(default_factory=list)
    scans: list[ScanRow] = field(default_factory=list)
    scan_files: list[ScanFileRow] = field(default_factory=list)
    inquiries: list[InquiryRow] = field(default_factory=list)
    closed: list[ClosedRow] = field(default_factory=list)


@dataclass
class Changes:
    """What one act writes: the dossier as it was `before`, the event, and the rows that follow.

    `afresh` means that `filed` is all there is: what stood on file goes. `person` are columns of the candidate's row,
    which is new with the dossier's first event unless the person was there before. `renamed` means that the candidate's
    name is another now: all dossiers of the person are sorted and found by it.
    """

    before: Case
    event: EventRow
    personal: PersonalPartRow | None
    filed: Filed
    outbox: OutboxRow
    person: PersonRow = field(default_factory=dict)
    new_person: bool = False
    scope_moved: bool = False
    renamed: bool = False
    afresh: bool = False
    erased: tuple[int, ...] = ()
    files: tuple[Sealed, ...] = ()
    counts: Counts = field(default_factory=Counts)
    decided_by: str = field(default_factory=known_version)
    """The version of the rules it was decided by (rules.services)."""
