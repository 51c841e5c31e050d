"""Who may open what: every route names its permission, and reach is part of every query."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from webtest import TestApp

from dossiers.accounts.models import Account, RoleAssignment
from dossiers.casework.models import Dossier, Scope
from dossiers.demo.load import DEMO_PASSWORD
from dossiers.extensions import db
from dossiers.rules import instance
from dossiers.security import PERMISSIONS, permission_of
from dossiers.units.models import Unit
from tests.people import Person, code_in, dossier, text_of
from workflow.roles import Role

Maker = Callable[..., Person]
ROUTES = Path(__file__).parent.parent / "routes.txt"
EVERYBODY = [
    ("youth_officer", "DB02-DTN"), ("union_officer", "DB02-CD"), ("cell_secretary", "DB02-C3"),
    ("section_officer", "DB02-S1"), ("committee_officer", "DB02"), ("committee_secretary", "DB02"),
    ("upper_officer", "KHOI"), ("upper_secretary", "KHOI"), ("training_officer", "TTCT"), ("inspector", "KHOI"),
    ("administrator", "KHOI"),
]  # fmt: skip


def routes(app: Flask) -> list[str]:
    lines = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"{rule.rule}  {methods}  {permission_of(app, rule.endpoint) or 'shut'}")
    return sorted(lines)


def test_every_route_stands_in_the_list_with_its_permission(app: Flask) -> None:
    """A new address, or an unguarded one, is seen in review: write it to tests/routes.txt."""
    assert "\n".join(routes(app)) + "\n" == ROUTES.read_text()


def test_a_route_without_permission_is_shut(app: Flask) -> None:
    web = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
    shut = [rule for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) is None]
    for rule in shut:
        if "<" not in rule.rule and "GET" in (rule.methods or ()):
            assert web.get(rule.rule, status="*").status_int == 404, rule.rule


def test_nothing_but_public_pages_without_signing_in(app: Flask) -> None:
    web = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint)
        if permission in (None, "public", "demo") or "GET" not in (rule.methods or ()):
            continue
        address = rule.rule.replace("<code>", code_in(app, "listed")).replace("<int:course_id>", "1")
        if "<" in address:
            continue
        answer = web.get(address, status="*")
        assert answer.status_int == 302, (address, answer.status_int)
        assert "/dang-nhap" in answer.location


@pytest.mark.parametrize(("role", "unit"), EVERYBODY)
def test_each_role_opens_what_its_permissions_say(app: Flask, person: Maker, role: str, unit: str) -> None:
    someone = person(role, unit)
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint)
        if permission in (None, "public", "demo") or "GET" not in (rule.methods or ()) or "<" in rule.rule:
            continue
        roles = PERMISSIONS[permission]
        answer = someone.get(rule.rule, status="*")
        assert (answer.status_int == 403) is (roles is not None and Role(role) not in roles), (rule.rule, answer.status)


@pytest.mark.parametrize(("role", "unit"), EVERYBODY)
def test_each_person_sees_the_dossiers_of_the_own_units_and_no_others(
    app: Flask, person: Maker, role: str, unit: str
) -> None:
    someone = person(role, unit)
    with app.app_context():
        mine = set(
            db.session.scalars(
                select(Scope.dossier_id).join(Unit, Unit.id == Scope.ancestor_id).where(Unit.code == unit)
            )
        )
        every = db.session.execute(select(Dossier.id, Dossier.code)).all()
    if role == "administrator":
        mine = set()
    for dossier_id, code in every[:: max(1, len(every) // 60)]:
        status = someone.get(f"/ho-so/{code}", status="*").status_int
        assert status == (200 if dossier_id in mine else 403 if role == "administrator" else 404), code
    if role != "administrator":
        app.config["PAGE_SIZE"], size = 200, app.config["PAGE_SIZE"]
        seen: set[str] = set()
        address = "/ho-so?ended=all"
        while address:
            page = someone.get(address)
            seen |= {link["href"].rsplit("/", 1)[1] for link in page.html.select("table.list a.name")}
            following = page.html.select_one("a[rel=next]")
            address = following["href"] if following else ""
        app.config["PAGE_SIZE"] = size
        assert seen == {code for dossier_id, code in every if dossier_id in mine}


def test_the_centre_sees_a_candidate_only_while_the_class_is_held(app: Flask, person: Maker) -> None:
    centre = person("training_officer", "TTCT")
    enrolled = code_in(app, "enrolled")
    page = centre.get(f"/ho-so/{enrolled}")
    assert "Liên hệ" not in text_of(page), "the centre does not see the personal file"
    with app.app_context():
        instance.put("clock", "2022-09-01")  # when every class of the demo is over
        db.session.commit()
    centre.act(enrolled, "certify", number="950-GCN")
    assert dossier(app, enrolled).state == "trained"
    centre.get(f"/ho-so/{enrolled}", status=404)


def test_a_role_counts_only_within_its_period(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "DB02-C3")
    with app.app_context():
        grant = db.session.scalars(select(RoleAssignment).where(RoleAssignment.account_id == secretary.id)).one()
        grant.valid_to = date(2022, 7, 28)
        db.session.commit()
    assert secretary.get("/ho-so").status_int == 200
    with app.app_context():
        instance.put("clock", "2022-07-28")
        db.session.commit()
    secretary.get("/ho-so", status=403)


def test_sign_in_gives_the_same_answer_for_unknown_names(app: Flask) -> None:
    web = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})

    def answer(email: str, password: str) -> str:
        form = next(f for f in web.get("/dang-nhap").forms.values() if "password" in f.fields)
        form["email"], form["password"] = email, password
        page = form.submit(expect_errors=True)
        assert page.status_int == 200
        return str(page.html.select_one(".flash.error").get_text())

    wrong = answer("upper-officer.khoi@demo.example", "không phải mật khẩu")
    assert wrong == answer("khong-ai@demo.example", "không phải mật khẩu")
    assert wrong == answer("", "")
    assert wrong == answer("x" * 5000 + "@demo.example", DEMO_PASSWORD)
    assert wrong == answer("upper-officer.khoi@demo.example\x00", DEMO_PASSWORD)


def test_sign_in_with_password_and_sign_out(app: Flask) -> None:
    web = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
    form = next(f for f in web.get("/dang-nhap?next=/ho-so%3Fstate%3Dtrained").forms.values() if "password" in f.fields)
    form["email"], form["password"] = "Upper-Officer.KHOI@demo.example", DEMO_PASSWORD
    answer = form.submit()
    assert answer.location.endswith("/ho-so?state=trained")
    page = web.get("/viec-cua-toi")
    leave = next(f for f in page.forms.values() if f.action == "/dang-xuat")
    assert leave.submit().status_int in (302, 303)
    assert web.get("/viec-cua-toi", status=302)
    assert web.get("/dang-xuat", status="*").status_int == 405, "signing out is a POST"


def test_a_disabled_account_is_out_at_once(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "CB01")
    secretary.get("/viec-cua-toi")
    with app.app_context():
        db.session.get_one(Account, secretary.id).active = False
        db.session.commit()
    secretary.get("/viec-cua-toi", status=302)


def test_one_click_sign_in_only_in_a_demo_and_on_this_machine(app: Flask) -> None:
    near = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
    far = TestApp(app, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
    proxied = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"})
    assert "Đăng nhập thử theo vai trò" in near.get("/dang-nhap").text
    for web in (far, proxied):
        page = web.get("/dang-nhap")
        assert "Đăng nhập thử theo vai trò" not in page.text
        token = page.html.select_one("input[name=csrf_token]")["value"]
        assert web.post("/demo/dang-nhap/1", {"csrf_token": token}, status="*").status_int == 404
        assert web.post("/demo/dong-ho", {"csrf_token": token, "day": "01/01/2030"}, status="*").status_int == 404
        assert web.get("/ui", status="*").status_int == 404
    with app.app_context():
        instance.put("demo", "no")
        db.session.commit()
    page = near.get("/dang-nhap")
    assert "Đăng nhập thử theo vai trò" not in page.text
    assert "Bản dùng thử" not in page.text
    token = page.html.select_one("input[name=csrf_token]")["value"]
    assert near.post("/demo/dang-nhap/1", {"csrf_token": token}, status="*").status_int == 404
    assert near.get("/ui", status="*").status_int == 404


def test_the_demo_clock_only_runs_forward(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    for typed, says in (
        ("01/01/2022", "không lùi lại"),
        ("31/02/2023", "không có trong lịch"),
        ("01/08/2022", "01/08/2022"),
    ):
        token = upper.token()
        page = upper.web.post(
            "/demo/dong-ho", {"csrf_token": token, "day": typed, "next": "//evil.example"}, status=303
        )
        assert page.location in ("/", "http://localhost/")
        assert says in page.follow().follow().text
    with app.app_context():
        assert instance.values()["clock"] == "2022-08-01"


def test_headers_and_cookies(app: Flask, person: Maker) -> None:
    page = person("upper_officer", "KHOI").get("/viec-cua-toi")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    scripts = re.findall(r"<script[^>]*>[^<]*", page.text)
    assert [re.sub(r"v=\w+", "", one) for one in scripts] == ['<script src="/static/app.js?" defer>'], "none inline"
    assert " style=" not in page.text
    sent = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1"}).get("/dang-nhap").headers.get("Set-Cookie", "")
    assert "HttpOnly" in sent
    assert "SameSite=Lax" in sent


def test_error_pages_wear_the_same_dress_and_carry_a_reference(
    app: Flask, person: Maker, quiet_logs: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    upper = person("upper_officer", "KHOI")
    missing = upper.get("/khong-co", status=404)
    assert "Hồ sơ kết nạp" in missing.html.title.get_text()
    reference = missing.html.select_one("main code").get_text()
    assert any(line.get("reference") == reference for line in quiet_logs)
    monkeypatch.setattr("dossiers.lists.inbox.inbox", lambda *_: 1 / 0)
    broken = upper.get("/viec-cua-toi", status=500)
    reference = broken.html.select_one("main code").get_text()
    assert "ZeroDivisionError" not in broken.text
    logged = [line for line in quiet_logs if line.get("reference") == reference]
    assert logged
    assert logged[0]["event"] == "unexpected"
    assert upper.get("/nhat-ky", status=403)
