"""What an act leaves behind: facts in, facts out. The one place where facts change."""

from datetime import date

import msgspec

from workflow.bodies import vote_of
from workflow.facts import Controlled, DossierFacts, Evidence, LastAct, Paper
from workflow.guards import Situation, controllers
from workflow.procedure.effects import Changes
from workflow.procedure.move import Move


def paper_of(move: Move, s: Situation, e: Evidence) -> Paper | None:
    """The paper the act itself makes."""
    kind = move.paper_from(s.facts.source)
    if kind is None or not e.number.strip():
        return None
    return Paper(s.rulebook.form(kind), e.issued_on or e.happened_on, e.number.strip(), e.issuer)


def apply(move: Move, s: Situation) -> DossierFacts:
    """The facts after the act of `s.evidence` along `move`. Asks no guard: `machine.fire` does."""
    e = s.evidence
    if e is None:
        raise ValueError("an act needs evidence")
    changes: Changes = {}
    if move.leads_on:
        changes["last_on"] = _later(s.facts.last_on, e.happened_on)
        changes["handed"] = None
    own = paper_of(move, s, e)
    papers = (*s.facts.papers, *e.papers, *((own,) if own else ()))
    if papers != s.facts.papers:
        changes["papers"] = papers
    vote = vote_of(move, s, e)
    if vote is not None:
        changes["votes"] = (*s.facts.votes, vote)
    changes["last"] = LastAct(move.trigger, s.actor.ref, s.today, move.undoable)
    if move.control is not None:
        taken = tuple(Controlled(move.control, ref) for ref in controllers(move.control, s))
        changes["controls"] = (*s.facts.controls, *(one for one in taken if one not in s.facts.controls))
    if move.effect is not None:
        changes.update(move.effect(s, e))
    return msgspec.structs.replace(s.facts, **changes)


def _later(first: date | None, second: date) -> date:
    return second if first is None else max(first, second)
