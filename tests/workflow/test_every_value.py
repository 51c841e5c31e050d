"""Every value of every rulebook is read by a rule: change it, and an answer changes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from tests.workflow.helpers import CALENDAR, EVERYBODY
from tests.workflow.situations import INTRODUCED, SOUND, failed
from workflow import bundle, machine, monitoring
from workflow.asking import Asked, Giver, Request
from workflow.deadlines import follow_up_end, probation_end, running
from workflow.facts import (
    Actor,
    Ballot,
    Candidate,
    Control,
    Controlled,
    DossierFacts,
    Evidence,
    Introducer,
    Paper,
    Relation,
    Relative,
    Schooling,
    Source,
    Vouched,
)
from workflow.guards import Situation, cv_agrees, cv_warning
from workflow.machine import Refused
from workflow.probation import Dues, Followed, Month
from workflow.route import ROUTES, Route, RouteName, UnitKind, route_of
from workflow.rulebook import Rule, Rulebook, shipped
from workflow.stages import State
from workflow.text import Text
from workflow.votes import Body, Purpose

ON = date(2026, 9, 14)
COMMITTEE = ROUTES[RouteName.COMMITTEE]
OWN = ROUTES[RouteName.DELEGATED]
Probe = Callable[[Rulebook], object]
S = State


def said(
    state: State | None, facts: DossierFacts, trigger: str, on: date = ON, route: Route = COMMITTEE, **evidence: Any
) -> Probe:
    """What the rules say to an act: the refusals in words, or what it makes of the dossier."""

    def probe(book: Rulebook) -> object:
        s = Situation(state, route, facts, book, CALENDAR, Actor("a1", EVERYBODY), date(2030, 1, 1))
        try:
            done = machine.fire(trigger, msgspec.structs.replace(s, evidence=Evidence(on, **evidence)))
        except Refused as refused:
            return [(refusal.rule, refusal.message.vi) for refusal in refused.refusals]
        return (done.to, done.facts, [warning.rule for warning in done.warnings])

    return probe


def due(state: State, facts: DossierFacts) -> Probe:
    """The deadlines of a dossier."""
    return lambda book: running(state, facts, book, CALENDAR)


def asked(state: State, facts: DossierFacts) -> Probe:
    """The papers asked for."""
    return lambda book: [
        (one.form, one.times) for one in bundle.wanted(Situation(state, COMMITTEE, facts, book, CALENDAR, Actor(), ON))
    ]


def warned(facts: DossierFacts, on: date) -> Probe:
    """The warnings of a day."""
    return lambda book: monitoring.warnings(State.PROBATIONARY, facts, book, CALENDAR, on)


def facts(base: DossierFacts = SOUND, **changes: Any) -> DossierFacts:
    return msgspec.structs.replace(base, **changes)


def papers(*forms: str, on: date = date(2026, 9, 1)) -> tuple[Paper, ...]:
    return tuple(Paper(form, on) for form in forms)


READY = facts(
    dossier_made_on=date(2026, 3, 2), papers=(*INTRODUCED, Paper("CN-NTVĐ", date(2025, 3, 14), "1")),
    birth_date=date(1996, 5, 20),
)  # fmt: skip
MEMBER = DossierFacts(admitted_on=date(2025, 7, 1), received_on=date(2025, 7, 8), ceremony_on=date(2025, 7, 15))
UNPAID = facts(
    MEMBER, followed=Followed(tuple(Month(date(2025, month, 1), None, Dues.UNPAID) for month in (8, 9, 10)))
)  # fmt: skip
WINTER = (date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1))
OVER_NEW_YEAR = facts(MEMBER, followed=Followed(tuple(Month(first, None, Dues.UNPAID) for first in WINTER)))
AT_CELL = facts(READY)
PREPARED = facts(READY, cell_resolution_on=date(2026, 8, 3), prepared_on=date(2026, 9, 1), preparer="a9")
FULL = Ballot(15, 15, 15)


def vote(in_favour: int, present: int = 15, **changes: Any) -> dict[str, Any]:
    return {"number": "1-NQ", "ballot": Ballot(15, present, in_favour, **changes)}


def verifying(**changes: Any) -> DossierFacts:
    return facts(
        READY, papers=(*papers("1-KNĐ", "2-KNĐ", "3-KNĐ"), *papers("3-KNĐ", on=date(2026, 9, 2))), **changes
    )  # fmt: skip


RELATIVES = tuple(Relative(f"r{r}", r, date(2026, 9, 1)) for r in (Relation.FATHER, Relation.MOTHER))
# fmt: off
PROBES: dict[str, Probe] = {
    "age_min": said(S.CELL_REVIEW, facts(AT_CELL, birth_date=date(2008, 9, 1)), "pass_cell_vote", **vote(15)),
    "age_max": said(S.CELL_REVIEW, facts(AT_CELL, birth_date=date(1966, 9, 1)), "pass_cell_vote", **vote(15)),
    "age_counts_by": said(S.CELL_REVIEW, facts(AT_CELL, birth_date=date(2008, 9, 30)), "pass_cell_vote", **vote(15)),
    "schooling": said(S.CELL_REVIEW, facts(AT_CELL, schooling=Schooling.PRIMARY), "pass_cell_vote", **vote(15)),
    "schooling_proof": said(S.CELL_REVIEW, facts(AT_CELL, schooling=Schooling.PRIMARY), "pass_cell_vote", **vote(15)),
    "schooling_grounds": said(
        S.CELL_REVIEW, facts(AT_CELL, schooling=Schooling.PRIMARY, schooling_ground="mountain"), "pass_cell_vote",
        **vote(15),
    ),
    "schooling_grounds_primary": said(
        S.CELL_REVIEW,
        facts(AT_CELL, schooling=None, schooling_ground="mountain"), "pass_cell_vote", **vote(15),
    ),
    "consent_note": said(
        None, DossierFacts(), "create", source=Source.OTHER, candidate=Candidate(date(1990, 1, 1)), consented=False
    ),
    "nomination": said(S.SOURCED, facts(source=Source.TRADE_UNION, union_member=True), "nominate", **vote(8)),
    "youth_age": said(
        S.SOURCED, facts(source=Source.YOUTH_UNION, birth_date=date(1996, 8, 20)), "nominate", **vote(15)
    ),
    "direct_listing": said(S.SOURCED, facts(source=Source.OTHER), "accept_to_list", number="1", helpers=1),
    "introducers_with_organisation": said(
        S.APPLYING, verifying(
            source=Source.TRADE_UNION, union_member=True, unit_has_trade_union=True, introducers=SOUND.introducers[:1],
        ), "start_verification"
    ),
    "introducers_alone": said(S.APPLYING, verifying(source=Source.OTHER), "start_verification"),
    "introducer_tie": said(
        S.APPLYING, facts(READY), "assign_introducers", introducers=(Introducer("m7", date(2025, 9, 10)),)
    ),
    "course_proposal": said(
        S.LISTED, DossierFacts(), "enrol", course_starts_on=date(2026, 9, 20), course_ends_on=date(2026, 9, 25)
    ),
    "course_certificate": said(
        S.CELL_REVIEW, facts(AT_CELL, papers=(*INTRODUCED, Paper("CN-NTVĐ", date(2021, 9, 10), "1"))), "pass_cell_vote",
        **vote(15),
    ),
    "application_papers": said(S.APPLYING, facts(READY, papers=()), "start_verification"),
    "verified_persons": said(
        S.VERIFYING, verifying(), "record_relatives", relatives=(Relative("r3", Relation.CHILD, date(2026, 9, 1)),)
    ),
    "exempt_relatives": said(
        S.VERIFYING, verifying(verifying_since=date(2026, 8, 3)), "record_relatives",
        relatives=(Relative("r1", Relation.FATHER, date(2026, 9, 1), exempt=True),),
    ),
    "verification_order": said(
        S.APPLYING, facts(READY), "record_relatives", relatives=(Relative("r1", Relation.FATHER, date(2026, 9, 1)),)
    ),
    "private_owner_papers": asked(S.APPLYING, facts(READY, private_owner=True)),
    "religion_papers": asked(S.APPLYING, facts(READY, religious=True)),
    "mover_papers": asked(S.APPLYING, facts(READY, moved_in=True)),
    "inquiry_answer": due(S.VERIFYING, facts(READY, asked=(Asked(1, Request(about=("r1",)), ON),))),
    "opinion_answer": due(S.VERIFYING, facts(READY, asked=(Asked(1, Request(giver=Giver.RESIDENCE), ON),))),
    "reminder_answer": due(S.VERIFYING, facts(READY, asked=(Asked(1, Request(about=("r1",)), ON, (ON,)),))),
    "opinions": said(S.VERIFYING, verifying(relatives=RELATIVES), "conclude_verification", reason="Đủ."),
    "stale_dossier": said(
        S.CELL_REVIEW, facts(AT_CELL, dossier_made_on=date(2025, 9, 10)), "pass_cell_vote", **vote(15)
    ),
    "separation_pairs": said(
        S.AWAITING_DECISION,
        facts(PREPARED, preparer="a1", controls=(Controlled(Control.PREPARE, "a1"),)),
        "decide_admission", **vote(15),
    ),
    "cell_vote": said(S.CELL_REVIEW, AT_CELL, "pass_cell_vote", **vote(9)),
    "committee_vote": said(S.COMMITTEE_REVIEW, PREPARED, "pass_committee_vote", **vote(9)),
    "standing_committee_vote": said(S.AWAITING_DECISION, PREPARED, "decide_admission", **vote(9)),
    "delegated_committee_vote": said(S.AWAITING_DECISION, PREPARED, "decide_admission", route=OWN, **vote(9)),
    "quorum": said(S.COMMITTEE_REVIEW, PREPARED, "pass_committee_vote", **vote(9, 9)),
    "smallest_cell": said(S.CELL_REVIEW, AT_CELL, "pass_cell_vote", number="1", ballot=Ballot(3, 3, 3)),
    "quorum_effect": said(S.CELL_REVIEW, AT_CELL, "record_failed_vote", ballot=Ballot(15, 8, 5)),
    "quorum_effect_committee": said(S.COMMITTEE_REVIEW, PREPARED, "record_failed_vote", ballot=Ballot(15, 8, 5)),
    "contents_kept": said(S.VERIFYING, verifying(relatives=()), "conclude_verification", reason="Đủ."),
    "cv_agreement": lambda book: [
        guard(Situation(
            S.APPLYING, COMMITTEE, READY, book, CALENDAR, Actor(), ON, control=Control.VERIFY, dest=S.VERIFYING,
            cv_differs=(Text("Quê quán", "Home town"),),
        )) for guard in (cv_agrees, cv_warning)
    ],
    "handing_over": said(S.COMMITTEE_REVIEW, PREPARED, "pass_committee_vote", **vote(15)),
    "deciding_bodies": lambda book: route_of(
        ((UnitKind.CELL, None), (UnitKind.GRASSROOTS_COMMITTEE, None), (UnitKind.UPPER_COMMITTEE, None)), book
    ),
    "committee_votes_first": lambda book: route_of(
        ((UnitKind.CELL, None), (UnitKind.GRASSROOTS_COMMITTEE, "own_standing_committee")),
        set_to(book, "deciding_bodies", ("own_standing_committee",)),
    ),
    "three_failed_votes": said(
        S.RECOGNITION_CELL_REVIEW, facts(MEMBER, votes=failed(3, Purpose.RECOGNITION)), "refer_to_superior"
    ),
    "admission_decision": due(S.AWAITING_DECISION, PREPARED),
    "admission_decision_extension": said(
        S.AWAITING_DECISION, PREPARED, "extend_deadline", rule="admission_decision", days=30,
        agreed_by="BTV", reason="Dịch.",
    ),
    "decision_approved": said(S.AWAITING_DECISION, PREPARED, "decide_admission", **vote(15)),
    "decision_prepared": said(
        S.AWAITING_DECISION, facts(PREPARED, prepared_on=None, preparer=""), "decide_admission", **vote(15)
    ),
    "ceremony": due(S.APPROVED, facts(MEMBER, ceremony_on=None)),
    "ceremony_clock_starts": due(S.APPROVED, facts(MEMBER, ceremony_on=None)),
    "ceremony_extension": said(
        S.APPROVED, facts(MEMBER, ceremony_on=None), "extend_deadline", date(2025, 7, 20), rule="ceremony", days=31,
        agreed_by="BTV", reason="Dịch.",
    ),
    "probation": lambda book: probation_end(MEMBER, book),
    "member_cv": due(S.PROBATIONARY, MEMBER),
    "absent_months": warned(UNPAID, date(2025, 11, 3)),
    "absent_year": warned(OVER_NEW_YEAR, date(2026, 2, 2)),
    "course_by_month": warned(MEMBER, date(2026, 4, 16)),
    "quarters_without_remarks": warned(MEMBER, date(2026, 1, 16)),
    "helper_left": warned(facts(MEMBER, followed=Followed(helper_left_on=date(2025, 9, 1))), date(2025, 9, 3)),
    "recognition_vote_near": warned(MEMBER, date(2026, 8, 13)),
    "moved_without_papers": warned(facts(MEMBER, moved_in_on=date(2025, 9, 3)), date(2025, 10, 16)),
    "classified_after": said(S.PROBATIONARY, MEMBER, "classify", date(2025, 12, 20), year=2025, ground="good"),
    "complaint": due(S.REMOVED, facts(MEMBER, followed=Followed(told_on=date(2026, 3, 2)))),
    "formal_transfer": due(S.PROBATIONARY, facts(MEMBER, moved_in=True, moved_in_on=date(2025, 9, 1))),
    "new_member_course": said(S.PROBATIONARY, MEMBER, "submit_for_recognition", date(2026, 7, 20)),
    "recognition_papers": said(S.PROBATIONARY, MEMBER, "submit_for_recognition", date(2026, 7, 20)),
    "recognition_vote": due(S.RECOGNITION_CELL_REVIEW, MEMBER),
    "recognition_decision": due(
        S.RECOGNITION_AWAITING_DECISION, facts(MEMBER, recognition_resolution_on=date(2026, 8, 3))
    ),
    "recognition_decision_extension": said(
        S.RECOGNITION_AWAITING_DECISION, facts(MEMBER, recognition_resolution_on=date(2026, 8, 3)), "extend_deadline",
        date(2026, 8, 20), rule="recognition_decision", days=30, agreed_by="BTV", reason="Dịch.",
    ),
    "effective_date": said(
        S.RECOGNITION_AWAITING_DECISION,
        facts(MEMBER, recognition_resolution_on=date(2026, 8, 3), prepared_on=date(2026, 9, 1), preparer="a9",
              vouched=tuple(
            Vouched(body, Purpose.RECOGNITION, date(2026, 8, 3)) for body in (Body.CELL, Body.COMMITTEE)
        )),
        "decide_recognition", **vote(15),
    ),
    "follow_up": lambda book: follow_up_end(facts(MEMBER, recognised_on=date(2026, 9, 1)), book),
    "removal_votes": said(S.PROBATIONARY, MEMBER, "propose_removal", ground="absent", **vote(9)),
    "removal_grounds": said(S.PROBATIONARY, MEMBER, "propose_removal", ground="absent", **vote(15)),
    "readmission": said(S.REMOVED, facts(MEMBER, left_on=date(2023, 9, 10)), "readmit", ground="removed", number="1"),
    "readmission_minor_offence": said(
        S.REMOVED, facts(MEMBER, left_on=date(2019, 9, 10)), "readmit", ground="minor_offence", number="1",
        cleared_on=date(2021, 9, 10),
    ),
    "readmission_consent": said(S.REMOVED, facts(MEMBER, left_on=date(2019, 9, 10)), "readmit", ground="removed"),
    "readmission_once": said(
        S.REMOVED, facts(MEMBER, left_on=date(2019, 9, 10), readmission=True), "readmit", ground="removed", number="1"
    ),
    "readmission_excluded": said(
        S.REMOVED, facts(MEMBER, left_on=date(2019, 9, 10)), "readmit", ground="left_of_own_accord", number="1"
    ),
    "month_end": due(S.CELL_REVIEW, facts(AT_CELL, dossier_made_on=date(2026, 3, 6))),  # a year later is a Saturday
}
# fmt: on
"""For each value a question whose answer hangs on it."""

ELSEWHERE = {"exempt_members": "tests/dossiers/casework: the register is counted there"}


def set_to(book: Rulebook, key: str, value: Any) -> Rulebook:
    rule = msgspec.structs.replace(book.rules[key], value=value)
    return msgspec.structs.replace(book, rules={**book.rules, key: rule})


def others(rule: Rule) -> list[Any]:
    """Values the rule could have instead, of its kind."""
    value = rule.value
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value - 1, value + 1, value + 30] if value else [value + 30]
    if isinstance(value, str):
        return [word for word in rule.choices or ("2/3", ">1/2") if word != value]
    assert isinstance(value, tuple)
    if rule.choices:
        return [tuple(word for word in rule.choices if word != left_out) for left_out in value]
    if rule.key == "removal_votes":
        return [(">1/2", *value[1:])]
    return [("17-KNĐ",)]


@pytest.mark.parametrize(
    ("code", "key"),
    [(book.code, rule.key) for book in shipped().values() for rule in book.rules.values() if rule.value is not None],
)
def test_changing_a_value_changes_an_answer(code: str, key: str) -> None:
    if key in ELSEWHERE:
        assert key not in PROBES
        return
    book = shipped()[code]
    before = PROBES[key](book)
    after = [PROBES[key](set_to(book, key, value)) for value in others(book.rules[key])]
    assert after, "nothing else it could be"
    assert any(answer != before for answer in after), f"nobody reads {key}"


def test_every_value_is_asked_for_and_no_question_is_about_nothing() -> None:
    valued = {rule.key for book in shipped().values() for rule in book.rules.values() if rule.value is not None}
    assert set(PROBES) | set(ELSEWHERE) == valued
