"""Attacks on four eyes: one person with a seat and an account, or with two accounts, on both sides of a control."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select, text

from dossiers.accounts import persons
from dossiers.accounts import services as accounts
from dossiers.accounts.models import Account
from dossiers.audit import services as audit
from dossiers.casework.models import Dossier
from dossiers.extensions import db
from dossiers.units.models import BodyMember, OrgPerson, Unit
from tests.people import Person, code_in, give, text_of
from tests.security.test_rights import unit_option
from workflow.roles import Role

Maker = Callable[..., Person]
CELL = "DB01-C1"


def seat_of(app: Flask, account_id: int) -> str:
    """The seat in a cell's register of whose account this is, as dossiers name it."""
    with app.app_context():
        person = db.session.get_one(Account, account_id).person_id
        query = select(BodyMember.id).where(BodyMember.person_id == person, BodyMember.body == "cell")
        return f"m{db.session.scalars(query).one()}"


def applying(app: Flask, own: bool) -> tuple[str, str]:
    """A dossier that waits for its verification, and its cell: the `own` one of its committee's officer, or another."""
    with app.app_context():
        query = select(Dossier.code, Unit.code).join(Unit, Unit.id == Dossier.unit_id)
        for code, cell in db.session.execute(query.where(Dossier.state == "applying", Unit.kind == "cell")):
            email = f"committee-officer.{cell.split('-')[0].lower()}@demo.example"
            person = select(Account.person_id).where(Account.email == email).scalar_subquery()
            seats = select(BodyMember.id).join(Unit, Unit.id == BodyMember.unit_id)
            sits = db.session.scalars(seats.where(Unit.code == cell, BodyMember.person_id == person)).first()
            if (sits is not None) == own:
                return str(code), str(cell)
    raise LookupError(own)


def introduce(secretary: Person, code: str, ref: str) -> Any:
    """Assign somebody of the register as the introducer, through the page."""
    form = secretary.form(code, "assign_introducers")
    fields = {name: "01/01/2020" for name in form.fields if name and name.endswith("-0-together_since")}
    rows = [name for name in form.fields if name and name.endswith("-0-member")]
    replaces = {name: "first" for name in form.fields if name and name.endswith("-0-replaces")
                and len(form[name].options) > 1}  # fmt: skip
    return secretary.send(form, **{rows[0]: ref, **fields, **replaces})


def test_the_demo_ties_secretaries_to_their_seats(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "DB02-C3")
    ref = seat_of(app, secretary.id)
    with app.app_context():
        assert persons.known()[ref] == persons.known()[f"a{secretary.id}"]


def test_the_introducer_does_not_verify_whatever_names_him(app: Flask, person: Maker) -> None:
    """The committee's officer is a member of a cell: introducing by the seat there, verifying by the account."""
    code, cell = applying(app, own=True)
    secretary, officer = person("cell_secretary", cell), person("committee_officer", cell.split("-")[0])
    answer = introduce(secretary, code, seat_of(app, officer.id))
    assert answer.status_int == 303, text_of(answer)
    said = officer.refused(code, "start_verification")
    assert "Người đã giới thiệu người này không thẩm tra trên cùng hồ sơ." in said


def test_a_link_made_later_counts_on_dossiers_under_way(app: Flask, person: Maker) -> None:
    """An account that is nobody's seat verifies; once its owner is known to be the introducer it does not any more."""
    code, cell = applying(app, own=False)
    secretary, officer = person("cell_secretary", cell), person("committee_officer", cell.split("-")[0])
    admin = person("administrator", "KHOI")
    with app.app_context():
        taken = select(Account.person_id).where(Account.person_id.is_not(None))
        query = select(BodyMember).join(Unit, Unit.id == BodyMember.unit_id).where(Unit.code == cell)
        seat = db.session.scalars(query.where(BodyMember.person_id.not_in(taken)).order_by(BodyMember.id)).first()
        assert seat is not None
        ref, name, whose = f"m{seat.id}", seat.name, str(seat.person_id)
    answer = introduce(secretary, code, ref)
    assert answer.status_int == 303, text_of(answer)
    assert officer.get(f"/ho-so/{code}/start_verification").forms["act"]
    form = admin.get(f"/tai-khoan/{officer.id}/nguoi").forms["act"]
    form["name"] = name
    form = form.submit("step", value="find").forms["act"]
    assert admin.send(form, person=whose, ground="").status_int == 422, "a ground is needed"
    answer = admin.send(form, person=whose, ground="Biên bản ngày 20/07/2022")
    assert answer.status_int == 303
    assert name in text_of(answer.follow())
    officer.sign_in()
    assert "Người đã giới thiệu" in officer.refused(code, "start_verification")
    with app.app_context():
        assert audit.verify()[1] == []


