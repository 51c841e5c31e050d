"""The lines of lists, made in one go: a template would take most of a page's time.

Everything that comes from outside is escaped here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from html import escape
from typing import Any

from markupsafe import Markup

from dossiers.casework.case import Claimed
from dossiers.formatters import at, day, left, today, urgency
from dossiers.languages import gettext_in, message
from dossiers.lists.inbox import Task
from dossiers.lists.worklist import Item
from dossiers.units.tree import Choices
from workflow.deadlines import days_left
from workflow.facts import SOURCE_LABELS
from workflow.roles import ROLE_LABELS
from workflow.stages import STAGE_LABELS, STAGE_OF, STAGE_STATES, STATE_LABELS, State
from workflow.triggers import TRIGGERS

_in_html = lru_cache(maxsize=4096)(escape)
"""Of names of units, which stand in most lines of a list."""


@lru_cache(maxsize=128)
def badge(state: str, code: str) -> Markup:
    """A state as a coloured badge in a language; the colour comes from its stage."""
    label = STATE_LABELS[State(state)].in_(code)
    return Markup('<span class="badge stage-{}">{}</span>').format(STAGE_OF[State(state)], label)


def _options(values: Iterable[tuple[str, str]], chosen: str) -> Iterator[str]:
    """Values with their labels as the lines of a list to choose from."""
    for value, label in values:
        mark = " selected" if value == chosen else ""
        yield f'<option value="{escape(value)}"{mark}>{escape(label)}</option>'


@lru_cache(maxsize=32)
def unit_options(units: Choices, chosen: str) -> Markup:
    """Units as the lines of a list to choose from."""
    labelled = ((unit, f"{unit} – {name}") for unit, name in units)
    return Markup("".join(_options(labelled, chosen)))  # noqa: S704 - every part is escaped above


@lru_cache(maxsize=128)
def stage_options(chosen: str, code: str) -> Markup:
    """Stages as the lines of a list to choose from."""
    labelled = ((str(stage), STAGE_LABELS[stage].in_(code)) for stage in STAGE_STATES)
    return Markup("".join(_options(labelled, chosen)))  # noqa: S704 - every part is escaped above


@lru_cache(maxsize=128)
def state_options(chosen: str, code: str) -> Markup:
    """Steps as the lines of a list to choose from, a group a stage."""
    lines = []
    for stage, states in STAGE_STATES.items():
        lines.append(f'<optgroup label="{escape(STAGE_LABELS[stage].in_(code))}">')
        lines += _options(((str(state), STATE_LABELS[state].in_(code)) for state in states), chosen)
        lines.append("</optgroup>")
    return Markup("".join(lines))  # noqa: S704 - every part is escaped above


@lru_cache(maxsize=32)
def source_options(chosen: str, code: str) -> Markup:
    """Sources as the lines of a list to choose from."""
    labelled = ((str(source), text.in_(code)) for source, text in SOURCE_LABELS.items())
    return Markup("".join(_options(labelled, chosen)))  # noqa: S704 - every part is escaped above


_IN_ORDER = {
    "name": message("theo tên"), "unit": message("theo đơn vị"), "state": message("theo bước"),
    "since": message("chờ lâu nhất trước"), "-since": message("mới nhất trước"), "turn": message("theo lượt"),
    "due": message("theo hạn"),
}  # fmt: skip


@lru_cache(maxsize=128)
def order_options(orders: frozenset[str], chosen: str, code: str) -> Markup:
    """Those of the orders that are offered, as the lines of a list to choose from."""
    labelled = ((order, gettext_in(code, label)) for order, label in _IN_ORDER.items() if order in orders)
    return Markup("".join(_options(labelled, chosen)))  # noqa: S704 - every part is escaped above


@lru_cache(maxsize=8)
def _words(code: str) -> dict[str, str]:
    """What the lines of a list say in a language, escaped."""
    found = {
        "born": gettext_in(code, "sinh"), "unit": gettext_in(code, "Đơn vị"), "step": gettext_in(code, "Bước"),
        "since": gettext_in(code, "Từ ngày"), "turn": gettext_in(code, "Đến lượt"), "due": gettext_in(code, "Hạn"),
        "wait": gettext_in(code, "đợi đến hết"), "open": gettext_in(code, "Xem hồ sơ"),
        "claim": gettext_in(code, "Nhận làm"), "release": gettext_in(code, "Trả lại"),
        "take": gettext_in(code, "Nhận thay"), "mine": gettext_in(code, "bạn nhận lúc"),
        "theirs": gettext_in(code, "nhận lúc"), "behalf": gettext_in(code, "thay mặt"),
    }  # fmt: skip
    found |= {str(role): text.in_(code) for role, text in ROLE_LABELS.items()}
    found |= {str(source): text.in_(code) for source, text in SOURCE_LABELS.items()}
    return {name: escape(text) for name, text in found.items()}


def dossier_lines(rows: Iterable[Item], address: str, code: str, ticked: bool = False) -> Markup:
    """The lines of a list of dossiers; `address` is that of the list, a dossier's is the same with its code. `ticked`:
    each with a box of the form “together”, to be chosen.
    """
    word, on = _words(code), today()
    unit, step, since, turn, due = word["unit"], word["step"], word["since"], word["turn"], word["due"]
    lines = []
    for row in rows:
        number, limit = escape(row.code), "–"
        if row.due_on is not None:
            days = days_left(row.due_on, on)
            in_words = f'<span class="sub">{left(days, code)}</span>'
            limit = f'<span class="due {urgency(days)}"><span class="code">{day(row.due_on)}</span> {in_words}</span>'
        name = escape(row.name)
        box = f'<input type="checkbox" form="together" name="ho-so" value="{number}" aria-label="{name}"> '
        lines.append(
            f'<tr><td>{box if ticked else ""}<a class="name" href="{address}/{number}">{name}</a>'
            f' <span class="sub"><span class="code">{number}</span> · <span class="code">{word["born"]}'
            f' {day(row.birth_date)}</span> · <span class="code">{word[row.source]}</span></span></td>'
            f'<td data-label="{unit}">{_in_html(row.unit)}</td>'
            f'<td data-label="{step}">{badge(row.state, code)}</td>'
            f'<td class="code" data-label="{since}">{day(row.since)}</td>'
            f'<td data-label="{turn}">{word[row.turn] if row.turn else "–"}</td>'
            f'<td data-label="{due}">{limit}</td></tr>\n'
        )
    return Markup("".join(lines))  # noqa: S704 - every part is escaped above


def claim_buttons(number: str, claimed: Claimed | None, me: int, code: str) -> Markup:
    """Who works on a dossier, with the buttons of the form around it: to take it, to give it back, to take it over."""
    word = _words(code)

    def button(name: str, value: str, label: str) -> str:
        said = f"{label} {escape(number)}"
        return f'<button class="link" name="{name}" value="{escape(value)}" aria-label="{said}">{label}</button>'

    if claimed is None:
        shown = button("nhan", number, word["claim"])
    elif claimed.account_id == me:
        shown = f"{word['mine']} {at(claimed.since)} {button('tra', number, word['release'])}"
    else:
        take = button("thay", f"{number} {claimed.account_id}", word["take"])
        shown = f"<strong>{escape(claimed.name)}</strong> {word['theirs']} {at(claimed.since)} {take}"
    return Markup(f'<span class="sub claim">{shown}</span>')  # noqa: S704 - every part is escaped above


def task_lines(
    tasks: Iterable[Task],
    address: str,
    code: str,
    of_others: bool = False,
    names: Mapping[int | None, str] = {},
    me: int = 0,
) -> Markup:
    """The lines of the inbox: who, where, until when, and the act as a button; of others whose turn it is. `names` are
    those of whom the one who looks, account `me`, stands in for.
    """
    word, on = _words(code), today()
    place = f'data-label="{word["turn"]}"' if of_others else 'class="verb"'
    lines = []
    for task in tasks:
        row = task.item
        number, limit = escape(row.code), "–"
        if task.waits_until is not None:
            limit = f'{word["wait"]} <span class="code">{day(task.waits_until)}</span>'
        elif row.due_on is not None:
            days = days_left(row.due_on, on)
            until = f'<span class="sub code">{day(row.due_on)}</span>'
            limit = f'<span class="due {urgency(days)}">{left(days, code)} {until}</span>'
        if of_others:
            last = (
                f'{word[row.turn] if row.turn else "–"} <span class="sub code">{word["since"]} {day(row.since)}</span>'
            )
        elif task.act:
            verb = escape(TRIGGERS[task.act].label.in_(code))
            look = "" if task.waits_until else " primary"
            last = f'<a class="button{look}" href="{address}/{number}/{task.act}">{verb}</a>'
        else:
            last = f'<a class="button" href="{address}/{number}">{word["open"]}</a>'
        if not of_others and not task.waits_until:
            last += f" {claim_buttons(row.code, task.claimed, me, code)}"
        whose = f' <span class="sub">{word["behalf"]} {escape(names[task.behalf])}</span>' if task.behalf else ""
        lines.append(
            f'<tr><td><a class="name" href="{address}/{number}">{escape(row.name)}</a>'
            f' <span class="sub">{badge(row.state, code)}</span>{whose}</td>'
            f'<td data-label="{word["unit"]}">{_in_html(row.unit)} <span class="sub">{word[row.source]}</span></td>'
            f'<td data-label="{word["due"]}">{limit}</td>'
            f"<td {place}>{last}</td></tr>\n"
        )
    return Markup("".join(lines))  # noqa: S704 - every part is escaped above


def filters(code: str) -> dict[str, Callable[..., Any]]:
    """The filters that make these pieces, for the templates of a language."""
    return {
        "badge": partial(badge, code=code),
        "unit_options": unit_options,
        "stage_options": partial(stage_options, code=code),
        "state_options": partial(state_options, code=code),
        "source_options": partial(source_options, code=code),
        "order_options": partial(order_options, code=code),
        "dossier_lines": partial(dossier_lines, code=code),
        "task_lines": partial(task_lines, code=code),
        "claim_buttons": partial(claim_buttons, code=code),
    }
