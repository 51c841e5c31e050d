"""What follows from an act: the rules are asked, nothing is written."""

from dataclasses import replace
from typing import Any

import msgspec

from dossiers import clock
from dossiers.accounts import persons
from dossiers.accounts.grants import Signed
from dossiers.casework import counts, cv, events, recounting
from dossiers.casework.act import Act, Done
from dossiers.casework.case import Case, Changes, Filed
from dossiers.casework.events import Body, Brought, Personal
from dossiers.casework.helping import actor_over
from dossiers.casework.rows import (
    changed_deadlines,
    companion_row,
    outbox_row,
    relative_row,
    sealed_person,
    settle,
    vote_row,
)
from dossiers.casework.store import Store
from dossiers.casework.tables import CountedBy
from dossiers.inquiries import rows as inquiries
from dossiers.inquiries.rows import ClosedRow, InquiryRow, closed_row, inquiry_row, sealed_row
from dossiers.papers import numbers, scans
from dossiers.papers.numbers import PaperRow
from dossiers.rules import services as rules
from dossiers.units import tree
from dossiers.units.registers import Register
from workflow import machine
from workflow.bodies import body_for
from workflow.deadlines import running
from workflow.facts import Evidence
from workflow.guards import About, Refusal, Situation
from workflow.machine import Refused
from workflow.procedure.move import Issuer
from workflow.procedure.table import road_of, route_knows
from workflow.roles import Role
from workflow.route import Route, UnitKind, told
from workflow.rulebook import Rulebook, in_force
from workflow.rulestate import Rules
from workflow.stages import State
from workflow.votes import Body as VotingBody


def perform(store: Store, case: Case, act: Act, signed: Signed) -> Done:
    """Ask the rules and write what follows; changes `case` to what it is after the act. Raises as `decide`."""
    done, changes = decide(store, case, act, signed)
    store.write(case, changes)
    return done


def decide(
    store: Store,
    case: Case,
    act: Act,
    signed: Signed,
    about: About | None = None,
    corrected: tuple[Brought, Personal] | None = None,
) -> tuple[Done, Changes]:
    """Ask the rules what follows from an act, and write nothing; changes `case` to what it then is. Raises Refused.

    `about` and `corrected` come with a proposed correction (casework.correcting): the act it is about, what is right.
    """
    now, today = rules.current(), clock.today()
    then = _as_it_stood(case, act)
    asked = Situation(
        case.state,
        then.route,
        case.facts,
        now.books[case.rulebook],
        now.calendar,
        actor_over(signed, case),
        today,
        act.evidence,
        about=about,
        persons=persons.known(),
        cv_differs=cv.differs(case) if act.trigger == "start_verification" else None,
    )
    evidence, register = with_register(store, with_name(act, case), register_of(then, act.trigger, asked), asked)
    asked = msgspec.structs.replace(asked, evidence=evidence)
    _check_transfer(case, act, asked, signed)
    outcome = machine.fire(act.trigger, asked)
    road = road_of(act.trigger, case.state, then.route)
    series = None if outcome.issuer is None else issuing_unit(then, outcome.issuer, road)
    seq = case.version + 1
    who = by(signed, outcome.role, case)
    papers = numbers.paper_rows(case.id, seq, evidence.papers, outcome.paper, who[2], series)
    check_numbers(store, asked, papers)
    was = replace(case)
    before = () if was.state is None else running(was.state, was.facts, asked.rulebook, now.calendar)
    body, personal = _told(then, act, evidence, register, now)
    is_counted = rules.are_counted(now)
    if not is_counted and was.version:
        moved_days, cause = recounting.moved_meanwhile(case, before)
        body = msgspec.structs.replace(body, moved=moved_days, cause=cause)
    if outcome.to is not case.state:
        case.state, case.since = outcome.to, evidence.happened_on
        case.rulebook = in_force(evidence.happened_on, now.books).code
    if act.rulebook is not None:
        case.rulebook = act.rulebook
    case.facts = outcome.facts
    moved = _move(store, case, act) or was.version == 0
    case.version = seq
    after = running(outcome.to, case.facts, now.books[case.rulebook], now.calendar)
    settle(case, after)
    body = msgspec.structs.replace(body, series=series, behalf=behalf(signed, who), **_placed(was, case, act))
    if corrected is not None and about is not None:
        body = msgspec.structs.replace(body, about=about.seq, corrected=corrected[0])
        personal = msgspec.structs.replace(personal, corrected=corrected[1])
    event, sealed = events.rows(case, act.trigger, was.state, body, personal, who, store.salt(), act.key)
    case.head_hash = event["hash"]
    case.full_name = str(act.person.get("full_name") or case.full_name)
    places = {relative.ref: nr for nr, relative in enumerate(case.facts.relatives)}
    filed = Filed(
        papers,
        [] if outcome.vote is None else [vote_row(case.id, seq, outcome.vote, register)],
        changed_deadlines(case.id, before, after, evidence.happened_on, whole=not is_counted),
        [relative_row(case.id, places[row.ref], row) for row in act.relatives],
        [companion_row(case.id, seq, nr, row) for nr, row in enumerate(act.companions)],
        [] if evidence.scan is None else [scans.scan_row(case.id, seq, evidence.scan)],
        [] if evidence.scan is None else scans.file_rows(case.id, seq, evidence.scan),
        *_requests(case, was, seq, evidence),
    )
    changes = Changes(
        before=was,
        event=event,
        personal=sealed,
        filed=filed,
        outbox=outbox_row(case, act.trigger, event),
        person=sealed_person(case.person_id, act.person),
        new_person=was.version == 0 and was.previous_id is None,
        scope_moved=moved,
        renamed=case.full_name != was.full_name,
        files=act.files,
        counts=counts.moved((was.counted_units, was.state), (case.counted_units, case.state)),
    )
    return Done(case, outcome), changes


