"""Small holes, each as it was attacked: addresses that lead away, numbers no row has, two at once, a key used twice."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select

from dossiers import names
from dossiers.accounts import persons
from dossiers.accounts import services as accounting
from dossiers.accounts.models import Account
from dossiers.audit import services as audit
from dossiers.casework.models import Dossier
from dossiers.courses.models import CourseClass
from dossiers.demo.load import DEMO_PASSWORD
from dossiers.extensions import db
from dossiers.papers.models import PaperRecord
from dossiers.people.models import Person as PersonRow
from dossiers.security import permission_of
from dossiers.units import services as units
from dossiers.units.models import Unit
from tests.people import Person, code_in, dossier, text_of, unit_of

Maker = Callable[..., Person]
ROOT = Path(__file__).parent.parent.parent

AWAY = [
    "//evil.example", "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", "/\\evil.example",
    "\\\\evil.example", "/\t\\evil.example", "https://evil.example", "https:evil.example", "///evil.example",
    "/%09/evil.example", "javascript:alert(1)", "evil.example", " //evil.example", "/ /evil.example",
]  # fmt: skip


def as_browsers_read(location: str) -> str:
    """Where a browser goes: it leaves tabs and breaks out, and takes backslashes for slashes."""
    return re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")


@pytest.mark.parametrize("away", AWAY)
def test_no_way_back_leads_to_another_server(app: Flask, person: Maker, away: str) -> None:
    someone = person("upper_officer", "KHOI")
    ways = [
        someone.web.post("/ngon-ngu/vi", {"csrf_token": someone.token(), "next": away}),
        someone.web.post("/demo/dong-ho", {"csrf_token": someone.token(), "day": "x", "next": away}),
    ]
    someone.web.reset()
    page = _sign_in_page(someone, away)
    token = page.html.select_one("input[name=csrf_token]")["value"]
    ways.append(someone.web.post(f"/demo/dang-nhap/{_demo_account(app)}", {"csrf_token": token, "next": away}))
    someone.web.reset()
    page = _sign_in_page(someone, away)
    form = next(f for f in page.forms.values() if "password" in f.fields)
    form["email"], form["password"] = "upper-officer.khoi@demo.example", DEMO_PASSWORD
    ways.append(form.submit(expect_errors=True))
    for answer in ways:
        leads = as_browsers_read(answer.headers.get("Location", "/"))
        assert leads.startswith(("/", "http://localhost/")) and not leads.startswith("//"), (away, leads)
        if away != "/%09/evil.example":  # which no browser decodes: a page of ours that is not there
            assert "evil.example" not in leads.partition("?")[0], (away, leads)


def _sign_in_page(someone: Person, away: str) -> Any:
    page = someone.web.get("/dang-nhap", {"next": away})
    return page.follow() if page.status_int == 303 else page


def _demo_account(app: Flask) -> int:
    with app.app_context():
        return int(db.session.scalars(select(Account.id).where(Account.demo_label.is_not(None))).first() or 0)


def test_ways_within_stay(app: Flask, person: Maker) -> None:
    someone = person("upper_officer", "KHOI")
    for within in ("/", "/ho-so?state=trained&unit=DB02", "/don-vi/DB02#h", "/tim?q=nguy%E1%BB%85n"):
        answer = someone.web.post("/ngon-ngu/vi", {"csrf_token": someone.token(), "next": within}, status=303)
        assert answer.location.removeprefix("http://localhost") == within


# --- numbers and texts no page is made for ---

HOSTILE = [
    "²", "٣", "99999999999999999999", "-1", "0", "\ud7ff\uffff", "%00", "' OR 1=1 --", "a" * 3000, "../..", "｜１",
    "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMCwgWyIyMDIyLTAxLTAxIl0sIDVd", "WzAsIFsiXHVkODAwIl0sIDVd", "W10=", "x|²|²", "x|1|²",
    "2022-07-10T10:00|99999999999999999999|1",
]  # fmt: skip
"""Among them cursors of lists, in their own writing, with numbers and texts no database takes."""


def _parameters() -> set[str]:
    """Every name that any view asks an address or a form for: read from the source, so that new ones are tried too."""
    asked = re.compile(r"request\.(?:args|form|values)(?:\.get(?:list)?\(|\[)f?\"([a-z_\-]+)")
    told = re.compile(r"\b(?:known|day|_number|args\.get)\(\"([a-z_]+)\"")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "dossiers").rglob("*.py")]
    return {name for text in sources for pattern in (asked, told) for name in pattern.findall(text)}


WHO = (
    ("upper_officer", "KHOI"), ("cell_secretary", "DB02-C3"), ("inspector", "KHOI"), ("administrator", "KHOI"),
    ("training_officer", "TTCT"),
)  # fmt: skip


@pytest.mark.parametrize(("role", "unit"), WHO)
def test_no_address_and_no_parameter_ends_in_an_error(app: Flask, person: Maker, role: str, unit: str) -> None:
    someone, names_of = person(role, unit), _parameters()
    assert {"after", "before", "truoc", "trang", "year", "event", "q", "next", "act_key"} <= names_of
    code = code_in(app, "cell_review")
    for number, rule in enumerate(app.url_map.iter_rules()):
        if permission_of(app, rule.endpoint) is None or rule.endpoint in ("static", "security.logout"):
            continue
        for value in HOSTILE[number % 3 :: 3] if "<code>/" in rule.rule and "ho-so" in rule.rule else HOSTILE:
            path = re.sub(r"<(?:[^:>]*:)?[^>]+>", "{}", rule.rule)
            fillings = [[value] * path.count("{}")] if "{}" in path else [[]]
            if path.count("{}") == 1 and "/ho-so/" in path:
                fillings.append([code])
            for filling in fillings:
                address = path.format(*(_quoted(part) for part in filling))
                if "GET" in (rule.methods or ()):
                    answer = someone.web.get(address, dict.fromkeys(names_of, _plain(value)), status="*")
                    assert answer.status_int < 500, (address, value, answer.status_int)


@pytest.mark.parametrize(("role", "unit"), WHO)
def test_no_field_that_is_sent_ends_in_an_error(app: Flask, person: Maker, role: str, unit: str) -> None:
    someone, fields = person(role, unit), _parameters() | {"unit", "parent", "centre", "course", "role", "account"}
    left = {"security.logout", "own.end_session", "own.end_others", "demo.move_clock", "demo.sign_in", "security.login"}
    token = someone.token()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in left or permission_of(app, rule.endpoint) is None:
            continue
        path = re.sub(r"<(?:[^:>]*:)?[^>]+>", "1", rule.rule.replace("/tai-khoan/<int:account_id>", "/tai-khoan/9999"))
        for value in ("²", "99999999999999999999", "\ufffd|²"):
            sent = {**dict.fromkeys(fields, value), "csrf_token": token, "papers-²-number": value}
            answer = someone.web.post(path, sent, status="*")
            assert answer.status_int < 500, (path, value, answer.status_int)


def _plain(value: str) -> str:
    return value.replace("%00", "\x01")


def _quoted(value: str) -> str:
    return quote(value.replace("../..", "..x"), safe="")[:1500] or "x"


# --- two at once ---


def _send_twice(first: Person, second: Person, path: str, fields: dict[str, str]) -> Any:
    form = second.get(path).forms["act"] if "act" in second.get(path).forms else _main_form(second, path)
    done = first.send(_main_form(first, path), **fields)
    assert done.status_int in (200, 303), text_of(done)
    return second.send(form, **fields)


def _main_form(someone: Person, path: str) -> Any:
    return next(f for f in someone.get(path).forms.values() if f.method.lower() == "post" and len(f.fields) > 4)


def test_who_loses_the_race_for_an_address_is_told_at_the_field(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = person("administrator", "KHOI")
    monkeypatch.setattr(accounting, "by_email", lambda _typed: None)  # each looked before the other wrote
    fields = {
        "name": "Lê Văn Mới",
        "email": "moi@demo.example",
        "role": "cell_secretary",
        "unit": _unit(app, "DB02-C3"),
    }
    monkeypatch.setattr(persons, "matching", lambda *_asked: [])  # nor was somebody of that name known
    answer = _send_twice(admin, admin, "/tai-khoan/moi", fields)
    assert answer.status_int == 422
    assert "Địa chỉ này đã có tài khoản" in text_of(answer)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Account.email == "moi@demo.example")) == 1


def test_who_loses_the_race_for_a_units_code_is_told_at_the_field(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = person("administrator", "KHOI")
    monkeypatch.setattr(units, "has_code", lambda _typed: False)
    fields = {"code": "DB02-C9", "name": "Chi bộ 9", "kind": "cell", "parent": _unit(app, "DB02")}
    answer = _send_twice(admin, admin, "/don-vi/moi", fields)
    assert answer.status_int == 422
    assert "Mã này đã có" in text_of(answer)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Unit.code == "DB02-C9")) == 1
        assert audit.verify()[1] == []


def test_who_loses_the_race_for_a_class_is_told_at_the_field(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = person("upper_officer", "KHOI")
    monkeypatch.setattr("dossiers.training.forms.is_known", lambda _typed: False)
    fields = {
        "code": "L9-2022", "title": "Lớp 9", "centre": _unit(app, "TTCT"), "starts_on": "01/09/2022",
        "ends_on": "09/09/2022",
    }  # fmt: skip
    answer = _send_twice(officer, officer, "/boi-duong/lop-moi", fields)
    assert answer.status_int == 422
    assert "Mã lớp này đã có" in text_of(answer)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(CourseClass.code == "L9-2022")) == 1


def _unit(app: Flask, code: str) -> str:
    with app.app_context():
        return str(db.session.scalars(select(Unit.id).where(Unit.code == code)).one())


# --- a key that was used ---


def test_a_key_sent_again_with_another_act_is_not_said_to_be_recorded(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed", "DB02-C3", turn="cell_secretary")
    secretary = person("cell_secretary", unit_of(app, code))
    first = secretary.form(code, "suspend")
    key = first["act_key"].value
    assert secretary.send(first, reason="Đi công tác.").status_int == 303
    other = secretary.form(code, "resume")
    other["act_key"].force_value(key)
    answer = secretary.send(other)
    assert answer.status_int == 303
    assert "từ lần gửi trước" not in text_of(answer.follow())
    assert not dossier(app, code).facts.count('"suspended":true')


def test_a_key_sent_again_for_another_candidate_loses_nobody(app: Flask, person: Maker) -> None:
    officer = person("youth_officer", "DB02-DTN")
    form = officer.get("/ho-so/moi").forms["act"]
    person_of = {"birth_date": "14/05/1998", "sex": "female", "contact": "0900 000 000", "place": "first",
                 "consented": True}  # fmt: skip
    assert officer.send(form, full_name="Lê Thị Một", **person_of).status_int == 303
    assert officer.send(form, full_name="Lê Thị Hai", **person_of).status_int == 303  # gone back, filled in anew
    again = officer.send(form, full_name="Lê Thị Hai", **person_of)  # pressed twice
    assert "từ lần gửi trước" in again.follow().text
    with app.app_context():
        names_there = select(PersonRow.full_name).where(PersonRow.full_name.in_(("Lê Thị Một", "Lê Thị Hai")))
        assert sorted(db.session.scalars(names_there)) == ["Lê Thị Hai", "Lê Thị Một"]


def test_the_same_form_sent_again_is_the_same_act(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed", "DB02-C3", turn="cell_secretary")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "suspend")
    form["reason"] = "Đi công tác."
    form.submit(status=303)
    version = dossier(app, code).version
    answer = form.submit(status=303)
    assert "từ lần gửi trước" in answer.follow().text
    assert dossier(app, code).version == version


# --- numbers of papers ---


def _brings(someone: Person, code: str, issuer: str, number: str) -> Any:
    form = someone.form(code, "record_papers")
    form["papers-0-issued_on"], form["papers-0-number"], form["papers-0-issuer"] = "20/07/2022", number, issuer
    return someone.send(form)


def test_nobody_takes_a_number_away_from_another_body(app: Flask, person: Maker) -> None:
    """The secretary of one organisation files a number under another's name; that one can file it all the same."""
    theirs, ours = code_in(app, "applying", "DB02"), code_in(app, "applying", "CB01")
    assert _brings(person("cell_secretary", "CB01"), ours, "Đảng ủy DB02", "77-NQ/ĐU").status_int == 303
    assert _brings(person("cell_secretary", unit_of(app, theirs)), theirs, "Đảng ủy DB02", "77-NQ/ĐU").status_int == 303
    with app.app_context():
        assert audit.verify()[1] == []


