"""Sensitive fields are kept encrypted: AES-GCM with a key derived from DOSSIERS_DATA_KEY.

Each value is bound to its place (table, column, row), so that one copied to another row cannot be read there. What is
to be found without being readable stands in an index as a keyed hash (`blind`). What only the program may say bears its
mark (`mark`).
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app


@lru_cache(maxsize=4)
def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.scrypt(key.encode(), salt=b"dossiers.field", n=2**12, r=8, p=1, dklen=32))


@lru_cache(maxsize=4)
def _blinding(key: str) -> bytes:
    return hashlib.scrypt(key.encode(), salt=b"dossiers.blind", n=2**12, r=8, p=1, dklen=32)


def blind(text: str) -> str:
    """A text as 16 hex digits that nobody without the key can make or turn back: a keyed hash."""
    digest = hmac.new(_blinding(current_app.config["DATA_KEY"]), text.encode(), hashlib.sha256).digest()
    return digest[:8].hex()


@lru_cache(maxsize=4)
def _marking(key: str) -> bytes:
    return hashlib.scrypt(key.encode(), salt=b"dossiers.mark", n=2**12, r=8, p=1, dklen=32)


def mark(*said: object) -> str:
    """64 hex digits by which the program knows that it said this itself: nobody without the key can make them."""
    content = ":".join(map(str, said)).encode()
    return hmac.digest(_marking(current_app.config["DATA_KEY"]), content, "sha256").hex()


def place(table: str, column: str, *key: object) -> str:
    """Where a sealed value stands: table, column and the row's key. It opens nowhere else."""
    return ":".join((table, column, *map(str, key)))


def seal(text: str, where: str) -> str:
    """Encrypt a text for its place (see `place`) with a nonce of its own."""
    nonce = os.urandom(12)
    sealed = _cipher(current_app.config["DATA_KEY"]).encrypt(nonce, text.encode(), where.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, where: str) -> str:
    """Decrypt. Raises cryptography's InvalidTag when key, content or place do not fit, ValueError for what `seal` would
    not have written.
    """
    raw = base64.b64decode(sealed, validate=True)
    if base64.b64encode(raw).decode() != sealed:
        raise ValueError("not as it was sealed")
    return _cipher(current_app.config["DATA_KEY"]).decrypt(raw[:12], raw[12:], where.encode()).decode()
