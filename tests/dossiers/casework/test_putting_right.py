"""What must not be put right, who may, and what else happens around it: other dossiers, waiting deadlines, erasures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select, text

from dossiers import clock
from dossiers.accounts import persons
from dossiers.accounts.grants import Signed
from dossiers.audit import services as audit
from dossiers.casework import correcting, erasing, loading, recounting
from dossiers.casework.act import Act
from dossiers.casework.advance import advance
from dossiers.casework.models import Dossier, Event, Scope
from dossiers.casework.replaying import Counted
from dossiers.casework.store import DatabaseStore
from dossiers.extensions import db
from dossiers.people.rows import CompanionRow
from dossiers.rules import instance
from dossiers.rules import services as rules
from dossiers.units import tree
from tests.people import Person, code_in, dossier, set_clock, snapshot, text_of, unit_of
from workflow.facts import Ballot, Evidence, Introducer
from workflow.machine import Refused
from workflow.roles import Role
from workflow.stages import State


@pytest.fixture
def at_work(app: Flask) -> Iterator[Flask]:
    """Within the application; whatever a test did, every table is what the events say."""
    with app.app_context():
        yield app
        db.session.remove()
        assert [one for one in audit.verify()[1] if one.code != "DEADLINES"] == []


def case_in(state: str, unit: str | None = None) -> Any:
    query = select(Dossier.code).where(Dossier.state == state).order_by(Dossier.id)
    if unit is not None:
        query = query.join(Scope).where(Scope.ancestor_id == unit)
    return loading.load_for_administration(str(db.session.scalars(query.limit(1)).one()))


def again(case: Any) -> Any:
    db.session.remove()
    return loading.load_for_administration(case.code)


def somebody(case: Any, account: int = 1, *roles: Role) -> Signed:
    """Who holds roles, or every one, over a dossier."""
    return Signed(account, tuple((role, unit) for role in (roles or tuple(Role)) for unit in case.scope_units))


def act_of(case: Any, trigger: str) -> Counted:
    found = [act for act in correcting.acts_of(case.id) if act.event.trigger == trigger]
    assert found, trigger
    return found[-1]


def right(target: Counted, **changes: Any) -> Act:
    """A correction of an act that changes this of its evidence."""
    evidence = msgspec.structs.replace(target.recorded.evidence, **changes)
    personal = target.personal
    corrected = Act(
        target.event.trigger, evidence, class_id=target.brought.course, relatives=personal.relatives,
        companions=personal.companions, person=dict(personal.person),
    )  # fmt: skip
    why = Evidence(clock.today(), event=target.event.seq, reason="Ghi nhầm.", kept_because="Đã xem lại.")
    return Act("correct_record", why, corrected=corrected)


def refusals_of(case: Any, act: Act, who: Signed) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        advance(case.code, act, who, case.version)
    db.session.remove()
    return [(one.rule, one.field) for one in refused.value.refusals]


# --- what no record may say, whatever the ground --------------------------------------------------

TOMORROW = timedelta(days=1)
FUTURE = date(2032, 1, 1)
WRONG: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("committee_review", "pass_cell_vote", {"happened_on": FUTURE}, "act_order", "happened_on"),
    ("committee_review", "pass_cell_vote", {"happened_on": "tomorrow"}, "act_order", "happened_on"),
    ("committee_review", "pass_cell_vote", {"happened_on": date(2001, 1, 1)}, "act_order", "happened_on"),
    ("committee_review", "pass_cell_vote", {"ballot": Ballot(0, 5000, 9000, 7000)}, "vote_count", "present"),
    ("committee_review", "pass_cell_vote", {"ballot": None}, "evidence", "ballot"),
    ("committee_review", "pass_cell_vote", {"number": ""}, "evidence", "number"),
    ("committee_review", "pass_cell_vote", {"issued_on": FUTURE}, "act_order", "issued_on"),
    ("probationary", "hold_ceremony", {"happened_on": FUTURE}, "act_order", "happened_on"),
    ("probationary", "decide_admission", {"happened_on": FUTURE}, "act_order", "happened_on"),
    ("probationary", "decide_admission", {"number": " "}, "evidence", "number"),
]


@pytest.mark.parametrize("trigger", ["correct_record", "prepare_correction"])
@pytest.mark.parametrize(("state", "about", "changes", "rule", "field"), WRONG)
def test_what_could_not_be_recorded_is_no_correction(
    at_work: Flask, state: str, about: str, changes: dict[str, Any], rule: str, field: str, trigger: str
) -> None:
    """A day that has not come, votes that do not add up, nothing where something must be: no ground makes up for it."""
    case = case_in(state)
    said = {name: clock.today() + TOMORROW if value == "tomorrow" else value for name, value in changes.items()}
    act = replace(right(act_of(case, about), **said), trigger=trigger)
    before = snapshot(at_work, case.code)
    assert (rule, field) in refusals_of(case, act, somebody(case))
    assert snapshot(at_work, case.code) == before


@pytest.mark.parametrize("about", ["return_for_correction", "extend_deadline"])
def test_a_side_road_is_not_put_into_the_future(at_work: Flask, about: str) -> None:
    case = case_in("awaiting_decision")
    today = clock.today()
    if about == "extend_deadline":
        evidence = Evidence(today, rule="admission_decision", days=5, agreed_by="Ban Thường vụ", reason="Họp muộn.")
    else:
        evidence = Evidence(today, return_to=State.VERIFYING, reason="Thiếu một giấy.")
    advance(case.code, Act(about, evidence), somebody(case), case.version)
    case = again(case)
    refused = refusals_of(case, right(act_of(case, about), happened_on=date(2030, 1, 1)), somebody(case))
    assert ("act_order", "happened_on") in refused


def test_the_step_a_dossier_was_returned_to_is_not_corrected(at_work: Flask) -> None:
    case = case_in("awaiting_decision")
    evidence = Evidence(clock.today(), return_to=State.VERIFYING, reason="Thiếu một giấy.")
    advance(case.code, Act("return_for_correction", evidence), somebody(case), case.version)
    case = again(case)
    act = right(act_of(case, "return_for_correction"), return_to=State.APPLYING)
    assert ("act_order", "return_to") in refusals_of(case, act, somebody(case))
    act = right(act_of(case, "return_for_correction"), reason="Thiếu hai giấy.")
    advance(case.code, act, somebody(case), case.version)


def test_a_day_in_the_future_is_said_at_its_field_and_what_was_typed_is_kept(app: Flask) -> None:
    code = code_in(app, "committee_review")
    with app.app_context():
        seq = act_of(loading.load_for_administration(code), "pass_cell_vote").event.seq
    secretary = Person(app, "cell_secretary", unit_of(app, code))
    form = secretary.get(f"/ho-so/{code}/correct_record?event={seq}").forms["act"]
    form["happened_on"], form["correction-reason"] = "01/01/2032", "Ghi nhầm ngày."
    answer = form.submit("step", value="look", expect_errors=True)
    assert answer.status_int == 422
    assert "ở tương lai" in answer.html.select_one("#happened_on-error").get_text()
    assert answer.html.select_one("a[href='#happened_on']")
    assert answer.forms["act"]["happened_on"].value == "01/01/2032"
    assert answer.forms["act"]["correction-reason"].value == "Ghi nhầm ngày."
    assert not answer.html.select("button[value=record]"), "nothing to record"


# --- who puts right -------------------------------------------------------------------------------


def test_what_moves_the_day_of_a_membership_is_recorded_by_who_signs_decisions(at_work: Flask) -> None:
    """The ceremony of an official member: two secretaries of the cell are not enough, and the signer can."""
    case = case_in("official")
    target = act_of(case, "hold_ceremony")
    act = right(target, happened_on=target.recorded.evidence.happened_on + TOMORROW)
    assert correcting.plan(DatabaseStore(), case, act).about.touches_decision
    cell = (Role.CELL_SECRETARY,)
    advance(case.code, replace(act, trigger="prepare_correction"), somebody(case, 1, *cell), case.version)
    case = again(case)
    assert ("actor_role", "") in refusals_of(case, act, somebody(case, 2, *cell))
    before = case.facts.effective_on
    advance(case.code, act, somebody(case, 3, Role.UPPER_SECRETARY, Role.COMMITTEE_SECRETARY), case.version)
    case = again(case)
    assert before
    assert case.facts.effective_on == before + TOMORROW
    event = db.session.get_one(Event, (case.id, case.version))
    assert Role(event.actor_role) in (Role.UPPER_SECRETARY, Role.COMMITTEE_SECRETARY)


def test_a_correction_that_leaves_a_decision_without_ground_is_by_two(at_work: Flask) -> None:
    case = case_in("probationary")
    target = act_of(case, "pass_cell_vote")
    ballot = target.recorded.evidence.ballot
    assert ballot
    act = right(target, ballot=msgspec.structs.replace(ballot, in_favour=1))
    assert correcting.plan(DatabaseStore(), case, act).about.refused
    is_touched = correcting.plan(DatabaseStore(), case, act).about.touches_decision
    act = right(target, happened_on=clock.today())
    assert correcting.plan(DatabaseStore(), case, act).about.touches_decision, "the decision would come before the vote"
    assert not is_touched, "the vote stays passed, and the decision stands on it"


def test_a_proposal_is_not_proposed_again(at_work: Flask) -> None:
    """Who proposes a second time what waits would stand as its proposer, and the first could record it."""
    case = case_in("probationary")
    target = act_of(case, "decide_admission")
    act = right(target, happened_on=target.recorded.evidence.happened_on - TOMORROW)
    proposal = replace(act, trigger="prepare_correction")
    advance(case.code, proposal, somebody(case, 1), case.version)
    case = again(case)
    assert ("separation_of_duties", "") in refusals_of(case, proposal, somebody(case, 2))
    assert ("separation_of_duties", "") in refusals_of(case, act, somebody(case, 1))
    advance(case.code, act, somebody(case, 2), case.version)


def test_a_correction_is_done_in_the_role_that_may(at_work: Flask) -> None:
    """Somebody who holds other roles beside: the log says the one that made it theirs."""
    case = case_in("committee_review")
    target = act_of(case, "pass_cell_vote")
    roles = (Role.YOUTH_OFFICER, Role.UNION_OFFICER, Role.CELL_SECRETARY)
    act = right(target, number="99-NQ/CB")
    advance(case.code, act, somebody(case, 1, *roles), case.version)
    case = again(case)
    assert db.session.get_one(Event, (case.id, case.version)).actor_role == "cell_secretary"


# --- taking back, whatever came between -----------------------------------------------------------


def recount_all(case: Any) -> None:
    """The calendar changes so that the deadlines of a dossier are counted anew."""
    day = clock.today() + timedelta(days=1)
    for _ in range(400):
        if day.weekday() < 5 and rules.calendar().is_working(day):
            break
        day += TOMORROW
    rules.set_day(day, False, "Thông báo", 1)
    db.session.remove()


def forward(case: Any) -> Act:
    everybody = 12
    return Act(
        "pass_cell_vote",
        Evidence(clock.today(), number="801-NQ/CB", ballot=Ballot(0, everybody, everybody)),
    )


def transfer(case: Any) -> Act:
    cells = [
        cell.id for cell in tree.current().below([1], rules_cells())
        if cell.id != case.unit_id and tree.current().place(cell.id).road(rules.books()[case.rulebook]) == case.route
    ]  # fmt: skip
    return Act("transfer", Evidence(clock.today(), reason="Chuyển công tác."), to_unit_id=cells[0])


def rules_cells() -> Any:
    from dossiers.units.services import CELLS

    return CELLS


ACTS = {
    "suspend": lambda case: Act("suspend", Evidence(clock.today(), reason="Đi công tác.")),
    "transfer": transfer,
    "return_for_correction": lambda case: Act(
        "return_for_correction", Evidence(clock.today(), return_to=State.VERIFYING, reason="Thiếu giấy.")
    ),
    "extend_deadline": lambda case: Act(
        "extend_deadline",
        Evidence(clock.today(), rule="admission_decision", days=5, agreed_by="Ban Thường vụ", reason="Họp muộn."),
    ),
    "withdraw": lambda case: Act("withdraw", Evidence(clock.today(), reason="Xin rút.")),
}


@pytest.mark.parametrize("trigger", ACTS)
@pytest.mark.parametrize("waiting", [False, True], ids=["counted", "waiting"])
def test_an_act_is_taken_back_although_deadlines_were_counted_since(
    at_work: Flask, monkeypatch: pytest.MonkeyPatch, trigger: str, waiting: bool
) -> None:
    case = case_in("cell_review") if trigger != "extend_deadline" else case_in("awaiting_decision")
    before = dossier(at_work, case.code)
    facts = case.facts
    advance(case.code, ACTS[trigger](case), Signed(1, (*somebody(case).grants, *((r, 1) for r in Role))), case.version)
    if waiting:
        monkeypatch.setattr(recounting, "AT_ONCE", 0)
    recount_all(case)
    case = again(case)
    assert recounting.is_pending() is waiting
    advance(case.code, Act("undo", Evidence(clock.today())), somebody(case), case.version)
    case = again(case)
    after = dossier(at_work, case.code)
    assert (after.state, after.since, after.unit_id) == (before.state, before.since, before.unit_id)
    assert case.facts == facts
    if waiting:
        assert [one.code for one in audit.verify()[1]] == ["DEADLINES"]
        db.session.remove()
        recounting.recount()
    db.session.remove()
    assert audit.verify()[1] == []


def test_an_act_while_deadlines_wait_says_which_days_moved_and_why(
    at_work: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "AT_ONCE", 0)
    case = case_in("awaiting_decision")
    recount_all(case)
    case = again(case)
    due = case.due_on
    advance(case.code, Act("suspend", Evidence(clock.today(), reason="Chờ.")), somebody(case), case.version)
    case = again(case)
    assert case.due_on != due
    body = msgspec.json.decode(db.session.get_one(Event, (case.id, case.version)).body)
    assert due
    assert case.due_on
    assert ["admission_decision", due.isoformat(), case.due_on.isoformat()] in body["moved"]
    assert body["cause"]


def test_a_closed_door_is_said_not_crashed_into(at_work: Flask) -> None:
    """A dossier withdrawn today and then erased by law: nothing is taken back or corrected any more."""
    case = case_in("cell_review")
    advance(case.code, ACTS["withdraw"](case), somebody(case), case.version)
    erasing.erase(case.code, "Theo đơn.", Signed(1, ((Role.ADMINISTRATOR, 1),)))
    case = again(case)
    assert ("act_order", "") in refusals_of(case, Act("undo", Evidence(clock.today())), somebody(case))


@pytest.mark.parametrize("state", ["not_admitted", "withdrawn", "removed"])
def test_nothing_is_written_into_what_was_erased(at_work: Flask, state: str) -> None:
    """Every act of a dossier whose person was erased: its correction, and its proposal, are refused."""
    case = case_in(state)
    erasing.erase(case.code, "Hết thời hạn lưu giữ.", Signed(1, ((Role.ADMINISTRATOR, 1),)))
    case = again(case)
    acts = correcting.acts_of(case.id)
    assert len(acts) > 2
    for target in acts:
        for trigger in ("correct_record", "prepare_correction"):
            act = replace(right(target, number="77-X"), trigger=trigger)
            assert ("act_order", "event") in refusals_of(case, act, somebody(case))


def test_the_page_of_an_erased_dossier_offers_no_act(app: Flask) -> None:
    code = code_in(app, "not_admitted")
    with app.app_context():
        erasing.erase(code, "Hết thời hạn lưu giữ.", Signed(1, ((Role.ADMINISTRATOR, 1),)))
    officer = Person(app, "upper_officer", "KHOI")
    page = officer.get(f"/ho-so/{code}/correct_record")
    assert len(page.forms["act"]["event"].options) == 1, "only the empty choice"
    assert "đã được xóa theo luật" in text_of(page)
    assert "đã được xóa theo luật" in text_of(officer.get(f"/ho-so/{code}/correct_record?event=2"))


# --- other dossiers, other places -----------------------------------------------------------------


def test_a_new_name_is_the_name_of_all_dossiers_of_the_person(at_work: Flask) -> None:
    case = case_in("removed")
    instance.put("clock", "2035-01-05")
    db.session.commit()
    case = again(case)
    said = {"ground": "minor_offence", "cleared_on": date(2029, 1, 1), "number": "5-CV/TU", "reason": "Xin vào lại."}
    ground = Evidence(clock.today(), **said)
    advance(case.code, Act("readmit", ground), somebody(case), case.version)
    db.session.remove()
    new = db.session.scalars(select(Dossier.code).where(Dossier.previous_id == case.id)).one()
    fresh = loading.load_for_administration(new)
    act = Act(
        "correct_candidate", Evidence(clock.today(), reason="Viết sai tên."),
        person={"full_name": "Ưng Thị Ý Nhi"}, was={"full_name": fresh.full_name},
    )  # fmt: skip
    advance(new, act, somebody(fresh), fresh.version)
    db.session.remove()
    keys = set(db.session.scalars(select(Scope.sort_key).where(Scope.dossier_id.in_([case.id, fresh.id]))))
    assert len(keys) == 1
    found = Person(at_work, "upper_officer", "KHOI").get("/tim?q=ung+thi+y+nhi")
    assert {case.code, new} <= {word for word in text_of(found).split() if word.startswith("HS")}


def test_after_a_transfer_the_form_offers_the_members_of_the_cell_of_that_day(app: Flask) -> None:
    code = code_in(app, "verifying")
    with app.app_context():
        case = loading.load_for_administration(code)
        seq = act_of(case, "assign_introducers").event.seq
        who = Signed(1, (*somebody(case).grants, *((role, 1) for role in Role)))
        old = case.unit_id
        advance(code, transfer(case), who, case.version)
        db.session.remove()
        assert loading.load_for_administration(code).unit_id != old
        members = db.session.execute(
            text("SELECT id FROM body_member WHERE unit_id = :unit AND body = 'cell'"), {"unit": old}
        ).scalars().all()  # fmt: skip
    secretary = Person(app, "upper_officer", "KHOI")
    page = secretary.get(f"/ho-so/{code}/correct_record?event={seq}")
    field = next(f for f in page.forms["act"].fields.values() if f and f[0].name and f[0].name.endswith("member"))[0]
    offered = {value for value, _, _ in field.options if value}
    assert offered
    assert offered <= {f"m{number}" for number in members}


def test_introducers_are_corrected_by_reference(at_work: Flask) -> None:
    """Another introducer than was recorded: the file holds who it was."""
    case = case_in("verifying")
    target = act_of(case, "assign_introducers")
    since = clock.today() - timedelta(days=900)
    act = right(target, introducers=(Introducer("m77", since), Introducer("m78", since)))
    rows = tuple(CompanionRow("introducer", ref, f"Đảng viên {ref}", since) for ref in ("m77", "m78"))
    assert act.corrected
    act = replace(act, corrected=replace(act.corrected, companions=rows))
    advance(case.code, act, somebody(case), case.version)
    told = db.session.execute(
        text("SELECT ref FROM companion WHERE dossier_id = :id AND kind = 'introducer' ORDER BY ref"), {"id": case.id}
    ).scalars()
    assert list(told) == ["m77", "m78"]


def test_what_is_recorded_is_what_was_shown(app: Flask) -> None:
    """A day off set between looking and recording moves the new deadline: the page shows it once more."""
    code = code_in(app, "committee_review")
    with app.app_context():
        target = act_of(loading.load_for_administration(code), "pass_cell_vote")
    secretary = Person(app, "cell_secretary", unit_of(app, code))
    form = secretary.get(f"/ho-so/{code}/correct_record?event={target.event.seq}").forms["act"]
    form["number"], form["correction-reason"] = "871-NQ/CB", "Ghi nhầm số."
    looked = form.submit("step", value="look")
    with app.app_context():
        due = dossier(app, code).due_on
        assert due
        rules.set_day(due, False, "Thông báo", 1)
        db.session.remove()
        changed = dossier(app, code)
        assert changed.due_on != due
    answer = looked.forms["act"]
    answer["version"] = str(changed.version)
    again_shown = answer.submit("step", value="record", expect_errors=True)
    assert again_shown.status_int == 200
    assert "Sau đính chính sẽ thay đổi" in text_of(again_shown)
    assert again_shown.forms["act"].submit("step", value="record").status_int == 303


def test_the_centre_takes_a_certificate_back_although_it_sees_the_dossier_no_more(app: Flask) -> None:
    code = code_in(app, "enrolled")
    with app.app_context():
        case = loading.load_for_administration(code)
        assert case.centre_id
        centre = db.session.execute(text(f"SELECT code FROM unit WHERE id = {case.centre_id}")).scalar_one()
        course = case.class_id
    instructor = Person(app, "training_officer", centre)
    before = dossier(app, code)
    set_clock(app, date(2022, 9, 30))
    page = instructor.get(f"/boi-duong/lop/{course}")
    form = next(f for f in page.forms.values() if f"number-{code}" in f.fields)
    form[f"number-{code}"], form["happened_on"] = "991/GCN", "30/09/2022"
    done = form.submit()
    assert dossier(app, code).state == "trained"
    instructor.get(f"/ho-so/{code}", status=404)
    other = Person(app, "cell_secretary", "CB10" if unit_of(app, code) != "CB10" else "CB11")
    other.get(f"/ho-so/{code}/undo", status=404)
    asked = done.click(href=f"/ho-so/{code}/undo").forms["act"]
    assert asked.submit().status_int == 303
    after = dossier(app, code)
    assert (after.state, after.since) == (before.state, before.since)
    assert instructor.get(f"/ho-so/{code}")
    with app.app_context():
        assert db.session.get_one(Event, (after.id, after.version)).actor_role == "training_officer"
        assert audit.verify()[1] == []


# --- what happens between, and who sees what ----------------------------------------------------------------------


def counted_by(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(recounting, "AT_ONCE", at_once)


def test_a_day_set_and_taken_back_before_the_worker_came_leaves_no_wrong_deadline(
    at_work: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted_by(monkeypatch, 0)
    case = case_in("awaiting_decision")
    day = next(d for n in range(1, 9) if rules.calendar().is_working(d := clock.today() + timedelta(days=n)))
    due = case.due_on
    rules.set_day(day, False, "Thông báo", 1)
    case = again(case)
    advance(case.code, Act("suspend", Evidence(clock.today(), reason="Chờ.")), somebody(case), case.version)
    assert again(case).due_on != due
    rules.forget_day(day, 1)
    db.session.remove()
    assert recounting.is_pending(), "what was counted by it in between is counted again"
    assert recounting.recount() == 1
    assert again(case).due_on == due
    assert audit.verify()[1] == []


def in_between(monkeypatch: pytest.MonkeyPatch, what: Any) -> None:
    """Let something happen after an act was decided and before it is written, once."""
    from dossiers.casework import advance as advancing

    done: list[bool] = []
    for name in ("decide", "correcting"):
        real = advancing.decide if name == "decide" else advancing.correcting.decide_on

        def slowly(*given: Any, real: Any = real) -> Any:
            decided = real(*given)
            if not done:
                done.append(True)
                what()
            return decided

        if name == "decide":
            monkeypatch.setattr(advancing, "decide", slowly)
        else:
            monkeypatch.setattr(advancing.correcting, "decide_on", slowly)


def test_an_act_decided_by_rules_that_changed_since_is_decided_anew(
    at_work: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_in("cell_review")

    def change() -> None:
        recount_all(case)

    in_between(monkeypatch, change)
    entitled = DatabaseStore().entitled(case.unit_id, "cell", clock.today()).official
    ballot = Ballot(0, entitled, entitled)
    act = Act("pass_cell_vote", Evidence(clock.today(), number="871-NQ/CB", ballot=ballot))
    advance(case.code, act, somebody(case), case.version)
    assert again(case).state is not State.CELL_REVIEW
    assert audit.verify()[1] == []


def test_a_correction_does_not_undo_a_new_name_given_meanwhile(at_work: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_in("removed")
    instance.put("clock", "2035-01-05")
    db.session.commit()
    case = again(case)
    said = {"ground": "minor_offence", "cleared_on": date(2029, 1, 1), "number": "5-CV/TU", "reason": "Xin vào lại."}
    advance(case.code, Act("readmit", Evidence(clock.today(), **said)), somebody(case), case.version)
    db.session.remove()
    new = db.session.scalars(select(Dossier.code).where(Dossier.previous_id == case.id)).one()
    case = again(case)

    def rename() -> None:
        db.session.remove()
        fresh = loading.load_for_administration(new)
        act = Act(
            "correct_candidate", Evidence(clock.today(), reason="Viết sai tên."),
            person={"full_name": "Ưng Thị Ý Nhi"}, was={"full_name": fresh.full_name},
        )  # fmt: skip
        advance(new, act, somebody(fresh), fresh.version)
        db.session.remove()

    target = act_of(case, "conclude_verification")
    act = right(target, reason="Đủ điều kiện, đã xem lại.")
    in_between(monkeypatch, rename)
    advance(case.code, act, somebody(case), case.version)
    assert loading.load_for_administration(new).full_name == "Ưng Thị Ý Nhi"


def test_a_proposal_taken_back_is_not_shown_as_the_one_that_waits(at_work: Flask) -> None:
    case = case_in("probationary")
    target = act_of(case, "decide_admission")
    for account, number in ((1, "111-QĐ"), (2, "222-QĐ")):
        proposal = replace(right(target, number=number), trigger="prepare_correction")
        advance(case.code, proposal, somebody(case, account), case.version)
        case = again(case)
    advance(case.code, Act("undo", Evidence(clock.today())), somebody(case, 2), case.version)
    case = again(case)
    waiting = correcting.proposed(case)
    assert waiting is not None
    assert waiting.act.evidence.number == "111-QĐ"


def test_a_second_account_of_one_person_neither_records_nor_declines(
    at_work: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four eyes are a person's; a third account, of somebody else, may do either, and declining can be taken back."""
    monkeypatch.setattr(persons, "known", lambda: {"a1": "p7", "a2": "p7"})
    case = case_in("probationary")
    act = right(act_of(case, "decide_admission"), number="111-QĐ")
    decline = Act("decline_correction", Evidence(clock.today(), reason="Số cũ đúng."))
    assert ("act_order", "") in refusals_of(case, decline, somebody(case, 3)), "nothing waits yet"
    advance(case.code, replace(act, trigger="prepare_correction"), somebody(case, 1), case.version)
    case = again(case)
    assert ("separation_of_duties", "") in refusals_of(case, act, somebody(case, 2))
    assert ("separation_of_duties", "") in refusals_of(case, decline, somebody(case, 2))
    assert ("actor_role", "") in refusals_of(case, decline, somebody(case, 3, Role.CELL_SECRETARY))
    advance(case.code, decline, somebody(case, 3), case.version)
    case = again(case)
    assert case.facts.correction is None
    assert correcting.proposed(case) is None
    advance(case.code, Act("undo", Evidence(clock.today())), somebody(case, 3), case.version)
    case = again(case)
    waiting = correcting.proposed(case)
    assert waiting is not None, "taken back, the proposal waits again"
    assert waiting.act.evidence.number == "111-QĐ"
    advance(case.code, act, somebody(case, 3), case.version)