def test_a_name_that_looks_like_a_series_takes_no_number_of_it(app: Flask, person: Maker) -> None:
    """Keys of a unit's own series begin with u and its number: a typed name must not make one."""
    code = code_in(app, "applying", "CB01")
    with app.app_context():
        upper = db.session.scalars(select(Unit.id).where(Unit.code == "KHOI")).one()
    assert _brings(person("cell_secretary", "CB01"), code, f"U{upper}", "77-NQ/ĐU").status_int == 303
    with app.app_context():
        keys = db.session.scalars(select(PaperRecord.number_key).where(PaperRecord.number == "77-NQ/ĐU")).all()
        assert keys and not any(str(key).startswith("u") for key in keys), keys


def test_within_ones_own_unit_a_number_is_still_used_once(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying", "CB01")
    secretary = person("cell_secretary", "CB01")
    assert _brings(secretary, code, "Đảng ủy A", "77-NQ/ĐU").status_int == 303
    form = secretary.form(code, "record_papers")
    form["papers-0-issued_on"], form["papers-0-number"], form["papers-0-issuer"] = (
        "20/07/2022",
        "77 - NQ/ĐU",
        "Đảng uỷ A",
    )
    again = secretary.send(form)
    assert (again.status_int == 422 and "đã dùng" in text_of(again)) or form["papers-0-form"].value != "1-KNĐ"


# --- letters that look like others ---

NAMES = [
    ("Nguyễn Vаn An", "а"), ("Нгуен Van", "Н"), ("Νguyễn Văn An", "Ν"), ("Nguyễn 文 An", "文"), ("Trần Văn Ноа", "Н"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "letter"), NAMES)
def test_letters_of_another_alphabet_are_refused_with_a_sentence(
    app: Flask, person: Maker, typed: str, letter: str
) -> None:
    officer = person("youth_officer", "DB02-DTN")
    answer = officer.send(
        officer.get("/ho-so/moi").forms["act"], full_name=typed, birth_date="14/05/1998", sex="male",
        contact="0900 000 000", place="first", consented=True,
    )  # fmt: skip
    assert answer.status_int == 422
    assert f"“{letter}” là chữ của bảng chữ khác" in text_of(answer)


def test_full_width_letters_are_folded(app: Flask, person: Maker) -> None:
    officer = person("youth_officer", "DB02-DTN")
    answer = officer.send(
        officer.get("/ho-so/moi").forms["act"], full_name="Ｎｇｕｙễｎ\u3000Văn Ａｎ", sex="male",
        birth_date="14/05/1998", contact="0900 000 000", place="first", consented=True,
    )  # fmt: skip
    assert answer.status_int == 303, text_of(answer)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(PersonRow.full_name == "Nguyễn Văn An")) == 1


