"""The key that makes a form act once: the form's own, bound to who sends it, what it is about and what it says.

Only the same form sent again is the same act. Another act, another dossier or another content with the same key (a
page gone back to and filled in anew) is not.
"""

import hashlib

from flask import request

from dossiers.drafts.services import BESIDE
from dossiers.fields import known_key
from dossiers.security import signed

_BESIDE = BESIDE | {"version", "act_key", "was"}


def typed_mark(*about: object) -> str:
    """A mark of what was typed into the form that is sent, and of what it is about."""
    typed = sorted((name, value) for name, value in request.form.items(multi=True) if name not in _BESIDE)
    return hashlib.sha256(repr((about, typed)).encode()).hexdigest()


def sent_key(key: str | None, *about: object) -> str | None:
    """The key of an act for a form's `key` (None: there is none, or it is none of ours); `about`: dossier and act."""
    if known_key(key) is None:
        return None
    return typed_mark(key, signed().account_id, *about)[:48]
