"""Sensitive fields are kept encrypted: AES-GCM with a key derived from DOSSIERS_DATA_KEY."""

import base64
import hashlib
import os
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import String
from sqlalchemy.types import TypeDecorator


@lru_cache(maxsize=4)
def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.scrypt(key.encode(), salt=b"dossiers.field", n=2**12, r=8, p=1, dklen=32))


def seal(text: str) -> str:
    """Encrypt a text with a nonce of its own."""
    nonce = os.urandom(12)
    sealed = _cipher(current_app.config["DATA_KEY"]).encrypt(nonce, text.encode(), None)
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str) -> str:
    """Decrypt. Raises cryptography's InvalidTag when key or content do not fit."""
    raw = base64.b64decode(sealed)
    return _cipher(current_app.config["DATA_KEY"]).decrypt(raw[:12], raw[12:], None).decode()


class EncryptedText(TypeDecorator[str]):
    """Text that stands encrypted in the database; each value with its own nonce. Empty stays empty."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Encrypt on the way in."""
        return seal(value) if value else value

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        """Decrypt on the way out; raises as `unseal`."""
        return unseal(value) if value else value
