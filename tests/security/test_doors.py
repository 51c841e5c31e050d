"""Every role at every door: what pages offer and refuse, against the table that people read (`matrix.txt`).

For each state a dossier of the demo: its page offers a role no act that is not the role's; the form of an act opens for
whose it is, and refuses the others in a sentence, also when it is sent; the colleague of the next cell finds no dossier
at all. Roles are taken in turn, so that over the states each comes to each act; `DOORS=all` tries every one.
"""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dossiers.accounts.grants import BOUND
from dossiers.casework import loading
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import db
from dossiers.security import PERMISSIONS
from dossiers.units import tree
from dossiers.units.models import Unit
from tests.conftest import World
from tests.people import Person, snapshot, text_of
from workflow.facts import Source
from workflow.roles import ROLE_LABELS, Role
from workflow.route import UnitKind, told
from workflow.stages import State

TABLE = Path(__file__).parents[1] / "workflow" / "matrix.txt"
ALL = os.environ.get("DOORS") == "all"
ACTING = PERMISSIONS["dossier.act"] or frozenset()

OWN = {"undo"}
"""Who did the act takes it back, whatever their role."""
ELSEWHERE = {"change_rulebook", "reorganise"}
"""Acts whose page is not the dossier's."""
ANYBODY_LOOKS = {"correct_record", "prepare_correction"}
"""Whoever acts at all chooses the wrong entry first; whose it is follows from the entry."""
BY_TURNS = {"record_failed_removal_vote"}
"""Whose vote failed records it: another's, from body to body."""
OF_ORGANISATIONS = {Role.YOUTH_OFFICER: Source.YOUTH_UNION, Role.UNION_OFFICER: Source.TRADE_UNION}
KINDS = {
    Role.CELL_SECRETARY: (UnitKind.CELL, UnitKind.GRASSROOTS_CELL), Role.CELL_MEMBER_HELPER: (UnitKind.CELL,),
    Role.SECTION_OFFICER: (UnitKind.SECTION_COMMITTEE,), Role.COMMITTEE_OFFICER: (UnitKind.GRASSROOTS_COMMITTEE,),
    Role.COMMITTEE_SECRETARY: (UnitKind.GRASSROOTS_COMMITTEE,), Role.UPPER_OFFICER: (UnitKind.UPPER_COMMITTEE,),
    Role.UPPER_SECRETARY: (UnitKind.UPPER_COMMITTEE,), Role.INSPECTOR: (UnitKind.UPPER_COMMITTEE,),
    Role.ADMINISTRATOR: (UnitKind.UPPER_COMMITTEE,),
}  # fmt: skip
"""In what unit above a dossier a role is held."""


@cache
def table() -> dict[tuple[str, str, str], frozenset[Role]]:
    """(state, road, act) → whose it is, as the table says."""
    text = TABLE.read_text("utf-8")
    roads = dict(re.findall(r"^([A-Z]) = (\w+):", text, re.M))
    roles = [Role(name) for name in re.findall(r"^[A-Z!]{2} = (\w+)$", text, re.M)]
    assert set(roles) == set(Role)
    found: dict[tuple[str, str, str], frozenset[Role]] = {}
    state = ""
    for line in text.splitlines():
        if match := re.match(r"\[(\w+)\]", line):
            state = match[1]
        elif state and line:
            act, on, *marks = line.split()
            whose = frozenset(role for role, mark in zip(roles, marks, strict=False) if mark == "x")
            for letter in roads if on == "all" else on:
                key = (state, roads[letter], act)
                found[key] = found.get(key, frozenset()) | whose
    return found


class Place:
    """A dossier in a state, and people of each role over it."""

    def __init__(self, world: World, state: State) -> None:
        self.app, self.state = world.app, state
        with world.app.app_context():
            query = select(Dossier.code).where(Dossier.state == str(state)).order_by(Dossier.id.desc())
            cases = [loading.load_for_administration(code) for code in db.session.scalars(query)]
            roads = {case.route: case for case in cases}  # another road from state to state
            self.case = list(roads.values())[list(State).index(state) % len(roads)]
            units = tree.current()
            every = list(db.session.scalars(select(Unit)))
            above = [units[one] for one in self.case.scope_units]
            self.road, self.source = str(told(self.case.route)), self.case.facts.source
            self.units = {
                role: next((unit.code for unit in above if unit.kind in kinds), "") for role, kinds in KINDS.items()
            }
            seen = {
                row.ancestor_id for row in db.session.scalars(select(Scope).where(Scope.dossier_id == self.case.id))
            }
            for role, kind in ((Role.YOUTH_OFFICER, UnitKind.YOUTH_UNION), (Role.UNION_OFFICER, UnitKind.TRADE_UNION)):
                self.units[role] = next((unit.code for unit in every if unit.kind == kind and unit.id in seen), "")
            self.units[Role.TRAINING_OFFICER] = "TTCT" if self.case.centre_id else ""
            if self.units[Role.CELL_SECRETARY] != "DB02-C3":
                self.units[Role.CELL_MEMBER_HELPER] = ""
            self.next_cell = next(
                unit.code for unit in every if unit.kind == UnitKind.CELL and unit.id != self.case.unit_id
            )  # fmt: skip
        self.known: dict[Role, Person] = {}
        self.tokens: dict[Role, str] = {}

    @property
    def address(self) -> str:
        return f"/ho-so/{self.case.code}"

    @property
    def acts(self) -> dict[str, frozenset[Role]]:
        """The acts the state knows on the dossier's road, with whose they are."""
        return {act: who for (state, road, act), who in table().items() if (state, road) == (self.state, self.road)}

    @property
    def roles(self) -> list[Role]:
        """The roles somebody holds over the dossier."""
        return [role for role in Role if self.units[role]]

    def person(self, role: Role) -> Person:
        if role not in self.known:
            self.known[role] = Person(self.app, str(role), self.units[role])
        return self.known[role]

    def is_theirs(self, role: Role, act: str) -> bool:
        """Whether an act is the role's on this dossier: an organisation's officer acts for its own candidates."""
        return role in self.acts[act]

    def posted(self, role: Role, act: str) -> Any:
        """The answer to an act that is sent without having opened its form."""
        who = self.person(role)
        token = self.tokens[role] = self.tokens.get(role) or who.token()
        return who.web.post(f"{self.address}/{act}", {"csrf_token": token}, status="*")


