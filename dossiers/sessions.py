"""The cookie that keeps somebody signed in: JSON, signed with DOSSIERS_SECRET_KEY, not secret in itself."""

import hashlib
from typing import Any

import msgspec
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from markupsafe import Markup

_HTML = "html"


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


class SignedCookies(SecureCookieSessionInterface):
    """Flask's signed cookies, with a signer that is made once instead of twice a request."""

    digest_method = staticmethod(hashlib.sha256)
    serializer = _Json()  # type: ignore[assignment] # Flask names its own class here

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of this application's secret, which does not change while it runs."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer
