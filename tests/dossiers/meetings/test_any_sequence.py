"""Any sequence of meetings, changes of registers, corrections, returns and transfers leaves tables, lists and counts as
a replay of the events from the first.

Chance plays as in `casework/test_replay.py`, and bodies meet: some dossiers, most present, votes as they fall.
`SEQUENCES` and `STEPS` make it longer for a night.
"""

import os
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.audit import services as audit
from dossiers.casework import counts, erasing, history, loading, recounting, replaying
from dossiers.casework.act import Act
from dossiers.casework.case import Case
from dossiers.casework.models import Dossier, Event, Scope
from dossiers.extensions import db
from dossiers.meetings import agenda, attendance, closing, matters, results, services
from dossiers.meetings.attendance import Came
from dossiers.meetings.matters import About, Matter
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.meetings.services import Called, Kind, Shut
from dossiers.rules import services as rules
from dossiers.units import registers, tree
from dossiers.units.models import BodyMember
from dossiers.units.registers import NotLater, NotThere, Touches
from tests.dossiers.casework.test_replay import Chance, at_work
from workflow.facts import Evidence
from workflow.procedure.table import moves_from
from workflow.roles import Role
from workflow.stages import State

__all__ = ["at_work"]

SEQUENCES = int(os.environ.get("SEQUENCES", "3"))
STEPS = int(os.environ.get("STEPS", "120"))


class Sitting(Chance):
    """Chance, with bodies that meet; what they met on is acted on, corrected and moved more often than the rest."""

    def some(self) -> Case:
        return loading.load_for_administration(self.newest) if self.rng.random() < 0.3 else super().some()

    def meeting(self) -> None:
        """A body meets on what waits for it, and the meeting is closed but for what the rules refuse."""
        found = self._called()
        if found is None:
            return
        meeting, signed = found
        self.done["called"] = self.done.get("called", 0) + 1
        sent: dict[str, str] = {}
        for person in attendance.attended(meeting).people:
            key = person.seat.id
            came = str(self.rng.choices((Came.PRESENT, Came.LEAVE, Came.ABSENT), (90, 6, 4))[0])
            sent |= {f"came-{key}": came, f"reason-{key}": "", f"was-{key}": f"{person.version}:"}
        attendance.save(meeting, sent, signed.account_id)
        meeting = services.load(meeting.id, signed)
        if self.rng.random() < 0.1:
            services.cancel(meeting, signed.account_id)
            return
        now = results.save(meeting, self._votes(meeting, signed), signed)
        meeting = services.load(meeting.id, signed)
        now = results.results(meeting, signed)
        checked = closing.check(meeting, signed, now)
        if checked.shut:
            return
        with suppress(closing.NotAsSeen):
            done = closing.close(meeting, signed, tuple(checked.left), now)
            self.done["closed"] = self.done.get("closed", 0) + 1
            self.done["voted"] = self.done.get("voted", 0) + len(done.acts)
            for case, act in done.acts.values():
                self.newest = case.code
                self.done[act.trigger] = self.done.get(act.trigger, 0) + 1

    def _called(self) -> tuple[Meeting, Signed] | None:
        """A meeting of the body some dossier waits for, of a day not long ago."""
        states = [str(state) for states in agenda.STATES.values() for state in states]
        query = select(Dossier.code).where(Dossier.state.in_(states)).order_by(Dossier.id)
        case = loading.load_for_administration(self.rng.choice(list(db.session.scalars(query))))
        signed = self.signed(case)
        s = loading.situation(case, signed)
        trigger = matters.VOTES[State(str(case.state))]
        if not any(move.trigger == trigger for move in moves_from(case.state, case.route)):
            return None
        body, unit = agenda.voters_of(case, trigger, s)
        if unit is None or body not in services.SHORT:
            return None
        on = clock.today() - timedelta(days=self.rng.choice((0, 0, 1, 3)))
        seats = registers.register(unit, body, on)
        if not seats:
            return None
        called = Called(Kind.REGULAR, on, "14:00", "Phòng họp", seats[0].id, None, "")
        number = services.call(unit, body, called, signed.account_id)
        signed = Signed(signed.account_id, tuple((role, unit) for role in Role))
        meeting = services.load(number, signed)
        offered = agenda.offer(meeting, signed, ())
        some = (*offered.ready, *offered.nearly)[: self.rng.randint(1, 6)]
        agenda.add(meeting, [one.case.id for one in some], {one.case.id: one.about for one in some})
        self._otherwise(services.load(number, signed), signed)
        return services.load(number, signed), signed

    def _otherwise(self, meeting: Meeting, signed: Signed) -> None:
        """Some are voted on otherwise than their step asks: a removal, a refusal."""
        others = agenda.others(meeting, signed)
        for case, fits in self.rng.sample(others, min(len(others), self.rng.randint(0, 2))):
            matter, grounds = self.rng.choice(fits), rules.books()[case.rulebook].words("removal_grounds")
            ground = self.rng.choice(grounds) if matter is Matter.REMOVAL else ""
            reason = "Không đủ điều kiện." if matter is Matter.REFUSAL else ""
            agenda.put_about(meeting, case.id, About(matter, ground, reason))

    def _votes(self, meeting: Meeting, signed: Signed) -> dict[str, str]:
        """What is typed: mostly all in favour, some fail, some do not add up, some are left out."""
        sent: dict[str, str] = {}
        for line in results.results(meeting, signed).lines:
            key, how = line.dossier_id, self.rng.random()
            self.number += 1
            favour = line.voting if how < 0.6 else self.rng.randint(0, max(line.voting, 0))
            against = line.voting - favour + (1 if 0.9 < how < 0.95 else 0)
            typed = {"in_favour": str(favour), "against": str(against), "blank": "", "invalid": ""}
            typed["number"] = f"{self.number}-NQ/H"
            if how < 0.95:
                sent |= {f"{name}-{key}": value for name, value in typed.items()} | {f"was-{key}": line.sign}
        return sent

    def register(self) -> None:
        """Somebody leaves a body, or is exempt from a day on; what votes it touches may refuse it."""
        seats = select(BodyMember).where(BodyMember.valid_to.is_(None)).order_by(BodyMember.id)
        seat = self.rng.choice(list(db.session.scalars(seats)))
        since = clock.today() - timedelta(days=self.rng.choice((0, 0, 10)))
        by = self.rng.choice(("", "12-QĐ/ĐU"))
        with suppress(Touches, NotLater, NotThere, registers.NoSuchDay):
            if self.rng.random() < 0.4:
                registers.end(seat, since, self.accounts[0], by)
            else:
                registers.change(seat, registers.Status.EXEMPT, since, self.accounts[0], by)
            self.done["register"] = self.done.get("register", 0) + 1

    def returned(self) -> None:
        """A dossier goes back with points, and they are ticked off."""
        case = self.some()
        act = "return_for_correction"
        if not any(move.trigger == act for move in moves_from(case.state, case.route)):
            return
        said = self.act(case, act)
        points = msgspec.structs.replace(said.evidence, points=("Thiếu số.", "Thiếu ngày."))
        if self.try_(case, replace(said, evidence=points)):
            again = loading.load_for_administration(case.code)
            self.try_(again, Act("mend_point", Evidence(clock.today(), point=self.rng.randint(1, 2))))

    def moved(self) -> None:
        """Another cell takes a dossier."""
        case = self.some()
        if any(move.trigger == "transfer" for move in moves_from(case.state, case.route)):
            grants = tuple((role, 1) for role in Role)
            self.try_(case, self.act(case, "transfer"), Signed(self.accounts[0], grants))


