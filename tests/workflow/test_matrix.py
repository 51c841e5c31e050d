"""Who may do what: the drawn matrix against domain.md §4, read by hand, and against the table beside this file."""

from difflib import unified_diff
from itertools import pairwise
from pathlib import Path

import pytest

from workflow import matrix
from workflow.roles import Role
from workflow.route import ROUTES, Route, RouteName
from workflow.rulebook import shipped
from workflow.stages import ENDS, State
from workflow.triggers import TRIGGERS

R, S, N = Role, State, RouteName
BOOKS = pytest.mark.parametrize("code", list(shipped()))

ROADS = {
    "RB-2021": {N.GRASSROOTS_CELL, N.COMMITTEE, N.COMMITTEE_SECTION, N.DELEGATED, N.DELEGATED_SECTION},
    "RB-2025": {N.GRASSROOTS_CELL, N.COMMITTEE, N.COMMITTEE_SECTION, N.DELEGATED, N.DELEGATED_SECTION},
    "RB-2026": {N.GRASSROOTS_CELL, N.COMMITTEE, N.COMMITTEE_SECTION, N.DELEGATED, N.DELEGATED_SECTION},
    "RB-2026B": {N.GRASSROOTS_CELL, N.COMMITTEE, N.COMMITTEE_SECTION, N.OWN_STANDING, N.OWN_STANDING_SECTION},
}

OFFICE = {N.GRASSROOTS_CELL: R.UPPER_OFFICER}
"""Who does the office's work: the upper board for a grass-roots cell, else the committee's office."""
OWN = (N.DELEGATED, N.DELEGATED_SECTION, N.OWN_STANDING, N.OWN_STANDING_SECTION)


def main_road(name: RouteName) -> list[tuple[State, str, State | None, set[Role]]]:
    """The main road as domain.md tells it: from where, by what, to where, whose act it is."""
    office = OFFICE.get(name, R.COMMITTEE_OFFICER)
    signs = R.CELL_SECRETARY if name is N.GRASSROOTS_CELL else R.COMMITTEE_SECRETARY
    decides = (R.COMMITTEE_OFFICER, R.COMMITTEE_SECRETARY) if name in OWN else (R.UPPER_OFFICER, R.UPPER_SECRETARY)
    section = name in (N.COMMITTEE_SECTION, N.DELEGATED_SECTION, N.OWN_STANDING_SECTION)
    review = name in (N.COMMITTEE, N.COMMITTEE_SECTION)
    rows: list[tuple[State, str, State | None, set[Role]]] = [
        (S.SOURCED, "nominate", S.NOMINATED, {R.YOUTH_OFFICER, R.UNION_OFFICER}),
        (S.NOMINATED, "accept_to_list", S.LISTED, {R.CELL_SECRETARY}),
        (S.SOURCED, "accept_to_list", S.LISTED, {R.CELL_SECRETARY}),
        (S.LISTED, "propose_course", None, {R.CELL_SECRETARY}),
        (S.LISTED, "enrol", S.ENROLLED, {office}),
        (S.ENROLLED, "certify", S.TRAINED, {R.TRAINING_OFFICER}),
        (S.TRAINED, "open_dossier", S.APPLYING, {R.CELL_SECRETARY}),
        (S.APPLYING, "start_verification", S.VERIFYING, {office}),
        (S.VERIFYING, "conclude_verification", S.VERIFIED, {signs}),
        (S.VERIFIED, "submit_to_cell", S.CELL_REVIEW, {R.CELL_SECRETARY}),
        (S.APPROVED, "hold_ceremony", S.PROBATIONARY, {R.CELL_SECRETARY}),
        (S.PROBATIONARY, "submit_for_recognition", S.RECOGNITION_CELL_REVIEW, {R.CELL_SECRETARY}),
    ]
    for half, decided in (("", "decide_admission"), ("recognition_", "decide_recognition")):
        at = {kind: State(half + kind) for kind in ("cell_review", "section_appraisal", "committee_review")}
        at["awaiting_decision"] = State(f"{half}awaiting_decision")
        steps = ["cell_review", *["section_appraisal"] * section, *["committee_review"] * review, "awaiting_decision"]
        acts = {
            "cell_review": ("pass_cell_vote", {R.CELL_SECRETARY}),
            "section_appraisal": ("appraise", {R.SECTION_OFFICER}),
            "committee_review": ("pass_committee_vote", {R.COMMITTEE_SECRETARY, R.COMMITTEE_OFFICER}),
        }
        for here, there in pairwise(steps):
            rows.append((at[here], acts[here][0], at[there], acts[here][1]))
        rows.append((at["awaiting_decision"], "prepare_decision", None, {decides[0]}))
        rows.append((at["awaiting_decision"], decided, S.OFFICIAL if half else S.APPROVED, {decides[1]}))
    return rows


