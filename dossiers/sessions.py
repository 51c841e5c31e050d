"""The cookie that keeps somebody signed in: JSON, signed with DOSSIERS_SECRET_KEY, not secret in itself."""

import hashlib
from typing import Any

import msgspec
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class _Json:
    """Plain JSON: sessions here hold words, numbers and flashed messages, not the types Flask marks with tags."""

    _encoder = msgspec.json.Encoder(enc_hook=str)  # messages of extensions are lazy strings

    def dumps(self, value: Any) -> str:
        """JSON of a session."""
        return self._encoder.encode(value).decode()

    def loads(self, text: str | bytes) -> Any:
        """The session of its JSON."""
        return msgspec.json.decode(text)


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