def follows_from_the_events() -> None:
    """Lists and counts, asked as pages ask them, against the dossiers folded from their first event."""
    known, units = rules.states(), tree.current()
    states: Counter[tuple[int, str]] = Counter()
    for number in db.session.scalars(select(Dossier.id).order_by(Dossier.id)).all():
        made = replaying.project(number, history.read(number), known)
        row = db.session.get_one(Dossier, number)
        assert (row.state, row.since) == (str(made.standing.state), made.standing.since), row.code
        assert (row.version, row.unit_id, row.rulebook) == (made.version, made.unit_id, made.rulebook), row.code
        above = [unit for unit, _, _ in units.place(made.unit_id).chain]
        listed = {one.ancestor_id: one for one in db.session.scalars(select(Scope).where(Scope.dossier_id == number))}
        assert set(above) <= set(listed), row.code
        assert {one.state for one in listed.values()} == {row.state}, row.code
        states.update((unit, str(row.state)) for unit in above)
    kept = counts.by_state(sorted({unit for unit, _state in states}))
    assert {(unit, state): n for unit, by_state in kept.items() for state, n in by_state.items() if n} == dict(states)


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_any_sequence_of_meetings_and_all_else(at_work: Flask, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounting, "AT_ONCE", 500)
    chance = Sitting(100 + seed)
    happenings = {
        chance.meeting: 35, chance.some_act: 45, chance.correction: 20, chance.undo: 12, chance.returned: 8,
        chance.moved: 6, chance.register: 8, chance.rule: 3, chance.later: 3, chance.erasure: 1,
    }  # fmt: skip
    for _ in range(STEPS):
        happening = chance.rng.choices(list(happenings), list(happenings.values()))[0]
        with suppress(erasing.NotEnded, Shut):
            happening()
        db.session.remove()
    assert chance.done.get("voted", 0) > STEPS // 20, chance.done
    assert chance.done.get("correct_record", 0), chance.done
    recounting.recount()
    db.session.remove()
    assert audit.verify()[1] == [], chance.done
    follows_from_the_events()
    _minutes_agree()


def _minutes_agree() -> None:
    """What a closed meeting recorded of a dossier is what the dossier's event first said."""
    lines = db.session.execute(
        select(MeetingLine.in_favour, MeetingLine.meeting_id, Event.body)
        .join(Event, (Event.dossier_id == MeetingLine.dossier_id) & (Event.seq == MeetingLine.event_seq))
        .where(MeetingLine.closed)
    ).all()
    assert lines
    for in_favour, meeting, body in lines:
        said = msgspec.json.decode(body)["brought"]["evidence"]
        assert (said["ballot"]["in_favour"], said["meeting"]) == (in_favour, meeting)
