"""What holds whatever people do: hypothesis plays the users."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.workflow.helpers import CALENDAR, EVERYBODY, Walk, situation
from tests.workflow.strategies import values
from workflow import machine
from workflow.calendar import add_months
from workflow.deadlines import running
from workflow.evaluate import Question, answer, evaluate
from workflow.facts import Actor, Ballot, DossierFacts, Evidence, Introducer, Paper, Relation, Relative, Source
from workflow.guards import deciding_body
from workflow.machine import Outcome, Refused
from workflow.procedure.move import Move
from workflow.procedure.table import MOVES, OF_EVIDENCE, move_by, moves_from, next_step, route_knows
from workflow.route import ROUTES, Route
from workflow.stages import ENDS, State
from workflow.triggers import TRIGGERS, Kind
from workflow.votes import Body, Purpose, needed

MAIN = [s for s in State if s not in ENDS and s is not State.OFFICIAL]
FORMS = [
    "1-KNĐ",
    "2-KNĐ",
    "3-KNĐ",
    "4-KNĐ",
    "4A-KNĐ",
    "5-KNĐ",
    "CN-ĐVM",
    "10-KNĐ",
    "11-KNĐ",
    "12-KNĐ",
    "CN-NTVĐ",
    "VB-ĐY",
]


EMPTY = {field.name: field.default for field in msgspec.structs.fields(Evidence)}

PREPARING = (
    "propose_course", "renew_certificate", "redo_stale_papers", "assign_introducers", "record_papers",
    "record_relatives", "prepare_decision", "receive_decision",
)  # fmt: skip


@dataclass
class Player:
    """A dossier in the hands of people who may do anything the rules permit, sensible or not."""

    walk: Walk
    source_of_chance: Any
    pushing: bool = False
    history: list[tuple[Evidence, Outcome]] = field(default_factory=list)

    def draw(self, strategy: Any, sensible: Any) -> Any:
        """What chance says; once everybody does their best, what is sensible."""
        return sensible if self.pushing else self.source_of_chance(strategy)

    def act(self, trigger: str, helpful: bool, actor: str = "") -> None:
        """Try one act; a refusal changes nothing."""
        walk, draw = self.walk, self.draw
        on = walk.on + timedelta(
            days=draw(st.sampled_from([0, 1, 5, 40, 366]), 185 if walk.state is State.PROBATIONARY else 3)
        )
        today = on + timedelta(days=draw(st.sampled_from([0, 0, 3]), 0))
        roles = EVERYBODY if helpful else tuple(draw(st.sets(st.sampled_from(EVERYBODY), min_size=1), EVERYBODY))
        who = Actor(actor or draw(st.sampled_from(["a1", "a2", "a3"]), ""), roles)
        s = situation(walk.state, walk.facts, today, walk.route, who, walk.rulebook)
        evidence = self.evidence(on, helpful)
        move = move_by(trigger, walk.state, walk.route)
        if move is not None and (helpful or draw(st.booleans(), True)):
            spare = {name for name in Evidence.__struct_fields__ if name not in move.accepted}
            evidence = msgspec.structs.replace(evidence, **{name: EMPTY[name] for name in spare})
        s = msgspec.structs.replace(s, evidence=evidence)
        try:
            outcome = machine.fire(trigger, s)
        except Refused as refused:
            assert refused.refusals
            return
        assert s.evidence is not None
        self.history.append((s.evidence, outcome))
        walk.on = on
        walk.took(outcome)

    def push(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Everybody does their best from here on: the dossier goes as far as the rules let it."""
        self.pushing = True
        for number in range(60):
            meanwhile()
            if self.walk.state in (State.OFFICIAL, *ENDS):
                return
            s = self.walk.state
            assert s is not None
            step = next_step(s, self.walk.route)
            for trigger in (
                "follow_new_road",
                "resume",
                *PREPARING,
                step.trigger if step else "",
                "accept_to_list",
                "refer_to_superior",
            ):
                if self.walk.state is s:
                    self.act(trigger, helpful=True, actor=f"p{number % 3}{trigger[:3]}")

    def evidence(self, on: date, helpful: bool) -> Evidence:
        draw = self.draw
        entitled = draw(st.integers(1, 20), 9)
        ballot = Ballot(entitled, entitled, entitled if helpful else draw(st.integers(0, entitled), entitled))
        forms = [*FORMS, "3-KNĐ"] if helpful else draw(st.lists(st.sampled_from(FORMS), max_size=6), [*FORMS, "3-KNĐ"])
        papers = tuple(Paper(form, on) for form in forms)
        relatives = tuple(
            Relative(str(relation), relation, on if helpful else draw(st.sampled_from([None, on]), on))
            for relation in (Relation.FATHER, Relation.MOTHER)
        )
        since = on - timedelta(days=400 if helpful else draw(st.integers(0, 800), 400))
        issued = on - timedelta(days=0 if helpful else draw(st.integers(0, 3000), 0))
        return Evidence(
            on, number="7-NQ", issuer="TTCT", issued_on=issued, ballot=ballot, papers=papers, reason="Vì thế.",
            ground=draw(st.sampled_from(["absent", "removed", ""]), ""), helpers=1, consented=True,
            course_starts_on=on, course_ends_on=on + timedelta(days=2),
            introducers=(Introducer("m1", since), Introducer("m2", since)), relatives=relatives,
            received_on=self.walk.facts.received_on or on,
            return_to=draw(st.sampled_from(list(State)), None),
            rule=draw(st.sampled_from(["admission_decision", "ceremony"]), "ceremony"),
            days=draw(st.integers(1, 40), 5), agreed_by="Ban Thường vụ", event=1,
        )  # fmt: skip


