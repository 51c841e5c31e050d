"""What passes on with a unit that closes, or ends with it: seats, roles, quotas; and what has to be settled before."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import func, or_, select

from dossiers import clock
from dossiers.accounts import giving, sessions
from dossiers.accounts.models import Account, RoleAssignment, RoleRequest
from dossiers.casework.case import Case
from dossiers.extensions import db
from dossiers.formatters import body, day, role
from dossiers.inquiries import reading
from dossiers.languages import gettext as _
from dossiers.meetings.models import Meeting, MeetingLine
from dossiers.people.models import Companion
from dossiers.quotas.models import Quota
from dossiers.reorganising.effects import Effects, QuotaChange, RequestsGo, RoleChange, Seats
from dossiers.reorganising.ledger import Ledger
from dossiers.reorganising.projecting import Outcome
from dossiers.units import registers, tree
from dossiers.units.models import BodyMember, SeatStatus, Unit
from workflow.votes import Body

NAMED = 5
"""So many votes a sentence names."""


def pass_seats(outcome: Outcome, since: date, units: dict[int, Unit], ledger: Ledger, effects: Effects) -> None:
    """End the seats of closed units and those picked, from a day on; they begin in the successor where the plan says so
    and the person does not sit there already.
    """
    leaving = or_(BodyMember.unit_id.in_(outcome.successors), BodyMember.id.in_(outcome.seats))
    goes_on = or_(BodyMember.valid_to.is_(None), BodyMember.valid_to > since)
    seats = list(db.session.scalars(select(BodyMember).where(leaving, goes_on).order_by(BodyMember.id)))
    if not seats:
        return
    receiving = {units[to].id for to in (*outcome.successors.values(), *(to for _from, to in outcome.seats.values()))}
    query = select(BodyMember.unit_id, BodyMember.body, BodyMember.person_id)
    there = {tuple(row) for row in db.session.execute(query.where(BodyMember.unit_id.in_(receiving), goes_on))}
    statuses: dict[int, SeatStatus] = {}
    query_of = select(SeatStatus).where(SeatStatus.seat_id.in_([seat.id for seat in seats]))
    for status in db.session.scalars(query_of.order_by(SeatStatus.valid_from)):
        statuses[status.seat_id] = status
    told: Counter[tuple[str, str, str]] = Counter()
    registered: set[tuple[int, str]] = set()
    ended, added = [], []
    for seat in seats:
        picked = outcome.seats.get(seat.id)
        passes = picked is not None or outcome.passing[seat.unit_id].members
        to = units[picked[1] if picked is not None else outcome.successors[seat.unit_id]]
        of = units[seat.unit_id]
        registered.add((of.id, seat.body))
        if passes and (to.id, seat.body, seat.person_id) not in there:
            told[of.code, seat.body, to.code] += 1
            begins = max(since, seat.valid_from)
            new = BodyMember(
                unit_id=to.id, body=seat.body, name=seat.name, person_id=seat.person_id, valid_from=begins,
                valid_to=seat.valid_to,
            )  # fmt: skip
            there.add((to.id, seat.body, seat.person_id))
            registered.add((to.id, seat.body))
            added.append((new, statuses[seat.id].status, begins))
            ledger.add(new)
        else:
            told[of.code, seat.body, ""] += 1
        ended.append(seat.id)
        ledger.change(seat, valid_to=max(since, seat.valid_from))
    db.session.flush()
    for new, status_now, begins in added:
        ledger.add(SeatStatus(seat_id=new.id, status=status_now, valid_from=begins))
    effects.seats = [Seats(unit, body(of_body), count, to) for (unit, of_body, to), count in told.items()]
    refs = [registers.ref_of(seat) for seat in ended]
    beside = select(func.count(Companion.dossier_id.distinct())).where(
        Companion.ref.in_(refs), Companion.until.is_(None)
    )
    effects.companions = db.session.scalar(beside) or 0
    _votes_held(registered, since, units, effects)


def _votes_held(registered: Iterable[tuple[int, str]], since: date, units: dict[int, Unit], effects: Effects) -> None:
    codes = {unit.id: unit.code for unit in units.values()}
    for unit_id, of_body in sorted(registered):
        asked = registers.touched.send(unit_id=unit_id, body=of_body, since=since)
        votes = [vote for _receiver, answer in asked for vote in answer]
        if votes:
            named = ", ".join(f"{vote.code} ({day(vote.held_on)})" for vote in votes[:NAMED])
            effects.faults.append(
                _("%(unit)s đã biểu quyết từ ngày %(day)s theo danh sách cũ: %(votes)s. Lấy ngày hiệu lực sau đó.",
                  unit=codes[unit_id], day=day(since), votes=named)
            )  # fmt: skip


def pass_roles(outcome: Outcome, units: dict[int, Unit], by: tuple[int, int], ledger: Ledger, effects: Effects) -> None:
    """End the roles held in closed units today; they go on in the successor where the plan says so. `by`: the accounts
    of who prepared and who confirms, whose own roles do not pass on; nobody gives themselves one.
    """
    today = clock.today()
    if not outcome.successors:
        return
    goes_on = or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > today)
    query = (
        select(RoleAssignment, Account)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(RoleAssignment.unit_id.in_(outcome.successors), goes_on)
        .order_by(RoleAssignment.id)
    )
    rows = list(db.session.execute(query).tuples())
    receiving = {units[to].id for to in outcome.successors.values()}
    held = select(RoleAssignment.account_id, RoleAssignment.role, RoleAssignment.unit_id)
    there = {tuple(row) for row in db.session.execute(held.where(RoleAssignment.unit_id.in_(receiving), goes_on))}
    own = set(by) | set(_same_persons(by))
    for assignment, account in rows:
        of, line = units[assignment.unit_id], outcome.passing[assignment.unit_id]
        to, why = units[outcome.successors[assignment.unit_id]], ""
        if not line.roles or to.kind != of.kind:
            why = _("thôi cùng đơn vị")
        elif account.id in own:
            why = _("thôi: người lập, người xác nhận không tự giao vai trò cho mình")
        elif (account.id, assignment.role, to.id) in there:
            why = _("đã giữ vai trò này ở đơn vị nhận")
        else:
            there.add((account.id, assignment.role, to.id))
            ledger.add(
                RoleAssignment(
                    account_id=account.id, role=assignment.role, unit_id=to.id,
                    valid_from=max(today, assignment.valid_from), valid_to=assignment.valid_to,
                    request_id=assignment.request_id,
                )
            )  # fmt: skip
        ledger.change(assignment, valid_to=max(today, assignment.valid_from))
        effects.roles.append(RoleChange(account.name, role(assignment.role), of.code, "" if why else to.code, why))
    waiting = select(RoleRequest).where(RoleRequest.unit_id.in_(outcome.successors), RoleRequest.outcome == "")
    for asked in db.session.scalars(waiting):
        effects.requests += 1
        ledger.change(asked, outcome=giving.REFUSED, decided_by_id=by[1], decided_on=today)
    end_sessions(assignment.account_id for assignment, _account in rows)


def _same_persons(accounts: Collection[int]) -> list[int]:
    persons = select(Account.person_id).where(Account.id.in_(accounts), Account.person_id.is_not(None))
    return list(db.session.scalars(select(Account.id).where(Account.person_id.in_(persons.scalar_subquery()))))


def end_sessions(accounts: Iterable[int]) -> None:
    """Accounts whose roles changed sign in anew."""
    for account in dict.fromkeys(accounts):
        sessions.end_all(account)


def pass_quotas(
    outcome: Outcome, since: date, number: str, decided_on: date, units: dict[int, Unit], ledger: Ledger,
    effects: Effects,
) -> None:  # fmt: skip
    """Quotas of closed units for this year and later are added to those of their successors; earlier years stay."""
    if not outcome.successors:
        return
    concerned = [unit.id for unit in units.values()]
    query = select(Quota).where(Quota.unit_id.in_(concerned), Quota.year >= since.year).order_by(Quota.year, Quota.id)
    known = {(quota.unit_id, quota.year): quota for quota in db.session.scalars(query)}
    for (unit_id, year), quota in list(known.items()):
        if unit_id not in outcome.successors:
            continue
        of, to = units[unit_id], units[outcome.successors[unit_id]]
        there = known.get((to.id, year))
        if there is None:
            there = Quota(unit_id=to.id, year=year, amount=quota.amount, decision_number=number, decided_on=decided_on)
            known[to.id, year] = there
            ledger.add(there)
        else:
            amount = there.amount + quota.amount
            ledger.change(there, amount=amount, decision_number=number, decided_on=decided_on)
        effects.quotas.append(QuotaChange(of.code, year, quota.amount, to.code, there.amount))
        ledger.remove(quota)


def look_at_meetings(outcome: Outcome, units: dict[int, Unit], gone: dict[int, Case], effects: Effects) -> None:
    """Meetings being prepared: of a unit that closes, or with a dossier on the agenda that goes elsewhere, they have to
    be closed or cancelled before; others are named.
    """
    open_ = (Meeting.closed.is_(False), Meeting.cancelled_at.is_(None))
    codes = {unit.id: unit.code for unit in units.values()}
    for meeting in db.session.scalars(select(Meeting).where(*open_, Meeting.unit_id.in_(outcome.successors))):
        effects.faults.append(
            _("%(unit)s còn cuộc họp ngày %(day)s đang chuẩn bị: khóa hoặc hủy trước.",
              unit=codes[meeting.unit_id], day=day(meeting.held_on))
        )  # fmt: skip
    lines = (
        select(MeetingLine.dossier_id, Meeting.unit_id, Meeting.held_on, Meeting.body, Unit.code)
        .join(Meeting, Meeting.id == MeetingLine.meeting_id)
        .join(Unit, Unit.id == Meeting.unit_id)
        .where(*open_, Meeting.unit_id.not_in(outcome.successors))
        .order_by(Meeting.held_on, MeetingLine.place)
    )
    stays: Counter[tuple[str, str, date]] = Counter()
    for row in db.session.execute(lines):
        case = gone.get(row.dossier_id)
        if case is None:
            continue
        if row.unit_id in case.scope_units:
            stays[row.code, row.body, row.held_on] += 1
        else:
            effects.faults.append(
                _("Hồ sơ %(code)s còn trong chương trình họp ngày %(day)s của %(unit)s: bỏ ra trước.",
                  code=case.code, day=day(row.held_on), unit=row.code)
            )  # fmt: skip
    effects.meetings = [
        _("%(body)s %(unit)s, họp ngày %(day)s: %(n)s hồ sơ trong chương trình họp, giữ nguyên.",
          body=body(str(Body(of_body))), unit=code, day=day(held_on), n=n)
        for (code, of_body, held_on), n in stays.items()
    ]  # fmt: skip


def look_at_requests(going: Mapping[int, int], effects: Effects) -> None:
    """Open requests to these units are answered by those that go on in their place (unit to unit). The tree says who
    that is, so no row changes: the letter keeps naming whom it was sent to.
    """
    now = tree.current()
    effects.inquiries = [
        RequestsGo(now[unit].code, count, now[going[unit]].code)
        for unit, count in sorted(reading.count_open(going).items())
    ]
