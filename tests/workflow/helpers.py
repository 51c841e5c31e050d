"""Asking one rule about one situation, and walking the whole road without an application."""

from datetime import date, timedelta
from typing import Any

import msgspec

from workflow import machine
from workflow.calendar import WorkCalendar
from workflow.facts import (
    Actor,
    Ballot,
    Candidate,
    DossierFacts,
    Evidence,
    Introducer,
    Paper,
    Relation,
    Relative,
    Schooling,
    Source,
)
from workflow.guards import Refusal, Situation
from workflow.machine import Outcome, Refused
from workflow.procedure.table import moves_from
from workflow.roles import Role
from workflow.route import ROUTES, Route, RouteName
from workflow.rulebook import shipped
from workflow.stages import State

CALENDAR = WorkCalendar()
EVERYBODY = tuple(Role)
PASS = Ballot(15, 15, 15)
BOOK = "RB-2021"
"""The rulebook where a test names none (see conftest.each_book)."""


def situation(
    state: State | None,
    facts: DossierFacts | None = None,
    today: date = date(2030, 1, 1),
    route: Route = ROUTES[RouteName.COMMITTEE],
    actor: Actor | None = None,
    rulebook: str = "",
    calendar: WorkCalendar = CALENDAR,
) -> Situation:
    """A situation seen by somebody who holds every role."""
    book = shipped()[rulebook or BOOK]
    who = actor or Actor("a1", EVERYBODY)
    return Situation(state, route, facts or DossierFacts(), book, calendar, who, today)


def fire(s: Situation, trigger: str, on: date, **evidence: Any) -> Outcome:
    """Do an act; raises Refused."""
    return machine.fire(trigger, msgspec.structs.replace(s, evidence=Evidence(on, **evidence)))


def refusals(s: Situation, trigger: str, on: date, **evidence: Any) -> list[Refusal]:
    """Why an act is refused; empty when it is done."""
    try:
        fire(s, trigger, on, **evidence)
    except Refused as refused:
        return list(refused.refusals)
    return []


def rules_against(s: Situation, trigger: str, on: date, **evidence: Any) -> set[str]:
    """The keys of the rules that refuse an act."""
    return {refusal.rule for refusal in refusals(s, trigger, on, **evidence)}


class Walk:
    """A dossier walked along its road, act by act; `on` is the day of the last act."""

    def __init__(
        self,
        route: Route = ROUTES[RouteName.COMMITTEE],
        source: Source = Source.YOUTH_UNION,
        rulebook: str = "",
        on: date = date(2021, 9, 1),
    ) -> None:
        self.road = route
        self.source = source
        self.rulebook = rulebook or BOOK
        self.state: State | None = None
        self.facts = DossierFacts()
        self.on = on
        self.number = 0

    @property
    def route(self) -> Route:
        """The road of the dossier as it stands."""
        return self.road

    def took(self, outcome: Outcome) -> None:
        """An act was done."""
        self.state, self.facts = outcome.to, outcome.facts

    def do(self, trigger: str, days: int = 3, actor: Actor | None = None, **evidence: Any) -> Outcome:
        """One act `days` after the last one."""
        self.on += timedelta(days=days)
        self.number += 1
        s = situation(self.state, self.facts, self.on, self.route, actor, self.rulebook)
        needs = next((m.needs for m in moves_from(self.state, self.route) if m.trigger == trigger), ())
        if "number" in needs:
            evidence.setdefault("number", f"{self.number}-NQ")
        if "ballot" in needs:
            evidence.setdefault("ballot", PASS)
        outcome = fire(s, trigger, self.on, **evidence)
        self.took(outcome)
        return outcome

    def to(self, goal: State) -> "Walk":
        """Along the main road until `goal` is the state."""
        for step in self._road():
            if self.state is goal:
                return self
            step()
        assert self.state is goal, (self.state, goal)
        return self

    def _road(self) -> list[Any]:
        organised = self.source is not Source.OTHER
        introducers = tuple(Introducer(f"m{n}", date(2018, 1, 1)) for n in range(1 if organised else 2))
        forms = ("1-KNĐ", "2-KNĐ", *("3-KNĐ" for _ in introducers))
        born = date(self.on.year - (25 if self.source is Source.YOUTH_UNION else 38), 5, 20)
        steps = [
            lambda: self.do(
                "create",
                source=self.source,
                consented=True,
                candidate=Candidate(birth_date=born, schooling=Schooling.UPPER_SECONDARY),
                unit_has_youth_union=organised,
                unit_has_trade_union=organised,
            )
        ]
        if organised:
            steps.append(lambda: self.do("nominate"))
        steps += [
            lambda: self.do("accept_to_list", helpers=1),
            lambda: self.do("propose_course"),
            lambda: self.do(
                "enrol",
                course_starts_on=self.on + timedelta(days=4),
                course_ends_on=self.on + timedelta(days=8),
            ),
            lambda: self.do("certify", days=9),
            lambda: self.do("open_dossier"),
            lambda: self.do("assign_introducers", introducers=introducers),
            lambda: self.do("record_papers", papers=self._papers(*forms)),
            lambda: self.do("start_verification", actor=Actor("officer", EVERYBODY)),
            lambda: self.do("record_relatives", relatives=self._relatives()),
            lambda: self.do("record_papers", papers=self._papers("5-KNĐ")),
            lambda: self.do("conclude_verification", reason="Đủ điều kiện.", actor=Actor("secretary", EVERYBODY)),
            lambda: self.do("submit_to_cell"),
            *self._votes(),
            lambda: self.do("prepare_decision", actor=Actor("board", EVERYBODY)),
            lambda: self.do("decide_admission", actor=Actor("signer", EVERYBODY)),
            lambda: self.do("hold_ceremony", days=8, received_on=self.on + timedelta(days=2)),
            lambda: self.do(
                "record_papers", days=370, papers=self._papers("CN-ĐVM", "10-KNĐ", "11-KNĐ", "12-KNĐ", days=370)
            ),
            lambda: self.do("submit_for_recognition"),
            *self._votes(),
            lambda: self.do("prepare_decision", actor=Actor("board", EVERYBODY)),
            lambda: self.do("decide_recognition", actor=Actor("signer", EVERYBODY)),
        ]
        done = 0 if self.state is None else self._done
        remaining = steps[done:]

        def counted(step: Any) -> Any:
            def run() -> None:
                step()
                self._done += 1

            return run

        if self.state is None:
            self._done = 0
        return [counted(step) for step in remaining]

    def _votes(self) -> list[Any]:
        steps: list[Any] = [lambda: self.do("pass_cell_vote")]
        if self.route.has_section:
            steps.append(lambda: self.do("appraise"))
        if self.route.has_committee_review:
            steps.append(lambda: self.do("pass_committee_vote"))
        return steps

    def _relatives(self) -> tuple[Relative, ...]:
        return tuple(Relative(f"r{r}", r, self.on) for r in (Relation.FATHER, Relation.MOTHER))

    def _papers(self, *forms: str, days: int = 3) -> tuple[Paper, ...]:
        return tuple(Paper(form, self.on + timedelta(days=days)) for form in forms)
