"""Every row that acts leave, compared with what the events say: what was changed, added or taken away by SQL is named.

A dossier's events are folded (casework.replaying) and the tables must hold exactly what follows; what cannot even be
read is named too. People's names never stand in a finding, nor what is sealed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Boolean, Date, Select, bindparam, exists, func, select, text, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType

from dossiers import engines, names
from dossiers.audit import chains, keys, references
from dossiers.audit.chains import NOT_WRITTEN_HERE, Finding, Head
from dossiers.audit.standing_in import Lendings
from dossiers.casework import events, rebasing, recounting, replaying, search
from dossiers.casework.counts import Counts
from dossiers.casework.models import (
    DeadlineRecord,
    Dossier,
    Event,
    EventPersonal,
    Scope,
    StateCount,
    VoteRecord,
    head_mark,
    opened,
)
from dossiers.casework.replaying import Misfit, Projection
from dossiers.casework.rows import table_of
from dossiers.extensions import Model, db, run
from dossiers.inquiries import rows as inquiries
from dossiers.inquiries.models import Inquiry
from dossiers.office.models import OfficeEvent
from dossiers.papers import files, scans
from dossiers.papers.models import PaperRecord, PaperScan, ScanFile
from dossiers.people import reading as people
from dossiers.people.models import Companion, Person, Relative
from dossiers.people.rows import PersonRow, RelativeRow
from dossiers.rules import services as rules
from dossiers.rules.models import RuleStateRecord
from workflow import replay
from workflow.deadlines import MILESTONES, Deadline
from workflow.replay import Known
from workflow.route import walked
from workflow.stages import DONE, State
from workflow.turn import whose_turn

Key = tuple[Any, ...]
Progress = Callable[[int], None]
"""Told how many more events were checked."""
CHUNK = 400
"""Dossiers that are read and compared at a time."""


def _as_stored(column: Any) -> Any:
    """Days and truths as they stand in the table: SQLite keeps an 8 for true, and many ways to write a day."""
    if isinstance(column.type, (Boolean, Date)):
        return type_coerce(column, NullType()).label(column.name)
    return column


def _between(model: type[Model], column: Any) -> Select[Any]:
    """Rows of a range of dossiers."""
    return select(*map(_as_stored, table_of(model).c)).where(column >= bindparam("low"), column < bindparam("high"))


_EVENTS = (
    select(
        *table_of(Event).c,
        EventPersonal.salt,
        EventPersonal.sealed.label("sealed"),
        type_coerce(Event.happened_on, NullType()).label("stored_on"),
    )
    .outerjoin(EventPersonal, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq))
    .where(Event.dossier_id >= bindparam("low"), Event.dossier_id < bindparam("high"))
    .order_by(Event.dossier_id, Event.seq)
)
_DOSSIERS = _between(Dossier, Dossier.id).order_by(Dossier.id)
_SCOPES = _between(Scope, Scope.dossier_id)
_PERSONS = select(*map(_as_stored, table_of(Person).c)).where(Person.id.in_(bindparam("persons", expanding=True)))
_OF_PERSONS = (
    select(Dossier.id, Dossier.code, Dossier.person_id)
    .where(Dossier.person_id.in_(bindparam("persons", expanding=True)))
    .order_by(Dossier.id)
)
_NOBODYS = (
    select(Person.id).outerjoin(Dossier, Dossier.person_id == Person.id).where(Dossier.id.is_(None)).order_by(Person.id)
)
_STATES = select(RuleStateRecord.hash, RuleStateRecord.content).order_by(RuleStateRecord.hash)
_COUNTS = select(StateCount.unit_id, StateCount.state, StateCount.dossiers).where(StateCount.dossiers != 0)
_LISTED = tuple(column.name for column in table_of(Scope).columns if column.name not in ("ancestor_id", "dossier_id"))
_SEVERAL = select(Dossier.person_id).group_by(Dossier.person_id).having(func.count() > 1)
_SEVERAL_HERE = _SEVERAL.where(
    Dossier.person_id.in_(
        select(Dossier.person_id).where(Dossier.id >= bindparam("low"), Dossier.id < bindparam("high"))
    )
)
_OFFICE = select(func.max(OfficeEvent.seq))
_LOOSE = (
    select(EventPersonal.dossier_id, EventPersonal.seq, Dossier.code)
    .outerjoin(Dossier, Dossier.id == EventPersonal.dossier_id)
    .outerjoin(Event, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq))
    .where(Event.seq.is_(None))
)
_SCANNED = (
    select(Dossier.code, ScanFile.seq)
    .join(Dossier, Dossier.id == ScanFile.dossier_id)
    .where(ScanFile.address == bindparam("address"))
    .order_by(ScanFile.dossier_id, ScanFile.seq)
    .limit(1)
)

_FILED: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (PaperRecord, ("seq", "nr")),
    (VoteRecord, ("seq",)),
    (DeadlineRecord, ("rule", "starts_on")),
    (Companion, ("seq", "nr")),
    (PaperScan, ("seq",)),
    (ScanFile, ("seq", "nr")),
    (Inquiry, ("nr",)),
)
_OWNED: tuple[type[Model], ...] = (*(model for model, _key in _FILED), Relative)
_READ = {model: _between(model, table_of(model).c.dossier_id) for model in _OWNED}


UNREADABLE = (ValueError, TypeError, DBAPIError)
"""How SQLAlchemy, msgspec and the driver say that a value is not of its type."""


class Comparison:
    """Compares dossiers, chunk by chunk, and keeps what can only be compared at the end."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._public_key = ""
        self._office: int | None = -1
        self._progress = progress
        self._as_text = not engines.is_postgresql(db)
        self.begin()

    def begin(self) -> None:
        """Nothing is found yet. In another picture of the database what the office changed meanwhile is read anew."""
        office = run(_OFFICE).scalar()
        if office != self._office:
            self._office = office
            self._known: Known = rules.states(only_kept=True)
            read = references.read()
            self._now, self._units, self._marked = read.rules, read.units, read.marked
            self._codes, self._centres = read.codes, read.centres
            self._lendings = Lendings()
        self._waiting = recounting.is_pending(self._now)
        self._several: set[int] = set()
        self.findings: list[Finding] = []
        self.events = 0
        self.counts: Counts = Counter()
        self.old: list[str] = []
        self.unmarked = 0

    def age(self) -> list[Finding]:
        """One finding for all dossiers with a log of an earlier format, and one while deadlines wait to be counted."""
        found = []
        if self.old:
            what = (
                f"of {len(self.old)} dossiers is of an earlier format, nothing can be compared: run flask upgrade-log"
            )
            found.append(Finding("LOG", 0, what))
        if self.unmarked:
            what = f"of {self.unmarked} dossiers bears no marks of the program yet: run flask upgrade-log"
            found.append(Finding("LOG", 0, what))
        if self._waiting:
            found.append(Finding("DEADLINES", 0, "wait to be counted by the rules in force: run flask worker"))
        return found

    # --- one chunk ---

    def chunk(self, low: int, high: int) -> None:
        """Check and compare the dossiers whose numbers lie from `low` up to but not with `high`.

        If a row among them cannot be read, the others are compared all the same, one by one.
        """
        kept = len(self.findings), self.events, Counter(self.counts), len(self.old), self.unmarked
        try:
            self._chunk(low, high)
        except UNREADABLE:
            at, self.events, self.counts, old, self.unmarked = kept
            del self.findings[at:], self.old[old:]
            if high - low == 1:
                self._unreadable(low)
                return
            for number in range(low, high):
                self.chunk(number, number + 1)

    def _unreadable(self, number: int) -> None:
        """Name the values of a dossier's rows that are not of their column's type."""
        code = run(select(Dossier.code).where(Dossier.id == number)).scalar() or f"#{number}"
        person = select(Dossier.person_id).where(Dossier.id == number)
        places: list[tuple[type[Model], Any]] = [(Dossier, Dossier.id == number), (Person, Person.id.in_(person))]
        others: tuple[type[Model], ...] = (Event, Scope, *_READ)
        places += [(model, table_of(model).c.dossier_id == number) for model in others]
        found = False
        for model, where in places:
            for column in table_of(model).columns:
                try:
                    run(select(column).where(where)).all()
                except UNREADABLE:
                    found = True
                    self._say(code, 0, f"{table_of(model).name}: {column.name} cannot be read, it was changed")
        if not found:
            self._say(code, 0, "its events or rows cannot be read")

    def _chunk(self, low: int, high: int) -> None:
        asked = {"low": low, "high": high}
        several = set(run(_SEVERAL_HERE, asked).scalars())
        self._several |= several
        dossiers = {row.id: row for row in run(_DOSSIERS, asked)}
        heads = {number: Head(row.code, row.version, row.head_hash) for number, row in dossiers.items()}
        told: dict[int, list[Any]] = {number: [] for number in dossiers}
        for row in run(_EVENTS, asked):
            told.setdefault(row.dossier_id, []).append(row)
        contents: dict[tuple[int, int], str] = {}
        count, broken = self._chains(told, heads, contents)
        self.events += count
        self._marks(dossiers[number] for number in sorted(dossiers.keys() - broken))
        made: dict[int, Projection] = {}
        for number in sorted(dossiers.keys() - broken):
            projection = self._projection(dossiers[number], told[number], contents)
            if projection is not None:
                made[number] = projection
        self._dossiers(made, dossiers)
        self._filed(made, dossiers, broken, asked)
        self._people(made, dossiers, broken, asked, several)
        if self._progress is not None:
            self._progress(count)

    def _chains(
        self, told: Mapping[int, Sequence[Any]], heads: Mapping[int, Head], contents: dict[tuple[int, int], str]
    ) -> tuple[int, set[int]]:
        """Check the chains; (events, dossiers whose chain is broken). Opens the personal parts into `contents`."""

        def personal(row: Any) -> chains.Personal:
            if row.sealed is None:
                return None

            def read() -> str:
                content = contents[row.dossier_id, row.seq] = opened(row.dossier_id, row.seq, row.sealed)
                return content

            return row.salt, read

        rows = ((row._mapping, personal(row)) for number in sorted(told) for row in told[number])
        count, findings = chains.check(rows, heads)
        self.findings += findings
        codes = {head.code: number for number, head in heads.items()}
        broken = {codes.get(finding.code, 0) for finding in findings} | (told.keys() - heads.keys())
        return count, broken

    def _marks(self, dossiers: Iterable[Any]) -> None:
        """Whether the program itself wrote where these chains end. Those from before there were marks bear none."""
        for row in dossiers:
            if not row.mark and not self._marked:
                self.unmarked += 1
            elif row.mark != head_mark(row.code, row.version, row.head_hash):
                self._say(row.code, row.version, NOT_WRITTEN_HERE)

    def _projection(self, row: Any, told: Sequence[Any], contents: Mapping[tuple[int, int], str]) -> Projection | None:
        folded = events.foldable(told)
        try:
            read = [events.told(event, contents.get((row.id, event.seq))) for event in folded]
            made = replaying.project(row.id, read, self._known)
        except events.NotOurs:
            self.old.append(row.code)
            return None
        except Misfit as error:
            self._say(row.code, error.seq, error.why)
            return None
        except KeyError as error:
            self._say(row.code, row.version, f"the rules it was judged by ({error.args[0]}) are not kept")
            return None
        erased = {seq for event in read for seq in event.body.erased}
        for event in told:
            if event.stored_on != self._stored(event.happened_on):
                self._say(row.code, event.seq, "its day is not written as days are")
            if event.commitment and event.sealed is None and event.seq not in erased:
                self._say(row.code, event.seq, "its personal part is missing, and no event says it was erased")
        for event in read:
            who = event.actor_id, event.actor_role, event.unit_id
            fault = self._lendings.fault(*who, event.body.behalf, event.recorded_at)
            if fault is not None:
                self._say(row.code, event.seq, fault)
            if event.happened_on != event.body.brought.evidence.happened_on:
                self._say(row.code, event.seq, "its day is not that of what it brought")
            if event.body.base is not None and not self._is_signed(row.code, folded[0], event):
                self._say(row.code, event.seq, "begins the log anew, but its signature does not fit")
        if read and read[-1].rulebook != made.rulebook:
            self._say(row.code, read[-1].seq, f"says rulebook {read[-1].rulebook}, the events lead to {made.rulebook}")
        return made

    def _is_signed(self, code: str, row: Any, event: events.Told) -> bool:
        base = event.body.base
        assert base is not None
        content = rebasing.signed_content(code, event.seq, row.prev_hash, row.commitment, event.body)
        self._public_key = self._public_key or keys.public_key()
        return keys.is_signed(content, base.signature, self._public_key)

    def _stored(self, value: Any) -> Any:
        """A value as the engine keeps it (see `_as_stored`)."""
        return value.isoformat() if self._as_text and isinstance(value, date) else value

    def _all_stored(self, values: Key) -> Key:
        return tuple(map(self._stored, values)) if self._as_text else values

    def _say(self, code: str, seq: int, what: str) -> None:
        self.findings.append(Finding(code, seq, what))

    # --- the dossier's own row and its lists ---

    def _dossiers(self, made: Mapping[int, Projection], dossiers: Mapping[int, Any]) -> None:
        for number, projection in made.items():
            row, expected = dossiers[number], self.dossier_row(projection)
            for column, value in expected.items():
                if getattr(row, column) != self._stored(value):
                    self._say(row.code, 0, _differs("dossier", column, getattr(row, column), value))
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

    def _runs(self, standing: replay.Standing) -> tuple[Deadline, ...]:
        """Open deadlines as they must stand: by the rules in force, or as last counted while they wait to be."""
        return standing.deadlines if self._waiting else replay.due(standing, self._now)

    def units_of(self, made: Projection) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The units that see a dossier, and the lowest of them, which count it."""
        lowest = self._lowest(made.unit_id, made.nominator_id, made.class_id, str(made.standing.state))
        chain = tuple(unit for unit, _, _ in self._units.place(made.unit_id).chain)
        return tuple(dict.fromkeys((*chain, *lowest))), lowest

    def _lowest(self, unit: int, nominator: int | None, course: int | None, state: str) -> tuple[int, ...]:
        centre = self._centres.get(course) if course and state == str(State.ENROLLED) else None
        return tuple(found for found in (unit, nominator, centre) if found is not None)

    # --- what stands on file ---

    def _filed(
        self, made: Mapping[int, Projection], dossiers: Mapping[int, Any], broken: set[int], asked: dict[str, int]
    ) -> None:
        for model, key in _FILED:
            actual = self._read(model, key, asked)
            for number, projection in made.items():
                expected = getattr(self, f"_{table_of(model).name}")(projection)
                self._rows(dossiers[number].code, model, key, expected, actual.pop(number, {}))
            self._unowned(model, actual.keys() - dossiers.keys() - broken)
        self._relatives(made, dossiers, broken, asked)

    def _read(self, model: type[Model], key: tuple[str, ...], asked: dict[str, int]) -> dict[int, dict[Key, Key]]:
        columns = [column.name for column in table_of(model).columns if column.name not in ("dossier_id", *key)]
        found: dict[int, dict[Key, Key]] = defaultdict(dict)
        for row in run(_READ[model], asked):
            values = _opened(row) if model is Inquiry else row._mapping
            found[row.dossier_id][tuple(values[k] for k in key)] = tuple(values[c] for c in columns)
        return found

    def _rows(
        self, code: str, model: type[Model], key: tuple[str, ...], expected: dict[Key, Key], actual: dict[Key, Key]
    ) -> None:
        expected = {self._all_stored(at): self._all_stored(row) for at, row in expected.items()}
        if expected == actual:
            return
        table = table_of(model)
        columns = [column.name for column in table.columns if column.name not in ("dossier_id", *key)]
        for at in sorted({*expected, *actual}, key=str):
            named = f"{table.name} {' '.join(str(part) for part in at)}"
            if at not in actual:
                self._say(code, 0, f"{named}: the row is missing")
            elif at not in expected:
                self._say(code, 0, f"{named}: the row was added")
            else:
                for column, old, new in zip(columns, actual[at], expected[at], strict=True):
                    if old != new:
                        self._say(code, 0, _differs(named, column, old, new))

    def _unowned(self, model: type[Model], numbers: Iterable[int]) -> None:
        for number in sorted(numbers):
            self._say(f"#{number}", 0, f"{table_of(model).name}: rows of a dossier that is not there")

    @staticmethod
    def _paper_record(made: Projection) -> dict[Key, Key]:
        return {
            (row["seq"], row["nr"]): (
                row["form"],
                row["number"],
                row["issued_on"],
                row["issuer"],
                row["number_key"],
                row["number_words"],
            )
            for row in made.papers
        }

    @staticmethod
    def _vote_record(made: Projection) -> dict[Key, Key]:
        return {
            (seq,): (
                str(v.body),
                str(v.purpose),
                v.held_on,
                v.entitled,
                v.present,
                v.in_favour,
                v.against,
                v.passed,
                *made.registers.get(seq, (None, "")),
            )
            for seq, v in made.votes
        }

    def _deadline_record(self, made: Projection) -> dict[Key, Key]:
        def row(deadline: Deadline, ended_on: date | None) -> tuple[Key, Key]:
            key = (deadline.rule, deadline.starts_on)
            return key, (deadline.due_on, deadline.extended_by, ended_on)

        runs = self._runs(made.standing)
        found = dict(row(ended.deadline, ended.ended_on) for ended in made.standing.ended.values())
        found.update(row(deadline, None) for deadline in runs)
        return found

    @staticmethod
    def _companion(made: Projection) -> dict[Key, Key]:
        return {(seq, nr): (row.kind, row.ref, row.name, row.since, row.until) for seq, nr, row in made.companions}

    @staticmethod
    def _paper_scan(made: Projection) -> dict[Key, Key]:
        rows = (scans.scan_row(0, seq, scan) for seq, scan in made.scans)
        return {(row["seq"],): (row["paper_seq"], row["paper_nr"], row["form"], row["leaves"]) for row in rows}

    @staticmethod
    def _scan_file(made: Projection) -> dict[Key, Key]:
        return {(seq, nr): (address,) for seq, scan in made.scans for nr, address in enumerate(scan.files)}

    @staticmethod
    def _inquiry(made: Projection) -> dict[Key, Key]:
        rows = inquiries.all_rows(0, made.standing.facts.asked, made.requests)
        return {(row["nr"],): tuple(row.values())[2:] for row in rows}

    def _relatives(
        self, made: Mapping[int, Projection], dossiers: Mapping[int, Any], broken: set[int], asked: dict[str, int]
    ) -> None:
        actual: dict[int, dict[str, Any]] = defaultdict(dict)
        for row in run(_READ[Relative], asked):
            actual[row.dossier_id][row.ref] = row
        for number, projection in made.items():
            there, code = actual.pop(number, {}), dossiers[number].code
            places = {ref: nr for nr, ref in enumerate(projection.relatives)}
            for ref in sorted({*there, *projection.relatives}, key=str):
                named = f"relative {ref}"
                if ref not in there:
                    self._say(code, 0, f"{named}: the row is missing")
                elif ref not in projection.relatives:
                    self._say(code, 0, f"{named}: the row was added")
                else:
                    self._relative(code, named, there[ref], projection.relatives[ref])
                    if there[ref].nr != places[ref]:
                        self._say(code, 0, _differs(named, "nr", there[ref].nr, places[ref]))
        self._unowned(Relative, actual.keys() - dossiers.keys() - broken)

    def _relative(self, code: str, named: str, row: Any, expected: RelativeRow) -> None:
        for column in expected.__struct_fields__:
            try:
                same = people.relative_column(row, column) == self._stored(getattr(expected, column))
            except Exception:  # whatever a changed ciphertext breaks on
                self._say(code, 0, f"{named}: {column} cannot be read, it was changed or stood elsewhere")
            else:
                if not same:
                    self._say(code, 0, f"{named}: {column} is not what the events say")

    # --- candidates, and the lists that are sorted by their names ---

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

    # --- what is compared once, at the end ---

    def every(self) -> None:
        """Before `shared`, where the chunks were compared elsewhere: all candidates with several dossiers."""
        self._several = set(run(_SEVERAL).scalars())

    def shared(self) -> None:
        """Candidates with several dossiers: what all of these say of them, in the order it was recorded."""
        if not self._several:
            return
        dossiers = {row.id: row for row in run(_OF_PERSONS, {"persons": list(self._several)})}
        made: dict[int, Projection] = {}
        told: dict[int, list[tuple[str, int, int, PersonRow]]] = defaultdict(list)
        for number in dossiers:
            read = []
            try:
                for event in events.foldable(run(_EVENTS, {"low": number, "high": number + 1}).all()):
                    with suppress(Exception):  # what cannot be read was said when its chunk was compared
                        content = opened(number, event.seq, event.sealed) if event.sealed is not None else None
                        read.append(events.told(event, content))
                one = replaying.project(number, read, self._known)
            except (*UNREADABLE, KeyError):
                continue  # was said when its chunk was compared
            if not read:
                continue
            made[number] = one
            told[one.person_id] += [(at, number, seq, columns) for at, seq, columns in one.person]
        for person, changes in told.items():
            theirs = {number: one for number, one in made.items() if one.person_id == person}
            codes = {person: dossiers[next(iter(theirs))].code}
            try:
                said = self._persons({person: changes}, codes)
                for number, one in theirs.items():
                    bounds = {"low": number, "high": number + 1}
                    self._scopes({number: one}, dossiers, set(), said, bounds, whole=False)
            except UNREADABLE:
                self._unreadable(next(iter(theirs)))

    def rest(self, high: int) -> None:
        """Rows that belong to nothing, from dossier number `high` on; states of rules that were changed."""
        models: tuple[type[Model], ...] = (Event, Scope, *_READ)
        for model in models:
            column = table_of(model).c.dossier_id
            nowhere = ~exists().where(Dossier.id == column)  # one that was opened meanwhile is somewhere
            statement = select(column).where(column >= bindparam("low"), nowhere).distinct().limit(20)
            self._unowned(model, run(statement, {"low": high}).scalars())
        for number in run(text(engines.search_numbers(db))).scalars():
            self._say(f"#{number}", 0, "dossier_search: a row of a dossier that is not there")
        for number, seq, code in run(_LOOSE):
            self._say(code or f"#{number}", seq, "event_personal: a personal part without its event")
        self._files()
        for row in run(_STATES):
            if not rules.is_that(row.content, row.hash):
                self._say(f"rule_state {str(row.hash)[:12]}", 0, "its content is not what its hash says")
        for (number,) in run(_NOBODYS):
            self._say(f"person {number}", 0, "person: a row that no dossier tells of")

    def _files(self) -> None:
        """Every stored file read again, named by the first dossier whose scan it is of."""
        for address, what in files.check():
            first = run(_SCANNED, {"address": address}).first()
            code, seq = (first.code, first.seq) if first else (f"file {address[:12]}", 0)
            self._say(code, seq, f"file {address[:12]}: {what}")

    def kept_counts(self, counted: Counts) -> None:
        """Compare the kept counts with those of the dossiers as their events say."""
        kept: Counts = Counter({(row.unit_id, row.state): row.dossiers for row in run(_COUNTS)})
        for unit, state in sorted({*kept, *counted}, key=str):
            if kept[unit, state] != counted[unit, state]:
                self.miscounted(unit, state, kept[unit, state], counted[unit, state])

    def miscounted(self, unit: int, state: str, kept: int, real: int) -> None:
        """A kept count is not what the dossiers' events say."""
        self._say(f"state_count {self._codes.get(unit, f'#{unit}')} {state}", 0, f"says {kept}, the events {real}")


def _opened(row: Any) -> Mapping[str, Any]:
    """A request's row in the open; None where a changed ciphertext does not open."""
    values = dict(row._mapping)
    for column in ("addressee", "answer"):
        try:
            values[column] = inquiries.opened(column, row.dossier_id, row.nr, values[column])
        except Exception:  # whatever a changed ciphertext breaks on
            values[column] = None
    return values


def _differs(named: str, column: str, actual: Any, expected: Any) -> str:
    told = (
        ""
        if column in ("facts", "name", "sort_key", "issuer", "number", "addressee", "answer")
        else f": {actual}, not {expected}"
    )
    return f"{named}: {column} is not what the events say{told}"
