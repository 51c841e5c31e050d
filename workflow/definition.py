"""The state machine as data (domain.md §4): every trigger, who may press it, what it needs, where it leads.

Read it as a table. A `Trigger` is what people press; a `Move` is one line of the table: from `source`, by
`trigger`, to `dest` (None: the dossier stays where it is), on the routes `only` names (None: on all).
"""

import msgspec

from workflow import guards as g
from workflow.guards import Guard
from workflow.roles import Part, Role
from workflow.route import Route
from workflow.stages import ENDS, STAGE_STATES, Stage, State
from workflow.triggers import TRIGGERS, Kind


class Move(msgspec.Struct, frozen=True):
    """One line of the table of the state machine.

    `source` None opens a dossier. `parts` may do it; `needs` are the fields of the evidence that must be
    filled; `form` is the paper the act itself makes, with the evidence's number and date.
    """

    trigger: str
    source: State | None
    dest: State | None
    parts: tuple[Role | Part, ...]
    needs: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    form: str = ""
    only: frozenset[Route] | None = None
    suspended_ok: bool = False

    def fits(self, route: Route) -> bool:
        """Whether this line applies on `route`."""
        return self.only is None or route in self.only


_S = State
_R = Role
_P = Part
_ORG_OFFICER, _ORG_SECRETARY = _P.ORGANISATION_OFFICER, _P.ORGANISATION_SECRETARY
_DECIDING_OFFICER, _DECIDING_SECRETARY = _P.DECIDING_OFFICER, _P.DECIDING_SECRETARY

_WITH_SECTION = frozenset(r for r in Route if r.has_section)
_TO_COMMITTEE = frozenset({Route.COMMITTEE})
_TO_DECISION = frozenset({Route.GRASSROOTS_CELL, Route.DELEGATED})
_COMMITTEE_AFTER_SECTION = frozenset({Route.COMMITTEE_SECTION})
_DECISION_AFTER_SECTION = frozenset({Route.DELEGATED_SECTION})
_WITH_COMMITTEE = frozenset(r for r in Route if r is not Route.GRASSROOTS_CELL)

_ACCEPT = (g.neither_organisation, g.consent)
_ADMISSIBLE = (g.age, g.schooling, g.certificate_valid, g.not_stale)
_VOTE = (g.vote_adds_up, g.quorum)

