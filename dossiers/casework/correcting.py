"""Putting right what was recorded: `correct_record`, its proposal, and `undo` (domain.md §4).

A correction names an event and brings its evidence as it should have been. Before anything is written a plan says
what would change and which later acts the rules would not allow any more; the rules then decide
(workflow.guards.corrections) and the tables are made anew from the events.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from dossiers import clock
from dossiers.accounts import persons
from dossiers.accounts.grants import Signed
from dossiers.casework import events, history, recounting, replaying
from dossiers.casework.act import Act, Done
from dossiers.casework.case import Case, Changes
from dossiers.casework.decide import behalf, by, check_numbers, decide, with_register
from dossiers.casework.events import Body, Brought, Moved, Personal
from dossiers.casework.helping import actor_over, roles_over
from dossiers.casework.replaying import Counted, Projection
from dossiers.casework.store import Store
from dossiers.people.rows import person_row
from dossiers.rules import services as rules
from workflow import machine, replay
from workflow.deadlines import running
from workflow.facts import Evidence
from workflow.guards import About, Refusal, Situation
from workflow.guards.corrections import OF_RECORDS
from workflow.machine import Outcome
from workflow.procedure.move import Correction
from workflow.replay import CORRECTION, ERASURE, REBASE, RECOUNT, UNDO, Known, Recorded, Standing
from workflow.roles import Part, Role
from workflow.route import Route, role_for, told
from workflow.stages import State
from workflow.text import Text
from workflow.triggers import TRIGGERS

PROPOSAL, DECLINED = "prepare_correction", "decline_correction"
TRIGGERS_HERE = frozenset({CORRECTION, PROPOSAL, DECLINED, UNDO})
_NO_ACTS = frozenset({CORRECTION, PROPOSAL, DECLINED, RECOUNT, ERASURE, REBASE})
_DECIDED = ("admitted_on", "recognised_on", "effective_on", "left_on")
_ERASED = Text(
    "Thông tin cá nhân của hồ sơ đã được xóa theo luật; không ghi thêm gì vào các việc cũ.",
    "What identifies was erased by law; nothing more is written into what was recorded.",
)


@dataclass(frozen=True)
class Plan:
    """What a correction would do: the act it is about, the dossier as it stands and would stand, what the rules see.

    `brought` and `personal` are the evidence as it should have been; `digest` names them; `seen` names all that follows
    as well, so that nothing is recorded but what was shown.
    """

    target: Counted
    before: Projection
    after: Projection
    about: About
    brought: Brought
    personal: Personal
    digest: str
    seen: str


class NoSuchAct(LookupError):
    """The event does not stand on the dossier's line of acts: it was taken back, or never was."""


def acts_of(dossier_id: int) -> list[Counted]:
    """The acts of a dossier that count, in their order: what may be corrected."""
    return [act for act in replaying.counted(history.read(dossier_id)) if act.event.trigger not in _NO_ACTS]


def about(case: Case, target: Counted, is_erased: bool) -> About:
    """An act as the rules of corrections see it while nobody has said yet what is right.

    Who may do it is known by the road it was done on, the offices and who signs by the road of today.
    """
    move = replay.move_of(target.recorded)

    def roles(route: Route, *parts: Role | Part) -> tuple[Role, ...]:
        return tuple(dict.fromkeys(role_for(part, route) for part in parts))

    return About(
        target.event.seq,
        TRIGGERS[target.event.trigger].label,
        roles(move.road(target.recorded.route), *move.parts),
        roles(case.route, Part.ORGANISATION_OFFICER, Part.DECIDING_OFFICER),
        roles(move.road(case.route), Part.DECIDING_SECRETARY),
        _ERASED if is_erased else move.never if move.correction is Correction.NEVER else None,
        move.correction is Correction.SECOND_PERSON,
    )


def is_erased(dossier_id: int) -> bool:
    """Whether what identifies was erased from a dossier by law."""
    return any(event.trigger == ERASURE for event in history.read(dossier_id))


def before(dossier_id: int, seq: int) -> tuple[Standing, Known]:
    """Where a dossier stood before one of its acts, and the rules of its events. Raises NoSuchAct."""
    known, standing = rules.states(), Standing()
    for act in replaying.counted(history.read(dossier_id)):
        if act.event.seq == seq:
            return standing, known
        standing = replay.step(standing, act.recorded, known)
    raise NoSuchAct(seq)


