"""Number registers: no hole, no number twice, spoiled ones with their ground; a list and a printed book."""

import json
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dossiers.audit import services as audit
from dossiers.casework import counts
from dossiers.extensions import db
from dossiers.office.models import OfficeEvent
from dossiers.papers.models import RegisteredNumber
from tests.conftest import World
from tests.dossiers.decisions.office import TODAY, numbers_in, opened, prepared, signing, signs, voted, waiting
from tests.dossiers.meetings.meeting import Holder
from tests.people import Person, code_in, dossier, text_of

Maker = Callable[..., Person]


def given(app: Flask, book: int) -> list[int]:
    """The numbers of a register, in their order."""
    with app.app_context():
        query = select(RegisteredNumber.nr).where(RegisteredNumber.book_id == book).order_by(RegisteredNumber.nr)
        return list(db.session.scalars(query))


def sitting(app: Flask, person: Maker, many: int, cell: str = "CB01") -> tuple[Holder, list[str]]:
    """A meeting that voted on so many prepared dossiers, to be signed."""
    codes = waiting(app, many, cell)
    prepared(person("upper_officer", "KHOI"), codes)
    holder = Holder(person("upper_secretary", "KHOI"))
    voted(holder, codes)
    return holder, codes


def test_two_sessions_sign_at_once_and_no_number_is_given_twice(app: Flask, person: Maker) -> None:
    keeper = person("upper_officer", "KHOI")
    book = opened(keeper, "KHOI", "64")
    meetings = [sitting(app, person, 3)[0], sitting(app, person, 3, "DB01-C1")[0]]
    forms = [(holder.person, signing(holder.person, holder.number)) for holder in meetings]
    answers: list[Any] = []
    together = Barrier(2)

    def press(form: Any) -> None:
        together.wait()
        answers.append(form.submit("step", value="sign", expect_errors=True))

    threads = [Thread(target=press, args=(form,)) for _person, form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_int for answer in answers] == [303, 303], [text_of(answer) for answer in answers]
    assert given(app, book) == [64, 65, 66, 67, 68, 69]
    with app.app_context():
        assert audit.verify()[1] == []