def test_a_second_account_of_the_same_person_takes_no_second_step(app: Flask, person: Maker) -> None:
    """Who proposed a correction that touches a decision does not record it with another account."""
    code = code_in(app, "approved", "DB05")
    first, second = person("committee_secretary", "DB05"), person("committee_secretary", "DB03")
    give(app, second.id, Role.COMMITTEE_SECRETARY, "DB05")
    with app.app_context():
        same = db.session.get_one(OrgPerson, db.session.get_one(Account, first.id).person_id)
        accounts.link(db.session.get_one(Account, second.id), same, "Cùng một người", 1)
    second.sign_in()
    with app.app_context():
        seq = db.session.execute(
            text("SELECT seq FROM event JOIN dossier ON dossier.id = dossier_id WHERE code = :code "
                 "AND trigger = 'decide_admission'"), {"code": code}
        ).scalar_one()  # fmt: skip

    def correct(someone: Person) -> Any:
        form = someone.get(f"/ho-so/{code}/correct_record?event={seq}").forms["act"]
        form["correction-reason"] = "Ghi nhầm số"
        form["number"] = "77-QĐ/ĐU"
        shown = form.submit(expect_errors=True)
        assert shown.status_int == 200, text_of(shown)
        return shown.forms["act"].submit("step", value="record", expect_errors=True)

    assert correct(first).status_int == 303
    answer = correct(second)
    assert answer.status_int == 422
    assert "Người trình đính chính không tự ghi đính chính đó" in text_of(answer)


def new_account(admin: Person, **fields: Any) -> Any:
    form = admin.get("/tai-khoan/moi").forms["act"]
    fields = {
        "email": "hai@co-quan.example",
        "role": "cell_member_helper",
        "unit": unit_option(form, "DB02-C3"),
        **fields,
    }
    return admin.send(form, **fields)


def test_a_second_account_is_shown_when_it_is_made_and_needs_a_ground(app: Flask, person: Maker) -> None:
    admin, secretary = person("administrator", "KHOI"), person("cell_secretary", "DB02-C3")
    with app.app_context():
        known = db.session.get_one(OrgPerson, db.session.get_one(Account, secretary.id).person_id)
        born, whose = known.birth_date, str(known.id)
    assert born is not None
    answer = new_account(admin, name=secretary.name.upper())
    assert answer.status_int == 422
    assert "cell-secretary.db02-c3@demo.example" in text_of(answer)
    assert "Chọn người này là ai" in text_of(answer)
    answer = admin.send(answer.forms["act"], person=whose)
    assert answer.status_int == 422
    assert "ghi căn cứ để có thêm" in text_of(answer)
    answer = admin.send(answer.forms["act"], ground="Kiêm nhiệm theo QĐ 5")
    assert answer.status_int == 200, text_of(answer)
    page = text_of(admin.get(f"/tai-khoan/{secretary.id}"))
    assert "Tài khoản khác của cùng người này: hai@co-quan.example" in page
    found = admin.get(f"/tai-khoan?{urlencode({'tim': secretary.name})}")
    assert text_of(found).count("có tài khoản khác") == 2
    sure = new_account(admin, name=secretary.name, email="ba@co-quan.example", birth_date=f"{born:%d/%m/%Y}")
    assert "new" not in [value for value, _, _ in sure.forms["act"]["person"].options], "the birth date is the same too"
    other = new_account(admin, name=secretary.name, email="ba@co-quan.example", birth_date="01/01/1999")
    assert other.status_int == 200, "two of one name with different birth dates are two people"
    with app.app_context():
        assert audit.verify()[1] == []


def test_nobody_says_of_the_own_account_whose_it_is(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    admin.get(f"/tai-khoan/{admin.id}/nguoi", status=403)


def test_a_person_swapped_by_sql_is_named(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "DB02-C3")
    with app.app_context():
        db.session.execute(text("UPDATE account SET person_id = 1 WHERE id = :id"), {"id": secretary.id})
        db.session.execute(text("UPDATE body_member SET person_id = 1 WHERE id = 1"))
        db.session.commit()
        found = {(finding.code, finding.what) for finding in audit.verify()[1]}
    assert (f"account {secretary.id}", "person_id is not what the log says") in found
    assert ("body_member 1", "person_id is not what the log says") in found
