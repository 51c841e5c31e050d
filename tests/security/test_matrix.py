"""Every route, asked by every role about dossiers of the own unit, a sibling, the parent, a child and a foreign one.

GET and POST; names and numbers are planted into each dossier beforehand, and looked for in every answer. Who must see
what follows from the tree and the role alone, not from the tables and functions that pages ask. A page that is new is
asked as well: routes and parameters come from the application.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from dossiers.accounts import grants
from dossiers.accounts.models import Account
from dossiers.audit import services as audit
from dossiers.casework import advance, loading
from dossiers.casework.act import Act
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import db
from dossiers.people.models import Person as PersonRow
from dossiers.people.reading import candidate
from dossiers.people.rows import RelativeRow
from dossiers.security import PERMISSIONS, permission_of
from dossiers.units.models import Unit
from tests.conftest import World
from tests.dossiers.test_access import EVERYBODY
from tests.dossiers.test_reach import within
from tests.people import Person, text_of
from workflow.cv import Section, Written
from workflow.facts import Candidate, Evidence, Relation, Relative
from workflow.roles import Role

Maker = Callable[..., Person]

PLACES = {
    "own": "DB02-C3", "sibling": "DB02-C1", "section": "DB02-S1", "other": "DB04", "foreign": "CB01", "class": "TTCT",
}  # fmt: skip
"""Cells, and organisations in a cell of which a dossier is taken; what they are to DB02-C3. What is the own unit for
one role is a child, a parent or a foreign one for another. The last one sits in a class of the training centre.
"""

LIMITED = {Role.YOUTH_OFFICER, Role.UNION_OFFICER, Role.TRAINING_OFFICER}
COVERED = {Role.INSPECTOR, Role.CELL_MEMBER_HELPER}
NOBODY = {Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Planted:
    """A dossier with what was planted into it, by how far it may be seen."""

    code: str
    head: tuple[str, ...]
    """Name and code: for whoever reads the dossier at all."""
    file: tuple[str, ...]
    """For who sees the file."""
    sensitive: tuple[str, ...]
    """For who sees what is sensitive."""

    def hidden_from(self, role: Role, reads: bool) -> tuple[str, ...]:
        """What must stand in no answer to somebody in this role, who reads the dossier or not."""
        if not reads or role in NOBODY:
            return (*self.head, *self.file, *self.sensitive)
        if role in LIMITED:
            return (*self.file, *self.sensitive)
        return self.sensitive if role in COVERED else ()


_LETTERS = dict(zip(PLACES, ("Alpha", "Bravo", "Carlo", "Delta", "Echo", "Foxtrot"), strict=True))


def _plant(place: str, unit: str) -> Planted:
    """A dossier in a unit, opened and filled by the acts that do so in life."""
    word, digit = _LETTERS[place], list(PLACES).index(place)
    name, contact, number = f"Ngô Tuyệt Mật {word}", f"0987 65{digit} 111", f"00120{digit}444555"
    told = {
        "residence": f"Ngõ Kín {word}", "employer": f"Xưởng Kín {word}", "ethnic_group": f"Dân tộc {word}",
        "religion": f"Đạo {word}", "identity_number": number,
    }  # fmt: skip
    reason, relative = f"Lý do kín {word}", f"Bà Ngoại Kín {word}"
    states = ("enrolled",) if place == "class" else ("applying", "listed", "sourced")
    row = db.session.scalars(
        select(Dossier)
        .join(Scope, Scope.dossier_id == Dossier.id)
        .join(Unit, Unit.id == Scope.ancestor_id)
        .join(PersonRow, PersonRow.id == Dossier.person_id)
        .where(Unit.code == unit, Dossier.state.in_(states), PersonRow.full_name.not_like("Ngô Tuyệt Mật%"))
        .order_by(Dossier.state, Dossier.id)
        .limit(1)
    ).one()
    code = row.code
    old = candidate(row.person_id)
    who = _somebody(code)
    was = {column: getattr(old, column) for column in ("full_name", "contact", *told)}
    person: dict[str, Any] = {"full_name": name, "contact": contact, **told}
    evidence = Evidence(date(2022, 7, 27), reason=reason, candidate=Candidate(birth_date=old.birth_date))
    case = loading.load_case(code, who)
    advance.advance(code, Act("correct_candidate", evidence, person=person, was=was), who, case.version)
    case = loading.load_case(code, who)
    if case.state == "applying":
        kin = RelativeRow(f"r{word}", Relation.MOTHER, relative, 1960, f"Làng Kín {word}", "làm ruộng", None, None)
        brought = Evidence(date(2022, 7, 27), relatives=(Relative(kin.ref, Relation.MOTHER),))
        advance.advance(code, Act("record_relatives", brought, relatives=(kin,)), who, case.version)
        case = loading.load_case(code, who)
        told_of = (("full_name", name), ("residence", told["residence"]), ("ethnic_group", told["ethnic_group"]))
        written = Evidence(date(2022, 7, 27), cv=Written(Section.IDENTITY, told_of))
        advance.advance(code, Act("write_cv", written), who, case.version)
        case = loading.load_case(code, who)
        written = Evidence(date(2022, 7, 27), cv=Written(Section.REVIEW, (("strengths", reason),)))
        advance.advance(code, Act("write_cv", written), who, case.version)
    return Planted(
        code, (name,), (contact, contact.replace(" ", ""), told["residence"], told["employer"], reason, relative),
        (told["ethnic_group"], told["religion"], number),
    )  # fmt: skip


def _somebody(code: str) -> grants.Signed:
    """The secretary of a dossier's cell."""
    unit = db.session.scalars(select(Unit.code).join(Dossier, Dossier.unit_id == Unit.id).where(Dossier.code == code))
    email = f"cell-secretary.{unit.one().lower()}@demo.example"
    number = db.session.scalars(select(Account.id).where(Account.email == email)).one()
    return grants.load(number, date(2022, 7, 27))


@pytest.fixture(scope="module")
def planted(world: World) -> Iterator[dict[str, Planted]]:
    """The scene with everything planted, built once an engine; these tests change nothing that they look at."""
    world.reset()
    with world.app.app_context():
        found = {place: _plant(place, unit) for place, unit in PLACES.items()}
        assert audit.verify()[1] == [], "planted as in life"
    yield found
    world.reset()


def fillings(rule: Rule, codes: list[str], units: list[str]) -> Iterator[str]:
    """The addresses of a route: a dossier's for each planted one, a unit's for each place, else the first row."""
    if "<code>" in rule.rule and rule.rule.startswith("/ho-so/"):
        rest = re.sub(r"<int:[^>]+>", "1", re.sub(r"<any\(([^,)]+)[^>]*>", r"\1", rule.rule)).replace(
            "<form>", quote("9-KNĐ")
        )
        yield from (rest.replace("<code>", code) for code in codes)
        return
    names = units if "/don-vi/<code>" in rule.rule else ["RB-2021"]
    for name in names:
        path = rule.rule.replace("<code>", name).replace("<key>", "age_min").replace("<first>", "RB-2021")
        path = path.replace("<second>", "RB-2025").replace("<day>", "2022-07-27").replace("<language>", "vi")
        path = path.replace("/tai-khoan/<int:account_id>", "/tai-khoan/9999")  # nobody's: else it would be shut
        yield re.sub(r"<any\(([^,)]+)[^>]*>", r"\1", re.sub(r"<(?:int|path):[^>]+>", "1", path))
        if "<code>" not in rule.rule:
            return


ASKED: dict[str, list[dict[str, str]]] = {
    "lists.search": [{"q": "ngo tuyet mat"}, {"q": "tuyet"}, {"q": "kin"}, {"q": "444555"}, {"q": "111"}],
    "lists.worklist": [
        {"ended": "all", "sort": "name"},
        {"ended": "all", "in": "1"},
        {"unit": "CB01"},
        {"unit": "DB02"},
    ],
    "quotas.report": [{"unit": "CB01", "year": "2022"}, {"unit": "KHOI", "year": "2022"}],
    "reports.report": [{"unit": "CB01"}, {"unit": "DB02"}, {"unit": "KHOI"}],
    "audit.log": [{"trigger": "correct_candidate"}],
    "units.tree": [{"mo": "CB01"}, {"q": "chi bo"}],
}
"""What pages are asked for beside nothing."""

LEFT = {
    "static",
    "security.login",
    "security.logout",
    "demo.sign_in",
    "demo.move_clock",
    "own.end_session",
    "own.end_others",
}
"""Not asked: they end the session, sign somebody else in, or move the clock."""


def answers(someone: Person, codes: list[str], units: list[str], method: str) -> Iterator[tuple[str, Any]]:
    """Every route once for each filling, with what it answers."""
    token = someone.token()
    for rule in someone.app.url_map.iter_rules():
        if (
            rule.endpoint in LEFT
            or permission_of(someone.app, rule.endpoint) is None
            or method not in (rule.methods or ())
        ):
            continue
        for path in fillings(rule, codes, units):
            if method == "GET":
                for asked in ({}, *ASKED.get(rule.endpoint, ())):
                    yield f"{path} {asked}", someone.web.get(path, asked, status="*")
            else:
                sent = {"csrf_token": token, "version": "1", "reason": "x", "q": "tuyet", "action": "enrol"}
                yield f"POST {path}", someone.web.post(path, sent, status="*")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("role", "unit"), EVERYBODY)
def test_no_answer_shows_anybody_more_than_their_units_and_role(
    world: World, planted: dict[str, Planted], role: str, unit: str, method: str
) -> None:
    app, held = world.app, Role(role)
    someone = Person(app, role, unit)
    reads = {place: held not in NOBODY and _reads(app, place, one, unit) for place, one in planted.items()}
    hidden = {place: one.hidden_from(held, reads[place]) for place, one in planted.items()}
    codes = [one.code for one in planted.values()]
    asked = 0
    for what, answer in answers(someone, codes, [*PLACES.values(), "KHOI", "TTCT"], method):
        asked += 1
        assert answer.status_int < 500, what
        text = answer.text if answer.content_type.startswith("text/") else ""
        for place, secrets in hidden.items():
            for secret in secrets:
                assert secret not in text, (what, place, secret)
        own = next((one for one in planted.values() if f"/{one.code}" in what), None)
        if own is not None and not reads[next(p for p, one in planted.items() if one is own)]:
            assert answer.status_int == (403 if _is_shut(app, what, held) else 404), what
    assert asked > 60


def _reads(app: Flask, place: str, one: Planted, unit: str) -> bool:
    """Whether people of a unit read a dossier: the unit lies above it, nominates, or holds the class it sits in."""
    return within(app, one.code, unit) or (place, unit) == ("class", "TTCT")


def _is_shut(app: Flask, what: str, role: Role) -> bool:
    """Whether a route's permission is none of this role's."""
    path = what.removeprefix("POST ").split(" ")[0]
    adapter = app.url_map.bind("localhost")
    endpoint, _values = adapter.match(path, method="POST" if what.startswith("POST") else "GET")
    roles = PERMISSIONS[permission_of(app, endpoint) or ""]
    return roles is not None and role not in roles


