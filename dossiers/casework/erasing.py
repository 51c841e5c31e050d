"""Erasing by law what identifies a person whose dossiers have ended: an event that names what it took.

The personal parts of the events go, and with them the names in the tables. What a rule needed of a fact that goes (the
birth date) is kept as that rule's answer, so that the acts still read right; the chain verifies as before.
"""

from sqlalchemy import bindparam, select

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.casework import events, history, replaying
from dossiers.casework.case import Case
from dossiers.casework.events import Body, Brought, Personal, Told
from dossiers.casework.loading import cases_of, load_for_administration
from dossiers.casework.models import Dossier, EventPersonal
from dossiers.casework.store import DatabaseStore
from dossiers.drafts import services as drafts
from dossiers.extensions import run, write_transaction
from dossiers.inquiries import answers
from dossiers.papers import files
from dossiers.privacy import services as privacy
from dossiers.rules import services as rules
from workflow.facts import Evidence
from workflow.procedure.table import MOVES
from workflow.replay import ERASURE
from workflow.roles import Role
from workflow.route import told
from workflow.stages import ENDS

_OF_PERSON = select(Dossier.id).where(Dossier.person_id == bindparam("person")).order_by(Dossier.id)
_PERSONAL = (
    select(EventPersonal.seq).where(EventPersonal.dossier_id == bindparam("dossier")).order_by(EventPersonal.seq)
)
ANSWERED = ("age", "youth_age")
"""Rules that look at the birth date."""


class NotEnded(ValueError):
    """A dossier of the person has not ended: nothing may be erased yet."""


def erase(code: str, reason: str, signed: Signed) -> int:
    """Erase what identifies the person of a dossier, in all dossiers of that person; how many personal parts went.

    `signed` administers. Raises NotFound, or NotEnded while a dossier of the person has not ended.
    """
    person_id = load_for_administration(code).person_id
    store, gone = DatabaseStore(), 0
    unit = next(unit for role, unit in signed.grants if role is Role.ADMINISTRATOR)
    with write_transaction():
        cases = cases_of(list(run(_OF_PERSON, {"person": person_id}).scalars()))
        for case in cases:
            if case.state not in ENDS:
                raise NotEnded(case.code)
        drafts.forget_dossiers(case.code for case in cases)
        privacy.forget_purposes(case.id for case in cases)
        answers.forget(case.id for case in cases)
        scanned = [address for case in cases for address in files.of_dossier(case.id)]
        for case in cases:
            gone += _erase(store, case, reason, (signed.account_id, str(Role.ADMINISTRATOR), unit))
        files.forget_unnamed(scanned)
    return gone


def _erase(store: DatabaseStore, case: Case, reason: str, by: tuple[int, str, int]) -> int:
    known_events = history.read(case.id)
    taken = tuple(run(_PERSONAL, {"dossier": case.id}).scalars())
    left = [_bare(event) if event.seq in taken else event for event in known_events]
    answers = tuple(sorted({name for event in known_events for name in _answered(event)}))
    assert case.state is not None
    body = Body(
        events.FORMAT,
        case.unit_id,
        told(case.route),
        rules.current().hash,
        Brought(Evidence(clock.today())),
        erased=taken,
        answers=answers,
    )
    personal = Personal(reason=reason)
    event = history.next_event(case, ERASURE, case.state, body, personal, by, clock.stamp(clock.now()))
    known = rules.states()
    made = replaying.project(case.id, [*left, event], known)
    changes = history.afresh(store, case, made, ERASURE, body, personal, by, known)
    store.write(case, changes)
    return len(taken)


def _bare(event: Told) -> Told:
    return Told(
        **{
            **{name: getattr(event, name) for name in event.__struct_fields__},
            "personal": Personal(),
            "is_erased": True,
        }
    )


def _answered(event: Told) -> set[str]:
    """The rules about the birth date that said yes to an act."""
    guards = {guard.__name__ for move in MOVES if move.trigger == event.trigger for guard in move.guards}
    return guards & set(ANSWERED)
