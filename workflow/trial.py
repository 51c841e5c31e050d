"""What another rulebook would mean for a dossier: its deadlines, needs, road and answers before and after."""

from datetime import date
from typing import Literal

import msgspec

from workflow.bundle import wanted
from workflow.calendar import WorkCalendar
from workflow.checklist import checklist
from workflow.deadlines import running
from workflow.facts import Actor, DossierFacts
from workflow.guards import Situation
from workflow.machine import options
from workflow.roles import Role
from workflow.route import Route, route_label
from workflow.rulebook import Rulebook
from workflow.stages import State
from workflow.text import Text
from workflow.triggers import ACT_LABELS

What = Literal["refused", "allowed", "deadline", "need", "paper", "route"]
_NOBODY = Actor("", tuple(Role))
"""Who asks: whoever it may be, so that only the rules answer."""


class Changed(msgspec.Struct, frozen=True):
    """One thing that is otherwise: `key` names the act, the rule or the form, `before` and `after` what is said.

    Days of deadlines are in ISO 8601, answers the keys of the rules that refuse, papers how many are wanted; "" is
    nothing. It names no person and no paper's number.
    """

    what: What
    key: str
    before: str = ""
    after: str = ""


class Standing(msgspec.Struct, frozen=True):
    """A dossier as far as rulebooks ask: where it stands, its facts, and how many official members its cell has."""

    state: State
    facts: DossierFacts
    cell_members: int | None = None


def effects(
    dossier: Standing,
    before: tuple[Rulebook, Route],
    after: tuple[Rulebook, Route | None],
    calendar: WorkCalendar,
    day: date,
) -> tuple[Changed, ...]:
    """What is otherwise on a day for a dossier under the rulebook and road `after` than `before`; () for nothing.

    Without a road no act is possible: that is all there is to say then.
    """
    (old, road), (new, new_road) = before, after
    if new_road is None:
        return (Changed("route", "", _label(road, old), ""),)
    was, becomes = (
        Situation(
            dossier.state, way, dossier.facts, book, calendar, _NOBODY, day, cell_members=dossier.cell_members
        )
        for book, way in ((old, road), (new, new_road))
    )  # fmt: skip
    found = _answers(was, becomes)
    due, due_then = (
        {d.rule: d.due_on.isoformat() for d in running(dossier.state, dossier.facts, book, calendar)}
        for book in (old, new)
    )
    found += _unlike("deadline", due, due_then)
    lacks, lacks_then = (
        {check.rule: "1" for check in checklist(s) if check.refusal is not None} for s in (was, becomes)
    )
    found += _unlike("need", lacks, lacks_then)
    papers, papers_then = ({one.form: str(one.times) for one in wanted(s)} for s in (was, becomes))
    found += _unlike("paper", papers, papers_then)
    if road != new_road:
        found.append(Changed("route", "", _label(road, old), _label(new_road, new)))
    return tuple(found)


def _label(road: Route, book: Rulebook) -> str:
    label = route_label(road, book)
    return f"{label.vi}|{label.en}"


def _unlike(what: What, before: dict[str, str], after: dict[str, str]) -> list[Changed]:
    return [
        Changed(what, key, before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    ]


def _answers(was: Situation, becomes: Situation) -> list[Changed]:
    """The acts that were possible and are refused, and the reverse."""
    said, says = _said(was), _said(becomes)
    found: list[Changed] = []
    for trigger in dict.fromkeys((*said, *says)):
        before, after = said.get(trigger), says.get(trigger)
        if before == "" and after != "":
            found.append(Changed("refused", trigger, "", after or "act_order"))
        elif before != "" and after == "":
            found.append(Changed("allowed", trigger, before or "act_order", ""))
    return found


def _said(s: Situation) -> dict[str, str]:
    """Each act with the rules that refuse it, "" where it is possible."""
    found: dict[str, str] = {}
    for option in options(s):
        if found.get(option.trigger) != "":
            found[option.trigger] = " ".join(dict.fromkeys(refusal.rule for refusal in option.refusals))
    return found


def title(changed: Changed, old: Rulebook, new: Rulebook) -> Text:
    """What a change is about, as people call it."""
    if changed.what in ("refused", "allowed"):
        return ACT_LABELS.get(changed.key) or Text(changed.key, changed.key)
    if changed.what == "paper":
        name = (new if changed.key in new.forms else old).form_title(changed.key)
        return Text(f"{changed.key} {name.vi}", f"{changed.key} {name.en}")
    if changed.what == "route":
        return Text("Đường xét", "Road")
    return rule_title(changed.key, old, new)


def rule_title(key: str, *books: Rulebook) -> Text:
    """The title of a rule, from the first rulebook that has it."""
    return next((book.rules[key].title for book in books if key in book.rules), Text(key, key))
