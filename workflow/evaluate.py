"""The rules from outside: one JSON object in, one out (design.md, contracts)."""

from datetime import date
from typing import Annotated, Any

import msgspec

from workflow import machine, route
from workflow.bundle import wanted
from workflow.calendar import WorkCalendar
from workflow.deadlines import running
from workflow.facts import Actor, DossierFacts, Evidence, Frozen
from workflow.guards import Refusal, Situation
from workflow.route import ToldRoute
from workflow.rulebook import shipped
from workflow.stages import State
from workflow.triggers import TRIGGERS

RulebookCode = Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(shipped())})]
TriggerCode = Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(TRIGGERS)})]


class BadInput(ValueError):
    """Input that is no question to the rules; the message is one clear line."""


class CalendarChanges(Frozen, frozen=True):
    """Single days an administrator added to the working days or took from them."""

    working: tuple[date, ...] = ()
    off: tuple[date, ...] = ()


class Question(Frozen, frozen=True):
    """What `evaluate` reads. `state` null asks about opening a dossier; `evidence` belongs to `trigger`.

    `route` is a road by its name, or by its levels and who decides.
    """

    rulebook: RulebookCode
    route: ToldRoute
    state: State | None
    today: date
    actor: Actor = Actor()
    facts: DossierFacts = DossierFacts()
    trigger: TriggerCode | None = None
    evidence: Evidence | None = None
    calendar: CalendarChanges = CalendarChanges()


class AnsweredRefusal(msgspec.Struct, frozen=True):
    """Why not: rule key, citation, sentence and remedy, Vietnamese first."""

    rule: str
    citation: str
    message: str
    message_en: str
    remedy: str
    remedy_en: str
    field: str
    mend: str


class AnsweredOption(msgspec.Struct, frozen=True):
    """One act: where it leads, whether it is possible, and if not why."""

    trigger: str
    to: State | None
    allowed: bool
    refusals: tuple[AnsweredRefusal, ...]


class AnsweredDeadline(msgspec.Struct, frozen=True):
    """A running deadline."""

    rule: str
    starts_on: date
    due_on: date
    extended_by: int


class AnsweredPaper(msgspec.Struct, frozen=True):
    """A paper that is collected now: its form and title, the rule that asks for it, how often, how many are there."""

    form: str
    title: str
    title_en: str
    rule: str
    times: int
    there: int
    blocks: bool


class Answer(msgspec.Struct, frozen=True):
    """What `evaluate` prints. `outcome` is there when `trigger` with its evidence is possible."""

    options: tuple[AnsweredOption, ...]
    deadlines: tuple[AnsweredDeadline, ...]
    outcome: "AnsweredOutcome | None" = None
    papers: tuple[AnsweredPaper, ...] = ()


class AnsweredOutcome(msgspec.Struct, frozen=True):
    """The state, facts and deadlines after the act that was asked about, and what the rulebook says all the same."""

    to: State
    facts: DossierFacts
    deadlines: tuple[AnsweredDeadline, ...]
    warnings: tuple[AnsweredRefusal, ...] = ()


def _refusal(refusal: Refusal) -> AnsweredRefusal:
    return AnsweredRefusal(
        refusal.rule,
        refusal.citation,
        refusal.message.vi,
        refusal.message.en,
        refusal.remedy.vi,
        refusal.remedy.en,
        refusal.field,
        refusal.mend,
    )


def _situation(question: Question) -> Situation:
    book = shipped().get(question.rulebook)
    if book is None:
        raise BadInput(f"unknown rulebook {question.rulebook!r}; known: {', '.join(shipped())}")
    if question.trigger is not None and question.trigger not in TRIGGERS:
        raise BadInput(f"unknown trigger {question.trigger!r}")
    calendar = WorkCalendar(question.calendar.working, question.calendar.off)
    road = route.walked(route.read(question.route), book, question.facts.referred)
    return Situation(question.state, road, question.facts, book, calendar, question.actor, question.today)


def answer(question: Question) -> Answer:
    """All options of the state, `trigger` judged with its evidence, and the deadlines that run."""
    situation = _situation(question)
    found = [
        AnsweredOption(o.trigger, o.to, o.allowed, tuple(map(_refusal, o.refusals)))
        for o in machine.options(situation)
        if o.trigger != question.trigger or question.evidence is None
    ]
    outcome: AnsweredOutcome | None = None
    if question.trigger is not None and question.evidence is not None:
        asked = msgspec.structs.replace(situation, evidence=question.evidence)
        try:
            done = machine.fire(question.trigger, asked)
            found.insert(0, AnsweredOption(question.trigger, done.to, True, ()))
            warnings = tuple(map(_refusal, done.warnings))
            outcome = AnsweredOutcome(done.to, done.facts, _deadlines(done.deadlines), warnings)
        except machine.Refused as refused:
            known = machine.option(situation, question.trigger)
            to = known.to if known else question.state
            found.insert(0, AnsweredOption(question.trigger, to, False, tuple(map(_refusal, refused.refusals))))
    runs = running(question.state, question.facts, situation.rulebook, situation.calendar) if question.state else ()
    papers = tuple(
        AnsweredPaper(w.form, w.title.vi, w.title.en, w.rule, w.times, w.there, w.blocks) for w in wanted(situation)
    )
    return Answer(tuple(found), _deadlines(runs), outcome, papers)


def _deadlines(deadlines: tuple[Any, ...]) -> tuple[AnsweredDeadline, ...]:
    return tuple(AnsweredDeadline(d.rule, d.starts_on, d.due_on, d.extended_by) for d in deadlines)


def evaluate(text: bytes) -> bytes:
    """The answer to a question, both as JSON. Raises BadInput with one line."""
    try:
        question = msgspec.json.decode(text, type=Question)
    except msgspec.DecodeError as error:
        raise BadInput(str(error)) from error
    return msgspec.json.format(msgspec.json.encode(answer(question)), indent=2)


def schema() -> dict[str, Any]:
    """The JSON Schema of what `evaluate` reads ("input") and prints ("output")."""
    (question, reply), definitions = msgspec.json.schema_components([Question, Answer], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "python -m workflow evaluate",
        "type": "object",
        "properties": {"input": question, "output": reply},
        "$defs": definitions,
    }
