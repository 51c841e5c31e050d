"""A line a paper: what is there, missing, lapsing, stale, to come, of no use, in every rulebook."""

from datetime import date, timedelta

import msgspec
import pytest

from tests.workflow.helpers import Walk, situation
from tests.workflow.situations import DAY
from workflow import deadlines
from workflow.facts import DossierFacts, Paper, Source
from workflow.guards import Situation
from workflow.paper_lines import MAKERS, STANDING_LABELS, Line, Standing, blocking, lapsing, lines
from workflow.papers import Kind
from workflow.procedure.table import next_step
from workflow.route import ROUTES, RouteName
from workflow.rulebook import shipped
from workflow.stages import ENDS, State

EVERY_BOOK = True


def at(walk: Walk, on: date | None = None) -> Situation:
    return situation(walk.state, walk.facts, on or walk.on, walk.route, rulebook=walk.rulebook)


def found(s: Situation) -> dict[Kind | str, Line]:
    return {Kind(kind) if (kind := s.rulebook.forms[line.form].kind) else line.form: line for line in lines(s)}


def standings(s: Situation) -> dict[Kind | str, Standing]:
    return {kind: line.standing for kind, line in found(s).items()}


def test_what_the_next_step_waits_for_is_missing_and_what_a_later_one_asks_for_is_wanted() -> None:
    walk = Walk().to(State.APPLYING)
    now = standings(at(walk))
    for kind in (Kind.APPLICATION, Kind.CV, Kind.INTRODUCTION):
        assert now[kind] is Standing.MISSING
    assert now[Kind.OPINIONS] is Standing.WANTED
    assert now[Kind.CERTIFICATE] is now[Kind.YOUTH_RESOLUTION] is Standing.THERE
    for kind in (Kind.CELL_RESOLUTION, Kind.COMMITTEE_RESOLUTION, Kind.ADMISSION):
        assert now[kind] is Standing.TO_COME
    assert Kind.APPRAISAL not in now and Kind.SELF_REVIEW not in now


@pytest.mark.parametrize("road", RouteName)
def test_the_lines_are_those_of_the_road(road: RouteName) -> None:
    route = ROUTES[road]
    now = standings(at(Walk(route).to(State.APPLYING)))
    assert (Kind.APPRAISAL in now) is route.has_section
    assert (Kind.COMMITTEE_RESOLUTION in now) is route.has_committee_review
    assert Kind.ADMISSION in now


def test_nothing_blocks_where_the_rules_let_the_step_through() -> None:
    """Wherever the ordinary road has been walked, what the list calls missing is what the next step refuses for."""
    walk = Walk()
    for state in (State.VERIFIED, State.CELL_REVIEW, State.COMMITTEE_REVIEW, State.AWAITING_DECISION, State.APPROVED,
                  State.RECOGNITION_CELL_REVIEW, State.RECOGNITION_AWAITING_DECISION):  # fmt: skip
        walk.to(state)
        assert [line.form for line in lines(at(walk)) if line.blocks] == [], state


def test_two_introducers_need_a_paper_each() -> None:
    walk = Walk(source=Source.OTHER).to(State.VERIFYING)
    line = found(at(walk))[Kind.INTRODUCTION]
    assert (line.times, len(line.papers), line.standing) == (2, 2, Standing.THERE)


def test_of_two_papers_of_a_form_the_newer_counts_and_the_older_is_kept() -> None:
    walk = Walk().to(State.VERIFYING)
    form = shipped()[walk.rulebook].form(Kind.CV)
    old = walk.facts.paper(form)
    walk.do("record_papers", papers=(Paper(form, walk.on + 3 * DAY),))
    line = found(at(walk))[Kind.CV]
    assert line.papers == (Paper(form, walk.on),)
    assert line.earlier == (old,)


