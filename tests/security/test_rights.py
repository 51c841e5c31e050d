"""Attacks on who gets which right: granting to oneself, confirming alone, rows by SQL, roles held elsewhere."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update

from dossiers import clock
from dossiers.accounts import services as accounts
from dossiers.accounts.grants import BLIND, CONFIRMING, GIVING, takes_two
from dossiers.accounts.models import Account, RoleAssignment, RoleRequest
from dossiers.audit import services as audit
from dossiers.extensions import db, write_transaction
from dossiers.rules import instance
from dossiers.security import PERMISSIONS, permission_of
from dossiers.units.models import BodyMember, Unit
from tests.people import Person, give, text_of
from workflow.roles import Role
from workflow.route import ROLE_UNITS, UnitKind

Maker = Callable[..., Person]


def unit_option(form: Any, code: str) -> str:
    return next(value for value, _, label in form["unit"].options if label.startswith(f"{code} "))


def ask(admin: Person, account_id: int, role: str, unit: str) -> Any:
    """Ask for a role of an account; whatever comes back."""
    form = admin.get(f"/tai-khoan/{account_id}/vai-tro").forms["act"]
    return admin.send(form, role=role, unit=unit_option(form, unit))


def held(app: Flask, account_id: int) -> list[str]:
    with app.app_context():
        query = select(RoleAssignment.role).where(RoleAssignment.account_id == account_id)
        return list(db.session.scalars(query.order_by(RoleAssignment.id)))


def one_person(app: Flask, first: int, second: int) -> None:
    """Two accounts are one person's, as an administrator said some time."""
    with app.app_context():
        whose = db.session.get_one(Account, first).person_id
        account = db.session.get_one(Account, second)
        person = db.session.get_one(accounts.OrgPerson, whose)
        accounts.link(account, person, "Cùng một người", 1)


def requests(app: Flask) -> list[RoleRequest]:
    with app.app_context():
        return list(db.session.scalars(select(RoleRequest).order_by(RoleRequest.id)))


def test_every_role_that_reads_or_gives_takes_two() -> None:
    assert {role for role in Role if takes_two(role)} == (frozenset(Role) - BLIND) | GIVING | CONFIRMING


