"""The ward of 2026: sixty on the road, forty from paper, and two committees that were closed on the way."""

import json
from collections.abc import Callable
from datetime import date

from flask import Flask
from sqlalchemy import func, select, text

from dossiers.audit import services as audit
from dossiers.casework import loading
from dossiers.casework.models import Dossier, Event
from dossiers.demo.ward.units import CLOSED
from dossiers.extensions import db
from dossiers.outbox.models import Outbox
from dossiers.units import tree
from dossiers.units.models import Unit
from tests.people import Person, code_in, dossier, text_of, unit_of
from workflow.route import ROUTES, RouteName
from workflow.stages import State

SCENE = "ward"
Maker = Callable[..., Person]
_SEEN: dict[str, object] = {}


def test_sixty_on_the_road_and_forty_from_paper(app: Flask) -> None:
    with app.app_context():
        first = dict(
            db.session.execute(select(Event.trigger, func.count()).where(Event.seq == 1).group_by(Event.trigger)).all()
        )
        assert first == {"create": 60 + 3, "take_over": 40}, "three were voted on at a meeting"
        states = set(db.session.scalars(select(Dossier.state).distinct()))
        assert states >= {"sourced", "listed", "verifying", "section_appraisal", "awaiting_decision", "official"}
        assert db.session.scalar(select(func.count()).select_from(Outbox).where(Outbox.done_at.is_(None))) == 0


def test_what_was_played_verifies_and_is_the_same_each_time(app: Flask) -> None:
    with app.app_context():
        assert audit.verify()[1] == []
        found = tuple(db.session.execute(text("SELECT count(*), min(hash), max(hash) FROM event")).one())
    assert found == _SEEN.setdefault("events", found), "both engines and every load give the same chain"


def test_twenty_three_cells_stand_under_the_ward_since_the_day_its_committees_were_closed(app: Flask) -> None:
    with app.app_context():
        units = tree.current()
        ward = units.find("BA", [u.id for u in db.session.scalars(select(Unit))])
        assert ward
        cells = units.below([ward.id], ("cell",))
        assert len(cells) == 23
        assert {node.parent_id for node in cells} == {ward.id}
        school = next(node.id for node in cells if node.code == "BA-14")
        before = units.place_on(school, date(2026, 9, 29))
        assert [units[unit].code for unit, _, _ in before.chain] == ["BA-14", "BA-S1", "BA", "TH"]
        assert [units[unit].code for unit, _, _ in units.place_on(school, CLOSED).chain] == ["BA-14", "BA", "TH"]


def test_its_own_standing_committee_decides(app: Flask) -> None:
    code = code_in(app, "awaiting_decision")
    with app.app_context():
        case = loading.load_for_administration(code)
        assert case.route == ROUTES[RouteName.OWN_STANDING]
        assert case.rulebook == "RB-2026B"


def test_a_dossier_caught_at_a_step_that_is_gone_says_so_and_goes_on(app: Flask, person: Maker) -> None:
    code = code_in(app, "section_appraisal")
    office = person("committee_officer", "BA")
    page = office.get(f"/ho-so/{code}")
    assert "không đứng đúng bước" in text_of(page)
    assert page.html.select_one(f"a[href='/ho-so/{code}/follow_new_road']")
    office.act(code, "follow_new_road")
    assert dossier(app, code).state == State.AWAITING_DECISION
    office.act(code, "prepare_decision")
    secretary = person("committee_secretary", "BA")
    everybody = secretary.everybody(code, "decide_admission")
    assert everybody == "9", "the standing committee of the ward, not all 27"
    refused = secretary.refused(code, "decide_admission", number="91-QĐ/ĐU", present=everybody, in_favour="4")
    assert "5" in refused
    secretary.act(code, "decide_admission", number="91-QĐ/ĐU", present=everybody, in_favour="5")
    assert dossier(app, code).state == State.APPROVED
    with app.app_context():
        assert audit.verify()[1] == []


def test_a_cell_with_two_official_members_does_not_vote_and_says_why(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "BA-23")
    page = text_of(person("cell_secretary", unit_of(app, code)).get(f"/ho-so/{code}"))
    assert "2 đảng viên chính thức" in page


def test_the_quota_of_the_ward(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    done = run(args=["quota", "report", "--unit", "BA", "--year", "2026", "--as-of", "2026-11-20", "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.output)
    with app.app_context():
        decided = [
            case.facts.admitted_on
            for case in map(loading.load_for_administration, db.session.scalars(select(Dossier.code)))
            if case.facts.admitted_on and case.facts.admitted_on.year == 2026
        ]
    assert (report["quota"], report["admitted"]) == (24, len(decided))


def test_nobody_beside_sees_the_ward(app: Flask, person: Maker) -> None:
    code = code_in(app, "verifying")
    for role, unit in (("committee_officer", "HL"), ("cell_secretary", "HL-01"), ("youth_officer", "HL-DTN")):
        person(role, unit).get(f"/ho-so/{code}", status=404)
