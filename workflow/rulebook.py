"""Rulebooks: the rules as data, loaded from rulebooks/*.toml and chosen by date (domain.md §3)."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Literal, TypeAlias

import msgspec

from workflow.text import Text
from workflow.votes import parse_share

Value: TypeAlias = bool | int | str | list[str]


Confidence: TypeAlias = Literal["checked", "one_source", "confirm"]
"""Read in several pages or the text; in one good page; practice, or inferred. Only what was checked is not changed."""


class RulebookError(ValueError):
    """A rulebook that cannot be used, or a value that does not fit its rule."""


class Rule(msgspec.Struct, frozen=True):
    """One rule: its value with unit, where it stands, and whether that was checked against the text.

    A rule without a value is a principle: it says what is asked, and there is nothing to set. `choices` are the words a
    value may be made of, where only some make sense.
    """

    key: str
    source: str
    state: Confidence
    title: Text
    value: bool | int | str | tuple[str, ...] | None = None
    unit: Text = Text("", "")
    choices: tuple[str, ...] = ()
    reads: Text | None = None
    """How the value reads in words, where it does not by itself: "đủ {years} tuổi", with {n} the value."""


class Form(msgspec.Struct, frozen=True):
    """One paper of the dossier: the number and title of its form, what it is (workflow.papers) and who makes it."""

    code: str
    title: Text
    made_by: str
    state: Confidence
    kind: str = ""


CONFIDENCES: dict[str, Text] = {
    "checked": Text("đã đối chiếu", "checked"),
    "one_source": Text("một nguồn, cần xác nhận", "one source, to be confirmed"),
    "confirm": Text("cần xác nhận", "to be confirmed"),
}


class Rulebook(msgspec.Struct, frozen=True):
    """The rules and forms in force from a day on."""

    code: str
    in_force_from: date
    title: Text
    rules: dict[str, Rule]
    forms: dict[str, Form]
    levels: dict[str, Text] = {}
    """What the levels of the tree are called, by kind of unit, where not as usual."""
    kinds: dict[str, str] = {}
    """The code of the form of each kind of paper."""
    extends: str = ""
    """The code of the rulebook it takes over what it does not name from; "" for none."""

    def rule(self, key: str) -> Rule:
        """The rule with this key; KeyError when there is none."""
        return self.rules[key]

    def number(self, key: str) -> int:
        """The value of a rule counted in months, days or votes."""
        value = self.rules[key].value
        if isinstance(value, bool) or not isinstance(value, int):
            raise RulebookError(f"{self.code}: {key} is not a number")
        return value

    def flag(self, key: str) -> bool:
        """The value of a rule that is asked for or not."""
        value = self.rules[key].value
        if not isinstance(value, bool):
            raise RulebookError(f"{self.code}: {key} is not yes or no")
        return value

    def word(self, key: str) -> str:
        """The value of a rule that is one word or a share."""
        value = self.rules[key].value
        if not isinstance(value, str):
            raise RulebookError(f"{self.code}: {key} is not a word")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """The value of a rule that is a list."""
        value = self.rules[key].value
        if not isinstance(value, tuple):
            raise RulebookError(f"{self.code}: {key} is not a list")
        return value

    def form(self, kind: str) -> str:
        """The code of the form of a kind of paper; KeyError when the rulebook has none."""
        return self.kinds[kind]

    def level(self, kind: str, usual: Text) -> Text:
        """What units of a kind are called."""
        return self.levels.get(kind, usual)

    def form_title(self, code: str) -> Text:
        """The title of a form; its bare code when the rulebook does not know it."""
        form = self.forms.get(code)
        return form.title if form else Text(code, code)

    def changed(self, values: Mapping[str, Value]) -> "Rulebook":
        """The same rulebook with an administrator's values.

        Only rules that were not checked may change, and only to a value of the same kind; RulebookError otherwise.
        """
        rules = dict(self.rules)
        for key, value in values.items():
            rule = rules.get(key)
            if rule is None:
                raise RulebookError(f"{self.code}: no rule {key}")
            if rule.value is None:
                raise RulebookError(f"{self.code}: {key} is a principle without a value")
            if rule.state == "checked":
                raise RulebookError(f"{self.code}: {key} was checked against its text and cannot be changed")
            new = tuple(value) if isinstance(value, list) else value
            if type(new) is not type(rule.value):
                raise RulebookError(f"{self.code}: {key} wants {type(rule.value).__name__}")
            if isinstance(new, int) and not isinstance(new, bool) and not 0 <= new <= 1200:
                raise RulebookError(f"{self.code}: {key} outside 0–1200")
            if isinstance(new, str | tuple):
                self._check_words(rule, (new,) if isinstance(new, str) else new)
            rules[key] = msgspec.structs.replace(rule, value=new)
        return msgspec.structs.replace(self, rules=rules)

    def fits(self, rule: Rule, value: str | tuple[str, ...]) -> None:
        """Raises RulebookError where the words of a value are none the rules could work with."""
        self._check_words(rule, (value,) if isinstance(value, str) else value)

    def _check_words(self, rule: Rule, new: tuple[str, ...]) -> None:
        """Refuse words the rules could not work with: unknown choices, unknown papers, shares that are none."""
        old = (rule.value,) if isinstance(rule.value, str) else rule.value
        assert isinstance(old, tuple)
        if rule.choices:
            fits = bool(new) and set(new) <= set(rule.choices)
        elif all(word in self.forms for word in old):
            fits = bool(new) and all(word in self.forms for word in new)
        else:
            fits = len(new) == len(old) and all(_is_share(word) for word in new)
        if not fits:
            raise RulebookError(f"{self.code}: {rule.key} cannot be {', '.join(new)}")


def _is_share(word: str) -> bool:
    try:
        parse_share(word)
    except ValueError:
        return False
    return True


def _read(path: resources.abc.Traversable) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _merged(raw: dict[str, dict[str, object]], base: Mapping[str, object]) -> dict[str, dict[str, object]]:
    merged: dict[str, dict[str, object]] = {}
    for key in [*base, *(k for k in raw if k not in base)]:
        old = msgspec.to_builtins(base[key]) if key in base else {}
        merged[key] = {**old, **raw.get(key, {})}
    return merged


def _build(raw: dict[str, object], known: Mapping[str, Rulebook]) -> Rulebook:
    parent = known.get(str(raw.get("extends", "")))
    inherited = raw.pop("inherited", None)
    for table, name in (("rules", "key"), ("forms", "code")):
        own = raw.get(table, {})
        assert isinstance(own, dict)
        base: Mapping[str, object] = getattr(parent, table) if parent else {}
        merged = {key: {**entry, name: key} for key, entry in _merged(own, base).items()}
        if inherited is not None:  # what was taken over is less certain than in the text it comes from
            for key, entry in merged.items():
                entry["state"] = own.get(key, {}).get("state", inherited)
        raw[table] = merged
    levels = raw.get("levels", {})
    assert isinstance(levels, dict)
    raw["levels"] = {**(msgspec.to_builtins(parent.levels) if parent else {}), **levels}
    try:
        book = msgspec.convert(raw, Rulebook)
    except msgspec.ValidationError as error:
        raise RulebookError(f"{raw.get('code')}: {error}") from error
    return msgspec.structs.replace(book, kinds={form.kind: code for code, form in book.forms.items() if form.kind})


def read(text: str, known: Mapping[str, Rulebook]) -> Rulebook:
    """The rulebook a file's text holds, with what it takes over from one that is `known`. Raises RulebookError.

    It says only that the text can be read; whether an instance may use it says workflow.rulefile.
    """
    try:
        return _build(tomllib.loads(text), known)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(str(error)) from error


def by_date(books: Mapping[str, Rulebook]) -> dict[str, Rulebook]:
    """Rulebooks by code, oldest first, as `in_force` wants them."""
    return dict(sorted(books.items(), key=lambda item: item[1].in_force_from))


def with_loaded(texts: Iterable[str]) -> dict[str, Rulebook]:
    """The shipped rulebooks and those an instance loaded, given as the texts of their files, each after those it
    extends; oldest first.
    """
    books = dict(shipped())
    for text in texts:
        book = read(text, books)
        books[book.code] = book
    return by_date(books)


@lru_cache(maxsize=1)
def shipped() -> dict[str, Rulebook]:
    """The rulebooks that ship with the product, by code, oldest first."""
    books: dict[str, Rulebook] = {}
    folder = resources.files("workflow") / "rulebooks"
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".toml"):
            book = _build(_read(path), books)
            books[book.code] = book
    return by_date(books)


def in_force(day: date, books: Mapping[str, Rulebook] | None = None) -> Rulebook:
    """The rulebook in force on `day`; before the first one, the first."""
    candidates = list((books or shipped()).values())
    chosen = candidates[0]
    for book in candidates:
        if book.in_force_from <= day:
            chosen = book
    return chosen
