"""The next act: the ordinary road step by step, never a shortcut, and always one of the act's own roles."""

from datetime import date, timedelta

import msgspec
import pytest

from tests.workflow.helpers import Walk, situation
from workflow import machine
from workflow.ahead import Next, next_act, who_does
from workflow.facts import DossierFacts, Paper, Point, Source
from workflow.procedure.table import route_knows
from workflow.route import ROUTES, Route, RouteName
from workflow.rulebook import shipped
from workflow.stages import ENDS, State
from workflow.turn import whose_turn

BOOK = shipped()["RB-2021"]
COMMITTEE = ROUTES[RouteName.COMMITTEE]


def ahead(state: State, facts: DossierFacts, today: date = date(2030, 1, 1), route: Route = COMMITTEE) -> Next:
    return next_act(state, route, facts, BOOK, today)


@pytest.mark.parametrize("route", list(ROUTES.values()))
@pytest.mark.parametrize("source", list(Source))
def test_what_is_offered_first_is_what_is_done_next_on_the_whole_road(route: Route, source: Source) -> None:
    walk = Walk(route, source).to(State.SOURCED)
    done = {"record_papers": 0}
    original = walk.do

    def do(trigger: str, *args: object, **more: object) -> object:
        offered = next_act(walk.state, walk.route, walk.facts, BOOK, walk.on + timedelta(days=400))  # type: ignore[arg-type]
        if trigger not in ("record_papers", "hold_ceremony"):  # the walk holds the ceremony without a receipt first
            ahead_of = offered.trigger in ("record_papers", "receive_decision", trigger)
            assert ahead_of, (walk.state, trigger, offered)
        done["record_papers"] += trigger == "record_papers"
        return original(trigger, *args, **more)  # type: ignore[arg-type]

    walk.do = do  # type: ignore[method-assign,assignment]
    walk.to(State.OFFICIAL)
    assert done["record_papers"] >= 2


@pytest.mark.parametrize("route", list(ROUTES.values()))
@pytest.mark.parametrize("state", [s for s in State if s not in ENDS])
def test_the_next_act_is_one_of_whose_turn_it_is(route: Route, state: State) -> None:
    if not route_knows(route, state):
        return
    for source in Source:
        facts = DossierFacts(source=source, admitted_on=date(2021, 1, 4), ceremony_on=date(2021, 1, 11))
        act = next_act(state, route, facts, BOOK, date(2030, 1, 1)).trigger
        assert act is not None
        option = machine.option(situation(state, facts, route=route), act)
        assert option is not None, "the state knows it"
        turn = whose_turn(state, route, facts, BOOK)
        if turn is not None:
            assert turn in who_does(act, state, route), (act, turn)


MEMBER = DossierFacts(
    admitted_on=date(2021, 6, 1), ceremony_on=date(2021, 7, 15),
    papers=tuple(Paper(form, date(2021, 9, 1)) for form in ("LL-ĐV", "CN-ĐVM")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2022, 7, 14), Next("submit_for_recognition", date(2022, 7, 15))),
        (date(2022, 7, 15), Next("submit_for_recognition", date(2022, 7, 15))),
        (date(2022, 7, 16), Next("record_papers")),
    ],
)
def test_on_probation_it_waits_for_the_last_day_and_then_asks_for_the_papers(today: date, expected: Next) -> None:
    assert ahead(State.PROBATIONARY, MEMBER, today) == expected


def test_before_everything_else_what_stands_in_the_way() -> None:
    facts = DossierFacts(points=(Point(1),))
    assert ahead(State.VERIFYING, facts) == Next("mend_point")
    assert ahead(State.VERIFYING, msgspec.structs.replace(facts, suspended=True)) == Next("resume")
    assert ahead(State.SECTION_APPRAISAL, DossierFacts()) == Next("follow_new_road")
    assert ahead(State.PROBATIONARY, msgspec.structs.replace(MEMBER, mending_since=date(2022, 1, 3))) == Next(
        "confirm_after_mending"
    )
    assert ahead(State.OFFICIAL, msgspec.structs.replace(MEMBER, closed=True)) == Next(None)
    assert ahead(State.WITHDRAWN, DossierFacts()) == Next(None)
    assert ahead(State.LISTED, DossierFacts()) == Next("propose_course"), "never the shortcut of a certificate there is"
