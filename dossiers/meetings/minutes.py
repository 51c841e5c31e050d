"""What a closed meeting leaves to be read and printed: the minutes, each resolution, the extracts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, case, select

from dossiers.asking import Question
from dossiers.casework import events
from dossiers.casework.amended import Amended, amended
from dossiers.casework.models import Dossier, EventPersonal, VoteRecord, opened
from dossiers.extensions import run
from dossiers.meetings.matters import Matter
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.people.models import Person
from dossiers.units.models import BodyMember
from workflow.votes import Body, Purpose

_PURPOSE = case(
    (VoteRecord.purpose.is_not(None), VoteRecord.purpose),
    (MeetingLine.matter != str(Matter.STEP), MeetingLine.matter),
    (Meeting.body == str(Body.UNION_EXECUTIVE), str(Purpose.NOMINATION)),
    (Dossier.state.like("recognition%"), str(Purpose.RECOGNITION)),
    else_=str(Purpose.ADMISSION),
).label("purpose")
"""What a line was voted on; before it is recorded, what it will be."""
_KEPT = Question(
    select(
        *MeetingLine.__table__.c,
        Dossier.code,
        Dossier.unit_id,
        Dossier.state,
        Person.full_name,
        Person.birth_date,
        _PURPOSE,
    )
    .join(Meeting, Meeting.id == MeetingLine.meeting_id)
    .join(Dossier, Dossier.id == MeetingLine.dossier_id)
    .join(Person, Person.id == Dossier.person_id)
    .outerjoin(
        VoteRecord, (VoteRecord.dossier_id == MeetingLine.dossier_id) & (VoteRecord.seq == MeetingLine.event_seq)
    )
    .where(MeetingLine.meeting_id == bindparam("number"))
    .order_by(MeetingLine.place, MeetingLine.dossier_id)
)
_NAMES = Question(select(BodyMember.id, BodyMember.name).where(BodyMember.id.in_(bindparam("seats", expanding=True))))


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


_PERSONAL = Question(
    select(EventPersonal.dossier_id, EventPersonal.seq, EventPersonal.sealed.label("sealed")).where(
        EventPersonal.dossier_id.in_(bindparam("dossiers", expanding=True)),
        EventPersonal.seq.in_(bindparam("seqs", expanding=True)),
    )
)


def reasons_of(lines: Sequence[Any], right: Mapping[int, Amended]) -> dict[int, str]:
    """Why those were refused whom a meeting refused, by dossier, as their dossiers have it; one query. What was put
    right since stands in the dossier alone.
    """
    seqs = {line.dossier_id: line.event_seq for line in lines if line.act == "refuse" and line.dossier_id not in right}
    asked = {"dossiers": list(seqs), "seqs": sorted(set(seqs.values()))}
    return {
        row.dossier_id: str(events.personal_said(opened(row.dossier_id, row.seq, row.sealed)).get("reason", ""))
        for row in (run(_PERSONAL, asked) if seqs else ())
        if seqs[row.dossier_id] == row.seq
    }
