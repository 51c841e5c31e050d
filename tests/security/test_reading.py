"""Reading more than one's role shows: what changed meanwhile, forms, the log; and what is noted of reading."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from dossiers import later
from dossiers.acting.across import SuspendForm
from dossiers.acting.forms import Brought, Recorded
from dossiers.casework.models import Dossier
from dossiers.casework.opening import blank
from dossiers.extensions import db
from dossiers.people.models import Person as PersonRow
from dossiers.people.personal import PERSON_FIELDS, REASONS, seen_of_event, withheld
from dossiers.privacy import counting, watching
from dossiers.privacy import services as privacy
from dossiers.privacy.models import DossierRead, ReadCount
from dossiers.privacy.services import SLOT, Part
from dossiers.privacy.unusual import Kind, Limits, Looks, unusual
from dossiers.rules import instance
from dossiers.units.models import Unit
from tests.people import Person, code_in, dossier, text_of, unit_of
from workflow.facts import Evidence
from workflow.roles import Role

Maker = Callable[..., Person]
REASON, CONTACT, AGREED = "Lý do chỉ chi bộ được biết", "0987 111 222", "Đồng chí Bí Mật"


def reads(app: Flask, who: Person | None = None) -> list[Any]:
    with app.app_context():
        query = select(DossierRead).order_by(DossierRead.id)
        if who is not None:
            query = query.where(DossierRead.account_id == who.id)
        found = list(db.session.scalars(query))
        db.session.expunge_all()
        return found


def sourced(app: Flask) -> str:
    """A dossier the youth union of DB02 nominates, while it may still correct it."""
    return code_in(app, "sourced", "DB02-DTN")


def planted(app: Flask, person: Maker, code: str) -> Person:
    """The cell's secretary writes into the file what a youth officer does not see."""
    secretary = person("cell_secretary", unit_of(app, code))
    secretary.act(
        code, "correct_candidate", contact=CONTACT, residence="Số 7 ngõ Kín", ethnic_group="Mường", reason=REASON
    )
    return secretary


# --- what of an event a reader sees ---


def test_the_page_of_what_changed_meanwhile_shows_no_reasons_to_who_may_not_read_them(
    app: Flask, person: Maker
) -> None:
    code = sourced(app)
    planted(app, person, code)
    youth = person("youth_officer", "DB02-DTN")
    for trigger in ("correct_candidate", "withdraw", "nominate", "accept_to_list", "suspend"):
        fields = {"csrf_token": youth.token(), "version": "1", "reason": "Sửa", "full_name": "Lê Văn A"}
        fields |= {"birth_date": "01/01/2000", "happened_on": "27/07/2022", "number": "1-NQ", "present": "3"}
        page = youth.web.post(f"/ho-so/{code}/{trigger}", {**fields, "in_favour": "3"}, status="*")
        assert REASON not in page.text and CONTACT not in page.text, trigger
    secretary = person("cell_secretary", unit_of(app, code))
    fields = {"csrf_token": secretary.token(), "version": "1", "reason": "Ốm.", "happened_on": "27/07/2022"}
    page = secretary.web.post(f"/ho-so/{code}/suspend", fields, status=409)
    assert REASON in page.text, "who sees the file reads why it was changed"


def test_the_training_centre_reads_no_reasons_on_the_page_of_what_changed(app: Flask, person: Maker) -> None:
    code = code_in(app, "enrolled")
    secretary = person("cell_secretary", unit_of(app, code))
    office = person("committee_officer", "DB02") if "DB02" in unit_of(app, code) else secretary
    for who in (secretary, office):
        form = who.get(f"/ho-so/{code}/suspend", status="*")
        if form.status_int == 200 and "act" in form.forms:
            who.act(code, "suspend", reason=REASON)
            break
    centre = person("training_officer", "TTCT")
    for trigger in ("certify", "fail_course", "mend_point", "undo", "correct_record"):
        fields = {"csrf_token": centre.token(), "version": "1", "number": "9-GCN", "happened_on": "27/07/2022"}
        page = centre.web.post(f"/ho-so/{code}/{trigger}", {**fields, "reason": "Vắng."}, status="*")
        assert REASON not in page.text, trigger
    assert REASON not in centre.get(f"/ho-so/{code}/dien-bien").text


