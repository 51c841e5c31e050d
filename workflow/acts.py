"""What an act leaves behind: facts in, facts out. The one place where facts change."""

from collections.abc import Callable
from datetime import date

import msgspec

from workflow.deadlines import probation_end
from workflow.definition import Move
from workflow.facts import Candidate, DossierFacts, Evidence, Extension, Paper, Source, Vote
from workflow.guards import Situation, voting_body
from workflow.route import Route
from workflow.votes import Body, Purpose

Changes = dict[str, object]
Effect = Callable[[Situation, Evidence], Changes]


def _candidate(facts: DossierFacts, candidate: Candidate | None) -> Changes:
    if candidate is None:
        return {}
    given = {name: getattr(candidate, name) for name in candidate.__struct_fields__}
    return {name: value for name, value in given.items() if value is not None}


def _create(s: Situation, e: Evidence) -> Changes:
    source = e.source or Source.OTHER
    return {
        "source": source,
        "consented": e.consented,
        "youth_member": source is Source.YOUTH_UNION,
        "union_member": source is Source.TRADE_UNION,
        "unit_has_youth_union": bool(e.unit_has_youth_union),
        "unit_has_trade_union": bool(e.unit_has_trade_union),
        "readmission": s.facts.readmission or e.ground == "readmission",
        **_candidate(s.facts, e.candidate),
    }


def _correct(s: Situation, e: Evidence) -> Changes:
    source: Changes = {} if e.source is None else {"source": e.source}
    return {**source, **_candidate(s.facts, e.candidate)}


def _introducers(s: Situation, e: Evidence) -> Changes:
    kept = [old for old in s.facts.introducers if all(old.ref != new.ref for new in e.introducers)]
    replacing = any(new.replacement for new in e.introducers)
    return {"introducers": tuple(e.introducers if replacing else [*kept, *e.introducers])}


def _relatives(s: Situation, e: Evidence) -> Changes:
    known = {relative.ref: relative for relative in s.facts.relatives}
    known.update({relative.ref: relative for relative in e.relatives})
    return {"relatives": tuple(known.values())}


def _extend(s: Situation, e: Evidence) -> Changes:
    return {"extensions": (*s.facts.extensions, Extension(e.rule, e.days or 1, e.happened_on))}


def _return(s: Situation, e: Evidence) -> Changes:
    """The first resolution keeps the clock of the decision running; the preparation is undone."""
    return {"preparer": ""}


def _cell_vote(s: Situation, e: Evidence) -> Changes:
    if s.purpose is Purpose.ADMISSION:
        return {"cell_resolution_on": s.facts.cell_resolution_on or e.happened_on}
    return {"recognition_resolution_on": s.facts.recognition_resolution_on or e.happened_on}


def _transfer(s: Situation, e: Evidence) -> Changes:
    changes: Changes = {}
    for name in ("unit_has_youth_union", "unit_has_trade_union"):
        if getattr(e, name) is not None:
            changes[name] = getattr(e, name)
    return changes


def _recognise(s: Situation, e: Evidence) -> Changes:
    return {"recognised_on": e.happened_on, "effective_on": probation_end(s.facts, s.rulebook), "preparer": ""}


EFFECTS: dict[str, Effect] = {
    "create": _create,
    "accept_to_list": lambda s, e: {"helpers": e.helpers, "consented": s.facts.consented or e.consented},
    "propose_course": lambda s, e: {"course_proposed_on": e.happened_on},
    "enrol": lambda s, e: {"course_ends_on": e.course_ends_on},
    "fail_course": lambda s, e: {"course_proposed_on": None, "course_ends_on": None},
    "open_dossier": lambda s, e: {"dossier_made_on": e.happened_on},
    "redo_stale_papers": lambda s, e: {"dossier_made_on": e.happened_on},
    "assign_introducers": _introducers,
    "record_relatives": _relatives,
    "start_verification": lambda s, e: {"verifier": s.actor.ref},
    "pass_cell_vote": _cell_vote,
    "refer_to_superior": lambda s, e: {"recognition_resolution_on": s.facts.recognition_resolution_on or e.happened_on},
    "prepare_decision": lambda s, e: {"preparer": s.actor.ref or "?"},
    "decide_admission": lambda s, e: {"admitted_on": e.happened_on, "preparer": ""},
    "receive_decision": lambda s, e: {"received_on": e.received_on},
    "hold_ceremony": lambda s, e: {"received_on": s.facts.received_on or e.received_on, "ceremony_on": e.happened_on},
    "decide_recognition": _recognise,
    "remove": lambda s, e: {"left_on": e.happened_on},
    "close": lambda s, e: {"closed": True},
    "return_for_correction": _return,
    "extend_deadline": _extend,
    "suspend": lambda s, e: {"suspended": True},
    "resume": lambda s, e: {"suspended": False},
    "transfer": _transfer,
    "correct_candidate": _correct,
}

