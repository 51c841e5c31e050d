"""Two at one thing at the same moment, the same form sent twice at once, and the button that leads back."""

from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dossiers.audit import services as audit
from dossiers.casework import advance, correcting
from dossiers.casework.models import Dossier, Event
from dossiers.extensions import db
from dossiers.meetings.models import MeetingLine
from tests.dossiers.casework.test_corrections import GROUNDS, Correcting, decided_above, last_seq
from tests.dossiers.meetings.meeting import Holder
from tests.people import Person, code_in, dossier, text_of, unit_of

Maker = Callable[..., Person]
TODAY = "27/07/2022"


@pytest.fixture(autouse=True)
def the_log_is_the_truth(app: Flask) -> Iterator[None]:
    """Whoever won: every table is what the events say."""
    yield
    with app.app_context():
        assert audit.verify()[1] == []


def at_once(*presses: Callable[[], Any]) -> list[Any]:
    """Everybody presses at the same moment: the answers, in the order of who pressed."""
    together, answers = Barrier(len(presses)), [None] * len(presses)

    def press(nr: int, what: Callable[[], Any]) -> None:
        together.wait()
        answers[nr] = what()

    threads = [Thread(target=press, args=pair) for pair in enumerate(presses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def count(app: Flask, code: str, trigger: str) -> int:
    """How many events of an act a dossier has."""
    with app.app_context():
        query = select(func.count()).select_from(Event).join(Dossier, Dossier.id == Event.dossier_id)
        return int(db.session.scalar(query.where(Dossier.code == code, Event.trigger == trigger)) or 0)


def voting(secretary: Person, code: str) -> Any:
    """The form of the cell's vote, filled in."""
    size = secretary.everybody(code, "pass_cell_vote")
    form = secretary.form(code, "pass_cell_vote")
    form["number"], form["present"], form["in_favour"] = "791-NQ/CB", size, size
    return form


def told(answer: Any) -> str:
    """What somebody reads in the end."""
    return text_of(answer.follow() if answer.status_int == 303 else answer)


def test_one_form_sent_twice_at_once_acts_once(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    before, cell = count(app, code, "pass_cell_vote"), unit_of(app, code)
    form = voting(person("cell_secretary", cell), code)
    answers = at_once(*[lambda: form.submit(expect_errors=True)] * 2)
    assert {answer.status_int for answer in answers} == {303}, [text_of(answer) for answer in answers]
    assert count(app, code, "pass_cell_vote") == before + 1


def test_two_secretaries_record_the_same_vote_and_one_of_them_does(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    before, cell = count(app, code, "pass_cell_vote"), unit_of(app, code)
    forms = [voting(person("cell_secretary", cell), code) for _ in range(2)]
    answers = at_once(*[lambda form=form: form.submit(expect_errors=True) for form in forms])
    assert sorted(answer.status_int for answer in answers) == [303, 409]
    assert "vừa có người khác ghi" in text_of(next(answer for answer in answers if answer.status_int == 409)).lower()
    assert count(app, code, "pass_cell_vote") == before + 1


def test_a_vote_that_is_recorded_between_two_reads_is_told_to_who_comes_second(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL: the dossier was read before, the register of numbers after somebody recorded the same vote."""
    code = code_in(app, "cell_review", "DB02-C3")
    before, cell = count(app, code, "pass_cell_vote"), unit_of(app, code)
    forms = [voting(person("cell_secretary", cell), code) for _ in range(2)]
    decide, answers = advance.decide, []

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(advance, "decide", decide)
        answers.extend(at_once(lambda: forms[0].submit()))
        return decide(*given)

    monkeypatch.setattr(advance, "decide", overtaken)
    late = forms[1].submit(expect_errors=True)
    assert [answer.status_int for answer in (*answers, late)] == [303, 409]
    assert "vừa có người khác ghi" in text_of(late).lower()
    assert count(app, code, "pass_cell_vote") == before + 1


def test_the_button_back_and_the_form_again_acts_once(app: Flask, person: Maker) -> None:
    code = code_in(app, "cell_review", "DB02-C3")
    before, cell = count(app, code, "pass_cell_vote"), unit_of(app, code)
    form = voting(person("cell_secretary", cell), code)
    assert form.submit().status_int == 303
    again = form.submit(expect_errors=True)
    assert "đã được ghi nhận từ lần gửi trước" in told(again)
    assert count(app, code, "pass_cell_vote") == before + 1


def ready_to_close(person: Maker) -> tuple[Holder, str, Any]:
    """A cell met, and its results wait for closing: who keeps it, a dossier, the form."""
    cell = Holder(person("cell_secretary", "DB02-C3"))
    cell.calls(TODAY)
    cell.puts_all_on()
    cell.everybody_came()
    page = cell.step(cell.results(), "all", first_number="41-NQ/CB").follow()
    return cell, next(iter(cell.lines(page))), cell.step(cell.results(), "check").forms["votes"]


def test_a_meeting_is_closed_while_one_of_its_dossiers_is_voted_on_by_its_own_form(app: Flask, person: Maker) -> None:
    """One path: whichever comes first is recorded, the other is told; nothing is recorded twice."""
    cell, code, form = ready_to_close(person)
    before = count(app, code, "pass_cell_vote")
    own = voting(person("cell_secretary", "DB02-C3"), code)
    closing, alone = at_once(lambda: cell.step(form, "close"), lambda: own.submit(expect_errors=True))
    assert count(app, code, "pass_cell_vote") == before + 1
    if alone.status_int == 303:
        assert closing.status_int in (409, 422)
        assert "41-NQ/CB" in closing.text, "nothing that was typed is lost"
    else:
        assert alone.status_int == 409
        assert "Đã khóa cuộc họp" in told(closing)


def removal_ready(person: Maker, app: Flask) -> tuple[Holder, str, Any]:
    """A cell met on a removal, and it waits for closing: who keeps the meeting, the member, the form."""
    code = code_in(app, "probationary", "DB02-C3")
    cell = Holder(person("cell_secretary", "DB02-C3"))
    cell.calls(TODAY)
    assert cell.votes_on("removal", code, ground="absent").status_int == 303
    cell.everybody_came()
    cell.step(cell.results(), "all", first_number="51-NQ/CB")
    return cell, code, cell.step(cell.results(), "check").forms["votes"]


def test_a_removal_is_recorded_by_the_meeting_or_by_its_own_form(app: Flask, person: Maker) -> None:
    cell, code, form = removal_ready(person, app)
    other = person("cell_secretary", "DB02-C3")
    size = other.everybody(code, "propose_removal")
    own = other.form(code, "propose_removal")
    own["number"], own["ground"], own["present"], own["in_favour"] = "791-NQ/CB", "lost_will", size, size
    closing, alone = at_once(lambda: cell.step(form, "close"), lambda: own.submit(expect_errors=True))
    assert count(app, code, "propose_removal") == 1
    if alone.status_int == 303:
        assert closing.status_int in (409, 422)
    else:
        assert alone.status_int in (409, 422)
        assert "Đã khóa cuộc họp" in told(closing)


def test_what_a_line_is_about_is_changed_before_the_meeting_is_closed_or_not_at_all(app: Flask, person: Maker) -> None:
    cell, code, form = removal_ready(person, app)
    other = Holder(person("cell_secretary", "DB02-C3"), cell.number)
    changing = other.person.get(f"{other.address}/noi-dung?ho-so={code}").forms["act"]
    changing["ground"] = "lost_will"
    closing, changed = at_once(lambda: cell.step(form, "close"), lambda: changing.submit(expect_errors=True))
    with app.app_context():
        line = db.session.execute(
            select(MeetingLine.ground, MeetingLine.closed, MeetingLine.event_seq, Dossier.id)
            .join(Dossier, Dossier.id == MeetingLine.dossier_id)
            .where(Dossier.code == code, MeetingLine.meeting_id == cell.number)
        ).one()
        if line.closed:
            query = select(Event.body).where(Event.dossier_id == line.id, Event.seq == line.event_seq)
            assert f'"ground":"{line.ground}"' in db.session.scalars(query).one(), "one thing is said, in both places"
            return
    assert closing.status_int == 409, text_of(closing)
    assert (line.ground, changed.status_int) == ("lost_will", 303)


def test_two_secretaries_of_a_union_close_one_meeting_once(app: Flask, person: Maker) -> None:
    officer = Holder(person("youth_officer", "DB13-DTN"))
    code = code_in(app, "sourced", "DB13-DTN")
    officer.calls(TODAY)
    officer.picks(code)
    officer.everybody_came()
    officer.step(officer.results(), "all", first_number="05-NQ/ĐTN")
    both = [officer, Holder(person("youth_officer", "DB13-DTN"), officer.number)]
    forms = [one.step(one.results(), "check").forms["votes"] for one in both]
    answers = at_once(
        *[lambda one=one, form=form: one.step(form, "close") for one, form in zip(both, forms, strict=True)]
    )
    assert sum("Đã khóa cuộc họp và ghi" in told(answer) for answer in answers) == 1
    assert count(app, code, "nominate") == 1


def test_the_button_back_after_closing_closes_nothing_again(app: Flask, person: Maker) -> None:
    cell, code, form = ready_to_close(person)
    before = count(app, code, "pass_cell_vote")
    assert "Đã khóa cuộc họp" in told(cell.step(form, "close"))
    assert "đã khóa" in told(cell.step(form, "close"))
    assert count(app, code, "pass_cell_vote") == before + 1


def proposed(app: Flask, person: Maker) -> tuple[str, int, list[Any]]:
    """A correction of a decision waits; two windows of who may record it have it open."""
    code = decided_above(app)
    seq = last_seq(app, code, "decide_admission")
    one = Correcting(person("upper_officer", "KHOI"), code, seq)
    one.look(number="77-QĐ/BTV", **GROUNDS)
    assert one.record().status_int == 303
    signers = [person("upper_secretary", "KHOI") for _ in range(2)]
    pages = [who.get(f"/ho-so/{code}/correct_record?event={seq}").forms["act"] for who in signers]
    decline = signers[1].form(code, "decline_correction")
    decline["reason"] = "Số cũ đúng."
    return code, seq, [*pages, decline]


def test_a_waiting_correction_is_recorded_once(app: Flask, person: Maker) -> None:
    code, _seq, (first, second, _decline) = proposed(app, person)
    answers = at_once(
        *[lambda form=form: form.submit("step", value="record", expect_errors=True) for form in (first, second)]
    )
    assert sorted(answer.status_int for answer in answers)[0] == 303, [text_of(answer) for answer in answers]
    assert count(app, code, "correct_record") == 1


def test_a_waiting_correction_is_recorded_or_declined_and_not_both(app: Flask, person: Maker) -> None:
    code, _seq, (form, _second, decline) = proposed(app, person)
    recording, declining = at_once(
        lambda: form.submit("step", value="record", expect_errors=True), lambda: decline.submit(expect_errors=True)
    )
    assert sorted((recording.status_int, declining.status_int)) == [303, 409], (text_of(recording), text_of(declining))
    assert count(app, code, "correct_record") + count(app, code, "decline_correction") == 1
    assert dossier(app, code).state == "probationary"


def test_who_comes_second_with_a_correction_that_is_recorded_is_told_so(app: Flask, person: Maker) -> None:
    code, _seq, (first, second, _decline) = proposed(app, person)
    assert first.submit("step", value="record").status_int == 303
    late = second.submit("step", value="record", expect_errors=True)
    assert late.status_int == 409
    assert count(app, code, "correct_record") == 1


def test_a_correction_that_is_recorded_between_two_reads_is_told_to_who_comes_second(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL shows each statement what was recorded before it: the dossier is read, then somebody records."""
    code, _seq, (first, second, _decline) = proposed(app, person)
    planned, answers = correcting.plan, []

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(correcting, "plan", planned)
        answers.extend(at_once(lambda: first.submit("step", value="record")))
        return planned(*given)

    monkeypatch.setattr(correcting, "plan", overtaken)
    late = second.submit("step", value="record", expect_errors=True)
    assert [answer.status_int for answer in (*answers, late)] == [303, 409]
    assert count(app, code, "correct_record") == 1
