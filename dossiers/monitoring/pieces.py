"""Lines of the board, made in one go: a template would take most of a page's time. All that comes in is escaped."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from html import escape
from typing import Any

from markupsafe import Markup

from dossiers.formatters import day, left, urgency
from dossiers.languages import gettext_in, message
from dossiers.lists.probationers import Probationer
from dossiers.monitoring.board import is_silent
from workflow.monitoring import BY_RULE
from workflow.probation import ATTENDANCE_LABELS, DUES_LABELS
from workflow.text import Text


def board_lines(lines: Iterable[Probationer], as_of: date, code: str) -> Markup:
    """The lines of the board: name, unit, month, end, the last month recorded, the warnings."""
    word = {
        name: escape(gettext_in(code, text))
        for name, text in {
            "unit": message("Đơn vị"), "month": message("Tháng thứ"), "end": message("Hết dự bị"),
            "last": message("Ghi gần nhất"), "warnings": message("Cảnh báo"), "never": message("chưa ghi"),
            "answered": message("đã trả lời"), "over": message("hết %(n)s ngày trước"),
        }.items()
    }  # fmt: skip
    labels = {rule: escape(spec.label.in_(code)) for rule, spec in BY_RULE.items()}
    made = []
    for line in lines:
        told = "".join(
            f'<span class="warned answered">{labels[one.rule]} ({word["answered"]})</span> '
            if one.answered
            else f'<span class="warned">{labels[one.rule]}</span> '
            for one in line.warnings
        )
        last = f"{line.last_month:%m/%Y}" if line.last_month else word["never"]
        days = line.days_to_end
        ends = escape(left(days, code)) if days >= 0 else word["over"] % {"n": -days}
        look = "due late" if is_silent(line, as_of) else "sub"
        made.append(
            f'<tr><td><a class="name" href="/ho-so/{line.code}/nam-du-bi">{escape(line.name)}</a> '
            f'<span class="sub">{line.code}</span></td><td data-label="{word["unit"]}">{escape(line.unit)}</td>'
            f'<td data-label="{word["month"]}">{line.month}</td><td data-label="{word["end"]}">{day(line.ends_on)} '
            f'<span class="due {urgency(line.days_to_end)}">{ends}</span></td>'
            f'<td data-label="{word["last"]}"><span class="{look}">{last}</span></td>'
            f'<td data-label="{word["warnings"]}">{told or "–"}</td></tr>\n'
        )
    return Markup("".join(made))  # noqa: S704 - every part is escaped above


def filters(code: str) -> dict[str, Callable[..., Any]]:
    """The filters of the pages of monitoring, for the templates of a language."""

    def labelled(labels: Mapping[str, Text]) -> Callable[[str], str]:
        return lambda name: labels[name].in_(code)

    return {
        "board_lines": partial(board_lines, code=code),
        "attendance": labelled(ATTENDANCE_LABELS),
        "dues": labelled(DUES_LABELS),
    }
