"""A meeting from its call to its minutes; and everything that can be wrong with it, each said at its line."""

import re
from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text, update

from dossiers.audit import services as audit
from dossiers.casework import many
from dossiers.casework.models import Dossier, Event, VoteRecord
from dossiers.extensions import db
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.office.models import OfficeEvent
from dossiers.units.models import BodyMember, SeatStatus, Unit
from tests.dossiers.casework.test_corrections import Correcting
from tests.dossiers.meetings.meeting import Holder
from tests.dossiers.meetings.thirty import thirty
from tests.people import Person, code_in, dossier, snapshot, text_of

Maker = Callable[..., Person]
TODAY = "27/07/2022"


def seats_of(app: Flask, unit: str, body: str) -> list[int]:
    """The seats of a body, by number."""
    with app.app_context():
        query = select(BodyMember.id).join(Unit, Unit.id == BodyMember.unit_id)
        query = query.where(Unit.code == unit, BodyMember.body == body).order_by(BodyMember.id)
        return list(db.session.scalars(query))


def votes(holder: Holder, codes: list[str], **typed: str) -> dict[str, str]:
    """Fields of the form of results: in_favour="3" of every one of these dossiers."""
    lines = holder.lines()
    return {f"{name}__{lines[code]}": value for code in codes for name, value in typed.items()}


def sitting(app: Flask, person: Maker, each: int = 2) -> tuple[Holder, list[str]]:
    """The standing committee sits on a few dossiers, everybody came; the last dossier was not prepared."""
    codes = thirty(app, each)
    holder = Holder(person("upper_secretary", "KHOI"))
    holder.calls(TODAY)
    holder.picks(*codes)
    assert holder.everybody_came().status_int == 303
    return holder, codes


def row(page: Any, number: int) -> str:
    """What stands in a line of the results."""
    return " ".join(page.html.select_one(f"#r-{number}").get_text(" ").split())


def test_a_cell_meets_and_everything_is_recorded_together(app: Flask, person: Maker) -> None:
    cell = Holder(person("cell_secretary", "DB02-C3"))
    page = cell.calls(TODAY)
    assert "Sinh hoạt chi bộ thường kỳ" in text_of(page)
    cell.puts_all_on()
    cell.everybody_came()
    page = cell.step(cell.results(), "all", first_number="41-NQ/CB").follow()
    codes = list(cell.lines(page))
    assert codes
    answer = cell.step(cell.results(), "close")
    assert answer.status_int == 303, text_of(answer)
    assert "Đã khóa cuộc họp" in text_of(answer.follow())
    for code in codes:
        assert dossier(app, code).state in ("section_appraisal", "recognition_section_appraisal")
        assert f"cuộc họp số {cell.number}" in text_of(cell.person.get(f"/ho-so/{code}/dien-bien"))
    minutes = text_of(cell.person.get(f"{cell.address}/bien-ban"))
    assert "BIÊN BẢN" in minutes
    assert text_of(cell.person.get(f"{cell.address}/nghi-quyet")).count("NGHỊ QUYẾT") == len(codes)
    assert "TRÍCH BIÊN BẢN" in text_of(cell.person.get(f"{cell.address}/trich/{codes[0]}"))
    assert "41-NQ/CB" in text_of(cell.person.get(f"{cell.address}/nghi-quyet/{codes[0]}"))
    with app.app_context():
        assert audit.verify()[1] == []


def test_thirty_dossiers_in_one_commit(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person, each=10)
    holder.step(
        holder.results(), "save", first_number="401-QĐ/ĐU", **votes(holder, codes[4:6], in_favour="3", against="6")
    )
    holder.step(holder.results(), "all")
    checked = holder.step(holder.results(), "check")
    assert "Ghi được 29 hồ sơ, chưa ghi được 1" in text_of(checked)
    lines = holder.lines(checked)
    assert "Chưa có người thẩm định, trình quyết định" in row(checked, lines[codes[-1]])
    before = {code: snapshot(app, code) for code in codes}
    assert holder.step(holder.results(), "close").status_int == 422, "nobody agreed to leave one out"
    assert {code: snapshot(app, code) for code in codes} == before, "nothing was written"
    commits: list[Any] = []

    def committed(connection: Any) -> None:
        commits.append(connection)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", committed)
    try:
        answer = holder.step(checked.forms["votes"], "close")
    finally:
        event.remove(engine, "commit", committed)
    assert answer.status_int == 303, text_of(answer)
    with app.app_context():
        written = db.session.scalars(
            select(Event.body).where(Event.act_key.like("meeting-%"), Event.happened_on == date(2022, 7, 27))
        ).all()
        assert len(written) == 29
        assert all(f'"meeting":{holder.number}' in body for body in written)
        assert len(commits) <= 2, "what was typed, and the closing"
        assert audit.verify()[1] == []
        outcomes = dict(
            db.session.execute(
                select(MeetingLine.outcome, func.count())
                .where(MeetingLine.meeting_id == holder.number)
                .group_by(MeetingLine.outcome)
            ).all()
        )
    assert outcomes == {"passed": 27, "failed": 2, "left": 1}
    assert dossier(app, codes[4]).state == dossier(app, codes[-1]).state == "awaiting_decision"
    assert '"passed":' not in dossier(app, codes[4]).facts.partition('"votes"')[2].partition("]")[0]
    page = text_of(answer.follow())
    assert "số 401-QĐ/ĐU" in page and "số 427-QĐ/ĐU" in page, "without holes"
    assert "Chưa ghi, để lại" in page


