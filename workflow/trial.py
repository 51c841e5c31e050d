"""What another rulebook would mean for a dossier: its deadlines, needs, road and answers before and after."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

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
from workflow.rulebook import Rule, Rulebook
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


class Side(msgspec.Struct, frozen=True):
    """What one rulebook says of a dossier: each act with the rules that refuse it ("": it is possible), the last days
    of its deadlines, what the next step lacks, which papers are wanted and how many.
    """

    answers: dict[str, str]
    deadlines: dict[str, str]
    needs: dict[str, str]
    papers: dict[str, str]


def side(dossier: Standing, book: Rulebook, road: Route, calendar: WorkCalendar, day: date) -> Side:
    """What a rulebook says of a dossier on a road on a day."""
    state, facts = dossier.state, dossier.facts
    s = Situation(state, road, facts, book, calendar, _NOBODY, day, cell_members=dossier.cell_members)
    return Side(
        _said(s),
        {deadline.rule: deadline.due_on.isoformat() for deadline in running(state, facts, book, calendar)},
        {check.rule: "1" for check in checklist(s) if check.refusal is not None},
        {one.form: str(one.times) for one in wanted(s)},
    )


class Pair:
    """Two rulebooks, and what differs between them, found once: the rules by key, and whether forms do."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self.old, self.new = old, new
        values, says = ({key: rule.value for key, rule in book.rules.items()} for book in (old, new))
        self.rules = {key for key in values.keys() | says.keys() if values.get(key) != says.get(key)}
        self.rules |= values.keys() ^ says.keys()
        self.forms = (old.forms, old.kinds) != (new.forms, new.kinds)


def effects(
    dossier: Standing, books: Pair, before: Route, after: Route | None, calendar: WorkCalendar, day: date
) -> tuple[Changed, ...]:
    """What is otherwise on a day for a dossier under the second of two rulebooks, on the road `after`; () for nothing.

    Without a road no act is possible: that is all there is to say then. Where nothing of what the first rulebook is
    asked for reads otherwise in the second, that one is not asked.
    """
    old, new = books.old, books.new
    if after is None:
        return (Changed("route", "", _label(before, old), ""),)
    asked = _Asked(old.rules)
    was = side(dossier, msgspec.structs.replace(old, rules=asked), before, calendar, day)
    if before == after and not books.forms and not asked.keys_asked & books.rules:
        return ()
    becomes = side(dossier, new, after, calendar, day)
    found = _answers(was.answers, becomes.answers)
    found += _unlike("deadline", was.deadlines, becomes.deadlines)
    found += _unlike("need", was.needs, becomes.needs)
    found += _unlike("paper", was.papers, becomes.papers)
    if before != after:
        found.append(Changed("route", "", _label(before, old), _label(after, new)))
    return tuple(found)


class _Asked(dict[str, Rule]):
    """The rules of a rulebook, which note what of them is asked for."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        super().__init__(rules)
        self.keys_asked: set[str] = set()

    def __getitem__(self, key: str) -> Rule:
        self.keys_asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """A rule, or what stands for none."""
        self.keys_asked.add(key)
        return super().get(key, default)


def _label(road: Route, book: Rulebook) -> str:
    label = route_label(road, book)
    return f"{label.vi}|{label.en}"


def _unlike(what: What, before: dict[str, str], after: dict[str, str]) -> list[Changed]:
    return [
        Changed(what, key, before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    ]


def _answers(said: dict[str, str], says: dict[str, str]) -> list[Changed]:
    """The acts that were possible and are refused, and the reverse."""
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
