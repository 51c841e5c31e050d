"""advance(): the one way to change a state. Web, bulk, import, API and demo data all come through here."""

from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from dossiers.accounts.grants import Signed
from dossiers.asking import Question
from dossiers.casework import correcting
from dossiers.casework.act import Act, Done, Duplicate, Overtaken, RulesChanged, VersionConflict
from dossiers.casework.case import Case, Changes
from dossiers.casework.decide import decide
from dossiers.casework.loading import load_for, situation
from dossiers.casework.models import Event
from dossiers.casework.opening import _readmit, open_in
from dossiers.casework.store import DatabaseStore
from dossiers.extensions import run, write_transaction
from dossiers.operations.metrics import acts as acts_recorded
from dossiers.papers import files
from dossiers.papers.numbers import number_taken
from dossiers.papers.registers import Taken
from dossiers.rules import instance
from workflow.machine import Refused

log = structlog.get_logger()


_SENT = Question(select(Event.seq).where(Event.act_key == bindparam("key")))
_SENT_OF = Question(select(Event.act_key).where(Event.act_key.in_(bindparam("keys", expanding=True))))


def advance(code: str, act: Act, signed: Signed, version: int, known: Case | None = None) -> Done:
    """Do an act on a dossier in one transaction: state, papers, votes, deadlines, event, lists, outbox.

    `version` is the one the person saw; `known` the dossier if this request has read it already. The rules decide
    before the transaction; it then holds only if nobody acted on the dossier since. Raises NotFound,
    VersionConflict, workflow's Refused, or Duplicate when the same form (act.key) was sent before.
    """
    try:
        return _advance(code, act, signed, version, known)
    except RulesChanged:
        instance.forget()
        return _advance(code, act, signed, version, None)


def _advance(code: str, act: Act, signed: Signed, version: int, known: Case | None) -> Done:
    case = replace(known) if known is not None else load_for(code, act.trigger, signed)
    if version != case.version:
        raise _overtaken(case, act, version)
    store = DatabaseStore()
    done, changes = _decide(store, case, act, signed)
    changes = replace(changes, files=files.put(changes.files))
    try:
        with write_transaction():
            store.write(case, changes)
            if act.trigger == "readmit":
                _readmit(store, case, act, signed)
    except Overtaken:
        raise _overtaken(load_for(code, act.trigger, signed), act, version) from None
    except Taken as error:
        raise Refused((number_taken(situation(case, signed), act.evidence.number),)) from error
    except IntegrityError as error:
        if "number_key" in str(error.orig):
            raise Refused((number_taken(situation(case, signed), ""),)) from error
        raise
    told(done, act.trigger, signed)
    return done


def foresee(act: Act, signed: Signed, known: Case) -> Done:
    """What an act would do to a dossier that was read; nothing is written. Raises Refused, or as `advance` when
    somebody acted on the dossier since.
    """
    done, _changes = _decide(DatabaseStore(), replace(known), act, signed)
    return done


def _decide(store: DatabaseStore, case: Case, act: Act, signed: Signed) -> tuple[Done, Changes]:
    """What the rules say. Where others write meanwhile, they may look at what came after the dossier was read (its
    number is in the register by now): who is refused for that is told who came first, not what is wrong.
    """
    decider, seen = correcting.decide_on if act.trigger in correcting.TRIGGERS_HERE else decide, case.version
    try:
        return decider(store, case, act, signed)
    except Refused:
        now = load_for(case.code, act.trigger, signed)
        if now.version != seen:
            raise _overtaken(now, act, seen) from None
        raise


def _overtaken(case: Case, act: Act, version: int) -> Exception:
    return Duplicate() if sent_before(act.key) else VersionConflict(case, version)


def open_dossier(act: Act, signed: Signed, unit_id: int) -> Done:
    """Put a candidate on the source list of a unit. `act.person` is the person's row. Raises as `advance`.

    The organisation that will nominate follows from the source and the unit.
    """
    store = DatabaseStore()
    with write_transaction():
        if sent_before(act.key):
            raise Duplicate
        done = open_in(store, act, signed, unit_id)
    told(done, act.trigger, signed)
    return done


def told(done: Done, trigger: str, signed: Signed) -> None:
    """Say in the log and the metrics that an act was done."""
    log.info("act", dossier=done.case.code, trigger=trigger, state=str(done.outcome.to), account=signed.account_id)
    acts_recorded.labels(trigger).inc()


def sent_before(key: str | None) -> bool:
    """Whether the form with this key was already recorded."""
    return key is not None and run(_SENT, {"key": key}).first() is not None


def sent_before_of(keys: Sequence[str | None]) -> set[str]:
    """Those of these keys whose forms were already recorded; one query."""
    asked = [key for key in keys if key is not None]
    return set(run(_SENT_OF, {"keys": asked}).scalars()) if asked else set()
