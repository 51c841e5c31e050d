"""Trees of units, who decides, and rulebooks change while a dossier is on its way: what holds all the same."""

from datetime import date

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.workflow.helpers import CALENDAR, Walk, situation
from tests.workflow.test_properties import Player
from workflow import machine
from workflow.calendar import add_months
from workflow.facts import Source
from workflow.machine import Outcome
from workflow.procedure.table import moves_from, next_step, route_knows
from workflow.route import ROUTES, Decider, Route, RouteName, UnitKind, route_of, walked
from workflow.rulebook import in_force, shipped
from workflow.stages import ENDS, State
from workflow.triggers import TRIGGERS, Kind
from workflow.votes import Body, Purpose, needed

K = UnitKind
SECTION = ((K.SECTION_COMMITTEE, None),)
DECIDERS: tuple[str | None, ...] = (None, *map(str, Decider))
CHAINS = [((K.CELL, None), *section, (K.GRASSROOTS_COMMITTEE, named), (K.UPPER_COMMITTEE, None))
          for section in ((), SECTION) for named in DECIDERS]  # fmt: skip
STARTS = [date(2021, 9, 1), date(2025, 1, 6), date(2025, 11, 3), date(2026, 3, 2), date(2026, 8, 3)]
"""Each of the four rulebooks comes into force on the way of one of them."""

Chain = tuple[tuple[UnitKind, str | None], ...]


class Placed(Walk):
    """A dossier of a cell, whose road follows from where the cell stands and from the rulebook of its step."""

    def __init__(self, chain: Chain, source: Source, on: date) -> None:
        super().__init__(source=source, rulebook=in_force(on, shipped()).code, on=on)
        self.chain = chain
        self.books = {self.rulebook}

    @property
    def route(self) -> Route:
        """The road of the day."""
        book = shipped()[self.rulebook]
        road = route_of(self.chain, book)
        assert road is not None
        return walked(road, book, self.facts.referred)

    def took(self, outcome: Outcome) -> None:
        """A dossier stays on the rulebook in force when its step began."""
        if outcome.to is not self.state:
            self.rulebook = in_force(self.on, shipped()).code
            self.books.add(self.rulebook)
        super().took(outcome)


