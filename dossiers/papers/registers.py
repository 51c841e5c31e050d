"""Number registers: a book a unit and kind of text, its numbers given once, in their order, and none left out.

Numbers stand in it with the text they were given to. What is taken by an act is written in the act's transaction
(`keep`); a number that no text bears is declared spoiled, with its ground (`spoil`). One row a number: two who take the
same at once meet at its primary key, and the second takes the next.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, tuple_

from dossiers import clock, engines
from dossiers.asking import Question
from dossiers.extensions import db, run, write_transaction
from dossiers.office import services as office
from dossiers.papers.models import NumberBook, PaperRecord, RegisteredNumber
from dossiers.papers.numbers import PaperRow
from dossiers.rules import services as rules
from workflow.codes import Code
from workflow.papers import Kind
from workflow.text import Text


class Series(Code):
    """A kind of text whose numbers run on together; the value is its sign."""

    DECISION = "QĐ"
    RESOLUTION = "NQ"
    REPORT = "BC"
    NOTICE = "TB"
    LETTER = "CV"


SERIES_LABELS: dict[Series, Text] = {
    Series.DECISION: Text("Quyết định", "Decisions"),
    Series.RESOLUTION: Text("Nghị quyết", "Resolutions"),
    Series.REPORT: Text("Báo cáo", "Reports"),
    Series.NOTICE: Text("Thông báo", "Notices"),
    Series.LETTER: Text("Công văn", "Letters"),
}


class Runs(Code):
    """Through what numbers run on: a committee's term (05-HD/VPTW), or a year (36-HD/VPTW)."""

    TERM = "term"
    YEAR = "year"


RUNS_LABELS: dict[Runs, Text] = {
    Runs.TERM: Text("Suốt nhiệm kỳ", "Through the term"),
    Runs.YEAR: Text("Từng năm", "Each year anew"),
}

_SERIES: dict[Kind, Series] = {
    Kind.ADMISSION: Series.DECISION,
    Kind.RECOGNITION: Series.DECISION,
    Kind.MENDED_DECISION: Series.DECISION,
    Kind.ANNULMENT: Series.DECISION,
    Kind.CELL_RESOLUTION: Series.RESOLUTION,
    Kind.COMMITTEE_RESOLUTION: Series.RESOLUTION,
    Kind.RECOGNITION_CELL_RESOLUTION: Series.RESOLUTION,
    Kind.RECOGNITION_COMMITTEE_RESOLUTION: Series.RESOLUTION,
    Kind.APPRAISAL: Series.REPORT,
    Kind.RECOGNITION_APPRAISAL: Series.REPORT,
    Kind.NOTICE: Series.NOTICE,
    Kind.MENDING_LETTER: Series.LETTER,
}


class Place(NamedTuple):
    """Where a number stands: the register, its period, the number."""

    book: int
    period: str
    nr: int


