"""What the dossier page shows, gathered with a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import msgspec
from flask import url_for
from sqlalchemy import Row, Select, bindparam, select

from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework import loading
from dossiers.casework.amended import amended, first_recorded
from dossiers.casework.case import Case
from dossiers.casework.closing import is_shut
from dossiers.casework.models import DeadlineRecord, VoteRecord
from dossiers.extensions import Model, run
from dossiers.papers.models import PaperRecord
from dossiers.people import reading as people
from dossiers.people.personal import beyond, sees_file, sees_sensitive, shown
from dossiers.people.reading import Candidate, candidate
from dossiers.people.rows import RelativeRow
from dossiers.privacy import services as privacy
from dossiers.privacy.services import TOLD, Opening
from dossiers.profile import ACTS_OFF, is_register
from dossiers.reading.points import PointShown, points_of
from dossiers.reading.refusals import check_for, option_for
from dossiers.units import registers, tree
from workflow import machine, monitoring
from workflow.ahead import Next, next_act
from workflow.checklist import Check, checklist
from workflow.deadlines import MILESTONES, Deadline, running
from workflow.facts import Ballot
from workflow.guards import Situation
from workflow.machine import Option
from workflow.monitoring import Warned
from workflow.paper_lines import Line, lapsing
from workflow.procedure.table import next_step
from workflow.roles import Role
from workflow.route import ROLE_UNITS, route_label
from workflow.rulebook import Rulebook
from workflow.stages import STAGE_OF, Stage, State
from workflow.text import Text
from workflow.triggers import Kind
from workflow.turn import is_off_road


def _of_dossier(table: type[Model]) -> Select[Any]:
    """The rows of a table that belong to one dossier, as plain rows."""
    columns = table.__table__.c
    return select(*columns).where(columns.dossier_id == bindparam("dossier"))


_PAPERS = Question(_of_dossier(PaperRecord).order_by(PaperRecord.issued_on, PaperRecord.seq, PaperRecord.nr))


_VOTES = Question(_of_dossier(VoteRecord).order_by(VoteRecord.held_on, VoteRecord.seq))


_PAST_DEADLINES = Question(
    _of_dossier(DeadlineRecord).where(DeadlineRecord.ended_on.is_not(None)).order_by(DeadlineRecord.ended_on.desc())
)


@dataclass(frozen=True)
class Missing:
    """A thing the next step lacks: what, what to do, the source, and the act that mends it ("" for none of theirs)."""

    text: Text
    remedy: Text
    source: str
    mend: str


@dataclass(frozen=True)
class DossierPage:
    """Everything the dossier page shows."""

    case: Case
    situation: Situation
    person: Candidate
    unit_names: list[str]
    turn_unit: str
    class_title: str | None
    book: Rulebook
    options: tuple[Option, ...]
    checklist: tuple[Check, ...]
    deadlines: tuple[Deadline, ...]
    next_states: tuple[State, ...]
    stages: tuple[tuple[Stage, str], ...]
    ahead: Next
    road: Text
    off_road: bool
    points: tuple[PointShown, ...]
    roles: tuple[Role, ...]
    """The roles of whoever looks, over this dossier."""
    full_view: bool
    tells_reads: bool
    closed: tuple[str, ...]
    """Columns whoever looks may open for a purpose, and has not."""
    openings: Sequence[Opening]
    """Who has such columns open now, as far as whoever looks is told."""
    shown: list[tuple[str, str, str]]
    warnings: tuple[Warned, ...] = ()
    lapsing: tuple[Line, ...] = ()
    """Papers that lapse before the next step is due."""

    def can_open(self, trigger: str) -> bool:
        """Whether the form of an act is open to the person who looks."""
        return any(o.trigger == trigger and not is_shut(o) for o in self.options)

    @cached_property
    def main(self) -> Option | None:
        """The act that comes next, if it is this person's to do; possible or not yet."""
        found = next((o for o in self.options if o.trigger == self.ahead.trigger), None)
        return None if found is None or is_shut(found) else found

    @cached_property
    def own(self) -> Option | None:
        """What a helping member, whose turn it never is, may record: the remarks on the quarter."""
        if self.main is not None or Role.CELL_MEMBER_HELPER not in self.roles:
            return None
        return next((o for o in self.options if o.trigger == "remark_quarter" and o.allowed), None)

    @cached_property
    def missing(self) -> tuple[Missing, ...]:
        """What the next step lacks, a line a thing, each with the act that mends it if that is open to the person."""
        lines: list[Missing] = []
        for item in self.checklist:
            refusal = item.refusal
            if refusal is None:
                continue
            mend = refusal.mend if refusal.mend and self.can_open(refusal.mend) else ""
            for text in refusal.items or (refusal.message,):
                lines.append(Missing(text, refusal.remedy, refusal.citation, mend))
        return tuple(lines)

    @property
    def fine(self) -> tuple[Check, ...]:
        """What the next step has already; nothing is claimed for a dossier that was returned and is not mended."""
        if any(point.mended_on is None for point in self.points):
            return ()
        return tuple(item for item in self.checklist if item.refusal is None)

    @cached_property
    def address(self) -> str:
        """The page's address; that of an act's form is the same with its trigger (acting.road.add_acts)."""
        return url_for("reading.dossier", code=self.case.code)

    @property
    def is_over(self) -> bool:
        """Whether the follow-up is over: the dossier is closed by itself, whether or not somebody recorded that."""
        return self.case.state is State.OFFICIAL and self.ahead.trigger is None

    @property
    def has_year(self) -> bool:
        """Whether there is a year of probation to look at, for who sees the file."""
        return self.full_view and self.case.facts.ceremony_on is not None

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
    units = tree.current()
    person = case.candidate or candidate(case.person_id)
    s = with_file(loading.situation(case, signed), person)
    assert case.state is not None
    sees = sees_file(s.actor.roles)
    is_off = is_off_road(case.state, case.route, case.facts, s.rulebook)
    step = next_step(case.state, case.route)
    points = points_of(case, sees)
    tells, closed = not TOLD.isdisjoint(s.actor.roles), beyond(s.actor.roles)
    openings = privacy.openings(case.id) if tells or closed else ()
    opened = closed if any(one.account_id == signed.account_id for one in openings) else ()
    without_cause = {
        *(() if is_off else ("follow_new_road",)),
        *(() if points else ("mend_point",)),
        *(() if case.facts.correction else ("decline_correction",)),
        *(ACTS_OFF if is_register() else ()),
        *(() if _awaits_receipt(case) else ("receive_dossier",)),
        *(("hand_over",) if case.facts.handed and case.facts.handed.received_on else ()),
    }
    return DossierPage(
        case=case,
        situation=s,
        person=person,
        unit_names=[units.name(unit_id) for unit_id, _, _ in case.place.chain],
        turn_unit=turn_unit(case),
        class_title=case.class_title,
        book=s.rulebook,
        options=tuple(
            option if sees else option_for(option, s.actor.roles)
            for option in _one_a_trigger(machine.options(s))
            if option.trigger not in without_cause
        ),
        checklist=checklist(s) if sees else tuple(check_for(check, s.actor.roles) for check in checklist(s)),
        deadlines=running(case.state, case.facts, s.rulebook, s.calendar),
        next_states=(step.dest,) if step and step.dest else (),
        stages=_stages(case.state),
        ahead=next_act(case.state, case.route, case.facts, s.rulebook, s.today),
        road=route_label(case.route, s.rulebook),
        off_road=is_off,
        points=points,
        roles=s.actor.roles,
        full_view=sees,
        tells_reads=tells,
        closed=() if opened else closed,
        openings=openings,
        shown=shown(person, s.actor.roles, opened),
        lapsing=lapsing(s),
        warnings=monitoring.warnings(case.state, case.facts, s.rulebook, s.calendar, s.today) if sees else (),
    )


