"""Roles lent for a period: who lends what to whom, what the stand-in may and what is written, and how it ends."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select, update

from dossiers import clock
from dossiers.accounts import services as accounts
from dossiers.accounts.models import Account, Delegation, RoleAssignment
from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Event
from dossiers.extensions import db, write_transaction
from dossiers.office.models import OfficeEvent
from dossiers.units.models import Unit
from tests.people import Person, code_in, give, set_clock, snapshot, text_of
from workflow.roles import Role

Maker = Callable[..., Person]
CELL, OTHER = "DB02-C3", "DB02-C4"


def day(ahead: int, app: Flask) -> str:
    with app.app_context():
        return f"{clock.today() + timedelta(days=ahead):%d/%m/%Y}"


def role_of(app: Flask, account: int) -> int:
    """The assignment by which somebody of the demo holds the own role."""
    with app.app_context():
        query = select(RoleAssignment.id).where(
            RoleAssignment.account_id == account, RoleAssignment.delegated_by_id.is_(None)
        )
        return int(db.session.scalars(query.order_by(RoleAssignment.id)).first() or 0)


def try_to_lend(who: Person, held: int, stand_in: Person, last: int = 7, first: int = 0) -> Any:
    """Fill in and send the form; whatever comes back."""
    form = who.get(f"/uy-quyen/vai-tro/{held}").forms["act"]
    return who.send(
        form, stand_in=str(stand_in.id), since=day(first, who.app), last=day(last, who.app), ground="Đi công tác"
    )


def lend(who: Person, of: Person, stand_in: Person, last: int = 7, first: int = 0) -> None:
    answer = try_to_lend(who, role_of(who.app, of.id), stand_in, last, first)
    assert answer.status_int == 303, text_of(answer)


def end(who: Person, number: int = 1) -> Any:
    page = who.get("/uy-quyen")
    action = f"/uy-quyen/{number}/thoi"
    return next(form for form in page.forms.values() if form.action == action).submit()


@pytest.fixture
def holder(person: Maker) -> Person:
    return person("cell_secretary", CELL)


@pytest.fixture
def other(person: Maker) -> Person:
    """The secretary of another cell of the same committee."""
    return person("cell_secretary", OTHER)


def to_vote(app: Flask) -> str:
    return code_in(app, "cell_review", CELL)


def newest(app: Flask, code: str) -> tuple[Event, dict[str, Any]]:
    with app.app_context():
        query = select(Event).join(Dossier, Dossier.id == Event.dossier_id).where(Dossier.code == code)
        event = db.session.scalars(query.order_by(Event.seq.desc())).first()
        assert event is not None
        db.session.expunge(event)
        return event, msgspec.json.decode(event.body)


def suspend(who: Person, code: str) -> Any:
    return who.send(who.form(code, "suspend"), reason="Chờ xác minh thêm")


def test_a_stand_in_acts_on_behalf_of_the_holder_and_both_are_named(
    app: Flask, person: Maker, holder: Person, other: Person
) -> None:
    code = to_vote(app)
    other.get(f"/ho-so/{code}", status=404)
    lend(holder, holder, other)
    assert holder.name in text_of(other.get("/viec-cua-toi"))
    form = other.get(f"/ho-so/{code}/suspend")
    assert f"thay mặt {holder.name}" in text_of(form)
    assert suspend(other, code).status_int == 303
    event, body = newest(app, code)
    assert (event.actor_id, event.actor_role, body["behalf"]) == (other.id, "cell_secretary", holder.id)
    both = f"{other.name} thay mặt {holder.name}"
    assert both in text_of(holder.get(f"/ho-so/{code}/dien-bien"))
    assert both in text_of(person("inspector", "KHOI").get(f"/nhat-ky?code={code}"))
    with app.app_context():
        assert audit.verify()[1] == []


def test_what_is_done_in_ones_own_role_names_nobody_else(app: Flask, holder: Person, other: Person) -> None:
    lend(holder, holder, other)
    own = code_in(app, "cell_review", CELL)
    assert suspend(holder, own).status_int == 303
    assert "behalf" not in newest(app, own)[1]


@pytest.mark.parametrize("role", ["inspector", "administrator"])
def test_who_controls_or_administers_neither_lends_nor_stands_in(
    app: Flask, person: Maker, holder: Person, role: str
) -> None:
    who = person(role, "KHOI")
    who.get(f"/uy-quyen/vai-tro/{role_of(app, who.id)}", status=403)
    form = holder.get(f"/uy-quyen/vai-tro/{role_of(app, holder.id)}").forms["act"]
    assert str(who.id) not in [value for value, _, _ in form["stand_in"].options]
    form["stand_in"].force_value(str(who.id))
    answer = holder.send(form, last=day(3, app), ground="Đi công tác")
    assert answer.status_int == 422
    assert lent(app) == []


def lent(app: Flask) -> list[tuple[int, int | None]]:
    with app.app_context():
        query = select(RoleAssignment.account_id, RoleAssignment.delegated_by_id)
        return list(db.session.execute(query.where(RoleAssignment.delegated_by_id.is_not(None))).tuples())


def test_nobody_lends_to_themselves_by_whichever_account(app: Flask, holder: Person, other: Person) -> None:
    with app.app_context(), write_transaction():
        mine = db.session.get_one(Account, holder.id).person_id
        db.session.execute(update(Account).where(Account.id == other.id).values(person_id=mine))
    form = holder.get(f"/uy-quyen/vai-tro/{role_of(app, holder.id)}").forms["act"]
    offered = [value for value, _, _ in form["stand_in"].options]
    assert {str(holder.id), str(other.id)}.isdisjoint(offered)


def test_who_lends_anothers_role_does_not_take_it(app: Flask, person: Maker) -> None:
    secretary, officer = person("committee_secretary", "DB02"), person("committee_officer", "DB02")
    form = secretary.get(f"/uy-quyen/vai-tro/{role_of(app, officer.id)}").forms["act"]
    assert str(secretary.id) not in [value for value, _, _ in form["stand_in"].options]


def test_a_lent_role_is_not_lent_on(app: Flask, person: Maker, holder: Person, other: Person) -> None:
    lend(holder, holder, other)
    with app.app_context():
        theirs = db.session.scalars(select(RoleAssignment.id).where(RoleAssignment.delegated_by_id == holder.id)).one()
    other.get(f"/uy-quyen/vai-tro/{theirs}", status=404)
    holder.get(f"/uy-quyen/vai-tro/{theirs}", status=404)


def test_a_stand_in_confirms_no_role_and_lends_none(app: Flask, person: Maker) -> None:
    secretary, officer = person("committee_secretary", "DB02"), person("committee_officer", "DB02")
    cell = person("cell_secretary", CELL)
    lend(secretary, secretary, officer)
    officer.get(f"/uy-quyen/vai-tro/{role_of(app, cell.id)}", status=404)
    officer.get("/vai-tro")  # what the secretary sees, the stand-in sees
    token = officer.token()
    officer.web.post("/vai-tro/1/dong-y", {"csrf_token": token}, status=403)


def test_only_the_holder_and_the_body_above_lend(app: Flask, person: Maker, holder: Person, other: Person) -> None:
    held = role_of(app, holder.id)
    for role, unit in (("cell_secretary", OTHER), ("committee_officer", "DB02"), ("committee_secretary", "DB03")):
        person(role, unit).get(f"/uy-quyen/vai-tro/{held}", status=404)
    secretary = person("committee_secretary", "DB02")
    lend(secretary, holder, other)
    assert f"{other.name}" in text_of(secretary.get("/uy-quyen"))
    code = to_vote(app)
    assert suspend(other, code).status_int == 303
    assert newest(app, code)[1]["behalf"] == holder.id


def test_a_secretary_lends_no_role_of_another_secretary_of_the_same_body(app: Flask, person: Maker) -> None:
    above = person("upper_secretary", "KHOI")
    mine = role_of(app, person("committee_secretary", "DB02").id)
    assert above.get(f"/uy-quyen/vai-tro/{mine}").forms["act"]
    person("upper_officer", "KHOI").get(f"/uy-quyen/vai-tro/{role_of(app, above.id)}", status=404)


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [(-1, 3, "ngày đã qua"), (2, 1, "Ngày cuối"), (0, 92, "nhiều nhất 92 ngày")],
)
def test_the_period_is_ahead_and_not_too_long(
    app: Flask, holder: Person, other: Person, first: int, last: int, says: str
) -> None:
    answer = try_to_lend(holder, role_of(app, holder.id), other, last, first)
    assert answer.status_int == 422
    assert says in text_of(answer)
    assert lent(app) == []


def test_one_stand_in_at_a_time(app: Flask, person: Maker, holder: Person, other: Person) -> None:
    lend(holder, holder, other, last=5)
    officer = person("section_officer", "DB02-S1")
    answer = try_to_lend(holder, role_of(app, holder.id), officer, first=5, last=9)
    assert answer.status_int == 422
    assert "đã được ủy quyền cho người khác" in text_of(answer)
    lend(holder, holder, officer, first=6, last=9)


def test_no_role_is_lent_after_somebody_else_set_the_password(app: Flask, holder: Person, other: Person) -> None:
    with app.app_context():
        now = accounts.sessions.now()
        account = db.session.get_one(Account, holder.id)
        account.password_by_id, account.password_given_at = 1, now
        db.session.commit()
    answer = try_to_lend(holder, role_of(app, holder.id), other)
    assert answer.status_int == 422
    assert "do người khác đặt" in text_of(answer)


def test_it_begins_and_ends_on_its_days(app: Flask, holder: Person, other: Person) -> None:
    code = to_vote(app)
    lend(holder, holder, other, first=2, last=3)
    with app.app_context():
        today = clock.today()
    for ahead, seen in ((0, 404), (2, 200), (3, 200), (4, 404)):
        set_clock(app, today + timedelta(days=ahead))
        other.get(f"/ho-so/{code}", status=seen)


@pytest.mark.parametrize("by", ["holder", "above", "stand-in"])
def test_it_is_ended_early(app: Flask, person: Maker, holder: Person, other: Person, by: str) -> None:
    code = to_vote(app)
    lend(holder, holder, other)
    who = {"holder": holder, "stand-in": other}.get(by) or person("committee_secretary", "DB02")
    assert end(who).status_int == 303
    other.get(f"/ho-so/{code}", status=404)
    assert who.name in text_of(holder.get("/uy-quyen"))
    with app.app_context():
        topics = db.session.scalars(select(OfficeEvent.topic).order_by(OfficeEvent.seq.desc()).limit(2)).all()
        assert list(topics) == ["role:lent_ended", "role:lent"]
        assert audit.verify_office()[1] == []


def test_others_do_not_end_it_and_do_not_see_it(app: Flask, person: Maker, holder: Person, other: Person) -> None:
    lend(holder, holder, other)
    stranger = person("cell_secretary", "DB01-C1")
    assert holder.name not in text_of(stranger.get("/uy-quyen"))
    stranger.web.post("/uy-quyen/1/thoi", {"csrf_token": stranger.token()}, status=404)
    inspector = person("inspector", "KHOI")
    assert holder.name in text_of(inspector.get("/uy-quyen"))
    inspector.web.post("/uy-quyen/1/thoi", {"csrf_token": inspector.token()}, status=404)


def test_it_ends_between_form_and_click_and_what_was_typed_is_kept(app: Flask, holder: Person, other: Person) -> None:
    """The stand-in sees the dossier no more."""
    code = to_vote(app)
    lend(holder, holder, other)
    form, before = other.form(code, "suspend"), snapshot(app, code)
    assert end(holder).status_int == 303
    answer = other.send(form, reason="Chờ xác minh thêm ở phường")
    assert answer.status_int == 404
    says = text_of(answer)
    assert f"bạn không còn làm thay {holder.name}" in says
    assert "Chờ xác minh thêm ở phường" in says
    assert snapshot(app, code) == before


def test_it_ends_by_its_date_between_form_and_click(app: Flask, person: Maker) -> None:
    """The stand-in still sees the dossier, in the own role."""
    secretary, officer = person("cell_secretary", CELL), person("committee_officer", "DB02")
    code = to_vote(app)
    lend(secretary, secretary, officer, last=0)
    form, before = officer.form(code, "record_papers"), snapshot(app, code)
    assert form["behalf"].value == f"a{secretary.id}"
    with app.app_context():
        today = clock.today()
    set_clock(app, today + timedelta(days=1))
    answer = form.submit(expect_errors=True)
    assert answer.status_int == 409
    assert answer.status_int == 409
    assert f"bạn không còn làm thay {secretary.name}" in text_of(answer)
    assert snapshot(app, code) == before


def test_a_role_that_ends_takes_along_what_was_lent_of_it(app: Flask, holder: Person, other: Person) -> None:
    code = to_vote(app)
    lend(holder, holder, other)
    with app.app_context():
        held = db.session.get_one(RoleAssignment, role_of(app, holder.id))
        accounts.end_role(held, clock.today(), 1)
        assert audit.verify_office()[1] == []
    other.get(f"/ho-so/{code}", status=404)


@pytest.mark.parametrize("whose", ["holder", "stand-in"])
def test_an_account_that_is_shut_lends_and_stands_in_no_more(
    app: Flask, holder: Person, other: Person, whose: str
) -> None:
    lend(holder, holder, other)
    with app.app_context():
        account = db.session.get_one(Account, holder.id if whose == "holder" else other.id)
        accounts.set_active(account, False, 1)
        accounts.set_active(account, True, 1)
        assert db.session.scalars(select(Delegation.ended_by_id)).one() == 1
        assert audit.verify_office()[1] == []
    if whose == "stand-in":
        other.sign_in()
    other.get(f"/ho-so/{to_vote(app)}", status=404)


def verified(app: Flask) -> tuple[str, str]:
    """A dossier whose verification the committee's officer began, and the committee."""
    with app.app_context():
        query = select(Dossier.code, Unit.code).join(Unit, Unit.id == Dossier.unit_id)
        for code, cell in db.session.execute(query.where(Dossier.state == "verifying", Unit.kind == "cell")):
            return str(code), cell.split("-")[0]
    raise LookupError


