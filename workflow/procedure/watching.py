"""What is recorded of a member's year changes in the facts: what the rules count, never what was written."""

from typing import Any

import msgspec

from workflow.facts import Evidence
from workflow.guards import Situation
from workflow.probation import Answered, Author, Classified, Honoured, Level, Merit, Remarked, with_month
from workflow.procedure.effects import Changes


def _kept(s: Situation, **new: Any) -> Changes:
    return {"followed": msgspec.structs.replace(s.facts.year, **new)}


def month(s: Situation, e: Evidence) -> Changes:
    """Of a sympathiser only texts are recorded, which no rule counts."""
    said = e.month
    if said is None or (said.met is None and said.dues is None):
        return {}
    return _kept(s, months=with_month(s.facts.year.months, said))


def quarter(s: Situation, e: Evidence) -> Changes:
    return _kept(s, quarters=(*s.facts.year.quarters, Remarked(e.quarter or 1, Author(e.ground))))


def answer(s: Situation, e: Evidence) -> Changes:
    return _kept(s, answers=(*s.facts.year.answers, Answered(e.warning, e.causes)))


def helper(s: Situation, e: Evidence) -> Changes:
    return {**_kept(s, helper_left_on=None), "helpers": e.helpers}


def helper_leaves(s: Situation, e: Evidence) -> Changes:
    return _kept(s, helper_left_on=e.happened_on)


def merit(s: Situation, e: Evidence) -> Changes:
    return _kept(s, merits=(*s.facts.year.merits, Honoured(Merit(e.ground), e.issued_on or e.happened_on)))


def classified(s: Situation, e: Evidence) -> Changes:
    return _kept(s, years=(*s.facts.year.years, Classified(e.year or 1930, Level(e.ground))))


def told(s: Situation, e: Evidence) -> Changes:
    return _kept(s, told_on=e.happened_on)
