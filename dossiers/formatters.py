"""How dates, moments, numbers and codes are shown; the one place for display formats."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from flask import g, has_request_context

from dossiers import clock
from dossiers.languages import gettext_in, language, ngettext
from workflow.asking import GIVER_LABELS, WAY_LABELS
from workflow.deadlines import days_left
from workflow.facts import RELATION_LABELS, SOURCE_LABELS, Source
from workflow.paper_lines import STANDING_LABELS
from workflow.roles import ROLE_LABELS, Role
from workflow.route import DECIDER_LABELS, UNIT_KIND_LABELS, UnitKind
from workflow.stages import STAGE_LABELS, STATE_LABELS, Stage, State
from workflow.text import Text
from workflow.triggers import ACT_LABELS
from workflow.verifying import STANDING_LABELS as VERIFIED_LABELS
from workflow.votes import BODY_LABELS, PURPOSE_LABELS, Body
from workflow.words import cited, value_text


def say(text: Text) -> str:
    """A text of the rules in the language of this request."""
    return text.in_(language())


@lru_cache(maxsize=20_000)
def day(value: date | None) -> str:
    """A date as 10/07/2022; a dash for none."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}" if value else "–"


def moment(stamp: str) -> str:
    """A recorded moment as 10/07/2022 14:05, Vietnamese time."""
    at: datetime = clock.parse_stamp(stamp)
    return f"{day(at.date())} {at:%H:%M}"


def at(seconds: float) -> str:
    """Seconds since 1970 as 10/07/2022 14:05, Vietnamese time."""
    found = datetime.fromtimestamp(seconds, clock.VIETNAM)
    return f"{day(found.date())} {found:%H:%M}"


def count(number: int) -> str:
    """A number with its thousands apart: 1.234 (1,234 in English)."""
    shown = f"{number:,}"
    return shown if language() == "en" else shown.replace(",", ".")


def percent(part: int, whole: int) -> str:
    """A rate rounded half up to two decimals: 63 of 130 is 48,46 % (48.46 % in English)."""
    if whole == 0:
        return "–"
    shown = str(rate(part, whole))
    return f"{shown if language() == 'en' else shown.replace('.', ',')} %"


def rate(part: int, whole: int) -> Decimal:
    """The percentage of `part` in `whole`, rounded half up to two decimals; 0 of nothing is 0."""
    if whole == 0:
        return Decimal("0.00")
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def today() -> date:
    """The request's one today, asked for once."""
    if not has_request_context():
        return clock.today()
    if "today" not in g:
        g.today = clock.today()
    found: date = g.today
    return found


def due(value: date | None) -> str:
    """A deadline in words: how many days are left, or since when it has passed."""
    return "" if value is None else left(days_left(value, today()), language())


@lru_cache(maxsize=4096)
def left(days: int, code: str) -> str:
    """So many days to a deadline, in words of a language; since when it has passed, if there are fewer than none."""
    if days < 0:
        return ngettext("quá hạn %(num)s ngày", "quá hạn %(num)s ngày", -days, code) % {"num": -days}
    if days == 0:
        return gettext_in(code, "đến hạn hôm nay")
    if days <= _IN_DAYS:
        return ngettext("còn %(num)s ngày", "còn %(num)s ngày", days, code) % {"num": days}
    months = int(days / _MONTH)
    return ngettext("còn hơn %(num)s tháng", "còn hơn %(num)s tháng", months, code) % {"num": months}


_IN_DAYS, _MONTH = 99, 30.44
"""Nobody counts further than that in days; the day itself stands beside."""


def due_class(value: date | None) -> str:
    """The css class for a deadline: late, soon (a week) or fine."""
    return "" if value is None else urgency(days_left(value, today()))


def urgency(days: int) -> str:
    """The css class for so many days to a deadline."""
    return "late" if days < 0 else "soon" if days <= 7 else "fine"


def state(code: str) -> str:
    """The label of a state."""
    return say(STATE_LABELS[State(code)])


def stage(code: str) -> str:
    """The label of a stage."""
    return say(STAGE_LABELS[Stage(code)])


def role(code: str | None) -> str:
    """The label of a role."""
    return say(ROLE_LABELS[Role(code)]) if code else "–"


def source(code: str) -> str:
    """The label of a source."""
    return say(SOURCE_LABELS[Source(code)])


def trigger(code: str) -> str:
    """The label of a trigger."""
    return say(ACT_LABELS[code]) if code in ACT_LABELS else code


def body(code: str) -> str:
    """The label of a voting body."""
    return say(BODY_LABELS[Body(code)])


def unit_kind(code: str) -> str:
    """The label of a kind of unit."""
    return say(UNIT_KIND_LABELS[UnitKind(code)])


def filters(code: str) -> dict[str, Callable[..., Any]]:
    """The filters of the templates of one language; labels stand in tables made once."""

    def labels(texts: Mapping[Any, Text]) -> Callable[[str], str]:
        return {str(key): text.in_(code) for key, text in texts.items()}.__getitem__

    roles = {str(key): text.in_(code) for key, text in ROLE_LABELS.items()}
    triggers = {name: label.in_(code) for name, label in ACT_LABELS.items()}
    return {
        "say": lambda text: text.in_(code),
        "cited": lambda source: cited(source).in_(code),
        "rule_value": lambda rule: value_text(rule).in_(code),
        "day": day,
        "moment": moment,
        "at": at,
        "count": count,
        "due": due,
        "due_class": due_class,
        "state": labels(STATE_LABELS),
        "stage": labels(STAGE_LABELS),
        "role": lambda role: roles[role] if role else "–",
        "source": labels(SOURCE_LABELS),
        "standing": labels(STANDING_LABELS),
        "asked_how": labels(WAY_LABELS),
        "giver": labels(GIVER_LABELS),
        "verified": labels(VERIFIED_LABELS),
        "trigger": lambda name: triggers.get(name, name),
        "body": labels(BODY_LABELS),
        "purpose": labels(PURPOSE_LABELS),
        "relation": labels(RELATION_LABELS),
        "unit_kind": labels(UNIT_KIND_LABELS),
        "decider": labels(DECIDER_LABELS),
    }
