"""What a dossier's events say: its state, facts and deadlines, as of any moment, from the events alone. Pure.

An event holds the evidence, `acts` folds evidence into facts. A correction names an event and gives its evidence as it
should have been; an undo names one and takes it away. Both leave the old event where it is: what counts is the line of
acts that remains, folded from its beginning (`line`, `fold`).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from workflow import acts
from workflow.deadlines import Deadline, running
from workflow.facts import Actor, DossierFacts, Evidence
from workflow.guards import Situation
from workflow.procedure.move import Move
from workflow.procedure.table import MOVES
from workflow.route import Route
from workflow.rulebook import in_force
from workflow.rulestate import Rules
from workflow.stages import State

CORRECTION, UNDO, RECOUNT, REBASE, ERASURE = "correct_record", "undo", "recount", "rebase", "erase_personal"

BY_ITSELF = frozenset({RECOUNT, ERASURE})
"""Events of the program's own, which hold wherever the dossier stands."""


class Ended(msgspec.Struct, frozen=True):
    """A deadline that stopped to run, and the day of the act that stopped it."""

    deadline: Deadline
    ended_on: date


class Standing(msgspec.Struct):
    """Where a dossier stands after some of its acts; `deadlines` are those that ran, `rules` by which they ran."""

    state: State | None = None
    since: date | None = None
    route: Route = Route()
    rulebook: str = ""
    facts: DossierFacts = DossierFacts()
    deadlines: tuple[Deadline, ...] = ()
    ended: dict[tuple[str, date], Ended] = {}
    rules: str = ""


class Recorded(msgspec.Struct, frozen=True):
    """One act as its event tells it: what was brought, by whom, on which road, under which rules.

    `route` is the road it was judged on and `new_route` the one it led to, where it changed; `rulebook` the book an
    administrator moved the dossier to; `corrected` the evidence that takes the place of event `about`'s; `told_by` the
    correction whose evidence counts (0: the event's own); `answers` what rules said of facts that were then erased;
    `base` where the dossier stood, when the event says so by itself.
    """

    seq: int
    trigger: str
    from_state: State | None
    to_state: State
    evidence: Evidence
    actor: Actor
    route: Route
    rules: str
    recorded_on: date
    new_route: Route | None = None
    rulebook: str | None = None
    about: int | None = None
    corrected: Evidence | None = None
    told_by: int = 0
    answers: tuple[str, ...] = ()
    base: Standing | None = None


