"""The office's log is the truth about what the office changes: any other change, in any column, is found and named."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_security.utils import _pwd_context, get_hmac
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    delete,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from webtest import TestApp, Upload

from dossiers import chain, clock, create_app, encryption
from dossiers.accounts.models import Account, Delegation, RoleAssignment, RoleRequest
from dossiers.audit import services as audit
from dossiers.audit.models import Checkpoint
from dossiers.audit.services import Finding
from dossiers.documents.models import TemplateUse, TextTemplate
from dossiers.extensions import Model, db, security
from dossiers.office import images, replaying
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent, OfficePersonal, office_opened, office_place
from dossiers.office.replaying import Difference, Recorded, Row
from dossiers.reorganising.models import UnitPlan
from dossiers.rules.models import CalendarDay, RulebookFile, RuleValue
from dossiers.units import services as units
from dossiers.units.models import BodyMember, Unit
from tests.conftest import World
from tests.dossiers.accounts import test_delegating as lending
from tests.dossiers.decisions import office as offices
from tests.dossiers.documents.test_templates import ADDRESS, OTHER, PLAIN, press, send
from tests.dossiers.meetings.meeting import Holder
from tests.dossiers.office import test_administration as pages
from tests.dossiers.reorganising import plans
from tests.people import Person, text_of

Maker = Callable[..., Person]

TABLES = {**images.tables(), "unit_ancestor": Model.metadata.tables["unit_ancestor"]}
COLUMNS = [(name, str(column.name)) for name, table in TABLES.items() for column in table.columns]
CHANGED = "{} is not what the log says"
MISSING = "is in the log, not in the table"
ADDED = "is in the table, not in the log"
GUARDS_OFF = {
    "sqlite": [
        "PRAGMA defer_foreign_keys = ON",
        *(
            f"DROP TRIGGER {name}"
            for name in ("office_personal_no_update", "checkpoint_no_update", "checkpoint_no_delete")
        ),
    ],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}
"""What somebody with the database's password does first; good for one transaction."""


@pytest.fixture(scope="module")
def loaded(world: World) -> World:
    """The demo, once for all tests that undo what they do."""
    world.reset()
    return world


@pytest.fixture
def tampering(loaded: World) -> Iterator[World]:
    """One transaction in which nothing guards the tables, undone at the end; every table has a row."""
    with loaded.app.app_context():
        for statement in GUARDS_OFF[loaded.engine]:
            db.session.execute(text(statement))
        value = RuleValue(rulebook="RB-2021", key="quorum", value='"1/2"', changed_at="2022-07-27", changed_by_id=1)
        day = CalendarDay(day=date(2022, 7, 28), working=False, note="Thông báo 1-TB")
        point = Checkpoint(
            made_at="2022-07-27", dossiers=1, events=1, root="r", signature="s", public_key="p", versions=b"v"
        )
        asked = RoleRequest(
            account_id=2, role="inspector", unit_id=1, valid_from=day.day, asked_by_id=5, asked_on=day.day,
            expires_on=day.day,
        )  # fmt: skip
        plan = UnitPlan(
            unit_id=1, number="64-QĐ", decided_on=day.day, since=day.day, subject="x", lines="[]", stage="done",
            prepared_by=5, prepared_at="2022-07-28", undo_reason="", changes="{}", done=True, edition=3,
        )  # fmt: skip
        book = RulebookFile(
            code="RB-2029", version=1, in_force_from=day.day, digest="d", text="t", ground="g", loaded_by_id=1,
            loaded_at="2022-07-27",
        )  # fmt: skip
        lent = Delegation(
            assignment_id=1, given_by_id=5, given_on=day.day, ground="g", ended_by_id=5, ended_on=day.day,
        )  # fmt: skip
        template = TextTemplate(
            text="cell_resolution", version=1, digest="d", size=1, names="candidate", words="w", loaded_by_id=1,
            loaded_at="2022-07-27", sealed="s",
        )  # fmt: skip
        db.session.add_all([value, day, point, asked, plan, book, lent, template])
        db.session.flush()
        used = TemplateUse(
            text="cell_resolution", template_id=template.id, since=day.day, ground="g", asked_by_id=1,
            asked_at="2022-07-27", outcome="confirmed", decided_by_id=5, decided_at="2022-07-28",
        )  # fmt: skip
        db.session.add(used)
        office.record("template:loaded", None, 1, [template, used])
        office.record("role:lent", 1, 5, [lent])
        office.record("units:reorganised", 1, 5, [plan])
        office.record("rulebook:loaded", None, 1, [book])
        office.record("role:asked", 1, 5, [asked])
        office.record("rule:changed", None, 1, [value])
        office.record("day:set", None, 1, [day])
        office.record("checkpoint:taken", None, None, [point])
        yield loaded
        db.session.rollback()


