"""Checking that nobody changed the log, nor what stands in the tables because of it."""

from collections.abc import Iterable, Iterator
from functools import cache, partial

from sqlalchemy import func, select

from dossiers import engines
from dossiers.audit import chains
from dossiers.audit.chains import NOT_WRITTEN_HERE, Finding, Head
from dossiers.audit.comparing import CHUNK, Comparison
from dossiers.audit.rows import Progress
from dossiers.audit.standing_in import Lendings
from dossiers.casework import rebasing
from dossiers.casework.models import Dossier
from dossiers.extensions import db, run, write_transaction
from dossiers.office import replaying
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent, OfficePersonal, office_mark, office_opened
from dossiers.office.replaying import Difference

_LOOSE = (
    select(OfficePersonal.seq)
    .outerjoin(OfficeEvent, OfficeEvent.seq == OfficePersonal.seq)
    .where(OfficeEvent.seq.is_(None))
    .order_by(OfficePersonal.seq)
)


def heads() -> dict[int, Head]:
    """Where every dossier's chain ends, by its number."""
    rows = db.session.execute(
        select(Dossier.id, Dossier.code, Dossier.version, Dossier.head_hash).order_by(Dossier.id)
    ).all()
    return {dossier_id: Head(code, version, head_hash) for dossier_id, code, version, head_hash in rows}


def verify(progress: Progress | None = None) -> tuple[int, list[Finding]]:
    """Check every event of every dossier and the office's log, and all that stands in the tables because of them:
    (events checked, findings). `progress` is told how many more events were checked.

    Reads one picture of the database.
    """
    engines.see_one_picture(db)
    return check(progress)


def check(progress: Progress | None = None) -> tuple[int, list[Finding]]:
    """The same within the current transaction."""
    office_count, office_findings = verify_office()
    highest = (run(select(func.max(Dossier.id))).scalar() or 0) + 1
    compared = Comparison(progress)
    for low in range(0, highest, CHUNK):
        compared.chunk(low, min(low + CHUNK, highest))
    compared.shared()
    compared.rest(highest)
    compared.kept_counts(compared.counts)
    return office_count + compared.events, [*office_findings, *compared.findings, *compared.age()]


def verify_office() -> tuple[int, list[Finding]]:
    """Check the office's log and, when it is whole, its tables against it: (events checked, findings)."""
    count, findings, differences = _check_office()
    return count, [*findings, *map(_told, differences)]


def upgrade_log(actor_id: int | None) -> tuple[bool, list[Finding]]:
    """Let the office's log hold every row if it is too old to: (whether it was written, findings that forbid it)."""
    with write_transaction():
        _count, findings, differences = _check_office()
        findings += [_told(found) for found in differences if not found.by_age]
        if findings or not differences:
            return False, findings
        office.rebase(actor_id)
        rebasing.mark_heads()
    return True, []


def _check_office() -> tuple[int, list[Finding], list[Difference]]:
    told = list(_office_events())
    count, findings = chains.check_office(told)
    if findings:
        return count, findings, []  # what a changed log says of the tables is worth nothing
    recorded = [
        replaying.Recorded(row["seq"], row["body"], bool(row["commitment"]), personal[1] if personal else None)
        for row, personal in told
    ]
    forged = _forged(row for row, _personal in told)
    what = "office_personal: a personal part without its event"
    loose = (Finding("OFFICE", seq, what) for seq in run(_LOOSE).scalars())
    return count, [*forged, *loose, *_stood_in(row for row, _personal in told)], replaying.differences(recorded)


def _stood_in(events: Iterable[chains.Columns]) -> Iterator[Finding]:
    """Acts of the office that say they were done for somebody who had lent nothing then."""
    lendings = Lendings()
    for row in events:
        fault = lendings.fault_of_office(row["topic"], row["body"], row["actor_id"], row["recorded_at"])
        if fault is not None:
            yield Finding("OFFICE", row["seq"], fault)


def _forged(events: Iterable[chains.Columns]) -> Iterator[Finding]:
    """Events of the office that the program did not write. Those from before there were marks bear none."""
    marked = False
    for row in events:
        marked = marked or replaying.format_of(row["body"]) >= replaying.MARKED
        if row["mark"] != office_mark(row["seq"], row["hash"]) and (marked or row["mark"]):
            yield Finding("OFFICE", row["seq"], NOT_WRITTEN_HERE)


def _told(found: Difference) -> Finding:
    return Finding(found.code, found.seq, found.what)


def _office_events() -> Iterator[tuple[chains.Columns, chains.Personal]]:
    table = OfficeEvent.__table__
    query = (
        select(table, OfficePersonal.salt, OfficePersonal.sealed.label("sealed"))
        .outerjoin(OfficePersonal, OfficePersonal.seq == table.c.seq)
        .order_by(table.c.seq)
    )
    for row in db.session.execute(query).mappings():
        personal: chains.Personal = None
        if row["sealed"] is not None:
            personal = row["salt"], cache(partial(office_opened, row["seq"], row["sealed"]))
        yield row, personal