def test_numbers_of_papers_have_one_spelling() -> None:
    assert names.plain("１５-ＱĐ/ĐU") == "15-QĐ/ĐU"
    assert names.foreign("15-QĐ/ТУ") == "Т"
    assert names.foreign("٣-QĐ") == "٣"
    assert names.foreign("H'Hen Niê, Đỗ Đức, ưỡn ẹo") == ""


CODES = ["moi", "MOI", "-", "--", "-DB", "db02", "Db02", "ＤＢ02", "DB 02", "DВ77"]


@pytest.mark.parametrize("code", CODES)
def test_codes_of_units_that_cannot_be_told_apart_or_opened_are_refused(app: Flask, person: Maker, code: str) -> None:
    admin = person("administrator", "KHOI")
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Unit))
    form = _main_form(admin, "/don-vi/moi")
    answer = admin.send(form, code=code, name="Đảng bộ Lạ", kind="grassroots_committee", parent=_unit(app, "KHOI"))
    assert answer.status_int == 422, code
    assert answer.html.select_one("[name=code]")["aria-invalid"] == "true"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Unit)) == before


def test_every_unit_there_is_can_be_opened(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    with app.app_context():
        codes = db.session.scalars(select(Unit.code)).all()
        assert db.session.scalar(select(func.count()).select_from(Dossier))
    for code in codes:
        assert code in admin.get(f"/don-vi/{code}").text


def test_numbers_filed_before_stand_with_who_filed_them(app: Flask, person: Maker) -> None:
    """The migration, there and back, with rows of every kind: keys are those that the events give."""
    code = code_in(app, "applying", "CB01")
    assert _brings(person("cell_secretary", "CB01"), code, "Đảng ủy A", "77-NQ/ĐU").status_int == 303
    brought = select(PaperRecord.number_key).where(PaperRecord.number == "77-NQ/ĐU")

    def keys() -> list[str | None]:
        with app.app_context():
            found = list(db.session.scalars(brought))
            db.session.remove()
            db.engine.dispose()
            return found

    new, run = keys(), app.test_cli_runner().invoke
    assert str(new[0]).startswith("b")
    assert run(args=["db", "downgrade", "0030"]).exit_code == 0  # it gives an index of 0012 back
    assert run(args=["db", "stamp", "0012"]).exit_code == 0  # what came later does not go back
    assert run(args=["db", "downgrade", "0012-1"]).exit_code == 0
    assert [str(key).startswith("dang uy a/") for key in keys()] == [True]
    assert run(args=["db", "upgrade", "0012"]).exit_code == 0
    assert keys() == new
    with app.app_context():
        assert audit.verify()[1] == []