def target_of(dossier_id: int, seq: int) -> Counted:
    """The act with this number. Raises NoSuchAct."""
    for act in acts_of(dossier_id):
        if act.event.seq == seq:
            return act
    raise NoSuchAct(seq)


def plan(store: Store, case: Case, act: Act) -> Plan:
    """What the correction `act` would do to a dossier. Raises NoSuchAct; nothing is written."""
    assert act.corrected is not None
    known = rules.states()
    told = history.read(case.id)
    line = replaying.counted(told)
    target = next((one for one in line if one.event.seq == act.evidence.event), None)
    if target is None or target.event.trigger in _NO_ACTS:
        raise NoSuchAct(act.evidence.event)
    before = replaying.project(case.id, told, known)
    asked = about(case, target, before.is_erased)
    brought, personal = _as_it_should_be(store, before, target, act.corrected)
    digest = _digest(brought, personal)
    body = _body(target, case, brought)
    trial = history.next_event(
        case, CORRECTION, _state(case), body, Personal(corrected=personal), (0, str(Role.CELL_SECRETARY), 0), _stamp()
    )
    after = replaying.project(case.id, [*told, trial], known)
    stopped = _stopped(line, replaying.counted([*told, trial]), known, before.standing.facts.answers, target)
    old, new = before.standing.facts, after.standing.facts
    asked = msgspec.structs.replace(
        asked,
        touches_decision=asked.touches_decision
        or any(getattr(old, name) != getattr(new, name) for name in _DECIDED)
        or any(replay.move_of(one.recorded).decides for one, _ in stopped),
        refused=tuple(
            _named(one, why) for one, whys in stopped if (why := [w for w in whys if not _is_wrong(one, w, target)])
        ),
        wrong=tuple(why for one, whys in stopped for why in whys if _is_wrong(one, why, target)),
        changes=(_alike(brought, target.brought), personal) != (target.brought, _comparable(target.personal)),
    )
    return Plan(target, before, after, asked, brought, personal, digest, _seen(digest, asked, after.standing))


def _is_wrong(act: Counted, why: Refusal, target: Counted) -> bool:
    """Whether a refusal is of what the correction itself says, and no ground makes up for it."""
    return act.event.seq == target.event.seq and why.rule in OF_RECORDS


def _seen(digest: str, asked: About, standing: Standing) -> str:
    deadlines = [(d.rule, d.starts_on, d.due_on) for d in standing.deadlines]
    content = msgspec.json.encode([digest, asked, standing.facts, standing.since, deadlines], order="deterministic")
    return hashlib.sha256(content).hexdigest()


def _alike(brought: Brought, before: Brought) -> Brought:
    """What is right, as it would read had the register of its vote not been kept, as for old events it was not."""
    return brought if before.register_hash else msgspec.structs.replace(brought, register_hash="")


def _comparable(personal: Personal) -> Personal:
    return msgspec.structs.replace(personal, corrected=None, base=None)


def _body(target: Counted, case: Case, brought: Brought) -> Body:
    """The body of a correction of `target`."""
    evidence = Evidence(clock.today(), event=target.event.seq)
    now = rules.current()
    return Body(
        events.FORMAT,
        case.unit_id,
        told(case.route),
        now.hash,
        Brought(evidence),
        about=target.event.seq,
        corrected=brought,
    )


def _as_it_should_be(store: Store, made: Projection, target: Counted, corrected: Act) -> tuple[Brought, Personal]:
    """The corrected evidence in its two parts; those entitled are counted anew from the register of the day."""
    register, evidence = target.brought.counted_by, corrected.evidence
    vote = next((vote for seq, vote in made.votes if seq == target.event.seq), None)
    if evidence.ballot is not None and vote is not None:
        of_unit = target.brought.register, vote.body
        evidence, register = with_register(store, evidence, of_unit, _asked_then(made, target))
    return events.brought(replace(corrected, evidence=evidence), evidence, register)


