"""Who works on which dossier: a note that others see, that gives no right and keeps nobody out.

It ends when whose turn it is changes, when it is given back, and by itself after DOSSIERS_CLAIM_HOURS.
"""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import aliased

from dossiers import clock, engines
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.asking import Question
from dossiers.casework.case import Case, Claimed
from dossiers.casework.helping import roles_over
from dossiers.casework.models import Claim, Dossier
from dossiers.extensions import db, run, write_transaction
from dossiers.people.models import Person
from workflow.roles import Role

CLAIMER = aliased(Account)


def now() -> int:
    """This moment in seconds, by the clock of the instance."""
    return int(clock.now().timestamp())


def oldest() -> int:
    """Since when a note must have been made to count now."""
    return now() - 3600 * int(current_app.config["CLAIM_HOURS"])


def counts(turn: Any) -> Any:
    """The condition that a note counts for a dossier of this turn; wants `claimed_after` (see oldest)."""
    return and_(Claim.turn == turn, Claim.since > bindparam("claimed_after"))


_OF = Question(
    select(Claim.account_id, CLAIMER.name, Claim.since)
    .join(CLAIMER, CLAIMER.id == Claim.account_id)
    .where(Claim.dossier_id == bindparam("dossier"), counts(bindparam("waits_for")))
)
_LOST = Question(
    select(Dossier.code, Person.full_name, CLAIMER.name.label("by"), Claim.since)
    .join(Dossier, Dossier.id == Claim.dossier_id)
    .join(Person, Person.id == Dossier.person_id)
    .join(CLAIMER, CLAIMER.id == Claim.account_id)
    .where(Claim.taken_from_id == bindparam("account"), counts(Dossier.turn))
    .order_by(Claim.since.desc(), Claim.dossier_id)
    .limit(20)
)
_STALE = delete(Claim).where(
    Claim.dossier_id == bindparam("dossier"),
    or_(Claim.turn != bindparam("waits_for"), Claim.since <= bindparam("claimed_after")),
)
_GIVEN_BACK = delete(Claim).where(Claim.dossier_id == bindparam("dossier"), Claim.account_id == bindparam("account"))
_TAKEN_OVER = (
    update(Claim)
    .where(
        Claim.dossier_id == bindparam("dossier"), Claim.account_id == bindparam("seen"),
        counts(bindparam("waits_for")),
    )
    .values(account_id=bindparam("by"), since=bindparam("at"), taken_from_id=bindparam("seen"))
)  # fmt: skip
_OVER = delete(Claim).where(Claim.since <= bindparam("claimed_after"))


def of(case: Case) -> Claimed | None:
    """Who works on a dossier; None when nobody said so. One query."""
    if case.turn is None:
        return None
    row = run(_OF, {"dossier": case.id, "waits_for": case.turn, "claimed_after": oldest()}).first()
    return Claimed(*row) if row is not None else None


def may_claim(case: Case, signed: Signed) -> bool:
    """Whether the dossier waits for a role of this person."""
    return case.turn is not None and Role(case.turn) in roles_over(signed, case)


def claim(case: Case, signed: Signed) -> Claimed | None:
    """Note that this person works on a dossier: None, or who already does. Whoever calls this has asked `may_claim`."""
    asked = {"dossier": case.id, "waits_for": case.turn, "claimed_after": oldest()}
    row = {"dossier_id": case.id, "account_id": signed.account_id, "turn": case.turn, "since": now()}
    with write_transaction():
        run(_STALE, asked)
        made = run(engines.upsert(db, Claim).values(**row).on_conflict_do_nothing())
        found = None if made.rowcount == 1 else of(case)
    return None if found is None or found.account_id == signed.account_id else found


def take_over(case: Case, seen: int, signed: Signed) -> Claimed | None:
    """Work on a dossier in the place of the account that was `seen` to, and is told: None, or who does meanwhile."""
    asked = {"dossier": case.id, "waits_for": case.turn, "claimed_after": oldest(), "seen": seen}
    with write_transaction():
        done = run(_TAKEN_OVER, {**asked, "by": signed.account_id, "at": now()}).rowcount == 1
    return None if done else claim(case, signed)


def give_back(case: Case, signed: Signed) -> None:
    """Work on a dossier no more."""
    with write_transaction():
        run(_GIVEN_BACK, {"dossier": case.id, "account": signed.account_id})


def lost(signed: Signed) -> Sequence[Any]:
    """The dossiers others took over from this person lately: code, full_name, by, since; one query."""
    return run(_LOST, {"account": signed.account_id, "claimed_after": oldest()}).all()


def forget() -> int:
    """Take away the notes whose time is over; how many."""
    with write_transaction():
        return run(_OVER, {"claimed_after": oldest()}).rowcount