class Unreadable(ValueError):
    """An event that cannot be folded: no line of the table fits it, or it leads to another state than it says."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"event {seq}: {why}")
        self.seq = seq
        self.why = why


Known = Callable[[str], Rules]
"""The rules of a state by its hash; KeyError when they are not kept."""

_LINES: dict[tuple[str, State | None, State | None], tuple[Move, ...]] = {}
for _move in MOVES:
    _key = (_move.trigger, _move.source, _move.dest or _move.source)
    _LINES[_key] = (*_LINES.get(_key, ()), _move)


def move_of(recorded: Recorded) -> Move:
    """The line of the table an event followed. Raises Unreadable."""
    lines = _LINES.get((recorded.trigger, recorded.from_state, recorded.to_state), ())
    for move in lines:
        if move.fits(recorded.route):
            return move
    raise Unreadable(
        recorded.seq, f"{recorded.trigger} does not lead from {recorded.from_state} to {recorded.to_state}"
    )


def line(events: Iterable[Recorded]) -> list[Recorded]:
    """The acts that count, in their order: corrected ones with the newest evidence, those taken back left out."""
    found: dict[int, Recorded] = {}
    corrections: dict[int, list[tuple[int, Evidence]]] = {}
    original: dict[int, Evidence] = {}
    for event in events:
        if event.base is not None:
            found = {event.seq: event}
            continue
        if event.trigger == UNDO and event.about is not None:
            _take_back(event.about, found, corrections, original)
            continue
        found[event.seq] = event
        if event.trigger == CORRECTION and event.corrected is not None and event.about in found:
            about = event.about
            original.setdefault(about, found[about].evidence)
            corrections.setdefault(about, []).append((event.seq, event.corrected))
            found[about] = msgspec.structs.replace(found[about], evidence=event.corrected, told_by=event.seq)
    return [found[seq] for seq in sorted(found)]


def _take_back(
    about: int,
    found: dict[int, Recorded],
    corrections: dict[int, list[tuple[int, Evidence]]],
    original: dict[int, Evidence],
) -> None:
    gone = found.pop(about, None)
    if gone is None or gone.trigger != CORRECTION or gone.about is None or gone.about not in found:
        return
    kept = [(seq, evidence) for seq, evidence in corrections.get(gone.about, []) if seq != about]
    corrections[gone.about] = kept
    told_by, evidence = kept[-1] if kept else (0, original[gone.about])
    found[gone.about] = msgspec.structs.replace(found[gone.about], evidence=evidence, told_by=told_by)


def situation(standing: Standing, event: Recorded, known: Known) -> Situation:
    """The dossier as the rules saw it when an act was done. Raises KeyError when the rules are not kept."""
    rules = known(event.rules)
    judged = standing.rulebook or in_force(event.evidence.happened_on, rules.books).code
    return Situation(
        event.from_state,
        event.route,
        standing.facts,
        rules.books[judged],
        rules.calendar,
        event.actor,
        event.recorded_on,
        event.evidence,
    )


def step(standing: Standing, event: Recorded, known: Known) -> Standing:
    """One act further. Raises Unreadable, or KeyError when the rules of the event are not kept."""
    if event.base is not None:
        return event.base
    rules = known(event.rules)
    if event.trigger in BY_ITSELF:
        return _by_itself(standing, event, rules)
    if standing.state is not event.from_state:
        raise Unreadable(event.seq, f"begins at {event.from_state}, but the dossier stood at {standing.state}")
    evidence = event.evidence
    move = move_of(event)
    asked = move.asks(situation(standing, event, known))
    book = asked.rulebook
    facts = acts.apply(move, asked)
    before = standing.deadlines
    if standing.state is not None and standing.rules != event.rules:
        before = running(standing.state, standing.facts, book, rules.calendar)
    if event.to_state is not event.from_state:
        since: date | None = evidence.happened_on
        following = in_force(evidence.happened_on, rules.books).code
    else:
        since, following = standing.since, book.code
    if event.rulebook is not None:
        following = event.rulebook
    after = running(event.to_state, facts, rules.books[following], rules.calendar)
    ended = standing.ended
    runs = {(deadline.rule, deadline.starts_on) for deadline in after}
    stopped = [deadline for deadline in before if (deadline.rule, deadline.starts_on) not in runs]
    again = [key for key in runs if key in ended]
    if stopped or again:
        ended = {key: value for key, value in ended.items() if key not in runs}
        for deadline in stopped:
            ended[deadline.rule, deadline.starts_on] = Ended(deadline, evidence.happened_on)
    return Standing(event.to_state, since, event.new_route or event.route, following, facts, after, ended, event.rules)


def _by_itself(standing: Standing, event: Recorded, rules: Rules) -> Standing:
    """What the program records: deadlines counted by other rules, or facts that were erased by law.

    Wherever the dossier stands by then: an act before it may have been taken back. What was erased is not taken back.
    """
    if standing.state is None:
        raise Unreadable(event.seq, "comes before any act")
    facts = standing.facts
    if event.trigger == ERASURE:
        facts = msgspec.structs.replace(facts, answers=event.answers, last=None)
    runs = running(standing.state, facts, rules.books[standing.rulebook], rules.calendar)
    return msgspec.structs.replace(standing, facts=facts, deadlines=runs, rules=event.rules)


def fold(events: Iterable[Recorded], known: Known) -> Standing:
    """Where the acts of `line(events)` leave a dossier. Raises as `step`."""
    standing = Standing()
    for event in line(events):
        standing = step(standing, event, known)
    return standing


def as_of(events: Sequence[Recorded], day: date, known: Known) -> Standing:
    """Where the dossier stood at the end of a day, by the days on which its acts happened. Raises as `step`.

    The acts of the line that had happened by then, up to the first that leads on and had not; what was recorded or
    corrected later counts.
    """
    standing = Standing()
    for event in line(events):
        if event.evidence.happened_on > day:
            if event.to_state is not event.from_state:
                break
            continue
        standing = step(standing, event, known)
    return standing


def due(standing: Standing, rules: Rules) -> tuple[Deadline, ...]:
    """The deadlines that run now, under the rules of now."""
    if standing.state is None:
        return ()
    if standing.rules == rules.hash:
        return standing.deadlines
    return running(standing.state, standing.facts, rules.books[standing.rulebook], rules.calendar)