_REMOVAL = frozenset({"propose_removal", "endorse_removal", "record_failed_removal_vote", "remove"})
_PASSES = frozenset(
    {
        "nominate",
        "pass_cell_vote",
        "pass_committee_vote",
        "decide_admission",
        "decide_recognition",
        "propose_removal",
        "endorse_removal",
        "remove",
        "revoke_decision",
    }
)
_UNDATED = frozenset({"correct_record", "change_rulebook", "correct_candidate"})


def paper_of(move: Move, s: Situation, e: Evidence) -> Paper | None:
    """The paper the act itself makes; the nomination's form depends on who nominates (4-KNĐ or 4A-KNĐ)."""
    form = move.form
    if move.trigger == "nominate":
        form = "4-KNĐ" if s.facts.source is Source.YOUTH_UNION else "4A-KNĐ"
    if not form or not e.number.strip():
        return None
    return Paper(form, e.issued_on or e.happened_on, e.number.strip(), e.issuer)


def body_for(trigger: str, s: Situation) -> tuple[Body, Purpose]:
    """The body whose vote `trigger` records in this situation, and what the vote is about."""
    if trigger == "nominate":
        return Body.UNION_EXECUTIVE, Purpose.NOMINATION
    if trigger in ("decide_admission", "decide_recognition", "revoke_decision", "remove"):
        body = Body.COMMITTEE if s.route.is_delegated else Body.STANDING_COMMITTEE
        return body, Purpose.REMOVAL if trigger == "remove" else s.purpose
    if trigger in _REMOVAL:
        committee = trigger == "endorse_removal" or (
            trigger == "record_failed_removal_vote"
            and s.facts.passed(Body.CELL, Purpose.REMOVAL)
            and s.route is not Route.GRASSROOTS_CELL
        )
        return (Body.COMMITTEE if committee else Body.CELL), Purpose.REMOVAL
    return voting_body(s.state, s.route)[1], s.purpose


def vote_of(move: Move, s: Situation, e: Evidence) -> Vote | None:
    """The vote the act records."""
    if e.ballot is None:
        return None
    body, purpose = body_for(move.trigger, s)
    b = e.ballot
    return Vote(body, purpose, e.happened_on, b.entitled, b.present, b.in_favour, b.against, move.trigger in _PASSES)


def apply(move: Move, s: Situation) -> DossierFacts:
    """The facts after the act of `s.evidence` along `move`. Asks no guard: `machine.fire` does."""
    e = s.evidence
    if e is None:
        raise ValueError("an act needs evidence")
    changes: Changes = {}
    if move.trigger not in _UNDATED:
        changes["last_on"] = _later(s.facts.last_on, e.happened_on)
    own = paper_of(move, s, e)
    papers = (*s.facts.papers, *e.papers, *((own,) if own else ()))
    if papers != s.facts.papers:
        changes["papers"] = papers
    vote = vote_of(move, s, e)
    if vote is not None:
        changes["votes"] = (*s.facts.votes, vote)
    effect = EFFECTS.get(move.trigger)
    if effect is not None:
        changes.update(effect(s, e))
    return msgspec.structs.replace(s.facts, **changes)


def _later(first: date | None, second: date) -> date:
    return second if first is None else max(first, second)
