"""The rules from outside: python -m workflow, as others call it."""

import json
import subprocess
import sys
from typing import Any

import jsonschema
import pytest

from workflow import drawing
from workflow.procedure.table import MOVES
from workflow.rulebook import shipped


def run(*arguments: str, given: Any = None) -> subprocess.CompletedProcess[str]:
    text = given if isinstance(given, str) else json.dumps(given)
    return subprocess.run(
        [sys.executable, "-m", "workflow", *arguments], input=text, capture_output=True, text=True, check=False
    )


QUESTION = {
    "rulebook": "RB-2021",
    "route": "committee",
    "state": "cell_review",
    "today": "2022-07-27",
    "actor": {"ref": "a1", "roles": ["cell_secretary"]},
    "facts": {
        "birth_date": "2005-01-01",
        "schooling": "upper_secondary",
        "papers": [{"form": "CN-NTVĐ", "issued_on": "2021-03-15", "number": "1"}],
        "dossier_made_on": "2022-03-01",
        "last_on": "2022-07-01",
    },
}


def test_options_with_refusals_and_deadlines() -> None:
    done = run("evaluate", given=QUESTION)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    options = {option["trigger"]: option for option in answer["options"]}
    vote = options["pass_cell_vote"]
    assert vote["to"] == "committee_review"
    assert vote["allowed"] is False
    assert vote["refusals"][0]["rule"] == "age_min"
    assert vote["refusals"][0]["citation"] == "24-QĐ/TW §1.1; 01-HD/TW §1"
    assert "chưa đủ 18 tuổi" in vote["refusals"][0]["message"]
    assert options["withdraw"]["allowed"] is True
    due = {deadline["rule"]: deadline["due_on"] for deadline in answer["deadlines"]}
    assert due == {"stale_dossier": "2023-03-01", "course_certificate": "2026-03-16"}


def test_a_trigger_with_evidence_is_judged_and_its_outcome_shown() -> None:
    facts = {**QUESTION["facts"], "birth_date": "1996-05-20"}  # type: ignore[dict-item]
    ballot = {"entitled": 15, "present": 15, "in_favour": 10}
    evidence = {"happened_on": "2022-07-20", "number": "5-NQ/CB", "ballot": ballot}
    asked = {**QUESTION, "facts": facts, "trigger": "pass_cell_vote", "evidence": evidence}
    answer = json.loads(run("evaluate", given=asked).stdout)
    assert answer["options"][0] == {
        "trigger": "pass_cell_vote",
        "to": "committee_review",
        "allowed": True,
        "refusals": [],
    }
    assert answer["outcome"]["to"] == "committee_review"
    assert answer["outcome"]["deadlines"] == [
        {"rule": "admission_decision", "starts_on": "2022-07-20", "due_on": "2022-10-14", "extended_by": 0}
    ]
    evidence["ballot"] = {**ballot, "in_favour": 9}
    refused = json.loads(run("evaluate", given=asked).stdout)
    assert refused["outcome"] is None
    assert [r["rule"] for r in refused["options"][0]["refusals"]] == ["cell_vote"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "truncated"),
        ("{", "truncated"),
        ("[]", "object"),
        ({**QUESTION, "rulebook": "RB-1900"}, "unknown rulebook"),
        ({**QUESTION, "state": "nowhere"}, "nowhere"),
        ({**QUESTION, "today": "31/02/2022"}, "date"),
        ({**QUESTION, "trigger": "explode"}, "unknown trigger"),
        ({**QUESTION, "surprise": 1}, "surprise"),
        ({**QUESTION, "facts": {"helpers": -1}}, "helpers"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(given: Any, says: str) -> None:
    done = run("evaluate", given=given)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_question_and_answer_fit_the_printed_schema() -> None:
    schema = json.loads(run("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    answer = json.loads(run("evaluate", given=QUESTION).stdout)
    jsonschema.validate({"input": QUESTION, "output": answer}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"input": {**QUESTION, "route": "shortcut"}, "output": answer}, schema)


def test_the_diagram_shows_every_step_and_the_rules_every_rule() -> None:
    picture = run("diagram").stdout
    assert picture == drawing.mermaid()
    for move in MOVES:
        if move.dest and move.trigger != "return_for_correction":
            assert str(move.dest) in picture
    assert picture.startswith("stateDiagram-v2")
    of_today = run("diagram", "--rulebook", "RB-2026B").stdout
    assert "cell_review --> awaiting_decision" in of_today
    assert "committee_review" not in of_today, "the standing committee decides without a vote of all"
    assert "committee_review --> awaiting_decision" in run("diagram", "--rulebook", "RB-2021").stdout
    rules = run("rules").stdout
    for book in shipped().values():
        for rule in book.rules.values():
            assert f"`{rule.key}`" in rules
            assert rule.source in rules
    assert set(json.loads(run("rules", "--json").stdout)) == set(shipped())
