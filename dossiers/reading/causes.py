"""Why deadlines of a dossier were counted anew: the office's act that an event names, and what each open one was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from dossiers import clock
from dossiers.asking import Question
from dossiers.casework import events
from dossiers.casework.case import Case
from dossiers.casework.models import Event
from dossiers.extensions import run
from dossiers.formatters import day
from dossiers.languages import gettext_in
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent
from dossiers.rules import services as rules
from workflow.deadlines import Deadline, running


@dataclass(frozen=True)
class Cause:
    """An act of the office that had deadlines counted anew."""

    seq: int
    topic: str
    body: Mapping[str, Any]

    def told(self, code: str) -> str:
        """In words of a language: a day off that came, a value, a rulebook, each with where it is from."""
        said = {name: str(value) for name, value in self.body.items()}
        if self.topic == "day:set":
            is_worked = said.get("working") == "True"
            words = (
                gettext_in(code, "%(day)s là ngày làm việc") if is_worked else gettext_in(code, "%(day)s là ngày nghỉ")
            )
            note = f" ({said['note']})" if said.get("note") else ""
            return words % {"day": _day(said.get("day", ""))} + note
        if self.topic == "day:forgotten":
            return gettext_in(code, "bỏ ngày %(day)s khỏi lịch riêng") % {"day": _day(said.get("day", ""))}
        book = rules.books().get(said.get("rulebook", ""))
        if self.topic == "rule:changed":
            known = book.rules.get(said.get("key", "")) if book else None
            title = known.title.in_(code) if known else said.get("key", "")
            return gettext_in(code, "đổi giá trị quy tắc “%(rule)s”") % {"rule": title}
        told = {"book": said.get("rulebook", ""), "n": said.get("version", "")}
        return gettext_in(code, "bộ quy tắc %(book)s, bản %(n)s") % told


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


_CAUSES = Question(
    select(OfficeEvent.seq, OfficeEvent.topic, OfficeEvent.body).where(
        OfficeEvent.seq.in_(bindparam("numbers", expanding=True))
    )
)


def causes(numbers: Iterable[int | None]) -> dict[int, Cause]:
    """Acts of the office by their numbers; one query, none without numbers."""
    wanted = sorted({number for number in numbers if number})
    rows = run(_CAUSES, {"numbers": wanted}) if wanted else ()
    return {row.seq: Cause(row.seq, row.topic, office.readable(row.body)) for row in rows}


@dataclass(frozen=True)
class Moved:
    """What an open deadline was before it was counted anew, and why; `seq` is the dossier's event that says so."""

    was: date
    seq: int
    cause: Cause | None


_MOVED = Question(
    select(Event.seq, Event.body)
    .where(Event.dossier_id == bindparam("dossier"), Event.body.contains('"moved":[['))
    .order_by(Event.seq.desc())
    .limit(10)
)


def moved(case: Case, runs: Iterable[Deadline]) -> dict[str, Moved]:
    """Of the deadlines that run, by rule: those that were counted anew last, and still stand so.

    An instance whose rules never changed asks nothing; else two queries.
    """
    if not rules.known_version():
        return {}
    told = [(row.seq, events.said(row.body)) for row in run(_MOVED, {"dossier": case.id})]
    known = causes(said.get("cause") for _seq, said in told)
    found: dict[str, Moved] = {}
    due = {deadline.rule: deadline.due_on.isoformat() for deadline in runs}
    for seq, said in told:
        for rule, old, new in said["moved"]:
            if due.get(rule) == new:
                found.setdefault(rule, Moved(date.fromisoformat(old), seq, known.get(said.get("cause") or 0)))
    return found


def expected(case: Case, runs: Iterable[Deadline]) -> dict[str, date]:
    """Of the deadlines that run, by rule: those that count on days off nobody has announced, and when they would end if
    these were worked.
    """
    now, open_, year = rules.current(), list(runs), clock.today().year
    first = next(iter(now.expected(year)), date.max)
    if case.state is None or all(deadline.due_on < first for deadline in open_):
        return {}
    calendar = now.as_announced(year)
    sure = {d.rule: d.due_on for d in running(case.state, case.facts, now.books[case.rulebook], calendar)}
    return {d.rule: sure[d.rule] for d in open_ if sure.get(d.rule, d.due_on) != d.due_on}