@pytest.mark.parametrize(("role", "unit"), EVERYBODY)
def test_who_may_see_does(world: World, planted: dict[str, Planted], role: str, unit: str) -> None:
    """The matrix is not green for showing nothing."""
    held, someone = Role(role), Person(world.app, role, unit)
    for place, one in planted.items():
        if held in NOBODY or not _reads(world.app, place, one, unit):
            continue
        pages = "".join(someone.get(f"/ho-so/{one.code}{tab}").text for tab in ("", "/dien-bien", "/than-nhan"))
        shown = [
            text for text in (*one.head, *one.file[2:5], *one.sensitive) if text not in one.hidden_from(held, True)
        ]
        assert all(text in pages for text in shown), [text for text in shown if text not in pages]


# --- counts: what a page says must not depend on a single dossier out of reach ---

FIGURES = (
    "/bao-cao", "/bao-cao?unit=DB02", "/bao-cao?unit=CB01", "/chi-tieu?year=2022", "/chi-tieu?year=2022&unit=CB01",
    "/ho-so?ended=all", "/ho-so?unit=CB01", "/ho-so?stage=sourcing&ended=all", "/nguon", "/boi-duong", "/tham-tra",
    "/xet-ket-nap", "/sau-ket-nap", "/viec-cua-toi", "/don-vi", "/don-vi?mo=DB02", "/don-vi/CB01", "/tim?q=vua",
    "/tim?q=vua+toi", "/tim?q=CB01", "/nhat-ky", "/nhat-ky/xem", "/boi-duong/lop/1",
)  # fmt: skip


@pytest.mark.parametrize(("role", "unit"), [one for one in EVERYBODY if one[1] != "KHOI"])
def test_one_person_more_elsewhere_changes_nothing_that_is_shown(app: Flask, role: str, unit: str) -> None:
    someone = Person(app, role, unit)
    assert not within_unit(app, "CB01", unit)
    before = {address: told(someone, address) for address in FIGURES}
    secretary = Person(app, "cell_secretary", "CB01")
    added = secretary.send(
        secretary.get("/ho-so/moi").forms["act"], full_name="Vừa Thị Tới", birth_date="14/05/1998", sex="female",
        contact="0900 000 001", place="first", consented=True,
    )  # fmt: skip
    assert added.status_int == 303, text_of(added)
    code = added.location.rsplit("/", 1)[1]
    secretary.act(code, "suspend", reason="Ốm.")
    for address in FIGURES:
        assert told(someone, address) == before[address], address


def told(someone: Person, address: str) -> tuple[int, str]:
    """What a page says, without what is new with every answer."""
    answer = someone.web.get(address, status="*")
    return answer.status_int, re.sub(r"\b[0-9A-F]{8}\b", "", text_of(answer)) if answer.status_int != 302 else ""


def within_unit(app: Flask, code: str, unit: str) -> bool:
    """Whether a unit lies in another, by the tree."""
    with app.app_context():
        tree = {u.id: u for u in db.session.scalars(select(Unit))}
        at = next((u for u in tree.values() if u.code == code), None)
        while at is not None:
            if at.code == unit:
                return True
            at = tree.get(at.parent_id) if at.parent_id else None
    return False


@pytest.mark.parametrize("what", ["name", "digits", "phone", "code", "paper"])
def test_a_search_says_of_somebody_elsewhere_what_it_says_of_nobody(
    world: World, planted: dict[str, Planted], what: str
) -> None:
    someone = Person(world.app, "cell_secretary", "DB02-C3")
    foreign = planted["foreign"]
    pairs = {
        "name": ("Ngô Tuyệt Mật Echo", "Ngô Tuyệt Mật Zulu"),
        "digits": (foreign.sensitive[2], "001209999555"),
        "phone": (foreign.file[0], "0987 659 999"),
        "code": (foreign.code, "HS2022-999999"),
        "paper": ("9999/X", "9998/X"),
    }
    shown = []
    for typed in pairs[what]:
        page = someone.web.post("/tim", {"csrf_token": someone.token(), "q": typed})
        page = page.follow() if page.status_int == 303 else page
        shown.append(text_of(page).replace(typed, ""))
    assert shown[0] == shown[1]