def _awaits_receipt(case: Case) -> bool:
    return case.facts.handed is not None and case.facts.handed.received_on is None


def with_file(s: Situation, person: Candidate) -> Situation:
    """What the rules ask about and nobody keeps with the dossier: it is read off the file, for who may see that."""
    is_religious = bool(person.religion) and sees_sensitive(s.actor.roles)
    return msgspec.structs.replace(s, facts=msgspec.structs.replace(s.facts, religious=is_religious))


def _one_a_trigger(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Several targets of one trigger (returning a dossier) make one button."""
    seen: dict[str, Option] = {}
    for option in options:
        known = seen.get(option.trigger)
        if known is None or (option.allowed and not known.allowed):
            seen[option.trigger] = option
    return tuple(seen.values())


@lru_cache(maxsize=len(State))
def _stages(state: State) -> tuple[tuple[Stage, str], ...]:
    """The five stages with how far the dossier is: done, now, ahead."""
    now = STAGE_OF[state]
    order = [stage for stage in Stage if stage is not Stage.ENDED]
    if now is Stage.ENDED:
        return tuple((stage, "ended") for stage in order)
    at = order.index(now)
    return tuple((stage, "done" if i < at else "now" if i == at else "ahead") for i, stage in enumerate(order))


def grouped(page: DossierPage) -> dict[str, list[Option]]:
    """The options as the page shows them, possible ones first: steps, what prepares them, the others, and what only
    somebody else may do of these two ("theirs").

    A side road that mends what the next step lacks (papers gone stale, say) stands with the preparations.
    """
    mending = {item.refusal.mend for item in page.checklist if item.refusal}
    groups: dict[str, list[Option]] = {"steps": [], "support": [], "others": [], "theirs": []}
    main = page.main if page.main is not None and page.main.allowed else None
    for option in sorted(page.options, key=lambda o: not o.allowed):
        if option is main or option is page.own:
            continue  # it stands on top
        mends = option.trigger in mending and option.allowed
        name = "steps" if option.kind is Kind.STEP else "support" if option.kind is Kind.SUPPORT or mends else "others"
        groups["theirs" if name != "steps" and is_shut(option) else name].append(option)
    for several in ("others", "theirs"):
        groups[several].sort(key=lambda o: o.kind is Kind.END)
    return groups


def papers(case: Case) -> Sequence[Row[Any]]:
    """The papers on file, oldest first."""
    return run(_PAPERS, {"dossier": case.id}).all()


def votes(case: Case) -> Sequence[Row[Any]]:
    """The votes, oldest first."""
    return run(_VOTES, {"dossier": case.id}).all()


@dataclass(frozen=True)
class CountedAgainst:
    """The register a vote was counted against, named by the beginning of its hash ("": that was not kept), and whether
    it reads otherwise now: it was corrected since, and so should the vote be.
    """

    unit_id: int
    short: str
    corrected: bool


def counted_against(found: Sequence[Row[Any]]) -> dict[int, CountedAgainst]:
    """The registers of votes, by the vote's event; one query."""
    known = {vote.seq: (vote.register_unit_id, vote.body, vote.held_on) for vote in found if vote.register_unit_id}
    now = registers.hashes(set(known.values()))
    return {
        vote.seq: CountedAgainst(
            vote.register_unit_id,
            vote.register_hash[:8],
            bool(vote.register_hash) and vote.register_hash != now[known[vote.seq]],
        )
        for vote in found
        if vote.seq in known
    }


@dataclass(frozen=True)
class VoteAmended:
    """A vote that was put right: by which event, and how it was first recorded."""

    seq: int
    first: Ballot
    first_on: date


def votes_amended(case: Case, found: Sequence[Row[Any]]) -> dict[int, VoteAmended]:
    """The votes of a dossier that were corrected since, by their event; one query, a second where there are any."""
    rights = {seq: one.seq for (_dossier, seq), one in amended([case.id]).items() if one.ballot is not None}
    firsts = first_recorded(case.id, [vote.seq for vote in found if vote.seq in rights])
    return {
        seq: VoteAmended(rights[seq], first.ballot, first.happened_on)
        for seq, first in firsts.items()
        if first.ballot is not None
    }


def relatives(case: Case) -> Sequence[RelativeRow]:
    """The relatives to be verified; none in a register."""
    return () if is_register() else people.relatives(case.id)


def companions(case: Case) -> Sequence[Row[Any]]:
    """Introducers and helpers."""
    return people.companions(case.id)


def past_deadlines(case: Case) -> Sequence[Row[Any]]:
    """Deadlines that ended, latest first."""
    return run(_PAST_DEADLINES, {"dossier": case.id}).all()
