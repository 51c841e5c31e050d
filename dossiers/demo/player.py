"""Plays a candidate's way act by act, each through casework.decide.perform, at the days it is told."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Literal

from dossiers import clock
from dossiers.accounts.grants import BOUND, Signed
from dossiers.casework import decide, loading, opening
from dossiers.casework.act import Act
from dossiers.casework.bulk import BulkStore
from dossiers.casework.case import Case
from dossiers.casework.decide import issuing_unit
from dossiers.casework.store import Store
from dossiers.demo import following, people
from dossiers.demo.casting import Cast
from dossiers.papers.files import Sealed
from dossiers.people.rows import CompanionRow, PersonRow, RelativeRow
from dossiers.rules import services as rules
from dossiers.units import tree
from dossiers.units.models import Unit
from dossiers.units.places import Place
from workflow import papers as paper_kinds
from workflow.bodies import body_for
from workflow.calendar import add_months
from workflow.facts import (
    Ballot,
    Candidate,
    Evidence,
    Introducer,
    Leaf,
    Paper,
    Relation,
    Relative,
    Scan,
    Schooling,
    Source,
    Taken,
)  # fmt: skip
from workflow.guards import Situation
from workflow.monitoring import ON_PROBATION
from workflow.procedure.table import move_by, road_of
from workflow.roles import Role
from workflow.route import ROLE_UNITS, Route, UnitKind, role_for
from workflow.rulebook import in_force
from workflow.stages import State
from workflow.turn import is_off_road
from workflow.votes import needed

_SHARES = {"union_executive": ">1/2", "cell": "2/3", "committee": "2/3", "standing_committee": ">1/2"}
_SUFFIX = {
    "nominate": "NQ/ĐT", "accept_to_list": "NQ/CB", "certify": "GCN", "pass_cell_vote": "NQ/CB", "appraise": "BC/ĐUBP",
    "pass_committee_vote": "NQ/ĐU", "decide_admission": "QĐ/ĐU", "decide_recognition": "QĐ/ĐU",
}  # fmt: skip

ROAD: tuple[tuple[int, str], ...] = (
    (-420, "create"), (-395, "nominate"), (-385, "accept_to_list"), (-372, "propose_course"), (-366, "enrol"),
    (-320, "certify"), (-210, "open_dossier"), (-208, "assign_introducers"), (-200, "papers_application"),
    (-190, "start_verification"), (-186, "record_relatives"), (-120, "papers_opinions"), (-110, "conclude_verification"),
    (-62, "submit_to_cell"), (-48, "pass_cell_vote"), (-41, "appraise"), (-32, "pass_committee_vote"),
    (-9, "prepare_decision"), (0, "decide_admission"), (6, "receive_decision"), (18, "hold_ceremony"), (18 + 20, "papers_member_cv"),
    (383 + 4, "papers_recognition"), (383 + 6, "submit_for_recognition"), (383 + 13, "pass_cell_vote"),
    (383 + 18, "appraise"), (383 + 23, "pass_committee_vote"), (383 + 30, "prepare_decision"), (383 + 36, "decide_recognition"),
)  # fmt: skip
"""The whole road: days from the decision on admission, and the act."""


class Player:
    """One candidate on the way. `anchor` is the day of the decision on admission, even if it is never reached."""

    def __init__(self, cast: Cast, store: Store, rng: Random, numbers: dict[Any, int], cell: Unit, source: str) -> None:
        self.cast, self.store, self.rng, self.numbers = cast, store, rng, numbers
        self.cell, self.source = cell, Source(source)
        self.case: Case | None = None
        self.recorded = datetime(2000, 1, 1, tzinfo=clock.VIETNAM)
        self.shift = timedelta()
        self.followed = False
        """Whether the cell records the year of probation."""
        self._year: list[following.Entry] | None = None
        self.papers: dict[str, tuple[int, int]] = {}
        self.person: PersonRow = {}

    @property
    def on_file(self) -> Case:
        """The dossier, once it was opened."""
        assert self.case is not None
        return self.case

    # --- doing acts ---

    def _at(self, on: date) -> datetime:
        """When the act of a day was recorded: at office hours, up to two days later, never before the last one."""
        rng = self.rng
        late = min(on + timedelta(days=rng.choice((0, 0, 1, 2))), max(self.cast.today, on))
        moment = datetime.combine(
            late, time(7 + rng.randrange(10), rng.randrange(60), rng.randrange(60)), clock.VIETNAM
        )
        self.recorded = max(moment, self.recorded + timedelta(minutes=3))
        return self.recorded

    def number(self, trigger: str, on: date, issuer: object) -> str:
        """The next number of an issuer's series in a year."""
        key = (trigger, issuer, on.year)
        self.numbers[key] = self.numbers.get(key, 0) + 1
        return f"{self.numbers[key]:02d}-{_SUFFIX.get(trigger, 'TB')}"

    def actor(self, trigger: str) -> Signed:
        """Somebody of the cast who may do this act on this dossier."""
        case = self.on_file
        move = move_by(trigger, case.state, case.route)
        assert move is not None
        for part in move.parts:
            role = role_for(part, move.road(case.route))
            if role in BOUND:
                continue  # whom they help is read from the database, where this dossier does not stand yet
            if role in (Role.YOUTH_OFFICER, Role.UNION_OFFICER):
                wanted = Role.YOUTH_OFFICER if self.source is Source.YOUTH_UNION else Role.UNION_OFFICER
                if role is not wanted or case.nominator_id is None:
                    continue
                unit: int | None = case.nominator_id
            elif role is Role.TRAINING_OFFICER:
                unit = self.cast.centre.id
            else:
                unit = case.place.unit_of(*ROLE_UNITS[role])
            if unit is not None and (role, unit) in self.cast.actors:
                return self.cast.actors[role, unit]
        raise LookupError(trigger)

    def ballot(self, trigger: str, on: date, passing: bool = True) -> Ballot:
        """A plausible count; it passes, or fails by one or two."""
        case = self.on_file
        s = Situation(case.state, case.route, case.facts, in_force(on), None, None, on)  # type: ignore[arg-type] # no calendar is asked for
        body, _ = body_for(trigger, s)
        unit = decide.body_unit(case, body, road_of(trigger, case.state, case.route))
        entitled = self.store.entitled(unit or 0, str(body), on).official
        share = _SHARES[str(body)]
        minimum = needed(share, entitled)
        if not passing:
            return Ballot(entitled, entitled, max(minimum - self.rng.choice((1, 2)), 0), self.rng.choice((1, 2)))
        present = entitled - self.rng.choice((0, 0, 0, 1)) if entitled > minimum else entitled
        return Ballot(entitled, present, self.rng.randint(max(minimum, present - 1), present))

    def do(self, trigger: str, on: date, evidence: dict[str, Any] | None = None, **act: Any) -> None:
        """One act on a day."""
        with clock.at(self._at(on)):
            what = Act(trigger, Evidence(on, **(evidence or {})), **act)
            before = len(self.on_file.facts.papers)
            done = decide.perform(self.store, self.on_file, what, self.actor(trigger))
        for nr, paper in enumerate(done.case.facts.papers[before:]):
            self.papers[paper.form] = (done.case.version, nr)

    def create(self, on: date, born: date | None = None) -> None:
        """Put an invented person on the source list."""
        base = self._base()
        person = self._somebody(on, born)
        union = None if self.source is Source.OTHER else self.cast.unions[base][str(self.source)]
        role = {Source.YOUTH_UNION: Role.YOUTH_OFFICER, Source.TRADE_UNION: Role.UNION_OFFICER}.get(self.source)
        who = (
            self.cast.actors[role, union.id] if role and union else self.cast.actors[Role.CELL_SECRETARY, self.cell.id]
        )
        evidence = Evidence(on, source=self.source, consented=True, candidate=_candidate(person))
        with clock.at(self._at(on)):
            done = opening.open_in(self.store, Act("create", evidence, person=person), who, self.cell.id)
        self.case = done.case

    def take_over(
        self, state: State, since: date, recorded_on: date, taken: Taken, kinds: Iterable[paper_kinds.Kind]
    ) -> None:
        """A dossier that began on paper and stands in a state since a day, recorded by the office on a later one.

        Of these kinds of paper those are at hand that the days of its steps speak of.
        """
        book = in_force(since)
        days = {
            paper_kinds.Kind.CERTIFICATE: taken.course_ends_on, paper_kinds.Kind.APPLICATION: taken.dossier_made_on,
            paper_kinds.Kind.CV: taken.dossier_made_on, paper_kinds.Kind.INTRODUCTION: taken.dossier_made_on,
            paper_kinds.Kind.CELL_RESOLUTION: taken.cell_resolution_on, paper_kinds.Kind.ADMISSION: taken.admitted_on,
        }  # fmt: skip
        papers = tuple(
            Paper(book.form(kind), day, number=self.number(f"paper:{kind}", day, self.cell.id))
            for kind in kinds if (day := days.get(kind)) is not None
        )  # fmt: skip
        person = self._somebody(taken.dossier_made_on or since, None)
        evidence = Evidence(
            since, source=self.source, consented=True, candidate=_candidate(person), stands_in=state, taken=taken,
            papers=papers, agreed_by="Chi ủy chi bộ, theo hồ sơ giấy đang lưu",
        )  # fmt: skip
        who = self.cast.actors[Role.COMMITTEE_OFFICER, self._base()]
        with clock.at(self._at(recorded_on)):
            act = Act("take_over", evidence, person=person)
            self.case = opening.open_in(self.store, act, who, self.cell.id).case
        self.papers = {paper.form: (1, nr) for nr, paper in enumerate(papers)}

    def _somebody(self, on: date, born: date | None) -> PersonRow:
        rng = self.rng
        sex = people.sex(rng)
        years = {"youth_union": (20, 27), "trade_union": (31, 44), "other": (33, 52)}[str(self.source)]
        born = born or date(on.year - rng.randint(*years), rng.randint(1, 12), rng.randint(1, 28))
        self.person = {
            "full_name": people.name(rng, sex), "birth_date": born, "sex": sex,
            "contact": f"09{rng.randrange(10**8):08d}", "occupation": rng.choice(people.JOBS),
            "home_town": rng.choice(people.PLACES),
        }  # fmt: skip
        return self.person

    @property
    def place(self) -> Place:
        """Where the candidate's cell stands."""
        return tree.current().place(self.cell.id)

    @property
    def route(self) -> Route:
        """The road of the candidate's dossier, under the rulebook of the demo's day."""
        road = self.place.road(in_force(self.cast.today))
        assert road is not None
        return road

    def _base(self) -> int:
        base = self.place.unit_of(UnitKind.GRASSROOTS_COMMITTEE, UnitKind.GRASSROOTS_CELL)
        assert base is not None
        return base

    # --- the road ---

    def step(self, name: str, on: date) -> None:
        """One line of ROAD on a day; lines the route or the source does not know are passed over."""
        if name == "create":
            self.create(on)
            return
        special: Callable[[date], None] | None = getattr(self, f"_{name}", None)
        if special is not None:
            special(on)
            return
        case = self.on_file
        assert case.state is not None
        if is_off_road(
            case.state, case.route, case.facts, rules.books()[case.rulebook]
        ):  # a level was closed, or somebody else decides now
            self.do("follow_new_road", on, {"reason": "Không còn cấp trung gian."})
        if (name == "nominate" and self.source is Source.OTHER) or (name == "appraise" and not case.route.has_section):
            return
        if name == "pass_committee_vote" and not case.route.has_committee_review:
            return
        evidence: dict[str, Any] = {}
        move = move_by(name, case.state, case.route)
        assert move is not None
        if "number" in move.needs:
            evidence["number"] = self.number(
                name, on, issuing_unit(case, move.issuer, move.road(case.route)) if move.issuer else None
            )
        if "ballot" in move.needs:
            evidence["ballot"] = self.ballot(name, on)
        if name == "conclude_verification":
            evidence["reason"] = "Đủ điều kiện về lịch sử chính trị và chính trị hiện nay."
        self.do(name, on, evidence)

    def _accept_to_list(self, on: date) -> None:
        helper = self.rng.choice(self.cast.members[self.cell.id])
        row = CompanionRow("helper", helper, self.cast.member_names[helper], on)
        number = self.number("accept_to_list", on, self.cell.id)
        self.do("accept_to_list", on, {"number": number, "helpers": 1}, companions=(row,))

    def _enrol(self, on: date) -> None:
        course = next(c for c in self.cast.classes if c.starts_on >= on)
        dates = {"course_starts_on": course.starts_on, "course_ends_on": course.ends_on}
        self.do("enrol", on, dates, class_id=course.id)

    def _assign_introducers(self, on: date) -> None:
        pool = self.cast.members[self.cell.id]
        wanted = 2 if self.source is Source.OTHER else 1
        drawn = self.rng.sample(pool, wanted)
        free = [ref for ref in pool if ref not in self.cast.seated and ref not in drawn]
        chosen = [free.pop(0) if ref in self.cast.seated else ref for ref in drawn]
        facts = tuple(Introducer(ref, add_months(on, -self.rng.randint(20, 60))) for ref in chosen)
        rows = tuple(CompanionRow("introducer", ref, self.cast.member_names[ref], on) for ref in chosen)
        self.do("assign_introducers", on, {"introducers": facts}, companions=rows)

    def _papers_application(self, on: date) -> None:
        days = sorted((self.rng.randint(1, 8) for _form in range(3)), reverse=True)  # first the application
        papers = [
            Paper(form, on - timedelta(days=ago)) for form, ago in zip(("1-KNĐ", "2-KNĐ", "3-KNĐ"), days, strict=True)
        ]
        papers += [papers[-1] for _other in self.on_file.facts.introducers[1:]]
        self.do("record_papers", on, {"papers": tuple(papers)})

    def _papers_opinions(self, on: date) -> None:
        self.do("record_papers", on, {"papers": (Paper("5-KNĐ", on - timedelta(days=3)),)})

    def _record_relatives(self, on: date) -> None:
        rng = self.rng
        relations = [Relation.FATHER, Relation.MOTHER]
        if self.source is not Source.YOUTH_UNION:
            relations += [Relation.SPOUSE, Relation.FATHER_IN_LAW, Relation.MOTHER_IN_LAW]
        facts, rows = [], []
        for number, relation in enumerate(relations, start=1):
            verified = on + timedelta(days=0)
            facts.append(Relative(f"r{number}", relation, verified))
            female = relation in (Relation.MOTHER, Relation.MOTHER_IN_LAW)
            name = self._family(relation, people.name(rng, "female" if female else "male"))
            rows.append(RelativeRow(f"r{number}", relation, name, result="Chấp hành tốt.", verified_on=verified))
        self.do("record_relatives", on, {"relatives": tuple(facts)}, relatives=tuple(rows))

    def _family(self, relation: Relation, drawn: str) -> str:
        """A relative's name that fits the candidate's: the father has the same family name, a wife the name of a woman."""
        family, _space, rest = drawn.partition(" ")
        if relation is Relation.FATHER:
            family = str(self.person["full_name"]).partition(" ")[0]
        elif relation is Relation.SPOUSE and self.person["sex"] == "male":
            return people.name(Random(drawn), "female")  # noqa: S311 - invented people
        return f"{family} {rest}"

    def _receive_decision(self, on: date) -> None:
        self.do("receive_decision", on, {"received_on": on})

    def _hold_ceremony(self, on: date) -> None:
        self.do("hold_ceremony", on, {"received_on": self.on_file.facts.received_on})

    def _papers_member_cv(self, on: date) -> None:
        if self.on_file.facts.paper("LL-ĐV") is not None:
            return
        self.do("record_papers", on, {"papers": (Paper("LL-ĐV", on - timedelta(days=2)),)})

    def _papers_recognition(self, on: date) -> None:
        course = () if self.on_file.facts.paper("CN-ĐVM") else ("CN-ĐVM",)
        forms = (*course, "10-KNĐ", "11-KNĐ", "12-KNĐ")
        self.do("record_papers", on, {"papers": tuple(Paper(form, on - timedelta(days=1)) for form in forms)})

    def play(self, steps: int, anchor: date) -> None:
        """The first `steps` lines of ROAD, by their offsets from `anchor`."""
        for offset, name in ROAD[:steps]:
            self.follow(anchor + timedelta(days=offset))
            self.step(name, anchor + timedelta(days=offset))

    def follow(self, until: date) -> None:
        """What the cell records of the year before a day, with chances of its own: nothing else changes by it."""
        case = self.case
        if not self.followed or case is None or case.state not in ON_PROBATION or case.facts.ceremony_on is None:
            return
        shared, self.rng = self.rng, Random(f"{case.code} {len(case.facts.year.months)}")  # noqa: S311 - the same each time
        if self._year is None:
            self._year = following.entries(case.facts.ceremony_on, self.rng, self.cast.today)
        while self._year and self._year[0].day < until:
            entry = self._year.pop(0)
            is_there = any(case.facts.paper(paper.form) for paper in entry.evidence.get("papers", ()))
            if not is_there and (case.facts.last_on is None or entry.day >= case.facts.last_on):
                self.do(entry.trigger, entry.day, entry.evidence)
        self.rng = shared

    def scan(self, form: str, on: date, pages: Iterable[Sealed], turn: Literal[0, 90] = 0) -> None:
        """Attach a scan to the newest paper of a form; a page of it may lie on its side."""
        case, made = self.on_file, tuple(pages)
        seq, nr = self.papers[form]
        leaves = tuple(
            Leaf(file, page, turn if (file, page) == (len(made) - 1, 1) else 0)
            for file, one in enumerate(made)
            for page in range(1, one.pages + 1)
        )
        scan = Scan(seq, nr, form, tuple(one.address for one in made), leaves)
        assert case.facts.paper(form) is not None
        self.do("attach_scan", on, {"scan": scan}, files=made)

    def finish(self, at_end: bool = True) -> None:
        """Hand the dossier to the store, with the year up to today if nothing more is played."""
        if at_end:
            self.follow(self.cast.today + timedelta(days=1))
        if isinstance(self.store, BulkStore):
            self.store.finish(self.on_file)

    def go_on(self, store: Store) -> None:
        """Take the dossier up again from the database, as it stands there by now."""
        self.case, self.store = loading.load_for_administration(self.on_file.code), store


