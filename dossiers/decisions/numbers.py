"""A register as people read it: number by number, with what each was given to, and where one was left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from dossiers.accounts.models import Account
from dossiers.asking import Question
from dossiers.casework.models import Dossier
from dossiers.extensions import run
from dossiers.papers.models import PaperRecord, RegisteredNumber
from dossiers.papers.registers import Book
from dossiers.people.models import Person

PRINTED = 3000
"""So many numbers a printed register has at most; of more the newest."""


@dataclass(frozen=True)
class Entry:
    """A line of a register: a number that was given or spoiled; or, without `row`, numbers nobody was given, from
    `first` to `last`.
    """

    first: int
    last: int
    row: Any = None

    @property
    def is_hole(self) -> bool:
        """Whether these numbers were left out."""
        return self.row is None

    @property
    def is_without_text(self) -> bool:
        """Whether the text it was given to is on file no more, and nobody has said that it is spoiled."""
        return self.row is not None and self.row.spoiled_on is None and self.row.on_file is None


_LENDER = aliased(Account)
_ROWS = Question(
    select(
        *RegisteredNumber.__table__.c,
        Dossier.code,
        Dossier.unit_id,
        Person.full_name,
        PaperRecord.nr.label("on_file"),
        Account.name.label("by"),
        _LENDER.name.label("behalf"),
    )
    .outerjoin(Dossier, Dossier.id == RegisteredNumber.dossier_id)
    .outerjoin(Person, Person.id == Dossier.person_id)
    .outerjoin(
        PaperRecord,
        (PaperRecord.dossier_id == RegisteredNumber.dossier_id)
        & (PaperRecord.seq == RegisteredNumber.seq)
        & (PaperRecord.number == RegisteredNumber.text),
    )
    .join(Account, Account.id == RegisteredNumber.given_by)
    .outerjoin(_LENDER, _LENDER.id == RegisteredNumber.given_for)
    .where(RegisteredNumber.book_id == bindparam("book"), RegisteredNumber.period == bindparam("period"))
    .where(RegisteredNumber.nr <= bindparam("until"))
    .order_by(RegisteredNumber.nr.desc())
    .limit(bindparam("most"))
)
_PERIODS = Question(
    select(RegisteredNumber.period, func.count(), func.max(RegisteredNumber.nr), func.min(RegisteredNumber.nr))
    .where(RegisteredNumber.book_id == bindparam("book"))
    .group_by(RegisteredNumber.period)
    .order_by(RegisteredNumber.period.desc())
)
_ANY = 2**31 - 1


def left_out(book: Book) -> dict[str, int]:
    """The periods of which a register holds numbers, the newest first: how many were left out of each, between the
    first and the last that stands there. One query.
    """
    return {
        period: highest - min(lowest, book.least(period)) + 1 - many
        for period, many, highest, lowest in run(_PERIODS, {"book": book.id})
    }


def entries(book: Book, period: str, most: int, until: int | None = None) -> tuple[list[Entry], int | None]:
    """The newest lines of a register, from number `until` down, at most as many numbers given; and the number to go on
    from, None at the end. One query.
    """
    last = _ANY if until is None else until
    rows: Sequence[Any] = run(_ROWS, {"book": book.id, "period": period, "until": last, "most": most + 1}).all()
    found: list[Entry] = []
    expected = None if until is None else until
    for row in rows[:most]:
        if expected is not None and row.nr < expected:
            found.append(Entry(row.nr + 1, expected))
        found.append(Entry(row.nr, row.nr, row))
        expected = row.nr - 1
    if len(rows) > most:
        return found, expected
    least = book.least(period)
    if expected is not None and expected >= least:
        found.append(Entry(least, expected))
    return found, None