@pytest.mark.parametrize(("days", "standing"), [(0, Standing.LAPSES), (1, Standing.STALE)])
def test_on_the_last_day_a_dossier_lapses_and_the_day_after_it_is_stale(days: int, standing: Standing) -> None:
    walk = Walk(source=Source.OTHER).to(State.CELL_REVIEW)
    s = at(walk)
    last = deadlines.stale_on(s.facts, s.rulebook, s.calendar)
    assert last is not None
    then = found(at(walk, last + days * DAY))
    for kind in (Kind.CV, Kind.INTRODUCTION, Kind.OPINIONS):
        assert then[kind].standing is standing
        assert then[kind].until == last
        assert then[kind].mend == ("redo_stale_papers" if days else "")
    assert then[Kind.APPLICATION].standing is Standing.THERE


@pytest.mark.parametrize(("before", "standing"), [(31, Standing.THERE), (30, Standing.THERE), (29, Standing.LAPSES)])
def test_what_lapses_within_thirty_days_is_said_where_no_deadline_runs(before: int, standing: Standing) -> None:
    walk = Walk(source=Source.OTHER).to(State.VERIFYING)
    s = at(walk)
    last = deadlines.stale_on(s.facts, s.rulebook, s.calendar)
    assert last is not None
    assert found(at(walk, last - before * DAY))[Kind.CV].standing is standing


@pytest.mark.parametrize(("days", "standing"), [(0, Standing.LAPSES), (1, Standing.STALE)])
def test_the_certificate_ends_on_its_day(days: int, standing: Standing) -> None:
    walk = Walk(source=Source.OTHER).to(State.TRAINED)
    s = at(walk)
    end = deadlines.certificate_end(s.facts, s.rulebook, s.calendar)
    assert end is not None
    line = found(at(walk, end + days * DAY))[Kind.CERTIFICATE]
    assert (line.standing, line.until) == (standing, end)


def _told_apart(s: Situation) -> bool:
    """Whether what lapses is told alike by itself and among all lines; and whether anything does."""
    wanted = tuple(line for line in lines(s) if line.standing is Standing.LAPSES)
    assert lapsing(s) == wanted, (s.state, s.on)
    return bool(wanted)


@pytest.mark.parametrize("book", list(shipped()))
@pytest.mark.parametrize("source", [Source.YOUTH_UNION, Source.TRADE_UNION, Source.OTHER])
def test_what_lapses_is_told_by_itself_on_every_day_around_every_end(book: str, source: Source) -> None:
    """The introducing resolution, the certificate and the dossier each have an end of their own."""
    walk, seen = Walk(source=source, rulebook=book), 0
    for state in (State.SOURCED, State.TRAINED, State.APPLYING, State.VERIFYING, State.VERIFIED, State.CELL_REVIEW,
                  State.COMMITTEE_REVIEW, State.APPROVED):  # fmt: skip
        walk.to(state)
        now = at(walk)
        ends = {line.until for line in lines(now) if line.until} | {walk.on}
        for end in ends:
            for days in (-61, -31, -30, -29, -1, 0, 1):
                if end + days * DAY >= walk.on:
                    seen += _told_apart(at(walk, end + days * DAY))
    assert seen, "something lapsed somewhere"


def test_what_was_voted_on_lapses_no_more() -> None:
    walk = Walk().to(State.COMMITTEE_REVIEW)
    years_later = at(walk, walk.on + timedelta(days=3000))
    assert all(line.until is None for line in lines(years_later))
    assert all(not line.blocks for line in lines(years_later))


def test_papers_of_recognition_are_made_after_the_twelve_months() -> None:
    walk = Walk().to(State.PROBATIONARY)
    s = at(walk)
    end = deadlines.probation_end(s.facts, s.rulebook)
    assert end is not None
    assert standings(at(walk, end))[Kind.SELF_REVIEW] is Standing.WANTED
    assert standings(at(walk, end + DAY))[Kind.SELF_REVIEW] is Standing.MISSING
    form = s.rulebook.form(Kind.SELF_REVIEW)
    walk.do("record_papers", days=(end - walk.on).days, papers=(Paper(form, end),))
    assert standings(at(walk, end + DAY))[Kind.SELF_REVIEW] is Standing.STALE
    walk.do("record_papers", days=1, papers=(Paper(form, end + DAY),))
    line = found(at(walk))[Kind.SELF_REVIEW]
    assert (line.standing, line.papers, line.earlier) == (
        Standing.THERE,
        (Paper(form, end + DAY),),
        (Paper(form, end),),
    )