def _candidate(person: PersonRow) -> Candidate:
    born = person["birth_date"]
    assert isinstance(born, date)
    return Candidate(birth_date=born, schooling=Schooling.UPPER_SECONDARY)


def steps_to(state: State, route: Route) -> int:
    """How many lines of ROAD lead into `state`."""
    last = {
        State.SOURCED: "create", State.NOMINATED: "nominate", State.LISTED: "accept_to_list", State.ENROLLED: "enrol",
        State.TRAINED: "certify", State.APPLYING: "open_dossier", State.VERIFYING: "start_verification",
        State.VERIFIED: "conclude_verification", State.CELL_REVIEW: "submit_to_cell", State.APPROVED: "decide_admission",
        State.PROBATIONARY: "hold_ceremony", State.RECOGNITION_CELL_REVIEW: "submit_for_recognition",
        State.OFFICIAL: "decide_recognition",
    }  # fmt: skip
    names = [name for _, name in ROAD]
    if state in last:
        return names.index(last[state]) + 1
    second = state.startswith("recognition")
    start = names.index("submit_for_recognition") if second else 0
    kind = state.removeprefix("recognition_")
    before = {
        "section_appraisal": "pass_cell_vote",
        "committee_review": "appraise",
        "awaiting_decision": "pass_committee_vote",
    }
    if kind == "committee_review" and not route.has_section:
        return names.index("pass_cell_vote", start) + 1
    return names.index(before[kind], start) + 1