def _asked_then(made: Projection, target: Counted) -> Situation:
    """The situation of an act, as far as counting its votes needs it: the rulebook of the dossier."""
    known = rules.current()
    return replay.situation(Standing(rulebook=made.standing.rulebook), target.recorded, lambda _hash: known)


def _digest(brought: Brought, personal: Personal) -> str:
    content = msgspec.json.encode([brought, personal], order="deterministic")
    return hashlib.sha256(content).hexdigest()


def _state(case: Case) -> State:
    assert case.state is not None
    return case.state


def _stamp() -> str:
    return clock.stamp(clock.now())


def _named(act: Counted, why: Iterable[Refusal]) -> Text:
    label = TRIGGERS[act.event.trigger].label
    day = act.recorded.evidence.happened_on
    vi, en = (" ".join(getattr(one.message, language) for one in why) for language in ("vi", "en"))
    return Text(f"{label.vi} ({day:%d/%m/%Y}): {vi}", f"{label.en} ({day:%d/%m/%Y}): {en}")


def _stopped(
    before: list[Counted], after: list[Counted], known: Known, answers: tuple[str, ...], target: Counted
) -> tuple[tuple[Counted, tuple[Refusal, ...]], ...]:
    """Acts the rules allow along `before` and would not along `after`, with why.

    A rule that had refused an act before is not new; of a decision and of the act that is put right it is, once it says
    something else.
    """
    were = _refusals(before, known, answers)
    found = []
    for act, whys in _refusals(after, known, answers).values():
        old = were[act.event.seq][1] if act.event.seq in were else ()
        rules_before, said_before = {why.rule for why in old}, {why.message for why in old}
        closely = replay.move_of(act.recorded).decides
        new = tuple(
            why for why in whys
            if why.rule not in rules_before
            or ((closely or _is_wrong(act, why, target)) and why.message not in said_before)
        )  # fmt: skip
        if new:
            found.append((act, new))
    return tuple(found)


def _refusals(
    line: list[Counted], known: Known, answers: tuple[str, ...]
) -> dict[int, tuple[Counted, tuple[Refusal, ...]]]:
    standing = Standing()
    found: dict[int, tuple[Counted, tuple[Refusal, ...]]] = {}
    for act in line:
        recorded = act.recorded
        if act.event.trigger not in _NO_ACTS and recorded.base is None:
            move = replay.move_of(recorded)
            found[recorded.seq] = act, machine.refusals(move, _asked(standing, recorded, known, answers))
        standing = replay.step(standing, recorded, known)
    return found


def _asked(standing: Standing, recorded: Recorded, known: Known, answers: tuple[str, ...]) -> Situation:
    situation = msgspec.structs.replace(replay.situation(standing, recorded, known), persons=persons.known())
    facts = msgspec.structs.replace(situation.facts, answers=answers) if answers else situation.facts
    # What a correction says is said when it is recorded: a day that has come since is not in the future.
    today = clock.today() if recorded.told_by else recorded.recorded_on
    return msgspec.structs.replace(situation, facts=facts, today=today)


# --- deciding -----------------------------------------------------------------------------------------------------


def decide_on(store: Store, case: Case, act: Act, signed: Signed) -> tuple[Done, Changes]:
    """What follows from a correction, a proposal of one, or an undo; changes `case`. Raises workflow's Refused."""
    if act.trigger == UNDO:
        return _undo(store, case, act, signed)
    if act.trigger == DECLINED:
        return _decline(store, case, act, signed)
    made = plan(store, case, act)
    evidence = msgspec.structs.replace(act.evidence, content=made.digest)
    outcome = _fired(case, act.trigger, evidence, signed, made.about)
    if act.trigger == PROPOSAL:
        whole = (made.brought, made.personal)
        return decide(store, case, replace(act, evidence=evidence), signed, made.about, whole)
    old = set(history.rows_of(made.before.papers))
    fresh = [row for row in made.after.papers if row["number_key"] not in old]
    check_numbers(store, _situation(case, evidence, signed, made.about), fresh)
    bare, personal = events.split(evidence)
    moved, cause = _moved_meanwhile(case)
    body = msgspec.structs.replace(
        _body(made.target, case, made.brought), brought=Brought(bare), moved=moved, cause=cause
    )
    personal = msgspec.structs.replace(personal, corrected=made.personal)
    return _write(store, case, act, outcome, body, personal, signed)


