"""Plans made through their pages, and what of the database must stay as it was."""

import re
from typing import Any

from flask import Flask
from sqlalchemy import select
from webtest.response import TestResponse

from dossiers.audit import services as audit
from dossiers.casework.models import Dossier, Scope, StateCount
from dossiers.extensions import Model, db
from dossiers.office import images
from dossiers.units import tree
from tests.people import Person, text_of

WORKED_OUT = {"unit_plan"}


def begin(admin: Person, issuer: str = "KHOI", since: str = "27/07/2022") -> int:
    """A new plan; its number."""
    form = admin.get("/don-vi/sap-xep/moi").forms["act"]
    form["unit"].select(text=next(text for _v, _s, text in form["unit"].options if text.startswith(f"{issuer} ")))
    form["number"], form["decided_on"], form["since"] = "64-QĐ/ĐUK", "20/07/2022", since
    form["subject"] = "Sắp xếp tổ chức"
    answer = form.submit()
    assert answer.status_int == 303, text_of(answer)
    found = re.search(r"/(\d+)$", answer.location)
    assert found
    return int(found.group(1))


def add(
    admin: Person, plan: int, what: str, look: str = "", units: tuple[str, ...] = (), **fields: Any
) -> TestResponse:
    """Add a line by its form: tick `units`, choose `to` by its code; whatever comes back."""
    page = admin.get(f"/don-vi/sap-xep/{plan}/them/{what}?o={look}")
    form = page.forms["act"]
    boxes = {
        box["value"]: label.get_text(strip=True)
        for label in page.html.select("#act label.tick") if (box := label.select_one("input")) is not None
    }  # fmt: skip
    for name in ("units", "parts"):
        if name in form.fields:
            for box in form.fields[name]:
                box.checked = boxes[box._value].split(" ")[0] in units
    for name, value in fields.items():
        if isinstance(value, bool):
            form[name].checked = value
        elif form.fields[name][0].tag == "select":
            form[name].select(text=next(text for _v, _s, text in form[name].options if text.startswith(f"{value}")))
        else:
            form[name] = value
    return form.submit(expect_errors=True)


def added(admin: Person, plan: int, what: str, look: str = "", units: tuple[str, ...] = (), **fields: Any) -> None:
    """Add a line that is possible."""
    answer = add(admin, plan, what, look, units, **fields)
    assert answer.status_int == 303, text_of(answer)


def press(who: Person, page: TestResponse, action: str, status: int = 303) -> TestResponse:
    """Send the small form of a page whose address ends so."""
    form = next(form for form in page.forms.values() if str(form.action).endswith(action))
    return form.submit(status=status)


def hand_over(admin: Person, plan: int) -> None:
    """Hand the plan to the second person."""
    press(admin, admin.get(f"/don-vi/sap-xep/{plan}"), "/trinh")


def confirm(second: Person, plan: int, status: int = 303) -> TestResponse:
    """Preview it and press the button."""
    return press(second, second.get(f"/don-vi/sap-xep/{plan}/xem-truoc"), "/thuc-hien", status)


def ask_to_undo(admin: Person, plan: int, why: str = "Quyết định bị thu hồi") -> None:
    """Ask for it to be undone."""
    page = admin.get(f"/don-vi/sap-xep/{plan}")
    form = next(form for form in page.forms.values() if str(form.action).endswith("/hoan-tac"))
    form["reason"] = why
    form.submit(status=303)


def picture(app: Flask) -> dict[str, Any]:
    """All rows of the office but the plan's, and where every dossier stands and is listed."""
    with app.app_context():
        rows: dict[str, Any] = {
            name: {key: (image.shown, image.personal) for key, image in found.items()}
            for name, found in images.everything().items() if name not in WORKED_OUT
        }  # fmt: skip
        dossiers = db.session.execute(
            select(Dossier.id, Dossier.state, Dossier.unit_id, Dossier.nominator_id, Dossier.turn, Dossier.due_on)
        )
        rows["dossiers"] = {row.id: tuple(row) for row in dossiers}
        rows["scope"] = sorted(tuple(row) for row in db.session.execute(select(Scope.ancestor_id, Scope.dossier_id)))
        counts = db.session.execute(select(StateCount).where(StateCount.dossiers != 0)).scalars()
        rows["counts"] = {(one.unit_id, one.state): one.dossiers for one in counts}
        ancestors = Model.metadata.tables["unit_ancestor"]
        rows["ancestors"] = sorted(tuple(row) for row in db.session.execute(select(ancestors)))
        rows["instance_value"] = None  # versions of what is remembered
        return rows


def findings(app: Flask) -> list[Any]:
    """What `audit verify` finds, with nothing remembered from before."""
    app.extensions.pop("remembered", None)
    with app.app_context():
        return audit.verify()[1]


def number_of(code: str) -> int:
    """A unit's number, where there is an application already."""
    found = tree.current().find(code, [1])
    assert found is not None
    return found.id