class Taken(Exception):
    """A number stands in the register already, for another text or spoiled; `key` is the paper's number_key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Opened(Exception):
    """Somebody opened a register of that kind meanwhile, from that day on or later."""


class NotNext(ValueError):
    """A number that is no hole of the register, and not the next one either."""


@dataclass(frozen=True)
class Book:
    """A register as its row says."""

    id: int
    unit_id: int
    series: Series
    sign: str
    runs: Runs
    begins_on: date
    first: int
    ends_on: date | None

    def period(self, day: date) -> str:
        """The period of a text of a day."""
        return str(day.year) if self.runs is Runs.YEAR else ""

    def least(self, period: str) -> int:
        """The first number of a period."""
        return self.first if period in ("", str(self.begins_on.year)) else 1

    def holds(self, series: Series | None, day: date) -> bool:
        """Whether texts of a series and a day have their numbers in it."""
        return series is self.series and self.begins_on <= day and (self.ends_on is None or day <= self.ends_on)

    def text(self, nr: int) -> str:
        """A number as it stands on paper: two digits at least, no colon."""
        return f"{nr:02d}-{self.sign}"


_COLUMNS = tuple(getattr(NumberBook, name) for name in Book.__dataclass_fields__)
_OF_UNITS = Question(
    select(*_COLUMNS)
    .where(NumberBook.unit_id.in_(bindparam("units", expanding=True)))
    .order_by(NumberBook.unit_id, NumberBook.series, NumberBook.begins_on.desc())
)
_ONE = Question(select(*_COLUMNS).where(NumberBook.id == bindparam("number")))
_HIGHEST = Question(
    select(RegisteredNumber.book_id, RegisteredNumber.period, func.max(RegisteredNumber.nr))
    .where(RegisteredNumber.book_id.in_(bindparam("books", expanding=True)))
    .group_by(RegisteredNumber.book_id, RegisteredNumber.period)
)
_PLACE = tuple_(RegisteredNumber.book_id, RegisteredNumber.period, RegisteredNumber.nr)
_STANDING = select(
    RegisteredNumber.book_id,
    RegisteredNumber.period,
    RegisteredNumber.nr,
    RegisteredNumber.dossier_id,
    RegisteredNumber.seq,
).where(_PLACE.in_(bindparam("places", expanding=True)))


def _book_of(row: Any) -> Book:
    values = {name: getattr(row, name) for name in Book.__dataclass_fields__}
    return Book(**{**values, "series": Series(row.series), "runs": Runs(row.runs)})


def books_of(units: Iterable[int]) -> list[Book]:
    """The registers of some units, of each kind the newest first; one query."""
    asked = list(units)
    return [_book_of(row) for row in run(_OF_UNITS, {"units": asked})] if asked else []


def load(number: int) -> Book | None:
    """A register by its number."""
    row = run(_ONE, {"number": number}).first()
    return None if row is None else _book_of(row)


def series_of(form: str) -> Series | None:
    """The series in which papers of a form are numbered; None for those in nobody's register."""
    for book in rules.books().values():
        known = book.forms.get(form)
        if known is not None and known.kind:
            return _SERIES.get(Kind(known.kind))
    return None


def series_of_kind(kind: Kind) -> Series | None:
    """The same of a kind of paper."""
    return _SERIES.get(kind)


def number_in(text: str) -> int | None:
    """The number a text begins with: 12 of “12-QĐ/ĐU”; None when it begins with none."""
    found = re.match(r"\s*0*([0-9]{1,6})(?![0-9])", text)
    return int(found[1]) if found and int(found[1]) else None


def unit_in(key: str | None) -> int | None:
    """The unit whose numbers a paper's number_key (papers.numbers) counts among; None for other issuers'."""
    found = re.match(r"u(\d+)/", key or "")
    return int(found[1]) if found else None


class Registers:
    """The registers as acts ask for them: each unit's are read once."""

    def __init__(self) -> None:
        self._books: dict[int, list[Book]] = {}

    def book(self, unit_id: int, series: Series | None, day: date) -> Book | None:
        """The register in which a unit's texts of a series and a day stand, if it keeps one here."""
        if series is None:
            return None
        self._read({unit_id})
        return next((book for book in self._books[unit_id] if book.holds(series, day)), None)

    def places(self, papers: Iterable[PaperRow]) -> dict[str, Place]:
        """Where the numbers of papers stand, by their number_key; papers of no register are left out."""
        units = {key: unit for row in papers if (unit := unit_in(key := row["number_key"])) is not None and key}
        self._read(set(units.values()))
        found = {}
        for row in papers:
            key, nr = row["number_key"], number_in(row["number"])
            if key is None or key not in units or nr is None:
                continue
            book = self.book(units[key], series_of(row["form"]), row["issued_on"])
            if book is not None:
                found[key] = Place(book.id, book.period(row["issued_on"]), nr)
        return found

    def of(self, number: int) -> Book:
        """A register that was read."""
        return next(book for books in self._books.values() for book in books if book.id == number)

    def _read(self, units: set[int]) -> None:
        new = units - self._books.keys()
        if new:
            self._books.update({unit: [] for unit in new})
            for book in books_of(sorted(new)):
                self._books[book.unit_id].append(book)


def standing(places: Iterable[Place]) -> dict[Place, tuple[int | None, int | None]]:
    """Those of these numbers that are in the registers, each with the dossier and event it was given to; one query."""
    asked = [tuple(place) for place in set(places)]
    rows = run(_STANDING, {"places": asked}) if asked else ()
    return {Place(row.book_id, row.period, row.nr): (row.dossier_id, row.seq) for row in rows}


