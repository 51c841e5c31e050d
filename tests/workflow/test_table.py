"""The house rules of the table: what every line keeps to, whatever it says."""

from collections import Counter

import pytest

from workflow.facts import Evidence
from workflow.procedure.move import Correction, Issuer, Line, Voter
from workflow.procedure.table import LINES, MOVES, move_by, moves_from
from workflow.route import ROUTES, Route
from workflow.stages import State
from workflow.triggers import TRIGGERS
from workflow.votes import Purpose

EVERY_LINE = pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.trigger}-{line.sources[0]}-{line.dest}")


def test_each_trigger_has_a_line_and_each_voter_and_issuer_is_named() -> None:
    assert {line.trigger for line in LINES} == set(TRIGGERS)
    assert {line.body for line in LINES} == {None, *Voter}
    assert {line.issuer for line in LINES} == {None, *Issuer}


@EVERY_LINE
def test_a_ballot_has_a_body_and_only_a_ballot_has(line: Line) -> None:
    assert ("ballot" in (*line.needs, *line.takes)) == (line.body is not None)
    assert line.body is not None or not (line.passes or line.purpose)


MAJORITIES = {
    "nomination_vote": Voter.EXECUTIVE, "cell_majority": Voter.CELL, "committee_majority": Voter.COMMITTEE,
    "deciding_majority": Voter.DECIDING, "removal_cell_majority": Voter.CELL,
    "removal_committee_majority": Voter.COMMITTEE, "removal_deciding_majority": Voter.DECIDING,
}  # fmt: skip


@EVERY_LINE
def test_a_majority_is_asked_of_what_passes_and_of_nothing_else(line: Line) -> None:
    names = {guard.__name__ for guard in line.guards}
    asked = names & MAJORITIES.keys()
    assert bool(asked) == line.passes
    if line.body is not None:
        assert "vote_adds_up" in names
        assert len(names & {"quorum", "quorum_of_cell", "removal_quorum"}) == 1
    assert all(MAJORITIES[name] is line.body for name in asked), "by the share of the body that votes"


@EVERY_LINE
def test_what_decides_is_not_undone_and_is_corrected_by_two(line: Line) -> None:
    assert line.decides == (line.correction is Correction.SECOND_PERSON)
    assert not (line.decides and line.undoable)
    assert line.decides or line.body is not Voter.DECIDING or not line.passes


@EVERY_LINE
def test_never_corrected_says_why_and_what_to_do_instead(line: Line) -> None:
    assert (line.correction is Correction.NEVER) == (line.never is not None)
    if line.never is not None:
        assert line.never.vi
        assert line.never.en


@EVERY_LINE
def test_a_number_stands_in_a_series_only_on_a_paper(line: Line) -> None:
    assert line.issuer is None or line.form or line.forms
    assert not (line.form and line.forms)
    if line.form or line.forms:
        assert "number" in line.needs
    if line.issuer is not None and line.body is not None:
        same = {Voter.EXECUTIVE: "nominator"}.get(line.body, str(line.body))
        assert str(line.issuer) == same, "the body that votes numbers its own paper"


@EVERY_LINE
def test_what_an_act_needs_it_takes_and_names_are_those_of_the_evidence(line: Line) -> None:
    assert not set(line.needs) & set(line.takes)
    assert {*line.needs, *line.takes} <= set(Evidence.__struct_fields__)


def test_what_opens_a_dossier_is_not_taken_back() -> None:
    assert {line.trigger for line in LINES if not line.undoable} == {
        "create", "take_over", "receive_transfer", "confirm_after_mending", "annul_admission",
        "decide_admission", "revoke_decision", "decide_recognition", "remove", "refuse", "record_death",
        "readmit", "change_rulebook", "correct_record", "undo", "reorganise",
    }  # fmt: skip
    assert [line.undoable for line in LINES if line.trigger == "refuse"] == [True, True, True, False]


DIFFER = {
    ("refuse", "needs"), ("refuse", "takes"),  # who decides refuses by its vote; below it may be told
    ("refuse", "purpose"), ("refuse", "passes"),  # after the verification nobody votes
    ("refer_to_superior", "effect"),  # below it leads to who decides, there it leads above
}  # fmt: skip


def test_lines_of_one_trigger_agree_on_what_it_does() -> None:
    for trigger in TRIGGERS:
        lines = [line for line in LINES if line.trigger == trigger]
        for column in ("needs", "takes", "purpose", "passes", "issuer", "effect", "control", "suspended_ok"):
            if (trigger, column) in DIFFER:
                continue
            assert all(getattr(line, column) == getattr(lines[0], column) for line in lines), (trigger, column)


def test_removal_is_voted_on_as_removal() -> None:
    about = {line.trigger for line in LINES if line.purpose is Purpose.REMOVAL}
    assert about == {"propose_removal", "endorse_removal", "record_failed_removal_vote", "remove"}


def test_the_moves_are_the_lines_once_for_each_source() -> None:
    assert len(MOVES) == sum(len(line.sources) for line in LINES)
    for move in MOVES:
        assert move.source in move.sources
        assert any(all(getattr(line, f) == getattr(move, f) for f in line.__struct_fields__) for line in LINES)
    for line in LINES:
        assert len(set(line.sources)) == len(line.sources)
        assert None not in line.sources or line.sources == (None,)


@pytest.mark.parametrize("route", list(ROUTES.values()))
def test_one_way_to_one_end(route: Route) -> None:
    """On a route an act leads from a state to an end in one way only: what it means there is never in doubt."""
    for state in (None, *State):
        ways = Counter((move.trigger, move.dest) for move in moves_from(state, route))
        assert not [way for way, times in ways.items() if times > 1]
        for trigger in TRIGGERS:
            found = move_by(trigger, state, route)
            assert (found is not None) == any(way[0] == trigger for way in ways)
