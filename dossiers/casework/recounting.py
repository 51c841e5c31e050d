"""Open deadlines counted anew when a rule's value or the calendar changed: an event a dossier that it touches.

The event keeps the old day and the office's entry that caused it. Few dossiers are counted at once, many by the worker;
`is_pending` says whether some still wait.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import bindparam, func, select

from dossiers import clock
from dossiers.accounts import grants
from dossiers.accounts.models import RoleAssignment
from dossiers.casework import counts, events
from dossiers.casework.act import RulesChanged
from dossiers.casework.case import Case, Changes, Filed
from dossiers.casework.events import Body, Brought, Moved, Personal
from dossiers.casework.loading import cases_of
from dossiers.casework.models import DeadlineRecord
from dossiers.casework.rows import changed_deadlines, outbox_row, settle, table_of
from dossiers.casework.store import DatabaseStore
from dossiers.extensions import run, write_transaction
from dossiers.office.models import OfficeEvent
from dossiers.rules import instance
from dossiers.rules import services as rules
from workflow.deadlines import Deadline, running
from workflow.facts import DossierFacts, Evidence
from workflow.replay import RECOUNT
from workflow.roles import Role
from workflow.route import told
from workflow.rulestate import Rules

log = structlog.get_logger()

CAUSES = ("rule:changed", "rulebook:confirmed", "day:set", "day:forgotten")
"""What of the office's acts has deadlines counted anew."""

AT_ONCE = 500
"""Up to so many dossiers with open deadlines are counted in the request that changed the rules."""
BATCH = 200

_OPEN = (
    select(*table_of(DeadlineRecord).c)
    .where(
        DeadlineRecord.ended_on.is_(None),
        DeadlineRecord.dossier_id > bindparam("after"),
        DeadlineRecord.dossier_id <= bindparam("last"),
    )
    .order_by(DeadlineRecord.dossier_id)
)
_NEXT = (
    select(DeadlineRecord.dossier_id)
    .where(DeadlineRecord.ended_on.is_(None), DeadlineRecord.dossier_id > bindparam("after"))
    .distinct()
    .order_by(DeadlineRecord.dossier_id)
    .limit(BATCH)
)
_HOW_MANY = select(func.count(DeadlineRecord.dossier_id.distinct())).where(DeadlineRecord.ended_on.is_(None))
_CAUSE = (
    select(OfficeEvent.seq, OfficeEvent.actor_id)
    .where(OfficeEvent.topic.in_(CAUSES))
    .order_by(OfficeEvent.seq.desc())
    .limit(1)
)
_ADMINISTRATORS = (
    select(RoleAssignment.account_id)
    .where(RoleAssignment.role == str(Role.ADMINISTRATOR))
    .order_by(RoleAssignment.id)
    .limit(1)
)


def is_pending(now: Rules | None = None) -> bool:
    """Whether there are open deadlines that still stand as other rules than those in force (`now`) counted them."""
    return not rules.are_counted(now) and run(_NEXT, {"after": 0}).first() is not None


def after_change(_sender: object, **_more: Any) -> None:
    """The rules changed: count at once if few dossiers have open deadlines; else the worker does."""
    if (run(_HOW_MANY).scalar() or 0) <= AT_ONCE:
        recount()


def recount() -> int:
    """Count all open deadlines by the rules in force, batch by batch; how many dossiers got other days."""
    if rules.are_counted():
        return 0
    wanted, version = rules.current().hash, rules.known_version()
    changed, after = 0, 0
    while numbers := list(run(_NEXT, {"after": after}).scalars()):
        try:
            with write_transaction():
                counted = sum(1 for _ in _batch(after, numbers))
        except RulesChanged:  # whoever changed them, or the worker, counts all once more
            log.info("recount interrupted", dossiers=changed)
            return changed
        changed, after = changed + counted, numbers[-1]
    with write_transaction():
        if rules.version() == version:  # else some were counted by other rules, and all are counted once more
            instance.put(rules.COUNTED, wanted)
    log.info("recounted", dossiers=changed)
    return changed


def _batch(after: int, numbers: Sequence[int]) -> Iterator[Case]:
    """Count the dossiers of a batch in the current transaction; gives those that changed."""
    store, now, (cause, by) = DatabaseStore(), rules.current(), _cause()
    stood: dict[int, list[Deadline]] = defaultdict(list)
    for row in run(_OPEN, {"after": after, "last": numbers[-1]}):
        stood[row.dossier_id].append(Deadline(row.rule, row.starts_on, row.due_on, row.extended_by))
    for case in cases_of(numbers):
        before = tuple(stood[case.id])
        assert case.state is not None
        runs = running(case.state, case.facts, now.books[case.rulebook], now.calendar)
        if set(before) == set(runs):
            continue
        moved = _moved(before, runs)
        evidence = Evidence(clock.today())
        road = told(case.route)
        body = Body(events.FORMAT, case.unit_id, road, now.hash, Brought(evidence), moved=moved, cause=cause)
        store.write(case, by_itself(store, case, RECOUNT, body, Personal(), by, before, runs))
        yield case


def moved_meanwhile(case: Case, now: tuple[Deadline, ...]) -> tuple[Moved, int | None]:
    """For an act while deadlines wait to be counted: those that count otherwise `now`, before the act, and the office's
    entry that caused it.
    """
    rows = run(_OPEN, {"after": case.id - 1, "last": case.id})
    moved = _moved([Deadline(row.rule, row.starts_on, row.due_on, row.extended_by) for row in rows], now)
    return (moved, _cause()[0]) if moved else ((), None)


def _moved(before: Iterable[Deadline], runs: Iterable[Deadline]) -> Moved:
    old = {(deadline.rule, deadline.starts_on): deadline.due_on for deadline in before}
    return tuple(
        (d.rule, old[d.rule, d.starts_on], d.due_on)
        for d in runs
        if (d.rule, d.starts_on) in old and old[d.rule, d.starts_on] != d.due_on
    )


def _cause() -> tuple[int | None, tuple[int, str, int]]:
    """The office's newest change of rules, and whose act it is: the administrator's who made it, or the first one's."""
    row = run(_CAUSE).first()
    account = (row.actor_id if row else None) or run(_ADMINISTRATORS).scalar_one()
    held = grants.load(account, clock.today()).grants
    unit = next((unit for role, unit in held if role is Role.ADMINISTRATOR), held[0][1] if held else 1)
    return row.seq if row else None, (account, str(Role.ADMINISTRATOR), unit)


def by_itself(
    store: DatabaseStore,
    case: Case,
    trigger: str,
    body: Body,
    personal: Personal,
    by: tuple[int, str, int],
    before: Sequence[Deadline],
    runs: tuple[Deadline, ...],
    facts: DossierFacts | None = None,
    salt: str | None = None,
) -> Changes:
    """What an event of the program's own writes that leaves the state as it is, and the facts unless there are others;
    changes `case`. `salt` binds the personal part, if not one is drawn.
    """
    was = replace(case)
    case.version += 1
    case.facts = case.facts if facts is None else facts
    settle(case, runs)
    event, sealed = events.rows(case, trigger, was.state, body, personal, by, salt or store.salt(), None)
    case.head_hash = event["hash"]
    day = body.brought.evidence.happened_on
    return Changes(
        before=was,
        event=event,
        personal=sealed,
        filed=Filed(deadlines=changed_deadlines(case.id, before, runs, day)),
        outbox=outbox_row(case, trigger, event),
        counts=counts.moved((was.counted_units, was.state), (case.counted_units, case.state)),
    )
