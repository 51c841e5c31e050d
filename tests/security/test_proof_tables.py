"""Rows changed, inserted, removed and swapped past the program, in every table that proves something: all are named.

The tables come from the metadata: a new one is tried as soon as it is there, or this says what it lacks.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, UniqueConstraint, delete, insert, select, update

from dossiers import create_app
from dossiers.casework.models import Dossier
from dossiers.extensions import Model
from dossiers.office import images
from tests.conftest import World
from tests.security.insider import KEPT, everything, other, past_the_program, says, verify

NO_PROOF = {
    "account_session": "passes: a row more or less signs somebody in or out, and what is done then is in the logs",
    "sign_in_try": "passes: counts for a minute",
    "draft": "passes: typed and not sent, sealed to account and address",
    "saved_filter": "one's own convenience",
    "claim": "passes: a note of who works on what, for a day",
    "rulebook_trial": "a dry run: worked out from dossiers and rules, and run again at will",
    "trial_finding": "the same",
    "outbox": "what is still to be told of an event, which is proved itself",
    "dossier_read": "who looked: rows go after a time; docs/security.md says that one can be taken away unseen",
    "read_count": "how many of these there were",
    "stored_file": "an event names each file by a keyed hash over it; tampered with in tests/dossiers/papers",
    "file_chunk": "the same",
    "inquiry_answer": "a letter on its way: the event by which the asker records it is proved",
    "file_key": "the same: without it no file has its address",
}
"""Tables nobody rests a proof on, and why. All others are tampered with here."""

assert create_app  # with it every model was imported
TABLES = {str(table.name): table for table in Model.metadata.sorted_tables if table.name not in NO_PROOF}
Row = dict[str, Any]
Named = Callable[[Row, dict[int, str]], tuple[object, ...]]

CALLED: dict[str, Named] = {
    "dossier": lambda row, codes: (row["code"],),
    "person": lambda row, codes: ("person", row["id"]),
    "event": lambda row, codes: (codes[row["dossier_id"]],),
    "event_personal": lambda row, codes: (codes[row["dossier_id"]], f"event {row['seq']}"),
    "office_event": lambda row, codes: ("OFFICE",),
    "office_personal": lambda row, codes: ("OFFICE", f"event {row['seq']}"),
    "state_count": lambda row, codes: ("state_count", row["state"]),
    "rule_state": lambda row, codes: (f"{row['hash'][:12]}…",),
    "unit_ancestor": lambda row, codes: ("unit_ancestor", f"{row['unit_id']}/{row['ancestor_id']}"),
}
"""How a finding calls a row, beside the general ways (see `_called`)."""
WHOLE = ("event", "event_personal", "office_event", "office_personal", "rule_state", "state_count")
"""Tables of which a row is named, not a column: a hash or a figure is over the whole of it."""
ALONE = ("office_event", "office_personal", "rule_state")
"""Tables of one chain, or that all rests on: once broken, all behind is worth nothing; columns are tried alone."""
HEADS = {"dossier": ("id", "code", "version", "head_hash", "mark")}
"""Columns whose change breaks the chain, which is named in their stead."""


def _only(table: Table) -> bool:
    """Whether only rows of certain keys are kept in the log; others pass."""
    return "log" in table.info and bool(images.rule_of(table).only)


def _called(table: Table, row: Row, codes: dict[int, str]) -> tuple[object, ...]:
    name = str(table.name)
    if name in CALLED:
        return CALLED[name](row, codes)
    if "log" in table.info:
        return name, row.get("code") or images.key_of([row[column.name] for column in table.primary_key.columns])
    if "dossier_id" in table.columns:
        return name, codes.get(row["dossier_id"], f"#{row['dossier_id']}")
    pytest.fail(
        f"{name} is a new table: give it logged() (docs/how-it-is-built.md, A table), or say in CALLED how a finding "
        f"of `audit verify` calls its rows, or in NO_PROOF why nobody rests a proof on it"
    )


@pytest.fixture(scope="module")
def full(world: World) -> Iterator[tuple[World, Path]]:
    """The demo with a row in every table that proves something, and an export kept elsewhere."""
    yield world, everything(world)


@pytest.fixture
def tried(full: tuple[World, Path]) -> tuple[World, Path]:
    """The same, with nothing tampered with yet."""
    full[0].reset(KEPT)
    return full


def _rows(connection: Connection, table: Table) -> list[Row]:
    """Rows that have nothing to do with each other: of a dossier (or a candidate) one each."""
    rule = table.info.get("log")
    query = select(table).order_by(*table.primary_key.columns)
    if rule and rule.once:
        query = query.where(table.columns[rule.once])  # the others may still be changed
    if rule and rule.only:
        query = query.where(next(iter(table.primary_key.columns)).in_(rule.only))
    found: dict[Any, Row] = {}
    for row in connection.execute(query).mappings():
        owner = row.get("dossier_id", tuple(row[column.name] for column in table.primary_key.columns))
        found[owner] = dict(row)  # the last of each
    rows = list(found.values())
    if not rows:
        pytest.fail(f"{table.name} has no row to tamper with: let `everything` (tests/security/insider.py) leave one")
    return rows


def _at(table: Table, row: Row) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]


def _codes(connection: Connection) -> dict[int, str]:
    return dict(connection.execute(select(Dossier.id, Dossier.code)).tuples().all())


def _unique(table: Table) -> set[str]:
    """Columns that, changed, make a row's values unique again, where they must be."""
    together = [one.columns.keys() for one in table.constraints if isinstance(one, UniqueConstraint)]
    return {str(column.name) for column in table.columns if column.unique} | {str(names[-1]) for names in together}


