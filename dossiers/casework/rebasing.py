"""Beginning a dossier's log anew: one signed event that says where it stood, for logs of an earlier format.

From it on the events can be folded; what lies before is still chained and read, but no table is compared with it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, delete, insert, select, update

from dossiers import clock
from dossiers.casework import events
from dossiers.casework.case import Case
from dossiers.casework.events import Base, BasePersonal, Body, Brought, Personal
from dossiers.casework.loading import cases_of
from dossiers.casework.models import DeadlineRecord, Dossier, Event, VoteRecord, head_mark
from dossiers.casework.recounting import by_itself
from dossiers.casework.rows import table_of
from dossiers.casework.store import DatabaseStore
from dossiers.extensions import Model, run, write_transaction
from dossiers.inquiries.models import Inquiry
from dossiers.inquiries.rows import opened
from dossiers.papers.models import PaperRecord, PaperScan, ScanFile
from dossiers.papers.numbers import known_row
from dossiers.papers.scans import read_scan
from dossiers.people import reading as people
from dossiers.people.models import Companion
from dossiers.people.rows import texts
from dossiers.rules import services as rules
from workflow.deadlines import running
from workflow.facts import Evidence, Scan, Vote
from workflow.replay import REBASE
from workflow.route import told

RENUMBERED = {
    "10-KNĐ": "CN-NTVĐ", "11-KNĐ": "CN-ĐVM", "12-KNĐ": "10-KNĐ", "13-KNĐ": "11-KNĐ", "14-KNĐ": "12-KNĐ",
    "15-KNĐ": "13-KNĐ", "16-KNĐ": "14-KNĐ", "17-KNĐ": "15-KNĐ", "18-KNĐ": "16-KNĐ",
}  # fmt: skip
"""Forms that logs up to format 2 recorded under a wrong number, and their right one (domain.md §5)."""

Sign = Callable[[bytes], str]
BATCH = 200
_UNMARKED = select(Dossier.id, Dossier.code, Dossier.version, Dossier.head_hash).where(Dossier.mark == "")
_MARK = update(table_of(Dossier)).where(Dossier.id == bindparam("of_id")).values(mark=bindparam("mark"))

_NUMBERS = select(Dossier.id).where(Dossier.id > bindparam("after")).order_by(Dossier.id).limit(BATCH)
_BODIES = (
    select(Event.dossier_id, Event.seq, Event.body, Event.trigger)
    .where(Event.dossier_id >= bindparam("low"), Event.dossier_id <= bindparam("high"))
    .order_by(Event.dossier_id, Event.seq)
)


def _of(model: type[Model]) -> Select[Any]:
    table = table_of(model)
    key = [column for column in table.primary_key.columns if column.name != "dossier_id"]
    return select(*table.c).where(table.c.dossier_id == bindparam("dossier")).order_by(*key)


_ASIDE = "!"
_PUT_ASIDE = (
    update(table_of(PaperRecord))
    .where(PaperRecord.form.in_(RENUMBERED), PaperRecord.number_key.is_not(None))
    .where(PaperRecord.number_key.not_like(f"{_ASIDE}%"))
    .values(number_key=_ASIDE + PaperRecord.number_key)
)
_DROP_PAPERS = delete(table_of(PaperRecord)).where(PaperRecord.dossier_id == bindparam("dossier"))
_ADD_PAPER = insert(table_of(PaperRecord))
_PAPERS, _VOTES, _DEADLINES, _COMPANIONS = map(_of, (PaperRecord, VoteRecord, DeadlineRecord, Companion))
_SCANS, _SCAN_FILES = map(_of, (PaperScan, ScanFile))
_INQUIRIES = _of(Inquiry).order_by(Inquiry.nr)


def begin_anew(by: tuple[int, str, int], sign: Sign) -> int:
    """Write one event a dossier whose log is of an earlier format; how many. `by` is whose act it is."""
    written, after = 0, 0
    with write_transaction():  # numbers are moved all together: one may take the place of another that moves later
        run(_PUT_ASIDE)
    while numbers := list(run(_NUMBERS, {"after": after}).scalars()):
        with write_transaction():
            old = _old(numbers[0], numbers[-1])
            for case in cases_of([number for number in numbers if number in old]):
                _begin(case, by, sign)
                written += 1
        after = numbers[-1]
    return written


def _old(low: int, high: int) -> set[int]:
    """The dossiers that have an event of an earlier format after the last one that says where they stood."""
    found: set[int] = set()
    for row in run(_BODIES, {"low": low, "high": high}):
        if events.format_of(row.body) != events.FORMAT:
            found.add(row.dossier_id)
        elif row.trigger == REBASE:
            found.discard(row.dossier_id)
    return found


def signed_content(code: str, seq: int, prev_hash: str, commitment: str, body: Body) -> bytes:
    """What the signature of a log begun anew is over: the dossier, the event's place, all that it says, and by its
    commitment what it says of persons. `body` has its base.
    """
    assert body.base is not None
    bare = msgspec.structs.replace(body, base=msgspec.structs.replace(body.base, signature=""))
    return msgspec.json.encode([code, seq, prev_hash, commitment, bare], order="deterministic")


def _begin(case: Case, by: tuple[int, str, int], sign: Sign) -> None:
    asked, now, store = {"dossier": case.id}, rules.current(), DatabaseStore()
    assert case.state is not None
    numbered = tuple(msgspec.structs.replace(p, form=RENUMBERED.get(p.form, p.form)) for p in case.facts.papers)
    facts = msgspec.structs.replace(case.facts, last=None, papers=numbered)  # what lies before is not taken back
    companions = run(_COMPANIONS, asked).all()
    inquiries = run(_INQUIRIES, asked).all()
    votes = run(_VOTES, asked).all()
    candidate = people.candidate(case.person_id)
    columns = {name: getattr(candidate, name) for name in candidate.row._fields if name != "id"}
    runs = running(case.state, case.facts, now.books[case.rulebook], now.calendar)
    ended = [
        (row.rule, row.starts_on, row.due_on, row.extended_by, row.ended_on)
        for row in run(_DEADLINES, asked)
        if row.ended_on is not None
    ]
    before = events.open_deadlines(run(_DEADLINES, asked))
    base = Base(
        state=case.state,
        since=case.since,
        rulebook=case.rulebook,
        facts=msgspec.structs.replace(facts, birth_date=None),
        person=case.person_id,
        nominator=case.nominator_id,
        course=case.class_id,
        previous=case.previous_id,
        deadlines=(*ended, *((d.rule, d.starts_on, d.due_on, d.extended_by, None) for d in runs)),
        papers=tuple(
            (
                row.seq,
                row.nr,
                RENUMBERED.get(row.form, row.form),
                row.number,
                row.issued_on,
                row.issuer,
                renumbered_key(row.number_key),
            )
            for row in run(_PAPERS, asked)
        ),
        votes=tuple((row.seq, _vote(row)) for row in votes),
        registers=tuple(
            (row.seq, row.register_unit_id, row.register_hash) for row in votes if row.register_unit_id is not None
        ),
        scans=_scans(run(_SCANS, asked).all(), run(_SCAN_FILES, asked).all()),
        requests=tuple((row.nr, row.seq, row.number) for row in inquiries),
        companions=tuple((row.seq, row.nr, row.kind, row.ref, row.since, row.until) for row in companions),
    )
    persons = BasePersonal(
        case.facts.birth_date,
        texts(columns),
        tuple(people.relatives(case.id)),
        tuple(row.name for row in companions),
        tuple(
            (opened("addressee", case.id, row.nr, row.addressee), opened("answer", case.id, row.nr, row.answer))
            for row in inquiries
        ),
    )
    body = Body(
        events.FORMAT, case.unit_id, told(case.route), now.hash, Brought(Evidence(clock.today())), base=base,
        person=case.person_id,
    )  # fmt: skip
    personal, salt = Personal(base=persons), store.salt()
    content = signed_content(case.code, case.version + 1, case.head_hash, events.committed(salt, personal), body)
    body = msgspec.structs.replace(body, base=msgspec.structs.replace(base, signature=sign(content)))
    changes = by_itself(store, case, REBASE, body, personal, by, before, runs, facts, salt)
    store.write(case, changes)
    run(_DROP_PAPERS, asked)
    if base.papers:
        run(_ADD_PAPER, [known_row(case.id, *paper) for paper in base.papers])


def mark_heads() -> None:
    """Mark where chains of before there were marks end, in the current transaction; whoever calls has checked them."""
    marks = [{"of_id": d.id, "mark": head_mark(d.code, d.version, d.head_hash)} for d in run(_UNMARKED)]
    if marks:
        run(_MARK, marks)


def renumbered_key(key: str | None) -> str | None:
    """What may be used once, under the right number of its form; see papers.numbers.number_key."""
    if key is None:
        return None
    issuer, form, rest = key.removeprefix(_ASIDE).split("/", 2)
    return f"{issuer}/{RENUMBERED.get(form, form)}/{rest}"


def _scans(rows: Sequence[Any], files: Sequence[Any]) -> tuple[tuple[int, Scan], ...]:
    of = {row.seq: tuple(file.address for file in files if file.seq == row.seq) for row in rows}
    scans = ((row, read_scan(row, of[row.seq])) for row in rows)
    return tuple(
        (row.seq, msgspec.structs.replace(scan, form=RENUMBERED.get(row.form, row.form))) for row, scan in scans
    )


def _vote(row: object) -> Vote:
    values = {name: getattr(row, name) for name in Vote.__struct_fields__}
    return msgspec.convert(values, Vote, strict=False)


def needed() -> Iterator[int]:
    """The dossiers whose log is of an earlier format."""
    after = 0
    while numbers := list(run(_NUMBERS, {"after": after}).scalars()):
        yield from sorted(_old(numbers[0], numbers[-1]))
        after = numbers[-1]
