"""What was recorded wrongly is put right: shown first, written once, and the tables follow from the log."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dossiers.audit import services as audit
from dossiers.casework.models import DeadlineRecord, Dossier, Event, VoteRecord
from dossiers.extensions import db
from dossiers.papers.models import PaperRecord
from dossiers.people import reading as people
from dossiers.rules import instance
from dossiers.units.models import Unit
from tests.people import Person, code_in, dossier, snapshot, text_of, unit_of
from workflow.facts import DossierFacts

Maker = Callable[..., Person]


@pytest.fixture(autouse=True)
def the_log_is_the_truth(app: Flask) -> Iterator[None]:
    """Whatever a test did: every table is what the events say."""
    yield
    with app.app_context():
        assert audit.verify()[1] == []


def last_seq(app: Flask, code: str, trigger: str) -> int:
    with app.app_context():
        query = select(func.max(Event.seq)).join(Dossier, Dossier.id == Event.dossier_id)
        return int(db.session.scalar(query.where(Dossier.code == code, Event.trigger == trigger)) or 0)


def facts(app: Flask, code: str) -> DossierFacts:
    import msgspec

    return msgspec.json.decode(dossier(app, code).facts, type=DossierFacts)


def set_clock(app: Flask, day: date) -> None:
    with app.app_context():
        instance.put("clock", day.isoformat())
        db.session.commit()


class Correcting:
    """Somebody who corrects: chooses the act, puts it right, looks at what changes, records it."""

    def __init__(self, who: Person, code: str, seq: int) -> None:
        self.who, self.code = who, code
        chosen = who.send(who.form(code, "correct_record"), event=str(seq))
        assert chosen.status_int == 303, text_of(chosen)
        self.page = chosen.follow()

    def look(self, **fields: Any) -> str:
        """What the page says would change; nothing is written."""
        before = snapshot(self.who.app, self.code)
        form = self.page.forms["act"]
        for name, value in fields.items():
            form[name] = value
        self.page = form.submit("step", value="look", expect_errors=True)
        assert snapshot(self.who.app, self.code) == before
        return text_of(self.page)

    def record(self, **fields: Any) -> Any:
        """Send it after looking."""
        form = self.page.forms["act"]
        for name, value in fields.items():
            form[name] = value
        self.page = form.submit("step", value="record", expect_errors=True)
        return self.page


GROUNDS = {"correction-reason": "Ghi nhầm theo biên bản.", "correction-number": "15-BB/CB"}


def test_votes_written_down_wrongly_are_put_right(app: Flask, person: Maker) -> None:
    code = code_in(app, "committee_review")
    secretary = person("cell_secretary", unit_of(app, code))
    seq = last_seq(app, code, "pass_cell_vote")
    with app.app_context():
        vote = db.session.get_one(VoteRecord, (dossier(app, code).id, seq))
        present, favour = vote.present, vote.in_favour
    one = Correcting(secretary, code, seq)
    form = one.page.forms["act"]
    assert (form["present"].value, form["in_favour"].value) == (str(present), str(favour)), "as it was recorded"
    assert "nội dung đính chính giống hệt" not in text_of(one.page).lower()
    text = one.look(in_favour=str(favour - 1), against="1", **GROUNDS)
    assert f"{favour - 1}/" in text
    answer = one.record()
    assert answer.status_int == 303, text_of(answer)
    with app.app_context():
        vote = db.session.get_one(VoteRecord, (dossier(app, code).id, seq))
        assert (vote.in_favour, vote.against) == (favour - 1, 1)
    page = answer.follow()
    marked = page.html.select_one("li.corrected")
    assert marked is not None
    assert "đã đính chính ở" in marked.get_text(), "the old event stays, marked"


def test_nothing_changed_is_no_correction(app: Flask, person: Maker) -> None:
    code = code_in(app, "committee_review")
    one = Correcting(person("cell_secretary", unit_of(app, code)), code, last_seq(app, code, "pass_cell_vote"))
    one.look(**GROUNDS)
    answer = one.record()
    assert answer.status_int == 422
    assert "giống hệt" in text_of(answer)


def test_a_resolution_of_another_day_moves_the_deadline(app: Flask, person: Maker) -> None:
    code = code_in(app, "committee_review")
    seq = last_seq(app, code, "pass_cell_vote")
    before = dossier(app, code).due_on
    with app.app_context():
        happened = db.session.get_one(Event, (dossier(app, code).id, seq)).happened_on
    earlier = date.fromordinal(happened.toordinal() - 7)
    one = Correcting(person("cell_secretary", unit_of(app, code)), code, seq)
    text = one.look(happened_on=f"{earlier:%d/%m/%Y}", **GROUNDS)
    assert "Ngày nghị quyết của chi bộ" in text
    assert "Thời hạn" in text
    assert one.record().status_int == 303
    after = dossier(app, code)
    assert after.due_on is not None
    assert before is not None
    assert after.due_on < before
    assert facts(app, code).cell_resolution_on == earlier
    with app.app_context():
        row = db.session.get_one(DeadlineRecord, (after.id, "admission_decision", earlier))
        assert row.due_on == after.due_on
        paper = db.session.scalars(
            select(PaperRecord).where(PaperRecord.dossier_id == after.id, PaperRecord.form == "6-KNĐ")
        ).one()
        assert paper.issued_on == earlier


def test_the_day_of_the_ceremony_in_month_eleven(app: Flask, person: Maker) -> None:
    """Found out just before the twelve months are over: the end of probation follows the right day."""
    code = code_in(app, "probationary")
    ceremony = facts(app, code).ceremony_on
    assert ceremony
    set_clock(app, date.fromordinal(ceremony.toordinal() + 335))
    right = date.fromordinal(ceremony.toordinal() + 2)
    one = Correcting(person("cell_secretary", unit_of(app, code)), code, last_seq(app, code, "hold_ceremony"))
    text = one.look(happened_on=f"{right:%d/%m/%Y}", **GROUNDS)
    assert "Ngày lễ kết nạp" in text
    answer = one.record()
    assert answer.status_int == 303, text_of(answer)
    assert facts(app, code).ceremony_on == right
    with app.app_context():
        rows = db.session.scalars(select(DeadlineRecord).where(DeadlineRecord.dossier_id == dossier(app, code).id))
        runs = {row.rule: row for row in rows if row.ended_on is None}
        assert runs["probation"].starts_on == right
        assert (runs["probation"].due_on.month, runs["probation"].due_on.day) == (right.month, right.day)


def test_later_acts_that_the_rules_would_not_allow_stay_with_a_ground(app: Flask, person: Maker) -> None:
    code = code_in(app, "committee_review")
    seq = last_seq(app, code, "pass_cell_vote")
    one = Correcting(person("cell_secretary", unit_of(app, code)), code, seq)
    text = one.look(in_favour="1", **GROUNDS)
    assert "không còn đúng quy tắc" in text
    refused = one.record()
    assert refused.status_int == 422
    assert "ghi căn cứ vì sao vẫn giữ" in text_of(refused)
    one.look(**{"correction-kept_because": "Chi bộ đã họp lại và thống nhất."})
    assert one.record().status_int == 303
    assert dossier(app, code).state == "committee_review", "what followed stays"


def test_a_decision_is_corrected_by_two(app: Flask, person: Maker) -> None:
    code = decided_above(app)
    seq = last_seq(app, code, "decide_admission")
    admitted = facts(app, code).admitted_on
    assert admitted
    right = date.fromordinal(admitted.toordinal() - 1)
    officer, signer = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    fields = {"happened_on": f"{right:%d/%m/%Y}", **GROUNDS}

    alone = Correcting(signer, code, seq)
    assert "một người trình" in alone.look(**fields)
    proposed = alone.record()
    assert proposed.status_int == 303
    assert facts(app, code).admitted_on == admitted, "a proposal changes nothing"
    again = Correcting(signer, code, seq)
    again.look(**GROUNDS)
    refused = again.record()
    assert refused.status_int == 422
    assert "Người trình đính chính không tự ghi" in text_of(refused)

    set_clock(app, date(2022, 7, 28))
    other = Correcting(officer, code, seq)
    assert other.page.forms["act"]["happened_on"].value == f"{right:%d/%m/%Y}", "what was proposed stands in the form"
    other.look(**GROUNDS)
    assert "do Bí thư cấp ủy cấp trên đính chính" in text_of(other.record()), "only who may sign it records it"
    with app.app_context():
        version = dossier(app, code).version
    propose = Correcting(officer, code, seq)
    propose.look(happened_on=f"{date.fromordinal(right.toordinal() - 1):%d/%m/%Y}", **GROUNDS)
    assert propose.record().status_int == 303
    assert dossier(app, code).version == version + 1
    done = Correcting(signer, code, seq)
    done.look(**GROUNDS)
    answer = done.record()
    assert answer.status_int == 303, text_of(answer)
    assert facts(app, code).admitted_on == date.fromordinal(right.toordinal() - 1)
    assert facts(app, code).correction is None
    assert dossier(app, code).admitted_on == date.fromordinal(right.toordinal() - 1), "and in the quota"


def test_a_proposed_correction_is_seen_and_declined_by_a_second_person(app: Flask, person: Maker) -> None:
    """The dossier's page says that it waits, the second person sees all of it at once, and says why not."""
    code = decided_above(app)
    seq = last_seq(app, code, "decide_admission")
    officer, signer = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    before = facts(app, code)
    assert "đang chờ người thứ hai" not in text_of(signer.get(f"/ho-so/{code}"))
    assert "Không có đính chính nào đang chờ" in text_of(signer.get(f"/ho-so/{code}/decline_correction"))
    proposing = Correcting(officer, code, seq)
    proposing.look(number="77-QĐ/BTV", **GROUNDS)
    assert proposing.record().status_int == 303

    page = signer.get(f"/ho-so/{code}")
    assert f"Đính chính việc #{seq} đã được trình" in text_of(page)
    shown = signer.get(f"/ho-so/{code}/correct_record?event={seq}")
    text = text_of(shown)
    assert f"{officer.name} đã trình đính chính này" in text
    assert "77-QĐ/BTV" in text
    assert "Sau đính chính sẽ thay đổi" in text, "what it changes stands there before anything is pressed"
    assert shown.forms["act"]["correction-reason"].value == GROUNDS["correction-reason"]
    assert shown.html.select_one("aside.evidence"), "and the file beside it"

    assert "không tự quyết định" in text_of(officer.send(officer.form(code, "decline_correction"), reason="Thôi."))
    cell = person("cell_secretary", unit_of(app, code))
    refused = cell.send(cell.form(code, "decline_correction"), reason="Không đúng.")
    assert refused.status_int == 422
    assert "Bí thư cấp ủy cấp trên" in text_of(refused), "whose it is to record it"
    done = signer.act(code, "decline_correction", reason="Số cũ đúng, xem bản gốc.")
    assert "Số cũ đúng" in text_of(done)
    assert facts(app, code) == replace_last(before, facts(app, code))
    assert "đang chờ người thứ hai" not in text_of(signer.get(f"/ho-so/{code}"))
    again = Correcting(officer, code, seq)
    again.look(number="77-QĐ/BTV", **GROUNDS)
    assert again.record().status_int == 303, "it can be proposed again"


