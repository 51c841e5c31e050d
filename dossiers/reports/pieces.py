"""Lines of the report, made in one go: ten figures a unit, each with its link. All that comes in is escaped."""

from collections.abc import Callable, Iterable
from functools import partial
from html import escape

from markupsafe import Markup

from dossiers.languages import gettext_in, message
from dossiers.reports.services import Line
from workflow.stages import STAGE_LABELS, Stage

_LATE = message("Quá hạn")


def unit_lines(lines: Iterable[Line], report: str, listed: str, code: str) -> Markup:
    """The lines of units: name, dossiers in each stage, those past a deadline; `report` is the address of a unit's own
    report, `listed` that of the list behind each figure.
    """
    heads = {stage: escape(STAGE_LABELS[stage].in_(code)) for stage in Stage}
    late = escape(gettext_in(code, _LATE))
    report, listed = escape(report), escape(listed)
    made = []
    for line in lines:
        unit = escape(line.unit.code)
        of = f"{listed}?unit={unit}&amp;"
        figures = "".join(
            f'<td class="num" data-label="{heads[stage]}"><a href="{of}stage={stage}">{n}</a></td>'
            if n
            else f'<td class="num" data-label="{heads[stage]}">0</td>'
            for stage, n in line.in_stages().items()
        )
        overdue = f'<a class="due late" href="{of}overdue=1&amp;sort=due">{line.overdue}</a>' if line.overdue else "0"
        made.append(
            f'<tr><td><a href="{report}?unit={unit}">{escape(line.unit.name)}</a> <span class="sub">{unit}</span></td>'
            f'{figures}<td class="num" data-label="{late}">{overdue}</td></tr>\n'
        )
    return Markup("".join(made))  # noqa: S704 - every part is escaped above


def filters(code: str) -> dict[str, Callable[..., Markup]]:
    """What templates take from here, in a language."""
    return {"unit_lines": partial(unit_lines, code=code)}
