"""The dry run of a rulebook over all dossiers: batch by batch, in the request that asked or by the worker."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import msgspec
import structlog
from sqlalchemy import bindparam, delete, func, insert, select, update

from dossiers import clock
from dossiers.casework.loading import FACTS
from dossiers.casework.models import Dossier
from dossiers.extensions import db, run, write_transaction
from dossiers.rules import files
from dossiers.rules import services as rules
from dossiers.rules.models import RulebookFile, RulebookTrial, TrialFinding
from dossiers.units import registers, tree
from dossiers.units.places import Place
from workflow.route import walked
from workflow.rulebook import Rulebook
from workflow.stages import State
from workflow.trial import Changed, Pair, Standing, effects
from workflow.votes import Body

log = structlog.get_logger()

AT_ONCE = 500
"""Up to so many dossiers are looked at in the request that asks."""
BATCH = 200
PAGE = 50
_CHANGES = msgspec.json.Decoder(tuple[Changed, ...])

_NEXT = (
    select(Dossier.id, Dossier.code, Dossier.state, Dossier.facts, Dossier.rulebook, Dossier.unit_id)
    .where(Dossier.id > bindparam("after"))
    .order_by(Dossier.id)
    .limit(BATCH)
)
_HOW_MANY = select(func.count(Dossier.id))


@dataclass(frozen=True)
class Tried:
    """A dossier that another rulebook would mean something for: what, and the rulebook it is on."""

    id: int
    code: str
    rulebook: str
    changes: tuple[Changed, ...]

    @cached_property
    def is_refused(self) -> bool:
        """Whether an act that is possible would be refused, or there would be no road."""
        return any(one.what == "refused" or (one.what == "route" and not one.after) for one in self.changes)


def day_of(book: Rulebook) -> date:
    """The day a dry run looks from: the first of the rulebook, or today if that has passed."""
    return max(book.in_force_from, clock.today())


class Run:
    """A dry run of a rulebook: reads batches, holds one of them at a time."""

    def __init__(self, book: Rulebook, moved: bool = False) -> None:
        """`moved`: dossiers are moved to it by an act today, also from a later one."""
        self.book, self.day, self._moved = book, clock.today() if moved else day_of(book), moved
        now = rules.current()
        self._books, self._calendar = now.books, now.calendar
        self._pairs: dict[str, Pair] = {}

    def batch(self, after: int) -> tuple[Sequence[Any], list[Tried]]:
        """The next dossiers by number, and those of them that something changes for; two queries."""
        rows = run(_NEXT, {"after": after}).all()
        members = registers.members_in({row.unit_id for row in rows}, str(Body.CELL), self.day) if rows else {}
        return rows, [one for one in (self._tried(row, members) for row in rows) if one.changes]

    def all(self) -> Iterator[Tried]:
        """Every dossier that something changes for, by number."""
        after = 0
        while True:
            rows, found = self.batch(after)
            if not rows:
                return
            yield from found
            after = rows[-1].id

    def _tried(self, row: Any, members: dict[int, int]) -> Tried:
        standing = Standing(State(row.state), FACTS.decode(row.facts), members.get(row.unit_id, 0))
        found = self.effects(standing, row.rulebook, tree.current().place(row.unit_id))
        return Tried(row.id, row.code, row.rulebook, found)

    def effects(self, standing: Standing, rulebook: str, place: Place) -> tuple[Changed, ...]:
        """What changes for a dossier on a rulebook at a place; () where it never comes to this one, or nothing does."""
        old, new, facts = self._books[rulebook], self.book, standing.facts
        later = old.in_force_from > new.in_force_from and old.code != new.code and not self._moved
        road, road_then = place.road(old), place.road(new)
        if later or facts.closed or road is None:  # by itself a dossier goes to a later rulebook only
            return ()
        after = None if road_then is None else walked(road_then, new, facts.referred)
        before = walked(road, old, facts.referred)
        pair = self._pairs.get(rulebook) or self._pairs.setdefault(rulebook, Pair(old, new))
        return effects(standing, pair, before, after, self._calendar, self.day)


def figures(found: Sequence[Tried]) -> Counter[str]:
    """What dossiers add to the figures of a dry run."""
    counted: Counter[str] = Counter()
    for one in found:
        kinds = {change.what for change in one.changes}
        counted["affected"] += 1
        counted["refused"] += one.is_refused
        counted["deadlines"] += sum(1 for change in one.changes if change.what == "deadline")
        counted["needs"] += bool(kinds & {"need", "paper"})
        counted["routes"] += "route" in kinds
    return counted


def begin(file: RulebookFile) -> None:
    """Run a loaded rulebook dry, from the first dossier on; at once where there are few, else the worker does it."""
    total = run(_HOW_MANY).scalar() or 0
    with write_transaction():
        run(delete(TrialFinding).where(TrialFinding.file_id == file.id))
        run(delete(RulebookTrial).where(RulebookTrial.file_id == file.id))
        zero = dict.fromkeys(("last_id", "looked", "affected", "refused", "deadlines", "needs", "routes"), 0)
        db.session.add(
            RulebookTrial(
                file_id=file.id,
                version=rules.known_version(),
                day=day_of(files.book_of(file)),
                begun_at=clock.stamp(clock.now()),
                total=total,
                done=False,
                **zero,
            )
        )
    if total <= AT_ONCE:
        carry_on(file)


def carry_on(file: RulebookFile) -> None:
    """Go on with a dry run to its end, a transaction a batch; stops where another process goes on with it."""
    dry = Run(files.book_of(file))
    while True:
        trial = of(file.id)
        if trial is None or trial.done:
            return
        after = trial.last_id
        rows, found = dry.batch(after)
        added = figures(found)
        values: dict[str, Any] = {
            name: getattr(RulebookTrial, name) + added[name]
            for name in ("affected", "refused", "deadlines", "needs", "routes")
        }
        last = rows[-1].id if rows else after
        here = update(RulebookTrial).where(RulebookTrial.file_id == file.id, RulebookTrial.last_id == after)
        with write_transaction():
            moved = run(
                here.values(
                    **values, last_id=last, looked=RulebookTrial.looked + len(rows), done=len(rows) < BATCH
                ).returning(RulebookTrial.file_id)
            ).first()
            if moved is not None and found:
                run(insert(TrialFinding), [_row(file.id, one) for one in found])
        if moved is None:
            return


def _row(file_id: int, one: Tried) -> dict[str, Any]:
    told = msgspec.json.encode(one.changes).decode()
    return {"file_id": file_id, "dossier_id": one.id, "refused": one.is_refused, "found": told}


def carry_on_all() -> int:
    """What the worker does: go on with every dry run that has not ended; how many there were."""
    query = select(RulebookFile).join(RulebookTrial).where(RulebookTrial.done.is_(False), RulebookFile.outcome == "")
    waiting = list(db.session.scalars(query))
    for file in waiting:
        carry_on(file)
    return len(waiting)


def of(file_id: int) -> Any:
    """The dry run of a loaded rulebook, as a plain row; None when there was none."""
    return run(select(*RulebookTrial.__table__.c).where(RulebookTrial.file_id == file_id)).first()


def is_stale(trial: Any) -> bool:
    """Whether rules changed since a dry run began."""
    return bool(trial.version != rules.known_version())


def page(file_id: int, after: int, only_refused: bool) -> list[Tried]:
    """A page of what a dry run found, by the dossier's number; one query."""
    query = (
        select(TrialFinding.dossier_id, TrialFinding.found, Dossier.code, Dossier.rulebook)
        .join(Dossier, Dossier.id == TrialFinding.dossier_id)
        .where(TrialFinding.file_id == file_id, TrialFinding.dossier_id > after)
        .order_by(TrialFinding.dossier_id)
        .limit(PAGE)
    )
    if only_refused:
        query = query.where(TrialFinding.refused)
    return [Tried(row.dossier_id, row.code, row.rulebook, _CHANGES.decode(row.found)) for row in run(query)]
