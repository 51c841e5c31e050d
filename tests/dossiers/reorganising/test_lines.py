"""What a line of a plan can do: split, close, others decide, other names; and each wrong input with its sentence."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from dossiers.casework.models import Dossier, Scope, VoteRecord
from dossiers.extensions import db
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.units import registers, tree
from dossiers.units.models import Unit
from tests.dossiers.reorganising import plans
from tests.people import Person, code_in, dossier, text_of, unit_of
from workflow.route import DECIDER_LABELS, Decider
from workflow.votes import Body

OWN = DECIDER_LABELS[Decider.OWN_COMMITTEE].vi
Maker = Callable[..., Person]


@pytest.fixture
def admin(person: Maker) -> Person:
    return person("administrator", "KHOI")


@pytest.fixture
def second(person: Maker) -> Person:
    return person("upper_secretary", "KHOI")


def done(admin: Person, second: Person, plan: int) -> str:
    """Carry a plan out; what the preview said."""
    plans.hand_over(admin, plan)
    said = text_of(second.get(f"/don-vi/sap-xep/{plan}/xem-truoc"))
    plans.confirm(second, plan)
    return said


def test_a_committee_is_split_and_put_together_again(app: Flask, admin: Person, second: Person) -> None:
    before = plans.picture(app)
    plan = plans.begin(admin)
    plans.added(
        admin, plan, "split", "DB02", ("DB02-S1",), code="DB20", name="Đảng bộ Điện lực Hai", org_code="12003004005006"
    )
    said = done(admin, second, plan)
    assert "đơn vị mới" in said and "12.003.004.005.006" in said
    assert plans.findings(app) == []
    with app.app_context():
        units = tree.current()
        assert [units[unit].code for unit in units[plans.number_of("DB02-C3")].chain] == [
            "DB02-C3", "DB02-S1", "DB20", "KHOI",
        ]  # fmt: skip
        new = units[plans.number_of("DB20")]
        assert new.org_code == "12.003.004.005.006"
        listed = db.session.scalars(select(Scope.dossier_id).where(Scope.ancestor_id == new.id)).all()
        assert listed
    plans.ask_to_undo(admin, plan)
    plans.confirm(second, plan)
    assert plans.findings(app) == []
    after = plans.picture(app)
    for table in ("dossiers", "scope", "body_member", "role_assignment", "quota"):
        assert after[table] == before[table], table
    again = plans.begin(admin)
    plans.added(admin, again, "split", "DB02", ("DB02-S1",), code="DB20", name="Đảng bộ Điện lực Hai")


def test_a_cell_is_split_with_dossiers_and_people(app: Flask, admin: Person, second: Person) -> None:
    code = code_in(app, "probationary")
    cell = unit_of(app, code)
    with app.app_context():
        of = plans.number_of(cell)
        seats = registers.register(of, Body.CELL, date(2022, 7, 27))
        leaving = [seat for seat in seats if seat.is_official][:3]
    plan = plans.begin(admin)
    form = admin.get(f"/don-vi/sap-xep/{plan}/them/split?o={cell}").forms["act"]
    form["code"], form["name"], form["dossiers"] = "MOI-C1", "Chi bộ mới", code.lower()
    for box in form.fields["seats"]:
        box.checked = box._value in {str(seat.id) for seat in leaving}
    assert form.submit().status_int == 303
    before = dossier(app, code)
    assert "3 người sang MOI-C1" in done(admin, second, plan)
    after = dossier(app, code)
    assert (after.state, after.due_on) == (before.state, before.due_on), "deadlines are kept"
    assert unit_of(app, code) == "MOI-C1"
    with app.app_context():
        new = plans.number_of("MOI-C1")
        assert registers.counted(new, "cell", date(2022, 7, 27)).official == 3
        assert len(registers.register(of, Body.CELL, date(2022, 7, 27))) == len(seats) - 3
        assert registers.counted(of, "cell", date(2022, 7, 26)).official >= 3, "what was counted before stays"
        found = {seat.person_id for seat in registers.register(new, Body.CELL, date(2022, 7, 27))}
        assert found == {seat.person_id for seat in leaving}, "the same persons: four eyes are theirs"
    assert plans.findings(app) == []


def test_sections_close_and_their_cells_stand_directly_under(
    app: Flask, admin: Person, second: Person, person: Maker
) -> None:
    """A dossier that waits for the section's appraisal is off the new road, and follows it by an act."""
    code = code_in(app, "section_appraisal")
    cell = unit_of(app, code)
    committee = cell.split("-")[0]
    plan = plans.begin(admin)
    plans.added(admin, plan, "close", "KHOI", ("DB02-S1", "DB04-S1", "DB08-S1"))
    said = done(admin, second, plan)
    assert "ngoài đường mới" in said and "đi tiếp theo đường mới" in said
    assert plans.findings(app) == []
    with app.app_context():
        units = tree.current()
        for one in ("DB02", "DB04", "DB08"):
            number = plans.number_of(f"{one}-C3")
            assert [units[unit].code for unit in units[number].chain] == [f"{one}-C3", one, "KHOI"]
    assert dossier(app, code).state == "section_appraisal", "nobody moves it by itself"
    office = person("committee_officer", committee)
    office.act(code, "follow_new_road")
    assert dossier(app, code).state == "committee_review"
    assert plans.findings(app) == []


