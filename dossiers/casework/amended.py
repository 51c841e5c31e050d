"""What was put right since: acts that were corrected or taken back, for pages that show what was first recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, select

from dossiers.asking import Question
from dossiers.casework import events
from dossiers.casework.models import Event
from dossiers.extensions import run
from workflow.facts import Ballot, Evidence
from workflow.replay import CORRECTION, UNDO

_LATER = Question(
    select(Event.dossier_id, Event.seq, Event.trigger, Event.body)
    .where(Event.dossier_id.in_(bindparam("dossiers", expanding=True)), Event.trigger.in_((CORRECTION, UNDO)))
    .order_by(Event.dossier_id, Event.seq.desc())
)
_FIRST = Question(
    select(Event.seq, Event.body).where(
        Event.dossier_id == bindparam("dossier"), Event.seq.in_(bindparam("seqs", expanding=True))
    )
)


@dataclass(frozen=True)
class Amended:
    """By which event (`seq`) an act was put right; its evidence as it counts now, without what identifies; None: it was
    taken back.
    """

    seq: int
    evidence: Evidence | None

    @property
    def ballot(self) -> Ballot | None:
        """The votes as they count now."""
        return self.evidence.ballot if self.evidence is not None else None


def amended(dossiers: Sequence[int]) -> dict[tuple[int, int], Amended]:
    """The acts of dossiers that were put right, by (dossier, event); the newest correction counts. One query."""
    found: dict[tuple[int, int], Amended] = {}
    gone: set[tuple[int, int]] = set()
    for row in run(_LATER, {"dossiers": list(dossiers)}) if dossiers else ():
        said = events.said(row.body)
        about = said.get("event")
        if not about or (row.dossier_id, row.seq) in gone:
            continue
        if row.trigger == UNDO:
            gone.add((row.dossier_id, about))
            found.setdefault((row.dossier_id, about), Amended(row.seq, None))
        elif said.get("corrected"):
            evidence = msgspec.convert(said["corrected"], Evidence)
            found.setdefault((row.dossier_id, about), Amended(row.seq, evidence))
    return found


def first_recorded(dossier: int, seqs: Sequence[int]) -> dict[int, Evidence]:
    """What these events of a dossier brought when they were recorded, without what identifies; one query."""
    rows = run(_FIRST, {"dossier": dossier, "seqs": list(seqs)}) if seqs else ()
    told = ((row.seq, dict(events.said(row.body))) for row in rows)
    return {seq: _evidence(said) for seq, said in told}


def _evidence(said: dict[str, object]) -> Evidence:
    known = {field.name for field in msgspec.structs.fields(Evidence)}
    return msgspec.convert({name: value for name, value in said.items() if name in known}, Evidence)