def test_an_administrator_grants_himself_nothing(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    answer = ask(admin, admin.id, "inspector", "KHOI")
    assert answer.status_int == 422
    assert "Không ai tự giao vai trò cho mình" in text_of(answer)
    assert requests(app) == []
    admin.get("/nhat-ky", status=403)


def test_nor_through_a_second_account_of_his(app: Flask, person: Maker) -> None:
    admin, other = person("administrator", "KHOI"), person("training_officer", "TTCT")
    one_person(app, admin.id, other.id)
    assert "kể cả qua một tài khoản khác" in text_of(ask(admin, other.id, "inspector", "KHOI"))


def test_a_role_reads_nothing_until_a_second_person_confirms(app: Flask, person: Maker) -> None:
    admin, other = person("administrator", "KHOI"), person("training_officer", "TTCT")
    assert ask(admin, other.id, "inspector", "KHOI").status_int == 303
    other.get("/nhat-ky", status=403)
    page = admin.get("/vai-tro")
    assert other.name in text_of(page)
    assert "Người đề nghị không tự xác nhận" in text_of(page)
    assert not [form for form in page.forms.values() if form.action.endswith("dong-y")]
    number = requests(app)[0].id
    token = {"csrf_token": admin.token()}
    after = admin.web.post(f"/vai-tro/{number}/dong-y", token).follow()
    assert "Người đề nghị không tự xác nhận" in text_of(after)
    assert held(app, other.id) == ["training_officer"]
    second = person("administrator-2", "KHOI")
    assert "Đã xác nhận" in text_of(second.decide(other.name))
    other.sign_in()
    other.get("/nhat-ky")
    again = second.web.post(f"/vai-tro/{number}/dong-y", {"csrf_token": second.token()}).follow()
    assert "không còn chờ" in text_of(again)
    assert held(app, other.id) == ["training_officer", "inspector"]
    with app.app_context():
        assert audit.verify()[1] == []


def test_nobody_confirms_his_own_role_nor_with_the_askers_second_account(app: Flask, person: Maker) -> None:
    admin, second = person("administrator", "KHOI"), person("administrator-2", "KHOI")
    ask(admin, second.id, "inspector", "KHOI")
    assert "Không ai xác nhận vai trò cho chính mình" in text_of(second.get("/vai-tro"))
    one_person(app, admin.id, second.id)
    second.sign_in()
    number, token = requests(app)[0].id, {"csrf_token": second.token()}
    second.web.post(f"/vai-tro/{number}/dong-y", token).follow()
    assert held(app, second.id) == ["administrator"]


def test_who_set_the_password_of_a_second_person_cannot_use_them(app: Flask, person: Maker) -> None:
    """An administrator sets the secretary's password, signs in as the secretary and confirms."""
    admin, secretary = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    with app.app_context():
        accounts.give_one_time_password(db.session.get_one(Account, secretary.id), admin.id)
        account = db.session.get_one(Account, secretary.id)
        accounts.change_password(account, "một câu dài dễ nhớ 27")
    other = person("training_officer", "TTCT")
    ask(admin, other.id, "inspector", "KHOI")
    secretary.sign_in()
    assert "Mật khẩu của bạn do người đề nghị đặt" in text_of(secretary.get("/vai-tro"))
    secretary.web.post(f"/vai-tro/{requests(app)[0].id}/dong-y", {"csrf_token": secretary.token()})
    assert held(app, other.id) == ["training_officer"]
    with app.app_context():  # and once the real secretary had time to notice
        old = update(Account).where(Account.id == secretary.id).values(password_given_at=0)
        db.session.execute(old)
        db.session.commit()
    assert "Đã xác nhận" in text_of(secretary.decide(other.name))


def test_the_secretary_of_the_committee_confirms_and_others_do_not(app: Flask, person: Maker) -> None:
    admin, other = person("administrator", "KHOI"), person("training_officer", "TTCT")
    ask(admin, other.id, "cell_member_helper", "DB02-C3")
    number = requests(app)[0].id
    own = person("cell_secretary", "DB02-C3")
    page = own.get("/vai-tro")
    assert other.name in text_of(page), "the unit's secretary sees it"
    assert not [form for form in page.forms.values() if "/vai-tro/" in form.action]
    for role, unit, status in (
        ("cell_secretary", "DB02-C3", 403), ("committee_secretary", "DB03", 404), ("inspector", "KHOI", 403),
        ("committee_officer", "DB02", 403),
    ):  # fmt: skip
        someone = person(role, unit)
        for how in ("dong-y", "tu-choi"):
            token = {"csrf_token": someone.token()}
            assert someone.web.post(f"/vai-tro/{number}/{how}", token, status="*").status_int == status, (role, how)
    assert other.name not in text_of(person("committee_secretary", "DB03").get("/vai-tro"))
    assert "Đã xác nhận" in text_of(person("committee_secretary", "DB02").decide(other.name))
    assert other.name in text_of(own.get("/vai-tro")), "and what is in force"


def test_a_role_is_refused_taken_back_or_runs_out(app: Flask, person: Maker) -> None:
    admin, second = person("administrator", "KHOI"), person("administrator-2", "KHOI")
    other = person("training_officer", "TTCT")
    ask(admin, other.id, "inspector", "KHOI")
    assert "đang chờ người thứ hai" in text_of(ask(admin, other.id, "inspector", "KHOI")), "asked for twice"
    assert "Đã từ chối" in text_of(second.decide(other.name, "tu-choi"))
    ask(admin, other.id, "inspector", "KHOI")
    assert "Đã từ chối" in text_of(admin.decide(other.name, "tu-choi"))
    ask(admin, other.id, "inspector", "KHOI")
    with app.app_context(), write_transaction():
        instance.put("clock", (clock.today() + timedelta(days=15)).isoformat())
    assert other.name not in text_of(second.get("/vai-tro").html and second.get("/vai-tro")).split("Đang giữ")[0]
    second.web.post(f"/vai-tro/{requests(app)[-1].id}/dong-y", {"csrf_token": second.token()})
    assert held(app, other.id) == ["training_officer"]
    with app.app_context():
        assert audit.verify()[1] == []


def test_a_role_by_sql_is_named(app: Flask, person: Maker) -> None:
    admin, other = person("administrator", "KHOI"), person("training_officer", "TTCT")
    ask(admin, other.id, "inspector", "KHOI")
    with app.app_context():
        row = {"account_id": other.id, "role": "inspector", "unit_id": 1, "valid_from": clock.today()}
        db.session.execute(insert(RoleAssignment), row)
        made = db.session.scalars(select(RoleAssignment.id).order_by(RoleAssignment.id.desc()).limit(1)).one()
        db.session.execute(text("UPDATE role_request SET outcome = 'confirmed', decided_by_id = 3"))
        db.session.commit()
        found = {(finding.code, finding.what) for finding in audit.verify()[1]}
    assert (f"role_assignment {made}", "is in the table, not in the log") in found
    assert ("role_request 1", "outcome is not what the log says") in found
    assert ("role_request 1", "decided_by_id is not what the log says") in found


def test_the_command_is_the_door_of_a_new_instance(app: Flask, person: Maker) -> None:
    """On the machine a role is in force at once, and the log says it came from there."""
    arguments = "accounts create --email hai@b.example --name Hai --role administrator --unit KHOI"
    done = app.test_cli_runner().invoke(args=[*arguments.split(), "--password", "mot-mat-khau-dai"])
    assert done.exit_code == 0, done.output
    assert "ghi trên máy chủ" in text_of(person("administrator", "KHOI").get("/vai-tro"))
    assert requests(app) == []


# --- a permission is judged for the unit it is used in ---


def test_an_inspector_here_who_is_secretary_there_changes_no_register_here(app: Flask, person: Maker) -> None:
    """The hole that was: an inspector of one unit and secretary of another changed the first's registers."""
    someone = person("cell_secretary", "DB03-C1")
    give(app, someone.id, Role.INSPECTOR, "DB02")
    someone.sign_in()
    page = someone.get("/don-vi/DB02-C3")
    assert "act" not in page.forms
    with app.app_context():
        cell = db.session.scalars(select(Unit).where(Unit.code == "DB02-C3")).one()
        seat = db.session.scalars(select(BodyMember.id).where(BodyMember.unit_id == cell.id)).first()
    token = {"csrf_token": someone.token()}
    for address in ("/don-vi/DB02-C3", *(f"/don-vi/DB02-C3/{what}/{seat}" for what in ("doi", "thoi", "nguoi"))):
        assert someone.web.post(address, token, status="*").status_int == 403, address
    assert someone.get("/don-vi/DB03-C1").forms["act"]


def _places() -> dict[UnitKind, tuple[str, str]]:
    """Two units of each kind that have none above the other, where there are two."""
    return {
        UnitKind.GRASSROOTS_COMMITTEE: ("DB02", "DB03"), UnitKind.CELL: ("DB02-C3", "DB03-C1"),
        UnitKind.GRASSROOTS_CELL: ("CB01", "CB02"), UnitKind.YOUTH_UNION: ("DB02-DTN", "DB03-DTN"),
        UnitKind.TRADE_UNION: ("DB02-CD", "DB03-CD"), UnitKind.SECTION_COMMITTEE: ("DB02-S1", "DB04-S1"),
    }  # fmt: skip


PAIRS = [(one, two) for one, two in product(Role, Role) if one is not two]
UNIT_ROUTES = "/don-vi/<code>"


def _unit_routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(UNIT_ROUTES):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, rule.rule, permission_of(app, rule.endpoint) or ""


def test_every_route_of_a_unit_asks_for_the_permission_in_that_unit(app: Flask, person: Maker) -> None:
    """Every role in one unit together with every other role in a second one: what the first allows is allowed in the
    first and below, and nowhere else; over every route that takes a unit.
    """
    with app.app_context():
        units = {unit.code: unit for unit in db.session.scalars(select(Unit))}
        seats: dict[int, int] = {}
        for seat in db.session.scalars(select(BodyMember).order_by(BodyMember.id)):
            seats.setdefault(seat.unit_id, seat.id)
    someone = person("training_officer", "TTCT")
    routes, tried = list(_unit_routes(app)), 0
    assert len(routes) >= 10
    for first, second in PAIRS:
        here = next((_places()[kind][0] for kind in ROLE_UNITS[first] if kind in _places()), None)
        there = next((_places()[kind][1] for kind in ROLE_UNITS[second] if kind in _places()), None)
        if here is None or there is None:
            continue
        with app.app_context():
            db.session.execute(text("DELETE FROM role_assignment WHERE account_id = :who"), {"who": someone.id})
            for role, code in ((first, here), (second, there)):
                row = {"account_id": someone.id, "role": str(role), "unit_id": units[code].id,
                       "valid_from": clock.today()}  # fmt: skip
                db.session.execute(insert(RoleAssignment), row)
            db.session.commit()
        token = {"csrf_token": someone.token()}
        for method, rule, permission in routes:
            roles = (
                PERMISSIONS["register.manage"] if method == "POST" and rule == UNIT_ROUTES else PERMISSIONS[permission]
            )
            assert roles is not None
            for role, code in ((first, here), (second, there)):
                address = rule.replace("<code>", code).replace("<int:seat_id>", str(seats.get(units[code].id, 0)))
                if method == "GET":
                    status = someone.get(address, status="*").status_int
                else:
                    status = someone.web.post(address, token, status="*").status_int
                tried += 1
                if role not in roles:
                    assert status in (403, 404), (first, second, method, address, status)
                else:
                    assert status in (200, 403 if method == "POST" and rule == UNIT_ROUTES else 200, 404, 422), (
                        first, second, method, address, status,
                    )  # fmt: skip
    assert tried > 500


@pytest.mark.parametrize(
    ("address", "field", "role", "unit"),
    [
        ("/chi-tieu/giao", "unit", Role.UPPER_OFFICER, "KHOI"),
        ("/tai-khoan/moi", "unit", Role.ADMINISTRATOR, "KHOI"),
        ("/don-vi/moi", "parent", Role.ADMINISTRATOR, "KHOI"),
    ],
)
def test_forms_offer_the_units_of_the_permission_only(
    app: Flask, person: Maker, address: str, field: str, role: Role, unit: str
) -> None:
    """Somebody who administers one tree and reads in another is offered units of the first."""
    with app.app_context():
        db.session.execute(
            insert(Unit), {"code": "TREN2", "name": "Đảng bộ Khối thứ hai", "kind": "upper_committee",
                           "valid_from": clock.today()},
        )  # fmt: skip
        other = db.session.scalars(select(Unit.id).where(Unit.code == "TREN2")).one()
        someone = db.session.scalars(
            select(Account.id).where(Account.email.like(f"{role.replace('_', '-')}.%"))
        ).first()
        row = {"account_id": someone, "role": "inspector", "unit_id": other, "valid_from": clock.today()}
        db.session.execute(insert(RoleAssignment), row)
        instance.renew("tree_version")
        db.session.commit()
    page = person(str(role), unit).get(address)
    options = [label for _value, _, label in page.forms["act"][field].options]
    assert any("KHOI" in label for label in options)
    assert not [label for label in options if "TREN2" in label]
