"""advance_all() and advance_together(): many acts at once, decided first, written in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from dossiers.accounts.grants import Signed
from dossiers.asking import Writing
from dossiers.casework import correcting, counts
from dossiers.casework.act import Act, Done, Duplicate, Overtaken, RulesChanged, VersionConflict
from dossiers.casework.advance import sent_before_of, told
from dossiers.casework.case import Case, Changes
from dossiers.casework.counts import Counts
from dossiers.casework.decide import decide
from dossiers.casework.events import lent_in
from dossiers.casework.loading import load_case, situation
from dossiers.casework.store import RECORD, DatabaseStore, Remembering
from dossiers.extensions import run, write_transaction
from dossiers.papers import registers
from dossiers.papers.numbers import PaperRow, number_taken
from dossiers.papers.registers import Place, Taken
from dossiers.rules import instance
from workflow.machine import Refused

Answer = Done | Refused | VersionConflict | Duplicate
"""What became of one act: done, or why not."""

MOST = 100
"""So many dossiers people choose for one act."""

ALONE = frozenset({"readmit", *correcting.TRIGGERS_HERE})
"""Acts that are done one at a time: they open another dossier, or make all rows of theirs anew."""


class BatchStore(Remembering, DatabaseStore):
    """The database, and beside it what the acts of the batch that were decided already will write."""

    def __init__(self) -> None:
        super().__init__()
        self._used: set[str] = set()
        self._asked: set[str] = set()
        self._on_file: set[str] = set()
        self._places: dict[Place, set[tuple[int | None, int | None]]] = {}
        self._in_registers: dict[Place, tuple[int | None, int | None]] = {}
        self._given: set[Place] = set()
        self._new: list[PaperRow] = []
        self._lent: dict[int, int] = {}
        self._actor = 0
        self._moved = Counts()
        self._waiting: dict[Writing, list[Mapping[str, Any]]] | None = None

    def numbers_taken(self, keys: list[str]) -> set[str]:
        """Those an earlier act of the batch takes, and those known to be on file (see `look_up`)."""
        self._asked.update(keys)
        return {key for key in keys if key in self._used or key in self._on_file}

    def registered(self, papers: Sequence[PaperRow]) -> set[str]:
        """Those an earlier act of the batch takes, and those known to stand in a register (see `look_up`)."""
        places = self._registers.places(papers)
        mine = {row["number_key"]: (row["dossier_id"], row["seq"]) for row in papers}
        for key, place in places.items():
            self._places.setdefault(place, set()).add(mine[key])
        known = self._in_registers
        return {
            key for key, place in places.items()
            if place in self._given or (place in known and known[place] != mine[key])
        }  # fmt: skip

    def look_up(self) -> bool:
        """Ask once for all numbers that were used whether they are on file, or in a register; whether any is that was
        not known to be: then all is to be decided again.
        """
        taken = super().numbers_taken(list(self._asked)) - self._on_file
        there = registers.standing(self._places.keys() - self._in_registers.keys())
        strange = any(self._places[place] - {text} for place, text in there.items())
        self._on_file |= taken
        self._in_registers |= there
        self._used.clear()
        self._asked.clear()
        self._given.clear()
        return bool(taken) or strange

    def _count(self, moved: Counts) -> None:
        self._moved.update(moved)

    def _record(self, rows: Sequence[Mapping[str, Any] | None]) -> None:
        if self._waiting is None:
            super()._record(rows)
        else:
            for statement, row in zip(RECORD, rows, strict=True):
                if row:
                    self._add(statement, [row])

    def _add(self, statement: Writing, rows: Sequence[Mapping[str, Any]]) -> None:
        if self._waiting is None:
            super()._add(statement, rows)
        else:
            self._waiting.setdefault(statement, []).extend(rows)

    def begin(self, together: bool = False) -> None:
        """A transaction begins that writes; `together`: new rows wait for the end, so that which of them the database
        refused is not known then.
        """
        self._moved = Counts()
        self._waiting = {} if together else None
        self._new = []
        self._lent = {}

    def end(self) -> None:
        """All acts are written: new rows that waited, and once for all their numbers and what is counted."""
        for statement, rows in (self._waiting or {}).items():
            run(statement, rows)
        registers.keep(self._registers, self._new, self._actor, self._lent)
        counts.add(self._moved)

    def take(self, changes: Changes) -> None:
        """An act of the batch was decided: its numbers are used."""
        self._used.update(row["number_key"] for row in changes.filed.papers if row["number_key"])
        self._given.update(self._registers.places(changes.filed.papers).values())

    def _register(self, case: Case, changes: Changes) -> None:
        self._new += changes.filed.papers
        if changes.filed.papers:
            self._lent |= lent_in(changes.event)
        self._actor = changes.event["actor_id"]


def advance_all(acts: Sequence[tuple[Case, Act]], signed: Signed) -> list[Answer]:
    """Do many acts, each on the dossier as it was read (its version is the one the person saw): an answer an act.

    All that the rules allow is written in one transaction, or nothing is; what they refuse, what was sent before and
    where somebody else acted meanwhile is left out and said. An act sees the numbers and the dossiers of those before
    it in the batch.
    """
    if any(act.trigger in ALONE for _, act in acts):
        raise ValueError("is done one at a time")
    try:
        return _advance_all(acts, signed)
    except RulesChanged:
        instance.forget()
        return _advance_all(acts, signed)


def advance_together(
    acts: Sequence[tuple[Case, Act]], signed: Signed, first: Callable[[Sequence[Case]], None]
) -> list[Answer]:
    """Do all of these acts in one transaction with what `first` writes, or nothing: an answer an act. Unless every
    answer is Done nothing was written.

    `first` is called in the transaction before any act is written, with the dossiers as the acts leave them; what it
    raises undoes everything.
    """
    if any(act.trigger in ALONE for _, act in acts):
        raise ValueError("is done one at a time")
    try:
        return _advance_together(acts, signed, first)
    except RulesChanged:
        instance.forget()
        return _advance_together(acts, signed, first)


def _advance_together(
    acts: Sequence[tuple[Case, Act]], signed: Signed, first: Callable[[Sequence[Case]], None]
) -> list[Answer]:
    store = BatchStore()
    answers, decided = _decide_all(store, acts, signed)
    for together in (True, False) if len(decided) == len(acts) else ():
        at = -1
        try:
            with write_transaction():
                store.begin(together)
                first([case for case, _changes in decided.values()])
                for number, (case, changes) in decided.items():
                    at = number
                    store.write(case, changes)
                store.end()
        except Taken as error:
            at = _taker(decided, error)
            answers[at] = _why(error, *acts[at], signed)
        except (Overtaken, Duplicate, IntegrityError) as error:
            if at < 0:
                raise
            if together and isinstance(error, IntegrityError):
                continue  # act by act, to see which it was
            answers[at] = _why(error, *acts[at], signed)
        else:
            _told(acts, answers, signed)
        break
    return [answer for answer in answers if answer is not None]


def foresee_all(acts: Sequence[tuple[Case, Act]], signed: Signed) -> list[Answer]:
    """What many acts would do, each seeing those before it; nothing is written."""
    answers, _decided = _decide_all(BatchStore(), acts, signed)
    return [answer for answer in answers if answer is not None]


def _advance_all(acts: Sequence[tuple[Case, Act]], signed: Signed) -> list[Answer]:
    store = BatchStore()
    answers, decided = _decide_all(store, acts, signed)
    _write(store, acts, decided, answers, signed)
    _told(acts, answers, signed)
    return [answer for answer in answers if answer is not None]


def _told(acts: Sequence[tuple[Case, Act]], answers: Sequence[Answer | None], signed: Signed) -> None:
    for (_, act), answer in zip(acts, answers, strict=True):
        if isinstance(answer, Done):
            told(answer, act.trigger, signed)


def _decide_all(
    store: BatchStore, acts: Sequence[tuple[Case, Act]], signed: Signed
) -> tuple[list[Answer | None], dict[int, tuple[Case, Changes]]]:
    """An answer an act, and what those that are possible will write, by their place."""
    found = _decide_each(store, acts, signed)
    return _decide_each(store, acts, signed) if store.look_up() else found


def _decide_each(
    store: BatchStore, acts: Sequence[tuple[Case, Act]], signed: Signed
) -> tuple[list[Answer | None], dict[int, tuple[Case, Changes]]]:
    sent = sent_before_of([act.key for _, act in acts])
    answers: list[Answer | None] = [None] * len(acts)
    decided: dict[int, tuple[Case, Changes]] = {}
    latest: dict[int, Case] = {}
    for number, (read, act) in enumerate(acts):
        if act.key in sent:
            answers[number] = Duplicate()
            continue
        case = replace(latest.get(read.id, read))
        try:
            done, changes = decide(store, case, act, signed)
        except Refused as refused:
            answers[number] = refused
            continue
        store.take(changes)
        answers[number], decided[number], latest[read.id] = done, (case, changes), case
    return answers, decided


def _write(
    store: BatchStore,
    acts: Sequence[tuple[Case, Act]],
    decided: dict[int, tuple[Case, Changes]],
    answers: list[Answer | None],
    signed: Signed,
) -> None:
    """Write what was decided; whoever came first to a dossier or a number keeps it, and the rest is written without."""
    while decided:
        at = -1
        try:
            with write_transaction():
                store.begin()
                for number, (case, changes) in decided.items():
                    at = number
                    store.write(case, changes)
                store.end()
            return
        except (Overtaken, Duplicate, IntegrityError, Taken) as error:
            at = _taker(decided, error) if isinstance(error, Taken) else at
            read, act = acts[at]
            answers[at] = _why(error, read, act, signed)
            gone = decided.pop(at)[0].id
            for later in [n for n, (case, _) in decided.items() if case.id == gone and n > at]:
                answers[later] = VersionConflict(read, read.version)
                del decided[later]


def _taker(decided: dict[int, tuple[Case, Changes]], error: Taken) -> int:
    """The act of the batch whose number somebody else took in between."""
    keys = {row["number_key"]: at for at, (_case, changes) in decided.items() for row in changes.filed.papers}
    return keys[error.key]


def _why(error: Exception, read: Case, act: Act, signed: Signed) -> Answer:
    if isinstance(error, Duplicate):
        return error
    if isinstance(error, Overtaken):
        return VersionConflict(load_case(read.code, signed), read.version)
    if isinstance(error, Taken) or (isinstance(error, IntegrityError) and "number_key" in str(error.orig)):
        return Refused((number_taken(situation(read, signed, act.evidence), act.evidence.number),))
    raise error
