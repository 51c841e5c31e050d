"""The base of our forms: Flask-WTF's, with the types it lacks, and filled again with what was typed before; and forms
that start from what is kept, in which nobody undoes what somebody else changed meanwhile.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import msgspec
from flask import g
from wtforms import BooleanField, Field, FieldList, FileField, FormField, HiddenField

if TYPE_CHECKING:
    from wtforms import Form
    from wtforms.meta import DefaultMeta

    class _Base(Form):
        """A form that is filled from the request, and knows whether it was sent."""

        class Meta(DefaultMeta):
            """How its fields are made and whether it carries a token."""

        def is_submitted(self) -> bool:
            """Whether the request sends it."""

        def validate_on_submit(self, extra_validators: Any = None) -> bool:
            """Whether it was sent and is fine."""

else:
    from flask_wtf import FlaskForm as _Base


class FlaskForm(_Base):
    """A form that is filled from what the request sends, or from a draft that is asked for (dossiers.drafts)."""

    class Meta(_Base.Meta):
        """Where its content comes from."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent; else the draft; else nothing, and the form starts from its defaults."""
            sent = super().wrap_formdata(form, formdata)
            return g.get("restored") if sent is None else sent

    afresh = False
    """Whether it is to start from what is kept, whatever was sent."""

    def is_filled(self) -> bool:
        """Whether somebody typed into it, now or before: then nothing of it is to be set."""
        return not self.afresh and (self.is_submitted() or g.get("restored") is not None)


@dataclass(frozen=True)
class Meanwhile:
    """A field that somebody else changed since the form was shown: what it says now, and whether that was taken over,
    as nothing else had been typed.
    """

    label: str
    now: str
    taken: bool


class Remembering(FlaskForm):
    """A form that starts from what is kept, and says when it is sent how that stood when it was shown.

    It carries short hashes of that, not the values: they only have to be told apart.
    """

    was = HiddenField()

    def remember(self) -> None:
        """Note how the fields stand, before the form is shown; one that is filled remembers already."""
        if not self.is_filled():
            self.was.data = msgspec.json.encode({name: _mark(shown) for name, shown in self._told().items()}).decode()

    def go_on(self, fit: Callable[[Self], object]) -> list[Meanwhile]:
        """Take over what was changed meanwhile in fields nobody typed into; `fit` makes of a new form the one that
        would be shown now. Gives what was changed, in the order of the fields.
        """
        now = type(self)(formdata=None)
        now.afresh = True
        fit(now)
        now.remember()
        was, mine, stands = _read(self.was.data), self._told(), now._told()
        if was is None:
            return []
        changed = []
        for name in (name for name in mine if name in stands):
            if was.get(name) == _mark(stands[name]) or mine[name] == stands[name]:
                continue
            shown, is_untouched = self._fields[name], was.get(name) == _mark(mine[name])
            if is_untouched:
                shown.data, shown.raw_data = now[name].data, None
            changed.append(Meanwhile(str(shown.label.text), _in_words(now[name]), is_untouched))
        self.was.data = now.was.data
        return changed

    def _told(self) -> dict[str, str]:
        """What stands in each field, as a browser would send it; lists of rows and files are not gone on from."""
        return {name: _text(shown) for name, shown in self._fields.items() if not isinstance(shown, _APART)}


_APART = (HiddenField, FieldList, FormField, FileField)


def _text(shown: Field) -> str:
    if isinstance(shown, BooleanField):
        return "y" if shown.data else ""
    value = shown._value() if hasattr(shown, "_value") else shown.data
    return "" if value is None else str(value)


def _in_words(shown: Field) -> str:
    """What a field says, as people read it."""
    if isinstance(shown, BooleanField):
        return "✓" if shown.data else "–"
    known = {
        str(value): str(label)
        for value, label, *_rest in (shown.iter_choices() if hasattr(shown, "iter_choices") else ())
    }
    text = _text(shown)
    return known.get(text, text) or "–"


def _mark(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _read(sent: str | None) -> Mapping[str, str] | None:
    try:
        return msgspec.json.decode(sent or "", type=dict[str, str])
    except msgspec.DecodeError:
        return None


__all__ = ["FlaskForm", "Meanwhile", "Remembering"]
