"""What the installation profile `register` leaves out: papers' contents, relatives, texts of the verification.

The rules know it as the value `contents_kept`; here is what pages, files and commands ask.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import current_app

View = TypeVar("View", bound=Callable[..., Any])

FULL, REGISTER = "full", "register"

ACTS_OFF = frozenset({
    "attach_scan", "write_cv", "record_relatives", "send_request", "remind_request", "record_answer",
})  # fmt: skip
"""Acts that record nothing else."""

WITH_CONTENTS = ACTS_OFF | {"conclude_verification"}
"""Acts that tell of relatives, or hold a text of the verification."""


def is_register() -> bool:
    """Whether this installation keeps no contents."""
    return bool(current_app.config["PROFILE"] == REGISTER)


def contents(view: View) -> View:
    """Mark a view as showing or taking contents: in a register there is no such page."""
    view.__dict__["contents"] = True
    return view


def told(trigger: str, personal: Mapping[str, Any]) -> dict[str, Any]:
    """The personal part of an event as it may be told here: in a register without what an installation that was not
    one before has put there.
    """
    if not is_register():
        return dict(personal)
    gone = {"relatives", "cv", "reason"} if trigger in WITH_CONTENTS else {"relatives", "cv"}
    found = {name: value for name, value in personal.items() if name not in gone}
    for part in ("corrected", "base"):
        if found.get(part):
            found[part] = {
                name: value for name, value in found[part].items() if name not in {"relatives", "cv", "reason"}
            }
    return found