def test_nothing_signed_leaves_no_hole(app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction breaks off at its very end: the numbers it took are free again."""
    holder, codes = sitting(app, person, 2)
    book = opened(person("upper_officer", "KHOI"), "KHOI", "64")

    def breaks(_moved: Any) -> None:
        raise RuntimeError("the power goes")

    with monkeypatch.context() as patch:
        patch.setattr(counts, "add", breaks)
        with pytest.raises(RuntimeError):
            broken = signs(holder.person, holder.number)
            raise RuntimeError(broken.status)
    assert given(app, book) == []
    assert {dossier(app, code).state for code in codes} == {"awaiting_decision"}
    assert signs(holder.person, holder.number).status_int == 303
    assert given(app, book) == [64, 65]


def test_a_number_typed_by_hand_stands_in_the_register_and_holes_are_seen(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person, 3)
    keeper = person("upper_officer", "KHOI")
    book = opened(keeper, "KHOI", "64", sign="QĐ/ĐUK")
    lines = holder.lines()
    holder.step(holder.results(), "save", **{f"number__{lines[codes[0]]}": "68-QĐ/ĐUK"})
    assert signs(holder.person, holder.number, only=[lines[codes[0]]]).status_int == 303
    assert numbers_in(keeper, book) == ["68-QĐ/ĐUK", "64–67"]
    assert "Có 4 số chưa có văn bản" in text_of(keeper.get(f"/so-van-ban/{book}"))
    assert signs(holder.person, holder.number, only=[lines[codes[1]]]).status_int == 303
    assert given(app, book) == [68, 69], "the next after the highest"
    holder.step(holder.results(), "save", **{f"number__{lines[codes[2]]}": "69-QĐ/ĐUK"})
    page = holder.person.get(f"/quyet-dinh/ky/{holder.number}")
    assert "đã có trong sổ của đơn vị ban hành" in text_of(page)
    assert signs(holder.person, holder.number, only=[lines[codes[2]]]).status_int == 422


def test_a_spoiled_number_is_kept_with_its_ground_and_never_given(app: Flask, person: Maker) -> None:
    holder, _codes = sitting(app, person, 2)
    keeper = person("upper_officer", "KHOI")
    book = opened(keeper, "KHOI", "64")

    def spoils(nr: str, ground: str = "Viết hỏng, xé bỏ.") -> Any:
        form = keeper.get(f"/so-van-ban/{book}").forms["spoil"]
        form["nr"], form["ground"] = nr, ground
        return form.submit(expect_errors=True)

    assert spoils("66").status_int == 422, "two beyond the next one"
    assert spoils("64", "").status_int == 422, "without a ground"
    assert spoils("64").status_int == 303
    assert spoils("64").status_int == 422, "twice"
    assert signs(holder.person, holder.number).status_int == 303
    assert given(app, book) == [64, 65, 66]
    assert spoils("65").status_int == 422, "a text has it"
    shown = text_of(keeper.get(f"/so-van-ban/{book}"))
    assert "Viết hỏng, xé bỏ." in shown
    printed = text_of(keeper.get(f"/so-van-ban/{book}/in"))
    assert "SỔ ĐĂNG KÝ VĂN BẢN" in printed
    assert printed.index("64-QĐ/ĐU") < printed.index("65-QĐ/ĐU") < printed.index("66-QĐ/ĐU"), "from the first on"
    assert "Hủy ngày 27/07/2022" in printed
    inspector = person("inspector", "KHOI")
    assert "Viết hỏng" in text_of(inspector.get(f"/so-van-ban/{book}"))
    fields = {"csrf_token": inspector.token(), "nr": "67", "ground": "x"}
    assert inspector.web.post(f"/so-van-ban/{book}", fields, expect_errors=True).status_int == 403
    with app.app_context():
        assert audit.verify()[1] == []


def test_two_who_spoil_and_sign_at_once_meet_at_the_number(app: Flask, person: Maker) -> None:
    holder, _codes = sitting(app, person, 1)
    keeper = person("upper_officer", "KHOI")
    book = opened(keeper, "KHOI", "64")
    form = keeper.get(f"/so-van-ban/{book}").forms["spoil"]
    form["nr"], form["ground"] = "64", "Viết hỏng."
    sign = signing(holder.person, holder.number)
    together = Barrier(2)
    answers: dict[str, int] = {}

    def press(name: str, one: Any, **step: str) -> None:
        together.wait()
        asked = ("step", "sign") if step else (None, None)
        answers[name] = one.submit(asked[0], value=asked[1], expect_errors=True).status_int

    threads = [
        Thread(target=press, args=("spoil", form)),
        Thread(target=press, args=("sign", sign), kwargs={"step": "x"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers["sign"] == 303
    assert given(app, book) == ([64, 65] if answers["spoil"] == 303 else [64])
    with app.app_context():
        assert audit.verify()[1] == []


def test_a_cell_offers_the_next_number_in_its_form_and_its_meeting(app: Flask, person: Maker) -> None:
    secretary = person("cell_secretary", "DB02-C3")
    form = secretary.get("/so-van-ban/moi").forms["act"]
    unit = next(value for value, _, label in form["unit"].options if label.startswith("DB02-C3 "))
    answer = secretary.send(form, unit=unit, series="NQ", first="41")
    assert answer.status_int == 303, text_of(answer)
    book = int(answer.location.rsplit("/", 1)[1])
    code = code_in(app, "cell_review", "DB02-C3")
    assert secretary.form(code, "pass_cell_vote")["number"].value == "41-NQ/CB"
    cell = Holder(secretary)
    cell.calls(TODAY)
    cell.puts_all_on()
    cell.everybody_came()
    page = cell.step(cell.results(), "all").follow()
    assert "41-NQ/CB" in page.text
    many = len(cell.lines(page))
    assert cell.step(cell.results(), "close").status_int == 303
    assert given(app, book) == list(range(41, 41 + many))
    secretary.act(code, "undo", reason="Ghi nhầm.") if many == 1 else None
    with app.app_context():
        assert audit.verify()[1] == []


def test_a_corrected_number_takes_its_place_and_the_old_one_is_seen_without_a_text(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person, 1)
    keeper = person("upper_officer", "KHOI")
    book = opened(keeper, "KHOI", "64", sign="QĐ/ĐUK")
    assert signs(holder.person, holder.number).status_int == 303

    def correct(someone: Person) -> Any:
        form = someone.get(f"/ho-so/{codes[0]}/correct_record?event={dossier(app, codes[0]).version}").forms["act"]
        form["correction-reason"], form["number"] = "Ghi nhầm số", "65-QĐ/ĐUK"
        shown = form.submit(expect_errors=True)
        return shown.forms["act"].submit("step", value="record", expect_errors=True)

    seq = dossier(app, codes[0]).version
    assert correct(keeper).status_int == 303
    form = holder.person.get(f"/ho-so/{codes[0]}/correct_record?event={seq}").forms["act"]
    form["correction-reason"], form["number"] = "Ghi nhầm số", "65-QĐ/ĐUK"
    shown = form.submit(expect_errors=True)
    answer = shown.forms["act"].submit("step", value="record", expect_errors=True)
    assert answer.status_int == 303, text_of(answer)
    assert given(app, book) == [64, 65]
    page = text_of(keeper.get(f"/so-van-ban/{book}"))
    assert "Văn bản không còn trong hồ sơ" in page
    spoil = keeper.get(f"/so-van-ban/{book}").forms["spoil"]
    spoil["nr"], spoil["ground"] = "64", "Ghi nhầm, văn bản mang số 65."
    assert spoil.submit(expect_errors=True).status_int == 303
    with app.app_context():
        assert audit.verify()[1] == []


def test_numbers_of_each_year_begin_anew(app: Flask, person: Maker) -> None:
    keeper = person("upper_officer", "KHOI")
    holder, _codes = sitting(app, person, 2)
    book = opened(keeper, "KHOI", "64", runs="year", begins_on="01/07/2022")
    answer = signs(holder.person, holder.number)
    assert answer.status_int == 303, text_of(answer)
    with app.app_context():
        periods = db.session.execute(
            select(RegisteredNumber.period, func.count()).where(RegisteredNumber.book_id == book)
            .group_by(RegisteredNumber.period)
        ).tuples().all()  # fmt: skip
    assert [period for period, _count in periods] == ["2022"]
    keeper.get(f"/so-van-ban/{book}?ky=2023", status=404)
    form = keeper.get("/so-van-ban/moi").forms["act"]
    unit = next(value for value, _, label in form["unit"].options if label.startswith("KHOI "))
    early = keeper.send(form, unit=unit, series="QĐ", begins_on="01/06/2022")
    assert early.status_int == 422, "before the one in use began"


def test_what_stands_on_file_already_is_taken_into_a_new_register(app: Flask, person: Maker) -> None:
    keeper = person("upper_officer", "KHOI")
    book = opened(keeper, "KHOI", "1", begins_on="01/01/2022")
    found = given(app, book)
    assert found
    with app.app_context():
        body = db.session.scalars(select(OfficeEvent.body).where(OfficeEvent.topic == "register:opened")).one()
        assert len(json.loads(body)["rows"]) == 1 + len(found)
        assert audit.verify()[1] == []


def test_a_backup_with_registers_verifies(world: World, person: Maker) -> None:
    keeper = person("upper_officer", "KHOI")
    book = opened(keeper, "KHOI", "1", begins_on="01/01/2022")
    before = given(world.app, book)
    run = world.app.test_cli_runner().invoke
    path = world.folder / "numbers.backup"
    path.unlink(missing_ok=True)
    done = run(args=["backup", "create", str(path)])
    assert done.exit_code == 0, done.output
    done = run(args=["backup", "verify", str(path)])
    assert done.exit_code == 0, done.output
    assert given(world.app, book) == before


def test_a_meeting_offers_no_number_of_a_register_its_texts_do_not_go_into(app: Flask, person: Maker) -> None:
    holder, _codes = sitting(app, person, 1)
    page = holder.person.get(f"{holder.address}/ket-qua").html
    assert page.select_one("#first")["placeholder"] == "", "the bloc keeps a register of letters alone"
    opened(person("upper_officer", "KHOI"), "KHOI", first="64", sign="QĐ/ĐUK")
    page = holder.person.get(f"{holder.address}/ket-qua").html
    assert page.select_one("#first")["placeholder"] == "64-QĐ/ĐUK"


def test_a_meeting_that_would_record_nothing_of_its_votes_is_not_closed(app: Flask, person: Maker) -> None:
    holder, codes = sitting(app, person, 2)
    checked = holder.step(holder.results(), "check")
    assert "Chưa ghi được hồ sơ nào" in text_of(checked), "no register, and no number was typed"
    assert "Khóa cuộc họp, để lại" not in text_of(checked)
    form = checked.forms["votes"]
    assert len(form.fields["without"]) == len(codes), "though all of them are left out"
    assert form.submit("step", value="close", expect_errors=True).status_int == 422
    assert "chưa khóa" in text_of(holder.person.get(holder.address))
    opened(person("upper_officer", "KHOI"), "KHOI", first="64", sign="QĐ/ĐUK")
    assert "ghi 2 hồ sơ" in text_of(holder.step(holder.results(), "close").follow())
    told = text_of(person("inspector", "KHOI").get("/nhat-ky/quan-tri"))
    assert "số đầu tiên 64" in told, "each value in the log says what it is"


def test_a_register_does_not_begin_with_numbers_that_were_given(person: Maker) -> None:
    keeper = person("upper_officer", "KHOI")
    form = keeper.get("/so-van-ban/moi").forms["act"]
    option = next(value for value, _, label in form["unit"].options if label.startswith("KHOI "))
    refused = keeper.send(form, unit=option, series="QĐ", first="1")
    assert refused.status_int == 422, "nothing could be signed"
    assert "Trong năm đã có văn bản đến số" in refused.html.select_one("#first-error").get_text()
    answer = keeper.send(refused.forms["act"], begins_on="01/01/2022")
    assert answer.status_int == 303, "then they stand in it"
