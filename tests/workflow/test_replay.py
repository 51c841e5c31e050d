"""Folding events without a database: what counts after corrections and undos, and by which rules."""

from datetime import date, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from tests.workflow.helpers import EVERYBODY, Walk, fire, situation
from workflow import rulestate
from workflow.calendar import KEPT_YEARS, WorkCalendar
from workflow.facts import Actor, Ballot, Candidate, Evidence, Schooling
from workflow.replay import Recorded, Unreadable, as_of, due, fold, line
from workflow.route import ROUTES, RouteName
from workflow.rulebook import shipped
from workflow.rulestate import Rules, RuleState
from workflow.stages import State

NOW = Rules(shipped(), WorkCalendar())


def known(state: str) -> Rules:
    return {NOW.hash: NOW}[state]


class Told(Walk):
    """A walk that keeps what its events would tell."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Recorded] = []

    def do(self, trigger: str, days: int = 3, actor: Actor | None = None, **evidence: object):  # type: ignore[no-untyped-def]
        before = self.state
        outcome = super().do(trigger, days, actor, **evidence)
        told = Evidence(self.on, **evidence)  # type: ignore[arg-type]
        needs = {"number": f"{self.number}-NQ"} if outcome.paper is not None and not told.number else {}

        if outcome.vote is not None and told.ballot is None:
            vote = outcome.vote

            needs["ballot"] = Ballot(vote.entitled, vote.present, vote.in_favour, vote.against)  # type: ignore[assignment]
        told = replace(told, **needs)
        who = actor or Actor("a1", EVERYBODY)
        self.events.append(
            Recorded(len(self.events) + 1, trigger, before, outcome.to, told, who, self.route, NOW.hash, self.on)
        )
        return outcome


@pytest.fixture
def walk() -> Told:
    found = Told()
    found.to(State.PROBATIONARY)
    return found


def test_a_fold_is_what_the_acts_left(walk: Told) -> None:
    standing = fold(walk.events, known)
    assert standing.state is walk.state
    assert standing.facts.ceremony_on == walk.facts.ceremony_on
    assert standing.facts.votes == walk.facts.votes
    assert due(standing, NOW) == standing.deadlines


def correction(walk: Told, about: int, **changes: object) -> Recorded:

    old = walk.events[about - 1].evidence
    seq = len(walk.events) + 1
    state = walk.state
    assert state is not None
    return Recorded(
        seq, "correct_record", state, state, Evidence(walk.on, event=about, reason="Sai."), Actor("a1", EVERYBODY),
        walk.route, NOW.hash, walk.on, about=about, corrected=replace(old, **changes),
    )  # fmt: skip


def undo(walk: Told, about: int, seq: int) -> Recorded:
    state = walk.state
    assert state is not None
    who, evidence = Actor("a1", EVERYBODY), Evidence(walk.on, event=about)
    return Recorded(seq, "undo", state, state, evidence, who, walk.route, NOW.hash, walk.on, about=about)


def test_a_correction_takes_the_place_of_what_was_said_and_the_newest_counts(walk: Told) -> None:
    ceremony = walk.events[-1]
    day = ceremony.evidence.happened_on
    first = correction(walk, ceremony.seq, happened_on=day + timedelta(days=1))
    second = correction(walk, ceremony.seq, happened_on=day + timedelta(days=2))

    second = replace(second, seq=first.seq + 1)
    standing = fold([*walk.events, first, second], known)
    assert standing.facts.ceremony_on == day + timedelta(days=2)
    assert standing.since == day + timedelta(days=2)
    taken_back = undo(walk, second.seq, second.seq + 1)
    assert fold([*walk.events, first, second, taken_back], known).facts.ceremony_on == day + timedelta(days=1)
    again = undo(walk, first.seq, second.seq + 2)
    assert fold([*walk.events, first, second, taken_back, again], known).facts.ceremony_on == day
    assert {one.told_by for one in line([*walk.events, first, second])} == {0, second.seq}


def test_an_undone_act_is_as_if_it_had_not_been(walk: Told) -> None:
    without = fold(walk.events[:-1], known)
    standing = fold([*walk.events, undo(walk, len(walk.events), len(walk.events) + 1)], known)
    assert standing == without


def test_events_that_do_not_follow_are_named(walk: Told) -> None:
    with pytest.raises(Unreadable) as error:
        fold(walk.events[1:], known)
    assert error.value.seq == 2

    nowhere = replace(walk.events[2], to_state=State.OFFICIAL)
    with pytest.raises(Unreadable) as error:
        fold([*walk.events[:2], nowhere, *walk.events[3:]], known)
    assert error.value.seq == 3


def test_a_state_of_the_rules_reads_back_the_same() -> None:
    changed = Rules(
        {code: book.changed({"quorum": "1/2"}) for code, book in shipped().items()},
        WorkCalendar([date(2026, 1, 10)], [date(2026, 1, 2)]),
    )
    again = rulestate.read(changed.content)
    assert again.hash == changed.hash != NOW.hash
    assert again.books["RB-2021"].word("quorum") == "1/2"
    day = date(KEPT_YEARS[0] - 1, 12, 1)
    while day.year <= KEPT_YEARS[-1] + 1:
        assert again.calendar.is_working(day) == changed.calendar.is_working(day), day
        day += timedelta(days=1)
    assert not again.calendar.is_working(date(2026, 1, 2))
    assert again.calendar.is_working(date(2026, 1, 10))


def test_a_rule_shipped_later_has_the_value_it_came_with_and_the_state_stays_what_it_was() -> None:
    state = msgspec.json.decode(NOW.content, type=RuleState)
    books = {code: replace(book, values=dict(book.values)) for code, book in state.books.items()}
    del books["RB-2025"].values["quorum"]
    earlier = msgspec.json.encode(replace(state, books=books), order="deterministic").decode()
    read = rulestate.read(earlier)
    assert read.books["RB-2025"].word("quorum") == shipped()["RB-2025"].word("quorum")
    assert (read.content, read.hash) == (earlier, rulestate.digest(earlier))
    assert read.hash != NOW.hash


def test_what_is_left_out_stays_and_what_is_cleared_is_gone() -> None:
    """A schooling that is taken away is taken away."""
    walk = Walk(ROUTES[RouteName.COMMITTEE])
    walk.to(State.APPLYING)
    assert walk.facts.schooling is Schooling.UPPER_SECONDARY
    s = situation(walk.state, walk.facts, walk.on, walk.route)
    kept = fire(s, "correct_candidate", walk.on, reason="Bổ sung.", candidate=Candidate(youth_member=True))
    assert kept.facts.schooling is Schooling.UPPER_SECONDARY
    gone = fire(s, "correct_candidate", walk.on, reason="Ghi nhầm.", candidate=Candidate(clear=("schooling",)))
    assert gone.facts.schooling is None
    assert gone.facts.birth_date == walk.facts.birth_date


def test_as_of_a_day_stops_at_what_had_happened(walk: Told) -> None:
    middle = walk.events[5].evidence.happened_on
    assert as_of(walk.events, middle, known).facts.last_on == middle
    assert as_of(walk.events, date(1990, 1, 1), known).state is None