def test_a_decision_is_looked_at_closely_whatever_was_kept_before(at_work: Flask) -> None:
    """A decision that already stands against a rule is touched again by another breach of the same rule."""
    case = case_in("probationary")
    decided = act_of(case, "decide_admission").recorded.evidence.happened_on
    act = right(act_of(case, "prepare_decision"), happened_on=decided + TOMORROW)
    assert correcting.plan(DatabaseStore(), case, act).about.touches_decision
    advance(case.code, replace(act, trigger="prepare_correction"), somebody(case, 1), case.version)
    case = again(case)
    advance(case.code, act, somebody(case, 2), case.version)
    case = again(case)
    act = right(act_of(case, "pass_cell_vote"), happened_on=decided + 3 * TOMORROW)
    assert correcting.plan(DatabaseStore(), case, act).about.touches_decision


def test_a_wrong_day_does_not_hide_a_paper_of_the_future(at_work: Flask) -> None:
    """Each question of a date is one of its own: what one of them keeps does not cover the others."""
    case = case_in("verifying")
    target = act_of(case, "record_papers")
    papers = target.recorded.evidence.papers
    early = right(target, happened_on=date(2001, 1, 1))
    late = right(
        target, happened_on=date(2001, 1, 1), papers=(msgspec.structs.replace(papers[0], issued_on=FUTURE), *papers[1:])
    )
    assert ("act_order", "happened_on") in refusals_of(case, early, somebody(case))
    wrong = correcting.plan(DatabaseStore(), case, late).about.wrong
    assert {one.field for one in wrong} == {"happened_on", "papers"}


