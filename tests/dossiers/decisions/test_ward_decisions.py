"""Decisions of the ward of 2026: its own standing committee decides, and the ceremony's clock starts with the issue."""

from collections.abc import Callable
from datetime import date

from flask import Flask

from dossiers.audit import services as audit
from dossiers.rules import services as rules
from tests.dossiers.decisions.office import numbers_in, opened, prepared, signs
from tests.dossiers.meetings.meeting import Holder
from tests.people import Person, code_in, dossier, text_of

SCENE = "ward"
Maker = Callable[..., Person]
TODAY = "20/11/2026"


def test_the_committee_that_decides_itself_prepares_signs_and_sends(app: Flask, person: Maker) -> None:
    officer, secretary = person("committee_officer", "BA"), person("committee_secretary", "BA")
    code = code_in(app, "awaiting_decision", "BA")
    form = officer.get("/quyet-dinh").forms["prepare_decision"]
    assert code in [box._value for box in form.fields["pick"]]
    book = opened(officer, "BA", "71", begins_on=TODAY)
    prepared(officer, [code], TODAY)
    holder = Holder(secretary)
    address = next(
        a["href"] for a in secretary.get("/hop/moi").html.select("nav.tabs a") if "Ban thường vụ" in a.get_text()
    )
    holder.calls(TODAY, address.removeprefix("/hop/moi"))
    holder.picks(code)
    holder.everybody_came()
    assert holder.step(holder.results(), "all").status_int == 303
    assert "71-QĐ/ĐU" in text_of(secretary.get(f"/quyet-dinh/ky/{holder.number}"))
    assert signs(officer, holder.number, TODAY).status_int == 422, "the office does not sign"
    answer = signs(secretary, holder.number, TODAY)
    assert answer.status_int == 303, text_of(answer)
    assert dossier(app, code).state == "approved"
    assert numbers_in(officer, book)[0] == "71-QĐ/ĐU"
    row = next(row for row in officer.get("/quyet-dinh").html.select("tr") if code in row.get_text())
    with app.app_context():
        due = rules.calendar().add_working_days(date(2026, 11, 20), 30)
        assert audit.verify()[1] == []
    assert f"{due:%d/%m/%Y}" in row.get_text(), "RB-2026B: the clock runs from the issue, received or not"
