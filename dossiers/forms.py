"""The base of our forms: Flask-WTF's, with the types it lacks."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wtforms import Form
    from wtforms.meta import DefaultMeta

    class FlaskForm(Form):
        """A form that is filled from the request, and knows whether it was sent."""

        class Meta(DefaultMeta):
            """How its fields are made and whether it carries a token."""

        def is_submitted(self) -> bool:
            """Whether the request sends it."""

        def validate_on_submit(self, extra_validators: Any = None) -> bool:
            """Whether it was sent and is fine."""

else:
    from flask_wtf import FlaskForm

__all__ = ["FlaskForm"]