def _requests(case: Case, was: Case, seq: int, evidence: Evidence) -> tuple[list[InquiryRow], list[ClosedRow]]:
    """The rows of requests an act sent, and what it changes in those it closed."""
    before = was.facts.asked
    known, new = case.facts.asked[: len(before)], case.facts.asked[len(before) :]
    closed = [one for old, one in zip(before, known, strict=True) if one.closed_on != old.closed_on]
    return (
        [sealed_row(inquiry_row(case.id, one, inquiries.told(seq, evidence))) for one in new],
        [closed_row(case.id, one, evidence) for one in closed],
    )


def _as_it_stood(case: Case, act: Act) -> Case:
    """The dossier where it stood on the day of an act: levels and who decides follow from the tree of that day."""
    place = tree.current().place_on(case.unit_id, act.evidence.happened_on)
    return case if place == case.place or not place.has_dossiers else replace(case, place=place)


def by(signed: Signed, role: Role | None, case: Case) -> tuple[int, str, int]:
    """Who acts, as events say it: the account, the role that made the act theirs, the unit it is held in."""
    assert role is not None
    unit_id = signed.held_in(role, case.acting_units)
    assert unit_id is not None
    return signed.account_id, str(role), unit_id


def behalf(signed: Signed, who: tuple[int, str, int]) -> int | None:
    """For which account an act is done whose doer is `who` (see `by`), when the role was lent."""
    return signed.behalf(Role(who[1]), who[2])


def _told(case: Case, act: Act, evidence: Evidence, register: CountedBy | None, now: Rules) -> tuple[Body, Personal]:
    brought, personal = events.brought(act, evidence, register)
    return Body(events.FORMAT, case.unit_id, told(case.route), now.hash, brought), personal


def _placed(was: Case, case: Case, act: Act) -> dict[str, Any]:
    """What an event says of where the dossier stands, when that is new."""
    placed: dict[str, Any] = {"rulebook": act.rulebook}
    if was.version == 0:
        placed |= {"person": case.person_id, "previous": case.previous_id}
    if was.version == 0 or case.nominator_id != was.nominator_id:
        placed["organisation"] = case.nominator_id
    if act.to_unit_id is not None:
        placed |= {"to_unit": case.unit_id, "to_route": told(case.route)}
    return placed


def check_numbers(store: Store, s: Situation, papers: list[PaperRow]) -> None:
    """Raises Refused when a number is taken already, or twice in this act."""
    used = store.numbers_taken([row["number_key"] for row in papers if row["number_key"]])
    registered = store.registered(papers)
    number = numbers.taken(papers, used | registered)
    if number is not None:
        is_in_register = any(row["number"] == number and row["number_key"] in registered for row in papers)
        raise Refused((numbers.number_taken(s, number, is_in_register),))


_ISSUING: dict[Issuer, tuple[UnitKind, ...]] = {
    Issuer.CELL: (UnitKind.CELL, UnitKind.GRASSROOTS_CELL),
    Issuer.SECTION: (UnitKind.SECTION_COMMITTEE,),
    Issuer.COMMITTEE: (UnitKind.GRASSROOTS_COMMITTEE,),
}


def issuing_unit(case: Case, issuer: Issuer, road: Route) -> int | None:
    """The unit in whose series of numbers a paper stands that an act makes on a road (table.road_of)."""
    if issuer is Issuer.NOMINATOR:
        return case.nominator_id
    if issuer is Issuer.CENTRE:
        return case.centre_id
    if issuer is Issuer.DECIDING:
        kind = UnitKind.GRASSROOTS_COMMITTEE if road.is_delegated else UnitKind.UPPER_COMMITTEE
        return case.place.unit_of(kind)
    return case.place.unit_of(*_ISSUING[issuer])


