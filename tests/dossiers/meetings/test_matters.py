"""Meetings that vote on other things than an admission or a recognition: removals, refusals, nominations."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Event, VoteRecord
from dossiers.extensions import db
from dossiers.meetings.models import MeetingLine
from tests.dossiers.casework.test_corrections import GROUNDS, Correcting, last_seq
from tests.dossiers.meetings.meeting import Holder
from tests.dossiers.meetings.thirty import thirty
from tests.people import Person, code_in, dossier, snapshot, text_of

Maker = Callable[..., Person]
TODAY = "27/07/2022"
WHY = "Chưa đủ uy tín trong quần chúng."


@pytest.fixture(autouse=True)
def the_log_is_the_truth(app: Flask) -> Iterator[None]:
    """Every table is what the events say."""
    yield
    with app.app_context():
        assert audit.verify()[1] == []


def last(app: Flask, code: str) -> tuple[str, str]:
    """The newest event of a dossier: which act, and its body."""
    with app.app_context():
        query = select(Event.trigger, Event.body).join(Dossier, Dossier.id == Event.dossier_id)
        found = db.session.execute(query.where(Dossier.code == code).order_by(Event.seq.desc()).limit(1)).one()
        return found.trigger, found.body


def votes_of(app: Flask, code: str) -> list[tuple[str, str, bool]]:
    """The votes on a dossier, in their order: of which body, on what, passed or not."""
    with app.app_context():
        query = select(VoteRecord.body, VoteRecord.purpose, VoteRecord.passed).order_by(VoteRecord.seq)
        query = query.join(Dossier, Dossier.id == VoteRecord.dossier_id).where(Dossier.code == code)
        return [tuple(row) for row in db.session.execute(query)]


def held(person: Person, *taking: str) -> Holder:
    """A meeting of somebody's body that takes these dossiers for what their step asks, with everybody present."""
    holder = Holder(person)
    holder.calls(TODAY)
    if taking:
        holder.picks(*taking)
    assert holder.everybody_came().status_int == 303
    return holder


def outcome(app: Flask, holder: Holder, code: str) -> tuple[str, str, int | None]:
    """What the closed meeting says of a dossier: the outcome, the act, the event."""
    with app.app_context():
        query = select(MeetingLine.outcome, MeetingLine.act, MeetingLine.event_seq)
        query = query.join(Dossier, Dossier.id == MeetingLine.dossier_id)
        return tuple(
            db.session.execute(query.where(Dossier.code == code, MeetingLine.meeting_id == holder.number)).one()
        )


def proposed(app: Flask, person: Maker) -> str:
    """A member of whom the cell proposed the removal, at a meeting."""
    code = code_in(app, "probationary", "DB02-C3")
    cell = held(person("cell_secretary", "DB02-C3"))
    assert cell.votes_on("removal", code, ground="absent").status_int == 303
    cell.closes("51-NQ/CB")
    return code


def test_a_cell_admits_refuses_and_proposes_a_removal_in_one_sitting(app: Flask, person: Maker) -> None:
    admitted, refused = (code_in(app, "cell_review", "DB02-C3", skip=nr) for nr in (0, 1))
    member = code_in(app, "probationary", "DB02-C3")
    cell = held(person("cell_secretary", "DB02-C3"), admitted, refused)
    assert cell.votes_on("refusal", refused, reason=WHY).status_int == 303
    assert cell.votes_on("removal", member, ground="absent").status_int == 303
    shown = text_of(cell.person.get(cell.address))
    assert WHY in shown and "về việc xóa tên" in shown and "3 tháng trong năm không sinh hoạt" in shown
    cell.closes("51-NQ/CB")
    assert dossier(app, admitted).state == "section_appraisal"
    assert dossier(app, refused).state == "not_admitted"
    assert dossier(app, member).state == "probationary"
    assert last(app, member)[0] == "propose_removal"
    assert '"ground":"absent"' in last(app, member)[1]
    assert votes_of(app, refused)[-1] == ("cell", "refusal", True)
    for code in (admitted, refused, member):
        assert f"cuộc họp số {cell.number}" in text_of(cell.person.get(f"/ho-so/{code}/dien-bien"))
    minutes = text_of(cell.person.get(f"{cell.address}/bien-ban"))
    for words in ("về việc kết nạp", "về việc không kết nạp", "về việc xóa tên", "Căn cứ: 3 tháng"):
        assert words in minutes
    texts = text_of(cell.person.get(f"{cell.address}/nghi-quyet"))
    assert texts.count("NGHỊ QUYẾT") == 3 and "QUYẾT ĐỊNH" not in texts
    assert f"Lý do: {WHY}" in texts and "Quyết nghị: đề nghị xóa tên" in texts
    assert f"Lý do: {WHY}" in text_of(cell.person.get(f"{cell.address}/trich/{refused}"))


