"""The words the lines of the table share: who acts, on which routes, from which states, what every vote asks."""

from workflow import guards as g
from workflow.roles import Part, Role
from workflow.route import Route
from workflow.stages import ENDS, STAGE_STATES, Stage, State

_S = State
Who = tuple[Role | Part, ...]

# who

YOUTH_OR_UNION: Who = (Role.YOUTH_OFFICER, Role.UNION_OFFICER)
CELL: Who = (Role.CELL_SECRETARY,)
FINDERS: Who = (*YOUTH_OR_UNION, *CELL)
SECTION: Who = (Role.SECTION_OFFICER,)
COMMITTEE: Who = (Role.COMMITTEE_SECRETARY, Role.COMMITTEE_OFFICER)
COMMITTEE_SECRETARY: Who = (Role.COMMITTEE_SECRETARY,)
CENTRE: Who = (Role.TRAINING_OFFICER,)
OFFICE: Who = (Part.ORGANISATION_OFFICER,)
OFFICE_SECRETARY: Who = (Part.ORGANISATION_SECRETARY,)
CELL_OR_OFFICE: Who = (*CELL, *OFFICE)
DECIDING_OFFICE: Who = (Part.DECIDING_OFFICER,)
DECIDING: Who = (Part.DECIDING_SECRETARY,)

ACTING: Who = tuple(role for role in Role if role not in (Role.CELL_MEMBER_HELPER, Role.INSPECTOR, Role.ADMINISTRATOR))

HOLDER: dict[State, Role | Part] = {
    _S.CELL_REVIEW: Role.CELL_SECRETARY,
    _S.SECTION_APPRAISAL: Role.SECTION_OFFICER,
    _S.COMMITTEE_REVIEW: Role.COMMITTEE_SECRETARY,
    _S.AWAITING_DECISION: Part.DECIDING_OFFICER,
    _S.RECOGNITION_CELL_REVIEW: Role.CELL_SECRETARY,
    _S.RECOGNITION_SECTION_APPRAISAL: Role.SECTION_OFFICER,
    _S.RECOGNITION_COMMITTEE_REVIEW: Role.COMMITTEE_SECRETARY,
    _S.RECOGNITION_AWAITING_DECISION: Part.DECIDING_OFFICER,
    _S.VERIFYING: Part.ORGANISATION_OFFICER,
    _S.VERIFIED: Part.ORGANISATION_OFFICER,
    _S.APPLYING: Role.CELL_SECRETARY,
}
"""Who holds the dossier in a state and so may return it."""

# on which routes

WITH_SECTION = frozenset(r for r in Route if r.has_section)
WITH_COMMITTEE = frozenset(r for r in Route if r is not Route.GRASSROOTS_CELL)
WITH_REVIEW = frozenset(r for r in Route if r.has_committee_review)
TO_COMMITTEE = frozenset({Route.COMMITTEE})
TO_DECISION = frozenset({Route.GRASSROOTS_CELL, Route.DELEGATED})
COMMITTEE_AFTER_SECTION = frozenset({Route.COMMITTEE_SECTION})
DECISION_AFTER_SECTION = frozenset({Route.DELEGATED_SECTION})


def routes_with(state: State) -> frozenset[Route] | None:
    """The routes that know a state; None for all."""
    if state in (_S.SECTION_APPRAISAL, _S.RECOGNITION_SECTION_APPRAISAL):
        return WITH_SECTION
    if state in (_S.COMMITTEE_REVIEW, _S.RECOGNITION_COMMITTEE_REVIEW):
        return TO_COMMITTEE | COMMITTEE_AFTER_SECTION
    return None


# from which states

OPEN: tuple[State, ...] = tuple(state for state in State if state not in ENDS)
VERIFICATION = STAGE_STATES[Stage.VERIFICATION]
ON_PROBATION: tuple[State, ...] = tuple(s for s in STAGE_STATES[Stage.MONITORING] if s is not _S.OFFICIAL)

# what every vote asks

VOTE = (g.vote_adds_up, g.quorum)
