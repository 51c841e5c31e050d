"""What a closed meeting leaves to be read and printed: the minutes, each resolution, the extracts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from dossiers.casework.amended import Amended, amended
from dossiers.casework.models import Dossier, VoteRecord
from dossiers.extensions import run
from dossiers.meetings.models import MeetingLine
from dossiers.people.models import Person
from dossiers.units.models import BodyMember

_KEPT = (
    select(
        *MeetingLine.__table__.c,
        Dossier.code,
        Dossier.unit_id,
        Dossier.state,
        Person.full_name,
        Person.birth_date,
        VoteRecord.purpose,
    )
    .join(Dossier, Dossier.id == MeetingLine.dossier_id)
    .join(Person, Person.id == Dossier.person_id)
    .outerjoin(
        VoteRecord, (VoteRecord.dossier_id == MeetingLine.dossier_id) & (VoteRecord.seq == MeetingLine.event_seq)
    )
    .where(MeetingLine.meeting_id == bindparam("number"))
    .order_by(MeetingLine.place, MeetingLine.dossier_id)
)
_NAMES = select(BodyMember.id, BodyMember.name).where(BodyMember.id.in_(bindparam("seats", expanding=True)))


def kept(number: int) -> Sequence[Any]:
    """The lines of a meeting with whom they are about, in their order; one query."""
    return run(_KEPT, {"number": number}).all()


def put_right(lines: Sequence[Any]) -> dict[int, Amended]:
    """What was corrected or taken back since of what the lines recorded, by dossier; one query."""
    seqs = {line.dossier_id: line.event_seq for line in lines if line.event_seq is not None}
    found = amended(list(seqs))
    return {dossier: found[dossier, seq] for dossier, seq in seqs.items() if (dossier, seq) in found}


def names_of(seats: Sequence[int | None]) -> dict[int, str]:
    """The names of those who hold seats; one query."""
    asked = [seat for seat in seats if seat is not None]
    return dict(run(_NAMES, {"seats": asked}).all()) if asked else {}