STEPS: tuple[Move, ...] = (
    # sourcing
    Move(
        "create",
        None,
        _S.SOURCED,
        (_R.YOUTH_OFFICER, _R.UNION_OFFICER, _R.CELL_SECRETARY),
        ("source", "candidate"),
        (g.consent,),
    ),
    Move(
        "nominate",
        _S.SOURCED,
        _S.NOMINATED,
        (_R.YOUTH_OFFICER, _R.UNION_OFFICER),
        ("number", "ballot"),
        (g.from_organisation, g.nominating_role, g.youth_age, *_VOTE, g.nomination_vote),
    ),
    Move("accept_to_list", _S.SOURCED, _S.LISTED, (_R.CELL_SECRETARY,), ("number", "helpers"), _ACCEPT),
    Move("accept_to_list", _S.NOMINATED, _S.LISTED, (_R.CELL_SECRETARY,), ("number", "helpers"), _ACCEPT),
    # training
    Move("propose_course", _S.LISTED, None, (_R.CELL_SECRETARY,)),
    Move(
        "enrol",
        _S.LISTED,
        _S.ENROLLED,
        (_ORG_OFFICER,),
        ("course_starts_on", "course_ends_on"),
        (g.course_proposed, g.course_dates),
    ),
    Move("certify", _S.ENROLLED, _S.TRAINED, (_R.TRAINING_OFFICER,), ("number",), (g.course_over,), "CN-NTVĐ"),
    Move("fail_course", _S.ENROLLED, _S.LISTED, (_R.TRAINING_OFFICER,), ("reason",)),
    Move(
        "record_certificate",
        _S.LISTED,
        _S.TRAINED,
        (_R.CELL_SECRETARY, _ORG_OFFICER),
        ("number", "issued_on"),
        (g.offered_certificate_valid,),
        "CN-NTVĐ",
    ),
    # verification
    Move("open_dossier", _S.TRAINED, _S.APPLYING, (_R.CELL_SECRETARY,), (), (g.certificate_valid,)),
    Move(
        "start_verification",
        _S.APPLYING,
        _S.VERIFYING,
        (_ORG_OFFICER,),
        (),
        (g.application_papers, g.organisation_resolution, g.introducers, g.introducer_tie, g.verifier_independent),
    ),
    Move(
        "conclude_verification",
        _S.VERIFYING,
        _S.VERIFIED,
        (_ORG_SECRETARY,),
        ("reason",),
        (g.relatives_verified, g.opinions, g.concluded_by_other, g.verifier_independent),
    ),
    # admission
    Move("submit_to_cell", _S.VERIFIED, _S.CELL_REVIEW, (_R.CELL_SECRETARY,), (), _ADMISSIBLE),
    *(
        Move(
            "pass_cell_vote",
            _S.CELL_REVIEW,
            dest,
            (_R.CELL_SECRETARY,),
            ("number", "ballot"),
            (*_ADMISSIBLE, *_VOTE, g.cell_majority),
            "6-KNĐ",
            only,
        )
        for dest, only in (
            (_S.SECTION_APPRAISAL, _WITH_SECTION),
            (_S.COMMITTEE_REVIEW, _TO_COMMITTEE),
            (_S.AWAITING_DECISION, _TO_DECISION),
        )
    ),
    *(
        Move("appraise", _S.SECTION_APPRAISAL, dest, (_R.SECTION_OFFICER,), ("number",), (), "7-KNĐ", only)
        for dest, only in (
            (_S.COMMITTEE_REVIEW, _COMMITTEE_AFTER_SECTION),
            (_S.AWAITING_DECISION, _DECISION_AFTER_SECTION),
        )
    ),
    Move(
        "pass_committee_vote",
        _S.COMMITTEE_REVIEW,
        _S.AWAITING_DECISION,
        (_R.COMMITTEE_SECRETARY, _R.COMMITTEE_OFFICER),
        ("number", "ballot"),
        (*_VOTE, g.committee_majority),
        "8-KNĐ",
    ),
    Move("prepare_decision", _S.AWAITING_DECISION, None, (_DECIDING_OFFICER,), (), (g.admission_voted,)),
    Move(
        "decide_admission",
        _S.AWAITING_DECISION,
        _S.APPROVED,
        (_DECIDING_SECRETARY,),
        ("number", "ballot"),
        (g.decision_prepared, g.approved_by_other, g.admission_voted, *_VOTE, g.deciding_majority),
        "9-KNĐ",
    ),
    Move(
        "revoke_decision",
        _S.APPROVED,
        _S.NOT_ADMITTED,
        (_DECIDING_SECRETARY,),
        ("number", "ballot", "reason"),
        (*_VOTE, g.deciding_majority),
        "TB-KT",
    ),
    # monitoring
    Move("receive_decision", _S.APPROVED, None, (_R.CELL_SECRETARY,), ("received_on",), (g.received_in_order,)),
    Move(
        "hold_ceremony",
        _S.APPROVED,
        _S.PROBATIONARY,
        (_R.CELL_SECRETARY,),
        ("received_on",),
        (g.received_in_order, g.ceremony_in_time),
    ),
    Move(
        "submit_for_recognition",
        _S.PROBATIONARY,
        _S.RECOGNITION_CELL_REVIEW,
        (_R.CELL_SECRETARY,),
        (),
        (g.probation_over, g.new_member_course, g.recognition_papers),
    ),
    *(
        Move(
            "pass_cell_vote",
            _S.RECOGNITION_CELL_REVIEW,
            dest,
            (_R.CELL_SECRETARY,),
            ("number", "ballot"),
            (g.probation_over, g.recognition_papers, g.votes_left, *_VOTE, g.cell_majority),
            "15-KNĐ",
            only,
        )
        for dest, only in (
            (_S.RECOGNITION_SECTION_APPRAISAL, _WITH_SECTION),
            (_S.RECOGNITION_COMMITTEE_REVIEW, _TO_COMMITTEE),
            (_S.RECOGNITION_AWAITING_DECISION, _TO_DECISION),
        )
    ),
    *(
        Move("appraise", _S.RECOGNITION_SECTION_APPRAISAL, dest, (_R.SECTION_OFFICER,), ("number",), (), "16-KNĐ", only)
        for dest, only in (
            (_S.RECOGNITION_COMMITTEE_REVIEW, _COMMITTEE_AFTER_SECTION),
            (_S.RECOGNITION_AWAITING_DECISION, _DECISION_AFTER_SECTION),
        )
    ),
    Move(
        "pass_committee_vote",
        _S.RECOGNITION_COMMITTEE_REVIEW,
        _S.RECOGNITION_AWAITING_DECISION,
        (_R.COMMITTEE_SECRETARY, _R.COMMITTEE_OFFICER),
        ("number", "ballot"),
        (g.votes_left, *_VOTE, g.committee_majority),
        "17-KNĐ",
    ),
    *(
        Move("refer_to_superior", state, _S.RECOGNITION_AWAITING_DECISION, parts, ("reason",), (g.three_votes_failed,))
        for state, parts in (
            (_S.RECOGNITION_CELL_REVIEW, (_R.CELL_SECRETARY,)),
            (_S.RECOGNITION_COMMITTEE_REVIEW, (_R.COMMITTEE_SECRETARY, _R.COMMITTEE_OFFICER)),
        )
    ),
    Move("prepare_decision", _S.RECOGNITION_AWAITING_DECISION, None, (_DECIDING_OFFICER,), (), (g.recognition_voted,)),
    Move(
        "decide_recognition",
        _S.RECOGNITION_AWAITING_DECISION,
        _S.OFFICIAL,
        (_DECIDING_SECRETARY,),
        ("number", "ballot"),
        (g.probation_over, g.decision_prepared, g.approved_by_other, g.recognition_voted, *_VOTE, g.deciding_majority),
        "18-KNĐ",
    ),
    Move("close", _S.OFFICIAL, None, (_ORG_OFFICER,), (), (g.follow_up_over,)),
)