def test_nothing_is_said_of_what_nobody_changed(tried: tuple[World, Path]) -> None:
    world, path = tried
    assert verify(world, "--against", path) == (0, [])


def test_every_table_that_proves_nothing_is_there_and_says_why() -> None:
    assert NO_PROOF.keys() <= Model.metadata.tables.keys()
    for name in NO_PROOF:
        assert "apart" in Model.metadata.tables[name].info, f"{name} is kept in a log: it proves something"


@pytest.mark.parametrize("name", TABLES)
def test_a_changed_column_is_named(tried: tuple[World, Path], name: str) -> None:
    """Each column in a row of its own, as many at once as there are rows."""
    world, path = tried
    table = TABLES[name]
    columns = list(table.columns)
    while columns:
        world.reset(KEPT)
        expected: list[tuple[object, ...]] = []
        with past_the_program(world) as connection:
            codes = _codes(connection)
            for row in _rows(connection, table):
                if not columns or (expected and name in ALONE):
                    break
                column = columns.pop()
                value = other(column, row[column.name])
                connection.execute(update(table).where(*_at(table, row)).values({column: value}))
                once = "log" in table.info and images.rule_of(table).once
                whole = column.primary_key or name in WHOLE or column.name in (*HEADS.get(name, ()), once)
                expected.append((*_called(table, row, codes), *(() if whole else (column.name,))))
        code, lines = verify(world, "--against", path)
        assert code == 1
        assert [parts for parts in expected if not says(lines, *parts)] == [], lines


@pytest.mark.parametrize("name", TABLES)
def test_a_removed_row_is_named(tried: tuple[World, Path], name: str) -> None:
    world, path = tried
    table = TABLES[name]
    with past_the_program(world) as connection:
        codes, rows = _codes(connection), _rows(connection, table)
        row = rows[len(rows) // 2]
        connection.execute(delete(table).where(*_at(table, row)))
    code, lines = verify(world, "--against", path)
    assert code == 1
    assert says(lines, *_called(table, row, codes)), lines


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if not _only(table)])
def test_an_inserted_row_is_named(tried: tuple[World, Path], name: str) -> None:
    world, path = tried
    table = TABLES[name]
    with past_the_program(world) as connection:
        codes, rows = _codes(connection), _rows(connection, table)
        row = dict(rows[len(rows) // 2])
        for key in (*_unique(table), list(table.primary_key.columns)[-1].name):
            row[str(key)] = other(table.columns[str(key)], row[str(key)])
        connection.execute(insert(table).values(row))
    code, lines = verify(world, "--against", path)
    assert code == 1
    assert says(lines, *_called(table, row, codes)), lines


NOT_SWAPPED = ("meeting",)
"""Tables with one row that is evidence in the demo: its columns are tried one by one above."""


@pytest.mark.parametrize("name", [n for n, table in TABLES.items() if not _only(table) and n not in NOT_SWAPPED])
def test_swapped_rows_are_named(tried: tuple[World, Path], name: str) -> None:
    """All that stands in two rows, of two dossiers or people, exchanged."""
    world, path = tried
    table = TABLES[name]
    with past_the_program(world) as connection:
        codes = _codes(connection)
        rows = _rows(connection, table)
        keys = {column.name for column in table.primary_key.columns}
        first = rows[0]
        content = {name: value for name, value in first.items() if name not in keys}
        second = next((row for row in rows[1:] if any(row[name] != value for name, value in content.items())), None)
        if second is None:
            pytest.fail(f"{name} has no two rows that differ: let `everything` (tests/security/insider.py) leave them")
        aside = {name: other(table.columns[name], None) for name in _unique(table) - keys}
        if aside:
            connection.execute(update(table).where(*_at(table, second)).values(aside))
        for here, there in ((first, second), (second, first)):
            values = {name: value for name, value in there.items() if name not in keys}
            connection.execute(update(table).where(*_at(table, here)).values(values))
    code, lines = verify(world, "--against", path)
    assert code == 1
    for row in (first, second):
        assert says(lines, *_called(table, row, codes)), (row, lines)