def _decline(store: Store, case: Case, act: Act, signed: Signed) -> tuple[Done, Changes]:
    """Declined by who could record it: what waits for a second person touches a decision."""
    if case.facts.correction is None:
        return decide(store, case, act, signed)
    target = target_of(case.id, case.facts.correction.event)
    asked = msgspec.structs.replace(about(case, target, is_erased(case.id)), touches_decision=True)
    return decide(
        store, case, replace(act, evidence=msgspec.structs.replace(act.evidence, event=asked.seq)), signed, asked
    )


def _moved_meanwhile(case: Case) -> tuple[Moved, int | None]:
    now = rules.current()
    if rules.are_counted(now):
        return (), None
    return recounting.moved_meanwhile(case, running(_state(case), case.facts, now.books[case.rulebook], now.calendar))


def _undo(store: Store, case: Case, act: Act, signed: Signed) -> tuple[Done, Changes]:
    line = [
        one for one in replaying.counted(history.read(case.id)) if one.event.trigger not in (RECOUNT, ERASURE, REBASE)
    ]
    if not line:  # the log was begun anew after it: what lies before is not folded
        case.facts = msgspec.structs.replace(case.facts, last=None)
    last = line[-1] if line else None
    evidence = msgspec.structs.replace(act.evidence, event=last.event.seq if last else None)
    outcome = _fired(case, UNDO, evidence, signed, None)
    assert last is not None
    held = Role(last.event.actor_role)
    if held in roles_over(signed, case):  # it is taken back in the role it was done in
        outcome = msgspec.structs.replace(outcome, role=held)
    bare, personal = events.split(evidence)
    body = Body(
        events.FORMAT, case.unit_id, told(case.route), rules.current().hash, Brought(bare), about=last.event.seq
    )
    return _write(store, case, act, outcome, body, personal, signed)


def _write(
    store: Store, case: Case, act: Act, outcome: Outcome, body: Body, personal: Personal, signed: Signed
) -> tuple[Done, Changes]:
    known, who = rules.states(), by(signed, outcome.role, case)
    body = msgspec.structs.replace(body, behalf=behalf(signed, who))
    told = history.read(case.id)
    event = history.next_event(case, act.trigger, _state(case), body, personal, who, _stamp())
    before, made = (replaying.project(case.id, line, known) for line in (told, [*told, event]))
    changes = history.afresh(store, case, made, act.trigger, body, personal, who, known, act.key, before)
    assert case.state is not None
    return Done(case, msgspec.structs.replace(outcome, to=case.state, facts=case.facts)), changes


def _situation(case: Case, evidence: Evidence, signed: Signed, about: About | None) -> Situation:
    now = rules.current()
    actor = actor_over(signed, case)
    return Situation(
        case.state, case.route, case.facts, now.books[case.rulebook], now.calendar, actor, clock.today(), evidence,
        about=about, persons=persons.known(),
    )  # fmt: skip


def _fired(case: Case, trigger: str, evidence: Evidence, signed: Signed, about: About | None) -> Outcome:
    return machine.fire(trigger, _situation(case, evidence, signed, about))


@dataclass(frozen=True)
class Proposal:
    """A correction that waits for a second person: by which account, on what grounds, the act as it should be."""

    by: int
    grounds: Evidence
    act: Act


def proposed(case: Case) -> Proposal | None:
    """The correction that waits for a second person."""
    waiting = case.facts.correction
    if waiting is None:
        return None
    for proposal in reversed(replaying.counted(history.read(case.id))):
        event = proposal.event
        content = event.body.brought.evidence.content
        if event.trigger == PROPOSAL and (event.body.about, content) == (waiting.event, waiting.content):
            assert event.body.corrected is not None
            target = target_of(case.id, waiting.event)
            personal = event.personal.corrected or Personal()
            act = Act(
                target.event.trigger,
                events.joined(event.body.corrected, personal),
                relatives=personal.relatives,
                companions=personal.companions,
                person=person_row(personal.after or personal.person),
                was=person_row(personal.before),
                class_id=event.body.corrected.course,
            )
            return Proposal(event.actor_id, events.joined(event.body.brought, event.personal), act)
    return None