def check(walk: Placed) -> None:
    """Nobody is official without certificate, votes, decision and the twelve months, whatever changed on the way."""
    facts = walk.facts
    assert facts.admitted_on is not None
    assert facts.ceremony_on is not None
    assert facts.recognised_on is not None
    assert facts.admitted_on <= facts.ceremony_on
    end = add_months(facts.ceremony_on, 12)
    assert facts.effective_on == end < facts.recognised_on
    for purpose in (Purpose.ADMISSION, Purpose.RECOGNITION):
        votes = [vote for vote in facts.votes if vote.purpose is purpose and vote.passed]
        cell = [vote for vote in votes if vote.body is Body.CELL]
        assert cell
        assert all(vote.in_favour >= needed("2/3", vote.entitled) for vote in cell)
        decided = votes[-1]
        assert decided.body in (Body.COMMITTEE, Body.STANDING_COMMITTEE)
        share = "2/3" if decided.body is Body.COMMITTEE else ">1/2"
        assert decided.in_favour >= needed(share, decided.entitled)
    first = min(v.held_on for v in facts.votes if v.body is Body.CELL and v.purpose is Purpose.ADMISSION and v.passed)
    certificates = [paper for paper in facts.papers if paper.form == "CN-NTVĐ"]
    assert any(CALENDAR.end_of_months(paper.issued_on, 60) >= first for paper in certificates)
    for form in ("9-KNĐ", "16-KNĐ"):
        assert facts.paper(form) is not None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whoever_does_their_best_arrives_whatever_becomes_of_tree_and_rules(data: st.DataObject) -> None:
    walk = Placed(
        data.draw(st.sampled_from(CHAINS)), data.draw(st.sampled_from(list(Source))), data.draw(st.sampled_from(STARTS))
    )
    walk.to(State.SOURCED)

    def meanwhile() -> None:
        if data.draw(st.integers(0, 3)) == 0:
            walk.chain = data.draw(st.sampled_from(CHAINS))

    Player(walk, data.draw).push(meanwhile)
    event(f"ended in {walk.state}")
    event(f"{len(walk.books)} rulebooks")
    assert walk.state is State.OFFICIAL, (walk.state, walk.route, walk.rulebook)
    check(walk)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_people_do_nobody_is_official_without_what_it_takes(data: st.DataObject) -> None:
    walk = Placed(
        data.draw(st.sampled_from(CHAINS)), data.draw(st.sampled_from(list(Source))), data.draw(st.sampled_from(STARTS))
    )
    player = Player(walk.to(State.SOURCED), data.draw)  # type: ignore[arg-type] # Walk.to gives itself back
    for _ in range(data.draw(st.integers(0, 25))):
        if walk.state is State.OFFICIAL or walk.state in ENDS:
            break
        if data.draw(st.integers(0, 4)) == 0:
            walk.chain = data.draw(st.sampled_from(CHAINS))
        moves = moves_from(walk.state, walk.route)
        ahead = next_step(walk.state, walk.route) if walk.state else None
        triggers = sorted({m.trigger for m in moves if TRIGGERS[m.trigger].kind is not Kind.END})
        wanted = ahead.trigger if ahead and data.draw(st.booleans()) else data.draw(st.sampled_from(triggers))
        player.act(wanted, data.draw(st.booleans()))
    player.push()
    if walk.state is State.OFFICIAL:
        check(walk)


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("state", [s for s in State if s not in ENDS])
@pytest.mark.parametrize("code", list(shipped()))
def test_wherever_a_dossier_is_caught_there_is_a_way_on_and_a_way_out(chain: Chain, state: State, code: str) -> None:
    road = route_of(chain, shipped()[code])
    assert road is not None
    moves = moves_from(state, road)
    assert any(move.dest in ENDS for move in moves), "a way out"
    if not route_knows(road, state):
        leads = {move.dest for move in moves if move.trigger == "follow_new_road"}
        assert leads, "a way onto the new road"
        assert all(new is not None and route_knows(road, new) for new in leads)
    else:
        assert state is State.OFFICIAL or next_step(state, road) is not None


@pytest.mark.parametrize(
    ("state", "before", "now", "back_to"),
    [
        # the committee decided itself; now somebody above decides, and the committee has to vote first
        (State.AWAITING_DECISION, RouteName.DELEGATED, RouteName.COMMITTEE, State.COMMITTEE_REVIEW),
        (State.AWAITING_DECISION, RouteName.OWN_STANDING, RouteName.COMMITTEE, State.COMMITTEE_REVIEW),
        # a section committee came to stand between
        (State.COMMITTEE_REVIEW, RouteName.COMMITTEE, RouteName.COMMITTEE_SECTION, State.SECTION_APPRAISAL),
        (State.AWAITING_DECISION, RouteName.DELEGATED, RouteName.DELEGATED_SECTION, State.SECTION_APPRAISAL),
        # nothing is missing
        (State.AWAITING_DECISION, RouteName.COMMITTEE, RouteName.DELEGATED, None),
        (State.AWAITING_DECISION, RouteName.COMMITTEE_SECTION, RouteName.COMMITTEE, None),
    ],
)
def test_what_the_new_road_still_asks_for_is_gone_back_to(
    state: State, before: RouteName, now: RouteName, back_to: State | None
) -> None:
    walk = Walk(ROUTES[before]).to(state)
    assert not can_be_led_on(walk, ROUTES[before]), "on its own road there is nothing to go back to"
    assert can_be_led_on(walk, ROUTES[now]) == (back_to is not None)
    if back_to is not None:
        walk.road = ROUTES[now]
        walk.do("follow_new_road")
        assert walk.state is back_to
        walk.do("pass_committee_vote" if back_to is State.COMMITTEE_REVIEW else "appraise")
        assert walk.state is not back_to


def can_be_led_on(walk: Walk, route: Route) -> bool:
    """Whether the dossier may be led on along a road."""
    option = machine.option(situation(walk.state, walk.facts, walk.on, route), "follow_new_road")
    return option is not None and option.allowed
