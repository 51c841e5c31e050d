"""No page reads more when there are more dossiers, or more was read: every address that answers GET, and every filter
of the lists, is opened in a small and in a large demo, and what the database works for it is counted.

SQLite counts the steps of its machine, PostgreSQL tells the rows it looks at. A route of its own is found by itself
(tests/addresses.py); a field added to a filter needs a value in FILTERS. What grows by its nature stands in GROWS.
"""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import combinations
from time import time
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from sqlalchemy import event, select

from dossiers import engines
from dossiers.accounts.models import Account
from dossiers.audit import log as audit_log
from dossiers.audit import office_log
from dossiers.casework.models import Dossier
from dossiers.decisions import desk
from dossiers.extensions import db, write_transaction
from dossiers.lists import worklist
from dossiers.meetings import agenda
from dossiers.monitoring import figures
from dossiers.office import services as office
from dossiers.privacy import counting
from dossiers.privacy.models import DossierRead
from dossiers.privacy.services import SLOT
from dossiers.units.models import Unit
from tests import addresses
from tests.addresses import Address
from tests.conftest import ENGINES, World
from tests.people import Person
from tools.postgres_server import PostgresServer

MORE = 2500
"""So many dossiers the large demo has beside those of the small one, ten times as many as it."""
FACTOR = 1.5
SLACK = {"sqlite": 1500, "postgresql": 900}
"""What a page may work more: no list is as long in the small demo, no dossier quite like another, and fewer of the
large demo's are overdue. Steps are fine, a few for a row; of rows it is less than a third of the large demo's dossiers.
"""

GROWS = {
    "/tim": "a search reads its matches",
    "/don-vi/sap-xep/1/xem-truoc": "a trial: every dossier of the units goes along, and back",
    "/metrics": "figures for who runs it, not a page",
}
"""Addresses that may work more, and why."""

BUSY = "Mai Bảo Đào"
"""The demo's officer of the upper committee: nobody does more, on dossiers and in the office."""

FILTERS: dict[str, tuple[Any, Address, dict[str, tuple[str, ...]]]] = {
    "/ho-so": (
        worklist.Filter,
        Address("", "upper_officer", "KHOI"),
        {
            "stage": ("admission", "monitoring"), "state": ("listed", "official"), "unit": ("DB02",),
            "source": ("trade_union",), "overdue": ("1",), "admitted_from": ("01/01/2020",),
            "admitted_to": ("31/12/2021",), "ended": ("1", "all"), "sort": worklist.SORTS, "after": (),
        },
    ),
    "/nhat-ky": (
        audit_log.Filter,
        Address("", "inspector", "KHOI"),
        {
            "code": ("HS2022-000012", "HS1999-000000"), "who": ("Không Ai Cả", BUSY),
            "trigger": ("annul_admission", "nominate"), "since": ("01/06/2022",), "until": ("31/05/2022",),
            "before": (),
        },
    ),
    "/nhat-ky/quan-tri": (
        office_log.Filter,
        Address("", "inspector", "KHOI"),
        {
            "who": ("Không Ai Cả", BUSY), "topic": ("meeting:cancelled", "class:opened", "quota:given"),
            "unit": ("DB02", "DB01", "DB99"), "since": ("01/06/2022",), "until": ("31/05/2022",), "before": (),
        },
    ),
}  # fmt: skip
"""For each list with a filter: its fields, who looks, and values of each, rare ones and common ones."""


class Worlds(NamedTuple):
    """The same demo twice."""

    small: World
    large: World


@pytest.fixture(scope="module", params=ENGINES)
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """The small demo and the large one on an engine; nothing is put back between pages, which only read."""
    with ExitStack() as stack:
        made = []
        for more in (0, MORE):
            server = stack.enter_context(PostgresServer()) if request.param == "postgresql" else None
            made.append(World(request.param, tmp_path_factory.mktemp("growth"), server, more=more))
            made[-1].reset()
            _administer(made[-1], 12 + more)
            _look(made[-1], 50 + 8 * more)
            # A page is full in the small demo too, and what is counted up to a number is.
            made[-1].app.config["PAGE_SIZE"] = 5
        yield Worlds(*made)