def test_what_was_proposed_is_recorded_with_one_press_by_a_second_person(app: Flask, person: Maker) -> None:
    code = decided_above(app)
    seq = last_seq(app, code, "decide_admission")
    officer, signer = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    proposing = Correcting(officer, code, seq)
    proposing.look(number="77-QĐ/BTV", **GROUNDS)
    assert proposing.record().status_int == 303
    shown = signer.get(f"/ho-so/{code}/correct_record?event={seq}")
    answer = shown.forms["act"].submit("step", value="record", expect_errors=True)
    assert answer.status_int == 303, text_of(answer)
    with app.app_context():
        paper = db.session.scalars(
            select(PaperRecord).where(PaperRecord.dossier_id == dossier(app, code).id, PaperRecord.seq == seq)
        ).one()
        assert paper.number == "77-QĐ/BTV"


def replace_last(before: DossierFacts, after: DossierFacts) -> DossierFacts:
    """The same facts, but for which act was the last."""
    import msgspec

    return msgspec.structs.replace(before, last=after.last, last_on=after.last_on)


def decided_above(app: Flask) -> str:
    """A dossier whose decision the upper committee took, before its ceremony or after."""
    with app.app_context():
        query = (
            select(Dossier.code)
            .join(Event, Event.dossier_id == Dossier.id)
            .where(Dossier.state == "probationary", Event.trigger == "decide_admission")
            .where(Event.actor_role == "upper_secretary")
            .order_by(Dossier.id)
        )
        return str(db.session.scalars(query.limit(1)).one())