_BEFORE_DECISION: tuple[State, ...] = (
    *STAGE_STATES[Stage.SOURCING],
    *STAGE_STATES[Stage.TRAINING],
    *STAGE_STATES[Stage.VERIFICATION],
    _S.CELL_REVIEW,
    _S.SECTION_APPRAISAL,
    _S.COMMITTEE_REVIEW,
    _S.AWAITING_DECISION,
)
_OPEN: tuple[State, ...] = tuple(state for state in State if state not in ENDS)
_ON_PROBATION: tuple[State, ...] = tuple(s for s in STAGE_STATES[Stage.MONITORING] if s is not _S.OFFICIAL)
_FILE_STATES: tuple[State, ...] = (
    *STAGE_STATES[Stage.VERIFICATION],
    *(s for s in STAGE_STATES[Stage.ADMISSION] if s is not _S.APPROVED),
    *_ON_PROBATION,
)

HOLDER: dict[State, Role | Part] = {
    _S.CELL_REVIEW: _R.CELL_SECRETARY,
    _S.SECTION_APPRAISAL: _R.SECTION_OFFICER,
    _S.COMMITTEE_REVIEW: _R.COMMITTEE_SECRETARY,
    _S.AWAITING_DECISION: _DECIDING_OFFICER,
    _S.RECOGNITION_CELL_REVIEW: _R.CELL_SECRETARY,
    _S.RECOGNITION_SECTION_APPRAISAL: _R.SECTION_OFFICER,
    _S.RECOGNITION_COMMITTEE_REVIEW: _R.COMMITTEE_SECRETARY,
    _S.RECOGNITION_AWAITING_DECISION: _DECIDING_OFFICER,
    _S.VERIFYING: _ORG_OFFICER,
    _S.VERIFIED: _ORG_OFFICER,
    _S.APPLYING: _R.CELL_SECRETARY,
}
"""Who holds the dossier in a state and so may return it."""

_RETURNS: dict[State, tuple[State, ...]] = {
    _S.VERIFYING: (_S.APPLYING,),
    _S.VERIFIED: (_S.VERIFYING, _S.APPLYING),
    _S.CELL_REVIEW: (_S.VERIFYING, _S.APPLYING),
    _S.SECTION_APPRAISAL: (_S.CELL_REVIEW, _S.VERIFYING, _S.APPLYING),
    _S.COMMITTEE_REVIEW: (_S.SECTION_APPRAISAL, _S.CELL_REVIEW, _S.VERIFYING, _S.APPLYING),
    _S.AWAITING_DECISION: (_S.COMMITTEE_REVIEW, _S.SECTION_APPRAISAL, _S.CELL_REVIEW, _S.VERIFYING, _S.APPLYING),
    _S.RECOGNITION_CELL_REVIEW: (_S.PROBATIONARY,),
    _S.RECOGNITION_SECTION_APPRAISAL: (_S.RECOGNITION_CELL_REVIEW, _S.PROBATIONARY),
    _S.RECOGNITION_COMMITTEE_REVIEW: (_S.RECOGNITION_SECTION_APPRAISAL, _S.RECOGNITION_CELL_REVIEW, _S.PROBATIONARY),
    _S.RECOGNITION_AWAITING_DECISION: (
        _S.RECOGNITION_COMMITTEE_REVIEW,
        _S.RECOGNITION_SECTION_APPRAISAL,
        _S.RECOGNITION_CELL_REVIEW,
        _S.PROBATIONARY,
    ),
}


