"""A dossier's events read again, and its tables made anew from them: what corrections, undos and the program's own
events write.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam, select

from dossiers.casework import counts, events, replaying
from dossiers.casework.case import Case, Changes, Filed
from dossiers.casework.events import Body, Personal, Told
from dossiers.casework.models import Dossier, Event, EventPersonal, opened
from dossiers.casework.replaying import Projection
from dossiers.casework.rows import (
    companion_row,
    deadline_row,
    outbox_row,
    relative_row,
    sealed_person,
    settle,
    table_of,
    vote_row,
)
from dossiers.casework.store import Store
from dossiers.extensions import run
from dossiers.inquiries.rows import all_rows, sealed_row
from dossiers.papers.numbers import PaperRow
from dossiers.papers.scans import file_rows, scan_row
from dossiers.people.rows import PersonRow
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow import replay
from workflow.deadlines import Deadline
from workflow.replay import Known, Standing
from workflow.stages import State

_EVENTS = (
    select(*table_of(Event).c, EventPersonal.sealed.label("sealed"))
    .outerjoin(EventPersonal, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq))
    .where(Event.dossier_id == bindparam("dossier"))
    .order_by(Event.seq)
)
_OTHERS = select(Dossier.id).where(Dossier.person_id == bindparam("person"), Dossier.id != bindparam("dossier"))


def read(dossier_id: int) -> list[Told]:
    """The events of a dossier that can be folded, in their order; one query.

    Raises events.NotOurs for a log of an earlier format.
    """
    return [
        events.told(row, None if row.sealed is None else opened(dossier_id, row.seq, row.sealed))
        for row in events.foldable(run(_EVENTS, {"dossier": dossier_id}).all())
    ]


def next_event(case: Case, trigger: str, to_state: State, body: Body, personal: Personal, by: tuple[int, str, int],
               recorded_at: str) -> Told:  # fmt: skip
    """An event that is about to be written after those of a dossier, as it will read."""
    return Told(
        case.version + 1, trigger, case.state, to_state, body.brought.evidence.happened_on, recorded_at, by[0], by[1],
        by[2], case.rulebook, body, personal, False,
    )  # fmt: skip


def filed(made: Projection) -> Filed:
    """All rows that stand on file for a dossier as its events say."""
    number = made.dossier_id
    deadlines = [deadline_row(number, ended.deadline, ended.ended_on) for ended in made.standing.ended.values()]
    deadlines += [deadline_row(number, deadline) for deadline in _running(made.standing)]
    return Filed(
        list(made.papers),
        [vote_row(number, seq, vote, made.registers.get(seq)) for seq, vote in made.votes],
        deadlines,
        [relative_row(number, nr, row) for nr, row in enumerate(made.relatives.values())],
        [companion_row(number, seq, nr, row) for seq, nr, row in made.companions],
        [scan_row(number, seq, scan) for seq, scan in made.scans],
        [row for seq, scan in made.scans for row in file_rows(number, seq, scan)],
        [sealed_row(row) for row in all_rows(number, made.standing.facts.asked, made.requests)],
    )


def _running(standing: Standing) -> tuple[Deadline, ...]:
    """Open deadlines by the rules in force; while all wait to be counted by those, as they were last counted."""
    now = rules.current()
    return replay.due(standing, now) if rules.are_counted(now) else standing.deadlines


def person_as_told(made: Projection, known: Known) -> PersonRow:
    """The candidate's columns as all dossiers of the person say."""
    told = [(at, made.dossier_id, seq, row) for at, seq, row in made.person]
    for other in run(_OTHERS, {"person": made.person_id, "dossier": made.dossier_id}).scalars().all():
        theirs = replaying.project(other, read(other), known)
        told += [(at, other, seq, row) for at, seq, row in theirs.person]
    return replaying.person_of(told)


def _person_changed(before: Projection, made: Projection, known: Known) -> PersonRow:
    if before.person == made.person:
        return {}
    was, now = person_as_told(before, known), person_as_told(made, known)
    return {name: value for name, value in now.items() if was[name] != value}


def afresh(
    store: Store,
    case: Case,
    made: Projection,
    trigger: str,
    body: Body,
    personal: Personal,
    by: tuple[int, str, int],
    known: Known,
    key: str | None = None,
    before: Projection | None = None,
) -> Changes:
    """What an event writes that makes the dossier's rows anew; changes `case` to what `made` says it is.

    Of the candidate it writes what reads otherwise than `before` the event; without that, nothing is known any more.
    """
    was = replace(case)
    standing, units = made.standing, tree.current()
    assert standing.state is not None
    assert standing.since is not None
    case.state, case.since, case.rulebook, case.facts = (
        standing.state, standing.since, standing.rulebook, standing.facts,
    )  # fmt: skip
    case.unit_id, case.place = made.unit_id, units.place(made.unit_id)
    case.nominator_id, case.class_id = made.nominator_id, made.class_id
    case.centre_id = store.centre_of(case.class_id) if case.state is State.ENROLLED else None
    case.version = was.version + 1
    settle(case, _running(standing))
    person = _person_changed(before, made, known) if before is not None else replaying.person_of([])
    case.full_name = str(person.get("full_name", case.full_name))
    event, sealed = events.rows(case, trigger, was.state, body, personal, by, store.salt(), key)
    case.head_hash = event["hash"]
    return Changes(
        before=was,
        event=event,
        personal=sealed,
        filed=filed(made),
        outbox=outbox_row(case, trigger, event),
        person=sealed_person(case.person_id, person),
        scope_moved=case.scope_units != was.scope_units,
        renamed=case.full_name != was.full_name,
        afresh=True,
        erased=body.erased,
        counts=counts.moved((was.counted_units, was.state), (case.counted_units, case.state)),
    )


def rows_of(papers: Sequence[PaperRow]) -> list[str]:
    """The numbers among papers that may be used once."""
    return [row["number_key"] for row in papers if row["number_key"]]
