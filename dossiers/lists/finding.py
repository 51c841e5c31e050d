"""Finding dossiers by what is typed into the one box: a name, a code, a year of birth, a unit, the number of a paper,
the last digits of the personal number or of a telephone. Each kind has an index of its own, within one's units.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, exists, select

from dossiers import names
from dossiers.accounts.grants import BOUND, Signed
from dossiers.asking import Question
from dossiers.casework import search
from dossiers.casework.models import Dossier, Scope
from dossiers.encryption import place, unseal
from dossiers.extensions import run
from dossiers.lists.worklist import Item, _item, _lines, scope_of
from dossiers.papers.models import PaperRecord
from dossiers.papers.numbers import number_words
from dossiers.people import digits
from dossiers.people.models import Person
from dossiers.people.personal import sees_file, sees_sensitive
from dossiers.units import tree
from dossiers.units.tree import Node
from workflow.roles import Role

UNITS_SHOWN = 5
LONGEST = 120

_CODE = re.compile(r"[A-Za-z]{2}\d{4}-\d+")
_DIGITS = re.compile(r"\+?\(?\d[\d .\-()]*\d")
_MANY = 7
"""So many digits among words are a number of somebody, not of a paper or a year."""

_BY_CODE = Question(select(Dossier.id).where(Dossier.code == bindparam("code")))
_BY_PAPER = Question(
    select(PaperRecord.dossier_id, PaperRecord.number)
    .where(
        PaperRecord.number_words >= bindparam("low"),
        PaperRecord.number_words < bindparam("high"),
        exists().where(
            Scope.dossier_id == PaperRecord.dossier_id, Scope.ancestor_id.in_(bindparam("units", expanding=True))
        ),
    )
    .order_by(PaperRecord.number_words, PaperRecord.dossier_id)
    .limit(bindparam("limit"))
)
_NUMBERS = Question(
    select(Dossier.id, Person.id.label("person_id"), Person.contact, Person.identity_number)
    .join(Person, Person.id == Dossier.person_id)
    .where(Dossier.id.in_(bindparam("dossiers", expanding=True)))
)
_FOUND = Question(
    _lines(Scope).where(
        Scope.ancestor_id.in_(bindparam("units", expanding=True)),
        Scope.dossier_id.in_(bindparam("found", expanding=True)),
    )
)


@dataclass(frozen=True)
class Asked:
    """What was typed, and what it can mean."""

    text: str

    @cached_property
    def digits(self) -> str:
        """The last digits of somebody's number, if it holds such."""
        if _CODE.fullmatch(self.text):
            return ""
        for found in _DIGITS.findall(self.text):
            typed = digits.digits_of(found)
            if len(typed) >= (digits.TAIL if found == self.text else _MANY):
                return typed
        return ""

    @property
    def is_code(self) -> bool:
        """Whether it is the code of a dossier, and nothing else."""
        return _CODE.fullmatch(self.text) is not None

    @property
    def is_personal(self) -> bool:
        """Whether it must not stand in an address: digits of somebody's number. A year alone may be one."""
        return bool(self.digits) and not self.is_year(self.text)

    @cached_property
    def words(self) -> list[str]:
        """Its words without digits: those of a name or a unit."""
        text = _DIGITS.sub(" ", self.text) if self.is_personal else self.text
        return [word for word in names.words(text) if not self.is_year(word)]

    @cached_property
    def years(self) -> list[str]:
        """The years of birth in it, as the index has them."""
        return [search.year_word(int(word)) for word in names.words(self.text) if self.is_year(word)]

    @staticmethod
    def is_year(word: str) -> bool:
        """Whether a word is a year in which a candidate or a member may be born."""
        return word.isascii() and word.isdigit() and 1920 <= int(word) <= 2029 and len(word) == 4


@dataclass(frozen=True)
class Part:
    """Dossiers found in one way (`kind`): named, paper, digits; and whether there are more."""

    kind: str
    rows: list[Item]
    more: bool = False


