"""The side roads, line by line: what may be done along the way, returns, corrections, removal and the ends."""

from workflow import guards as g
from workflow.facts import Control
from workflow.papers import Kind
from workflow.procedure import effects, parts
from workflow.procedure.move import Correction, Issuer, Line, Voter, Where
from workflow.roles import Part, Role
from workflow.stages import STAGE_STATES, Stage, State
from workflow.text import Text
from workflow.votes import Purpose

_S = State

_ADMISSION = STAGE_STATES[Stage.ADMISSION]
_BEFORE_DECISION: tuple[State, ...] = (
    *STAGE_STATES[Stage.SOURCING],
    *STAGE_STATES[Stage.TRAINING],
    *parts.VERIFICATION,
    *(s for s in _ADMISSION if s is not _S.APPROVED),
)
_FILE_STATES: tuple[State, ...] = (
    *parts.VERIFICATION,
    *(s for s in _ADMISSION if s is not _S.APPROVED),
    *parts.ON_PROBATION,
)
_WITH_PAPERS: tuple[State, ...] = (_S.TRAINED, *_FILE_STATES, _S.APPROVED, _S.OFFICIAL)
"""Where papers are on file that can be scanned."""
_UNTIL_CELL_VOTE: tuple[State, ...] = (*parts.VERIFICATION, _S.CELL_REVIEW)
_SUSPENDABLE: tuple[State, ...] = tuple(s for s in parts.OPEN if s is not _S.OFFICIAL)
_VOTED: tuple[State, ...] = (_S.SECTION_APPRAISAL, _S.COMMITTEE_REVIEW, _S.AWAITING_DECISION, _S.APPROVED)
_BEFORE_VOTE: tuple[State, ...] = (
    *STAGE_STATES[Stage.SOURCING],
    *STAGE_STATES[Stage.TRAINING],
    *parts.VERIFICATION,
    _S.CELL_REVIEW,
)
_TAKEN: tuple[State, ...] = tuple(s for s in parts.OPEN if s not in (_S.SOURCED, _S.NOMINATED))
"""Where a dossier can stand that comes along: what was only sourced is put on the list as anybody."""
_MEMBERS: tuple[State, ...] = (_S.APPROVED, *parts.ON_PROBATION, _S.OFFICIAL)
_REMOVABLE: tuple[State, ...] = (*parts.ON_PROBATION, _S.OFFICIAL)
"""On probation, and in the follow-up after it."""
_AFTER_SOURCED: tuple[State, ...] = tuple(s for s in parts.OPEN if s is not _S.SOURCED)

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
"""The earlier steps of the same half of the road, nearest first, to which a dossier can be returned."""

_RETURNED_FROM_ABOVE = (
    _S.COMMITTEE_REVIEW,
    _S.AWAITING_DECISION,
    _S.RECOGNITION_COMMITTEE_REVIEW,
    _S.RECOGNITION_AWAITING_DECISION,
)
_NOT_A_RECORD = Text(
    "Việc này không đính chính: làm lại việc đó với nội dung đúng.",
    "This act is not corrected: do it again with what is right.",
)

_NOT_CORRECTED = Text(
    "Bàn giao không đính chính: hoàn tác trong ngày, bàn giao lại, hoặc trả hồ sơ.",
    "Handing over is not corrected: take it back within the day, hand over again, or return the dossier.",
)