def test_a_removal_goes_from_the_cell_to_the_committee_to_who_decides(app: Flask, person: Maker) -> None:
    code = proposed(app, person)
    committee = held(person("committee_secretary", "DB02"))
    page = text_of(committee.person.get(committee.address))
    assert code in page.partition("Đủ điều kiện")[2], "the removal waits for the committee"
    committee.picks(code)
    committee.closes("31-NQ/ĐU")
    assert last(app, code)[0] == "endorse_removal"
    upper = held(person("upper_secretary", "KHOI"), code)
    assert "3 tháng trong năm không sinh hoạt" in text_of(upper.person.get(upper.address)), "the ground comes along"
    upper.closes("401-QĐ/ĐU")
    assert dossier(app, code).state == "removed"
    assert votes_of(app, code)[-3:] == [
        ("cell", "removal", True), ("committee", "removal", True), ("standing_committee", "removal", True),
    ]  # fmt: skip
    text = text_of(upper.person.get(f"{upper.address}/nghi-quyet/{code}"))
    assert "QUYẾT ĐỊNH" in text and "401-QĐ/ĐU" in text and "xóa tên" in text
    assert "đồng ý đề nghị xóa tên" in text_of(committee.person.get(f"{committee.address}/nghi-quyet/{code}"))


def test_a_standing_committee_admits_recognises_removes_and_refuses_in_one_sitting(app: Flask, person: Maker) -> None:
    member = proposed(app, person)
    committee = held(person("committee_secretary", "DB02"), member)
    committee.closes("31-NQ/ĐU")
    codes = thirty(app, 1)
    recognised = code_in(app, "recognition_awaiting_decision", skip=0)
    person("upper_officer", "KHOI").act(recognised, "prepare_decision")
    upper = held(person("upper_secretary", "KHOI"), *codes[:2], recognised, member)
    assert upper.votes_on("refusal", codes[1], reason=WHY).status_int == 303
    upper.closes("401-QĐ/ĐU")
    states = [dossier(app, code).state for code in (codes[0], codes[1], recognised, member)]
    assert states == ["approved", "not_admitted", "official", "removed"]
    minutes = text_of(upper.person.get(f"{upper.address}/bien-ban"))
    for words in ("về việc kết nạp", "về việc không kết nạp", "về việc công nhận chính thức", "về việc xóa tên"):
        assert words in minutes
    texts = text_of(upper.person.get(f"{upper.address}/nghi-quyet"))
    assert texts.count("QUYẾT ĐỊNH") == 3 and texts.count("NGHỊ QUYẾT") == 1


def test_a_committee_refuses_whom_it_was_to_vote_on(app: Flask, person: Maker) -> None:
    code = code_in(app, "committee_review", "DB02")
    committee = held(person("committee_secretary", "DB02"))
    assert committee.votes_on("refusal", code, reason=WHY).status_int == 303
    committee.closes("09-TB/ĐU")
    assert dossier(app, code).state == "not_admitted"
    assert votes_of(app, code)[-1] == ("committee", "refusal", True)


def test_a_removal_that_fails_is_recorded_and_the_third_time_goes_to_the_superior(app: Flask, person: Maker) -> None:
    code = code_in(app, "probationary", "DB02-C3")
    secretary = person("cell_secretary", "DB02-C3")
    for attempt in (1, 2, 3):
        cell = held(secretary)
        assert cell.votes_on("removal", code, ground="absent").status_int == 303
        line = cell.lines()[code]
        page = cell.person.get(f"{cell.address}/ket-qua")
        assert (f"lần biểu quyết thứ {attempt}" in text_of(page)) == (attempt > 1)
        assert ("báo cáo cấp trên quyết định" in text_of(page)) == (attempt == 3)
        voting = int(page.html.select_one(f"#r-{line}")["data-voting"])
        tie = {f"in_favour__{line}": "1", f"against__{line}": "1", f"blank__{line}": str(voting - 3)}
        page = cell.step(cell.results(), "save", **tie, **{f"invalid__{line}": "1"}).follow()
        assert "Ngang phiếu, không đạt" in text_of(page)
        assert cell.step(page.forms["votes"], "close").status_int == 303
        assert last(app, code)[0] == "record_failed_removal_vote"
        assert outcome(app, cell, code)[:2] == ("failed", "record_failed_removal_vote")
    upper = held(person("upper_secretary", "KHOI"), code)
    answer = upper.step(upper.results(), "all", first_number="401-QĐ/ĐU").follow()
    assert "Chưa chọn căn cứ xóa tên" in text_of(answer), "no body below proposed one"
    assert upper.votes_on("removal", code, ground="lost_will").status_int == 303
    upper.closes("401-QĐ/ĐU")
    assert dossier(app, code).state == "removed"