def taken(registers: Registers, papers: Sequence[PaperRow]) -> set[str]:
    """The number_keys of those papers whose number another text has, or that is spoiled."""
    places = registers.places(papers)
    there = standing(places.values())
    mine = {row["number_key"]: (row["dossier_id"], row["seq"]) for row in papers}
    return {key for key, place in places.items() if place in there and there[place] != mine[key]}


def keep(
    registers: Registers,
    papers: Sequence[PaperRow],
    actor_id: int,
    lent: Mapping[int, int],
    code: str = "",
    afresh: bool = False,
) -> None:
    """Enter the numbers of new papers, in the current transaction; those that stand there already as theirs stay.

    `lent` says by dossier in whose place the actor acts, `code` of which dossier they are, where they are of one.

    Raises Taken; but not where all papers of a dossier are filed `afresh`: what is new of them was judged, and what was
    there before the register may be there twice.
    """
    places = registers.places(papers)
    if not places:
        return
    engines.lock_numbers(db)  # nobody takes one between looking and writing
    there = standing(places.values())
    rows: dict[int, list[RegisteredNumber]] = {}
    for row in papers:
        place = places.get(row["number_key"] or "")
        if place is None or there.get(place) == (row["dossier_id"], row["seq"]):
            continue
        if place in there:
            if afresh:
                continue
            raise Taken(row["number_key"] or "")
        there[place] = (row["dossier_id"], row["seq"])
        entry = _entry(place, row["number"], actor_id, row["form"], row["issued_on"], row["dossier_id"], row["seq"])
        entry.given_for = lent.get(row["dossier_id"])
        rows.setdefault(place.book, []).append(entry)
    for number, entries in rows.items():
        book = registers.of(number)
        db.session.add_all(entries)
        lenders = {entry.given_for for entry in entries}
        office.record(
            "number:given", book.unit_id, actor_id, entries, behalf=lenders.pop() if len(lenders) == 1 else None,
            register=f"{book.series} {book.sign}", numbers=", ".join(entry.text for entry in entries), code=code,
        )  # fmt: skip


def _entry(
    place: Place,
    text: str,
    actor_id: int,
    form: str = "",
    issued_on: date | None = None,
    dossier_id: int | None = None,
    seq: int | None = None,
) -> RegisteredNumber:
    return RegisteredNumber(
        book_id=place.book,
        period=place.period,
        nr=place.nr,
        text=text,
        form=form,
        issued_on=issued_on,
        dossier_id=dossier_id,
        seq=seq,
        given_by=actor_id,
        given_at=clock.stamp(clock.now()),
        spoiled_on=None,
        ground="",
    )


def next_numbers(books: Sequence[Book], day: date) -> dict[int, int]:
    """The next number of each register for a text of a day; one query."""
    if not books:
        return {}
    highest = {(row[0], row[1]): row[2] for row in run(_HIGHEST, {"books": [book.id for book in books]})}
    found = {}
    for book in books:
        period = book.period(day)
        least = book.least(period)
        found[book.id] = max(highest.get((book.id, period), 0) + 1, least)
    return found


def offered(unit_id: int | None, kind: Kind | None, day: date) -> str:
    """The number that the next text of a kind and a day would have; "" where the unit keeps no register of it here."""
    series = None if kind is None else series_of_kind(kind)
    book = None if unit_id is None else Registers().book(unit_id, series, day)
    return "" if book is None else book.text(next_numbers([book], day)[book.id])


