"""Families of defects that an independent count found, each as a table or a property that would have found it."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tests.workflow.helpers import EVERYBODY, Walk, fire, refusals, rules_against, situation
from tests.workflow.situations import APPROVED, CELL, DAY, SOUND, at_cell, cell_vote, failed, start, verifying
from workflow import machine
from workflow.asking import Opinion, Outcome, Request
from workflow.cv import Section, Written
from workflow.deadlines import running
from workflow.facts import (
    Actor,
    Ballot,
    Candidate,
    Control,
    Controlled,
    DossierFacts,
    Evidence,
    Handed,
    Introducer,
    Leaf,
    Paper,
    Relation,
    Relative,
    Scan,
    Source,
    Taken,
    Vote,
)
from workflow.probation import Month
from workflow.procedure.table import MOVES, move_by
from workflow.roles import Role
from workflow.route import ROUTES, Decider, Route, RouteName, walked
from workflow.stages import State
from workflow.votes import Body, Purpose

EVERY_BOOK = True

ON = date(2022, 7, 1)
MEMBER = DossierFacts(admitted_on=date(2021, 1, 1), ceremony_on=date(2021, 2, 1))


def member(*votes: Vote, **changes: Any) -> DossierFacts:
    return msgspec.structs.replace(MEMBER, votes=votes, **changes)


def in_favour(purpose: Purpose) -> tuple[Vote, ...]:
    """The cell and the committee said yes."""
    return tuple(Vote(body, purpose, date(2022, 5, 1), 9, 9, 9, 0, True) for body in (Body.CELL, Body.COMMITTEE))


def removal(body: Body, passed: bool = True) -> Vote:
    return Vote(body, Purpose.REMOVAL, date(2022, 6, 1), 15, 15, 10 if passed else 5, 0, passed)


# --- removal: every body by its own share, and a way on after three failed votes ----------------------------------


@pytest.mark.parametrize(
    ("trigger", "voted", "in_favour", "passes"),
    [
        ("propose_removal", (), 9, False),
        ("propose_removal", (), 10, True),
        ("propose_removal", (removal(Body.CELL),), 8, False),
        ("propose_removal", (removal(Body.CELL), removal(Body.COMMITTEE)), 8, False),
        ("endorse_removal", (removal(Body.CELL),), 9, False),
        ("endorse_removal", (removal(Body.CELL),), 10, True),
        ("endorse_removal", (removal(Body.CELL), removal(Body.COMMITTEE)), 8, False),
        ("remove", (removal(Body.CELL), removal(Body.COMMITTEE)), 7, False),
        ("remove", (removal(Body.CELL), removal(Body.COMMITTEE)), 8, True),
    ],
)
def test_the_share_of_a_removal_is_that_of_who_votes(
    trigger: str, voted: tuple[Vote, ...], in_favour: int, passes: bool
) -> None:
    s = situation(State.PROBATIONARY, member(*voted))
    ground = {} if trigger == "endorse_removal" else {"ground": "absent"}
    found = rules_against(s, trigger, ON, number="1", ballot=Ballot(15, 15, in_favour), **ground)
    assert found == (set() if passes else {"removal_votes"})


@pytest.mark.parametrize("route", list(ROUTES.values()))
@pytest.mark.parametrize("state", [State.PROBATIONARY, State.RECOGNITION_CELL_REVIEW, State.OFFICIAL])
def test_after_three_failed_votes_of_the_cell_the_superior_decides_on_every_road(route: Route, state: State) -> None:
    facts = member(*failed(3, Purpose.REMOVAL))
    s = situation(state, facts, route=route)
    assert not refusals(s, "remove", ON, ground="lost_will", number="2", ballot=Ballot(9, 9, 9))
    two = situation(state, member(*failed(2, Purpose.REMOVAL)), route=route)
    assert "removal_votes" in rules_against(two, "remove", ON, ground="lost_will", number="2", ballot=Ballot(9, 9, 9))


def test_where_the_committee_decides_its_one_vote_is_both() -> None:
    s = situation(State.PROBATIONARY, member(removal(Body.CELL)), route=ROUTES[RouteName.DELEGATED])
    assert rules_against(s, "remove", ON, ground="absent", number="2", ballot=Ballot(9, 9, 5)) == {"removal_votes"}
    assert not refusals(s, "remove", ON, ground="absent", number="2", ballot=Ballot(9, 9, 6))
    assert move_by("endorse_removal", State.PROBATIONARY, ROUTES[RouteName.DELEGATED]) is None


@pytest.mark.parametrize(
    ("votes", "role", "allowed"),
    [
        ((), Role.CELL_SECRETARY, True),
        ((), Role.COMMITTEE_SECRETARY, False),
        ((removal(Body.CELL),), Role.CELL_SECRETARY, False),
        ((removal(Body.CELL),), Role.COMMITTEE_SECRETARY, True),
        ((removal(Body.CELL), removal(Body.COMMITTEE)), Role.COMMITTEE_SECRETARY, False),
        ((removal(Body.CELL), removal(Body.COMMITTEE)), Role.UPPER_SECRETARY, True),
    ],
)
def test_a_failed_removal_vote_is_recorded_by_who_speaks_for_the_body(
    votes: tuple[Vote, ...], role: Role, allowed: bool
) -> None:
    s = situation(State.PROBATIONARY, member(*votes), actor=Actor("a1", (role,)))
    found = rules_against(s, "record_failed_removal_vote", ON, ballot=Ballot(15, 15, 5))
    assert found == (set() if allowed else {"actor_role"})


def test_not_recognised_is_no_ground_before_the_twelve_months_are_over() -> None:
    votes = (removal(Body.CELL), removal(Body.COMMITTEE))
    for on, refused in ((date(2022, 2, 1), True), (date(2022, 2, 2), False)):
        s = situation(State.PROBATIONARY, msgspec.structs.replace(member(*votes), last_on=None))
        found = rules_against(s, "remove", on, ground="not_recognised", number="1", ballot=Ballot(9, 9, 9))
        assert ("probation" in found) is refused


def test_while_a_removal_stands_recognition_is_not_decided() -> None:
    passed = in_favour(Purpose.RECOGNITION)
    decide = {"number": "1", "ballot": Ballot(9, 9, 9)}
    standing = member(*passed, removal(Body.CELL), preparer="b")
    rejected = member(*passed, removal(Body.CELL), removal(Body.STANDING_COMMITTEE, passed=False), preparer="b")
    for facts, refused in ((standing, True), (rejected, False)):
        s = situation(State.RECOGNITION_AWAITING_DECISION, facts)
        assert ("act_order" in rules_against(s, "decide_recognition", ON, **decide)) is refused


# --- the body that decides can fail too --------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.AWAITING_DECISION, State.RECOGNITION_AWAITING_DECISION])
@pytest.mark.parametrize("route", list(ROUTES.values()))
def test_a_failed_vote_of_the_body_that_decides_is_counted(state: State, route: Route) -> None:
    facts = at_cell() if state is State.AWAITING_DECISION else member()
    s = situation(state, facts, route=route)
    low, high = Ballot(9, 9, 4), Ballot(9, 9, 9)
    assert not refusals(s, "record_failed_vote", ON, ballot=low)
    assert refusals(s, "record_failed_vote", ON, ballot=high)


def test_three_failed_votes_of_the_body_that_decides_lead_above() -> None:
    votes = tuple(Vote(Body.STANDING_COMMITTEE, Purpose.RECOGNITION, date(2022, 6, n + 1), 9, 9, 2) for n in range(3))
    passed = in_favour(Purpose.RECOGNITION)
    facts = member(*passed, *votes, preparer="b")
    s = situation(State.RECOGNITION_AWAITING_DECISION, facts)
    decide = {"number": "1", "ballot": Ballot(9, 9, 9)}
    assert rules_against(s, "decide_recognition", ON, **decide) == {"three_failed_votes"}
    assert not refusals(s, "refer_to_superior", ON, reason="Ba lần không đủ phiếu.")
    above = situation(State.RECOGNITION_AWAITING_DECISION, msgspec.structs.replace(facts, referred=True))
    assert not refusals(above, "decide_recognition", ON, **decide)


@pytest.mark.parametrize(
    ("body", "times", "removed"),
    [(Body.CELL, 2, False), (Body.CELL, 3, True), (Body.COMMITTEE, 2, False), (Body.COMMITTEE, 3, True)],
)
def test_after_three_failed_votes_on_recognition_the_superior_may_remove(body: Body, times: int, removed: bool) -> None:
    facts = member(*failed(times, Purpose.RECOGNITION, body), preparer="b")
    s = situation(State.RECOGNITION_AWAITING_DECISION, facts)
    ask = {"ground": "not_recognised", "number": "1", "ballot": Ballot(9, 9, 5)}
    assert rules_against(s, "remove", ON, **ask) == (set() if removed else {"removal_votes"})
    below = situation(State.RECOGNITION_CELL_REVIEW, facts)
    assert rules_against(below, "remove", ON, **ask) == {"removal_votes"}, "it was not referred yet"


@pytest.mark.parametrize(("times", "refused"), [(2, True), (3, False)])
def test_after_three_failed_votes_on_removal_the_superior_may_recognise(times: int, refused: bool) -> None:
    facts = member(*failed(times, Purpose.REMOVAL))
    s = situation(State.RECOGNITION_CELL_REVIEW, facts)
    found = rules_against(s, "refer_to_superior", ON, reason="Ba lần không đủ phiếu xóa tên.")
    assert found == ({"three_failed_votes"} if refused else set())
    with_superior = situation(State.RECOGNITION_AWAITING_DECISION, msgspec.structs.replace(facts, preparer="b"))
    decided = rules_against(with_superior, "decide_recognition", ON, number="1", ballot=Ballot(9, 9, 9))
    assert ("recognition_vote" in decided) is refused


@pytest.mark.parametrize("name", [RouteName.DELEGATED, RouteName.OWN_STANDING])
def test_who_decides_itself_and_fails_three_times_to_remove_leaves_it_to_the_superior(name: RouteName) -> None:
    own = ROUTES[name]
    facts, book = member(removal(Body.CELL)), situation(None).rulebook
    for nr in (1, 2, 3):
        assert walked(own, book, facts.referred) == own, nr
        s = situation(State.PROBATIONARY, facts, route=own)
        facts = fire(s, "record_failed_removal_vote", ON, ballot=Ballot(9, 9, 2)).facts
    above = walked(own, book, facts.referred)
    assert above.decider is Decider.UPPER_STANDING
    ask = {"ground": "absent", "number": "1", "ballot": Ballot(9, 9, 5)}
    upper, secretary = Actor("a1", (Role.UPPER_SECRETARY,)), Actor("a2", (Role.COMMITTEE_SECRETARY,))
    assert not refusals(situation(State.PROBATIONARY, facts, route=above, actor=upper), "remove", ON, **ask)
    found = rules_against(situation(State.PROBATIONARY, facts, route=above, actor=secretary), "remove", ON, **ask)
    assert found == {"actor_role"}


# --- the first receipt, and what a decision is dated -------------------------------------------------------------


def test_a_decision_is_received_once_and_the_clock_stays() -> None:
    s = situation(State.APPROVED, APPROVED)
    assert rules_against(s, "receive_decision", date(2024, 7, 1), received_on=date(2024, 7, 1)) == {"act_order"}
    other = rules_against(s, "hold_ceremony", date(2022, 7, 20), received_on=date(2022, 7, 10))
    assert other == {"act_order"}
    assert not refusals(s, "hold_ceremony", date(2022, 7, 20), received_on=date(2022, 7, 1))


def test_a_decision_has_the_date_of_its_text_and_one_revoked_counts_nowhere() -> None:
    walk = Walk().to(State.AWAITING_DECISION)
    walk.do("prepare_decision", actor=Actor("board", EVERYBODY))
    voted = walk.on + timedelta(days=3)
    walk.do("decide_admission", actor=Actor("signer", EVERYBODY), issued_on=voted)
    assert walk.facts.admitted_on == voted
    walk.do("revoke_decision", reason="Phát hiện khai sai.")
    assert walk.facts.admitted_on is None
    assert walk.facts.votes[-1].purpose is Purpose.REVOCATION


@pytest.mark.parametrize(("issued", "refused"), [(ON - DAY, True), (ON, False), (ON + DAY, False)])
def test_the_text_is_not_older_than_the_vote(issued: date, refused: bool) -> None:
    votes = in_favour(Purpose.ADMISSION)
    s = situation(State.AWAITING_DECISION, at_cell(votes=votes, preparer="b"))
    found = rules_against(s, "decide_admission", ON, number="1", ballot=Ballot(9, 9, 9), issued_on=issued)
    assert ("act_order" in found) is refused


# --- an act takes the evidence its line names, and nothing else --------------------------------------------------

WHOLE = Evidence(
    ON, number="1", issuer="X", issued_on=ON, ballot=CELL, papers=(Paper("5-KNĐ", ON),), reason="Vì.", ground="absent",
    helpers=1, consented=True, source=Source.OTHER, candidate=Candidate(birth_date=date(1990, 1, 1)),
    course_starts_on=ON, course_ends_on=ON, introducers=(Introducer("m1"),),
    relatives=(Relative("r1", Relation.FATHER),), received_on=ON, return_to=State.VERIFYING, rule="ceremony", days=1,
    agreed_by="Y", event=1, content="c", kept_because="k", unit_has_youth_union=True, unit_has_trade_union=True,
    cleared_on=ON, points=("Thiếu.",), point=1, renamed=True, stands_in=State.LISTED, taken=Taken(helpers=1),
    meeting=1, month=Month(date(2022, 6, 1)), quarter=1, texts=("x", "y"), warning="helper_left", causes=("c",),
    year=2021,
    member_moves=True,
    scan=Scan(1, 0, "5-KNĐ", ("a",), (Leaf(),)), request=Request(about=("r1",)), asked=1, outcome=Outcome.REFUSED,
    opinion=Opinion(3, 2), handed=(Handed(1, 0, "5-KNĐ"),), cv=Written(Section.REVIEW, (("strengths", "Tốt"),)),
)  # fmt: skip


@pytest.mark.parametrize("move", MOVES, ids=lambda m: f"{m.trigger}-{m.source}-{m.dest}")
def test_an_act_accepts_just_what_its_line_names(move: Any) -> None:
    route = next(route for route in ROUTES.values() if move.fits(route))
    s = situation(move.source, DossierFacts(), route=route)
    for field in msgspec.structs.fields(Evidence):
        if field.name == "happened_on":
            continue
        value = getattr(WHOLE, field.name)
        assert value != field.default, field.name
        asked = msgspec.structs.replace(s, evidence=Evidence(ON, **{field.name: value}))
        found = [r for r in machine.refusals(move, asked) if (r.rule, r.field) == ("evidence", field.name)]
        spare = [r for r in found if "Việc này không ghi" in r.message.vi]
        assert bool(spare) is (field.name not in move.accepted), field.name


# --- introducers ---------------------------------------------------------------------------------------------------

KNOWN = (Introducer("m1", date(2015, 1, 1)), Introducer("m2", date(2015, 1, 1)))


@pytest.mark.parametrize(
    ("offered", "refused"),
    [
        ((Introducer("m3", date(2015, 1, 1)), Introducer("m3", date(2015, 1, 1))), True),
        ((Introducer("m3", None, True, "m1"),), False),
        ((Introducer("m3", None, True, "m9"),), True),
        ((Introducer("m3", None, True, "m3"),), True),
        ((Introducer("m1", None, True, "m1"),), True),
        ((Introducer("m3", None, True, "m1"), Introducer("m4", None, True, "m1")), True),
        ((Introducer("m3", None, True, "m1"), Introducer("m4", None, True, "m2")), False),
        ((Introducer("m3", None),), True),
    ],
)
def test_who_introduces_is_somebody_else_and_replaces_somebody(offered: tuple[Introducer, ...], refused: bool) -> None:
    s = situation(State.APPLYING, verifying(introducers=KNOWN))
    found = rules_against(s, "assign_introducers", ON, introducers=offered)
    assert found == ({"introducer_tie"} if refused else set())


def test_replacing_one_of_two_leaves_two() -> None:
    walk = Walk(source=Source.OTHER).to(State.APPLYING)
    walk.do("assign_introducers", introducers=KNOWN)
    walk.do("assign_introducers", introducers=(Introducer("m3", None, True, "m1"),))
    assert [person.ref for person in walk.facts.introducers] == ["m2", "m3"]
    walk.do("assign_introducers", introducers=(Introducer("m4", None, True),))
    assert [person.ref for person in walk.facts.introducers] == ["m3", "m4"], "the longest known one"


def test_each_introducer_has_a_paper_and_all_are_counted_again_at_the_vote() -> None:
    one_paper = tuple(Paper(form, date(2022, 6, 1)) for form in ("1-KNĐ", "2-KNĐ", "3-KNĐ"))
    assert start(verifying(papers=one_paper)) == {"introducers_alone"}
    assert cell_vote(at_cell(introducers=(Introducer("m1", date(2010, 1, 1)),)), ON) == {"introducers_alone"}
    young = Introducer("m2", ON - timedelta(days=300))
    assert cell_vote(at_cell(introducers=(SOUND.introducers[0], young)), ON) == {"introducer_tie"}


@pytest.mark.parametrize(("issued", "refused"), [(date(2021, 7, 1), False), (date(2021, 6, 30), True)])
def test_the_age_of_a_nomination_is_measured_at_the_vote(issued: date, refused: bool) -> None:
    facts = at_cell(unit_has_trade_union=True, union_member=True, papers=(*SOUND.papers, Paper("4A-KNĐ", issued)))
    assert cell_vote(facts, ON) == ({"introducers_with_organisation"} if refused else set())


# --- dates: nothing supports an act that was not there by then ---------------------------------------------------


@pytest.mark.parametrize("form", ["1-KNĐ", "2-KNĐ", "3-KNĐ"])
@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
def test_a_paper_dated_after_the_act_does_not_support_it(form: str, days: int, refused: bool) -> None:
    papers = tuple(
        Paper(f, ON + timedelta(days=days) if f == form else (date(2022, 6, 1) if f == "1-KNĐ" else ON))
        for f in ("1-KNĐ", "2-KNĐ", "3-KNĐ", "3-KNĐ")
    )
    assert bool(start(verifying(papers=papers), ON)) is refused


@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
def test_papers_and_results_are_dated_by_the_day_they_are_recorded(days: int, refused: bool) -> None:
    then = ON + timedelta(days=days)
    s = situation(State.VERIFYING, verifying(verifying_since=date(2022, 6, 2)))
    papers = rules_against(s, "record_papers", ON, papers=(Paper("5-KNĐ", then),))
    results = rules_against(s, "record_relatives", ON, relatives=(Relative("r1", Relation.FATHER, then),))
    brought = rules_against(situation(State.LISTED), "record_certificate", ON, number="1", issued_on=then)
    assert papers == results == brought == ({"act_order"} if refused else set())


def test_a_certificate_is_not_older_than_its_course() -> None:
    s = situation(State.ENROLLED, DossierFacts(course_ends_on=ON))
    assert rules_against(s, "certify", ON + DAY, number="1", issued_on=ON - DAY) == {"act_order"}
    assert not refusals(s, "certify", ON + DAY, number="1", issued_on=ON)


@pytest.mark.parametrize(
    ("on", "born", "rules"),
    [
        (date(1, 1, 1), date(1990, 1, 1), {"act_order", "evidence"}),
        (date(1930, 2, 2), date(1900, 1, 1), {"act_order"}),
        (date(1930, 2, 3), date(1900, 1, 1), set()),
        (ON, None, {"evidence"}),
        (ON, ON, {"evidence"}),
        (ON, date(1890, 1, 1), {"evidence"}),
        (ON, date(1990, 1, 1), set()),
    ],
)
def test_nobody_is_put_on_the_list_in_year_one_or_without_a_birth_date(
    on: date, born: date | None, rules: set[str]
) -> None:
    candidate = Candidate(birth_date=born)
    assert (
        rules_against(situation(None), "create", on, source=Source.OTHER, consented=True, candidate=candidate) == rules
    )


def test_what_only_supports_does_not_hold_a_late_recording_up() -> None:
    walk = Walk().to(State.APPLYING)
    entered = walk.on
    walk.do("assign_introducers", days=30, introducers=(Introducer("m1", date(2015, 1, 1)),))
    late = situation(State.APPLYING, walk.facts, walk.on)
    papers = (Paper("1-KNĐ", entered),)
    assert not refusals(late, "record_papers", entered + timedelta(days=5), papers=papers)
    assert rules_against(late, "record_papers", entered - DAY, papers=(Paper("1-KNĐ", entered - DAY),)) == {"act_order"}


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False)])
def test_an_act_does_not_come_before_the_one_it_depends_on(days: int, refused: bool) -> None:
    on = ON + timedelta(days=days)
    votes = in_favour(Purpose.ADMISSION)
    cases = (
        rules_against(
            situation(State.AWAITING_DECISION, at_cell(votes=votes, preparer="b", prepared_on=ON)),
            "decide_admission", on, number="1", ballot=Ballot(9, 9, 9),
        ),
        rules_against(situation(State.LISTED, DossierFacts(suspended=True, suspended_on=ON)), "resume", on),
        rules_against(
            situation(State.LISTED, DossierFacts(course_proposed_on=ON)),
            "enrol", on, course_starts_on=ON, course_ends_on=ON,
        ),
        rules_against(
            situation(State.APPROVED, DossierFacts(admitted_on=ON)), "receive_decision", on, received_on=on
        ),
    )  # fmt: skip
    assert [bool(found) for found in cases] == [refused] * len(cases)


# --- four eyes over the whole dossier ----------------------------------------------------------------------------


def did(*steps: tuple[Control, str]) -> tuple[Controlled, ...]:
    return tuple(Controlled(step, by) for step, by in steps)


@pytest.mark.parametrize(
    ("state", "trigger", "evidence", "done"),
    [
        (State.APPLYING, "start_verification", {}, (Control.INTRODUCE,)),
        (
            State.APPLYING,
            "assign_introducers",
            {"introducers": (Introducer("me", date(2010, 1, 1)),)},
            (Control.VERIFY,),
        ),
        (
            State.VERIFYING,
            "assign_introducers",
            {"introducers": (Introducer("me", date(2010, 1, 1)),)},
            (Control.RESULTS,),
        ),
        (
            State.VERIFYING,
            "record_relatives",
            {"relatives": (Relative("r", Relation.FATHER, ON),)},
            (Control.INTRODUCE,),
        ),
        (State.VERIFYING, "conclude_verification", {"reason": "Đủ."}, (Control.VERIFY,)),
        (State.AWAITING_DECISION, "decide_admission", {"number": "1", "ballot": CELL}, (Control.PREPARE,)),
        (State.AWAITING_DECISION, "prepare_decision", {}, (Control.SIGN,)),
        (
            State.RECOGNITION_AWAITING_DECISION,
            "decide_recognition",
            {"number": "1", "ballot": CELL},
            (Control.PREPARE,),
        ),
    ],
)
def test_nobody_takes_both_steps_of_a_pair_whenever_the_other_was(
    state: State, trigger: str, evidence: dict[str, Any], done: tuple[Control, ...]
) -> None:
    """However long ago, whoever did it again since, and whatever was returned in between."""
    facts = verifying(controls=did(*((step, "me") for step in done), *((step, "else") for step in done)))
    me, other = (situation(state, facts, actor=Actor(ref, EVERYBODY)) for ref in ("me", "third"))
    assert "separation_of_duties" in rules_against(me, trigger, ON, **evidence)
    if trigger != "assign_introducers":
        assert "separation_of_duties" not in rules_against(other, trigger, ON, **evidence)


def test_who_prepared_before_a_return_does_not_sign_after_it() -> None:
    walk = Walk().to(State.AWAITING_DECISION)
    walk.do("prepare_decision", actor=Actor("a", EVERYBODY))
    walk.do("return_for_correction", return_to=State.COMMITTEE_REVIEW, reason="Thiếu.")
    walk.do("pass_committee_vote")
    walk.do("prepare_decision", actor=Actor("b", EVERYBODY))
    s = situation(walk.state, walk.facts, walk.on + DAY, actor=Actor("a", EVERYBODY))
    assert rules_against(s, "decide_admission", walk.on + DAY, number="9", ballot=CELL) == {"separation_of_duties"}


def test_which_pairs_are_kept_apart_is_a_value() -> None:
    concluded, votes = did((Control.CONCLUDE, "a1")), in_favour(Purpose.ADMISSION)
    facts = at_cell(controls=concluded, preparer="b", prepared_on=ON, votes=votes)
    s = situation(State.AWAITING_DECISION, facts)
    assert not refusals(s, "decide_admission", ON, number="1", ballot=CELL)
    strict = msgspec.structs.replace(s, rulebook=s.rulebook.changed({"separation_pairs": ["conclude-sign"]}))
    assert rules_against(strict, "decide_admission", ON, number="1", ballot=CELL) == {"separation_of_duties"}


# --- what else was let through -----------------------------------------------------------------------------------


@pytest.mark.parametrize("route", list(ROUTES.values()))
def test_a_committee_votes_only_where_it_is_a_step(route: Route) -> None:
    for state in (State.COMMITTEE_REVIEW, State.RECOGNITION_COMMITTEE_REVIEW):
        assert (move_by("pass_committee_vote", state, route) is not None) is route.has_committee_review


def test_an_appraisal_is_not_skipped_by_a_transfer() -> None:
    votes = in_favour(Purpose.ADMISSION)
    facts = at_cell(votes=votes, preparer="b")
    s = situation(State.AWAITING_DECISION, facts, route=ROUTES[RouteName.COMMITTEE_SECTION])
    assert rules_against(s, "decide_admission", ON, number="1", ballot=CELL) == {"act_order"}
    appraised = msgspec.structs.replace(facts, papers=(*facts.papers, Paper("7-KNĐ", ON)))
    assert not refusals(
        situation(State.AWAITING_DECISION, appraised, route=ROUTES[RouteName.COMMITTEE_SECTION]),
        "decide_admission", ON, number="1", ballot=CELL,
    )  # fmt: skip


def test_a_young_person_without_birth_date_is_not_nominated() -> None:
    s = situation(State.SOURCED, DossierFacts(source=Source.YOUTH_UNION))
    assert rules_against(s, "nominate", ON, number="1", ballot=CELL) == {"youth_age"}


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"youth_member": True, "unit_has_youth_union": True}, True),
        ({"union_member": True, "unit_has_trade_union": True}, True),
        ({"youth_member": True}, False),
        ({"unit_has_trade_union": True}, False),
    ],
)
def test_a_member_of_an_organisation_is_not_listed_directly_whatever_the_source_says(
    facts: dict[str, bool], refused: bool
) -> None:
    s = situation(State.SOURCED, DossierFacts(source=Source.OTHER, consented=True, **facts))
    found = rules_against(s, "accept_to_list", ON, number="1", helpers=1)
    assert found == ({"direct_listing"} if refused else set())


def test_a_closed_dossier_takes_a_death_and_a_correction() -> None:
    s = situation(State.OFFICIAL, DossierFacts(closed=True, admitted_on=date(2019, 1, 1)))
    assert not refusals(s, "record_death", ON, number="1")
    assert not refusals(s, "correct_candidate", ON, reason="Viết sai tên.")
    assert rules_against(s, "close", ON) >= {"act_order"}


@pytest.mark.parametrize(
    ("on", "refused"), [(date(2022, 8, 24), False), (date(2022, 8, 25), False), (date(2022, 8, 26), True)]
)
def test_a_deadline_is_extended_while_it_runs(on: date, refused: bool) -> None:
    facts = at_cell(cell_resolution_on=date(2022, 6, 2))  # 60 working days end on Thursday 25/08/2022
    s = situation(State.AWAITING_DECISION, facts)
    common = {"agreed_by": "Ban Thường vụ", "reason": "Hồ sơ phức tạp."}
    found = rules_against(s, "extend_deadline", on, rule="admission_decision", days=5, **common)
    assert found == ({"admission_decision_extension"} if refused else set())


@pytest.mark.parametrize("late", [0, 1, 40])
def test_a_late_ceremony_is_agreed_to_whenever_the_superior_does(late: int) -> None:
    s = situation(State.APPROVED, APPROVED)
    due = next(d.due_on for d in running(s.state, s.facts, s.rulebook, s.calendar) if d.rule == "ceremony")
    on = due + timedelta(days=late)
    common = {"rule": "ceremony", "days": 30 + late, "agreed_by": "Ban Thường vụ", "reason": "Thiên tai."}
    agreed = fire(s, "extend_deadline", on, **common).facts
    after = situation(State.APPROVED, agreed)
    assert not refusals(after, "hold_ceremony", on + timedelta(days=1), received_on=date(2022, 7, 1))
    if late:
        assert rules_against(s, "hold_ceremony", on, received_on=date(2022, 7, 1)) == {"ceremony"}


def test_a_refusal_by_who_decides_carries_its_vote() -> None:
    s = situation(State.AWAITING_DECISION, at_cell())
    assert rules_against(s, "refuse", ON, reason="Không đủ phiếu.", number="1") == {"evidence"}
    assert not refusals(s, "refuse", ON, reason="Không đủ phiếu.", number="1", ballot=Ballot(9, 9, 5))


def test_after_a_negative_conclusion_the_committee_may_refuse() -> None:
    for state in (State.VERIFYING, State.VERIFIED):
        s = situation(state, verifying(), actor=Actor("a", (Role.COMMITTEE_SECRETARY,)))
        assert not refusals(s, "refuse", ON, reason="Không đủ điều kiện chính trị.", number="1")


def test_nobody_but_those_the_rule_names_is_asked_about() -> None:
    s = situation(State.VERIFYING, verifying(verifying_since=date(2022, 6, 2)))
    book = s.rulebook
    fewer = msgspec.structs.replace(book.rule("verified_persons"), value=("father", "mother"))
    s = msgspec.structs.replace(
        s, rulebook=msgspec.structs.replace(book, rules={**book.rules, "verified_persons": fewer})
    )
    assert rules_against(s, "record_relatives", ON, relatives=(Relative("r", Relation.CHILD, ON),)) == {
        "verified_persons"
    }
    assert not refusals(s, "record_relatives", ON, relatives=(Relative("r", Relation.FATHER, ON),))
