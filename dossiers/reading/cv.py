"""The CV of a dossier as pages show it: how far it is written, where it says other than the file, its scan."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework import cv, loading
from dossiers.casework.act import NotFound
from dossiers.casework.case import Case
from dossiers.casework.cv import CV, Difference, SectionRead, Shown
from dossiers.casework.helping import roles_over
from dossiers.casework.models import Dossier
from dossiers.extensions import run
from dossiers.people import reading as people
from dossiers.people.personal import beyond, sees_file, withheld
from dossiers.reading import scans
from dossiers.reading.page import DossierPage
from dossiers.reading.scans import Scanned
from workflow.cv import PAGES, Page, Section
from workflow.papers import Kind
from workflow.rulebook import Rulebook


@dataclass(frozen=True)
class Part:
    """A section as the overview shows it; `says` is empty where nothing is written yet, or its words were erased."""

    section: Section
    page: Page
    read: SectionRead | None
    times: int
    says: Shown | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Overview:
    """The CV of a dossier for somebody who sees its file."""

    parts: tuple[Part, ...]
    scan: Scanned | None

    @property
    def done(self) -> int:
        """How many sections are written."""
        return sum(1 for part in self.parts if part.read is not None)

    @property
    def next(self) -> Section | None:
        """The first section nobody has written."""
        return next((part.section for part in self.parts if part.read is None), None)

    @property
    def differences(self) -> int:
        """In how many places it says other than the file."""
        return sum(len(part.differences) for part in self.parts)


def hidden_from(page: DossierPage) -> frozenset[str]:
    """The fields of the CV that whoever looks at a dossier is not shown: those of the file they are not shown."""
    opened = () if page.closed else beyond(page.roles)
    return withheld(page.roles, opened)


def overview(case: Case, book: Rulebook, hidden: Collection[str]) -> Overview:
    """The whole CV, compared with the file; a fixed number of queries."""
    found = cv.read(case)
    differs = cv.compared(case, found, hidden)
    times = {told.section: told.times for told in case.facts.cv}
    return Overview(
        tuple(
            Part(
                section,
                page,
                found.get(section),
                times.get(section, 0),
                _says(section, found, hidden),
                tuple(one for one in differs if one.section is section),
            )
            for section, page in PAGES.items()
        ),
        scan_of(case, book),
    )


def _says(section: Section, found: CV, hidden: Collection[str]) -> Shown | None:
    read = found.get(section)
    return None if read is None or read.values is None else cv.shown(section, read.values, hidden)


def scan_of(case: Case, book: Rulebook) -> Scanned | None:
    """The scan of the handwritten original that counts; three queries."""
    form = book.form(Kind.CV)
    papers = [row for row in scans.papers_of(case.id) if row.form == form]
    found = scans.by_paper(papers, scans.of(case.id)) if papers else {}
    return next(
        (found[row.seq, row.nr] for row in sorted(papers, key=lambda r: (r.issued_on, r.seq), reverse=True)), None
    )


_OTHERS = Question(
    select(Dossier.code)
    .where(Dossier.person_id == bindparam("person"), Dossier.id != bindparam("this"))
    .order_by(Dossier.id.desc())
    .limit(10)
)


def earlier(case: Case, signed: Signed) -> Sequence[Case]:
    """Other dossiers of the same person with something of a CV, whose files somebody sees; two queries."""
    codes = list(run(_OTHERS, {"person": case.person_id, "this": case.id}).scalars())
    found = loading.load_cases(codes, signed)
    return [found[code] for code in codes if code in found and _is_copied(found[code], signed)]


def _is_copied(case: Case, signed: Signed) -> bool:
    return bool(case.facts.cv) and sees_file(roles_over(signed, case))


def to_copy(code: str, case: Case, signed: Signed) -> Case | None:
    """The dossier with this code if its CV may be copied into another one: whoever asks sees its file, and it is of the
    same person, or of one with the same name and date of birth. What is out of reach is noted as tried.
    """
    try:
        other = loading.load_case(code, signed)
    except NotFound:
        return None
    if other.id == case.id or not _is_copied(other, signed):
        return None
    if other.person_id != case.person_id:
        known = people.candidates([case.person_id, other.person_id])
        mine, theirs = known[case.person_id], known[other.person_id]
        if (mine.full_name, mine.birth_date) != (theirs.full_name, theirs.birth_date) or mine.birth_date is None:
            return None
    return other
