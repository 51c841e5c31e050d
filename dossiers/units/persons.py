"""The persons of the organisation: found by name, birth date and phone, made, and tied to seats of registers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from dossiers import names
from dossiers.extensions import db
from dossiers.rules import instance
from dossiers.units.models import BodyMember, OrgPerson


def name_key(name: str) -> str:
    """The folded name by which the same person is looked for, however it is spelled."""
    return " ".join(names.words(name))[:120]


def phone_key(phone: str) -> str:
    """A phone number as it is kept: its digits, +84 as 0."""
    digits = re.sub(r"\D", "", phone)
    return f"0{digits[2:]}" if digits.startswith("84") and len(digits) > 10 else digits


@dataclass(frozen=True)
class Match:
    """Somebody known who may be meant. `surely`: the birth date or the phone is the same too."""

    person: OrgPerson
    surely: bool


VERSION = "persons_version"


def changed() -> None:
    """Accounts or seats were made, or tied to another person, in the current transaction: see accounts.persons."""
    instance.renew(VERSION)


def matching(name: str, birth_date: date | None, phone: str) -> list[Match]:
    """Persons with this name, however it is spelled; of whom a birth date or phone is known, one that does not differ.

    Two of one name with different birth dates are two people.
    """
    found = db.session.scalars(select(OrgPerson).where(OrgPerson.name_key == name_key(name)).order_by(OrgPerson.id))
    digits = phone_key(phone)
    matches = []
    for person in found:
        same_birth = birth_date is not None and person.birth_date == birth_date
        same_phone = bool(digits) and person.phone == digits
        other = birth_date is not None and person.birth_date is not None and not same_birth
        if same_birth or same_phone or not other:
            matches.append(Match(person, same_birth or same_phone))
    return matches


def new(name: str, birth_date: date | None = None, phone: str = "") -> OrgPerson:
    """A new person, not written yet."""
    return OrgPerson(name=name, name_key=name_key(name), birth_date=birth_date, phone=phone_key(phone))


def seats_of(people: Iterable[int], day: date) -> Sequence[BodyMember]:
    """The seats that persons hold on a day or later; one query."""
    query = select(BodyMember).where(
        BodyMember.person_id.in_(list(people)), or_(BodyMember.valid_to.is_(None), BodyMember.valid_to > day)
    )
    return db.session.scalars(query.order_by(BodyMember.id)).all()
