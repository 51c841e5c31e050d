"""What stands in the tables for a dossier, made again from its events alone.

`project` folds the events of one dossier (workflow.replay) and derives every row the events leave: the dossier's own,
the papers, votes, deadlines, relatives and members beside the candidate, and what they say of the candidate. It is what
`audit verify` compares the tables with, and what a correction writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from dossiers.casework import events
from dossiers.casework.events import Base, BasePersonal, Brought, Personal, Told
from dossiers.casework.tables import CountedBy
from dossiers.inquiries import rows as inquiries
from dossiers.papers.numbers import PaperRow, known_row, paper_rows
from dossiers.people.models import Person
from dossiers.people.rows import CompanionRow, PersonRow, RelativeRow, person_row
from workflow import replay
from workflow.facts import DossierFacts, Scan, Vote
from workflow.replay import Known, Recorded, Standing


@dataclass
class Projection:
    """All that the events of one dossier leave. `person` holds, in their order, (recorded_at, seq, columns); `requests`
    what is told of a request beside the facts, by its number; `registers` against which register the vote of an event
    was counted.
    """

    dossier_id: int
    standing: Standing = field(default_factory=Standing)
    version: int = 0
    unit_id: int = 0
    nominator_id: int | None = None
    class_id: int | None = None
    person_id: int = 0
    previous_id: int | None = None
    rulebook: str = ""
    head_hash: str = ""
    papers: list[PaperRow] = field(default_factory=list)
    votes: list[tuple[int, Vote]] = field(default_factory=list)
    registers: dict[int, CountedBy] = field(default_factory=dict)
    relatives: dict[str, RelativeRow] = field(default_factory=dict)
    companions: list[tuple[int, int, CompanionRow]] = field(default_factory=list)
    scans: list[tuple[int, Scan]] = field(default_factory=list)
    requests: dict[int, inquiries.Told] = field(default_factory=dict)
    person: list[tuple[str, int, PersonRow]] = field(default_factory=list)
    is_erased: bool = False


@dataclass(frozen=True)
class Counted:
    """An act that counts: its event, what it brought (as corrected, where it was), and how the rules see it."""

    event: Told
    brought: Brought
    personal: Personal
    recorded: Recorded


class Misfit(ValueError):
    """An event that does not follow from those before it."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"event {seq}: {why}")
        self.seq = seq
        self.why = why


def counted(told: Sequence[Told]) -> list[Counted]:
    """The acts that count (see workflow.replay.line), each with what it brought."""
    by_seq = {event.seq: event for event in told}
    found = []
    for recorded in replay.line([events.recorded(event) for event in told]):
        event = by_seq[recorded.seq]
        source = by_seq[recorded.told_by] if recorded.told_by else event
        if recorded.told_by and source.body.corrected is not None:
            brought, personal = source.body.corrected, source.personal.corrected or Personal()
        else:
            brought, personal = event.body.brought, event.personal
        found.append(Counted(event, brought, personal, recorded))
    return found


def project(dossier_id: int, told: Sequence[Told], known: Known) -> Projection:
    """Fold the events of one dossier, given in their order. Raises Misfit, or KeyError for rules that are not kept."""
    made = Projection(dossier_id)
    try:
        for act in counted(told):
            _follow(made, act, known)
    except replay.Unreadable as error:
        raise Misfit(error.seq, error.why) from error
    if told:
        made.version = told[-1].seq
        made.rulebook = made.standing.rulebook
    return made


def _follow(made: Projection, act: Counted, known: Known) -> None:
    event, body = act.event, act.event.body
    if body.base is not None:
        _begin(made, act, body.base, event.personal.base)
        return
    before = made.standing
    if made.unit_id and body.cell != made.unit_id and event.trigger not in replay.BY_ITSELF:
        raise Misfit(event.seq, f"is told of unit {body.cell}, but the dossier stood in {made.unit_id}")
    made.standing = replay.step(before, act.recorded, known)
    if made.unit_id == 0:
        made.unit_id = body.cell
    if body.person is not None:
        made.person_id, made.previous_id = body.person, body.previous
    if body.organisation is not msgspec.UNSET:
        made.nominator_id = body.organisation
    if act.brought.course is not None:
        made.class_id = act.brought.course
    if body.to_unit is not None:
        made.unit_id = body.to_unit
    _file(made, act, before.facts)
    if act.personal.person:
        made.person.append((event.recorded_at, event.seq, person_row(act.personal.person)))
    elif act.personal.after:
        made.person.append((event.recorded_at, event.seq, person_row(act.personal.after)))
    made.is_erased |= event.is_erased or event.trigger == replay.ERASURE
    if event.trigger == replay.ERASURE:
        made.scans.clear()  # a picture of a paper names whom it is about


