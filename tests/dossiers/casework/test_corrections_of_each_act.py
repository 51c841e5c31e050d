"""Every act there is, corrected: allowed, by two, or not, and then why; as the table says."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.audit import services as audit
from dossiers.casework import correcting, loading
from dossiers.casework.act import Act
from dossiers.casework.advance import advance
from dossiers.casework.models import Dossier, Event
from dossiers.casework.replaying import Counted
from dossiers.casework.store import DatabaseStore
from dossiers.extensions import db
from workflow import replay
from workflow.facts import Evidence
from workflow.machine import Refused
from workflow.procedure.move import Correction
from workflow.procedure.table import LINES
from workflow.roles import Role
from workflow.triggers import TRIGGERS

ALLOWED, BY_TWO, NEVER = "allowed", "by two", "never"

TABLE = {
    "create": NEVER, "nominate": ALLOWED, "accept_to_list": ALLOWED, "propose_course": ALLOWED, "enrol": ALLOWED,
    "certify": ALLOWED, "fail_course": ALLOWED, "record_certificate": ALLOWED, "renew_certificate": ALLOWED,
    "open_dossier": ALLOWED, "record_papers": ALLOWED, "assign_introducers": ALLOWED, "record_relatives": ALLOWED,
    "start_verification": ALLOWED, "conclude_verification": ALLOWED, "redo_stale_papers": ALLOWED,
    "submit_to_cell": ALLOWED, "pass_cell_vote": ALLOWED, "appraise": ALLOWED, "pass_committee_vote": ALLOWED,
    "record_failed_vote": ALLOWED, "prepare_decision": ALLOWED, "approve_decision": ALLOWED,
    "decide_admission": BY_TWO, "revoke_decision": BY_TWO,
    "receive_decision": ALLOWED, "hold_ceremony": ALLOWED, "submit_for_recognition": ALLOWED,
    "refer_to_superior": ALLOWED, "decide_recognition": BY_TWO, "propose_removal": ALLOWED, "endorse_removal": ALLOWED,
    "record_failed_removal_vote": ALLOWED, "remove": BY_TWO, "close": ALLOWED, "return_for_correction": ALLOWED,
    "follow_new_road": NEVER,
    "extend_deadline": ALLOWED, "suspend": ALLOWED, "resume": ALLOWED, "transfer": NEVER, "reorganise": NEVER,
    "correct_candidate": NEVER,
    "correct_record": NEVER, "prepare_correction": NEVER, "decline_correction": NEVER, "undo": NEVER,
    "change_rulebook": NEVER, "readmit": NEVER,
    "take_over": ALLOWED, "receive_transfer": ALLOWED, "mend_point": ALLOWED, "require_mending": ALLOWED,
    "send_request": ALLOWED, "remind_request": ALLOWED, "record_answer": ALLOWED,
    "attach_scan": NEVER, "write_cv": NEVER, "hand_over": NEVER, "receive_dossier": NEVER,
    "confirm_after_mending": BY_TWO, "annul_admission": BY_TWO,
    "record_month": ALLOWED, "remark_quarter": ALLOWED, "answer_warning": ALLOWED, "assign_helper": ALLOWED,
    "helper_leaves": ALLOWED, "record_merit": ALLOWED, "classify": ALLOWED, "tell_person": ALLOWED,
    "withdraw": ALLOWED, "refuse": ALLOWED, "transfer_out": ALLOWED, "record_death": ALLOWED,
}  # fmt: skip
"""What becomes of a correction of each act. A refusal where the deciding body takes it is by two as well."""

WORDS = {Correction.FREE: ALLOWED, Correction.SECOND_PERSON: BY_TWO, Correction.NEVER: NEVER}


def test_the_table_of_corrections_is_the_one_people_read() -> None:
    assert set(TABLE) == set(TRIGGERS)
    for line in LINES:
        expected = BY_TWO if line.trigger == "refuse" and line.decides else TABLE[line.trigger]
        assert WORDS[line.correction] == expected, line.trigger


def in_demo(trigger: str) -> tuple[str, int] | None:
    query = select(Dossier.code, Event.seq).join(Event, Event.dossier_id == Dossier.id)
    row = db.session.execute(query.where(Event.trigger == trigger).order_by(Dossier.id, Event.seq).limit(1)).first()
    return (row.code, row.seq) if row else None


@pytest.mark.parametrize("trigger", [name for name in TABLE if name not in ("correct_record", "undo")])
def test_an_act_of_the_demo_is_corrected_as_the_table_says(app: Flask, trigger: str) -> None:
    with app.app_context():
        found = in_demo(trigger)
        if found is None:
            assert trigger in NOT_IN_THE_DEMO
            return
        code, seq = found
        case = loading.load_for_administration(code)
        target = correcting.target_of(case.id, seq)
        right = Act(
            trigger, corrected(case.id, target), class_id=target.brought.course, relatives=target.personal.relatives,
            companions=target.personal.companions, person=dict(target.personal.person),
        )  # fmt: skip
        who = Signed(1, tuple((role, unit) for role in Role for unit in case.scope_units))
        evidence = Evidence(clock.today(), event=seq, reason="Ghi nhầm ngày.", kept_because="Đã xem lại.")
        act = Act("correct_record", evidence, corrected=right)
        planned = correcting.plan(DatabaseStore(), case, act).about
        if TABLE[trigger] == NEVER:
            assert planned.never is not None
            with pytest.raises(Refused) as refused:
                advance(code, act, who, case.version)
            assert refused.value.refusals[0].field == "event"
        elif planned.touches_decision:
            with pytest.raises(Refused) as refused:
                advance(code, act, who, case.version)
            assert refused.value.refusals[0].mend == "prepare_correction"
            advance(code, replace(act, trigger="prepare_correction"), who, case.version)
            other = Signed(2, who.grants)
            advance(code, act, other, case.version + 1)
        else:
            assert TABLE[trigger] == ALLOWED
            advance(code, act, who, case.version)
        db.session.remove()
        assert audit.verify()[1] == []


def corrected(dossier_id: int, target: Counted) -> Evidence:
    """An earlier day, if that is not before the act that led there; another reason or number if it has one."""
    old, last_on = target.recorded.evidence, correcting.before(dossier_id, target.event.seq)[0].facts.last_on
    earlier = old.happened_on - timedelta(days=1)
    day = old.happened_on if last_on is not None and earlier < last_on else earlier
    said: dict[str, Any] = {"happened_on": day, "received_on": old.received_on and min(old.received_on, day)}
    if old.papers:
        said["papers"] = tuple(msgspec.structs.replace(p, issued_on=min(p.issued_on, day)) for p in old.papers)
    if old.relatives:
        said["relatives"] = tuple(
            msgspec.structs.replace(r, verified_on=r.verified_on and min(r.verified_on, day)) for r in old.relatives
        )
    accepted = replay.move_of(target.recorded).accepted
    said |= {name: "9-ĐÚNG" for name in ("reason", "number") if name in accepted}
    return msgspec.structs.replace(old, **said)


NOT_IN_THE_DEMO = (
    "approve_decision", "fail_course", "record_certificate",
    "renew_certificate", "redo_stale_papers", "revoke_decision",
    "refer_to_superior", "follow_new_road", "hand_over", "receive_dossier",
    "record_failed_removal_vote", "close", "resume", "transfer", "reorganise", "correct_candidate",
    "prepare_correction", "decline_correction", "change_rulebook", "readmit", "take_over", "receive_transfer",
    "confirm_after_mending", "answer_warning", "assign_helper", "helper_leaves", "record_merit", "classify",
    "tell_person",
)  # fmt: skip
"""The demo has none of these; chance corrects them in test_replay."""
