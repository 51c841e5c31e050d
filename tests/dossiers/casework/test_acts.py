"""Acts through their pages: one after the other, at the same time, twice, sideways and back."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dossiers.audit import services as audit
from dossiers.casework import advance, counts
from dossiers.casework.models import DeadlineRecord, Dossier, Event, EventPersonal, Scope, VoteRecord
from dossiers.extensions import db
from dossiers.outbox.models import Outbox
from dossiers.papers.models import PaperRecord
from dossiers.people.models import Person as PersonRow
from dossiers.units.models import Unit
from tests.people import Person, code_in, dossier, set_clock, snapshot, text_of, unit_of

Maker = Callable[..., Person]


@pytest.fixture(autouse=True)
def counts_stay_right(app: Flask) -> Iterator[None]:
    """Whatever a test did: the counts that reports show are those of the dossiers."""
    yield
    with app.app_context():
        assert counts.wrong() == []


def test_nobody_undoes_what_somebody_else_changed_meanwhile(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    first, second = person("cell_secretary", unit_of(app, code)), person("cell_secretary", unit_of(app, code))
    mine, theirs = first.form(code, "correct_candidate"), second.form(code, "correct_candidate")
    sent = first.send(mine, reason="Ghi nhầm.", occupation="Giáo viên mầm non", residence="Thôn 1", youth_member=True)
    assert sent.status_int == 303
    answer = second.send(theirs, reason="Đổi số máy.", contact="0900 000 001", residence="Thôn 2")
    assert answer.status_int == 409
    shown, told = answer.forms["act"], answer.html.select_one(".flash.warn").get_text(" ", strip=True)
    assert (shown["occupation"].value, shown["residence"].value) == ("Giáo viên mầm non", "Thôn 2")
    assert shown["contact"].value == "0900 000 001" and shown["youth_member"].checked
    taken, against = told.split("Đã lấy theo lần ghi mới")[1].split("Bạn gõ khác; gửi lại là ghi đè lên")
    assert "Giáo viên mầm non" in taken and "Thôn 1" in against
    assert second.send(shown).status_int == 303
    with app.app_context():
        row = db.session.get_one(PersonRow, dossier(app, code).person_id)
        assert (row.occupation, row.residence, row.contact) == ("Giáo viên mầm non", "Thôn 2", "0900 000 001")


def test_a_form_that_does_not_say_how_it_was_shown_stays_as_typed(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    first, second = person("cell_secretary", unit_of(app, code)), person("cell_secretary", unit_of(app, code))
    for nr, sent in enumerate(("", "[1]", "{", '{"occupation": 7}')):
        theirs = second.form(code, "correct_candidate")
        first.act(code, "correct_candidate", reason="Ghi nhầm.", occupation=f"Giáo viên {nr}")
        typed = theirs["occupation"].value
        answer = second.send(theirs, reason="Đổi số máy.", contact="0900 000 001", was=sent)
        assert answer.status_int == 409 and answer.forms["act"]["occupation"].value == typed


def test_one_act_writes_all_that_follows_from_it(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review")
    secretary = person("cell_secretary", unit_of(app, code))
    size = secretary.everybody(code, "pass_cell_vote")
    page = secretary.act(code, "pass_cell_vote", number="501-NQ/CB", present=size, in_favour=size)
    row = dossier(app, code)
    assert row.state != "cell_review"
    assert f"{size}/{size}" in text_of(page)
    with app.app_context():
        event = db.session.scalars(select(Event).where(Event.dossier_id == row.id, Event.seq == row.version)).one()
        assert (event.trigger, event.from_state, event.hash) == ("pass_cell_vote", "cell_review", row.head_hash)
        assert event.happened_on == date(2022, 7, 27)
        assert event.recorded_at.startswith("2022-07-2")
        paper = db.session.scalars(
            select(PaperRecord).where(PaperRecord.dossier_id == row.id, PaperRecord.form == "6-KNĐ")
        ).one()
        assert paper.number == "501-NQ/CB"
        rules = {
            d.rule: d for d in db.session.scalars(select(DeadlineRecord).where(DeadlineRecord.dossier_id == row.id))
        }
        assert rules["admission_decision"].due_on == date(2022, 10, 21)
        assert rules["course_certificate"].ended_on == date(2022, 7, 27)
        scopes = db.session.scalars(select(Scope).where(Scope.dossier_id == row.id)).all()
        assert {scope.state for scope in scopes} == {row.state}
        assert {scope.due_on for scope in scopes} == {date(2022, 10, 21)}
        told = db.session.scalars(select(Outbox).where(Outbox.dossier_id == row.id, Outbox.seq == row.version)).one()
        assert told.topic == "dossier:pass_cell_vote"


def test_two_people_on_the_same_version(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    first, second = person("cell_secretary", unit_of(app, code)), person("cell_secretary", unit_of(app, code))
    mine, theirs = first.form(code, "suspend"), second.form(code, "correct_candidate")
    assert first.send(mine, reason="Đi công tác biệt phái.").status_int == 303
    version = dossier(app, code).version
    answer = second.send(theirs, reason="Bổ sung nơi ở.", residence="12 đường Tưởng Tượng")
    text = text_of(answer)
    assert answer.status_int == 409
    assert "Hồ sơ vừa có người khác ghi" in text
    assert "Đi công tác biệt phái." in text
    assert first.name in text
    assert answer.forms["act"]["residence"].value == "12 đường Tưởng Tượng"
    assert dossier(app, code).version == version
    again = second.send(answer.forms["act"])
    assert again.status_int == 422, "seen now, and refused by the rule: the dossier is suspended"
    first.act(code, "resume")
    form = second.form(code, "correct_candidate")
    assert second.send(form, reason="Bổ sung nơi ở.", residence="12 đường Tưởng Tượng").status_int == 303


def test_somebody_else_acts_between_reading_and_writing(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_in(app, "listed")
    first, second = person("cell_secretary", unit_of(app, code)), person("cell_secretary", unit_of(app, code))
    mine, theirs = first.form(code, "suspend"), second.form(code, "correct_candidate")
    version = dossier(app, code).version
    decide = advance.decide

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(advance, "decide", decide)
        with ThreadPoolExecutor(1) as other:
            assert other.submit(first.send, mine, reason="Nhanh hơn.").result().status_int == 303
        return decide(*given)

    monkeypatch.setattr(advance, "decide", overtaken)
    answer = second.send(theirs, reason="Bổ sung nơi ở.", residence="12 đường Tưởng Tượng")
    assert answer.status_int == 409
    assert "Nhanh hơn." in text_of(answer)
    assert answer.forms["act"]["residence"].value == "12 đường Tưởng Tượng"
    assert dossier(app, code).version == version + 1


def test_a_form_sent_twice_acts_once(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "suspend")
    assert secretary.send(form, reason="Một lần.").status_int == 303
    version = dossier(app, code).version
    answer = secretary.send(form, reason="Một lần.")
    assert answer.status_int == 303
    assert "đã được ghi nhận từ lần gửi trước" in text_of(answer.follow())
    assert dossier(app, code).version == version


def test_a_form_that_moves_the_dossier_sent_twice_acts_once(app: Flask, person: Maker) -> None:
    code = code_in(app, "trained", "DB02-C3")
    secretary = person("cell_secretary", "DB02-C3")
    form = secretary.form(code, "open_dossier")
    assert secretary.send(form).status_int == 303
    version = dossier(app, code).version
    answer = secretary.send(form)
    assert answer.status_int == 303, "the step has moved on, but the act is the one recorded"
    assert "đã được ghi nhận từ lần gửi trước" in text_of(answer.follow())
    assert dossier(app, code).version == version


def test_who_comes_too_late_for_a_step_is_told_what_changed_and_keeps_what_was_typed(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    first, second = person("cell_secretary", "DB02-C3"), person("cell_secretary", "DB02-C3")
    size = first.everybody(code, "pass_cell_vote")
    mine, theirs = first.form(code, "pass_cell_vote"), second.form(code, "record_failed_vote")
    assert first.send(mine, number="88-NQ/CB", present=size, in_favour=size).status_int == 303
    before = snapshot(app, code)
    answer = second.send(theirs, present=size, in_favour="1", against="3")
    text = text_of(answer)
    assert answer.status_int == 409
    assert "đã sang bước khác" in text
    assert "Chi bộ thông qua" in text
    assert "88-NQ/CB" in text
    assert f"Số người có mặt {size}" in text
    assert "Tán thành 1 Không tán thành 3" in text
    assert snapshot(app, code) == before


def test_a_candidate_sent_twice_is_recorded_once(app: Flask, person: Maker) -> None:
    officer = person("union_officer", "DB02-CD")
    form = officer.get("/ho-so/moi").forms["act"]
    fields = {
        "full_name": "Trần Thị Một Lần", "birth_date": "2/3/1985", "sex": "female", "contact": "0900 000 001",
        "place": "first", "consented": True,
    }  # fmt: skip
    assert officer.send(form, **fields).status_int == 303
    assert officer.send(form, **fields).status_int == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(PersonRow.full_name == "Trần Thị Một Lần")) == 1
        row = db.session.scalars(select(Dossier).join(PersonRow).where(PersonRow.full_name == "Trần Thị Một Lần")).one()
        assert row.state == "sourced"
        assert db.session.get_one(Unit, row.nominator_id).code == "DB02-CD", "the union that will nominate"


def test_a_returned_dossier_keeps_the_clock_of_its_decision(app: Flask, person: Maker) -> None:
    code = code_in(app, "committee_review")
    with app.app_context():
        committee = db.session.scalars(
            select(Unit.code).join(Scope, Scope.ancestor_id == Unit.id).join(Dossier, Dossier.id == Scope.dossier_id)
            .where(Dossier.code == code, Unit.kind == "grassroots_committee")
        ).one()  # fmt: skip
    due = dossier(app, code).due_on
    secretary = person("committee_secretary", committee)
    page = secretary.act(code, "return_for_correction", return_to="verifying", reason="Thiếu kết quả thẩm tra bên vợ.")
    row = dossier(app, code)
    assert row.state == "verifying"
    assert row.due_on == due
    assert "Thiếu kết quả thẩm tra bên vợ." in text_of(page)


def test_an_overdue_decision_was_extended_in_time_with_ground_and_who_agreed(app: Flask, person: Maker) -> None:
    with app.app_context():
        code = db.session.scalars(
            select(Dossier.code).where(Dossier.state == "awaiting_decision", Dossier.due_on < date(2022, 7, 27))
        ).first()
    assert code
    upper = person("upper_officer", "KHOI")
    assert "quá hạn" in text_of(upper.get(f"/ho-so/{code}"))
    fields = {"rule": "admission_decision", "agreed_by": "Ban Thường vụ Đảng ủy Khối", "reason": "Thẩm tra phức tạp."}
    due = dossier(app, code).due_on
    assert due
    late = upper.refused(code, "extend_deadline", days="30", **fields)
    assert "chỉ gia hạn khi còn thời hạn" in late, "agreed when it had passed"
    fields["happened_on"] = f"{due:%d/%m/%Y}"
    assert "nhiều nhất là 30" in upper.refused(code, "extend_deadline", days="31", **fields)
    page = upper.act(code, "extend_deadline", days="30", **fields)
    assert dossier(app, code).due_on == date(2022, 8, 4)
    assert "đã gia hạn 30 ngày làm việc" in text_of(page)
    assert "Ban Thường vụ Đảng ủy Khối" in text_of(page)


def test_a_transfer_takes_everything_along(app: Flask, person: Maker) -> None:
    code = code_in(app, "trained", "DB01")
    upper = person("upper_officer", "KHOI")
    form = upper.form(code, "transfer")
    target = next(value for value, _, label in form["to_unit"].options if label.startswith("DB06-C1"))
    old = unit_of(app, code)
    before = dossier(app, code)
    upper.act(code, "transfer", to_unit=target, reason="Điều động công tác.")
    after = dossier(app, code)
    assert unit_of(app, code) == "DB06-C1"
    assert (after.state, after.due_on, after.version) == (before.state, before.due_on, before.version + 1)
    person("cell_secretary", "DB06-C1").get(f"/ho-so/{code}")
    person("cell_secretary", old).get(f"/ho-so/{code}", status=404)
    with app.app_context():
        sees = set(
            db.session.scalars(
                select(Unit.code).join(Scope, Scope.ancestor_id == Unit.id).where(Scope.dossier_id == after.id)
            )
        )
    assert sees >= {"DB06-C1", "DB06", "KHOI"}
    assert not any(unit.startswith("DB01") for unit in sees)


def test_a_transfer_to_a_road_without_the_step_is_refused(app: Flask, person: Maker) -> None:
    code = code_in(app, "section_appraisal")
    upper = person("upper_officer", "KHOI")
    form = upper.form(code, "transfer")
    target = next(value for value, _, label in form["to_unit"].options if label.startswith("CB01"))
    answer = upper.send(form, to_unit=target, reason="Điều động công tác.")
    assert answer.status_int == 422
    assert "không có bước hiện tại của hồ sơ" in text_of(answer)


def test_a_decision_is_revoked_before_the_ceremony(app: Flask, person: Maker) -> None:
    code = code_in(app, "approved")
    signer = person("upper_secretary", "KHOI")
    if "act" not in signer.get(f"/ho-so/{code}/revoke_decision", status="*").forms:
        code = code_in(app, "approved", skip=1)
    signer.act(code, "revoke_decision", number="990-QĐ/ĐU", present="9", in_favour="9", reason="Phát hiện sai lý lịch.")
    assert dossier(app, code).state == "not_admitted"


def test_three_failed_votes_go_to_the_superior(app: Flask, person: Maker) -> None:
    code = _failed_times(app, 2)
    secretary = person("cell_secretary", unit_of(app, code))
    size = secretary.everybody(code, "record_failed_vote")
    secretary.refused(code, "refer_to_superior", reason="Ba lần không đủ phiếu.")
    secretary.act(code, "record_failed_vote", present=size, in_favour="1")
    assert "24-QĐ/TW §4.2" in secretary.refused(code, "pass_cell_vote", number="7-NQ", present=size, in_favour=size)
    page = secretary.act(code, "refer_to_superior", reason="Ba lần không đủ phiếu.")
    assert dossier(app, code).state == "recognition_awaiting_decision"
    assert "Ban tổ chức cấp trên" in text_of(page)


def _failed_times(app: Flask, times: int) -> str:
    with app.app_context():
        query = (
            select(Dossier.code).join(Event, Event.dossier_id == Dossier.id)
            .where(Event.trigger == "record_failed_vote", Dossier.state == "recognition_cell_review")
            .group_by(Dossier.code).having(func.count() == times)
        )  # fmt: skip
        return str(db.session.scalars(query).one())


def test_the_correction_of_personal_data_keeps_what_stood_before_beside_the_event(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    secretary.act(
        code, "correct_candidate", religion="Không", ethnic_group="Kinh", identity_number="012345678901",
        sector="agency", reason="Bổ sung theo lý lịch.",
    )  # fmt: skip
    row = dossier(app, code)
    with app.app_context():
        event = db.session.scalars(select(Event).where(Event.dossier_id == row.id, Event.seq == row.version)).one()
        personal = db.session.get_one(EventPersonal, (row.id, row.version))
        assert "012345678901" not in event.body
        assert '"after":{' in personal.content
        assert "012345678901" in personal.content
        raw = (
            db.session.connection()
            .exec_driver_sql(f"SELECT content FROM event_personal WHERE dossier_id = {row.id} AND seq = {row.version}")
            .scalar_one()
        )
        stored = (
            db.session.connection()
            .exec_driver_sql(f"SELECT identity_number FROM person WHERE id = {row.person_id}")
            .scalar_one()
        )
        assert "012345678901" not in raw, "personal parts stand encrypted"
        assert "012345678901" not in stored
    shown = text_of(secretary.get(f"/ho-so/{code}"))
    assert "012345678901" in shown
    with app.app_context():
        nominator = db.session.get(Unit, row.nominator_id).code if row.nominator_id else None
    if nominator:
        role = "youth_officer" if nominator.endswith("DTN") else "union_officer"
        seen = text_of(person(role, nominator).get(f"/ho-so/{code}"))
        assert "012345678901" not in seen
        assert "Bổ sung theo lý lịch" not in seen


def test_the_source_can_be_corrected_while_the_candidate_is_only_on_the_list(app: Flask, person: Maker) -> None:
    with app.app_context():
        row = db.session.execute(
            select(Dossier.code, Unit.code.label("union")).join(Unit, Unit.id == Dossier.nominator_id)
            .where(Dossier.state == "sourced", Unit.kind == "youth_union")
        ).first()  # fmt: skip
    assert row
    officer = person("youth_officer", row.union)
    officer.act(row.code, "correct_candidate", source="trade_union", reason="Đã quá tuổi đoàn viên.")
    moved = dossier(app, row.code)
    with app.app_context():
        assert db.session.get_one(Unit, moved.nominator_id).kind == "trade_union"
    assert moved.turn == "union_officer"
    officer.get(f"/ho-so/{row.code}", status=404)


def test_readmission_opens_a_new_dossier_linked_to_the_old(app: Flask, person: Maker) -> None:
    code = code_in(app, "removed")
    secretary = person("cell_secretary", unit_of(app, code))
    fields = {"number": "15-CV/TU", "ground": "removed", "reason": "Đã phấn đấu tốt."}
    assert "Chưa đủ 36 tháng" in secretary.refused(code, "readmit", **fields)
    set_clock(app, date(2025, 8, 1))
    secretary.act(code, "readmit", **fields)
    with app.app_context():
        old = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        new = db.session.scalars(select(Dossier).where(Dossier.previous_id == old.id)).one()
        assert (new.state, new.person_id, new.rulebook) == ("sourced", old.person_id, "RB-2025")
        assert old.state == "removed"
    set_clock(app, date(2025, 8, 2))
    assert secretary.send(secretary.form(code, "readmit"), **fields).status_int in (303, 422)


def test_a_dossier_moves_to_the_rulebook_of_the_day_its_step_begins(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    secretary = person("cell_secretary", unit_of(app, code))
    set_clock(app, date(2025, 7, 2))
    if dossier(app, code).turn == "cell_secretary":
        secretary.act(code, "propose_course")
    assert dossier(app, code).rulebook == "RB-2021", "a dossier stays on its own while its step goes on"
    secretary.act(
        code,
        "record_certificate",
        happened_on="02/07/2025",
        number="8-GCN",
        issued_on="01/06/2025",
        issuer="TTCT Vĩnh An",
    )
    assert dossier(app, code).rulebook == "RB-2025"


def test_an_administrator_moves_a_dossier_without_seeing_it(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    administrator = person("administrator", "KHOI")
    administrator.get(f"/ho-so/{code}", status=403)
    form = administrator.get("/quy-tac/chuyen").forms["act"]
    before = dossier(app, code).version
    assert administrator.send(form, code="HS1900-000001", rulebook="RB-2025", reason="Thử.").status_int == 422
    form = administrator.get("/quy-tac/chuyen").forms["act"]
    assert administrator.send(form, code=code, rulebook="RB-2025", reason="Theo hướng dẫn mới.").status_int == 303
    after = dossier(app, code)
    assert (after.rulebook, after.version) == ("RB-2025", before + 1)


@pytest.mark.parametrize("trigger", ["withdraw", "transfer_out", "record_death"])
def test_an_end_is_an_end(app: Flask, person: Maker, trigger: str) -> None:
    code = code_in(app, "trained", "DB01")
    secretary = person("cell_secretary", unit_of(app, code))
    fields = {"withdraw": {"reason": "Nguyện vọng."}, "transfer_out": {"reason": "Chuyển tỉnh.", "number": "70-TB"}}
    page = secretary.act(code, trigger, **fields.get(trigger, {"number": "71-KT"}))
    row = dossier(app, code)
    assert row.state in ("withdrawn", "transferred_out", "deceased")
    assert row.turn is None
    assert row.due_on is None
    assert "không còn việc phải làm" in text_of(page)
    before = snapshot(app, code)
    assert secretary.get(f"/ho-so/{code}/open_dossier", status=409)
    assert snapshot(app, code) == before


def test_the_register_counts_those_entitled_on_the_day(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review")
    unit = unit_of(app, code)
    secretary = person("cell_secretary", unit)
    size = int(secretary.everybody(code, "pass_cell_vote"))
    page = secretary.get(f"/don-vi/{unit}")
    answer = secretary.send(page.forms["act"], name="Đỗ Văn Thêm Vào", valid_from="01/07/2022")
    assert answer.status_int == 303
    exempt = secretary.send(secretary.get(f"/don-vi/{unit}").forms["act"], name="Hồ Thị Đi Xa", status="exempt")
    assert exempt.status_int == 303
    away = secretary.send(secretary.get(f"/don-vi/{unit}").forms["act"], name="Hồ Thị Ở Xa", status="elsewhere")
    assert away.status_int == 303
    assert int(secretary.everybody(code, "pass_cell_vote")) == size + 1, "who is exempt or away is not counted"
    more = {"number": "33-NQ/CB", "present": str(size + 3), "in_favour": str(size + 3)}
    assert "danh sách ngày đó chỉ có 1" in secretary.refused(code, "pass_cell_vote", exempt_present="2", **more)
    everybody = str(size + 2)
    secretary.act(code, "pass_cell_vote", number="33-NQ/CB", present=everybody, in_favour=everybody, exempt_present="1")
    with app.app_context():
        vote = db.session.scalars(
            select(VoteRecord).join(Dossier, Dossier.id == VoteRecord.dossier_id).where(Dossier.code == code)
        ).all()[-1]
        assert vote.entitled == size + 2, "an exempt member who comes counts, who is elsewhere does not"


def test_a_class_is_filled_and_certified_in_bulk(app: Flask, person: Maker) -> None:
    office, centre = person("committee_officer", "DB02"), person("training_officer", "TTCT")
    link = office.get("/boi-duong").html.select_one('a[href*="/boi-duong/lop/"]')["href"]
    page = office.get(link)
    form = next(f for f in page.forms.values() if f.fields.get("action") and f["action"].value == "enrol")
    boxes = form.fields["pick"]
    assert len(boxes) == 2
    for box in boxes:
        box.checked = True
    codes = [box._value for box in boxes]
    done = form.submit()
    assert "Đã ghi 2" in text_of(done)
    assert {dossier(app, code).state for code in codes} == {"enrolled"}
    set_clock(app, date(2023, 1, 10))
    page = centre.get(link)
    form = next(f for f in page.forms.values() if f.fields.get("action") and f["action"].value == "certify")
    form[f"number-{codes[0]}"] = "301-GCN"
    form[f"number-{codes[1]}"] = "301-GCN"
    form["happened_on"] = "10/01/2023"
    answer = form.submit(expect_errors=True)
    assert answer.status_int == 422
    assert "Đã ghi 1, chưa ghi được 1" in text_of(answer)
    assert sorted(dossier(app, code).state for code in codes) == ["enrolled", "trained"]


@pytest.mark.parametrize(
    ("action", "typed", "field", "says"),
    [
        ("certify", {"happened_on": "31/02/2023"}, "certify-on", "không có trong lịch"),
        ("certify", {}, "certify-rows", "Chưa ghi số giấy chứng nhận nào"),
        ("enrol", {"happened_on": "sớm"}, "enrol-on", "Ghi ngày dạng"),
        ("enrol", {}, "enrol-rows", "Chưa chọn ai"),
    ],
)
def test_what_is_wrong_with_a_class_is_said_on_top_and_where_it_is(
    app: Flask, person: Maker, action: str, typed: dict[str, str], field: str, says: str
) -> None:
    who = person("training_officer", "TTCT") if action == "certify" else person("committee_officer", "DB02")
    with app.app_context():
        course = db.session.scalar(select(func.max(Dossier.class_id)).where(Dossier.state == "enrolled"))
    page = who.get(f"/boi-duong/lop/{course}")
    form = next(f for f in page.forms.values() if f.fields.get("action") and f["action"].value == action)
    for name, value in typed.items():
        form[name] = value
    answer = form.submit(status=422)
    summary = answer.html.select_one('.flash.error[role="alert"]')
    assert says in summary.get_text()
    assert [link["href"] for link in summary.select("a")] == [f"#{field}"]
    assert len(answer.html.select(f"#{field}")) == 1
    assert says in answer.html.select_one(f"#{field}-error").get_text()
    assert len(answer.html.select("form .errors")) == 1, "the other form of the page is not at fault"


def test_the_sex_of_a_candidate_can_be_put_right(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.get(f"/ho-so/{code}/correct_candidate").forms["act"]
    was, other = {"female": ("Nữ", "male"), "male": ("Nam", "female")}[form["sex"].value]
    secretary.act(code, "correct_candidate", sex=other, reason="Ghi nhầm khi lập danh sách nguồn.")
    shown = text_of(secretary.get(f"/ho-so/{code}"))
    assert f"Giới tính {'Nam' if was == 'Nữ' else 'Nữ'}" in shown
    assert "Ghi nhầm khi lập danh sách nguồn." in shown


def test_a_members_name_is_corrected_with_a_paper_and_the_committees_agreement(app: Flask, person: Maker) -> None:
    code = code_in(app, "probationary")
    secretary = person("cell_secretary", unit_of(app, code))
    new = {"full_name": "Đỗ Thị Tên Đúng", "reason": "Theo giấy khai sinh."}
    assert "chỉ sửa khi có giấy tờ và cấp ủy đồng ý" in secretary.refused(code, "correct_candidate", **new)
    secretary.act(code, "correct_candidate", occupation="Kế toán trưởng", reason="Thay đổi chức vụ.")
    secretary.act(code, "correct_candidate", number="12/TP-CC", agreed_by="Đảng ủy cơ sở", **new)
    assert "Đỗ Thị Tên Đúng" in text_of(secretary.get(f"/ho-so/{code}"))
    with app.app_context():
        assert audit.verify()[1] == []


def test_who_may_see_the_religion_sees_the_list_it_asks_for_and_nobody_else_learns_of_it(
    app: Flask, person: Maker
) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    assert "KT-TG" not in secretary.get(f"/ho-so/{code}/record_papers").text
    secretary.act(code, "correct_candidate", religion="Phật giáo", private_owner=True, reason="Theo lý lịch.")
    papers = secretary.get(f"/ho-so/{code}/record_papers").text
    assert "KT-TG" in papers
    assert "KT-DN" in papers, "and the list of who owns a firm"
    row = dossier(app, code)
    assert "religious" not in row.facts
    with app.app_context():
        bodies = db.session.scalars(select(Event.body).where(Event.dossier_id == row.id)).all()
        assert not any("religious" in body for body in bodies), "what is sensitive stands in no plain column"


def test_a_vote_with_too_few_present_is_recorded_and_said(app: Flask, person: Maker) -> None:
    code = code_in(app, "recognition_cell_review")
    secretary = person("cell_secretary", unit_of(app, code))
    page = secretary.act(code, "record_failed_vote", present="2", in_favour="1")
    assert "có mặt 2/" in page.html.select_one(".flash.warn").get_text().casefold()


def test_a_wrong_admission_is_the_superiors_also_where_a_committee_decides_itself(app: Flask, person: Maker) -> None:
    with app.app_context():
        code, unit = db.session.execute(
            select(Dossier.code, Unit.code)
            .join(Scope, Scope.dossier_id == Dossier.id)
            .join(Unit, Unit.id == Scope.ancestor_id)
            .where(Dossier.state == "probationary", Unit.deciding_body == "own_committee")
            .order_by(Dossier.id)
        ).first()  # type: ignore[misc] # there is one
    above = person("upper_secretary", "KHOI")
    above.act(code, "require_mending", number="44-CV/ĐUK", reason="Biên bản chi bộ thiếu chữ ký.")
    assert "9 người có quyền biểu quyết" in text_of(above.get(f"/ho-so/{code}/confirm_after_mending"))
    above.act(code, "confirm_after_mending", number="45-QĐ/ĐUK", present="9", in_favour="9")
    with app.app_context():
        upper = db.session.scalars(select(Unit.id).where(Unit.code == "KHOI")).one()
        keys = db.session.scalars(
            select(PaperRecord.number_key).where(
                PaperRecord.dossier_id == dossier(app, code).id, PaperRecord.number.like("4%/ĐUK")
            )
        ).all()
        assert len(keys) == 2
        assert all(str(key).startswith(f"u{upper}/") for key in keys), (unit, keys)
        assert audit.verify()[1] == []
