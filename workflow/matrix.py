"""Who may do what where: state × act × role × road × rulebook, as a table that people can read and review."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from workflow.calendar import WorkCalendar
from workflow.facts import Actor, DossierFacts, Source
from workflow.guards import Situation, competent
from workflow.procedure.move import Move
from workflow.procedure.table import moves_from
from workflow.roles import ROLE_LABELS, Role
from workflow.route import Level, Route, RouteName, UnitKind, route_label, route_of, told
from workflow.rulebook import Rulebook
from workflow.stages import STATE_LABELS, State
from workflow.triggers import TRIGGERS

_CALENDAR = WorkCalendar()
_DAY = date(2030, 1, 1)

Row = tuple[State | None, str, State | None, tuple[Role, ...]]
"""Where, by which act, to where (None: it stays), and who may."""


def roads(book: Rulebook) -> tuple[Route, ...]:
    """The roads under a rulebook: a grass-roots cell's, and for each body that decides with and without a section."""
    found = [route_of(((UnitKind.GRASSROOTS_CELL, None),), book)]
    for body in book.words("deciding_bodies"):
        for section in ((), ((UnitKind.SECTION_COMMITTEE, None),)):
            found.append(route_of(((UnitKind.CELL, None), *section, (UnitKind.GRASSROOTS_COMMITTEE, body)), book))
    return tuple(route for route in found if route is not None)


def rows(book: Rulebook, route: Route) -> Iterable[Row]:
    """Every act of every state on a road, with the roles whose it is; a dossier can be caught where the road no longer
    leads (`follow_new_road`).
    """
    for state in (None, *State):
        for move in moves_from(state, route):
            yield state, move.trigger, move.dest, tuple(role for role in Role if _may(move, book, route, state, role))


def _may(move: Move, book: Rulebook, route: Route, state: State | None, role: Role) -> bool:
    """Whether an act is a role's; which organisation's officer it is depends on who nominates."""
    return any(
        competent(
            move.asks(Situation(state, route, DossierFacts(source=source), book, _CALENDAR, Actor("a0", (role,)), _DAY))
        )
        is None
        for source in Source
    )


class Alike(NamedTuple):
    """Acts of a state that are alike on some roads: where they lead, the letters of the roads (`*` after one: not under
    every rulebook), and whose they are.
    """

    state: State | None
    trigger: str
    dests: tuple[State | None, ...]
    roads: tuple[str, ...]
    roles: tuple[Role, ...]


def _letters(books: tuple[Rulebook, ...]) -> dict[Route, str]:
    known = {route: None for book in books for route in roads(book)}
    return {route: f"{chr(ord('A') + nr)}" for nr, route in enumerate(known)}


def alike(books: tuple[Rulebook, ...]) -> list[Alike]:
    """The whole matrix: acts that are alike on several roads once, by state and act in the order of their lists."""
    said: dict[Row, list[str]] = {}
    for route, name in _letters(books).items():
        seen = {tuple(rows(book, route)) for book in books if route in roads(book)}
        for row in dict.fromkeys(row for each in seen for row in each):
            said.setdefault(row, []).append(name if all(row in each for each in seen) else f"{name}*")
    found: dict[tuple[State | None, str, tuple[Role, ...], tuple[str, ...]], list[State | None]] = {}
    for (state, trigger, dest, roles), on in said.items():
        found.setdefault((state, trigger, roles, tuple(on)), []).append(dest)
    states, order = [None, *State], list(TRIGGERS)
    lines = (Alike(state, act, tuple(dests), on, roles) for (state, act, roles, on), dests in found.items())
    return sorted(lines, key=lambda line: (states.index(line.state), order.index(line.trigger)))


def markdown(books: Iterable[Rulebook]) -> str:
    """The matrix: first which roads each rulebook has, then a table a state, acts that are alike on all roads once."""
    books = tuple(books)
    names = _letters(books)
    text = ["| đường xét | là | bộ quy tắc |", "|---|---|---|"]
    for route, name in names.items():
        having = ", ".join(book.code for book in books if route in roads(book))
        text.append(f"| {name} | {route_label(route, books[-1]).vi}{_section(route)} (`{_code(route)}`) | {having} |")
    for state, lines in groupby(alike(books), key=lambda line: line.state):
        text += ["", f"## {STATE_LABELS[state].vi if state else 'Chưa có hồ sơ'} (`{state or 'start'}`)", ""]
        text += ["| thao tác | dẫn tới | đường xét | ai |", "|---|---|---|---|"]
        for line in lines:
            where = "mọi đường" if len(line.roads) == len(names) else ", ".join(line.roads)
            leads = ", ".join(STATE_LABELS[dest].vi if dest else "(giữ nguyên)" for dest in line.dests)
            who = ", ".join(ROLE_LABELS[role].vi for role in line.roles) or "không ai"
            text.append(f"| {TRIGGERS[line.trigger].label.vi} (`{line.trigger}`) | {leads} | {where} | {who} |")
    return "\n".join(text) + "\n"


COLUMNS: dict[Role, str] = {
    Role.YOUTH_OFFICER: "YO", Role.UNION_OFFICER: "UN", Role.CELL_SECRETARY: "CS", Role.CELL_MEMBER_HELPER: "HE",
    Role.SECTION_OFFICER: "SE", Role.COMMITTEE_OFFICER: "CO", Role.COMMITTEE_SECRETARY: "C!", Role.UPPER_OFFICER: "UO",
    Role.UPPER_SECRETARY: "U!", Role.TRAINING_OFFICER: "TR", Role.INSPECTOR: "IN", Role.ADMINISTRATOR: "AD",
}  # fmt: skip
"""The columns of the compact matrix; ! signs."""


def compact(books: Iterable[Rulebook]) -> str:
    """The same as plain columns, a line an act and a column a role, so that a change of one right is a change of one
    letter.
    """
    books = tuple(books)
    names, text = _letters(books), []
    for route, name in names.items():
        text.append(f"{name} = {_code(route)}: {' '.join(book.code for book in books if route in roads(book))}")
    text += [f"{short} = {role}" for role, short in COLUMNS.items()]
    for state, lines in groupby(alike(books), key=lambda line: line.state):
        where = f"[{state or 'start'}]"
        text += ["", f"{where:<34}{'roads':<10}{' '.join(COLUMNS.values())}  to"]
        for line in lines:
            marks = "  ".join("x" if role in line.roles else "." for role in COLUMNS)
            leads = " ".join(str(dest or "-") for dest in line.dests)
            where = "all" if len(line.roads) == len(names) else "".join(line.roads)
            text.append(f"{line.trigger:<34}{where:<10}{marks}   {leads}")
    return "\n".join(text) + "\n"


def _section(route: Route) -> str:
    return ", có cấp trung gian" if Level.SECTION in route.levels else ""


def _code(route: Route) -> str:
    name = told(route)
    return str(name) if isinstance(name, RouteName) else "–"