def test_a_refusal_that_fails_stands_in_the_minutes_and_the_dossier_where_it_was(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    cell = held(person("cell_secretary", "DB02-C3"), code)
    assert cell.votes_on("refusal", code, reason=WHY).status_int == 303
    line, before = cell.lines()[code], snapshot(app, code)
    voting = int(cell.person.get(f"{cell.address}/ket-qua").html.select_one(f"#r-{line}")["data-voting"])
    cell.step(cell.results(), "save", **{f"in_favour__{line}": "1", f"against__{line}": str(voting - 1)})
    checked = cell.step(cell.results(), "check")
    assert "chỉ ghi vào biên bản" in text_of(checked)
    assert cell.step(checked.forms["votes"], "close").status_int == 303
    assert snapshot(app, code) == before
    assert outcome(app, cell, code) == ("failed", "", None)
    minutes = text_of(cell.person.get(f"{cell.address}/bien-ban"))
    assert "về việc không kết nạp" in minutes and "tán thành 1, không tán thành" in minutes and "Không đạt" in minutes
    assert "TRÍCH BIÊN BẢN" in text_of(cell.person.get(f"{cell.address}/trich/{code}"))


def test_the_executive_of_a_youth_union_nominates_at_its_meeting(app: Flask, person: Maker) -> None:
    with app.app_context():
        unit = db.session.execute(
            select(Dossier.nominator_id, Dossier.code).where(
                Dossier.state == "sourced", Dossier.nominator_id.is_not(None)
            )
        ).all()
    assert unit
    officer = person("youth_officer", "DB13-DTN")
    code = code_in(app, "sourced", "DB13-DTN")
    holder = Holder(officer)
    assert "Họp ban chấp hành thường kỳ" in text_of(holder.calls(TODAY))
    holder.picks(code)
    assert "về việc giới thiệu" in text_of(officer.get(holder.address))
    assert "Thêm việc xóa tên" not in text_of(officer.get(holder.address)), "an executive removes nobody"
    holder.everybody_came()
    holder.closes("05-NQ/ĐTN")
    assert dossier(app, code).state == "nominated"
    assert votes_of(app, code) == [("union_executive", "nomination", True)]
    text = officer.get(f"{holder.address}/nghi-quyet/{code}")
    assert "ĐOÀN TNCS HỒ CHÍ MINH" in text_of(text) and "giới thiệu" in text_of(text)
    person("youth_officer", "DB14-DTN").get(holder.address, status=404)
    person("union_officer", "DB13-CD").get(holder.address, status=404)
    assert "BIÊN BẢN" in text_of(person("committee_officer", "DB13").get(f"{holder.address}/bien-ban"))


def test_a_nomination_that_fails_is_noted_and_voted_on_again(app: Flask, person: Maker) -> None:
    officer = person("youth_officer", "DB13-DTN")
    code = code_in(app, "sourced", "DB13-DTN")
    holder = held(officer, code)
    line = holder.lines()[code]
    page = officer.get(f"{holder.address}/ket-qua")
    voting = int(page.html.select_one(f"#r-{line}")["data-voting"])
    holder.step(holder.results(), "save", **{f"in_favour__{line}": "1", f"against__{line}": str(voting - 1)})
    assert holder.step(holder.results(), "close").status_int == 303
    assert outcome(app, holder, code) == ("failed", "", None)
    assert "về việc giới thiệu" in text_of(officer.get(f"{holder.address}/bien-ban"))
    again = held(officer, code)
    again.closes("06-NQ/ĐTN")
    assert dossier(app, code).state == "nominated"


def test_what_is_wrong_with_a_matter_is_said_at_its_field(app: Flask, person: Maker) -> None:
    code, member = code_in(app, "cell_review", "DB02-C3"), code_in(app, "probationary", "DB02-C3")
    stranger = code_in(app, "probationary", "DB02-C4")
    cell = held(person("cell_secretary", "DB02-C3"), code)
    for matter, about, fields, said in (
        ("refusal", code, {}, "Vui lòng nhập mục này"),
        ("removal", code, {"ground": "absent"}, "không biểu quyết việc đó"),
        ("refusal", member, {"reason": WHY}, "không biểu quyết việc đó"),
        ("step", member, {}, "không biểu quyết việc đó"),
        ("removal", member, {}, "Chọn căn cứ"),
        ("removal", member, {"ground": "card_returned"}, "Chọn căn cứ"),
    ):
        answer = cell.votes_on(matter, about, **fields)
        assert answer.status_int == 422
        assert said in text_of(answer), (matter, fields)
    form = cell.person.get(f"{cell.address}/noi-dung").forms["act"]
    form["code"].force_value(stranger)
    form["matter"], form["ground"] = "removal", "absent"
    assert form.submit(expect_errors=True).status_int == 422, "a member of another cell"
    assert list(cell.lines()) == [code]


def test_votes_typed_on_one_matter_do_not_count_for_another(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    cell = held(person("cell_secretary", "DB02-C3"), code)
    cell.step(cell.results(), "all", first_number="51-NQ/CB")
    stale = cell.results()
    assert cell.votes_on("refusal", code, reason=WHY).status_int == 303
    line = cell.lines()[code]
    assert cell.results()[f"in_favour-{line}"].value == ""
    old = cell.step(stale, "save", **{f"against__{line}": "0"})
    assert old.status_int == 409, "typed for an admission, on a page that knows nothing of the refusal"
    assert cell.votes_on("step", code).status_int == 303, "and back"
    cell.closes()
    assert dossier(app, code).state == "section_appraisal"


def test_a_removal_and_what_the_step_asks_stand_once_on_an_agenda(app: Flask, person: Maker) -> None:
    code = code_in(app, "recognition_cell_review", "CB06")
    cell = held(person("cell_secretary", "CB06"), code)
    assert cell.votes_on("removal", code, ground="lost_will").status_int == 303
    assert len(cell.lines()) == 1
    page = cell.picks(code)
    assert "Đã có trong chương trình" in text_of(page) or len(cell.lines()) == 1
    assert "về việc xóa tên" in text_of(cell.person.get(f"{cell.address}/giay-moi"))


def test_the_reason_of_a_refusal_leaves_the_meeting_when_it_is_closed_or_cancelled(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    for ends in ("huy", "close"):
        cell = held(person("cell_secretary", "DB02-C3"), code)
        assert cell.votes_on("refusal", code, reason=WHY).status_int == 303
        if ends == "huy":
            cell.person.web.post(f"{cell.address}/huy", {"csrf_token": cell.person.token()}, status=303)
        else:
            cell.closes("51-NQ/CB")
        with app.app_context():
            reasons = db.session.scalars(select(MeetingLine.reason).where(MeetingLine.meeting_id == cell.number))
            assert set(reasons) == {""}


def test_the_inbox_of_a_union_gathers_nominations_into_a_meeting(app: Flask, person: Maker) -> None:
    officer = person("youth_officer", "DB02-DTN")
    page = officer.get("/viec-cua-toi")
    links = [a["href"] for a in page.html.select("a") if re.search("viec=nominate", a.get("href", ""))]
    form = officer.get(links[0] if links else "/hop/moi?viec=nominate").forms["act"]
    answer = officer.send(form, held_on=TODAY, place="Văn phòng Đoàn")
    assert answer.status_int == 303
    assert "về việc giới thiệu" in text_of(answer.follow())


def test_a_refusal_that_was_voted_on_is_corrected_with_its_votes(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    cell = held(person("cell_secretary", "DB02-C3"), code)
    assert cell.votes_on("refusal", code, reason=WHY).status_int == 303
    cell.closes("51-NQ/CB")
    one = Correcting(cell.person, code, last_seq(app, code, "refuse"))
    one.look(number="52-TB/CB", **GROUNDS)
    assert one.record().status_int == 303
    with app.app_context():
        assert audit.verify()[1] == []
    assert votes_of(app, code)[-1] == ("cell", "refusal", True), "the votes stay"
    assert "số 52-TB/CB" in text_of(cell.person.get(cell.address))


def test_a_refusal_by_its_own_form_tells_its_votes_whole_or_not_at_all(app: Flask, person: Maker) -> None:
    first, second = (code_in(app, "cell_review", "DB02-C3", skip=nr) for nr in (0, 1))
    secretary = person("cell_secretary", "DB02-C3")
    size = secretary.everybody(first, "refuse")
    half = secretary.refused(first, "refuse", number="52-TB/CB", reason=WHY, in_favour=size)
    assert "Vui lòng nhập mục này" in half
    few = secretary.refused(first, "refuse", number="52-TB/CB", reason=WHY, present=size, in_favour="1")
    assert "Không đủ phiếu thì không ra văn bản" in few
    secretary.act(first, "refuse", number="52-TB/CB", reason=WHY, present=size, in_favour=size)
    assert votes_of(app, first)[-1] == ("cell", "refusal", True)
    secretary.act(second, "refuse", number="53-TB/CB", reason=WHY)
    assert not [vote for vote in votes_of(app, second) if vote[1] == "refusal"]