def findings() -> list[Finding]:
    return audit.verify_office()[1]


def test_nothing_is_found_where_nothing_was_changed(tampering: World) -> None:
    assert findings() == []


def some_row(table: Table) -> dict[str, Any]:
    rule = table.info.get("log")
    query = select(table).order_by(*table.primary_key.columns).limit(3)
    if rule and rule.only:
        query = query.where(next(iter(table.primary_key.columns)).in_(rule.only))
    if rule and rule.once:
        query = query.where(table.columns[rule.once])
    return dict(db.session.execute(query).mappings().all()[-1])


def once_of(table: Table) -> str:
    rule = table.info.get("log")
    return rule.once if rule else ""


def other(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, Integer):
        return 987654
    if isinstance(column.type, LargeBinary):
        return b"kh-ac"
    if isinstance(column.type, DateTime):
        return datetime(1999, 12, 31, 23, 59)  # noqa: DTZ001 - as it stands in the database
    return date(1999, 12, 31) if isinstance(column.type, Date) else "kh-ac"


def at(table: Table, row: dict[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]


def code_of(table: Table, row: dict[str, Any]) -> str:
    key = images.key_of([row[column.name] for column in table.primary_key.columns])
    return f"{table.name} {row.get('code', key)}"


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_a_change_of_any_column_is_found_and_named(tampering: World, name: str, column: str) -> None:
    table = TABLES[name]
    row = some_row(table)
    changed = {**row, column: other(table.columns[column], row[column])}
    db.session.execute(update(table).where(*at(table, row)).values({column: changed[column]}))
    found = findings()
    if column == once_of(table):
        assert [(f.code, f.what) for f in found] == [(code_of(table, row), MISSING)]
    elif column not in table.primary_key.columns:
        assert [(f.code, f.what) for f in found] == [(code_of(table, row), CHANGED.format(column))]
        assert found[0].seq > 0, "the event that says otherwise"
    else:
        expected = {(code_of(table, row), MISSING)}
        if name != "instance_value":  # other keys of which pass
            expected.add((code_of(table, changed), ADDED))
        assert {(f.code, f.what) for f in found} == expected


@pytest.mark.parametrize("column", ["valid_from", "valid_to", "deciding_body", "parent_id"])
def test_what_does_not_fit_its_column_is_named_too(tampering: World, column: str) -> None:
    if tampering.engine == "postgresql":
        pytest.skip("keeps to its types")
    db.session.execute(text(f"UPDATE unit SET {column} = 'never' WHERE code = 'DB02'"))
    assert findings() == [Finding("unit DB02", 1, CHANGED.format(column))]


@pytest.mark.parametrize("name", TABLES)
def test_a_removed_row_is_found(tampering: World, name: str) -> None:
    table = TABLES[name]
    row = some_row(table)
    db.session.execute(delete(table).where(*at(table, row)))
    assert [(f.code, f.what) for f in findings()] == [(code_of(table, row), MISSING)]


@pytest.mark.parametrize("name", [name for name in TABLES if name != "instance_value"])
def test_an_inserted_row_is_found(tampering: World, name: str) -> None:
    table = TABLES[name]
    row = {str(column.name): other(column, None) for column in table.columns}
    db.session.execute(insert(table).values(row))
    assert findings() == [Finding(code_of(table, row), 0, ADDED)]


def test_two_names_of_a_register_exchanged_are_found(tampering: World) -> None:
    first, second = db.session.execute(select(BodyMember.id, BodyMember.name).order_by(BodyMember.id).limit(2)).all()
    for seat, name in ((first.id, second.name), (second.id, first.name)):
        db.session.execute(update(BodyMember).where(BodyMember.id == seat).values(name=name))
    assert findings() == [Finding(f"body_member {seat.id}", 1, CHANGED.format("name")) for seat in (first, second)]


def test_two_roles_with_their_units_exchanged_are_found(tampering: World) -> None:
    query = select(RoleAssignment.id, RoleAssignment.unit_id).where(RoleAssignment.role == "cell_secretary")
    first, second = db.session.execute(query.order_by(RoleAssignment.id).limit(2)).all()
    for role, unit in ((first.id, second.unit_id), (second.id, first.unit_id)):
        db.session.execute(update(RoleAssignment).where(RoleAssignment.id == role).values(unit_id=unit))
    assert findings() == [Finding(f"role_assignment {r.id}", 1, CHANGED.format("unit_id")) for r in (first, second)]


def test_a_changed_personal_part_is_found_even_with_the_key(tampering: World) -> None:
    told = json.loads(
        office_opened(1, db.session.scalars(select(OfficePersonal.sealed).where(OfficePersonal.seq == 1)).one())
    )
    _table, key, values = next(row for row in told["rows"] if row[0] == "body_member")
    values["name"] = "Hồ Văn Lạ"
    db.session.execute(update(BodyMember).where(BodyMember.id == int(key)).values(name=values["name"]))
    sealed = encryption.seal(chain.canonical(told), office_place(1))
    changed = update(OfficePersonal).where(OfficePersonal.seq == 1).values(sealed=sealed)
    db.session.execute(changed)
    assert findings() == [Finding("OFFICE", 1, "its personal part was changed")]


def test_an_erased_personal_part_is_named_as_long_as_rows_rest_on_it(tampering: World) -> None:
    db.session.execute(delete(OfficePersonal).where(OfficePersonal.seq == 1))
    lost = (
        "account.email, account.fs_uniquifier, account.ground, account.name, account.password, body_member.name, "
        "meeting.other, meeting_attendance.reason, meeting_line.reason, "
        "org_person.birth_date, org_person.name, org_person.name_key, org_person.phone, "
        "registered_number.ground"
    )
    assert findings() == [Finding("OFFICE", 1, f"its personal part is gone; what it said of {lost} cannot be compared")]
    db.session.execute(update(Unit).where(Unit.code == "DB02").values(name="Đảng bộ khác"))
    assert Finding("unit DB02", 1, CHANGED.format("name")) in findings(), "the rest still is"
    db.session.rollback()
    office.rebase(None)
    db.session.execute(delete(OfficePersonal).where(OfficePersonal.seq == 1))
    assert findings() == [], "what is said again elsewhere may be erased: the law asks for it"


def test_a_broken_chain_is_named_alone(tampering: World) -> None:
    if tampering.engine == "sqlite":
        db.session.execute(text("DROP TRIGGER office_event_no_update"))
    db.session.execute(update(Unit).values(name="khác"))
    db.session.execute(update(OfficeEvent).where(OfficeEvent.seq == 1).values(topic="day:set"))
    assert findings() == [Finding("OFFICE", 1, "its content was changed")]


def test_a_personal_part_is_erased_never_changed(loaded: World) -> None:
    with loaded.app.app_context():
        with pytest.raises(DBAPIError, match=r"never changed|written once"):
            db.session.execute(text("UPDATE office_personal SET salt = 'x'"))
        db.session.rollback()


def test_the_log_names_nobody_and_holds_no_secret(loaded: World) -> None:
    with loaded.app.app_context():
        whole, names = db.session.scalars(select(OfficeEvent.body)).first(), set()
        assert whole
        for account in db.session.scalars(select(Account)):
            names |= {account.name, account.email, account.password, account.fs_uniquifier}
        names |= set(db.session.scalars(select(BodyMember.name)))
        assert not any(json.dumps(name, ensure_ascii=False)[1:-1] in whole for name in names)
        first = db.session.scalars(select(OfficePersonal)).first()
        assert first
        personal = office_opened(first.seq, first.sealed)
        account = db.session.scalars(select(Account)).first()
        assert personal
        assert account
        assert account.name in personal
        assert str(account.password) not in personal
        assert account.fs_uniquifier not in personal


def test_what_is_declared_of_a_table_is_a_column_of_it() -> None:
    for table in images.tables().values():
        rule = images.rule_of(table)
        assert rule.personal | rule.digested <= set(table.columns.keys())
        assert not (rule.personal | rule.digested) & set(table.primary_key.columns.keys())
        shown = set(table.columns.keys()) - rule.personal - rule.digested
        assert not any(table.columns[name].info.get("sealed") for name in shown)
        if table.name == "account":
            assert shown == {
                "id", "active", "created_at", "demo_label", "password_until", "password_by_id", "password_given_at",
                "person_id",
            }, "is the new one no secret, and names nobody?"  # fmt: skip
    assert set(images.tables()) == {
        "unit", "unit_placement", "body_member", "seat_status", "account", "role_assignment", "quota",
        "calendar_day", "rule_value", "course_class", "instance_value", "checkpoint", "org_person",
        "role_request", "meeting", "meeting_attendance", "meeting_line", "rulebook_file", "unit_plan", "number_book",
        "delegation", "registered_number", "text_template", "template_use",
    }  # fmt: skip


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_it_costs_the_same_number_of_queries_and_reads_each_personal_part_once(
    tampering: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    unseal = encryption.unseal
    monkeypatch.setattr(encryption, "unseal", lambda sealed, at: read.append(sealed) or unseal(sealed, at))
    with statements() as before:
        findings()
    account = db.session.scalars(select(Account)).first()
    for _ in range(3):
        office.record("password:hashed", None, 1, [account])
    read.clear()
    with statements() as after:
        assert findings() == []
    assert len(after) == len(before) == 3 + len(TABLES), "the log, loose parts, what was lent, and each table"
    assert len(read) == len(set(read)) == 7


# --- every way to change the office -------------------------------------------------------------------------------


def _seat(person: Maker) -> None:
    own = person("cell_secretary", "CB01")
    answer = own.send(own.get("/don-vi/CB01").forms["act"], name="Hồ Văn Mới", valid_from="28/07/2022", status="exempt")
    assert answer.status_int == 303


def _status(person: Maker) -> None:
    own = person("cell_secretary", "CB01")
    form = own.get("/don-vi/CB01").click(href="/doi/", index=0).forms["act"]
    assert own.send(form, status="elsewhere", valid_from="28/07/2022").status_int == 303


def _who(person: Maker) -> None:
    """The committee's new member is a member of a cell; the account of its officer is that person's."""
    officer, admin = person("committee_officer", "DB02"), person("administrator", "KHOI")
    name = officer.get("/don-vi/DB02-C3").html.select("table.list tbody tr")[-1].td.get_text()
    form = officer.get("/don-vi/DB02").forms["act"]
    answer = officer.send(form, name=name, birth_date="01/02/1980", valid_from="28/07/2022")
    answer = officer.send(answer.forms["act"], person="new")
    assert answer.status_int == 303
    row = next(row for row in answer.follow().html.select("tbody tr") if name in row.get_text())
    page = officer.get(row.select_one('a[href*="/nguoi/"]')["href"])
    assert officer.send(page.forms["act"], person="first").status_int == 303
    form = admin.get(f"/tai-khoan/{officer.id}/nguoi").forms["act"]
    form["name"] = name
    form = form.submit("step", value="find").forms["act"]
    assert admin.send(form, person="first", ground="Danh sách đảng viên").status_int == 303


def _refused(person: Maker) -> None:
    admin, helper = person("administrator", "KHOI"), person("training_officer", "TTCT")
    form = admin.get(f"/tai-khoan/{helper.id}/vai-tro").forms["act"]
    unit = next(value for value, _, label in form["unit"].options if label.startswith("KHOI "))
    assert admin.send(form, role="inspector", unit=unit).status_int == 303
    person("upper_secretary", "KHOI").decide(helper.name, "tu-choi")


def _moved(app: Flask) -> None:
    """As the demo of the ward does it; people make a plan (`_reorganised`)."""
    with app.app_context():
        cell, committee = (
            db.session.scalars(select(Unit).where(Unit.code == code)).one() for code in ("DB02-C3", "DB02")
        )
        units.change_units([cell], date(2022, 7, 20), "15-QĐ/ĐUK", 1, parent=committee)


def _reorganised(person: Maker) -> None:
    """A plan, carried out and undone; and a unit's code."""
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    plan = plans.begin(admin)
    plans.added(admin, plan, "rename", "DB10", name="Đảng bộ Dược phẩm")
    plans.hand_over(admin, plan)
    plans.confirm(second, plan)
    plans.ask_to_undo(admin, plan)
    plans.confirm(second, plan)
    form = admin.get("/don-vi/DB01/ma-to-chuc").forms["act"]
    assert admin.send(form, org_code="99.003.004.005.006").status_int == 303


def _lent(person: Maker) -> None:
    holder = person("cell_secretary", "DB02-C3")
    lending.lend(holder, holder, person("cell_secretary", "DB02-C4"))
    lending.end(holder)


def _class(person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    form = upper.get("/boi-duong/lop-moi").forms["act"]
    dates = {"starts_on": "01/08/2022", "ends_on": "05/08/2022"}
    assert upper.send(form, code="NTVD-2022-09", title="Lớp tháng 9", centre="first", **dates).status_int == 303


def _opened_again(person: Maker) -> None:
    admin, somebody = person("administrator", "KHOI"), person("cell_secretary", "CB02")
    for how in ("khoa", "mo"):
        page = admin.get(f"/tai-khoan/{somebody.id}")
        next(form for form in page.forms.values() if form.action.endswith(f"/{how}")).submit()


def _sessions_ended(person: Maker) -> None:
    admin, somebody = person("administrator", "KHOI"), person("cell_secretary", "CB02")
    page = admin.get(f"/tai-khoan/{somebody.id}")
    next(form for form in page.forms.values() if form.action.endswith("/phien/ket-thuc")).submit()
    admin.get(f"/tai-khoan/{somebody.id}/mat-khau").forms["act"].submit()


def _numbers(app: Flask, person: Maker) -> None:
    """A register is opened, a number spoiled, a decision signed and numbered."""
    codes = offices.waiting(app, 1)
    officer, secretary = person("upper_officer", "KHOI"), person("upper_secretary", "KHOI")
    offices.prepared(officer, codes)
    form = officer.get(f"/so-van-ban/{offices.opened(officer, 'KHOI')}").forms["spoil"]
    form["nr"], form["ground"] = "64", "Viết hỏng."
    assert form.submit(expect_errors=True).status_int == 303
    holder = Holder(secretary)
    offices.voted(holder, codes)
    assert offices.signs(secretary, holder.number).status_int == 303


def _meetings(app: Flask, person: Maker) -> None:
    """Called, changed, closed; and one that is cancelled."""
    holder = Holder(person("cell_secretary", "DB02-C3"))
    today = f"{clock_of(app):%d/%m/%Y}"
    holder.calls(today)
    form = holder.person.get(f"{holder.address}/sua").forms["act"]
    assert holder.person.send(form, place="Phòng họp khác").status_int == 303
    holder.everybody_came()
    sent = {"step": "close", "csrf_token": holder.person.token()}
    holder.person.web.post(f"{holder.address}/ket-qua", sent, status=303)
    holder.calls(today)
    page = holder.person.get(holder.address)
    next(form for form in page.forms.values() if form.action.endswith("/huy")).submit()


def clock_of(app: Flask) -> date:
    with app.app_context():
        return clock.today()


def _commands(app: Flask) -> None:
    made = "accounts create --email a@b.example --name A --role cell_secretary --unit CB03 --password mot-mat-khau-dai"
    assert app.test_cli_runner().invoke(args=made.split()).exit_code == 0


def _hashed_anew(app: Flask) -> None:
    """An account from a time when passwords were hashed in another way signs in."""
    with app.app_context():
        account = db.session.scalars(select(Account).where(Account.email == "a@b.example")).one()
        password = security.password_util.normalize("mot-mat-khau-dai")
        old = account.password = _pwd_context.hash(get_hmac(password), scheme="pbkdf2_sha512")
        office.record("password:hashed", None, None, [account])
        db.session.commit()
        db.session.remove()
    web = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
    form = next(f for f in web.get("/dang-nhap").forms.values() if "password" in f.fields)
    form["email"], form["password"] = "a@b.example", "mot-mat-khau-dai"
    assert form.submit().status_int in (302, 303)
    with app.app_context():
        now = db.session.scalars(select(Account.password).where(Account.email == "a@b.example")).one()
        assert str(now) != old
        last = db.session.execute(select(OfficeEvent.topic, OfficeEvent.actor_id).order_by(OfficeEvent.seq)).all()[-1]
        assert last.topic == "password:hashed"
        assert last.actor_id is not None


def _rulebooks(person: Maker) -> None:
    """One refused, one confirmed."""
    admin, second = person("administrator", "KHOI"), person("administrator-2", "KHOI")
    title = 'title = { vi = "Thử", en = "Try" }'
    for how in ("khong-dong-y", "xac-nhan"):
        form = admin.get("/quy-tac/nap").forms["act"]
        content = f'code = "RB-2029"\nin_force_from = 2029-01-01\nextends = "RB-2026B"\n{title}\n'
        form["ground"], form["tep"] = "Quy định thử", Upload("book.toml", content.encode())
        page = second.get(form.submit().headers["Location"])
        asked = next(form for form in page.forms.values() if (form.action or "").endswith(how))
        assert asked.submit().status_int == 303


def _templates(person: Maker) -> None:
    """One refused, one confirmed, and the shipped one asked for again."""
    admin, second = person("administrator", "KHOI"), person("administrator-2", "KHOI")
    for content, how in ((PLAIN, "khong-dong-y"), (OTHER, "xac-nhan")):
        press(second.get(send(admin, content).headers["Location"]), how)
    form = admin.get(f"{ADDRESS}/ban/0").forms["act"]
    form["ground"] = "38-HD/BTCTW"
    assert form.submit().status_int == 303


def test_every_way_to_change_the_office_is_in_its_log(app: Flask, person: Maker) -> None:
    for way in (
        lambda: _lent(person),
        lambda: pages.test_an_account_is_made_signs_in_and_is_shut(app, person),
        lambda: pages.test_a_role_is_granted_for_a_period_and_ended(app, person),
        lambda: pages.test_a_unit_is_added_under_a_unit_it_can_stand_under(app, person),
        lambda: pages.test_units_from_the_command_line(app),
        lambda: pages.test_the_register_is_kept_by_its_own_unit(app, person),
        lambda: pages.test_a_value_to_be_confirmed_is_changed_and_used_at_once(app, person),
        lambda: pages.test_the_administrators_calendar_moves_deadlines(app, person),
        lambda: pages.test_a_quota_is_given_and_shows_when_allotments_differ(app, person),
        lambda: _seat(person),
        lambda: _status(person),
        lambda: _who(person),
        lambda: _refused(person),
        lambda: _moved(app),
        lambda: _reorganised(person),
        lambda: _class(person),
        lambda: _opened_again(person),
        lambda: _sessions_ended(person),
        lambda: _meetings(app, person),
        lambda: _rulebooks(person),
        lambda: _templates(person),
        lambda: _numbers(app, person),
        lambda: _commands(app),
        lambda: _hashed_anew(app),
        lambda: app.test_cli_runner().invoke(args=["audit", "checkpoint"]),
    ):
        way()
        with app.app_context():
            assert findings() == []
    with app.app_context():
        assert audit.verify()[1] == []
        topics = set(db.session.scalars(select(OfficeEvent.topic)))
        office.rebase(None)
        db.session.commit()
        assert findings() == []
    assert topics == set(office.TOPICS) - {"log:rebased"}, "each topic has a way here"
    shown = pages.log_of_the_office(person)
    assert "Ghi lại toàn bộ hiện trạng" in shown
    assert "format" not in shown
    assert '"unit_id"' not in shown
    assert "whole" not in shown
    inspector = person("inspector", "KHOI", "en")
    assert "Everything as it stands written again" in text_of(inspector.get("/nhat-ky/quan-tri"))


# --- from an empty database, and from an older version -----------------------------------------------------------


@pytest.fixture
def empty(world: World, tmp_path: Path) -> Iterator[Flask]:
    """The application with a database that has no table yet."""
    if world.server:
        world.server.execute("DROP DATABASE IF EXISTS another WITH (FORCE)")
        world.server.execute("CREATE DATABASE another")
    url = world.server.url("another") if world.server else f"sqlite:///{tmp_path / 'another.db'}"
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "TESTING": True})
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_log_of_a_new_instance_holds_everything_from_the_first_act(empty: Flask) -> None:
    run = empty.test_cli_runner().invoke
    assert run(args=["db", "upgrade"]).exit_code == 0
    assert run(args=["audit", "verify"]).exit_code == 0
    assert run(args=["units", "add", "KHOI", "Đảng bộ Khối", "--kind", "upper_committee"]).exit_code == 0
    made = "accounts create --email a@b.example --name A --role upper_officer --unit KHOI --password mot-mat-khau-dai"
    assert run(args=made.split()).exit_code == 0
    assert run(args=["audit", "verify"]).exit_code == 0
    assert run(args=["upgrade-log"]).output.strip() == "Nothing was written."
    with empty.app_context():
        db.session.execute(text("UPDATE unit SET name = 'x'"))
        db.session.execute(text("INSERT INTO instance_value (key, value) VALUES ('demo', 'yes')"))
        db.session.commit()
    done = run(args=["audit", "verify"])
    assert done.exit_code == 1
    assert "unit KHOI event 1: name is not what the log says" in done.output
    assert "instance_value demo: is in the table, not in the log" in done.output, "anybody could sign in with a click"
    refused = run(args=["upgrade-log"])
    assert refused.exit_code == 1
    assert refused.output.splitlines()[-1] == "Nothing was written."


def test_a_log_from_before_rows_stood_in_it_is_brought_up_to_date(empty: Flask) -> None:
    run = empty.test_cli_runner().invoke
    assert run(args=["db", "upgrade", "0003"]).exit_code == 0
    said: dict[str, Any] = {
        "seq": 1, "topic": "unit:added", "recorded_at": "2022-07-27T00:00:00.000000Z", "actor_id": None, "unit_id": 1,
        "body": '{"code":"KHOI"}', "prev_hash": chain.GENESIS,
    }  # fmt: skip
    said["hash"] = chain.office_hash(said)
    with empty.app_context():
        unit = "1, 'KHOI', 'Khối', 'upper_committee', false, NULL, '2010-01-01', NULL"
        db.session.execute(text(f"INSERT INTO unit VALUES ({unit})"))
        db.session.execute(text("INSERT INTO unit_placement VALUES (1, 1, NULL, '2010-01-01', NULL)"))
        db.session.execute(text("INSERT INTO unit_ancestor VALUES (1, 1, 0)"))
        names = ", ".join(said)
        marks = ", ".join(f":{name}" for name in said)
        db.session.execute(text(f"INSERT INTO office_event ({names}) VALUES ({marks})"), said)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    assert run(args=["db", "upgrade"]).exit_code == 0
    with empty.app_context():
        what = "its log holds no rows to compare the tables with: run flask --app wsgi upgrade-log"
        assert audit.verify() == (1, [Finding("OFFICE", 0, what)])
        db.session.remove()
    assert run(args=["upgrade-log"]).output.strip() == "The log now holds every row."
    with empty.app_context():
        assert audit.verify() == (2, [])
        db.session.remove()
        db.engine.dispose()
    assert run(args=["db", "downgrade", "0005"]).exit_code != 0, "an earlier program would not understand the log"


# --- replaying, without a database ------------------------------------------------------------------------------


def _said(seq: int, *rows: tuple[str, str, dict[str, Any] | None], whole: bool = False) -> Recorded:
    return Recorded(seq, json.dumps({"format": 2, "rows": rows, "whole": whole}), False, None)


def test_the_newest_event_that_carries_everything_is_where_replaying_begins() -> None:
    old = Recorded(1, '{"code":"X"}', False, None)
    assert replaying.fold([old, _said(2, ("quota", "1", {"id": 1}))]) is None
    told = replaying.fold(
        [
            old,
            _said(2, ("quota", "7", {"id": 7}), whole=True),
            _said(3, ("quota", "1", {"id": 1, "amount": 2}), ("quota", "2", {"id": 2, "amount": 3}), whole=True),
            _said(4, ("quota", "1", {"id": 1, "amount": 5}), ("quota", "2", None)),
        ]
    )
    assert told == {"quota": {"1": Row(4, {"id": 1, "amount": 5}, {})}}


def test_a_column_that_the_log_never_spoke_of_is_named_once() -> None:
    told = {"quota": {str(n): Row(1, {"id": n}, {}) for n in (1, 2)}}
    standing = {"quota": {str(n): images.Image({"id": n, "new": 0}, {}) for n in (1, 2)}}
    what = f"new is not in the log yet: {replaying.UPGRADE}"
    assert replaying.compare(told, standing, {"quota": ["id", "new"]}) == [
        Difference("quota", "", "new", 0, what, by_age=True)
    ]


def test_a_tree_that_bites_its_tail_comes_to_an_end() -> None:
    assert replaying.ancestors({1: 2, 2: 1})
    closed = {key: row["depth"] for key, row in replaying.ancestors({1: None, 2: 1, 3: 2}).items()}
    assert closed == {"1/1": 0, "2/2": 0, "2/1": 1, "3/3": 0, "3/2": 1, "3/1": 2}