def test_some_acts_are_done_again_instead(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    secretary = person("cell_secretary", unit_of(app, code))
    page = secretary.get(f"/ho-so/{code}/correct_record")
    assert "Thêm vào danh sách nguồn" not in [option[2] for option in page.forms["act"]["event"].options]
    assert "Những việc không đính chính" in text_of(page)
    assert "Không đính chính việc này" in text_of(secretary.get(f"/ho-so/{code}/correct_record?event=1"))
    assert secretary.get(f"/ho-so/{code}/correct_record?event=99", status=404)
    assert secretary.get(f"/ho-so/{code}/correct_record?event=%C2%B2").status_int == 200


def test_who_may_not_do_the_act_neither_corrects_it_nor_sees_what_it_brought(app: Flask, person: Maker) -> None:
    with app.app_context():
        row = db.session.execute(
            select(Dossier.id, Dossier.code, Unit.code.label("union"))
            .join(Unit, Unit.id == Dossier.nominator_id)
            .where(Dossier.state == "committee_review", Unit.kind == "youth_union")
        ).first()
        assert row
        relatives = [relative.name for relative in people.relatives(row.id)]
    officer = person("youth_officer", row.union)
    for trigger in ("record_relatives", "pass_cell_vote", "conclude_verification"):
        seq = last_seq(app, row.code, trigger)
        page = officer.get(f"/ho-so/{row.code}/correct_record?event={seq}", status=403)
        assert "đính chính" in text_of(page)
        assert "act" not in page.forms
        assert not any(name in page.text for name in relatives)
        sent = {"csrf_token": officer.token(), "happened_on": "01/01/2022", "step": "record"}
        assert officer.web.post(f"/ho-so/{row.code}/correct_record?event={seq}", sent, status=403)
    other = person("cell_secretary", "CB10")
    assert other.get(f"/ho-so/{row.code}/correct_record?event={seq}", status=404)


def test_the_doer_takes_the_last_act_back_within_the_day(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review")
    secretary = person("cell_secretary", unit_of(app, code))
    before = dossier(app, code)
    size = secretary.everybody(code, "pass_cell_vote")
    secretary.act(code, "pass_cell_vote", number="777-NQ/CB", present=size, in_favour=size)
    assert dossier(app, code).state != "cell_review"
    page = secretary.act(code, "undo")
    after = dossier(app, code)
    assert (after.state, after.since, after.facts) == (before.state, before.since, before.facts)
    assert (after.due_on, after.turn, after.version) == (before.due_on, before.turn, before.version + 2)
    assert page.html.select_one("li.undone")
    secretary.act(code, "pass_cell_vote", number="777-NQ/CB", present=size, in_favour=size)


def test_what_is_not_taken_back(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    secretary, office = person("cell_secretary", unit_of(app, code)), person("upper_officer", "KHOI")
    secretary.act(code, "suspend", reason="Đi công tác.")
    assert "do người khác ghi" in text_of(office.get(f"/ho-so/{code}/undo", status="*"))
    form = secretary.form(code, "undo")
    set_clock(app, date(2022, 7, 28))
    answer = secretary.send(form)
    assert answer.status_int == 422
    assert "trong ngày" in text_of(answer)
    secretary.act(code, "resume")
    secretary.act(code, "undo")
    assert facts(app, code).suspended
    dead = code_in(app, "trained", "DB01")
    mourner = person("cell_secretary", unit_of(app, dead))
    mourner.act(dead, "record_death", number="71-KT")
    assert "không hoàn tác được" in text_of(mourner.get(f"/ho-so/{dead}/undo", status="*"))


def test_the_newest_correction_of_an_act_counts(app: Flask, person: Maker) -> None:
    code = code_in(app, "committee_review")
    secretary = person("cell_secretary", unit_of(app, code))
    before = dossier(app, code)
    seq = last_seq(app, code, "pass_cell_vote")
    first = str(db_vote(app, before.id, seq).in_favour)
    for number, favour in enumerate(("8", "9")):
        one = Correcting(secretary, code, seq)
        one.look(in_favour=favour, **{**GROUNDS, "correction-reason": f"Lần {number}."})
        if "không còn đúng quy tắc" in text_of(one.page):
            one.look(**{"correction-kept_because": "Đã xem lại."})
        assert one.record().status_int == 303
    assert db_vote(app, before.id, seq).in_favour == 9
    assert "không hoàn tác được" in text_of(secretary.get(f"/ho-so/{code}/undo")), "it is corrected again instead"
    assert first


def db_vote(app: Flask, dossier_id: int, seq: int) -> VoteRecord:
    with app.app_context():
        return db.session.get_one(VoteRecord, (dossier_id, seq))