def test_a_relative_who_was_forgotten_is_added_by_a_correction(app: Flask) -> None:
    code = code_in(app, "verified")
    with app.app_context():
        seq = act_of(loading.load_for_administration(code), "record_relatives").event.seq
    secretary = Person(app, "cell_secretary", unit_of(app, code))
    form = secretary.get(f"/ho-so/{code}/correct_record?event={seq}").forms["act"]
    empty = next(n for n in range(20) if f"relatives-{n}-name" in form.fields and not form[f"relatives-{n}-name"].value)
    form[f"relatives-{empty}-relation"], form[f"relatives-{empty}-name"] = "child", "Ưng Thị Con"
    form["correction-reason"] = "Bỏ sót."
    looked = form.submit("step", value="look", expect_errors=True)
    if "correction-kept_because" in looked.forms["act"].fields:
        looked.forms["act"]["correction-kept_because"] = "Đã xem lại."
        looked = looked.forms["act"].submit("step", value="look", expect_errors=True)
    assert looked.forms["act"].submit("step", value="record", expect_errors=True).status_int == 303


@pytest.mark.parametrize("trigger", ["nominate", "accept_to_list", "conclude_verification", "undo"])
def test_what_others_did_meanwhile_is_shown_as_far_as_one_may_see(app: Flask, trigger: str) -> None:
    """An old version sent on purpose brings no reason to light that the dossier's own page hides."""
    with app.app_context():
        row = db.session.execute(
            text(
                "SELECT d.code, u.code AS base FROM dossier d JOIN unit u ON u.id = d.nominator_id "
                "WHERE d.state = 'committee_review' AND u.kind = 'youth_union'"
            )
        ).first()
        assert row
        case = loading.load_for_administration(row.code)
        concluded = act_of(case, "conclude_verification").recorded.evidence.reason
    officer = Person(app, "youth_officer", row.base)
    secret = concluded[:30]
    assert secret not in text_of(officer.get(f"/ho-so/{row.code}"))
    sent = {"csrf_token": officer.token(), "version": "1", "happened_on": "27/07/2022", "number": "1", "reason": "x"}
    page = officer.web.post(f"/ho-so/{row.code}/{trigger}", sent, expect_errors=True)
    assert page.status_int in (403, 409, 422)
    assert secret not in page.text


def test_the_reason_of_somebody_elses_act_is_not_shown_for_correcting(app: Flask) -> None:
    with app.app_context():
        row = db.session.execute(
            text(
                "SELECT d.code, u.code AS base FROM dossier d JOIN unit u ON u.id = d.nominator_id "
                "WHERE d.state = 'sourced' AND u.kind = 'youth_union'"
            )
        ).first()
        assert row
    secretary = Person(app, "cell_secretary", unit_of(app, row.code))
    secretary.act(row.code, "withdraw", reason="Mẹ ốm nặng, phải về quê.")
    with app.app_context():
        seq = act_of(loading.load_for_administration(row.code), "withdraw").event.seq
    officer = Person(app, "youth_officer", row.base)
    page = officer.get(f"/ho-so/{row.code}/correct_record?event={seq}", status=403)
    assert "Mẹ ốm nặng" not in page.text
    assert secretary.get(f"/ho-so/{row.code}/correct_record?event={seq}").forms["act"]
