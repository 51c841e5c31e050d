"""Form fields that know how people type: dates as 10/7/2022, names, numbers of papers; clear sentences."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from markupsafe import Markup
from sqlalchemy.exc import IntegrityError
from wtforms import (
    Field,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import CheckboxInput, Select, TextInput

from dossiers import clock, engines, names
from dossiers.formatters import say
from dossiers.languages import gettext as _
from workflow.text import Text

_DATE = re.compile(r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})\s*$")
_DIGITS = re.compile(r"^\s*(\d{2})(\d{2})(\d{4})\s*$")
_SHORT_YEAR = re.compile(r"^\s*\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2}\s*$")
_ISO = re.compile(r"^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$")


def parse_day(text: str) -> date:
    """10/7/2022, 10-07-2022, 10072022 or 2022-07-10 as a date. Raises ValueError with a sentence for the user."""
    found = _DATE.match(text) or _DIGITS.match(text)
    iso = _ISO.match(text)
    if found:
        d, m, y = (int(part) for part in found.groups())
    elif iso:
        y, m, d = (int(part) for part in iso.groups())
    elif _SHORT_YEAR.match(text):
        raise ValueError(_("Ghi năm đủ bốn chữ số, ví dụ 10/07/2022."))
    else:
        raise ValueError(_("Ghi ngày dạng ngày/tháng/năm, ví dụ 10/07/2022."))
    if not 1900 <= y <= 2200:
        raise ValueError(_("Năm %(year)s không hợp lý.", year=y))
    try:
        return date(y, m, d)
    except ValueError:
        raise ValueError(_("Ngày %(day)s/%(month)s/%(year)s không có trong lịch.", day=d, month=m, year=y)) from None


class DayField(Field):
    """A date typed the Vietnamese way; what was typed is kept when it is no date."""

    widget = TextInput()
    data: Any
    """A date; None while nothing, or no date, was typed."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data.day:02d}/{self.data.month:02d}/{self.data.year:04d}" if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the typed text."""
        self.data = None
        if valuelist and str(valuelist[0]).strip():
            self.data = parse_day(str(valuelist[0]))


class WholeNumberField(IntegerField):
    """A whole number; what was typed is kept when it is none."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the typed text."""
        self.data = None
        if not valuelist or not str(valuelist[0]).strip():
            return
        typed = str(valuelist[0]).strip()
        if not re.fullmatch(r"\d{1,6}", typed):
            raise ValueError(_("Ghi một số nguyên, không âm."))
        self.data = int(typed)


def whole(typed: str, digits: int = 9) -> int | None:
    """A whole number of at most so many digits, as an address or a cursor has it; None for anything else.

    `str.isdigit` would take “²” for one, and a database fails at twenty digits.
    """
    return int(typed) if len(typed) <= digits and typed.isascii() and typed.isdigit() else None


def asked_for(field: Any) -> str:
    """What an empty field says that must be filled: choose, where a line is chosen and not typed; else fill in."""
    is_typed = not isinstance(field, SelectField) or getattr(field, "is_long", False)
    return _("Vui lòng nhập mục này.") if is_typed else _("Vui lòng chọn.")


def required(form: Any, field: Any) -> None:
    """The field is filled."""
    raw = field.raw_data[0] if field.raw_data else None
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        field.errors = []  # what was wrong with nothing is not said beside it
        raise StopValidation(asked_for(field))


required.field_flags = {"required": True}  # type: ignore[attr-defined] # WTForms asks a validator, even a function


class Words:
    """Text people can read: no control characters, no pictograms, not too long.

    `pattern` narrows it further; `hint` is the sentence shown when it does not fit.
    """

    def __init__(self, longest: int, pattern: str | None = None, hint: str | None = None) -> None:
        self.longest = longest
        self.pattern = re.compile(pattern) if pattern else None
        self.hint = hint
        self.field_flags = {"maxlength": longest}

    def __call__(self, form: Any, field: Any) -> None:
        """Raises ValidationError with a sentence."""
        text = field.data or ""
        if len(text) > self.longest:
            raise ValidationError(
                _("Dài %(length)s ký tự; nhiều nhất là %(longest)s.", length=len(text), longest=self.longest)
            )
        for char in text:
            if char in "\n\r\t" and isinstance(field, TextAreaField):
                continue
            category = unicodedata.category(char)
            if category in ("Cc", "Cf", "Cs", "Co", "Cn"):
                raise ValidationError(_("Có ký tự điều khiển không đọc được; hãy gõ lại."))
            if category in ("So", "Sk") or ord(char) > 0xFFFF:
                raise ValidationError(_("Có biểu tượng “%(char)s” không dùng trong hồ sơ.", char=char))
        if not isinstance(field, TextAreaField) and (char := names.foreign(text)):
            raise ValidationError(wrong_letter(char))
        if text and self.pattern and not self.pattern.fullmatch(text):
            raise ValidationError(self.hint or _("Không đúng dạng."))