def _on_route(state: State) -> frozenset[Route] | None:
    """The routes that know a state; None for all."""
    if state in (_S.SECTION_APPRAISAL, _S.RECOGNITION_SECTION_APPRAISAL):
        return _WITH_SECTION
    if state in (_S.COMMITTEE_REVIEW, _S.RECOGNITION_COMMITTEE_REVIEW):
        return _TO_COMMITTEE | _COMMITTEE_AFTER_SECTION
    return None


_ANY_OFFICE: tuple[Role | Part, ...] = (_R.CELL_SECRETARY, _ORG_OFFICER)
_REFUSERS: dict[State, Role | Part] = {
    _S.CELL_REVIEW: _R.CELL_SECRETARY,
    _S.SECTION_APPRAISAL: _R.COMMITTEE_SECRETARY,
    _S.COMMITTEE_REVIEW: _R.COMMITTEE_SECRETARY,
    _S.AWAITING_DECISION: _DECIDING_SECRETARY,
}

SIDE_ROADS: tuple[Move, ...] = (
    *(Move("record_papers", s, None, (_R.CELL_SECRETARY, _ORG_OFFICER), ("papers",)) for s in _FILE_STATES),
    *(
        Move("assign_introducers", s, None, (_R.CELL_SECRETARY,), ("introducers",), (g.introducer_tie,))
        for s in (*STAGE_STATES[Stage.VERIFICATION], _S.CELL_REVIEW)
    ),
    *(
        Move("record_relatives", s, None, (_R.CELL_SECRETARY, _ORG_OFFICER), ("relatives",))
        for s in (_S.APPLYING, _S.VERIFYING)
    ),
    *(
        Move(
            "renew_certificate",
            s,
            None,
            (_R.CELL_SECRETARY, _ORG_OFFICER),
            ("number", "issued_on"),
            (g.offered_certificate_valid,),
            "CN-NTVĐ",
        )
        for s in (_S.TRAINED, *STAGE_STATES[Stage.VERIFICATION], _S.CELL_REVIEW)
    ),
    *(
        Move("redo_stale_papers", s, None, (_R.CELL_SECRETARY,), ("papers",), (g.is_stale, g.stale_papers_offered))
        for s in (*STAGE_STATES[Stage.VERIFICATION], _S.CELL_REVIEW)
    ),
    *(
        Move(
            "record_failed_vote",
            s,
            None,
            (part,)
            if s in (_S.CELL_REVIEW, _S.RECOGNITION_CELL_REVIEW)
            else (_R.COMMITTEE_SECRETARY, _R.COMMITTEE_OFFICER),
            ("ballot",),
            (g.votes_left, *_VOTE, g.vote_failed),
        )
        for s, part in HOLDER.items()
        if s in (_S.CELL_REVIEW, _S.COMMITTEE_REVIEW, _S.RECOGNITION_CELL_REVIEW, _S.RECOGNITION_COMMITTEE_REVIEW)
    ),
    *(
        Move(
            "return_for_correction",
            source,
            dest,
            (HOLDER[source], _DECIDING_SECRETARY, _R.COMMITTEE_OFFICER)
            if source
            in (
                _S.AWAITING_DECISION,
                _S.RECOGNITION_AWAITING_DECISION,
                _S.COMMITTEE_REVIEW,
                _S.RECOGNITION_COMMITTEE_REVIEW,
            )
            else (HOLDER[source],),
            ("return_to", "reason"),
            (g.return_target,),
            only=_on_route(dest),
        )
        for source, dests in _RETURNS.items()
        for dest in dests
    ),
    *(
        Move(
            "extend_deadline",
            s,
            None,
            (_DECIDING_OFFICER, _DECIDING_SECRETARY),
            ("rule", "days", "agreed_by", "reason"),
            (g.extension_possible,),
        )
        for s in (*STAGE_STATES[Stage.VERIFICATION], *STAGE_STATES[Stage.ADMISSION], *_ON_PROBATION)
    ),
    *(Move("suspend", s, None, _ANY_OFFICE, ("reason",)) for s in _OPEN if s is not _S.OFFICIAL),
    *(
        Move("resume", s, None, _ANY_OFFICE, (), (g.is_suspended,), suspended_ok=True)
        for s in _OPEN
        if s is not _S.OFFICIAL
    ),
    *(Move("transfer", s, None, (_ORG_OFFICER, _R.UPPER_OFFICER), ("reason",)) for s in _OPEN),
    *(
        Move(
            "correct_candidate",
            s,
            None,
            (_R.CELL_SECRETARY, _ORG_OFFICER)
            if s is not _S.SOURCED
            else (_R.YOUTH_OFFICER, _R.UNION_OFFICER, _R.CELL_SECRETARY),
            ("reason",),
        )
        for s in _OPEN
    ),
    *(Move("correct_record", s, None, _ANY_OFFICE, ("event", "reason"), suspended_ok=True) for s in State),
    *(Move("change_rulebook", s, None, (_R.ADMINISTRATOR,), ("reason",), suspended_ok=True) for s in _OPEN),
    Move("readmit", _S.REMOVED, None, (_R.CELL_SECRETARY,), ("ground",), (g.readmission_allowed,)),
    *(
        Move(
            "propose_removal",
            s,
            None,
            (_R.CELL_SECRETARY,),
            ("ground", "ballot", "number"),
            (g.removal_ground, g.removal_votes_left, *_VOTE, g.removal_majority),
        )
        for s in _ON_PROBATION
    ),
    *(
        Move(
            "endorse_removal",
            s,
            None,
            (_R.COMMITTEE_SECRETARY,),
            ("ballot", "number"),
            (g.removal_cell_voted, g.removal_votes_left, *_VOTE, g.removal_majority),
            only=_WITH_COMMITTEE,
        )
        for s in _ON_PROBATION
    ),
    *(
        Move(
            "record_failed_removal_vote",
            s,
            None,
            (_R.CELL_SECRETARY, _R.COMMITTEE_SECRETARY),
            ("ballot",),
            (g.removal_votes_left, *_VOTE, g.removal_vote_failed),
        )
        for s in _ON_PROBATION
    ),
    *(
        Move(
            "remove",
            s,
            _S.REMOVED,
            (_DECIDING_SECRETARY,),
            ("ground", "ballot", "number"),
            (g.removal_ground, g.removal_cell_voted, g.removal_committee_voted, *_VOTE, g.deciding_majority),
            "TB-KT",
        )
        for s in _ON_PROBATION
    ),
    *(
        Move(
            "withdraw",
            s,
            _S.WITHDRAWN,
            (_R.CELL_SECRETARY,) if s is not _S.SOURCED else (_R.YOUTH_OFFICER, _R.UNION_OFFICER, _R.CELL_SECRETARY),
            ("reason",),
            suspended_ok=True,
        )
        for s in _BEFORE_DECISION
    ),
    *(Move("refuse", s, _S.NOT_ADMITTED, (part,), ("reason", "number"), form="TB-KT") for s, part in _REFUSERS.items()),
    *(
        Move("transfer_out", s, _S.TRANSFERRED_OUT, _ANY_OFFICE, ("reason", "number"), form="TB-KT", suspended_ok=True)
        for s in _OPEN
    ),
    *(Move("record_death", s, _S.DECEASED, _ANY_OFFICE, ("number",), form="TB-KT", suspended_ok=True) for s in _OPEN),
)

