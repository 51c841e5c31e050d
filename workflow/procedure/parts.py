"""The words the lines of the table share: who acts, on which routes, from which states, what every vote asks."""

from workflow import guards as g
from workflow.procedure.move import Where
from workflow.roles import Part, Role
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
OFFICE_OR_CELL: Who = (*OFFICE, *CELL)
"""The office first: who holds both roles acts for it."""
DECIDING_OFFICE: Who = (Part.DECIDING_OFFICER,)
DECIDING_BOARD: Who = (Part.DECIDING_OFFICER, Part.DECIDING_SECRETARY)
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

WITH_SECTION = Where(section=True)
WITH_REVIEW = Where(review=True)
TO_COMMITTEE = Where(section=False, review=True)
TO_DECISION = Where(section=False, review=False)
COMMITTEE_AFTER_SECTION = Where(section=True, review=True)
DECISION_AFTER_SECTION = Where(section=True, review=False)


def roads_with(state: State) -> Where:
    """The roads on which a dossier can stand in a state."""
    if state in (State.SECTION_APPRAISAL, State.RECOGNITION_SECTION_APPRAISAL):
        return WITH_SECTION
    if state in (State.COMMITTEE_REVIEW, State.RECOGNITION_COMMITTEE_REVIEW):
        return WITH_REVIEW
    return Where()


HANDING: tuple[tuple[str, Who, Where], ...] = (
    ("section_appraisal", CELL, WITH_SECTION),
    ("committee_review", SECTION, COMMITTEE_AFTER_SECTION),
    ("committee_review", CELL, TO_COMMITTEE),
    ("awaiting_decision", COMMITTEE, WITH_REVIEW),
    ("awaiting_decision", SECTION, DECISION_AFTER_SECTION),
    ("awaiting_decision", CELL, TO_DECISION),
)
"""Who hands a dossier to whoever acts next, by where it stands, in either half of the road, and on which roads."""

RECEIVING: tuple[tuple[str, Who], ...] = (
    ("section_appraisal", SECTION),
    ("committee_review", COMMITTEE),
    ("awaiting_decision", (*DECIDING_OFFICE, *DECIDING)),
)
"""Who receives it there."""

# from which states

OPEN: tuple[State, ...] = tuple(state for state in State if state not in ENDS)
VERIFICATION = STAGE_STATES[Stage.VERIFICATION]
ON_PROBATION: tuple[State, ...] = tuple(s for s in STAGE_STATES[Stage.MONITORING] if s is not _S.OFFICIAL)

# what every vote asks

VOTE = (g.vote_adds_up, g.quorum)
CELL_VOTE = (g.vote_adds_up, g.smallest_cell, g.quorum_of_cell)
CELL_REMOVAL_VOTE = (g.vote_adds_up, g.quorum_of_cell)
CELL_REFUSAL_VOTE = CELL_REMOVAL_VOTE
"""The rule of the smallest cell speaks of admission and recognition alone."""
