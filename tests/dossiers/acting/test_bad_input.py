"""Bad input at the forms: a clear sentence at the field, what was typed kept, nothing changed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dossiers.casework import loading
from dossiers.casework.models import Dossier, Event, Scope
from dossiers.extensions import db
from dossiers.people.models import Person as PersonRow
from dossiers.units.models import Unit
from tests.people import Person, code_in, snapshot, text_of, unit_of
from workflow.procedure.table import moves_from
from workflow.roles import Role
from workflow.route import ROLE_UNITS, role_for
from workflow.stages import State
from workflow.triggers import TRIGGERS

Maker = Callable[..., Person]
HOSTILE: list[tuple[str, str]] = [
    ("31/02/2022", "không có trong lịch"),
    ("hôm qua", "ngày/tháng/năm"),
    ("99/99/9999", "không hợp lý"),
    ("28/07/2022", "tương lai"),
    ("01/01/1999", "trước việc đưa hồ sơ đến bước này"),
    ("", "Vui lòng nhập mục này"),
    ("a" * 10_000, "ngày/tháng/năm"),
    ("27/07/2022\x00", "ngày/tháng/năm"),
    ("😀", "ngày/tháng/năm"),
]


@pytest.mark.parametrize(("typed", "says"), HOSTILE)
def test_a_date_that_is_none(app: Flask, person: Maker, typed: str, says: str) -> None:
    code = code_in(app, "listed")
    secretary = person("cell_secretary", unit_of(app, code))
    before = snapshot(app, code)
    answer = secretary.send(secretary.form(code, "propose_course"), happened_on=typed)
    assert answer.status_int == 422
    assert says in text_of(answer)
    assert answer.forms["act"]["happened_on"].value == typed
    assert answer.html.select_one("[name=happened_on]")["aria-invalid"] == "true"
    assert snapshot(app, code) == before


VOTE: list[tuple[dict[str, str], str]] = [
    ({"present": "99999", "in_favour": "9", "against": ""}, "có quyền biểu quyết"),
    ({"present": "8", "in_favour": "8", "against": "3"}, "cộng lại nhiều hơn số có mặt"),
    ({"present": "0", "in_favour": "0", "against": ""}, "cần ít nhất"),
    ({"present": "all", "in_favour": "1", "against": ""}, "cần ít nhất"),
    ({"present": "-1", "in_favour": "1", "against": ""}, "không âm"),
    ({"present": "mười", "in_favour": "1", "against": ""}, "số nguyên"),
    ({"present": "", "in_favour": "", "against": ""}, "Vui lòng nhập mục này"),
    ({"present": "9" * 50, "in_favour": "1", "against": ""}, "số nguyên"),
    ({"present": "all", "in_favour": "1.5", "against": ""}, "số nguyên"),
]


@pytest.mark.parametrize(("votes", "says"), VOTE)
def test_votes_that_do_not_add_up(app: Flask, person: Maker, votes: dict[str, str], says: str) -> None:
    code = code_in(app, "cell_review")
    secretary = person("cell_secretary", unit_of(app, code))
    page = secretary.get(f"/ho-so/{code}/pass_cell_vote")
    size = secretary.everybody(code, "pass_cell_vote")
    typed = {name: size if value == "all" else value for name, value in votes.items()}
    before = snapshot(app, code)
    answer = secretary.send(page.forms["act"], number="77-NQ/CB", **typed)
    assert answer.status_int == 422
    assert says in text_of(answer)
    kept = answer.forms["act"]
    assert {name: kept[name].value for name in typed} == typed
    assert kept["number"].value == "77-NQ/CB"
    assert snapshot(app, code) == before


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("", "Vui lòng nhập mục này"),
        ("x" * 10_000, "nhiều nhất là 60"),
        ("12\x07-NQ", "ký tự điều khiển"),
        ("12-NQ 😀", "không dùng trong hồ sơ"),
        ("<script>", "chỉ gồm chữ, số"),
        ("12-NQ\u202e", "ký tự điều khiển"),
    ],
)
def test_a_number_nobody_could_read(app: Flask, person: Maker, number: str, says: str) -> None:
    code = code_in(app, "cell_review")
    secretary = person("cell_secretary", unit_of(app, code))
    assert says in secretary.refused(code, "pass_cell_vote", number=number, present="9", in_favour="9")


def test_a_number_already_used_by_the_same_issuer(app: Flask, person: Maker) -> None:
    upper, signer = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    with app.app_context():  # the board decides on these two: their committees are not delegated
        delegated = select(Scope.dossier_id).join(Unit, Unit.id == Scope.ancestor_id)
        delegated = delegated.where(Unit.deciding_body.is_not(None))
        first, second = db.session.scalars(
            select(Dossier.code)
            .where(Dossier.state == "awaiting_decision", Dossier.turn == "upper_officer", Dossier.id.not_in(delegated))
            .order_by(Dossier.id)
            .limit(2)
        )
    for code in (first, second):
        upper.act(code, "prepare_decision")
    ballot = {"present": "9", "in_favour": "9"}
    signer.act(first, "decide_admission", number="900-QĐ/ĐU", **ballot)
    text = signer.refused(second, "decide_admission", number="900 - qđ/đu", **ballot)
    assert "đã dùng cho một văn bản khác trong năm" in text
    signer.act(second, "decide_admission", number="901-QĐ/ĐU", **ballot)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"full_name": ""}, "Vui lòng nhập mục này"),
        ({"full_name": "An"}, "đủ họ và tên"),
        ({"full_name": "Nguyễn Văn 4"}, "chỉ gồm chữ"),
        ({"full_name": "N" * 10_000}, "nhiều nhất là 120"),
        ({"full_name": "Nguyễn Văn 😀"}, "không dùng trong hồ sơ"),
        ({"full_name": "Nguyễn Văn \x00An"}, "ký tự điều khiển"),
        ({"birth_date": "31/02/1998"}, "không có trong lịch"),
        ({"birth_date": "01/01/2020"}, "Ngày sinh không hợp lý"),
        ({"birth_date": "01/01/2031"}, "Ngày sinh không hợp lý"),
        ({"contact": ""}, "Vui lòng nhập mục này"),
        ({"happened_on": "28/07/2022"}, "tương lai"),
        ({"consented": False}, "sự đồng ý"),
        ({"place": ""}, "Chi bộ và nguồn : Vui lòng chọn."),
    ],
)
def test_a_candidate_that_cannot_be_recorded(app: Flask, person: Maker, fields: dict[str, Any], says: str) -> None:
    officer = person("youth_officer", "DB02-DTN")
    form = officer.get("/ho-so/moi").forms["act"]
    sound: dict[str, Any] = {
        "full_name": "Lê Thị Mới", "birth_date": "14/05/1998", "sex": "female", "contact": "0900 000 000",
        "place": "first", "consented": True,
    }  # fmt: skip
    answer = officer.send(form, **{**sound, **fields})
    assert answer.status_int == 422
    assert says in text_of(answer)
    kept = answer.forms["act"]
    for name, value in {**sound, **fields}.items():
        if isinstance(value, str) and value not in ("first",):
            assert kept[name].value == value, name
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(PersonRow.full_name == "Lê Thị Mới")) == 0
    assert officer.send(answer.forms["act"], **sound, happened_on="27/07/2022").status_int == 303, (
        "mended, it goes through"
    )


def test_every_form_of_every_state_survives_empty_and_hostile_input(app: Flask) -> None:
    """Each form that each state offers, sent empty and sent full of rubbish by somebody competent."""
    with app.app_context():
        first = select(Dossier.state, func.min(Dossier.code)).group_by(Dossier.state)
        helped = first.join(Unit, Unit.id == Dossier.unit_id).where(Unit.code == "DB02-C3")  # whose helper signs in
        codes = dict(db.session.execute(first).all()) | dict(db.session.execute(helped).all())
    people: dict[tuple[str, str], Person] = {}
    tried: set[str] = set()
    for state, code in sorted(codes.items()):
        chain, route, nominator = _place(app, code)
        for move in moves_from(State(state), route):
            if move.trigger in ("change_rulebook", "reorganise") or move.trigger in tried:
                continue
            union = {"DTN": Role.YOUTH_OFFICER, "CD": Role.UNION_OFFICER}.get((nominator or "").rpartition("-")[2])
            roles = [role_for(part, route) for part in move.parts]
            role = next((r for r in roles if r not in _UNIONS or r is union), None)
            unit = (
                nominator
                if role is union
                else next((c for c, kind in chain if role and kind in ROLE_UNITS[role]), "TTCT")
            )
            if role is None or unit is None or (role is Role.CELL_MEMBER_HELPER and unit != "DB02-C3"):
                continue  # the demo has one helper who signs in
            key = (str(role), str(unit))
            if key not in people:
                people[key] = Person(app, *key)
            page = people[key].get(f"/ho-so/{code}/{move.trigger}", status="*")
            if "act" not in page.forms:
                continue
            before = snapshot(app, code)
            for rubbish in ("", "x" * 10_000, "\x00\x1b[31m😀", "-1", "31/02/2022"):
                form = page.forms["act"]
                for name, field in form.fields.items():
                    if name in (None, "csrf_token", "version", "act_key"):
                        continue
                    if field[0].attrs.get("type") == "file":
                        field[0].value = [("x", rubbish.encode())]
                    elif getattr(field[0], "tag", "") in ("input", "textarea") and field[0].attrs.get("type") not in (
                        "checkbox",
                        "radio",
                        "submit",
                    ):
                        field[0].force_value(rubbish)
                answer = form.submit(expect_errors=True)
                assert answer.status_int in (409, 422), (state, move.trigger, rubbish[:10], answer.status_int)
                assert 'role="alert"' in answer.text, (state, move.trigger)
                page = people[key].get(f"/ho-so/{code}/{move.trigger}")
            assert snapshot(app, code) == before
            tried.add(move.trigger)
    expected = set(TRIGGERS) - {
        "create",
        "change_rulebook",
        "reorganise",  # with its units: tests/dossiers/reorganising
        "readmit",
        "propose_removal",
        "nominate",
        "follow_new_road",
        "take_over",  # with receive_transfer on a page of its own: tests/dossiers/sourcing/test_along.py
        "receive_transfer",
    }
    assert tried >= expected - {"endorse_removal", "refer_to_superior", "appraise"}, expected - tried


_UNIONS = (Role.YOUTH_OFFICER, Role.UNION_OFFICER)


def _place(app: Flask, code: str) -> tuple[list[tuple[str, Any]], Any, str | None]:
    with app.app_context():
        case = loading.load_for_administration(code)
        codes = dict(db.session.execute(select(Unit.id, Unit.code)).all())
        chain = [(codes[unit], kind) for unit, kind, _ in case.place.chain]
        return chain, case.route, codes.get(case.nominator_id) if case.nominator_id else None


def test_a_trigger_of_another_state(app: Flask, person: Maker) -> None:
    code = code_in(app, "sourced")
    upper = person("upper_officer", "KHOI")
    page = upper.get(f"/ho-so/{code}/pass_cell_vote", status=409)
    assert "không làm được ở bước" in text_of(page)
    token = upper.token()
    before = snapshot(app, code)
    answer = upper.web.post(
        f"/ho-so/{code}/pass_cell_vote", {"csrf_token": token, "happened_on": "27/07/2022"}, status="*"
    )
    assert answer.status_int == 409
    assert snapshot(app, code) == before


def test_another_units_dossier_is_not_there(app: Flask, person: Maker) -> None:
    code = code_in(app, "trained", "DB01")
    stranger = person("cell_secretary", "CB01")
    before = snapshot(app, code)
    assert "không thuộc phạm vi của bạn" in text_of(stranger.get(f"/ho-so/{code}", status=404))
    same = text_of(stranger.get("/ho-so/HS2022-999999", status=404))
    assert (
        same.split("Mã tham chiếu")[0] == text_of(stranger.get(f"/ho-so/{code}", status=404)).split("Mã tham chiếu")[0]
    )
    token = stranger.token()
    for trigger in TRIGGERS:
        answer = stranger.web.post(
            f"/ho-so/{code}/{trigger}", {"csrf_token": token, "happened_on": "27/07/2022", "version": "1"}, status="*"
        )
        assert answer.status_int == 404, trigger
    assert snapshot(app, code) == before


def test_without_its_csrf_token_a_form_does_nothing(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    secretary = person("cell_secretary", unit_of(app, code))
    before = snapshot(app, code)
    answer = secretary.web.post(f"/ho-so/{code}/propose_course", {"happened_on": "27/07/2022"}, status="*")
    assert answer.status_int == 400
    assert "Phiên làm việc đã hết hạn" in text_of(answer)
    assert snapshot(app, code) == before


def test_a_query_full_of_rubbish_is_answered(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    for query in (
        "state=nowhere&stage=x&unit=%01&source=1&sort=bad&after=!!!", "after=W10=", "after=WyJ4IiwgMV0=",
        "admitted_from=31/02/2022&admitted_to=x", "unit=" + "X" * 5000,
        "after=WyIyMDIyLTAxLTAxIiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ==",
    ):  # fmt: skip
        assert upper.get(f"/ho-so?{query}").status_int == 200
    for text in (
        "'",
        '"',
        "*",
        "a*b OR c",
        "NEAR(",
        "😀",
        "x" * 3000,
        "-",
        "u1x",
        "nguyễn'; DROP TABLE event; --",
    ):
        assert upper.web.get("/tim", {"q": text}).status_int == 200
    for address in ("/ho-so?unit=%00", "/tim?q=%00", "/ho-so/%00", "/chi-tieu?unit=%00"):
        assert "Yêu cầu không hợp lệ" in text_of(upper.get(address, status=400))
    assert upper.get("/chi-tieu?year=abc&as_of=31/02/2022", status=422)
    assert upper.get("/khong-co-trang-nay", status=404)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Event)) > 2000
