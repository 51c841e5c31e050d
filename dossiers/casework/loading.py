"""Reading a dossier, within the units of whoever asks."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, exists, or_, select

from dossiers import clock
from dossiers.accounts import persons
from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework import claims, cv
from dossiers.casework.act import NotFound
from dossiers.casework.case import Case, Claimed
from dossiers.casework.helping import actor_over, helped
from dossiers.casework.models import Claim, Dossier, Event, Scope
from dossiers.courses.models import CourseClass
from dossiers.extensions import run
from dossiers.people import reading as people
from dossiers.people.models import Person
from dossiers.privacy import services as privacy
from dossiers.rules import services as rules
from dossiers.units import registers, tree
from workflow.facts import DossierFacts, Evidence
from workflow.guards import Situation
from workflow.replay import UNDO
from workflow.stages import State
from workflow.votes import Body

FACTS = msgspec.json.Decoder(DossierFacts)


_FOUND = (
    select(*Dossier.__table__.c, Person.full_name, CourseClass.centre_id, CourseClass.title.label("class_title"))
    .join(Person, Person.id == Dossier.person_id)
    .outerjoin(CourseClass, CourseClass.id == Dossier.class_id)
)
_ANY = _FOUND.where(Dossier.code == bindparam("code"))
_BEFORE_THE_CELL = (State.CELL_REVIEW, State.RECOGNITION_CELL_REVIEW)
_MEMBERS = case(
    (
        or_(*(Dossier.state == str(state) for state in _BEFORE_THE_CELL)),  # a list would be spelt out at each reading
        registers.members_of(Dossier.unit_id, str(Body.CELL)),
    )
)
"""The official members of the dossier's cell today: whether it can vote at all is said before it meets."""
_WHOLE = (
    _ANY.add_columns(*people.BESIDE, _MEMBERS.label("cell_members"))
    .add_columns(
        Claim.account_id.label("claimed_by"), claims.CLAIMER.name.label("claimer"), Claim.since.label("claimed")
    )
    .outerjoin(Claim, and_(Claim.dossier_id == Dossier.id, claims.counts(Dossier.turn)))
    .outerjoin(claims.CLAIMER, claims.CLAIMER.id == Claim.account_id)
)
"""A dossier with what its pages ask next: a statement apart for each would take a tenth of the page."""


@lru_cache(maxsize=64)
def _seen_by(units: int, helped: bool) -> Question:
    """The dossier if one of so many units sees it: "unit0", "unit1", …; or if it is one of those `helped`."""
    asking: list[Any] = [bindparam(f"unit{n}") for n in range(units)]
    seen: Any = exists().where(Scope.dossier_id == Dossier.id, Scope.ancestor_id.in_(asking))
    return Question(_WHOLE.where(or_(seen, _HELPED) if helped else seen))


_HELPED = Dossier.id.in_(bindparam("helped", expanding=True))


def load_case(code: str, signed: Signed) -> Case:
    """A dossier this person may see. Raises NotFound."""
    row = _row_for(code, signed)
    if row is None:
        tried(code, signed)
    return _whole_case(code, row)


def _row_for(code: str, signed: Signed) -> Any:
    units = signed.reading_units
    asking: dict[str, Any] = {f"unit{n}": unit for n, unit in enumerate(units)}
    mine = helped(signed)
    if mine:
        asking["helped"] = list(mine)
    asking |= {"code": code, "day": clock.today(), "claimed_after": claims.oldest()}
    return run(_seen_by(len(units), bool(mine)), asking).first()


_NUMBER_OF = Question(select(Dossier.id).where(Dossier.code == bindparam("code")))


def tried(code: str, signed: Signed) -> None:
    """Note that somebody tried the code of a dossier they do not see, or that is none."""
    privacy.note_foreign(run(_NUMBER_OF, {"code": code}).scalar(), code, signed.account_id)


_IN_REACH = exists().where(Scope.dossier_id == Dossier.id, Scope.ancestor_id.in_(bindparam("units", expanding=True)))
_CODED = _FOUND.where(Dossier.code.in_(bindparam("codes", expanding=True)))
_MANY = {False: _CODED.where(_IN_REACH), True: _CODED.where(or_(_IN_REACH, _HELPED))}
"""By whether somebody also helps: PostgreSQL reads all dossiers where either may hold."""


