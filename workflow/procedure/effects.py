"""What the acts change in the facts of a dossier, one function an act: the column `effect` of the table."""

from collections.abc import Callable

import msgspec

from workflow.asking import Asked
from workflow.cv import written_once_more
from workflow.deadlines import probation_end
from workflow.facts import Candidate, Evidence, Extension, HandedOver, Point, PreparedCorrection, Source, Taken, Vouched
from workflow.guards import Situation, deciding_body, removal_body, replaced
from workflow.votes import Body, Purpose

Changes = dict[str, object]
Effect = Callable[[Situation, Evidence], Changes]

_UNPREPARED: Changes = {"preparer": "", "prepared_on": None, "approved_on": None}


def _candidate(candidate: Candidate | None) -> Changes:
    if candidate is None:
        return {}
    given = {name: getattr(candidate, name) for name in candidate.__struct_fields__ if name != "clear"}
    told = {name: value for name, value in given.items() if value is not None}
    return {**told, **{name: "" if name == "schooling_ground" else None for name in candidate.clear}}


def create(s: Situation, e: Evidence) -> Changes:
    source = e.source or Source.OTHER
    return {
        "source": source,
        "consented": e.consented,
        "youth_member": source is Source.YOUTH_UNION,
        "union_member": source is Source.TRADE_UNION,
        "unit_has_youth_union": bool(e.unit_has_youth_union),
        "unit_has_trade_union": bool(e.unit_has_trade_union),
        "readmission": s.facts.readmission or e.ground == "readmission",
        **_candidate(e.candidate),
    }


def list_candidate(s: Situation, e: Evidence) -> Changes:
    return {"helpers": e.helpers, "consented": s.facts.consented or e.consented}


def propose_course(s: Situation, e: Evidence) -> Changes:
    return {"course_proposed_on": e.happened_on}


def enrol(s: Situation, e: Evidence) -> Changes:
    return {"course_ends_on": e.course_ends_on}


def fail_course(s: Situation, e: Evidence) -> Changes:
    return {"course_proposed_on": None, "course_ends_on": None}


def make_dossier(s: Situation, e: Evidence) -> Changes:
    return {"dossier_made_on": e.happened_on}


def start_verification(s: Situation, e: Evidence) -> Changes:
    return {"verifier": s.actor.ref, "verifying_since": s.facts.verifying_since or e.happened_on}


def introducers(s: Situation, e: Evidence) -> Changes:
    """Each new one stands beside those known, or in the place of whom it replaces."""
    gone = replaced(s, e.introducers)
    new_refs = {new.ref for new in e.introducers}
    kept = [old for old in s.facts.introducers if old.ref not in gone and old.ref not in new_refs]
    return {"introducers": (*kept, *e.introducers)}


def relatives(s: Situation, e: Evidence) -> Changes:
    known = {relative.ref: relative for relative in s.facts.relatives}
    known.update({relative.ref: relative for relative in e.relatives})
    return {"relatives": tuple(known.values())}


def write_cv(s: Situation, e: Evidence) -> Changes:
    """A section of the CV is written; the facts keep that it is, and none of its words."""
    assert e.cv is not None
    return {"cv": written_once_more(s.facts.cv, e.cv, e.happened_on)}


def ask(s: Situation, e: Evidence) -> Changes:
    """A request went out; it has the next number of its dossier."""
    assert e.request is not None
    return {"asked": (*s.facts.asked, Asked(len(s.facts.asked) + 1, e.request, e.happened_on))}


def _of_request(s: Situation, e: Evidence, **changes: object) -> Changes:
    asked = (msgspec.structs.replace(one, **changes) if one.nr == e.asked else one for one in s.facts.asked)
    return {"asked": tuple(asked)}


def remind(s: Situation, e: Evidence) -> Changes:
    known = next((one.reminded for one in s.facts.asked if one.nr == e.asked), ())
    return _of_request(s, e, reminded=(*known, e.happened_on))


def answer(s: Situation, e: Evidence) -> Changes:
    """The request is closed; what was answered of relatives is their result."""
    closed = _of_request(s, e, closed_on=e.happened_on, outcome=e.outcome, opinion=e.opinion)
    return {**closed, **(relatives(s, e) if e.relatives else {})}


def cell_vote(s: Situation, e: Evidence) -> Changes:
    """The first resolution of each half keeps the clock of its decision running."""
    if s.purpose is Purpose.ADMISSION:
        return {"cell_resolution_on": s.facts.cell_resolution_on or e.happened_on}
    return refer(s, e)


def refer(s: Situation, e: Evidence) -> Changes:
    return {"recognition_resolution_on": s.facts.recognition_resolution_on or e.happened_on}


def refer_above(s: Situation, e: Evidence) -> Changes:
    return {"referred": True, **_UNPREPARED}


def prepare(s: Situation, e: Evidence) -> Changes:
    return {"preparer": s.actor.ref or "?", "prepared_on": e.happened_on, "approved_on": None}


def approve(s: Situation, e: Evidence) -> Changes:
    return {"approved_on": e.happened_on}


def unprepare(s: Situation, e: Evidence) -> Changes:
    """The preparation is undone; the first resolution keeps the clock of the decision running."""
    points = tuple(Point(nr) for nr, _ in enumerate(e.points, start=1))
    return {**_UNPREPARED, "points": points}


def hand_over(s: Situation, e: Evidence) -> Changes:
    return {"handed": HandedOver(e.happened_on, e.handed)}