SIDE_ROADS: tuple[Line, ...] = (
    # along the way
    Line("record_papers", _FILE_STATES, None, parts.CELL_OR_OFFICE, ("papers",)),
    Line(
        "attach_scan",
        _WITH_PAPERS,
        None,
        parts.CELL_OR_OFFICE,
        ("scan",),
        (g.scan_of_a_paper,),
        correction=Correction.NEVER,
        never=Text(
            "Bản chụp không đính chính: lưu bản chụp đúng thay vào; bản cũ vẫn được giữ.",
            "A scan is not corrected: attach the right one in its place; the old one is kept.",
        ),
    ),
    Line(
        "assign_introducers",
        _UNTIL_CELL_VOTE,
        None,
        parts.CELL,
        ("introducers",),
        (g.introducer_tie,),
        control=Control.INTRODUCE,
        effect=effects.introducers,
    ),
    Line(
        "write_cv",
        (_S.APPLYING, _S.VERIFYING),
        None,
        (*parts.CELL_OR_OFFICE, Role.CELL_MEMBER_HELPER),
        ("cv",),
        (g.cv_fits,),
        effect=effects.write_cv,
        correction=Correction.NEVER,
        never=Text(
            "Lý lịch không đính chính: ghi lại mục đó cho đúng; bản trước vẫn được giữ.",
            "The CV is not corrected: write the section again; what stood there is kept.",
        ),
    ),
    Line(
        "record_relatives",
        (_S.APPLYING, _S.VERIFYING),
        None,
        parts.CELL_OR_OFFICE,
        ("relatives",),
        (g.relatives_asked_about, g.relatives_exempt, g.results_after_start),
        control=Control.RESULTS,
        effect=effects.relatives,
    ),
    Line(
        "send_request",
        (_S.APPLYING, _S.VERIFYING, _S.PROBATIONARY),
        None,
        parts.OFFICE_OR_CELL,
        ("request", "texts"),
        (g.request_competent, g.request_fits, g.request_texts),
        takes=("number",),
        control=Control.VERIFY,
        effect=effects.ask,
    ),
    Line(
        "remind_request",
        (_S.APPLYING, _S.VERIFYING, _S.PROBATIONARY),
        None,
        parts.OFFICE_OR_CELL,
        ("asked",),
        (g.request_competent, g.request_open),
        takes=("number",),
        effect=effects.remind,
    ),
    Line(
        "record_answer",
        (_S.APPLYING, _S.VERIFYING, _S.PROBATIONARY),
        None,
        parts.OFFICE_OR_CELL,
        ("asked", "outcome"),
        (
            g.request_competent,
            g.request_open,
            g.answer_fits,
            g.relatives_asked_about,
            g.relatives_exempt,
            g.results_after_start,
        ),
        takes=("number", "texts", "relatives", "opinion", "reason"),
        control=Control.RESULTS,
        effect=effects.answer,
    ),
    Line(
        "renew_certificate",
        (_S.TRAINED, *_UNTIL_CELL_VOTE),
        None,
        parts.CELL_OR_OFFICE,
        ("number", "issued_on"),
        (g.offered_certificate_valid,),
        form=Kind.CERTIFICATE,
    ),
    Line(
        "redo_stale_papers",
        _UNTIL_CELL_VOTE,
        None,
        parts.CELL,
        ("papers",),
        (g.is_stale, g.stale_papers_offered),
        effect=effects.make_dossier,
    ),
    *(
        Line(
            "record_failed_vote",
            sources,
            None,
            who,
            ("ballot",),
            (g.votes_left, *asks, g.vote_failed),
            only=only,
            body=body,
        )
        for sources, who, body, asks, only in (
            ((_S.CELL_REVIEW, _S.RECOGNITION_CELL_REVIEW), parts.CELL, Voter.CELL, parts.CELL_VOTE, Where()),
            (
                (_S.COMMITTEE_REVIEW, _S.RECOGNITION_COMMITTEE_REVIEW),
                parts.COMMITTEE,
                Voter.COMMITTEE,
                parts.VOTE,
                parts.WITH_REVIEW,
            ),
            (
                (_S.AWAITING_DECISION, _S.RECOGNITION_AWAITING_DECISION),
                (*parts.DECIDING_OFFICE, *parts.DECIDING),
                Voter.DECIDING,
                parts.VOTE,
                Where(),
            ),
        )
    ),
    *(
        Line(
            "return_for_correction",
            (source,),
            dest,
            (parts.HOLDER[source], Part.DECIDING_SECRETARY, Role.COMMITTEE_OFFICER)
            if source in _RETURNED_FROM_ABOVE
            else (parts.HOLDER[source],),
            ("return_to", "reason"),
            (g.return_target,),
            takes=("points",),
            only=parts.roads_with(dest),
            effect=effects.unprepare,
        )
        for source, dests in _RETURNS.items()
        for dest in dests
    ),
    *(
        Line(
            "hand_over",
            (State(f"{half}{at}"),),
            None,
            who,
            ("handed",),
            (g.not_received_yet, g.cover_list_right),
            only=only,
            effect=effects.hand_over,
            correction=Correction.NEVER,
            never=_NOT_CORRECTED,
        )
        for half in ("", "recognition_")
        for at, who, only in parts.HANDING
    ),
    *(
        Line(
            "receive_dossier",
            (State(f"{half}{at}"),),
            None,
            who,
            ("handed",),
            (g.is_handed, g.all_ticked),
            only=parts.roads_with(State(f"{half}{at}")),
            effect=effects.receive_dossier,
            correction=Correction.NEVER,
            never=_NOT_CORRECTED,
        )
        for half in ("", "recognition_")
        for at, who in parts.RECEIVING
    ),
    Line(
        "mend_point",
        tuple(s for s in parts.OPEN if s is not _S.OFFICIAL),
        None,
        parts.ACTING,
        ("point",),
        (g.point_known,),
        takes=("reason",),
        effect=effects.mend_point,
    ),
    *(
        Line(
            "follow_new_road",
            (source,),
            dest,
            (*parts.CELL_OR_OFFICE, *parts.DECIDING_OFFICE),
            guards=guards,
            takes=("reason",),
            only=only,
            correction=Correction.NEVER,
            never=Text(
                "Bước này theo cây tổ chức, không đính chính: sửa đơn vị hoặc cấp quyết định.",
                "This step follows the tree of units: correct the unit or who decides instead.",
            ),
        )
        for first, second, last in (
            (_S.SECTION_APPRAISAL, _S.COMMITTEE_REVIEW, _S.AWAITING_DECISION),
            (
                _S.RECOGNITION_SECTION_APPRAISAL,
                _S.RECOGNITION_COMMITTEE_REVIEW,
                _S.RECOGNITION_AWAITING_DECISION,
            ),
        )
        for source, dest, only, guards in (
            (first, second, parts.TO_COMMITTEE, ()),
            (first, last, parts.TO_DECISION, ()),
            (second, first, parts.WITH_SECTION, (g.back_on_road,)),
            (second, last, Where(review=False), ()),
            (last, first, parts.WITH_SECTION, (g.back_on_road,)),
            (last, second, parts.WITH_REVIEW, (g.back_on_road,)),
        )
    ),
    Line(
        "extend_deadline",
        (*parts.VERIFICATION, *_ADMISSION, *parts.ON_PROBATION),
        None,
        (*parts.DECIDING_OFFICE, *parts.DECIDING),
        ("rule", "days", "agreed_by", "reason"),
        (g.extension_possible,),
        effect=effects.extend,
    ),
    Line("suspend", _SUSPENDABLE, None, parts.CELL_OR_OFFICE, ("reason",), effect=effects.suspend),
    Line(
        "resume",
        _SUSPENDABLE,
        None,
        parts.CELL_OR_OFFICE,
        guards=(g.is_suspended,),
        effect=effects.resume,
        suspended_ok=True,
    ),
    Line(
        "transfer",
        parts.OPEN,
        None,
        (*parts.OFFICE, Role.UPPER_OFFICER),
        ("reason",),
        takes=("unit_has_youth_union", "unit_has_trade_union", "member_moves"),
        effect=effects.transfer,
        correction=Correction.NEVER,
        never=Text(
            "Chuyển đơn vị không đính chính: chuyển hồ sơ về đúng đơn vị.",
            "A transfer is not corrected: transfer the dossier to the right unit.",
        ),
    ),
    Line(
        "reorganise",
        parts.OPEN,
        None,
        (Role.ADMINISTRATOR,),
        ("reason",),
        takes=("unit_has_youth_union", "unit_has_trade_union"),
        effect=effects.transfer,
        suspended_ok=True,
        undoable=False,
        correction=Correction.NEVER,
        never=Text(
            "Việc này theo phương án sắp xếp đơn vị: hoàn tác phương án, hoặc lập phương án khác.",
            "This follows a plan of units: undo the plan, or make another one.",
        ),
    ),
    # putting right
    *(
        Line(
            "correct_candidate",
            sources,
            None,
            who,
            ("reason",),
            guards=(g.identity_of_member,),
            takes=("candidate", "source", "number", "agreed_by", "renamed"),
            effect=effects.correct_candidate,
            closed_ok=True,
            correction=Correction.NEVER,
            never=_NOT_A_RECORD,
        )
        for sources, who in (((_S.SOURCED,), parts.FINDERS), (_AFTER_SOURCED, parts.CELL_OR_OFFICE))
    ),
    Line(
        "correct_record",
        tuple(State),
        None,
        parts.ACTING,
        ("event", "reason"),
        (g.correction_allowed, g.correction_competent, g.correction_right, g.correction_by_two, g.correction_grounded),
        takes=("number", "kept_because", "content"),
        effect=effects.correct_record,
        suspended_ok=True,
        closed_ok=True,
        undoable=False,
        correction=Correction.NEVER,
        never=Text(
            "Bản đính chính không đính chính: ghi một đính chính mới cho việc đó.",
            "A correction is not corrected: record a new correction of the act.",
        ),
    ),
    Line(
        "prepare_correction",
        tuple(State),
        None,
        parts.ACTING,
        ("event", "reason"),
        (g.correction_allowed, g.proposal_competent, g.correction_right, g.correction_needs_two, g.correction_grounded),
        takes=("number", "kept_because", "content"),
        effect=effects.prepare_correction,
        suspended_ok=True,
        closed_ok=True,
        correction=Correction.NEVER,
        never=Text(
            "Đề nghị đính chính chưa thay đổi gì: trình lại đề nghị khác.",
            "A proposed correction has changed nothing yet: propose another one.",
        ),
    ),
    Line(
        "decline_correction",
        tuple(State),
        None,
        parts.ACTING,
        ("reason",),
        (g.correction_waits, g.correction_competent, g.declined_by_another),
        takes=("event",),
        effect=effects.decline_correction,
        suspended_ok=True,
        closed_ok=True,
        correction=Correction.NEVER,
        never=Text(
            "Việc không nhận đính chính không thay đổi hồ sơ: trình lại đính chính.",
            "A declined correction has changed nothing: propose the correction again.",
        ),
    ),
    Line(
        "undo",
        tuple(State),
        None,
        parts.ACTING,
        (),
        (g.own_last_act,),
        takes=("event",),
        suspended_ok=True,
        closed_ok=True,
        undoable=False,
        correction=Correction.NEVER,
        never=Text("Việc hoàn tác không đính chính: ghi lại việc đó.", "What was taken back is done again instead."),
    ),
    Line(
        "change_rulebook",
        parts.OPEN,
        None,
        (Role.ADMINISTRATOR,),
        ("reason",),
        suspended_ok=True,
        undoable=False,
        correction=Correction.NEVER,
        never=Text(
            "Đổi bộ quy tắc không đính chính: đổi sang bộ quy tắc đúng.",
            "A change of rulebook is not corrected: change to the right rulebook.",
        ),
    ),
    Line(
        "readmit",
        (_S.REMOVED,),
        None,
        parts.CELL,
        ("ground",),
        (g.readmission_allowed,),
        takes=("number", "reason", "candidate", "cleared_on"),
        effect=effects.readmit,
        undoable=False,
        correction=Correction.NEVER,
        never=Text(
            "Lập hồ sơ kết nạp lại không đính chính: sửa trên hồ sơ mới.",
            "A re-admission is not corrected: correct the new dossier.",
        ),
    ),
    # removal
    Line(
        "propose_removal",
        _REMOVABLE,
        None,
        parts.CELL,
        ("ground", "ballot", "number"),
        (g.removal_ground, g.removal_cell_votes_left, *parts.CELL_REMOVAL_VOTE, g.removal_cell_majority),
        body=Voter.CELL,
        purpose=Purpose.REMOVAL,
        passes=True,
    ),
    Line(
        "endorse_removal",
        _REMOVABLE,
        None,
        parts.COMMITTEE_SECRETARY,
        ("ballot", "number"),
        (g.removal_cell_voted, g.removal_committee_votes_left, *parts.VOTE, g.removal_committee_majority),
        only=parts.WITH_REVIEW,
        body=Voter.COMMITTEE,
        purpose=Purpose.REMOVAL,
        passes=True,
    ),
    Line(
        "record_failed_removal_vote",
        _REMOVABLE,
        None,
        (*parts.CELL, *parts.COMMITTEE_SECRETARY, *parts.DECIDING),
        ("ballot",),
        (g.removal_recorder, g.removal_attempts_left, g.vote_adds_up, g.removal_quorum, g.removal_vote_failed),
        body=Voter.NEXT_ON_REMOVAL,
        purpose=Purpose.REMOVAL,
        effect=effects.failed_removal,
    ),
    Line(
        "remove",
        _REMOVABLE,
        _S.REMOVED,
        parts.DECIDING,
        ("ground", "ballot", "number"),
        (
            g.removal_ground,
            g.removal_cell_voted,
            g.removal_committee_voted,
            g.text_dated,
            *parts.VOTE,
            g.removal_deciding_majority,
        ),
        body=Voter.DECIDING,
        purpose=Purpose.REMOVAL,
        passes=True,
        form=Kind.NOTICE,
        issuer=Issuer.DECIDING,
        effect=effects.remove,
        decides=True,
        undoable=False,
        correction=Correction.SECOND_PERSON,
    ),
    # a wrong admission
    Line(
        "require_mending",
        _MEMBERS,
        None,
        parts.DECIDING,
        ("number", "reason"),
        (g.not_being_mended,),
        above=True,
        form=Kind.MENDING_LETTER,
        issuer=Issuer.DECIDING,
        effect=effects.require_mending,
    ),
    Line(
        "confirm_after_mending",
        _MEMBERS,
        None,
        parts.DECIDING,
        ("number", "ballot"),
        (g.is_being_mended, g.text_dated, *parts.VOTE, g.deciding_majority),
        body=Voter.DECIDING,
        purpose=Purpose.MENDING,
        passes=True,
        above=True,
        form=Kind.MENDED_DECISION,
        issuer=Issuer.DECIDING,
        effect=effects.confirm,
        decides=True,
        undoable=False,
        correction=Correction.SECOND_PERSON,
    ),
    Line(
        "annul_admission",
        _MEMBERS,
        _S.ANNULLED,
        parts.DECIDING,
        ("number", "ballot", "reason"),
        (g.text_dated, *parts.VOTE, g.deciding_majority),
        body=Voter.DECIDING,
        purpose=Purpose.ANNULMENT,
        passes=True,
        above=True,
        form=Kind.ANNULMENT,
        issuer=Issuer.DECIDING,
        effect=effects.annul,
        closed_ok=True,
        decides=True,
        undoable=False,
        correction=Correction.SECOND_PERSON,
    ),
    # coming along from paper, or from elsewhere
    *(
        Line(
            trigger,
            (None,),
            state,
            (*parts.CELL_OR_OFFICE, Role.UPPER_OFFICER),
            ("source", "candidate", "stands_in", "agreed_by"),
            (g.consent, g.candidate_known, g.taken_complete, *asks, g.taken_papers),
            takes=("consented", "unit_has_youth_union", "unit_has_trade_union", "taken", "papers", "reason"),
            only=parts.roads_with(state),
            effect=effect,
            undoable=False,
        )
        for trigger, effect, asks in (
            ("take_over", effects.take_over, ()),
            ("receive_transfer", effects.receive_transfer, (g.moving_paper,)),
        )
        for state in _TAKEN
    ),
    # the ends
    *(
        Line("withdraw", sources, _S.WITHDRAWN, who, ("reason",), suspended_ok=True)
        for sources, who in (
            ((_S.SOURCED,), parts.FINDERS),
            (tuple(s for s in _BEFORE_DECISION if s is not _S.SOURCED), parts.CELL),
        )
    ),
    *(
        Line(
            "refuse",
            sources,
            _S.NOT_ADMITTED,
            who,
            ("reason", "number"),
            asks,
            takes=("ballot",),
            body=body,
            purpose=Purpose.REFUSAL,
            passes=True,
            form=Kind.NOTICE,
        )
        for sources, who, body, asks in (
            ((_S.CELL_REVIEW,), parts.CELL, Voter.CELL, (*parts.CELL_REFUSAL_VOTE, g.cell_majority)),
            (
                (_S.SECTION_APPRAISAL, _S.COMMITTEE_REVIEW),
                parts.COMMITTEE_SECRETARY,
                Voter.COMMITTEE,
                (*parts.VOTE, g.committee_majority),
            ),
        )
    ),
    Line(
        "refuse",
        (_S.VERIFYING, _S.VERIFIED),
        _S.NOT_ADMITTED,
        parts.OFFICE_SECRETARY,
        ("reason", "number"),
        form=Kind.NOTICE,
    ),
    Line(
        "refuse",
        (_S.AWAITING_DECISION,),
        _S.NOT_ADMITTED,
        parts.DECIDING,
        ("reason", "number", "ballot"),
        (g.text_dated, *parts.VOTE, g.deciding_majority),
        body=Voter.DECIDING,
        purpose=Purpose.REFUSAL,
        passes=True,
        form=Kind.NOTICE,
        decides=True,
        undoable=False,
        correction=Correction.SECOND_PERSON,
    ),
    *(
        Line(
            "transfer_out",
            sources,
            _S.TRANSFERRED_OUT,
            parts.CELL_OR_OFFICE,
            ("reason", "number"),
            form=form,
            suspended_ok=True,
        )
        for sources, form in (
            (_BEFORE_VOTE, Kind.HELPED),
            (_VOTED, Kind.LETTER),
            ((*parts.ON_PROBATION, _S.OFFICIAL), Kind.FORMAL_TRANSFER),
        )
    ),
    Line(
        "record_death",
        parts.OPEN,
        _S.DECEASED,
        parts.CELL_OR_OFFICE,
        ("number",),
        form=Kind.NOTICE,
        suspended_ok=True,
        closed_ok=True,
        undoable=False,
    ),
)
