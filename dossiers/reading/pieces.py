"""Pieces of pages that stand there by the hundred, made in one go: a template would take most of a page's time.

Everything that comes from outside is escaped here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache, partial
from html import escape
from typing import Any

from markupsafe import Markup

from dossiers.casework.closing import is_shut
from dossiers.casework.cv import field_of, text_of
from dossiers.formatters import day, moment
from dossiers.languages import gettext_in
from dossiers.reading.timeline import Line
from dossiers.rules import services as rules
from workflow.cv import PAGES, Section
from workflow.guards import Refusal
from workflow.machine import Option
from workflow.monitoring import BY_RULE
from workflow.probation import ATTENDANCE_LABELS, AUTHOR_LABELS, DUES_LABELS, LEVEL_LABELS, MERIT_LABELS
from workflow.replay import UNDO
from workflow.roles import ROLE_LABELS
from workflow.stages import STATE_LABELS
from workflow.text import Text
from workflow.triggers import ACT_LABELS
from workflow.words import cited


@lru_cache(maxsize=2048)
def explained(refusal: Refusal, code: str) -> Markup:
    """Why an act is not possible, what unlocks it, and the rule with its source."""
    source = cited(refusal.citation).in_(code)
    return Markup(
        '<div class="refusal"><p class="why">{}</p><p class="remedy">{}</p>'
        '<p class="source"><span class="hidden">{}</span> {}</p></div>'
    ).format(refusal.message.in_(code), refusal.remedy.in_(code), gettext_in(code, "Nguồn:"), source)


def acts(options: Iterable[Option], address: str, code: str, look: str = "") -> Markup:
    """Acts as the items of a list: possible ones as buttons, the others with why they are not.

    `address` is the dossier's; `look` a css class for the buttons.
    """
    why, earlier = _act_words(code)
    made = []
    for option in options:
        label, here = _said(option.label, code), f"{address}/{option.trigger}"
        if option.allowed:
            made.append(f'<li class="can"><a class="button {look}" href="{here}">{label}</a></li>\n')
            continue
        reasons = "".join(explained(refusal, code) for refusal in option.refusals)
        # An act is often recorded after the day it happened, when it may have been possible.
        form = "" if is_shut(option) else f'<p class="hint"><a href="{here}">{earlier}</a></p>'
        made.append(
            f'<li class="cannot"><details><summary><span class="off" aria-disabled="true">{label}</span>'
            f' <span class="sub">{why}</span></summary>{reasons}{form}</details></li>\n'
        )
    return Markup("".join(made))  # noqa: S704 - every part is escaped above


@lru_cache(maxsize=1024)
def _said(text: Text, code: str) -> str:
    return escape(text.in_(code))


@lru_cache(maxsize=8)
def _act_words(code: str) -> tuple[str, str]:
    return (
        escape(gettext_in(code, "vì sao chưa được?")),
        escape(gettext_in(code, "Việc đã diễn ra trước hôm nay? Mở biểu mẫu.")),
    )


@lru_cache(maxsize=8)
def _event_words(code: str) -> dict[str, str]:
    """What a line of the timeline says in a language, escaped."""
    found = {
        "happened": gettext_in(code, "diễn ra"),
        "recorded": gettext_in(code, "ghi lúc"),
        "number": gettext_in(code, "số"),
        "scan": gettext_in(code, "bản chụp %(paper)s: %(n)s trang"),
        "handed": gettext_in(code, "%(n)s giấy tờ trong bản kê"),
        "ballot": gettext_in(code, "tán thành %(f)s/%(e)s"),
        "meeting": gettext_in(code, "cuộc họp số %(n)s"),
        "return_to": gettext_in(code, "về bước"),
        "days": gettext_in(code, "thêm %(n)s ngày làm việc"),
        "event": gettext_in(code, "đính chính việc số %(n)s"),
        "right": gettext_in(code, "đúng là"),
        "about": gettext_in(code, "việc số %(n)s"),
        "agreed_by": gettext_in(code, "người đồng ý"),
        "kept": gettext_in(code, "các việc sau giữ nguyên, căn cứ"),
        "corrected": gettext_in(code, "đã đính chính ở #%(n)s"),
        "quarter": gettext_in(code, "quý %(n)s"),
        "undone": gettext_in(code, "đã hoàn tác ở #%(n)s"),
        "because": gettext_in(code, "tính lại thời hạn vì"),
        "office": gettext_in(code, "nhật ký quản trị số %(n)s"),
    }
    return {name: escape(text) for name, text in found.items()}


@lru_cache(maxsize=8)
def _labels(code: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The labels of triggers, states and roles in a language, escaped."""
    tables: tuple[Mapping[Any, Text], ...] = (ACT_LABELS, STATE_LABELS, ROLE_LABELS)
    of_triggers, of_states, of_roles = (
        {str(name): escape(text.in_(code)) for name, text in table.items()} for table in tables
    )
    return of_triggers, of_states, of_roles


def act_done(line: Line, code: str) -> Markup:
    """What was done, the state it led to, and what the event says."""
    event, (triggers, states, _roles) = line.event, _labels(code)
    moved = f" → {states[event.to_state]}" if event.from_state != event.to_state else ""
    done = f"<p><strong>{triggers.get(event.trigger) or escape(event.trigger)}</strong>{moved}</p>"
    return Markup(f'{done}<div class="facts">{"".join(_details(line, code))}</div>')  # noqa: S704 - all escaped


