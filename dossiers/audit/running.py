"""`audit verify` as a whole: chains, tables, the guards of the database, checkpoints; of many dossiers in processes."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, time
from multiprocessing import get_context
from typing import Any

from flask import Flask, current_app
from sqlalchemy import func, select

from dossiers import clock, engines
from dossiers.audit import checkpoints, guards, services
from dossiers.audit.chains import Finding
from dossiers.audit.comparing import CHUNK, Comparison
from dossiers.casework import counts
from dossiers.casework.counts import Counts
from dossiers.casework.models import Dossier, Event
from dossiers.extensions import db, run

ALONE = 20_000
"""So many events are checked by one process: starting others would take longer."""

Told = Callable[[int, int], None]
"""Told how many events of how many were checked."""
Part = tuple[int, list[Finding], Counts, list[str], int]


def verify_all(since: date | None = None, progress: Told | None = None) -> tuple[int, list[Finding]]:
    """Everything `audit verify` checks: (events checked, findings); with `since`, of dossiers acted on since then."""
    total = int(run(select(func.count()).select_from(Event)).scalar() or 0)
    if since is not None:
        count, findings = _since(since)
    elif total <= ALONE:
        count, findings = services.verify()
    else:
        count, findings = _in_processes(total, progress)
    return count, [*findings, *guards.check(), *checkpoints.verify()]


def _since(day: date) -> tuple[int, list[Finding]]:
    start = clock.stamp(datetime.combine(day, time(), clock.VIETNAM))
    engines.see_one_picture(db)
    numbers = run(select(Event.dossier_id).where(Event.recorded_at >= start).distinct().order_by(Event.dossier_id))
    office_count, findings = services.verify_office()
    compared = Comparison()
    for low, high in _ranges(list(numbers.scalars())):
        compared.chunk(low, high)
    compared.shared()
    for unit, state, kept, real in counts.wrong():
        compared.miscounted(unit, state, kept, real)
    return office_count + compared.events, [*findings, *compared.findings, *compared.age()]


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring numbers together: (first, one past the last), no longer than a chunk."""
    at = 0
    while at < len(numbers):
        end = at
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1 and end - at + 1 < CHUNK:
            end += 1
        yield numbers[at], numbers[end] + 1
        at = end + 1


def _in_processes(total: int, progress: Told | None) -> tuple[int, list[Finding]]:
    """The same as services.verify, each process one range of dossiers after the other, each range one picture."""
    office_count, findings = services.verify_office()
    highest = (run(select(func.max(Dossier.id))).scalar() or 0) + 1
    ranges = [(low, min(low + CHUNK, highest)) for low in range(0, highest, CHUNK)]
    names = ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "DATA_KEY", "INSTANCE")
    settings = {name: current_app.config[name] for name in names}
    done = 0
    counted: Counts = Counter()
    old: list[str] = []
    unmarked = 0
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), _start, (settings,)) as pool:
        for events, found, of_range, of_old, without in pool.map(_range, ranges, chunksize=4):
            done += events
            findings += found
            counted.update(of_range)
            old += of_old
            unmarked += without
            if progress is not None:
                progress(done, total)
    db.session.rollback()
    engines.see_one_picture(db)
    rest = Comparison()
    rest.every()
    rest.old, rest.unmarked = old, unmarked
    rest.shared()
    rest.rest(highest)
    _count_findings(rest, counted)
    return office_count + done, [*findings, *rest.findings, *rest.age()]


def _count_findings(rest: Comparison, counted: Counts) -> None:
    """Kept counts against those of the dossiers' events; asked again in one picture if people went on meanwhile."""
    if counts.kept() != counted:
        for unit, state, kept, real in counts.wrong():
            rest.miscounted(unit, state, kept, real)


_app: Flask | None = None
_compared: Comparison | None = None


def _start(settings: dict[str, Any]) -> None:
    global _app
    from dossiers import create_app  # this process begins here

    _app = create_app(settings)


def _range(bounds: tuple[int, int]) -> Part:
    global _compared
    assert _app is not None
    with _app.app_context():
        engines.see_one_picture(db)
        if _compared is None:
            _compared = Comparison()
        compared = _compared
        compared.begin()
        compared.chunk(*bounds)
        db.session.rollback()
        return compared.events, compared.findings, compared.counts, compared.old, compared.unmarked