EVENT = {
    "reason": REASON, "agreed_by": AGREED, "points": ["một"], "birth_date": "2000-01-01",
    "before": {"contact": "cũ", "religion": "Phật giáo"}, "after": {"contact": CONTACT, "religion": ""},
    "corrected": {"after": {"identity_number": "001200000001", "full_name": "Lê Văn A"}},
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_one_function_decides_what_of_an_event_a_role_reads(role: Role) -> None:
    seen = seen_of_event(EVENT, (role,))
    if role in (Role.TRAINING_OFFICER, Role.ADMINISTRATOR, Role.YOUTH_OFFICER, Role.UNION_OFFICER):
        assert seen == {}
        assert withheld((role,)) == set(PERSON_FIELDS) - {"full_name", "birth_date", "sex"}
    elif role in (Role.INSPECTOR, Role.CELL_MEMBER_HELPER):
        assert seen["reason"] == REASON
        assert seen["before"] == {"contact": "cũ"} and seen["after"] == {"contact": CONTACT}
        assert seen["corrected"] == {"after": {"full_name": "Lê Văn A"}}
    else:
        assert seen == EVENT
        assert withheld((role,)) == frozenset()


def test_what_is_told_of_a_role_elsewhere_does_not_count(app: Flask, person: Maker) -> None:
    assert withheld(()) == set(PERSON_FIELDS) - {"full_name", "birth_date", "sex"}
    assert seen_of_event(EVENT, ()) == {}


# --- forms show no more than pages ---


def test_a_youth_officers_forms_show_name_and_birth_date_and_no_more(app: Flask, person: Maker) -> None:
    code = sourced(app)
    planted(app, person, code)
    youth = person("youth_officer", "DB02-DTN")
    page = youth.get(f"/ho-so/{code}/correct_candidate")
    assert page.forms["act"]["full_name"].value
    for hidden in (CONTACT, "Số 7 ngõ Kín", "Mường", REASON):
        assert hidden not in page.text
    shown = {name for name in page.forms["act"].fields if name}
    assert not shown & (set(PERSON_FIELDS) - {"full_name", "birth_date", "sex"})
    assert not shown & {"schooling", "youth_member", "union_member", "private_owner", "schooling_ground"}


def test_what_the_form_leaves_out_stays_as_it_was(app: Flask, person: Maker) -> None:
    code = sourced(app)
    planted(app, person, code)
    facts = dossier(app, code).facts
    youth = person("youth_officer", "DB02-DTN")
    youth.act(code, "correct_candidate", birth_date="02/03/2001", reason="Ghi nhầm ngày.")
    with app.app_context():
        row = db.session.get_one(PersonRow, dossier(app, code).person_id)
        assert (row.contact, row.residence) == (CONTACT, "Số 7 ngõ Kín")
        assert row.birth_date.isoformat() == "2001-03-02"
    assert ("lower_secondary" in facts) == ("lower_secondary" in dossier(app, code).facts)


def test_fields_that_are_not_shown_cannot_be_written_either(app: Flask, person: Maker) -> None:
    code = sourced(app)
    planted(app, person, code)
    youth = person("youth_officer", "DB02-DTN")
    form = youth.form(code, "correct_candidate")
    sent = [(name, field[0].value or "") for name, field in form.fields.items() if name]
    answer = youth.web.post(
        f"/ho-so/{code}/correct_candidate",
        [*sent, ("contact", "0000"), ("reason", "Thử."), ("religion", "x")],
        status="*",
    )
    assert answer.status_int in (303, 422)
    with app.app_context():
        row = db.session.get_one(PersonRow, dossier(app, code).person_id)
        assert row.contact == CONTACT and not row.religion


def test_a_correction_by_who_does_not_see_the_file_shows_no_reason_and_keeps_it(app: Flask, person: Maker) -> None:
    code = code_in(app, "enrolled")
    with app.test_request_context("/"):
        case = replace(blank(dossier(app, code).unit_id, date(2022, 7, 1)), code=code)
        form = SuspendForm()
        form.recall(Recorded(Evidence(date(2022, 7, 1), reason=REASON)))
        assert form["reason"].data == REASON
        form.withhold(REASONS)
        assert REASON not in " ".join(str(field()) for field in form)
        brought = Brought()
        form.bring(brought, case)
        assert brought.evidence["reason"] == REASON


def test_a_youth_officers_correction_of_the_own_nomination_shows_nothing_of_the_file(app: Flask, person: Maker) -> None:
    code = code_in(app, "nominated", "DB02-DTN")
    planted(app, person, code)
    page = person("youth_officer", "DB02-DTN").get(f"/ho-so/{code}/correct_record?event=2", status="*")
    assert page.status_int == 200 and "act" in page.forms
    assert CONTACT not in page.text and REASON not in page.text


def test_a_refusal_names_no_relatives_to_who_does_not_see_the_file(app: Flask, person: Maker) -> None:
    code = code_in(app, "verifying")
    with app.app_context():
        nominator = db.session.scalar(select(Unit.code).where(Unit.id == dossier(app, code).nominator_id))
    union = person("youth_officer" if str(nominator).endswith("DTN") else "union_officer", str(nominator))
    words = re.compile("Kết quả thẩm tra: |thân nhân chưa có|Chưa kê khai: ")
    seen = []
    for who in (union, person("inspector", "KHOI")):
        pages = [who.web.get(f"/ho-so/{code}{at}", status="*") for at in ("", "/conclude_verification", "/giay-to")]
        seen.append(any(words.search(text_of(page)) for page in pages))
    assert seen == [False, True]


# --- what is noted ---


def test_logs_searches_prints_foreign_codes_and_forms_are_reads(app: Flask, person: Maker) -> None:
    code, foreign = code_in(app, "cell_review", "DB02-C3"), code_in(app, "cell_review", "CB01")
    secretary, inspector = person("cell_secretary", "DB02-C3"), person("inspector", "KHOI")
    secretary.form(code, "correct_candidate")
    secretary.get("/ho-so?in=1&state=cell_review")
    secretary.get("/tim?q=tran+van+kin")
    secretary.web.post("/tim", {"csrf_token": secretary.token(), "q": "001200345678"}, status="*")
    secretary.get(f"/ho-so/{foreign}", status=404)
    secretary.get(f"/ho-so/{foreign}/correct_candidate", status=404)
    secretary.get("/ho-so/HS2022-999999", status=404)
    secretary.get(f"/tim?q={foreign}")
    found = [(row.part, row.dossier_id, row.about) for row in reads(app, secretary)]
    parts = [part for part, _dossier, _about in found]
    assert {"form", "print", "search", "foreign"} <= set(parts)
    assert ("foreign", dossier(app, foreign).id, foreign) in found
    assert ("foreign", None, "HS2022-999999") in found
    assert all(row.address == "127.0.0.1" for row in reads(app, secretary))
    told = " ".join(about for _part, _dossier, about in found)
    assert "kin" not in told and "345678" not in told and "state=cell_review" in told
    inspector.get("/nhat-ky?trigger=correct_candidate")
    inspector.get("/nhat-ky/quan-tri")
    logs = [row for row in reads(app, inspector) if row.part == "log"]
    assert {row.about for row in logs if row.dossier_id is None} == {"trigger=correct_candidate", "office=1"}
    text = text_of(inspector.get("/nhat-ky/xem"))
    assert "Sửa thông tin cá nhân" in text and "Nhật ký quản trị" in text and "Chi bộ xét, " in text
    assert "=" not in text and "cell_review" not in text


def test_a_dossier_whose_reasons_the_log_shows_says_who_read_the_log(app: Flask, person: Maker) -> None:
    code = sourced(app)
    secretary = planted(app, person, code)
    person("inspector", "KHOI").get(f"/nhat-ky?code={code}")
    assert any(row.part == "log" and row.dossier_id == dossier(app, code).id for row in reads(app))
    assert "Nhật ký" in [
        td.get_text() for td in secretary.get(f"/ho-so/{code}/nhat-ky-xem").html.select("td[data-label=Phần]")
    ]


def test_whose_code_was_tried_is_told_who_tried(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    stranger = person("cell_secretary", "CB01")
    stranger.get(f"/ho-so/{code}", status=404)
    text = text_of(person("cell_secretary", "DB02-C3").get(f"/ho-so/{code}/nhat-ky-xem"))
    assert stranger.name in text and "Thử mã ngoài phạm vi" in text


def test_taking_back_what_left_ones_sight_is_no_foreign_code(app: Flask, person: Maker) -> None:
    centre = person("training_officer", "TTCT")
    with app.app_context():
        instance.put("clock", "2022-09-01")
        db.session.commit()
    code = code_in(app, "enrolled")
    centre.act(code, "certify", number="950-GCN")
    centre.form(code, "undo")
    assert "foreign" not in [row.part for row in reads(app, centre)]
    centre.get(f"/ho-so/{code}", status=404)
    assert "foreign" in [row.part for row in reads(app, centre)]


def test_who_knows_what_was_searched_finds_who_did_and_nobody_else_reads_it(app: Flask, person: Maker) -> None:
    secretary, inspector = person("cell_secretary", "DB02-C3"), person("inspector", "KHOI")
    secretary.get("/tim?q=tr%E1%BA%A7n+v%C4%83n+k%C3%ADn")
    page = inspector.get("/nhat-ky/xem")
    assert "t. v. k." in text_of(page) and "kín" not in text_of(page)
    rows = inspector.get("/nhat-ky/xem?q=TRAN+VAN+KIN").html.select("section:last-of-type tbody tr")
    assert [row.select("td")[1].get_text() for row in rows] == [secretary.name]
    assert not inspector.get("/nhat-ky/xem?q=tran+van").html.select("section:last-of-type tbody tr")


def test_commands_on_the_server_are_reads(app: Flask, tmp_path: Path) -> None:
    code = code_in(app, "cell_review")
    runner = app.test_cli_runner().invoke
    assert runner(args=["dossiers", "show", code]).exit_code == 0
    assert runner(args=["dossiers", "list", "--state", "cell_review"]).exit_code == 0
    assert runner(args=["audit", "checkpoint", "--file", str(tmp_path / "events.gz")]).exit_code == 0
    assert runner(args=["backup", "create", str(tmp_path / "all.zip")]).exit_code == 0
    found = [(row.part, row.account_id, row.about.split(" (")[0]) for row in reads(app)]
    assert [about for _part, _account, about in found[2:]] == ["audit checkpoint events.gz", "backup create all.zip"]
    assert found[0][:2] == ("command", None) and found[0][2] == "dossiers show"
    assert any(about.startswith("dossiers list") for _part, _account, about in found)
    assert all(row.address.startswith("server") for row in reads(app))


def test_a_command_shows_what_an_account_sees(app: Flask) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    runner = app.test_cli_runner().invoke
    theirs = runner(args=["dossiers", "show", code, "--as", "cell-secretary.db02-c3@demo.example", "--json"])
    assert theirs.exit_code == 0 and '"pass_cell_vote"' in theirs.output
    foreign = runner(args=["dossiers", "show", code, "--as", "cell-secretary.cb01@demo.example"])
    assert foreign.exit_code != 0 and code in foreign.output


# --- opened for a purpose ---


def test_an_inspector_opens_what_is_covered_for_a_purpose_and_for_a_while(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = sourced(app)
    secretary, inspector = planted(app, person, code), person("inspector", "KHOI")
    assert "Mường" in secretary.get(f"/ho-so/{code}").text
    page = inspector.get(f"/ho-so/{code}")
    assert "Mường" not in page.text and CONTACT in page.text
    assert "Mường" not in inspector.get(f"/nhat-ky?code={code}").text
    form = inspector.get(f"/ho-so/{code}/mo-muc-che").forms["act"]
    assert inspector.send(form, purpose="").status_int == 422
    assert inspector.send(form, purpose="xem").status_int == 422
    assert "Mường" not in inspector.get(f"/ho-so/{code}").text
    purpose = "Đơn tố cáo số 12 về khai dân tộc"
    assert inspector.send(form, purpose=purpose).status_int == 303
    assert "Mường" in inspector.get(f"/ho-so/{code}").text
    other = code_in(app, "sourced", "DB02-DTN", skip=1)
    assert "Nêu mục đích để mở" in inspector.get(f"/ho-so/{other}").text, "one dossier at a time"
    for told in (secretary, person("committee_secretary", "DB02")):
        assert purpose in text_of(told.get(f"/ho-so/{code}")), "seen at once"
        assert purpose in text_of(told.get(f"/ho-so/{code}/nhat-ky-xem"))
        assert purpose in text_of(told.get("/nhat-ky/xem"))
    assert purpose not in person("youth_officer", "DB02-DTN").get(f"/ho-so/{code}").text
    assert purpose not in person("administrator", "KHOI").get("/nhat-ky/xem").text
    with app.app_context():
        stored = db.session.scalars(select(DossierRead.purpose).where(DossierRead.part == "opened")).one()
        assert purpose not in str(stored), "sealed"
        minutes = int(app.config["OPENING_MINUTES"])
    later = time() + 60 * minutes + 1
    monkeypatch.setattr(privacy, "time", lambda: later)
    assert "Mường" not in inspector.get(f"/ho-so/{code}").text
    assert purpose not in text_of(secretary.get(f"/ho-so/{code}"))


@pytest.mark.parametrize(
    ("role", "unit"),
    [("youth_officer", "DB02-DTN"), ("cell_secretary", "DB02-C3"), ("upper_officer", "KHOI")],
)
def test_nobody_else_opens_anything(app: Flask, person: Maker, role: str, unit: str) -> None:
    code = code_in(app, "sourced", unit)
    someone = person(role, unit)
    someone.get(f"/ho-so/{code}/mo-muc-che", status=403)
    fields = {"csrf_token": someone.token(), "purpose": "Tôi muốn xem thử"}
    someone.web.post(f"/ho-so/{code}/mo-muc-che", fields, status=403)
    assert not [row for row in reads(app) if row.part == "opened"]


def test_an_inspector_opens_nothing_outside_the_own_units(app: Flask, person: Maker) -> None:
    person("inspector", "KHOI").get("/ho-so/HS2022-999999/mo-muc-che", status=404)
    person("administrator", "KHOI").get(f"/ho-so/{code_in(app, 'listed')}/mo-muc-che", status=403)


# --- unusual reading ---

LIMITS = Limits(many=10, night=4, foreign=3, night_from=22, night_until=5)


def looks(*slots: tuple[int, int], hour: int = 10, foreign: int = 0) -> list[Looks]:
    return [Looks(1, slot, hour, number, foreign) for slot, number in slots]


@pytest.mark.parametrize(
    ("read", "found"),
    [
        (looks((100, 9)), []),
        (looks((100, 10)), [(100, 100, 10)]),
        (looks((100, 5), (103, 5)), [(100, 103, 10)]),  # within the hour, whatever the clock says
        (looks((100, 5), (104, 5)), []),  # an hour and a quarter apart
        (looks((100, 5), (103, 5), (106, 5)), [(100, 106, 10)]),  # goes on: told once
        (looks((100, 10), (200, 12)), [(200, 200, 12), (100, 100, 10)]),
    ],
)
def test_many_dossiers_within_an_hour(read: list[Looks], found: list[tuple[int, int, int]]) -> None:
    assert [(one.first, one.last, one.number) for one in unusual(read, LIMITS) if one.kind is Kind.MANY] == found


@pytest.mark.parametrize(
    ("hour", "number", "is_told"),
    [(21, 9, False), (22, 4, True), (22, 3, False), (0, 4, True), (4, 4, True), (5, 4, False)],
)
def test_dossiers_at_night(hour: int, number: int, is_told: bool) -> None:
    found = [one.kind for one in unusual(looks((100, number), hour=hour), LIMITS)]
    assert (Kind.NIGHT in found) is is_told


@pytest.mark.parametrize(("tried", "is_told"), [(2, False), (3, True)])
def test_foreign_codes_within_an_hour(tried: int, is_told: bool) -> None:
    found = unusual(looks((100, 0), foreign=tried), LIMITS)
    assert [one.kind for one in found] == ([Kind.FOREIGN] if is_told else [])


def test_people_are_counted_each_for_themselves_and_the_night_may_lie_within_a_day() -> None:
    two = [Looks(1, 100, 10, 9, 0), Looks(2, 100, 10, 9, 0)]
    assert unusual(two, LIMITS) == []
    early = Limits(10, 1, 3, 1, 4)
    assert [early.is_night(hour) for hour in (0, 1, 3, 4)] == [False, True, True, False]


def test_unusual_reading_is_raised_to_those_who_watch_and_to_nobody_else(app: Flask, person: Maker) -> None:
    prober = person("cell_secretary", "DB02-C3")
    for number in range(int(app.config["UNUSUAL_FOREIGN"])):
        prober.get(f"/ho-so/HS2022-9{number:05}", status=404)
    told = "Thử nhiều mã hồ sơ ngoài phạm vi"
    for role, unit in (("inspector", "KHOI"), ("committee_secretary", "DB02"), ("administrator", "KHOI")):
        watcher = person(role, unit)
        text = text_of(watcher.get("/nhat-ky/xem"))
        assert told in text and prober.name in text, role
        if role != "inspector":
            assert "HS2022-9" not in text, "whose account, and no more"
    assert "cảnh báo xem bất thường" in text_of(person("committee_secretary", "DB02").get("/viec-cua-toi"))
    other = person("cell_secretary", "CB01")
    assert told not in text_of(other.get("/nhat-ky/xem")).partition("Báo khi")[2].partition("giờ.")[2]
    for role, unit in (("upper_officer", "KHOI"), ("youth_officer", "DB02-DTN"), ("training_officer", "TTCT")):
        person(role, unit).get("/nhat-ky/xem", status=403)


def test_below_the_limit_nothing_is_raised(app: Flask, person: Maker) -> None:
    prober = person("cell_secretary", "DB02-C3")
    for number in range(int(app.config["UNUSUAL_FOREIGN"]) - 1):
        prober.get(f"/ho-so/HS2022-9{number:05}", status=404)
    assert "Không có gì bất thường" in text_of(person("committee_secretary", "DB02").get("/nhat-ky/xem"))


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> int:
    """The quarter of an hour that is, and goes on being."""
    moment = time()
    for module in (counting, watching, privacy):
        monkeypatch.setattr(module, "time", lambda: moment)
    return int(moment) // SLOT


def tried(app: Flask, who: Person, now: int, *slots: tuple[int, int]) -> None:
    """Somebody tried so many codes out of reach so many quarters of an hour ago, for each of these."""
    made = [
        {"account_id": who.id, "part": "foreign", "slot": now - ago, "at": (now - ago) * SLOT, "address": f"10.0.0.{n}"}
        for ago, number in slots
        for n in range(number)
    ]
    with app.app_context():
        db.session.execute(DossierRead.__table__.insert(), made)
        db.session.commit()


def warned(watcher: Person) -> list[list[str]]:
    """The lines of what was unusual, as the page of reads shows them."""
    lines = [
        [" ".join(cell.get_text().split()) for cell in row.select("td")]
        for row in watcher.get("/nhat-ky/xem").html.select("section.card table.list tbody tr")
    ]
    return [cells for cells in lines if len(cells) == 4 and "ngoài phạm vi" in cells[2]]


@pytest.mark.parametrize(
    ("slots", "numbers"),
    [
        (((40, 5),), ["5"]),
        (((40, 4),), []),
        (((40, 3), (37, 2)), ["5"]),  # within the hour
        (((40, 3), (36, 2)), []),
        (((40, 5), (39, 1), (20, 7)), ["7", "6"]),
        (((3, 3), (1, 2)), ["5"]),  # half of it is over, the other half is not
        (((1, 5),), ["5"]),
        (((100, 6), (1, 5)), ["5", "6"]),
        (((96 * 40, 9),), []),  # longer ago than anybody is told
    ],
)
def test_what_was_unusual_is_told_alike_before_and_after_it_is_counted(
    app: Flask, person: Maker, now: int, slots: tuple[tuple[int, int], ...], numbers: list[str]
) -> None:
    prober, watcher = person("cell_secretary", "DB02-C3"), person("committee_secretary", "DB02")
    tried(app, prober, now, *slots)
    before = warned(watcher)
    assert [line[3] for line in before] == numbers
    with app.app_context():
        assert counting.count() == len([ago for ago, _number in slots if counting.OVER <= ago < 96 * counting.DAYS])
        assert counting.count() == 0, "once"
    assert warned(watcher) == before
    told = text_of(watcher.get("/viec-cua-toi"))
    assert ("cảnh báo xem bất thường" in told) is bool(numbers)


def test_different_dossiers_are_counted_not_their_parts(app: Flask, person: Maker, now: int) -> None:
    reader, watcher = person("cell_secretary", "DB02-C3"), person("committee_secretary", "DB02")
    slot, limit = now - 50, int(app.config["UNUSUAL_READS"])
    with app.app_context():
        ids = list(db.session.scalars(select(Dossier.id).limit(limit)))
        assert len(ids) == limit
        for shown, is_told in ((ids[:-1], False), (ids[-1:], True)):
            parts = [(one, part) for one in shown for part in ("overview", "papers")]
            made = [{"dossier_id": one, "part": part, "account_id": reader.id} for one, part in parts]
            for row in made:
                row |= {"slot": slot, "at": slot * SLOT}
            db.session.execute(DossierRead.__table__.insert(), made)
            db.session.execute(ReadCount.__table__.delete())
            db.session.commit()
            for _way in ("as they stand", "counted"):
                lines = watcher.get("/nhat-ky/xem").html.select("td.num")
                assert (str(limit) in [line.get_text() for line in lines]) is is_told
                counting.count()


def test_of_what_was_counted_no_read_is_read_again(
    app: Flask, person: Maker, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    prober, watcher = person("cell_secretary", "DB02-C3"), person("committee_secretary", "DB02")
    tried(app, prober, now, (40, 5))
    with app.app_context():
        counting.count()
        db.session.execute(DossierRead.__table__.delete())
        db.session.commit()
    assert [line[3] for line in warned(watcher)] == ["5"]
    monkeypatch.setitem(app.config, "UNUSUAL_FOREIGN", 6)
    assert warned(watcher) == [], "by the settings of now"


def test_where_nobody_counted_for_weeks_nobody_is_warned_of_what_was_before(
    app: Flask, person: Maker, now: int
) -> None:
    prober, watcher = person("cell_secretary", "DB02-C3"), person("committee_secretary", "DB02")
    with app.app_context():
        counted = {"slot": now - 96 * 50, "account_id": prober.id, "dossiers": 1, "tried": 0}
        db.session.execute(ReadCount.__table__.insert(), counted)
        db.session.commit()
    tried(app, prober, now, (96 * 40, 9), (40, 5))
    assert [line[3] for line in warned(watcher)] == ["5"]


def test_counts_go_with_the_reads(app: Flask, person: Maker, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    prober = person("cell_secretary", "DB02-C3")
    tried(app, prober, now, (96 * 20, 5), (40, 5))
    with app.app_context():
        assert counting.count() == 2
        monkeypatch.setitem(app.config, "READS_DAYS", 10)
        assert privacy.forget() == 5
        assert db.session.scalar(select(func.count()).select_from(ReadCount)) == 1


def test_an_inspector_reads_the_reads_of_the_own_units_only(app: Flask, person: Maker) -> None:
    foreign = code_in(app, "cell_review", "CB01")
    person("cell_secretary", "CB01").get(f"/ho-so/{foreign}")
    assert foreign in text_of(person("inspector", "KHOI").get("/nhat-ky/xem"))
    assert foreign not in text_of(person("committee_secretary", "DB02").get("/nhat-ky/xem"))


def test_reads_that_cannot_be_written_stand_in_the_log(
    app: Flask, person: Maker, quiet_logs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(later, "run", fails)
    secretary = person("cell_secretary", "DB02-C3")
    secretary.get("/ho-so/HS2022-999999", status=404)
    lost = [line for line in quiet_logs if line["event"] == "reads_not_noted"]
    assert lost and lost[0]["reads"][0]["part"] == str(Part.FOREIGN)
    assert SLOT == 900