def receive_dossier(s: Situation, e: Evidence) -> Changes:
    assert s.facts.handed is not None
    return {"handed": msgspec.structs.replace(s.facts.handed, received_on=e.happened_on)}


def mend_point(s: Situation, e: Evidence) -> Changes:
    mended = (
        msgspec.structs.replace(point, mended_on=e.happened_on) if point.nr == e.point else point
        for point in s.facts.points
    )
    return {"points": tuple(mended)}


def require_mending(s: Situation, e: Evidence) -> Changes:
    return {"mending_since": e.happened_on}


def confirm(s: Situation, e: Evidence) -> Changes:
    return {"mending_since": None}


def annul(s: Situation, e: Evidence) -> Changes:
    """An admission that was annulled counts nowhere; nobody left the Party, who was never rightly in it."""
    return {"admitted_on": None, "recognised_on": None, "effective_on": None, "mending_since": None}


def take_over(s: Situation, e: Evidence) -> Changes:
    """What was done on paper, as who vouches for it says; votes in favour stand as vouched for."""
    taken = e.taken or Taken()
    days = {
        name: getattr(taken, name)
        for name in (
            "course_ends_on", "dossier_made_on", "cell_resolution_on", "admitted_on", "received_on", "ceremony_on",
            "recognition_resolution_on", "recognised_on",
        )
    }  # fmt: skip
    votes = (
        (Body.CELL, Purpose.ADMISSION, taken.cell_resolution_on),
        (Body.COMMITTEE, Purpose.ADMISSION, taken.committee_resolution_on),
        (Body.CELL, Purpose.RECOGNITION, taken.recognition_resolution_on),
        (Body.COMMITTEE, Purpose.RECOGNITION, taken.recognition_committee_on),
    )
    vouched = tuple(Vouched(body, purpose, day) for body, purpose, day in votes if day is not None)
    facts = {**create(s, e), **days, "helpers": taken.helpers, "introducers": taken.introducers, "taken_over": True}
    if taken.recognised_on is not None:
        known = msgspec.structs.replace(s.facts, ceremony_on=taken.ceremony_on)
        facts["effective_on"] = probation_end(known, s.rulebook)
    return {**facts, "vouched": vouched}


def receive_transfer(s: Situation, e: Evidence) -> Changes:
    """Somebody comes with what was walked elsewhere; months of probation count on."""
    return {**take_over(s, e), "taken_over": False, "moved_in": True, "moved_in_on": e.happened_on}


def admit(s: Situation, e: Evidence) -> Changes:
    """The decision has the date of its text."""
    return {"admitted_on": e.issued_on or e.happened_on, **_UNPREPARED}


def revoke(s: Situation, e: Evidence) -> Changes:
    """A decision that was revoked counts nowhere."""
    return {"admitted_on": None, "received_on": None}


def receive_decision(s: Situation, e: Evidence) -> Changes:
    return {"received_on": e.received_on}


def hold_ceremony(s: Situation, e: Evidence) -> Changes:
    return {"received_on": s.facts.received_on or e.received_on, "ceremony_on": e.happened_on}


def recognise(s: Situation, e: Evidence) -> Changes:
    """Official from the exact day the twelve months ended, however late; the rulebook could say another."""
    decided = e.issued_on or e.happened_on
    exact = s.rulebook.word("effective_date") == "probation_end"
    effective = probation_end(s.facts, s.rulebook) if exact else decided
    return {"recognised_on": decided, "effective_on": effective, **_UNPREPARED}


def remove(s: Situation, e: Evidence) -> Changes:
    return {"left_on": e.issued_on or e.happened_on}


def failed_removal(s: Situation, e: Evidence) -> Changes:
    """An organisation that decides itself and failed three times to remove a name leaves it to the superior."""
    body = removal_body(s)
    failed = s.facts.failed_votes(body, Purpose.REMOVAL) + 1
    own = s.route.is_delegated and body is deciding_body(s.route)
    return refer_above(s, e) if own and failed >= s.rulebook.number("three_failed_votes") else {}


def readmit(s: Situation, e: Evidence) -> Changes:
    return {"readmitted": True}


def close(s: Situation, e: Evidence) -> Changes:
    return {"closed": True}


def extend(s: Situation, e: Evidence) -> Changes:
    return {"extensions": (*s.facts.extensions, Extension(e.rule, e.days or 1, e.happened_on))}


def suspend(s: Situation, e: Evidence) -> Changes:
    return {"suspended": True, "suspended_on": e.happened_on}


def resume(s: Situation, e: Evidence) -> Changes:
    return {"suspended": False, "suspended_on": None}


def transfer(s: Situation, e: Evidence) -> Changes:
    given = {name: getattr(e, name) for name in ("unit_has_youth_union", "unit_has_trade_union")}
    told: Changes = {name: value for name, value in given.items() if value is not None}
    if e.member_moves:
        told["followed"] = msgspec.structs.replace(s.facts.year, moved_on=e.happened_on)
    return told


def correct_candidate(s: Situation, e: Evidence) -> Changes:
    source: Changes = {} if e.source is None else {"source": e.source}
    return {**source, **_candidate(e.candidate)}


def prepare_correction(s: Situation, e: Evidence) -> Changes:
    return {"correction": PreparedCorrection(e.event or 1, s.actor.ref or "?", e.content, s.behalf)}


def decline_correction(s: Situation, e: Evidence) -> Changes:
    """The proposal is dropped; it stands in the events with why."""
    return {"correction": None}


def correct_record(s: Situation, e: Evidence) -> Changes:
    """What is corrected is folded anew from the events (workflow.replay); a preparation is used up."""
    return {"correction": None}