def _details(line: Line, code: str) -> Iterator[str]:
    said, personal, word = line.details, line.personal, _event_words(code)
    yield from _told(said, code)
    for name in ("days", "event"):
        if said.get(name):
            text = word["about"] if name == "event" and line.event.trigger == UNDO else word[name]
            yield f"<span>{text % {'n': int(said[name])}}</span>"
    if right := said.get("corrected"):
        told = "".join(_told(right, code))
        yield f"<span>{word['right']}: {day(date.fromisoformat(right['happened_on']))}</span>{told}"
    for rule, old, new in said.get("moved", ()):
        title = _said(_rule(line.event.rulebook, rule), code)
        yield f"<span>{title}: {day(date.fromisoformat(old))} → {day(date.fromisoformat(new))}</span>"
    if line.cause is not None:
        number = word["office"] % {"n": line.cause.seq}
        yield f"<span>{word['because']}: {escape(line.cause.told(code))} ({number})</span>"
    if personal.get("agreed_by"):
        yield f"<span>{word['agreed_by']}: {escape(personal['agreed_by'])}</span>"
    if personal.get("kept_because"):
        yield f"<span>{word['kept']}: {escape(personal['kept_because'])}</span>"
    if personal.get("reason"):
        yield f'<p class="reason">{escape(personal["reason"])}</p>'
    for text in personal.get("texts", ()):
        if text:
            yield f'<p class="reason">{escape(text)}</p>'


def _told(said: Mapping[str, Any], code: str) -> Iterator[str]:
    """What the evidence of an act says."""
    word = _event_words(code)
    if said.get("number"):
        yield f"<span>{word['number']} {escape(said['number'])}</span>"
    if ballot := said.get("ballot"):
        counted = {"f": int(ballot.get("in_favour", 0)), "e": int(ballot.get("entitled", 0))}
        yield f"<span>{word['ballot'] % counted}</span>"
    if said.get("meeting"):
        yield f"<span>{word['meeting'] % {'n': int(said['meeting'])}}</span>"
    for paper in said.get("papers", ()):
        number = f" {word['number']} {escape(paper['number'])}" if paper.get("number") else ""
        yield f"<span>{escape(paper['form'])}{number}</span>"
    if handed := said.get("handed"):
        yield f"<span>{word['handed'] % {'n': len(handed)}}</span>"
    if scan := said.get("scan"):
        pages = {"paper": escape(scan["form"]), "n": len(scan.get("leaves", ()))}
        yield f"<span>{word['scan'] % pages}</span>"
    if cv := said.get("cv"):
        yield f"<span>{_said(PAGES[Section(cv['section'])].title, code)}</span>"
    if said.get("return_to"):
        yield f"<span>{word['return_to']} “{_labels(code)[1][said['return_to']]}”</span>"
    yield from _of_the_year(said, code)


_GROUNDS: dict[str, Text] = {**MERIT_LABELS, **LEVEL_LABELS, **AUTHOR_LABELS}


def _of_the_year(said: Mapping[str, Any], code: str) -> Iterator[str]:
    """What is recorded of a member's year: the month with attendance and dues, the quarter, the warning, the year."""
    found: list[str] = []
    if month := said.get("month"):
        first = date.fromisoformat(month["first"])
        known = ((ATTENDANCE_LABELS, month.get("met")), (DUES_LABELS, month.get("dues")))
        told = ", ".join(labels[value].in_(code) for labels, value in known if value in labels)
        found.append(f"{first:%m/%Y}{': ' if told else ''}{told}")
    if said.get("quarter"):
        found.append(_event_words(code)["quarter"] % {"n": int(said["quarter"])})
    if said.get("year"):
        found.append(str(int(said["year"])))
    if (ground := _GROUNDS.get(said.get("ground", ""))) is not None:
        found.append(ground.in_(code))
    if (spec := BY_RULE.get(said.get("warning", ""))) is not None:
        found.append(spec.label.in_(code))
    for text in found:
        yield f"<span>{escape(text, quote=False)}</span>"


def _rule(book: str, rule: str) -> Text:
    books = rules.books()
    known = books.get(book, next(iter(books.values()))).rules.get(rule)
    return known.title if known else Text(rule, rule)


def for_whom(name: str, code: str) -> str:
    """That somebody acted on behalf of another, after the own name; "" for whoever acted for themselves."""
    return f" {escape(gettext_in(code, 'thay mặt %(name)s')) % {'name': escape(name)}}" if name else ""


def timeline(lines: Iterable[Line], code: str) -> Markup:
    """The events of a dossier as the items of a list."""
    word, roles, made = _event_words(code), _labels(code)[2], []
    for line in lines:
        event = line.event
        look = f' class="{line.mark[0]}"' if line.mark else ""
        mark = f' <span class="mark">{word[line.mark[0]] % {"n": line.mark[1]}}</span>' if line.mark else ""
        made.append(
            f"<li{look}>{act_done(line, code)}{mark}"
            f'<p class="sub">{word["happened"]} <time datetime="{event.happened_on}">{day(event.happened_on)}</time>'
            f" · {word['recorded']} {moment(event.recorded_at)} · {escape(line.who)}{for_whom(line.behalf, code)},"
            f" {roles[event.actor_role]}"
            f' · <abbr title="{escape(event.hash)}">#{event.seq}</abbr></p></li>\n'
        )
    return Markup("".join(made))  # noqa: S704 - every part is escaped above


def filters(code: str) -> dict[str, Callable[..., Any]]:
    """The filters that make these pieces, for the templates of a language."""
    return {
        "acts": lambda options, address, look="": acts(options, address, code, look),
        "act_done": partial(act_done, code=code),
        "timeline": partial(timeline, code=code),
        "cause": lambda cause: cause.told(code),
        "explained": partial(explained, code=code),
        "identity": id,
        "written": lambda key, text: text_of(field_of(key).kind, text) if key else text,
    }