def load_cases(codes: Sequence[str], signed: Signed) -> dict[str, Case]:
    """Those of these dossiers that this person may see, by code; one query."""
    units, mine = list(signed.reading_units), list(helped(signed))
    asked = {"codes": list(codes), "units": units} | ({"helped": mine} if mine else {})
    rows = run(_MANY[bool(mine)], asked) if codes and (units or mine) else ()
    return {row.code: _case(row.code, row) for row in rows}


_NUMBERED = Question(_FOUND.where(Dossier.id.in_(bindparam("numbers", expanding=True))).order_by(Dossier.id))


def cases_of(numbers: Sequence[int]) -> list[Case]:
    """Dossiers by their numbers, for what the program does by itself; one query."""
    return [_case(row.code, row) for row in run(_NUMBERED, {"numbers": list(numbers)})] if numbers else []


def load_for_administration(code: str) -> Case:
    """A dossier for an act of administration, which shows nothing of it. Raises NotFound."""
    return _case(code, run(_ANY, {"code": code}).first())


def cases_for_administration(codes: Sequence[str]) -> dict[str, Case]:
    """Dossiers for an act of administration, which shows nothing of them, by code; one query."""
    return {row.code: _case(row.code, row) for row in run(_CODED, {"codes": list(codes)})} if codes else {}


_DONE_IN = Question(
    select(Event.unit_id)
    .where(
        Event.dossier_id == bindparam("dossier"),
        Event.actor_id == bindparam("account"),
        Event.trigger == bindparam("act"),
    )
    .order_by(Event.seq.desc())
    .limit(1)
)


def load_for(code: str, trigger: str, signed: Signed) -> Case:
    """A dossier for an act on it: one this person may see; for taking back, also one that the person's own last act of
    today took out of sight (the training centre's certificate). Raises NotFound.
    """
    if trigger == "change_rulebook":
        return load_for_administration(code)
    if trigger != UNDO:
        return load_case(code, signed)
    if (row := _row_for(code, signed)) is not None:
        return _whole_case(code, row)
    case = _left(code, signed)
    if case is None:
        tried(code, signed)
        raise NotFound(code)
    return case


def _left(code: str, signed: Signed) -> Case | None:
    """A dossier that the person's own last act of today took out of their sight, if they may take that back."""
    row = run(_ANY, {"code": code}).first()
    if row is None:
        return None
    case = _case(code, row)
    last = case.facts.last
    if last is None or (last.by, last.on) != (signed.ref, clock.today()) or not last.undoable:
        return None
    case.left_unit = run(_DONE_IN, {"dossier": case.id, "account": signed.account_id, "act": last.trigger}).scalar()
    return case if case.left_unit in signed.reading_units else None


def _case(code: str, row: Any) -> Case:
    if row is None:
        raise NotFound(code)
    state = State(row.state)
    return Case(
        id=row.id,
        code=row.code,
        person_id=row.person_id,
        unit_id=row.unit_id,
        nominator_id=row.nominator_id,
        class_id=row.class_id,
        centre_id=row.centre_id if state is State.ENROLLED else None,
        previous_id=row.previous_id,
        state=state,
        since=row.since,
        rulebook=row.rulebook,
        version=row.version,
        head_hash=row.head_hash,
        facts=FACTS.decode(row.facts),
        place=tree.current().place(row.unit_id),
        full_name=row.full_name,
        turn=row.turn,
        due_on=row.due_on,
        class_title=row.class_title,
    )


def _whole_case(code: str, row: Any) -> Case:
    found = _case(code, row)
    found.candidate, found.cell_members = people.candidate_of(row), row.cell_members
    found.claimed = Claimed(row.claimed_by, row.claimer, row.claimed) if row.claimed_by is not None else None
    return found


def situation(case: Case, signed: Signed, evidence: Evidence | None = None, counted: bool = True) -> Situation:
    """The dossier as the rules see it when this person asks, on the dossier's own rulebook; `counted`: with the members
    of a cell that is to vote, and the CV compared, which take queries.
    """
    return Situation(
        case.state,
        case.route,
        case.facts,
        rules.books()[case.rulebook],
        rules.calendar(),
        actor_over(signed, case),
        clock.today(),
        evidence,
        cv_differs=cv.differs(case) if counted and evidence is None and case.state is State.APPLYING else None,
        cell_members=_members(case) if counted and evidence is None and case.state in _BEFORE_THE_CELL else None,
        persons=persons.known(),
    )


def _members(case: Case) -> int:
    if case.cell_members is not None:
        return case.cell_members
    return registers.counted(case.unit_id, str(Body.CELL), clock.today()).members
