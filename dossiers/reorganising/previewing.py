"""A plan is previewed by doing it and taking all back, and then done only as it was seen."""

from collections.abc import Callable

from dossiers import engines
from dossiers.casework.act import Overtaken
from dossiers.extensions import db, write_transaction
from dossiers.languages import gettext as _
from dossiers.reorganising.effects import Effects
from dossiers.reorganising.models import Stage, UnitPlan
from dossiers.rules import instance

Perform = Callable[[UnitPlan], Effects]
"""Does a plan, or undoes it, in the current transaction, but for its own row and the log."""


class NotAsSeen(Exception):
    """What would happen is not what the person saw: something changed since, or something stands against it."""

    def __init__(self, effects: Effects) -> None:
        super().__init__("; ".join(effects.faults))
        self.effects = effects


class _Tried(Exception):
    """A trial is over: nothing of it stays."""


def trial(number: int, perform: Perform) -> Effects:
    """What would come of it; nothing stays."""
    found: list[Effects] = []
    try:
        with write_transaction():
            found.append(perform(db.session.get_one(UnitPlan, number)))
            raise _Tried
    except _Tried:
        instance.forget()
    return found[0]


def as_seen(
    number: int, seen: str, stage: Stage, perform: Perform, note: Callable[[UnitPlan, Effects], None]
) -> Effects:
    """Do it as it was previewed (`seen`) to a plan that is in a stage, in one transaction; `note` writes down in the
    plan and in the log that it is done.

    Raises NotAsSeen when something stands against it, or something else would come of it by now; nothing is written
    then.
    """
    try:
        with write_transaction():
            engines.lock_numbers(db)  # before it is read: somebody else may be doing just this
            plan = db.session.get_one(UnitPlan, number, populate_existing=True)
            effects = perform(plan)
            if effects.faults or plan.stage != stage or effects.print_of(plan.edition) != seen:
                raise NotAsSeen(effects)
            plan.edition += 1
            note(plan, effects)
    except (NotAsSeen, Overtaken) as error:
        instance.forget()
        if isinstance(error, NotAsSeen):
            raise
        raise NotAsSeen(Effects([_("Người khác vừa ghi một hồ sơ của các đơn vị này: xem trước lại.")])) from error
    return effects
