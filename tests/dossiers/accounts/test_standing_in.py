"""Acts in another's place: who stands in the office's log, on pages and on paper; claims to it that are false."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from dossiers import clock
from dossiers.audit import services as audit
from dossiers.audit.standing_in import Lendings
from dossiers.casework import decide
from tests.dossiers.accounts.test_delegating import CELL, OTHER, lend, newest, suspend, to_vote
from tests.dossiers.meetings.meeting import Holder
from tests.dossiers.reorganising.plans import number_of
from tests.dossiers.reorganising.test_merging import open_in
from tests.people import Person, text_of
from tools import verify_export

Maker = Callable[..., Person]
TODAY = "27/07/2022"


@pytest.fixture
def holder(person: Maker) -> Person:
    return person("cell_secretary", CELL)


@pytest.fixture
def other(person: Maker, holder: Person) -> Person:
    """The secretary of another cell, who stands in for the holder."""
    found = person("cell_secretary", OTHER)
    lend(holder, holder, found)
    return found


def findings(app: Flask) -> list[str]:
    app.extensions.pop("remembered", None)
    with app.app_context():
        return [one.what for one in audit.verify()[1]]


def unit(app: Flask, code: str) -> int:
    with app.app_context():
        return number_of(code)


def test_the_office_log_names_both(app: Flask, person: Maker, holder: Person, other: Person) -> None:
    called = Holder(other)
    called.calls(TODAY, f"?cua={unit(app, CELL)}-cell")
    called.calls(TODAY, f"?cua={unit(app, OTHER)}-cell")
    rows = person("inspector", "KHOI").get("/nhat-ky/quan-tri").html.select("tbody tr")
    who = [row.select("td")[1].get_text(" ", strip=True) for row in rows[:2]]
    assert who == [other.name, f"{other.name} thay mặt {holder.name}"], "the newest first: one's own, then in a place"
    assert "thay mặt tài khoản số" not in rows[1].get_text(), "it is said once"
    assert findings(app) == []


def test_a_register_says_in_whose_place_a_number_was_given(app: Flask, holder: Person, other: Person) -> None:
    form = other.get("/so-van-ban/moi").forms["act"]
    cell = next(value for value, _, label in form["unit"].options if label.startswith(f"{CELL} "))
    series = form["series"].options[1][0]
    answer = other.send(form, unit=cell, series=series, first="6")
    assert answer.status_int == 303, text_of(answer)
    book = answer.location
    form = other.get(book).forms["spoil"]
    form["nr"], form["ground"] = "6", "Viết hỏng"
    assert form.submit().status_int == 303
    both = f"{other.name} thay mặt {holder.name}"
    for page in (book, f"{book}/in"):
        assert both in text_of(holder.get(page)), page
    assert findings(app) == []


def test_a_claim_to_act_for_who_lent_nothing_is_found(
    app: Flask, person: Maker, holder: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stranger = person("committee_officer", "DB02")
    code = to_vote(app)
    with monkeypatch.context() as patched:
        patched.setattr(decide, "behalf", lambda signed, who: stranger.id)
        assert suspend(holder, code).status_int == 303
    assert newest(app, code)[1]["behalf"] == stranger.id
    [found] = findings(app)
    assert f"acts for account {stranger.id}" in found
    export, told = tmp_path / "log.gz", list[str]()
    assert app.test_cli_runner().invoke(args=["audit", "checkpoint", "--file", str(export)]).exit_code == 0
    verify_export.check(str(export), "", lambda line, chain, what: told.append(f"{chain} {what}"))
    assert [text for text in told if f"acts for account {stranger.id}" in text and code in text], told


def test_a_claim_in_another_unit_than_was_lent_is_found(
    app: Flask, holder: Person, other: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = open_in(app, OTHER)
    with monkeypatch.context() as patched:
        patched.setattr(decide, "behalf", lambda signed, who: holder.id)
        assert suspend(other, own).status_int == 303
    [found] = findings(app)
    assert f"acts for account {holder.id}, who had then lent account {other.id} no role" in found


def test_a_lent_role_passed_off_as_ones_own_is_found(
    app: Flask, holder: Person, other: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = to_vote(app)
    with monkeypatch.context() as patched:
        patched.setattr(decide, "behalf", lambda signed, who: None)
        assert suspend(other, code).status_int == 303
    [found] = findings(app)
    assert f"account {holder.id} had lent, and does not say so" in found


def test_a_true_claim_is_none_in_an_export_either(app: Flask, holder: Person, other: Person, tmp_path: Path) -> None:
    assert suspend(other, to_vote(app)).status_int == 303
    export, told = tmp_path / "log.gz", list[str]()
    assert app.test_cli_runner().invoke(args=["audit", "checkpoint", "--file", str(export)]).exit_code == 0
    verify_export.check(str(export), "", lambda line, chain, what: told.append(what))
    assert not [text for text in told if "acts for" in text]
    assert findings(app) == []


def test_before_a_role_is_lent_and_after_it_ended_nobody_acts_by_it(app: Flask, holder: Person, other: Person) -> None:
    """It was lent today, for eight days."""
    cell = unit(app, CELL)
    with app.app_context():
        lendings, now = Lendings(), clock.now()
        faults = {
            days: lendings.fault(other.id, "cell_secretary", cell, holder.id, clock.stamp(now + timedelta(days=days)))
            for days in (-1, 0, 7, 8)
        }
        another_role = lendings.fault(other.id, "committee_officer", cell, holder.id, clock.stamp(now))
    assert [days for days, fault in faults.items() if fault is None] == [0, 7]
    assert another_role is not None