def _file(made: Projection, act: Counted, before: DossierFacts) -> None:
    event, evidence, facts = act.event, act.recorded.evidence, made.standing.facts
    new = facts.papers[len(before.papers) :]
    brought = len(evidence.papers)
    own = new[brought] if len(new) > brought else None
    made.papers += paper_rows(made.dossier_id, event.seq, new[:brought], own, event.unit_id, event.body.series)
    made.votes += [(event.seq, vote) for vote in facts.votes[len(before.votes) :]]
    if act.brought.counted_by is not None:
        made.registers[event.seq] = act.brought.counted_by
    if evidence.scan is not None:
        made.scans.append((event.seq, evidence.scan))
    for asked in facts.asked[len(before.asked) :]:
        made.requests[asked.nr] = inquiries.told(event.seq, evidence)
    for old, asked in zip(before.asked, facts.asked, strict=False):
        if asked.closed_on != old.closed_on:
            made.requests[asked.nr] = made.requests[asked.nr]._replace(answer=inquiries.answer(evidence))
    made.relatives.update({row.ref: row for row in act.personal.relatives})
    if act.personal.companions:
        made.companions += [(event.seq, nr, row) for nr, row in enumerate(act.personal.companions)]
    elif act.brought.companions:  # erased: who it was is known by reference only
        made.companions += [
            (event.seq, nr, CompanionRow(kind, ref, "", evidence.happened_on))  # type: ignore[arg-type] # kind is one of two
            for nr, (kind, ref) in enumerate(act.brought.companions)
        ]


def _begin(made: Projection, act: Counted, base: Base, personal: BasePersonal | None) -> None:
    """Begin where a log that was begun anew says the dossier stood."""
    event, body = act.event, act.event.body
    assert act.recorded.base is not None
    made.standing = act.recorded.base
    made.unit_id, made.nominator_id, made.class_id = body.cell, base.nominator, base.course
    made.person_id, made.previous_id = base.person, base.previous
    made.papers = [known_row(made.dossier_id, *paper) for paper in base.papers]
    made.votes = list(base.votes)
    made.registers = {seq: (unit, found) for seq, unit, found in base.registers}
    made.scans = list(base.scans)
    names = personal.names if personal else ("",) * len(base.companions)
    made.companions = [
        (seq, nr, CompanionRow(kind, ref, name, since, until))  # type: ignore[arg-type] # kind is one of two
        for (seq, nr, kind, ref, since, until), name in zip(base.companions, names, strict=True)
    ]
    made.relatives = {row.ref: row for row in personal.relatives} if personal else {}
    if personal:
        made.person = [(event.recorded_at, event.seq, person_row(personal.person))]
    texts = personal.requests if personal else (("", ""),) * len(base.requests)
    made.requests = {
        nr: inquiries.Told(seq, number, *said) for (nr, seq, number), said in zip(base.requests, texts, strict=True)
    }
    made.is_erased = event.is_erased


EMPTY_PERSON: PersonRow = {
    column.name: None if column.nullable else "" for column in Person.__table__.columns if column.name != "id"
}
"""A candidate of whom nothing is told (any more)."""


def person_of(told: Iterable[tuple[str, int, int, PersonRow]]) -> PersonRow:
    """A candidate's columns as acts say: given as (recorded_at, dossier, event, columns) in any order."""
    row = dict(EMPTY_PERSON)
    for _at, _dossier, _seq, columns in sorted(told, key=lambda one: one[:3]):
        row.update(columns)
    return row