def open_book(
    unit_id: int, series: Series, sign: str, runs: Runs, begins_on: date, first: int, actor_id: int,
    behalf: int | None = None,
) -> int:  # fmt: skip
    """Open a register, in whose place; the one in use before is shut the day before. Its number. Raises Opened."""
    with write_transaction():
        engines.lock_numbers(db)  # two who open at once come one after the other
        before = [book for book in books_of([unit_id]) if book.series is series and book.ends_on is None]
        if any(book.begins_on >= begins_on for book in before):
            raise Opened
        rows = [_shut(book, begins_on) for book in before]
        book = NumberBook(
            unit_id=unit_id,
            series=str(series),
            sign=sign,
            runs=str(runs),
            begins_on=begins_on,
            first=first,
            ends_on=None,
            opened_by=actor_id,
        )
        db.session.add(book)
        db.session.flush()
        entries = from_file(book, actor_id)
        db.session.add_all(entries)
        office.record(
            "register:opened", unit_id, actor_id, [*rows, book, *entries], behalf=behalf,
            register=f"{series} {sign}", since=begins_on, first=first,
        )  # fmt: skip
    return book.id


_ON_FILE = (
    select(*(getattr(PaperRecord, name) for name in PaperRow.__annotations__))
    .where(PaperRecord.number_key.like(bindparam("unit")), PaperRecord.issued_on >= bindparam("since"))
    .order_by(PaperRecord.issued_on, PaperRecord.dossier_id, PaperRecord.seq)
)


def from_file(new: NumberBook, actor_id: int) -> list[RegisteredNumber]:
    """What stands on file already of the numbers of a new register; of a number that was given twice the first."""
    book, found = _book_of(new), dict[Place, RegisteredNumber]()
    for row in run(_ON_FILE, {"unit": f"u{book.unit_id}/%", "since": book.begins_on}):
        nr = number_in(row.number)
        if nr is not None and book.holds(series_of(row.form), row.issued_on):
            place = Place(book.id, book.period(row.issued_on), nr)
            entry = _entry(place, row.number, actor_id, row.form, row.issued_on, row.dossier_id, row.seq)
            found.setdefault(place, entry)
    return list(found.values())


def used_before(unit_id: int, series: Series, sign: str, begins_on: date) -> int:
    """The highest number texts of a unit bear in the year of a register before it begins; 0 for none. One query."""
    rows = run(_ON_FILE, {"unit": f"u{unit_id}/%", "since": date(begins_on.year, 1, 1)})
    signed = [
        row.number
        for row in rows
        if row.issued_on < begins_on
        and series_of(row.form) is series
        and "".join(row.number.split()).upper().endswith(f"-{sign}".upper())
    ]
    return max((number_in(number) or 0 for number in signed), default=0)


_TEXT = Question(
    select(PaperRecord.nr).where(
        PaperRecord.dossier_id == bindparam("dossier"),
        PaperRecord.seq == bindparam("of"),
        PaperRecord.number == bindparam("text"),
    )
)


def _has_text(entry: RegisteredNumber) -> bool:
    """Whether the text that has a number is still on file: its act may have been taken back or corrected."""
    return run(_TEXT, {"dossier": entry.dossier_id, "of": entry.seq, "text": entry.text}).first() is not None


def _shut(book: Book, new_from: date) -> NumberBook:
    row = db.session.get_one(NumberBook, book.id)
    row.ends_on = date.fromordinal(new_from.toordinal() - 1)
    db.session.flush()
    return row


def spoil(book: Book, period: str, nr: int, ground: str, actor_id: int, behalf: int | None = None) -> None:
    """Declare a number spoiled: the next one, one that was left out, or one whose text is on file no more.

    Raises NotNext for a number beyond the next, Taken when a text on file has it or it is spoiled already.
    """
    place = Place(book.id, period, nr)
    with write_transaction():
        engines.lock_numbers(db)
        entry = db.session.get(RegisteredNumber, tuple(place), populate_existing=True)
        if entry is None:
            highest = run(_HIGHEST, {"books": [book.id]}).all()
            last = next((row[2] for row in highest if row[1] == period), 0)
            if not book.least(period) <= nr <= max(last + 1, book.least(period)):
                raise NotNext(nr)
            entry = _entry(place, book.text(nr), actor_id)
            entry.given_for = behalf
        elif entry.spoiled_on is not None or _has_text(entry):
            raise Taken("")
        entry.spoiled_on, entry.ground = clock.today(), ground
        db.session.add(entry)
        office.record(
            "number:spoiled", book.unit_id, actor_id, [entry], behalf=behalf,
            register=f"{book.series} {book.sign}", numbers=entry.text,
        )  # fmt: skip
