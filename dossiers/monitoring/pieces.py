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
from workflow.stages import STATE_LABELS
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
            f'<span class="sub code">{line.code}</span></td><td data-label="{word["unit"]}">{escape(line.unit)}</td>'
            f'<td data-label="{word["month"]}">{line.month}</td><td data-label="{word["end"]}">{day(line.ends_on)} '
            f'<span class="due {urgency(line.days_to_end)}">{ends}</span></td>'
            f'<td data-label="{word["last"]}"><span class="{look}">{last}</span></td>'
            f'<td data-label="{word["warnings"]}">{told or "–"}</td></tr>\n'
        )
    return Markup("".join(made))  # noqa: S704 - every part is escaped above


def due_lines(lines: Iterable[Probationer], code: str) -> Markup:
    """The lines of those due for recognition: name, unit, ceremony, end, vote, step, what is missing."""
    word = {
        name: escape(gettext_in(code, text))
        for name, text in {
            "unit": message("Đơn vị"), "ceremony": message("Lễ kết nạp"), "end": message("Hết dự bị"),
            "vote": message("Chi bộ xét trước hết ngày"), "step": message("Bước"), "lacks": message("Còn thiếu"),
            "after": message("lập sau ngày hết dự bị"), "nothing": message("không thiếu gì"),
        }.items()
    }  # fmt: skip
    made = []
    for line in lines:
        now = "; ".join(escape(one.label.in_(code)) for one in line.lacks if one.after is None)
        later = ", ".join(escape(one.key) for one in line.lacks if one.after is not None)
        lacks = f"<strong>{now}</strong> " if now else ""
        lacks += f'<span class="sub">{later} ({word["after"]})</span>' if later else "" if now else word["nothing"]
        late = "due late" if line.is_late else "due"
        made.append(
            f'<tr><td><a class="name" href="/ho-so/{line.code}/nam-du-bi">{escape(line.name)}</a> '
            f'<span class="sub code">{line.code}</span></td><td data-label="{word["unit"]}">{escape(line.unit)}</td>'
            f'<td data-label="{word["ceremony"]}">{day(line.ceremony_on)}</td>'
            f'<td data-label="{word["end"]}">{day(line.ends_on)}</td>'
            f'<td data-label="{word["vote"]}"><span class="{late}">{day(line.vote_by)}</span></td>'
            f'<td data-label="{word["step"]}">{escape(STATE_LABELS[line.state].in_(code))}</td>'
            f'<td data-label="{word["lacks"]}">{lacks}</td></tr>\n'
        )
    return Markup("".join(made))  # noqa: S704 - every part is escaped above


def filters(code: str) -> dict[str, Callable[..., Any]]:
    """The filters of the pages of monitoring, for the templates of a language."""

    def labelled(labels: Mapping[str, Text]) -> Callable[[str], str]:
        return lambda name: labels[name].in_(code)

    return {
        "board_lines": partial(board_lines, code=code),
        "due_lines": partial(due_lines, code=code),
        "attendance": labelled(ATTENDANCE_LABELS),
        "dues": labelled(DUES_LABELS),
    }