def test_others_decide_from_then_on(app: Flask, admin: Person, second: Person) -> None:
    code = code_in(app, "committee_review")
    committee = unit_of(app, code).split("-")[0]
    plan = plans.begin(admin)
    plans.added(admin, plan, "decider", "KHOI", (committee,), decider=OWN)
    said = done(admin, second, plan)
    assert code in said and "ngoài đường mới" in said
    assert plans.findings(app) == []
    with app.app_context():
        assert db.session.scalars(select(Unit.deciding_body).where(Unit.code == committee)).one() == "own_committee"


def test_a_new_parent_for_many_cells_at_once(app: Flask, admin: Person, second: Person) -> None:
    committees = [f"DB{number:02}" for number in range(1, 15) if number != 2]
    cells = tuple(f"{committee}-C{number}" for committee in committees for number in (1, 2))[:23]
    plan = plans.begin(admin)
    plans.added(admin, plan, "parent", "KHOI", cells, to="DB02 ")
    done(admin, second, plan)
    assert plans.findings(app) == []
    with app.app_context():
        under = {node.code for node in tree.current().under(plans.number_of("DB02"))}
        assert set(cells) <= under


def test_a_new_name_is_kept_beside_the_old_one(app: Flask, admin: Person, second: Person) -> None:
    plan = plans.begin(admin)
    plans.added(admin, plan, "rename", "DB03", name="Đảng bộ Nước sạch")
    done(admin, second, plan)
    page = text_of(second.get("/don-vi/DB03"))
    assert "Đảng bộ Nước sạch Vai trò" in page and "Đảng bộ Công ty Cấp nước" in page
    assert plans.findings(app) == []


