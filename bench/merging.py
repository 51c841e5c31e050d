"""`python -m bench.merging`: two committees with two hundred dossiers merged: previewed, done, verified, undone, verified.

Prints milliseconds of this process's own work and of the clock, medians, as JSON; an empty instance of its own is used.
`verified` is what `audit verify --since` of the day checks: what the plan changed; `verified whole` is everything.
"""

import json
import os
import statistics
import tempfile
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

DOSSIERS, MERGED, ROUNDS = 1500, 200, 3


def measure() -> dict[str, dict[str, float]]:
    """What each part of a merger costs, and over how many dossiers."""
    os.environ["DOSSIERS_INSTANCE"] = tempfile.mkdtemp(prefix="dossiers-merging-")
    import structlog
    from flask_migrate import upgrade
    from sqlalchemy import func, select

    from dossiers import clock, create_app
    from dossiers.accounts import grants
    from dossiers.accounts.models import Account
    from dossiers.audit import running
    from dossiers.casework.models import Dossier, Scope
    from dossiers.demo import load
    from dossiers.extensions import db
    from dossiers.reorganising import doing, plans, undoing
    from dossiers.reorganising.lines import Line, What
    from dossiers.reorganising.models import UnitPlan
    from dossiers.units import tree
    from dossiers.units.models import Unit
    from workflow.procedure.parts import OPEN

    app = create_app({"WTF_CSRF_ENABLED": False})
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    times: dict[str, list[tuple[float, float]]] = {}

    def timed(name: str, act: Callable[[], Any]) -> Any:
        work, began = process_time(), perf_counter()
        answer = act()
        times.setdefault(name, []).append((process_time() - work, perf_counter() - began))
        return answer

    def signed(email: str) -> grants.Signed:
        account = db.session.scalars(select(Account.id).where(Account.email == f"{email}@demo.example")).one()
        return grants.load(account, clock.today())

    def pair() -> tuple[int, int, int]:
        """Two committees with about as many open dossiers as wanted: (from, to, how many)."""
        counted = func.count()
        query = (
            select(Unit.id, counted)
            .join(Scope, Scope.ancestor_id == Unit.id)
            .join(Dossier, Dossier.id == Scope.dossier_id)
            .where(Unit.kind == "grassroots_committee", Dossier.state.in_([str(state) for state in OPEN]))
            .group_by(Unit.id)
        )
        found = sorted(((row[0], row[1]) for row in db.session.execute(query)), key=lambda row: row[1])
        pairs = [(one, two) for nr, one in enumerate(found) for two in found[nr + 1 :]]
        small, large = min(pairs, key=lambda two: abs(two[0][1] + two[1][1] - MERGED))
        return small[0], large[0], small[1] + large[1]

    with app.app_context():
        upgrade()
        load.load(DOSSIERS, 2022)
        gone, heir, dossiers = pair()
        top = tree.current()[gone].chain[-1]
        first, second = signed("administrator.khoi"), signed("upper-secretary.khoi")
        line = Line(what=What.MERGE, units=(gone,), to=heir, roles=False, members=False)

        def verified(name: str, since: Any) -> None:
            db.session.rollback()
            findings = timed(name, lambda: running.verify_all(since, None)[1])
            assert not findings, findings[:3]
            db.session.rollback()

        for nr in range(ROUNDS):
            plan = plans.start(top, f"{nr + 1}-QĐ/ĐUK", clock.today(), clock.today(), "Sáp nhập", first)
            plans.add(plan, line)
            plans.ask(plan)
            number = plan.id
            for act, trial, name in (
                (doing.carry_out, lambda: doing.trial(number, second.account_id), "done"),  # noqa: B023 - within it
                (undoing.undo, lambda: undoing.trial(number, first.account_id), "undone"),  # noqa: B023 - within it
            ):
                effects = timed(f"previewed, to be {name}", trial)
                assert not effects.faults, effects.faults
                seen = effects.print_of(db.session.get_one(UnitPlan, number).edition)
                db.session.rollback()
                timed(name, lambda act=act, seen=seen, nr=number: act(nr, seen, second))  # type: ignore[misc] # called at once
                verified("verified", clock.today())
                verified("verified whole", None)
                if act is doing.carry_out:
                    plans.ask_to_undo(db.session.get_one(UnitPlan, number), "Thu hồi quyết định", first)
    told = {
        name: {"work_ms": round(1000 * statistics.median(work), 1), "ms": round(1000 * statistics.median(wall), 1)}
        for name, pairs in times.items()
        for work, wall in [zip(*pairs, strict=True)]
    }
    parts = ("previewed, to be done", "done", "verified")
    sums = {unit: round(sum(told[part][unit] for part in parts), 1) for unit in ("work_ms", "ms")}
    return {"dossiers": {"open": dossiers}, **told, "previewed, done, verified": sums}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