def check_official(player: Player) -> None:
    """A dossier that became official went the whole way its rules ask for."""
    walk = player.walk
    facts, route = walk.facts, walk.route
    done = [outcome.trigger for _, outcome in player.history]
    assert facts.admitted_on is not None
    assert facts.ceremony_on is not None
    assert facts.ceremony_on >= facts.admitted_on
    end = add_months(facts.ceremony_on, 12)
    assert facts.effective_on == end
    assert walk.on > end
    bodies = [Body.CELL] + ([Body.COMMITTEE] if route.has_committee_review else [])
    for purpose in (Purpose.ADMISSION, Purpose.RECOGNITION):
        for body in bodies:
            good = [v for v in facts.votes if v.body is body and v.purpose is purpose and v.passed]
            gave_up = purpose is Purpose.RECOGNITION and "refer_to_superior" in done
            assert good or gave_up, (purpose, body)
            assert all(vote.in_favour >= needed("2/3", vote.entitled) for vote in good)
        decided = deciding_body(route)
        share = "2/3" if decided is Body.COMMITTEE else ">1/2"
        votes = [v for v in facts.votes if v.body is decided and v.purpose is purpose and v.passed]
        assert any(vote.in_favour >= needed(share, vote.entitled) for vote in votes)
    cell_voted = min(
        v.held_on for v in facts.votes if v.body is Body.CELL and v.purpose is Purpose.ADMISSION and v.passed
    )
    certificates = [p for p in facts.papers if p.form in ("CN-NTVĐ", "CN-NTVĐ")]
    assert any(CALENDAR.end_of_months(paper.issued_on, 60) >= cell_voted for paper in certificates)
    assert len({person.ref for person in facts.introducers}) == len(facts.introducers) >= 1
    for pair in (("prepare", "sign"), ("verify", "conclude"), ("introduce", "verify")):
        first, second = ({one.by for one in facts.controls if one.step == step} for step in pair)
        assert not first & second, pair
    assert all(vote.held_on <= walk.on for vote in facts.votes)
    assert facts.paper("9-KNĐ") is not None
    assert facts.paper("16-KNĐ") is not None


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_nobody_becomes_official_without_certificate_votes_decision_and_twelve_months(data: st.DataObject) -> None:
    route = data.draw(st.sampled_from(list(ROUTES.values())))
    source = data.draw(st.sampled_from(list(Source)))
    goals = [s for s in MAIN if route_knows(route, s) and not (s is State.NOMINATED and source is Source.OTHER)]
    walk = Walk(route, source).to(data.draw(st.sampled_from(goals)))
    player = Player(walk, data.draw)
    for _ in range(data.draw(st.integers(0, 12))):
        if walk.state is State.OFFICIAL or walk.state in ENDS:
            break
        triggers = sorted(
            {m.trigger for m in moves_from(walk.state, route) if TRIGGERS[m.trigger].kind is not Kind.END}
        )
        player.act(data.draw(st.sampled_from(triggers)), data.draw(st.booleans()))
    player.push()
    event(f"ended in {walk.state}")
    if walk.state is State.OFFICIAL:
        check_official(player)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(ROUTES.values())), st.sampled_from(list(Source)))
def test_the_main_road_leads_to_official_on_every_route(route: Route, source: Source) -> None:
    walk = Walk(route, source).to(State.OFFICIAL)
    player = Player(walk, None)
    check_official(player)


def test_every_state_is_reachable() -> None:
    for route in ROUTES.values():
        reached: set[State | None] = {None}
        grown = True
        while grown:
            more = {m.dest for m in MOVES if m.source in reached and m.dest and m.fits(route)} - reached
            reached |= more
            grown = bool(more)
        assert reached - {None} == {state for state in State if route_knows(route, state)}, route


def test_every_state_that_is_no_end_has_a_way_on_and_a_way_out() -> None:
    for route in ROUTES.values():
        for state in State:
            if state in ENDS or not route_knows(route, state):
                continue
            moves = moves_from(state, route)
            assert state is State.OFFICIAL or next_step(state, route) is not None, (route, state)
            assert any(move.dest in ENDS for move in moves), (route, state)
        for end in ENDS:
            assert all(move.dest is None for move in moves_from(end, route)), "nothing leads out of an end"


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(values(Question))
def test_any_question_that_fits_the_schema_is_answered(question: dict[str, Any]) -> None:
    decoded = msgspec.json.decode(evaluate(msgspec.json.encode(question)))
    for option in decoded["options"]:
        assert option["allowed"] is not bool(option["refusals"])
        for refusal in option["refusals"]:
            assert refusal["rule"]
            assert refusal["citation"]
            assert refusal["message"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values(DossierFacts), st.sampled_from(list(State)), st.sampled_from(list(ROUTES.values())))
def test_deadlines_come_in_order_and_refusals_are_stable(facts: dict[str, Any], state: State, route: Route) -> None:
    known = msgspec.convert(facts, DossierFacts)
    s = situation(state, known, date(2022, 7, 1), route)
    runs = running(state, known, s.rulebook, s.calendar)
    assert [d.due_on for d in runs] == sorted(d.due_on for d in runs)
    assert machine.options(s) == machine.options(s)
    question = Question("RB-2021", route, state, date(2022, 7, 1), facts=known)
    assert answer(question) == answer(question)


@given(values(DossierFacts), st.sampled_from(MOVES))
def test_guards_of_what_is_brought_say_nothing_while_nothing_is(facts: dict[str, Any], move: Move) -> None:
    asked = move.asks(situation(move.source, msgspec.convert(facts, DossierFacts)))
    assert [guard(asked) for guard in OF_EVIDENCE] == [None] * len(OF_EVIDENCE)
