"""No code name reaches a person: not on a page, in a message or in a refusal, in either language."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import EnumType
from itertools import product

import msgspec
import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from dossiers.accounts import services as accounts
from dossiers.accounts.models import RoleAssignment
from dossiers.audit import telling
from dossiers.config import ROOT
from dossiers.extensions import db
from dossiers.office import images
from dossiers.office.services import TOPICS
from dossiers.quotas import services as quotas
from dossiers.rules import services as rules
from dossiers.units import persons, registers
from dossiers.units import services as units
from dossiers.units.models import BodyMember, Unit
from dossiers.units.registers import Status
from tests.addresses import Address, everything
from tests.people import Person
from tests.workflow.helpers import CALENDAR
from workflow import facts, guards, machine, papers, roles, route, rulebook, stages, triggers, votes
from workflow.facts import Actor, Ballot, DossierFacts, Evidence
from workflow.guards import Refusal, Situation
from workflow.procedure.table import moves_from
from workflow.roles import Role
from workflow.route import ROUTES
from workflow.rulebook import shipped
from workflow.stages import State
from workflow.words import cited, value_text

Maker = Callable[..., Person]

ENUMS = [
    thing
    for module in (facts, guards, papers, roles, route, stages, triggers, votes)
    for thing in vars(module).values()
    if isinstance(thing, EnumType)
]
CODES = frozenset(
    {str(member.value) for enum in (*ENUMS, Status) for member in enum}
    | {key for book in shipped().values() for key in book.rules}
    | {word for book in shipped().values() for rule in book.rules.values() for word in rule.choices}
    | set(triggers.ACT_LABELS)
    | set(TOPICS)
    | set(rulebook.CONFIDENCES)
)
"""What the program calls things: of every enumeration of the rules, every rule, trigger, and topic of the office."""

COMPOUND = frozenset(code for code in CODES if re.search(r"[_:]|\w-\w", code))
"""Those that are no English words, and so are nowhere right."""

FIELDS = frozenset({"happened_on", "recorded_at", "birth_date", "full_name", "unit_id", "valid_from", "csrf_token"})


def words(text: str) -> set[str]:
    """The words of a text; addresses of people are none."""
    bare = re.sub(r"\S+@\S+", " ", text)
    return set(re.findall(r"\w+(?:[-:]\w+)+|\w+", bare)) | set(re.findall(r"\w+", bare))


def code_names(text: str, language: str) -> set[str]:
    """The code names in a text: in Vietnamese any, in English those that are no words."""
    return words(text) & (COMPOUND | FIELDS if language == "en" else CODES | FIELDS)


def shown(html: BeautifulSoup) -> str:
    """All a page says to people: its text, and what is read out or shown when one points at something. What people are
    to type into a file as it stands (the fields of templates) is no name of ours that reaches them by mistake.
    """
    for typed in html.select("code.typed"):
        typed.decompose()
    said = [str(node.get(name)) for name in ("aria-label", "title", "placeholder") for node in html.select(f"[{name}]")]
    said += [str(node["data-label"]) for node in html.select("[data-label]")]
    said += [
        str(node["value"]) for node in html.select("input[type=text], input:not([type])") if node.has_attr("value")
    ]
    return " ".join([html.get_text(" "), *said])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_page_shows_a_code_name(app: Flask, person: Maker, language: str) -> None:
    somebody: dict[tuple[str, str], Person] = {}
    found = {}
    pages = everything(app)
    assert len(pages) > 100
    for address in pages:
        found[address] = code_names(shown(_opened(app, address, language, somebody)), language)
    assert {address: names for address, names in found.items() if names} == {}


def _opened(app: Flask, address: Address, language: str, somebody: dict[tuple[str, str], Person]) -> BeautifulSoup:
    who = (address.role or "cell_secretary", address.unit or "DB02-C3")
    if who not in somebody:
        somebody[who] = Person(app, *who, language)
    answer = somebody[who].web.get(address.path, status="*")
    assert answer.status_int in (200, 302, 404, 422), address
    html: BeautifulSoup = answer.html
    return html


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_message_holds_a_code_name(language: str) -> None:
    """Flashes, labels of fields, refusals of forms: all come from the catalogue."""
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = [message for message in read_po(file) if message.id]
    for message in catalogue:
        texts = message.id if language == "vi" else message.string
        for text in texts if isinstance(texts, tuple | list) else (texts,):
            assert not code_names(re.sub(r"%\(\w+\)s", "", text), language), text


def _said(refusals: Iterable[Refusal]) -> Iterator[tuple[str, str]]:
    for refusal in refusals:
        for text in (refusal.message, refusal.remedy, *refusal.items, cited(refusal.citation)):
            yield text.vi, "vi"
            yield text.en, "en"


def _refused() -> Iterator[Refusal]:
    """What stands against every act in every state on every road, under every rulebook: of somebody who holds no role
    or all, on an empty dossier and one where much is late, before and when the form is sent."""
    day = date(2030, 1, 1)
    then = date(2020, 1, 1)
    late = DossierFacts(
        birth_date=date(2016, 1, 1), last_on=day, suspended=True, course_ends_on=then, cell_resolution_on=then,
        admitted_on=then, received_on=then,
    )  # fmt: skip
    wrong = Evidence(
        date(2029, 12, 31), ballot=Ballot(9, 10, 11, 12), return_to=State.SOURCED, rule="x", days=9, helpers=1
    )
    for book, road, state in product(shipped().values(), ROUTES.values(), (None, *State)):
        for known, held in product((DossierFacts(), late), ((), tuple(Role))):
            s = Situation(state, road, known, book, CALENDAR, Actor("a1", held), day)
            for move in moves_from(state, road):
                yield from machine.refusals(move, s)
                yield from machine.refusals(move, msgspec.structs.replace(s, evidence=wrong))


def test_no_refusal_holds_a_code_name() -> None:
    refused = set(_refused())
    assert len({refusal.rule for refusal in refused}) > 25
    assert {text for text, language in _said(refused) if code_names(text, language)} == set()


def test_no_value_title_or_source_of_a_rule_holds_a_code_name() -> None:
    for book in shipped().values():
        for rule in book.rules.values():
            for text in (rule.title, value_text(rule), rule.unit, cited(rule.source)):
                assert not code_names(text.vi, "vi"), (rule.key, text)
                assert not code_names(text.en, "en"), (rule.key, text)


def test_sources_are_cited_in_english_but_for_the_numbers_of_documents() -> None:
    numbers = re.compile(r"[\w./]*-(?:QĐ|HD|CV)/\w+|\d+-KNĐ", re.UNICODE)
    vietnamese = re.compile(r"[ăâđêôơưàằầèềìòồờùừỳáắấéếíóốớúứýảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹạặậẹệịọộợụựỵ]", re.IGNORECASE)
    for book in shipped().values():
        for rule in book.rules.values():
            english = numbers.sub("", cited(rule.source).en)
            assert not vietnamese.search(english), rule.source


def test_the_office_log_has_words_for_all_it_tells(app: Flask) -> None:
    with app.app_context():
        assert set(images.everything()) <= set(telling.TABLES)


def test_the_office_log_tells_codes_in_words(app: Flask) -> None:
    with app.test_request_context():
        told = dict(
            telling.office_told("role:granted", {"role": "cell_secretary", "since": "2022-07-01", "until": "-"})
        )
        assert told == {"vai trò": "Bí thư chi bộ", "từ ngày": "01/07/2022"}
        changed = {"rulebook": "RB-2021", "key": "exempt_members", "value": '"never_count"'}
        assert [value for _name, value in telling.office_told("rule:changed", changed)] == [
            "RB-2021", shipped()["RB-2021"].rule("exempt_members").title.vi, "không tính",
        ]  # fmt: skip
        moved = {"units": "['DB02', 'DB05']", "since": "2026-07-26", "decides": "own_standing_committee"}
        assert telling.office_told("units:moved", moved)[0] == ("đơn vị", "DB02, DB05")


def test_what_the_office_does_is_told_in_words(app: Flask, person: Maker) -> None:
    """Each kind of act of the office is done once; the log is read in both languages."""
    with app.app_context():
        cell = db.session.scalars(select(Unit).where(Unit.code == "DB02-C3")).one()
        committee = db.session.scalars(select(Unit).where(Unit.code == "DB02")).one()
        day, soon = date(2022, 7, 1), date(2022, 8, 1)
        rules.change_value("RB-2021", "exempt_members", "never_count", 1)
        rules.set_day(soon, False, "Thông báo 1-TB", 1)
        rules.forget_day(soon, 1)
        units.open_unit("DB02-C9", "Chi bộ 9", route.UnitKind.CELL, committee, day, None, 1)
        units.change_units([committee], soon, "12-QĐ/TU", 1, decider=route.Decider.OWN_COMMITTEE)
        seat = BodyMember(unit_id=cell.id, body="cell", name="Trần Văn Ví Dụ", valid_from=date(2022, 7, 28))
        registers.add(seat, persons.new(seat.name), Status.EXEMPT, 1)
        registers.change(seat, Status.OFFICIAL, soon, 1)
        registers.end(seat, soon, 1)
        quotas.give(committee, 2022, 12, "45-QĐ/ĐUK", day, 1)
        account = accounts.create_with_role(
            "moi@demo.example", "Lê Thị Ví Dụ", "mat-khau-dai", Role.CELL_SECRETARY, cell
        )
        held = db.session.scalars(select(RoleAssignment).where(RoleAssignment.account_id == account.id)).one()
        accounts.end_role(held, soon, 1)
        accounts.set_active(account, False, 1)
    for language in ("vi", "en"):
        html = person("inspector", "KHOI", language).get("/nhat-ky/quan-tri").html
        assert len(html.select("table.list tbody tr")) >= 14
        assert not code_names(shown(html), language)
        assert all(pair.find(string=True).strip() for pair in html.select(".pair")), "something told without a name"
