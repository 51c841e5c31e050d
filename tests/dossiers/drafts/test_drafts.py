"""Drafts from the attacker's side, and how they end. What people see of them is in tests/browser/test_drafts.py."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.datastructures import MultiDict

from dossiers.drafts import services
from dossiers.drafts.models import Draft
from dossiers.extensions import db
from tests.people import Person, code_in, text_of, unit_of

Maker = Callable[..., Person]
SECRET = "Con ông Nguyễn Văn Bí Mật ở xóm trên."


def begun(app: Flask, person: Maker) -> tuple[Person, str, str]:
    """A secretary with a draft of a reason; the form's address and its sign."""
    code = code_in(app, "listed")
    secretary = person("cell_secretary", unit_of(app, code))
    form = secretary.form(code, "suspend")
    sign = form["draft_of"].value
    fields = {**dict(form.submit_fields()), "reason": SECRET, "password": "hunter2hunter2"}
    secretary.web.post("/ban-nhap", fields, status=204)
    return secretary, f"/ho-so/{code}/suspend", sign


def test_what_is_kept_is_sealed_and_holds_no_password(app: Flask, person: Maker) -> None:
    secretary, path, _sign = begun(app, person)
    with app.app_context():
        row = db.session.scalars(select(Draft)).one()
        assert row.path == path
        assert SECRET not in row.sealed
        assert services.typed(secretary.id, path).getlist("reason") == [SECRET]  # type: ignore[union-attr] # it is there
        assert "password" not in services.typed(secretary.id, path)  # type: ignore[operator] # the same
        row.sealed = row.sealed[:-4] + "AAA="
        db.session.commit()
        assert services.typed(secretary.id, path) is None, "what was changed is not read"
        assert services.typed(secretary.id + 1, path) is None


def test_a_draft_copied_to_somebody_else_is_not_read(app: Flask, person: Maker) -> None:
    secretary, path, _sign = begun(app, person)
    other = person("committee_officer", "DB02")
    with app.app_context():
        db.session.execute(update(Draft).where(Draft.account_id == secretary.id).values(account_id=other.id))
        db.session.commit()
        assert services.typed(other.id, path) is None


def test_nobody_keeps_a_draft_for_somebody_else(app: Flask, person: Maker) -> None:
    secretary, path, sign = begun(app, person)
    other = person("committee_officer", "DB02")
    for posted in ("/ban-nhap", "/ban-nhap/bo"):
        for made_up in (sign, sign[:-2] + "xx", "", "²"):
            fields = {"csrf_token": other.token(), "draft_of": made_up, "reason": "Chen vào."}
            other.web.post(posted, fields, status=400)
    with app.app_context():
        assert services.typed(secretary.id, path).getlist("reason") == [SECRET]  # type: ignore[union-attr] # it is there


def test_a_form_sent_without_a_session_keeps_nothing_that_carries_no_sign(app: Flask, person: Maker) -> None:
    code = code_in(app, "listed")
    secretary = person("cell_secretary", unit_of(app, code))
    secretary.web.reset()
    secretary.web.post(f"/ho-so/{code}/suspend", {"reason": SECRET}, status="*")
    secretary.web.post(f"/ho-so/{code}/suspend", {"reason": SECRET, "draft_of": "x.y.z"}, status="*")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_drafts_end_by_sending_by_age_by_number_and_by_size(app: Flask, person: Maker) -> None:
    secretary, path, sign = begun(app, person)
    page = secretary.get(f"{path}?ban-nhap=1")
    assert page.forms["act"]["reason"].value == SECRET
    secretary.send(page.forms["act"]).follow()
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Draft)) == 0, "it was sent"
    long = {"csrf_token": secretary.token(), "draft_of": sign, "reason": "x" * services.LONGEST}
    secretary.web.post("/ban-nhap", long, status=413)
    with app.app_context():
        for nr in range(services.MOST + 5):
            with app.test_request_context():
                form = {"draft_of": services.sign(secretary.id, f"/ho-so/HS2020-{nr:06d}/suspend"), "reason": "x"}
                services.keep(MultiDict(form))
        count = select(func.count()).select_from(Draft)
        assert db.session.scalar(count) <= services.MOST + 1
        db.session.execute(update(Draft).values(saved_at=0.0))
        db.session.commit()
        assert services.saved_at(secretary.id, "/ho-so/HS2020-000034/suspend") is None, "too old to be offered"
        with app.test_request_context():
            services.keep(MultiDict({"draft_of": services.sign(secretary.id, "/ho-so/moi"), "full_name": "A"}))
        assert db.session.scalar(count) == 1, "the old ones went"


def test_what_was_typed_of_somebody_goes_when_they_are_erased(app: Flask, person: Maker) -> None:
    secretary, path, _sign = begun(app, person)
    with app.app_context():
        code = path.split("/")[2]
        services.forget_dossiers([code])
        db.session.commit()
        assert services.typed(secretary.id, path) is None


def test_the_draft_is_offered_on_the_form_and_only_to_who_typed_it(app: Flask, person: Maker) -> None:
    secretary, path, _sign = begun(app, person)
    assert "Có bản nháp bạn gõ dở" in text_of(secretary.get(path))
    officer = person("committee_officer", unit_of(app, path.split("/")[2]).split("-")[0])
    assert "bản nháp" not in text_of(officer.get(path))


def test_rows_are_added_without_script(app: Flask, person: Maker) -> None:
    code = code_in(app, "applying", "DB02-C3")
    secretary = person("cell_secretary", "DB02-C3")
    form = secretary.form(code, "record_relatives")
    before = sum(name.endswith("-name") for name in form.fields if name)
    form["relatives-0-name"] = "Trần Văn Thử"
    longer = form.submit("more", status=200).forms["act"]
    assert sum(name.endswith("-name") for name in longer.fields if name) == before + 2
    assert longer["relatives-0-name"].value == "Trần Văn Thử"
