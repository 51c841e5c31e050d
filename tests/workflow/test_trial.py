"""What another rulebook would mean for a dossier: every kind of change, and the short cut never hides one."""

from datetime import date
from itertools import product
from typing import Any

import msgspec
import pytest

from tests.workflow.helpers import CALENDAR, Walk
from workflow.route import ROUTES, RouteName
from workflow.rulebook import Rule, Rulebook, shipped
from workflow.stages import State
from workflow.trial import Changed, Pair, Standing, effects, rule_title, side, title

OLD = shipped()["RB-2021"]
COMMITTEE = ROUTES[RouteName.COMMITTEE]
REACHED = (
    State.LISTED, State.TRAINED, State.APPLYING, State.VERIFYING, State.CELL_REVIEW, State.COMMITTEE_REVIEW,
    State.AWAITING_DECISION, State.APPROVED, State.PROBATIONARY, State.RECOGNITION_CELL_REVIEW, State.OFFICIAL,
)  # fmt: skip


def with_values(book: Rulebook = OLD, **values: Any) -> Rulebook:
    rules = dict(book.rules)
    for key, value in values.items():
        rules[key] = msgspec.structs.replace(rules[key], value=value)
    return msgspec.structs.replace(book, code="RB-X", rules=rules)


def at(state: State) -> tuple[Standing, date]:
    walk = Walk().to(state)
    return Standing(state, walk.facts, 12), walk.on


def found(state: State, new: Rulebook, day: date | None = None, after: Any = COMMITTEE) -> tuple[Changed, ...]:
    standing, on = at(state)
    return effects(standing, Pair(OLD, new), COMMITTEE, after, CALENDAR, day or on)


def test_an_act_that_is_possible_and_would_be_refused_is_named_with_the_rule() -> None:
    changes = found(State.CELL_REVIEW, with_values(age_min=1100, age_max=1200))
    assert Changed("refused", "pass_cell_vote", "", "age_min") in changes
    assert Changed("need", "age_min", "", "1") in changes


def test_and_the_reverse() -> None:
    standing, on = at(State.CELL_REVIEW)
    strict = with_values(age_min=1100, age_max=1200)
    back = effects(standing, Pair(strict, OLD), COMMITTEE, COMMITTEE, CALENDAR, on)
    assert Changed("allowed", "pass_cell_vote", "age_min", "") in back
    assert Changed("need", "age_min", "1", "") in back


@pytest.mark.parametrize(("days", "earlier"), [(29, True), (59, True), (61, False)])
def test_a_deadline_that_moves_is_named_with_both_days(days: int, earlier: bool) -> None:
    (change,) = found(State.AWAITING_DECISION, with_values(admission_decision=days))
    assert (change.what, change.key) == ("deadline", "admission_decision")
    assert (change.after < change.before) is earlier


def test_a_paper_that_is_wanted_too_and_one_that_is_wanted_no_more() -> None:
    forms = ("1-KNĐ", "2-KNĐ", "KT-DN")
    changes = found(State.APPLYING, with_values(application_papers=forms))
    assert Changed("paper", "3-KNĐ", "1", "") in changes
    assert Changed("paper", "KT-DN", "", "1") in changes


def test_another_road_and_none() -> None:
    other = ROUTES[RouteName.GRASSROOTS_CELL]
    assert any(change.what == "route" and change.after for change in found(State.VERIFYING, OLD, after=other))
    assert [change.what for change in found(State.VERIFYING, with_values(age_min=1), after=None)] == ["route"]


def test_nothing_changes_under_a_rulebook_that_says_the_same() -> None:
    for state in REACHED:
        assert found(state, with_values()) == ()


def other_than(rule: Rule, book: Rulebook) -> Any:
    """Another value that fits a rule."""
    value = rule.value
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 7
    if rule.choices:
        rest = [choice for choice in rule.choices if choice != value]
        return rest[0] if isinstance(value, str) else tuple(rule.choices[:1])
    if isinstance(value, str):
        return "3/4"
    assert value is not None
    return tuple(book.forms)[: len(value) + 1] if all(word in book.forms for word in value) else ("1/1",) * len(value)


VALUES = [key for key, rule in OLD.rules.items() if rule.value is not None]


@pytest.mark.parametrize("key", VALUES)
def test_asking_only_where_it_can_matter_finds_what_asking_both_finds(key: str) -> None:
    """Every value changed alone: what is found is what both rulebooks, asked in full, say otherwise."""
    new = with_values(**{key: other_than(OLD.rule(key), OLD)})
    for state, later in product(REACHED, (0, 400)):
        standing, on = at(state)
        day = date.fromordinal(on.toordinal() + later)
        both = [side(standing, book, COMMITTEE, CALENDAR, day) for book in (OLD, new)]
        said = effects(standing, Pair(OLD, new), COMMITTEE, COMMITTEE, CALENDAR, day)
        possible = [{trigger for trigger, why in one.answers.items() if not why} for one in both]
        same = possible[0] == possible[1] and both[0].deadlines == both[1].deadlines
        same = same and both[0].needs == both[1].needs and both[0].papers == both[1].papers
        assert (said == ()) is same, (state, said)


def test_changes_are_named_as_people_call_them() -> None:
    assert title(Changed("refused", "pass_cell_vote"), OLD, OLD).vi == "Chi bộ thông qua"
    assert title(Changed("deadline", "ceremony"), OLD, OLD) == OLD.rule("ceremony").title
    assert title(Changed("paper", "1-KNĐ"), OLD, OLD).vi == "1-KNĐ Đơn xin vào Đảng"
    assert rule_title("no_such", OLD).vi == "no_such"
