"""What the dossier page shows, gathered with a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import msgspec
from flask import url_for
from sqlalchemy import Row, Select, bindparam, null, select

from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.casework import services
from dossiers.casework.models import (
    Companion,
    DeadlineRecord,
    Event,
    EventPersonal,
    PaperRecord,
    Person,
    Relative,
    VoteRecord,
)
from dossiers.casework.store import Case
from dossiers.extensions import db, run
from dossiers.formatters import day, say
from dossiers.languages import gettext, message
from dossiers.units import tree
from workflow import machine
from workflow.checklist import Check, checklist
from workflow.deadlines import MILESTONES, Deadline, running
from workflow.facts import SECTOR_LABELS
from workflow.machine import Option
from workflow.procedure.table import next_step
from workflow.roles import Role
from workflow.route import ROLE_UNITS
from workflow.rulebook import Rulebook
from workflow.stages import STAGE_OF, Stage, State
from workflow.triggers import Kind

FULL_VIEW = frozenset(Role) - {Role.TRAINING_OFFICER, Role.ADMINISTRATOR, Role.YOUTH_OFFICER, Role.UNION_OFFICER}
"""Roles that see the personal file; the others see name, birth date and state."""


CLOSING_RULES = frozenset({"actor_role"})
"""Refusals no form can overcome; others may, since an act is often recorded after the day it happened."""


def is_shut(option: Option) -> bool:
    """Whether no form could overcome what stands against an act."""
    return any(refusal.rule in CLOSING_RULES for refusal in option.refusals)


SENSITIVE = ("ethnic_group", "religion", "identity_number")
"""Fields the law calls sensitive: kept encrypted, shown to the roles that must judge them."""

PERSON_FIELDS = (
    "full_name", "other_names", "birth_date", "contact", "birth_place", "home_town", "residence", "occupation",
    "employer", "sector", "professional_level", "theory_level", "languages", "youth_joined_on", "union_joined_on",
    *SENSITIVE,
)  # fmt: skip
"""What is kept of a person and may be corrected (domain.md §2)."""

EMPTY_IS_NONE = ("birth_date", "youth_joined_on", "union_joined_on", *SENSITIVE)


def sees_sensitive(roles: Iterable[Role]) -> bool:
    """Whether somebody with these roles over a dossier sees its sensitive fields."""
    return bool((FULL_VIEW - {Role.CELL_MEMBER_HELPER}).intersection(roles))


def _of_dossier(table: type[db.Model]) -> Select[Any]:
    """The rows of a table that belong to one dossier, as plain rows."""
    columns = table.__table__.c
    return select(*columns).where(columns.dossier_id == bindparam("dossier"))


_PERSON = select(*Person.__table__.c).where(Person.id == bindparam("person"))
_PAPERS = _of_dossier(PaperRecord).order_by(PaperRecord.issued_on, PaperRecord.id)
_VOTES = _of_dossier(VoteRecord).order_by(VoteRecord.held_on, VoteRecord.id)
_RELATIVES = _of_dossier(Relative).order_by(Relative.id)
_COMPANIONS = _of_dossier(Companion).order_by(Companion.id)
_PAST_DEADLINES = (
    _of_dossier(DeadlineRecord).where(DeadlineRecord.ended_on.is_not(None)).order_by(DeadlineRecord.ended_on.desc())
)
_EVENTS = (
    _of_dossier(Event)
    .add_columns(Account.name.label("who"))
    .join(Account, Account.id == Event.actor_id)
    .where(Event.seq > bindparam("after"), Event.seq < bindparam("before"))
    .order_by(Event.seq.desc())
    .limit(bindparam("limit"))
)
_TIMELINE = _EVENTS.add_columns(EventPersonal.content).outerjoin(
    EventPersonal, (EventPersonal.dossier_id == Event.dossier_id) & (EventPersonal.seq == Event.seq)
)
_TIMELINE_BARE = _EVENTS.add_columns(null().label("content"))


@dataclass(frozen=True)
class Line:
    """A line of the timeline: the event with who did it and its personal part."""

    event: Row[Any]
    who: str
    personal: dict[str, Any]
    details: dict[str, Any]


@dataclass(frozen=True)
class DossierPage:
    """Everything the dossier page shows."""

    case: Case
    person: Row[Any]
    unit_names: list[str]
    turn_unit: str
    class_title: str | None
    book: Rulebook
    options: tuple[Option, ...]
    checklist: tuple[Check, ...]
    deadlines: tuple[Deadline, ...]
    next_states: tuple[State, ...]
    stages: tuple[tuple[Stage, str], ...]
    full_view: bool
    shown: list[tuple[str, str, str]]

    def can_open(self, trigger: str) -> bool:
        """Whether the form of an act is open to the person who looks."""
        return any(o.trigger == trigger and not is_shut(o) for o in self.options)

    @cached_property
    def address(self) -> str:
        """The page's address; that of an act's form is the same with its trigger (casework.acting.add_acts)."""
        return url_for("casework.dossier", code=self.case.code)

    @property
    def unit_name(self) -> str:
        """The name of the dossier's cell."""
        return self.unit_names[0]

    @property
    def due(self) -> Deadline | None:
        """The nearest deadline that can be missed."""
        return next((d for d in self.deadlines if d.rule not in MILESTONES), None)

    @property
    def waits_until(self) -> Deadline | None:
        """A day that must pass before the next step, such as the end of probation."""
        return next((d for d in self.deadlines if d.rule in MILESTONES), None)


def turn_unit(case: Case) -> str:
    """The name of the unit whose role has to act; "" when nobody has to."""
    if case.turn in (Role.YOUTH_OFFICER, Role.UNION_OFFICER):
        return tree.current().name(case.nominator_id)
    return tree.current().name(case.place.unit_of(*ROLE_UNITS[Role(case.turn)]) if case.turn else None)


