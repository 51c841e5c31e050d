"""Whose vote an act records, and the vote it leaves behind."""

from bisect import bisect_left

import msgspec

from workflow.facts import Ballot, Evidence, Vote
from workflow.guards import Situation, deciding_body, removal_body, voting_body
from workflow.procedure.move import Move, Voter
from workflow.procedure.table import move_by
from workflow.votes import Body, Purpose

_BODIES = {Voter.EXECUTIVE: Body.UNION_EXECUTIVE, Voter.CELL: Body.CELL, Voter.COMMITTEE: Body.COMMITTEE}


def body_for(trigger: str, s: Situation) -> tuple[Body, Purpose]:
    """The body whose vote `trigger` records in this situation, and what the vote is about."""
    return body_of(move_by(trigger, s.state, s.route), s)


def body_of(move: Move | None, s: Situation) -> tuple[Body, Purpose]:
    """The same along a line of the table. A ballot nobody asked for counts for the body of the state."""
    if move is None or move.body is None:
        return voting_body(s.state, s.route)[1], s.purpose
    purpose = move.purpose or s.purpose
    if move.body is Voter.DECIDING:
        return deciding_body(move.road(s.route)), purpose
    if move.body is Voter.NEXT_ON_REMOVAL:
        return removal_body(s), purpose
    return _BODIES[move.body], purpose


def votes_needed(trigger: str, s: Situation, entitled: int) -> int | None:
    """How many votes in favour the rules ask of `entitled` for `trigger`; None when it records no vote to be passed.

    Found by asking the rules themselves, so that it is true of every body, purpose and rulebook.
    """
    move = move_by(trigger, s.state, s.route)
    if move is None or not move.passes or move.body is None or entitled < 1:
        return None
    asked = move.asks(s)

    def is_enough(in_favour: int) -> bool:
        ballot = Ballot(entitled, entitled, in_favour, 0)
        now = msgspec.structs.replace(asked, evidence=Evidence(s.today, ballot=ballot))
        refused = (guard(now) for guard in move.guards)
        return not any(refusal.field == "in_favour" for refusal in refused if refusal is not None)

    return bisect_left(range(entitled + 1), True, key=is_enough)


def vote_of(move: Move, s: Situation, e: Evidence) -> Vote | None:
    """The vote the act records."""
    if e.ballot is None:
        return None
    body, purpose = body_of(move, s)
    b = e.ballot
    return Vote(body, purpose, e.happened_on, b.entitled, b.present, b.in_favour, b.against, move.passes)
