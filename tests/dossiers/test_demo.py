"""The bloc of the letter: the figures, every state, the special cases, and a chain that verifies."""

import json

from flask import Flask
from sqlalchemy import func, select, text

from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Event
from dossiers.extensions import db
from dossiers.units.models import Unit
from workflow.stages import State


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
        counts = dict(db.session.execute(select(Dossier.state, func.count()).group_by(Dossier.state)).tuples().all())
        kinds = dict(db.session.execute(select(Unit.kind, func.count()).group_by(Unit.kind)).tuples().all())
        delegated = db.session.scalar(select(func.count()).where(Unit.may_decide))
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
        assert count == db.session.scalar(select(func.count()).select_from(Event))


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
