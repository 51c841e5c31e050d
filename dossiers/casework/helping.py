"""Whom a helping member helps: the dossiers this role reaches, and no others (domain.md §2)."""

from flask import g
from sqlalchemy import String, bindparam, cast, exists, false, literal, not_, select
from sqlalchemy.orm import aliased

from dossiers.accounts.grants import BOUND, Signed
from dossiers.asking import Question
from dossiers.casework.case import Case
from dossiers.casework.models import Dossier, Scope
from dossiers.extensions import run
from dossiers.people.models import Companion
from dossiers.units.models import BodyMember
from workflow.facts import Actor
from workflow.roles import Role

_LEFT = '"helper_left_on":'
"""Stands in the facts of a dossier while its helper has left and nobody took the place. What people type is not kept
there, nor is a fact that is empty.
"""
_LATER = aliased(Companion)
_HELPED = Question(
    select(Companion.dossier_id)
    .join(BodyMember, Companion.ref == literal("m") + cast(BodyMember.id, String))
    .join(Dossier, Dossier.id == Companion.dossier_id)
    .where(
        BodyMember.person_id == bindparam("person"),
        Companion.kind == "helper",
        ~exists().where(_LATER.dossier_id == Companion.dossier_id, _LATER.kind == "helper", _LATER.seq > Companion.seq),
        exists().where(
            Scope.dossier_id == Companion.dossier_id,
            Scope.ancestor_id.in_(bindparam("units", expanding=True)),
            Scope.done == false(),
        ),
        not_(Dossier.facts.contains(_LEFT, autoescape=True)),
    )
    .distinct()
)


def helped(signed: Signed) -> tuple[int, ...]:
    """The dossiers under way whose helper this person is by a role held in their unit: who was assigned last and has
    not left. One query a request, of those who hold such a role.
    """
    units = signed.units_as(BOUND)
    if not units or signed.person_id is None:
        return ()
    known: dict[Signed, tuple[int, ...]] = g.setdefault("helped", {})
    if signed not in known:
        known[signed] = tuple(sorted(run(_HELPED, {"person": signed.person_id, "units": list(units)}).scalars()))
    return known[signed]


def roles_over(signed: Signed, case: Case) -> tuple[Role, ...]:
    """The roles of a person that reach a dossier."""
    held = signed.roles_in(case.acting_units)
    if BOUND.isdisjoint(held) or case.id in helped(signed):
        return held
    return tuple(role for role in held if role not in BOUND)


def actor_over(signed: Signed, case: Case) -> Actor:
    """How the rules see a person over a dossier."""
    return signed.actor(roles_over(signed, case), case.acting_units)


def reads(signed: Signed, case: Case) -> bool:
    """Whether a person may still read a dossier they read before an act."""
    return not set(case.scope_units).isdisjoint(signed.reading_units) or case.id in helped(signed)
