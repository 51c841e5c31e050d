"""Vietnamese first, English complete: no message missing, unused or left in the other language."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from dossiers.config import ROOT
from tests.people import Person, code_in, text_of
from workflow.facts import RELATION_LABELS, SCHOOLING_LABELS, SECTOR_LABELS, SOURCE_LABELS
from workflow.guards import LEAVING_GROUNDS, REMOVAL_GROUNDS, SCHOOLING_GROUNDS
from workflow.roles import ROLE_LABELS
from workflow.route import DECIDER_LABELS, UNIT_KIND_LABELS
from workflow.stages import STAGE_LABELS, STATE_LABELS, State
from workflow.triggers import TRIGGERS
from workflow.votes import BODY_LABELS

VIETNAMESE = re.compile(r"[ăâđêôơưàằầèềìòồờùừỳáắấéếíóốớúứýảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹạặậẹệịọộợụựỵ]", re.IGNORECASE)


@pytest.fixture(scope="module")
def in_code(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    pot = tmp_path_factory.mktemp("pot") / "messages.pot"
    subprocess.run(
        [str(Path(sys.executable).parent / "pybabel"), "-q", "extract", "-F", "babel.cfg", "-k", "_l",
         "-k", "gettext_in:2", "-k", "message", "-o", str(pot), "."],
        cwd=ROOT, check=True,
    )  # fmt: skip
    with pot.open("rb") as file:
        return {_id(message.id) for message in read_po(file) if message.id}


def _id(message_id: object) -> str:
    return message_id[0] if isinstance(message_id, tuple | list) else str(message_id)


def test_the_english_catalogue_is_complete_and_holds_nothing_else(in_code: set[str]) -> None:
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = {_id(message.id): message for message in read_po(file) if message.id}
    assert set(catalogue) - in_code == set(), "no longer used"
    assert in_code - set(catalogue) == set(), "make catalogues, then translate"
    for message_id, message in catalogue.items():
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert all(strings), f"untranslated: {message_id}"
        assert not message.fuzzy, message_id
        placeholders = set(re.findall(r"%\((\w+)\)s", message_id))
        for text in strings:
            assert set(re.findall(r"%\((\w+)\)s", text)) == placeholders, message_id
            assert not VIETNAMESE.search(text.replace("Nơi", "")), message_id


def test_every_label_of_the_rules_has_both_languages() -> None:
    tables = (
        STAGE_LABELS, STATE_LABELS, ROLE_LABELS, SOURCE_LABELS, SCHOOLING_LABELS, SECTOR_LABELS, RELATION_LABELS,
        UNIT_KIND_LABELS, DECIDER_LABELS, BODY_LABELS, LEAVING_GROUNDS, REMOVAL_GROUNDS, SCHOOLING_GROUNDS,
    )  # fmt: skip
    texts = [text for table in tables for text in table.values()] + [trigger.label for trigger in TRIGGERS.values()]
    for text in texts:
        assert text.vi
        assert text.en
        assert not VIETNAMESE.search(text.en), text


def interface(page: object) -> str:
    """The words of a page that are the program's own: names of people, units and classes are data."""
    html = page.html  # type: ignore[attr-defined] # WebTest parses it
    for data in html.select(
        "td, .who span, option, .brand, dd, .plain li, .timeline li, .tree .unit,"
        " h1, h2, .sub, .source, code, .language, .roles, .big,"
        " .checklist, .flash, .cannot, textarea, .who, title"
    ):
        data.extract()
    return str(html.get_text(" "))


def test_english_pages_hold_no_vietnamese(app: Flask, person: Callable[..., Person]) -> None:
    upper = person("upper_officer", "KHOI", "en")
    code = code_in(app, "verifying", "CB01")
    for address in (
        "/viec-cua-toi", "/ho-so", f"/ho-so/{code}", "/nguon", "/boi-duong", "/tham-tra", "/xet-ket-nap",
        "/sau-ket-nap",
        "/chi-tieu", "/don-vi", "/quy-tac", "/tim?q=zzz", f"/ho-so/{code}/record_relatives", f"/ho-so/{code}/transfer",
    ):  # fmt: skip
        page = upper.get(address)
        assert page.html.html["lang"] == "en"
        found = VIETNAMESE.search(interface(page).replace("Tiếng Việt", ""))
        assert not found, (address, found)


def test_vietnamese_pages_hold_no_english(app: Flask, person: Callable[..., Person]) -> None:
    secretary = person("cell_secretary", "DB02-C3")
    words = re.compile(r"\b(the|is|are|not|required|field|invalid|submit|dossier|unit|error)\b", re.IGNORECASE)
    for state in State:
        code = code_in(app, str(state))
        page = person("inspector", "KHOI").get(f"/ho-so/{code}")
        text = text_of(page)
        for key in re.findall(r"\b\w+_\w+\b", text):
            text = text.replace(key, "")
        assert not words.search(text), (state, words.search(text))
    bad = secretary.get("/ho-so/moi").forms["act"]
    bad["place"].force_value("999:nowhere")
    answer = text_of(bad.submit(expect_errors=True))
    assert not words.search(answer), answer


def test_the_language_is_kept_and_the_page_too(app: Flask, person: Callable[..., Person]) -> None:
    upper = person("upper_officer", "KHOI")
    page = upper.get("/ho-so?state=listed")
    switch = next(f for f in page.forms.values() if "/ngon-ngu/" in f.action)
    back = switch.submit()
    assert back.location.endswith("/ho-so?state=listed")
    assert "Where the dossier stands" in text_of(upper.get(f"/ho-so/{code_in(app, 'listed')}"))
    token = upper.token()
    away = upper.web.post("/ngon-ngu/vi", {"csrf_token": token, "next": "https://evil.example/"}, status=303)
    assert "evil" not in away.location
    assert upper.web.post("/ngon-ngu/fr", {"csrf_token": token}, status="*").status_int == 404