def _move(store: Store, case: Case, act: Act) -> bool:
    """Change who sees the dossier: a class's centre while it is held, another unit or organisation."""
    seen = case.scope_units
    if act.class_id is not None:
        case.class_id = act.class_id
    case.centre_id = store.centre_of(case.class_id) if case.state is State.ENROLLED else None
    if act.to_unit_id is not None:
        case.unit_id = act.to_unit_id
        case.place = tree.current().place(act.to_unit_id)
    if act.to_unit_id is not None or act.evidence.source is not None:
        case.nominator_id = tree.current().organisations(case.place).get(case.facts.source)
    return case.scope_units != seen


def body_unit(case: Case, body: VotingBody, road: Route) -> int | None:
    """The unit whose register says who may vote on a road; who decides itself has its own standing committee."""
    if body is VotingBody.UNION_EXECUTIVE:
        return case.nominator_id
    if body is VotingBody.CELL:
        return case.place.unit_of(UnitKind.CELL, UnitKind.GRASSROOTS_CELL)
    own = body is VotingBody.COMMITTEE or road.is_delegated
    return case.place.unit_of(UnitKind.GRASSROOTS_COMMITTEE if own else UnitKind.UPPER_COMMITTEE)


def register_of(case: Case, trigger: str, s: Situation) -> tuple[int | None, VotingBody] | None:
    """The unit and body whose register says who was entitled to the vote of an act; None without a vote."""
    if s.evidence is None or s.evidence.ballot is None:
        return None
    body, _purpose = body_for(trigger, s)
    return body_unit(case, body, road_of(trigger, case.state, case.route)), body


def with_register(
    store: Store, evidence: Evidence, register: tuple[int | None, VotingBody] | None, s: Situation
) -> tuple[Evidence, CountedBy | None]:
    """Those entitled to vote are counted from the register on the day; nobody types them. Raises Refused.

    With the evidence comes the register it was counted against. Members exempt count when they came, where the rulebook
    has it so; who is temporarily elsewhere does not.
    """
    ballot = evidence.ballot
    if ballot is None or register is None:
        return evidence, None
    unit, body = register
    seats = store.entitled(unit, str(body), evidence.happened_on) if unit else Register()
    if ballot.exempt_present > seats.exempt:
        raise Refused((_more_exempt(s, ballot.exempt_present, seats.exempt),))
    members = seats.members if body is VotingBody.CELL else None
    may_vote = entitled(seats, ballot.exempt_present, s.rulebook)
    counted = msgspec.structs.replace(ballot, entitled=may_vote, members=members)
    return msgspec.structs.replace(evidence, ballot=counted), None if unit is None else (unit, seats.hash)


def entitled(seats: Register, exempt_present: int, book: Rulebook) -> int:
    """How many may vote: the official members, and those exempt who came, where the rulebook has it so."""
    return seats.official + (exempt_present if book.word("exempt_members") == "count_when_present" else 0)


def with_name(act: Act, case: Case) -> Evidence:
    """Whether the name changes is seen from the name; nobody says so. The rules need not know the name itself."""
    is_new = act.trigger == "correct_candidate" and act.person.get("full_name") not in (None, case.full_name)
    return msgspec.structs.replace(act.evidence, renamed=is_new)


def _more_exempt(s: Situation, present: int, known: int) -> Refusal:
    return s.no(
        "vote_count",
        f"Ghi {present} đảng viên được miễn có mặt, nhưng danh sách ngày đó chỉ có {known}.",
        f"{present} exempt members present, but the register of the day has {known}.",
        "Kiểm tra biên bản; sửa danh sách biểu quyết nếu danh sách sai.",
        "Check the minutes; correct the register if that is wrong.",
        "exempt_present",
    )


def _check_transfer(case: Case, act: Act, s: Situation, signed: Signed) -> None:
    if act.trigger != "transfer":
        return
    place = tree.current().place(act.to_unit_id) if act.to_unit_id else None
    reach = set(signed.acting_units)
    fits = (
        place is not None
        and place.has_dossiers
        and tree.current()[act.to_unit_id or 0].is_open
        and act.to_unit_id != case.unit_id
        and any(unit in reach for unit, _, _ in place.chain)
    )
    if not fits:
        raise Refused(
            (
                s.no(
                    "actor_role",
                    "Chưa chọn chi bộ tiếp nhận khác trong phạm vi của bạn.",
                    "Choose another receiving cell within your reach.",
                    "Chọn chi bộ; ra ngoài phạm vi thì nhờ ban tổ chức cấp trên.",
                    "Choose a cell; beyond your reach the upper board transfers.",
                    "to_unit",
                ),
            )
        )
    assert place is not None
    road = place.road(s.rulebook)
    assert road is not None
    assert case.state is not None
    if not route_knows(road, case.state):
        raise Refused(
            (
                s.no(
                    "act_order",
                    "Đơn vị tiếp nhận không có bước hiện tại của hồ sơ.",
                    "The receiving unit's road does not know the dossier's present step.",
                    "Trả hồ sơ về một bước chung rồi chuyển.",
                    "Return the dossier to a step both know, then transfer.",
                    "to_unit",
                    "return_for_correction",
                ),
            )
        )
