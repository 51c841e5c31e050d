"""Every row that acts leave, compared with what the events say: what was changed, added or taken away by SQL is named.

A dossier's events are folded (casework.replaying) and the tables must hold exactly what follows; what cannot even be
read is named too. People's names never stand in a finding, nor what is sealed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import bindparam, exists, func, select, text, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType

from dossiers import engines
from dossiers.audit import chains, keys
from dossiers.audit.chains import NOT_WRITTEN_HERE, Head
from dossiers.audit.filed import READ
from dossiers.audit.listed import ListedRows
from dossiers.audit.rows import between
from dossiers.casework import events, rebasing, replaying
from dossiers.casework.counts import Counts
from dossiers.casework.models import (
    Dossier,
    Event,
    EventPersonal,
    Scope,
    StateCount,
    head_mark,
    opened,
)
from dossiers.casework.replaying import Misfit, Projection
from dossiers.casework.rows import table_of
from dossiers.extensions import Model, db, run
from dossiers.papers import files
from dossiers.papers.models import ScanFile
from dossiers.people.models import Person
from dossiers.people.rows import PersonRow
from dossiers.rules import services as rules
from dossiers.rules.models import RuleStateRecord

CHUNK = 400
"""Dossiers that are read and compared at a time."""


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
_DOSSIERS = between(Dossier, Dossier.id).order_by(Dossier.id)
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
_SEVERAL = select(Dossier.person_id).group_by(Dossier.person_id).having(func.count() > 1)
_SEVERAL_HERE = _SEVERAL.where(
    Dossier.person_id.in_(
        select(Dossier.person_id).where(Dossier.id >= bindparam("low"), Dossier.id < bindparam("high"))
    )
)
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


UNREADABLE = (ValueError, TypeError, DBAPIError)
"""How SQLAlchemy, msgspec and the driver say that a value is not of its type."""


class Comparison(ListedRows):
    """Compares dossiers, chunk by chunk, and keeps what can only be compared at the end."""

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
        others: tuple[type[Model], ...] = (Event, Scope, *READ)
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
        models: tuple[type[Model], ...] = (Event, Scope, *READ)
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
