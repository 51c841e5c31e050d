"""Dossiers' own rows, their candidates and the lists they stand in, compared with what their events say."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, text

from dossiers import engines, names
from dossiers.audit.filed import FiledRows
from dossiers.audit.rows import Key, as_stored, between, differs
from dossiers.casework import replaying, search
from dossiers.casework.models import (
    Scope,
)
from dossiers.casework.replaying import Projection
from dossiers.casework.rows import table_of
from dossiers.extensions import db, run
from dossiers.people import reading as people
from dossiers.people.models import Person
from dossiers.people.rows import PersonRow
from workflow.deadlines import MILESTONES
from workflow.route import walked
from workflow.stages import DONE, State
from workflow.turn import whose_turn

_SCOPES = between(Scope, Scope.dossier_id)
_PERSONS = select(*map(as_stored, table_of(Person).c)).where(Person.id.in_(bindparam("persons", expanding=True)))
_LISTED = tuple(column.name for column in table_of(Scope).columns if column.name not in ("ancestor_id", "dossier_id"))


class ListedRows(FiledRows):
    """Compares a dossier's own row, its candidate, and where it is listed and found."""

    def _dossiers(self, made: Mapping[int, Projection], dossiers: Mapping[int, Any]) -> None:
        for number, projection in made.items():
            row, expected = dossiers[number], self.dossier_row(projection)
            for column, value in expected.items():
                if getattr(row, column) != self._stored(value):
                    self._say(row.code, 0, differs("dossier", column, getattr(row, column), value))
            self.counts.update((unit, expected["state"]) for unit in self.units_of(projection)[1])
        for row in (row for number, row in dossiers.items() if number not in made):  # named already: count it as it is
            lowest = self._lowest(row.unit_id, row.nominator_id, row.class_id, row.state)
            self.counts.update((unit, row.state) for unit in lowest)

    def dossier_row(self, made: Projection) -> dict[str, Any]:
        """The dossier's row as its events say, without what names it and its chain's head."""
        standing = made.standing
        runs = self._runs(standing)
        facts = standing.facts
        state = standing.state
        assert state is not None
        book = self._now.books[standing.rulebook]
        road = self._units.place(made.unit_id).road(book) or standing.route
        route = walked(road, book, facts.referred)
        turn = None if facts.suspended or facts.closed else whose_turn(state, route, facts, book)
        return {
            "person_id": made.person_id,
            "unit_id": made.unit_id,
            "nominator_id": made.nominator_id,
            "class_id": made.class_id,
            "previous_id": made.previous_id,
            "state": str(state),
            "since": standing.since,
            "rulebook": standing.rulebook,
            "facts": msgspec.json.encode(facts).decode(),
            "turn": str(turn) if turn else None,
            "due_on": min((d.due_on for d in runs if d.rule not in MILESTONES), default=None),
            "admitted_on": facts.admitted_on,
            "correcting": facts.correction.event if facts.correction else None,
        }

    def units_of(self, made: Projection) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The units that see a dossier, and the lowest of them, which count it."""
        lowest = self._lowest(made.unit_id, made.nominator_id, made.class_id, str(made.standing.state))
        chain = tuple(unit for unit, _, _ in self._units.place(made.unit_id).chain)
        return tuple(dict.fromkeys((*chain, *lowest))), lowest

    def _lowest(self, unit: int, nominator: int | None, course: int | None, state: str) -> tuple[int, ...]:
        centre = self._centres.get(course) if course and state == str(State.ENROLLED) else None
        return tuple(found for found in (unit, nominator, centre) if found is not None)

    def _people(
        self,
        made: Mapping[int, Projection],
        dossiers: Mapping[int, Any],
        broken: set[int],
        asked: dict[str, int],
        several: set[int],
    ) -> None:
        """Candidates who have one dossier; those with `several` are compared at the end (`shared`)."""
        alone = {number: one for number, one in made.items() if one.person_id not in several}
        told = {one.person_id: [(at, number, seq, row) for at, seq, row in one.person] for number, one in alone.items()}
        expected = self._persons(told, {one.person_id: dossiers[number].code for number, one in alone.items()})
        self._scopes(alone, dossiers, broken, expected, asked)

    def _persons(
        self, told: Mapping[int, list[tuple[str, int, int, PersonRow]]], codes: Mapping[int, str]
    ) -> dict[int, PersonRow]:
        """Compare candidates' rows with what their events say, given by candidate; what they say."""
        expected = {number: replaying.person_of(changes) for number, changes in told.items()}
        actual = {row.id: row for row in run(_PERSONS, {"persons": list(told) or [-1]})}
        for number, row in expected.items():
            if number not in actual:
                self._say(codes[number], 0, f"person {number}: the row is missing")
                continue
            found = people.Candidate(actual[number])
            for column, value in row.items():
                try:
                    same = getattr(found, column) == self._stored(value)
                except Exception:  # whatever a changed ciphertext breaks on
                    same = False
                if not same:
                    self._say(codes[number], 0, f"person {number}: {column} is not what the events say")
        return expected

    def _scopes(
        self,
        made: Mapping[int, Projection],
        dossiers: Mapping[int, Any],
        broken: set[int],
        persons: Mapping[int, PersonRow],
        asked: dict[str, int],
        whole: bool = True,
    ) -> None:
        actual: dict[int, dict[Key, Key]] = defaultdict(dict)
        for row in run(_SCOPES, asked):
            values = row._mapping
            actual[row.dossier_id][(row.ancestor_id,)] = tuple(values[name] for name in _LISTED)
        indexed: dict[int, str] = {}
        for number, projection in made.items():
            columns = self.dossier_row(projection)
            name = str(persons[projection.person_id]["full_name"])
            listed = {
                **columns,
                "source": str(projection.standing.facts.source),
                "sort_key": names.sort_key(name),
                "unit_code": self._codes[projection.unit_id],
                "done": projection.standing.state in DONE,
            }
            line = tuple(listed[column] for column in _LISTED)
            units = self.units_of(projection)[0]
            indexed[number] = search.content(search.told_of(persons[projection.person_id]), units)
            expected = {(unit,): line for unit in units}
            self._rows(dossiers[number].code, Scope, ("ancestor_id",), expected, actual.get(number, {}))
        self._index(indexed, dossiers, asked)
        if whole:
            self._unowned(Scope, actual.keys() - dossiers.keys() - broken)

    def _index(self, expected: Mapping[int, str], dossiers: Mapping[int, Any], asked: dict[str, int]) -> None:
        """The index of names, words in any order: their order says nothing."""
        rows = run(text(engines.search_contents(db)), asked).all()
        actual = {row.dossier_id: row.words for row in rows}
        for number, words in zip(expected, engines.as_indexed(db, list(expected.values())), strict=True):
            if number not in actual:
                self._say(dossiers[number].code, 0, "dossier_search: the row is missing")
            elif sorted(str(actual[number]).split()) != sorted(words.split()):
                self._say(dossiers[number].code, 0, "dossier_search: words is not what the events say")
