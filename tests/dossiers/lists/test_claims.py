"""Who works on what: taken, given back, taken over, over by itself; and work that waits for nobody."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from dossiers import clock
from dossiers.accounts import services as accounts
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.casework import claims
from dossiers.casework.models import Claim
from dossiers.extensions import db
from tests.people import Person, code_in, give, set_clock, text_of
from workflow.roles import Role

Maker = Callable[..., Person]
CELL = "DB02-C3"


def colleagues(app: Flask, person: Maker) -> tuple[Person, Person, str]:
    """Two people with the same role, and a dossier that waits for it and is on the first page of both."""
    first, second = person("committee_officer", "DB02"), person("section_officer", "DB02-S1")
    give(app, second.id, Role.COMMITTEE_OFFICER, "DB02")
    second.sign_in()
    page = first.get("/viec-cua-toi")
    code = page.html.select_one("button[name=nhan]")["value"]
    return first, second, code


def press(who: Person, name: str, value: str, page: str = "/viec-cua-toi") -> str:
    """Send the form of the page as a browser does by a button; the text of the page one comes back to."""
    answer = who.web.post("/nhan-viec", {"csrf_token": who.token(), "next": page, name: value}, status=303)
    return text_of(answer.follow())


def test_a_claim_is_seen_by_others_with_since_when_and_given_back(app: Flask, person: Maker) -> None:
    first, second, code = colleagues(app, person)
    assert "Bạn đã nhận hồ sơ" in press(first, "nhan", code)
    inbox = second.get("/viec-cua-toi")
    line = next(row for row in inbox.html.select("table.tasks tr") if code in str(row))
    assert f"{first.name} nhận lúc" in " ".join(line.get_text(" ").split())
    assert f"{first.name} nhận lúc" in text_of(second.get(f"/ho-so/{code}"))
    assert f"{first.name} đã nhận hồ sơ {code}" in press(second, "nhan", code)
    press(first, "tra", code)
    assert "Bạn đã nhận hồ sơ" in press(second, "nhan", code, f"/ho-so/{code}")


def test_it_is_taken_over_with_a_notice(app: Flask, person: Maker) -> None:
    first, second, code = colleagues(app, person)
    press(first, "nhan", code)
    assert "Bạn đã nhận hồ sơ" in press(second, "thay", f"{code} {first.id}")
    assert f"{second.name} đã nhận thay bạn" in text_of(first.get("/viec-cua-toi"))
    assert "đã nhận thay bạn" not in text_of(second.get("/viec-cua-toi"))


def test_taking_over_what_a_third_took_meanwhile_says_who(app: Flask, person: Maker) -> None:
    first, second, code = colleagues(app, person)
    press(first, "nhan", code)
    press(second, "thay", f"{code} {first.id}")
    third = person("committee_secretary", "DB02")
    give(app, third.id, Role.COMMITTEE_OFFICER, "DB02")
    third.sign_in()
    assert f"{second.name} đã nhận hồ sơ {code}" in press(third, "thay", f"{code} {first.id}")


def test_it_ends_by_itself_and_is_cleared_away(app: Flask, person: Maker) -> None:
    first, second, code = colleagues(app, person)
    press(first, "nhan", code)
    with app.app_context():
        today = clock.today()
    set_clock(app, today + timedelta(days=2))
    assert f"{first.name} nhận lúc" not in text_of(second.get("/viec-cua-toi"))
    with app.app_context():
        assert claims.forget() == 1
        assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


def test_it_ends_with_the_turn(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", CELL)
    code = code_in(app, "cell_review", CELL)
    press(secretary, "nhan", code)
    with app.app_context():
        row = db.session.scalars(select(Claim)).one()
        row.turn = "committee_officer"  # as if it waited for somebody else then
        db.session.commit()
    assert "bạn nhận lúc" not in text_of(secretary.get(f"/ho-so/{code}"))
    assert "Bạn đã nhận hồ sơ" in press(secretary, "nhan", code)


def test_nobody_claims_what_waits_for_others_or_is_out_of_reach(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", CELL)
    officer, stranger = person("committee_officer", "DB02"), person("cell_secretary", "DB01-C1")
    assert "không còn đến lượt bạn" in press(officer, "nhan", code)
    stranger.web.post("/nhan-viec", {"csrf_token": stranger.token(), "nhan": code}, status=404)
    inspector = person("inspector", "KHOI")
    inspector.web.post("/nhan-viec", {"csrf_token": inspector.token(), "nhan": code}, status=403)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


def test_two_claims_at_once_are_one(app: Flask, person: Maker) -> None:
    first, second, code = colleagues(app, person)
    tokens = {who.id: who.token() for who in (first, second)}
    said: dict[int, Any] = {}
    ready = Barrier(2)

    def go(who: Person) -> None:
        ready.wait()
        said[who.id] = who.web.post(
            "/nhan-viec", {"csrf_token": tokens[who.id], "next": "/viec-cua-toi", "nhan": code}, status=303
        )

    threads = [Thread(target=go, args=(who,)) for who in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = {who.id: text_of(said[who.id].follow()) for who in (first, second)}
    with app.app_context():
        holder = db.session.scalars(select(Claim.account_id).where(Claim.turn == "committee_officer")).one()
    won, lost = (first, second) if holder == first.id else (second, first)
    assert "Bạn đã nhận hồ sơ" in texts[won.id]
    assert f"{won.name} đã nhận hồ sơ {code}" in texts[lost.id]


def leave(app: Flask, email: str) -> int:
    with app.app_context():
        account = db.session.scalars(select(Account).where(Account.email == email)).one()
        held = db.session.scalars(select(RoleAssignment).where(RoleAssignment.account_id == account.id)).one()
        accounts.end_role(held, clock.today(), 1)
        return int(account.id)


def test_what_waits_for_who_left_rises_to_the_unit_above(app: Flask, person: Maker) -> None:
    section = person("section_officer", "DB02-S1")
    assert "Việc không có người nhận" not in text_of(section.get("/viec-cua-toi"))
    leave(app, "cell-secretary.db02-c3@demo.example")
    says = text_of(section.get("/viec-cua-toi"))
    assert "Chi bộ 3" in says
    assert "không có Bí thư chi bộ" in says
    # it rises to the nearest office, and further when that is empty too
    committee = person("committee_officer", "DB02")
    assert "không có Bí thư chi bộ" not in text_of(committee.get("/viec-cua-toi"))
    leave(app, "section-officer.db02-s1@demo.example")
    assert "không có Bí thư chi bộ" in text_of(committee.get("/viec-cua-toi"))


def test_an_account_that_is_shut_holds_nothing_and_a_stand_in_does(app: Flask, person: Maker) -> None:
    section, other = person("section_officer", "DB02-S1"), person("cell_secretary", "DB02-C4")
    secretary = person("cell_secretary", CELL)
    with app.app_context():
        accounts.set_active(db.session.get_one(Account, secretary.id), False, 1)
        held = db.session.scalars(select(RoleAssignment.id).where(RoleAssignment.account_id == secretary.id)).one()
    assert "không có Bí thư chi bộ" in text_of(section.get("/viec-cua-toi"))
    above = person("committee_secretary", "DB02")
    form = above.get(f"/uy-quyen/vai-tro/{held}").forms["act"]
    with app.app_context():
        last = f"{clock.today() + timedelta(days=5):%d/%m/%Y}"
    assert above.send(form, stand_in=str(other.id), last=last, ground="Nghỉ việc").status_int == 303
    assert "không có Bí thư chi bộ" not in text_of(section.get("/viec-cua-toi"))
