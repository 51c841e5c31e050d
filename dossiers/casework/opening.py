"""Opening a dossier: on the source list of a cell, or anew for a member to be re-admitted."""

from dataclasses import replace
from datetime import date

import msgspec

from dossiers import chain, clock
from dossiers.accounts.grants import Signed
from dossiers.casework.act import Act, Done
from dossiers.casework.case import Case
from dossiers.casework.decide import perform
from dossiers.casework.store import Store
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow.facts import Actor, Candidate, DossierFacts, Evidence, Source
from workflow.guards import Refusal, Situation
from workflow.machine import Refused
from workflow.route import Route
from workflow.rulebook import Rulebook, in_force


def open_in(store: Store, act: Act, signed: Signed, unit_id: int, previous: Case | None = None) -> Done:
    """Open a dossier in the transaction of `store`; `previous` is the dossier of a member to be re-admitted."""
    case = blank(unit_id, act.evidence.happened_on, store.new_ids())
    units = tree.current()
    bases = units.organisations(case.place)
    if not case.place.has_dossiers or not units[unit_id].is_open:
        raise Refused((_no_road(rules.books()[case.rulebook]),))
    case.nominator_id = bases.get(act.evidence.source) if act.evidence.source else None
    case.full_name = previous.full_name if previous else str(act.person["full_name"])
    if previous is not None:
        case.person_id, case.previous_id = previous.person_id, previous.id
    opened = replace(act, evidence=with_organisations(act.evidence, bases))
    return perform(store, case, opened, signed)


def blank(unit_id: int, day: date, numbers: tuple[int, int] = (0, 0)) -> Case:
    """A dossier of a unit before its first act, which happens on a day; `numbers` are the person's and its own."""
    person_id, dossier_id = numbers
    return Case(
        id=dossier_id,
        code=f"HS{clock.today().year}-{dossier_id:06d}",
        person_id=person_id,
        unit_id=unit_id,
        nominator_id=None,
        class_id=None,
        centre_id=None,
        previous_id=None,
        state=None,
        since=day,
        rulebook=in_force(day, rules.books()).code,
        version=0,
        head_hash=chain.GENESIS,
        facts=DossierFacts(),
        place=tree.current().place(unit_id),
        full_name="",
    )


def with_organisations(evidence: Evidence, bases: dict[Source, int]) -> Evidence:
    """The evidence, completed by whether the grass-roots organisation has base organisations."""
    return msgspec.structs.replace(
        evidence, unit_has_youth_union=Source.YOUTH_UNION in bases, unit_has_trade_union=Source.TRADE_UNION in bases
    )


def _readmit(store: Store, old: Case, act: Act, signed: Signed) -> None:
    evidence = Evidence(
        act.evidence.happened_on,
        source=old.facts.source,
        consented=True,
        ground="readmission",
        candidate=msgspec.structs.replace(
            act.evidence.candidate or _candidate_of(old.facts), birth_date=old.facts.birth_date
        ),
    )
    open_in(store, Act("create", evidence), signed, tree.current().successor(old.unit_id).id, previous=old)


def _candidate_of(facts: DossierFacts) -> Candidate:
    return Candidate(facts.birth_date, facts.schooling, facts.schooling_ground or None)


def _no_road(book: Rulebook) -> Refusal:
    empty = Situation(None, Route(), DossierFacts(), book, rules.calendar(), Actor(), clock.today())
    return empty.no(
        "actor_role",
        "Đơn vị này không phải chi bộ đang hoạt động nên không có danh sách nguồn.",
        "This unit is no cell, or a closed one, and has no source list.",
        "Chọn chi bộ nơi người đó công tác.",
        "Choose the cell where the person works.",
        "unit",
    )