def test_a_stand_in_who_took_the_first_step_does_not_take_the_second(app: Flask, person: Maker) -> None:
    code, committee = verified(app)
    secretary, officer = person("committee_secretary", committee), person("committee_officer", committee)
    lend(secretary, secretary, officer)
    says = text_of(officer.get(f"/ho-so/{code}/conclude_verification"))
    assert "Chính bạn đã thẩm tra trên hồ sơ này" in says


def test_what_was_done_in_somebodys_name_stands_against_them_too(app: Flask, person: Maker) -> None:
    """Neither by a stand-in nor in person does one take both steps."""
    code, committee = verified(app)
    officer, third = person("committee_officer", committee), person("upper_secretary", "KHOI")
    give(app, officer.id, Role.COMMITTEE_SECRETARY, committee)
    officer.sign_in()
    with app.app_context():
        query = select(RoleAssignment.id).where(
            RoleAssignment.account_id == officer.id, RoleAssignment.role == "committee_secretary"
        )
        held = db.session.scalars(query).one()
    assert try_to_lend(officer, held, third).status_int == 303
    says = text_of(third.get(f"/ho-so/{code}/conclude_verification"))
    assert "Người bạn làm thay đã thẩm tra trên hồ sơ này" in says


def test_two_who_lend_at_once_lend_once(app: Flask, person: Maker, holder: Person, other: Person) -> None:
    """The holder and the secretary above press the button at the same time."""
    above, officer = person("committee_secretary", "DB02"), person("section_officer", "DB02-S1")
    held = role_of(app, holder.id)
    last = day(5, app)
    forms = []
    for who, stand_in in ((holder, other), (above, officer)):
        form = who.get(f"/uy-quyen/vai-tro/{held}").forms["act"]
        form["stand_in"], form["last"], form["ground"] = str(stand_in.id), last, "Đi công tác"
        forms.append(form)
    answers: list[int] = []
    ready = Barrier(2)

    def go(form: Any) -> None:
        ready.wait()
        answers.append(form.submit(expect_errors=True).status_int)

    threads = [Thread(target=go, args=(form,)) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422]
    assert len(lent(app)) == 1
