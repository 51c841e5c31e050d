"""Who may do what where: state × act × role × road × rulebook, as a table that people can read and review."""

from collections.abc import Iterable
from datetime import date

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


def markdown(books: Iterable[Rulebook]) -> str:
    """The matrix: first which roads each rulebook has, then a table a state, acts that are alike on all roads once."""
    books = tuple(books)
    known = {route: None for book in books for route in roads(book)}
    names = {route: f"{chr(ord('A') + nr)}" for nr, route in enumerate(known)}
    text = ["| đường xét | là | bộ quy tắc |", "|---|---|---|"]
    for route, name in names.items():
        having = ", ".join(book.code for book in books if route in roads(book))
        text.append(f"| {name} | {route_label(route, books[-1]).vi}{_section(route)} (`{_code(route)}`) | {having} |")
    said: dict[Row, list[str]] = {}
    for route, name in names.items():
        seen = {tuple(rows(book, route)) for book in books if route in roads(book)}
        for row in dict.fromkeys(row for each in seen for row in each):
            said.setdefault(row, []).append(name if all(row in each for each in seen) else f"{name}*")
    states = dict.fromkeys(row[0] for row in said)
    for state in sorted(states, key=lambda state: -1 if state is None else list(State).index(state)):
        text += ["", f"## {STATE_LABELS[state].vi if state else 'Chưa có hồ sơ'} (`{state or 'start'}`)", ""]
        text += ["| thao tác | dẫn tới | đường xét | ai |", "|---|---|---|---|"]
        here = ((trigger, dest, roles, on) for (source, trigger, dest, roles), on in said.items() if source is state)
        alike: dict[tuple[str, tuple[Role, ...], tuple[str, ...]], list[State | None]] = {}
        for trigger, dest, roles, on in here:
            alike.setdefault((trigger, roles, tuple(on)), []).append(dest)
        order = list(TRIGGERS)
        for (trigger, roles, where_on), dests in sorted(alike.items(), key=lambda item: order.index(item[0][0])):
            where = "mọi đường" if len(where_on) == len(names) else ", ".join(where_on)
            leads = ", ".join(STATE_LABELS[dest].vi if dest else "(giữ nguyên)" for dest in dests)
            who = ", ".join(ROLE_LABELS[role].vi for role in roles) or "không ai"
            text.append(f"| {TRIGGERS[trigger].label.vi} (`{trigger}`) | {leads} | {where} | {who} |")
    return "\n".join(text) + "\n"


def _section(route: Route) -> str:
    return ", có cấp trung gian" if Level.SECTION in route.levels else ""


def _code(route: Route) -> str:
    name = told(route)
    return str(name) if isinstance(name, RouteName) else "–"
