"""`python -m bench.texts`: what official texts cost, in one process: a decision, and fifty of a meeting as their page makes them.

Prints milliseconds of this process's own work and of the clock, medians, the first time apart, and by what a thousand more make it grow, as JSON; an empty
instance of its own is used.
"""

import json
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

DOSSIERS, FIFTY, ROUNDS, MANY = 3000, 50, 9, 1000


def measure() -> dict[str, dict[str, float]]:
    """One decision as PDF and as DOCX, fifty of them in a file (reading, composing, laying out), the same streamed."""
    os.environ["DOSSIERS_INSTANCE"] = tempfile.mkdtemp(prefix="dossiers-texts-")
    import structlog
    from flask_migrate import upgrade
    from sqlalchemy import select

    from dossiers import create_app
    from dossiers.casework.loading import cases_for_administration
    from dossiers.casework.models import Dossier
    from dossiers.demo import load
    from dossiers.documents import rendering, services
    from workflow.papers import Kind

    app = create_app()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    found: dict[str, dict[str, float]] = {}

    def timed(name: str, make: Callable[[int], Any], rounds: int = ROUNDS) -> None:
        times, works = [], []
        for nr in range(rounds):
            work, began = process_time(), perf_counter()
            make(nr)
            works.append(1000 * (process_time() - work))
            times.append(1000 * (perf_counter() - began))
        found[name] = {
            "first_ms": round(times[0], 1),
            "work_ms": round(statistics.median(works[1:]), 1),
            "ms": round(statistics.median(times[1:]), 1),
        }

    with app.app_context():
        upgrade()
        load.load(DOSSIERS, 2022)
        from dossiers.extensions import db

        query = select(Dossier.code).order_by(Dossier.version.desc(), Dossier.id)
        codes = list(db.session.scalars(query.limit(FIFTY * (ROUNDS + 1))))

        def texts(names: list[str]) -> list[Any]:
            cases = cases_for_administration(names)
            return services.composed_all([(cases[name], Kind.ADMISSION) for name in names], sensitive=True)

        for suffix in ("pdf", "docx"):
            timed(f"one, {suffix}", lambda nr, s=suffix: services.drawn(texts([codes[nr]]), s))  # type: ignore[misc] # the loop's own value
        for suffix in ("pdf", "docx"):
            timed(
                f"{FIFTY}, {suffix}",
                lambda nr, s=suffix: services.drawn(texts(codes[nr * FIFTY : (nr + 1) * FIFTY]), s),  # type: ignore[misc] # the same
            )
            began, steps = perf_counter(), rendering.steps(texts(codes[:FIFTY]), suffix)
            next(steps)
            found[f"{FIFTY}, {suffix}"]["until_first_told_ms"] = round(1000 * (perf_counter() - began), 1)
        before = _resident()
        for nr in range(MANY):
            services.drawn(texts([codes[nr % len(codes)]]), "pdf")
        found[f"{MANY} more, pdf"] = {"grew_mb": round(_resident() - before, 1)}
    return found


def _resident() -> float:
    """Megabytes this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
