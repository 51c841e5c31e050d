"""Forms of acts by themselves: what a form brings, it shows again, so that it can be corrected; and their rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask, g, render_template_string
from sqlalchemy import func, select
from webtest.forms import Form as Page
from wtforms import BooleanField, HiddenField, SelectField

from dossiers import clock
from dossiers.accounts import grants
from dossiers.accounts.models import Account
from dossiers.acting import across
from dossiers.acting.forms import ActForm, Balloted, MemberRows, PaperRows, Recorded
from dossiers.acting.rows import RowList
from dossiers.admission import forms as admission
from dossiers.casework import events, loading
from dossiers.casework.act import Act
from dossiers.casework.case import Case
from dossiers.casework.models import Dossier, Event
from dossiers.extensions import db
from dossiers.fields import DayField, WholeNumberField
from dossiers.monitoring import forms as monitoring
from dossiers.papers.models import PaperRecord
from dossiers.people import reading as people
from dossiers.people.models import Companion, Relative
from dossiers.people.rows import CompanionRow
from dossiers.sourcing import forms as sourcing
from dossiers.training import forms as training
from dossiers.units.models import BodyMember
from dossiers.verification import forms as verification
from tests.people import Person, code_in, dossier, snapshot, text_of, unit_of
from workflow.facts import Candidate, Evidence, Introducer, Relation
from workflow.machine import MOVES
from workflow.triggers import TRIGGERS

Maker = Callable[..., Person]

FORMS: dict[str, type[ActForm]] = {
    trigger: form
    for room in (sourcing, training, verification, admission, monitoring, across)
    for trigger, form in room.FORMS.items()
}
TYPED: dict[str, str] = {
    "number": "12-NQ/CB", "full_name": "Đỗ Thị Viết Lại", "identity_number": "012345678901", "days": "7",
    "birth_date": "02/03/1990", "birth_year": "1961", "present": "9", "in_favour": "8", "against": "1",
    "reason": "Lời ghi đủ dài để nói rõ điều đã kết luận.",
}  # fmt: skip
"""What is typed into fields that do not take just any words, number or day."""


def test_every_trigger_but_some_has_its_form() -> None:
    assert set(TRIGGERS) - set(FORMS) == {
        "create", "take_over", "receive_transfer", "change_rulebook", "correct_record", "prepare_correction",
        "reorganise", "write_cv",
    }  # fmt: skip


@contextmanager
def at_form(app: Flask, sent: list[tuple[str, str]] | None = None) -> Iterator[None]:
    """A request in which the officer of the highest unit opens a form, or sends it."""
    body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sent or ())
    how = {"method": "POST", "data": body, "content_type": "application/x-www-form-urlencoded"} if sent else {}
    with app.test_request_context("/", **how):
        account = db.session.scalars(select(Account).where(Account.email == "upper-officer.khoi@demo.example")).one()
        g.signed = grants.load(account.id, clock.today())
        yield


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def opened(form_class: type[ActForm], code: str, trigger: str) -> tuple[ActForm, Case]:
    """The form as the page of the act prepares it."""
    case = loading.load_case(code, g.signed)
    form = form_class()
    form.prepare(case, loading.situation(case, g.signed), trigger)
    return form, case


def as_seen(form: ActForm) -> Page:
    """The form as a browser has it."""
    text = (
        '{% from "macros/forms.html" import piece %}<form>{% for p in form.layout() %}{{ piece(p) }}{% endfor %}</form>'
    )
    return Page(None, render_template_string(text, form=form))


def filled(form: ActForm) -> list[tuple[str, str]]:
    """What a browser sends when every field was filled, of papers, relatives … the first two rows."""
    page = as_seen(form)
    lists = [rows for rows in form._fields.values() if isinstance(rows, RowList)]
    ahead = {shown.name for rows in lists for row in rows.rows[2:] for shown in row}
    for shown in form:
        typed = TYPED.get(shown.short_name)
        if isinstance(shown, HiddenField) or shown.name in ahead:
            continue
        if isinstance(shown, BooleanField):
            page[shown.name].checked = True
        elif isinstance(shown, SelectField):
            second = shown.name.endswith("-1-member")
            values = [value for value, _label in shown.choices if value]
            page[shown.name] = values[1 if second else 0 if shown.short_name == "member" else -1]
        elif isinstance(shown, DayField):
            page[shown.name] = typed or "20/07/2022"
        else:
            page[shown.name] = typed or (
                "3" if isinstance(shown, WholeNumberField) else f"Lời ghi ở {shown.short_name}"
            )
    return [(name, value) for name, value in page.submit_fields() if name]


def can_be_filled(form: ActForm) -> bool:
    """Whether every list that must be chosen from has a line."""
    return all(any(value for value, _label in f.choices) for f in form if isinstance(f, SelectField))


def code_for(app: Flask, trigger: str) -> str:
    """A dossier whose form of an act can be filled."""
    with app.app_context():
        rows = db.session.execute(select(Dossier.state, func.min(Dossier.code)).group_by(Dossier.state)).all()
        returned = select(Dossier.code).join(Event).where(Event.trigger == "return_for_correction")
        with_points = db.session.scalars(returned).first()
    codes = {row[0]: row[1] for row in rows}
    if trigger == "mend_point":
        return str(with_points)
    for move in MOVES:
        code = codes.get(str(move.source))
        if move.trigger == trigger and code:
            with at_form(app):
                if can_be_filled(opened(FORMS[trigger], code, trigger)[0]):
                    return code
    raise AssertionError(trigger)


def recorded(act: Act) -> Recorded:
    return Recorded(
        act.evidence,
        act.relatives,
        act.companions,
        act.person,
        act.was,
        class_id=act.class_id,
        to_unit_id=act.to_unit_id,
    )


def nothing_offered(form: ActForm) -> None:
    """The lists of another day, in which nothing stands that was chosen then."""
    for shown in form:
        if isinstance(shown, SelectField) and shown.short_name not in ("relation", "sex"):  # always all of those
            shown.choices = [("", "—")]
    if isinstance(form, MemberRows):
        form.members = {}
    if isinstance(form, PaperRows):
        form.forms = ()


NEVER_SHOWN_AGAIN = {"attach_scan", "hand_over", "receive_dossier"}
"""Never corrected: test_scans and test_handing fill them in."""


@pytest.mark.parametrize("trigger", sorted(set(FORMS) - NEVER_SHOWN_AGAIN))
def test_what_a_form_brings_it_shows_again(app: Flask, trigger: str) -> None:
    form_class, code = FORMS[trigger], code_for(app, trigger)
    with at_form(app):
        sent = filled(opened(form_class, code, trigger)[0])
    with at_form(app, sent):
        form, case = opened(form_class, code, trigger)
        assert form.validate(), form.errors
        act = form.act(trigger, case)
        assert act.key
    _says_all(form, act)
    for offered in (lambda form: None, nothing_offered):
        with at_form(app):
            again, case = opened(form_class, code, trigger)
            offered(again)
            again.recall(recorded(act))
            assert replace(again.act(trigger, case), key=act.key) == act
            sent = [(name, value) for name, value in as_seen(again).submit_fields() if name]
            _in_words(again)
        with at_form(app, sent):
            corrected, case = opened(form_class, code, trigger)
            offered(corrected)
            corrected.recall(recorded(act))
            assert corrected.validate(), corrected.errors
            assert replace(corrected.act(trigger, case), key=act.key) == act


def _says_all(form: ActForm, act: Act) -> None:
    """The act holds what was typed: nothing of the form is lost on the way."""
    seen = {shown.name for shown in form}
    for name in Evidence.__struct_fields__:
        if name in seen:
            assert getattr(act.evidence, name), name
    if isinstance(form, Balloted) and "present" in form:
        assert act.evidence.ballot is not None
        assert (act.evidence.ballot.present, act.evidence.ballot.against) == (9, 1)
    if isinstance(form, across.CandidateForm):
        assert act.person["full_name"] == "Đỗ Thị Viết Lại"
        assert act.was["full_name"] != act.person["full_name"]


def _in_words(form: ActForm) -> None:
    """No list shows a bare code."""
    for shown in form:
        if isinstance(shown, SelectField) and shown.short_name in ("return_to", "rule", "to_unit", "course", "member"):
            label = dict(shown.choices)[str(shown.data)]
            assert label != str(shown.data), shown.name


def test_what_was_typed_into_a_correction_stands_over_what_was_recorded(app: Flask) -> None:
    code = code_in(app, "listed")
    with at_form(app):
        form, case = opened(across.SuspendForm, code, "suspend")
        form.recall(Recorded(Evidence(date(2022, 7, 1), reason="Như trước.")))
        sent = [*as_seen(form).submit_fields()]
    sent = [(name, "Nay khác." if name == "reason" else value) for name, value in sent if name]
    with at_form(app, sent):
        form, case = opened(across.SuspendForm, code, "suspend")
        form.recall(Recorded(Evidence(date(2022, 7, 1), reason="Như trước.")))
        assert form.act("suspend", case).evidence == Evidence(date(2022, 7, 1), reason="Nay khác.")


def test_a_correction_of_what_is_on_file_by_now_brings_all_that_was_recorded_then(app: Flask) -> None:
    """The act was done, so the file holds its values: they are no change any more, and still belong to it."""
    code = code_in(app, "applying")
    with at_form(app):
        form, case = opened(across.CandidateForm, code, "correct_candidate")
        then = Evidence(date(2022, 7, 1), reason="Bổ sung.", candidate=None)
        on_file = form.residence.data
        form.recall(Recorded(then, person={"residence": on_file}, was={"residence": "Nơi ở cũ"}))
        act = form.act("correct_candidate", case)
    assert (act.person, act.was) == ({"residence": on_file}, {"residence": "Nơi ở cũ"})


def test_a_line_left_empty_is_left_empty_in_a_correction(app: Flask) -> None:
    with app.app_context():
        code = db.session.scalars(select(Dossier.code).where(Dossier.facts.contains('"schooling":'))).first()
    assert code
    told = Candidate(
        birth_date=date(1990, 3, 2),
        schooling_ground="",
        youth_member=True,
        union_member=False,
        private_owner=False,
        clear=("schooling",),
    )
    with at_form(app):
        form, case = opened(across.CandidateForm, code, "correct_candidate")
        assert form.schooling.data is case.facts.schooling is not None
        form.recall(Recorded(Evidence(date(2022, 7, 1), reason="Bổ sung.", candidate=told)))
        assert form.act("correct_candidate", case).evidence.candidate == told


def test_what_a_person_does_not_see_is_kept_in_a_correction(app: Flask) -> None:
    code = code_in(app, "applying")
    with at_form(app):
        case, form = loading.load_case(code, g.signed), across.CandidateForm()
        form.prepare(case, loading.situation(case, replace(g.signed, grants=())), "correct_candidate")
        assert "religion" not in form
        evidence = Evidence(date(2022, 7, 1), reason="Bổ sung.")
        form.recall(Recorded(evidence, person={"religion": "Không"}, was={"religion": None}))
        act = form.act("correct_candidate", case)
    assert (act.person, act.was) == ({"religion": "Không"}, {"religion": None})


def test_who_left_the_register_can_be_kept_by_name(app: Flask) -> None:
    code = code_in(app, "applying")
    people = (Introducer("m999999", date(2019, 1, 1)),)
    rows = (CompanionRow("introducer", "m999999", "Phạm Văn Đã Chuyển", date(2022, 7, 1)),)
    with at_form(app):
        form, case = opened(verification.IntroducersForm, code, "assign_introducers")
        form.recall(Recorded(Evidence(date(2022, 7, 1), introducers=people), companions=rows))
        page = as_seen(form)
        assert page["introducers-0-member"].value == "m999999"
        assert "Phạm Văn Đã Chuyển" in page.text
        act = form.act("assign_introducers", case)
    assert (act.evidence.introducers, act.companions) == (people, rows)


def test_relatives_whose_names_were_erased_are_shown_by_what_the_rules_know(app: Flask) -> None:
    code = code_in(app, "verifying")
    with at_form(app):
        act = Evidence(
            date(2022, 7, 1), relatives=(verification.RelativeFact("r9", Relation.SPOUSE, date(2022, 7, 1)),)
        )
        form, _case = opened(verification.RelativesForm, code, "record_relatives")
        form.recall(Recorded(act))
        page = as_seen(form)
        assert page["relatives-0-ref"].value == "r9"
        assert page["relatives-0-relation"].value == "spouse"
        assert page["relatives-0-name"].value == ""


def test_papers_are_recorded_by_the_code_in_their_row(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "record_papers")
    codes = [field.value for name, (field, *_) in form.fields.items() if name and name.endswith("-form")]
    assert len(set(codes)) == len(codes) >= 3
    assert "VB-ĐY" not in codes, "nobody here is near sixty"
    at = codes.index("5-KNĐ")
    legend = form.html.find("legend", string=lambda text: text and text.startswith("5-KNĐ – "))
    assert legend
    answer = secretary.send(form, **{f"papers-{at}-issued_on": "20/07/2022", f"papers-{at}-number": "3-CV"})
    assert answer.status_int == 303
    row = dossier(app, code)
    with app.app_context():
        found = db.session.scalars(
            select(PaperRecord).where(PaperRecord.dossier_id == row.id, PaperRecord.seq == row.version)
        ).all()
        assert [(paper.form, paper.number) for paper in found] == [("5-KNĐ", "3-CV")]
    again = secretary.get(f"/ho-so/{code}/record_papers")
    assert "đã có, ngày 20/07/2022" in text_of(again)


def test_rows_say_what_is_wrong_and_the_summary_leads_there(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "record_papers")
    paper = form["papers-1-form"].value
    answer = secretary.send(form, **{"papers-1-number": "3-CV", "papers-2-issued_on": "31/02/2022"})
    assert answer.status_int == 422
    text = text_of(answer)
    assert "Chưa ghi ngày của giấy tờ này." in text
    assert "không có trong lịch" in text
    links = {link["href"]: link.text for link in answer.html.select(".flash.error a")}
    assert links["#papers-1-issued_on"] == f"Ngày của {paper}"
    assert set(links) == {"#papers-1-issued_on", "#papers-2-issued_on"}
    assert answer.html.select_one("#papers-1-issued_on")["aria-describedby"] == "papers-1-issued_on-error"
    assert answer.forms["act"]["papers-1-number"].value == "3-CV"
    empty = secretary.send(secretary.form(code, "record_papers"))
    assert [link["href"] for link in empty.html.select(".flash.error a")] == ["#papers-0-issued_on"]


def test_a_paper_that_somebody_made_up_is_not_recorded(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "record_papers")
    form["papers-0-form"].force_value("CN-NTVĐ")
    before = snapshot(app, code)
    answer = secretary.send(form, **{"papers-0-issued_on": "20/07/2022"})
    assert answer.status_int == 422
    assert "không ghi được ở bước hiện tại" in text_of(answer)
    assert snapshot(app, code) == before


@pytest.mark.parametrize("place", ["²", "99999", "9" * 5000, "-1", "x", ""])
@pytest.mark.parametrize(
    ("state", "trigger", "rows"),
    [("applying", "record_papers", "papers"), ("verifying", "record_relatives", "relatives")],
)
def test_rows_at_places_that_are_none(
    app: Flask, person: Maker, state: str, trigger: str, rows: str, place: str
) -> None:
    code = code_in(app, state)
    officer = person("upper_officer", "KHOI") if state == "verifying" else person("cell_secretary", unit_of(app, code))
    sent = {
        "csrf_token": officer.token(),
        "happened_on": "27/07/2022",
        f"{rows}-{place}-name": "Không Ai",
        "version": "²",
    }
    before = snapshot(app, code)
    assert officer.web.post(f"/ho-so/{code}/{trigger}", sent, status="*").status_int in (403, 422)
    assert snapshot(app, code) == before


def test_the_ref_of_another_dossiers_relative_reaches_nobody(app: Flask, person: Maker) -> None:
    with app.app_context():
        code, other_id, other = db.session.execute(
            select(Dossier.code, Relative.dossier_id, Relative.ref)
            .where(Dossier.state == "applying", Relative.dossier_id != Dossier.id)
            .order_by(Dossier.id)
        ).first()  # type: ignore[misc]
        whole = select(Relative.name, Relative.ref).where(Relative.dossier_id == other_id)
        before = db.session.execute(whole).all()
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "record_relatives")
    empty = next(n for n in range(20) if not form[f"relatives-{n}-ref"].value)
    form[f"relatives-{empty}-ref"].force_value(other)
    fields = {"relation": "child", "name": "Lê Thị Của Mình", "birth_year": "2001"}
    answer = secretary.send(form, **{f"relatives-{empty}-{name}": value for name, value in fields.items()})
    assert answer.status_int == 303
    row = dossier(app, code)
    with app.app_context():
        assert db.session.execute(whole).all() == before
        mine = people.relatives(row.id)
        new = next(relative for relative in mine if relative.name == "Lê Thị Của Mình")
        assert new.ref != other


def test_a_known_relative_is_completed_not_doubled(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    fields = {"relatives-0-relation": "father", "relatives-0-name": "Lê Văn Người Cha"}
    assert secretary.send(secretary.form(code, "record_relatives"), **fields).status_int == 303
    form = secretary.form(code, "record_relatives")
    ref = form["relatives-0-ref"].value
    assert (form["relatives-0-name"].value, bool(ref)) == ("Lê Văn Người Cha", True)
    half = secretary.send(form, **{"relatives-0-result": "Tốt."})
    assert "đi cùng nhau" in text_of(half)
    form["relatives-1-ref"].force_value(ref)  # twice the same: the second is somebody new
    fields = {
        "relatives-0-verified_on": "20/07/2022", "relatives-0-result": "Tốt.",
        "relatives-1-relation": "mother", "relatives-1-name": "Trần Thị Người Mẹ",
    }  # fmt: skip
    assert secretary.send(form, **fields).status_int == 303
    row = dossier(app, code)
    with app.app_context():
        found = people.relatives(row.id)
        assert [(relative.name, relative.result) for relative in found] == [
            ("Lê Văn Người Cha", "Tốt."), ("Trần Thị Người Mẹ", None)
        ]  # fmt: skip
        assert found[0].ref == ref


def test_helpers_and_introducers_go_on_file_by_ref_and_name(app: Flask, person: Maker) -> None:
    code = code_in(app, "nominated")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "accept_to_list")
    labels = [label.text.strip() for label in form.html.select("label")]
    assert "Đảng viên giúp đỡ" in labels
    assert any(label.startswith("Đảng viên giúp đỡ thứ hai") and "không bắt buộc" in label for label in labels)
    nobody = secretary.send(form, number="5-NQ/CB")
    assert [link["href"] for link in nobody.html.select(".flash.error a")] == ["#helpers-0-member"]
    chosen = form["helpers-0-member"].options[1][0]
    fields = {"number": "5-NQ/CB", "helpers-0-member": chosen, "helpers-1-member": chosen}
    assert secretary.send(form, **fields).status_int == 303
    row = dossier(app, code)
    with app.app_context():
        event = db.session.scalars(select(Event).where(Event.dossier_id == row.id, Event.seq == row.version)).one()
        assert events.said(event.body)["helpers"] == 1
        helper = db.session.scalars(select(Companion).where(Companion.dossier_id == row.id)).one()
        assert helper.ref == chosen
        assert db.session.scalar(select(func.count()).where(BodyMember.name == helper.name))


def test_one_introducer_cannot_be_both(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "assign_introducers")
    chosen = form["introducers-0-member"].options[1][0]
    fields = {"introducers-0-member": chosen, "introducers-1-member": chosen}
    assert "Chọn hai người khác nhau." in secretary.refused(code, "assign_introducers", **fields)
    alone = {"introducers-0-member": chosen, "introducers-0-together_since": "01/07/2022"}
    answer = secretary.send(secretary.form(code, "assign_introducers"), **alone)
    assert "chưa đủ 12 tháng" in answer.html.select_one("#introducers-0-member-error").text
