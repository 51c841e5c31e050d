"""What another rulebook would mean for dossiers, as pages and commands tell it: before and after, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from dossiers.casework import loading
from dossiers.casework.trials import Tried
from dossiers.formatters import day, say
from dossiers.languages import gettext as _
from dossiers.rules import services as rules
from dossiers.security import signed
from workflow.rulebook import Rulebook
from workflow.text import Text
from workflow.trial import Changed, rule_title, title


@dataclass(frozen=True)
class Told:
    """One change in words: what it is about, what was, what is then. `refused`: an act is possible no more."""

    title: str
    before: str
    after: str
    refused: bool = False


@dataclass(frozen=True)
class Line:
    """A dossier with all that changes for it; `linked`: whoever looks may open it."""

    code: str
    rulebook: str
    told: tuple[Told, ...]
    linked: bool


def lines_of(found: Iterable[Tried], book: Rulebook) -> Iterator[Line]:
    """Dossiers with what changes for them under a rulebook, for whoever asks; one query."""
    page, books = list(found), rules.books()
    seen = loading.load_cases([one.code for one in page], signed())
    for one in page:
        old = books.get(one.rulebook, book)
        yield Line(one.code, one.rulebook, tuple(told(change, old, book) for change in one.changes), one.code in seen)


def told(change: Changed, old: Rulebook, new: Rulebook) -> Told:
    """A change in words."""
    name = say(title(change, old, new))
    if change.what in ("refused", "allowed"):
        return Told(name, _answer(change.before, old, new), _answer(change.after, new, old), change.what == "refused")
    if change.what == "need":
        words = {"": _("đủ điều kiện"), "1": _("chưa đủ điều kiện")}
        return Told(name, words[change.before], words[change.after])
    if change.what == "paper":
        return Told(name, _papers(change.before), _papers(change.after))
    if change.what == "route":
        return Told(name, _road(change.before), _road(change.after), not change.after)
    return Told(name, _day(change.before), _day(change.after))


def _answer(refusing: str, *books: Rulebook) -> str:
    if not refusing:
        return _("được")
    rules_ = ", ".join(say(rule_title(key, *books)) for key in refusing.split())
    return _("từ chối: %(rules)s", rules=rules_)


def _papers(times: str) -> str:
    return _("cần %(n)s bản", n=times) if times else _("không cần")


def _road(both: str) -> str:
    vi, _bar, en = both.partition("|")
    return say(Text(vi, en)) if both else _("không có đường xét")


def _day(text: str) -> str:
    return day(date.fromisoformat(text)) if text else _("không tính")