MOVES: tuple[Move, ...] = STEPS + SIDE_ROADS

ALWAYS: tuple[Guard, ...] = (g.competent, g.not_closed, g.date_possible, g.evidence_complete)
"""Guards every act passes, before its own."""

TURN: dict[State, Role | Part] = {
    _S.SOURCED: _R.CELL_SECRETARY,
    _S.NOMINATED: _R.CELL_SECRETARY,
    _S.LISTED: _R.CELL_SECRETARY,
    _S.ENROLLED: _R.TRAINING_OFFICER,
    _S.TRAINED: _R.CELL_SECRETARY,
    _S.APPLYING: _R.CELL_SECRETARY,
    _S.VERIFYING: _ORG_OFFICER,
    _S.VERIFIED: _R.CELL_SECRETARY,
    _S.APPROVED: _R.CELL_SECRETARY,
    _S.PROBATIONARY: _R.CELL_SECRETARY,
    **{state: part for state, part in HOLDER.items() if state not in (_S.VERIFYING, _S.VERIFIED, _S.APPLYING)},
}
"""Whose turn it is in a state when nothing more exact is known (see `machine.whose_turn`)."""


def moves_from(state: State | None, route: Route) -> tuple[Move, ...]:
    """The lines of the table that start in `state` on `route`, in their order."""
    return tuple(move for move in MOVES if move.source == state and move.fits(route))


def next_step(state: State, route: Route) -> Move | None:
    """The main step on from `state`, the one the checklist of the dossier page is about."""
    for move in STEPS:
        is_step = move.dest is not None and TRIGGERS[move.trigger].kind is Kind.STEP
        if move.source is state and is_step and move.fits(route):
            return move
    return None


def route_knows(route: Route, state: State) -> bool:
    """Whether a dossier on `route` can stand in `state` (a route without a section has no section appraisal)."""
    routes = _on_route(state)
    return routes is None or route in routes
