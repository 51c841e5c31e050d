"""Whatever people do, in whatever order: the tables are what a replay of the events says.

Chance plays the users on the demo: acts, corrections, undos, transfers, rule changes and erasures, each through the one
way to change a dossier.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.audit import services as audit
from dossiers.casework import correcting, erasing, history, loading, recounting, replaying
from dossiers.casework.act import Act, Done
from dossiers.casework.advance import advance
from dossiers.casework.case import Case
from dossiers.casework.decide import body_unit
from dossiers.casework.models import Dossier
from dossiers.casework.store import DatabaseStore
from dossiers.courses.models import CourseClass
from dossiers.extensions import db
from dossiers.people.rows import CompanionRow, RelativeRow
from dossiers.rules import instance
from dossiers.rules import services as rules
from dossiers.units import registers, tree
from dossiers.units import services as units
from workflow import machine
from workflow.bodies import body_for
from workflow.facts import Ballot, Candidate, Evidence, Introducer, Paper, Relation, Relative, Schooling
from workflow.machine import Refused
from workflow.procedure.move import Correction
from workflow.procedure.table import move_by, moves_from, road_of
from workflow.replay import as_of, fold, move_of
from workflow.roles import Role
from workflow.stages import ENDS, State
from workflow.triggers import TRIGGERS

FORMS = ("1-KNĐ", "2-KNĐ", "3-KNĐ", "4-KNĐ", "4A-KNĐ", "5-KNĐ", "CN-ĐVM", "10-KNĐ", "11-KNĐ", "12-KNĐ", "CN-ĐVM")


class Chance:
    """People who do anything the rules permit; the same seed does the same."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.number = 1000
        self.accounts = list(db.session.scalars(select(Account.id).order_by(Account.id).limit(4)))
        every = list(db.session.scalars(select(Dossier.code).order_by(Dossier.id)))
        self.codes = self.rng.sample(every, 40)
        ended = select(Dossier.code).where(Dossier.state.in_([str(end) for end in ENDS]))
        self.ended = list(db.session.scalars(ended))
        self.newest = self.codes[0]
        self.done: dict[str, int] = {}

    def signed(self, case: Case) -> Signed:
        """Somebody who holds every role over a dossier."""
        grants = tuple((role, unit) for role in Role for unit in case.scope_units)
        return Signed(self.rng.choice(self.accounts), grants)

    def some(self) -> Case:
        return loading.load_for_administration(self.rng.choice(self.codes))

    def evidence(self, case: Case, trigger: str) -> Evidence:
        rng, today = self.rng, clock.today()
        self.number += 1
        on = today - timedelta(days=rng.choice((0, 0, 0, 1, 5)))
        everybody = self.everybody(case, trigger, on)
        favour = everybody if rng.random() < 0.7 else rng.randint(0, everybody)
        papers = tuple(Paper(form, on, f"{self.number}", "Nơi lập") for form in rng.sample(FORMS, 3))
        targets = [m.dest for m in moves_from(case.state, case.route) if m.trigger == "return_for_correction"]
        since = on - timedelta(days=800)
        return Evidence(
            on, number=f"{self.number}-{rng.choice('ABC')}", issuer="TTCT", issued_on=on,
            ballot=Ballot(0, everybody, favour) if "vote" in trigger or trigger in BALLOTED else None,
            papers=papers if "papers" in trigger else (), reason="Vì thế.", ground="absent", helpers=1, consented=True,
            candidate=Candidate(schooling=Schooling.UPPER_SECONDARY, clear=rng.choice(((), (), ("schooling",))))
            if trigger == "correct_candidate" else None,
            course_starts_on=on, course_ends_on=on,
            introducers=(Introducer("m1", since), Introducer("m2", since)),
            relatives=tuple(Relative(r.ref, r.relation, r.verified_on) for r in self.relatives(on)),
            received_on=on, return_to=rng.choice(targets) if targets else None,
            rule=rng.choice(("admission_decision", "ceremony", "recognition_decision")), days=rng.randint(1, 20),
            agreed_by="Ban Thường vụ",
        )  # fmt: skip

    def everybody(self, case: Case, trigger: str, on: date) -> int:
        """How many may vote on a day, as the register says."""
        body, _purpose = body_for(trigger, loading.situation(case, self.signed(case)))
        unit = body_unit(case, body, road_of(trigger, case.state, case.route))
        return registers.counted(unit, str(body), on).official if unit else 0

    def relatives(self, on: date) -> tuple[RelativeRow, ...]:
        return tuple(
            RelativeRow(str(relation), relation, f"Nguyễn Thị {relation}", 1960, "Hà Nội", None, "Tốt.", on)
            for relation in (Relation.FATHER, Relation.MOTHER)
        )

    def act(self, case: Case, trigger: str) -> Act:
        evidence, move = self.evidence(case, trigger), move_by(trigger, case.state, case.route)
        assert move is not None
        spare = {f.name: f.default for f in msgspec.structs.fields(Evidence) if f.name not in move.accepted}
        evidence = msgspec.structs.replace(evidence, **spare)
        act = Act(trigger, evidence)
        if trigger == "record_relatives":
            return replace(act, relatives=self.relatives(evidence.happened_on))
        if trigger in ("assign_introducers", "accept_to_list"):
            kind: Any = "introducer" if trigger == "assign_introducers" else "helper"
            return replace(act, companions=(CompanionRow(kind, "m1", "Trần Văn Một", evidence.happened_on),))
        if trigger == "enrol":
            course = self.rng.choice(list(db.session.scalars(select(CourseClass.id).limit(5))))
            return replace(act, class_id=course)
        if trigger == "transfer":
            cells = tree.current().below([1], units.CELLS)
            return replace(act, to_unit_id=self.rng.choice(cells).id)
        if trigger == "correct_candidate":
            self.number += 1
            return replace(
                act, person={"full_name": f"Lê Thị Số {self.number}", "religion": "Không"}, was={"religion": None}
            )
        return act

    # --- what may happen ---

    def some_act(self) -> None:
        """An act that the dossier's state knows, most often the next step."""
        case = self.some()
        if case.state is None:
            return
        known = [m.trigger for m in moves_from(case.state, case.route) if m.trigger not in APART]
        if not known:
            return
        steps = [trigger for trigger in known if TRIGGERS[trigger].kind.value in ("step", "support")]
        self.try_(
            case, self.act(case, self.rng.choice(steps or known) if self.rng.random() < 0.7 else self.rng.choice(known))
        )

    def correction(self) -> None:
        """Some act of a dossier, with another day or other counts; by two where a decision is touched."""
        case = self.some()
        choices = [a for a in correcting.acts_of(case.id) if move_of(a.recorded).correction is not Correction.NEVER]
        if not choices:
            return
        target = self.rng.choice(choices)
        old = target.recorded.evidence
        day = old.happened_on - timedelta(days=self.rng.choice((0, 1, 3)))
        ballot = old.ballot and msgspec.structs.replace(old.ballot, against=self.rng.randint(0, 3))
        right = Act(
            target.event.trigger,
            msgspec.structs.replace(old, happened_on=day, ballot=ballot, number=old.number and f"{old.number}x"),
            relatives=target.personal.relatives,
            companions=target.personal.companions,
            class_id=target.brought.course,
        )
        seq = target.event.seq
        evidence = Evidence(clock.today(), event=seq, reason="Ghi nhầm.", kept_because="Đã xem lại.")
        act = Act("correct_record", evidence, corrected=right)
        if correcting.plan(DatabaseStore(), case, act).about.touches_decision:
            if self.try_(case, replace(act, trigger="prepare_correction")):
                self.try_(loading.load_for_administration(case.code), act)
        else:
            self.try_(case, act)

    def undo(self) -> None:
        """Whoever did a dossier's last act takes it back."""
        case = loading.load_for_administration(self.newest) if self.rng.random() < 0.8 else self.some()
        last = case.facts.last
        if last is None:
            return
        account = int(last.by[1:])
        grants = tuple((role, unit) for role in Role for unit in case.scope_units)
        self.try_(case, Act("undo", Evidence(clock.today())), Signed(account, grants))

    def erasure(self) -> None:
        """By law, where everything has ended."""
        case = loading.load_for_administration(self.rng.choice([*self.ended, self.newest]))
        if case.state in ENDS:
            erasing.erase(case.code, "Hết thời hạn.", Signed(self.accounts[0], ((Role.ADMINISTRATOR, 1),)))
            self.done["erase"] = self.done.get("erase", 0) + 1

    def rule(self) -> None:
        """A day off that was not one, or one that is not any more."""
        day = clock.today() + timedelta(days=self.rng.randint(1, 60))
        recounting.AT_ONCE = self.rng.choice((0, 500))  # the worker does it later, or it is done at once
        rules.set_day(day, self.rng.random() < 0.5, "Thông báo", self.accounts[0])
        self.done["rule"] = self.done.get("rule", 0) + 1

    def later(self) -> None:
        """Days pass, and the worker has its turn."""
        recounting.recount()
        instance.put("clock", (clock.today() + timedelta(days=self.rng.choice((1, 20, 190)))).isoformat())
        db.session.commit()

    def try_(self, case: Case, act: Act, who: Signed | None = None) -> Done | None:
        if act.trigger == "change_rulebook":
            act = replace(act, rulebook=self.rng.choice(("RB-2021", "RB-2025")))
        try:
            done = advance(case.code, act, who or self.signed(case), case.version, case)
        except Refused:
            return None
        self.done[act.trigger] = self.done.get(act.trigger, 0) + 1
        self.newest = case.code
        return done