@pytest.fixture(params=list(State), ids=str)
def place(world: World, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A dossier in each state; whatever is tried at its doors, it stays as it was."""
    world.reset()
    found = Place(world, request.param)
    before = snapshot(world.app, found.case.code)
    yield found
    assert snapshot(world.app, found.case.code) == before


def taken(roles: list[Role], turn: int, count: int) -> list[Role]:
    """So many of the roles, others each turn."""
    if ALL or len(roles) <= count:
        return roles
    return [roles[(turn + nr * len(roles) // count) % len(roles)] for nr in range(count)]


def test_the_page_offers_a_role_no_act_of_another(place: Place) -> None:
    for role in place.roles:
        page = place.person(role).get(place.address, status="*")
        assert (page.status_int == 403) is (role is Role.ADMINISTRATOR)
        links = {link["href"] for link in page.html.select(f"main a[href^='{place.address}/']")}
        offered = {re.split(r"[/?#]", link.removeprefix(f"{place.address}/"))[0] for link in links} & set(place.acts)
        wrong = {act for act in offered if not place.is_theirs(role, act)}
        assert not wrong, (role, wrong)


def test_a_form_opens_for_whose_it_is_and_refuses_the_others(place: Place) -> None:
    turn, opened = list(State).index(place.state), 0
    for nr, act in enumerate(sorted(set(place.acts) - ELSEWHERE)):
        theirs = [role for role in place.roles if place.is_theirs(role, act)]
        others = [role for role in place.roles if role not in theirs]
        theirs = [role for role in theirs if role not in BOUND]  # tests/security/test_helpers.py
        for role in taken(theirs, turn + nr, 1) if act not in OWN else ():
            opened += is_open(place, role, act)
        for role in taken(others, turn + nr, 2):
            shut(place, role, act)
    assert opened or not place.acts


def is_open(place: Place, role: Role, act: str) -> bool:
    """Whether the form opened: it does, but to an organisation's officer whose candidate it is not."""
    page = place.person(role).get(f"{place.address}/{act}")
    if "act" in page.forms or act in ANYBODY_LOOKS:
        return True
    assert role in OF_ORGANISATIONS or act in BY_TURNS, (role, act, text_of(page))
    return False


def shut(place: Place, role: Role, act: str) -> None:
    """Neither opened nor recorded; who acts on dossiers is told whose it is."""
    if role in ACTING and act in ANYBODY_LOOKS:
        return
    shown, sent = place.person(role).get(f"{place.address}/{act}", status="*"), place.posted(role, act)
    if role in BOUND and shown.status_int == 404:  # it reaches whom it helps, and nobody else
        assert sent.status_int == 404, (role, act, sent.status)
        return
    assert shown.status_int == (200 if role in ACTING else 403), (role, act, shown.status)
    assert sent.status_int == 403, (role, act, sent.status)
    for page in (shown, sent):
        assert "act" not in page.forms, (role, act)
        text = text_of(page)
        assert len(text) > 40
        if role in ACTING and act not in OWN:
            assert any(ROLE_LABELS[one].vi in text for one in place.acts[act]), (role, act, text)


def test_the_colleague_of_the_next_cell_finds_no_dossier(place: Place) -> None:
    other = Person(place.app, "cell_secretary", place.next_cell)
    token = other.token()
    for nr, act in enumerate(sorted(set(place.acts) - ELSEWHERE)):
        if ALL or nr % 3 == 0:
            assert other.get(f"{place.address}/{act}", status="*").status_int == 404, act
        answer = other.web.post(f"{place.address}/{act}", {"csrf_token": token}, status="*")
        assert answer.status_int == 404, act
        assert place.case.full_name not in answer.text