@dataclass(frozen=True)
class Found:
    """What a search found: units, and dossiers by the way they were found."""

    units: Sequence[Node] = ()
    parts: list[Part] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many dossiers it shows."""
        return sum(len(part.rows) for part in self.parts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not self.units and not self.parts


def find(asked: Asked, signed: Signed, size: int = 50, openly: bool = False) -> Found:
    """What somebody may find by what was asked, `size` dossiers a way. `openly`: it stood in the address, so that no
    digits of somebody's number are looked up.

    Names are ranked first, with nothing but names in hand; only a page of them is then read whole.
    """
    units = scope_of(signed, "")
    if not asked.text or not units or (openly and asked.is_personal):
        return Found()
    ways = {"named": [] if asked.is_personal else _named(asked, units), "paper": _by_paper(asked, units, size)}
    if asked.digits and not openly:
        ways["digits"] = _by_digits(asked, signed)
    wanted = {number for found in ways.values() for number in found[: size + 1]}
    rows = {row.dossier_id: row for row in run(_FOUND, {"units": units, "found": list(wanted)})} if wanted else {}
    names_of = tree.current()
    parts = []
    for kind, found in ways.items():
        lines = [_item(rows[number], names_of) for number in found[:size] if number in rows]
        if lines:
            parts.append(Part(kind, lines, len(found) > size))
    shown = names_of.search(" ".join(asked.words), signed.reading_units, UNITS_SHOWN) if asked.words else ()
    return Found(shown, parts)


def _named(asked: Asked, units: Sequence[int]) -> list[int]:
    """By code, name and year of birth: numbers of dossiers, the nearest name first (accents not needed)."""
    text = " ".join(asked.words)
    by_code = run(_BY_CODE, {"code": asked.text.upper()}).scalar() if _CODE.fullmatch(asked.text) else None
    if by_code is not None:
        return [by_code]
    typed = " ".join(word for word in asked.text.split() if not asked.is_year(word)).lower()
    folded = names.fold(typed)

    def rank(match: Any) -> tuple[int, int, str]:
        name = match.full_name.lower()
        exact = 0 if name == typed else 1 if typed in name else 2
        return exact, 0 if folded in match.folded else 1, match.folded

    within = None if tree.current().is_whole(units) else units
    return [match.id for match in sorted(search.find(text, within, asked.years), key=rank)]


def _by_paper(asked: Asked, units: Sequence[int], size: int) -> list[int]:
    """By the number of a paper, or how it begins: “15”, “15-QĐ”."""
    begins = number_words(asked.text)
    if not any(char.isdigit() for char in begins):
        return []
    # The words end in “-”, and “.” is the next character after it.
    found = run(_BY_PAPER, {"low": begins, "high": f"{begins[:-1]}.", "units": units, "limit": 4 * size})
    return list(dict.fromkeys(row.dossier_id for row in found))


def _by_digits(asked: Asked, signed: Signed) -> list[int]:
    """By the last digits of the personal number or a telephone, each among the dossiers whose number one may read."""
    sensitive = _units(signed, sees_sensitive)
    found = {match.id for match in search.find("", sensitive, [digits.identity_key(asked.digits)])}
    reached = {match.id for match in search.find("", _units(signed, sees_file), [digits.phone_key(asked.digits)])}
    if not found and not reached:
        return []
    fitting = []
    for row in run(_NUMBERS, {"dossiers": list(found | reached)}):
        numbers = digits.phones_in(row.contact) if row.id in reached else []
        if row.id in found and row.identity_number:
            where = place("person", "identity_number", row.person_id)
            numbers.append(digits.digits_of(unseal(row.identity_number, where)))
        if any(number.endswith(asked.digits) for number in numbers):
            fitting.append(row.id)
    return sorted(fitting)


def _units(signed: Signed, sees: Callable[[Iterable[Role]], bool]) -> tuple[int, ...]:
    """The units in which the person holds a role that `sees` what is asked for."""
    return tree.current().roots(
        tuple(dict.fromkeys(unit for role, unit in signed.grants if role not in BOUND and sees((role,))))
    )


def asked_of(text: str) -> Asked:
    """What was typed, without needless spaces and not too long."""
    return Asked(" ".join(text.split())[:LONGEST])