class NameWords(Words):
    """A person's name: letters, spaces, hyphens and apostrophes, at least two words."""

    def __init__(self) -> None:
        super().__init__(120)

    def __call__(self, form: Any, field: Any) -> None:
        """Raises ValidationError with a sentence."""
        super().__call__(form, field)
        text = field.data or ""
        if text and not all(char.isalpha() or char in " '-." for char in text):
            raise ValidationError(_("Họ tên chỉ gồm chữ."))
        if text and len(text.split()) < 2:
            raise ValidationError(_("Ghi đủ họ và tên."))
        field.data = proper_name(text)


def proper_name(text: str) -> str:
    """A name with its capitals put right: "nguyễn thị ÁNH" and "NGUYỄN THỊ ÁNH" are Nguyễn Thị Ánh."""
    return " ".join(
        word.capitalize() if word.isupper() or word.islower() else word for word in text.split()
    )  # "McDonald" and "H'Hen" keep theirs


class NumberWords(Words):
    """The number of a paper, such as 127-QĐ/TU."""

    def __init__(self) -> None:
        super().__init__(60)

    def __call__(self, form: Any, field: Any) -> None:
        """Raises ValidationError with a sentence."""
        super().__call__(form, field)
        if wrong := wrong_number(field.data or ""):
            raise ValidationError(wrong)


def wrong_number(text: str) -> str:
    """What is wrong with the number of a paper, as a sentence; "" when it is fine."""
    if len(text) > 60 or not all(char.isalnum() or char in " -/.()" for char in text):
        return _("Số văn bản chỉ gồm chữ, số và dấu - / . ( )")
    char = names.foreign(text)
    return wrong_letter(char) if char else ""


def wrong_letter(char: str) -> str:
    """The sentence about a letter or digit of another script: it looks like one of ours and is none."""
    return _(
        "“%(char)s” là chữ của bảng chữ khác, trông giống chữ Việt; hãy gõ lại bằng bàn phím tiếng Việt.", char=char
    )


class FilesField(MultipleFileField):
    """Files to be sent, several at once; `capture` has a phone's camera take them."""

    data: Any
    """The files that were chosen; a browser sends one without a name for none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent as a file; a text under this name is none."""
        self.data = [sent for sent in valuelist if getattr(sent, "filename", None)]


class _KnownChoice:
    """Says in the user's language when what was sent stands in no list (somebody changed the page)."""

    choices: Any
    """Codes and labels; None until the form is fitted to a dossier."""

    def allow(self, value: object, label: str = "") -> None:
        """Let one more line be chosen if the list lacks it: what was chosen once, and is no longer offered."""
        offered = self.choices or []
        if value not in (None, "") and all(known != str(value) for known, _label in offered):
            self.choices = [*offered, (str(value), label or str(value))]

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError."""
        try:
            super().pre_validate(form)  # type: ignore[misc] # of the field it is mixed into
        except ValidationError:
            raise ValidationError(_("Chọn một dòng trong danh sách.")) from None


LONG = 200
"""A list with more lines is not sent along with every page: one types what the line says, or a part of it."""


class _Line(Select):
    """A list to choose from, or, where it is LONG, a line to type in."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        """The HTML."""
        if not field.is_long:
            return super().__call__(field, **kwargs)
        kwargs.setdefault("placeholder", _("mã hoặc tên"))
        return TextInput()(field, **kwargs)


class ChoiceField(_KnownChoice, SelectField):
    """One line of a list. Where the list is LONG it is typed: the code it begins with, or words of it."""

    widget = _Line()

    @property
    def is_long(self) -> bool:
        """Whether the list is too long to be sent along."""
        return len(self.choices or ()) > LONG

    def _value(self) -> str:
        typed = str(self.data or "")
        return next((label for value, label in self.choices if value == typed), typed) if typed else ""

    def pre_validate(self, form: Any) -> None:
        """Take what was typed for the line it means. Raises ValidationError."""
        if self.is_long and self.data and all(value != str(self.data) for value, _label in self.choices):
            meant = _meant(str(self.data), [choice for choice in self.choices if choice[0]])
            if len(meant) > 1:
                lines = "; ".join(label for _value, label in meant[:5])
                raise ValidationError(_("Nhiều dòng khớp: %(lines)s… Ghi rõ hơn.", lines=lines))
            if not meant:
                raise ValidationError(_("Không có dòng nào như vậy. Ghi mã, hoặc một phần của tên."))
            self.data = self.coerce(meant[0][0])
        super().pre_validate(form)


def _meant(typed: str, choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The lines a text can mean: the one that is it, or whose code it is; else those with all its words."""
    text = " ".join(typed.split()).lower()
    exactly = [choice for choice in choices if text in (choice[1].lower(), choice[1].split(" – ")[0].lower())]
    wanted = names.words(text)
    if exactly or not wanted:
        return exactly
    return [choice for choice in choices if all(word in names.words(choice[1]) for word in wanted)]


