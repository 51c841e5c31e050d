"""A line a paper: what a dossier needs, has, will lose and has no use for, in the order of the road (domain.md §5)."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import msgspec

from workflow import deadlines
from workflow import guards as g
from workflow.bundle import takes_consent, wanted
from workflow.codes import Code
from workflow.facts import Paper
from workflow.guards import Guard, Situation, day_text, introducing_form
from workflow.papers import Kind, Wanted
from workflow.procedure.move import Move
from workflow.procedure.table import next_step
from workflow.route import Route
from workflow.stages import STAGE_OF, Stage, State
from workflow.text import Text
from workflow.words import cited


class Standing(Code):
    """How a paper stands."""

    THERE = "there"
    LAPSES = "lapses"
    """It is there, and not good any more on the day the next step is due."""
    STALE = "stale"
    """It is there and counts no more: it is made again."""
    MISSING = "missing"
    """The next step waits for it."""
    WANTED = "wanted"
    """It is asked for, but the next step does not wait for it."""
    TO_COME = "to_come"
    """An act further on makes it."""
    ELSEWHERE = "elsewhere"
    """The step it belongs to was walked on paper, before the dossier was kept here."""
    NO_USE = "no_use"


STANDING_LABELS: dict[Standing, Text] = {
    Standing.THERE: Text("Đã có", "On file"),
    Standing.LAPSES: Text("Sắp hết giá trị", "Lapses soon"),
    Standing.STALE: Text("Phải lập lại", "To be made again"),
    Standing.MISSING: Text("Còn thiếu", "Missing"),
    Standing.WANTED: Text("Chưa có", "Not there yet"),
    Standing.TO_COME: Text("Lập ở bước sau", "Made further on"),
    Standing.ELSEWHERE: Text("Đã làm trên giấy trước khi nhập", "Done on paper before"),
    Standing.NO_USE: Text("Không dùng ở hồ sơ này", "Of no use here"),
}

MAKERS: dict[str, Text] = {
    "training_centre": Text("Trung tâm chính trị", "Training centre"),
    "candidate": Text("Người xin vào Đảng", "Candidate"),
    "introducer": Text("Đảng viên giới thiệu", "Introducing member"),
    "youth_union": Text("Ban chấp hành Đoàn cơ sở", "Youth Union executive"),
    "trade_union": Text("Ban chấp hành công đoàn cơ sở", "Trade union executive"),
    "cell": Text("Chi bộ", "Cell"),
    "section_committee": Text("Đảng ủy bộ phận", "Section committee"),
    "grassroots_committee": Text("Đảng ủy cơ sở", "Grass-roots committee"),
    "competent_committee": Text("Cấp ủy có thẩm quyền", "Competent committee"),
    "member": Text("Đảng viên dự bị", "Probationary member"),
    "helper": Text("Đảng viên hướng dẫn, giúp đỡ", "Helping member"),
}
"""Who makes a paper, by the word a rulebook has for it."""

SOON = 30
"""Days ahead in which a paper that will lapse is pointed out, where no deadline says when the next step is due, or not
any more.
"""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A paper of a dossier as its list shows it.

    `papers` count today, `earlier` were replaced by them. `step` is the act that asks for it or makes it; `source`
    cites the rule; `until` is the last day it is good for; `mend` the act that mends what is wrong ("" for none).
    """

    form: str
    title: Text
    maker: Text
    standing: Standing
    step: str = ""
    source: Text = Text("", "")
    times: int = 1
    papers: tuple[Paper, ...] = ()
    earlier: tuple[Paper, ...] = ()
    until: date | None = None
    note: Text | None = None
    mend: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the next step waits for something to be done about it."""
        return self.standing in (Standing.MISSING, Standing.STALE)


_ASKED_BY: dict[str, tuple[Guard, ...]] = {
    "application_papers": (g.application_papers,),
    "introducers_with_organisation": (g.organisation_resolution,),
    "opinions": (g.opinions,),
    "private_owner_papers": (g.extra_papers,),
    "mover_papers": (g.extra_papers,),
    "new_member_course": (g.new_member_course,),
    "recognition_papers": (g.recognition_papers,),
}
"""The guards that ask for the papers of a rule: the first step of the road with one of them is what they are for."""

_MADE_AGAIN = (Kind.CV, Kind.INTRODUCTION, Kind.YOUTH_RESOLUTION, Kind.UNION_RESOLUTION, Kind.OPINIONS)
"""What is made again when the dossier goes stale (guards.stale_papers_offered)."""


def lines(s: Situation) -> tuple[Line, ...]:
    """A line for every paper of the half of the road a dossier is on, in the legal order; then what else is there.

    Of a dossier that ended only what is on file.
    """
    if s.state is None:
        return ()
    road = () if STAGE_OF[s.state] is Stage.ENDED else _road(s)
    order = list(s.rulebook.forms)  # a rulebook lists them as the bundle is ordered
    needs = sorted(_needs(s, road), key=lambda need: _nth(order, need[0].form))
    found = [_line(s, road, want, step) for want, step in needs]
    known = {line.form for line in found}
    return (*found, *_others(s, known))


def blocking(s: Situation) -> tuple[Line, ...]:
    """The lines that stand in the way of the next step, as `lines` has them; what is in order is not worked out."""
    if s.state is None or STAGE_OF[s.state] is Stage.ENDED:
        return ()
    road, order = _road(s), list(s.rulebook.forms)
    needs = sorted(
        (need for need in _needs(s, road) if _may_block(s, need[0])), key=lambda need: _nth(order, need[0].form)
    )
    return tuple(line for want, step in needs if (line := _line(s, road, want, step)).blocks)


def lapsing(s: Situation) -> tuple[Line, ...]:
    """The lines of papers that lapse before the next step is due, as `lines` has them; no work where none may."""
    if s.state is None or STAGE_OF[s.state] is Stage.ENDED or not _may_lapse(s):
        return ()
    return tuple(line for line in lines(s) if line.standing is Standing.LAPSES)


def _may_lapse(s: Situation) -> bool:
    """Whether a paper that is still good may not be when the next step is due (see `_until`)."""
    if s.facts.cell_resolution_on is not None or s.facts.admitted_on is not None:
        return False
    ends = [
        deadlines.certificate_end(s.facts, s.rulebook, s.calendar),
        deadlines.stale_on(s.facts, s.rulebook, s.calendar),
    ]
    form = introducing_form(s)
    paper = s.facts.paper(form) if form else None
    if paper is not None:
        ends.append(_introduced_until(s, paper))
    coming = [end for end in ends if end is not None and end >= s.on]
    return bool(coming) and min(coming) < _next_due(s)


def _introduced_until(s: Situation, paper: Paper) -> date:
    months = s.rulebook.number("stale_dossier")
    return deadlines.months_end(paper.issued_on, months, s.rulebook, s.calendar)


def _may_block(s: Situation, want: Wanted) -> bool:
    """Whether a paper is not there, or may be there and count no more."""
    is_done = s.facts.cell_resolution_on is not None or s.facts.admitted_on is not None  # see _until
    return want.is_missing or not is_done or want.form in s.rulebook.words("recognition_papers")


def _road(s: Situation) -> tuple[Move, ...]:
    """The main steps of the half of the road, from its beginning."""
    assert s.state is not None
    return _walk(STAGE_OF[s.state] is Stage.MONITORING, s.route)


@lru_cache(maxsize=256)
def _walk(is_second_half: bool, route: Route) -> tuple[Move, ...]:
    state: State | None = State.PROBATIONARY if is_second_half else State.SOURCED
    end = State.OFFICIAL if is_second_half else State.APPROVED
    found: list[Move] = []
    while state is not None and state is not end:
        step = next_step(state, route)
        if step is None:
            break
        found.append(step)
        state = step.dest
    return tuple(found)


@lru_cache(maxsize=1024)
def _asking(is_second_half: bool, route: Route, rule: str) -> Move | None:
    """The first step of the road that asks for the papers of a rule."""
    asking = _ASKED_BY.get(rule, ())
    return next((step for step in _walk(is_second_half, route) if any(guard in asking for guard in step.guards)), None)


def _needs(s: Situation, road: tuple[Move, ...]) -> Iterator[tuple[Wanted, Move | None]]:
    """Every paper that is asked for or will be made, once, with the step it belongs to."""
    if not road:
        return
    seen: set[str] = set()
    for want in wanted(s):
        seen.add(want.form)
        yield want, _asking(road[0].source is State.PROBATIONARY, s.route, want.rule)
    for step in road:
        kind = step.paper_from(s.facts.source)
        form = s.rulebook.kinds.get(kind, "") if kind else ""
        if form and form not in seen:
            seen.add(form)
            there = sum(1 for paper in s.facts.papers if paper.form == form)
            yield Wanted(form, s.rulebook.form_title(form), _RULES.get(kind, ""), 1, there), step
    consent = s.rulebook.form(Kind.CONSENT)
    if takes_consent(s):
        there = sum(1 for paper in s.facts.papers if paper.form == consent)
        deciding = next((step for step in road if step.decides), None)
        yield Wanted(consent, s.rulebook.form_title(consent), "age_max", 1, there), deciding


_RULES: dict[Kind | None, str] = {
    Kind.CERTIFICATE: "course_certificate",
    Kind.CELL_RESOLUTION: "cell_vote",
    Kind.COMMITTEE_RESOLUTION: "committee_vote",
    Kind.ADMISSION: "admission_decision",
    Kind.RECOGNITION_CELL_RESOLUTION: "recognition_vote",
    Kind.RECOGNITION_COMMITTEE_RESOLUTION: "committee_vote",
    Kind.RECOGNITION: "recognition_decision",
}
"""The rules the papers of acts go back to."""


def _nth(order: list[str], form: str) -> int:
    return order.index(form) if form in order else len(order)


def _line(s: Situation, road: tuple[Move, ...], want: Wanted, step: Move | None) -> Line:
    of_form = sorted((p for p in s.facts.papers if p.form == want.form), key=lambda paper: paper.issued_on)
    current = tuple(of_form[-want.times :])
    until = _until(s, want.form, current)
    standing, note = _standing(s, road, want, step, current, until)
    mend = ""
    if standing is Standing.STALE:
        mend = "redo_stale_papers" if _is_stale(s, want.form, current) else "record_papers"
    elif standing is Standing.MISSING or (standing is Standing.WANTED and step is None):
        mend = "record_papers"
    return Line(
        form=want.form,
        title=want.title,
        maker=_maker(s, want.form),
        standing=standing,
        step=step.trigger if step else "",
        source=cited(s.rulebook.rule(want.rule).source) if want.rule in s.rulebook.rules else Text("", ""),
        times=want.times,
        papers=current,
        earlier=tuple(of_form[: -want.times]),
        until=until,
        note=note,
        mend=mend,
    )


def _standing(
    s: Situation,
    road: tuple[Move, ...],
    want: Wanted,
    step: Move | None,
    current: tuple[Paper, ...],
    until: date | None,
) -> tuple[Standing, Text | None]:
    if not want.is_missing:
        return _of_those_there(s, want, current, until)
    states = [each.source for each in road]
    now = states.index(s.state) if s.state in states else len(states)
    at = states.index(step.source) if step is not None else None
    is_made = step is not None and step.paper_from(s.facts.source) == _kind(s, want.form)
    note = Text(f"Có {want.there} trên {want.times}.", f"{want.there} of {want.times}.") if want.there else None
    if at is not None and at < now and s.facts.taken_over:
        return Standing.ELSEWHERE, note
    end = deadlines.probation_end(s.facts, s.rulebook)
    if end is not None and s.on <= end and want.form in s.rulebook.words("recognition_papers"):
        return Standing.WANTED, Text(f"Lập sau ngày {day_text(end)}.", f"Made after {day_text(end)}.")
    if is_made:
        return Standing.TO_COME, note
    return (Standing.MISSING if want.blocks and at is not None and at <= now else Standing.WANTED), note


def _of_those_there(
    s: Situation, want: Wanted, current: tuple[Paper, ...], until: date | None
) -> tuple[Standing, Text | None]:
    if want.form in s.rulebook.words("recognition_papers"):
        end = deadlines.probation_end(s.facts, s.rulebook)
        if end is not None and any(paper.issued_on <= end for paper in current):
            return Standing.STALE, Text(
                f"Lập trước khi hết 12 tháng dự bị ({day_text(end)}).",
                f"Made before the 12 months ended ({day_text(end)}).",
            )
    if until is None:
        return Standing.THERE, None
    if s.on > until:
        return Standing.STALE, Text(f"Hết giá trị từ sau ngày {day_text(until)}.", f"Good until {day_text(until)}.")
    return (Standing.LAPSES if until < _next_due(s) else Standing.THERE), None


def _next_due(s: Situation) -> date:
    """The day by which the next step should be taken: the nearest deadline that can be missed; where none runs or it is
    over already, soon.
    """
    assert s.state is not None
    own = ("course_certificate", "stale_dossier")  # these are the papers' own ends
    for due in deadlines.running(s.state, s.facts, s.rulebook, s.calendar):
        if due.rule not in own and due.rule not in deadlines.MILESTONES:
            if due.due_on >= s.on:
                return due.due_on
            break
    return s.on + timedelta(days=SOON)


def _until(s: Situation, form: str, current: tuple[Paper, ...]) -> date | None:
    """The last day papers are good for; None where no rule ends it, or where what they were for is done."""
    if not current or s.facts.cell_resolution_on is not None or s.facts.admitted_on is not None:
        return None
    kind = _kind(s, form)
    if kind is Kind.CERTIFICATE:
        return deadlines.certificate_end(s.facts, s.rulebook, s.calendar)
    ends: list[date] = []
    last = deadlines.stale_on(s.facts, s.rulebook, s.calendar)
    if kind in _MADE_AGAIN and last is not None and any(paper.issued_on <= last for paper in current):
        ends.append(last)
    if form == introducing_form(s):
        ends.append(_introduced_until(s, current[-1]))
    return min(ends, default=None)


def _is_stale(s: Situation, form: str, current: tuple[Paper, ...]) -> bool:
    last = deadlines.stale_on(s.facts, s.rulebook, s.calendar)
    return _kind(s, form) in _MADE_AGAIN and last is not None and s.on > last and current[-1].issued_on <= last


def _kind(s: Situation, form: str) -> Kind | None:
    known = s.rulebook.forms.get(form)
    return Kind(known.kind) if known and known.kind else None


def _maker(s: Situation, form: str) -> Text:
    known = s.rulebook.forms.get(form)
    return MAKERS[known.made_by] if known else Text("", "")


def _others(s: Situation, known: set[str]) -> Iterator[Line]:
    """What is on file beside: of the other half of the road, of side roads, of no use."""
    of_form: dict[str, list[Paper]] = {}
    order = list(s.rulebook.forms)
    for paper in sorted(s.facts.papers, key=lambda each: (_nth(order, each.form), each.issued_on)):
        if paper.form not in known:
            of_form.setdefault(paper.form, []).append(paper)
    useless = "" if s.state is None or takes_consent(s) else s.rulebook.form(Kind.CONSENT)
    for form, papers in of_form.items():
        is_useless = form == useless and s.facts.admitted_on is None
        yield Line(
            form=form,
            title=s.rulebook.form_title(form),
            maker=_maker(s, form),
            standing=Standing.NO_USE if is_useless else Standing.THERE,
            papers=tuple(papers),
        )