def test_votes_that_do_not_add_up_are_said_at_their_line_and_nothing_else_is_lost(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    lines = holder.lines()
    first, second, third, fourth = codes[:4]
    page = holder.step(
        holder.results(), "check",
        **{f"in_favour__{lines[first]}": "9", f"against__{lines[first]}": "3"},
        **{f"in_favour__{lines[second]}": "7", f"against__{lines[second]}": "1"},
        **{f"in_favour__{lines[third]}": "9"},
    )  # fmt: skip
    assert "Cộng lại 12 phiếu, nhiều hơn 9 người biểu quyết." in row(page, lines[first])
    assert "Còn thiếu 1 phiếu" in row(page, lines[second])
    assert "Chưa có kết quả" in row(page, lines[fourth])
    form = holder.results()
    assert form[f"in_favour-{lines[third]}"].value == "9"
    typed = {f"in_favour__{lines[fourth]}": "chín", f"blank__{lines[third]}": "0"}
    wrong = holder.step(form, "save", first_number="401-QĐ/ĐU", **typed)
    assert wrong.status_int == 409
    assert "số nguyên" in row(wrong, lines[fourth])
    assert wrong.forms["votes"][f"in_favour-{lines[fourth]}"].value == "chín", "what was typed stays"
    mended = holder.step(wrong.forms["votes"], "save", **{f"in_favour__{lines[fourth]}": "T"})
    assert mended.status_int == 303
    assert holder.results()[f"in_favour-{lines[fourth]}"].value == "9", "all in favour by one key"


def test_two_at_two_machines_see_each_other_and_overwrite_nothing_unseen(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    other = Holder(person("upper_officer", "KHOI"), holder.number)
    lines = holder.lines()
    mine, theirs, untouched = holder.results(), other.results(), holder.results()
    one, two = lines[codes[0]], lines[codes[1]]
    assert holder.step(mine, "save", **{f"in_favour__{one}": "9"}).status_int == 303
    both = {f"in_favour__{one}": "8", f"against__{one}": "1", f"in_favour__{two}": "9"}
    answer = other.step(theirs, "save", **both)
    assert answer.status_int == 409
    assert f"{holder.person.name} vừa ghi dòng này: tán thành 9" in row(answer, one)
    form = answer.forms["votes"]
    assert (form[f"in_favour-{one}"].value, form[f"against-{one}"].value) == ("8", "1"), "what was typed stays"
    assert holder.results()[f"in_favour-{one}"].value == "9", "on file is what came first"
    assert holder.results()[f"in_favour-{two}"].value == "9", "the other line was saved"
    assert other.step(form, "save").status_int == 303, "seen, and sent again"
    assert holder.results()[f"in_favour-{one}"].value == "8"
    assert holder.step(untouched, "save").status_int == 303, "a page that is old and untouched changes nothing"
    assert holder.results()[f"in_favour-{one}"].value == "8"


def test_a_page_that_is_open_is_told_what_others_typed(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    line = str(holder.lines()[codes[0]])
    kept = holder.keep(holder.results(), **{f"in_favour__{line}": "t"})
    assert kept["lines"][line]["in_favour"] == "9"
    assert kept["lines"][line]["look"] == "passed"
    other = person("upper_officer", "KHOI")
    assert other.get(f"{holder.address}/so-lieu").json["lines"][line]["by"] == holder.person.name


def test_a_meeting_is_closed_once(app: Flask, person: Maker) -> None:
    holder, _codes = sitting(app, person)
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    checked = holder.step(holder.results(), "check").forms["votes"]
    old = holder.results()
    assert holder.step(checked, "close").status_int == 303
    count = len(events_of(app, holder.number))
    for form, step in ((checked, "close"), (old, "save"), (old, "all")):
        again = holder.step(form, step)
        assert "đã khóa" in text_of(again.follow())
    assert len(events_of(app, holder.number)) == count
    kept = holder.person.web.post(f"{holder.address}/chuong-trinh", {"csrf_token": holder.person.token(), "drop": "1"})
    assert "đã khóa" in text_of(kept.follow())
    came = {"csrf_token": holder.person.token(), "step": "keep"}
    assert "đã khóa" in text_of(holder.person.web.post(f"{holder.address}/diem-danh", came).follow())
    assert "đã khóa" in text_of(holder.person.get(f"{holder.address}/sua", status=303).follow())


def events_of(app: Flask, meeting: int) -> list[str]:
    """What the meeting left in the dossiers' logs."""
    with app.app_context():
        query = select(Event.trigger).where(Event.act_key.like(f"meeting-{meeting:08d}-%"))
        return list(db.session.scalars(query))


def test_two_secretaries_close_at_once_and_one_of_them_does(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    people = [holder, Holder(person("upper_secretary", "KHOI"), holder.number)]
    forms = [one.step(one.results(), "check").forms["votes"] for one in people]
    told: list[str] = []
    together = Barrier(2)

    def press(one: Holder, form: Any) -> None:
        together.wait()
        answer = one.step(form, "close")
        told.append(text_of(answer.follow() if answer.status_int == 303 else answer))

    threads = [Thread(target=press, args=pair) for pair in zip(people, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("Đã khóa cuộc họp và ghi" in text for text in told) == 1, told
    assert len(events_of(app, holder.number)) == len(codes) - 1
    with app.app_context():
        assert audit.verify()[1] == []
        closed = select(func.count()).select_from(OfficeEvent).where(OfficeEvent.topic == "meeting:closed")
        assert db.session.scalar(closed) == 1


def test_what_somebody_types_while_another_closes_is_not_lost_between_them(app: Flask, person: Maker) -> None:
    """Either it was typed before and closed with it, or it is told that the meeting is closed."""
    holder, codes = sitting(app, person)
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    closing = holder.step(holder.results(), "check").forms["votes"]
    other = Holder(person("upper_officer", "KHOI"), holder.number)
    typing, line = other.results(), holder.lines()[codes[0]]
    typing[f"in_favour-{line}"], typing[f"against-{line}"] = "8", "1"
    answers: dict[str, Any] = {}
    together = Barrier(2)

    def press(name: str, one: Holder, form: Any, step: str) -> None:
        together.wait()
        answers[name] = one.step(form, step)

    pressed = (("close", holder, closing, "close"), ("type", other, typing, "save"))
    threads = [Thread(target=press, args=args) for args in pressed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if answers["close"].status_int != 303:  # it was overtaken, and says so
        assert answers["close"].status_int in (409, 422)
        form = holder.step(holder.results(), "check").forms["votes"]
        assert holder.step(form, "close").status_int == 303
    with app.app_context():
        kept = db.session.execute(
            select(MeetingLine.in_favour, MeetingLine.event_seq).where(
                MeetingLine.meeting_id == holder.number, MeetingLine.dossier_id == line
            )
        ).one()
        body = db.session.scalars(select(Event.body).where(Event.dossier_id == line, Event.seq == kept.event_seq)).one()
        assert f'"in_favour":{kept.in_favour}' in body, "what the meeting says and what the dossier says is one"
        assert audit.verify()[1] == []
    if kept.in_favour == 9:
        assert "đã khóa" in text_of(answers["type"].follow())


def test_a_meeting_of_the_future_is_called_and_not_closed(app: Flask, person: Maker) -> None:
    codes = thirty(app, 1)
    holder = Holder(person("upper_secretary", "KHOI"))
    page = holder.calls("02/08/2022")
    assert "sắp họp" in text_of(page)
    holder.picks(*codes[:1])
    holder.everybody_came()
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    before = snapshot(app, codes[0])
    answer = holder.step(holder.results(), "close")
    assert answer.status_int == 422
    assert "Cuộc họp ngày 02/08/2022 chưa diễn ra." in text_of(answer)
    assert snapshot(app, codes[0]) == before
    assert holder.results()[f"in_favour-{holder.lines()[codes[0]]}"].value == "9", "what was typed stays"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"held_on": "31/02/2022"}, "không có trong lịch"),
        ({"held_on": "27/07/2032"}, "kiểm tra lại năm"),
        ({"begins_at": "25:00"}, "Ghi giờ họp"),
        ({"begins_at": "hai giờ"}, "Ghi giờ họp"),
        ({"place": ""}, "Vui lòng nhập mục này"),
    ],
)
def test_a_call_that_is_wrong_is_said_at_its_field(
    app: Flask, person: Maker, fields: dict[str, str], said: str
) -> None:
    secretary = person("cell_secretary", "DB02-C3")
    form = secretary.get("/hop/moi").forms["act"]
    answer = secretary.send(form, **{"held_on": TODAY, "place": "Phòng họp", **fields})
    assert answer.status_int == 422
    assert said in text_of(answer)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Meeting)) == 3, "those of the demo"


def test_who_chairs_is_of_the_body(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "DB02-C3")
    stranger = seats_of(app, "DB05", "committee")[0]
    form = secretary.get("/hop/moi").forms["act"]
    form["chair"].force_value(str(stranger))
    answer = secretary.send(form, held_on=TODAY, place="Phòng họp")
    assert answer.status_int == 422
    assert "không thuộc cơ quan họp" in text_of(answer)


def test_a_dossier_stands_once_on_an_agenda_and_only_where_it_waits(app: Flask, person: Maker) -> None:
    holder = Holder(person("cell_secretary", "DB02-C3"))
    holder.calls(TODAY)
    code, strange = code_in(app, "cell_review", "DB02-C3"), code_in(app, "awaiting_decision")
    assert "Đã đưa 1 hồ sơ" in text_of(holder.picks(code, code))
    again = text_of(holder.picks(code))
    assert f"Đã có trong chương trình: {code}" in again
    assert f"Không chờ cuộc họp này: {strange}" in text_of(holder.picks(strange))
    assert list(holder.lines()) == [code]


def test_the_agenda_says_what_is_missing(app: Flask, person: Maker) -> None:
    holder = Holder(person("upper_officer", "KHOI"))
    thirty(app, 1)
    page = text_of(holder.calls(TODAY))
    ready, _, nearly = page.partition("Gần đủ, còn thiếu")
    assert "Nguyễn Thị An C1" in ready
    assert "Nguyễn Thị An 01" not in ready and "Nguyễn Thị An 01" in nearly
    assert "Chưa có người thẩm định, trình quyết định" in nearly


def test_the_order_is_given_by_hand(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    assert list(holder.lines()) == codes
    lines = holder.lines()
    form = holder.person.get(holder.address).forms["agenda"]
    form[f"place-{lines[codes[4]]}"] = "0"
    form.submit("order", value="1")
    assert next(iter(holder.lines())) == codes[4]
    holder.person.get(holder.address).forms["agenda"].submit("down", value=str(lines[codes[4]]))
    assert list(holder.lines())[:2] == [codes[0], codes[4]]
    holder.person.get(holder.address).forms["agenda"].submit("drop", value=str(lines[codes[0]]))
    assert codes[0] not in holder.lines()


def test_all_ready_are_gathered_from_the_inbox(app: Flask, person: Maker) -> None:
    thirty(app, 2)
    secretary = person("upper_secretary", "KHOI")
    link = next(a for a in secretary.get("/viec-cua-toi").html.select("a.button") if "vào một cuộc họp" in a.get_text())
    holder = Holder(secretary)
    holder.calls(TODAY, link["href"].removeprefix("/hop/moi"))
    assert len(holder.lines()) >= 5


def test_who_is_absent_counts_in_the_majority_and_not_among_the_voters(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    seats = seats_of(app, "KHOI", "standing_committee")
    holder.everybody_came(**{f"s{seats[0]}": "leave", f"s{seats[1]}": "absent"})
    page = holder.step(holder.results(), "all", first_number="401-QĐ/ĐU").follow()
    line = holder.lines(page)[codes[0]]
    assert page.forms["votes"][f"in_favour-{line}"].value == "7"
    assert "cần 5/9" in row(page, line)
    form = holder.step(holder.results(), "check").forms["votes"]
    assert holder.step(form, "close").status_int == 303
    minutes = text_of(holder.person.get(f"{holder.address}/bien-ban"))
    assert "Chính thức: tổng số 9, có mặt 7" in minutes
    assert "có quyền biểu quyết 9, có mặt 7; tán thành 7" in minutes


def test_too_few_for_a_valid_meeting_is_said_at_once_and_refused(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    seats = seats_of(app, "KHOI", "standing_committee")
    holder.everybody_came(**{f"s{seat}": "leave" for seat in seats[:4]})
    page = holder.person.get(f"{holder.address}/ket-qua")
    assert "Có mặt 5/9 người có quyền biểu quyết, cần ít nhất 6" in text_of(page)
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    checked = holder.step(holder.results(), "check")
    assert "hội nghị mới hợp lệ" in row(checked, holder.lines()[codes[0]])


def test_attendance_by_two_people_and_of_strangers(app: Flask, person: Maker) -> None:
    holder, _codes = sitting(app, person)
    other = Holder(person("upper_officer", "KHOI"), holder.number)
    seats = seats_of(app, "KHOI", "standing_committee")
    mine, theirs = (one.person.get(f"{one.address}/diem-danh").forms["came"] for one in (holder, other))
    mine[f"came-{seats[0]}"] = "leave"
    assert mine.submit("step", value="keep").status_int == 303
    theirs[f"came-{seats[0]}"], theirs[f"came-{seats[1]}"] = "absent", "leave"
    answer = theirs.submit("step", value="keep", expect_errors=True)
    assert answer.status_int == 409
    assert "Người khác vừa ghi “Vắng có lý do”" in text_of(answer)
    shown = holder.person.get(f"{holder.address}/diem-danh").forms["came"]
    assert (shown[f"came-{seats[0]}"].value, shown[f"came-{seats[1]}"].value) == ("leave", "leave")
    stranger = seats_of(app, "DB05", "committee")[0]
    fields = {"csrf_token": holder.person.token(), f"came-{stranger}": "present", f"was-{stranger}": "0:present|"}
    refused = holder.person.web.post(f"{holder.address}/diem-danh", fields).follow()
    assert "không thuộc danh sách của ngày họp" in text_of(refused)


def test_a_member_who_left_the_body_yesterday_is_named_and_not_counted(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    seat = seats_of(app, "KHOI", "standing_committee")[0]
    unit = person("upper_officer", "KHOI")
    form = unit.get(f"/don-vi/KHOI/thoi/{seat}").forms["act"]
    unit.send(form, valid_to="26/07/2022")
    page = text_of(holder.person.get(f"{holder.address}/diem-danh"))
    assert "không còn trong danh sách của ngày họp (thôi từ ngày 26/07/2022): không tính" in page
    page = holder.step(holder.results(), "all", first_number="401-QĐ/ĐU").follow()
    assert page.forms["votes"][f"in_favour-{holder.lines(page)[codes[0]]}"].value == "8"
    form = holder.step(holder.results(), "check").forms["votes"]
    assert holder.step(form, "close").status_int == 303
    with app.app_context():
        assert audit.verify()[1] == []


def test_who_joined_after_attendance_was_taken_must_be_noted_first(app: Flask, person: Maker) -> None:
    holder, _codes = sitting(app, person)
    unit = person("upper_officer", "KHOI")
    form = unit.get("/don-vi/KHOI").forms["act"]
    unit.send(form, body="standing_committee", name="Nguyễn Văn Mới", valid_from="26/07/2022", status="official")
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    answer = holder.step(holder.results(), "close")
    assert answer.status_int == 422
    assert "Chưa điểm danh đủ" in text_of(answer)


def test_the_introducer_takes_no_part_and_the_minutes_say_so(app: Flask, person: Maker) -> None:
    holder = Holder(person("cell_secretary", "DB02-C3"))
    holder.calls(TODAY)
    code = code_in(app, "cell_review", "DB02-C3")
    holder.picks(code)
    holder.everybody_came()
    form = holder.results()
    line = holder.lines()[code]
    box = next(name for name in form.fields if name and name.startswith(f"introducer-{line}-"))
    form[box].checked = True
    page = holder.step(form, "all", first_number="41-NQ/CB").follow()
    entitled = int(re.search(r"cần \d+/(\d+)", row(page, line))[1])  # type: ignore[index] # it is there
    assert page.forms["votes"][f"in_favour-{line}"].value == str(entitled - 1)
    assert holder.step(page.forms["votes"], "close").status_int == 303
    assert "Không tham gia biểu quyết:" in text_of(holder.person.get(f"{holder.address}/bien-ban"))
    with app.app_context():
        body = db.session.scalars(
            select(Event.body).where(Event.act_key == f"meeting-{holder.number:08d}-{line}")
        ).one()
        assert '"abstained":1' in body
        assert audit.verify()[1] == []


def test_a_relative_is_named_on_a_page_of_its_own(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    seat = seats_of(app, "KHOI", "standing_committee")[2]
    page = holder.person.get(f"{holder.address}/khong-bieu-quyet/{codes[0]}")
    form = next(form for form in page.forms.values() if f"why-{seat}" in form.fields)
    form[f"why-{seat}"] = "r"
    form.submit()
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    line = holder.lines()[codes[0]]
    assert holder.results()[f"in_favour-{line}"].value == "8"
    assert "1 người thân không biểu quyết" in row(holder.person.get(f"{holder.address}/ket-qua"), line)


def test_the_third_failed_vote_on_recognition_goes_to_the_superior(app: Flask, person: Maker) -> None:
    with app.app_context():
        facts = {
            d.code: d.facts
            for d in db.session.scalars(select(Dossier).where(Dossier.state == "recognition_cell_review"))
        }
    code = next(code for code, text_ in facts.items() if text_.count('"purpose":"recognition"') == 2)
    with app.app_context():
        query = select(Unit.code).join(Dossier, Dossier.unit_id == Unit.id).where(Dossier.code == code)
        unit = db.session.scalars(query).one()
    holder = Holder(person("cell_secretary", unit))
    holder.calls(TODAY)
    holder.picks(code)
    holder.everybody_came()
    line = holder.lines()[code]
    page = holder.person.get(f"{holder.address}/ket-qua")
    assert "lần biểu quyết thứ 3" in row(page, line)
    assert "báo cáo cấp trên quyết định" in row(page, line)
    voting = int(page.html.select_one(f"#r-{line}")["data-voting"])
    tie = {
        f"in_favour__{line}": "1",
        f"against__{line}": "1",
        f"blank__{line}": str(voting - 3),
        f"invalid__{line}": "1",
    }
    page = holder.step(holder.results(), "save", **tie).follow()
    assert "Ngang phiếu, không đạt" in row(page, line)
    assert holder.step(page.forms["votes"], "close").status_int == 303
    assert (
        "refer_to_superior" in text_of(holder.person.get(f"/ho-so/{code}"))
        or holder.person.get(f"/ho-so/{code}/refer_to_superior").forms["act"]
    )
    answer = holder.person.act(code, "refer_to_superior", reason="Ba lần biểu quyết không đạt.")
    assert answer.status_int == 200
    with app.app_context():
        assert audit.verify()[1] == []


def test_what_somebody_else_changed_of_a_meeting_meanwhile_stays(app: Flask, person: Maker) -> None:
    cell = Holder(person("cell_secretary", "DB02-C3"))
    cell.calls(TODAY)
    mine, theirs = (cell.person.get(f"{cell.address}/sua").forms["act"] for _tab in range(2))
    mine["place"] = "Hội trường C"
    assert mine.submit().status_int == 303
    theirs["begins_at"] = "16:30"
    answer = theirs.submit(expect_errors=True)
    assert answer.status_int == 409 and "Hội trường C" in text_of(answer)
    shown = answer.forms["act"]
    assert (shown["place"].value, shown["begins_at"].value) == ("Hội trường C", "16:30")
    text = text_of(shown.submit().follow())
    assert "Hội trường C" in text and "16:30" in text


def test_others_do_not_find_a_meeting_and_those_above_only_read(app: Flask, person: Maker) -> None:
    cell = Holder(person("cell_secretary", "DB02-C3"))
    cell.calls(TODAY)
    code = code_in(app, "cell_review", "DB02-C3")
    cell.picks(code)
    pages = ("", "/diem-danh", "/ket-qua", "/giay-moi", "/sua", "/so-lieu", f"/khong-bieu-quyet/{code}")
    neighbour, above = person("cell_secretary", "DB02-C4"), person("committee_officer", "DB02")
    token = {"csrf_token": neighbour.token()}
    for page in pages:
        neighbour.get(f"{cell.address}{page}", status=404)
    for page in ("/chuong-trinh", "/diem-danh", "/ket-qua", "/huy", "/sua", f"/khong-bieu-quyet/{code}"):
        neighbour.web.post(f"{cell.address}{page}", token, status=404)
    for page in ("/bien-ban", "/nghi-quyet", f"/nghi-quyet/{code}", f"/trich/{code}"):
        neighbour.get(f"/hop/1{page}", status=404)
        above.get(f"/hop/1{page}" if code not in page else "/hop/1/nghi-quyet", status=200)
    assert "Sinh hoạt chi bộ" not in text_of(neighbour.get("/hop")).partition("Chưa khóa")[2]
    assert not above.get(cell.address).html.select("#agenda button.small"), "nothing to press"
    token = {"csrf_token": above.token()}
    for page in ("/chuong-trinh", "/diem-danh", "/ket-qua", "/huy"):
        above.web.post(f"{cell.address}{page}", token, status=403)
    person("youth_officer", "DB02-DTN").get(cell.address, status=404)
    person("section_officer", "DB02-S1").get(cell.address, status=403)
    neighbour.get("/hop/moi?cua=1-cell", status=404)


def test_the_office_prepares_a_meeting_whose_decisions_another_signs(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    office = Holder(person("upper_officer", "KHOI"), holder.number)
    office.step(office.results(), "all", first_number="401-QĐ/ĐU")
    before = snapshot(app, codes[0])
    answer = office.step(office.results(), "close")
    assert answer.status_int == 422
    assert "Chưa khóa được cuộc họp" in text_of(answer)
    assert snapshot(app, codes[0]) == before
    form = holder.step(holder.results(), "check").forms["votes"]
    assert holder.step(form, "close").status_int == 303


def test_the_day_of_the_meeting_and_that_on_the_decisions_are_two(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    stale = holder.results()
    wrong = holder.step(holder.results(), "all", first_number="số một", issued_on="31/02/2022")
    assert wrong.status_int == 409
    assert "không có trong lịch" in text_of(wrong) and "bắt đầu bằng chữ số" in text_of(wrong)
    assert wrong.forms["votes"]["first_number"].value == "số một", "what was typed stays"
    holder.step(wrong.forms["votes"], "save", first_number="401-QĐ/ĐU", issued_on="27/7/2022")
    holder.step(stale, "save")
    assert holder.results()["first_number"].value == "401-QĐ/ĐU", "a page that is old and untouched changes nothing"
    person("upper_officer", "KHOI")
    form = holder.step(holder.results(), "check", issued_on="28/07/2022")
    line = holder.lines(form)[codes[0]]
    assert "ở tương lai" in row(form, line), "the rules look at both days"
    checked = holder.step(form.forms["votes"], "check", issued_on="").forms["votes"]
    assert holder.step(checked, "close").status_int == 303


def test_a_dossier_that_went_on_meanwhile_is_left_out(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person)
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    everybody = holder.person.everybody(codes[0], "decide_admission")
    holder.person.act(codes[0], "decide_admission", number="900-QĐ/ĐU", present=everybody, in_favour=everybody)
    checked = holder.step(holder.results(), "check")
    assert "đã sang bước khác" in row(checked, holder.lines(checked)[codes[0]])
    assert holder.step(checked.forms["votes"], "close").status_int == 303


def test_a_number_somebody_took_in_the_same_moment_is_said_at_its_line(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, codes = sitting(app, person)
    holder.person.act(codes[0], "decide_admission", number="402-QĐ/ĐU", present="9", in_favour="9")
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    holder.person.get(holder.address).forms["agenda"].submit("drop", value=str(holder.lines()[codes[0]]))
    holder.person.get(holder.address).forms["agenda"].submit("drop", value=str(holder.lines()[codes[-1]]))
    monkeypatch.setattr(many.BatchStore, "look_up", lambda _store: False)  # it was not there yet when it was asked for
    before = snapshot(app, codes[1])
    answer = holder.step(holder.results(), "close")
    assert answer.status_int == 422
    assert "đã dùng" in text_of(answer)
    assert snapshot(app, codes[1]) == before, "nothing was written"


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        ("meeting_attendance", "came = 'absent'", "came is not what the log says"),
        ("meeting_line", "in_favour = 1", "in_favour is not what the log says"),
        ("meeting", "held_on = '2022-07-01'", "held_on is not what the log says"),
        ("meeting_line", "closed = false", "is in the log, not in the table"),
    ],
)
def test_a_row_of_a_closed_meeting_that_was_changed_is_named(
    app: Flask, person: Maker, table: str, change: str, named: str
) -> None:
    holder, _codes = sitting(app, person)
    holder.step(holder.results(), "all", first_number="401-QĐ/ĐU")
    form = holder.step(holder.results(), "check").forms["votes"]
    holder.step(form, "close")
    key = "id" if table == "meeting" else "meeting_id"
    with app.app_context():
        db.session.execute(text(f"UPDATE {table} SET {change} WHERE {key} = {holder.number}"))
        db.session.commit()
        findings = audit.verify()[1]
    assert findings and all(named in str(finding) for finding in findings), findings
    assert any(table in str(finding) for finding in findings)


def test_a_cancelled_meeting_takes_nothing_more(app: Flask, person: Maker) -> None:
    holder, _codes = sitting(app, person)
    page = holder.person.get(holder.address)
    form = next(form for form in page.forms.values() if form.action.endswith("/huy"))
    assert "Đã hủy cuộc họp" in text_of(form.submit().follow())
    assert "đã hủy" in text_of(holder.person.get(holder.address))
    assert "không sửa được nữa" in text_of(holder.person.get(f"{holder.address}/ket-qua", status=303).follow())


def test_exempt_members_count_by_each_dossiers_rulebook(app: Flask, person: Maker) -> None:
    """Two dossiers of one cell under two rulebooks: one counts the exempt member who came, the other does not."""
    code, other = code_in(app, "cell_review", "DB02-C3"), code_in(app, "cell_review", "DB02-C3", skip=1)
    administrator = person("administrator", "KHOI")
    seat = seats_of(app, "DB02-C3", "cell")[0]
    with app.app_context():
        db.session.execute(update(SeatStatus).where(SeatStatus.seat_id == seat).values(status="exempt"))
        db.session.commit()
    form = administrator.get("/quy-tac/RB-2025/exempt_members").forms["act"]
    administrator.send(form, value="never_count")
    form = administrator.get("/quy-tac/chuyen").forms["act"]
    moved = administrator.send(form, code=other, rulebook="RB-2025", reason="Áp dụng quy định mới.")
    assert moved.status_int == 303, text_of(moved)
    holder = Holder(person("cell_secretary", "DB02-C3"))
    holder.calls(TODAY)
    holder.picks(code, other)
    holder.everybody_came(**{f"s{seat}": "present"})
    page = holder.step(holder.results(), "all", first_number="41-NQ/CB").follow()
    lines = holder.lines(page)
    found = {c: page.html.select_one(f"#r-{lines[c]}") for c in (code, other)}
    assert int(found[code]["data-entitled"]) == int(found[other]["data-entitled"]) + 1
    assert int(found[code]["data-voting"]) == int(found[other]["data-voting"]) + 1


def test_a_line_of_a_closed_meeting_that_was_corrected_shows_both_values_in_its_minutes(
    app: Flask, person: Maker
) -> None:
    """Below the majority it stays passed, with a ground; the page of the correction and the minutes say so."""
    cell = Holder(person("cell_secretary", "DB02-C3"))
    cell.calls(TODAY)
    cell.puts_all_on()
    cell.everybody_came()
    page = cell.step(cell.results(), "all", first_number="41-NQ/CB").follow()
    code = next(iter(cell.lines(page)))
    cell.step(cell.results(), "close")
    with app.app_context():
        line = db.session.scalars(
            select(MeetingLine)
            .join(Dossier, Dossier.id == MeetingLine.dossier_id)
            .where(Dossier.code == code, MeetingLine.meeting_id == cell.number)
        ).one()
        was, seq = line.in_favour, line.event_seq
    one = Correcting(cell.person, code, seq or 0)
    shown = one.look(in_favour="1", against=str((was or 0) - 1), **{"correction-reason": "Kiểm phiếu nhầm."})
    assert f"Biểu quyết vẫn giữ là đạt dù chỉ có 1/{was} phiếu tán thành" in shown
    assert one.record().status_int == 422, "not without a ground"
    one.look(**{"correction-kept_because": "Chi bộ đã họp lại."})
    assert one.record().status_int == 303
    for page_of in ("bien-ban", f"trich/{code}", f"nghi-quyet/{code}"):
        text = text_of(cell.person.get(f"{cell.address}/{page_of}"))
        assert "tán thành 1, không tán thành" in text
        assert "đã đính chính ở #" in text
        assert f"Biên bản lúc khóa ghi: có quyền biểu quyết {was}, có mặt {was}; tán thành {was}" in text
        assert "vẫn giữ là đạt" in text
    assert f"lúc đầu ghi tán thành {was}/{was}" in text_of(cell.person.get(f"/ho-so/{code}/bieu-quyet"))
    assert f"tán thành 1/{was} (đã đính chính ở #" in text_of(cell.person.get(cell.address))
    with app.app_context():
        assert audit.verify()[1] == []
        vote = db.session.get_one(VoteRecord, (line.dossier_id, seq))
        assert (vote.in_favour, vote.passed) == (1, True)


def test_a_line_of_a_closed_meeting_that_was_taken_back_says_so(app: Flask, person: Maker) -> None:
    cell = Holder(person("cell_secretary", "DB02-C3"))
    cell.calls(TODAY)
    cell.puts_all_on()
    cell.everybody_came()
    page = cell.step(cell.results(), "all", first_number="41-NQ/CB").follow()
    code = next(iter(cell.lines(page)))
    cell.step(cell.results(), "close")
    cell.person.act(code, "undo")
    assert "đã hoàn tác ở #" in text_of(cell.person.get(f"{cell.address}/bien-ban"))
