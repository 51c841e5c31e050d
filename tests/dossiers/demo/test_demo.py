"""The bloc of the letter: the figures, every state, the special cases, and a chain that verifies."""

import json
from collections.abc import Callable
from datetime import date

import msgspec
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from dossiers.audit import services as audit
from dossiers.casework.models import DeadlineRecord, Dossier, Event
from dossiers.extensions import db
from dossiers.outbox.models import Outbox
from dossiers.units.models import Unit
from workflow.facts import DossierFacts
from workflow.stages import State
from workflow.votes import Body, Purpose


def test_the_letters_figures(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    done = run(args=["quota", "report", "--unit", "KHOI", "--year", "2022", "--as-of", "2022-07-10", "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.output)
    assert (report["quota"], report["admitted"], report["rate"]) == (130, 63, 48.46)
    assert report["decision"] == "486-QĐ/TU"
    assert report["allotted"] == 130
    assert len(report["units"]) == 24
    assert sum(unit["admitted"] for unit in report["units"]) == 63


def test_every_state_and_every_kind_of_organisation(app: Flask) -> None:
    with app.app_context():
        counts = dict(db.session.execute(select(Dossier.state, func.count()).group_by(Dossier.state)).all())
        kinds = dict(db.session.execute(select(Unit.kind, func.count()).group_by(Unit.kind)).all())
        delegated = db.session.scalar(select(func.count()).where(Unit.deciding_body == "own_committee"))
    assert set(counts) == set(map(str, State))
    assert sum(counts.values()) - 63 >= 120
    assert kinds["grassroots_cell"] == 10
    assert kinds["grassroots_committee"] + kinds["grassroots_cell"] == 24
    assert kinds["youth_union"] == kinds["trade_union"] == 24
    assert kinds["section_committee"] >= 3
    assert delegated == 1


def test_the_chain_of_every_dossier_verifies(app: Flask) -> None:
    with app.app_context():
        count, findings = audit.verify()
        assert findings == []
        assert count == 1 + db.session.scalar(select(func.count()).select_from(Event)), "and the office's one"


def test_nobody_is_to_be_told_of_what_was_loaded(app: Flask) -> None:
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Outbox)) == db.session.scalar(
            select(func.count()).select_from(Event)
        )
        assert db.session.scalar(select(func.count()).where(Outbox.done_at.is_(None))) == 0


def test_the_same_each_time(app: Flask, world: object) -> None:
    query = "SELECT count(*), min(hash), max(hash) FROM event"
    with app.app_context():
        found = tuple(db.session.execute(text(query)).one())
    assert found == _SEEN.setdefault("events", found), "both engines and every load give the same chain"


_SEEN: dict[str, object] = {}


def test_demo_data_is_loaded_into_an_empty_database_only(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["demo", "load"])
    assert done.exit_code == 2
    assert "already holds" in done.output
    assert app.test_cli_runner().invoke(args=["demo", "load", "--if-empty"]).exit_code == 0


def test_the_cases_that_make_a_committee_miss_its_quota(app: Flask) -> None:
    """One of each, as the pages find them: by state, deadline, votes and events."""
    today = date(2022, 7, 27)
    with app.app_context():
        every = db.session.scalars(select(Dossier)).all()
        facts = {d.code: msgspec.json.decode(d.facts, type=DossierFacts) for d in every}
        late = {
            (r.dossier_id, r.rule)
            for r in db.session.scalars(select(DeadlineRecord))
            if r.due_on < today and not r.ended_on
        }
        triggers = set(db.session.execute(select(Event.dossier_id, Event.trigger)).all())

    def some(wanted: Callable[[Dossier, DossierFacts], bool]) -> bool:
        return any(wanted(d, facts[d.code]) for d in every)

    def failed(f: DossierFacts) -> int:
        return f.failed_votes(Body.CELL, Purpose.RECOGNITION)

    assert some(lambda d, _f: d.state == "trained" and (d.id, "course_certificate") in late), "expired certificate"
    assert some(lambda d, _f: d.state == "verified" and (d.id, "stale_dossier") in late), "stale dossier"
    assert some(lambda d, _f: d.state == "verifying" and (d.id, "return_for_correction") in triggers), "returned"
    assert some(lambda d, f: d.state == "recognition_cell_review" and failed(f) == 2), "a vote that failed twice"
    assert some(lambda d, _f: d.state == "awaiting_decision" and (d.id, "admission_decision") in late), (
        "overdue decision"
    )
    assert some(lambda d, f: f.extension("ceremony") > 0 and d.state == "probationary"), "ceremony late with consent"
    assert some(lambda d, f: d.state == "probationary" and f.ceremony_on == date(2021, 7, 26)), "ended yesterday"
    assert some(lambda d, _f: d.state == "removed")


@pytest.mark.parametrize(
    "arguments",
    [
        ["quota", "report", "--unit", "KHOI", "--year", "2022", "--as-of", "31/02/2022"],
        ["quota", "report", "--unit", "NOWHERE", "--year", "2022", "--as-of", "2022-07-10"],
        ["quota", "report", "--unit", "DB01-C1", "--year", "2022", "--as-of", "2022-07-10"],
        ["dossiers", "show", "HS1900-000001"],
        ["dossiers", "list", "--state", "nowhere"],
        ["dossiers", "list", "--unit", "NOWHERE"],
    ],
)
def test_a_mistake_on_the_command_line_is_one_line_and_exit_code_2(app: Flask, arguments: list[str]) -> None:
    done = app.test_cli_runner().invoke(args=arguments)
    assert done.exit_code == 2
    assert done.output.count("\n") == 1, done.output


def test_dossiers_are_listed_and_shown_as_json(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    listed = json.loads(run(args=["dossiers", "list", "--state", "cell_review", "--unit", "DB02", "--json"]).output)
    assert listed
    assert {row["state"] for row in listed} == {"cell_review"}
    shown = json.loads(run(args=["dossiers", "show", listed[0]["code"], "--json"]).output)
    assert {"state", "version", "deadlines", "checklist", "options"} <= set(shown)
    assert all({"trigger", "to", "allowed", "refusals"} <= set(option) for option in shown["options"])
