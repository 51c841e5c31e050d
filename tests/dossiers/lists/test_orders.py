"""The orders of the work-list: everybody once in each, as its head says, and a first page that stays bounded."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, select

from dossiers import clock, engines
from dossiers.accounts import grants
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import db
from dossiers.lists import worklist
from dossiers.lists.worklist import EVERY, FINISHED, RUNNING, SORTS, Filter
from dossiers.names import sort_key
from dossiers.people.models import Person as PersonRow
from dossiers.units import tree
from tests.people import Person, code_in, text_of
from workflow.roles import Role
from workflow.stages import DONE, State

Maker = Callable[..., Person]
NARROWED: tuple[dict[str, str], ...] = (
    {}, {"ended": EVERY}, {"ended": FINISHED}, {"stage": "monitoring"}, {"stage": "monitoring", "ended": RUNNING},
    {"state": "applying"}, {"unit": "DB02"}, {"source": "trade_union"}, {"admitted_from": "01/01/2021"},
    {"overdue": "1"},
)  # fmt: skip


@contextmanager
def small_pages(app: Flask, size: int = 20) -> Iterator[None]:
    """Pages of so many lines."""
    app.config["PAGE_SIZE"], before = size, app.config["PAGE_SIZE"]
    try:
        yield
    finally:
        app.config["PAGE_SIZE"] = before


def walk(who: Person, address: str) -> list[str]:
    """The codes on all pages of a list, by the link to the next one."""
    lines = (link for page in who.pages(address) for link in page.html.select("table.list a.name"))
    return [link["href"].rsplit("/", 1)[1] for link in lines]


@pytest.mark.parametrize("narrowed", NARROWED, ids=lambda narrowed: "&".join(narrowed.values()) or "all that run")
def test_each_order_pages_through_everybody_once(app: Flask, person: Maker, narrowed: dict[str, str]) -> None:
    upper = person("upper_officer", "KHOI")
    query = "&".join(f"{name}={value}" for name, value in narrowed.items())
    with small_pages(app):
        first = sorted(walk(upper, f"/ho-so?{query}"))
        assert len(first) > 3
        for sort in SORTS:
            assert sorted(walk(upper, f"/ho-so?{query}&sort={sort}")) == first, sort
    shown = re.search(r"([\d.]+) hồ sơ", text_of(upper.get(f"/ho-so?{query}")))
    assert shown and int(shown.group(1).replace(".", "")) == len(first), "the number of hits"


def test_several_units_that_see_the_same_show_it_once(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    with app.test_request_context():
        units = {node.code: node.id for node in tree.current().below(grants.load(upper.id, clock.today()).units)}
        # The youth union sees dossiers of the cells of DB02: neither lies under the other.
        both = grants.Signed(1, ((Role.YOUTH_OFFICER, units["DB02-DTN"]), (Role.CELL_SECRETARY, units["DB02-C3"])))
        seen = set(
            db.session.scalars(
                select(Dossier.code)
                .join(Scope, Scope.dossier_id == Dossier.id)
                .where(Scope.ancestor_id.in_([units["DB02-DTN"], units["DB02-C3"]]))
            )
        )
        for sort in SORTS:
            found: list[str] = []
            f = Filter(sort=sort, ended=EVERY)
            while True:
                page = worklist.page(f, both, 7)
                found += [row.code for row in page.rows]
                if not page.next:
                    break
                f = Filter(sort=sort, ended=EVERY, after=page.next)
            assert len(found) == len(set(found)), sort
            assert set(found) == seen, sort
        assert worklist.hits(Filter(ended=EVERY), both).number == len(seen)


KEY: dict[str, Callable[[Dossier, str], object]] = {
    "name": lambda d, name: sort_key(name),
    "since": lambda d, name: d.since,
    "state": lambda d, name: list(State).index(State(d.state)),
    "turn": lambda d, name: list(Role).index(Role(d.turn)) if d.turn else 99,
    "due": lambda d, name: (d.due_on is None, d.due_on and d.due_on.toordinal()),
}


@pytest.mark.parametrize("sort", KEY)
def test_an_order_is_the_one_its_head_names(app: Flask, person: Maker, sort: str) -> None:
    upper = person("upper_officer", "KHOI")
    with small_pages(app, 200):
        codes = walk(upper, f"/ho-so?sort={sort}")
        backwards = walk(upper, f"/ho-so?sort=-{sort}")
    with app.app_context():
        query = select(Dossier, PersonRow.full_name).join(PersonRow, PersonRow.id == Dossier.person_id)
        rows = {row.code: (row, name) for row, name in db.session.execute(query)}
        keys = [KEY[sort](*rows[code]) for code in codes]
        assert keys == sorted(keys)  # type: ignore[type-var] # one kind of key in an order
        dated = [code for code in backwards if sort != "due" or rows[code][0].due_on]
        turned = [KEY[sort](*rows[code]) for code in dated]
        if sort != "turn":
            assert turned == sorted(turned, reverse=True)  # type: ignore[type-var] # as above
        assert dated == backwards[: len(dated)], "without a deadline: last both ways"


def test_units_stand_in_the_order_of_the_tree_and_names_within_them(app: Flask, person: Maker) -> None:
    codes = walk(person("upper_officer", "KHOI"), "/ho-so?sort=unit")
    with app.app_context():
        query = select(Dossier.code, Dossier.unit_id, PersonRow.full_name).join(
            PersonRow, PersonRow.id == Dossier.person_id
        )
        keys = {
            row.code: (tree.current()[row.unit_id].code, sort_key(row.full_name)) for row in db.session.execute(query)
        }
    assert [keys[code] for code in codes] == sorted(keys[code] for code in codes)


def test_heads_say_how_they_are_sorted_and_turn_round(person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    page = upper.get("/ho-so?source=trade_union")
    assert [th["aria-sort"] for th in page.html.select("th[aria-sort]")] == ["ascending"], "waiting longest first"
    name = page.html.select_one("th a")
    page = upper.get(name["href"])
    assert page.html.select_one("th[aria-sort]").get_text(strip=True) == "Họ và tên"
    assert "source=trade_union" in page.html.select_one("th a")["href"], "a click keeps the filter"
    page = upper.get(page.html.select_one("th[aria-sort] a")["href"])
    assert page.html.select_one("th[aria-sort]")["aria-sort"] == "descending"
    in_a_step = upper.get("/ho-so?state=applying&sort=turn")
    assert in_a_step.html.select_one("th[aria-sort]").get_text(strip=True) == "Từ ngày", (
        "nearly always the same one's turn"
    )


def test_what_is_done_stands_apart_and_a_step_is_shown_whole(app: Flask, person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    done = {code_in(app, "official"), code_in(app, "withdrawn")}
    with small_pages(app, 200):
        running, finished = set(walk(upper, "/ho-so")), set(walk(upper, "/ho-so?ended=1"))
        assert done <= finished
        assert not done & running
        assert running | finished == set(walk(upper, "/ho-so?ended=all"))
        with app.app_context():
            kept = {d.code for d in db.session.scalars(select(Dossier).where(Dossier.state.in_(map(str, DONE))))}
        assert finished == kept
        assert code_in(app, "official") in walk(upper, "/ho-so?state=official"), "a figure's link shows what it counts"


@contextmanager
def asked(app: Flask) -> Iterator[list[tuple[str, object]]]:
    """The statements that are run, with their values."""
    seen: list[tuple[str, object]] = []
    with app.app_context():
        engine = db.engine

    def note(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("query", ["", "ended=all", "state=probationary", "stage=monitoring"])
@pytest.mark.parametrize("sort", [s for s in SORTS if "admitted" not in s])
def test_a_first_page_reads_ranges_of_indexes(app: Flask, person: Maker, sort: str, query: str) -> None:
    """SQLite says which index each range stands in; nothing but the merged ranges, a page each, is sorted."""
    upper = person("upper_officer", "KHOI")
    with app.app_context():
        if engines.is_postgresql(db):
            pytest.skip("its planner may prefer to read a small table whole")
    with asked(app) as seen:
        upper.get(f"/ho-so?{query}&sort={sort}")
    statement, values = next((s, v) for s, v in seen if "scope" in s and "person.full_name" in s)
    with app.app_context():
        raw = db.session.connection().connection.cursor()
        plan = [(row[1], row[3]) for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    # A line that is shown is looked up by its key; all else that is read of the scope table is a range.
    by_key = "(ancestor_id=? AND dossier_id=?)"
    ranges = {within: line for within, line in plan if "SEARCH scope" in line and by_key not in line}
    assert ranges and not any("SCAN scope" in line for _within, line in plan)
    for line in ranges.values():
        assert re.search(r"SEARCH scope USING (COVERING )?INDEX ix_scope_\w+ \(ancestor_id=\?", line), line
        assert len(ranges) == 1 or "COVERING" in line, "of what is merged, only the index is read"
    assert not [line for within, line in plan if "TEMP B-TREE" in line and within in ranges], plan


def test_the_number_of_hits_is_counted_within_bounds(
    app: Flask, person: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "COUNTED", 20)
    monkeypatch.setattr(worklist, "SCANNED", 40)
    upper = person("upper_officer", "KHOI")
    with app.app_context():
        states = [d.state for d in db.session.scalars(select(Dossier)) if d.state not in DONE]
    with asked(app) as seen:
        assert f"{len(states)} hồ sơ" in text_of(upper.get("/ho-so")), "more than are counted: the number that is kept"
    counting = next(values for statement, values in seen if statement.startswith("SELECT count(*)"))
    assert 21 in (counting.values() if isinstance(counting, dict) else counting)  # type: ignore[operator] # a sequence
    assert "21 hồ sơ" in text_of(upper.get("/ho-so?source=other")), "all stand on the page"
    monkeypatch.setitem(app.config, "PAGE_SIZE", 10)
    assert "ít nhất" in text_of(upper.get("/ho-so?source=other")), "not all were looked at"
    assert "hơn 20 hồ sơ" in text_of(upper.get("/ho-so?overdue=1")), "no number is kept of these"
    few = states.count("applying")
    assert few <= 20 and f"{few} hồ sơ" in text_of(upper.get("/ho-so?state=applying"))


def test_a_cursor_that_is_none_of_ours_shows_the_first_page(person: Maker) -> None:
    upper = person("upper_officer", "KHOI")
    first = upper.get("/ho-so?sort=name").html.select_one("table.list a.name").get_text()
    for after in ("x", "W10=", "WzEsIFsiMjAyMi0wMS0wMSJdLCAxXQ==", "WzAsIFsienoiXSwgMV0=", "bnVsbA==", "%F0%9F%98%80"):
        page = upper.get(f"/ho-so?sort=name&after={after}")
        assert page.html.select_one("table.list a.name").get_text() == first