def test_after_admission_the_papers_before_it_stay_in_sight_in_their_order() -> None:
    walk = Walk().to(State.PROBATIONARY)
    s = at(walk)
    before = [line.form for line in lines(s) if not line.step and line.standing is Standing.THERE]
    order = [form for form in s.rulebook.forms if form in before]
    assert before == order
    assert s.rulebook.form(Kind.APPLICATION) in before


@pytest.mark.parametrize("age", [59, 61])
def test_consent_is_of_no_use_to_the_young(age: int) -> None:
    today = date(2026, 7, 1)
    book = situation(State.APPLYING, DossierFacts(), today).rulebook
    form = book.form(Kind.CONSENT)
    facts = DossierFacts(birth_date=date(2026 - age, 7, 1), papers=(Paper(form, today),))
    line = found(situation(State.APPLYING, facts, today))[Kind.CONSENT]
    assert line.standing is (Standing.NO_USE if age == 59 else Standing.THERE)


def test_what_was_done_on_paper_before_is_not_called_missing() -> None:
    facts = DossierFacts(taken_over=True, dossier_made_on=date(2022, 1, 10), birth_date=date(1990, 1, 1))
    now = standings(situation(State.AWAITING_DECISION, facts, date(2022, 6, 1)))
    assert now[Kind.APPLICATION] is now[Kind.CELL_RESOLUTION] is Standing.ELSEWHERE
    assert now[Kind.ADMISSION] is Standing.TO_COME


@pytest.mark.parametrize("state", ENDS)
def test_of_a_dossier_that_ended_only_what_is_there_is_shown(state: State) -> None:
    facts = DossierFacts(papers=(Paper("1-KNĐ", date(2022, 1, 1)),))
    assert [(line.form, line.blocks) for line in lines(situation(state, facts, date(2022, 6, 1)))] == [("1-KNĐ", False)]


@pytest.mark.parametrize("state", [state for state in State if state not in ENDS])
@pytest.mark.parametrize("road", RouteName)
def test_every_state_of_every_road_has_lines_each_with_its_words(state: State, road: RouteName) -> None:
    if next_step(state, ROUTES[road]) is None and state is not State.OFFICIAL:
        return
    s = situation(state, DossierFacts(birth_date=date(1996, 1, 1)), date(2026, 7, 1), ROUTES[road])
    found = lines(s)
    assert len({line.form for line in found}) == len(found) > 0
    for line in found:
        assert line.maker in MAKERS.values() and line.title.vi and line.standing in STANDING_LABELS


def test_what_blocks_is_the_same_whether_or_not_the_others_are_worked_out() -> None:
    """All along the road, on time and when papers have gone stale, with papers and without."""
    walk = Walk()
    for state in (State.APPLYING, State.VERIFIED, State.CELL_REVIEW, State.COMMITTEE_REVIEW, State.AWAITING_DECISION,
                  State.APPROVED, State.PROBATIONARY, State.RECOGNITION_CELL_REVIEW,
                  State.RECOGNITION_AWAITING_DECISION, State.OFFICIAL):  # fmt: skip
        walk.to(state)
        for later in (0, 400, 900):
            s = at(walk, walk.on + timedelta(days=later))
            bare = msgspec.structs.replace(s, facts=msgspec.structs.replace(s.facts, papers=s.facts.papers[:2]))
            for one in (s, bare):
                assert blocking(one) == tuple(line for line in lines(one) if line.blocks), (state, later)
