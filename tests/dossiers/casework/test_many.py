"""Many acts at once: decided first, written in one transaction or not at all."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from dossiers import clock
from dossiers.accounts import grants
from dossiers.accounts.grants import Signed
from dossiers.audit import services as audit
from dossiers.casework import many
from dossiers.casework.act import Act, Done, Duplicate, VersionConflict
from dossiers.casework.advance import advance
from dossiers.casework.loading import load_cases
from dossiers.casework.many import advance_all
from dossiers.casework.models import Dossier
from dossiers.extensions import db
from tests.people import Person
from workflow.facts import Evidence
from workflow.machine import Refused

Maker = Callable[..., Person]
ON = date(2022, 7, 27)


def signed(app: Flask, person: Person) -> Signed:
    return grants.load(person.id, clock.today())


def trained(signed_: Signed) -> list[str]:
    query = select(Dossier.code).where(Dossier.state == "trained").order_by(Dossier.id)
    return list(load_cases(list(db.session.scalars(query)), signed_))[:3]


def of_cells(signed_: Signed) -> list[str]:
    """Three trained candidates of grass-roots cells, whose office is the upper board."""
    query = select(Dossier.code).where(Dossier.state == "trained").order_by(Dossier.id)
    found = load_cases(list(db.session.scalars(query)), signed_)
    fit = [code for code, case in found.items() if not case.route.has_committee and not case.facts.suspended]
    return fit[:3]


def suspend(key: str | None = None) -> Act:
    return Act("suspend", Evidence(ON, reason="Dừng để rà soát."), key)


def test_what_the_rules_allow_is_written_together_and_the_rest_said(app: Flask, person: Maker) -> None:
    office = person("upper_officer", "KHOI")
    with app.app_context():
        who = signed(app, office)
        codes = of_cells(who)
        cases = load_cases(codes, who)
        acts = [suspend(), Act("withdraw", Evidence(ON, reason="Không phải việc của ban tổ chức.")), suspend()]
        commits: list[Any] = []

        def committed(connection: Any) -> None:
            commits.append(connection)

        event.listen(db.engine, "commit", committed)
        try:
            answers = advance_all([(cases[code], act) for code, act in zip(codes, acts, strict=True)], who)
        finally:
            event.remove(db.engine, "commit", committed)
        can = [isinstance(answer, Done) for answer in answers]
        assert can == [True, False, True]
        assert isinstance(answers[1], Refused)
        assert len(commits) == 1, "one transaction"
        assert audit.verify()[1] == []


def test_an_act_sees_those_before_it_in_the_batch(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "DB02-C3")
    with app.app_context():
        who = signed(app, secretary)
        code = trained(who)[0]
        case = load_cases([code], who)[code]
        on = Evidence(ON, reason="Dừng để rà soát.")
        answers = advance_all(
            [
                (case, Act("suspend", on)),
                (case, Act("open_dossier", Evidence(ON))),
                (case, Act("resume", Evidence(ON))),
            ],
            who,
        )
        assert isinstance(answers[0], Done)
        assert isinstance(answers[1], Refused), "it is suspended by the act before"
        assert isinstance(answers[2], Done)
        assert load_cases([code], who)[code].version == case.version + 2


def test_numbers_taken_within_the_batch_are_seen(app: Flask, person: Maker) -> None:
    office = person("committee_officer", "DB02")
    with app.app_context():
        who = signed(app, office)
        query = select(Dossier.code).where(Dossier.state.in_(("trained", "applying"))).order_by(Dossier.id)
        cases = load_cases(list(db.session.scalars(query)), who)
        codes = list(cases)[:2]
        assert len(codes) == 2
        papers = Evidence(ON, number="8-GCN", issued_on=date(2022, 7, 1), issuer="TTCT Vĩnh An")
        answers = advance_all([(cases[code], Act("renew_certificate", papers)) for code in codes], who)
        assert isinstance(answers[0], Done)
        assert isinstance(answers[1], Refused)
        assert "đã dùng" in answers[1].refusals[0].message.vi


def test_whoever_came_first_keeps_the_dossier_and_the_rest_is_written(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = person("upper_officer", "KHOI")
    with app.app_context():
        who = signed(app, office)
        codes = of_cells(who)
        cases = load_cases(codes, who)
        decide = many.decide

        def overtaken(*given: Any) -> Any:
            found = decide(*given)
            if given[1].code == codes[0]:
                monkeypatch.setattr(many, "decide", decide)
                advance(codes[0], suspend(), who, cases[codes[0]].version)
            return found

        monkeypatch.setattr(many, "decide", overtaken)
        answers = advance_all([(cases[code], suspend()) for code in codes], who)
        assert isinstance(answers[0], VersionConflict)
        assert all(isinstance(answer, Done) for answer in answers[1:])
        assert audit.verify()[1] == []


def test_what_was_sent_before_is_not_done_twice(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "DB02-C3")
    with app.app_context():
        who = signed(app, secretary)
        code = trained(who)[0]
        case = load_cases([code], who)[code]
        key = "a-key-of-a-form-0001"
        assert isinstance(advance_all([(case, suspend(key))], who)[0], Done)
        assert isinstance(advance_all([(load_cases([code], who)[code], suspend(key))], who)[0], Duplicate)
