"""The rule values and the calendar as they were in force: what an event was judged by, kept once under a hash.

A rulebook, a value an administrator gave and the calendar change in time. An event names the state of all of them by
its hash; read back, the state gives the same rulebooks and the same working days, whatever is shipped today.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

import msgspec

from workflow.calendar import WorkCalendar
from workflow.rulebook import Rule, Rulebook, by_date, with_loaded
from workflow.text import Text

Kept: TypeAlias = bool | int | str | tuple[str, ...]


class KeptBook(msgspec.Struct, frozen=True):
    """The values of one rulebook and the day from which it was in force."""

    in_force_from: date
    values: dict[str, Kept]


class RuleState(msgspec.Struct, frozen=True, omit_defaults=True):
    """All rule values by rulebook, and the calendar: days that count and do not, beside Monday to Friday. `texts` are
    the files of the rulebooks an instance loaded, each after those it extends.
    """

    books: dict[str, KeptBook]
    working: tuple[date, ...]
    off: tuple[date, ...]
    texts: tuple[str, ...] = ()


class Rules:
    """The rules of one moment: `books`, `calendar`, and the `hash` under which their state is kept."""

    def __init__(
        self,
        books: Mapping[str, Rulebook],
        calendar: WorkCalendar,
        content: str | None = None,
        texts: tuple[str, ...] = (),
    ) -> None:
        """`content`: the state these rules were read from; without it, it is written from them, and `texts` are the
        files of those rulebooks that an instance loaded.
        """
        self.books = dict(books)
        self.content = _written(books, calendar, texts) if content is None else content
        self.hash = digest(self.content)
        working, off = calendar.told()
        self.calendar = WorkCalendar(working, off, complete=True)


def _written(books: Mapping[str, Rulebook], calendar: WorkCalendar, texts: tuple[str, ...]) -> str:
    kept = {
        code: KeptBook(
            book.in_force_from, {key: rule.value for key, rule in book.rules.items() if rule.value is not None}
        )
        for code, book in books.items()
    }
    return msgspec.json.encode(RuleState(kept, *calendar.told(), texts), order="deterministic").decode()


def digest(content: str) -> str:
    """The hash under which a state stands: SHA-256 of its content."""
    return hashlib.sha256(content.encode()).hexdigest()


def read(content: str) -> Rules:
    """The rules of a state. Raises msgspec.DecodeError when the content is none.

    Titles and sources of what is shipped are those of today, of what was loaded those of its file; a rule that is no
    longer shipped keeps its value and has no source; one that was not shipped yet has the value it came with, so that a
    guard written later finds what it asks.
    """
    state = msgspec.json.decode(content, type=RuleState)
    books: dict[str, Rulebook] = {}
    known = with_loaded(state.texts)
    for code, kept in state.books.items():
        now = known.get(code)
        rules = dict(now.rules) if now else {}
        rules |= {key: _rule(now, key, value) for key, value in kept.values.items()}
        book = now or Rulebook(code, kept.in_force_from, Text(code, code), {}, {})
        books[code] = msgspec.structs.replace(book, in_force_from=kept.in_force_from, rules=rules)
    return Rules(by_date(books), WorkCalendar(state.working, state.off, complete=True), content)


def _rule(book: Rulebook | None, key: str, value: Kept) -> Rule:
    known = book.rules.get(key) if book else None
    if known is not None:
        return msgspec.structs.replace(known, value=value)
    return Rule(key, "–", "confirm", Text(key, key), value)