@BOOKS
def test_which_roads_a_rulebook_has(code: str) -> None:
    assert set(matrix.roads(shipped()[code])) == {ROUTES[name] for name in ROADS[code]}


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in ROADS.items() for name in sorted(names)])
def test_the_main_road_is_as_domain_md_tells_it(code: str, name: RouteName) -> None:
    found = {row[:3]: set(row[3]) for row in matrix.rows(shipped()[code], ROUTES[name])}
    for source, trigger, dest, who in main_road(name):
        assert found.get((source, trigger, dest)) == who, (source, trigger, dest)


@pytest.mark.parametrize("route", list(ROUTES.values()))
def test_nobody_acts_who_only_reads_and_everybody_who_acts_has_an_act(route: Route) -> None:
    book = shipped()["RB-2026B" if route.decider == "own_standing_committee" else "RB-2021"]
    who = [set(row[3]) for row in matrix.rows(book, route)]
    assert all(who), "an act that is nobody's"
    acting = set().union(*who)
    assert R.INSPECTOR not in acting
    helper = {row[1] for row in matrix.rows(book, route) if R.CELL_MEMBER_HELPER in row[3]}
    assert helper == {"remark_quarter", "write_cv"}, (
        "who helps writes the quarter's remarks, and the CV with who is helped"
    )
    administrator = {row[1] for row in matrix.rows(book, route) if R.ADMINISTRATOR in row[3]}
    assert administrator == {"change_rulebook", "reorganise"}, "no dossier content"


@pytest.mark.parametrize("route", list(ROUTES.values()))
def test_every_state_that_is_no_end_has_a_way_on_and_a_way_out(route: Route) -> None:
    book = shipped()["RB-2026B" if route.decider == "own_standing_committee" else "RB-2021"]
    leads: dict[State, set[State]] = {}
    for source, _trigger, dest, _who in matrix.rows(book, route):
        if source is not None and dest is not None:
            leads.setdefault(source, set()).add(dest)
    for state in leads:
        if state not in ENDS:
            assert leads[state] & set(ENDS), f"no way out of {state}"
            assert state is S.OFFICIAL or leads[state] - set(ENDS), f"no way on from {state}"
    reached, ahead = set(), [S.SOURCED]
    while ahead:
        state = ahead.pop()
        if state not in reached:
            reached.add(state)
            ahead += leads.get(state, set())
    assert S.OFFICIAL in reached
    assert set(ENDS) <= reached


def test_the_matrix_says_every_act_there_is() -> None:
    text = matrix.markdown(shipped().values())
    for trigger in TRIGGERS:
        assert f"(`{trigger}`)" in text
    assert "không ai" not in text
    assert "*" not in text.replace("**", ""), "an act that is another's under another rulebook on the same road"


def test_no_right_changes_unseen() -> None:
    """`matrix.txt` is changed by hand, in the commit that changes a rule: whoever reviews reads the right itself."""
    kept = Path(__file__).with_name("matrix.txt").read_text("utf-8")
    drawn = matrix.compact(shipped().values())
    changes = unified_diff(kept.splitlines(), drawn.splitlines(), "matrix.txt", "the table", lineterm="", n=0)
    assert drawn == kept, "\n".join(changes)


def test_the_table_has_every_role_and_state_and_act() -> None:
    lines = matrix.alike(tuple(shipped().values()))
    assert set(matrix.COLUMNS) == set(Role)
    assert {line.state for line in lines} == {None, *State}
    assert {line.trigger for line in lines} == set(TRIGGERS)
