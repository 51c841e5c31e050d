"""Committees merged and split: previewed, done, verified, undone, and refused when somebody acted since."""

from collections.abc import Callable

from flask import Flask

from tests.dossiers.reorganising import plans
from tests.people import Person, code_in, dossier, text_of, unit_of

Maker = Callable[..., Person]


def test_two_committees_merge_and_come_apart_again(app: Flask, person: Maker) -> None:
    before = plans.picture(app)
    admin, second = person("administrator", "KHOI"), person("upper_secretary", "KHOI")
    plan = plans.begin(admin)
    plans.added(admin, plan, "merge", "KHOI", ("DB03",), to="DB02")
    preview = admin.get(f"/don-vi/sap-xep/{plan}/xem-truoc")
    assert "kết thúc; kế thừa: DB02" in text_of(preview)
    assert plans.picture(app) == before, "a preview changes nothing"
    plans.hand_over(admin, plan)
    assert plans.confirm(second, plan).status_int == 303
    assert plans.findings(app) == []
    after = plans.picture(app)
    assert after["counts"] != before["counts"] or after["scope"] != before["scope"]
    plans.ask_to_undo(admin, plan)
    plans.confirm(second, plan)
    assert plans.findings(app) == []
    assert plans.picture(app) == before