def dossier_page(case: Case, signed: Signed) -> DossierPage:
    """Gather the page of a dossier already loaded (and so already in the person's scope)."""
    s = services.situation(case, signed)
    units = tree.current()
    person = run(_PERSON, {"person": case.person_id}).one()
    assert case.state is not None
    step = next_step(case.state, case.route)
    return DossierPage(
        case=case,
        person=person,
        unit_names=[units.name(unit_id) for unit_id, _, _ in case.place.chain],
        turn_unit=turn_unit(case),
        class_title=case.class_title,
        book=s.rulebook,
        options=_one_a_trigger(machine.options(s)),
        checklist=checklist(s),
        deadlines=running(case.state, case.facts, s.rulebook, s.calendar),
        next_states=(step.dest,) if step and step.dest else (),
        stages=_stages(case.state),
        full_view=bool(FULL_VIEW.intersection(s.actor.roles)),
        shown=_shown(person, s.actor.roles),
    )


_LABELS: dict[str, str] = {
    "other_names": message("Tên gọi khác"), "contact": message("Liên hệ"), "birth_place": message("Nơi sinh"),
    "home_town": message("Quê quán"), "residence": message("Nơi ở"), "occupation": message("Nghề nghiệp"),
    "employer": message("Nơi làm việc"), "sector": message("Khu vực"), "professional_level": message("Chuyên môn"),
    "theory_level": message("Lý luận chính trị"), "languages": message("Ngoại ngữ"),
    "youth_joined_on": message("Vào Đoàn"), "union_joined_on": message("Vào công đoàn"),
    "ethnic_group": message("Dân tộc"), "religion": message("Tôn giáo"),
    "identity_number": message("Số định danh"),
}  # fmt: skip


def _shown(person: Row[Any], roles: tuple[Role, ...]) -> list[tuple[str, str, str]]:
    """What a person with these roles sees of the candidate: (field, label, text), empty ones left out."""
    if not FULL_VIEW.intersection(roles):
        return []
    found: list[tuple[str, str, str]] = []
    for name, label in _LABELS.items():
        value = getattr(person, name)
        if not value or (name in SENSITIVE and not sees_sensitive(roles)):
            continue
        text = say(SECTOR_LABELS[value]) if name == "sector" else day(value) if isinstance(value, date) else value
        found.append((name, gettext(label), text))
    return found


def _one_a_trigger(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Several targets of one trigger (returning a dossier) make one button."""
    seen: dict[str, Option] = {}
    for option in options:
        known = seen.get(option.trigger)
        if known is None or (option.allowed and not known.allowed):
            seen[option.trigger] = option
    return tuple(seen.values())


def _stages(state: State) -> tuple[tuple[Stage, str], ...]:
    """The five stages with how far the dossier is: done, now, ahead."""
    now = STAGE_OF[state]
    order = [stage for stage in Stage if stage is not Stage.ENDED]
    if now is Stage.ENDED:
        return tuple((stage, "ended") for stage in order)
    at = order.index(now)
    return tuple((stage, "done" if i < at else "now" if i == at else "ahead") for i, stage in enumerate(order))


def grouped(page: DossierPage) -> dict[str, list[Option]]:
    """The options as the page shows them, possible ones first: steps, what prepares them, and the others.

    A side road that mends what the next step lacks (papers gone stale, say) stands with the preparations.
    """
    mending = {item.refusal.mend for item in page.checklist if item.refusal}
    groups: dict[str, list[Option]] = {"steps": [], "support": [], "others": []}
    for option in sorted(page.options, key=lambda o: not o.allowed):
        mends = option.trigger in mending and option.allowed
        name = "steps" if option.kind is Kind.STEP else "support" if option.kind is Kind.SUPPORT or mends else "others"
        groups[name].append(option)
    groups["others"].sort(key=lambda o: o.kind is Kind.END)
    return groups


TIMELINE = 50
"""Events on a page of the timeline; a link leads to those before."""


def timeline(
    case: Case, after: int = 0, before: int | None = None, personal: bool = True, limit: int = TIMELINE
) -> list[Line]:
    """A page of the newest events of a dossier, newest first, with or without their personal parts; one query."""
    wanted = {"dossier": case.id, "after": after, "before": before or case.version + 1, "limit": limit}
    return [
        Line(
            row,
            row.who,
            msgspec.json.decode(row.content) if row.content and personal else {},
            msgspec.json.decode(row.body),
        )
        for row in run(_TIMELINE if personal else _TIMELINE_BARE, wanted)
    ]


def changes_since(case: Case, version: int) -> list[Any]:
    """What others did since a version, oldest first."""
    return list(reversed(timeline(case, after=version)))


def papers(case: Case) -> Sequence[Row[Any]]:
    """The papers on file, oldest first."""
    return run(_PAPERS, {"dossier": case.id}).all()


def votes(case: Case) -> Sequence[Row[Any]]:
    """The votes, oldest first."""
    return run(_VOTES, {"dossier": case.id}).all()


def relatives(case: Case) -> Sequence[Row[Any]]:
    """The relatives to be verified."""
    return run(_RELATIVES, {"dossier": case.id}).all()


def companions(case: Case) -> Sequence[Row[Any]]:
    """Introducers and helpers."""
    return run(_COMPANIONS, {"dossier": case.id}).all()


def past_deadlines(case: Case) -> Sequence[Row[Any]]:
    """Deadlines that ended, latest first."""
    return run(_PAST_DEADLINES, {"dossier": case.id}).all()
