"""What waits for a second person stands in the inbox of who may be it, and of nobody else."""

from collections.abc import Callable
from dataclasses import replace

from flask import Flask
from sqlalchemy import event

from dossiers import clock
from dossiers.accounts import grants
from dossiers.accounts.models import Account
from dossiers.casework.advance import advance
from dossiers.extensions import db, write_transaction
from dossiers.rules import instance
from dossiers.units import persons
from tests.dossiers.casework.test_putting_right import TOMORROW, act_of, case_in, right
from tests.dossiers.documents.test_templates import PLAIN, press
from tests.dossiers.documents.test_templates import send as load_template
from tests.dossiers.reorganising import plans
from tests.dossiers.rules.test_rulebook_files import BOOK, send
from tests.people import Person, text_of

Maker = Callable[..., Person]


def asked(who: Person) -> list[str]:
    """The lines of the inbox for a second person, each as one text."""
    return [row.get_text(" ", strip=True) for row in who.get("/viec-cua-toi").html.select("#seconds tbody tr")]


def leads(who: Person) -> list[str]:
    """Where the buttons of these lines lead."""
    return [link["href"] for link in who.get("/viec-cua-toi").html.select("#seconds a.button")]


def proposed(app: Flask, by: Person) -> str:
    """A correction of a decision that somebody proposed; the code of the dossier."""
    with app.app_context():
        case = case_in("probationary")
        target = act_of(case, "decide_admission")
        act = right(target, happened_on=target.recorded.evidence.happened_on - TOMORROW)
        advance(case.code, replace(act, trigger="prepare_correction"), grants.load(by.id, clock.today()), case.version)
        return str(case.code)


def same_person(app: Flask, one: Person, other: Person) -> None:
    """Two accounts turn out to be one person's."""
    with app.app_context():
        with write_transaction():
            db.session.get_one(Account, one.id).person_id = db.session.get_one(Account, other.id).person_id
            persons.changed()
        instance.forget()


def test_a_correction_waits_for_who_signs_and_is_another(app: Flask, person: Maker) -> None:
    officer, secretary = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    assert asked(secretary) == []
    code = proposed(app, officer)
    [line] = asked(secretary)
    assert code in line
    assert officer.name in line
    assert "27/07/2022" in line
    assert asked(officer) == []
    assert asked(person("cell_secretary", "DB02-C3")) == []
    [where] = leads(secretary)
    assert where.startswith(f"/ho-so/{code}/correct_record?")
    assert secretary.get(where).forms["act"]
    same_person(app, officer, secretary)
    assert asked(secretary) == [], "it is the same person under another account"


def test_a_declined_correction_waits_no_more(app: Flask, person: Maker) -> None:
    officer, secretary = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    code = proposed(app, officer)
    assert len(asked(secretary)) == 1
    answer = secretary.send(secretary.form(code, "decline_correction"), reason="Ngày trên giấy đúng như đã ghi.")
    assert answer.status_int == 303, text_of(answer)
    assert asked(secretary) == []
    assert plans.findings(app) == []


def test_a_plan_waits_and_so_does_its_undoing(app: Flask, person: Maker) -> None:
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    plan = plans.begin(admin)
    plans.added(admin, plan, "rename", "DB10", name="Đảng bộ Dược phẩm")
    assert asked(second) == [], "it is being prepared"
    plans.hand_over(admin, plan)
    assert asked(admin) == []
    [line] = asked(second)
    assert "64-QĐ/ĐUK" in line
    assert admin.name in line
    assert leads(second) == [f"/don-vi/sap-xep/{plan}/xem-truoc"]
    assert asked(person("administrator_2", "KHOI")) == [line]
    assert asked(person("committee_secretary", "DB02")) == [], "the decision is of the unit above"
    plans.confirm(second, plan)
    assert asked(second) == []
    plans.ask_to_undo(admin, plan)
    [line] = asked(second)
    assert "Hoàn tác" in line
    same_person(app, second, admin)
    assert asked(second) == []


def test_a_rulebook_waits_for_the_top_of_the_tree(app: Flask, person: Maker) -> None:
    admin = person("administrator", "KHOI")
    assert send(admin, BOOK).status_int == 303
    [line] = asked(person("upper_secretary", "KHOI"))
    assert "RB-2022B" in line
    assert admin.name in line
    assert asked(admin) == []
    assert asked(person("committee_secretary", "DB02")) == []


def test_a_role_waits_for_who_may_confirm_it(app: Flask, person: Maker) -> None:
    admin, holder = person("administrator", "KHOI"), person("committee_officer", "DB02")
    form = admin.get(f"/tai-khoan/{holder.id}/vai-tro").forms["act"]
    unit = next(value for value, _, label in form["unit"].options if label.startswith("DB02 "))
    assert admin.send(form, role="committee_secretary", unit=unit).status_int == 303
    [line] = asked(person("committee_secretary", "DB02"))
    assert holder.name in line
    assert admin.name in line
    assert asked(holder) == []
    assert asked(admin) == []
    assert asked(person("committee_secretary", "DB03")) == []
    assert person("committee_secretary", "DB02").get(leads(person("committee_secretary", "DB02"))[0]).status_int == 200


def test_who_never_confirms_pays_nothing_and_who_may_one_statement(app: Flask, person: Maker) -> None:
    """While nothing waits; the words stand in statements of the sources only."""
    words = ("correcting IS NOT NULL", "unit_plan", "rulebook_file", "role_request")

    def about(who: Person) -> int:
        who.get("/viec-cua-toi")
        said: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            said.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            who.get("/viec-cua-toi")
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return sum(any(word in statement for word in words) for statement in said)

    assert about(person("cell_secretary", "DB02-C3")) == 0
    assert about(person("committee_officer", "DB02")) == 0
    assert about(person("upper_secretary", "KHOI")) == 1


def test_a_template_of_a_text_waits_for_another_administrator(app: Flask, person: Maker) -> None:
    loader, second = person("administrator", "KHOI"), person("administrator-2", "KHOI")
    page = load_template(loader, PLAIN).follow()
    [line] = asked(second)
    assert "Mẫu văn bản, bản 1" in line
    assert loader.name in line
    assert leads(second) == [page.request.path]
    assert asked(loader) == []
    assert asked(person("upper_officer", "KHOI")) == []
    press(second.get(page.request.path), "xac-nhan")
    assert asked(second) == []