def _administer(world: World, acts: int) -> None:
    """The office does so many things as well, in two units; few of them are meetings."""
    with world.app.app_context(), write_transaction():
        units = list(db.session.scalars(select(Unit.id).where(Unit.code.in_(("DB02", "DB05")))))
        accounts = list(db.session.scalars(select(Account.id).order_by(Account.id).limit(3)))
        assert db.session.get_one(Account, accounts[0]).name == BUSY
        for nr in range(acts):
            topic = "meeting:cancelled" if nr < 3 else "quota:given"
            office.record(topic, units[nr % 2], accounts[nr % 3], year=2022, amount=nr)
    with world.app.app_context():
        engines.gather_statistics(db)  # as PostgreSQL does by itself, a while after so many rows
        db.session.commit()


def _look(world: World, times: int) -> None:
    """People read so many parts of dossiers in the last days, a tenth of them with others; it was counted since."""
    with world.app.app_context():
        accounts = list(db.session.scalars(select(Account.id).order_by(Account.id)))
        dossiers = list(db.session.scalars(select(Dossier.id).order_by(Dossier.id).limit(20)))
        last = int(time()) // SLOT - 3
        rows = []
        for nr in range(times):
            slot = last - nr // 40 % 600
            who, what = accounts[nr % len(accounts)], dossiers[nr // len(accounts) % len(dossiers)]
            row = {"account_id": who, "dossier_id": what, "part": "overview", "slot": slot, "at": slot * SLOT}
            rows.append({**row, "address": str(nr)})
        with write_transaction():
            db.session.execute(DossierRead.__table__.insert(), rows)
        counting.count()
        engines.gather_statistics(db)
        db.session.commit()


class Looker:
    """People who look at pages of a world, and what the database works for them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._people: dict[tuple[str, str], Person] = {}

    def work(self, page: Address) -> dict[str, int]:
        """Open a page: what each statement made the database work, by its text. The page is asked for twice, as the
        first time brings rules and units into memory.
        """
        who = page.role, page.unit
        if who not in self._people:
            self._people[who] = Person(self.world.app, *(who if page.role else ("upper_officer", "KHOI")))
        self._people[who].web.get(page.path, expect_errors=True)
        with _counting(self.world) as found:
            self._people[who].web.get(page.path, expect_errors=True)
        return found

    def next_of(self, page: Address) -> Address | None:
        """The page behind a list's, if there is one."""
        link = self._people[page.role, page.unit].web.get(page.path).html.select_one("a[rel=next]")
        return page._replace(path=link["href"]) if link else None


@contextmanager
def _counting(world: World) -> Iterator[dict[str, int]]:
    """What each statement works, while pages are asked for."""
    found: dict[str, int] = {}
    asked: list[tuple[str, Any]] = []
    with world.app.app_context():
        engine, is_postgresql = db.engine, engines.is_postgresql(db)

    def note(connection: Any, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))
        found.setdefault(statement, 0)
        if not is_postgresql:
            connection.connection.dbapi_connection.set_progress_handler(step, STEP)

    def step() -> None:
        found[asked[-1][0]] += STEP

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for statement in [statement for statement in found if KEPT in statement]:
            del found[statement]
        event.remove(engine, "before_cursor_execute", note)
        if is_postgresql:
            with world.app.app_context():
                _explain(found, asked)
        else:
            engine.dispose()  # its connections count on, else


STEP = 10
KEPT = "JOIN state_count "
"""In the statement that asks for kept counts: as many rows as there are units and steps (ADR 7), not dossiers."""


