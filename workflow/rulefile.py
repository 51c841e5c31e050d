"""A rulebook somebody wants to load, read strictly: every fault with its line and key, nothing taken on trust."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from workflow.paper_lines import MAKERS
from workflow.papers import Kind
from workflow.route import UNIT_KIND_LABELS
from workflow.rulebook import CONFIDENCES, Rule, Rulebook, RulebookError, Value, read, shipped
from workflow.text import Text

MOST_BYTES = 200_000
"""The largest file that is read; the largest that ships is a fifth of it."""
YEARS = range(2000, 2101)
_LONG = 400
_CODE = re.compile(r"RB-[0-9]{4}[0-9A-Z-]{0,11}")
_TABLE = re.compile(r"\s*\[([^\]]+)\]")
_KEY = re.compile(r'\s*("[^"]*"|[A-Za-z0-9_-]+)\s*=')
_TOP = ("code", "in_force_from", "extends", "inherited", "title", "levels", "rules", "forms")
_RULE = ("value", "unit", "source", "state", "title", "choices", "reads")
_FORM = ("title", "made_by", "kind", "state")

_TYPES: dict[type, tuple[str, str]] = {
    bool: ("true hoặc false", "true or false"), int: ("một số nguyên", "a whole number"),
    str: ("một chữ trong ngoặc kép", "a text in quotes"), list: ("một danh sách chữ", "a list of texts"),
}  # fmt: skip


class Finding(msgspec.Struct, frozen=True):
    """What is wrong with a file: the line (0: none), the key ("" for the file as a whole), and what, in words."""

    line: int
    key: str
    what: Text

    def told(self, language: str = "vi") -> str:
        """As one line of text."""
        where = f"{'dòng' if language == 'vi' else 'line'} {self.line}: " if self.line else ""
        return f"{where}{self.key + ': ' if self.key else ''}{self.what.in_(language)}"


class Checked(msgspec.Struct, frozen=True):
    """What a file holds: the rulebook where nothing is wrong with it, its text, and every finding otherwise."""

    book: Rulebook | None
    text: str
    findings: tuple[Finding, ...]


def check(
    content: bytes, known: Mapping[str, Rulebook], values: Mapping[str, Mapping[str, Value]] | None = None
) -> Checked:
    """Read a file against the rulebooks there are (`known`, by code), and the `values` an instance gave of its own."""
    if len(content) > MOST_BYTES:
        return _whole(f"Tệp quá lớn: tối đa {MOST_BYTES} byte.", f"The file is too large: at most {MOST_BYTES} bytes.")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return _whole("Tệp không phải văn bản UTF-8.", "The file is no UTF-8 text.")
    if "\x00" in text:  # no database could keep it
        return _whole("Tệp không phải văn bản UTF-8.", "The file is no UTF-8 text.")
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        what = Text("không đúng cú pháp TOML.", "is no TOML.")
        return Checked(None, text, (Finding(int(at[1]) if at else 0, "", what),))
    found = _Check(text, raw, known)
    found.all()
    if found.findings:
        return Checked(None, text, found.sorted())
    try:
        book = read(text, known)
    except RulebookError as error:
        return Checked(None, text, (Finding(0, "", Text(f"không đọc được: {error}", f"cannot be read: {error}")),))
    found.whole(book, (values or {}).get(book.code, {}))
    return Checked(None if found.findings else book, text, found.sorted())


def _whole(vi: str, en: str) -> Checked:
    return Checked(None, "", (Finding(0, "", Text(vi, en)),))


def _lines(text: str) -> dict[str, int]:
    """The line on which each table and key of a file stands, by its path: "rules.age_min.value"."""
    found: dict[str, int] = {}
    table = ""
    for nr, line in enumerate(text.split("\n"), 1):
        if head := _TABLE.match(line):
            table = head[1].replace('"', "").replace(" ", "")
            found.setdefault(table, nr)
        elif key := _KEY.match(line):
            name = key[1].strip('"')
            found.setdefault(f"{table}.{name}" if table else name, nr)
    return found


class _Check:
    """One reading of one file; what is wrong gathers in `findings`."""

    def __init__(self, text: str, raw: dict[str, Any], known: Mapping[str, Rulebook]) -> None:
        self.raw, self.known, self.lines = raw, known, _lines(text)
        self.findings: list[Finding] = []
        parent = raw.get("extends")
        self.parent = known.get(parent) if isinstance(parent, str) else None
        newest = list(shipped().values())[-1]
        self.rules: Mapping[str, Rule] = {**newest.rules, **(self.parent.rules if self.parent else {})}
        """What the program reads: a rule of another name would be read by nobody."""

    def sorted(self) -> tuple[Finding, ...]:
        """All findings, from the top of the file down."""
        return tuple(sorted(self.findings, key=lambda one: (one.line, one.key)))

    def no(self, key: str, vi: str, en: str) -> None:
        """Note a fault at a key."""
        at, line = key, 0
        while at and not (line := self.lines.get(at, 0)):
            at = at.rpartition(".")[0]
        self.findings.append(Finding(line, key, Text(vi, en)))

    def all(self) -> None:
        """Everything that a key by itself can be wrong in."""
        self._names("", self.raw, _TOP)
        self._head()
        self._pair("title", self.raw.get("title"), required=True)
        for name, each in (("levels", self._level), ("rules", self._rule), ("forms", self._form)):
            table = self.raw.get(name, {})
            if not isinstance(table, dict):
                self.no(name, "phải là một bảng.", "must be a table.")
                continue
            for key, entry in table.items():
                each(f"{name}.{key}", key, entry)
        if "extends" not in self.raw:
            self._complete()

    def _names(self, path: str, table: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
        for name in table:
            if name not in allowed:
                known = ", ".join(allowed)
                self.no(f"{path}{name}", f"khóa lạ; chỉ có: {known}.", f"unknown key; there are: {known}.")

    def _head(self) -> None:
        code, day = self.raw.get("code"), self.raw.get("in_force_from")
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            self.no("code", "phải có, dạng RB-2027 hoặc RB-2027B.", "is wanted, such as RB-2027 or RB-2027B.")
        elif code in shipped():
            self.no("code", f"{code} đi kèm chương trình; đặt mã khác.", f"{code} ships with the program; use another.")
        if not isinstance(day, date) or isinstance(day, datetime):
            self.no("in_force_from", "phải có ngày, dạng 2027-01-01.", "wants a day, such as 2027-01-01.")
        elif day.year not in YEARS:
            self.no("in_force_from", "năm từ 2000 đến 2100.", "a year from 2000 to 2100.")
        else:
            self._day(str(code), day)
        if "extends" in self.raw and self.parent is None:
            known = ", ".join(self.known)
            self.no("extends", f"không có bộ quy tắc này; có: {known}.", f"no such rulebook; there are: {known}.")
        if "extends" in self.raw and self.raw["extends"] == code:
            self.no("extends", "không tự kế thừa chính mình.", "a rulebook does not extend itself.")
        if "inherited" in self.raw:
            self._confidence("inherited", self.raw["inherited"])

    def _day(self, code: str, day: date) -> None:
        for other in self.known.values():
            if other.code != code and other.in_force_from == day:
                self.no(
                    "in_force_from", f"trùng ngày với {other.code}: mỗi ngày chỉ một bộ quy tắc bắt đầu.",
                    f"{other.code} begins that day too: one rulebook begins on a day.",
                )  # fmt: skip
        if self.parent is not None and self.parent.code != code and day < self.parent.in_force_from:
            self.no(
                "in_force_from", f"chồng ngày: phải sau ngày của bộ được kế thừa {self.parent.code}.",
                f"overlaps: it must be after the day of {self.parent.code}, which it extends.",
            )  # fmt: skip

    def _pair(self, path: str, said: Any, required: bool = False, empty: bool = False) -> bool:
        """Whether a text stands there in both languages."""
        if said is None and not required:
            return True
        fits = isinstance(said, dict) and set(said) == {"vi", "en"}
        if not fits or not all(isinstance(t, str) and len(t) <= _LONG and (t.strip() or empty) for t in said.values()):
            self.no(
                path, f"phải có hai thứ tiếng, {{ vi = …, en = … }}, mỗi thứ không quá {_LONG} chữ.",
                f"wants both languages, {{ vi = …, en = … }}, of at most {_LONG} letters each.",
            )  # fmt: skip
            return False
        return True

    def _confidence(self, path: str, said: Any) -> None:
        if not isinstance(said, str) or said not in CONFIDENCES:
            known = ", ".join(CONFIDENCES)
            self.no(path, f"phải là một trong: {known}.", f"must be one of: {known}.")

    def _level(self, path: str, key: str, entry: Any) -> None:
        if key not in set(map(str, UNIT_KIND_LABELS)):
            self.no(path, "không có cấp này.", "no such level.")
        self._pair(path, entry, required=True)

    def _table(self, path: str, entry: Any, allowed: tuple[str, ...]) -> bool:
        if not isinstance(entry, dict):
            self.no(path, "phải là một bảng.", "must be a table.")
            return False
        self._names(f"{path}.", entry, allowed)
        return True

    def _rule(self, path: str, key: str, entry: Any) -> None:
        if not self._table(path, entry, _RULE):
            return
        old = self.rules.get(key)
        if old is None:
            self.no(path, "không có quy tắc này: chương trình không đọc nó.", "no such rule: nothing reads it.")
            return
        self._pair(f"{path}.title", entry.get("title"))
        self._pair(f"{path}.unit", entry.get("unit"), empty=True)
        reads = entry.get("reads")
        if self._pair(f"{path}.reads", reads) and reads:
            self._reads(f"{path}.reads", reads)
        if "choices" in entry and (
            not isinstance(entry["choices"], list) or not set(map(str, entry["choices"])) <= set(old.choices)
        ):
            known = ", ".join(old.choices) or "–"
            self.no(f"{path}.choices", f"chỉ có thể chọn trong: {known}.", f"can only be of: {known}.")
        self._where_from(path, entry, old)
        if "value" in entry:
            self._value(f"{path}.value", entry["value"], old)

    def _where_from(self, path: str, entry: Mapping[str, Any], old: Rule) -> None:
        """A source and a confidence stand beside every value; what changes the value names its own."""
        stood = list(old.value) if isinstance(old.value, tuple) else old.value
        changes = self.parent is None or ("value" in entry and entry["value"] != stood)
        source = entry.get("source", "" if changes else old.source)
        if not isinstance(source, str) or not source.strip() or len(source) > _LONG:
            self.no(
                f"{path}.source", "thiếu nguồn: giá trị mới phải nêu văn bản, mục nào.",
                "no source: a new value names the text it stands in.",
            )  # fmt: skip
        if "state" in entry or changes:
            self._confidence(f"{path}.state", entry.get("state"))

    def _reads(self, path: str, said: Mapping[str, str]) -> None:
        for text in said.values():
            try:
                text.format(n=1, years=1)
            except (LookupError, ValueError, AttributeError):
                self.no(path, "chỉ có {n} và {years} trong ngoặc nhọn.", "only {n} and {years} stand in braces.")
                return

    def _value(self, path: str, said: Any, old: Rule) -> None:
        """A value is of its rule's kind and within what the rule can work with."""
        if old.value is None:
            self.no(path, "quy tắc này là nguyên tắc, không có giá trị.", "this rule is a principle without a value.")
            return
        kind: Any = list if isinstance(old.value, tuple) else type(old.value)
        of_texts = kind is not list or (isinstance(said, list) and all(isinstance(word, str) for word in said))
        if type(said) is not kind or not of_texts:
            vi, en = _TYPES[kind]
            self.no(path, f"sai kiểu: phải là {vi}.", f"wrong type: must be {en}.")
        elif kind is int and not 0 <= said <= 1200:
            self.no(path, "ngoài khoảng 0–1200.", "outside 0–1200.")
        elif kind is not int and old.choices:
            given = [said] if kind is str else said
            if not given or not set(given) <= set(old.choices):
                known = ", ".join(old.choices)
                self.no(path, f"chỉ có thể là: {known}.", f"can only be: {known}.")

    def _form(self, path: str, key: str, entry: Any) -> None:
        if not self._table(path, entry, _FORM):
            return
        is_new = self.parent is None or key not in self.parent.forms
        if not key.strip() or len(key) > 20:
            self.no(path, "số mẫu từ 1 đến 20 chữ.", "the number of a form has 1 to 20 letters.")
        self._pair(f"{path}.title", entry.get("title"), required=is_new)
        if "state" in entry or is_new:
            self._confidence(f"{path}.state", entry.get("state"))
        for name, known, wanted in (("made_by", tuple(MAKERS), is_new), ("kind", tuple(map(str, Kind)), False)):
            said = entry.get(name)
            if (said is not None or wanted) and said not in known:
                told = ", ".join(known)
                self.no(f"{path}.{name}", f"phải là một trong: {told}.", f"must be one of: {told}.")

    def _complete(self) -> None:
        newest = list(shipped().values())[-1]
        for name, told in (("rules", newest.rules), ("forms", newest.forms)):
            own = self.raw.get(name)
            lacking = [key for key in told if not isinstance(own, dict) or key not in own]
            if lacking:
                listed = ", ".join(lacking[:5]) + ("…" if len(lacking) > 5 else "")
                self.no(
                    "extends", f"không kế thừa bộ nào nên thiếu {len(lacking)} mục của {name}: {listed}",
                    f"extends none, so {len(lacking)} of {name} are missing: {listed}",
                )  # fmt: skip

    def whole(self, book: Rulebook, values: Mapping[str, Value]) -> None:
        """What only the rulebook as a whole can be wrong in: words of its values, its forms, the instance's values."""
        for key, rule in book.rules.items():
            if isinstance(rule.value, str | tuple) and not rule.choices:
                self._words(key, self.rules[key], rule.value, book)
        if book.number("age_min") > book.number("age_max"):
            self.no("rules.age_max.value", "nhỏ hơn tuổi tối thiểu.", "is below the lowest age.")
        lacking = sorted(set(map(str, Kind)) & set(list(shipped().values())[-1].kinds) - set(book.kinds))
        if lacking:
            told = ", ".join(lacking)
            self.no("forms", f"thiếu mẫu cho loại giấy: {told}.", f"no form for kinds of paper: {told}.")
        for other in self.known.values():
            if other.code != book.code and other.extends == book.code and other.in_force_from <= book.in_force_from:
                self.no(
                    "in_force_from", f"chồng ngày: {other.code} kế thừa bộ này và bắt đầu sớm hơn.",
                    f"overlaps: {other.code} extends this one and begins earlier.",
                )  # fmt: skip
        for key, value in values.items():
            try:
                book.changed({key: value})
            except RulebookError:
                self.no(
                    f"rules.{key}", "giá trị riêng đã đặt cho quy tắc này không còn hợp; bỏ giá trị đó trước.",
                    "the value this instance gave the rule fits no more; take it back first.",
                )  # fmt: skip

    def _words(self, key: str, old: Rule, value: str | tuple[str, ...], book: Rulebook) -> None:
        try:
            book.fits(old, value)
        except RulebookError:
            self.no(
                f"rules.{key}.value", "không phải số mẫu có trong bộ, hoặc tỷ lệ dạng 2/3, >1/2.",
                "is no form of this rulebook, and no share such as 2/3 or >1/2.",
            )  # fmt: skip


def faults(checked: Checked, language: str = "vi") -> Iterator[str]:
    """Every finding as a line of text."""
    return (finding.told(language) for finding in checked.findings)
