"""The base of our forms: Flask-WTF's, with the types it lacks, and filled again with what was typed before."""

from typing import TYPE_CHECKING, Any

from flask import g

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

    def is_filled(self) -> bool:
        """Whether somebody typed into it, now or before: then nothing of it is to be set."""
        return self.is_submitted() or g.get("restored") is not None


__all__ = ["FlaskForm"]