class OneOfField(_KnownChoice, RadioField):
    """One of a few, all in sight."""


class SomeOfField(_KnownChoice, SelectMultipleField):
    """Some of a few, all in sight, each with its box."""

    option_widget = CheckboxInput()


def choice(label: Any, optional: bool = False, of: Callable[[str], Any] = str) -> ChoiceField:
    """A select that starts empty and says so when nothing was chosen; its choices come in `prepare`.

    `of` makes what was chosen of the text that is sent: State, int …
    """
    return ChoiceField(label, [Optional()] if optional else [required], choices=[], coerce=_either(of))


def _either(of: Callable[[str], Any]) -> Callable[[Any], Any]:
    """What `of` makes of a text; the text itself, which then stands in no list, when it makes nothing of it."""

    def made(sent: Any) -> Any:
        try:
            return of(sent)
        except ValueError:
            return sent

    return made


def with_empty(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices with an empty first line."""
    return [("", _("— chọn —")), *choices]


def labelled(labels: Mapping[Any, Text]) -> list[tuple[str, str]]:
    """Codes to choose from, by their labels."""
    return [(str(code), say(label)) for code, label in labels.items()]


def coded(units: Iterable[Any]) -> list[tuple[str, str]]:
    """Units to choose from, by code and name."""
    return [(str(unit.id), f"{unit.code} – {unit.name}") for unit in units]


def known_key(typed: str | None) -> str | None:
    """The key that makes a form act once, if it is one of ours."""
    return typed if typed and re.fullmatch(r"[0-9A-Za-z-]{16,64}", typed) else None


def plausible_birth_date(field: Any) -> bool:
    """Whether a date can be a candidate's birth date; puts a sentence at the field when it cannot."""
    born = field.data
    if born is None or 1900 <= born.year <= clock.today().year - 10:
        return True
    field.errors = [_("Ngày sinh không hợp lý.")]
    return False


@contextmanager
def still_free(field: Field, unique: str, taken: str) -> Iterator[None]:
    """Write in it what was free when the form was checked. If somebody took it meanwhile (`unique`: table_column), the
    sentence `taken` stands at the field, and what follows the block shows the form again.
    """
    try:
        yield
    except IntegrityError as error:
        if engines.broken_unique(error) != unique:
            raise
        field.errors = [taken]


def squeeze(text: str | None) -> str | None:
    """Strip a line and bring it to composed form, so that the same words are the same text."""
    if not isinstance(text, str):
        return text
    return unicodedata.normalize("NFC", text).strip()


def plain(text: str | None) -> str | None:
    """Letters and digits that only look wide or raised as plain ones; see names.plain."""
    return names.plain(text) if isinstance(text, str) else text


def in_capitals(text: str | None) -> str | None:
    """A code in capitals: “db02” and “DB02” are the same one."""
    return text.upper() if isinstance(text, str) else text


class LineField(StringField):
    """One line of text."""

    data: Any
    """The text; None while nothing was sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("filters", [squeeze, plain])
        super().__init__(*args, **kwargs)


class ParagraphField(TextAreaField):
    """Several lines of text."""

    data: Any
    """The text; None while nothing was sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("filters", [squeeze])
        super().__init__(*args, **kwargs)
