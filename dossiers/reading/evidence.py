"""What somebody who judges a dossier should have before them: papers, relatives, votes, what was written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from dossiers.casework.case import Case
from dossiers.people.rows import RelativeRow
from dossiers.reading import page as reading
from dossiers.reading import scans
from dossiers.reading.page import DossierPage
from dossiers.reading.scans import Place, Scanned
from dossiers.reading.timeline import Line, timeline
from dossiers.reading.verifying import Standings, standings

LINES = 6


@dataclass(frozen=True)
class Shown:
    """The evidence beside a form; empty where the person's role does not see the file."""

    papers: Sequence[Row[Any]]
    scans: Mapping[Place, Scanned]
    relatives: Sequence[RelativeRow]
    votes: Sequence[Row[Any]]
    companions: Sequence[Row[Any]]
    lines: Sequence[Line]
    standings: Standings | None = None


def evidence(case: Case, page: DossierPage) -> Shown:
    """The evidence of a dossier, as much as whoever asks may see; a fixed number of queries."""
    sees = page.full_view
    papers = reading.papers(case)
    return Shown(
        papers,
        scans.by_paper(papers, scans.of(case.id)) if sees else {},
        reading.relatives(case) if sees else (),
        reading.votes(case),
        reading.companions(case) if sees else (),
        timeline(case, page.roles, limit=LINES),
        standings([case])[case.id] if sees else None,
    )
