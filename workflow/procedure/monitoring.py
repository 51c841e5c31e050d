"""The lines of what is recorded month by month after admission, and of sympathisers before it."""

from workflow import guards as g
from workflow.procedure import parts, watching
from workflow.procedure.move import Line
from workflow.roles import Role
from workflow.stages import STAGE_STATES, Stage, State

_SYMPATHISERS: tuple[State, ...] = (
    State.LISTED,
    *STAGE_STATES[Stage.TRAINING],
    *parts.VERIFICATION,
    *STAGE_STATES[Stage.ADMISSION],
)
_MEMBERS: tuple[State, ...] = (*parts.ON_PROBATION, State.OFFICIAL)

MONITORING: tuple[Line, ...] = (
    Line(
        "record_month",
        (*_SYMPATHISERS, *parts.ON_PROBATION),
        None,
        parts.CELL,
        ("month",),
        (g.month_fits, g.month_not_said, g.texts_fit),
        takes=("texts",),
        effect=watching.month,
        suspended_ok=True,
    ),
    Line(
        "remark_quarter",
        parts.ON_PROBATION,
        None,
        (Role.CELL_MEMBER_HELPER, *parts.CELL),
        ("quarter", "ground", "texts"),
        (g.quarter_fits, g.quarter_remarked_once, g.texts_fit),
        effect=watching.quarter,
        suspended_ok=True,
    ),
    Line(
        "answer_warning",
        parts.ON_PROBATION,
        None,
        parts.CELL_OR_OFFICE,
        ("warning", "causes", "reason"),
        (g.warning_stands,),
        effect=watching.answer,
        suspended_ok=True,
    ),
    Line(
        "assign_helper",
        parts.ON_PROBATION,
        None,
        parts.CELL,
        ("helpers",),
        effect=watching.helper,
        suspended_ok=True,
    ),
    Line(
        "helper_leaves",
        parts.ON_PROBATION,
        None,
        parts.CELL,
        ("reason",),
        (g.helper_there,),
        effect=watching.helper_leaves,
        suspended_ok=True,
    ),
    Line(
        "record_merit",
        _MEMBERS,
        None,
        parts.CELL_OR_OFFICE,
        ("ground", "number", "reason"),
        (g.merit_known,),
        takes=("issued_on", "issuer"),
        effect=watching.merit,
        suspended_ok=True,
    ),
    Line(
        "classify",
        _MEMBERS,
        None,
        parts.CELL_OR_OFFICE,
        ("year", "ground"),
        (g.classified_level, g.classified_in_turn),
        takes=("number", "papers"),
        effect=watching.classified,
        suspended_ok=True,
    ),
    Line(
        "tell_person",
        (State.REMOVED, State.ANNULLED),
        None,
        parts.CELL_OR_OFFICE,
        takes=("reason",),
        guards=(g.not_told,),
        effect=watching.told,
    ),
)
