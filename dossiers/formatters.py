"""How dates, moments, numbers and codes are shown; the one place for display formats."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from html import escape

from flask import g, has_request_context
from markupsafe import Markup

from dossiers import clock
from dossiers.languages import language, ngettext
from workflow.deadlines import days_left
from workflow.facts import SOURCE_LABELS, Source
from workflow.roles import ROLE_LABELS, Role
from workflow.route import UNIT_KIND_LABELS, UnitKind
from workflow.rulebook import Rule
from workflow.stages import STAGE_LABELS, STAGE_OF, STATE_LABELS, Stage, State
from workflow.text import Text
from workflow.triggers import TRIGGERS
from workflow.votes import BODY_LABELS, Body
from workflow.words import value_text


def say(text: Text) -> str:
    """A text of the rules in the language of this request."""
    return text.in_(language())


def day(value: date | None) -> str:
    """A date as 10/07/2022; a dash for none."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}" if value else "–"


def moment(stamp: str) -> str:
    """A recorded moment as 10/07/2022 14:05, Vietnamese time."""
    at: datetime = clock.parse_stamp(stamp)
    return f"{day(at.date())} {at:%H:%M}"


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


def _left(value: date) -> int:
    """Days until a deadline, counted from the request's one today."""
    if not has_request_context():
        return days_left(value, clock.today())
    if "today" not in g:
        g.today = clock.today()
    return days_left(value, g.today)


def due(value: date | None) -> str:
    """A deadline in words: how many days are left, or since when it has passed."""
    if value is None:
        return ""
    left = _left(value)
    if left < 0:
        return ngettext("quá hạn %(num)s ngày", "quá hạn %(num)s ngày", -left) % {"num": -left}
    return ngettext("còn %(num)s ngày", "còn %(num)s ngày", left) % {"num": left}


def due_class(value: date | None) -> str:
    """The css class for a deadline: late, soon (a week) or fine."""
    if value is None:
        return ""
    left = _left(value)
    return "late" if left < 0 else "soon" if left <= 7 else "fine"


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
    return say(TRIGGERS[code].label) if code in TRIGGERS else code


def body(code: str) -> str:
    """The label of a voting body."""
    return say(BODY_LABELS[Body(code)])


def unit_kind(code: str) -> str:
    """The label of a kind of unit."""
    return say(UNIT_KIND_LABELS[UnitKind(code)])


def badge(code: str) -> Markup:
    """A state as a coloured badge; the colour comes from its stage."""
    return _badge(code, language())


@lru_cache(maxsize=128)
def _badge(code: str, in_language: str) -> Markup:
    label = STATE_LABELS[State(code)].in_(in_language)
    return Markup('<span class="badge stage-{}">{}</span>').format(STAGE_OF[State(code)], label)


def unit_options(units: Sequence[tuple[str, str]], chosen: str) -> Markup:
    """Units as the lines of a list to choose from; made in one go, as there may be hundreds on every page."""
    lines = []
    for code, name in units:
        mark, shown = " selected" if code == chosen else "", escape(code)
        lines.append(f'<option value="{shown}"{mark}>{shown} – {escape(name)}</option>')
    return Markup("".join(lines))  # noqa: S704 - every part is escaped above


def rule_value(rule: Rule) -> str:
    """A rule's value in words."""
    return say(value_text(rule))


FILTERS = {
    "unit_options": unit_options,
    "rule_value": rule_value,
    "say": say,
    "day": day,
    "moment": moment,
    "due": due,
    "due_class": due_class,
    "state": state,
    "stage": stage,
    "role": role,
    "source": source,
    "trigger": trigger,
    "body": body,
    "unit_kind": unit_kind,
    "badge": badge,
}
