"""Sound facts for the tests of the rules, to be changed at one place each."""

from datetime import date, timedelta
from typing import Any

import msgspec

from tests.workflow.helpers import rules_against, situation
from workflow.facts import (
    Actor,
    Ballot,
    DossierFacts,
    Introducer,
    Paper,
    Schooling,
    Vote,
)
from workflow.stages import State
from workflow.votes import Body, Purpose

DAY = timedelta(days=1)
INTRODUCED = (Paper("3-KNĐ", date(2016, 1, 1)), Paper("3-KNĐ", date(2016, 1, 2)))
SOUND = DossierFacts(
    birth_date=date(1996, 5, 20),
    schooling=Schooling.UPPER_SECONDARY,
    papers=(*INTRODUCED, Paper("CN-NTVĐ", date(2021, 3, 15), "1")),
    introducers=(Introducer("m1", date(2010, 1, 1)), Introducer("m2", date(2010, 1, 1))),
    dossier_made_on=date(2022, 3, 1),
)
APPROVED = DossierFacts(admitted_on=date(2022, 6, 20), received_on=date(2022, 7, 1))
CELL = Ballot(15, 15, 15)


def at_cell(**changes: Any) -> DossierFacts:
    if "papers" in changes:
        changes["papers"] = (*INTRODUCED, *changes["papers"])
    return msgspec.structs.replace(SOUND, **changes)


def cell_vote(facts: DossierFacts, on: date, ballot: Ballot = CELL) -> set[str]:
    return rules_against(situation(State.CELL_REVIEW, facts), "pass_cell_vote", on, number="1-NQ/CB", ballot=ballot)


def failed(times: int, purpose: Purpose, body: Body = Body.CELL) -> tuple[Vote, ...]:
    return tuple(Vote(body, purpose, date(2022, 6, n + 1), 15, 15, 5) for n in range(times))


def verifying(**changes: Any) -> DossierFacts:
    papers = tuple(Paper(form, date(2022, 6, 1)) for form in ("1-KNĐ", "2-KNĐ", "3-KNĐ", "3-KNĐ"))
    base: dict[str, Any] = {
        "papers": papers,
        "introducers": (Introducer("m1", date(2020, 1, 1)), Introducer("m2", date(2020, 1, 1))),
        "birth_date": date(1985, 1, 1),
    }
    return DossierFacts(**{**base, **changes})


def start(facts: DossierFacts, on: date = date(2022, 7, 1), actor: Actor | None = None) -> set[str]:
    return rules_against(situation(State.APPLYING, facts, actor=actor), "start_verification", on)