BALLOTED = (
    "nominate", "decide_admission", "decide_recognition", "revoke_decision", "propose_removal", "endorse_removal",
    "remove",
)  # fmt: skip
APART = ("correct_record", "prepare_correction", "undo")


@pytest.fixture
def at_work(app: Flask) -> Iterator[Flask]:
    """Within the application, as a worker is."""
    with app.app_context():
        yield app
        db.session.remove()


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_leaves_tables_equal_to_the_replay(
    at_work: Flask, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "AT_ONCE", 500)
    chance = Chance(seed)
    happenings = (chance.some_act, chance.correction, chance.undo, chance.erasure, chance.rule, chance.later)
    for _ in range(220):
        happening = chance.rng.choices(happenings, (110, 25, 25, 2, 4, 3))[0]
        with suppress(erasing.NotEnded):
            happening()
        db.session.remove()
    assert sum(chance.done.values()) > 30, chance.done
    assert [one for one in audit.verify()[1] if one.code != "DEADLINES"] == [], chance.done
    db.session.remove()
    recounting.recount()
    db.session.remove()
    assert audit.verify()[1] == [], chance.done


def test_the_state_of_any_day_follows_from_the_events_alone(at_work: Flask) -> None:
    row = db.session.execute(select(Dossier.id, Dossier.state).where(Dossier.state == "official")).first()
    assert row
    told = [act.recorded for act in replaying.counted(history.read(row.id))]
    known = rules.states()
    assert fold(told, known).state is State.OFFICIAL
    for event in told:
        then = as_of(told, event.evidence.happened_on, known)
        assert then.facts.last_on is not None
        assert then.facts.last_on <= event.evidence.happened_on
    ceremony = next(event for event in told if event.trigger == "hold_ceremony")
    assert as_of(told, ceremony.evidence.happened_on, known).state is State.PROBATIONARY
    assert as_of(told, ceremony.evidence.happened_on - timedelta(days=1), known).state is State.APPROVED
    assert as_of(told, date(1990, 1, 1), known).state is None


def test_options_are_the_same_from_the_replay(at_work: Flask) -> None:
    """What the rules say of a dossier does not depend on its row."""
    for code in list(db.session.scalars(select(Dossier.code).order_by(Dossier.id).limit(40))):
        case = loading.load_for_administration(code)
        made = replaying.project(case.id, history.read(case.id), rules.states())
        signed = Signed(1, tuple((role, unit) for role in Role for unit in case.scope_units))
        again = replace(case, facts=made.standing.facts, state=made.standing.state, rulebook=made.standing.rulebook)
        assert machine.options(loading.situation(case, signed)) == machine.options(loading.situation(again, signed))
