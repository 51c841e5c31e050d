"""The main road, line by line: from the source list to official membership."""

from workflow import guards as g
from workflow.facts import Control, Source
from workflow.papers import Kind
from workflow.procedure import effects, parts
from workflow.procedure.move import Correction, Issuer, Line, Voter
from workflow.stages import State
from workflow.text import Text
from workflow.votes import Purpose

_S = State
_ADMISSIBLE = (g.age, g.schooling, g.certificate_valid, g.not_stale)
_INTRODUCED = (g.organisation_resolution, g.introducers, g.introducer_tie)

STEPS: tuple[Line, ...] = (
    # sourcing
    Line(
        "create",
        (None,),
        _S.SOURCED,
        parts.FINDERS,
        ("source", "candidate"),
        (g.consent, g.candidate_known),
        takes=("consented", "ground", "unit_has_youth_union", "unit_has_trade_union"),
        effect=effects.create,
        undoable=False,
        correction=Correction.NEVER,
        never=Text(
            "Thông tin của người được ghi sửa bằng “Sửa thông tin cá nhân”; ghi nhầm người thì rút hồ sơ.",
            "The candidate's data are corrected by “Correct the candidate's data”; a wrong person is withdrawn.",
        ),
    ),
    Line(
        "nominate",
        (_S.SOURCED,),
        _S.NOMINATED,
        parts.YOUTH_OR_UNION,
        ("number", "ballot"),
        (g.from_organisation, g.nominating_role, g.youth_age, *parts.VOTE, g.nomination_vote),
        body=Voter.EXECUTIVE,
        purpose=Purpose.NOMINATION,
        passes=True,
        forms={Source.YOUTH_UNION: Kind.YOUTH_RESOLUTION, Source.TRADE_UNION: Kind.UNION_RESOLUTION},
        issuer=Issuer.NOMINATOR,
    ),
    Line(
        "accept_to_list",
        (_S.SOURCED, _S.NOMINATED),
        _S.LISTED,
        parts.CELL,
        ("number", "helpers"),
        (g.neither_organisation, g.consent),
        takes=("consented",),
        effect=effects.list_candidate,
    ),
    # training
    Line("propose_course", (_S.LISTED,), None, parts.CELL, effect=effects.propose_course),
    Line(
        "enrol",
        (_S.LISTED,),
        _S.ENROLLED,
        parts.OFFICE,
        ("course_starts_on", "course_ends_on"),
        (g.course_proposed, g.course_dates),
        effect=effects.enrol,
    ),
    Line(
        "certify",
        (_S.ENROLLED,),
        _S.TRAINED,
        parts.CENTRE,
        ("number",),
        (g.course_over,),
        form=Kind.CERTIFICATE,
        issuer=Issuer.CENTRE,
    ),
    Line("fail_course", (_S.ENROLLED,), _S.LISTED, parts.CENTRE, ("reason",), effect=effects.fail_course),
    Line(
        "record_certificate",
        (_S.LISTED,),
        _S.TRAINED,
        parts.CELL_OR_OFFICE,
        ("number", "issued_on"),
        (g.offered_certificate_valid,),
        form=Kind.CERTIFICATE,
    ),
    # verification
    Line(
        "open_dossier",
        (_S.TRAINED,),
        _S.APPLYING,
        parts.CELL,
        guards=(g.certificate_valid,),
        effect=effects.make_dossier,
    ),
    Line(
        "start_verification",
        (_S.APPLYING,),
        _S.VERIFYING,
        parts.OFFICE,
        guards=(g.application_papers, g.cv_after_application, *_INTRODUCED),
        control=Control.VERIFY,
        effect=effects.start_verification,
    ),
    Line(
        "conclude_verification",
        (_S.VERIFYING,),
        _S.VERIFIED,
        parts.OFFICE_SECRETARY,
        ("reason",),
        (g.relatives_verified, g.opinions, g.extra_papers),
        control=Control.CONCLUDE,
    ),
    # admission
    Line("submit_to_cell", (_S.VERIFIED,), _S.CELL_REVIEW, parts.CELL, guards=_ADMISSIBLE),
    *(
        Line(
            "pass_cell_vote",
            (_S.CELL_REVIEW,),
            dest,
            parts.CELL,
            ("number", "ballot"),
            (
                *_ADMISSIBLE,
                g.organisation_resolution,
                g.still_introduced,
                g.introducer_tie,
                *parts.CELL_VOTE,
                g.cell_majority,
            ),
            only=only,
            body=Voter.CELL,
            passes=True,
            form=Kind.CELL_RESOLUTION,
            issuer=Issuer.CELL,
            effect=effects.cell_vote,
        )
        for dest, only in (
            (_S.SECTION_APPRAISAL, parts.WITH_SECTION),
            (_S.COMMITTEE_REVIEW, parts.TO_COMMITTEE),
            (_S.AWAITING_DECISION, parts.TO_DECISION),
        )
    ),
    *(
        Line(
            "appraise",
            (_S.SECTION_APPRAISAL,),
            dest,
            parts.SECTION,
            ("number",),
            only=only,
            form=Kind.APPRAISAL,
            issuer=Issuer.SECTION,
        )
        for dest, only in (
            (_S.COMMITTEE_REVIEW, parts.COMMITTEE_AFTER_SECTION),
            (_S.AWAITING_DECISION, parts.DECISION_AFTER_SECTION),
        )
    ),
    Line(
        "pass_committee_vote",
        (_S.COMMITTEE_REVIEW,),
        _S.AWAITING_DECISION,
        parts.COMMITTEE,
        ("number", "ballot"),
        (*parts.VOTE, g.committee_majority),
        only=parts.WITH_REVIEW,
        body=Voter.COMMITTEE,
        passes=True,
        form=Kind.COMMITTEE_RESOLUTION,
        issuer=Issuer.COMMITTEE,
    ),
    Line(
        "prepare_decision",
        (_S.AWAITING_DECISION,),
        None,
        parts.DECIDING_OFFICE,
        guards=(g.admission_voted,),
        control=Control.PREPARE,
        effect=effects.prepare,
    ),
    Line(
        "decide_admission",
        (_S.AWAITING_DECISION,),
        _S.APPROVED,
        parts.DECIDING,
        ("number", "ballot"),
        (g.decision_prepared, g.admission_voted, g.text_dated, *parts.VOTE, g.deciding_majority),
        body=Voter.DECIDING,
        passes=True,
        control=Control.SIGN,
        form=Kind.ADMISSION,
        issuer=Issuer.DECIDING,
        effect=effects.admit,
        decides=True,
        undoable=False,
        correction=Correction.SECOND_PERSON,
    ),
    Line(
        "revoke_decision",
        (_S.APPROVED,),
        _S.NOT_ADMITTED,
        parts.DECIDING,
        ("number", "ballot", "reason"),
        (g.text_dated, *parts.VOTE, g.deciding_majority),
        body=Voter.DECIDING,
        purpose=Purpose.REVOCATION,
        passes=True,
        form=Kind.NOTICE,
        issuer=Issuer.DECIDING,
        effect=effects.revoke,
        decides=True,
        undoable=False,
        correction=Correction.SECOND_PERSON,
    ),
    # monitoring
    Line(
        "receive_decision",
        (_S.APPROVED,),
        None,
        parts.CELL,
        ("received_on",),
        (g.not_received, g.received_in_order),
        effect=effects.receive_decision,
    ),
    Line(
        "hold_ceremony",
        (_S.APPROVED,),
        _S.PROBATIONARY,
        parts.CELL,
        ("received_on",),
        (g.first_receipt, g.received_in_order, g.ceremony_in_time),
        effect=effects.hold_ceremony,
    ),
    Line(
        "submit_for_recognition",
        (_S.PROBATIONARY,),
        _S.RECOGNITION_CELL_REVIEW,
        parts.CELL,
        guards=(g.probation_over, g.new_member_course, g.recognition_papers),
    ),
    *(
        Line(
            "pass_cell_vote",
            (_S.RECOGNITION_CELL_REVIEW,),
            dest,
            parts.CELL,
            ("number", "ballot"),
            (g.probation_over, g.recognition_papers, g.votes_left, *parts.CELL_VOTE, g.cell_majority),
            only=only,
            body=Voter.CELL,
            passes=True,
            form=Kind.RECOGNITION_CELL_RESOLUTION,
            issuer=Issuer.CELL,
            effect=effects.cell_vote,
        )
        for dest, only in (
            (_S.RECOGNITION_SECTION_APPRAISAL, parts.WITH_SECTION),
            (_S.RECOGNITION_COMMITTEE_REVIEW, parts.TO_COMMITTEE),
            (_S.RECOGNITION_AWAITING_DECISION, parts.TO_DECISION),
        )
    ),
    *(
        Line(
            "appraise",
            (_S.RECOGNITION_SECTION_APPRAISAL,),
            dest,
            parts.SECTION,
            ("number",),
            only=only,
            form=Kind.RECOGNITION_APPRAISAL,
            issuer=Issuer.SECTION,
        )
        for dest, only in (
            (_S.RECOGNITION_COMMITTEE_REVIEW, parts.COMMITTEE_AFTER_SECTION),
            (_S.RECOGNITION_AWAITING_DECISION, parts.DECISION_AFTER_SECTION),
        )
    ),
    Line(
        "pass_committee_vote",
        (_S.RECOGNITION_COMMITTEE_REVIEW,),
        _S.RECOGNITION_AWAITING_DECISION,
        parts.COMMITTEE,
        ("number", "ballot"),
        (g.votes_left, *parts.VOTE, g.committee_majority),
        only=parts.WITH_REVIEW,
        body=Voter.COMMITTEE,
        passes=True,
        form=Kind.RECOGNITION_COMMITTEE_RESOLUTION,
        issuer=Issuer.COMMITTEE,
    ),
    *(
        Line(
            "refer_to_superior",
            (state,),
            _S.RECOGNITION_AWAITING_DECISION,
            who,
            ("reason",),
            (g.three_votes_failed,),
            effect=effects.refer,
        )
        for state, who in (
            (_S.RECOGNITION_CELL_REVIEW, parts.CELL),
            (_S.RECOGNITION_COMMITTEE_REVIEW, parts.COMMITTEE),
        )
    ),
    Line(
        "refer_to_superior",
        (_S.RECOGNITION_AWAITING_DECISION,),
        None,
        parts.DECIDING,
        ("reason",),
        (g.three_votes_failed,),
        effect=effects.refer_above,
    ),
    Line(
        "prepare_decision",
        (_S.RECOGNITION_AWAITING_DECISION,),
        None,
        parts.DECIDING_OFFICE,
        guards=(g.recognition_voted,),
        control=Control.PREPARE,
        effect=effects.prepare,
    ),
    Line(
        "decide_recognition",
        (_S.RECOGNITION_AWAITING_DECISION,),
        _S.OFFICIAL,
        parts.DECIDING,
        ("number", "ballot"),
        (
            g.probation_over,
            g.decision_prepared,
            g.recognition_voted,
            g.no_removal_pending,
            g.not_being_mended,
            g.votes_left,
            g.text_dated,
            *parts.VOTE,
            g.deciding_majority,
        ),
        body=Voter.DECIDING,
        passes=True,
        control=Control.SIGN,
        form=Kind.RECOGNITION,
        issuer=Issuer.DECIDING,
        effect=effects.recognise,
        decides=True,
        undoable=False,
        correction=Correction.SECOND_PERSON,
    ),
    Line("close", (_S.OFFICIAL,), None, parts.OFFICE, guards=(g.follow_up_over,), effect=effects.close),
)
