"""The office of a body that decides, at its pages: dossiers that wait, a meeting that voted, registers."""

import re
from typing import Any

from flask import Flask
from webtest.response import TestResponse

from tests.dossiers.meetings.meeting import Holder
from tests.dossiers.meetings.thirty import taken_over
from tests.people import Person, text_of

TODAY = "27/07/2022"


def waiting(app: Flask, many: int, cell: str = "CB01") -> list[str]:
    """The codes of so many dossiers that nobody has prepared."""
    with app.app_context():
        return [taken_over(cell, nr) for nr in range(many)]


def together(who: Person, act: str, codes: list[str], step: str = "do", day: str = TODAY, **notes: str) -> TestResponse:
    """Tick dossiers on the desk and press a button; whatever comes back."""
    form = who.get("/quyet-dinh").forms[act]
    form["day"] = day
    for box in form.fields["pick"]:
        box.checked = box._value in codes
    for code, text in notes.items():
        form[f"note-{code}"] = text
    return form.submit("step", value=step, expect_errors=True)


def prepared(officer: Person, codes: list[str], day: str = TODAY) -> None:
    """All of these are prepared."""
    answer = together(officer, "prepare_decision", codes, day=day)
    assert answer.status_int == 303, text_of(answer)


def voted(holder: Holder, codes: list[str], day: str = TODAY) -> None:
    """The standing committee sits on these, everybody comes and is in favour."""
    holder.calls(day)
    holder.picks(*codes)
    assert holder.everybody_came().status_int == 303
    assert holder.step(holder.results(), "all").status_int == 303


def opened(keeper: Person, unit: str, first: str = "64", **fields: str) -> int:
    """Open the register of a unit's decisions; its number."""
    form = keeper.get("/so-van-ban/moi").forms["act"]
    option = next(value for value, _, label in form["unit"].options if label.startswith(f"{unit} "))
    answer = keeper.send(form, unit=option, series="QĐ", first=first, **fields)
    assert answer.status_int == 303, text_of(answer)
    return int(re.search(r"(\d+)$", answer.location)[1])  # type: ignore[index] # the address ends in it


def signing(who: Person, meeting: int) -> Any:
    """The form of the page of signing."""
    return who.get(f"/quyet-dinh/ky/{meeting}").forms["sign"]


def signs(who: Person, meeting: int, day: str = TODAY, only: list[int] | None = None) -> TestResponse:
    """Sign what can be signed, or only some dossiers; whatever comes back."""
    form = signing(who, meeting)
    form["ngay"] = day
    if only is not None:
        for box in form.fields["pick"]:
            box.checked = int(box._value) in only
    return form.submit("step", value="sign", expect_errors=True)


def numbers_in(who: Person, book: int) -> list[str]:
    """What stands in the first column of a register, the newest first."""
    page = who.get(f"/so-van-ban/{book}")
    return [row.select_one("td").get_text(strip=True) for row in page.html.select("table.list tbody tr")]
