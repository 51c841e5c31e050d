"""Who came: the register of the day, taken once for all dossiers of a meeting."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, select

from dossiers import engines
from dossiers.acting import ballots
from dossiers.asking import Question
from dossiers.casework.rows import table_of
from dossiers.extensions import db, run, write_transaction
from dossiers.formatters import say
from dossiers.languages import gettext as _
from dossiers.meetings import typed
from dossiers.meetings.models import Meeting, MeetingAttendance
from dossiers.meetings.services import nothing_signed, touch
from dossiers.units import registers
from dossiers.units.models import BodyMember
from dossiers.units.registers import Register, Seat, Status
from workflow.codes import Code
from workflow.rulebook import Rulebook
from workflow.text import Text
from workflow.votes import Body


class Came(Code):
    """Whether somebody came."""

    PRESENT = "present"
    LEAVE = "leave"
    ABSENT = "absent"


CAME_LABELS: dict[Came, Text] = {
    Came.PRESENT: Text("Có mặt", "Present"),
    Came.LEAVE: Text("Vắng có lý do", "Absent with leave"),
    Came.ABSENT: Text("Vắng không lý do", "Absent without leave"),
}
_USUAL = {
    Status.OFFICIAL: Came.PRESENT,
    Status.PROBATIONARY: Came.PRESENT,
    Status.EXEMPT: Came.LEAVE,
    Status.ELSEWHERE: Came.LEAVE,
}
"""Where somebody is taken to be before anybody says."""

NAMES = ("came", "reason")
LONGEST = 200


@dataclass(frozen=True)
class Person:
    """Somebody of the register, and whether they came; `version` 0: nobody said yet. `kept` is what is on file where
    something else was typed, and `problem` why that was not taken.
    """

    seat: Seat
    came: Came
    reason: str = ""
    version: int = 0
    problem: str = ""
    kept: tuple[str, str] | None = None

    @property
    def sign(self) -> str:
        """What the page puts beside the row."""
        came, reason = self.kept or (str(self.came), self.reason)
        return typed.sign(self.version, {"came": came, "reason": reason})

    @property
    def votes(self) -> bool:
        """Whether this person may vote by what they are, where the rulebook has it so."""
        return self.seat.status in (Status.OFFICIAL, Status.EXEMPT)


@dataclass(frozen=True)
class Attended:
    """Everybody of the register of the day, and those noted who are not on it (any more)."""

    people: list[Person]
    gone: list[Person] = field(default_factory=list)

    def count(self, status: str, came: str | None = None) -> int:
        """How many are of a status, and of them who came so."""
        return sum(p.seat.status == status and came in (None, p.came) for p in self.people)

    @property
    def register(self) -> Register:
        """The register, counted."""
        counts = {str(status): self.count(status) for status in Status}
        return Register(counts["official"], counts["exempt"], counts["elsewhere"], counts["probationary"])

    def voters(self, book: Rulebook) -> tuple[int, int]:
        """(present, exempt among them) as a rulebook counts them."""
        return ballots.came(
            book, self.count(Status.OFFICIAL, Came.PRESENT), self.count(Status.EXEMPT, Came.PRESENT)
        )  # fmt: skip

    @property
    def is_taken(self) -> bool:
        """Whether somebody said of everybody whether they came."""
        return bool(self.people) and all(person.version for person in self.people)

    def absent(self, came: Came) -> list[Person]:
        """Those who should have come and did not, so."""
        return [p for p in self.people if p.came is came and p.seat.status in (Status.OFFICIAL, Status.PROBATIONARY)]


_ROWS = Question(
    select(
        MeetingAttendance.seat_id, MeetingAttendance.came, MeetingAttendance.reason, MeetingAttendance.version
    ).where(MeetingAttendance.meeting_id == bindparam("number"))
)
_OF_SEATS = Question(
    select(BodyMember.id, BodyMember.name, BodyMember.valid_from, BodyMember.valid_to).where(
        BodyMember.id.in_(bindparam("seats", expanding=True))
    )
)


def attended(meeting: Meeting) -> Attended:
    """Who came to a meeting, as far as it was said; two queries, three when somebody left the register."""
    noted = {row.seat_id: row for row in run(_ROWS, {"number": meeting.id})}
    seats = registers.register(meeting.unit_id, Body(meeting.body), meeting.held_on)
    people = [_person(seat, noted.pop(seat.id, None)) for seat in seats]
    return Attended(people, _gone(noted) if noted else [])


def _person(seat: Seat, row: Any) -> Person:
    if row is None:
        return Person(seat, _USUAL[seat.status])
    return Person(seat, Came(row.came), row.reason, row.version)


def _gone(noted: Mapping[int, Any]) -> list[Person]:
    rows = run(_OF_SEATS, {"seats": list(noted)})
    return [
        _person(Seat(row.id, f"m{row.id}", row.name, row.valid_to or row.valid_from, Status.OFFICIAL), noted[row.id])
        for row in rows
    ]


_TABLE = table_of(MeetingAttendance)


class Stranger(Exception):
    """Somebody was named who is not on the register of the day."""


def save(meeting: Meeting, sent: Mapping[str, str], actor_id: int) -> tuple[Attended, int]:
    """Keep what was said of who came: everybody as they now stand, and at how many rows something is wrong or somebody
    else said otherwise. Such a row keeps what was typed; all others are written. Raises Shut and Stranger.
    """
    with write_transaction():
        touch(meeting.id)
        nothing_signed(meeting.id)
        now = attended(meeting)
        known = {str(person.seat.id) for person in now.people} | {str(person.seat.id) for person in now.gone}
        if {name.removeprefix("came-") for name in sent if name.startswith("came-")} - known:
            raise Stranger
        answers = [_judged(person, typed.row(sent, str(person.seat.id), NAMES)) for person in now.people]
        rows = [
            {
                "meeting_id": meeting.id,
                "seat_id": person.seat.id,
                "came": str(person.came),
                "reason": person.reason,
                "version": person.version + 1,
                "changed_by": actor_id,
                "closed": False,
            }
            for person, is_new in answers
            if is_new
        ]
        if rows:
            statement = engines.upsert(db, _TABLE)
            news = {name: statement.excluded[name] for name in ("came", "reason", "version", "changed_by")}
            run(statement.on_conflict_do_update(index_elements=["meeting_id", "seat_id"], set_=news), rows)
    people = [replace(person, version=person.version + is_new) for person, is_new in answers]
    return Attended(people, now.gone), sum(bool(person.problem) for person in people)


def _judged(person: Person, row: typed.Row | None) -> tuple[Person, bool]:
    """The person as the form says, and whether that is to be written."""
    if row is None:
        return person, False
    said, reason = row.typed["came"], row.typed["reason"]
    kept = (str(person.came), person.reason)
    if said not in set(Came):
        return replace(person, reason=reason[:LONGEST], problem=_("Chọn có mặt hay vắng."), kept=kept), False
    meant = replace(person, came=Came(said), reason=reason)
    if len(reason) > LONGEST:
        problem = _("Lý do dài quá %(n)s ký tự.", n=LONGEST)
        return replace(meant, reason=reason[:LONGEST], problem=problem, kept=kept), False
    if (said, reason) == kept or not typed.is_touched(row):
        return person, person.version == 0
    if row.version != person.version:
        problem = _(
            "Người khác vừa ghi “%(came)s”. Lưu lại nếu vẫn ghi như dòng này.", came=say(CAME_LABELS[person.came])
        )
        return replace(meant, problem=problem, kept=kept), False
    return meant, True