@pytest.mark.parametrize(
    ("what", "look", "units", "fields", "sentence"),
    [
        ("merge", "KHOI", ("DB03",), {"to": "DB03 "}, "không sáp nhập vào chính mình"),
        ("merge", "KHOI", ("DB03-C1",), {"to": "DB02 "}, "chỉ sáp nhập đơn vị cùng loại"),
        ("merge", "KHOI", (), {"to": "DB02 "}, "Chưa chọn đơn vị nào"),
        ("merge", "KHOI", ("DB03",), {}, "Vui lòng chọn."),
        ("parent", "DB02", ("DB02-C1",), {"to": "DB02 "}, "đang trực thuộc"),
        ("parent", "DB02", ("DB02-C1",), {"to": "KHOI "}, "trực thuộc: Đảng bộ cơ sở"),
        ("split", "DB02", ("DB02-S1",), {"code": "DB03", "name": "Hai lần"}, "đã có"),
        ("split", "DB02", (), {"code": "DB20", "name": "Trống"}, "Chưa chọn đơn vị nào sang"),
        ("split", "DB02-C1", (), {"code": "DB20", "name": "Trống"}, "Chưa chọn hồ sơ hoặc người"),
        ("split", "DB02", ("DB02-S1",), {"code": "SAP-XEP", "name": "Trang"}, "tên một trang"),
        ("split", "DB02", ("DB02-S1",), {"code": "DB20", "name": "Mã", "org_code": "123"}, "14 chữ số"),
        ("decider", "KHOI", ("DB05",), {"decider": OWN}, "không đổi"),
        ("rename", "DB03", (), {"name": "Đảng bộ Công ty Cấp nước"}, "Tên không đổi"),
        ("rename", "DB03", (), {}, "Ghi tên mới, hoặc mã tổ chức"),
        ("close", "KHOI", ("DB03",), {}, "chuyển hoặc sáp nhập trước"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    app: Flask, admin: Person, what: str, look: str, units: tuple[str, ...], fields: dict[str, str], sentence: str
) -> None:
    plan = plans.begin(admin)
    answer = plans.add(admin, plan, what, look, units, **fields)
    assert answer.status_int == 422
    errors = " ".join(error.get_text(" ") for error in answer.html.select("#act .field .errors"))
    assert sentence in errors, errors
    assert "Chưa có dòng nào" in text_of(admin.get(f"/don-vi/sap-xep/{plan}"))


def test_the_decision_is_checked(admin: Person) -> None:
    form = admin.get("/don-vi/sap-xep/moi").forms["act"]
    form["number"], form["decided_on"], form["since"], form["subject"] = "64", "01/01/2030", "01/01/1900", "x"
    page = text_of(form.submit(expect_errors=True))
    for sentence in ("Ngày quyết định ở tương lai", "Ngày phải từ", "Vui lòng chọn."):
        assert sentence in page


def test_lines_are_judged_together(app: Flask, admin: Person) -> None:
    """A unit that closes in one line changes in no other; a code is used once."""
    plan = plans.begin(admin)
    plans.added(admin, plan, "merge", "KHOI", ("DB03",), to="DB02 ")
    for what, units, fields in (("decider", ("DB03",), {"decider": OWN}),
                                ("merge", ("DB01",), {"to": "DB03 "})):  # fmt: skip
        answer = plans.add(admin, plan, what, "KHOI", units, **fields)
        assert answer.status_int == 422 and "kết thúc" in text_of(answer)
    plans.added(admin, plan, "split", "DB04", ("DB04-S1",), code="DB20", name="Một")
    answer = plans.add(admin, plan, "split", "DB08", ("DB08-S1",), code="db20", name="Hai")
    assert answer.status_int == 422 and "dùng hai lần" in text_of(answer)


def test_what_takes_effect_later_waits(app: Flask, admin: Person, second: Person) -> None:
    plan = plans.begin(admin, since="28/07/2022")
    plans.added(admin, plan, "merge", "KHOI", ("DB03",), to="DB02 ")
    plans.hand_over(admin, plan)
    page = second.get(f"/don-vi/sap-xep/{plan}/xem-truoc")
    assert "Quyết định có hiệu lực từ 28/07/2022" in text_of(page) and "act" not in page.forms


def test_a_meeting_being_prepared_stands_against_closing_its_unit(app: Flask, admin: Person, second: Person) -> None:
    with app.app_context():
        meeting = db.session.scalars(
            select(Meeting)
            .where(Meeting.closed.is_(False), Meeting.cancelled_at.is_(None))
            .order_by(Meeting.id)
            .limit(1)
        ).one()
        cell = db.session.get_one(Unit, meeting.unit_id).code
    plan = plans.begin(admin)
    plans.added(admin, plan, "merge", "KHOI", (cell,), to="DB01-C1 ")
    assert "còn cuộc họp ngày" in text_of(admin.get(f"/don-vi/sap-xep/{plan}/xem-truoc"))


def test_votes_held_since_stand_against_it(app: Flask, admin: Person, second: Person) -> None:
    """By an earlier day than votes that were counted against the register that ends."""
    with app.app_context():
        vote = select(VoteRecord.register_unit_id, Unit.code).join(Unit, Unit.id == VoteRecord.register_unit_id)
        cells = vote.where(VoteRecord.body == "cell", VoteRecord.held_on >= date(2022, 6, 1), Unit.code != "DB01-C1")
        _unit, cell = db.session.execute(cells.where(Unit.kind == "cell").limit(1)).one()
    plan = plans.begin(admin, since="01/06/2022")
    plans.added(admin, plan, "merge", "KHOI", (cell,), to="DB01-C1 ")
    plans.hand_over(admin, plan)
    page = second.get(f"/don-vi/sap-xep/{plan}/xem-truoc")
    assert f"{cell} đã biểu quyết từ ngày 01/06/2022" in text_of(page) and "act" not in page.forms


def test_a_dossier_on_an_agenda_stays_on_its_road(app: Flask, admin: Person) -> None:
    """It goes elsewhere only once it is off the agenda of a body that would not be above it any more."""
    with app.app_context():
        agenda = (
            select(Dossier.code, Unit.code)
            .join(MeetingLine, MeetingLine.dossier_id == Dossier.id)
            .join(Meeting, Meeting.id == MeetingLine.meeting_id)
            .join(Unit, Unit.id == Dossier.unit_id)
            .where(Meeting.closed.is_(False), Meeting.cancelled_at.is_(None), Unit.kind == "cell")
        )
        code, cell = db.session.execute(agenda.where(Meeting.unit_id == Dossier.unit_id).limit(1)).one()
    plan = plans.begin(admin)
    form = admin.get(f"/don-vi/sap-xep/{plan}/them/split?o={cell}").forms["act"]
    form["code"], form["name"], form["dossiers"] = "MOI-C1", "Chi bộ mới", code
    assert form.submit().status_int == 303
    said = text_of(admin.get(f"/don-vi/sap-xep/{plan}/xem-truoc"))
    assert f"Hồ sơ {code} còn trong chương trình họp" in said


def test_an_organisation_code_is_written_down(app: Flask, admin: Person, second: Person) -> None:
    form = admin.get("/don-vi/DB03/ma-to-chuc").forms["act"]
    assert "14 chữ số" in text_of(admin.send(form, org_code="12.34"))
    assert (
        admin.send(admin.get("/don-vi/DB03/ma-to-chuc").forms["act"], org_code="12 003 004 005 006").status_int == 303
    )
    assert "12.003.004.005.006" in text_of(second.get("/don-vi/DB03"))
    assert plans.findings(app) == []
    answer = admin.send(admin.get("/don-vi/DB04/ma-to-chuc").forms["act"], org_code="12003004005006")
    assert answer.status_int == 422 and "đã có" in text_of(answer)
