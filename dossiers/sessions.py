"""The cookie that keeps somebody signed in: JSON, signed with DOSSIERS_SECRET_KEY, not secret in itself; and the token
of its forms.
"""

import hashlib
from functools import lru_cache
from time import time
from typing import Any

import msgspec
from flask import Flask, Response, current_app, g, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer
from markupsafe import Markup

from dossiers import wire

_HTML = "html"
_TOKEN = "csrf_token"  # noqa: S105 - what Flask-WTF calls it


def _told(value: Any) -> Any:
    """What JSON has no word for: a message with a link in it, and the lazy strings of extensions."""
    return {_HTML: str(value)} if isinstance(value, Markup) else str(value)


class _Json:
    """Plain JSON: sessions here hold words, numbers and flashed messages, not the types Flask marks with tags."""

    _encoder = msgspec.json.Encoder(enc_hook=_told)

    def dumps(self, value: Any) -> str:
        """JSON of a session."""
        return self._encoder.encode(value).decode()

    def loads(self, text: str | bytes) -> Any:
        """The session of its JSON."""
        found = msgspec.json.decode(text)
        if "_flashes" in found:
            found["_flashes"] = [
                (kind, Markup(told[_HTML]) if isinstance(told, dict) else told)  # noqa: S704 - signed, and Markup before
                for kind, told in found["_flashes"]
            ]
        return found


class _Signer(URLSafeTimedSerializer):
    """Looks at a signature once a minute, not at every page of somebody who turns ten."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._content = lru_cache(maxsize=1024)(self._unsigned)

    def loads(  # type: ignore[override] # as the library does
        self, s: str | bytes, max_age: int | None = None, *_args: Any, **_named: Any
    ) -> Any:
        """What was signed. Raises BadSignature."""
        return self.load_payload(self._content(s, max_age, int(time()) // 60))

    def _unsigned(self, signed: str | bytes, max_age: int | None, _minute: int) -> bytes:
        found: bytes = next(self.iter_unsigners()).unsign(signed, max_age=max_age)
        return found


class SignedCookies(SecureCookieSessionInterface):
    """Flask's signed cookies, with a signer that is made once instead of twice a request."""

    digest_method = staticmethod(hashlib.sha256)
    serializer = _Json()  # type: ignore[assignment] # Flask names its own class here

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of this application's secret, which does not change while it runs."""
        made = super().get_signing_serializer(app) if self._signer is None else None
        if made is not None:
            named = {"serializer": self.serializer, "signer_kwargs": made.signer_kwargs}
            self._signer = _Signer(made.secret_keys, salt=self.salt, **named)
        return self._signer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie anew where it changed; else only say that the answer depends on it, without all the settings
        that the library asks for.
        """
        if not session or self.should_set_cookie(app, session):
            super().save_session(app, session, response)
        elif session.accessed:
            wire.varies(response, "Cookie")


@lru_cache(maxsize=1024)
def _token(_secret: object, _word: str, _minute: int) -> str:
    return str(generate_csrf())


def token() -> str:
    """The token of this session's forms, signed once a minute and not at every page."""
    own = vars(g._get_current_object())
    found: str | None = own.get(_TOKEN)
    if found is None:
        word = session.get(_TOKEN)
        found = own[_TOKEN] = (  # where forms of Flask-WTF find it too
            _token(current_app.secret_key, word, int(time()) // 60) if isinstance(word, str) else str(generate_csrf())
        )
    return found
