"""Meetings of a scene: one that was held and closed, with what it decided, and those that are called."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.demo.player import Player, steps_to
from dossiers.demo.scene import Scene
from dossiers.extensions import db
from dossiers.meetings import agenda
from dossiers.meetings.attendance import Came
from dossiers.meetings.closing import Outcome
from dossiers.meetings.models import Meeting, MeetingAttendance, MeetingLine
from dossiers.meetings.services import Kind
from dossiers.units import registers
from dossiers.units.models import Unit
from dossiers.units.registers import Seat
from workflow.facts import Ballot
from workflow.roles import Role
from workflow.stages import State
from workflow.votes import Body, needed

FAILED = "record_failed_vote"
OUTCOMES = (Outcome.PASSED, Outcome.PASSED, Outcome.FAILED)
"""What came of the votes of the meeting that was held."""


def _meeting(
    unit: Unit, body: Body, held_on: date, place: str, seats: Sequence[Seat], by: Signed, closed: bool
) -> Meeting:
    called = datetime.combine(held_on - timedelta(days=7), time(9, 5), clock.VIETNAM)
    shut = datetime.combine(held_on, time(16, 40), clock.VIETNAM)
    meeting = Meeting(
        unit_id=unit.id, body=str(body), kind=str(Kind.REGULAR), held_on=held_on, begins_at="14:00", place=place,
        chair_id=seats[0].id, secretary_id=seats[1].id, other="Đánh giá công tác tháng, phương hướng tháng sau.",
        first_number="", issued_on=None, called_by=by.account_id, called_at=clock.stamp(called), cancelled_at=None,
        closed=closed, closed_by=by.account_id if closed else None, closed_at=clock.stamp(shut) if closed else None,
        version=1,
    )  # fmt: skip
    db.session.add(meeting)
    db.session.flush()
    return meeting


def hold(scene: Scene, code: str, cell: int, held_on: date, place: str) -> None:
    """A cell met on a day: three people were voted on, one of them in vain. They are drawn apart from all others."""
    unit = scene.cast.cells[code][cell]
    by = scene.cast.actors[Role.CELL_SECRETARY, unit.id]
    rng = Random(f"{code} {cell} meeting")  # noqa: S311 - the demo must be the same each time
    seats = [s for s in registers.register(unit.id, Body.CELL, held_on) if s.status is registers.Status.OFFICIAL]
    meeting = _meeting(unit, Body.CELL, held_on, place, seats, by, closed=True)
    for nr, seat in enumerate(registers.register(unit.id, Body.CELL, held_on)):
        came = Came.PRESENT if seat.status is registers.Status.OFFICIAL and nr != 2 else Came.LEAVE
        reason = "" if came is Came.PRESENT else "Đi công tác" if nr == 2 else "Được miễn, sinh hoạt nơi khác"
        db.session.add(
            MeetingAttendance(
                meeting_id=meeting.id,
                seat_id=seat.id,
                came=str(came),
                reason=reason,
                version=1,
                changed_by=by.account_id,
                closed=True,
            )
        )
    register = registers.register(unit.id, Body.CELL, held_on)
    present = sum(s.status is registers.Status.OFFICIAL and nr != 2 for nr, s in enumerate(register))
    minimum = needed("2/3", len(seats))
    scene.store.flush()
    for place_nr, outcome in enumerate(OUTCOMES, start=1):
        player = Player(scene.cast, scene.store, rng, scene.numbers, unit, "youth_union")
        scene.made += 1
        steps = steps_to(State.CELL_REVIEW, player.route)
        player.play(steps, held_on + timedelta(days=48))
        favour = present if outcome is Outcome.PASSED else minimum - 1
        trigger = "pass_cell_vote" if outcome is Outcome.PASSED else FAILED
        number = player.number(trigger, held_on, unit.id) if outcome is Outcome.PASSED else ""
        ballot = Ballot(0, present, favour, present - favour)
        evidence = {"number": number, "ballot": ballot, "meeting": meeting.id}
        player.do(trigger, held_on, evidence, key=f"meeting-{meeting.id:08d}-{player.on_file.id}")
        player.finish()
        scene.store.flush()
        db.session.add(
            MeetingLine(
                meeting_id=meeting.id,
                dossier_id=player.on_file.id,
                place=place_nr,
                in_favour=favour,
                against=present - favour,
                blank=None,
                invalid=None,
                number=number,
                abstained="",
                version=2,
                changed_by=by.account_id,
                changed_at=meeting.closed_at,
                outcome=str(outcome),
                act=trigger,
                event_seq=player.on_file.version,
                present=present,
                entitled=len(seats),
                needed=minimum,
                closed=True,
            )
        )
    db.session.flush()


def call(scene: Scene, unit: Unit, body: Body, by: Signed, held_on: date, place: str) -> None:
    """A body is called for a day, with the first of those that are ready for it on its agenda."""
    seats = registers.register(unit.id, body, scene.cast.today)
    meeting = _meeting(unit, body, held_on, place, seats, by, closed=False)
    for nr, one in enumerate(agenda.offer(meeting, by, ()).ready[:4], start=1):
        db.session.add(
            MeetingLine(
                meeting_id=meeting.id,
                dossier_id=one.case.id,
                place=nr,
                in_favour=None,
                against=None,
                blank=None,
                invalid=None,
                number="",
                abstained="",
                version=1,
                changed_by=None,
                changed_at=None,
                outcome="",
                act="",
                event_seq=None,
                present=None,
                entitled=None,
                needed=None,
                closed=False,
            )
        )
    db.session.flush()


def unit_of(code: str) -> Unit:
    """A unit of the scene."""
    return db.session.scalars(select(Unit).where(Unit.code == code)).one()