def _explain(found: dict[str, int], asked: list[tuple[str, Any]]) -> None:
    cursor = db.session.connection().connection.cursor()
    for statement, values in asked:
        if statement in found and statement.lstrip().startswith(("SELECT", "WITH")) and "FOR SHARE" not in statement:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", values)
            [(plan,)] = cursor.fetchall()
            found[statement] += _rows((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])


_READ = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")


def _rows(node: dict[str, Any]) -> int:
    """The rows that the scans of a plan looked at."""
    is_scan = "Relation Name" in node or "Index Name" in node
    mine = sum(node.get(name, 0) for name in _READ) * node["Actual Loops"] if is_scan else 0
    return int(mine) + sum(_rows(below) for below in node.get("Plans", ()))


def _narrowed() -> Iterator[Address]:
    """Each list with each filter, with each two of them, the logs with each three, and in each order."""
    for path, (_filter, who, values) in FILTERS.items():
        alone = [(name, value) for name, all_of in values.items() for value in all_of]
        for number in (1, 2) if path == "/ho-so" else (1, 2, 3):
            for chosen in combinations(alone, number):
                if len(dict(chosen)) == number:
                    yield who._replace(path=f"{path}?{urlencode(chosen)}")


def _grown(small: dict[str, int], large: dict[str, int], engine: str) -> bool:
    return sum(large.values()) > FACTOR * sum(small.values()) + SLACK[engine]


def _told(page: Address, small: dict[str, int], large: dict[str, int]) -> str:
    worst = max(large, key=lambda statement: large[statement] - small.get(statement, 0))
    return (
        f"{page.path} as {page.role} {page.unit}: {sum(small.values())} → {sum(large.values())}; "
        f"most of it ({small.get(worst, 0)} → {large[worst]}) for: {worst}"
    )


def test_no_page_reads_more_when_there_are_more_dossiers(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklist, "COUNTED", 1)
    monkeypatch.setattr(worklist, "SCANNED", 40)
    monkeypatch.setattr(agenda, "MOST", 5)  # in the small demo nobody waits for its meeting
    monkeypatch.setattr(agenda, "OTHERS", 5)
    monkeypatch.setattr(desk, "MOST", 5)
    monkeypatch.setattr(figures, "MOST", 5)
    monkeypatch.setattr(figures, "READ", 9)  # so many recognitions are there in the small demo too
    small, large = Looker(worlds.small), Looker(worlds.large)
    found = []
    for page, other in _pairs(worlds):
        if page.path.split("?")[0] not in GROWS:
            before, after = small.work(page), large.work(other)
            if _grown(before, after, worlds.small.engine):
                found.append(_told(other, before, after))
    assert not found, "\n".join(found)


def _pairs(worlds: Worlds) -> Iterator[tuple[Address, Address]]:
    """The same pages in both demos; a dossier's page may be of another dossier."""
    yield from zip(*(addresses.everything(world.app) for world in worlds), strict=True)


def test_no_filter_and_no_order_reads_more(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklist, "COUNTED", 1)
    monkeypatch.setattr(worklist, "SCANNED", 40)
    small, large = Looker(worlds.small), Looker(worlds.large)
    found = []
    for page in _narrowed():
        before, after = small.work(page), large.work(page)
        if _grown(before, after, worlds.small.engine):
            found.append(_told(page, before, after))
    for path, (_filter, who, _values) in FILTERS.items():
        pages = [looker.next_of(who._replace(path=path)) for looker in (small, large)]
        assert pages[0] and pages[1], path
        before, after = small.work(pages[0]), large.work(pages[1])
        if _grown(before, after, worlds.small.engine):
            found.append(_told(pages[1], before, after))
    assert not found, f"{len(found)}\n" + "\n".join(found)


@pytest.mark.parametrize("path", FILTERS)
def test_each_field_of_a_filter_has_values_here(path: str) -> None:
    of, _who, values = FILTERS[path]
    fields = {field.name for field in dataclasses.fields(of)}
    assert fields == values.keys(), "say values for it in FILTERS, rare and common: no list may read more for it"
